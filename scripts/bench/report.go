package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"time"
)

// The shapes.
const (
	spread  = "program, orders over all SKUs"
	hot     = "program, orders of one SKU"
	single  = "bare client, one order each commit"
	batched = "bare client, batches of 128"
	listed  = "program, product list"
	plain   = "bare Gin, the same bytes"
)

// figures are requests, or orders, a second: one for each round.
type figures struct {
	rates map[string][]float64
	rows  map[string][2]float64 // table → rows an order, of the program and of the bare client
}

func (f *figures) add(name string, rate float64) {
	if f.rates == nil {
		f.rates = map[string][]float64{}
	}
	f.rates[name] = append(f.rates[name], rate)
}

// middle is the median of the rounds.
func (f *figures) middle(name string) float64 {
	sorted := slices.Sorted(slices.Values(f.rates[name]))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}

// compareRows makes sure that both write the same rows.
func (f *figures) compareRows(ctx context.Context, e *engines, bare *bare, orders func() error) error {
	grown := func(database string, work func() error) (map[string]float64, error) {
		before, err := e.rows(ctx, database)
		if err != nil {
			return nil, err
		}
		if err := work(); err != nil {
			return nil, err
		}
		after, err := e.rows(ctx, database)
		if err != nil {
			return nil, err
		}
		each := map[string]float64{}
		for table, n := range after {
			each[table] = float64(n-before[table]) / float64(after["orders"]-before["orders"])
		}
		return each, nil
	}
	ofProgram, err := grown(e.programName, orders)
	if err != nil {
		return err
	}
	if err := bare.learn(ctx, e); err != nil {
		return err
	}
	ofBare, err := grown(e.bareName, func() error { _, err := timed(ctx, time.Second/2, bare.batches); return err })
	if err != nil {
		return err
	}
	f.rows = map[string][2]float64{}
	for table, n := range ofProgram {
		f.rows[table] = [2]float64{n, ofBare[table]}
		if n != ofBare[table] {
			return fmt.Errorf("an order adds %.2f rows to %s, the bare client %.2f: make it write what the program does", n, table, ofBare[table])
		}
	}
	return nil
}

type ratio struct {
	Name   string  `json:"name"`
	Ratio  float64 `json:"ratio"`
	Target float64 `json:"target"`
	Met    bool    `json:"met"`
}

func (f *figures) ratios() []ratio {
	var all []ratio
	for _, r := range []struct {
		name, of, to string
		target       float64
	}{
		{"orders / batched bare writer", spread, batched, 0.4},
		{"orders / bare writer", spread, single, 1.5},
		{"one SKU / all SKUs", hot, spread, 0.9},
		{"product list / bare Gin", listed, plain, 0.5},
	} {
		value := f.middle(r.of) / f.middle(r.to)
		all = append(all, ratio{r.name, value, r.target, value >= r.target})
	}
	return all
}

func (f *figures) print(o options, e *engines, notClean error) error {
	out := struct {
		Engine      string                `json:"engine"`
		CPUs        int                   `json:"cpus"`
		Connections int                   `json:"connections"`
		Seconds     int                   `json:"seconds"`
		Rates       map[string][]float64  `json:"per_second"`
		Rows        map[string][2]float64 `json:"rows_per_order"`
		Ratios      []ratio               `json:"ratios"`
		Verified    bool                  `json:"verified"`
	}{e.version, runtime.NumCPU(), connections, o.seconds, f.rates, f.rows, f.ratios(), notClean == nil}
	fmt.Printf("\n%s, %d CPUs, %d connections, %d SKUs, %d cards, median of %d rounds of %d s\n\n", e.version, out.CPUs, connections, skus, buyers*cardsEach, o.rounds, o.seconds)
	for _, name := range []string{spread, hot, single, batched, listed, plain} {
		fmt.Printf("%-36s %10.0f /s\n", name, f.middle(name))
	}
	fmt.Println()
	for _, r := range out.Ratios {
		verdict := "met"
		if !r.Met {
			verdict = "MISSED"
		}
		fmt.Printf("%-36s %10.2f   target %.1f  %s\n", r.Name, r.Ratio, r.Target, verdict)
	}
	fmt.Printf("\nrows an order adds:")
	for _, table := range slices.Sorted(maps.Keys(f.rows)) {
		fmt.Printf(" %s %.0f", table, f.rows[table][0])
	}
	fmt.Printf("\nzique verify: %s\n\n", map[bool]string{true: "clean", false: "BROKEN, nothing counts"}[out.Verified])
	encoded, err := json.Marshal(out)
	if err != nil {
		return err
	}
	fmt.Println(string(encoded))
	if o.json == "" {
		return nil
	}
	return os.WriteFile(o.json, encoded, 0o644)
}
