package main

import (
	"context"
	"io"

	"zique/internal/blob"
	"zique/internal/id"
	"zique/internal/imports"
	"zique/internal/storage"
)

// sheets answers the uploaded files that imports read.
func sheets(db *storage.DB, files *blob.Store) imports.FileSource {
	return func(ctx context.Context, fileID id.ID) ([]byte, string, error) {
		f, err := blob.Get(db.Read(ctx), fileID)
		if err != nil {
			return nil, "", err
		}
		opened, err := files.Open(f, false)
		if err != nil {
			return nil, "", err
		}
		defer opened.Close()
		content, err := io.ReadAll(opened) // bounded when it was uploaded
		return content, f.Name, err
	}
}
