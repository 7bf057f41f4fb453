package rest

import (
	"context"
	"encoding/json"

	"zique/internal/identity"
	"zique/internal/pii"
)

// AddressFields are what a parcel needs.
type AddressFields struct {
	Name     string `json:"name" maxLength:"200"`
	Phone    string `json:"phone" maxLength:"20"`
	Province string `json:"province" maxLength:"200" doc:"one of the 34 of GB/T 2260, short or in full" example:"湖南省"`
	City     string `json:"city" maxLength:"200"`
	District string `json:"district" maxLength:"200"`
	Detail   string `json:"detail" maxLength:"1000"`
}

// AddressJSON is a stored address, its phone masked.
type AddressJSON struct {
	ID string `json:"id"`
	AddressFields
}

func addressFields(a identity.Address) AddressFields {
	return AddressFields{a.Name, pii.MaskPhone(a.Phone), a.Province, a.City, a.District, a.Detail}
}

func (s *Server) listAddresses(ctx context.Context, _ *struct{}) (*body[list[AddressJSON]], error) {
	found, err := s.People.Addresses(ctx, caller(ctx).UserID)
	out := &body[list[AddressJSON]]{list[AddressJSON]{Items: []AddressJSON{}}}
	for _, a := range found {
		out.Body.Items = append(out.Body.Items, AddressJSON{a.ID.String(), addressFields(a)})
	}
	return out, err
}

func (s *Server) addAddress(ctx context.Context, in *struct{ Body AddressFields }) (*body[AddressJSON], error) {
	f := in.Body
	added, err := s.People.AddAddress(ctx, caller(ctx).UserID, identity.Address{
		Name: f.Name, Phone: f.Phone, Province: f.Province, City: f.City, District: f.District, Detail: f.Detail,
	})
	if err != nil {
		return nil, err
	}
	return &body[AddressJSON]{AddressJSON{added.ID.String(), addressFields(added)}}, nil
}

func (s *Server) removeAddress(ctx context.Context, in *PathID) (*struct{}, error) {
	addressID, err := in.parse(identity.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return nil, s.People.RemoveAddress(ctx, caller(ctx).UserID, addressID)
}

// sealAddress is the copy that an order keeps.
func (s *Server) sealAddress(a identity.Address) ([]byte, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return s.Keys.Seal(plain)
}

func (s *Server) openAddress(sealed []byte) (a identity.Address, err error) {
	plain, err := s.Keys.Open(sealed)
	if err == nil {
		err = json.Unmarshal(plain, &a)
	}
	return a, err
}
