package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"

	"gorm.io/gorm/clause"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/freight"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/pii"
	"zique/internal/storage"
	"zique/internal/village"
)

const seeders = 8 // buyers that are made at once

const password = "zique bench password"

// market is what the bench sells, and who buys.
type market struct {
	skus   []catalog.SKU
	offers map[id.ID]catalog.Offer
	buyers []buyer
	next   atomic.Uint64
	key    atomic.Uint64
}

type buyer struct {
	id             id.ID
	token, address string
	cards          []id.ID
}

// furnish fills the program's database through the program's own packages.
func furnish(ctx context.Context, e *engines) (*market, error) {
	db, err := storage.Open(ctx, storage.Config{MySQLDSN: e.programDSN}, clock.System())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	keys, err := pii.New("1", dataKey)
	if err != nil {
		return nil, err
	}
	// Cheap hashes: signing in is not what is measured.
	people, err := identity.NewService(db, keys, identity.Config{JWTSecret: []byte(secret), PasswordCost: identity.Cost{Memory: 64, Passes: 1}, AccessTTL: accessTTL})
	if err != nil {
		return nil, err
	}
	m := &market{}
	if err := db.InTx(ctx, func(tx *storage.Tx) error { return m.list(tx) }); err != nil {
		return nil, err
	}
	hash, err := people.HashPassword(ctx, password)
	if err != nil {
		return nil, err
	}
	m.buyers = make([]buyer, buyers)
	errs := make([]error, seeders)
	var wg sync.WaitGroup
	for w := range seeders {
		wg.Go(func() {
			for n := w; n < buyers && errs[w] == nil; n += seeders {
				m.buyers[n], errs[w] = enter(ctx, db, people, hash, n)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	ids := make([]id.ID, len(m.skus))
	for i, s := range m.skus {
		ids[i] = s.ID
	}
	if m.offers, err = catalog.Offers(db.Read(ctx), ids); err != nil {
		return nil, err
	}
	_, err = ledger.Seal(ctx, db)
	return m, err
}

func (m *market) list(tx *storage.Tx) error {
	m.skus = nil
	if err := tx.Create(&catalog.Category{ID: "grain", Name: "杂粮", NameEn: "Grain"}).Error; err != nil {
		return err
	}
	var sellers []id.ID
	for i := range cooperators {
		o, err := org.Add(tx, org.Cooperative, fmt.Sprint("社", i), false)
		if err != nil {
			return err
		}
		if _, err := freight.Put(tx, audit.System, freight.Flat(o.ID, 800)); err != nil {
			return err
		}
		sellers = append(sellers, o.ID)
	}
	var places []id.ID
	for i := range villages {
		v, err := village.Add(tx, audit.System, village.New{Name: fmt.Sprint("村", i), Township: "镇", County: "县"})
		if err != nil {
			return err
		}
		places = append(places, v.ID)
	}
	for _, seller := range sellers {
		if err := village.Serve(tx, audit.System, seller, places); err != nil {
			return err
		}
	}
	for i := range skus {
		p, err := catalog.Add(tx, catalog.Product{
			CooperativeID: sellers[i%cooperators], VillageID: places[i%villages], CategoryID: "grain", Title: fmt.Sprint("高山梯田贡米 ", i),
			Description: "demo", CoverURL: "/demo/rice.svg", SKUs: []catalog.SKU{{Spec: "5 kg", PriceFen: money.Fen(1000 + i), Stock: hotStock}},
		}, "村", "社")
		if err != nil {
			return err
		}
		m.skus = append(m.skus, p.SKUs...)
	}
	return nil
}

// enter makes a buyer with cards and an address, who is signed in.
func enter(ctx context.Context, db *storage.DB, people *identity.Service, hash string, n int) (buyer, error) {
	phone := fmt.Sprintf("139%08d", n)
	b := buyer{}
	err := db.InTx(ctx, func(tx *storage.Tx) error {
		user, err := people.CreateUser(tx, audit.System, identity.NewUser{Phone: phone, Password: password, PasswordHash: hash, Name: "买家", Verified: true})
		if err != nil {
			return err
		}
		b.id, b.cards = user.ID, nil
		everywhere := aidcard.Program{ID: 1, Terms: aidcard.Terms{RulePack: "national", AcceptsAll: true}}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&everywhere).Error; err != nil {
			return err
		}
		_, cards, err := aidcard.Issue(tx, aidcard.Issuing{ProgramID: 1, EnterpriseID: 2, FaceFen: cardFace, Count: cardsEach})
		for _, c := range cards {
			b.cards = append(b.cards, c.ID)
			if err == nil {
				err = aidcard.Assign(tx, c.ID, user.ID)
			}
		}
		return err
	})
	if err != nil {
		return b, err
	}
	address, err := people.AddAddress(ctx, b.id, identity.Address{Name: "张三", Phone: "13912345678", Province: "湖南省", City: "长沙市", District: "岳麓区", Detail: "麓山路 1 号"})
	if err != nil {
		return b, err
	}
	signedIn, err := people.Login(ctx, audit.Actor{Peer: fmt.Sprintf("10.0.%d.%d", n/250, n%250)}, "bench", phone, password)
	b.token, b.address = signedIn.AccessToken, address.ID.String()
	return b, err
}

func (m *market) anySKU() catalog.SKU { return m.skus[rand.IntN(len(m.skus))] }
func (m *market) hotSKU() catalog.SKU { return m.skus[0] }

// pick takes the buyers and their cards in turn, so that no two requests under way
// share a card.
func (m *market) pick() (buyer, id.ID) {
	n := m.next.Add(1)
	b := m.buyers[n%buyers]
	return b, b.cards[n/buyers%cardsEach]
}

// orders writes requests for one unit, each with a key of its own.
func (m *market) orders(choose func() catalog.SKU) func([]byte) []byte {
	return func(into []byte) []byte {
		b, card := m.pick()
		sku := choose()
		body := `{"items":[{"sku_id":"` + sku.ID.String() + `","quantity":1,"price_fen":` + strconv.FormatInt(int64(sku.PriceFen), 10) + `}],"address_id":"` + b.address + `","card_ids":["` + card.String() + `"]}`
		into = append(into, "POST /api/v1/orders HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAuthorization: Bearer "...)
		into = append(into, b.token...)
		into = append(into, "\r\nIdempotency-Key: bench-"...)
		into = strconv.AppendUint(into, m.key.Add(1), 10)
		into = append(into, "\r\nContent-Length: "...)
		into = strconv.AppendInt(into, int64(len(body)), 10)
		return append(append(into, "\r\n\r\n"...), body...)
	}
}

func productList(into []byte) []byte {
	return append(into, "GET /api/v1/products HTTP/1.1\r\nHost: bench\r\n\r\n"...)
}
