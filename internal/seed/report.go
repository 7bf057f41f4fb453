package seed

import (
	"slices"
	"strings"

	"zique/internal/money"
	"zique/internal/programme"
)

// report is data/xinhua-2023.json as far as it is loaded: counts as counts, and no
// name that the report does not name.
type report struct {
	Source struct {
		Title       string `json:"title"`
		Publisher   string `json:"publisher"`
		Period      string `json:"period"`
		Reposted    string `json:"reposted"`
		OriginalURL string `json:"original_url"`
		AsOf        string `json:"as_of"`
	} `json:"source"`
	County struct {
		Name     string `json:"name"`
		Province string `json:"province"`
	} `json:"county"`
	Sponsor struct {
		Name    string `json:"name"`
		Role    string `json:"role"`
		Mandate struct {
			Title    string `json:"title"`
			IssuedBy string `json:"issued_by"`
			Date     string `json:"date"`
		} `json:"mandate"`
		LeadershipMeetings int64  `json:"leadership_meetings_min"`
		CoSelector         string `json:"co_selector_of_liaisons"`
	} `json:"sponsor"`
	Villages []struct {
		Name     string   `json:"name"`
		Township string   `json:"township"`
		Note     string   `json:"note"`
		Produce  []string `json:"produce"`
	} `json:"villages"`
	Produce      []string `json:"produce_named"`
	Designations []struct {
		Name     string `json:"name"`
		Villages int64  `json:"villages"`
	} `json:"designations"`
	Pairings    []pairing `json:"pairings"`
	Initiatives []told    `json:"initiatives"`
	Campaigns   []told    `json:"campaigns"`
	Channels    []told    `json:"channels"`
	Activities  []told    `json:"activities"`
	Places      []told    `json:"places_other"`
	Assistance  struct {
		Consumption struct {
			TotalYuan int64 `json:"total_yuan"`
			Approx    bool  `json:"approx"`
		} `json:"consumption"`
		CollectiveShare struct {
			Partner     string `json:"partner"`
			PartnerKind string `json:"partner_kind"`
			Goods       string `json:"goods"`
			Base        string `json:"base"`
			Funder      string `json:"funder"`
			RateBP      int64  `json:"rate_basis_points"`
			Beneficiary string `json:"beneficiary"`
		} `json:"collective_share"`
		Industry []figure `json:"industry"`
		Labour   []figure `json:"labour"`
		Donation struct {
			TotalYuan int64    `json:"total_yuan"`
			Approx    bool     `json:"approx"`
			Note      string   `json:"note"`
			Items     []figure `json:"items"`
		} `json:"donation"`
	} `json:"assistance"`
}

type pairing struct {
	Kind                  string   `json:"kind"`
	Partners              int64    `json:"partners"`
	Named                 []string `json:"named"`
	PartnerKinds          []string `json:"partner_kinds"`
	Villages              *int64   `json:"villages"`
	Designation           string   `json:"designation"`
	Goal                  string   `json:"goal"`
	RoleTitle             string   `json:"role_title"`
	Duties                []string `json:"duties"`
	ActivityKinds         []string `json:"activity_kinds"`
	ActivitiesYearlyLeast *int64   `json:"activities_per_village_per_year_min"`
	ActivitiesAbout       *int64   `json:"activities_total_approx"`
}

type told struct {
	Kind    string   `json:"kind"`
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Topics  []string `json:"topics"`
	Titles  []string `json:"titles"`
	Count   *int64   `json:"count"`
	Partner string   `json:"partner"`
	Place   string   `json:"place"`
	Village string   `json:"village"`
}

type figure struct {
	Partner             string   `json:"partner"`
	Partners            []string `json:"partners"`
	NamedAmong          string   `json:"named_among"`
	IntroducedBy        string   `json:"introduced_by"`
	Item                string   `json:"item"`
	Project             string   `json:"project"`
	Place               string   `json:"place"`
	Recipient           string   `json:"recipient"`
	Stage               string   `json:"stage"`
	Invested            *int64   `json:"invested_yuan"`
	Value               *int64   `json:"value_yuan"`
	Waived              *int64   `json:"waived_yuan"`
	Persons             *int64   `json:"persons"`
	PersonTimes         *int64   `json:"person_times"`
	BuiltM2             *int64   `json:"built_m2"`
	UnderConstructionM2 *int64   `json:"under_construction_m2"`
	LandMu              *int64   `json:"land_mu"`
	Sessions            *int64   `json:"sessions"`
	Clinics             *int64   `json:"clinics"`
	Approx              bool     `json:"approx"`
	DoNotAdd            string   `json:"do_not_add"`
}

// words is data/words.json: Chinese for what the facts file remarks in English, and
// English for each phrase of the report that is shown.
type words struct {
	Chinese map[string]string `json:"chinese"`
	English map[string]string `json:"english"`
}

func (w words) chinese(remark string) string {
	if said, ok := w.Chinese[remark]; ok {
		return said
	}
	return remark
}

func (w words) list() (all []programme.Word) {
	for phrase, english := range w.English {
		all = append(all, programme.Word{Phrase: phrase, English: english})
	}
	slices.SortFunc(all, func(a, b programme.Word) int { return strings.Compare(a.Phrase, b.Phrase) })
	return all
}

func fen(yuan int64) *money.Fen {
	amount := money.Fen(yuan * 100)
	return &amount
}

