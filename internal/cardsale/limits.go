package cardsale

import (
	"cmp"
	"fmt"

	"zique/internal/aidcard"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/money"
	"zique/internal/rulepack"
)

// limits are those that hold now for cards of a program; the national ones, where there is none.
func (s *Service) limits(program aidcard.Program, now clock.Millis) (rulepack.Limits, error) {
	pack, known := s.packs.Get(cmp.Or(program.RulePack, rulepack.National))
	if !known {
		return rulepack.Limits{}, fmt.Errorf("card program %s: no pack of rules %q", program.ID, program.RulePack)
	}
	return pack.At(now), nil
}

// lastDay is the last one that an order may name.
const lastDay = "2099-12-31"

// checkLimits names what the law does not let be sold. Real names are the orders' of enterprises
// that are here with their credit code; that money comes by transfer alone holds for every
// batch, whatever its sum.
func checkLimits(p *fault.Problems, l rulepack.Limits, in Order, creditCode string, now clock.Millis) {
	most := l.AnonymousFaceMax
	if in.Kind == Registered {
		most = l.RegisteredFaceMax
	}
	if most.Below(int64(in.FaceFen)) {
		p.AddUnder(most.Rule(), "face_fen", "over_limit", fmt.Sprintf("a card of this kind holds at most %d fen", most.Value))
	}
	if creditCode == "" && needsRealName(l.RealNameFrom, in) {
		p.AddUnder(l.RealNameFrom.Rule(), "kind", "real_name_required", "the buyer of such cards is known by credit code")
	}
	least := l.AnonymousValidityMin
	_, isDay := rulepack.EndOf(in.ValidUntil)
	switch {
	case in.Kind == Registered && in.ValidUntil != "":
		p.AddUnder(l.RegisteredExpiry.Rule(), "valid_until", "not_allowed", "registered cards do not expire")
	case in.Kind == Registered:
	case in.ValidUntil == "":
		p.Add("valid_until", "required", "say until which day anonymous cards are good")
	case !isDay || in.ValidUntil > lastDay:
		p.Add("valid_until", "invalid", "must be a day, as in 2030-01-05")
	case in.ValidUntil < rulepack.MonthsAfter(now, least.Value):
		p.AddUnder(least.Rule(), "valid_until", "too_soon", fmt.Sprintf("anonymous cards are good for at least %d months", least.Value))
	}
}

func needsRealName(from rulepack.Limit, in Order) bool {
	return in.Kind == Registered || from.IsSet() && in.FaceFen*money.Fen(in.Count) >= money.Fen(from.Value)
}
