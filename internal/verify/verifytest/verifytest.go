// Package verifytest lets every test end with the books checked.
package verifytest

import (
	"context"

	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/verify"
)

// Check fails the test when an invariant is broken.
func Check(t storagetest.TB, db *storage.DB) {
	t.Helper()
	broken, err := verify.Run(context.Background(), db, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range broken {
		t.Errorf("broken: %s, rows %v", b.Name, b.Rows)
	}
}
