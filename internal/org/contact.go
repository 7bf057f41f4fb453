package org

import (
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/pii"
	"zique/internal/storage"
)

// contact names what is wrong with whom the operators turn to.
func (p *problems) contact(name *string, phone string) {
	*name = p.Line("contact_name", *name, MaxContact)
	p.Mobile("contact_phone", phone)
}

// setContact puts a contact into an organisation, the phone sealed.
func (s *Service) setContact(o *Organisation, name, phone string) (err error) {
	o.ContactName, o.ContactPhone = name, pii.MaskPhone(phone)
	o.ContactCipher, err = s.keys.Seal([]byte(phone))
	return err
}

// formerContact is whom the operators turned to before. Texts about the organisation may
// name them, which who looks on must not see: see audit.Circle.
type formerContact struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrgID      id.ID
	Name       string
	Cipher     []byte // sealed phone
	ReplacedAt clock.Millis
}

// TableName is the table's name.
func (formerContact) TableName() string { return "former_contacts" }

// keepContact keeps the contact that another name is about to replace.
func (o Organisation) keepContact(tx *storage.Tx, instead string) error {
	if o.ContactName == "" || o.ContactName == instead {
		return nil
	}
	return tx.Create(&formerContact{tx.NewID(), o.ID, o.ContactName, o.ContactCipher, tx.Now()}).Error
}

// ChangeContact says whom the operators turn to from now on, for a manager of an
// organisation that is admitted; before that, Edit does. It fails with all wrong fields at
// once, ErrNotFound, ErrForbidden, ErrSuspended or ErrNotAdmitted.
func (s *Service) ChangeContact(tx *storage.Tx, by audit.Actor, orgID id.ID, name, phone string) (Organisation, error) {
	o, _, err := manage(tx, by, orgID, managing...)
	if err == nil {
		err = acting(o)
	}
	if err != nil {
		return Organisation{}, err
	}
	var p problems
	if p.contact(&name, phone); p.Err() != nil {
		return Organisation{}, p.Err()
	}
	if o, err = s.filled(tx.DB, o); err != nil {
		return Organisation{}, err
	}
	if err := o.keepContact(tx, name); err != nil {
		return Organisation{}, err
	}
	before := o.contact()
	if err := s.setContact(&o, name, phone); err != nil {
		return Organisation{}, err
	}
	err = tx.Model(&Organisation{}).Where("id = ?", o.ID).Updates(map[string]any{"contact_name": o.ContactName, "contact_cipher": o.ContactCipher}).Error
	if err != nil {
		return Organisation{}, err
	}
	err = audit.Write(tx, by.For(o.ID), audit.Change{
		Action: "organisation.contact_changed", Subject: "organisation", SubjectID: o.ID, Before: before, After: o.contact()})
	if err != nil {
		return Organisation{}, err
	}
	return s.Of(tx.DB, o.ID, by.UserID)
}

// contact is what the audit log shows of one, masked.
func (o Organisation) contact() map[string]string {
	return map[string]string{"contact_name": pii.MaskName(o.ContactName), "contact_phone": o.ContactPhone}
}

// IsContact tells whether the phone is that of an organisation's contact, where that is shown.
func (s *Service) IsContact(o Organisation, phone string) (bool, error) {
	if o.ContactPhone == "" {
		return false, nil
	}
	theirs, err := s.keys.Open(o.ContactCipher)
	return string(theirs) == phone, err
}
