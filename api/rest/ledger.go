package rest

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/report"
	"zique/internal/spreadsheet"
)

// LedgerAccountJSON is a line of the trial balance.
type LedgerAccountJSON struct {
	ID         string    `json:"id"`
	Code       string    `json:"code" example:"card:123"`
	Name       string    `json:"name,omitempty" doc:"whose it is: an organisation, a village, a card's masked number; absent where it is nobody's, such as the bank's"`
	BalanceFen money.Fen `json:"balance_fen" doc:"positive: owed to the account's owner"`
}

// LedgerClassJSON sums the accounts whose codes begin with the same segment.
type LedgerClassJSON struct {
	Class      string    `json:"class" example:"card"`
	Accounts   int64     `json:"accounts"`
	BalanceFen money.Fen `json:"balance_fen"`
}

// TrialBalanceJSON is a page of the trial balance. All pages stand at the same seq.
type TrialBalanceJSON struct {
	Items      []LedgerAccountJSON `json:"items"`
	NextCursor string              `json:"next_cursor,omitempty" doc:"absent on the last page"`
	Seq        int64               `json:"seq" doc:"the last transaction counted"`
	Classes    []LedgerClassJSON   `json:"classes,omitempty" doc:"of all accounts; on the first page"`
	TotalFen   *money.Fen          `json:"total_fen,omitempty" doc:"of all accounts, 0 in books that balance; on the first page"`
}

// LedgerLineJSON is an entry of an account with the balance after it.
type LedgerLineJSON struct {
	Seq           int64     `json:"seq"`
	TransactionID string    `json:"transaction_id"`
	Kind          string    `json:"kind" example:"order_payment"`
	Reference     string    `json:"reference"`
	PostedAt      time.Time `json:"posted_at"`
	AmountFen     money.Fen `json:"amount_fen"`
	BalanceFen    money.Fen `json:"balance_fen"`
}

// StatementJSON is a page of an account's statement, in the order of the journal. The
// balances are the period's.
type StatementJSON struct {
	ID         string           `json:"id"`
	Code       string           `json:"code"`
	Name       string           `json:"name,omitempty" doc:"whose it is"`
	OpeningFen money.Fen        `json:"opening_fen"`
	ClosingFen money.Fen        `json:"closing_fen"`
	Items      []LedgerLineJSON `json:"items"`
	NextCursor string           `json:"next_cursor,omitempty" doc:"absent on the last page"`
}

// LedgerEntryJSON is one entry of a transaction.
type LedgerEntryJSON struct {
	AccountID string    `json:"account_id"`
	Code      string    `json:"code"`
	Name      string    `json:"name,omitempty" doc:"whose it is"`
	AmountFen money.Fen `json:"amount_fen"`
}

// LedgerTransactionJSON is a transaction of the journal, whole.
type LedgerTransactionJSON struct {
	ID            string            `json:"id"`
	Kind          string            `json:"kind" example:"order_payment"`
	Reference     string            `json:"reference" doc:"the id of what it rests on; of which sort, its kind says"`
	OrderID       string            `json:"order_id,omitempty" doc:"the order that it is about"`
	BankReference string            `json:"bank_reference,omitempty" doc:"of the bank's row that it posts"`
	PostedAt      time.Time         `json:"posted_at"`
	Seq           *int64            `json:"seq,omitempty" doc:"absent for the second before it is sealed"`
	SealedAt      *time.Time        `json:"sealed_at,omitempty"`
	ReversedBy    string            `json:"reversed_by,omitempty" doc:"the transaction that undid this one"`
	Correction    *CorrectionJSON   `json:"correction,omitempty" doc:"of a correction or a reversal: who wanted it and why"`
	Entries       []LedgerEntryJSON `json:"entries"`
}

// pinned is a cursor of the journal: the seq at which the first page was answered, which
// later pages keep to, and where the next one begins.
type pinned struct {
	seq  int64
	from string
}

func (p pinned) String() string { return strconv.FormatInt(p.seq, 10) + "." + p.from }

