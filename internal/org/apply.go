package org

import (
	"slices"
	"strconv"
	"strings"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// Kinds of document (材料) of an application.
const (
	BusinessLicence = "business_licence" // 营业执照
	IDCard          = "id_card"          // 法人身份证
	BankPermit      = "bank_permit"      // 开户许可
	OtherDocument   = "other"
)

const (
	maxDocuments = 20
	maxOpen      = 10 // applications of one person that are not decided
)

// MaxVillages is how many villages one cooperative can serve.
const MaxVillages = 200

var (
	documentKinds = []string{BusinessLicence, IDCard, BankPermit, OtherDocument}
	applying      = []string{Cooperative, Enterprise, Chamber}
)

// Document is a file that an application shows; package blob keeps the file.
type Document struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrgID     id.ID
	Kind      string
	FileID    id.ID
	CreatedAt clock.Millis

	Name string `gorm:"->"` // of the file
}

// TableName is the table's name.
func (Document) TableName() string { return "organisation_documents" }

// Application is what an applicant fills in. Documents have a kind and a file; nil
// leaves those that are there. The villages that a cooperative serves are kept by
// package village. An id that could not be read is 0.
type Application struct {
	Kind, Name, CreditCode    string
	ContactName, ContactPhone string
	VillageIDs                []id.ID
	Documents                 []Document
}

func (a *Application) check() error {
	p := new(problems)
	if !slices.Contains(applying, a.Kind) {
		p.Add("kind", "invalid", "must be one of "+strings.Join(applying, ", "))
	}
	a.Name = p.Line("name", a.Name, MaxName)
	if a.CreditCode = CleanCreditCode(a.CreditCode); !ValidCreditCode(a.CreditCode) {
		wrong := errCreditCode.Fields[0]
		p.Add(wrong.Field, wrong.Code, wrong.Message)
	}
	p.contact(&a.ContactName, a.ContactPhone)
	a.checkVillages(p)
	a.checkDocuments(p)
	return p.Err()
}

func (a *Application) checkVillages(p *problems) {
	if len(a.VillageIDs) > 0 && a.Kind != Cooperative && slices.Contains(applying, a.Kind) {
		p.Add("village_ids", "not_allowed", "only a cooperative serves villages")
	}
	if len(a.VillageIDs) > MaxVillages {
		p.Add("village_ids", "too_many", "must be at most "+strconv.Itoa(MaxVillages))
	}
	for i, v := range a.VillageIDs {
		if v == 0 {
			p.Add("village_ids["+strconv.Itoa(i)+"]", "not_an_id", "this is not an id")
		}
	}
}

func (a *Application) checkDocuments(p *problems) {
	if len(a.Documents) > maxDocuments {
		p.Add("documents", "too_many", "must be at most "+strconv.Itoa(maxDocuments))
	}
	for i, d := range a.Documents {
		at := "documents[" + strconv.Itoa(i) + "]."
		if !slices.Contains(documentKinds, d.Kind) {
			p.Add(at+"kind", "invalid", "must be one of "+strings.Join(documentKinds, ", "))
		}
		if d.FileID == 0 {
			p.Add(at+"file_id", "not_an_id", "this is not an id")
		}
	}
}

// Apply begins an application (入驻申请) as a draft; whoever applies manages it. It
// fails with all wrong fields at once, with files that are not the applicant's, or ErrTooManyDrafts. Whoever calls
// keeps the applicant's account meanwhile.
func (s *Service) Apply(tx *storage.Tx, by audit.Actor, a Application) (Organisation, error) {
	if err := a.check(); err != nil {
		return Organisation{}, err
	}
	if err := roomToApply(tx, by.UserID); err != nil {
		return Organisation{}, err
	}
	o := Organisation{ID: tx.NewID(), Kind: a.Kind, Status: Draft, CreatedAt: tx.Now(), Documents: a.Documents}
	if err := s.write(&o, a); err != nil {
		return Organisation{}, err
	}
	by.OrgID = o.ID // whoever applies acts for it from the start
	if err := create(tx, by, o); err != nil {
		return Organisation{}, err
	}
	if err := join(tx, by, o.ID, by.UserID, ManagerOf(o.Kind)); err != nil {
		return Organisation{}, err
	}
	if err := keepDocuments(tx, by, o.ID, a.Documents); err != nil {
		return Organisation{}, err
	}
	return s.Of(tx.DB, o.ID, by.UserID)
}

// roomToApply keeps one person from filling the queue. Two requests at once may pass
// together; it is a bound on nuisance, not a rule of money.
func roomToApply(tx *storage.Tx, userID id.ID) error {
	var open int64
	err := tx.Table("memberships m").Joins("JOIN organisations o ON o.id = m.org_id").
		Where("m.user_id = ? AND m.role IN ? AND o.status IN ?", userID, managing, []string{Draft, Submitted, Recommended, Returned}).
		Count(&open).Error
	if err == nil && open >= maxOpen {
		return ErrTooManyDrafts
	}
	return err
}

// write puts what was filled in into an organisation.
func (s *Service) write(o *Organisation, a Application) error {
	if o.CreditCode != a.CreditCode {
		o.CreditCodeKey = nil // submitting takes the new one
	}
	o.Name, o.CreditCode = a.Name, a.CreditCode
	return s.setContact(o, a.ContactName, a.ContactPhone)
}

// Edit changes an application in draft or returned, for a manager; its kind stays. It
// fails like Apply, with ErrNotFound for strangers, ErrForbidden for other members, or ErrState.
func (s *Service) Edit(tx *storage.Tx, by audit.Actor, orgID id.ID, a Application) (Organisation, error) {
	o, _, err := manage(tx, by, orgID, managing...)
	if err != nil {
		return Organisation{}, err
	}
	a.Kind = o.Kind
	if err := a.check(); err != nil {
		return Organisation{}, err
	}
	if o.Status != Draft && o.Status != Returned {
		return Organisation{}, ErrState
	}
	if o, err = s.filled(tx.DB, o); err != nil {
		return Organisation{}, err
	}
	if err := o.keepContact(tx, a.ContactName); err != nil {
		return Organisation{}, err
	}
	before := o.facts()
	if err := s.write(&o, a); err != nil {
		return Organisation{}, err
	}
	err = tx.Model(&Organisation{}).Where("id = ?", o.ID).Updates(map[string]any{
		"name": o.Name, "credit_code": o.CreditCode, "credit_code_key": o.CreditCodeKey,
		"contact_name": o.ContactName, "contact_cipher": o.ContactCipher,
	}).Error
	if err != nil {
		return Organisation{}, err
	}
	if a.Documents != nil {
		if err := keepDocuments(tx, by, o.ID, a.Documents); err != nil {
			return Organisation{}, err
		}
		o.Documents = a.Documents
	}
	err = audit.Write(tx, by.For(o.ID), audit.Change{
		Action: "organisation.changed", Subject: "organisation", SubjectID: o.ID, Before: before, After: o.facts()})
	if err != nil {
		return Organisation{}, err
	}
	return s.Of(tx.DB, o.ID, by.UserID)
}
