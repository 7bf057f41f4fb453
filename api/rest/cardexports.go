package rest

import (
	"context"
	"mime"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zique/internal/cardsale"
	"zique/internal/id"
	"zique/internal/storage"
)

// CardExportJSON is a file of card codes.
type CardExportJSON struct {
	ID         string     `json:"id"`
	BatchID    string     `json:"batch_id"`
	Format     string     `json:"format" enum:"json,xlsx,pdf"`
	Status     string     `json:"status" enum:"awaiting_approval,refused,making,ready,expired"`
	ApprovalID string     `json:"approval_id"`
	Cards      int64      `json:"cards"`
	Mine       bool       `json:"mine" doc:"the caller asked: somebody else approves"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty" doc:"of the file"`
}

func cardExportJSON(ctx context.Context, x cardsale.Export) CardExportJSON {
	return CardExportJSON{ID: x.ID.String(), BatchID: x.BatchID.String(), Format: x.Format, Status: x.Status, ApprovalID: x.ApprovalID.String(), Cards: x.Cards,
		Mine: x.AskedBy == caller(ctx).UserID, CreatedAt: x.CreatedAt.Time(), ExpiresAt: instant(x.ExpiresAt)}
}

// site is the host that a call came to.
type site struct{ host string }

// Resolve reads it, as huma.Resolver.
func (s *site) Resolve(ctx huma.Context) []error {
	s.host = ctx.Host()
	return nil
}

func (s *Server) origin(at site) string {
	if s.LocalOnly {
		return "http://" + at.host
	}
	return "https://" + at.host
}

type askExportIn struct {
	PathID
	site
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Format      string `json:"format" maxLength:"10" doc:"json or pdf, in a zip with AES encryption, or xlsx"`
		Password    string `json:"password" maxLength:"100" doc:"12 to 64 visible ASCII characters; the file is encrypted under it, and it is not kept"`
		OnlyMissing bool   `json:"only_missing,omitempty" doc:"only cards that have no code, as after rekeying: the codes of the others live on"`
	}
}

func (s *Server) askExport(ctx context.Context, in *askExportIn) (*stored, error) {
	batchID, err := in.parse(cardsale.ErrNotFound)
	if err != nil {
		return nil, err
	}
	named := in.Body
	named.Password = s.Keys.Lookup("export-password", named.Password) // what stands in the table of keys tells nothing of it
	key, err := keyFor(ctx, "ask-card-export", base+"/ent/card-batches/"+in.ID+"/exports", in.Key, named)
	if err != nil {
		return nil, err
	}
	return s.once(ctx, key, func(tx *storage.Tx) (any, id.ID, error) {
		asked, err := s.CardExports.Ask(tx, actor(ctx), batchID, cardsale.ExportOrder{Format: in.Body.Format, Password: in.Body.Password, OnlyMissing: in.Body.OnlyMissing, Origin: s.origin(in.site)})
		return cardExportJSON(ctx, asked), asked.ID, err
	})
}

type batchExportsIn struct {
	PathID
	Paging
}

func (s *Server) listExports(ctx context.Context, in *batchExportsIn) (*body[list[CardExportJSON]], error) {
	batch, err := s.batchOf(ctx, in.PathID)
	if err != nil {
		return nil, err
	}
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := cardsale.ListExports(s.DB.Read(ctx), s.DB.Now(), acting(ctx).OrgID, batch.ID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(x cardsale.Export) string { return x.ID.String() })
	out := &body[list[CardExportJSON]]{list[CardExportJSON]{Items: []CardExportJSON{}, NextCursor: next}}
	for _, x := range page {
		out.Body.Items = append(out.Body.Items, cardExportJSON(ctx, x))
	}
	return out, nil
}

func (s *Server) exportOf(ctx context.Context, in PathID) (cardsale.Export, error) {
	exportID, err := in.parse(cardsale.ErrNoExport)
	if err != nil {
		return cardsale.Export{}, err
	}
	return cardsale.GetExport(s.DB.Read(ctx), s.DB.Now(), acting(ctx).OrgID, exportID)
}

func (s *Server) getExport(ctx context.Context, in *PathID) (*body[CardExportJSON], error) {
	found, err := s.exportOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	return &body[CardExportJSON]{cardExportJSON(ctx, found)}, nil
}

func (s *Server) approveExport(ctx context.Context, in *PathID) (*body[CardExportJSON], error) {
	found, err := s.exportOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	if _, err := s.Approvals.Decide(ctx, s.DB, actor(ctx), found.ApprovalID, true, ""); err != nil {
		return nil, err
	}
	return s.getExport(ctx, in)
}

func (s *Server) exportFile(ctx context.Context, in *PathID) (*attachment, error) {
	exportID, err := in.parse(cardsale.ErrNoExport)
	if err != nil {
		return nil, err
	}
	out := &attachment{ContentType: "application/octet-stream"}
	return out, s.DB.InTx(ctx, func(tx *storage.Tx) error {
		content, name, err := s.CardExports.Content(tx, actor(ctx), exportID)
		out.Body, out.Disposition = content, mime.FormatMediaType("attachment", map[string]string{"filename": name})
		return err
	})
}

type rekeyIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		CardIDs []string `json:"card_ids" maxItems:"1000"`
	}
}

// RekeyedJSON is how many cards have no code any more.
type RekeyedJSON struct {
	Rekeyed int `json:"rekeyed" doc:"cards whose codes are dead; the next export makes new ones"`
}

func (s *Server) rekeyCards(ctx context.Context, in *rekeyIn) (*stored, error) {
	key, err := keyFor(ctx, "rekey-cards", base+"/ent/cards/rekey", in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	ids, err := distinctIDs("card_ids", in.Body.CardIDs)
	if err != nil {
		return nil, err
	}
	return s.once(ctx, key, func(tx *storage.Tx) (any, id.ID, error) {
		if err := cardsale.Rekey(tx, actor(ctx), ids); err != nil {
			return nil, 0, err
		}
		return RekeyedJSON{len(ids)}, ids[0], nil
	})
}

// distinctIDs reads ids, none of which may be named twice.
func distinctIDs(field string, texts []string) ([]id.ID, error) {
	seen := map[id.ID]bool{}
	var ids []id.ID
	for i, text := range texts {
		parsed, err := parseID(text, index(field, i))
		if err != nil {
			return nil, err
		}
		if seen[parsed] {
			return nil, invalid(index(field, i), "repeated", "this is named twice")
		}
		seen[parsed], ids = true, append(ids, parsed)
	}
	return ids, nil
}
