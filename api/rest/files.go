package rest

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"zique/internal/attempt"
	"zique/internal/audit"
	"zique/internal/blob"
	"zique/internal/fault"
	"zique/internal/identity"
	"zique/internal/org"
	"zique/internal/storage"
)

// What one user may send.
const (
	largestUpload = 32 << 20 // bytes read at the most: beyond a file's own limit, so that its sender hears why
	uploadTime    = 3 * time.Minute
)

var uploadRate = attempt.Limit{Max: 200, Window: time.Hour}

// How long browsers keep a file. Its bytes never change, but who may see it does: a
// picture can be taken down, which caches learn within five minutes, and of what is
// private nothing stays on a computer that others use too.
const (
	keepPublic  = "public, max-age=300, must-revalidate"
	keepPrivate = "private, no-store"
)

// UploadedJSON is a file that was taken in.
type UploadedJSON struct {
	FileID    string `json:"file_id"`
	Kind      string `json:"kind" enum:"image,document,sheet"`
	MediaType string `json:"media_type" doc:"of what is kept: images are encoded anew"`
	Name      string `json:"name"`
	Bytes     int64  `json:"bytes"`
	Width     int    `json:"width,omitempty"`
	Height    int    `json:"height,omitempty"`
}

// RawRequest hands the request itself to a handler that reads the body, or writes the
// answer, as a stream.
type RawRequest struct{ gin *gin.Context }

// Resolve is what huma calls before the handler.
func (r *RawRequest) Resolve(ctx huma.Context) []error {
	r.gin = humagin.Unwrap(ctx)
	return nil
}

// uploads registers the one call whose body is not JSON.
func uploads(on registrar, path, name string, who access, h handler[RawRequest, body[UploadedJSON]]) {
	form := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"file"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary",
			Description: "JPEG, PNG, GIF or WebP (at most 15 MB, 40 megapixels, 12,000 pixels a side); PDF, XLSX or CSV (at most 10 MB)"}},
	}
	on.within = uploadTime + answerTime
	post(on, path, name, who, http.StatusCreated, h)
	// Described afterwards: a body that huma knows of when it registers, it reads itself.
	on.api.OpenAPI().Paths[base+path].Post.RequestBody = &huma.RequestBody{
		Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: form}},
	}
}

// downloads registers a call that answers a file's bytes.
func downloads[I any](on registrar, path, name string, who access, h handler[I, streamed]) {
	content := map[string]*huma.MediaType{}
	for _, mediaType := range blob.MediaTypes {
		content[mediaType] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	register(on, huma.Operation{
		Method: http.MethodGet, Path: path, OperationID: name,
		Responses: map[string]*huma.Response{"200": {Description: "The bytes.", Content: content}},
	}, who, h)
}

type streamed struct{ Body func(huma.Context) }

func (s *Server) upload(ctx context.Context, in *RawRequest) (*body[UploadedJSON], error) {
	user := caller(ctx).UserID
	if _, err := attempt.Begin(ctx, s.DB, uploadRate, "upload:"+user.String()); err != nil {
		return nil, err
	}
	f, err := s.receive(ctx, in.gin)
	if err != nil {
		_, _ = io.Copy(io.Discard, in.gin.Request.Body) // a sender who is still sending would not hear the answer
		return nil, err
	}
	return &body[UploadedJSON]{uploadedJSON(f)}, nil
}

func uploadedJSON(f blob.File) UploadedJSON {
	return UploadedJSON{
		FileID: f.ID.String(), Kind: f.Kind, MediaType: f.MediaType, Name: f.Name, Bytes: f.Bytes, Width: f.Width, Height: f.Height,
	}
}

// receive reads a form that consists of one file and nothing else.
func (s *Server) receive(ctx context.Context, c *gin.Context) (blob.File, error) {
	until, connection := time.Now().Add(uploadTime), http.NewResponseController(c.Writer)
	_ = connection.SetReadDeadline(until) // where this cannot be set, the server's own deadlines stay
	_ = connection.SetWriteDeadline(until.Add(answerTime))
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, largestUpload)
	parts, err := c.Request.MultipartReader()
	if err != nil {
		return blob.File{}, newProblem(ctx, http.StatusUnsupportedMediaType, codeOf[http.StatusUnsupportedMediaType], "send the file as multipart/form-data")
	}
	part, err := parts.NextPart()
	var malformed textproto.ProtocolError
	switch {
	case errors.As(err, &malformed): // a header of the part, of which the name is the only one that people make
		return blob.File{}, blob.ErrName
	case err == io.EOF:
		return blob.File{}, errNoFile
	case err != nil:
		return blob.File{}, unreadable(err)
	case part.FormName() != "file":
		return blob.File{}, errOnlyFile
	}
	name := givenName(part)
	if name == "" {
		return blob.File{}, errNoFile
	}
	return s.Files.Put(ctx, s.DB, caller(ctx).UserID, name, &onlyPart{part, parts})
}

