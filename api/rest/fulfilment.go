package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/idempotency"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/pii"
	"zique/internal/storage"
)

// Who of a cooperative does what with its orders. A suspended one goes on with those
// that were paid.
var (
	sellers    = members([]string{org.Cooperative}).evenSuspended()
	packers    = members([]string{org.Cooperative}, org.RoleOwner, org.RolePacker).evenSuspended()
	afterSales = members([]string{org.Cooperative}, org.RoleOwner, org.RoleAccountant).evenSuspended()
)

// PartJSON is a cooperative's part of an order, its sub-order.
type PartJSON struct {
	SubOrderJSON
	OrderID   string        `json:"order_id"`
	CreatedAt time.Time     `json:"created_at"`
	DueAt     *time.Time    `json:"due_at" doc:"when it moves on by itself; null: it waits for somebody"`
	Address   AddressFields `json:"address" doc:"whole for those who send the goods, until they have arrived; else masked"`
	ShareFen  money.Fen     `json:"share_fen"`
	Lines     []LineJSON    `json:"lines"`
	Refunds   []RefundJSON  `json:"refunds"`
}

// wholeAddress leaves the number as it is: a carrier calls it.
func wholeAddress(a identity.Address) AddressFields {
	return AddressFields{a.Name, a.Phone, a.Province, a.City, a.District, a.Detail}
}

// needAddress are the statuses in which a parcel may be on its way.
var needAddress = []string{order.Paid, order.PartlyShipped, order.Shipped}

func (s *Server) partJSON(ctx context.Context, p order.Part) (PartJSON, error) {
	address, err := s.openAddress(p.AddressCipher)
	if err != nil {
		return PartJSON{}, err
	}
	sends := acting(ctx).Role == org.RoleOwner || acting(ctx).Role == org.RolePacker
	if !address.IsErased() && (!sends || !slices.Contains(needAddress, p.SubOrder.Status)) {
		address = identity.Address{Name: pii.MaskName(address.Name), Phone: pii.MaskPhone(address.Phone), Province: address.Province, City: address.City}
	}
	out := PartJSON{
		SubOrderJSON: subOrderJSON(p.SubOrder), OrderID: p.OrderID.String(), CreatedAt: p.CreatedAt.Time(), DueAt: timeOrNil(p.DueAt),
		Address: wholeAddress(address), Lines: []LineJSON{}, Refunds: []RefundJSON{},
	}
	for _, l := range p.Lines {
		out.Lines = append(out.Lines, lineJSON(l))
		out.ShareFen += l.ShareFen
	}
	for _, r := range p.Refunds {
		out.Refunds = append(out.Refunds, refundJSON(r))
	}
	return out, nil
}

type partsIn struct {
	Paging
	Status     string `query:"status" enum:"paid,partly_shipped,shipped,received,closed,cancelled"`
	OpenRefund bool   `query:"open_refund" doc:"only those with a refund to decide"`
}

func (s *Server) listParts(ctx context.Context, in *partsIn) (*body[list[PartJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := order.Parts(s.DB.Read(ctx), acting(ctx).OrgID,
		order.PartFilter{Status: in.Status, OpenRefund: in.OpenRefund, BeforeID: before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(p order.Part) string { return p.SubOrder.ID.String() })
	out := &body[list[PartJSON]]{list[PartJSON]{Items: []PartJSON{}, NextCursor: next}}
	for _, p := range page {
		shown, err := s.partJSON(ctx, p)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, shown)
	}
	return out, nil
}

// PathSubOrder names one sub-order by its id.
type PathSubOrder struct {
	SubOrderID string `path:"sub_order_id" maxLength:"20"`
}

func (in PathSubOrder) parse() (id.ID, error) { return PathID{in.SubOrderID}.parse(order.ErrNotFound) }

func (s *Server) getPart(ctx context.Context, in *PathSubOrder) (*body[PartJSON], error) {
	subID, err := in.parse()
	if err != nil {
		return nil, err
	}
	return s.showPart(ctx, subID)
}

func (s *Server) showPart(ctx context.Context, subID id.ID) (*body[PartJSON], error) {
	found, err := order.PartOf(s.DB.Read(ctx), acting(ctx).OrgID, subID)
	if err != nil {
		return nil, err
	}
	shown, err := s.partJSON(ctx, found)
	return &body[PartJSON]{shown}, err
}

// ParcelFields are who carries a parcel, and under which number.
type ParcelFields struct {
	Carrier    string `json:"carrier" minLength:"1" maxLength:"160" example:"邮政"`
	TrackingNo string `json:"tracking_no" minLength:"1" maxLength:"40"`
}

type packedLine struct {
	LineID   string `json:"line_id" maxLength:"20"`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"9999"`
}

type shipIn struct {
	PathSubOrder
	Key  string `header:"Idempotency-Key"`
	Body struct {
		ParcelFields
		Lines []packedLine `json:"lines,omitempty" maxItems:"200" doc:"what is in the parcel; left out: all that is still to be sent"`
	}
}

func (s *Server) ship(ctx context.Context, in *shipIn) (*stored, error) {
	subID, err := in.parse()
	if err != nil {
		return nil, err
	}
	key, err := keyFor(ctx, "ship-order", base+"/coop/orders/"+in.SubOrderID+"/shipments", in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	var wrong wrongIDs
	var lines []order.ShippedLine
	for i, l := range in.Body.Lines {
		lines = append(lines, order.ShippedLine{LineID: wrong.parse(l.LineID, index("lines", i)+".line_id"), Quantity: l.Quantity})
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	parcel := order.Parcel{Carrier: in.Body.Carrier, TrackingNo: in.Body.TrackingNo}
	return s.once(ctx, key, func(tx *storage.Tx) (any, id.ID, error) {
		sent, err := s.Lifecycle.Ship(tx, actor(ctx), subID, parcel, lines)
		if err != nil {
			return nil, 0, err
		}
		return shipmentJSON(*sent), sent.ID, nil
	})
}

// once carries out a keyed call and answers what it made, or what it answered before.
func (s *Server) once(ctx context.Context, key idempotency.Key, do func(tx *storage.Tx) (answer any, made id.ID, err error)) (*stored, error) {
	return s.onceAs(ctx, key, http.StatusCreated, do)
}

func (s *Server) onceAs(ctx context.Context, key idempotency.Key, status int, do func(tx *storage.Tx) (answer any, made id.ID, err error)) (*stored, error) {
	type outcome struct {
		answer any
		made   id.ID
	}
	encode := func(result any, declined *fault.Fault) (idempotency.Encoded, error) {
		if declined != nil {
			return s.sealDecline(ctx, declined)
		}
		done := result.(outcome)
		return s.seal(status, done.answer, done.made)
	}
	answer, err := idempotency.Run(ctx, s.DB, key, encode, func(tx *storage.Tx) (any, error) {
		shown, made, err := do(tx)
		return outcome{shown, made}, err
	})
	if err != nil {
		return nil, err
	}
	return s.answerStored(answer)
}

func (s *Server) confirmReceipt(ctx context.Context, in *cancelIn) (*body[OrderJSON], error) {
	orderID, only, err := in.parts()
	if err != nil {
		return nil, err
	}
	if err := s.DB.InTx(ctx, func(tx *storage.Tx) error { return s.Lifecycle.Receive(tx, actor(ctx), orderID, only) }); err != nil {
		return nil, err
	}
	return s.showOrder(ctx, orderID)
}
