package share

import (
	"encoding/json"
	"slices"
	"time"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
	"zique/internal/village"
)

// The kinds of approval that begin a rule and end one.
const (
	AddKind = "share_rule.add"
	EndKind = "share_rule.end"
)

const changeTTL = 14 * 24 * time.Hour

// Refusals beside invalid fields.
var (
	ErrNotFound  = fault.New(fault.NotFound, "not_found", "there is no such rule of shares")
	ErrOver      = fault.New(fault.Conflict, "share_rule_over", "the rule is over already")
	ErrBackdated = fault.New(fault.Conflict, "share_rule_backdated", "the instant has passed, and nobody changes rules backwards: ask again with a later one")
	ErrChanged   = fault.New(fault.Conflict, "share_rules_changed", "the rules are others now than those that were shown: ask again")
	ErrLast      = fault.New(fault.Conflict, "last_share_rule", "sales would be left without a rule: a general one has to follow without a gap")
)

// Desk is where operators ask for rules and decide about them.
type Desk struct{ approvals *approval.Desk }

// NewDesk registers what needs a second operator.
func NewDesk(approvals *approval.Desk) *Desk {
	approvals.Register(approval.Kind{Name: AddKind, TTL: changeTTL, Decides: identity.EveryOperator, Carry: add})
	approvals.Register(approval.Kind{Name: EndKind, TTL: changeTTL, Decides: identity.EveryOperator, Carry: end})
	return &Desk{approvals}
}

// face is what deciders read of a rule.
type face struct {
	Name       string            `json:"name"`
	RateBp     money.BasisPoints `json:"rate_bp"`
	Eligible   bool              `json:"eligible"`
	Bearer     string            `json:"bearer"`
	Category   string            `json:"category,omitempty"`
	Village    string            `json:"village,omitempty"`
	Channel    string            `json:"channel,omitempty"`
	ValidFrom  time.Time         `json:"valid_from"`
	ValidUntil *time.Time        `json:"valid_until,omitempty"`
	Source     string            `json:"source"`
	Replaces   string            `json:"replaces,omitempty"`    // the rule of the same reach that it takes over from
	GoesBefore string            `json:"goes_before,omitempty"` // or the wider one that such sales had
}

func (r Shown) face() face {
	f := face{Name: r.Name, RateBp: r.RateBp, Eligible: r.Eligible, Bearer: r.Bearer, Category: r.CategoryName, Village: r.VillageName,
		Channel: r.Channel, ValidFrom: r.ValidFrom.Time(), Source: r.Source}
	if r.ValidUntil != nil {
		until := r.ValidUntil.Time()
		f.ValidUntil = &until
	}
	return f
}

// addition is what waits in the approval: the rule, and the one that was shown as what
// such sales have without it.
type addition struct {
	Rule    Rule  `json:"rule"`
	Without id.ID `json:"without"`
}

// ending is the same for an end: what was shown of the rule, and what follows it.
type ending struct {
	Until clock.Millis  `json:"until"`
	Was   *clock.Millis `json:"was"`
	Then  id.ID         `json:"then"`
}

// AskAdd asks a second operator for a new rule. It fails with every wrong field, with
// org.ErrOwnRequest where the rule is for a village of whose collective the asker is, or
// with approval.ErrPending where the same waits already.
func (d *Desk) AskAdd(tx *storage.Tx, by audit.Actor, n New) (approval.Approval, error) {
	r, err := n.rule(tx.DB, tx.Now())
	if err != nil {
		return approval.Approval{}, err
	}
	if by, err = r.outsider(tx, by); err != nil {
		return approval.Approval{}, err
	}
	rules, err := all(tx.DB)
	if err != nil {
		return approval.Approval{}, err
	}
	without, before, err := rules.without(tx.DB, r.Rule)
	if err != nil {
		return approval.Approval{}, err
	}
	r.ID = tx.NewID()
	after := r.face()
	if without.scope() == r.scope() {
		after.Replaces = without.Name
	} else {
		after.GoesBefore = without.Name
	}
	asked, err := d.approvals.Ask(tx, by, approval.Request{Kind: AddKind, Subject: "share_rule", SubjectID: r.ID, Reason: r.Source,
		Before: before, After: after, Payload: addition{r.Rule, without.ID}})
	if err != nil {
		return approval.Approval{}, err
	}
	return asked, notTwice(tx, asked)
}

