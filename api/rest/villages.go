package rest

import (
	"context"
	"strings"

	"zique/internal/blob"
	"zique/internal/catalog"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/report"
	"zique/internal/storage"
	"zique/internal/village"
)

// VillageJSON is a village and what its collective was credited.
type VillageJSON struct {
	ID                string                   `json:"id"`
	Name              string                   `json:"name"`
	Code              string                   `json:"code,omitempty" doc:"division code of 12 digits, where it is known"`
	Township          string                   `json:"township"`
	County            string                   `json:"county"`
	Designations      []string                 `json:"designations"`
	Note              string                   `json:"note"`
	Produce           []string                 `json:"produce"`
	Story             string                   `json:"story"`
	Pictures          []PictureJSON            `json:"pictures" doc:"the cover first"`
	Cooperatives      []VillageCooperativeJSON `json:"cooperatives" doc:"that serve the village"`
	CollectiveID      string                   `json:"collective_id" doc:"the village's organisation"`
	ProductCount      int64                    `json:"product_count"`
	ShareTotalFen     money.Fen                `json:"share_total_fen"`
	SharePendingFen   money.Fen                `json:"share_pending_fen"`
	ShareAvailableFen money.Fen                `json:"share_available_fen"`
}

// TownshipJSON is a township that has villages here.
type TownshipJSON struct {
	County       string `json:"county"`
	Name         string `json:"name" doc:"as GET /villages takes it in township"`
	VillageCount int64  `json:"village_count"`
}

func (s *Server) listTownships(ctx context.Context, _ *struct{}) (*body[list[TownshipJSON]], error) {
	found, err := village.Townships(s.DB.Read(ctx))
	out := &body[list[TownshipJSON]]{list[TownshipJSON]{Items: []TownshipJSON{}}}
	for _, t := range found {
		out.Body.Items = append(out.Body.Items, TownshipJSON{t.County, t.Name, t.Villages})
	}
	return out, err
}

// PictureJSON is a picture, to be read from /files/{file_id}.
type PictureJSON struct {
	FileID string `json:"file_id"`
}

// VillageCooperativeJSON is a cooperative that serves a village.
type VillageCooperativeJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
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
	if err != nil {
		return nil, err
	}
	cooperatives, err := village.Cooperatives(s.DB.Read(ctx), ids)
	out := []VillageJSON{}
	for _, v := range villages {
		shown := villageJSON(v, cooperatives[v.ID])
		credited := shares[v.ID]
		shown.ProductCount = counts[v.ID]
		shown.ShareTotalFen, shown.SharePendingFen, shown.ShareAvailableFen = credited.TotalFen(), credited.PendingFen, credited.AvailableFen
		out = append(out, shown)
	}
	return out, err
}

func villageJSON(v village.Village, cooperatives []village.Cooperative) VillageJSON {
	out := VillageJSON{
		ID: v.ID.String(), Name: v.Name, Township: v.Township, County: v.County, Designations: v.Designations, Note: v.Note,
		Produce: v.ProduceNames(), Story: v.Story, Pictures: []PictureJSON{}, Cooperatives: []VillageCooperativeJSON{}, CollectiveID: v.CollectiveID.String(),
	}
	if v.Code != nil {
		out.Code = *v.Code
	}
	for _, file := range v.Pictures {
		out.Pictures = append(out.Pictures, PictureJSON{file.String()})
	}
	for _, c := range cooperatives {
		out.Cooperatives = append(out.Cooperatives, VillageCooperativeJSON{c.ID.String(), c.Name})
	}
	return out
}

type listVillagesIn struct {
	Paging
	Q           string `query:"q" maxLength:"60" doc:"part of the name"`
	Township    string `query:"township" maxLength:"60"`
	Designation string `query:"designation" maxLength:"60"`
}

func (s *Server) listVillages(ctx context.Context, in *listVillagesIn) (*body[list[VillageJSON]], error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := village.List(s.DB.Read(ctx), village.Filter{
		Query: strings.TrimSpace(in.Q), Township: in.Township, Designation: in.Designation, After: after, Limit: in.Limit + 1,
	})
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
	return s.oneVillage(ctx, v)
}

func (s *Server) oneVillage(ctx context.Context, v village.Village) (*body[VillageJSON], error) {
	items, err := s.villagesJSON(ctx, []village.Village{v})
	if err != nil {
		return nil, err
	}
	return &body[VillageJSON]{items[0]}, nil
}

