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
	Entries      []ReportEntryJSON  `json:"entries" doc:"what the report tells besides"`
	Words        []ReportWordJSON   `json:"words" doc:"English for the phrases of the report"`
	Source       *SourceJSON        `json:"source" doc:"of designations, pairings, assistance and entries"`
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

// PairingJSON counts partners and villages. The partners of kind liaison are persons.
type PairingJSON struct {
	Kind                  string   `json:"kind"`
	Partners              int64    `json:"partners" doc:"persons in a liaison pairing, else organisations"`
	Named                 []string `json:"named" doc:"those partners that the report names"`
	PartnerKinds          []string `json:"partner_kinds"`
	Villages              *int64   `json:"villages,omitempty"`
	Designation           string   `json:"designation,omitempty"`
	Goal                  string   `json:"goal"`
	RoleTitle             string   `json:"role_title,omitempty"`
	Duties                []string `json:"duties"`
	ActivityKinds         []string `json:"activity_kinds"`
	ActivitiesYearlyLeast *int64   `json:"activities_yearly_least,omitempty" doc:"at least so many in each village each year"`
	ActivitiesAbout       *int64   `json:"activities_about,omitempty" doc:"about so many in all"`
	AsOf                  string   `json:"as_of"`
}

// AssistanceJSON is one line of the report.
type AssistanceJSON struct {
	Kind                string     `json:"kind" enum:"industry,labour,consumption,donation,collective_share"`
	Partner             string     `json:"partner,omitempty"`
	IntroducedBy        string     `json:"introduced_by,omitempty"`
	Item                string     `json:"item"`
	Place               string     `json:"place,omitempty"`
	Stage               string     `json:"stage,omitempty"`
	Note                string     `json:"note,omitempty"`
	AmountFen           *money.Fen `json:"amount_fen,omitempty"`
	Persons             *int64     `json:"persons,omitempty"`
	PersonTimes         *int64     `json:"person_times,omitempty"`
	BuiltM2             *int64     `json:"built_m2,omitempty"`
	UnderConstructionM2 *int64     `json:"under_construction_m2,omitempty"`
	LandMu              *int64     `json:"land_mu,omitempty"`
	Sessions            *int64     `json:"sessions,omitempty"`
	Clinics             *int64     `json:"clinics,omitempty"`
	RateBP              *int64     `json:"rate_bp,omitempty"`
	Approx              bool       `json:"approx"`
	DoNotAdd            string     `json:"do_not_add,omitempty" doc:"why it must not be added to another figure"`
	AsOf                string     `json:"as_of"`
}

// ReportEntryJSON is what the report tells without counting it as assistance.
type ReportEntryJSON struct {
	Section string   `json:"section" enum:"county,organiser,mandate,initiative,campaign,channel,activity,place,produce"`
	Kind    string   `json:"kind,omitempty"`
	Title   string   `json:"title,omitempty"`
	Topics  []string `json:"topics"`
	Partner string   `json:"partner,omitempty"`
	Place   string   `json:"place,omitempty"`
	HeldOn  string   `json:"held_on,omitempty" doc:"YYYY-MM-DD"`
	Number  *int64   `json:"number,omitempty"`
	AtLeast bool     `json:"at_least,omitempty"`
	AsOf    string   `json:"as_of"`
}

// ReportWordJSON is the English of a phrase.
type ReportWordJSON struct {
	Phrase  string `json:"phrase"`
	English string `json:"english"`
}

// SourceJSON is the report.
type SourceJSON struct {
	Title     string `json:"title"`
	Publisher string `json:"publisher"`
	Period    string `json:"period" doc:"an ISO 8601 interval"`
	URL       string `json:"url"`
	Reposted  string `json:"reposted,omitempty" doc:"YYYY-MM-DD"`
	AsOf      string `json:"as_of"`
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
		Entries: []ReportEntryJSON{}, Words: []ReportWordJSON{},
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
		out.Pairings = append(out.Pairings, PairingJSON{p.Kind, p.Partners, p.Named, p.PartnerKinds, p.Villages, p.Designation, p.Goal,
			p.RoleTitle, p.Duties, p.ActivityKinds, p.ActivitiesYearlyLeast, p.ActivitiesAbout, p.AsOf})
	}
	for _, r := range a.Records {
		out.Assistance = append(out.Assistance, AssistanceJSON{r.Kind, r.Partner, r.IntroducedBy, r.Item, r.Place, r.Stage, r.Note,
			r.AmountFen, r.Persons, r.PersonTimes, r.BuiltM2, r.UnderConstructionM2, r.LandMu, r.Sessions, r.Clinics, r.RateBP, r.Approx, r.DoNotAdd, r.AsOf})
	}
	for _, e := range a.Entries {
		out.Entries = append(out.Entries, ReportEntryJSON{e.Section, e.Kind, e.Title, e.Topics, e.Partner, e.Place, e.HeldOn, e.Number, e.AtLeast, e.AsOf})
	}
	for _, w := range a.Words {
		out.Words = append(out.Words, ReportWordJSON{w.Phrase, w.English})
	}
	if s := a.Source; s != nil {
		out.Source = &SourceJSON{s.Title, s.Publisher, s.Period, s.URL, s.Reposted, s.AsOf}
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
