package verify_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"pgregory.net/rapid"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/bank"
	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/order/ordertest"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/pii"
	"zique/internal/settlement"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/verify"
	"zique/internal/worker"
)

// What takes minutes and days takes milliseconds here: a program's lease of its node
// number is not renewed while the clock is moved.
var timing = order.Timing{Pay: 20 * time.Millisecond, Transfer: time.Second, Receive: 200 * time.Millisecond, Close: 200 * time.Millisecond}

const (
	buyers   = 4 // user ids 1 to buyers
	asker    = id.ID(90)
	approver = id.ID(91)
	someone  = id.ID(80) // of a payee
)

// county is a market and all who move its money: buyers, cooperatives, a gateway, the
// bank, operators, timers.
type county struct {
	*ordertest.Market
	lifecycle order.Lifecycle
	desk      *approval.Desk
	bank      *bank.Service
	settle    *settlement.Service
	jobs      *worker.Runner

	cards     map[id.ID][]id.ID // by holder
	orders    []*order.Order
	holders   map[id.ID]id.ID // by order
	statement string          // the file of the next import
	numbers   int             // makes keys and references unlike
}

func openCounty(t *rapid.T, db *storage.DB) *county {
	t.Helper()
	keys, err := pii.New("1", make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	operators := org.Operators{Is: identity.IsOperator, All: identity.Operators}
	c := &county{Market: ordertest.Open(t, db, 40, timing), lifecycle: order.Lifecycle{Timing: timing}, desk: approval.NewDesk(),
		cards: map[id.ID][]id.ID{}, holders: map[id.ID]id.ID{}}
	c.bank = bank.NewService(db, keys, c.lifecycle, c.desk)
	c.settle = settlement.NewService(org.NewService(keys, c.desk, operators), c.desk, operators, 300*time.Millisecond)
	files := func(context.Context, id.ID) ([]byte, string, error) { return []byte(c.statement), "流水.csv", nil }
	c.jobs = worker.NewRunner(db, map[string]worker.Handler{
		settlement.JobKind: c.settle.Make, c.bank.Imports().Name: c.bank.Imports().Handler(db, files)})
	c.jobs.OnEnd(settlement.JobKind, settlement.Ended)
	if err := c.InTx(func(tx *storage.Tx) error { return c.people(tx, keys) }); err != nil {
		t.Fatal(err)
	}
	for holder := id.ID(1); holder <= buyers; holder++ {
		c.cards[holder] = append(c.Cards(t, holder, 60_000, 2), c.Cards(t, holder, 3_000, 1)...)
	}
	return c
}

// people makes the operators, and gives each payee an account.
func (c *county) people(tx *storage.Tx, keys *pii.Keyring) error {
	for _, operator := range []id.ID{asker, approver} {
		err := tx.Create(&identity.User{ID: operator, PhoneHash: operator.String(), PhoneCipher: []byte("sealed"), Name: "运营", Status: "active", CreatedAt: tx.Now()}).Error
		if err == nil {
			err = tx.Exec("INSERT INTO user_roles (user_id, role) VALUES (?, ?)", operator, identity.RoleOperator).Error
		}
		if err != nil {
			return err
		}
	}
	sealed, err := keys.Seal([]byte(`{"holder":"社","bank":"农商行","number":"6222021234567890"}`))
	if err != nil {
		return err
	}
	for _, owner := range slices.Concat(c.Cooperatives, c.Collectives) {
		err := tx.Create(&org.Payee{ID: tx.NewID(), OrgID: owner, Cipher: sealed, Status: org.PayeeActive, ActiveOrg: &owner, UsableFrom: tx.Now(), CreatedAt: tx.Now()}).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// Few runs, but long ones.
func init() {
	for name, value := range map[string]string{"rapid.checks": "5", "rapid.steps": "50"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

// Whatever people, gateways, banks and timers do in whatever order, every invariant holds.
// A failing run prints its seed; -rapid.seed repeats it, -rapid.checks and -rapid.steps
// make it longer.
func TestAnyInterleavingKeepsEveryInvariant(t *testing.T) {
	storagetest.Property(t, func(rt *rapid.T, db *storage.DB) {
		c := openCounty(rt, db)
		for len(c.orders) == 0 {
			c.buy(rt)
		}
		rt.Repeat(map[string]func(*rapid.T){"step": c.step})
		c.verify(rt)
	})
}

func (c *county) step(rt *rapid.T) {
	deeds := []func(*rapid.T){
		c.buy, c.buy, c.buy, c.payByGateway, c.payByGateway, c.payByBank, c.payByBank,
		c.ship, c.ship, c.ship, c.receive, c.cancel, c.askRefund, c.askRefund, c.giveBack, c.decideRefund, c.decideRefund,
		c.settleDifference, c.transferRefund, c.closeBankDay,
		c.makeStatements, c.answerStatement, c.answerStatement, c.carryOn, c.payOut, c.payOut,
		c.freeze, c.timePasses, c.timePasses, c.timePasses, c.timePasses,
	}
	oneOf(rt, "deed", deeds)(rt)
}

// oneOf picks any as likely as the others; rapid.SampledFrom prefers the first.
func oneOf[T any](rt *rapid.T, label string, all []T) T {
	n := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 10, 10).Draw(rt, label) {
		n *= 2
		if bit {
			n++
		}
	}
	return all[n%len(all)]
}

// usually is true nine times of ten.
func usually(rt *rapid.T, label string) bool {
	return oneOf(rt, label, []bool{true, true, true, true, true, true, true, true, true, false})
}

// may does what people could try: refusals are fine, anything else is not.
func (c *county) may(rt *rapid.T, step func(tx *storage.Tx) error) {
	rt.Helper()
	mayFail(rt, c.InTx(step))
}

func mayFail(rt *rapid.T, err error) {
	rt.Helper()
	if _, refused := fault.As(err); err != nil && !refused {
		rt.Fatal(err)
	}
}

func (c *county) view() *gorm.DB { return c.DB.Read(context.Background()) }

// next is a text that was not used before.
func (c *county) next(prefix string) string {
	c.numbers++
	return fmt.Sprint(prefix, c.numbers)
}

// anOrder is one as it is now, with its buyer: mostly one that suits the step, so that
// much succeeds, and now and then any.
func (c *county) anOrder(rt *rapid.T, suits func(o order.Order) bool) (order.Order, audit.Actor) {
	var all, suiting []order.Order
	for _, placed := range c.orders {
		now, err := order.Get(c.view(), c.holders[placed.ID], placed.ID)
		if err != nil {
			rt.Fatal(err)
		}
		if all = append(all, now); suits(now) {
			suiting = append(suiting, now)
		}
	}
	if len(suiting) > 0 && usually(rt, "a suiting one") {
		all = suiting
	}
	o := oneOf(rt, "order", all)
	return o, audit.Actor{UserID: o.BuyerID}
}

// is suits steps on sub-orders of these statuses.
func is(statuses ...string) func(o order.Order) bool {
	return func(o order.Order) bool {
		return slices.ContainsFunc(o.SubOrders, func(s order.SubOrder) bool { return slices.Contains(statuses, s.Status) })
	}
}

// aSubOrder is one of an order, mostly of one of the statuses, with its cooperative.
func aSubOrder(rt *rapid.T, o order.Order, statuses ...string) (order.SubOrder, audit.Actor) {
	subs := slices.DeleteFunc(slices.Clone(o.SubOrders), func(s order.SubOrder) bool { return !slices.Contains(statuses, s.Status) })
	if len(subs) == 0 || !usually(rt, "a suiting sub-order") {
		subs = o.SubOrders
	}
	sub := oneOf(rt, "sub-order", subs)
	return sub, audit.Actor{UserID: someone, OrgID: sub.CooperativeID}
}

func (c *county) buy(rt *rapid.T) {
	holder := id.ID(rapid.Int64Range(1, buyers).Draw(rt, "buyer"))
	var items []order.Item
	for _, sku := range rapid.SliceOfNDistinct(rapid.SampledFrom(c.SKUs), 1, 3, func(s catalog.SKU) id.ID { return s.ID }).Draw(rt, "SKUs") {
		items = append(items, ordertest.One(sku, rapid.Int64Range(1, 4).Draw(rt, "units")))
	}
	cards := rapid.SliceOfNDistinct(rapid.SampledFrom(c.cards[holder]), 0, 3, rapid.ID[id.ID]).Draw(rt, "cards")
	tender := oneOf(rt, "tender", []string{"", "local", payment.BankTransfer})
	if len(cards) == 0 && tender == "" {
		tender = "local"
	}
	_, placed, err := c.Buy(holder, c.next("k"), cards, tender, items...)
	if mayFail(rt, err); placed != nil {
		c.orders, c.holders[placed.ID] = append(c.orders, placed), holder
	}
}

// aCharge is one of a gateway or of the bank, whatever became of its order.
func (c *county) aCharge(rt *rapid.T, tender string) (charge payment.Charge, found bool) {
	var charges []payment.Charge
	if err := c.view().Where("gateway = ?", tender).Order("id").Find(&charges).Error; err != nil {
		rt.Fatal(err)
	}
	if len(charges) == 0 {
		return payment.Charge{}, false
	}
	return oneOf(rt, "charge", charges), true
}

// payByGateway is told in time, late, twice, of a second payment, or of another amount.
func (c *county) payByGateway(rt *rapid.T) {
	charge, found := c.aCharge(rt, "local")
	if !found {
		return
	}
	n := payment.Notice{Gateway: "local", ChargeID: charge.ID, Reference: fmt.Sprint("r", charge.ID), AmountFen: charge.AmountFen, PaidAt: c.DB.Now()}
	switch oneOf(rt, "notice", []string{"as asked", "as asked", "a second payment", "another amount"}) {
	case "a second payment":
		n.Reference = c.next("again")
	case "another amount":
		n.AmountFen++
	}
	c.may(rt, func(tx *storage.Tx) error { _, err := c.lifecycle.Capture(tx, audit.System, n); return err })
}

// payByBank imports a statement with one payment: right, of another amount, or without a code.
func (c *county) payByBank(rt *rapid.T) {
	charge, found := c.aCharge(rt, payment.BankTransfer)
	if !found {
		return
	}
	memo, amount := "货款 "+*charge.RemittanceCode, charge.AmountFen
	switch oneOf(rt, "payment", []string{"right", "right", "less", "no code"}) {
	case "less":
		amount = max(1, amount-100)
	case "no code":
		memo = "货款"
	}
	daysAgo := rapid.IntRange(0, 2).Draw(rt, "days ago")
	at := c.DB.Now().Time().In(clock.Shanghai).AddDate(0, 0, -daysAgo).Format(time.DateTime)
	c.statement = strings.Join([]string{"流水号,交易时间,付款户名,付款账号,金额（元）,附言",
		fmt.Sprintf("%s,%s,企业,6222021234567890,%d.%02d,%s", c.next("B"), at, amount/100, amount%100, memo)}, "\n")
	c.may(rt, func(tx *storage.Tx) error {
		_, err := c.bank.Imports().Start(tx, audit.Actor{UserID: asker}, 1, false)
		return err
	})
	c.drain(rt)
}

func (c *county) drain(rt *rapid.T) {
	if err := c.jobs.Drain(context.Background()); err != nil {
		rt.Fatal(err)
	}
}

func (c *county) ship(rt *rapid.T) {
	o, _ := c.anOrder(rt, is(order.Paid, order.PartlyShipped))
	sub, coop := aSubOrder(rt, o, order.Paid, order.PartlyShipped)
	var only []order.ShippedLine
	if !usually(rt, "all of it") {
		only = []order.ShippedLine{{LineID: oneOf(rt, "line", o.Lines).ID, Quantity: 1}}
	}
	c.may(rt, func(tx *storage.Tx) error {
		_, err := c.lifecycle.Ship(tx, coop, sub.ID, order.Parcel{Carrier: "邮政", TrackingNo: c.next("EMS")}, only)
		return err
	})
}

func (c *county) receive(rt *rapid.T) {
	o, buyer := c.anOrder(rt, is(order.Shipped))
	c.may(rt, func(tx *storage.Tx) error { return c.lifecycle.Receive(tx, buyer, o.ID, nil) })
}

func (c *county) cancel(rt *rapid.T) {
	o, buyer := c.anOrder(rt, is(order.Paid, order.AwaitingPayment))
	var only *id.ID
	if rapid.Bool().Draw(rt, "only a part") {
		sub, _ := aSubOrder(rt, o, order.Paid)
		only = &sub.ID
	}
	c.may(rt, func(tx *storage.Tx) error { return c.lifecycle.Cancel(tx, buyer, o.ID, only) })
}

// aRefundAsk is of some units of a sub-order's line, perhaps of less than they cost,
// perhaps of freight too.
func aRefundAsk(rt *rapid.T, o order.Order, sub order.SubOrder) order.RefundAsk {
	lines := slices.DeleteFunc(slices.Clone(o.Lines), func(l order.Line) bool { return l.SubOrderID != sub.ID })
	line := oneOf(rt, "line", lines)
	ask := order.RefundAsk{Reason: "坏果", Lines: []order.RefundLine{{LineID: line.ID, Quantity: rapid.Int64Range(1, 3).Draw(rt, "units")}}}
	if oneOf(rt, "less", []bool{true, false, false}) {
		less := money.Fen(rapid.Int64Range(1, 1500).Draw(rt, "amount"))
		ask.Lines[0].AmountFen = &less
	}
	if oneOf(rt, "freight too", []bool{true, false, false}) {
		freight := money.Fen(rapid.Int64Range(0, 900).Draw(rt, "freight"))
		ask.FreightFen = &freight
		if rapid.Bool().Draw(rt, "freight alone") {
			ask.Lines = nil
		}
	}
	return ask
}

func (c *county) askRefund(rt *rapid.T) {
	sent := []string{order.Shipped, order.ReceivedByBuyer}
	o, buyer := c.anOrder(rt, is(sent...))
	sub, _ := aSubOrder(rt, o, sent...)
	ask := aRefundAsk(rt, o, sub)
	c.may(rt, func(tx *storage.Tx) error { _, err := c.lifecycle.AskRefund(tx, buyer, o.ID, ask); return err })
}

func (c *county) giveBack(rt *rapid.T) {
	o, _ := c.anOrder(rt, is(order.Closed))
	sub, coop := aSubOrder(rt, o, order.Closed)
	ask := aRefundAsk(rt, o, sub)
	c.may(rt, func(tx *storage.Tx) error { _, err := c.lifecycle.GiveBack(tx, coop, sub.ID, ask); return err })
}

func (c *county) decideRefund(rt *rapid.T) {
	isOpen := func(r order.Refund) bool {
		return slices.Contains([]string{order.Requested, order.Approved, order.Returned}, r.Status)
	}
	o, buyer := c.anOrder(rt, func(o order.Order) bool { return slices.ContainsFunc(o.Refunds, isOpen) })
	asked := slices.DeleteFunc(o.Refunds, func(r order.Refund) bool { return r.SubOrderID == 0 }) // not of a cancelled order
	if len(asked) == 0 {
		return
	}
	refund := oneOf(rt, "refund", asked)
	at := slices.IndexFunc(o.SubOrders, func(s order.SubOrder) bool { return s.ID == refund.SubOrderID })
	coop := audit.Actor{UserID: someone, OrgID: o.SubOrders[at].CooperativeID}
	deeds := map[string]func(tx *storage.Tx) error{
		"approve": func(tx *storage.Tx) error { _, err := c.lifecycle.Approve(tx, coop, refund.ID, false); return err },
		"promise": func(tx *storage.Tx) error { _, err := c.lifecycle.Approve(tx, coop, refund.ID, true); return err },
		"send back": func(tx *storage.Tx) error {
			_, err := c.lifecycle.SendBack(tx, buyer, refund.ID, order.Parcel{Carrier: "邮政", TrackingNo: "EMS-0"})
			return err
		},
		"accept": func(tx *storage.Tx) error {
			var back []order.CameBack
			for _, l := range refund.Lines {
				back = append(back, order.CameBack{LineID: l.LineID, Quantity: 1})
			}
			_, err := c.lifecycle.Accept(tx, coop, refund.ID, back)
			return err
		},
		"reject":   func(tx *storage.Tx) error { _, err := c.lifecycle.Reject(tx, coop, refund.ID, "不退"); return err },
		"withdraw": func(tx *storage.Tx) error { _, err := c.lifecycle.Withdraw(tx, buyer, refund.ID); return err },
	}
	c.may(rt, deeds[oneOf(rt, "deed", []string{"approve", "promise", "send back", "accept", "reject", "withdraw"})])
}

// settleDifference lets two operators match a difference with an order, or give it back.
func (c *county) settleDifference(rt *rapid.T) {
	open, err := c.bank.List(c.view(), bank.Filter{Status: bank.Difference, Limit: 20})
	if err != nil {
		rt.Fatal(err)
	}
	if len(open) == 0 {
		return
	}
	row, how := oneOf(rt, "row", open), bank.Resolution{ReturnReference: c.next("T")}
	if rapid.Bool().Draw(rt, "match") {
		o, _ := c.anOrder(rt, func(o order.Order) bool {
			return o.Status == order.AwaitingPayment && o.Payments[len(o.Payments)-1].AmountFen == row.AmountFen
		})
		how = bank.Resolution{OrderID: o.ID}
	}
	c.decided(rt, func(tx *storage.Tx) (approval.Approval, error) {
		return c.bank.Ask(tx, audit.Actor{UserID: asker}, row.ID, how, "核对")
	})
}

// decided lets one operator ask and the other decide.
func (c *county) decided(rt *rapid.T, ask func(tx *storage.Tx) (approval.Approval, error)) {
	var asked approval.Approval
	err := c.InTx(func(tx *storage.Tx) (err error) { asked, err = ask(tx); return err })
	if mayFail(rt, err); err != nil {
		return
	}
	yes := usually(rt, "approved")
	_, err = c.desk.Decide(context.Background(), c.DB, audit.Actor{UserID: approver}, asked.ID, yes, "核对过")
	if fault.IsKind(err, fault.Conflict) { // what was asked for cannot be done any more
		_, err = c.desk.Decide(context.Background(), c.DB, audit.Actor{UserID: approver}, asked.ID, false, "不能办")
	}
	if err != nil {
		rt.Fatal(err)
	}
}

func (c *county) transferRefund(rt *rapid.T) {
	due, err := c.bank.Transfers(c.view(), payment.Queued, 0, 20)
	if err != nil {
		rt.Fatal(err)
	}
	if len(due) == 0 {
		return
	}
	refund := oneOf(rt, "refund", due)
	c.may(rt, func(tx *storage.Tx) error {
		return c.bank.Transferred(tx, audit.Actor{UserID: asker}, refund.Refund.ID, c.next("T"))
	})
}

func (c *county) closeBankDay(rt *rapid.T) {
	days, err := bank.Days(c.view(), "", 5)
	if err != nil {
		rt.Fatal(err)
	}
	if len(days) == 0 {
		return
	}
	day, reason := oneOf(rt, "day", days), oneOf(rt, "carried over", []string{"", "明日再查"})
	c.may(rt, func(tx *storage.Tx) error { return c.bank.Close(tx, audit.Actor{UserID: asker}, day.BankDay, reason) })
}

func (c *county) makeStatements(rt *rapid.T) {
	c.seal(rt)
	c.may(rt, func(tx *storage.Tx) error { _, err := c.settle.Begin(tx, audit.Actor{UserID: asker}, ""); return err })
	c.drain(rt)
}

func (c *county) seal(rt *rapid.T) {
	if _, err := ledger.Seal(context.Background(), c.DB); err != nil {
		rt.Fatal(err)
	}
}

func (c *county) answerStatement(rt *rapid.T) {
	all, err := settlement.Statements(c.view(), c.DB.Now(), settlement.Filter{Status: oneOf(rt, "status", []string{settlement.Issued, settlement.Issued, settlement.Disputed, ""}), Limit: 20})
	if err != nil {
		rt.Fatal(err)
	}
	if len(all) == 0 {
		return
	}
	s, payee := oneOf(rt, "statement", all), audit.Actor{UserID: someone}
	deeds := map[string]func(tx *storage.Tx) error{
		"confirm": func(tx *storage.Tx) error { return settlement.Confirm(tx, payee, s.OrgID, s.ID) },
		"dispute": func(tx *storage.Tx) error { return settlement.Dispute(tx, payee, s.OrgID, s.ID, "少了") },
		"answer": func(tx *storage.Tx) error {
			return c.settle.Answer(tx, audit.Actor{UserID: asker}, s.ID, "下月入账")
		},
	}
	c.may(rt, deeds[oneOf(rt, "deed", []string{"confirm", "confirm", "dispute", "answer"})])
}

// carryOn lets a statement be part of the next: mostly one that is short.
func (c *county) carryOn(rt *rapid.T) {
	all, err := settlement.Statements(c.view(), c.DB.Now(), settlement.Filter{Limit: 20})
	if err != nil {
		rt.Fatal(err)
	}
	short := slices.DeleteFunc(slices.Clone(all), func(s settlement.Statement) bool { return s.WaitsFor != settlement.WaitsBalance })
	if len(short) > 0 && usually(rt, "a short one") {
		all = short
	}
	if len(all) == 0 {
		return
	}
	s := oneOf(rt, "statement", all)
	c.may(rt, func(tx *storage.Tx) error {
		return settlement.Carry(tx, audit.Actor{UserID: asker}, s.ID, "之后退货")
	})
}

// payOut asks for, approves, files and pays what of a settlement can be paid.
func (c *county) payOut(rt *rapid.T) {
	runs, err := settlement.List(c.view(), 0, 0, 20)
	if err != nil {
		rt.Fatal(err)
	}
	if len(runs) == 0 {
		return
	}
	run, by := oneOf(rt, "settlement", runs), audit.Actor{UserID: asker}
	c.decided(rt, func(tx *storage.Tx) (approval.Approval, error) { return c.settle.AskPayout(tx, by, run.ID, "月结") })
	var transfers []settlement.Transfer
	c.may(rt, func(tx *storage.Tx) (err error) { transfers, err = c.settle.File(tx, by, run.ID); return err })
	for _, transfer := range transfers {
		c.may(rt, func(tx *storage.Tx) error {
			return c.settle.Pay(tx, by, transfer.ID, settlement.Transferred{BankReference: c.next("P"), PaidAt: c.DB.Now().Time()})
		})
	}
	c.may(rt, func(tx *storage.Tx) error { return settlement.Close(tx, by, run.ID) })
}

func (c *county) freeze(rt *rapid.T) {
	holder := id.ID(rapid.Int64Range(1, buyers).Draw(rt, "holder"))
	card := oneOf(rt, "card", c.cards[holder])
	status := oneOf(rt, "status", []string{aidcard.Frozen, aidcard.Active, aidcard.Active})
	c.may(rt, func(tx *storage.Tx) error {
		return tx.Model(&aidcard.Card{}).Where("id = ?", card).
			Updates(map[string]any{"status": status, "frozen_for": map[string]string{aidcard.Frozen: aidcard.ByOperator}[status]}).Error
	})
}

// timePasses lets every timer and chore act.
func (c *county) timePasses(rt *rapid.T) {
	step := oneOf(rt, "how long", []time.Duration{5 * time.Millisecond, 30 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond})
	c.DB.Clock().Advance(step)
	ctx := context.Background()
	if err := errors.Join(c.lifecycle.Advance(ctx, c.DB), settlement.ConfirmSilent(ctx, c.DB)); err != nil {
		rt.Fatal(err)
	}
	var due []payment.Refund
	if err := c.view().Where("gateway = 'local' AND status = ?", payment.Queued).Find(&due).Error; err != nil {
		rt.Fatal(err)
	}
	for _, r := range due {
		c.may(rt, func(tx *storage.Tx) error { return payment.Settled(tx, r.ID, "g"+r.ID.String()) })
	}
}

func (c *county) verify(rt *rapid.T) {
	c.seal(rt)
	broken, err := verify.Run(context.Background(), c.DB, nil)
	if err != nil {
		rt.Fatal(err)
	}
	for _, b := range broken {
		rt.Errorf("broken: %s, rows %v", b.Name, b.Rows)
	}
	if len(broken) > 0 {
		rt.FailNow()
	}
}
