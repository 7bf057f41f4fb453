package rest

import (
	"html/template"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

var docsPage = template.Must(template.New("docs").Parse(`<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{{.Info.Title}} API</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}code{background:#8882;padding:.1em .3em}
details{border-bottom:1px solid #8884;padding:.4rem 0}pre{overflow:auto;background:#8881;padding:.6rem}</style>
<h1>{{.Info.Title}} API</h1><p>{{.Info.Description}} The whole description: <a href="/openapi.yaml">openapi.yaml</a>.</p>
{{range .Calls}}<details><summary><code>{{.Method}} {{.Path}}</code> {{.Name}}{{if .SignedIn}} · signed in{{end}}</summary>
<pre>curl{{if ne .Method "GET"}} -X {{.Method}}{{end}} "$BASE{{.Path}}"{{if .SignedIn}} -H "Authorization: Bearer $TOKEN"{{end}}{{if .Keyed}} -H "Idempotency-Key: $(uuidgen)"{{end}}{{if .Body}} -H 'Content-Type: application/json' -d '{…}'{{end}}</pre></details>{{end}}</html>`))

type docsCall struct {
	Method, Path, Name    string
	SignedIn, Keyed, Body bool
}

// docs serves the API's description and a page of it that needs no network.
func (s *Server) docs(engine *gin.Engine, spec *huma.OpenAPI) {
	described, err := spec.YAML()
	if err != nil {
		panic(err) // a description that cannot be written is a bug that every test finds
	}
	var calls []docsCall
	for _, path := range sortedKeys(spec.Paths) {
		item := spec.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if op != nil {
				calls = append(calls, docsCall{op.Method, path, op.OperationID, len(op.Security) > 0, needsKey(op), op.RequestBody != nil})
			}
		}
	}
	engine.GET("/openapi.yaml", func(c *gin.Context) { c.Data(http.StatusOK, "application/yaml", described) })
	engine.GET("/docs", func(c *gin.Context) {
		c.Header("Content-Type", "text/html; charset=utf-8")
		_ = docsPage.Execute(c.Writer, struct { // the client is gone
			Info  *huma.Info
			Calls []docsCall
		}{spec.Info, calls})
	})
}

func needsKey(op *huma.Operation) bool {
	for _, p := range op.Parameters {
		if p.Name == "Idempotency-Key" {
			return true
		}
	}
	return false
}
