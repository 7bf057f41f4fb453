// Package certificate is the proof of what was bought (消费帮扶凭证): of one order for its
// buyer, or of a period for the organisation that its members ordered for. Whoever has its
// code can check it; it names no person.
//
// What a certificate says is frozen when it is issued: goods net of refunds and without
// freight, what of it went to which village, and the villages' share. Beside it stands what
// the same order or period comes to now, so that a later refund shows. Issued again after
// that, it gets a new version under a code of its own, and the one before says that it was
// replaced.
//
// Locks: the order or the organisation before its certificates.
package certificate

import (
	"strings"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
)

// Refusals.
var (
	ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such certificate")
	ErrNoOrder  = fault.New(fault.NotFound, "not_found", "there is no such order")
	ErrNothing  = fault.New(fault.Conflict, "nothing_to_certify", "nothing was paid for, or all of it was given back")
)

// Kinds of certificate.
const (
	OfOrder  = "order"
	OfPeriod = "period"
)

// longest is the longest period, in days.
const longest = 366

// Certificate is one version of a proof.
type Certificate struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	Code       string
	Kind       string
	OrderID    id.ID        // of an order
	OrgID      id.ID        // whose members ordered, or that the order was for; 0: nobody's
	FromAt     clock.Millis // of a period: the first instant of its first day
	UntilAt    clock.Millis // and the first after its last
	Subject    string       // what it is of; with Version unique
	Version    int64
	ReplacedAt *clock.Millis
	Orders     int64
	GoodsFen   money.Fen
	ShareFen   money.Fen
	IssuedBy   id.ID
	IssuedAt   clock.Millis

	OrgName  string    `gorm:"->"`
	Villages []Village `gorm:"-"`
}

// TableName is the table's name.
func (Certificate) TableName() string { return "certificates" }

// Facts are those that were frozen.
func (c Certificate) Facts() Facts { return Facts{c.Orders, c.GoodsFen, c.ShareFen, c.Villages} }

// Village is what of a certificate's goods a village grew.
type Village struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	CertificateID id.ID
	VillageID     id.ID
	GoodsFen      money.Fen
	ShareFen      money.Fen

	Name     string `gorm:"->"`
	Township string `gorm:"->"`
}

// TableName is the table's name.
func (Village) TableName() string { return "certificate_villages" }

// Facts are what an order or a period comes to.
type Facts struct {
	Orders   int64 // of which something stays
	GoodsFen money.Fen
	ShareFen money.Fen
	Villages []Village `gorm:"-"` // that something stays from, the largest first
}

// Same tells whether two facts say the same.
func (f Facts) Same(as Facts) bool {
	if f.Orders != as.Orders || f.GoodsFen != as.GoodsFen || f.ShareFen != as.ShareFen || len(f.Villages) != len(as.Villages) {
		return false
	}
	for i, v := range f.Villages {
		if o := as.Villages[i]; v.VillageID != o.VillageID || v.GoodsFen != o.GoodsFen || v.ShareFen != o.ShareFen {
			return false
		}
	}
	return true
}

// Tidy is a code as it is stored, however it was typed or pasted.
func Tidy(code string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, code))
}
