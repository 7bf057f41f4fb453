package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"

	"zique/internal/storage/storagetest"
)

// line is a TCP connection to an engine that a test can cut or let hang.
type line struct {
	address string
	target  string

	mu    sync.Mutex
	state string // "", "cut" or "hanging"
	open  []net.Conn
	heal  chan struct{} // closed when a hanging line works again
}

func newLine(t *testing.T, target string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{address: listener.Addr().String(), target: target}
	t.Cleanup(func() {
		l.set("")
		_ = listener.Close()
	})
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go l.carry(conn)
		}
	}()
	return l
}

func (l *line) set(state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.heal != nil {
		close(l.heal)
		l.heal = nil
	}
	if state == "hanging" {
		l.heal = make(chan struct{})
	}
	if state == "cut" {
		for _, conn := range l.open {
			_ = conn.Close()
		}
		l.open = nil
	}
	l.state = state
}

func (l *line) carry(client net.Conn) {
	server, err := net.Dial("tcp", l.target)
	if err != nil {
		_ = client.Close()
		return
	}
	l.mu.Lock()
	if l.state == "cut" {
		l.mu.Unlock()
		_, _ = client.Close(), server.Close()
		return
	}
	l.open = append(l.open, client, server)
	l.mu.Unlock()
	go l.pass(client, server)
	l.pass(server, client)
}

// pass carries bytes one way; while the line hangs they wait.
func (l *line) pass(to, from net.Conn) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		l.mu.Lock()
		heal := l.heal
		l.mu.Unlock()
		if heal != nil {
			<-heal
		}
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			if err != io.EOF {
				_ = from.Close()
			}
			return
		}
	}
}

// TestAnEngineThatIsAwayCosts503AndNothingElse holds the promise for both ways in which
// an engine goes: it refuses, or it hangs. What does not need it goes on.
func TestAnEngineThatIsAwayCosts503AndNothingElse(t *testing.T) {
	redisURL := os.Getenv("ZIQUE_TEST_REDIS_URL")
	options, err := redis.ParseURL(redisURL)
	if err != nil {
		t.Fatal(err)
	}
	dsn, err := mysql.ParseDSN(storagetest.MySQL(t))
	if err != nil {
		t.Fatal(err)
	}
	database, carts := newLine(t, dsn.Addr), newLine(t, options.Addr)
	dsn.Addr = database.address
	p := start(t, map[string]string{"ZIQUE_MYSQL_DSN": dsn.FormatDSN(), "ZIQUE_REDIS_URL": "redis://" + carts.address + "/0", "ZIQUE_MODE": "demo"})
	b := p.basket(t)
	placed := p.place(t, b, b.order(1))

	away := func(method, path string, body any) {
		t.Helper()
		began := time.Now()
		r := p.call(t, b.token, method, path, body, "Idempotency-Key", p.key())
		if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" {
			t.Errorf("%s %s answered %d: %s", method, path, r.status, r.raw)
		}
		t.Logf("%s %s: %d %s after %v", method, path, r.status, r.text("code"), time.Since(began).Round(time.Millisecond))
	}
	well := func(method, path string, body any) {
		t.Helper()
		if r := p.call(t, b.token, method, path, body, "Idempotency-Key", p.key()); r.status >= 300 {
			t.Errorf("%s %s answered %d: %s", method, path, r.status, r.raw)
		}
	}
	for _, state := range []string{"cut", "hanging"} {
		carts.set(state)
		away("GET", "/cart", nil)
		well("GET", "/products", nil)
		well("POST", "/orders", b.order(1))
		if e := p.ok(t, http.StatusOK, b.token, "GET", "/me/export", nil); e.text("missing.0") != "cart" || e.text("orders.0.id") == "" {
			t.Errorf("%s: an export has %s", state, e.raw)
		}
		carts.set("")
		well("GET", "/cart", nil)

		database.set(state)
		var wg sync.WaitGroup
		for _, call := range [][2]string{{"GET", "/products"}, {"GET", "/cart"}, {"GET", "/public/board"}, {"POST", "/orders"}} {
			wg.Go(func() {
				var body any
				if call[0] == "POST" {
					body = b.order(1)
				}
				away(call[0], call[1], body)
			})
		}
		wg.Wait()
		if r := p.call(t, "", "GET", "/readyz", nil); r.status != http.StatusServiceUnavailable {
			t.Errorf("%s: readyz %d", state, r.status)
		}
		if r := p.call(t, "", "GET", "/livez", nil); r.status != http.StatusOK {
			t.Errorf("%s: livez %d", state, r.status)
		}
		database.set("")
		eventually(t, func() bool { return p.call(t, "", "GET", "/readyz", nil).status == http.StatusOK })
		well("GET", "/orders/"+placed.text("id"), nil)
		well("POST", "/orders", b.order(1))
	}
}

// eventually waits up to 30 s for the program to get well by itself.
func eventually(t *testing.T, well func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !well() {
		if time.Now().After(deadline) {
			t.Fatal("it did not recover within 30 s")
		}
		<-time.After(100 * time.Millisecond)
	}
}
