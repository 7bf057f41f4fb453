package rest

import (
	"context"
	"mime"
	"time"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/pii"
	"zique/internal/procurement"
	"zique/internal/storage"
)

// Who acts on a purchase order. What was approved is delivered, and what came is accepted,
// also while an organisation is suspended.
var (
	purchasers = buyers.evenSuspended()
	quoters    = members([]string{org.Cooperative}, org.RoleOwner, org.RoleAccountant)
)

// PurchaseLineJSON is some produce of a village.
type PurchaseLineJSON struct {
	ID               string            `json:"id"`
	ProductID        string            `json:"product_id,omitempty" doc:"absent: it is not in the catalogue"`
	Village          NamedJSON         `json:"village"`
	Title            string            `json:"title"`
	Unit             string            `json:"unit"`
	Quantity         int64             `json:"quantity"`
	WantedFen        money.Fen         `json:"wanted_fen" doc:"per unit; 0: none was named"`
	PriceFen         money.Fen         `json:"price_fen" doc:"per unit, as quoted"`
	RateBp           money.BasisPoints `json:"rate_bp" doc:"of the village's share; frozen when the order is approved, until then that in force"`
	AcceptedQuantity int64             `json:"accepted_quantity"`
	RejectedQuantity int64             `json:"rejected_quantity"`
	RejectedReason   string            `json:"rejected_reason,omitempty"`
	GoodsFen         money.Fen         `json:"goods_fen" doc:"accepted"`
	ShareFen         money.Fen         `json:"share_fen" doc:"on top of that"`
}

// PurchaseOrderJSON is a purchase order and how far it is.
type PurchaseOrderJSON struct {
	ID               string             `json:"id"`
	Enterprise       NamedJSON          `json:"enterprise"`
	Cooperative      NamedJSON          `json:"cooperative"`
	Status           string             `json:"status" enum:"requested,quoted,approved,delivered,accepted,paid,declined,cancelled,rejected"`
	TermsDays        int64              `json:"terms_days" doc:"after acceptance until it is due"`
	ContactName      string             `json:"contact_name,omitempty"`
	ContactPhone     string             `json:"contact_phone,omitempty" doc:"masked for the staff"`
	Address          string             `json:"address,omitempty" doc:"not in lists, nor for auditors"`
	DeliverBy        string             `json:"deliver_by,omitempty" example:"2026-01-05" doc:"as quoted"`
	Carrier          string             `json:"carrier,omitempty"`
	DeliveryNote     string             `json:"delivery_note,omitempty" doc:"its number"`
	Reason           string             `json:"reason,omitempty" doc:"why it was declined or cancelled"`
	QuotedFen        money.Fen          `json:"quoted_fen"`
	ExpectedShareFen money.Fen          `json:"expected_share_fen" doc:"on top, if all that was quoted is accepted; not in lists"`
	GoodsFen         money.Fen          `json:"goods_fen" doc:"accepted"`
	ShareFen         money.Fen          `json:"share_fen" doc:"on top of that"`
	DueFen           money.Fen          `json:"due_fen"`
	DueDay           string             `json:"due_day,omitempty" example:"2026-01-05" doc:"through whose end it may be paid"`
	Overdue          bool               `json:"overdue"`
	Transfer         *TransferJSON      `json:"transfer,omitempty" doc:"how to pay, while money is awaited"`
	Lines            []PurchaseLineJSON `json:"lines" doc:"empty in lists"`
	DraftedByMe      bool               `json:"drafted_by_me" doc:"somebody else approves"`
	ApprovedByMe     bool               `json:"approved_by_me" doc:"somebody else accepts the goods"`
	CreatedAt        time.Time          `json:"created_at"`
	QuotedAt         *time.Time         `json:"quoted_at,omitempty"`
	ApprovedAt       *time.Time         `json:"approved_at,omitempty"`
	DeliveredAt      *time.Time         `json:"delivered_at,omitempty"`
	AcceptedAt       *time.Time         `json:"accepted_at,omitempty"`
	PaidAt           *time.Time         `json:"paid_at,omitempty"`
	EndedAt          *time.Time         `json:"ended_at,omitempty"`
}

