package aidcard_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/pii"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

func TestOnlyMoneyThatCanStillBeSpentHoldsAnAccount(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		const holder = id.ID(7)
		past, future := db.Now().Add(-time.Hour), db.Now().Add(time.Hour)
		for name, c := range map[string]struct {
			status  string
			balance money.Fen
			expires *clock.Millis
			holds   bool
		}{
			"active": {aidcard.Active, 1, nil, true}, "not yet expired": {aidcard.Active, 1, &future, true}, "frozen": {aidcard.Frozen, 1, nil, true},
			"empty": {aidcard.Active, 0, nil, false}, "expired, to be re-activated": {aidcard.Active, 1, &past, true}, "void": {aidcard.Void, 1, nil, false},
		} {
			err := db.InTx(t.Context(), func(tx *storage.Tx) error {
				owner := holder
				if err := tx.Where("holder_id = ?", holder).Delete(&aidcard.Card{}).Error; err != nil {
					return err
				}
				card := aidcard.Card{ID: tx.NewID(), BatchID: 1, Number: "8800000000000001", HolderID: &owner, FaceFen: 100, BalanceFen: c.balance, Status: c.status, ExpiresAt: c.expires}
				if err := tx.Create(&card).Error; err != nil {
					return err
				}
				field, _, err := aidcard.HoldsMoney(tx, holder)
				if (field == "cards") != c.holds {
					t.Errorf("%s: %q", name, field)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestACardIsNotGivenToAnAccountThatIsGone(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		keys, err := pii.New("test", bytes.Repeat([]byte{7}, pii.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		people, err := identity.NewService(db, keys, identity.Config{JWTSecret: bytes.Repeat([]byte("s"), 32), Demo: true, PasswordCost: identity.Cost{Memory: 64, Passes: 1}})
		if err != nil {
			t.Fatal(err)
		}
		const password = "zique-demo-2026"
		me, err := people.Register(t.Context(), audit.System, "", identity.Registration{Phone: "13900000001", Password: password, Name: "张三"})
		if err != nil {
			t.Fatal(err)
		}
		codes := aidcard.Codes{Pepper: bytes.Repeat([]byte("p"), 32), Rand: rand.Reader}
		code, err := codes.New()
		if err != nil {
			t.Fatal(err)
		}
		err = db.InTx(t.Context(), func(tx *storage.Tx) error {
			if err := tx.Create(&aidcard.Program{ID: 1}).Error; err != nil {
				return err
			}
			_, cards, err := aidcard.Issue(tx, aidcard.Issuing{ProgramID: 1, EnterpriseID: 1, FaceFen: 100, Count: 1})
			if err != nil {
				return err
			}
			return codes.SetCode(tx, cards[0].ID, code)
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := people.DeleteAccount(t.Context(), audit.System, me.ID, password); err != nil {
			t.Fatal(err)
		}
		_, err = codes.Claim(t.Context(), db, audit.Actor{UserID: me.ID}, code)
		if !errors.Is(err, identity.ErrNotFound) {
			t.Errorf("the claim of somebody who left: %v", err)
		}
		if card, err := codes.Find(db.Read(t.Context()), code); err != nil || card.Status != aidcard.Issued {
			t.Errorf("the card is %s (%v)", card.Status, err)
		}
	})
}
