package report

import (
	"cmp"
	"slices"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/org"
)

// Terms are those of the equation of cards: what came onto them is what they paid without
// what came back for goods, what they hold, and what left them. Each is read from the ledger
// by kind of transaction but what they hold, which is read from its checkpoints: so that the
// equation may fail.
type Terms struct {
	Cards       int64
	IssuedFen   money.Fen
	MovedInFen  money.Fen
	SpentFen    money.Fen
	RefundedFen money.Fen // by goods that went back
	BalanceFen  money.Fen // on cards that are not expired
	ExpiredFen  money.Fen // on those that are, to be re-activated
	VoidedFen   money.Fen
	ReturnedFen money.Fen // paid back to the enterprise, card by card
	MovedOutFen money.Fen
}

// UsedFen is what was paid for goods that stayed.
func (t Terms) UsedFen() money.Fen { return t.SpentFen - t.RefundedFen }

// DifferenceFen is by how much the equation fails; 0: it holds.
func (t Terms) DifferenceFen() money.Fen {
	return t.IssuedFen + t.MovedInFen - t.UsedFen() - t.BalanceFen - t.ExpiredFen - t.VoidedFen - t.ReturnedFen - t.MovedOutFen
}

func (t *Terms) add(o Terms) {
	t.Cards += o.Cards
	for name, into := range t.byName() {
		*into += *o.byName()[name]
	}
}

func (t *Terms) byName() map[string]*money.Fen {
	return map[string]*money.Fen{"issued": &t.IssuedFen, "moved_in": &t.MovedInFen, "spent": &t.SpentFen, "refunded": &t.RefundedFen, "balance": &t.BalanceFen,
		"expired": &t.ExpiredFen, "voided": &t.VoidedFen, "returned": &t.ReturnedFen, "moved_out": &t.MovedOutFen}
}

// moved is what transactions of a kind moved on a card, each way.
type moved struct {
	CardID        id.ID
	Kind          string
	InFen, OutFen money.Fen
}

// count adds what moved to its term. A kind that is in no term, such as a correction, makes
// a difference.
func (t *Terms) count(m moved) {
	switch m.Kind {
	case aidcard.IssuePosting:
		t.IssuedFen += m.InFen - m.OutFen
	case aidcard.MovePosting:
		t.MovedInFen, t.MovedOutFen = t.MovedInFen+m.InFen, t.MovedOutFen+m.OutFen
	case order.HoldPosting, order.PaymentPosting, order.ReleasePosting:
		t.SpentFen += m.OutFen - m.InFen
	case order.RefundPosting:
		t.RefundedFen += m.InFen - m.OutFen
	case aidcard.VoidPosting:
		t.VoidedFen += m.OutFen - m.InFen
	case aidcard.ReturnPosting:
		t.ReturnedFen += m.OutFen - m.InFen
	}
}

// CardTerms are the terms of one card.
type CardTerms struct {
	ID         id.ID
	Number     string
	BatchID    id.ID
	Department string
	Terms
}

// Amount is what the card has in a term: the total of the cards of a batch in that column.
func (c CardTerms) Amount(term string) money.Fen { return *c.byName()[term] }

// Cards narrows which cards of an enterprise are read; zero fields do not.
type Cards struct {
	EnterpriseID id.ID
	BatchID      id.ID
	Department   *string
}

// placed is a card with where it is counted.
type placed struct {
	ID         id.ID
	Number     string
	BatchID    id.ID
	ReplacesID id.ID
	Department string
	EndsAt     *clock.Millis
}

// readAtOnce is how many cards' accounts are read at once.
const readAtOnce = 5000

// EachCard gives each the cards that were issued by then, ascending above an id, until it
// answers false. A card that replaces a lost one is counted in the department of that one.
func EachCard(view *gorm.DB, of Cards, at ledger.Point, above id.ID, each func(CardTerms) bool) error {
	cards, err := of.placed(view, at.At)
	if err != nil {
		return err
	}
	cards = slices.DeleteFunc(cards, func(c placed) bool { return c.ID <= above })
	for part := range slices.Chunk(cards, readAtOnce) {
		found, err := of.termsOf(view, part, at)
		if err != nil {
			return err
		}
		for _, c := range found {
			if !each(c) {
				return nil
			}
		}
	}
	return nil
}

func (of Cards) placed(view *gorm.DB, at clock.Millis) ([]placed, error) {
	q := view.Table("card_batches b").
		// The end that was in force then is that which the first re-activation since put off.
		Select(`c.id, c.number, c.batch_id, c.replaces_id, COALESCE(r.department, '') department,
			COALESCE((SELECT s.ended_at FROM card_steps s WHERE s.card_id = c.id AND s.step = ? AND s.created_at > ? ORDER BY s.id LIMIT 1), c.expires_at) ends_at`, aidcard.StepReactivated, at).
		Joins("JOIN aid_cards c ON c.batch_id = b.id").Joins("LEFT JOIN card_recipients r ON r.id = c.id").
		Where("b.enterprise_id = ?", of.EnterpriseID).Order("c.id")
	if of.BatchID != 0 {
		q = q.Where("b.id = ?", of.BatchID)
	}
	var found []placed
	if err := q.Scan(&found).Error; err != nil {
		return nil, err
	}
	byID := make(map[id.ID]placed, len(found))
	for _, c := range found {
		byID[c.ID] = c
	}
	for i, c := range found {
		for c.ReplacesID != 0 { // of the same batch, and older
			c = byID[c.ReplacesID]
		}
		found[i].Department = c.Department
	}
	if of.Department != nil {
		found = slices.DeleteFunc(found, func(c placed) bool { return c.Department != *of.Department })
	}
	return found, nil
}

