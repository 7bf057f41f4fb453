package rest

import (
	"context"
	"time"

	"zique/internal/money"
	"zique/internal/programme"
	"zique/internal/report"
	"zique/internal/seed"
)

// BoardJSON is the public board: what the marketplace moved, and what the county's
// report records, each with the moment as of which it holds.
type BoardJSON struct {
	AsOf         time.Time          `json:"as_of"`
	Consumption  ConsumptionJSON    `json:"consumption"`
	Shares       SharesJSON         `json:"shares"`
	Villages     []BoardVillageJSON `json:"villages"`
	Designations []DesignationJSON  `json:"designations"`
	Pairings     []PairingJSON      `json:"pairings"`
	Assistance   []AssistanceJSON   `json:"assistance"`
	Source       *SourceJSON        `json:"source" doc:"of designations, pairings and assistance"`
}

// ConsumptionJSON is what buyers bought here, goods without freight.
type ConsumptionJSON struct {
	Orders      int64     `json:"orders"`
	Buyers      int64     `json:"buyers"`
	GoodsFen    money.Fen `json:"goods_fen"`
	RefundedFen money.Fen `json:"refunded_fen"`
	NetFen      money.Fen `json:"net_fen"`
}

// SharesJSON are the village collectives' shares.
type SharesJSON struct {
	PendingFen   money.Fen `json:"pending_fen" doc:"the sale may still be refunded"`
	AvailableFen money.Fen `json:"available_fen"`
	TotalFen     money.Fen `json:"total_fen"`
}

// BoardVillageJSON is one village's row.
type BoardVillageJSON struct {
	ID                string    `json:"id"`
	Name              string    `json:"name"`
	Township          string    `json:"township"`
	NetFen            money.Fen `json:"net_fen"`
	SharePendingFen   money.Fen `json:"share_pending_fen"`
	ShareAvailableFen money.Fen `json:"share_available_fen"`
	ShareTotalFen     money.Fen `json:"share_total_fen"`
}

// DesignationJSON counts the villages of a designation.
type DesignationJSON struct {
	Name     string `json:"name"`
	Villages int64  `json:"villages"`
	AsOf     string `json:"as_of"`
}

// PairingJSON counts partners and villages.
type PairingJSON struct {
	Kind     string `json:"kind"`
	Partners int64  `json:"partners"`
	Villages *int64 `json:"villages,omitempty"`
	Goal     string `json:"goal"`
	AsOf     string `json:"as_of"`
}

// AssistanceJSON is one figure of the report.
type AssistanceJSON struct {
	Kind        string     `json:"kind" enum:"industry,labour,consumption,donation,collective_share"`
	Partner     string     `json:"partner,omitempty"`
	Item        string     `json:"item"`
	Place       string     `json:"place,omitempty"`
	Stage       string     `json:"stage,omitempty"`
	AmountFen   *money.Fen `json:"amount_fen,omitempty"`
	Persons     *int64     `json:"persons,omitempty"`
	PersonTimes *int64     `json:"person_times,omitempty"`
	Approx      bool       `json:"approx"`
	DoNotAdd    string     `json:"do_not_add,omitempty" doc:"why it must not be added to another figure"`
	AsOf        string     `json:"as_of"`
}

// SourceJSON is the report.
type SourceJSON struct {
	Title     string `json:"title"`
	Publisher string `json:"publisher"`
	Period    string `json:"period"`
	URL       string `json:"url"`
}

func (s *Server) board(ctx context.Context, _ *struct{}) (*body[BoardJSON], error) {
	b, err := report.Public(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	c := b.Consumption
	out := BoardJSON{
		AsOf:         b.AsOf.Time(),
		Consumption:  ConsumptionJSON{c.Orders, c.Buyers, c.GoodsFen, c.RefundedFen, c.NetFen()},
		Villages:     []BoardVillageJSON{},
		Designations: []DesignationJSON{}, Pairings: []PairingJSON{}, Assistance: []AssistanceJSON{},
	}
	for _, v := range b.Villages {
		out.Villages = append(out.Villages, BoardVillageJSON{v.VillageID.String(), v.Name, v.Township, v.NetFen, v.PendingFen, v.AvailableFen, v.TotalFen()})
		out.Shares.PendingFen += v.PendingFen
		out.Shares.AvailableFen += v.AvailableFen
		out.Shares.TotalFen += v.TotalFen()
	}
	out.addRecorded(b.Assistance)
	return &body[BoardJSON]{out}, nil
}

func (out *BoardJSON) addRecorded(a programme.Assistance) {
	for _, d := range a.Designations {
		out.Designations = append(out.Designations, DesignationJSON{d.Designation, d.Villages, d.AsOf})
	}
	for _, p := range a.Pairings {
		out.Pairings = append(out.Pairings, PairingJSON{p.Kind, p.Partners, p.Villages, p.Goal, p.AsOf})
	}
	for _, r := range a.Records {
		out.Assistance = append(out.Assistance, AssistanceJSON{r.Kind, r.Partner, r.Item, r.Place, r.Stage,
			r.AmountFen, r.Persons, r.PersonTimes, r.Approx, r.DoNotAdd, r.AsOf})
	}
	if a.Source != nil {
		out.Source = &SourceJSON{a.Source.Title, a.Source.Publisher, a.Source.Period, a.Source.URL}
	}
}

// DemoJSON is what a newcomer needs to try everything; demo mode only.
type DemoJSON struct {
	Accounts  []DemoAccountJSON `json:"accounts"`
	CardCodes []string          `json:"card_codes" doc:"still unclaimed"`
}

// DemoAccountJSON is an account to sign in with.
type DemoAccountJSON struct {
	Role     string `json:"role"`
	Phone    string `json:"phone"`
	Password string `json:"password"`
	Name     string `json:"name"`
}

func (s *Server) demo(ctx context.Context, _ *struct{}) (*body[DemoJSON], error) {
	codes, err := seed.UnclaimedCodes(s.DB.Read(ctx), s.Codes)
	out := DemoJSON{CardCodes: codes}
	for _, a := range seed.Accounts {
		out.Accounts = append(out.Accounts, DemoAccountJSON{a.Role, a.Phone, seed.Password, a.Name})
	}
	return &body[DemoJSON]{out}, err
}
