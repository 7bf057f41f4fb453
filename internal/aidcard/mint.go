package aidcard

import (
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
)

// rowsAtOnce is how many cards one statement inserts; see package ledger.
const rowsAtOnce = 100

// Mint makes unclaimed cards of a batch with these ids, without secrets, filled from what
// its enterprise paid in. It is the one way in which cards come to be.
func Mint(tx *storage.Tx, b Batch, ids []id.ID, kind string, expires *clock.Millis) ([]Card, error) {
	paidIn := org.PaidInAccount(b.EnterpriseID)
	cards, postings := make([]Card, len(ids)), make([]ledger.Posting, len(ids))
	for i, cardID := range ids {
		cards[i] = Card{ID: cardID, BatchID: b.ID, Number: numberOf(cardID), FaceFen: b.FaceFen, BalanceFen: b.FaceFen, Status: Issued,
			Kind: kind, ExpiresAt: expires, DueAt: expires}
		postings[i] = ledger.Posting{Kind: IssuePosting, Reference: cardID.String(), Entries: []ledger.Entry{
			{Account: paidIn, Amount: -b.FaceFen}, {Account: cards[i].Account(), Amount: b.FaceFen}}}
	}
	if err := tx.CreateInBatches(&cards, rowsAtOnce).Error; err != nil {
		return nil, err
	}
	_, err := ledger.Post(tx, postings)
	return cards, err
}

// Unclaimed is the condition of cards that are nobody's yet, also those whose last day is over.
const Unclaimed = "holder_id IS NULL AND status IN ('issued', 'expired')"

// Recall makes cards void that nobody has claimed, as empty does, but many at once, and
// gives their money back to the enterprise. The cards are locked; any that is claimed or
// stopped is ErrNotUsable. The caller writes the log.
func Recall(tx *storage.Tx, enterprise id.ID, cards []Card) (money.Fen, error) {
	if len(cards) == 0 {
		return 0, nil
	}
	var total money.Fen
	ids, steps, postings := make([]id.ID, len(cards)), make([]Step, len(cards)), make([]ledger.Posting, len(cards))
	for i, c := range cards {
		ids[i], total = c.ID, total+c.BalanceFen
		steps[i] = Step{ID: tx.NewID(), CardID: c.ID, Step: StepVoided, AmountFen: c.BalanceFen, CreatedAt: tx.Now()}
		postings[i] = ledger.Posting{Kind: emptied[StepVoided], Reference: steps[i].ID.String(), Entries: []ledger.Entry{
			{Account: c.Account(), Amount: -c.BalanceFen}, {Account: org.PaidInAccount(enterprise), Amount: c.BalanceFen}}}
	}
	change := tx.Model(&Card{}).Where("id IN ?", ids).Where(Unclaimed).
		Updates(map[string]any{"status": Void, "due_at": nil, "balance_fen": 0})
	if change.Error != nil {
		return 0, change.Error
	}
	if change.RowsAffected != int64(len(ids)) {
		return 0, ErrNotUsable
	}
	if err := tx.CreateInBatches(&steps, rowsAtOnce).Error; err != nil {
		return 0, err
	}
	_, err := ledger.Post(tx, postings)
	return total, err
}
