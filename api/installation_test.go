package main

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"zique/internal/seed"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

func productionSettings(key string) map[string]string {
	secret := strings.Repeat("s", 40)
	return map[string]string{"ZIQUE_MODE": "production", "ZIQUE_JWT_SECRET": secret, "ZIQUE_CARD_PEPPER": secret,
		"ZIQUE_DATA_KEY": hex.EncodeToString([]byte(strings.Repeat(key, 32))), "ZIQUE_SMS_URL": "http://127.0.0.1:9/", "ZIQUE_SMS_SECRET": secret}
}

// Whoever starts a database first says what it is; the other mode, or another key, is refused.
func TestADatabaseIsADemosOrARealOnes(t *testing.T) {
	engines := map[string]string{"ZIQUE_MYSQL_DSN": storagetest.MySQL(t), "ZIQUE_REDIS_URL": os.Getenv("ZIQUE_TEST_REDIS_URL"), "ZIQUE_DATA": t.TempDir()}
	production := productionSettings("k")
	otherKey := productionSettings("K")
	for _, c := range []struct {
		name     string
		settings map[string]string
		want     error
	}{
		{"first", production, nil}, {"again", production, nil},
		{"as a demo", map[string]string{"ZIQUE_MODE": "demo"}, seed.ErrRealData}, {"with another key", otherKey, seed.ErrOtherKeys},
	} {
		env := maps.Clone(engines)
		maps.Copy(env, c.settings)
		if err := run(t.Context(), []string{"verify"}, func(name string) string { return env[name] }, io.Discard); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestProductionDoesNotStartOnADemo(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		if p.env["ZIQUE_MYSQL_DSN"] == "" {
			return // production refuses embedded engines anyway
		}
		env := maps.Clone(p.env)
		maps.Copy(env, productionSettings("k"))
		if err := run(t.Context(), nil, func(name string) string { return env[name] }, io.Discard); !errors.Is(err, seed.ErrDemoData) {
			t.Errorf("started with %v", err)
		}
	})
}

// Of two programs on one data folder the second is refused; the commands beside a running
// program are not, and with servers many programs are meant to run.
func TestADataFolderServesOneProgram(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		if err := run(t.Context(), []string{"verify"}, p.getenv, io.Discard); err != nil {
			t.Errorf("verify beside the program: %v", err)
		}
		if err := run(t.Context(), []string{"user", "create", "--role", "auditor", "--phone", "13700000009"}, p.getenv, io.Discard); err != nil {
			t.Errorf("user create beside the program: %v", err)
		}
		if p.env["ZIQUE_MYSQL_DSN"] != "" {
			replica := &program{env: p.env}
			replica.base = replica.serve(t)
			return
		}
		soon, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		err := run(soon, []string{"serve"}, p.getenv, io.Discard)
		if !errors.Is(err, storage.ErrInUse) || !strings.Contains(err.Error(), p.env["ZIQUE_DATA"]) {
			t.Errorf("the second program: %v", err)
		}
	})
}
