package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"zique/internal/clock"
	"zique/internal/division"
	"zique/internal/id"
	"zique/internal/storage"
)

// Bounds of an address.
const (
	MaxAddresses   = 50  // per user
	maxAddressPart = 30  // characters of name, city and district
	maxDetail      = 200 // characters
)

// Address is where a parcel goes. All of it but the id is sealed in the database.
type Address struct {
	ID       id.ID  `json:"-"`
	Name     string `json:"name"`
	Phone    string `json:"phone"` // in clear: mask it in lists
	Province string `json:"province"`
	City     string `json:"city"`
	District string `json:"district"`
	Detail   string `json:"detail"`
}

// Erased is what is kept of an address when the user has left.
func (a Address) Erased() Address {
	return Address{Name: ErasedName, Province: a.Province, City: a.City}
}

// IsErased tells whether it is what Erased left: no parcel goes without a phone.
func (a Address) IsErased() bool { return a.Phone == "" }

type addressRow struct {
	ID        id.ID
	UserID    id.ID
	Cipher    []byte
	CreatedAt clock.Millis
	RemovedAt *clock.Millis
}

func (addressRow) TableName() string { return "addresses" }

// AddAddress keeps an address of the user and answers it trimmed and with its id.
// It fails with all wrong fields at once, with ErrAddressesFull or with ErrNotFound
// for a user who is unknown or gone.
func (s *Service) AddAddress(ctx context.Context, userID id.ID, a Address) (Address, error) {
	if err := a.Check(); err != nil {
		return Address{}, err
	}
	sealed, err := s.sealAddress(a)
	if err != nil {
		return Address{}, err
	}
	err = s.db.InTx(ctx, func(tx *storage.Tx) error {
		if err := roomForAddress(tx, userID); err != nil {
			return err
		}
		a.ID = tx.NewID()
		return tx.Create(&addressRow{ID: a.ID, UserID: userID, Cipher: sealed, CreatedAt: tx.Now()}).Error
	})
	if err != nil {
		return Address{}, err
	}
	return a, nil
}

// roomForAddress counts under the lock of the user's row, so that two callers do
// not take the last place.
func roomForAddress(tx *storage.Tx, userID id.ID) error {
	if err := KeepAccount(tx, userID); err != nil {
		return err
	}
	var n int64
	err := tx.Model(&addressRow{}).Where("user_id = ? AND removed_at IS NULL", userID).Count(&n).Error
	if err == nil && n >= MaxAddresses {
		return ErrAddressesFull
	}
	return err
}

// Check trims the address and names every wrong field.
func (a *Address) Check() error {
	var p problems
	a.Name = p.Line("name", a.Name, maxAddressPart)
	p.Mobile("phone", a.Phone)
	a.province(&p)
	a.City = p.Line("city", a.City, maxAddressPart)
	a.District = p.Line("district", a.District, maxAddressPart)
	a.Detail = p.Line("detail", a.Detail, maxDetail)
	return p.Err()
}

// province must be one that freight knows. Addresses from before this was asked stay as they are.
func (a *Address) province(p *problems) {
	a.Province = strings.TrimSpace(a.Province)
	switch {
	case a.Province == "":
		p.Add("province", "required", "must not be empty")
	case !division.IsProvince(a.Province):
		p.Add("province", "province", "name a province, as in 湖南省")
	}
}

// sealAddress leaves < > & as they are, so that the bounds above keep the sealed
// address within its column.
func (s *Service) sealAddress(a Address) ([]byte, error) {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(a); err != nil {
		return nil, err
	}
	return s.keys.Seal(plain.Bytes())
}

// Addresses lists the user's addresses, the newest first; at most MaxAddresses.
func (s *Service) Addresses(ctx context.Context, userID id.ID) ([]Address, error) {
	var rows []addressRow
	err := s.db.Read(ctx).Where("user_id = ? AND removed_at IS NULL", userID).Order("id DESC").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	list := make([]Address, len(rows))
	for i, row := range rows {
		if list[i], err = s.openAddress(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Address finds one address of the user. Another's, a removed and an unknown one
// are ErrNotFound alike.
func (s *Service) Address(ctx context.Context, userID, addressID id.ID) (Address, error) {
	row, there, err := s.addresses.Get(ctx, addressID)
	if err != nil {
		return Address{}, err
	}
	if !there || row.UserID != userID {
		return Address{}, ErrNotFound
	}
	return s.openAddress(row)
}

func (s *Service) lookForAddresses(ctx context.Context, addressIDs []id.ID) (map[id.ID]addressRow, error) {
	var rows []addressRow
	err := s.db.Read(ctx).Where("id IN ? AND removed_at IS NULL", addressIDs).Find(&rows).Error
	found := make(map[id.ID]addressRow, len(rows))
	for _, row := range rows {
		found[row.ID] = row
	}
	return found, err
}

func (s *Service) openAddress(row addressRow) (Address, error) {
	a := Address{ID: row.ID}
	plain, err := s.keys.Open(row.Cipher)
	if err != nil {
		return Address{}, err
	}
	return a, json.Unmarshal(plain, &a)
}

// RemoveAddress takes an address out of the user's list, or fails with ErrNotFound.
func (s *Service) RemoveAddress(ctx context.Context, userID, addressID id.ID) error {
	return s.db.InTx(ctx, func(tx *storage.Tx) error {
		removed := tx.Model(&addressRow{}).Where("id = ? AND user_id = ? AND removed_at IS NULL", addressID, userID).
			Update("removed_at", tx.Now())
		if removed.Error == nil && removed.RowsAffected == 0 {
			return ErrNotFound
		}
		return removed.Error
	})
}
