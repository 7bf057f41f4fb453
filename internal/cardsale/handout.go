package cardsale

import (
	"encoding/json"
	"strconv"
	"time"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/notify"
	"zique/internal/org"
	"zique/internal/outbox"
	"zique/internal/pii"
	"zique/internal/storage"
)

func countText(n int64) string { return strconv.FormatInt(n, 10) }

// waitsFor is SQL, the cards that wait for who has a phone.
const waitsFor = "SELECT r.id FROM card_recipients r WHERE r.phone_hash = ?"

// Waiting tells whether cards wait for who has a verified phone.
func Waiting(view *gorm.DB, phoneHash string) (bool, error) {
	var n int64
	err := view.Model(&aidcard.Card{}).Where("id IN ("+waitsFor+") AND status = ?", phoneHash, aidcard.Issued).Limit(1).Count(&n).Error
	return n > 0, err
}

// HandOver gives the actor, who has verified the phone, the cards that wait for it.
func HandOver(tx *storage.Tx, by audit.Actor, phoneHash string) error {
	if err := identity.KeepAccount(tx, by.UserID); err != nil {
		return err
	}
	var cards []aidcard.Card
	err := tx.ForUpdate().Where("id IN ("+waitsFor+") AND status = ?", phoneHash, aidcard.Issued).Order("id").Find(&cards).Error
	for _, c := range cards {
		if err != nil {
			return err
		}
		if c.ExpiresAt != nil && *c.ExpiresAt <= tx.Now() {
			continue
		}
		if err = aidcard.Assign(tx, c.ID, by.UserID); err == nil {
			err = audit.Write(tx, by, audit.Change{Action: "card.claimed", Subject: "card", SubjectID: c.ID,
				Before: map[string]any{"status": aidcard.Issued}, After: map[string]any{"status": aidcard.Active, "holder_id": by.UserID.String()}})
		}
	}
	return err
}

// Claim statuses of a card.
const (
	Unminted  = "unminted"
	Unclaimed = "unclaimed"
	Claimed   = "claimed"
	Recalled  = "recalled"
)

// claimStatus is SQL of a card c, as far as it is there.
const claimStatus = `CASE WHEN c.id IS NULL THEN 'unminted' WHEN c.holder_id IS NOT NULL THEN 'claimed' WHEN c.status = 'void' THEN 'recalled' ELSE 'unclaimed' END`

// Claim is a card of a batch with whom it is for, masked, and whether it is claimed.
type Claim struct {
	ID         id.ID // of the card
	Number     string
	BalanceFen money.Fen
	FaceFen    money.Fen
	Status     string // Unminted, Unclaimed, Claimed or Recalled
	Department string
	RemindedAt *clock.Millis
	Name       string `gorm:"-"`
	Phone      string `gorm:"-"`

	PersonCipher []byte
}

// ClaimFilter narrows Claims; zero fields do not.
type ClaimFilter struct {
	Status     string
	Department string
	After      id.ID
	Limit      int
}

// Claims lists the cards of a batch, those of recipients also before they are made.
func (s *Service) Claims(view *gorm.DB, sale Sale, f ClaimFilter) ([]Claim, error) {
	q := claims(view, sale).Select("q.id, COALESCE(c.number, '') number, COALESCE(c.balance_fen, 0) balance_fen, q.face_fen, "+claimStatus+" status, q.department, q.reminded_at, q.person_cipher").
		Order("q.id").Limit(f.Limit).Where("q.id > ?", f.After)
	if f.Status != "" {
		q = q.Where(claimStatus+" = ?", f.Status)
	}
	if f.Department != "" {
		q = q.Where("q.department = ?", f.Department)
	}
	found := []Claim{}
	if err := q.Scan(&found).Error; err != nil {
		return nil, err
	}
	for i := range found {
		c := &found[i]
		if len(c.PersonCipher) == 0 {
			continue
		}
		person, err := s.open(c.PersonCipher)
		if err != nil {
			return nil, err
		}
		c.Name = pii.MaskName(person.Name)
		if person.Phone != "" {
			c.Phone = pii.MaskPhone(person.Phone)
		}
	}
	return found, nil
}

func claims(view *gorm.DB, sale Sale) *gorm.DB {
	rows := view.Table("card_recipients r").Select("r.id, r.department, r.reminded_at, r.person_cipher, ? face_fen", sale.FaceFen).Where("r.batch_id = ?", sale.ID)
	if sale.Recipients == 0 {
		rows = view.Table("aid_cards r").Select("r.id, '' department, NULL reminded_at, NULL person_cipher, r.face_fen").Where("r.batch_id = ?", sale.ID)
	}
	return view.Table("(?) q", rows).Joins("LEFT JOIN aid_cards c ON c.id = q.id")
}