func (s *Server) purchaseJSON(ctx context.Context, o procurement.Order, v veil) PurchaseOrderJSON {
	me := caller(ctx).UserID
	out := PurchaseOrderJSON{ID: o.ID.String(), Enterprise: NamedJSON{o.EnterpriseID.String(), o.EnterpriseName}, Cooperative: NamedJSON{o.CooperativeID.String(), o.CooperativeName},
		Status: o.Status, TermsDays: o.TermsDays, ContactName: v.name(o.ContactName), ContactPhone: o.Phone, Address: o.Address, DeliverBy: o.DeliverBy, Carrier: o.Carrier,
		DeliveryNote: o.DeliveryNote, Reason: v.text(o.Reason), QuotedFen: o.QuotedFen, ExpectedShareFen: o.ExpectedShareFen(), GoodsFen: o.GoodsFen, ShareFen: o.ShareFen,
		DueFen: o.DueFen(), DueDay: o.DueDay, Overdue: o.Overdue(s.DB.Now()), Lines: []PurchaseLineJSON{}, DraftedByMe: o.DraftedBy == me, ApprovedByMe: o.ApprovedBy == me,
		CreatedAt: o.CreatedAt.Time(), QuotedAt: instant(o.QuotedAt), ApprovedAt: instant(o.ApprovedAt), DeliveredAt: instant(o.DeliveredAt), AcceptedAt: instant(o.AcceptedAt),
		PaidAt: instant(o.PaidAt), EndedAt: instant(o.EndedAt)}
	if acting(ctx).OrgID == 0 && out.ContactPhone != "" {
		out.ContactPhone = pii.MaskPhone(out.ContactPhone)
	}
	if v.drawn {
		out.Address = ""
	}
	if o.Status == procurement.Accepted && acting(ctx).OrgID != o.CooperativeID {
		out.Transfer = &TransferJSON{s.Payee.Holder, s.Payee.Bank, s.Payee.Number, o.RemittanceCode, o.DueFen()}
	}
	for _, l := range o.Lines {
		out.Lines = append(out.Lines, PurchaseLineJSON{l.ID.String(), idOrNone(l.ProductID), NamedJSON{l.VillageID.String(), l.VillageName}, v.text(l.Title), l.Unit, l.Quantity, l.WantedFen,
			l.PriceFen, l.RateBp, l.AcceptedQuantity, l.RejectedQuantity, v.text(l.RejectedReason), l.GoodsFen, l.ShareFen})
	}
	return out
}

func aroundPurchase(o procurement.Order) audit.Circle {
	return audit.Circle{Users: []id.ID{o.DraftedBy, o.EndedBy}, Orgs: []id.ID{o.EnterpriseID, o.CooperativeID}, Names: []string{o.ContactName}}
}

// PurchaseLineIn is what a line asks for.
type PurchaseLineIn struct {
	ProductID string    `json:"product_id,omitempty" maxLength:"20" doc:"of the cooperative; this, or village_id and title"`
	VillageID string    `json:"village_id,omitempty" maxLength:"20"`
	Title     string    `json:"title,omitempty" maxLength:"500"`
	Unit      string    `json:"unit" maxLength:"200" example:"公斤"`
	Quantity  int64     `json:"quantity" doc:"whole units"`
	WantedFen money.Fen `json:"wanted_fen,omitempty" doc:"the hoped-for price per unit"`
}

type draftPurchaseIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		CooperativeID string           `json:"cooperative_id" maxLength:"20"`
		TermsDays     int64            `json:"terms_days"`
		ContactName   string           `json:"contact_name" maxLength:"500"`
		ContactPhone  string           `json:"contact_phone" maxLength:"100"`
		Address       string           `json:"address" maxLength:"2000"`
		Lines         []PurchaseLineIn `json:"lines" maxItems:"1000"`
	}
}

