package rest

import (
	"context"
	"errors"
	"time"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/bank"
	"zique/internal/id"
	"zique/internal/imports"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
)

// BankRowJSON is one payment of the bank's statements.
type BankRowJSON struct {
	ID              string     `json:"id"`
	BankDay         string     `json:"bank_day"`
	BankReference   string     `json:"bank_reference"`
	PaidAt          time.Time  `json:"paid_at"`
	AmountFen       money.Fen  `json:"amount_fen"`
	PayerName       string     `json:"payer_name" doc:"masked for auditors"`
	PayerAccount    string     `json:"payer_account" doc:"masked"`
	Memo            string     `json:"memo" doc:"empty for auditors"`
	Status          string     `json:"status" enum:"matched,difference,returned"`
	Why             string     `json:"why,omitempty" enum:"no_code,unknown_code,several_codes,wrong_amount,wrong_payer,not_awaited,given_up"`
	OrderID         string     `json:"order_id,omitempty" doc:"that it pays, or is about"`
	BatchID         string     `json:"batch_id,omitempty" doc:"the batch of cards that it pays, or is about"`
	PurchaseOrderID string     `json:"purchase_order_id,omitempty" doc:"the purchase order that it pays, or is about"`
	ReturnReference string     `json:"return_reference,omitempty"`
	CarriedReason   string     `json:"carried_reason,omitempty"`
	SettledAt       *time.Time `json:"settled_at,omitempty"`
}

func bankRowJSON(r bank.Row, v veil) BankRowJSON {
	out := BankRowJSON{ID: r.ID.String(), BankDay: r.BankDay, BankReference: r.BankReference, PaidAt: r.PaidAt.Time(), AmountFen: r.AmountFen,
		PayerName: v.name(r.Name), PayerAccount: r.Masked(), Memo: r.Memo, Status: r.Status, Why: r.Why, OrderID: idOrNone(r.OrderID), BatchID: idOrNone(r.BatchID), PurchaseOrderID: idOrNone(r.PurchaseOrderID),
		CarriedReason: v.text(r.CarriedReason), SettledAt: timeOrNil(r.SettledAt)}
	if r.ReturnReference != nil {
		out.ReturnReference = *r.ReturnReference
	}
	if v.drawn {
		out.Memo = ""
	}
	return out
}

type bankRowsIn struct {
	Paging
	Status string `query:"status" enum:"matched,difference,returned"`
	Open   bool   `query:"open" doc:"only differences that are neither settled nor carried over"`
	Day    string `query:"day" maxLength:"10" pattern:"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$" patternDescription:"a day, as in 2026-01-05" example:"2026-01-05"`
}

