// Package aidcard holds prepaid aid cards (爱心卡). Invariants: a card's balance lies
// between 0 and its face, and equals its ledger account; its status changes by one table
// (state.go), and what takes its money elsewhere is a step that is posted; a card's secret is stored
// only as an HMAC under a pepper, and can neither be read back nor guessed; cards
// come from batches that an enterprise paid for.
package aidcard

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
)

// Card statuses.
const (
	Issued  = "issued"  // nobody has claimed it
	Active  = "active"  // has a holder
	Frozen  = "frozen"  // stopped for the time being
	Void    = "void"    // stopped for good
	Expired = "expired" // past its date
)

// Kinds of the transactions that make cards: FundingPosting brings the enterprise's money
// in, by the batch; IssuePosting fills a card.
const (
	FundingPosting = "card_funding"
	IssuePosting   = "card_issue"
)

// Refusals. ErrNotUsable is the same for a card that is unknown, another's, void or
// already claimed, so that codes and ids cannot be guessed by their answers.
var (
	ErrNotUsable    = fault.New(fault.Conflict, "card_not_usable", "this card cannot be used here")
	ErrFrozen       = fault.New(fault.Conflict, "card_frozen", "this card is frozen")
	ErrExpired      = fault.New(fault.Conflict, "card_expired", "this card has expired")
	ErrInsufficient = fault.New(fault.Conflict, "insufficient_balance", "the cards do not hold enough for this order")
	ErrNotFound     = fault.New(fault.NotFound, "not_found", "there is no such card")
)

// Batch is a number of cards of one face value that one enterprise bought (发卡批次).
type Batch struct {
	ID           id.ID `gorm:"primaryKey;autoIncrement:false"`
	ProgramID    id.ID
	EnterpriseID id.ID
	FaceFen      money.Fen
	CardCount    int64
	CreatedAt    clock.Millis
}

// TableName is the table's name.
func (Batch) TableName() string { return "card_batches" }

// Card is one aid card.
type Card struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	BatchID    id.ID
	Number     string    // public
	SecretHash *string   // nil until the secret is made
	HolderID   *id.ID    // a user, or the organisation in whose wallet it is; nil until claimed
	FaceFen    money.Fen // all that was loaded
	BalanceFen money.Fen
	Status     string
	ExpiresAt  *clock.Millis // the end of its last day; nil: does not expire

	Kind        string
	DueAt       *clock.Millis // when Expire marks it; nil: not as it stands
	FrozenFor   string
	MovedInFen  money.Fen // part of its face that came from other cards
	ReplacesID  id.ID     // the lost card in whose place it was made; 0: none
	SuccessorID id.ID     // the card that has its money now; 0: none
}

// TableName is the table's name.
func (Card) TableName() string { return "aid_cards" }

// MaskedNumber shows the last four digits.
func (c Card) MaskedNumber() string { return "**** **** " + c.Number[len(c.Number)-4:] }

// Account is the card's account in the ledger.
func (c Card) Account() string { return Account(c.ID) }

// Account is a card's account in the ledger: what its holder can spend.
func Account(cardID id.ID) string { return "card:" + cardID.String() }

// UsableBy answers nil when holder can pay with the card now.
func (c Card) UsableBy(holder id.ID, now clock.Millis) error {
	switch {
	case c.HolderID == nil || *c.HolderID != holder || c.Status == Void || c.Status == Issued:
		return ErrNotUsable
	case c.Status == Frozen:
		return ErrFrozen
	case c.Status == Expired || (c.ExpiresAt != nil && *c.ExpiresAt <= now):
		return ErrExpired
	}
	return nil
}

// Issuing is what Issue is told.
type Issuing struct {
	ProgramID    id.ID
	EnterpriseID id.ID
	FaceFen      money.Fen
	Count        int64
	Kind         string // "": registered
	ExpiresAt    *clock.Millis
}

// Issue makes a batch of unclaimed cards without secrets at once, paid from the
// enterprise's money, which has come in through the bank: for the seed and for tests.
// What enterprises order is minted by a job; see package cardsale.
func Issue(tx *storage.Tx, in Issuing) (Batch, []Card, error) {
	if err := KeepProgram(tx, in.ProgramID); err != nil {
		return Batch{}, nil, err
	}
	b := Batch{ID: tx.NewID(), ProgramID: in.ProgramID, EnterpriseID: in.EnterpriseID, FaceFen: in.FaceFen, CardCount: in.Count, CreatedAt: tx.Now()}
	if err := tx.Create(&b).Error; err != nil {
		return b, nil, err
	}
	total := in.FaceFen * money.Fen(in.Count)
	_, err := ledger.Post(tx, []ledger.Posting{{Kind: FundingPosting, Reference: b.ID.String(), Entries: []ledger.Entry{
		{Account: org.BankAccount, Amount: -total}, {Account: org.PaidInAccount(in.EnterpriseID), Amount: total}}}})
	if err != nil {
		return b, nil, err
	}
	ids := make([]id.ID, in.Count)
	for i := range ids {
		ids[i] = tx.NewID()
	}
	cards, err := Mint(tx, b, ids, cmp.Or(in.Kind, Registered), in.ExpiresAt)
	return b, cards, err
}

func numberOf(cardID id.ID) string { return fmt.Sprintf("ZQ%019d", int64(cardID)) }

// Codes makes, reads and hashes card codes: 24 characters of Crockford's base32,
// 120 bits from Rand.
type Codes struct {
	Pepper []byte
	Rand   io.Reader
}

const (
	alphabet   = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeLength = 24
	groupOf    = 4
)

// New makes a code, in groups of four.
func (c Codes) New() (string, error) {
	raw := make([]byte, codeLength)
	if _, err := io.ReadFull(c.Rand, raw); err != nil {
		return "", err
	}
	for i := range raw {
		raw[i] = alphabet[raw[i]%byte(len(alphabet))] // 256 is a multiple of 32: no bias
	}
	return group(string(raw)), nil
}

func group(code string) string {
	var parts []string
	for i := 0; i < len(code); i += groupOf {
		parts = append(parts, code[i:i+groupOf])
	}
	return strings.Join(parts, "-")
}

// Normalize reads a code as people type it: case, spaces and hyphens do not
// matter, O is 0, I and L are 1. It tells whether the rest is a code at all.
func Normalize(typed string) (string, bool) {
	replaced := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
	if len(replaced) != codeLength {
		return "", false
	}
	for _, r := range replaced {
		if !strings.ContainsRune(alphabet, r) {
			return "", false
		}
	}
	return replaced, true
}

// isBlank tells whether nothing was typed but what Normalize leaves out.
func isBlank(typed string) bool {
	return strings.TrimSpace(strings.ReplaceAll(typed, "-", "")) == ""
}

// Hash is what is stored of a normalized code.
func (c Codes) Hash(normalized string) string {
	mac := hmac.New(sha256.New, c.Pepper)
	mac.Write([]byte(normalized))
	return hex.EncodeToString(mac.Sum(nil))
}

// SetCode gives an unclaimed card its secret.
func (c Codes) SetCode(tx *storage.Tx, cardID id.ID, code string) error {
	normalized, ok := Normalize(code)
	if !ok {
		return ErrNotUsable
	}
	change := tx.Model(&Card{}).Where("id = ? AND status = ?", cardID, Issued).Update("secret_hash", c.Hash(normalized))
	if change.Error == nil && change.RowsAffected != 1 {
		return ErrNotUsable
	}
	return change.Error
}
