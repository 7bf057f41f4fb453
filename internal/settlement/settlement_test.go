package settlement_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"pgregory.net/rapid"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/bank"
	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/order/ordertest"
	"zique/internal/org"
	"zique/internal/pii"
	"zique/internal/settlement"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/verify/verifytest"
	"zique/internal/worker"
)

var quick = order.Lifecycle{Timing: order.Timing{Pay: time.Second, Receive: 100 * time.Millisecond, Close: 50 * time.Millisecond}}

// How long payees of the test may be silent, and their new accounts rest.
const silence, rest = 500 * time.Millisecond, 300 * time.Millisecond

const (
	buyer  = id.ID(77)
	member = id.ID(80)
	asker  = id.ID(90)
	other  = id.ID(91)
)

// market is one where a cooperative and the collective of its village have usable accounts.
type market struct {
	*ordertest.Market
	t       testing.TB
	db      *storage.DB
	jobs    *worker.Runner
	desk    *approval.Desk
	settle  *settlement.Service
	keys    *pii.Keyring
	sku     catalog.SKU
	coop    id.ID
	village id.ID
	people  id.ID // the collective
	sales   int
}

func open(t *testing.T, db *storage.DB) *market {
	t.Helper()
	keys, err := pii.New("1", make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	operators := org.Operators{
		Is:  func(_ *gorm.DB, user id.ID) (bool, error) { return user == asker || user == other, nil },
		All: func(*gorm.DB) ([]id.ID, error) { return []id.ID{asker, other}, nil },
	}
	desk := approval.NewDesk()
	orgs := org.NewService(keys, desk, operators)
	shop := ordertest.Open(t, db, 1000, quick.Timing)
	m := &market{Market: shop, t: t, db: db, desk: desk, keys: keys, settle: settlement.NewService(orgs, desk, operators, silence),
		sku: shop.SKUs[0], coop: shop.Cooperatives[0], village: shop.Villages[0], people: shop.Collectives[0]}
	m.jobs = worker.NewRunner(db, map[string]worker.Handler{settlement.JobKind: m.settle.Make})
	m.jobs.OnEnd(settlement.JobKind, settlement.Ended)
	for _, owner := range []id.ID{m.coop, m.people} {
		m.do(func(tx *storage.Tx) error { return m.account(tx, owner, 0) })
	}
	return m
}

// account gives an organisation a payee account that is used from an instant on.
func (m *market) account(tx *storage.Tx, owner id.ID, rests time.Duration) error {
	err := tx.Model(&org.Payee{}).Where("active_org_id = ?", owner).Updates(map[string]any{"active_org_id": nil, "status": org.PayeeReplaced}).Error
	if err != nil {
		return err
	}
	sealed, err := m.keys.Seal([]byte(`{"holder":"社","bank":"农商行","number":"6222021234567890"}`))
	if err != nil {
		return err
	}
	return tx.Create(&org.Payee{ID: tx.NewID(), OrgID: owner, Cipher: sealed, Status: org.PayeeActive, ActiveOrg: &owner,
		UsableFrom: tx.Now().Add(rests), CreatedAt: tx.Now()}).Error
}

func (m *market) do(step func(tx *storage.Tx) error) {
	m.t.Helper()
	if err := m.db.InTx(context.Background(), step); err != nil {
		m.t.Fatal(err)
	}
}

func (m *market) refused(code string, step func(tx *storage.Tx) error) {
	m.t.Helper()
	err := m.db.InTx(context.Background(), step)
	if f, ok := fault.As(err); !ok || f.Code != code {
		m.t.Fatalf("got %v, want %s", err, code)
	}
}

func (m *market) seal() {
	if _, err := ledger.Seal(context.Background(), m.db); err != nil {
		m.t.Error(err)
	}
}

// sell lets an order of so many units go all the way until it is closed.
func (m *market) sell(quantity int64) *order.Order {
	m.t.Helper()
	m.sales++
	cards := m.Cards(m.t, buyer, 90_000, 1)
	_, placed, err := m.Buy(buyer, fmt.Sprint("k", m.sales), cards, "", ordertest.One(m.sku, quantity))
	if err != nil {
		m.t.Fatal(err)
	}
	m.do(func(tx *storage.Tx) error {
		_, err := quick.Ship(tx, m.owner(), placed.SubOrders[0].ID, order.Parcel{Carrier: "邮政", TrackingNo: "EMS-1"}, nil)
		return err
	})
	return placed
}

func (m *market) closed(quantity int64) *order.Order {
	m.t.Helper()
	placed := m.sell(quantity)
	m.later()
	return placed
}

// later moves the clock past every timer of orders.
func (m *market) later() {
	m.t.Helper()
	for range 2 {
		m.db.Clock().Advance(quick.Timing.Receive + time.Millisecond)
		if err := quick.Advance(context.Background(), m.db); err != nil {
			m.t.Fatal(err)
		}
	}
}

func (m *market) owner() audit.Actor { return audit.Actor{UserID: member, OrgID: m.coop} }

func (m *market) giveBack(o *order.Order, quantity int64) error {
	return m.db.InTx(context.Background(), func(tx *storage.Tx) error {
		_, err := quick.GiveBack(tx, m.owner(), o.SubOrders[0].ID,
			order.RefundAsk{Reason: "坏果", Lines: []order.RefundLine{{LineID: o.Lines[0].ID, Quantity: quantity}}})
		return err
	})
}

// run makes a settlement of everything so far.
func (m *market) run() settlement.Settlement {
	m.t.Helper()
	m.seal()
	var run settlement.Settlement
	m.do(func(tx *storage.Tx) (err error) {
		run, err = m.settle.Begin(tx, audit.Actor{UserID: asker}, "")
		return err
	})
	if err := m.jobs.Drain(context.Background()); err != nil {
		m.t.Fatal(err)
	}
	run, err := settlement.Get(m.view(), 0, run.ID)
	if err != nil || (run.Status == settlement.Open) != payable(run) {
		m.t.Fatalf("the run is %s, %v", run.Status, err)
	}
	return run
}

func (m *market) view() *gorm.DB { return m.db.Read(context.Background()) }

// of is a run's statement of an organisation.
func (m *market) of(run settlement.Settlement, owner id.ID) settlement.Statement {
	m.t.Helper()
	found, err := settlement.Statements(m.view(), m.db.Now(), settlement.Filter{SettlementID: run.ID, OrgID: owner, Limit: 10})
	if err != nil || len(found) != 1 {
		m.t.Fatalf("statements of %d: %v, %v", owner, found, err)
	}
	return found[0]
}

func (m *market) confirmed(s settlement.Statement) {
	m.t.Helper()
	m.do(func(tx *storage.Tx) error {
		return settlement.Confirm(tx, audit.Actor{UserID: member}, s.OrgID, s.ID)
	})
}

func (m *market) ask(run settlement.Settlement) (asked approval.Approval, err error) {
	return asked, m.db.InTx(context.Background(), func(tx *storage.Tx) (err error) {
		asked, err = m.settle.AskPayout(tx, audit.Actor{UserID: asker}, run.ID, "月结")
		return err
	})
}

func (m *market) decide(asked approval.Approval, who id.ID) error {
	_, err := m.desk.Decide(context.Background(), m.db, audit.Actor{UserID: who}, asked.ID, true, "")
	return err
}

func (m *market) file(run settlement.Settlement) (found []settlement.Transfer, err error) {
	return found, m.db.InTx(context.Background(), func(tx *storage.Tx) (err error) {
		found, err = m.settle.File(tx, audit.Actor{UserID: asker}, run.ID)
		return err
	})
}

func (m *market) pay(s settlement.Statement, reference string) func(tx *storage.Tx) error {
	return func(tx *storage.Tx) error {
		return m.settle.Pay(tx, audit.Actor{UserID: asker}, s.ID, settlement.Transferred{BankReference: reference, PaidAt: m.db.Now().Time()})
	}
}

// settled pays all of a run that can be paid, and closes it.
func (m *market) settled(run settlement.Settlement) {
	m.t.Helper()
	m.paid(run)
	m.do(func(tx *storage.Tx) error { return settlement.Close(tx, audit.Actor{UserID: asker}, run.ID) })
}

func (m *market) balance(code string) money.Fen {
	m.t.Helper()
	found, err := ledger.Balances(m.view(), []string{code})
	if err != nil {
		m.t.Fatal(err)
	}
	return found[code]
}

func TestAStatementLeadsToEachOrderLineAndItsRule(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		o := m.sell(3)
		if err := m.giveBack(o, 1); err != nil { // before it becomes available
			t.Fatal(err)
		}
		m.later()
		if err := m.giveBack(o, 1); err != nil { // and after
			t.Fatal(err)
		}
		run := m.run()
		if err := m.giveBack(o, 1); err != nil { // after the cut: not on these statements
			t.Fatal(err)
		}
		m.seal()
		for _, owner := range []id.ID{m.coop, m.people} {
			s := m.of(run, owner)
			items, err := settlement.Items(m.view(), s, 0, 10)
			if err != nil || len(items) != 2 || s.ItemCount != 2 {
				t.Fatalf("items %+v, %v", items, err)
			}
			sum := s.OpeningFen
			for _, item := range items {
				sum += item.AmountFen
				parts := item.FreightFen
				for _, l := range item.Lines {
					parts += l.AmountFen
					if l.LineID != o.Lines[0].ID || l.RuleName == "" || l.RateBp != 500 || l.Title != "米0" {
						t.Errorf("a line without its order or rule: %+v", l)
					}
				}
				if parts != item.AmountFen {
					t.Errorf("the lines of %+v sum to %d", item, parts)
				}
			}
			if sum != s.ClosingFen {
				t.Errorf("the items sum to %d, the statement says %d", sum, s.ClosingFen)
			}
			sheet, err := settlement.Sheet(m.view(), s, "csv")
			if err != nil || strings.Count(string(sheet), o.ID.String()) < len(items) {
				t.Errorf("a file whose lines do not name their orders: %s %v", sheet, err)
			}
			sale := items[0].Lines[0]
			if sale.Quantity != 3 || sale.NetFen != 5970 || sale.RefundFen != 1990 || sale.ShareFen != 199 || items[1].Lines[0].RefundFen != 1990 {
				t.Errorf("a sale of three, one of them given back: %+v", items)
			}
			if owner == m.coop && (items[0].FreightFen != 800 || s.ClosingFen != 1990-100+800) {
				t.Errorf("freight %d, closing %d", items[0].FreightFen, s.ClosingFen)
			}
			if owner == m.people && (items[0].FreightFen != 0 || s.ClosingFen != 100) {
				t.Errorf("the village's closing is %d", s.ClosingFen)
			}
		}
		shares, err := settlement.SharesOf(m.view(), m.village, 0, 10)
		if err != nil || len(shares) != 6 || shares[0].Title != "米0" || shares[0].RuleName == "" {
			t.Errorf("the shares of a village: %+v, %v", shares, err)
		}
		back, err := settlement.SharesOfLine(m.view(), o.Lines[0].ID)
		if err != nil || len(back) != 6 {
			t.Errorf("the shares of a line: %+v, %v", back, err)
		}
	})
}

