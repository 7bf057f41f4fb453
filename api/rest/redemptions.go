package rest

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"zique/internal/aidcard"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/redemption"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
)

// RedemptionJSON is a number of cards that are redeemed together.
type RedemptionJSON struct {
	ID          string       `json:"id"`
	Kind        string       `json:"kind" enum:"codes,rows" doc:"codes: into the wallet; rows: each for goods"`
	Mode        string       `json:"mode" enum:"all_or_nothing,valid_rows"`
	Status      string       `json:"status" enum:"checked,running,stopped,done" doc:"checked: nothing happens until it is confirmed"`
	StoppedFor  string       `json:"stopped_for,omitempty" doc:"asked, too_many_bad_codes, expired, or the code of a problem"`
	Rows        int64        `json:"rows"`
	Accepted    int64        `json:"accepted" doc:"rows that were good when they were checked"`
	Rejected    int64        `json:"rejected"`
	Redeemed    int64        `json:"redeemed"`
	Failed      int64        `json:"failed" doc:"accepted rows that could not be carried out"`
	Progress    ProgressJSON `json:"progress" doc:"accepted rows"`
	CreatedAt   time.Time    `json:"created_at"`
	ConfirmedAt *time.Time   `json:"confirmed_at,omitempty"`
	FinishedAt  *time.Time   `json:"finished_at,omitempty"`
}

func redemptionJSON(r redemption.Redemption) RedemptionJSON {
	return RedemptionJSON{ID: r.ID.String(), Kind: r.Kind, Mode: r.Mode, Status: r.Status, StoppedFor: r.StoppedFor, Rows: r.RowCount, Accepted: r.Accepted,
		Rejected: r.Rejected, Redeemed: r.Redeemed, Failed: r.Failed, Progress: ProgressJSON{r.Redeemed + r.Failed, r.Accepted},
		CreatedAt: r.CreatedAt.Time(), ConfirmedAt: instant(r.ConfirmedAt), FinishedAt: instant(r.FinishedAt)}
}

// RedemptionRowJSON is what becomes of one card.
type RedemptionRowJSON struct {
	Row      int64                 `json:"row" doc:"from 1, or as in the file"`
	Code     string                `json:"code" doc:"masked" example:"****7Q2M"`
	SKUID    string                `json:"sku_id,omitempty"`
	Quantity int64                 `json:"quantity,omitempty"`
	Status   string                `json:"status" enum:"accepted,rejected,unchecked,redeemed,failed" doc:"unchecked: it stopped before this row"`
	Errors   []RedemptionErrorJSON `json:"errors"`
	CardID   string                `json:"card_id,omitempty"`
	OrderID  string                `json:"order_id,omitempty"`
}

