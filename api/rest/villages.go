package rest

import (
	"context"

	"zique/internal/catalog"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/report"
	"zique/internal/village"
)

// VillageJSON is a village and what its collective was credited.
type VillageJSON struct {
	ID                string    `json:"id"`
	Name              string    `json:"name"`
	Township          string    `json:"township"`
	County            string    `json:"county"`
	Designations      []string  `json:"designations"`
	Note              string    `json:"note"`
	Produce           []string  `json:"produce"`
	ProductCount      int64     `json:"product_count"`
	ShareTotalFen     money.Fen `json:"share_total_fen"`
	SharePendingFen   money.Fen `json:"share_pending_fen"`
	ShareAvailableFen money.Fen `json:"share_available_fen"`
}

func (s *Server) villagesJSON(ctx context.Context, villages []village.Village) ([]VillageJSON, error) {
	ids := make([]id.ID, len(villages))
	for i, v := range villages {
		ids[i] = v.ID
	}
	shares, err := report.Shares(s.DB.Read(ctx), ids)
	if err != nil {
		return nil, err
	}
	counts, err := catalog.CountByVillage(s.DB.Read(ctx), ids)
	out := []VillageJSON{}
	for _, v := range villages {
		credited := shares[v.ID]
		out = append(out, VillageJSON{
			ID: v.ID.String(), Name: v.Name, Township: v.Township, County: v.County, Designations: v.Designations,
			Note: v.Note, Produce: v.ProduceNames(), ProductCount: counts[v.ID],
			ShareTotalFen: credited.TotalFen(), SharePendingFen: credited.PendingFen, ShareAvailableFen: credited.AvailableFen,
		})
	}
	return out, err
}

func (s *Server) listVillages(ctx context.Context, in *struct{ Paging }) (*body[list[VillageJSON]], error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := village.List(s.DB.Read(ctx), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(v village.Village) string { return v.ID.String() })
	items, err := s.villagesJSON(ctx, page)
	return &body[list[VillageJSON]]{list[VillageJSON]{items, next}}, err
}

func (s *Server) getVillage(ctx context.Context, in *PathID) (*body[VillageJSON], error) {
	villageID, err := in.parse(village.ErrNotFound)
	if err != nil {
		return nil, err
	}
	v, err := village.Get(s.DB.Read(ctx), villageID)
	if err != nil {
		return nil, err
	}
	items, err := s.villagesJSON(ctx, []village.Village{v})
	if err != nil {
		return nil, err
	}
	return &body[VillageJSON]{items[0]}, nil
}
