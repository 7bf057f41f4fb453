package erasure

import (
	"encoding/json"

	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/order"
	"zique/internal/pii"
	"zique/internal/storage"
)

// addressesAtOnce bounds the orders that are read at a time.
const addressesAtOnce = 500

type addressed struct {
	ID            id.ID
	AddressCipher []byte
}

// forgetAddresses leaves of the addresses in a user's orders what statements and freight
// are explained by: the province and the city. Nothing is sent there any more, since
// order.Underway lets nobody go before all orders are closed or cancelled.
func forgetAddresses(tx *storage.Tx, keys *pii.Keyring, userID id.ID) error {
	for last := id.ID(0); ; {
		var found []addressed
		err := tx.Model(&order.Order{}).Select("id, address_cipher").
			Where("buyer_id = ? AND status IN ? AND id > ?", userID, []string{order.Closed, order.Cancelled}, last).
			Order("id").Limit(addressesAtOnce).Scan(&found).Error
		if err != nil || len(found) == 0 {
			return err
		}
		if err := eraseAddresses(tx, keys, found); err != nil {
			return err
		}
		last = found[len(found)-1].ID
	}
}

// eraseAddresses writes the orders of each city at once.
func eraseAddresses(tx *storage.Tx, keys *pii.Keyring, found []addressed) error {
	alike := map[identity.Address][]id.ID{}
	for _, o := range found {
		plain, err := keys.Open(o.AddressCipher)
		if err != nil {
			return err
		}
		var a identity.Address
		if err := json.Unmarshal(plain, &a); err != nil {
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
