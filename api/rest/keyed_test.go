package rest

import (
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"zique/internal/verify"
)

func TestVerifyKnowsWhatEachKeyedRouteMakes(t *testing.T) {
	s := Server{Demo: true, Site: fstest.MapFS{}}
	_, spec := s.Handler()
	var keyed []string
	for _, path := range spec.Paths {
		if path.Post == nil {
			continue
		}
		for _, p := range path.Post.Parameters {
			if p.Name == "Idempotency-Key" {
				keyed = append(keyed, path.Post.OperationID)
			}
		}
	}
	slices.Sort(keyed)
	if diff := cmp.Diff(keyed, slices.Sorted(maps.Keys(verify.Made))); diff != "" {
		t.Error(diff)
	}
}
