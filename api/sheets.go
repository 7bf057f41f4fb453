package main

import (
	"context"

	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
	"zique/internal/village"
)

// sheets answers the files of imports, and publish makes the pictures of villages
// public. Both belong to the store of uploads; while there is none no file is there.
var sheets village.FileSource = func(context.Context, id.ID) ([]byte, string, error) {
	return nil, "", fault.New(fault.NotFound, "not_found", "there is no such file")
}

func publish(_ *storage.Tx, _ id.ID, _ []id.ID, field func(int) string) error {
	return fault.InvalidField(field(0), "unknown", "this is not a file of yours that can stand here")
}