// RedemptionErrorJSON is one thing that is wrong with a row.
type RedemptionErrorJSON struct {
	Field   string `json:"field" example:"recipient.phone"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func redemptionRowJSON(r redemption.Row) (RedemptionRowJSON, error) {
	out := RedemptionRowJSON{Row: r.LineNumber, Code: r.MaskedCode(), SKUID: idOrNone(r.SKUID), Quantity: r.Quantity, Status: r.Status, OrderID: idOrNone(r.OrderID)}
	if r.CardID != nil {
		out.CardID = r.CardID.String()
	}
	wrong, err := r.Wrong()
	out.Errors = []RedemptionErrorJSON{}
	for _, p := range wrong {
		out.Errors = append(out.Errors, RedemptionErrorJSON(p))
	}
	return out, err
}

// RedemptionRowIn is a card and what it buys for whom.
type RedemptionRowIn struct {
	Code      string `json:"code" maxLength:"100"`
	SKUID     string `json:"sku_id" maxLength:"30"`
	Quantity  int64  `json:"quantity"`
	Recipient struct {
		Name     string `json:"name" maxLength:"500"`
		Phone    string `json:"phone" maxLength:"100"`
		Province string `json:"province" maxLength:"500"`
		City     string `json:"city" maxLength:"500"`
		District string `json:"district" maxLength:"500"`
		Detail   string `json:"detail" maxLength:"1000"`
	} `json:"recipient"`
}

type redemptionFields struct {
	Codes  []string          `json:"codes,omitempty" maxItems:"10000" doc:"the cards enter the wallet of the organisation"`
	Rows   []RedemptionRowIn `json:"rows,omitempty" maxItems:"10000" doc:"or each buys goods for its recipient"`
	FileID string            `json:"file_id,omitempty" maxLength:"20" doc:"or an uploaded XLSX or CSV file of either"`
	Mode   string            `json:"mode" maxLength:"20" doc:"all_or_nothing or valid_rows"`
	DryRun bool              `json:"dry_run,omitempty" doc:"only check every row, and wait to be confirmed"`
}

type redeemIn struct {
	Key  string `header:"Idempotency-Key"`
	Body redemptionFields
}

// hashed is the request with the codes' HMACs instead of the codes: what stands in the table
// of keys tells nothing of them.
func (s *Server) hashed(in redemptionFields) redemptionFields {
	hash := func(typed string) string {
		if normalized, isCode := aidcard.Normalize(typed); isCode {
			typed = normalized
		}
		return s.Codes.Hash(typed)
	}
	codes, rows := make([]string, len(in.Codes)), make([]RedemptionRowIn, len(in.Rows))
	for i, code := range in.Codes {
		codes[i] = hash(code)
	}
	for i, row := range in.Rows {
		rows[i] = row
		rows[i].Code = hash(row.Code)
	}
	in.Codes, in.Rows = codes, rows
	return in
}

func (s *Server) redeem(ctx context.Context, in *redeemIn) (*stored, error) {
	key, err := keyFor(ctx, "redeem-cards", base+"/ent/redemptions", in.Key, s.hashed(in.Body))
	if err != nil {
		return nil, err
	}
	if earlier, err := s.earlier(ctx, key); earlier != nil || err != nil { // even while the caller has to wait
		return earlier, err
	}
	asked, err := s.redemptionAsked(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	guess, err := aidcard.BeginGuess(ctx, s.DB, actor(ctx))
	if err != nil {
		return nil, err
	}
	answer, err := s.onceAs(ctx, http.StatusAccepted, key, func(tx *storage.Tx) (any, id.ID, error) {
		made, err := s.Redemptions.Add(tx, actor(ctx), asked, guess)
		return redemptionJSON(made), made.ID, err
	})
	if err == nil && answer.Replayed != "" { // a twin was faster, and counted
		err = s.DB.InTx(ctx, func(tx *storage.Tx) error { return guess.Settle(tx, 0) })
	}
	return answer, err
}

func (s *Server) redemptionAsked(ctx context.Context, in redemptionFields) (redemption.Order, error) {
	asked := redemption.Order{Mode: in.Mode, DryRun: in.DryRun, Kind: redemption.Wallet}
	given := 0
	for _, is := range []bool{len(in.Codes) > 0, len(in.Rows) > 0, in.FileID != ""} {
		if is {
			given++
		}
	}
	if given != 1 {
		return asked, invalid("codes", "required", "give one of codes, rows and file_id")
	}
	for i, code := range in.Codes {
		asked.Lines = append(asked.Lines, redemption.Line{Number: int64(i + 1), Code: code})
	}
	for i, row := range in.Rows {
		to := row.Recipient
		line := redemption.Line{Number: int64(i + 1), Code: row.Code, Quantity: row.Quantity,
			Recipient: identity.Address{Name: to.Name, Phone: to.Phone, Province: to.Province, City: to.City, District: to.District, Detail: to.Detail}}
		line.Name(row.SKUID)
		asked.Kind, asked.Lines = redemption.Goods, append(asked.Lines, line)
	}
	if in.FileID != "" {
		if err := s.readRedemption(ctx, in.FileID, &asked); err != nil {
			return asked, err
		}
	}
	return asked, asked.CheckMode()
}

func (s *Server) readRedemption(ctx context.Context, fileID string, asked *redemption.Order) error {
	var err error
	if asked.FileID, err = s.importable(ctx, fileID); err != nil {
		return err
	}
	content, name, err := s.Sheets(ctx, asked.FileID)
	if err != nil {
		return err
	}
	asked.Kind, asked.Lines, err = redemption.Read(name, content)
	return err
}

func (s *Server) redemptionTemplate(_ context.Context, in *templateIn) (*attachment, error) {
	content, err := redemption.Table.Template(spreadsheet.Format(in.Format))
	if err != nil {
		return nil, err
	}
	return attach("redemption."+in.Format, content)
}

func (s *Server) listRedemptions(ctx context.Context, in *Paging) (*body[list[RedemptionJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := redemption.List(s.DB.Read(ctx), acting(ctx).OrgID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(r redemption.Redemption) string { return r.ID.String() })
	out := &body[list[RedemptionJSON]]{list[RedemptionJSON]{Items: []RedemptionJSON{}, NextCursor: next}}
	for _, r := range page {
		out.Body.Items = append(out.Body.Items, redemptionJSON(r))
	}
	return out, nil
}

func (s *Server) redemptionOf(ctx context.Context, in PathID) (redemption.Redemption, error) {
	redemptionID, err := in.parse(redemption.ErrNotFound)
	if err != nil {
		return redemption.Redemption{}, err
	}
	return redemption.Get(s.DB.Read(ctx), acting(ctx).OrgID, redemptionID)
}

func (s *Server) getRedemption(ctx context.Context, in *PathID) (*body[RedemptionJSON], error) {
	found, err := s.redemptionOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	return &body[RedemptionJSON]{redemptionJSON(found)}, nil
}

type redemptionRowsIn struct {
	PathID
	Paging
	Status string `query:"status" enum:"accepted,rejected,unchecked,redeemed,failed"`
}

func (s *Server) listRedemptionRows(ctx context.Context, in *redemptionRowsIn) (*body[list[RedemptionRowJSON]], error) {
	of, err := s.redemptionOf(ctx, in.PathID)
	if err != nil {
		return nil, err
	}
	after, err := in.after() // a row's number is read as an id is
	if err != nil {
		return nil, err
	}
	found, err := redemption.Rows(s.DB.Read(ctx), of, in.Status, int64(after), in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(r redemption.Row) string { return strconv.FormatInt(r.LineNumber, 10) })
	out := &body[list[RedemptionRowJSON]]{list[RedemptionRowJSON]{Items: []RedemptionRowJSON{}, NextCursor: next}}
	for _, r := range page {
		shown, err := redemptionRowJSON(r)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, shown)
	}
	return out, nil
}

type redemptionFileIn struct {
	PathID
	Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
}

// redemptionFile answers every row with what became of it.
func (s *Server) redemptionFile(ctx context.Context, in *redemptionFileIn) (*attachment, error) {
	of, err := s.redemptionOf(ctx, in.PathID)
	if err != nil {
		return nil, err
	}
	content, err := redemption.Sheet(s.DB.Read(ctx), of, spreadsheet.Format(in.Format))
	if err != nil {
		return nil, err
	}
	return attach("redemption-"+in.ID+"."+in.Format, content)
}

// changeRedemption does something to a redemption and answers it.
func (s *Server) changeRedemption(ctx context.Context, in PathID, change func(tx *storage.Tx, redemptionID id.ID) error) (*body[RedemptionJSON], error) {
	redemptionID, err := in.parse(redemption.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if err := s.DB.InTx(ctx, func(tx *storage.Tx) error { return change(tx, redemptionID) }); err != nil {
		return nil, err
	}
	return s.getRedemption(ctx, &in)
}

type confirmRedemptionIn struct {
	PathID
	Body *struct {
		Mode string `json:"mode,omitempty" enum:"all_or_nothing,valid_rows" doc:"instead of the one that was asked for"`
	}
}

func (s *Server) confirmRedemption(ctx context.Context, in *confirmRedemptionIn) (*body[RedemptionJSON], error) {
	mode := ""
	if in.Body != nil {
		mode = in.Body.Mode
	}
	return s.changeRedemption(ctx, in.PathID, func(tx *storage.Tx, redemptionID id.ID) error {
		return s.Redemptions.Confirm(tx, actor(ctx), redemptionID, mode)
	})
}

func (s *Server) stopRedemption(ctx context.Context, in *PathID) (*body[RedemptionJSON], error) {
	return s.changeRedemption(ctx, *in, func(tx *storage.Tx, redemptionID id.ID) error {
		return s.Redemptions.Stop(tx, actor(ctx), redemptionID)
	})
}

// listWallet lists the cards of the organisation.
func (s *Server) listWallet(ctx context.Context, in *Paging) (*body[list[CardJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	held, err := aidcard.HeldAfter(s.DB.Read(ctx), acting(ctx).OrgID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(held, in.Limit, func(c aidcard.Card) string { return c.ID.String() })
	out := &body[list[CardJSON]]{list[CardJSON]{Items: []CardJSON{}, NextCursor: next}}
	for _, c := range page {
		out.Body.Items = append(out.Body.Items, s.cardJSON(c))
	}
	return out, nil
}
