package erasure

import (
	"database/sql"
	"encoding/json"

	"zique/internal/bank"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/pii"
	"zique/internal/storage"
)

// forgetPayers takes somebody out of what the bank said of payments of their orders: the
// payer's name, where it is theirs, and the memo. The account stays, which a refund that
// is still to be transferred goes to.
func forgetPayers(tx *storage.Tx, keys *pii.Keyring, gone pii.Person, userID id.ID) error {
	for last := id.ID(0); ; {
		var found []bank.Row
		err := tx.Where(paid, sql.Named("user", userID)).Where("id > ?", last).Order("id").Limit(atOnce).Find(&found).Error
		if err != nil || len(found) == 0 {
			return err
		}
		for _, r := range found {
			if err := forgetPayer(tx, keys, gone, r); err != nil {
				return err
			}
		}
		last = found[len(found)-1].ID
	}
}

func forgetPayer(tx *storage.Tx, keys *pii.Keyring, gone pii.Person, r bank.Row) error {
	plain, err := keys.Open(r.PayerCipher)
	if err != nil {
		return err
	}
	var said bank.Payer
	if err := json.Unmarshal(plain, &said); err != nil {
		return err
	}
	without := bank.Payer{Name: gone.Erase(said.Name, identity.ErasedName), Account: said.Account, Memo: gone.Erase(said.Memo, identity.ErasedName)}
	if without == said {
		return nil
	}
	if plain, err = json.Marshal(without); err != nil {
		return err
	}
	sealed, err := keys.Seal(plain)
	if err != nil {
		return err
	}
	return tx.Model(&bank.Row{}).Where("id = ?", r.ID).Update("payer_cipher", sealed).Error
}
