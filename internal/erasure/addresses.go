package erasure

import (
	"encoding/json"
	"strings"

	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/order"
	"zique/internal/pii"
	"zique/internal/storage"
)

// atOnce bounds the rows that are read at a time.
const atOnce = 500

// places are addresses to which somebody had parcels sent.
type places map[identity.Address]bool

// in is the person as texts of their own may name them: with the streets and the receivers.
func (p places) in(gone pii.Person) pii.Person {
	theirs := pii.Person{Names: gone.Names, Phones: append([]string{}, gone.Phones...)}
	for a := range p {
		theirs.Phones = append(theirs.Phones, a.Phone)
		theirs.Others = append(theirs.Others, a.Name, a.Detail, strings.Join(strings.Fields(a.Detail), ""))
	}
	return theirs
}

// saved adds the addresses that a user keeps or removed.
func (p places) saved(tx *storage.Tx, keys *pii.Keyring, userID id.ID) error {
	var sealed [][]byte
	if err := tx.Table("addresses").Where("user_id = ?", userID).Pluck("cipher", &sealed).Error; err != nil {
		return err
	}
	for _, cipher := range sealed {
		if _, err := p.open(keys, cipher); err != nil {
			return err
		}
	}
	return nil
}

func (p places) open(keys *pii.Keyring, cipher []byte) (a identity.Address, err error) {
	plain, err := keys.Open(cipher)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(plain, &a); err != nil {
		return a, err
	}
	if !a.IsErased() {
		p[a] = true
	}
	return a, nil
}

type addressed struct {
	ID            id.ID
	AddressCipher []byte
}

// forgetAddresses leaves of the addresses in a user's orders what statements and freight
// are explained by: the province and the city. Nothing is sent there any more, since
// order.Underway lets nobody go before all orders are closed or cancelled. What is erased
// is added to the places.
func (p places) forgetAddresses(tx *storage.Tx, keys *pii.Keyring, userID id.ID) error {
	for last := id.ID(0); ; {
		var found []addressed
		err := tx.Model(&order.Order{}).Select("id, address_cipher").
			Where("buyer_id = ? AND status IN ? AND id > ?", userID, []string{order.Closed, order.Cancelled}, last).
			Order("id").Limit(atOnce).Scan(&found).Error
		if err != nil || len(found) == 0 {
			return err
		}
		if err := p.erase(tx, keys, found); err != nil {
			return err
		}
		last = found[len(found)-1].ID
	}
}

// erase writes the orders of each city at once.
func (p places) erase(tx *storage.Tx, keys *pii.Keyring, found []addressed) error {
	alike := map[identity.Address][]id.ID{}
	for _, o := range found {
		a, err := p.open(keys, o.AddressCipher)
		if err != nil {
			return err
		}
		alike[a.Erased()] = append(alike[a.Erased()], o.ID)
	}
	for a, orders := range alike {
		plain, err := json.Marshal(a)
		if err != nil {
			return err
		}
		sealed, err := keys.Seal(plain)
		if err != nil {
			return err
		}
		if err := tx.Model(&order.Order{}).Where("id IN ?", orders).Update("address_cipher", sealed).Error; err != nil {
			return err
		}
	}
	return nil
}
