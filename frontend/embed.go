// Package frontend holds the built storefront. The files under dist are made by
// `npm run build` from src and committed, because `go run` cannot build them; the
// check builds them again and compares.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var built embed.FS

// Dist is the built site: index.html at its root, hashed files under assets.
// A path without a file belongs to the router in the browser: answer index.html.
func Dist() fs.FS {
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		panic(err) // only an invalid path does this, and "dist" is valid
	}
	return dist
}
