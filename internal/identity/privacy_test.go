package identity_test

import (
	"bytes"
	"fmt"
	"testing"

	"zique/internal/identity"
	"zique/internal/storage"
)

func asBytes(value any) []byte {
	if b, ok := value.([]byte); ok {
		return b
	}
	return fmt.Append(nil, value)
}

func TestNoTableHoldsAPhoneOrAnAddressInClear(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		code, err := s.SendCode(t.Context(), from, phone, identity.PurposeRegister)
		if err != nil {
			t.Fatal(err)
		}
		signedIn, err := s.Register(t.Context(), from, device,
			identity.Registration{Phone: phone, Password: password, Name: "张三", Code: code.DemoCode})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.AddAddress(t.Context(), signedIn.ID, home()); err != nil {
			t.Fatal(err)
		}
		_, err = s.Login(t.Context(), from, device, phone, "a wrong password")
		wantErr(t, err, identity.ErrWrongCredentials)
		hidden := []string{phone, password, peer, signedIn.RefreshToken, home().Phone, home().Detail}
		for _, table := range []string{"users", "user_roles", "phone_codes", "sessions", "refresh_tokens", "addresses", "attempts"} {
			var rows []map[string]any
			if err := db.Read(t.Context()).Table(table).Find(&rows).Error; err != nil {
				t.Fatal(err)
			}
			if len(rows) == 0 && table != "user_roles" {
				t.Errorf("%s is empty: the test looks at nothing", table)
			}
			for _, row := range rows {
				for column, value := range row {
					for _, text := range hidden {
						if bytes.Contains(asBytes(value), []byte(text)) {
							t.Errorf("%s.%s holds %q in clear", table, column, text)
						}
					}
				}
			}
		}
	})
}