func TestARefundAfterPayoutIsCarriedUntilSalesMakeUpForIt(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		o := m.closed(1)
		m.settled(m.run())
		available := org.AvailableAccount(m.coop)
		if got := m.balance(available); got != 0 {
			t.Fatalf("after the payout %d fen are left", got)
		}
		if err := m.giveBack(o, 1); err != nil {
			t.Fatal(err)
		}
		second := m.of(m.run(), m.coop)
		owed := m.balance(available)
		if second.Status != settlement.Carried || second.OpeningFen != 0 || second.ClosingFen != owed || owed >= 0 {
			t.Errorf("after a refund: %+v, owed %d", second, owed)
		}
		m.refused("state_conflict", func(tx *storage.Tx) error { return settlement.Confirm(tx, m.owner(), m.coop, second.ID) })
		m.closed(2)
		run := m.run()
		third := m.of(run, m.coop)
		if third.OpeningFen != owed || third.ClosingFen != m.balance(available) || third.ClosingFen <= 0 {
			t.Errorf("after the next sale: %+v", third)
		}
		m.settled(run)
		if got := m.balance(available); got != 0 {
			t.Errorf("all is paid and %d fen are left", got)
		}
		standing, err := settlement.StandingOf(m.view(), m.coop, 0)
		if err != nil || standing.PaidFen != third.ClosingFen+(1990-100+800) || standing.AvailableFen != 0 || standing.OpenStatements != 0 {
			t.Errorf("standing %+v, %v", standing, err)
		}
	})
}

func TestTwoOperatorsPayAStatementOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		m.closed(2)
		run := m.run()
		s, of := m.of(run, m.coop), m.of(run, m.people)
		if _, err := m.ask(run); err != settlement.ErrNothingToPay {
			t.Errorf("nobody has confirmed: %v", err)
		}
		m.confirmed(s)
		m.do(func(tx *storage.Tx) error {
			return settlement.Dispute(tx, audit.Actor{UserID: member}, of.OrgID, of.ID, "少一笔")
		})
		m.refused("state_conflict", func(tx *storage.Tx) error { return settlement.Confirm(tx, m.owner(), of.OrgID, of.ID) })
		m.refused("not_found", func(tx *storage.Tx) error { return settlement.Confirm(tx, m.owner(), of.OrgID, s.ID) })
		m.do(func(tx *storage.Tx) error {
			return m.settle.Answer(tx, audit.Actor{UserID: asker}, of.ID, "下月入账")
		})
		asked, err := m.ask(run)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.decide(asked, asker); err != approval.ErrOwnRequest {
			t.Errorf("one operator alone: %v", err)
		}
		m.refused("state_conflict", m.pay(s, "R1"))
		if err := m.decide(asked, other); err != nil {
			t.Fatal(err)
		}
		m.refused("state_conflict", m.pay(s, "R1")) // no file was made
		for range 2 {
			transfers, err := m.file(run)
			if err != nil || len(transfers) != 1 || transfers[0].ClosingFen != s.ClosingFen || transfers[0].Payee.Number != "6222021234567890" {
				t.Fatalf("file %+v, %v", transfers, err)
			}
		}
		m.do(m.pay(s, "R1"))
		m.refused("state_conflict", m.pay(s, "R2"))
		if got := m.balance(org.AvailableAccount(m.coop)); got != 0 {
			t.Errorf("%d fen are left", got)
		}
		m.refused("statements_open", func(tx *storage.Tx) error { return settlement.Close(tx, audit.Actor{UserID: asker}, run.ID) })

		db.Clock().Advance(silence)
		if err := settlement.ConfirmSilent(context.Background(), db); err != nil {
			t.Fatal(err)
		}
		if got := m.of(run, m.people); got.Status != settlement.Confirmed || !got.AutoConfirmed {
			t.Errorf("after the silence: %+v", got)
		}
		if asked, err = m.ask(run); err == nil {
			err = m.decide(asked, other)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.file(run); err != nil {
			t.Fatal(err)
		}
		m.refused("bank_reference_used", m.pay(of, "R1"))
		m.do(m.pay(of, "R3"))
		m.do(func(tx *storage.Tx) error { return settlement.Close(tx, audit.Actor{UserID: asker}, run.ID) })
	})
}

