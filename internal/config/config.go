// Package config reads the settings. A flag beats the environment, which beats the
// file. Unknown keys fail, and every error is reported at once.
package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"zique/internal/rulepack"
)

// Modes.
const (
	Demo       = "demo"
	Production = "production"
)

// Settings are all that the program is told from outside.
type Settings struct {
	Addr      string // host:port
	Data      string // folder of the embedded database and of uploads
	Mode      string
	MySQLDSN  string
	RedisURL  string
	JWTSecret string
	Pepper    string
	DataKey   []byte // 32 bytes
	SMSURL    string // empty: messages are printed, in demo mode only
	SMSSecret string

	MetricsToken string // empty: /metrics answers only on a loopback address, and programs on the same machine

	Payee Payee

	PayWithin      time.Duration // from placing until an unpaid order is given up
	TransferWithin time.Duration // the same, of an order that is paid by bank
	ReceiveAfter   time.Duration // from the last parcel until it counts as received
	CloseAfter     time.Duration // from receipt: the after-sale window
	ConfirmWithin  time.Duration // from a statement until silence confirms it

	RulePacks rulepack.Packs // the national one, and those of the folder rule_packs
}

// Payee is the bank account that orders are paid to; empty: bank transfers are not offered.
type Payee struct{ Holder, Bank, Number string }

// demoPayee is nobody's account.
var demoPayee = Payee{Holder: "演示县消费帮扶专户", Bank: "演示银行", Number: "6200000000000000"}

// IsDemo tells whether demo accounts, data and secrets are allowed.
func (s Settings) IsDemo() bool { return s.Mode == Demo }

// Names of the settings in the file; the environment has them as ZIQUE_ and capitals.
var Names = []string{"addr", "data", "mode", "mysql_dsn", "redis_url", "jwt_secret", "card_pepper", "data_key", "sms_url", "sms_secret", "metrics_token",
	"pay_within", "transfer_within", "payee_holder", "payee_bank", "payee_number", "receive_after", "close_after", "confirm_within", "rule_packs"}

// Demo secrets: the same everywhere and known to all, so production refuses them.
var demoSecrets = map[string]string{
	"jwt_secret":  "zique demo only, known to everybody: tokens",
	"card_pepper": "zique demo only, known to everybody: cards",
	"data_key":    hex.EncodeToString([]byte("zique demo only: known to all :)")),
}

const shortestSecret = 32

// Load merges the sources. Flags holds only those that were given, by name.
func Load(flags map[string]string, getenv func(string) string) (Settings, error) {
	k := koanf.New(".")
	var wrong []error
	if path := first(flags["config"], getenv("ZIQUE_CONFIG")); path != "" {
		if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
			return Settings{}, fmt.Errorf("read the configuration file: %w", err)
		}
		for _, key := range k.Keys() {
			if !slices.Contains(Names, key) {
				wrong = append(wrong, fmt.Errorf("%s: there is no such setting", key))
			}
		}
	}
	over := map[string]any{}
	for _, name := range Names {
		if value := first(flags[name], getenv("ZIQUE_"+strings.ToUpper(name))); value != "" {
			over[name] = value
		}
	}
	if err := k.Load(confmap.Provider(over, ""), nil); err != nil {
		return Settings{}, err
	}
	s, err := settle(k)
	return s, errors.Join(append(wrong, err)...)
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// settle fills in defaults and checks everything.
func settle(k *koanf.Koanf) (Settings, error) {
	s := Settings{
		Addr: k.String("addr"), Data: first(k.String("data"), "./data"), Mode: k.String("mode"),
		MySQLDSN: k.String("mysql_dsn"), RedisURL: k.String("redis_url"),
	}
	embedded := s.MySQLDSN == "" || s.RedisURL == ""
	var wrong []error
	if s.Mode == "" {
		s.Mode = Production
		if embedded {
			s.Mode = Demo
		}
		if embedded && s.MySQLDSN+s.RedisURL != "" {
			wrong = append(wrong, errors.New("mode: only one of mysql_dsn and redis_url is set; set the other, or say mode: demo"))
		}
	}
	switch s.Mode {
	case Demo:
		s.Addr = first(s.Addr, "127.0.0.1:8080")
	case Production:
		s.Addr = first(s.Addr, ":8080")
		if embedded {
			wrong = append(wrong, errors.New("mode: production needs mysql_dsn and redis_url; the embedded engines are for trying out"))
		}
	default:
		wrong = append(wrong, errors.New("mode: want demo or production"))
	}
	if _, port, err := net.SplitHostPort(s.Addr); s.Addr != "" && (err != nil || port == "") {
		wrong = append(wrong, errors.New("addr: want HOST:PORT, as in 127.0.0.1:8080"))
	}
	if s.MetricsToken = k.String("metrics_token"); s.MetricsToken != "" && len(s.MetricsToken) < shortestSecret {
		wrong = append(wrong, fmt.Errorf("metrics_token: want at least %d characters, or none", shortestSecret))
	}
	wrong = append(wrong, s.secrets(k)...)
	wrong = append(wrong, s.sms(k)...)
	wrong = append(wrong, s.payee(k)...)
	packs, err := rulepack.Load(k.String("rule_packs"))
	if s.RulePacks = packs; err != nil {
		wrong = append(wrong, fmt.Errorf("rule_packs: %w", err))
	}
	return s, errors.Join(append(wrong, s.timing(k)...)...)
}

