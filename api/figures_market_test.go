//go:build figures

package main

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"

	"gorm.io/gorm/clause"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/idempotency"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/storage"
	"zique/internal/verify/verifytest"
	"zique/internal/village"
)

const figureBuyer = id.ID(77)

// figureMarket is a cooperative with as many SKUs as an order has lines.
type figureMarket struct {
	checks *order.Committer
	skus   []catalog.SKU
	card   id.ID
	n      int
}

func newFigureMarket(t *testing.T, db *storage.DB, skus int) *figureMarket {
	t.Helper()
	m := &figureMarket{checks: order.NewCommitter(db, crand.Reader, order.DefaultTiming)}
	err := db.InTx(context.Background(), func(tx *storage.Tx) error {
		if err := tx.Create(&catalog.Category{ID: "grain", Name: "杂粮", NameEn: "Grain"}).Error; err != nil {
			return err
		}
		v, err := village.Add(tx, audit.System, village.New{Name: "村", Township: "镇", County: "县"})
		if err != nil {
			return err
		}
		c, err := org.Add(tx, org.Cooperative, "社", true)
		if err != nil {
			return err
		}
		if err := village.Serve(tx, audit.System, c.ID, []id.ID{v.ID}); err != nil {
			return err
		}
		p := catalog.Product{CooperativeID: c.ID, VillageID: v.ID, CategoryID: "grain", Title: "米"}
		for i := range skus {
			p.SKUs = append(p.SKUs, catalog.SKU{Spec: fmt.Sprint(i), PriceFen: money.Fen(1 + rand.IntN(9999)), Stock: 1_000_000})
		}
		if p, err = catalog.Add(tx, p); err != nil {
			return err
		}
		m.skus = p.SKUs
		everywhere := aidcard.Program{ID: 1, Terms: aidcard.Terms{RulePack: "national", AcceptsAll: true}}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&everywhere).Error; err != nil {
			return err
		}
		_, cards, err := aidcard.Issue(tx, aidcard.Issuing{ProgramID: 1, EnterpriseID: 2, FaceFen: 100_000_000_00, Count: 1})
		if err != nil {
			return err
		}
		m.card = cards[0].ID
		return aidcard.Assign(tx, m.card, figureBuyer)
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { m.checks.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		verifytest.Check(t, db)
	})
	return m
}

func (m *figureMarket) buy(t *testing.T, db *storage.DB) *order.Order {
	t.Helper()
	m.n++
	var items []order.Item
	for _, s := range m.skus {
		items = append(items, order.Item{SKUID: s.ID, Quantity: 1 + rand.Int64N(5)})
	}
	var made *order.Order
	_, err := m.checks.Checkout(context.Background(), order.Checkout{
		Key: idempotency.Key{Caller: figureBuyer, Route: "place-order", Key: fmt.Sprint(m.n)},
		By:  audit.Actor{UserID: figureBuyer}, Items: items, CardIDs: []id.ID{m.card}, AddressCipher: []byte("sealed"),
		Encode: func(placed *order.Order, declined *fault.Fault) (idempotency.Encoded, error) {
			if declined != nil {
				return idempotency.Encoded{}, declined
			}
			made = placed
			return idempotency.Encoded{Status: http.StatusCreated, Body: []byte("x"), ResultID: placed.ID}, nil
		},
	})
	if err != nil || made == nil {
		t.Fatalf("no order: %v", err)
	}
	return made
}
