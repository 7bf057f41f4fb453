package redemption

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/order"
	"zique/internal/storage"
)

// Line is one card as it is asked for. Of goods it says what and for whom.
type Line struct {
	Number    int64
	Code      string // as it was typed
	SKUID     id.ID
	Quantity  int64
	Recipient identity.Address
	Wrong     []Problem // with cells that could not be read
}

// Order is what a member asks for.
type Order struct {
	Kind   string
	Mode   string
	DryRun bool // it waits to be confirmed
	Lines  []Line
	FileID id.ID
}

// CheckMode names what is wrong with the order as a whole.
func (in Order) CheckMode() error {
	var p fault.Problems
	if in.Mode != AllOrNothing && in.Mode != ValidRows {
		p.Add("mode", "invalid", "must be all_or_nothing or valid_rows")
	}
	if len(in.Lines) == 0 || len(in.Lines) > MaxRows {
		p.Add(in.Kind, "count", fmt.Sprintf("must be 1 to %d", MaxRows))
	}
	return p.Err()
}

// Add checks every row of an order and keeps it; nothing else happens in a dry run, and where
// not all rows are good and all must be.
//
// A code that is no card's, or one of another enterprise's that is not there to be redeemed,
// is aidcard.ErrNotUsable whatever it is, and counts as a wrong one of the guess; after 20 of
// them no row more is looked at. Of cards that the organisation bought itself the reason is told.
func (s *Service) Add(tx *storage.Tx, by audit.Actor, in Order, guess aidcard.Guess) (Redemption, error) {
	r := Redemption{ID: tx.NewID(), EnterpriseID: by.OrgID, Kind: in.Kind, Mode: in.Mode, Status: Checked, RowCount: int64(len(in.Lines)),
		FileID: in.FileID, AskedBy: by.UserID, CreatedAt: tx.Now()}
	rows := make([]Row, len(in.Lines))
	found := make([][]Problem, len(in.Lines))
	for i, l := range in.Lines {
		rows[i] = Row{ID: tx.NewID(), RedemptionID: r.ID, LineNumber: l.Number, SKUID: l.SKUID, Quantity: l.Quantity}
		var err error
		if found[i], err = s.read(&rows[i], in.Kind, l); err != nil {
			return r, err
		}
	}
	repeated(in.Kind, rows, found)
	wrong, err := s.judge(tx.DB, by, r, rows, found)
	if err != nil {
		return r, err
	}
	if err := guess.Settle(tx, wrong); err != nil {
		return r, err
	}
	if wrong >= maxWrong {
		r.Status, r.StoppedFor, r.FinishedAt = Stopped, Guessing, new(tx.Now())
	}
	for i := range rows {
		switch {
		case rows[i].Status == Unchecked:
			rows[i].refuse(Unchecked, []Problem{})
		case len(found[i]) > 0:
			rows[i].refuse(Rejected, found[i])
			r.Rejected++
		default:
			rows[i].Status, rows[i].Problems = Accepted, "[]"
			r.Accepted++
		}
	}
	if err := tx.Create(&r).Error; err != nil {
		return r, err
	}
	if err := tx.CreateInBatches(&rows, 500).Error; err != nil {
		return r, err
	}
	err = audit.Write(tx, by.About(r.EnterpriseID), audit.Change{Action: "redemption.checked", Subject: "redemption", SubjectID: r.ID, After: r.told()})
	if err == nil && !in.DryRun && r.begins() == nil {
		err = s.begin(tx, by, &r)
	}
	return r, err
}

func (r Redemption) told() map[string]any {
	return map[string]any{"kind": r.Kind, "mode": r.Mode, "status": r.Status, "accepted": r.Accepted, "rejected": r.Rejected, "redeemed": r.Redeemed, "failed": r.Failed}
}

// read takes over what a row says, and names what is wrong with it by itself.
func (s *Service) read(row *Row, kind string, l Line) ([]Problem, error) {
	found := slices.Clone(l.Wrong)
	if strings.Trim(l.Code, "- \t") == "" {
		found = append(found, Problem{"code", "required", "give the code of a card"})
	} else if normalized, isCode := aidcard.Normalize(l.Code); isCode {
		row.CodeHash, row.CodeEnd = s.codes.Hash(normalized), normalized[len(normalized)-4:]
	} else {
		row.CodeHash = malformed
	}
	if kind == Wallet {
		return found, nil
	}
	ask := order.Checkout{Items: []order.Item{{SKUID: l.SKUID, Quantity: l.Quantity}}, CardIDs: []id.ID{0}}
	if refusal, refused := fault.As(ask.Check()); refused && !has(found, "quantity") {
		found = append(found, problemsOf(refusal)...)
	}
	if refusal, refused := fault.As(l.Recipient.Check()); refused {
		for _, f := range refusal.Fields {
			if !has(found, "recipient."+f.Field) {
				found = append(found, Problem{"recipient." + f.Field, f.Code, f.Message})
			}
		}
	}
	plain, err := json.Marshal(l.Recipient)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		row.AddressCipher, err = s.keys.Seal(plain)
	}
	return found, err
}

// malformed stands for the hash of what is no code.
const malformed = "-"

func has(found []Problem, field string) bool {
	return slices.ContainsFunc(found, func(p Problem) bool { return p.Field == field })
}

