package rest

import (
	"context"
	"time"

	"zique/internal/bank"
	"zique/internal/cardsale"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// ProgressJSON is how far something is.
type ProgressJSON struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
}

// CardBatchJSON is a batch of aid cards and how far its purchase is.
type CardBatchJSON struct {
	ID             string        `json:"id"`
	EnterpriseID   string        `json:"enterprise_id"`
	EnterpriseName string        `json:"enterprise_name"`
	ProgramID      string        `json:"program_id"`
	CampaignID     string        `json:"campaign_id,omitempty" doc:"for which the cards are"`
	Kind           string        `json:"kind" enum:"anonymous,registered"`
	FaceFen        money.Fen     `json:"face_fen"`
	Count          int64         `json:"count"`
	TotalFen       money.Fen     `json:"total_fen"`
	ValidUntil     string        `json:"valid_until,omitempty" example:"2030-01-05" doc:"through the end of this day, in Asia/Shanghai; absent: they do not expire"`
	Status         string        `json:"status" enum:"awaiting_confirmation,awaiting_funds,awaiting_issue,issuing,issued,cancelled"`
	Progress       ProgressJSON  `json:"progress" doc:"cards"`
	Recipients     int64         `json:"recipients" doc:"how many are named"`
	Transfer       *TransferJSON `json:"transfer,omitempty" doc:"how to pay, while money is awaited"`
	Mine           bool          `json:"mine" doc:"the caller ordered it: somebody else confirms"`
	CreatedAt      time.Time     `json:"created_at"`
	ConfirmedAt    *time.Time    `json:"confirmed_at,omitempty"`
	FundedAt       *time.Time    `json:"funded_at,omitempty"`
	IssuedAt       *time.Time    `json:"issued_at,omitempty"`
	CancelledAt    *time.Time    `json:"cancelled_at,omitempty"`
}

func (s *Server) cardBatchJSON(ctx context.Context, b cardsale.Sale) CardBatchJSON {
	out := CardBatchJSON{ID: b.ID.String(), EnterpriseID: b.EnterpriseID.String(), EnterpriseName: b.EnterpriseName, ProgramID: b.ProgramID.String(), CampaignID: idOrNone(b.CampaignID), Kind: b.Kind,
		FaceFen: b.FaceFen, Count: b.CardCount, TotalFen: b.TotalFen(), ValidUntil: b.ValidUntil, Status: b.Status, Progress: ProgressJSON{b.Minted, b.CardCount},
		Recipients: b.Recipients, Mine: b.OrderedBy == caller(ctx).UserID, CreatedAt: b.CreatedAt.Time(), ConfirmedAt: instant(b.ConfirmedAt),
		FundedAt: instant(b.FundedAt), IssuedAt: instant(b.IssuedAt), CancelledAt: instant(b.CancelledAt)}
	if b.Status == cardsale.AwaitingFunds {
		out.Transfer = &TransferJSON{s.Payee.Holder, s.Payee.Bank, s.Payee.Number, b.RemittanceCode, b.TotalFen()}
	}
	return out
}

// RecipientIn is for whom a card is.
type RecipientIn struct {
	Phone      string `json:"phone" maxLength:"100"`
	Name       string `json:"name" maxLength:"200"`
	Department string `json:"department,omitempty" maxLength:"200"`
}

type orderBatchIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Kind       string        `json:"kind" maxLength:"20" doc:"anonymous or registered"`
		FaceFen    money.Fen     `json:"face_fen"`
		Count      int64         `json:"count,omitempty" doc:"may be left out where recipients are named here"`
		ValidUntil string        `json:"valid_until,omitempty" maxLength:"10" doc:"a day; of anonymous cards only"`
		Recipients []RecipientIn `json:"recipients,omitempty" maxItems:"10000" doc:"one for each card; more come by file"`
		ProgramID  string        `json:"program_id,omitempty" maxLength:"20" doc:"may be left out where there is one"`
		CampaignID string        `json:"campaign_id,omitempty" maxLength:"20"`
	}
}

