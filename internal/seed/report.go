package seed

import (
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
		OriginalURL string `json:"original_url"`
		AsOf        string `json:"as_of"`
	} `json:"source"`
	County struct {
		Name string `json:"name"`
	} `json:"county"`
	Villages []struct {
		Name     string   `json:"name"`
		Township string   `json:"township"`
		Note     string   `json:"note"`
		Produce  []string `json:"produce"`
	} `json:"villages"`
	Designations []struct {
		Name     string `json:"name"`
		Villages int64  `json:"villages"`
	} `json:"designations"`
	Pairings []struct {
		Kind     string `json:"kind"`
		Partners int64  `json:"partners"`
		Villages *int64 `json:"villages"`
		Goal     string `json:"goal"`
	} `json:"pairings"`
	Assistance struct {
		Consumption struct {
			TotalYuan int64 `json:"total_yuan"`
			Approx    bool  `json:"approx"`
		} `json:"consumption"`
		CollectiveShare struct {
			Partner string `json:"partner"`
			Goods   string `json:"goods"`
			Base    string `json:"base"`
			Funder  string `json:"funder"`
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

type figure struct {
	Partner     string   `json:"partner"`
	Partners    []string `json:"partners"`
	Item        string   `json:"item"`
	Project     string   `json:"project"`
	Place       string   `json:"place"`
	Recipient   string   `json:"recipient"`
	Stage       string   `json:"stage"`
	Invested    *int64   `json:"invested_yuan"`
	Value       *int64   `json:"value_yuan"`
	Waived      *int64   `json:"waived_yuan"`
	Persons     *int64   `json:"persons"`
	PersonTimes *int64   `json:"person_times"`
	Approx      bool     `json:"approx"`
	DoNotAdd    string   `json:"do_not_add"`
}

func fen(yuan int64) *money.Fen {
	amount := money.Fen(yuan * 100)
	return &amount
}

func (f figure) record(kind, asOf string) programme.Record {
	r := programme.Record{
		Kind: kind, Partner: f.Partner, Item: f.Item + f.Project, Place: f.Place + f.Recipient, Stage: f.Stage,
		Persons: f.Persons, PersonTimes: f.PersonTimes, Approx: f.Approx, DoNotAdd: f.DoNotAdd, AsOf: asOf,
	}
	if len(f.Partners) > 0 {
		r.Partner = strings.Join(f.Partners, "、")
	}
	for _, yuan := range []*int64{f.Invested, f.Value, f.Waived} {
		if yuan != nil {
			r.AmountFen = fen(*yuan)
		}
	}
	return r
}

// assistance turns the report into records, each with the report's as_of.
func (r report) assistance() programme.Assistance {
	asOf, a := r.Source.AsOf, r.Assistance
	out := programme.Assistance{Source: &programme.Source{
		ID: 1, Title: r.Source.Title, Publisher: r.Source.Publisher, Period: r.Source.Period, URL: r.Source.OriginalURL,
	}}
	out.Records = append(out.Records,
		programme.Record{Kind: programme.Consumption, Item: "消费帮扶总额（线上线下）", AmountFen: fen(a.Consumption.TotalYuan), Approx: a.Consumption.Approx, AsOf: asOf},
		programme.Record{Kind: programme.CollectiveShare, Partner: a.CollectiveShare.Partner, AsOf: asOf,
			Item: a.CollectiveShare.Goods + "收购额的 5% 归村集体经济（" + a.CollectiveShare.Funder + "）"})
	for _, f := range a.Industry {
		out.Records = append(out.Records, f.record(programme.Industry, asOf))
	}
	for _, f := range a.Labour {
		out.Records = append(out.Records, f.record(programme.Labour, asOf))
	}
	out.Records = append(out.Records, programme.Record{Kind: programme.Donation, Item: "各类公益捐赠或帮扶累计总价值", DoNotAdd: a.Donation.Note,
		AmountFen: fen(a.Donation.TotalYuan), Approx: a.Donation.Approx, AsOf: asOf})
	for _, f := range a.Donation.Items {
		out.Records = append(out.Records, f.record(programme.Donation, asOf))
	}
	for _, p := range r.Pairings {
		out.Pairings = append(out.Pairings, programme.Pairing{Kind: p.Kind, Partners: p.Partners, Villages: p.Villages, Goal: p.Goal, AsOf: asOf})
	}
	for _, d := range r.Designations {
		out.Designations = append(out.Designations, programme.DesignationCount{Designation: d.Name, Villages: d.Villages, AsOf: asOf})
	}
	return out
}