func TestMoneyGoesOnlyToTheAccountThatWasApproved(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		m.closed(1)
		run := m.run()
		s := m.of(run, m.coop)
		m.confirmed(s)
		asked, err := m.ask(run)
		if err != nil {
			t.Fatal(err)
		}
		m.do(func(tx *storage.Tx) error { return m.account(tx, m.coop, rest) })
		if err := m.decide(asked, other); err != settlement.ErrPayeeChanged {
			t.Errorf("the account was replaced meanwhile: %v", err)
		}
		if got := m.of(run, m.coop); got.WaitsFor != settlement.WaitsCooling {
			t.Errorf("a new account: waits for %q", got.WaitsFor)
		}
		if _, err := m.desk.Decide(context.Background(), db, audit.Actor{UserID: other}, asked.ID, false, "换了账户"); err != nil {
			t.Fatal(err)
		}
		if _, err := m.ask(run); err != settlement.ErrNothingToPay {
			t.Errorf("a cooling account: %v", err)
		}
		db.Clock().Advance(rest)
		if asked, err = m.ask(run); err == nil {
			err = m.decide(asked, other)
		}
		if err != nil {
			t.Fatal(err)
		}
		m.do(func(tx *storage.Tx) error { return m.account(tx, m.coop, 0) })
		if transfers, err := m.file(run); err != nil || len(transfers) != 0 {
			t.Errorf("replaced before the file: %+v, %v", transfers, err)
		}
		if got := m.of(run, m.coop); got.Status != settlement.Confirmed {
			t.Errorf("its approval has lapsed, yet it is %s", got.Status)
		}
		m.do(func(tx *storage.Tx) error {
			return tx.Model(&org.Payee{}).Where("active_org_id = ?", m.coop).Update("active_org_id", nil).Error
		})
		if got := m.of(run, m.coop); got.WaitsFor != settlement.WaitsNoPayee {
			t.Errorf("no account: waits for %q", got.WaitsFor)
		}
	})
}