func (s *Service) open(cipher []byte) (person sealed, err error) {
	plain, err := s.keys.Open(cipher)
	if err == nil {
		err = json.Unmarshal(plain, &person)
	}
	return person, err
}

// Tally counts the cards of a department in one status.
type Tally struct {
	Department string
	Status     string
	Cards      int64
}

// Tallies counts the cards of a batch by department and status.
func Tallies(view *gorm.DB, sale Sale) ([]Tally, error) {
	found := []Tally{}
	return found, claims(view, sale).Select("q.department, " + claimStatus + " status, COUNT(*) cards").Group("q.department, " + claimStatus).Order("q.department, status").Scan(&found).Error
}

// RemindEvery is how often a person is reminded at most, whoever reminds of what.
const RemindEvery = 24 * time.Hour

// remindedAtOnce bounds how many people one call writes to.
const remindedAtOnce = 2000

// Remind writes to those of a batch, or of a department in it, who have not claimed their
// card, and answers how many those were. Who was reminded within RemindEvery is left out:
// ErrTooOften, if that is everybody who is left.
func (s *Service) Remind(tx *storage.Tx, by audit.Actor, saleID id.ID, department string) (int, error) {
	sale, err := lockOwn(tx, by.OrgID, saleID)
	if err != nil {
		return 0, err
	}
	enterprise, err := admitted(tx, sale.EnterpriseID)
	if err != nil {
		return 0, err
	}
	since := tx.Now().Add(-RemindEvery)
	due := tx.Table("card_recipients r").Joins("JOIN aid_cards c ON c.id = r.id AND c.status = ?", aidcard.Issued).
		Where("r.batch_id = ? AND r.phone_hash IS NOT NULL", sale.ID).
		Where("NOT EXISTS (SELECT 1 FROM card_recipients o WHERE o.phone_hash = r.phone_hash AND o.reminded_at > ?)", since)
	if department != "" {
		due = due.Where("r.department = ?", department)
	}
	var hashes []string
	if err := due.Order("r.id").Limit(remindedAtOnce).Pluck("r.phone_hash", &hashes).Error; err != nil {
		return 0, err
	}
	rows, err := lockUnreminded(tx, hashes, sale.ID, since)
	if err != nil {
		return 0, err
	}
	if len(rows) == 0 {
		return 0, ErrTooOften
	}
	if err := tellWaiting(tx, enterprise, rows, s); err != nil {
		return 0, err
	}
	ids := make([]id.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	if err := tx.Model(&recipient{}).Where("id IN ?", ids).Update("reminded_at", tx.Now()).Error; err != nil {
		return 0, err
	}
	return len(rows), audit.Write(tx, by.About(sale.EnterpriseID), audit.Change{Action: "card_batch.reminded", Subject: "card_batch", SubjectID: sale.ID,
		After: map[string]any{"people": len(rows), "department": department}})
}

// lockUnreminded locks every place of the people, in whatever batch, so that two
// enterprises do not write to one person at once, and answers theirs in this batch.
func lockUnreminded(tx *storage.Tx, hashes []string, saleID id.ID, since clock.Millis) ([]recipient, error) {
	if len(hashes) == 0 {
		return nil, nil
	}
	var all, here []recipient
	if err := tx.ForUpdate().Where("phone_hash IN ?", hashes).Order("id").Find(&all).Error; err != nil {
		return nil, err
	}
	lately := map[string]bool{}
	for _, r := range all {
		if r.RemindedAt != nil && *r.RemindedAt > since {
			lately[*r.PhoneHash] = true
		}
	}
	for _, r := range all {
		if r.BatchID == saleID && !lately[*r.PhoneHash] {
			here = append(here, r)
		}
	}
	return here, nil
}

// toldAtOnce is how many people one event tells.
const toldAtOnce = 200

// tellWaiting writes to the phones, and to the inboxes of those who have verified theirs.
func tellWaiting(tx *storage.Tx, enterprise org.Organisation, rows []recipient, s *Service) error {
	for len(rows) > 0 {
		some := rows[:min(toldAtOnce, len(rows))]
		rows = rows[len(some):]
		hashes := make([]string, len(some))
		for i, r := range some {
			hashes[i] = *r.PhoneHash
		}
		var users []identity.User
		if err := tx.Select("id", "phone_hash").Where("phone_hash IN ? AND phone_verified AND status = ?", hashes, "active").Find(&users).Error; err != nil {
			return err
		}
		known := map[string]bool{}
		m := notify.Message{Template: "card_waiting", Params: map[string]string{"organisation": enterprise.Name}, Link: "/cards", SMS: true}
		for _, u := range users {
			m.UserIDs, known[u.PhoneHash] = append(m.UserIDs, u.ID), true
		}
		for _, r := range some {
			if known[*r.PhoneHash] {
				continue
			}
			person, err := s.open(r.PersonCipher)
			if err != nil {
				return err
			}
			phone, err := s.keys.Seal([]byte(person.Phone))
			if err != nil {
				return err
			}
			m.Phones = append(m.Phones, phone)
		}
		if _, err := outbox.Emit(tx, notify.Topic, m); err != nil {
			return err
		}
	}
	return nil
}

// Recall is which cards to take back: some by id, or all that nobody has claimed.
type Recall struct {
	CardIDs    []id.ID
	Department string
	Reason     string
}

// recalledAtOnce bounds how many cards one call takes back.
const recalledAtOnce = 1000

// TakeBack makes cards void that nobody has claimed; their money is the enterprise's again.
// Named cards that are claimed, or are not of the batch, refuse the whole. It answers how
// many cards and how much it was: nothing, where none is left.
func TakeBack(tx *storage.Tx, by audit.Actor, saleID id.ID, in Recall) (cards int, total money.Fen, err error) {
	var p fault.Problems
	in.Reason = p.Reason(in.Reason, true)
	if err := p.Err(); err != nil {
		return 0, 0, err
	}
	sale, err := lockOwn(tx, by.OrgID, saleID)
	if err != nil {
		return 0, 0, err
	}
	if sale.Status != Issued {
		return 0, 0, ErrState
	}
	found, err := sale.unclaimed(tx, in)
	if err != nil || len(found) == 0 {
		return 0, 0, err
	}
	if total, err = aidcard.Recall(tx, sale.EnterpriseID, found); err != nil {
		return 0, 0, err
	}
	return len(found), total, audit.Write(tx, by.About(sale.EnterpriseID), audit.Change{Action: "card_batch.recalled", Subject: "card_batch", SubjectID: sale.ID, Reason: in.Reason,
		After: map[string]any{"cards": len(found), "amount_fen": total}})
}

func (s Sale) unclaimed(tx *storage.Tx, in Recall) ([]aidcard.Card, error) {
	q := tx.ForUpdate().Where("batch_id = ?", s.ID).Order("id")
	if in.Department != "" {
		q = q.Where("id IN (SELECT r.id FROM card_recipients r WHERE r.batch_id = ? AND r.department = ?)", s.ID, in.Department)
	}
	var found []aidcard.Card
	if len(in.CardIDs) == 0 {
		return found, q.Where(aidcard.Unclaimed).Limit(recalledAtOnce).Find(&found).Error
	}
	err := q.Where("id IN ?", in.CardIDs).Find(&found).Error
	if err == nil && len(found) != len(in.CardIDs) {
		err = aidcard.ErrNotFound
	}
	return found, err // aidcard.Recall refuses those that are claimed
}

// Given is a card that an enterprise put somebody down for.
type Given struct {
	CardID     id.ID
	Enterprise string
	Department string
	Name       string `gorm:"-"`
	CreatedAt  clock.Millis

	PersonCipher []byte
}

// GivenTo lists where somebody is put down by their verified phone, for their own export.
func (s *Service) GivenTo(view *gorm.DB, phoneHash string) ([]Given, error) {
	var found []Given
	err := view.Table("card_recipients r").Select("r.id card_id, o.name enterprise, r.department, r.created_at, r.person_cipher").
		Joins("JOIN card_sales s ON s.id = r.batch_id").Joins("JOIN organisations o ON o.id = s.enterprise_id").
		Where("r.phone_hash = ?", phoneHash).Order("r.id").Scan(&found).Error
	for i := range found {
		if err != nil {
			return nil, err
		}
		var person sealed
		person, err = s.open(found[i].PersonCipher)
		found[i].Name = person.Name
	}
	return found, err
}

// Forget takes a user with a verified phone, whose row still has it, out of the batches that
// they are put down in: nobody claims those cards any more, and the enterprise may recall them.
func Forget(tx *storage.Tx, keys *pii.Keyring, userID id.ID) error {
	nobody, err := json.Marshal(sealed{})
	if err != nil {
		return err
	}
	cipher, err := keys.Seal(nobody)
	if err != nil {
		return err
	}
	return tx.Model(&recipient{}).Where("phone_hash = (SELECT u.phone_hash FROM users u WHERE u.id = ? AND u.phone_verified)", userID).
		Updates(map[string]any{"phone_hash": nil, "person_cipher": cipher}).Error
}
