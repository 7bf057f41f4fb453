package rest

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"zique/internal/bulkorder"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
)

// BulkOrderJSON is what was ordered at once for many, and how far it is.
type BulkOrderJSON struct {
	ID          string           `json:"id"`
	Status      string           `json:"status" enum:"checking,rejected,quoted,placing,declined,placed,cancelling,cancelled,partly_cancelled"`
	DryRun      bool             `json:"dry_run" doc:"it waits for the word to place it once it is quoted"`
	Orders      int64            `json:"orders" doc:"one for each recipient"`
	Progress    ProgressJSON     `json:"progress" doc:"orders that are placed or, of a cancellation, ended"`
	GoodsFen    money.Fen        `json:"goods_fen"`
	FreightFen  money.Fen        `json:"freight_fen"`
	DiscountFen money.Fen        `json:"discount_fen"`
	OnTopFen    money.Fen        `json:"on_top_fen"`
	TotalFen    money.Fen        `json:"total_fen"`
	DueFen      money.Fen        `json:"due_fen" doc:"what the cards left when it was quoted"`
	Problem     *BulkProblemJSON `json:"problem,omitempty" doc:"why it was rejected or declined"`
	HasFile     bool             `json:"has_file" doc:"its recipients came in a file"`
	Mine        bool             `json:"mine" doc:"the caller ordered it, and may place and cancel it"`
	CreatedAt   time.Time        `json:"created_at"`
	PlacedAt    *time.Time       `json:"placed_at,omitempty"`
	CancelledAt *time.Time       `json:"cancelled_at,omitempty"`
}

// BulkProblemJSON is why a bulk order was not placed.
type BulkProblemJSON struct {
	Code       string            `json:"code"`
	Message    string            `json:"message"`
	Errors     []BulkFieldJSON   `json:"errors" doc:"rows[n].… names row n of the list, card_ids[n] a card"`
	RowsTotal  int               `json:"rows_total" doc:"wrong cells of the file"`
	RowsErrors []ImportErrorJSON `json:"row_errors" doc:"the first 100"`
}

// BulkFieldJSON is one thing that stands against it.
type BulkFieldJSON struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func bulkJSON(ctx context.Context, o bulkorder.Order) (BulkOrderJSON, error) {
	out := BulkOrderJSON{ID: o.ID.String(), Status: o.Status, DryRun: o.DryRun, Orders: o.OrderCount, Progress: ProgressJSON{Total: o.OrderCount},
		GoodsFen: o.GoodsFen, FreightFen: o.FreightFen, DiscountFen: o.DiscountFen, OnTopFen: o.OnTopFen, TotalFen: o.TotalFen, DueFen: o.DueFen,
		HasFile: o.FileID != 0, Mine: o.OrderedBy == caller(ctx).UserID, CreatedAt: o.CreatedAt.Time(), PlacedAt: instant(o.PlacedAt), CancelledAt: instant(o.CancelledAt)}
	switch o.Status {
	case bulkorder.Placed:
		out.Progress.Done = o.OrderCount
	case bulkorder.Cancelling, bulkorder.Cancelled, bulkorder.PartlyCancelled:
		out.Progress.Done = o.CancelledCount
	}
	problem, err := o.Problem()
	if err != nil || problem == nil {
		return out, err
	}
	out.Problem = &BulkProblemJSON{Code: problem.Code, Message: problem.Message, Errors: []BulkFieldJSON{}, RowsTotal: problem.Report.Total, RowsErrors: []ImportErrorJSON{}}
	for _, f := range problem.Fields {
		out.Problem.Errors = append(out.Problem.Errors, BulkFieldJSON(f))
	}
	for _, e := range problem.Report.Errors[:min(shownErrors, len(problem.Report.Errors))] {
		out.Problem.RowsErrors = append(out.Problem.RowsErrors, ImportErrorJSON(e))
	}
	return out, nil
}

// GiftRecipientIn is who gets something, and where.
type GiftRecipientIn struct {
	AddressFields
	SKUID    string `json:"sku_id,omitempty" maxLength:"20" doc:"instead of what all get"`
	Quantity int64  `json:"quantity,omitempty" doc:"of it; 1, where it is left out"`
}

type askBulkIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Items      []orderItem       `json:"items,omitempty" maxItems:"20" doc:"what every recipient gets whose row names nothing else"`
		AddressID  string            `json:"address_id,omitempty" maxLength:"20" doc:"for one large order: an address of the caller's"`
		Recipients []GiftRecipientIn `json:"recipients,omitempty" maxItems:"2000" doc:"more come by file"`
		FileID     string            `json:"file_id,omitempty" maxLength:"20" doc:"an uploaded XLSX or CSV file of up to 5,000 recipients"`
		CardIDs    []string          `json:"card_ids,omitempty" maxItems:"2000" doc:"of the caller, used in this order"`
		All        bool              `json:"all,omitempty" doc:"instead: every card of the caller's that can be used, the first to expire first, of those the oldest"`
		DryRun     bool              `json:"dry_run,omitempty" doc:"only check every row and quote; …/place goes on"`
	}
}

