// Package erasure takes a person whose account is erased out of the texts that others
// wrote: reasons, answers, notes, and the messages that tell of them. The ledger stays,
// and so does the audit log, into which such texts are written masked from the start.
//
// A phone belongs to one person, so it goes wherever it stands, and a name beside it. A
// name alone goes where it can be theirs, in what is about them or their organisations, and
// in the events of the outbox, which nobody reads but to look into a failure. Otherwise
// whoever calls themselves by a common word could rewrite everybody's texts.
package erasure

import (
	"database/sql"
	"encoding/json"
	"strings"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/pii"
	"zique/internal/storage"
)

// column is one that people write into, or a JSON value with such a text inside.
type column struct {
	table, name string
	json        bool
	theirs      string // SQL: the rows in which a name can be that of @user, who is of @orgs
	narrow      bool   // the table is too large to look for a phone in all its rows
}

const (
	asked = "org_id IN @orgs OR requested_by = @user OR decided_by = @user OR (subject = 'user' AND subject_id = @user)"
	sold  = "order_id IN (SELECT id FROM orders WHERE buyer_id = @user) OR sub_order_id IN (SELECT id FROM sub_orders WHERE cooperative_id IN @orgs)"
	paid  = "charge_id IN (SELECT c.id FROM charges c JOIN orders o ON o.id = c.order_id WHERE o.buyer_id = @user)"

	colleagues = "SELECT user_id FROM memberships WHERE org_id IN @orgs"
	sellers    = "SELECT m.user_id FROM memberships m JOIN sub_orders s ON s.cooperative_id = m.org_id JOIN orders o ON o.id = s.order_id WHERE o.buyer_id = @user"
)

// columns are all of them; a test of package api looks for somebody gone in every table.
var columns = []column{
	{table: "organisations", name: "reason", theirs: "id IN @orgs"},
	{table: "org_admission_steps", name: "reason", theirs: "org_id IN @orgs"},
	{table: "approvals", name: "reason", theirs: asked},
	{table: "approvals", name: "decision_reason", theirs: asked},
	{table: "approvals", name: "before_json", theirs: asked, json: true},
	{table: "approvals", name: "after_json", theirs: asked, json: true},
	{table: "settlements", name: "note", theirs: "asked_by = @user"},
	{table: "settlement_statements", name: "reason", theirs: "org_id IN @orgs"},
	{table: "settlement_statements", name: "answer", theirs: "org_id IN @orgs"},
	{table: "bank_rows", name: "carried_reason", theirs: paid},
	{table: "refunds", name: "reason", theirs: sold},
	{table: "refunds", name: "decision_reason", theirs: sold},
	{table: "messages", name: "params", theirs: "user_id IN (" + colleagues + ")", json: true},
	{table: "outbox_events", name: "payload", theirs: "topic = 'notify.message'", json: true},
	{table: "idempotency_keys", name: "answer", theirs: "caller_id IN (" + colleagues + ") OR caller_id IN (" + sellers + ")", json: true, narrow: true},
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
		orgs, err := organisations(tx, userID)
		if err != nil {
			return err
		}
		for _, c := range columns {
			if err := c.forget(tx, gone, userID, orgs); err != nil {
				return err
			}
		}
		return tx.Exec("UPDATE organisations SET contact_name = '', contact_cipher = NULL WHERE id IN ? AND contact_name = ?", orgs, gone.Name).Error
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

// organisations are those of which the user is a member or took a step.
func organisations(tx *storage.Tx, userID id.ID) ([]id.ID, error) {
	var orgs []id.ID
	return orgs, tx.Raw("SELECT org_id FROM memberships WHERE user_id = ? UNION SELECT org_id FROM org_admission_steps WHERE actor_id = ?", userID, userID).
		Scan(&orgs).Error
}

func (c column) forget(tx *storage.Tx, gone pii.Person, userID id.ID, orgs []id.ID) error {
	escaped, _ := json.Marshal(gone.Name) // a string always encodes
	named := "(" + c.name + " LIKE @name ESCAPE '!' OR " + c.name + " LIKE @escaped ESCAPE '!')"
	called := "(" + c.name + " LIKE @phone OR " + c.name + " LIKE @wide)"
	where := "(" + c.theirs + ") AND " + named + " OR " + called
	if c.narrow {
		where = "(" + c.theirs + ") AND (" + named + " OR " + called + ")"
	}
	var found []struct {
		ID   id.ID
		Text string
	}
	err := tx.Table(c.table).Select("id, "+c.name+" text").Where(where,
		sql.Named("orgs", orgs), sql.Named("user", userID), sql.Named("name", storage.Containing(gone.Name)),
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
	return erase(text)
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
