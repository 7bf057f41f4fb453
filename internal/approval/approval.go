// Package approval is the one way in which an action waits for a second person
// (双人复核). It knows no business noun: whoever has such an action registers a Kind,
// asks through Ask, and is called back to carry it out. Its invariants:
//
//   - Nobody decides what they asked for themselves.
//   - What is approved is carried out once, in the transaction that records the
//     approval: there is no approval without its effect and no effect without it.
//   - For one thing (kind, subject, subject id) at most one request is pending; the
//     unique pending_key sees to it.
//   - A request that ran out is never carried out, whether or not Expire has marked it.
//
// A decision locks the approval's row first and then whatever its Kind locks.
package approval

import (
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Statuses of an approval.
const (
	Pending   = "pending"
	Approved  = "approved"
	Rejected  = "rejected"
	Withdrawn = "withdrawn"
	Expired   = "expired"
)

// The refusals of this package beside invalid fields.
var (
	ErrNotFound   = fault.New(fault.NotFound, "not_found", "there is no such request here")
	ErrPending    = fault.New(fault.Conflict, "approval_pending", "a request for this is waiting for a decision already")
	ErrOwnRequest = fault.New(fault.Forbidden, "own_request", "another person decides than who asked, or whom it concerns")
	ErrExpired    = fault.New(fault.Conflict, "approval_expired", "the request ran out before it was decided; ask again")
	ErrAskerGone  = fault.New(fault.Conflict, "asker_gone", "whoever asked may not do this any more; reject the request")
	errErased     = fault.New(fault.NotFound, "not_found", "there is no such user any more")
	ErrDecided    = fault.New(fault.Conflict, "state_conflict", "the request is decided already")
)

// Approval is a request and what became of it.
type Approval struct {
	ID             id.ID `gorm:"primaryKey;autoIncrement:false"`
	Kind           string
	Subject        string // the kind of thing, such as "organisation"
	SubjectID      id.ID
	OrgID          id.ID // the organisation that it is about; 0: none
	AboutUserID    id.ID // the user that it is about; 0: none
	RequestedBy    id.ID
	Reason         string
	BeforeJSON     string // what people compare: masked, never a secret; see Kind.Reveal
	AfterJSON      string
	Payload        string `json:"-"` // JSON for Carry and Reveal while pending; personal values sealed inside
	Status         string
	PendingKey     *string // unique while pending, else NULL
	CreatedAt      clock.Millis
	ExpiresAt      clock.Millis
	DecidedBy      id.ID
	DecidedAt      *clock.Millis
	DecisionReason string

	RequesterName string `gorm:"->"`
	DeciderName   string `gorm:"->"`
	OrgName       string `gorm:"->"`
	MayDecide     bool   `gorm:"->"` // the user who reads it may decide it now
	IsOwn         bool   `gorm:"-"`  // it is pending, and concerns what is the reader's own; see Kind.Own
}

// TableName is the table's name.
func (Approval) TableName() string { return "approvals" }

// People are those whom its texts may name.
func (a Approval) People() audit.Circle {
	return audit.Circle{Users: []id.ID{a.RequestedBy, a.DecidedBy, a.AboutUserID}, Orgs: []id.ID{a.OrgID}}
}

// PersonLeft tells that the request ended because the account of whom it is about was erased.
func (a Approval) PersonLeft() bool { return a.Status == Withdrawn && a.DecidedBy != a.RequestedBy }

// Open reads the payload that was given to Ask.
func (a Approval) Open(into any) error { return json.Unmarshal([]byte(a.Payload), into) }

// asOf shows a request that ran out as expired, even before Expire marks it.
func (a *Approval) asOf(now clock.Millis) {
	if a.Status == Pending && a.ExpiresAt <= now {
		a.Status = Expired
	}
}

// Condition is true of those rows `a` of approvals that a user may decide. The zero
// Condition is true of none.
type Condition struct {
	SQL  string
	Args []any
}

// Kind is one sort of action that needs a second person.
type Kind struct {
	Name string        // at most 40 ASCII characters, such as "payee_account.change"
	TTL  time.Duration // how long a request waits

	// Decides is which requests of this kind the user decides. It looks the user up once
	// for a whole list; the one who asked is refused besides.
	Decides func(view *gorm.DB, userID id.ID) (Condition, error)
	// Own, if set, tells of a pending request whether it concerns what is the user's own:
	// they see it, and another decides. Carry looks again under its locks.
	Own func(view *gorm.DB, userID id.ID, a Approval) (bool, error)
	// Elsewhere is which requests of this kind wait for others than operators.
	Elsewhere Condition
	// Reveal, if set, answers Before and After as those see them who may decide, which
	// they could not about what the request's row keeps masked; a nil before
	// leaves Before as it is.
	Reveal func(a Approval) (before, after any, err error)
	// Carry carries the action out, or refuses with ErrAskerGone where the one who asked
	// might not ask any more. When it refuses, the request stays pending.
	Carry func(tx *storage.Tx, by audit.Actor, a Approval) error
	// Settled, if set, tells people how a request ended, whatever its status is now.
	Settled func(tx *storage.Tx, a Approval) error
}

// Desk knows the kinds. Register them all before the first request.
type Desk struct{ kinds map[string]Kind }

// NewDesk has no kinds yet.
func NewDesk() *Desk { return &Desk{kinds: map[string]Kind{}} }

// Register adds a kind. Two of one name are a mistake in the wiring.
func (d *Desk) Register(k Kind) {
	if _, twice := d.kinds[k.Name]; twice {
		panic("approval: two kinds are called " + k.Name)
	}
	d.kinds[k.Name] = k
}
