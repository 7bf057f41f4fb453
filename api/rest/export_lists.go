package rest

import (
	"context"
	"errors"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/blob"
	"zique/internal/cart"
	"zique/internal/catalog"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/notify"
	"zique/internal/order"
	"zique/internal/org"
)

// The lists of one's own export, each read and sent page by page: see self.export.

func (me self) formerNames(ctx context.Context, add func(any)) error {
	found, err := identity.FormerNames(me.DB.Read(ctx), me.UserID)
	for _, f := range found {
		add(FormerNameJSON{f.Name, f.ReplacedAt.Time()})
	}
	return err
}

func (me self) addresses(ctx context.Context, add func(any)) error {
	found, err := me.People.Addresses(ctx, me.UserID)
	for _, a := range found {
		add(AddressJSON{a.ID.String(), whole(a)})
	}
	return err
}

func (me self) sessions(ctx context.Context, add func(any)) error {
	return eachPage(func(before id.ID) ([]identity.PastSession, error) {
		return me.People.AllSessions(ctx, me.UserID, before, exportedAtOnce)
	}, func(p identity.PastSession) (id.ID, error) {
		add(OwnSessionJSON{sessionOf(p.OpenSession, me.Caller), instant(p.EndedAt)})
		return p.ID, nil
	})
}

func (me self) consents(ctx context.Context, add func(any)) error {
	return eachPage(func(before id.ID) ([]identity.Consent, error) {
		return identity.Consents(me.DB.Read(ctx), me.UserID, before, exportedAtOnce)
	}, func(c identity.Consent) (id.ID, error) {
		add(consentJSON(c))
		return c.ID, nil
	})
}

// exportCart comes last: while carts cannot be reached the rest is there all the same, and
// the answer says what is not.
func (me self) exportCart(ctx context.Context, to *parts) {
	items, err := me.Carts.Get(ctx, me.UserID)
	missing := []string{}
	if errors.Is(err, cart.ErrUnavailable) {
		missing, err = append(missing, "cart"), nil
	}
	to.list("cart", func(add func(any)) error { return errors.Join(err, me.cartItems(ctx, items, add)) })
	to.field("missing", missing)
}

func (me self) cartItems(ctx context.Context, items []cart.Item, add func(any)) error {
	ids := make([]id.ID, len(items))
	for i, item := range items {
		ids[i] = item.SKUID
	}
	offers, err := catalog.Offers(me.DB.Read(ctx), ids)
	for _, item := range items {
		offer := offers[item.SKUID]
		add(OwnCartItemJSON{item.SKUID.String(), offer.Product.Title, offer.Spec, item.Quantity, item.SeenFen})
	}
	return err
}

func (me self) cards(ctx context.Context, add func(any)) error {
	held, err := aidcard.Held(me.DB.Read(ctx), me.UserID)
	for _, c := range held {
		entries, err := me.cardEntries(ctx, c)
		if err != nil {
			return err
		}
		add(OwnCardJSON{me.cardJSON(c), entries})
	}
	return err
}

func (me self) givenCards(ctx context.Context, add func(any)) error {
	hash, err := me.People.PhoneHashOf(ctx, me.UserID)
	if err != nil || hash == "" {
		return err
	}
	given, err := me.CardSales.GivenTo(me.DB.Read(ctx), hash)
	for _, g := range given {
		add(GivenCardJSON{g.CardID.String(), g.Enterprise, g.Name, g.Department, g.CreatedAt.Time()})
	}
	return err
}

func (me self) cardEntries(ctx context.Context, card aidcard.Card) ([]CardEntryJSON, error) {
	var found []ledger.Movement
	err := eachPage(func(before id.ID) ([]ledger.Movement, error) {
		return aidcard.Entries(me.DB.Read(ctx), card, before, exportedAtOnce)
	}, func(m ledger.Movement) (id.ID, error) {
		found = append(found, m)
		return m.ID, nil
	})
	if err != nil {
		return nil, err
	}
	return me.cardEntriesJSON(ctx, found)
}

// applications have the contact's phone in clear where that is the caller's own.
func (me self) applications(ctx context.Context, phone string, add func(any)) error {
	applied, err := me.Orgs.Applications(me.DB.Read(ctx), me.UserID)
	if err != nil {
		return err
	}
	shown, err := me.organisationsJSON(ctx, applied)
	if err != nil {
		return err
	}
	for i, o := range applied {
		own, err := me.Orgs.IsContact(o, phone)
		if err != nil {
			return err
		}
		if own {
			shown[i].ContactPhone = phone
		}
		add(ApplicationJSON{shown[i], stepsJSON(o.Steps)})
	}
	return nil
}

