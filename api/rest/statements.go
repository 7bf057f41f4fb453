package rest

import (
	"context"
	"mime"
	"strconv"
	"time"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/settlement"
	"zique/internal/storage"
)

// Who of a payee sees its money, and who answers for it. A suspended one is still owed
// what it sold.
var (
	coopMoney    = members([]string{org.Cooperative}, org.RoleOwner, org.RoleAccountant).evenSuspended()
	villageMoney = members([]string{org.VillageCollective}, org.RoleHead, org.RoleAccountant).evenSuspended()
	villageHead  = members([]string{org.VillageCollective}, org.RoleHead).evenSuspended()
	onlookers    = access{roles: []string{identity.RoleOperator, identity.RoleAuditor, identity.RoleLiaison}}
)

// StatementOfJSON is what a cooperative or a village collective is owed of a period.
type StatementOfJSON struct {
	ID            string     `json:"id"`
	SettlementID  string     `json:"settlement_id"`
	OrgID         string     `json:"org_id"`
	OrgName       string     `json:"org_name"`
	Kind          string     `json:"kind" enum:"cooperative,village_collective"`
	Period        string     `json:"period,omitempty" example:"2026-10" doc:"the month that it settles; absent: all that had come until it was made"`
	Since         *time.Time `json:"since,omitempty" doc:"of one made by hand: when the one before ended; absent: it is the first"`
	OpeningFen    money.Fen  `json:"opening_fen" doc:"the closings of the statements that were carried into it"`
	MovedFen      money.Fen  `json:"moved_fen"`
	ClosingFen    money.Fen  `json:"closing_fen" doc:"opening + moved: what is paid, or carried on"`
	ItemCount     int64      `json:"item_count"`
	Status        string     `json:"status" enum:"issued,disputed,confirmed,approved,paid,closed,carried"`
	AutoConfirmed bool       `json:"auto_confirmed" doc:"nobody answered in time"`
	ConfirmBy     *time.Time `json:"confirm_by,omitempty" doc:"when silence confirms it"`
	WaitsFor      string     `json:"waits_for,omitempty" enum:"no_payee_account,payee_cooling,balance_low" doc:"why it cannot be paid now; before it is confirmed only balance_low: an operator may carry it"`
	Reason        string     `json:"reason,omitempty" doc:"of the dispute"`
	Answer        string     `json:"answer,omitempty" doc:"to the dispute"`
	InFile        bool       `json:"in_file" doc:"a payout file names it"`
	BankReference string     `json:"bank_reference,omitempty"`
	PaidAt        *time.Time `json:"paid_at,omitempty"`
	CarriedInto   string     `json:"carried_into,omitempty" doc:"the statement whose opening has what this one carried on; absent: the next one's will"`
	CarriedReason string     `json:"carried_reason,omitempty" doc:"why an operator carried it on"`
	CreatedAt     time.Time  `json:"created_at"`
}

func statementOfJSON(st settlement.Statement, v veil) StatementOfJSON {
	out := StatementOfJSON{
		ID: st.ID.String(), SettlementID: st.SettlementID.String(), OrgID: st.OrgID.String(), OrgName: st.OrgName, Kind: st.Kind, Period: st.Period, Since: instant(st.Since),
		OpeningFen: st.OpeningFen, MovedFen: st.MovedFen, ClosingFen: st.ClosingFen, ItemCount: st.ItemCount, Status: st.Status,
		AutoConfirmed: st.AutoConfirmed, ConfirmBy: instant(st.ConfirmBy), WaitsFor: st.WaitsFor, Reason: v.text(st.Reason), Answer: v.text(st.Answer),
		InFile: st.FiledAt != nil, PaidAt: instant(st.PaidAt), CarriedInto: idOrNone(st.CarriedInto), CarriedReason: v.text(st.CarriedReason), CreatedAt: st.CreatedAt.Time(),
	}
	if st.BankReference != nil {
		out.BankReference = *st.BankReference
	}
	return out
}

// StatementLineJSON is what an order line gave or took in an item.
type StatementLineJSON struct {
	LineID     string            `json:"line_id"`
	OrderID    string            `json:"order_id"`
	SubOrderID string            `json:"sub_order_id"`
	PurchaseID string            `json:"purchase_order_id,omitempty" doc:"of a purchase order; then order_id and sub_order_id are 0"`
	Title      string            `json:"title"`
	Spec       string            `json:"spec"`
	Quantity   int64             `json:"quantity"`
	NetFen     money.Fen         `json:"net_fen"`
	RefundFen  money.Fen         `json:"refund_fen"`
	ShareFen   money.Fen         `json:"share_fen"`
	AmountFen  money.Fen         `json:"amount_fen" doc:"to the statement's owner"`
	Bearer     string            `json:"bearer" enum:"seller,buyer,campaign" doc:"whose money the share is"`
	RuleID     string            `json:"rule_id"`
	RuleName   string            `json:"rule_name"`
	RateBp     money.BasisPoints `json:"rate_bp"`
	RuleSource string            `json:"rule_source"`
}

