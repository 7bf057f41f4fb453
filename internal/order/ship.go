package order

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Lifecycle moves orders on once they are placed: ship, receive, cancel, refund, and by
// itself when time is up.
type Lifecycle struct{ Timing Timing }

// Parcel is what a carrier was given.
type Parcel struct {
	Carrier    string
	TrackingNo string
}

const (
	longestCarrier  = 40 // characters
	longestTracking = 40
)

func (p *Parcel) check() error {
	p.Carrier, p.TrackingNo = strings.TrimSpace(p.Carrier), strings.TrimSpace(p.TrackingNo)
	var wrong fault.Problems
	if n := utf8.RuneCountInString(p.Carrier); n < 1 || n > longestCarrier {
		wrong.Add("carrier", "length", fmt.Sprintf("name the carrier in 1 to %d characters", longestCarrier))
	}
	if len(p.TrackingNo) < 1 || len(p.TrackingNo) > longestTracking || strings.ContainsFunc(p.TrackingNo, notOfTracking) {
		wrong.Add("tracking_no", "format", fmt.Sprintf("a tracking number has 1 to %d letters, digits and hyphens", longestTracking))
	}
	return wrong.Err()
}

func notOfTracking(r rune) bool {
	return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-')
}

// Shipment is one parcel of a sub-order on its way.
type Shipment struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	SubOrderID id.ID
	Carrier    string
	TrackingNo string
	CreatedBy  id.ID
	CreatedAt  clock.Millis

	Lines []ShippedLine `gorm:"-"`
}

// TableName is the table's name.
func (Shipment) TableName() string { return "shipments" }

// ShippedLine is what a parcel holds of a line.
type ShippedLine struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	ShipmentID id.ID
	LineID     id.ID
	Quantity   int64
}

// TableName is the table's name.
func (ShippedLine) TableName() string { return "shipment_lines" }

// Ship records a parcel of the acting cooperative's. Without lines it holds all that is
// still to be sent.
func (lc Lifecycle) Ship(tx *storage.Tx, by audit.Actor, subOrderID id.ID, p Parcel, lines []ShippedLine) (*Shipment, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	o, err := lockOfCooperative(tx, subOrderID, by.OrgID)
	if err != nil {
		return nil, err
	}
	s := o.sub(subOrderID)
	sent := &Shipment{ID: tx.NewID(), SubOrderID: s.ID, Carrier: p.Carrier, TrackingNo: p.TrackingNo, CreatedBy: by.UserID, CreatedAt: tx.Now()}
	if sent.Lines, err = o.pack(s, lines); err != nil {
		return nil, err
	}
	e := shipRest
	for _, l := range o.linesOf(s.ID) {
		if l.unshipped() > 0 {
			e = shipSome
		}
	}
	before := s.Status
	if err := s.move(e, tx.Now()); err != nil {
		return nil, err
	}
	for i := range sent.Lines {
		sent.Lines[i].ID, sent.Lines[i].ShipmentID = tx.NewID(), sent.ID
	}
	if err := tx.Create(sent).Error; err != nil {
		return nil, err
	}
	if err := tx.Create(&sent.Lines).Error; err != nil {
		return nil, err
	}
	if err := lc.save(tx, o); err != nil {
		return nil, err
	}
	return sent, audit.Write(tx, by, audit.Change{Action: "order.shipped", Subject: "sub_order", SubjectID: s.ID,
		Before: map[string]string{"status": before}, After: map[string]string{"status": s.Status, "shipment_id": sent.ID.String()}})
}

// pack takes units of the lines into a parcel. It fails with ErrState, all wrong fields, or
// ErrShipExceeds, which names the lines.
func (o *Order) pack(s *SubOrder, asked []ShippedLine) ([]ShippedLine, error) {
	if s.Status != Paid && s.Status != PartlyShipped {
		return nil, ErrState
	}
	if len(asked) == 0 {
		for _, l := range o.linesOf(s.ID) {
			if l.unshipped() > 0 {
				asked = append(asked, ShippedLine{LineID: l.ID, Quantity: l.unshipped()})
			}
		}
	}
	var wrong fault.Problems
	exceeds := ErrShipExceeds
	seen := map[id.ID]bool{}
	for i, a := range asked {
		l := o.line(a.LineID)
		at := fmt.Sprintf("lines[%d]", i)
		switch {
		case l == nil || l.SubOrderID != s.ID:
			wrong.Add(at+".line_id", "unknown", "the sub-order has no such line")
		case seen[l.ID]:
			wrong.Add(at+".line_id", "duplicate", "this line stands in the parcel already")
		case a.Quantity < 1:
			wrong.Add(at+".quantity", "range", "send at least one unit")
		case a.Quantity > l.unshipped():
			exceeds = exceeds.With(at+".quantity", "shipment_exceeds", fmt.Sprintf("%d units are still to be sent", l.unshipped()))
		default:
			seen[l.ID] = true
			l.ShippedQuantity += a.Quantity
		}
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	if len(exceeds.Fields) > 0 {
		return nil, exceeds
	}
	return asked, nil
}
