package cardsale

import (
	"fmt"
	"time"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/money"
)

// Limit is one number of the law, and where it stands.
type Limit[V any] struct {
	Value           V
	Article, Source string
}

// Limits bound what cards may be sold.
type Limits struct {
	RegisteredFaceFen    Limit[money.Fen] // at most
	AnonymousFaceFen     Limit[money.Fen] // at most
	AnonymousValidYears  Limit[int]       // at least
	AnonymousRealNameFen Limit[money.Fen] // at once, from which on the buyer is known by name; of registered cards always
}

// limits are the national ones.
var limits = Limits{
	RegisteredFaceFen:    Limit[money.Fen]{5_000_00, "国办发〔2011〕25号", "https://fsou.net.cn/html/text/lar/173275/17327552_1.html"},
	AnonymousFaceFen:     Limit[money.Fen]{1_000_00, "国办发〔2011〕25号", "https://fsou.net.cn/html/text/lar/173275/17327552_1.html"},
	AnonymousValidYears:  Limit[int]{3, "国办发〔2011〕25号", "https://fsou.net.cn/html/text/lar/173275/17327552_1.html"},
	AnonymousRealNameFen: Limit[money.Fen]{10_000_00, "商务部令2012年第9号", "https://business.sohu.com/20120928/n354094226.shtml"},
}

func (l Limits) face(kind string) Limit[money.Fen] {
	if kind == Registered {
		return l.RegisteredFaceFen
	}
	return l.AnonymousFaceFen
}

// check names what the law does not let be sold. Real names are the orders' of enterprises
// that are here with their credit code; that money comes by transfer alone holds for every
// batch, whatever its sum.
func (l Limits) check(p *fault.Problems, in Order, creditCode string, now clock.Millis) {
	if most := l.face(in.Kind); in.FaceFen > most.Value {
		p.Add("face_fen", "over_limit", fmt.Sprintf("a card of this kind holds at most %d fen (%s)", most.Value, most.Article))
	}
	if l.needsRealName(in) && creditCode == "" {
		p.Add("kind", "real_name_required", "the buyer of such cards is known by credit code ("+l.AnonymousRealNameFen.Article+")")
	}
	switch earliest := now.Time().In(shanghai).AddDate(l.AnonymousValidYears.Value, 0, 0).Format(time.DateOnly); {
	case in.Kind == Registered && in.ValidUntil != "":
		p.Add("valid_until", "not_allowed", "registered cards do not expire")
	case in.Kind == Registered:
	case in.ValidUntil == "":
		p.Add("valid_until", "required", "say until which day anonymous cards are good")
	case !isDay(in.ValidUntil):
		p.Add("valid_until", "invalid", "must be a day, as in 2030-01-05")
	case in.ValidUntil < earliest:
		p.Add("valid_until", "too_soon", fmt.Sprintf("anonymous cards are good for at least %d years (%s)", l.AnonymousValidYears.Value, l.AnonymousValidYears.Article))
	}
}

func (l Limits) needsRealName(in Order) bool {
	return in.Kind == Registered || in.FaceFen*money.Fen(in.Count) >= l.AnonymousRealNameFen.Value
}

const lastYear = 2100

func isDay(text string) bool {
	day, err := time.Parse(time.DateOnly, text)
	return err == nil && day.Year() < lastYear
}