func (s *Server) listBankRows(ctx context.Context, in *bankRowsIn) (*body[list[BankRowJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := s.Bank.List(s.DB.Read(ctx), bank.Filter{Status: in.Status, Open: in.Open, Day: in.Day, BeforeID: before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(r bank.Row) string { return r.ID.String() })
	veiled, err := s.bankVeils(ctx, page)
	out := &body[list[BankRowJSON]]{list[BankRowJSON]{Items: []BankRowJSON{}, NextCursor: next}}
	for i, v := range veiled {
		out.Body.Items = append(out.Body.Items, bankRowJSON(page[i], v))
	}
	return out, err
}

func (s *Server) bankVeils(ctx context.Context, rows []bank.Row) ([]veil, error) {
	var people map[string]audit.Circle
	if lookingOn(ctx) {
		days := make([]string, len(rows))
		for i, r := range rows {
			days[i] = r.BankDay
		}
		var err error
		if people, err = s.Bank.CarriedOver(s.DB.Read(ctx), days); err != nil {
			return nil, err
		}
	}
	return veils(ctx, s, rows, func(r bank.Row) audit.Circle { return people[r.BankDay] })
}

type matchBankRowIn struct {
	PathID
	Body struct {
		OrderID         string `json:"order_id,omitempty" maxLength:"20" doc:"this, batch_id or purchase_order_id"`
		BatchID         string `json:"batch_id,omitempty" maxLength:"20"`
		PurchaseOrderID string `json:"purchase_order_id,omitempty" maxLength:"20"`
		Reason          string `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) matchBankRow(ctx context.Context, in *matchBankRowIn) (*body[ApprovalJSON], error) {
	var how bank.Resolution
	var err error
	switch {
	case in.Body.PurchaseOrderID != "" && in.Body.OrderID+in.Body.BatchID != "":
		err = invalid("purchase_order_id", "not_both", "a payment is for an order, a batch or a purchase order")
	case in.Body.PurchaseOrderID != "":
		how.PurchaseOrderID, err = parseID(in.Body.PurchaseOrderID, "purchase_order_id")
	case in.Body.BatchID == "":
		how.OrderID, err = parseID(in.Body.OrderID, "order_id")
	case in.Body.OrderID != "":
		err = invalid("batch_id", "not_both", "a payment is for an order, a batch or a purchase order")
	default:
		how.BatchID, err = parseID(in.Body.BatchID, "batch_id")
	}
	if err != nil {
		return nil, err
	}
	return s.settleBankRow(ctx, in.PathID, how, in.Body.Reason)
}

type returnBankRowIn struct {
	PathID
	Body struct {
		BankReference string `json:"bank_reference" maxLength:"100" doc:"of the transfer that gave it back"`
		Reason        string `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) returnBankRow(ctx context.Context, in *returnBankRowIn) (*body[ApprovalJSON], error) {
	return s.settleBankRow(ctx, in.PathID, bank.Resolution{ReturnReference: in.Body.BankReference}, in.Body.Reason)
}

func (s *Server) settleBankRow(ctx context.Context, at PathID, how bank.Resolution, reason string) (*body[ApprovalJSON], error) {
	rowID, err := at.parse(bank.ErrNoRow)
	if err != nil {
		return nil, err
	}
	var asked approval.Approval
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		asked, err = s.Bank.Ask(tx, actor(ctx), rowID, how, reason)
		return err
	})
	return s.shownApproval(ctx, asked, err)
}

func (s *Server) bankTemplate(_ context.Context, in *templateIn) (*attachment, error) {
	content, err := bank.Table.Template(spreadsheet.Format(in.Format))
	if err != nil {
		return nil, err
	}
	return attach("bank-statement."+in.Format, content)
}

// BankImportJSON is an import of a statement and how far it is.
type BankImportJSON struct {
	ID          string            `json:"id"`
	Status      string            `json:"status" enum:"queued,running,done,failed"`
	DryRun      bool              `json:"dry_run"`
	Done        int64             `json:"done" doc:"rows"`
	Total       int64             `json:"total" doc:"rows; 0 until the file is read"`
	Added       int64             `json:"added"`
	Matched     int64             `json:"matched" doc:"of those added; the others are differences"`
	Repeated    int64             `json:"repeated" doc:"rows that were there already"`
	ErrorsTotal int               `json:"errors_total"`
	Errors      []ImportErrorJSON `json:"errors" doc:"the first 100"`
	Error       string            `json:"error,omitempty" doc:"why it failed"`
	CreatedAt   time.Time         `json:"created_at"`
	FinishedAt  *time.Time        `json:"finished_at,omitempty"`
}

func bankImportJSON(i imports.Import) BankImportJSON {
	out := BankImportJSON{ID: i.ID.String(), Status: i.Status, DryRun: i.DryRun, Done: i.Done, Total: i.Total, Added: i.Counts["added"], Matched: i.Counts["matched"],
		Repeated: i.Counts["repeated"], ErrorsTotal: i.Report.Total, Errors: []ImportErrorJSON{}, Error: i.Error, CreatedAt: i.CreatedAt.Time(), FinishedAt: timeOrNil(i.FinishedAt)}
	for _, e := range i.Report.Errors[:min(shownErrors, len(i.Report.Errors))] {
		out.Errors = append(out.Errors, ImportErrorJSON(e))
	}
	return out
}

func (s *Server) importBank(ctx context.Context, in *body[importIn]) (*body[BankImportJSON], error) {
	started, err := s.startImport(ctx, s.Bank.Imports(), in)
	return &body[BankImportJSON]{bankImportJSON(started)}, err
}

func (s *Server) getBankImport(ctx context.Context, in *PathID) (*body[BankImportJSON], error) {
	found, err := s.importOf(ctx, s.Bank.Imports(), in)
	return &body[BankImportJSON]{bankImportJSON(found)}, err
}

func (s *Server) bankImportFile(ctx context.Context, in *PathID) (*attachment, error) {
	return s.importFile(ctx, s.Bank.Imports(), in)
}

// BankDayJSON is a day of the bank account, in Asia/Shanghai.
type BankDayJSON struct {
	Day           string     `json:"day"`
	ClosedAt      *time.Time `json:"closed_at" doc:"null: it still takes rows"`
	Rows          int64      `json:"rows"`
	TotalFen      money.Fen  `json:"total_fen"`
	MatchedFen    money.Fen  `json:"matched_fen"`
	ReturnedFen   money.Fen  `json:"returned_fen"`
	DifferenceFen money.Fen  `json:"difference_fen"`
	Differences   int64      `json:"differences" doc:"neither settled nor carried over"`
	Carried       int64      `json:"carried" doc:"carried over and not settled yet"`
}

func bankDayJSON(d bank.DayTotals) BankDayJSON {
	return BankDayJSON{d.BankDay, timeOrNil(d.ClosedAt), d.Rows, d.RowsFen, d.MatchedFen, d.ReturnedFen, d.DifferenceFen, d.Differences, d.Carried}
}

type bankDaysIn struct {
	Cursor string `query:"cursor" maxLength:"10" pattern:"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$" patternDescription:"the next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

func (s *Server) listBankDays(ctx context.Context, in *bankDaysIn) (*body[list[BankDayJSON]], error) {
	found, err := bank.Days(s.DB.Read(ctx), in.Cursor, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(d bank.DayTotals) string { return d.BankDay })
	out := &body[list[BankDayJSON]]{list[BankDayJSON]{Items: []BankDayJSON{}, NextCursor: next}}
	for _, d := range page {
		out.Body.Items = append(out.Body.Items, bankDayJSON(d))
	}
	return out, nil
}

type closeBankDayIn struct {
	Day  string `path:"day" maxLength:"10" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" patternDescription:"a day, as in 2026-01-05" example:"2026-01-05"`
	Body struct {
		CarryReason string `json:"carry_reason,omitempty" maxLength:"5000" doc:"why open differences are carried over"`
	}
}

func (s *Server) closeBankDay(ctx context.Context, in *closeBankDayIn) (*body[BankDayJSON], error) {
	err := s.DB.InTx(ctx, func(tx *storage.Tx) error { return s.Bank.Close(tx, actor(ctx), in.Day, in.Body.CarryReason) })
	if err != nil {
		return nil, err
	}
	found, err := bank.DayOf(s.DB.Read(ctx), in.Day)
	return &body[BankDayJSON]{bankDayJSON(found)}, err
}

// RefundTransferJSON is a refund that is made by bank.
type RefundTransferJSON struct {
	ID            string     `json:"id"`
	OrderID       string     `json:"order_id"`
	AmountFen     money.Fen  `json:"amount_fen"`
	PayeeName     string     `json:"payee_name"`
	PayeeAccount  string     `json:"payee_account" doc:"in clear: it is where the money goes"`
	Status        string     `json:"status" enum:"queued,done"`
	BankReference string     `json:"bank_reference,omitempty"`
	CreatedAt     time.Time  `json:"created_at"`
	DoneAt        *time.Time `json:"done_at,omitempty"`
}

type refundTransfersIn struct {
	Paging
	Status string `query:"status" enum:"queued,done" default:"queued"`
}

func (s *Server) listRefundTransfers(ctx context.Context, in *refundTransfersIn) (*body[list[RefundTransferJSON]], error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := s.Bank.Transfers(s.DB.Read(ctx), in.Status, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(t bank.Transfer) string { return t.ID.String() })
	out := &body[list[RefundTransferJSON]]{list[RefundTransferJSON]{Items: []RefundTransferJSON{}, NextCursor: next}}
	for _, t := range page {
		out.Body.Items = append(out.Body.Items, RefundTransferJSON{t.ID.String(), t.OrderID.String(), t.AmountFen, t.Payer.Name, t.Payer.Account,
			t.Status, t.Reference, t.CreatedAt.Time(), timeOrNil(t.DoneAt)})
	}
	return out, nil
}

type refundTransferredIn struct {
	PathID
	Body struct {
		BankReference string `json:"bank_reference" maxLength:"100"`
	}
}

func (s *Server) refundTransferred(ctx context.Context, in *refundTransferredIn) (*struct{}, error) {
	refundID, err := in.parse(bank.ErrNoTransfer)
	if err != nil {
		return nil, err
	}
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error {
		return s.Bank.Transferred(tx, actor(ctx), refundID, in.Body.BankReference)
	})
}

// TransferJSON is where and how an order is paid by bank.
type TransferJSON struct {
	Holder         string    `json:"holder"`
	Bank           string    `json:"bank"`
	Number         string    `json:"number"`
	RemittanceCode string    `json:"remittance_code" doc:"for the memo"`
	AmountFen      money.Fen `json:"amount_fen"`
}

// Payee is the bank account that orders are paid to; the zero Payee: none.
type Payee struct{ Holder, Bank, Number string }

// transferOf says how an order that waits for a bank transfer is paid.
func (s *Server) transferOf(o order.Order) *TransferJSON {
	for _, p := range o.Payments {
		if p.Status == order.Awaited && p.Tender == payment.BankTransfer && p.RemittanceCode != nil {
			return &TransferJSON{s.Payee.Holder, s.Payee.Bank, s.Payee.Number, *p.RemittanceCode, p.AmountFen}
		}
	}
	return nil
}

// mayTransfer answers for which of their organisations a caller pays by bank: one that is
// named, or the only one.
func (s *Server) mayTransfer(ctx context.Context, named string) (orgID id.ID, err error) {
	membership, err := s.membership(ctx, caller(ctx).UserID, named, true, buyers)
	if errors.Is(err, errForbidden) && named == "" {
		err = errForbidden.With("tender", "forbidden", "by bank pay members of enterprises and chambers")
	}
	return membership.OrgID, err
}

// paysByBank tells whether mayTransfer lets the caller, who may have to name which of
// several organisations pays.
func (s *Server) paysByBank(ctx context.Context, named string) (bool, error) {
	if caller(ctx).UserID == 0 {
		return false, nil
	}
	all, err := s.memberships(ctx, caller(ctx).UserID)
	if err == nil && named != "" { // any organisation of the caller's may be named, also one that does not buy
		_, err = whichOf(all, named, false, anyMember)
	}
	if err != nil {
		return false, err
	}
	_, err = whichOf(all, named, true, buyers)
	switch {
	case errors.Is(err, errOrgRequired):
		return true, nil
	case errors.Is(err, errForbidden), errors.Is(err, org.ErrSuspended):
		return false, nil
	}
	return err == nil, err
}