// LedgerPaging asks for a page of the journal.
type LedgerPaging struct {
	Cursor string `query:"cursor" maxLength:"130" pattern:"^([0-9]{1,18}[.][a-z0-9:_-]{1,100})?$" patternDescription:"the next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// pin answers the cursor, or else a page that begins at the seq that first answers.
func (s *Server) pin(ctx context.Context, p LedgerPaging, first func() (int64, error)) (pinned, error) {
	seq, from, found := strings.Cut(p.Cursor, ".")
	if !found {
		at, err := first()
		return pinned{seq: at}, err
	}
	at, err := strconv.ParseInt(seq, 10, 64)
	if err != nil {
		return pinned{}, errNoCursor
	}
	head, err := ledger.Head(s.DB.Read(ctx))
	if err == nil && at > head { // no page was answered at a seq that is still to come
		err = errNoCursor
	}
	return pinned{at, from}, err
}

var errNoCursor = invalid("cursor", "invalid", "this is not a cursor of this list")

type trialIn struct {
	LedgerPaging
	Q    string `query:"q" maxLength:"100" pattern:"^[a-z0-9:_-]*$" patternDescription:"the beginning of an account's code" doc:"codes that begin so"`
	AsOf string `query:"as_of" format:"date-time" doc:"what was sealed by then; without it, what is sealed now"`
}

func (s *Server) trialBalance(ctx context.Context, in *trialIn) (*body[TrialBalanceJSON], error) {
	view := s.DB.Read(ctx)
	at, err := s.pin(ctx, in.LedgerPaging, func() (int64, error) { return s.sealedBy(ctx, in.AsOf) })
	if err != nil {
		return nil, err
	}
	found, err := ledger.TrialBalance(view, ledger.Trial{Seq: at.seq, Prefix: in.Q, After: at.from, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(a ledger.AccountBalance) string { return pinned{at.seq, a.Code}.String() })
	out := &body[TrialBalanceJSON]{TrialBalanceJSON{Items: []LedgerAccountJSON{}, NextCursor: next, Seq: at.seq}}
	for _, a := range page {
		out.Body.Items = append(out.Body.Items, LedgerAccountJSON{ID: a.ID.String(), Code: a.Code, BalanceFen: a.BalanceFen})
	}
	if err := nameHolders(view, out.Body.Items, func(a *LedgerAccountJSON) (string, *string) { return a.Code, &a.Name }); err != nil {
		return nil, err
	}
	if at.from == "" {
		err = s.addTotals(ctx, &out.Body)
	}
	return out, err
}

// nameHolders says of lines whose account each is about; where answers its code, and where the name goes.
func nameHolders[L any](view *gorm.DB, lines []L, where func(*L) (code string, name *string)) error {
	var codes []string
	for i := range lines {
		code, _ := where(&lines[i])
		codes = append(codes, code)
	}
	names, err := report.Holders(view, codes)
	for i := range lines {
		code, name := where(&lines[i])
		if *name = names[code]; strings.HasPrefix(code, "card:") {
			*name = masked(*name)
		}
	}
	return err
}

func (s *Server) addTotals(ctx context.Context, into *TrialBalanceJSON) error {
	totals, err := ledger.Totals(s.DB.Read(ctx), into.Seq)
	into.TotalFen = new(money.Fen)
	for _, c := range totals {
		into.Classes = append(into.Classes, LedgerClassJSON(c))
		*into.TotalFen += c.BalanceFen
	}
	return err
}

// sealedBy is the seq that was sealed at an instant; the newest if none is given.
func (s *Server) sealedBy(ctx context.Context, at string) (int64, error) {
	if at == "" {
		return ledger.Head(s.DB.Read(ctx))
	}
	instant, err := parseInstant("as_of", at)
	if err != nil {
		return 0, err
	}
	return ledger.SeqAt(s.DB.Read(ctx), instant)
}

// LedgerPeriod is a part of the journal by the instant of sealing.
type LedgerPeriod struct {
	Since string `query:"since" format:"date-time" doc:"inclusive"`
	Until string `query:"until" format:"date-time" doc:"exclusive"`
}

func (s *Server) period(ctx context.Context, in LedgerPeriod) (p ledger.Period, err error) {
	view := s.DB.Read(ctx)
	since, until := clock.Millis(math.MinInt64), clock.Millis(math.MaxInt64)
	if in.Since != "" {
		if since, err = parseInstant("since", in.Since); err != nil {
			return p, err
		}
		if p.After, err = ledger.SeqAt(view, since-1); err != nil {
			return p, err
		}
	}
	if in.Until != "" {
		if until, err = parseInstant("until", in.Until); err != nil {
			return p, err
		}
	}
	if until < since {
		return p, invalid("until", "range", "the end is not before the beginning")
	}
	p.Until, err = ledger.SeqAt(view, until-1) // without an end, all that is sealed
	return p, err
}

func parseInstant(field, at string) (clock.Millis, error) {
	instant, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return 0, invalid(field, "invalid", "must be a time as in RFC 3339")
	}
	return clock.FromTime(instant), nil
}

type statementIn struct {
	PathID
	LedgerPaging
	LedgerPeriod
}

func (s *Server) accountStatement(ctx context.Context, in *statementIn) (*body[StatementJSON], error) {
	account, err := in.parse(ledger.ErrNoAccount)
	if err != nil {
		return nil, err
	}
	period, err := s.period(ctx, in.LedgerPeriod)
	if err != nil {
		return nil, err
	}
	at, err := s.pin(ctx, in.LedgerPaging, func() (int64, error) { return period.Until, nil })
	if err != nil {
		return nil, err
	}
	from, err := strconv.ParseInt("0"+at.from, 10, 64)
	if err != nil {
		return nil, errNoCursor
	}
	period.Until = at.seq
	view := s.DB.Read(ctx)
	found, err := ledger.AccountStatement(view, account, period, from, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found.Lines, in.Limit, func(l ledger.Line) string { return pinned{at.seq, strconv.FormatInt(l.Seq, 10)}.String() })
	out := &body[StatementJSON]{StatementJSON{
		ID: account.String(), Code: found.Code, OpeningFen: found.Opening, ClosingFen: found.Closing, Items: []LedgerLineJSON{}, NextCursor: next,
	}}
	for _, l := range page {
		out.Body.Items = append(out.Body.Items, LedgerLineJSON{l.Seq, l.TxID.String(), l.Kind, l.Reference, l.PostedAt.Time(), l.AmountFen, l.BalanceFen})
	}
	return out, nameHolders(view, []*StatementJSON{&out.Body}, func(a **StatementJSON) (string, *string) { return (*a).Code, &(*a).Name })
}

func (s *Server) ledgerTransaction(ctx context.Context, in *PathID) (*body[LedgerTransactionJSON], error) {
	txID, err := in.parse(ledger.ErrNoTransaction)
	if err != nil {
		return nil, err
	}
	view := s.DB.Read(ctx)
	t, err := ledger.Get(view, txID)
	if err != nil {
		return nil, err
	}
	basis, err := report.BasisOf(view, t.Reference)
	if err != nil {
		return nil, err
	}
	correction, err := s.correctionOf(ctx, t)
	if err != nil {
		return nil, err
	}
	out := &body[LedgerTransactionJSON]{LedgerTransactionJSON{
		ID: t.ID.String(), Kind: t.Kind, Reference: t.Reference, OrderID: idOrNone(basis.OrderID), BankReference: basis.BankReference, PostedAt: t.PostedAt.Time(), Seq: t.Seq, ReversedBy: idOrNone(t.ReversedBy), Correction: correction,
	}}
	if t.SealedAt != 0 {
		sealed := t.SealedAt.Time()
		out.Body.SealedAt = &sealed
	}
	for _, e := range t.Entries {
		out.Body.Entries = append(out.Body.Entries, LedgerEntryJSON{AccountID: e.AccountID.String(), Code: e.Account, AmountFen: e.AmountFen})
	}
	return out, nameHolders(view, out.Body.Entries, func(e *LedgerEntryJSON) (string, *string) { return e.Code, &e.Name })
}

type vouchersIn struct {
	LedgerPeriod
	FromSeq int64 `query:"from_seq" minimum:"1" doc:"inclusive"`
	ToSeq   int64 `query:"to_seq" minimum:"1" doc:"inclusive"`
}

// exportVouchers answers what is sealed when it begins: a second export of the same
// period is the same file.
func (s *Server) exportVouchers(ctx context.Context, in *vouchersIn) (*huma.StreamResponse, error) {
	period, err := s.period(ctx, in.LedgerPeriod)
	if err != nil {
		return nil, err
	}
	period.After = max(period.After, in.FromSeq-1)
	if in.ToSeq > 0 {
		period.Until = min(period.Until, in.ToSeq)
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", "text/csv; charset=utf-8")
		out.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="vouchers-%d-%d.csv"`, period.After+1, period.Until))
		if err := s.writeVouchers(out.Context(), out.BodyWriter(), period); err != nil { // the status is sent: all that is left is to stop
			slog.WarnContext(ctx, "the export of vouchers broke off", "request_id", requestID(ctx), "error", err)
		}
	}}, nil
}

func (s *Server) writeVouchers(ctx context.Context, out io.Writer, period ledger.Period) error {
	if _, err := io.WriteString(out, "\ufeff"); err != nil { // without it Excel takes the text for GBK
		return err
	}
	rows := csv.NewWriter(out)
	rows.UseCRLF = true
	_ = rows.Write([]string{"seq", "tx_id", "kind", "reference", "posted_at", "account", "debit_fen", "credit_fen"})
	err := ledger.Vouchers(s.DB.Read(ctx), period, func(page []ledger.Voucher) error {
		for _, v := range page {
			_ = rows.Write([]string{
				strconv.FormatInt(v.Seq, 10), v.TxID.String(), spreadsheet.Neutralise(v.Kind), spreadsheet.Neutralise(v.Reference),
				v.PostedAt.Time().In(clock.Shanghai).Format(time.DateTime), spreadsheet.Neutralise(v.Account), fen(v.Debit()), fen(v.Credit()),
			})
		}
		rows.Flush()
		return rows.Error()
	})
	rows.Flush()
	if err == nil {
		err = rows.Error()
	}
	return err
}

func fen(amount money.Fen) string { return strconv.FormatInt(int64(amount), 10) }
