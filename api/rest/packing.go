package rest

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

// Answers that are packed: text, from the size at which it takes fewer packets. Files that
// people put in, exports and streams go out as they are, and metrics pack themselves.
const leastPacked = 1024

var packedTypes = []string{
	"application/json", "application/problem+json", "application/yaml",
	"text/html", "text/css", "text/javascript", "image/svg+xml", "application/manifest+json",
}

// unpacked are the addresses whose answers hold secrets beside what somebody sent: from how
// well they pack one could guess them (BREACH).
var unpacked = []string{base + "/auth/", base + "/cards"}

// packed packs answers for who asks for it; what is packed already goes out as it is.
func packed(plain http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(leastPacked), gzhttp.ContentTypes(packedTypes), gzhttp.EnableZstd(false))
	if err != nil {
		panic(err) // of options that are not of the running program's making
	}
	packing := wrap(plain)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, prefix := range unpacked {
			if strings.HasPrefix(r.URL.Path, prefix) {
				plain.ServeHTTP(w, r)
				return
			}
		}
		packing.ServeHTTP(w, r)
	})
}

// takesGzip tells whether a client unpacks. Parts of a file are parts of the plain one.
func takesGzip(r *http.Request) bool {
	if r.Header.Get("Range") != "" {
		return false
	}
	for offer := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(offer, " ", ""), ";")
		if name == "gzip" {
			return strings.Trim(weight, "q=0.") != "" || weight == ""
		}
	}
	return false
}