func (f figure) record(kind string) programme.Record {
	r := programme.Record{
		Kind: kind, Partner: f.Partner, IntroducedBy: f.IntroducedBy, Item: f.Item + f.Project, Place: f.Place + f.Recipient, Stage: f.Stage,
		Note: f.NamedAmong, Persons: f.Persons, PersonTimes: f.PersonTimes, BuiltM2: f.BuiltM2, UnderConstructionM2: f.UnderConstructionM2,
		LandMu: f.LandMu, Sessions: f.Sessions, Clinics: f.Clinics, Approx: f.Approx, DoNotAdd: f.DoNotAdd,
	}
	if len(f.Partners) > 0 {
		r.Partner = strings.Join(f.Partners, "、")
	}
	if f.Waived != nil {
		r.Note = "金额为减免"
	}
	for _, yuan := range []*int64{f.Invested, f.Value, f.Waived} {
		if yuan != nil {
			r.AmountFen = fen(*yuan)
		}
	}
	return r
}

// assistance turns the report into records, each with the report's as_of.
func (r report) assistance(w words) programme.Assistance {
	out := programme.Assistance{Records: r.records(w), Entries: r.entries(), Words: w.list(), Source: &programme.Source{
		ID: 1, Title: r.Source.Title, Publisher: r.Source.Publisher, Period: strings.Replace(r.Source.Period, " to ", "/", 1),
		URL: r.Source.OriginalURL, Reposted: r.Source.Reposted, AsOf: r.Source.AsOf,
	}}
	for i := range out.Records {
		one := &out.Records[i]
		one.Note, one.DoNotAdd, one.AsOf = w.chinese(one.Note), w.chinese(one.DoNotAdd), r.Source.AsOf
	}
	for _, p := range r.Pairings {
		out.Pairings = append(out.Pairings, programme.Pairing{Kind: p.Kind, Partners: p.Partners, Named: listed(p.Named), PartnerKinds: listed(p.PartnerKinds),
			Villages: p.Villages, Designation: p.Designation, Goal: p.Goal, RoleTitle: p.RoleTitle, Duties: listed(p.Duties), ActivityKinds: listed(p.ActivityKinds),
			ActivitiesYearlyLeast: p.ActivitiesYearlyLeast, ActivitiesAbout: p.ActivitiesAbout, AsOf: r.Source.AsOf})
	}
	for _, d := range r.Designations {
		out.Designations = append(out.Designations, programme.DesignationCount{Designation: d.Name, Villages: d.Villages, AsOf: r.Source.AsOf})
	}
	return out
}

func (r report) records(w words) []programme.Record {
	a, share := r.Assistance, r.Assistance.CollectiveShare
	all := []programme.Record{
		{Kind: programme.Consumption, Item: "消费帮扶总额（线上线下）", AmountFen: fen(a.Consumption.TotalYuan), Approx: a.Consumption.Approx},
		{Kind: programme.CollectiveShare, Partner: share.Partner + share.PartnerKind, Item: share.Goods + w.chinese(share.Base), Place: share.Beneficiary,
			RateBP: &share.RateBP, Note: share.Funder},
	}
	for _, f := range a.Industry {
		all = append(all, f.record(programme.Industry))
	}
	for _, f := range a.Labour {
		all = append(all, f.record(programme.Labour))
	}
	all = append(all, programme.Record{Kind: programme.Donation, Item: "各类公益捐赠或帮扶累计总价值", Note: a.Donation.Note,
		AmountFen: fen(a.Donation.TotalYuan), Approx: a.Donation.Approx})
	for _, f := range a.Donation.Items {
		all = append(all, f.record(programme.Donation))
	}
	return all
}

func (r report) entries() []programme.Entry {
	s := r.Sponsor
	all := []programme.Entry{
		{Section: programme.County, Title: r.County.Name, Place: r.County.Province},
		{Section: programme.Organiser, Kind: s.Role, Title: s.Name},
		{Section: programme.Organiser, Kind: "co_selector", Title: s.CoSelector},
		{Section: programme.Organiser, Kind: "leadership_meetings", Number: &s.LeadershipMeetings, AtLeast: true},
		{Section: programme.Mandate, Title: s.Mandate.Title, Partner: s.Mandate.IssuedBy, HeldOn: s.Mandate.Date},
	}
	for _, of := range []struct {
		section string
		told    []told
	}{
		{programme.Initiative, r.Initiatives}, {programme.Campaign, r.Campaigns}, {programme.Channel, r.Channels},
		{programme.Activity, r.Activities}, {programme.Place, r.Places},
	} {
		for _, t := range of.told {
			all = append(all, programme.Entry{Section: of.section, Kind: t.Kind, Title: t.Name + t.Title, Topics: slices.Concat(t.Topics, t.Titles),
				Number: t.Count, Partner: t.Partner, Place: t.Place + t.Village})
		}
	}
	for _, name := range r.Produce {
		all = append(all, programme.Entry{Section: programme.Produce, Title: name})
	}
	for i := range all {
		all[i].Topics, all[i].AsOf = listed(all[i].Topics), r.Source.AsOf
	}
	return all
}

// listed is never nil, which the database would not take for an empty list.
func listed(names ...[]string) []string {
	return append([]string{}, slices.Concat(names...)...)
}
