package identity

import (
	"bytes"
	"errors"
	"testing"

	"zique/internal/audit"
	"zique/internal/pii"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

// A sign-in has checked its password when the user is signed out of everything.
func TestSignInDoesNotOutliveSignOutEverywhere(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		keys, err := pii.New("test", make([]byte, pii.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewService(db, keys, Config{JWTSecret: bytes.Repeat([]byte("s"), minSecret), Demo: true, PasswordCost: Cost{Memory: 64, Passes: 1}})
		if err != nil {
			t.Fatal(err)
		}
		const phone, password = "13900000001", "zique-demo-2026"
		if _, err := s.Register(t.Context(), audit.System, "", Registration{Phone: phone, Password: password, Name: "张三"}); err != nil {
			t.Fatal(err)
		}
		checked, err := s.verify(t.Context(), phone, password)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.InTx(t.Context(), func(tx *storage.Tx) error { return SignOutEverywhere(tx, audit.System, checked.ID) }); err != nil {
			t.Fatal(err)
		}
		err = db.InTx(t.Context(), func(tx *storage.Tx) error {
			_, err := s.begin(tx, audit.System, "", checked)
			return err
		})
		if !errors.Is(err, ErrWrongCredentials) {
			t.Errorf("the late sign-in: %v", err)
		}
	})
}