// repeated names rows that have one code. Into the wallet its first row goes; of goods it is
// not known for whom the card is.
func repeated(kind string, rows []Row, found [][]Problem) {
	first := map[string]int{}
	for i, row := range rows {
		if row.CodeHash == "" || row.CodeHash == malformed {
			continue
		}
		before, seen := first[row.CodeHash]
		if !seen {
			first[row.CodeHash] = i
			continue
		}
		again := func(at, other int) Problem {
			return Problem{"code", "repeated", fmt.Sprintf("rows %d and %d have the same code", min(rows[at].LineNumber, rows[other].LineNumber), max(rows[at].LineNumber, rows[other].LineNumber))}
		}
		found[i] = append(found[i], again(i, before))
		if kind == Goods && !slices.ContainsFunc(found[before], func(p Problem) bool { return p.Code == "repeated" }) {
			found[before] = append(found[before], again(before, i))
		}
	}
}

// judge looks at the cards of the rows, and at whether the goods can be had for them. It
// leaves the rows after the last wrong code that is allowed unchecked.
func (s *Service) judge(view *gorm.DB, by audit.Actor, r Redemption, rows []Row, found [][]Problem) (wrong int, err error) {
	w, err := s.cardsOf(view, r, rows)
	if err != nil {
		return 0, err
	}
	now := s.db.Now()
	for i := range rows {
		if wrong >= maxWrong {
			rows[i].Status = Unchecked
			continue
		}
		if rows[i].CodeHash == "" || slices.ContainsFunc(found[i], func(p Problem) bool { return p.Code == "repeated" }) {
			continue
		}
		refusal, known := w.refusal(rows[i], now)
		if refusal != nil {
			found[i] = append(found[i], problemOf(refusal))
		}
		if !known {
			wrong++
		}
	}
	if r.Kind == Goods && wrong < maxWrong {
		return wrong, s.try(view, by, w, rows, found)
	}
	return wrong, nil
}

// wallet is the cards of rows, and who bought them.
type wallet struct {
	enterprise id.ID
	cards      map[string]aidcard.Card
	bought     map[id.ID]id.ID // batch → enterprise
}

func (s *Service) cardsOf(view *gorm.DB, r Redemption, rows []Row) (w wallet, err error) {
	var hashes []string
	for _, row := range rows {
		if row.CodeHash != "" && row.CodeHash != malformed {
			hashes = append(hashes, row.CodeHash)
		}
	}
	w.enterprise = r.EnterpriseID
	if w.cards, err = aidcard.ByCode(view, hashes); err != nil {
		return w, err
	}
	w.bought, err = aidcard.Enterprises(view, w.cards)
	return w, err
}

// Reasons that are told of cards which the organisation bought.
var (
	errRedeemed = fault.New(fault.Conflict, "card_redeemed", "this card was redeemed before")
	errClaimed  = fault.New(fault.Conflict, "card_claimed", "somebody has claimed this card")
	errVoid     = fault.New(fault.Conflict, "card_void", "this card is void")
)

// refusal is nil where the card of a row can be redeemed now. What is not known to whoever
// asks is a wrong code.
func (w wallet) refusal(row Row, now clock.Millis) (refusal *fault.Fault, known bool) {
	card, found := w.cards[row.CodeHash]
	switch {
	case found && card.OpenTo(row.CodeHash, now) == nil:
		return nil, true
	case !found || w.bought[card.BatchID] != w.enterprise:
		return aidcard.ErrNotUsable, false
	}
	switch status := card.StatusAt(now); {
	case card.HolderID != nil && *card.HolderID == w.enterprise:
		return errRedeemed, true
	case status == aidcard.Void:
		return errVoid, true
	case card.HolderID != nil:
		return errClaimed, true
	case status == aidcard.Frozen:
		return aidcard.ErrFrozen, true
	case status == aidcard.Expired:
		return aidcard.ErrExpired, true
	}
	return aidcard.ErrNotUsable, true // it got another code this moment
}

// try names what is wrong with buying the goods of the rows that are good so far.
func (s *Service) try(view *gorm.DB, by audit.Actor, w wallet, rows []Row, found [][]Problem) error {
	var asks []order.Checkout
	var at []int
	for i, row := range rows {
		if len(found[i]) > 0 {
			continue
		}
		ask, err := s.ask(by, w, row)
		if err != nil {
			return err
		}
		asks, at = append(asks, ask), append(at, i)
	}
	if len(asks) == 0 {
		return nil
	}
	refusals, err := order.Try(view, s.db.Now(), asks)
	for i, refused := range refusals {
		if refusal, is := fault.As(refused); is {
			found[at[i]] = append(found[at[i]], problemsOf(refusal)...)
		}
	}
	return err
}

// ask is the order of a row's goods, which its card pays.
func (s *Service) ask(by audit.Actor, w wallet, row Row) (order.Checkout, error) {
	plain, err := s.keys.Open(row.AddressCipher)
	if err != nil {
		return order.Checkout{}, err
	}
	var to identity.Address
	if err := json.Unmarshal(plain, &to); err != nil {
		return order.Checkout{}, err
	}
	return order.Checkout{By: by, Items: []order.Item{{SKUID: row.SKUID, Quantity: row.Quantity}}, CardIDs: []id.ID{w.cards[row.CodeHash].ID},
		CodeHash: row.CodeHash, Province: to.Province, AddressCipher: row.AddressCipher}, nil
}

func problemOf(refusal *fault.Fault) Problem { return Problem{"code", refusal.Code, refusal.Message} }

// fields are those of a checkout as a row has them.
var fields = map[string]string{"items[0].sku_id": "sku_id", "items[0].quantity": "quantity", "card_ids[0]": "code", "card_ids": "code"}

func problemsOf(refusal *fault.Fault) []Problem {
	found := []Problem{}
	for _, f := range refusal.Fields {
		found = append(found, Problem{fields[f.Field], f.Code, f.Message})
	}
	if len(found) == 0 {
		found = append(found, Problem{"", refusal.Code, refusal.Message})
	}
	return found
}