// exportedAtOnce bounds one query of an export.
const exportedAtOnce = 200

// eachPage takes every row of a list that goes from the newest to the oldest; take
// answers a row's id.
func eachPage[T any](list func(before id.ID) ([]T, error), take func(T) (id.ID, error)) error {
	for before := id.ID(0); ; {
		found, err := list(before)
		if err != nil {
			return err
		}
		for _, one := range found {
			if before, err = take(one); err != nil {
				return err
			}
		}
		if len(found) < exportedAtOnce {
			return nil
		}
	}
}

// log has what the caller did in full, but for other people, who are masked; of who
// else did something to the account it does not tell.
func (me self) log(ctx context.Context, add func(any)) error {
	err := me.logged(ctx, audit.Filter{ActorID: me.UserID}, func(e audit.Entry, shown AuditJSON) {
		shown.ActorName, shown.Peer = e.ActorName, e.Peer
		add(shown)
	})
	if err != nil {
		return err
	}
	return me.logged(ctx, audit.Filter{Subject: "user", SubjectID: me.UserID}, func(e audit.Entry, shown AuditJSON) {
		if e.ActorID == me.UserID {
			return
		}
		shown.ActorID, shown.ActorName, shown.Peer, shown.RequestID, shown.Reason = "", "", "", "", ""
		add(shown)
	})
}

func (me self) logged(ctx context.Context, f audit.Filter, take func(e audit.Entry, shown AuditJSON)) error {
	return eachPage(func(before id.ID) ([]audit.Entry, error) {
		f.BeforeID, f.Limit = before, exportedAtOnce
		found, err := audit.List(me.DB.Read(ctx), f)
		if err != nil {
			return nil, err
		}
		shown, err := auditsJSON(me.DB.Read(ctx), found, true)
		for i := range shown {
			take(found[i], shown[i])
		}
		return found, err
	}, func(e audit.Entry) (id.ID, error) { return e.ID, nil })
}

func (me self) orders(ctx context.Context, add func(any)) error {
	return eachPage(func(before id.ID) ([]order.Order, error) {
		return order.List(me.DB.Read(ctx), me.UserID, order.Filter{BeforeID: before, Limit: exportedAtOnce})
	}, func(o order.Order) (id.ID, error) {
		address, err := me.openAddress(o.AddressCipher)
		if err != nil {
			return 0, err
		}
		shown, err := me.orderJSON(o)
		shown.Address = whole(address)
		add(shown)
		return o.ID, err
	})
}

func (me self) uploads(ctx context.Context, add func(any)) error {
	return eachPage(func(before id.ID) ([]blob.File, error) {
		return blob.Of(me.DB.Read(ctx), me.UserID, before, exportedAtOnce)
	}, func(f blob.File) (id.ID, error) {
		add(OwnFileJSON{uploadedJSON(f), f.CreatedAt.Time()})
		return f.ID, nil
	})
}

func (me self) invitations(ctx context.Context, add func(any)) error {
	hash, err := me.People.PhoneHashOf(ctx, me.UserID)
	if err != nil {
		return err
	}
	return eachPage(func(before id.ID) ([]org.Invitation, error) {
		return org.InvitationsOf(me.DB.Read(ctx), me.DB.Now(), me.UserID, hash, before, exportedAtOnce)
	}, func(i org.Invitation) (id.ID, error) {
		add(OwnInviteJSON{
			i.ID.String(), i.OrgID.String(), i.OrgName, i.Role, i.Status, i.InvitedBy == me.UserID, i.CreatedAt.Time()})
		return i.ID, nil
	})
}

func (me self) asked(ctx context.Context, add func(any)) error {
	return eachPage(func(before id.ID) ([]approval.Approval, error) {
		found, err := me.Approvals.Of(me.DB.Read(ctx), me.DB.Now(), me.UserID, before, exportedAtOnce)
		if err != nil {
			return nil, err
		}
		shown, err := me.approvalsFor(ctx, found)
		for _, a := range shown {
			add(a)
		}
		return found, err
	}, func(a approval.Approval) (id.ID, error) { return a.ID, nil })
}

func (me self) messages(ctx context.Context, add func(any)) error {
	return eachPage(func(before id.ID) ([]notify.Received, error) {
		return notify.Inbox(me.DB.Read(ctx), me.UserID, before, exportedAtOnce)
	}, func(r notify.Received) (id.ID, error) {
		add(messageJSON(r, me.lang))
		return r.ID, nil
	})
}
