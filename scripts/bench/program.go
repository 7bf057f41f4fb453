package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Secrets of the run; production mode refuses to start without.
var (
	secret    = "secret of one run of the bench, and of no other"
	dataKey   = bytes.Repeat([]byte{7}, 32)
	accessTTL = 30 * time.Minute
)

// program is a process of ours that answers HTTP.
type program struct {
	addr, pprof string
	process     *exec.Cmd
	stdin       io.Reader
	log         bytes.Buffer
	env         []string
	binary      string
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// profiler is added to the program's sources when it is built for --profile, so that
// what is shipped has no such door.
const profiler = `package main

import (
	"net/http"
	_ "net/http/pprof"
	"os"
)

func init() { go func() { _ = http.ListenAndServe(os.Getenv("BENCH_PPROF"), nil) }() }
`

// build compiles the program as it is shipped, or with the profiler.
func build(ctx context.Context, binary string, profiled bool) error {
	args := []string{"build", "-o", binary}
	if profiled {
		source, overlay := binary+"_profiler.go", binary+"_overlay.json"
		root, err := os.Getwd()
		if err != nil {
			return err
		}
		replaced, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "api", "profiler_of_bench.go"): source}})
		if err != nil {
			return err
		}
		if err := errors.Join(os.WriteFile(source, []byte(profiler), 0o600), os.WriteFile(overlay, replaced, 0o600)); err != nil {
			return err
		}
		args = append(args, "-overlay", overlay)
	}
	out, err := exec.CommandContext(ctx, "go", append(args, "./api")...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return nil
}

func startProgram(ctx context.Context, e *engines, binary string, profiled bool) (*program, error) {
	if err := build(ctx, binary, profiled); err != nil {
		return nil, err
	}
	p := &program{binary: binary}
	var err error
	if p.addr, err = freeAddr(); err != nil {
		return nil, err
	}
	if p.pprof, err = freeAddr(); err != nil {
		return nil, err
	}
	p.env = append(os.Environ(), "ZIQUE_MODE=production", "ZIQUE_ADDR="+p.addr, "ZIQUE_DATA="+filepath.Dir(binary), "ZIQUE_MYSQL_DSN="+e.programDSN,
		"ZIQUE_REDIS_URL="+e.redis, "ZIQUE_JWT_SECRET="+secret, "ZIQUE_CARD_PEPPER="+secret, "ZIQUE_DATA_KEY="+hex.EncodeToString(dataKey),
		"ZIQUE_SMS_URL=http://127.0.0.1:9/", "ZIQUE_SMS_SECRET="+secret, "BENCH_PPROF="+p.pprof)
	return p, p.start(ctx, "serve")
}

func (p *program) start(ctx context.Context, args ...string) error {
	p.process = exec.CommandContext(ctx, p.binary, args...)
	p.process.Stdin, p.process.Env, p.process.Stdout, p.process.Stderr = p.stdin, p.env, &p.log, &p.log
	p.process.Cancel = func() error { return p.process.Process.Signal(syscall.SIGTERM) }
	if err := p.process.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline) && ctx.Err() == nil; {
		if conn, err := net.Dial("tcp", p.addr); err == nil {
			return conn.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.stop()
	return errors.Join(errors.New("the program does not answer"), p.failed())
}

// stop asks the process to end and waits for it.
func (p *program) stop() {
	if p.process == nil {
		return
	}
	_ = p.process.Process.Signal(syscall.SIGTERM)
	_ = p.process.Wait()
	p.process = nil
}

// failed shows what the program said, for the reader of an error.
func (p *program) failed() error {
	said := p.log.Bytes()
	return fmt.Errorf("the program said:\n%s", said[max(0, len(said)-2000):])
}

func (p *program) verify(ctx context.Context) error {
	check := exec.CommandContext(ctx, p.binary, "verify")
	check.Env = p.env
	if out, err := check.CombinedOutput(); err != nil {
		return fmt.Errorf("the books are not in order, the figures do not count: %w\n%s", err, out)
	}
	return nil
}

func (p *program) profile(file string, span time.Duration) {
	err := func() error {
		answer, err := http.Get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", p.pprof, max(1, int(span.Seconds()))))
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		content, err := io.ReadAll(answer.Body)
		if err != nil {
			return err
		}
		return os.WriteFile(file, content, 0o600)
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: no profile:", err)
	}
}
