package rest

import (
	"flag"
	"os"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write api/openapi.yaml anew")

const golden = "../openapi.yaml"

// The description that others build on changes only on purpose:
// go test ./api/rest -run OpenAPI -update
func TestOpenAPIIsTheGoldenFile(t *testing.T) {
	s := Server{Demo: true, Site: fstest.MapFS{}}
	_, spec := s.Handler()
	got, err := spec.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("api/openapi.yaml is out of date (run with -update and look at the difference):\n%s", diff)
	}
}
