// Package rest is the edge: HTTP in, domain calls, JSON out. Only this package knows
// HTTP. Wire types stand beside their handlers; routes.go shows the whole API.
package rest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	pathpkg "path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/bank"
	"zique/internal/blob"
	"zique/internal/bulkorder"
	"zique/internal/cardsale"
	"zique/internal/cart"
	"zique/internal/certificate"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/imports"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/outbox"
	"zique/internal/payment"
	"zique/internal/payment/localpay"
	"zique/internal/pii"
	"zique/internal/prepaid"
	"zique/internal/procurement"
	"zique/internal/redemption"
	"zique/internal/rulepack"
	"zique/internal/settlement"
	"zique/internal/share"
	"zique/internal/staff"
	"zique/internal/storage"
)

// Server is everything that the handlers call.
type Server struct {
	DB           *storage.DB
	Redis        *storage.Redis
	People       *identity.Service
	Keys         *pii.Keyring
	Carts        cart.Store
	Codes        aidcard.Codes
	RulePacks    rulepack.Packs
	Cards        *aidcard.Service
	Checkout     *order.Committer
	Lifecycle    order.Lifecycle
	Gateways     payment.Gateways  // what cards leave is paid through these
	DemoPay      *localpay.Service // in demo mode: a gateway that plays the others
	Bank         *bank.Service
	CardSales    *cardsale.Service
	Funds        *prepaid.Desk
	Purchases    *procurement.Service
	CardExports  *cardsale.Exports
	Bulk         *bulkorder.Service
	Redemptions  *redemption.Service
	Payee        Payee // of bank transfers
	Files        *blob.Store
	Orgs         *org.Service
	Approvals    *approval.Desk
	Staff        *staff.Service
	ShareRules   *share.Desk
	Settlements  *settlement.Service
	Certificates *certificate.Desk
	Sheets       imports.FileSource // what imports read
	Demo         bool
	Site         fs.FS             // the built storefront
	Packed       map[string][]byte // files of Site, packed with gzip

	MetricsToken string // "": only programs on this machine may read /metrics, and only with LocalOnly
	LocalOnly    bool   // the program listens on a loopback address
}

const (
	base        = "/api/v1"
	largestBody = 1 << 20
	largestList = 16 << 20
	stuckAfter  = 5 * time.Minute // an event waits longer than that only if something is wrong
)

// Handler builds the router. The second value is the API's description.
func (s *Server) Handler() (http.Handler, *huma.OpenAPI) {
	speakProblems()
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	_ = engine.SetTrustedProxies(nil) // nil cannot fail: forwarding headers are never believed
	engine.HandleMethodNotAllowed = true
	engine.Use(identify)
	s.metrics(engine)
	engine.Use(recovered, once)
	api := humagin.New(engine, apiConfig())
	s.routes(api)
	s.health(engine)
	s.docs(engine, api.OpenAPI())
	engine.NoMethod(func(c *gin.Context) {
		writeProblem(c, newProblem(c.Request.Context(), http.StatusMethodNotAllowed, "method_not_allowed", "this address has no such method"))
	})
	engine.NoRoute(s.site())
	return asGet(packed(engine)), api.OpenAPI()
}

// asGet answers HEAD like GET; the server leaves the body out.
func asGet(engine http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.WithContext(r.Context()) // a copy
			r.Method = http.MethodGet
		}
		engine.ServeHTTP(w, r)
	})
}

func apiConfig() huma.Config {
	config := huma.DefaultConfig("Zique Market (紫鹊集)", "1")
	config.Info.Description = "Money is in fen (`…_fen`), ids are strings, times are UTC. Errors are application/problem+json with a stable `code`."
	config.DocsPath, config.OpenAPIPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema in answers
	strict := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: readStrictly}
	config.Formats = map[string]huma.Format{"application/json": strict, "json": strict}
	config.RejectUnknownQueryParameters = true
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"}}
	return config
}

type contextKey int

const (
	requestKey contextKey = iota
	callerKey
	actingKey
)

// request is what is known of each before anything is asked about it.
type request struct{ id, peer, userAgent string }

// everywhere are headers of every answer.
var everywhere = http.Header{
	"X-Content-Type-Options": {"nosniff"},
	"Referrer-Policy":        {"same-origin"},
	"X-Frame-Options":        {"DENY"},
}

// identify gives every request an id, and remembers the peer's address.
func identify(c *gin.Context) {
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails
	requestID := hex.EncodeToString(raw)
	c.Header("X-Request-Id", requestID)
	maps.Copy(c.Writer.Header(), everywhere)
	if c.GetHeader("Authorization") != "" || strings.HasPrefix(c.Request.URL.Path, base+"/auth/") {
		c.Header("Cache-Control", "no-store")
	}
	known := request{requestID, c.ClientIP(), c.Request.UserAgent()}
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), requestKey, known))
	c.Next()
}

// once refuses what is said twice, since it is not for us to choose, and in the address
// what is no text: the engines differ in what they make of it.
func once(c *gin.Context) {
	var wrong fault.Problems
	if len(c.Request.Header.Values("Idempotency-Key")) > 1 {
		wrong.Add("Idempotency-Key", "duplicate", "send one key")
	}
	if query := c.Request.URL.RawQuery; strings.HasPrefix(c.Request.URL.Path, base) && query != "" {
		for name, values := range c.Request.URL.Query() {
			if len(values) > 1 {
				wrong.Add(name, "duplicate", "this parameter stands in the address twice")
			}
			if !utf8.ValidString(values[0]) || strings.ContainsFunc(values[0], unicode.IsControl) {
				wrong.Add(name, "not_text", "control characters and broken letters are not taken")
			}
		}
	}
	if err := wrong.Err(); err != nil {
		writeProblem(c, problemOf(c.Request.Context(), err))
		return
	}
	c.Next()
}