// StatementItemJSON is an entry of the journal on the statement's account.
type StatementItemJSON struct {
	TransactionID string              `json:"transaction_id"`
	Kind          string              `json:"kind" example:"sub_order_close"`
	Reference     string              `json:"reference"`
	PostedAt      time.Time           `json:"posted_at"`
	AmountFen     money.Fen           `json:"amount_fen" doc:"the sum of the lines' amounts and the freight"`
	FreightFen    money.Fen           `json:"freight_fen"`
	Lines         []StatementLineJSON `json:"lines"`
}

// StatementDetailJSON is a statement with a page of its items.
type StatementDetailJSON struct {
	StatementOfJSON
	Items      []StatementItemJSON `json:"items"`
	NextCursor string              `json:"next_cursor,omitempty" doc:"absent on the last page"`
}

func statementItemJSON(i settlement.Item) StatementItemJSON {
	out := StatementItemJSON{i.TxID.String(), i.Kind, i.Reference, i.PostedAt.Time(), i.AmountFen, i.FreightFen, []StatementLineJSON{}}
	for _, l := range i.Lines {
		out.Lines = append(out.Lines, StatementLineJSON{l.LineID.String(), l.OrderID.String(), l.SubOrderID.String(), idOrNone(l.PurchaseID), l.Title, l.Spec, l.Quantity, l.NetFen, l.RefundFen, l.ShareFen, l.AmountFen,
			l.Bearer, l.RuleID.String(), l.RuleName, l.RateBp, l.RuleSource})
	}
	return out
}

type statementsIn struct {
	Paging
	Status string `query:"status" enum:"issued,disputed,confirmed,approved,paid,closed,carried"`
}

func (s *Server) listOwnStatements(ctx context.Context, in *statementsIn) (*body[list[StatementOfJSON]], error) {
	return s.statements(ctx, in.Paging, settlement.Filter{OrgID: acting(ctx).OrgID, Status: in.Status})
}

type allStatementsIn struct {
	Paging
	Status       string `query:"status" enum:"issued,disputed,confirmed,approved,paid,closed,carried"`
	SettlementID string `query:"settlement_id" maxLength:"20"`
	OrgID        string `query:"org_id" maxLength:"20"`
	Kind         string `query:"kind" enum:"cooperative,village_collective"`
}

func (s *Server) listStatements(ctx context.Context, in *allStatementsIn) (*body[list[StatementOfJSON]], error) {
	f := settlement.Filter{Kind: in.Kind, Status: in.Status}
	var wrong wrongIDs
	if in.SettlementID != "" {
		f.SettlementID = wrong.parse(in.SettlementID, "settlement_id")
	}
	if in.OrgID != "" {
		f.OrgID = wrong.parse(in.OrgID, "org_id")
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return s.statements(ctx, in.Paging, f)
}

func (s *Server) statements(ctx context.Context, p Paging, f settlement.Filter) (*body[list[StatementOfJSON]], error) {
	var err error
	if f.Before, err = p.after(); err != nil {
		return nil, err
	}
	f.Limit = p.Limit + 1
	found, err := settlement.Statements(s.DB.Read(ctx), s.DB.Now(), f)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, p.Limit, func(st settlement.Statement) string { return st.ID.String() })
	out := &body[list[StatementOfJSON]]{list[StatementOfJSON]{Items: []StatementOfJSON{}, NextCursor: next}}
	veiled, err := veils(ctx, s, page, aroundStatement)
	for i, v := range veiled {
		out.Body.Items = append(out.Body.Items, statementOfJSON(page[i], v))
	}
	return out, err
}

func aroundStatement(st settlement.Statement) audit.Circle {
	return audit.Circle{Orgs: []id.ID{st.OrgID}}
}

// statement finds the one that the path names: of the organisation for which the caller
// acts, or anybody's for the platform's people, who act for none.
func (s *Server) statement(ctx context.Context, in PathID) (settlement.Statement, error) {
	statementID, err := in.parse(settlement.ErrNotFound)
	if err != nil {
		return settlement.Statement{}, err
	}
	return settlement.One(s.DB.Read(ctx), s.DB.Now(), statementID, acting(ctx).OrgID)
}