var errKilled = errors.New("killed")

// endowed gives so many new cooperatives a yuan each, out of one row of the bank's.
func (m *market) endowed(tx *storage.Tx, cooperatives int) error {
	total := money.Fen(100 * cooperatives)
	row := bank.Row{ID: tx.NewID(), BankDay: tx.Now().Day(), BankReference: "B1", AmountFen: total, PayerCipher: []byte{}, TakenBy: asker, Status: bank.Difference, CreatedAt: tx.Now()}
	posting := ledger.Posting{Kind: "bank_receipt", Reference: row.ID.String(), Entries: []ledger.Entry{{Account: org.BankAccount, Amount: -total}}}
	for i := range cooperatives {
		c, err := org.Add(tx, org.Cooperative, fmt.Sprint("社", i), true)
		if err != nil {
			return err
		}
		posting.Entries = append(posting.Entries, ledger.Entry{Account: org.AvailableAccount(c.ID), Amount: 100})
	}
	if err := tx.Create(&row).Error; err != nil {
		return err
	}
	if _, err := ledger.Post(tx, []ledger.Posting{posting}); err != nil {
		return err
	}
	return audit.Write(tx, audit.Actor{UserID: asker}, audit.Change{Action: "bank_row.taken", Subject: "bank_row", SubjectID: row.ID,
		After: map[string]any{"day": row.BankDay, "bank_reference": row.BankReference}})
}

// TestARunThatIsKilledGoesOnWhereItWas gives a run back after each chunk, as a program does
// that is killed: every account gets one statement.
func TestARunThatIsKilledGoesOnWhereItWas(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		const accounts = 230
		m.do(func(tx *storage.Tx) error { return m.endowed(tx, accounts) })
		m.seal()
		var run settlement.Settlement
		m.do(func(tx *storage.Tx) (err error) {
			run, err = m.settle.Begin(tx, audit.Actor{UserID: asker}, "")
			return err
		})
		m.refused("settlement_running", func(tx *storage.Tx) error {
			_, err := m.settle.Begin(tx, audit.Actor{UserID: other}, "")
			return err
		})
		for range 10 {
			killed := worker.NewRunner(db, map[string]worker.Handler{settlement.JobKind: func(ctx context.Context, r *worker.Run) error {
				if over, err := settlement.Chunk(m.settle, ctx, r); over || err != nil {
					return err
				}
				return errKilled
			}})
			if err := killed.Drain(context.Background()); err != nil {
				t.Fatal(err)
			}
			m.do(func(tx *storage.Tx) error { return tx.Exec("UPDATE jobs SET run_after = 0").Error }) // the pause after a failure is over
			if early, err := settlement.Statements(m.view(), 0, settlement.Filter{Status: settlement.Issued, Limit: 100}); err != nil {
				t.Fatal(err)
			} else if len(early) > 0 { // a payee may be faster than the run
				m.confirmed(early[0])
			}
			if now, err := settlement.Get(m.view(), 0, run.ID); err == nil && now.Status == settlement.Open {
				break
			}
		}
		now, err := settlement.Get(m.view(), 0, run.ID)
		made, sum := int64(0), money.Fen(0)
		for _, c := range now.Counts {
			made, sum = made+c.Count, sum+c.ClosingFen
		}
		if err != nil || now.Status != settlement.Open || made != accounts || sum != 100*accounts {
			t.Errorf("the run %+v, %v", now, err)
		}
		if again := m.run(); len(again.Counts) != 0 {
			t.Errorf("nothing has moved since, yet there are statements: %+v", again.Counts)
		}
	})
}