func requestID(ctx context.Context) string { return known(ctx).id }

func peer(ctx context.Context) string { return known(ctx).peer }

// device is the name of the caller's device.
func device(ctx context.Context) string { return identity.Device(known(ctx).userAgent) }

func known(ctx context.Context) request {
	value, _ := ctx.Value(requestKey).(request)
	return value
}

// caller is who is signed in; routes that are not public have one.
func caller(ctx context.Context) identity.Caller {
	value, _ := ctx.Value(callerKey).(identity.Caller)
	return value
}

func recovered(c *gin.Context) {
	defer func() {
		if p := recover(); p != nil {
			ctx := c.Request.Context()
			slog.ErrorContext(ctx, "panic", "request_id", requestID(ctx), "panic", p)
			writeProblem(c, newProblem(ctx, http.StatusInternalServerError, "internal", "something went wrong on our side"))
		}
	}()
	c.Next()
}

func writeProblem(c *gin.Context, p *Problem) {
	for name, values := range p.GetHeaders() {
		c.Header(name, values[0])
	}
	c.Header("Content-Type", p.ContentType(""))
	c.AbortWithStatusJSON(p.Status, p)
}

// health answers orchestrators: alive, and ready when both engines answer.
func (s *Server) health(engine *gin.Engine) {
	engine.GET("/livez", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) })
	engine.GET("/readyz", func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), 2*time.Second)
		defer cancel()
		checks, status := gin.H{"database": "ok", "redis": "ok", "events": "ok"}, http.StatusOK
		for name, ping := range map[string]func(context.Context) error{
			"database": s.DB.Ping,
			"redis":    func(ctx context.Context) error { return s.Redis.Ping(ctx).Err() },
		} {
			if err := ping(ctx); err != nil {
				checks[name], status = "away", http.StatusServiceUnavailable
				c.Header("Retry-After", "2")
			}
		}
		// Events that nobody takes are for people to look into: the program goes on serving.
		if stuck, oldest, err := outbox.Stuck(s.DB.Read(ctx), s.DB.Now().Add(-stuckAfter)); err == nil && stuck > 0 {
			checks["events"], checks["events_stuck"], checks["oldest_event_at"] = "stuck", stuck, oldest.Time()
		}
		c.JSON(status, checks)
	})
}

// sitePolicy lets pages load nothing but what this program serves.
const sitePolicy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// site serves the storefront: files as they are, any other page its index.
func (s *Server) site() gin.HandlerFunc {
	files, tags := http.FileServerFS(s.Site), tagged(s.Site)
	return func(c *gin.Context) {
		path := c.Request.URL.Path
		if strings.HasPrefix(path, "/api/") || (c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead) {
			writeProblem(c, newProblem(c.Request.Context(), http.StatusNotFound, "not_found", "there is nothing at this address"))
			return
		}
		name := strings.TrimPrefix(path, "/")
		if info, err := fs.Stat(s.Site, name); err != nil || info.IsDir() {
			if strings.HasPrefix(name, "assets/") || strings.HasPrefix(name, "demo/") || pathpkg.Ext(name) != "" {
				writeProblem(c, newProblem(c.Request.Context(), http.StatusNotFound, "not_found", "there is nothing at this address"))
				return
			}
			c.Request.URL.Path, name = "/", "index.html"
		}
		c.Header("Cache-Control", "no-cache")
		c.Header("Content-Security-Policy", sitePolicy)
		if tag := tags[name]; tag != "" {
			c.Header("ETag", tag)
		}
		if strings.HasPrefix(name, "assets/") {
			c.Header("Cache-Control", "public, max-age=31536000, immutable") // the name holds a hash
		}
		c.Status(http.StatusOK)
		if packed := s.Packed[name]; packed != nil && path != "/index.html" && takesGzip(c.Request) {
			c.Header("Content-Encoding", "gzip")
			http.ServeContent(c.Writer, c.Request, name, time.Time{}, bytes.NewReader(packed))
			return
		}
		files.ServeHTTP(c.Writer, c.Request)
	}
}

// tagged are weak ETags of the files, which have no dates; weak, since they also go out packed.
func tagged(site fs.FS) map[string]string {
	tags := map[string]string{}
	_ = fs.WalkDir(site, ".", func(name string, entry fs.DirEntry, err error) error { // the files are in this program
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(site, name)
		tags[name] = fmt.Sprintf(`W/"%x"`, sha256.Sum256(content))[:20] + `"`
		return err
	})
	return tags
}

// wrongIDs reads the ids of a request and remembers all that are none.
type wrongIDs struct{ fault.Problems }

func (w *wrongIDs) parse(value, field string) id.ID {
	parsed, err := id.Parse(value)
	if err != nil {
		w.Add(field, "not_an_id", "this is not an id")
	}
	return parsed
}

// parseID reads an id that stands in the request at `field`.
func parseID(value, field string) (id.ID, error) {
	parsed, err := id.Parse(value)
	if err != nil {
		return 0, invalid(field, "not_an_id", "this is not an id")
	}
	return parsed, nil
}
