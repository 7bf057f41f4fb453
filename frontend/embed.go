// Package frontend holds the built storefront. The files under dist are made by
// `npm run build` from src and committed, because `go run` cannot build them; the
// check builds them again and compares.
package frontend

import (
	"bytes"
	"embed"
	"io/fs"
	"path"
	"slices"
	"sync"

	"github.com/klauspost/compress/gzip"
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

// leastPacked is the size from which packing saves a network packet.
const leastPacked = 1024

// Packed are the texts of Dist by name, as gzip packs them best: once for the process,
// not for each visitor.
var Packed = sync.OnceValue(func() map[string][]byte {
	packed := map[string][]byte{}
	err := fs.WalkDir(Dist(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !slices.Contains([]string{".html", ".css", ".js", ".svg"}, path.Ext(name)) {
			return err
		}
		plain, err := fs.ReadFile(Dist(), name)
		if err != nil || len(plain) < leastPacked {
			return err
		}
		var into bytes.Buffer
		w, _ := gzip.NewWriterLevel(&into, gzip.BestCompression) // a level that there is
		_, _ = w.Write(plain)                                    // into memory
		_ = w.Close()
		packed[name] = into.Bytes()
		return nil
	})
	if err != nil {
		panic(err) // the files are in this program
	}
	return packed
})
