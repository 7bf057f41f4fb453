package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestEmptySettingsAreTheDemoOnLoopback(t *testing.T) {
	s, err := Load(nil, env(nil))
	if err != nil || !s.IsDemo() || s.Addr != "127.0.0.1:8080" || s.Data != "./data" || len(s.DataKey) != 32 {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestFlagBeatsEnvironmentBeatsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zique.yaml")
	if err := os.WriteFile(path, []byte("addr: \":1\"\ndata: from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Load(map[string]string{"config": path, "addr": ":3"}, env(map[string]string{"ZIQUE_ADDR": ":2"}))
	if err != nil || s.Addr != ":3" || s.Data != "from-file" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestProductionRefusesEmbeddedEnginesAndDemoSecretsAllAtOnce(t *testing.T) {
	_, err := Load(nil, env(map[string]string{"ZIQUE_MODE": Production, "ZIQUE_METRICS_TOKEN": "short", "ZIQUE_JWT_SECRET": demoSecrets["jwt_secret"]}))
	if err == nil {
		t.Fatal("production started on nothing")
	}
	for _, part := range []string{"mode:", "jwt_secret:", "card_pepper:", "data_key:", "sms_url:", "metrics_token:"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not name %s\n%v", part, err)
		}
	}
}

func TestUnknownSettingIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zique.yaml")
	if err := os.WriteFile(path, []byte("adr: \":1\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(map[string]string{"config": path}, env(nil)); err == nil || !strings.Contains(err.Error(), "adr: there is no such setting") {
		t.Errorf("got %v", err)
	}
}

func TestTheGatewayNeedsAnAddressAndASecret(t *testing.T) {
	const good = "https://sms.example/send"
	secret := strings.Repeat("s", 32)
	for _, c := range []struct{ url, secret, wants string }{
		{"sms.example", secret, "sms_url:"}, {"ftp://sms.example", secret, "sms_url:"}, {"https://", secret, "sms_url:"},
		{"https://user:password@sms.example", secret, "sms_url:"}, {good, "", "sms_secret:"}, {good, secret[1:], "sms_secret:"},
	} {
		_, err := Load(nil, env(map[string]string{"ZIQUE_SMS_URL": c.url, "ZIQUE_SMS_SECRET": c.secret}))
		if err == nil || !strings.Contains(err.Error(), c.wants) || strings.Contains(err.Error(), "password@") {
			t.Errorf("%s with a secret of %d characters: %v", c.url, len(c.secret), err)
		}
	}
	for url, refused := range map[string]bool{"http://sms.example/send": true, "http://10.0.0.9/send": true, "HTTP://sms.example/send": true,
		good: false, "http://127.0.0.1:9000/send": false, "http://[::1]/send": false, "http://localhost:9000/send": false} {
		_, err := Load(nil, env(map[string]string{"ZIQUE_MODE": Production, "ZIQUE_SMS_URL": url, "ZIQUE_SMS_SECRET": secret}))
		if got := err != nil && strings.Contains(err.Error(), "sms_url:"); got != refused {
			t.Errorf("production with %s: %v", url, err)
		}
	}
	s, err := Load(nil, env(map[string]string{"ZIQUE_SMS_URL": good, "ZIQUE_SMS_SECRET": secret}))
	if err != nil || s.SMSURL != good || s.SMSSecret != secret {
		t.Errorf("got %+v, %v", s, err)
	}
}
