// Package erasure takes a person whose account is erased out of the texts that others
// wrote: reasons, answers, notes, and the messages that tell of them. The ledger stays,
// and so does the audit log, into which such texts are written masked from the start.
//
// A phone belongs to one person, so it goes wherever it stands, and a name beside it. A
// name alone may be a common word, or what somebody else is called, and people rename
// themselves: nobody knows which name the account carried when a text was written. So a
// name alone goes only in what is by or about the person, as an id in the row says: what
// they wrote and asked for, their orders, their files, their applications that nobody else
// is in; not in all that is about an organisation of theirs. It also goes in events of the
// outbox that were handled, which nobody reads but to look into a failure. Otherwise
// whoever calls themselves as texts have it could rewrite everybody's.
//
// Orders stay as well, for the statements; of the address in them the province and the
// city do.
//
// The contact of an organisation, present or former, is the person when the phone is
// theirs, whatever name stands there; then both go. A name that is theirs beside another's phone stays.
package erasure

import (
	"database/sql"
	"encoding/json"
	"strings"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/notify"
	"zique/internal/pii"
	"zique/internal/storage"
)

// column is one that people write into, or a JSON value with such a text inside.
type column struct {
	table, name string
	json        bool
	own         string // SQL: the rows by or about @user, in which a name alone goes; "": none
	within      string // SQL: the rows to look for a phone in, where the table is too large; "": all
	most        int    // characters that there is room for; 0: more than a text gains
}

const (
	ofThem = "about_user_id = @user"
	alone  = "(SELECT org_id FROM memberships GROUP BY org_id HAVING COUNT(*) = 1 AND MIN(user_id) = @user)"
	bought = "order_id IN (SELECT id FROM orders WHERE buyer_id = @user)"
	paid   = "charge_id IN (SELECT c.id FROM charges c JOIN orders o ON o.id = c.order_id WHERE o.buyer_id = @user)"

	colleagues = "SELECT m.user_id FROM memberships m JOIN memberships mine ON mine.org_id = m.org_id WHERE mine.user_id = @user"
	sellers    = "SELECT m.user_id FROM memberships m JOIN sub_orders s ON s.cooperative_id = m.org_id JOIN orders o ON o.id = s.order_id WHERE o.buyer_id = @user"
)

// columns are all of them; a test of package api looks for somebody gone in every table.
var columns = []column{
	{table: "organisations", name: "reason", own: "id IN " + alone, most: 1000},
	{table: "org_admission_steps", name: "reason", own: "actor_id = @user OR org_id IN " + alone, most: 1000},
	{table: "approvals", name: "reason", own: "requested_by = @user OR " + ofThem, most: 1000},
	{table: "approvals", name: "decision_reason", own: "decided_by = @user OR " + ofThem, most: 1000},
	{table: "approvals", name: "before_json", own: ofThem, json: true},
	{table: "approvals", name: "after_json", own: ofThem, json: true},
	{table: "settlements", name: "note", own: "asked_by = @user", most: 1000},
	{table: "settlement_statements", name: "reason", most: 1000},
	{table: "settlement_statements", name: "answer", most: 1000},
	{table: "bank_rows", name: "carried_reason", own: paid, most: 2000},
	{table: "refunds", name: "reason", own: "asked_by = @user OR " + bought, most: 400},
	{table: "refunds", name: "decision_reason", own: "decided_by = @user OR " + bought, most: 400},
	{table: "files", name: "name", own: "owner_id = @user", most: 120},
	{table: "villages", name: "note", most: 500},
	{table: "villages", name: "story", most: 4000},
	{table: "messages", name: "params", json: true},
	{table: "outbox_events", name: "payload", own: "topic = 'notify.message' AND published_at IS NOT NULL", json: true},
	{table: "idempotency_keys", name: "answer", within: "caller_id IN (" + colleagues + ") OR caller_id IN (" + sellers + ")", json: true},
}

// Forget answers what erases a user, whose row still says who they are, from what others
// wrote, as identity.Service.OnDeletion asks. It reads tables whole, a year's messages
// among them: about a second for a million rows.
func Forget(keys *pii.Keyring) func(tx *storage.Tx, by audit.Actor, userID id.ID) error {
	return func(tx *storage.Tx, _ audit.Actor, userID id.ID) error {
		gone, err := person(tx, keys, userID)
		if err != nil {
			return err
		}
		for _, c := range columns {
			if err := c.forget(tx, gone, userID); err != nil {
				return err
			}
		}
		if err := forgetContact(tx, keys, gone.Phone); err != nil {
			return err
		}
		if err := forgetAddresses(tx, keys, userID); err != nil {
			return err
		}
		return notify.ForgetPhone(tx, keys, gone.Phone)
	}
}