// villageIn is what a village is to be. The domain checks it, so that every wrong
// field is named at once.
type villageIn struct {
	Name         string      `json:"name"`
	Township     string      `json:"township"`
	County       string      `json:"county"`
	Code         string      `json:"code,omitempty" doc:"division code of 12 digits"`
	Designations []string    `json:"designations,omitempty"`
	Produce      []string    `json:"produce,omitempty"`
	Note         string      `json:"note,omitempty"`
	Story        string      `json:"story,omitempty"`
	Pictures     []pictureIn `json:"pictures,omitempty" maxItems:"100" doc:"uploaded images, the cover first; they become public"`
}

type pictureIn struct {
	FileID string `json:"file_id" maxLength:"20"`
}

func (in villageIn) parse() (village.New, error) {
	n := village.New{Name: in.Name, Township: in.Township, County: in.County, Code: in.Code, Designations: in.Designations,
		Produce: in.Produce, Note: in.Note, Story: in.Story}
	for i, p := range in.Pictures {
		file, err := parseID(p.FileID, pictureField(i))
		if err != nil {
			return n, err
		}
		n.Pictures = append(n.Pictures, file)
	}
	return n, nil
}

func pictureField(i int) string { return index("pictures", i) + ".file_id" }

func (s *Server) addVillage(ctx context.Context, in *body[villageIn]) (*body[VillageJSON], error) {
	return s.saveVillage(ctx, in.Body, func(tx *storage.Tx, n village.New) (village.Village, error) {
		return village.Add(tx, actor(ctx), n)
	})
}

type changeVillageIn struct {
	PathID
	Body villageIn
}

func (s *Server) changeVillage(ctx context.Context, in *changeVillageIn) (*body[VillageJSON], error) {
	villageID, err := in.PathID.parse(village.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.saveVillage(ctx, in.Body, func(tx *storage.Tx, n village.New) (village.Village, error) {
		return village.Change(tx, actor(ctx), villageID, n)
	})
}

func (s *Server) saveVillage(ctx context.Context, in villageIn, save func(*storage.Tx, village.New) (village.Village, error)) (*body[VillageJSON], error) {
	n, err := in.parse()
	if err != nil {
		return nil, err
	}
	var saved village.Village
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		if saved, err = save(tx, n); err != nil || len(n.Pictures) == 0 {
			return err
		}
		_, err = blob.Publish(tx, caller(ctx).UserID, n.Pictures, pictureField)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.oneVillage(ctx, saved)
}

// listServedVillages are those whose produce the acting cooperative may sell.
func (s *Server) listServedVillages(ctx context.Context, _ *struct{}) (*body[list[VillageRefJSON]], error) {
	found, err := village.List(s.DB.Read(ctx), village.Filter{ServedBy: acting(ctx).OrgID, Limit: org.MaxVillages})
	out := &body[list[VillageRefJSON]]{list[VillageRefJSON]{Items: []VillageRefJSON{}}}
	for _, v := range found {
		out.Body.Items = append(out.Body.Items, VillageRefJSON{v.ID.String(), v.Name, v.Township})
	}
	return out, err
}

// ServedJSON is which villages a cooperative serves.
type ServedJSON struct {
	VillageIDs []string `json:"village_ids" maxItems:"1000"`
}

type serveIn struct {
	PathID
	Body ServedJSON
}

func (s *Server) serveVillages(ctx context.Context, in *serveIn) (*body[ServedJSON], error) {
	cooperative, err := in.PathID.parse(village.ErrNoCooperative)
	if err != nil {
		return nil, err
	}
	villages := make([]id.ID, len(in.Body.VillageIDs))
	for i, text := range in.Body.VillageIDs {
		if villages[i], err = parseID(text, index("village_ids", i)); err != nil {
			return nil, err
		}
	}
	err = s.DB.InTx(ctx, func(tx *storage.Tx) error {
		if err := catalog.Serve(tx, actor(ctx), cooperative, villages); err != nil {
			return err
		}
		return org.NotInsider(tx, actor(ctx).UserID, cooperative)
	})
	if err != nil {
		return nil, err
	}
	served, err := village.ServedBy(s.DB.Read(ctx), cooperative)
	out := ServedJSON{VillageIDs: []string{}}
	for _, villageID := range served {
		out.VillageIDs = append(out.VillageIDs, villageID.String())
	}
	return &body[ServedJSON]{out}, err
}
