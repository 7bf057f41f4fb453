package main

import (
	"encoding/json"
	"testing"
)

func TestTheBoardTellsTheReportAsItStands(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		var board struct {
			Assistance []struct {
				Kind      string `json:"kind"`
				Partner   string `json:"partner"`
				Item      string `json:"item"`
				Note      string `json:"note"`
				DoNotAdd  string `json:"do_not_add"`
				Persons   int64  `json:"persons"`
				AmountFen int64  `json:"amount_fen"`
				BuiltM2   int64  `json:"built_m2"`
				ToCome    int64  `json:"under_construction_m2"`
			} `json:"assistance"`
			Pairings []struct {
				Kind       string   `json:"kind"`
				Partners   int64    `json:"partners"`
				Duties     []string `json:"duties"`
				Activities int64    `json:"activities_about"`
			} `json:"pairings"`
			Entries []struct {
				Section string `json:"section"`
				AsOf    string `json:"as_of"`
			} `json:"entries"`
		}
		if err := json.Unmarshal([]byte(p.call(t, "", "GET", "/public/board", nil).raw), &board); err != nil {
			t.Fatal(err)
		}
		for _, one := range board.Assistance {
			switch {
			case one.Kind == "donation" && one.AmountFen == 5_000_000_000:
				if one.DoNotAdd != "" || one.Note == "" {
					t.Errorf("the total is said to be part of another figure: %+v", one)
				}
			case one.Partner == "湖南君成教育集团" && (one.Persons != 300 || one.AmountFen != 165_000_000):
				t.Errorf("persons and money: %+v", one)
			case one.Item == "农产品加工" && (one.BuiltM2 != 3000 || one.ToCome != 7600):
				t.Errorf("built and under construction: %+v", one)
			}
		}
		for _, one := range board.Pairings {
			if one.Kind == "liaison" && (one.Partners != 56 || len(one.Duties) != 5 || one.Activities != 500) {
				t.Errorf("liaisons: %+v", one)
			}
		}
		sections := map[string]int{}
		for _, one := range board.Entries {
			sections[one.Section]++
			if one.AsOf != "2023-06" {
				t.Errorf("an entry without its month: %+v", one)
			}
		}
		if sections["initiative"] != 8 || sections["campaign"] != 2 || sections["channel"] != 3 || sections["activity"] != 2 {
			t.Errorf("sections: %v", sections)
		}
	})
}