// givenName is the file's name as it was sent: Part.FileName cuts a path off silently.
func givenName(part *multipart.Part) string {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	return params["filename"]
}

// answerTime is what is left to decode and answer after the last byte came in.
const answerTime = time.Minute

var (
	errNoFile   = fault.InvalidField("file", "required", "there is no file in the form")
	errOnlyFile = fault.InvalidField("file", "only_one", "the form must hold one file, in the field file, and nothing else")
)

// onlyPart reads the part, and fails at its end if it is not the form's last.
type onlyPart struct {
	part  *multipart.Part
	parts *multipart.Reader
}

func (p *onlyPart) Read(into []byte) (int, error) {
	n, err := p.part.Read(into)
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		return n, unreadable(err)
	}
	switch _, err := p.parts.NextPart(); err {
	case io.EOF: // bare: the form's end; a form that is cut off answers a wrapped one
		return n, io.EOF
	case nil:
		return n, errOnlyFile
	default:
		return n, unreadable(err)
	}
}

func unreadable(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return blob.ErrTooLarge
	}
	return fault.InvalidField("file", "cut_off", "the form cannot be read to its end")
}

// FileInput names a file and how large it is wanted.
type FileInput struct {
	PathID
	Size string `query:"size" enum:"full,thumb" default:"full" doc:"thumb: at most 400 pixels a side, only for images"`
}

func (s *Server) download(ctx context.Context, in *FileInput) (*streamed, error) {
	fileID, err := in.parse(blob.ErrNotFound)
	if err != nil {
		return nil, err
	}
	f, err := blob.Get(s.DB.Read(ctx), fileID)
	if err != nil {
		return nil, err
	}
	if err := s.maySee(ctx, f); err != nil {
		return nil, err
	}
	thumb := in.Size == "thumb"
	if thumb && f.Kind != blob.Image {
		return nil, invalid("size", "no_thumbnail", "only images have a thumbnail")
	}
	opened, err := s.Files.Open(f, thumb)
	if err != nil {
		return nil, err
	}
	return &streamed{func(ctx huma.Context) {
		defer opened.Close()
		c := humagin.Unwrap(ctx)
		describeFile(c.Writer.Header(), f, thumb)
		http.ServeContent(c.Writer, c.Request, "", time.Time{}, opened)
	}}, nil
}

// maySee fails with blob.ErrNotFound, as if the file were not there, unless it is public,
// the caller's own, or given to an organisation: its members read what their role needs,
// and operators what the organisation once handed in, which the audit log tells.
func (s *Server) maySee(ctx context.Context, f blob.File) error {
	who := caller(ctx)
	if f.Public || (who.UserID != 0 && f.OwnerID == who.UserID) {
		return nil
	}
	if who.UserID == 0 || f.OrgID == 0 {
		return blob.ErrNotFound
	}
	may, err := org.MayRead(s.DB.Read(ctx), f, who.UserID)
	if err != nil || may {
		return err
	}
	if !who.Has(identity.RoleOperator) {
		return blob.ErrNotFound
	}
	return s.inspectFile(ctx, f)
}

// inspectFile lets an operator read a file, and leaves a row that says so.
func (s *Server) inspectFile(ctx context.Context, f blob.File) error {
	return s.DB.InTx(ctx, func(tx *storage.Tx) error {
		if handedIn, err := org.HandedIn(tx.DB, f.OrgID); err != nil {
			return err
		} else if !handedIn {
			return blob.ErrNotFound
		}
		return audit.Write(tx, actor(ctx).About(f.OrgID), audit.Change{Action: "file.read", Subject: "file", SubjectID: f.ID,
			After: map[string]string{"org_id": f.OrgID.String()}})
	})
}

// describeFile makes sure that nothing in a file ever runs as a page of ours.
func describeFile(h http.Header, f blob.File, thumb bool) {
	disposition, tag := "attachment", f.SHA256
	if f.Kind == blob.Image {
		disposition = "inline"
	}
	if thumb {
		tag += "-thumb"
	}
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", `"`+tag+`"`)
	h.Set("Cache-Control", keepPublic)
	if !f.Public {
		h.Set("Cache-Control", keepPrivate)
		h.Set("Vary", "Authorization")
	}
}