func TestAMonthIsSettledOnceAndNotBeforeItsJournalBegan(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		runs := func() int {
			t.Helper()
			if err := m.settle.Monthly(context.Background(), db); err != nil {
				t.Fatal(err)
			}
			if err := m.jobs.Drain(context.Background()); err != nil {
				t.Fatal(err)
			}
			found, err := settlement.List(m.view(), 0, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(found)
		}
		m.closed(1)
		m.seal()
		if got := runs(); got != 0 {
			t.Errorf("the journal began this month, yet %d runs", got)
		}
		var posted []id.ID
		m.do(func(tx *storage.Tx) error { return tx.Table("ledger_transactions").Pluck("id", &posted).Error })
		postedLater := func(by time.Duration) {
			m.do(func(tx *storage.Tx) error {
				return tx.Exec("UPDATE ledger_transactions SET posted_at = posted_at + ? WHERE id IN ?", by.Milliseconds(), posted).Error
			})
		}
		postedLater(-40 * 24 * time.Hour)
		sold := m.balance(org.AvailableAccount(m.coop))
		m.closed(1) // in the next month
		if first, again := runs(), runs(); first != 1 || again != 1 {
			t.Errorf("runs of one month: %d, then %d", first, again)
		}
		found, err := settlement.List(m.view(), 0, 0, 1)
		if err != nil || len(found) != 1 {
			t.Fatal(len(found), err)
		}
		if s := m.of(found[0], m.coop); s.Period != *found[0].Period || s.ClosingFen != sold || s.ItemCount != 1 {
			t.Errorf("the month had one sale of %d fen, its statement %d of %d fen", sold, s.ItemCount, s.ClosingFen)
		}
		now := db.Now().Time().In(clock.Shanghai)
		first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
		byHand := m.of(m.run(), m.coop)
		if byHand.Since == nil || !byHand.Since.Time().Equal(first) {
			t.Errorf("by hand, after a month: since %v, want %s", byHand.Since, first)
		}
		sheet, err := settlement.Sheet(m.view(), byHand, "csv")
		if err != nil || !strings.Contains(string(sheet), "期间 "+first.Format(time.DateOnly)+" 00:00 至 ") {
			t.Errorf("its file: %s %v", sheet, err)
		}
		postedLater(40 * 24 * time.Hour) // for the books, which are checked when the test ends
	})
}

// Whatever sells, is given back, settled and paid in whatever order: the invariants hold
// after each, and what was paid with what is left is what was sold.
func TestSalesRefundsAndPayoutsInAnyOrderKeepTheBooks(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		rapid.Check(t, func(r *rapid.T) {
			var orders []*order.Order
			left := map[id.ID]int64{}
			for range rapid.IntRange(1, 6).Draw(r, "steps") {
				switch rapid.SampledFrom([]string{"sell", "close", "refund", "settle", "carry"}).Draw(r, "step") {
				case "sell":
					quantity := rapid.Int64Range(1, 4).Draw(r, "quantity")
					o := m.sell(quantity)
					orders, left[o.ID] = append(orders, o), quantity
				case "close":
					m.later()
				case "refund":
					if len(orders) == 0 {
						continue
					}
					o := rapid.SampledFrom(orders).Draw(r, "order")
					if left[o.ID] > 0 {
						if err := m.giveBack(o, 1); err != nil {
							t.Fatal(err)
						}
						left[o.ID]--
					}
				case "settle":
					run := m.run()
					if payable(run) && rapid.Bool().Draw(r, "pay") {
						m.paid(run)
					}
				case "carry":
					m.carryShort()
				}
			}
			m.seal()
			verifytest.Check(t, db)
		})
	})
}

// carryShort carries on all that cannot be paid.
func (m *market) carryShort() {
	m.t.Helper()
	all, err := settlement.Statements(m.view(), m.db.Now(), settlement.Filter{Limit: 100})
	if err != nil {
		m.t.Fatal(err)
	}
	for _, s := range all {
		if s.WaitsFor != settlement.WaitsBalance {
			continue
		}
		if err := m.db.InTx(context.Background(), m.carry(s)); err != nil && err != settlement.ErrCovered { // made up for by one that was carried
			m.t.Fatal(err)
		}
	}
}