func (s *Server) askBulk(ctx context.Context, in *askBulkIn) (*stored, error) {
	key, err := keyFor(ctx, "ask-bulk-order", base+"/ent/bulk-orders", in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	if earlier, err := s.earlier(ctx, key); earlier != nil || err != nil {
		return earlier, err // also when its address or file is gone by now
	}
	wish, err := s.bulkWish(ctx, in)
	if err != nil {
		return nil, err
	}
	return s.onceAs(ctx, http.StatusAccepted, key, func(tx *storage.Tx) (any, id.ID, error) {
		asked, err := s.Bulk.Ask(tx, actor(ctx), wish)
		if err != nil {
			return nil, 0, err
		}
		shown, err := bulkJSON(ctx, asked)
		return shown, asked.ID, err
	})
}

// bulkWish reads everything that a bulk order names.
func (s *Server) bulkWish(ctx context.Context, in *askBulkIn) (wish bulkorder.Wish, err error) {
	var wrong wrongIDs
	wish.All, wish.DryRun = in.Body.All, in.Body.DryRun
	for i, item := range in.Body.Items {
		wish.Items = append(wish.Items, bulkorder.Item{SKUID: wrong.parse(item.SKUID, index("items", i)+".sku_id"), Quantity: item.Quantity, PriceFen: item.PriceFen})
	}
	for i, text := range in.Body.CardIDs {
		wish.CardIDs = append(wish.CardIDs, wrong.parse(text, index("card_ids", i)))
	}
	for i, r := range in.Body.Recipients {
		to := bulkorder.Recipient{Quantity: r.Quantity, Address: identity.Address{Name: r.Name, Phone: r.Phone, Province: r.Province, City: r.City, District: r.District, Detail: r.Detail}}
		if r.SKUID != "" {
			to.SKUID = wrong.parse(r.SKUID, index("recipients", i)+".sku_id")
		}
		wish.Recipients = append(wish.Recipients, to)
	}
	if err := wrong.Err(); err != nil {
		return wish, err
	}
	if in.Body.FileID != "" {
		if wish.FileID, err = s.importable(ctx, in.Body.FileID); err != nil {
			return wish, err
		}
	}
	if in.Body.AddressID == "" {
		return wish, nil
	}
	if len(wish.Recipients) > 0 {
		return wish, invalid("address_id", "not_allowed", "name recipients or one address")
	}
	to, err := s.oneAddress(ctx, in.Body.AddressID)
	wish.Recipients = []bulkorder.Recipient{to}
	return wish, err
}

// oneAddress is the caller's, to which all of a large order goes.
func (s *Server) oneAddress(ctx context.Context, text string) (bulkorder.Recipient, error) {
	addressID, err := parseID(text, "address_id")
	if err != nil {
		return bulkorder.Recipient{}, err
	}
	address, err := s.People.Address(ctx, caller(ctx).UserID, addressID)
	if fault.IsKind(err, fault.NotFound) {
		err = invalid("address_id", "unknown", "there is no such address of yours")
	}
	return bulkorder.Recipient{Address: address}, err
}

func (s *Server) listBulk(ctx context.Context, in *Paging) (*body[list[BulkOrderJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := bulkorder.List(s.DB.Read(ctx), acting(ctx).OrgID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(o bulkorder.Order) string { return o.ID.String() })
	out := &body[list[BulkOrderJSON]]{list[BulkOrderJSON]{Items: []BulkOrderJSON{}, NextCursor: next}}
	for _, o := range page {
		shown, err := bulkJSON(ctx, o)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, shown)
	}
	return out, nil
}

func (s *Server) bulkOf(ctx context.Context, in PathID) (bulkorder.Order, error) {
	bulkID, err := in.parse(bulkorder.ErrNotFound)
	if err != nil {
		return bulkorder.Order{}, err
	}
	return bulkorder.Get(s.DB.Read(ctx), acting(ctx).OrgID, bulkID)
}

func (s *Server) getBulk(ctx context.Context, in *PathID) (*body[BulkOrderJSON], error) {
	found, err := s.bulkOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	shown, err := bulkJSON(ctx, found)
	return &body[BulkOrderJSON]{shown}, err
}

// BulkRowJSON is a recipient and how far their order is.
type BulkRowJSON struct {
	Row       int            `json:"row" doc:"of the file or, from 1, of the request"`
	Name      string         `json:"name" doc:"masked"`
	Phone     string         `json:"phone" doc:"masked"`
	Province  string         `json:"province"`
	City      string         `json:"city"`
	OrderID   string         `json:"order_id,omitempty" doc:"absent while it is not placed"`
	Status    string         `json:"status,omitempty" doc:"as of an order"`
	TotalFen  money.Fen      `json:"total_fen"`
	Shipments []ShipmentJSON `json:"shipments"`
}

func bulkRowJSON(r bulkorder.Row) BulkRowJSON {
	out := BulkRowJSON{Row: r.Row, Name: r.Name, Phone: r.Phone, Province: r.Province, City: r.City, Shipments: []ShipmentJSON{}}
	if r.Order == nil {
		return out
	}
	out.OrderID, out.Status, out.TotalFen = r.Order.ID.String(), r.Order.Status, r.Order.TotalFen
	for _, sub := range r.Order.SubOrders {
		for _, p := range sub.Shipments {
			out.Shipments = append(out.Shipments, shipmentJSON(p))
		}
	}
	return out
}

type bulkRowsIn struct {
	PathID
	Paging
}

func (s *Server) listBulkRows(ctx context.Context, in *bulkRowsIn) (*body[list[BulkRowJSON]], error) {
	found, err := s.bulkOf(ctx, in.PathID)
	if err != nil {
		return nil, err
	}
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	rows, err := s.Bulk.Rows(s.DB.Read(ctx), found, int64(after), in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(rows, in.Limit, func(r bulkorder.Row) string { return strconv.Itoa(r.Row) })
	out := &body[list[BulkRowJSON]]{list[BulkRowJSON]{Items: []BulkRowJSON{}, NextCursor: next}}
	for _, r := range page {
		out.Body.Items = append(out.Body.Items, bulkRowJSON(r))
	}
	return out, nil
}

type bulkFileIn struct {
	PathID
	Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
}

// bulkFile answers all rows with the numbers of their parcels.
func (s *Server) bulkFile(ctx context.Context, in *bulkFileIn) (*attachment, error) {
	found, err := s.bulkOf(ctx, in.PathID)
	if err != nil {
		return nil, err
	}
	content, err := s.Bulk.Sheet(s.DB.Read(ctx), found, spreadsheet.Format(in.Format))
	if err != nil {
		return nil, err
	}
	return attach("gifts-"+found.ID.String()+"."+in.Format, content)
}

// bulkErrors answers the file that was rejected with what is wrong beside each row.
func (s *Server) bulkErrors(ctx context.Context, in *PathID) (*attachment, error) {
	found, err := s.bulkOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	problem, err := found.Problem()
	if err != nil {
		return nil, err
	}
	if found.FileID == 0 || problem == nil || found.OrderedBy != caller(ctx).UserID {
		return nil, bulkorder.ErrNotFound
	}
	content, name, err := s.Sheets(ctx, found.FileID)
	if err != nil {
		return nil, err
	}
	if content, err = bulkorder.Table.WithErrors(name, content, problem.Report, spreadsheet.Limits{}); err != nil {
		return nil, err
	}
	return attach(name, content)
}

func (s *Server) giftTemplate(_ context.Context, in *templateIn) (*attachment, error) {
	content, err := bulkorder.Table.Template(spreadsheet.Format(in.Format))
	if err != nil {
		return nil, err
	}
	return attach("gift-recipients."+in.Format, content)
}

// changeBulk does something to a bulk order and answers it.
func (s *Server) changeBulk(ctx context.Context, in PathID, change func(tx *storage.Tx, bulkID id.ID) error) (*body[BulkOrderJSON], error) {
	bulkID, err := in.parse(bulkorder.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if err := s.DB.InTx(ctx, func(tx *storage.Tx) error { return change(tx, bulkID) }); err != nil {
		return nil, err
	}
	return s.getBulk(ctx, &in)
}

type placeBulkIn struct {
	PathID
	Body struct {
		TotalFen money.Fen `json:"total_fen" doc:"what was quoted; another sum now is 409 price_changed"`
	}
}

func (s *Server) placeBulk(ctx context.Context, in *placeBulkIn) (*body[BulkOrderJSON], error) {
	return s.changeBulk(ctx, in.PathID, func(tx *storage.Tx, bulkID id.ID) error {
		return s.Bulk.Place(tx, actor(ctx), bulkID, in.Body.TotalFen)
	})
}

func (s *Server) cancelBulk(ctx context.Context, in *PathID) (*body[BulkOrderJSON], error) {
	return s.changeBulk(ctx, *in, func(tx *storage.Tx, bulkID id.ID) error { return s.Bulk.Cancel(tx, actor(ctx), bulkID) })
}
