package rest

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/pii"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
)

// AuditJSON is one row of the audit log.
type AuditJSON struct {
	ID        string          `json:"id"`
	Action    string          `json:"action" example:"organisation.submitted"`
	ActorID   string          `json:"actor_id,omitempty" doc:"absent where the program itself acted"`
	ActorName string          `json:"actor_name,omitempty" doc:"masked for auditors"`
	OrgID     string          `json:"org_id,omitempty" doc:"the organisation acted for"`
	OrgName   string          `json:"org_name,omitempty"`
	AboutID   string          `json:"about_org_id,omitempty" doc:"the organisation that it is about"`
	AboutName string          `json:"about_org_name,omitempty"`
	Subject   string          `json:"subject" example:"organisation"`
	SubjectID string          `json:"subject_id"`
	Before    json.RawMessage `json:"before"`
	After     json.RawMessage `json:"after"`
	Reason    string          `json:"reason"`
	Peer      string          `json:"peer" doc:"the caller's address; masked for auditors"`
	RequestID string          `json:"request_id"`
	CreatedAt time.Time       `json:"created_at"`
}

func auditJSON(e audit.Entry, v veil) AuditJSON {
	if v.drawn {
		e.Peer = pii.MaskPeer(e.Peer)
	}
	return AuditJSON{
		ID: e.ID.String(), Action: e.Action, ActorID: idOrNone(e.ActorID), ActorName: v.name(e.ActorName), OrgID: idOrNone(e.OrgID), OrgName: e.OrgName,
		AboutID: idOrNone(e.AboutOrgID), AboutName: e.AboutOrgName, Subject: e.Subject, SubjectID: e.SubjectID.String(), Before: json.RawMessage(v.held(e.BeforeJSON)), After: json.RawMessage(v.held(e.AfterJSON)),
		Reason: v.text(e.Reason), Peer: e.Peer, RequestID: e.RequestID, CreatedAt: e.CreatedAt.Time(),
	}
}

// auditsJSON shows rows of the log, also to who only looks on.
func auditsJSON(view *gorm.DB, rows []audit.Entry, looksOn bool) ([]AuditJSON, error) {
	veiled := make([]veil, len(rows))
	if looksOn {
		var err error
		if veiled, err = drawn(audit.NamedIn(view, rows)); err != nil {
			return nil, err
		}
	}
	out := make([]AuditJSON, len(rows))
	for i, e := range rows {
		out[i] = auditJSON(e, veiled[i])
	}
	return out, nil
}

// idOrNone leaves an id that is 0 out of the answer.
func idOrNone(i id.ID) string {
	if i == 0 {
		return ""
	}
	return i.String()
}

// AuditFilter narrows the log.
type AuditFilter struct {
	Action    string    `query:"action" maxLength:"60" pattern:"^[a-z_.]*$" patternDescription:"an action, as in organisation.submitted"`
	Subject   string    `query:"subject" maxLength:"40" pattern:"^[a-z_]*$" patternDescription:"a kind of subject, as in organisation"`
	SubjectID string    `query:"subject_id" maxLength:"20"`
	ActorID   string    `query:"actor_id" maxLength:"20"`
	OrgID     string    `query:"org_id" maxLength:"20" doc:"what was done for an organisation or to it"`
	RequestID string    `query:"request_id" maxLength:"40" pattern:"^[A-Za-z0-9_-]*$" patternDescription:"a request id"`
	Since     time.Time `query:"since" doc:"inclusive"`
	Until     time.Time `query:"until" doc:"exclusive"`
}

func (in AuditFilter) filter() (f audit.Filter, err error) {
	f = audit.Filter{Action: in.Action, Subject: in.Subject, RequestID: in.RequestID}
	for _, ref := range []struct {
		value, field string
		into         *id.ID
	}{{in.SubjectID, "subject_id", &f.SubjectID}, {in.ActorID, "actor_id", &f.ActorID}, {in.OrgID, "org_id", &f.OrgID}} {
		if ref.value == "" {
			continue
		}
		if *ref.into, err = parseID(ref.value, ref.field); err != nil {
			return f, err
		}
	}
	if !in.Until.IsZero() && in.Until.Before(in.Since) {
		return f, invalid("until", "range", "the end is not before the beginning")
	}
	if !in.Since.IsZero() {
		f.Since = clock.FromTime(in.Since)
	}
	if !in.Until.IsZero() {
		f.Until = clock.FromTime(in.Until)
	}
	return f, nil
}

type auditIn struct {
	Paging
	AuditFilter
}

func (s *Server) listAudit(ctx context.Context, in *auditIn) (*body[list[AuditJSON]], error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	if f.BeforeID, err = in.after(); err != nil {
		return nil, err
	}
	f.Limit = in.Limit + 1
	found, err := audit.List(s.DB.Read(ctx), f)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(e audit.Entry) string { return e.ID.String() })
	items, err := auditsJSON(s.DB.Read(ctx), page, lookingOn(ctx))
	return &body[list[AuditJSON]]{list[AuditJSON]{Items: items, NextCursor: next}}, err
}

// exportPage is how many rows of the log are read and sent at once, each page within the
// time that an answer has otherwise: a long log takes as long as it takes.
const exportPage = 1000

func (s *Server) exportAudit(ctx context.Context, in *struct{ AuditFilter }) (*huma.StreamResponse, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	looksOn := lookingOn(ctx)
	err = s.DB.InTx(ctx, func(tx *storage.Tx) error {
		return audit.Write(tx, actor(ctx), audit.Change{Action: "audit.exported", Subject: "user", SubjectID: caller(ctx).UserID, After: in.AuditFilter.given()})
	})
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", "text/csv; charset=utf-8")
		out.SetHeader("Content-Disposition", `attachment; filename="audit.csv"`)
		out.SetHeader("Cache-Control", "no-store")
		to, buffer := patientWith(out)
		to.end(ctx, out, s.writeAudit(out.Context(), buffer, f, looksOn))
	}}, nil
}

// given is what the filter asks for.
func (in AuditFilter) given() map[string]string {
	all := map[string]string{"action": in.Action, "subject": in.Subject, "subject_id": in.SubjectID, "actor_id": in.ActorID, "org_id": in.OrgID, "request_id": in.RequestID}
	for field, at := range map[string]time.Time{"since": in.Since, "until": in.Until} {
		if !at.IsZero() {
			all[field] = at.UTC().Format(time.RFC3339)
		}
	}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

func (s *Server) writeAudit(ctx context.Context, out io.Writer, f audit.Filter, looksOn bool) error {
	rows := spreadsheet.NewStream(out)
	rows.Row("time", "action", "actor", "organisation", "about", "subject", "subject_id", "before", "after", "reason", "peer", "request_id")
	for f.Limit = exportPage; ; {
		found, err := audit.List(s.DB.Read(ctx), f)
		if err != nil {
			return err
		}
		page, err := auditsJSON(s.DB.Read(ctx), found, looksOn)
		if err != nil {
			return err
		}
		for i, shown := range page {
			rows.Row(shown.CreatedAt.Format(time.RFC3339), shown.Action, shown.ActorName, shown.OrgName, shown.AboutName, shown.Subject,
				shown.SubjectID, string(shown.Before), string(shown.After), shown.Reason, shown.Peer, shown.RequestID)
			f.BeforeID = found[i].ID
		}
		if err := rows.Flush(); err != nil || len(found) < exportPage {
			return err
		}
	}
}