// notTwice refuses what waits already in the same words: a double tap asks once.
func notTwice(tx *storage.Tx, asked approval.Approval) error {
	if _, err := lock(tx); err != nil {
		return err
	}
	var same int64
	err := tx.Model(&approval.Approval{}).Where("kind = ? AND status = ? AND expires_at > ? AND after_json = ? AND id <> ?",
		AddKind, approval.Pending, tx.Now(), asked.AfterJSON, asked.ID).Count(&same).Error
	if err == nil && same > 0 {
		err = approval.ErrPending
	}
	return err
}

// AskEnd asks a second operator to end a rule at an instant, which is not in the past and
// not before the rule begins: at its beginning it is called off. It fails with ErrNotFound,
// wrong fields, ErrOver, ErrLast, org.ErrOwnRequest as AskAdd does, or approval.ErrPending.
func (d *Desk) AskEnd(tx *storage.Tx, by audit.Actor, ruleID id.ID, validUntil, reason string) (approval.Approval, error) {
	r, err := get(tx.DB, ruleID)
	if err != nil {
		return approval.Approval{}, err
	}
	until, err := endOf(r.Rule, validUntil, reason, tx.Now())
	if err != nil {
		return approval.Approval{}, err
	}
	if by, err = r.outsider(tx, by); err != nil {
		return approval.Approval{}, err
	}
	rules, err := all(tx.DB)
	if err != nil {
		return approval.Approval{}, err
	}
	then, err := rules.ended(r.Rule, until)
	if err != nil {
		return approval.Approval{}, err
	}
	return d.approvals.Ask(tx, by, approval.Request{Kind: EndKind, Subject: "share_rule", SubjectID: r.ID, Reason: reason,
		Before: r.face(), After: map[string]any{"valid_until": until.Time(), "then": then.Name}, Payload: ending{until, r.ValidUntil, then.ID}})
}

// endOf reads when a rule is to end, and names every wrong field.
func endOf(r Rule, validUntil, reason string, now clock.Millis) (clock.Millis, error) {
	if r.State(now) == Past {
		return 0, ErrOver
	}
	var wrong fault.Problems
	until, read := instant(&wrong, "valid_until", validUntil)
	switch {
	case !read:
	case until < now:
		wrong.Add("valid_until", "range", "must not be in the past: nobody changes rules backwards")
	case until < r.ValidFrom:
		wrong.Add("valid_until", "range", "must not be before the rule begins")
	case r.ValidUntil != nil && until >= *r.ValidUntil:
		wrong.Add("valid_until", "range", "must be before the end that the rule has")
	}
	wrong.Reason(reason, true)
	return until, wrong.Err()
}

// add lets a rule begin that a second operator approved.
func add(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	var asked addition
	if err := a.Open(&asked); err != nil {
		return err
	}
	r := Shown{Rule: asked.Rule}
	by, err := r.decided(tx, by, a)
	if err != nil {
		return err
	}
	rules, err := lock(tx)
	if err != nil {
		return err
	}
	if r.ValidFrom < tx.Now() {
		return ErrBackdated
	}
	without, _, err := rules.without(tx.DB, r.Rule)
	if err != nil {
		return err
	}
	if without.ID != asked.Without {
		return ErrChanged
	}
	if err := tx.Create(&r.Rule).Error; err != nil {
		return err
	}
	return log(tx, by, "share_rule.added", a)
}

// end lets a rule end. Of two that would leave sales without a rule together, one ends.
func end(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	var asked ending
	if err := a.Open(&asked); err != nil {
		return err
	}
	r, err := get(tx.DB, a.SubjectID)
	if err != nil {
		return err
	}
	if by, err = r.decided(tx, by, a); err != nil {
		return err
	}
	rules, err := lock(tx)
	if err != nil {
		return err
	}
	if asked.Until < tx.Now() {
		return ErrBackdated
	}
	then, err := rules.ended(r.Rule, asked.Until)
	if err != nil {
		return err
	}
	if then.ID != asked.Then || !rules.ends(r.ID, asked.Was) {
		return ErrChanged
	}
	if err := tx.Model(&Rule{}).Where("id = ?", r.ID).Update("valid_until", asked.Until).Error; err != nil {
		return err
	}
	return log(tx, by, "share_rule.ended", a)
}

