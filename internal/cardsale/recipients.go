package cardsale

import (
	"encoding/json"
	"strconv"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/imports"
	"zique/internal/spreadsheet"
	"zique/internal/storage"

	"gorm.io/gorm"
)

// Lengths in characters.
const (
	maxName       = 50
	maxDepartment = 60
)

// Person is for whom a card is.
type Person struct{ Name, Phone, Department string }

// recipient is a person's place in a batch. Its id is that of the card.
type recipient struct {
	ID           id.ID `gorm:"primaryKey;autoIncrement:false"`
	BatchID      id.ID
	PhoneHash    *string // nil: the person is gone
	PersonCipher []byte  // sealed person
	Department   string
	RemindedAt   *clock.Millis
	CreatedAt    clock.Millis
}

func (recipient) TableName() string { return "card_recipients" }

// sealed is what is sealed of a recipient.
type sealed struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

// phoneKind is the kind under which package identity finds phones too.
const phoneKind = "phone"

func (s *Service) hash(phone string) string { return s.keys.Lookup(phoneKind, phone) }

// addRecipients writes people whose fields are right and whose phones the batch does not have.
func (s *Service) addRecipients(tx *storage.Tx, sale Sale, people []Person) error {
	rows := make([]recipient, len(people))
	for i, p := range people {
		plain, err := json.Marshal(sealed{p.Name, p.Phone})
		if err != nil {
			return err
		}
		hash := s.hash(p.Phone)
		rows[i] = recipient{ID: tx.NewID(), BatchID: sale.ID, PhoneHash: &hash, Department: p.Department, CreatedAt: tx.Now()}
		if rows[i].PersonCipher, err = s.keys.Seal(plain); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.CreateInBatches(&rows, 100).Error
}

// Table describes a file of recipients.
var Table = spreadsheet.Table{Name: "领卡名单 card recipients", Columns: []spreadsheet.Column{
	{Key: "name", Zh: "姓名", En: "Name", Required: true, Example: "张三", Length: maxName, Check: checkLine},
	{Key: "phone", Zh: "手机号", En: "Phone", Required: true, Example: "13912345678", Note: "11 位，本人用此号码登录后即可领取", Check: checkPhone},
	{Key: "department", Zh: "部门", En: "Department", Example: "行政部", Length: maxDepartment, Check: checkLine},
}}

type problem = spreadsheet.Problem

func checkLine(value string) problem {
	if fault.IsLine(value) {
		return problem{}
	}
	return problem{Code: "invalid", En: "must be a line of text", Zh: "必须是一行文字"}
}

func checkPhone(value string) problem {
	if fault.IsMobile(value) {
		return problem{}
	}
	return problem{Code: "invalid", En: "must be a mobile number of 11 digits", Zh: "应为 11 位手机号"}
}

// maxRows is how many rows a file has at most; it is taken in whole or not at all.
const maxRows = 10_000

// Imports are those of recipients, each into a batch that waits for its confirmation.
func (s *Service) Imports() imports.Kind {
	return imports.Kind{Name: "card_recipient_import", Table: Table, Chunk: maxRows, Page: "/ent/card-batches", Check: s.checkRows, Take: s.takeRows}
}

// checkRows names people who are in the file or the batch twice, and those for whom there
// is no card.
func (s *Service) checkRows(view *gorm.DB, asked imports.Asked, rows []spreadsheet.Row, result *imports.Result) error {
	sale, err := Get(view, asked.By.OrgID, asked.Into)
	if err != nil {
		return err
	}
	if sale.Status != AwaitingConfirmation {
		return ErrState
	}
	var there []string
	if err := view.Model(&recipient{}).Where("batch_id = ?", sale.ID).Pluck("phone_hash", &there).Error; err != nil {
		return err
	}
	taken := make(map[string]bool, len(there)+len(rows))
	for _, hash := range there {
		taken[hash] = true
	}
	room := sale.CardCount - int64(len(there))
	for i, r := range rows {
		if hash := s.hash(r.Get("phone")); fault.IsMobile(r.Get("phone")) && taken[hash] {
			result.Report.Add(r.Number, Table.Title("phone"), problem{Code: "repeated", En: "another recipient of this batch has this phone", Zh: "本批次已有此手机号"})
		} else {
			taken[hash] = true
		}
		if int64(i) >= room {
			result.Report.Add(r.Number, Table.Title("name"), problem{Code: "too_many", En: "the batch has no more cards: it has " + strconv.FormatInt(sale.CardCount, 10), Zh: "超出本批次的张数（" + strconv.FormatInt(sale.CardCount, 10) + "）"})
		}
	}
	return nil
}

// takeRows takes a whole file in. What came into the batch since it was checked may refuse it.
func (s *Service) takeRows(tx *storage.Tx, asked imports.Asked, rows []spreadsheet.Row, result *imports.Result) error {
	sale, err := lockOwn(tx, asked.By.OrgID, asked.Into)
	if err != nil {
		return err
	}
	if sale.Status != AwaitingConfirmation {
		return ErrState
	}
	var there int64
	if err := tx.Model(&recipient{}).Where("batch_id = ?", sale.ID).Count(&there).Error; err != nil {
		return err
	}
	if there+int64(len(rows)) > sale.CardCount {
		return ErrRecipients
	}
	people := make([]Person, len(rows))
	for i, r := range rows {
		people[i] = Person{r.Get("name"), r.Get("phone"), r.Get("department")}
	}
	if err := s.addRecipients(tx, sale, people); storage.IsDuplicate(err) {
		return ErrRecipients
	} else if err != nil {
		return err
	}
	result.Count("added", len(rows))
	return audit.Write(tx, asked.By.About(sale.EnterpriseID), audit.Change{Action: "card_batch.recipients_added", Subject: "card_batch", SubjectID: sale.ID,
		After: map[string]any{"added": len(rows), "recipients": there + int64(len(rows))}})
}
