// Command bench tells how fast the marketplace takes orders, against what the same
// database and machine allow a bare Go client that writes the same rows:
//
//	go run ./scripts/bench                  two to three minutes; a table and JSON
//	go run ./scripts/bench --seconds 10 --rounds 3 --profile /tmp/checkout.pprof
//
// It starts private MariaDB and Redis through scripts/check, with every commit flushed to
// disk, and the real program in production mode as a process of its own; all of it
// listens on loopback only and ends with the run. Shapes are measured one after another
// in several rounds, so that a noisy machine spoils all of them alike. Figures count only
// if `zique verify` finds the books in order afterwards.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// What is sold, to whom, and how many ask at once.
const (
	skus        = 1_000
	hotStock    = 1 << 40
	buyers      = 1_000
	cardsEach   = 10
	cardFace    = 100_000_000 // fen; none runs empty
	connections = 256
	cooperators = 20
	villages    = 50
)

type options struct {
	seconds int
	rounds  int
	profile string
	json    string
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == bareGin {
		serveBareGin()
		return
	}
	var o options
	flag.IntVar(&o.seconds, "seconds", 3, "of each shape in each round")
	flag.IntVar(&o.rounds, "rounds", 3, "of all shapes")
	flag.StringVar(&o.profile, "profile", "", "write a CPU profile of the program under spread orders to this file")
	flag.StringVar(&o.json, "json", "", "write the JSON to this file too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if os.Getenv("ZIQUE_BENCH_ENGINES") == "" {
		err = withEngines(ctx, os.Args[1:])
	} else {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// withEngines runs the bench again inside private engines that flush every commit.
func withEngines(ctx context.Context, args []string) error {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("find the module: %w", err)
	}
	script := exec.CommandContext(ctx, "bash", append([]string{"scripts/check", "bench"}, args...)...)
	script.Dir = string(root[:len(root)-1])
	script.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // go run does not hand signals on: the whole group gets them
	script.Cancel = func() error { return syscall.Kill(-script.Process.Pid, syscall.SIGTERM) }
	script.Stdout, script.Stderr = os.Stdout, os.Stderr
	return script.Run()
}

func run(ctx context.Context, o options) error {
	folder, err := os.MkdirTemp("", "zique-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	e, err := findEngines(ctx)
	if err != nil {
		return err
	}
	defer e.drop()
	m, err := furnish(ctx, e)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	p, err := startProgram(ctx, e, filepath.Join(folder, "zique"), o.profile != "")
	if err != nil {
		return err
	}
	defer p.stop()
	figures, err := measure(ctx, o, e, m, p)
	if err != nil {
		return errors.Join(err, p.failed())
	}
	p.stop()
	clean := p.verify(ctx)
	if err := figures.print(o, e, clean); err != nil {
		return err
	}
	return clean
}

// measure takes every shape in turn, round after round.
func measure(ctx context.Context, o options, e *engines, m *market, p *program) (*figures, error) {
	bare, err := newBare(ctx, e, m)
	if err != nil {
		return nil, err
	}
	defer bare.close()
	gin, err := startBareGin(ctx, p)
	if err != nil {
		return nil, err
	}
	defer gin.stop()
	span := time.Duration(o.seconds) * time.Second
	f := &figures{}
	shapes := []struct {
		name  string
		count func(context.Context) (int64, error)
	}{
		{spread, func(ctx context.Context) (int64, error) { return drive(ctx, p.addr, m.orders(m.anySKU)) }},
		{single, bare.ones},
		{batched, bare.batches},
		{hot, func(ctx context.Context) (int64, error) { return drive(ctx, p.addr, m.orders(m.hotSKU)) }},
		{listed, func(ctx context.Context) (int64, error) { return drive(ctx, p.addr, productList) }},
		{plain, func(ctx context.Context) (int64, error) { return drive(ctx, gin.addr, productList) }},
	}
	for round := range o.rounds {
		for _, s := range shapes {
			if s.name == spread && round == 0 {
				if err := f.compareRows(ctx, e, bare, func() error { _, err := timed(ctx, time.Second, s.count); return err }); err != nil {
					return nil, err
				}
				if o.profile != "" {
					go p.profile(o.profile, span)
				}
			}
			rate, err := timed(ctx, span, s.count)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			f.add(s.name, rate)
			fmt.Fprintf(os.Stderr, "round %d  %-34s %9.0f /s\n", round+1, s.name, rate)
		}
	}
	return f, nil
}

// timed lets something run for a while and answers how many a second it did.
func timed(ctx context.Context, span time.Duration, count func(context.Context) (int64, error)) (float64, error) {
	ctx, stop := context.WithTimeout(ctx, span)
	defer stop()
	began := time.Now()
	n, err := count(ctx)
	return float64(n) / time.Since(began).Seconds(), err
}