func (m *market) carry(s settlement.Statement) func(tx *storage.Tx) error {
	return func(tx *storage.Tx) error {
		return settlement.Carry(tx, audit.Actor{UserID: asker}, s.ID, "之后退货")
	}
}

func payable(run settlement.Settlement) bool {
	for _, c := range run.Counts {
		if c.Status == settlement.Issued {
			return true
		}
	}
	return false
}

// paid pays what of a run can be paid; where an older statement is unpaid or more was
// given back since, some of it waits.
func (m *market) paid(run settlement.Settlement) {
	m.t.Helper()
	all, err := settlement.Statements(m.view(), m.db.Now(), settlement.Filter{SettlementID: run.ID, Status: settlement.Issued, Limit: 10})
	if err != nil {
		m.t.Fatal(err)
	}
	for _, s := range all {
		m.confirmed(s)
	}
	asked, err := m.ask(run)
	if err == settlement.ErrNothingToPay {
		return
	}
	if err == nil {
		err = m.decide(asked, other)
	}
	if err != nil {
		m.t.Fatal(err)
	}
	transfers, err := m.file(run)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, tr := range transfers {
		m.do(m.pay(tr.Statement, "B"+tr.ID.String()))
	}
}

func TestAnAccountNeverPaysMoreThanItHolds(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		o := m.closed(2)
		first := m.run()
		if err := m.giveBack(o, 1); err != nil {
			t.Fatal(err)
		}
		if got := m.of(m.run(), m.coop); got.Status != settlement.Carried {
			t.Fatalf("a refund alone: %+v", got)
		}
		m.confirmed(m.of(first, m.coop))
		if got := m.of(first, m.coop); got.WaitsFor != settlement.WaitsBalance {
			t.Errorf("the account holds less than the statement, which waits for %q", got.WaitsFor)
		}
		if _, err := m.ask(first); err != settlement.ErrNothingToPay {
			t.Errorf("asked: %v", err)
		}
		m.closed(1)
		if got := m.of(first, m.coop); got.WaitsFor != "" {
			t.Errorf("a sale made up for it, and it waits for %q", got.WaitsFor)
		}
	})
}

func TestWhatRefundsLeaveOfAStatementIsPaidWithTheNext(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		o := m.closed(3)
		run := m.run()
		first := m.of(run, m.coop)
		m.refused("statement_covered", m.carry(first))
		m.confirmed(first)
		asked, err := m.ask(run)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.giveBack(o, 1); err != nil {
			t.Fatal(err)
		}
		negative := m.of(m.run(), m.coop)
		m.do(m.carry(first))
		m.refused("state_conflict", m.carry(first))
		if err := m.decide(asked, other); err != settlement.ErrPayeeChanged {
			t.Errorf("asked for before it was carried: %v", err)
		}
		available := m.balance(org.AvailableAccount(m.coop))
		standing, err := settlement.StandingOf(m.view(), m.coop, 0)
		if err != nil || standing.CarriedFen != available || standing.OpenStatements != 0 {
			t.Errorf("all is carried on: %+v, %v", standing, err)
		}
		m.confirmed(m.of(run, m.people)) // refunds left less than the village's share, too
		m.do(m.carry(m.of(run, m.people)))
		m.do(func(tx *storage.Tx) error { return settlement.Close(tx, audit.Actor{UserID: asker}, run.ID) })

		m.closed(1)
		again := m.run()
		second := m.of(again, m.coop)
		if second.OpeningFen != first.ClosingFen+negative.ClosingFen || second.ClosingFen != m.balance(org.AvailableAccount(m.coop)) {
			t.Errorf("carried %d and %d, and the next is %+v", first.ClosingFen, negative.ClosingFen, second)
		}
		if into := m.of(run, m.coop); into.CarriedInto != second.ID || into.CarriedReason != "之后退货" {
			t.Errorf("carried: %+v", into)
		}
		m.settled(again)
		if got := m.balance(org.AvailableAccount(m.coop)); got != 0 {
			t.Errorf("all is paid, and %d fen are left", got)
		}
	})
}

