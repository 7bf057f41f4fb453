// Package ordertest is a small county to sell in, for tests of whatever orders lead to.
package ordertest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"sync"

	"gorm.io/gorm/clause"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/fault"
	"zique/internal/freight"
	"zique/internal/id"
	"zique/internal/idempotency"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/verify/verifytest"
	"zique/internal/village"
)

// Market is two cooperatives, each with a village of its own, open for orders.
type Market struct {
	DB           *storage.DB
	Checks       *order.Committer
	SKUs         []catalog.SKU // two of each cooperative
	Cooperatives []id.ID
	Villages     []id.ID // of the cooperatives
	Collectives  []id.ID // of the villages
}

// Open opens a market, and closes it at the end of the test with its books checked.
func Open(t storagetest.TB, db *storage.DB, stock int64, timing order.Timing) *Market {
	t.Helper()
	m := &Market{DB: db}
	if err := m.InTx(func(tx *storage.Tx) error { return m.build(tx, stock) }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := ledger.Seal(context.Background(), db); err != nil {
			t.Errorf("seal the journal: %v", err)
		}
		verifytest.Check(t, db)
	})
	return m.Replica(t, timing)
}

// Replica is the same market with checkouts of its own, as another program has them.
func (m *Market) Replica(t storagetest.TB, timing order.Timing) *Market {
	replica := *m
	replica.Checks = order.NewCommitter(m.DB, rand.Reader, timing)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { replica.Checks.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
	})
	return &replica
}

func (m *Market) build(tx *storage.Tx, stock int64) error {
	m.SKUs, m.Cooperatives, m.Villages, m.Collectives = nil, nil, nil, nil
	if err := tx.Create(&catalog.Category{ID: "grain", Name: "杂粮", NameEn: "Grain"}).Error; err != nil {
		return err
	}
	for i, charged := range []money.Fen{800, 0} {
		v, err := village.Add(tx, audit.System, village.New{Name: fmt.Sprint("村", i), Township: "镇", County: "县"})
		if err != nil {
			return err
		}
		c, err := org.Add(tx, org.Cooperative, fmt.Sprint("社", i), true)
		if err != nil {
			return err
		}
		if _, err := freight.Put(tx, audit.System, freight.Flat(c.ID, charged)); err != nil {
			return err
		}
		if err := village.Serve(tx, audit.System, c.ID, []id.ID{v.ID}); err != nil {
			return err
		}
		p, err := catalog.Add(tx, catalog.Product{CooperativeID: c.ID, VillageID: v.ID, CategoryID: "grain", Title: fmt.Sprint("米", i),
			SKUs: []catalog.SKU{{Spec: "1 kg", PriceFen: money.Fen(1990 + i), Stock: stock}, {Spec: "3 kg", PriceFen: 5333, Stock: stock}}})
		if err != nil {
			return err
		}
		m.SKUs, m.Cooperatives = append(m.SKUs, p.SKUs...), append(m.Cooperatives, c.ID)
		m.Villages, m.Collectives = append(m.Villages, v.ID), append(m.Collectives, v.CollectiveID)
	}
	return nil
}

// InTx does something that locks rows.
func (m *Market) InTx(step func(tx *storage.Tx) error) error {
	return m.DB.InTx(context.Background(), step)
}

// Cards issues cards of a face to a holder.
func (m *Market) Cards(t storagetest.TB, holder id.ID, face money.Fen, count int64) []id.ID {
	t.Helper()
	var ids []id.ID
	err := m.InTx(func(tx *storage.Tx) error {
		ids = nil
		everywhere := aidcard.Program{ID: 1, Terms: aidcard.Terms{RulePack: "national", AcceptsAll: true}}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&everywhere).Error; err != nil {
			return err
		}
		_, cards, err := aidcard.Issue(tx, aidcard.Issuing{ProgramID: 1, EnterpriseID: 2, FaceFen: face, Count: count})
		for _, c := range cards {
			ids = append(ids, c.ID)
			if err == nil {
				err = aidcard.Assign(tx, c.ID, holder)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// Buy checks out. What the cards leave is paid by the tender; "" means that they leave nothing.
func (m *Market) Buy(holder id.ID, key string, cards []id.ID, tender string, items ...order.Item) (idempotency.Answer, *order.Order, error) {
	var made *order.Order
	answer, err := m.Checks.Checkout(context.Background(), order.Checkout{
		Key: idempotency.Key{Caller: holder, Route: "place-order", Key: key, Body: idempotency.Fingerprint("POST", "/orders", []byte(fmt.Sprint(cards, items)))},
		By:  audit.Actor{UserID: holder}, Items: items, CardIDs: cards, Tender: tender, AddressCipher: []byte("sealed"),
		Encode: func(placed *order.Order, declined *fault.Fault) (idempotency.Encoded, error) {
			made = placed
			if declined != nil {
				return idempotency.Encoded{Status: http.StatusConflict, Body: []byte(declined.Code)}, nil
			}
			return idempotency.Encoded{Status: http.StatusCreated, Body: []byte(placed.ID.String()), ResultID: placed.ID}, nil
		},
	})
	return answer, made, err
}

// One is a number of units of a SKU.
func One(sku catalog.SKU, quantity int64) order.Item {
	return order.Item{SKUID: sku.ID, Quantity: quantity}
}