type statementDetailIn struct {
	PathID
	Paging
}

func (s *Server) getStatement(ctx context.Context, in *statementDetailIn) (*body[StatementDetailJSON], error) {
	st, err := s.statement(ctx, in.PathID)
	if err != nil {
		return nil, err
	}
	v, err := s.veilOf(ctx, aroundStatement(st))
	if err != nil {
		return nil, err
	}
	from, err := strconv.ParseInt("0"+in.Cursor, 10, 64)
	if err != nil {
		return nil, errNoCursor
	}
	found, err := settlement.Items(s.DB.Read(ctx), st, from, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(i settlement.Item) string { return strconv.FormatInt(i.Seq, 10) })
	out := &body[StatementDetailJSON]{StatementDetailJSON{StatementOfJSON: statementOfJSON(st, v), Items: []StatementItemJSON{}, NextCursor: next}}
	for _, i := range page {
		out.Body.Items = append(out.Body.Items, statementItemJSON(i))
	}
	return out, nil
}

type statementFileIn struct {
	PathID
	Format string `query:"format" enum:"xlsx,csv,pdf" default:"xlsx"`
}

func (s *Server) statementFile(ctx context.Context, in *statementFileIn) (*attachment, error) {
	st, err := s.statement(ctx, in.PathID)
	if err != nil {
		return nil, err
	}
	content, err := settlement.Sheet(s.DB.Read(ctx), st, in.Format)
	if err != nil {
		return nil, err
	}
	if name := "statement-" + in.ID + "." + in.Format; in.Format != settlement.PDF {
		return attach(name, content)
	}
	return &attachment{ContentType: "application/pdf", Body: content,
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": "statement-" + in.ID + ".pdf"})}, nil
}

// changeStatement does something to a statement and answers it as it stands afterwards.
func (s *Server) changeStatement(ctx context.Context, in PathID, do func(tx *storage.Tx, statementID id.ID) error) (*body[StatementOfJSON], error) {
	statementID, err := in.parse(settlement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if err := s.DB.InTx(ctx, func(tx *storage.Tx) error { return do(tx, statementID) }); err != nil {
		return nil, err
	}
	st, err := s.statement(ctx, in)
	return &body[StatementOfJSON]{statementOfJSON(st, veil{})}, err
}

func (s *Server) confirmStatement(ctx context.Context, in *PathID) (*body[StatementOfJSON], error) {
	return s.changeStatement(ctx, *in, func(tx *storage.Tx, statementID id.ID) error {
		return settlement.Confirm(tx, actor(ctx), acting(ctx).OrgID, statementID)
	})
}

type reasonIn struct {
	PathID
	Body struct {
		Reason string `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) disputeStatement(ctx context.Context, in *reasonIn) (*body[StatementOfJSON], error) {
	return s.changeStatement(ctx, in.PathID, func(tx *storage.Tx, statementID id.ID) error {
		return settlement.Dispute(tx, actor(ctx), acting(ctx).OrgID, statementID, in.Body.Reason)
	})
}

func (s *Server) answerStatement(ctx context.Context, in *reasonIn) (*body[StatementOfJSON], error) {
	return s.changeStatement(ctx, in.PathID, func(tx *storage.Tx, statementID id.ID) error {
		return s.Settlements.Answer(tx, actor(ctx), statementID, in.Body.Reason)
	})
}

func (s *Server) carryStatement(ctx context.Context, in *reasonIn) (*body[StatementOfJSON], error) {
	return s.changeStatement(ctx, in.PathID, func(tx *storage.Tx, statementID id.ID) error {
		return settlement.Carry(tx, actor(ctx), statementID, in.Body.Reason)
	})
}

type payIn struct {
	PathID
	Key  string `header:"Idempotency-Key"`
	Body struct {
		BankReference string    `json:"bank_reference" maxLength:"1000" doc:"unique"`
		PaidAt        time.Time `json:"paid_at"`
	}
}

func (s *Server) payStatement(ctx context.Context, in *payIn) (*stored, error) {
	statementID, err := in.parse(settlement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	key, err := keyFor(ctx, "pay-statement", base+"/ops/statements/"+in.ID+"/pay", in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	return s.once(ctx, key, func(tx *storage.Tx) (any, id.ID, error) {
		if err := s.Settlements.Pay(tx, actor(ctx), statementID, settlement.Transferred(in.Body)); err != nil {
			return nil, 0, err
		}
		st, err := settlement.One(tx.DB, tx.Now(), statementID, 0)
		return statementOfJSON(st, veil{}), statementID, err
	})
}