func TestAnApprovedStatementIsCarriedOnUntilAFileNamesIt(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		o := m.closed(3)
		run := m.run()
		s, of := m.of(run, m.coop), m.of(run, m.people)
		m.confirmed(s)
		asked, err := m.ask(run)
		if err == nil {
			err = m.decide(asked, other)
		}
		if err != nil {
			t.Fatal(err)
		}
		m.refused("statement_covered", m.carry(s))
		if err := m.giveBack(o, 1); err != nil {
			t.Fatal(err)
		}
		m.do(m.carry(s))
		if _, err := m.file(run); err != settlement.ErrNothingToPay {
			t.Errorf("carried on, and in a file: %v", err)
		}
		m.refused("state_conflict", m.pay(s, "R1"))
		m.do(m.carry(of))

		m.closed(1)
		again := m.run()
		later := m.of(again, m.coop)
		m.confirmed(later)
		if asked, err = m.ask(again); err == nil {
			err = m.decide(asked, other)
		}
		if err == nil {
			_, err = m.file(again)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := m.giveBack(o, 1); err != nil {
			t.Fatal(err)
		}
		m.refused("state_conflict", m.carry(later)) // the bank may have paid it
		m.do(m.pay(later, "R2"))
	})
}

// A statement is carried on while the next ones are made and more is given back: nothing is
// lost or carried twice.
func TestCarryingOnRacesRefundsAndRuns(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		o := m.closed(4)
		s := m.of(m.run(), m.coop)
		if err := m.giveBack(o, 1); err != nil {
			t.Fatal(err)
		}
		m.seal()
		var group sync.WaitGroup
		for _, step := range []func() error{
			func() error { return m.giveBack(o, 1) },
			func() error { return db.InTx(context.Background(), m.carry(s)) },
			func() error {
				err := db.InTx(context.Background(), func(tx *storage.Tx) error {
					_, err := m.settle.Begin(tx, audit.Actor{UserID: asker}, "")
					return err
				})
				return errors.Join(err, m.jobs.Drain(context.Background()))
			},
		} {
			group.Go(func() {
				if err := step(); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		m.run()
		standing, err := settlement.StandingOf(m.view(), m.coop, 0)
		if err != nil || standing.OpenFen+standing.CarriedFen != standing.AvailableFen || standing.AvailableFen != 2*1990-199+800 {
			t.Errorf("two of four are left: %+v, %v", standing, err)
		}
	})
}

func TestARunWithNothingToPayIsClosedAtOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		if run := m.run(); run.Status != settlement.Closed || run.ClosedAt == nil || len(run.Counts) != 0 {
			t.Errorf("nothing was sold: %+v", run)
		}
		o := m.closed(1)
		m.settled(m.run())
		if err := m.giveBack(o, 1); err != nil {
			t.Fatal(err)
		}
		if run := m.run(); run.Status != settlement.Closed || len(run.Counts) != 1 || run.Counts[0].Status != settlement.Carried {
			t.Errorf("all is carried on: %+v", run)
		}
	})
}

func TestAnOperatorOfAPayeeDoesNotPayIt(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db)
		m.closed(2)
		run := m.run()
		s, of := m.of(run, m.coop), m.of(run, m.people)
		m.confirmed(s)
		m.confirmed(of)
		join := func(user id.ID) {
			m.do(func(tx *storage.Tx) error {
				return tx.Create(&org.Membership{OrgID: m.coop, UserID: user, Role: org.RolePacker, CreatedAt: tx.Now()}).Error
			})
		}
		asked, err := m.ask(run)
		if err != nil {
			t.Fatal(err)
		}
		join(asker)
		if err := m.decide(asked, other); err != approval.ErrAskerGone {
			t.Errorf("asked by one who joined since: %v", err)
		}
		m.do(func(tx *storage.Tx) error {
			_, err := m.desk.Withdraw(tx, audit.Actor{UserID: asker}, asked.ID)
			return err
		})
		if asked, err = m.ask(run); err == nil {
			err = m.decide(asked, other)
		}
		if err != nil {
			t.Fatal(err)
		}
		if own, others := m.of(run, m.coop), m.of(run, m.people); own.Status != settlement.Confirmed || others.Status != settlement.Approved {
			t.Errorf("the asker's own is %s, the other %s", own.Status, others.Status)
		}
		if _, err := m.ask(run); err != org.ErrOwnRequest {
			t.Errorf("only the asker's own is left: %v", err)
		}
	})
}