// termsOf reads the terms of cards, which are all of that selection between the first and the last.
func (of Cards) termsOf(view *gorm.DB, cards []placed, at ledger.Point) ([]CardTerms, error) {
	accounts := func() *gorm.DB {
		return view.Table("card_batches b").Joins("JOIN aid_cards c ON c.batch_id = b.id").Joins("JOIN ledger_accounts a ON a.code = CONCAT('card:', c.id)").
			Where("b.enterprise_id = ? AND c.id >= ? AND c.id <= ?", of.EnterpriseID, cards[0].ID, cards[len(cards)-1].ID)
	}
	var kinds []moved
	err := accounts().Joins("JOIN ledger_entries e ON e.account_id = a.id").Joins("JOIN ledger_transactions t ON t.id = e.tx_id").
		Select("c.id card_id, t.kind, SUM(CASE WHEN e.amount_fen > 0 THEN e.amount_fen ELSE 0 END) in_fen, SUM(CASE WHEN e.amount_fen < 0 THEN -e.amount_fen ELSE 0 END) out_fen").
		Where("t.seq <= ?", at.Seq).Group("c.id, t.kind").Scan(&kinds).Error
	if err != nil {
		return nil, err
	}
	byCard := make(map[id.ID]Terms, len(cards))
	for _, m := range kinds {
		t := byCard[m.CardID]
		t.count(m)
		byCard[m.CardID] = t
	}
	var balances []struct {
		CardID     id.ID
		BalanceFen money.Fen
	}
	err = accounts().Joins("JOIN ledger_checkpoints k ON k.account_id = a.id").Select("c.id card_id, k.balance_fen").
		Where("k.seq = (SELECT MAX(m.seq) FROM ledger_checkpoints m WHERE m.account_id = a.id AND m.seq <= ?)", at.Seq).Scan(&balances).Error
	held := make(map[id.ID]money.Fen, len(balances))
	for _, b := range balances {
		held[b.CardID] = b.BalanceFen
	}
	found := make([]CardTerms, 0, len(cards))
	for _, c := range cards {
		balance, there := held[c.ID]
		if !there { // not issued yet
			continue
		}
		t := byCard[c.ID]
		if t.Cards = 1; c.EndsAt != nil && *c.EndsAt <= at.At {
			t.ExpiredFen = balance
		} else {
			t.BalanceFen = balance
		}
		found = append(found, CardTerms{c.ID, c.Number, c.BatchID, c.Department, t})
	}
	return found, err
}

// DepartmentTerms are those of the cards of a department in a batch.
type DepartmentTerms struct {
	Department string // "": of none
	Terms
}

// BatchTerms are those of a batch, which are those of its departments.
type BatchTerms struct {
	BatchID     id.ID
	FaceFen     money.Fen
	Departments []DepartmentTerms // ascending
	Terms
}

// Reconciliation holds what an enterprise's cards were given against where it is.
type Reconciliation struct {
	ledger.Point
	Batches   []BatchTerms // the oldest first
	PaidInFen money.Fen    // what the enterprise paid in and is on no card
	Terms
}

// Balanced tells whether the equation holds for every department of every batch.
func (r Reconciliation) Balanced() bool {
	for _, b := range r.Batches {
		for _, d := range b.Departments {
			if d.DifferenceFen() != 0 {
				return false
			}
		}
	}
	return true
}

// Reconcile reads an enterprise's cards as of a point, in one snapshot.
func Reconcile(view *gorm.DB, enterprise id.ID, at ledger.Point) (Reconciliation, error) {
	r := Reconciliation{Point: at, Batches: []BatchTerms{}}
	var batches []aidcard.Batch
	if err := view.Where("enterprise_id = ?", enterprise).Order("id").Find(&batches).Error; err != nil {
		return r, err
	}
	byBatch := map[id.ID]map[string]*Terms{}
	err := EachCard(view, Cards{EnterpriseID: enterprise}, at, 0, func(c CardTerms) bool {
		departments := byBatch[c.BatchID]
		if departments == nil {
			departments = map[string]*Terms{}
			byBatch[c.BatchID] = departments
		}
		if departments[c.Department] == nil {
			departments[c.Department] = &Terms{}
		}
		departments[c.Department].add(c.Terms)
		return true
	})
	if err != nil {
		return r, err
	}
	for _, b := range batches {
		if departments := byBatch[b.ID]; departments != nil {
			r.Batches = append(r.Batches, batchTerms(b, departments))
			r.add(r.Batches[len(r.Batches)-1].Terms)
		}
	}
	paidIn := org.PaidInAccount(enterprise)
	balances, err := ledger.BalancesAt(view, []string{paidIn}, at.Seq)
	r.PaidInFen = balances[paidIn]
	return r, err
}

func batchTerms(b aidcard.Batch, departments map[string]*Terms) BatchTerms {
	of := BatchTerms{BatchID: b.ID, FaceFen: b.FaceFen}
	for name, t := range departments {
		of.Departments = append(of.Departments, DepartmentTerms{name, *t})
		of.add(*t)
	}
	slices.SortFunc(of.Departments, func(a, b DepartmentTerms) int { return cmp.Compare(a.Department, b.Department) })
	return of
}
