package identity_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"zique/internal/identity"
	"zique/internal/storage"
)

// good are the claims of an access token that Authenticate accepts.
func good(db *storage.DB, caller identity.Caller) jwt.MapClaims {
	now := db.Now().Time()
	return jwt.MapClaims{
		"iss": "zique", "aud": "zique", "type": "access", "sub": caller.UserID.String(),
		"sid": caller.SessionID.String(), "ver": 1, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
}

func signed(t *testing.T, method jwt.SigningMethod, key any, claims jwt.Claims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestAccessTokenExpiresByTheClock(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		signedIn := registered(t, s, phone)
		db.Clock().Advance(10*time.Minute - 2*time.Second)
		authenticated(t, s, signedIn)
		db.Clock().Advance(2 * time.Second)
		_, err := s.Authenticate(t.Context(), signedIn.AccessToken)
		wantErr(t, err, identity.ErrTokenExpired)
	})
}

func TestOnlyOurOwnAccessTokensAreAccepted(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		caller := authenticated(t, s, registered(t, s, phone))
		stranger := authenticated(t, s, registered(t, s, "13900000002"))
		base := good(db, caller)
		if _, err := s.Authenticate(t.Context(), signed(t, jwt.SigningMethodHS256, secret, base)); err != nil {
			t.Fatalf("the untouched claims: %v", err)
		}
		with := func(name string, value any) string {
			changed := maps.Clone(base)
			changed[name] = value
			if value == nil {
				delete(changed, name)
			}
			return signed(t, jwt.SigningMethodHS256, secret, changed)
		}
		bad := map[string]string{
			"no algorithm":      signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, base),
			"another algorithm": signed(t, jwt.SigningMethodHS512, secret, base),
			"another secret":    signed(t, jwt.SigningMethodHS256, []byte(strings.Repeat("x", 32)), base),
			"other audience":    with("aud", "coop"),
			"no audience":       with("aud", nil),
			"other issuer":      with("iss", "someone"),
			"no issuer":         with("iss", nil),
			"no expiry":         with("exp", nil),
			"no issue time":     with("iat", nil),
			"other type":        with("type", "refresh"),
			"no type":           with("type", nil),
			"other version":     with("ver", 2),
			"no version":        with("ver", nil),
			"another's session": with("sid", stranger.SessionID.String()),
			"another user":      with("sub", stranger.UserID.String()),
			"no session":        with("sid", nil),
			"no user":           with("sub", nil),
			"empty":             "",
			"not a token":       "a.b.c",
			"endless":           strings.Repeat("a", 1<<20),
		}
		for name, token := range bad {
			if _, err := s.Authenticate(t.Context(), token); err != identity.ErrUnauthenticated {
				t.Errorf("%s: %v, want unauthenticated", name, err)
			}
		}
	})
}

func TestEveryFlippedCharacterIsNoticed(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		token := registered(t, s, phone).AccessToken
		for i := range token {
			flipped := []byte(token)
			flipped[i] ^= 1
			if _, err := s.Authenticate(t.Context(), string(flipped)); err == nil {
				t.Fatalf("a flipped character %d was not noticed", i)
			}
		}
	})
}