func log(tx *storage.Tx, by audit.Actor, action string, a approval.Approval) error {
	return audit.Write(tx, by, audit.Change{Action: action, Subject: a.Subject, SubjectID: a.SubjectID, Reason: a.Reason,
		Before: json.RawMessage(a.BeforeJSON), After: json.RawMessage(a.AfterJSON)})
}

// decided refuses what was asked by who is no operator any more, and what either of the two
// would decide for a village of their own.
func (r Shown) decided(tx *storage.Tx, by audit.Actor, a approval.Approval) (audit.Actor, error) {
	err := identity.KeepAccount(tx, a.RequestedBy)
	if err == identity.ErrNotFound {
		return by, approval.ErrAskerGone
	}
	if err != nil {
		return by, err
	}
	if err := identity.StillOperator(tx.DB, a.RequestedBy); err != nil {
		return by, err
	}
	if by, err = r.outsider(tx, by); err != nil {
		return by, err
	}
	_, err = r.outsider(tx, audit.Actor{UserID: a.RequestedBy})
	return by, org.JoinedSince(err)
}

// outsider refuses with org.ErrOwnRequest who is of the collective whose village the rule is
// for, and answers anybody else as acting about it; a rule for all is about none.
func (r Rule) outsider(tx *storage.Tx, by audit.Actor) (audit.Actor, error) {
	if r.VillageID == 0 {
		return by, nil
	}
	v, err := village.Get(tx.DB, r.VillageID)
	if err != nil {
		return by, err
	}
	return by.About(v.CollectiveID), org.NotInsider(tx, by.UserID, v.CollectiveID)
}

// timetable is every rule there is, of whatever time.
type timetable []Rule

// lock reads them all so that no other changes them, and no sale goes by them, until tx is over.
func lock(tx *storage.Tx) (timetable, error) { return all(tx.ForUpdate()) }

func all(db *gorm.DB) (timetable, error) {
	var rules timetable
	return rules, db.Order("id").Find(&rules).Error
}

// at are those that hold at an instant.
func (rules timetable) at(instant clock.Millis) Rules {
	return Rules(slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return !r.holds(instant) })).inOrder()
}

// without is the rule that such sales have while there is no new one, and how it is shown:
// the zero rule and nil where somebody left the county without any.
func (rules timetable) without(view *gorm.DB, added Rule) (Rule, any, error) {
	found, err := rules.at(added.ValidFrom).For(added.scope())
	if err != nil {
		return Rule{}, nil, nil
	}
	shown, err := get(view, found.ID)
	return found, shown.face(), err
}

func (rules timetable) ends(ruleID id.ID, until *clock.Millis) bool {
	return slices.ContainsFunc(rules, func(r Rule) bool {
		return r.ID == ruleID && (r.ValidUntil == nil) == (until == nil) && (until == nil || *r.ValidUntil == *until)
	})
}

// ended answers which rule the ended one's sales have afterwards. It fails with ErrLast
// where some would have none.
func (rules timetable) ended(ended Rule, until clock.Millis) (Rule, error) {
	left := slices.Clone(rules)
	for i := range left {
		if left[i].ID == ended.ID {
			left[i].ValidUntil = &until
		}
	}
	if !left.cover(until) {
		return Rule{}, ErrLast
	}
	return left.at(until).For(ended.scope())
}

// cover tells whether from an instant on there is always a general rule.
func (rules timetable) cover(from clock.Millis) bool {
	general := slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return r.scope() != (Sale{}) })
	slices.SortFunc(general, func(a, b Rule) int { return int(a.ValidFrom - b.ValidFrom) })
	for _, r := range general {
		switch {
		case r.ValidFrom > from:
			return false
		case r.ValidUntil == nil:
			return true
		}
		from = max(from, *r.ValidUntil)
	}
	return false
}