func (s *Server) orderBatch(ctx context.Context, in *orderBatchIn) (*stored, error) {
	key, err := keyFor(ctx, "order-card-batch", base+"/ent/card-batches", in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	asked := cardsale.Order{Kind: in.Body.Kind, FaceFen: in.Body.FaceFen, Count: in.Body.Count, ValidUntil: in.Body.ValidUntil}
	if in.Body.CampaignID != "" {
		if asked.CampaignID, err = parseID(in.Body.CampaignID, "campaign_id"); err != nil {
			return nil, err
		}
	}
	if in.Body.ProgramID != "" {
		if asked.ProgramID, err = parseID(in.Body.ProgramID, "program_id"); err != nil {
			return nil, err
		}
	}
	for _, r := range in.Body.Recipients {
		asked.Recipients = append(asked.Recipients, cardsale.Person{Name: r.Name, Phone: r.Phone, Department: r.Department})
	}
	return s.once(ctx, key, func(tx *storage.Tx) (any, id.ID, error) {
		placed, err := s.CardSales.Place(tx, actor(ctx), asked)
		return s.cardBatchJSON(ctx, placed), placed.ID, err
	})
}

type batchesIn struct {
	Paging
	Status string `query:"status" enum:"awaiting_confirmation,awaiting_funds,awaiting_issue,issuing,issued,cancelled"`
}

func (s *Server) listBatches(ctx context.Context, in *batchesIn) (*body[list[CardBatchJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := cardsale.List(s.DB.Read(ctx), cardsale.Filter{EnterpriseID: acting(ctx).OrgID, Status: in.Status, Before: before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(b cardsale.Sale) string { return b.ID.String() })
	out := &body[list[CardBatchJSON]]{list[CardBatchJSON]{Items: []CardBatchJSON{}, NextCursor: next}}
	for _, b := range page {
		out.Body.Items = append(out.Body.Items, s.cardBatchJSON(ctx, b))
	}
	return out, nil
}

// batchOf is a batch of the organisation that the caller acts for; of any, for the staff.
func (s *Server) batchOf(ctx context.Context, in PathID) (cardsale.Sale, error) {
	batchID, err := in.parse(cardsale.ErrNotFound)
	if err != nil {
		return cardsale.Sale{}, err
	}
	return cardsale.Get(s.DB.Read(ctx), acting(ctx).OrgID, batchID)
}

func (s *Server) getBatch(ctx context.Context, in *PathID) (*body[CardBatchJSON], error) {
	found, err := s.batchOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	return &body[CardBatchJSON]{s.cardBatchJSON(ctx, found)}, nil
}

// changeBatch does something to a batch and answers it.
func (s *Server) changeBatch(ctx context.Context, in PathID, change func(tx *storage.Tx, batchID id.ID) error) (*body[CardBatchJSON], error) {
	batchID, err := in.parse(cardsale.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if err := s.DB.InTx(ctx, func(tx *storage.Tx) error { return change(tx, batchID) }); err != nil {
		return nil, err
	}
	return s.getBatch(ctx, &in)
}

func (s *Server) confirmBatch(ctx context.Context, in *PathID) (*body[CardBatchJSON], error) {
	return s.changeBatch(ctx, *in, func(tx *storage.Tx, batchID id.ID) error { return cardsale.Confirm(tx, actor(ctx), batchID) })
}

func (s *Server) cancelBatch(ctx context.Context, in *PathID) (*body[CardBatchJSON], error) {
	return s.changeBatch(ctx, *in, func(tx *storage.Tx, batchID id.ID) error { return s.Bank.CancelBatch(tx, actor(ctx), batchID) })
}

func (s *Server) issueBatch(ctx context.Context, in *PathID) (*body[CardBatchJSON], error) {
	return s.changeBatch(ctx, *in, func(tx *storage.Tx, batchID id.ID) error { return cardsale.Issue(tx, actor(ctx), batchID) })
}

type fundBatchIn struct {
	PathID
	Body struct {
		AmountFen     money.Fen `json:"amount_fen"`
		PaidAt        time.Time `json:"paid_at"`
		PayerName     string    `json:"payer_name" maxLength:"500"`
		PayerAccount  string    `json:"payer_account" maxLength:"100"`
		PayeeAccount  string    `json:"payee_account" maxLength:"100"`
		BankReference string    `json:"bank_reference" maxLength:"100" doc:"unique among all payments"`
	}
}

// FundedBatchJSON is a batch after money came for it.
type FundedBatchJSON struct {
	CardBatchJSON
	Difference string `json:"difference,omitempty" enum:"wrong_amount,wrong_payer,not_awaited" doc:"why the money is a difference now, and does not pay the batch"`
}

func (s *Server) fundBatch(ctx context.Context, in *fundBatchIn) (*body[FundedBatchJSON], error) {
	receipt := bank.Receipt{AmountFen: in.Body.AmountFen, PaidAt: clock.FromTime(in.Body.PaidAt), PayerName: in.Body.PayerName, PayerAccount: in.Body.PayerAccount,
		PayeeAccount: in.Body.PayeeAccount, BankReference: in.Body.BankReference}
	out := &body[FundedBatchJSON]{}
	batch, err := s.changeBatch(ctx, in.PathID, func(tx *storage.Tx, batchID id.ID) error {
		r, err := s.Bank.Fund(tx, actor(ctx), batchID, receipt, s.Payee.Number)
		out.Body.Difference = r.Why
		return err
	})
	if err != nil {
		return nil, err
	}
	out.Body.CardBatchJSON = batch.Body
	return out, nil
}