func (s *Server) draftPurchase(ctx context.Context, in *draftPurchaseIn) (*stored, error) {
	key, err := keyFor(ctx, "draft-purchase-order", base+"/ent/purchase-orders", in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	var wrong wrongIDs
	asked := procurement.Draft{CooperativeID: wrong.parse(in.Body.CooperativeID, "cooperative_id"), TermsDays: in.Body.TermsDays, ContactName: in.Body.ContactName,
		Phone: in.Body.ContactPhone, Address: in.Body.Address}
	for i, l := range in.Body.Lines {
		line := procurement.Line{Title: l.Title, Unit: l.Unit, Quantity: l.Quantity, WantedFen: l.WantedFen}
		if l.ProductID != "" {
			line.ProductID = wrong.parse(l.ProductID, index("lines", i)+".product_id")
		}
		if l.VillageID != "" || l.ProductID == "" {
			line.VillageID = wrong.parse(l.VillageID, index("lines", i)+".village_id")
		}
		asked.Lines = append(asked.Lines, line)
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return s.once(ctx, key, func(tx *storage.Tx) (any, id.ID, error) {
		placed, err := s.Purchases.Place(tx, actor(ctx), asked)
		if err != nil {
			return nil, 0, err
		}
		placed, err = s.Purchases.Get(tx.DB, tx.Now(), placed.EnterpriseID, placed.ID)
		placed.ContactName, placed.Phone, placed.Address = "", "", "" // not into the stored answer
		return s.purchaseJSON(ctx, placed, veil{}), placed.ID, err
	})
}

type purchasesIn struct {
	Paging
	Status string `query:"status" enum:"requested,quoted,approved,delivered,accepted,paid,declined,cancelled,rejected"`
}

func (s *Server) listPurchases(ctx context.Context, in *purchasesIn) (*body[list[PurchaseOrderJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := procurement.List(s.DB.Read(ctx), procurement.Filter{OrgID: acting(ctx).OrgID, Status: in.Status, Before: before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(o procurement.Order) string { return o.ID.String() })
	out := &body[list[PurchaseOrderJSON]]{list[PurchaseOrderJSON]{Items: []PurchaseOrderJSON{}, NextCursor: next}}
	veiled, err := veils(ctx, s, page, aroundPurchase)
	for i, v := range veiled {
		out.Body.Items = append(out.Body.Items, s.purchaseJSON(ctx, page[i], v))
	}
	return out, err
}

// purchaseOf is an order of the organisation that the caller acts for, on either side; any
// for the staff.
func (s *Server) purchaseOf(ctx context.Context, in PathID) (procurement.Order, error) {
	orderID, err := in.parse(procurement.ErrNotFound)
	if err != nil {
		return procurement.Order{}, err
	}
	return s.Purchases.Get(s.DB.Read(ctx), s.DB.Now(), acting(ctx).OrgID, orderID)
}

func (s *Server) getPurchase(ctx context.Context, in *PathID) (*body[PurchaseOrderJSON], error) {
	found, err := s.purchaseOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	v, err := s.veilOf(ctx, aroundPurchase(found))
	return &body[PurchaseOrderJSON]{s.purchaseJSON(ctx, found, v)}, err
}

func (s *Server) acceptanceForm(ctx context.Context, in *PathID) (*attachment, error) {
	found, err := s.purchaseOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	v, err := s.veilOf(ctx, aroundPurchase(found))
	if err != nil {
		return nil, err
	}
	for i := range found.Lines {
		found.Lines[i].Title, found.Lines[i].RejectedReason = v.text(found.Lines[i].Title), v.text(found.Lines[i].RejectedReason)
	}
	content, err := found.Form()
	return &attachment{ContentType: "application/pdf", Body: content,
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": "acceptance-" + found.ID.String() + ".pdf"})}, err
}

// changePurchase does something to a purchase order and answers it.
func (s *Server) changePurchase(ctx context.Context, in PathID, change func(tx *storage.Tx, orderID id.ID) error) (*body[PurchaseOrderJSON], error) {
	orderID, err := in.parse(procurement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if err := s.DB.InTx(ctx, func(tx *storage.Tx) error { return change(tx, orderID) }); err != nil {
		return nil, err
	}
	return s.getPurchase(ctx, &in)
}

// PurchasePriceIn is what a cooperative asks for a line.
type PurchasePriceIn struct {
	LineID   string    `json:"line_id" maxLength:"20"`
	PriceFen money.Fen `json:"price_fen" doc:"per unit"`
}

type quotePurchaseIn struct {
	PathID
	Body struct {
		DeliverBy string            `json:"deliver_by" maxLength:"10" example:"2026-01-05"`
		Lines     []PurchasePriceIn `json:"lines" maxItems:"1000"`
	}
}

func (s *Server) quotePurchase(ctx context.Context, in *quotePurchaseIn) (*body[PurchaseOrderJSON], error) {
	var wrong wrongIDs
	offer := procurement.Quote{DeliverBy: in.Body.DeliverBy, Prices: map[id.ID]money.Fen{}}
	for i, l := range in.Body.Lines {
		offer.Prices[wrong.parse(l.LineID, index("lines", i)+".line_id")] = l.PriceFen
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return s.changePurchase(ctx, in.PathID, func(tx *storage.Tx, orderID id.ID) error { return s.Purchases.Quote(tx, actor(ctx), orderID, offer) })
}

func (s *Server) declinePurchase(ctx context.Context, in *reasonIn) (*body[PurchaseOrderJSON], error) {
	return s.changePurchase(ctx, in.PathID, func(tx *storage.Tx, orderID id.ID) error {
		return s.Purchases.Decline(tx, actor(ctx), orderID, in.Body.Reason)
	})
}

func (s *Server) cancelPurchase(ctx context.Context, in *reasonIn) (*body[PurchaseOrderJSON], error) {
	return s.changePurchase(ctx, in.PathID, func(tx *storage.Tx, orderID id.ID) error {
		return s.Purchases.Cancel(tx, actor(ctx), orderID, in.Body.Reason)
	})
}

func (s *Server) approvePurchase(ctx context.Context, in *PathID) (*body[PurchaseOrderJSON], error) {
	return s.changePurchase(ctx, *in, func(tx *storage.Tx, orderID id.ID) error { return s.Purchases.Approve(tx, actor(ctx), orderID) })
}

type deliverPurchaseIn struct {
	PathID
	Body struct {
		Carrier      string `json:"carrier" maxLength:"500"`
		DeliveryNote string `json:"delivery_note" maxLength:"500" doc:"its number"`
	}
}

func (s *Server) deliverPurchase(ctx context.Context, in *deliverPurchaseIn) (*body[PurchaseOrderJSON], error) {
	return s.changePurchase(ctx, in.PathID, func(tx *storage.Tx, orderID id.ID) error {
		return s.Purchases.Deliver(tx, actor(ctx), orderID, procurement.Delivery{Carrier: in.Body.Carrier, DeliveryNote: in.Body.DeliveryNote})
	})
}

// PurchaseCheckIn is a line of an acceptance form.
type PurchaseCheckIn struct {
	LineID           string `json:"line_id" maxLength:"20"`
	AcceptedQuantity int64  `json:"accepted_quantity"`
	Reason           string `json:"reason,omitempty" maxLength:"5000" doc:"why the rest was rejected"`
}

type acceptPurchaseIn struct {
	PathID
	Body struct {
		Lines []PurchaseCheckIn `json:"lines" maxItems:"1000" doc:"every line, once"`
	}
}

func (s *Server) acceptPurchase(ctx context.Context, in *acceptPurchaseIn) (*body[PurchaseOrderJSON], error) {
	var wrong wrongIDs
	var form []procurement.Checked
	for i, l := range in.Body.Lines {
		form = append(form, procurement.Checked{LineID: wrong.parse(l.LineID, index("lines", i)+".line_id"), AcceptedQuantity: l.AcceptedQuantity, Reason: l.Reason})
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return s.changePurchase(ctx, in.PathID, func(tx *storage.Tx, orderID id.ID) error { return s.Purchases.Accept(tx, actor(ctx), orderID, form) })
}
