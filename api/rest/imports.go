package rest

import (
	"context"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zique/internal/blob"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/imports"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
	"zique/internal/village"
)

// attachment is a file that the browser saves.
type attachment struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

var mediaTypes = map[spreadsheet.Format]string{
	spreadsheet.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	spreadsheet.CSV:  "text/csv; charset=utf-8",
}

// download registers a call that answers a file.
func download[I any](on registrar, path, name string, who access, h handler[I, attachment]) {
	register(on, huma.Operation{Method: http.MethodGet, Path: path, OperationID: name, Responses: map[string]*huma.Response{"200": {
		Description: "The file.",
		Content:     map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}}, who, h)
}

func attach(name string, content []byte) (*attachment, error) {
	format, err := spreadsheet.FormatOf("", content)
	if err != nil {
		return nil, err
	}
	return &attachment{
		ContentType: mediaTypes[format],
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": name}),
		Body:        content,
	}, nil
}

type templateIn struct {
	Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
}

func (s *Server) villageTemplate(_ context.Context, in *templateIn) (*attachment, error) {
	content, err := village.Table.Template(spreadsheet.Format(in.Format))
	if err != nil {
		return nil, err
	}
	return attach("villages."+in.Format, content)
}

// ImportJSON is an import of villages and how far it is.
type ImportJSON struct {
	ID          string            `json:"id"`
	Status      string            `json:"status" enum:"queued,running,done,failed"`
	DryRun      bool              `json:"dry_run"`
	Done        int64             `json:"done" doc:"rows"`
	Total       int64             `json:"total" doc:"rows; 0 until the file is read"`
	Added       int64             `json:"added" doc:"villages"`
	ErrorsTotal int               `json:"errors_total"`
	Errors      []ImportErrorJSON `json:"errors" doc:"the first 100"`
	Error       string            `json:"error,omitempty" doc:"why it failed: a code, as of a problem"`
	CreatedAt   time.Time         `json:"created_at"`
	FinishedAt  *time.Time        `json:"finished_at,omitempty"`
}

// ImportErrorJSON is one thing that is wrong in a file.
type ImportErrorJSON struct {
	Row       int    `json:"row" doc:"as the user sees it, from 1; 0 is the file as a whole"`
	Column    string `json:"column" doc:"its title, or its letters where the title is not known"`
	Code      string `json:"code"`
	Message   string `json:"message"`
	MessageZh string `json:"message_zh"`
}

const shownErrors = 100

func importJSON(i imports.Import) ImportJSON {
	out := ImportJSON{
		ID: i.ID.String(), Status: i.Status, DryRun: i.DryRun, Done: i.Done, Total: i.Total, Added: i.Counts["added"],
		ErrorsTotal: i.Report.Total, Errors: []ImportErrorJSON{}, Error: i.Error, CreatedAt: i.CreatedAt.Time(), FinishedAt: instant(i.FinishedAt),
	}
	for _, e := range i.Report.Errors[:min(shownErrors, len(i.Report.Errors))] {
		out.Errors = append(out.Errors, ImportErrorJSON(e))
	}
	return out
}

type importIn struct {
	FileID string `json:"file_id" maxLength:"20" doc:"an uploaded XLSX or CSV file"`
	DryRun bool   `json:"dry_run" doc:"only check every row"`
}

func (s *Server) importVillages(ctx context.Context, in *body[importIn]) (*body[ImportJSON], error) {
	started, err := s.startImport(ctx, village.Imports, in)
	return &body[ImportJSON]{importJSON(started)}, err
}

// startImport begins an import of a file of the caller's.
func (s *Server) startImport(ctx context.Context, kind imports.Kind, in *body[importIn]) (started imports.Import, err error) {
	fileID, err := s.importable(ctx, in.Body.FileID)
	if err != nil {
		return started, err
	}
	return started, s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		started, err = kind.Start(tx, actor(ctx), fileID, in.Body.DryRun)
		return err
	})
}

// importable answers the caller's own uploaded table.
func (s *Server) importable(ctx context.Context, text string) (id.ID, error) {
	fileID, err := parseID(text, "file_id")
	if err != nil {
		return 0, err
	}
	f, err := blob.Get(s.DB.Read(ctx), fileID)
	if fault.IsKind(err, fault.NotFound) || (err == nil && (f.Kind != blob.Sheet || f.OwnerID != caller(ctx).UserID)) {
		err = invalid("file_id", "unknown", "this is not a file of yours that can be imported")
	}
	return fileID, err
}

func (s *Server) importOf(ctx context.Context, kind imports.Kind, in *PathID) (imports.Import, error) {
	importID, err := in.parse(imports.ErrNotFound)
	if err != nil {
		return imports.Import{}, err
	}
	return kind.Get(s.DB.Read(ctx), importID)
}

// importFile answers an import's file with what is wrong beside each row.
func (s *Server) importFile(ctx context.Context, kind imports.Kind, in *PathID) (*attachment, error) {
	found, err := s.importOf(ctx, kind, in)
	if err != nil {
		return nil, err
	}
	content, name, err := kind.WithErrors(ctx, found, s.Sheets)
	if err != nil {
		return nil, err
	}
	return attach(name, content)
}

func (s *Server) getVillageImport(ctx context.Context, in *PathID) (*body[ImportJSON], error) {
	found, err := s.importOf(ctx, village.Imports, in)
	return &body[ImportJSON]{importJSON(found)}, err
}

func (s *Server) villageImportFile(ctx context.Context, in *PathID) (*attachment, error) {
	return s.importFile(ctx, village.Imports, in)
}