// payee reads where bank transfers go: all of it, or nothing.
func (s *Settings) payee(k *koanf.Koanf) (wrong []error) {
	s.Payee = Payee{k.String("payee_holder"), k.String("payee_bank"), k.String("payee_number")}
	given := 0
	for _, part := range []string{s.Payee.Holder, s.Payee.Bank, s.Payee.Number} {
		if part != "" {
			given++
		}
	}
	switch {
	case given == 0 && s.IsDemo():
		s.Payee = demoPayee
	case given == 1 || given == 2:
		wrong = append(wrong, errors.New("payee_number: set payee_holder, payee_bank and payee_number together, or none"))
	}
	return wrong
}

// timing reads how long orders wait; empty keeps what order.DefaultTiming says.
func (s *Settings) timing(k *koanf.Koanf) (wrong []error) {
	for name, into := range map[string]*time.Duration{"pay_within": &s.PayWithin, "transfer_within": &s.TransferWithin, "receive_after": &s.ReceiveAfter, "close_after": &s.CloseAfter, "confirm_within": &s.ConfirmWithin} {
		text := k.String(name)
		if text == "" {
			continue
		}
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			wrong = append(wrong, fmt.Errorf("%s: want a duration above zero, as in 168h", name))
		}
		*into = d
	}
	return wrong
}

// sms checks who carries text messages. Without them nobody could register in production.
func (s *Settings) sms(k *koanf.Koanf) (wrong []error) {
	s.SMSURL, s.SMSSecret = k.String("sms_url"), k.String("sms_secret")
	if s.SMSURL == "" {
		if !s.IsDemo() {
			wrong = append(wrong, errors.New("sms_url: set the address of your gateway for text messages"))
		}
		return wrong
	}
	u, err := url.Parse(s.SMSURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		wrong = append(wrong, errors.New("sms_url: want https://host/path, without a password in it"))
	}
	if err == nil && u.Scheme == "http" && !s.IsDemo() && !isLoopback(u.Hostname()) { // codes would travel in clear
		wrong = append(wrong, errors.New("sms_url: production wants https://, or a gateway on the same machine"))
	}
	if len(s.SMSSecret) < shortestSecret {
		wrong = append(wrong, fmt.Errorf("sms_secret: set the secret of at least %d characters that the gateway knows too", shortestSecret))
	}
	return wrong
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *Settings) secrets(k *koanf.Koanf) (wrong []error) {
	value := func(name string) string {
		given := k.String(name)
		if given == "" && s.IsDemo() {
			return demoSecrets[name]
		}
		if !s.IsDemo() && given == demoSecrets[name] {
			given = ""
		}
		if len(given) < shortestSecret {
			wrong = append(wrong, fmt.Errorf("%s: set a secret of at least %d characters of your own", name, shortestSecret))
		}
		return given
	}
	s.JWTSecret, s.Pepper = value("jwt_secret"), value("card_pepper")
	key, err := hex.DecodeString(value("data_key"))
	if err != nil || len(key) != 32 {
		wrong = append(wrong, errors.New("data_key: want 32 bytes, written as 64 hex digits"))
	}
	s.DataKey = key
	return wrong
}
