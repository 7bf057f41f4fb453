// Package share holds the dated rules of the village collective's part of a sale
// (利益联结份额). By default 500 basis points of every sale, borne by the seller.
//
// A rule is frozen on the order line when the order is made. What a line's
// collective is owed is always Target of the line as it stands now; payment posts
// the target, each refund posts the difference to what was posted before. Nobody
// recomputes a percentage of a total.
//
// A share is pending until its sub-order closes, then available. A line's entries of
// both stages sum to its Target.
//
// Rules begin and end by two operators, never backwards: what was in force at an instant
// stays so for ever. At every instant a general rule is in force, so every sale has one.
package share

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// Bearers: whose money the share is. A seller gives it from the price; a buyer pays it
// on top of the price (the report's own case: a group that buys dry grains); a campaign
// gives it from its subsidy.
const (
	BearerSeller   = "seller"
	BearerBuyer    = "buyer"
	BearerCampaign = "campaign"
)

// Rule is one dated rule. An empty CategoryID, VillageID or Channel covers all of them.
type Rule struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	Name       string
	RateBp     money.BasisPoints
	Bearer     string
	Eligible   bool // false: such a sale brings no share
	CategoryID string
	VillageID  id.ID
	Channel    string
	CampaignID id.ID // whose subsidy pays, where a campaign is the bearer
	ValidFrom  clock.Millis
	ValidUntil *clock.Millis // nil: until further notice
	Source     string
}

// TableName is the table's name.
func (Rule) TableName() string { return "share_rules" }

// Sale is what a rule is chosen by. An empty Channel is the storefront.
type Sale struct {
	CategoryID string
	VillageID  id.ID
	Channel    string
}

func (r Rule) covers(s Sale) bool {
	return (r.CategoryID == "" || r.CategoryID == s.CategoryID) &&
		(r.VillageID == 0 || r.VillageID == s.VillageID) &&
		(r.Channel == "" || r.Channel == s.Channel)
}

// narrowness orders rules: one for a channel before one for a village before one for a
// category before the general one.
func (r Rule) narrowness() int {
	n := 0
	if r.Channel != "" {
		n += 4
	}
	if r.VillageID != 0 {
		n += 2
	}
	if r.CategoryID != "" {
		n++
	}
	return n
}

// scope is the widest sale that the rule covers.
func (r Rule) scope() Sale { return Sale{r.CategoryID, r.VillageID, r.Channel} }

func (r Rule) holds(at clock.Millis) bool {
	return r.ValidFrom <= at && (r.ValidUntil == nil || *r.ValidUntil > at)
}

// Rules are the rules in force at one moment, the one to be tried first before the others.
type Rules []Rule

// ErrNoRule is the county's lack, not the buyer's mistake. Only a database changed by hand
// comes to it: the last general rule is not ended.
var ErrNoRule = fault.New(fault.Unavailable, "no_share_rule", "nothing can be sold: no rule says what goes to the village's collective").After(time.Minute)

// InForce reads the rules that hold at an instant.
func InForce(db *gorm.DB, at clock.Millis) (Rules, error) {
	var rules Rules
	err := db.Where("valid_from <= ? AND (valid_until IS NULL OR valid_until > ?)", at, at).Find(&rules).Error
	return rules.inOrder(), err
}

// Hold is InForce for a sale: until tx is over no rule begins or ends. Many sales may hold
// the rules at once.
func Hold(tx *storage.Tx, at clock.Millis) (Rules, error) { return InForce(tx.ForShare(), at) }

func (rules Rules) inOrder() Rules {
	slices.SortFunc(rules, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(b.narrowness(), a.narrowness()), cmp.Compare(b.ValidFrom, a.ValidFrom), cmp.Compare(b.ID, a.ID))
	})
	return rules
}

// For is the rule of a sale: the narrowest that covers it, of those the newest. A rule
// under which a sale is not eligible has the rate 0.
func (rules Rules) For(sale Sale) (Rule, error) {
	at := slices.IndexFunc(rules, func(r Rule) bool { return r.covers(sale) })
	if at < 0 {
		return Rule{}, ErrNoRule
	}
	rule := rules[at]
	if !rule.Eligible {
		rule.RateBp = 0
	}
	return rule, nil
}

// Target is what the collective is owed of a line: ((net − refunded) × rate + 5000) / 10000.
func Target(net, refunded money.Fen, rate money.BasisPoints) money.Fen {
	return rate.Of(net - refunded)
}

// CampaignAccount is the ledger account of a campaign's subsidy, which pays the shares
// that the campaign bears; it is owed by the campaign, so it grows downwards.
func CampaignAccount(campaign id.ID) string { return "campaign:" + campaign.String() + ":subsidy" }

// Stages of a share.
const (
	Pending   = "pending"   // the sale may still be refunded
	Available = "available" // the sub-order is closed: it can be paid out
)

// Entry records that a line's share moved by an amount under a rule, in a ledger
// transaction.
type Entry struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	LineID    id.ID
	RuleID    id.ID
	VillageID id.ID
	TxID      id.ID
	Stage     string
	AmountFen money.Fen
	CreatedAt clock.Millis
}

// TableName is the table's name.
func (Entry) TableName() string { return "share_entries" }

// ByTransaction answers what each of the ledger's transactions moved of lines' shares.
func ByTransaction(db *gorm.DB, txIDs []id.ID) (map[id.ID][]Entry, error) {
	var found []Entry
	err := db.Where("tx_id IN ?", txIDs).Find(&found).Error
	moved := map[id.ID][]Entry{}
	for _, e := range found {
		moved[e.TxID] = append(moved[e.TxID], e)
	}
	return moved, err
}

// Record inserts entries, leaving out those of zero.
func Record(tx *storage.Tx, entries []Entry) error {
	var moved []Entry
	for _, e := range entries {
		if e.AmountFen != 0 {
			e.ID, e.CreatedAt = tx.NewID(), tx.Now()
			moved = append(moved, e)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return tx.CreateInBatches(&moved, 100).Error
}
