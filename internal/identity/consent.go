package identity

import (
	"regexp"
	"strconv"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// Documents that people agree to.
const (
	PrivacyPolicy  = "privacy_policy"
	TermsOfService = "terms_of_service"
)

const maxConsents = 10 // in one registration

var version = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,19}$`)

// Consent says that a user agreed to a version of a document, or took that back. The
// log of them only grows: what was agreed to when must stay known.
type Consent struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	UserID    id.ID
	Document  string
	Version   string // up to 20 letters, digits and "._-"
	Given     bool
	CreatedAt clock.Millis
}

// TableName is the table's name.
func (Consent) TableName() string { return "consents" }

func (p *problems) consent(prefix string, c Consent) {
	if c.Document != PrivacyPolicy && c.Document != TermsOfService {
		p.Add(prefix+"document", "invalid", "must be privacy_policy or terms_of_service")
	}
	if !version.MatchString(c.Version) {
		p.Add(prefix+"version", "invalid", "must be 1 to 20 letters, digits, points, hyphens or underscores")
	}
}

func (p *problems) consents(all []Consent) {
	if len(all) > maxConsents {
		p.Add("consents", "too_many", "must be at most 10")
		return
	}
	for i, c := range all {
		p.consent("consents["+strconv.Itoa(i)+"].", c)
	}
}

// AddConsent logs what the user says about a document. Saying again what was said last
// about the same version answers that entry.
func AddConsent(tx *storage.Tx, by audit.Actor, userID id.ID, c Consent) (Consent, error) {
	var p problems
	p.consent("", c)
	if err := p.Err(); err != nil {
		return Consent{}, err
	}
	if _, err := lockActive(tx, userID); err != nil {
		return Consent{}, err
	}
	var last Consent
	err := tx.Where("user_id = ? AND document = ? AND version = ?", userID, c.Document, c.Version).Order("id DESC").Take(&last).Error
	if err == nil && last.Given == c.Given {
		return last, nil
	}
	if err != nil && !storage.IsNotFound(err) {
		return Consent{}, err
	}
	return insertConsent(tx, by, userID, c)
}

func insertConsent(tx *storage.Tx, by audit.Actor, userID id.ID, c Consent) (Consent, error) {
	c.ID, c.UserID, c.CreatedAt = tx.NewID(), userID, tx.Now()
	if err := tx.Create(&c).Error; err != nil {
		return c, err
	}
	action := "consent.given"
	if !c.Given {
		action = "consent.withdrawn"
	}
	return c, audit.Write(tx, by, audit.Change{Action: action, Subject: "user", SubjectID: userID,
		After: map[string]string{"document": c.Document, "version": c.Version}})
}

// Consents lists what a user said, the newest first; before is the last of the page
// before, or 0.
func Consents(db *gorm.DB, userID, before id.ID, limit int) ([]Consent, error) {
	q := db.Where("user_id = ?", userID).Order("id DESC").Limit(limit)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	found := []Consent{}
	return found, q.Find(&found).Error
}