func person(tx *storage.Tx, keys *pii.Keyring, userID id.ID) (pii.Person, error) {
	var user identity.User
	if err := tx.Take(&user, userID).Error; err != nil {
		return pii.Person{}, err
	}
	phone, err := keys.Open(user.PhoneCipher)
	return pii.Person{Name: user.Name, Phone: string(phone)}, err
}

// forgetContact takes the person out of the organisations whose contact has their phone,
// or had it.
func forgetContact(tx *storage.Tx, keys *pii.Keyring, phone string) error {
	present, err := reached(tx, keys, "organisations", "contact_cipher", phone)
	if err != nil {
		return err
	}
	for _, o := range present {
		// A contact that was replaced meanwhile stays.
		err := tx.Table("organisations").Where("id = ? AND contact_cipher = ?", o.ID, o.Cipher).
			Updates(map[string]any{"contact_name": "", "contact_cipher": nil}).Error
		if err != nil {
			return err
		}
	}
	former, err := reached(tx, keys, "former_contacts", "cipher", phone)
	for _, c := range former {
		if err := tx.Exec("DELETE FROM former_contacts WHERE id = ?", c.ID).Error; err != nil {
			return err
		}
	}
	return err
}

type contact struct {
	ID     id.ID
	Cipher []byte
}

// reached are the rows of a table whose sealed phone is the one given.
func reached(tx *storage.Tx, keys *pii.Keyring, table, column, phone string) ([]contact, error) {
	var all []contact
	if err := tx.Table(table).Select("id, " + column + " cipher").Where("LENGTH(" + column + ") > 0").Order("id").Scan(&all).Error; err != nil {
		return nil, err
	}
	var theirs []contact
	for _, c := range all {
		plain, err := keys.Open(c.Cipher)
		if err != nil {
			return nil, err
		}
		if string(plain) == phone {
			theirs = append(theirs, c)
		}
	}
	return theirs, nil
}

func (c column) forget(tx *storage.Tx, gone pii.Person, userID id.ID) error {
	escaped, _ := json.Marshal(gone.Name) // a string always encodes
	where := "(" + c.name + " LIKE @phone OR " + c.name + " LIKE @wide)"
	if c.within != "" {
		where += " AND (" + c.within + ")"
	}
	if c.own != "" {
		where += " OR (" + c.own + ") AND (" + c.name + " LIKE @name ESCAPE '!' OR " + c.name + " LIKE @escaped ESCAPE '!')"
	}
	var found []struct {
		ID   id.ID
		Text string
	}
	err := tx.Table(c.table).Select("id, "+c.name+" text").Where(where,
		sql.Named("user", userID), sql.Named("name", storage.Containing(gone.Name)),
		sql.Named("escaped", storage.Containing(strings.Trim(string(escaped), `"`))),
		sql.Named("phone", scattered(gone.Phone, 0)), sql.Named("wide", scattered(gone.Phone, '０'-'0'))).Scan(&found).Error
	if err != nil {
		return err
	}
	for _, row := range found {
		without := c.without(gone, row.Text)
		if without == row.Text {
			continue
		}
		// A text that was replaced meanwhile stays.
		err := tx.Table(c.table).Where("id = ? AND "+c.name+" = ?", row.ID, row.Text).Update(c.name, without).Error
		if err != nil {
			return err
		}
	}
	return nil
}

func (c column) without(gone pii.Person, text string) string {
	erase := func(text string) string { return gone.Erase(text, identity.ErasedName) }
	if c.json && json.Valid([]byte(text)) {
		return pii.EachText(text, erase)
	}
	without := []rune(erase(text))
	if c.most > 0 && len(without) > c.most { // what stands for a name is longer than many names
		without = without[:c.most]
	}
	return string(without)
}

// scattered is the pattern of the digits with anything between them, moved to another
// alphabet by an offset.
func scattered(phone string, offset rune) string {
	pattern := "%"
	for _, digit := range phone {
		pattern += string(digit+offset) + "%"
	}
	return pattern
}
