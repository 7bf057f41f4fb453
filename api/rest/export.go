package rest

import (
	"context"
	"time"

	"zique/internal/aidcard"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/notify"
	"zique/internal/order"
)

// ExportJSON is everything that the marketplace holds about the caller. Unlike
// elsewhere, their own phone numbers stand in clear.
type ExportJSON struct {
	CreatedAt   time.Time         `json:"created_at"`
	Profile     ProfileJSON       `json:"profile"`
	Addresses   []AddressJSON     `json:"addresses"`
	Sessions    []OpenSessionJSON `json:"sessions"`
	Consents    []ConsentJSON     `json:"consents"`
	Memberships []MembershipJSON  `json:"memberships"`
	Cards       []CardJSON        `json:"cards"`
	Orders      []OrderJSON       `json:"orders"`
	Messages    []MessageJSON     `json:"messages"`
}

// ProfileJSON is the caller with their phone in clear.
type ProfileJSON struct {
	UserJSON
	CreatedAt time.Time `json:"created_at"`
}

type exported struct {
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	Body         ExportJSON
}

func (s *Server) exportMe(ctx context.Context, in *struct{ Lang }) (*exported, error) {
	who := caller(ctx).UserID
	if err := s.People.BeginExport(ctx, actor(ctx), who); err != nil {
		return nil, err
	}
	out := &exported{Disposition: `attachment; filename="zique-my-data.json"`, CacheControl: "no-store"}
	out.Body.CreatedAt = s.DB.Now().Time()
	for _, part := range []func(ctx context.Context, who id.ID, lang string, into *ExportJSON) error{
		s.exportProfile, s.exportAddresses, s.exportStanding, s.exportCards, s.exportOrders, s.exportMessages,
	} {
		if err := part(ctx, who, in.Lang.Lang, &out.Body); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Server) exportProfile(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	me, err := s.meJSON(ctx, func() (user identity.User, err error) {
		user, err = s.People.Get(ctx, who)
		into.Profile.CreatedAt = user.CreatedAt.Time()
		return user, err
	})
	if err != nil {
		return err
	}
	into.Profile.UserJSON, into.Memberships = me.Body.User, me.Body.Memberships
	into.Profile.Phone, err = s.People.OwnPhone(ctx, who)
	return err
}

func (s *Server) exportAddresses(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	found, err := s.People.Addresses(ctx, who)
	into.Addresses = []AddressJSON{}
	for _, a := range found {
		fields := addressFields(a)
		fields.Phone = a.Phone
		into.Addresses = append(into.Addresses, AddressJSON{a.ID.String(), fields})
	}
	return err
}

func (s *Server) exportStanding(ctx context.Context, who id.ID, _ string, into *ExportJSON) (err error) {
	if into.Sessions, err = s.sessionsJSON(ctx); err != nil {
		return err
	}
	into.Consents, err = s.consentsJSON(ctx, who)
	return err
}

func (s *Server) exportCards(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	held, err := aidcard.Held(s.DB.Read(ctx), who)
	into.Cards = []CardJSON{}
	for _, c := range held {
		into.Cards = append(into.Cards, cardJSON(c))
	}
	return err
}

// exportedAtOnce bounds one query of an export.
const exportedAtOnce = 200

func (s *Server) exportOrders(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	into.Orders = []OrderJSON{}
	for page := (order.Filter{Limit: exportedAtOnce}); ; {
		found, err := order.List(s.DB.Read(ctx), who, page)
		if err != nil {
			return err
		}
		for _, o := range found {
			shown, err := s.orderJSON(o)
			if err != nil {
				return err
			}
			into.Orders = append(into.Orders, shown)
			page.BeforeID = o.ID
		}
		if len(found) < exportedAtOnce {
			return nil
		}
	}
}

func (s *Server) exportMessages(ctx context.Context, who id.ID, lang string, into *ExportJSON) error {
	into.Messages = []MessageJSON{}
	for before := id.ID(0); ; {
		found, err := notify.Inbox(s.DB.Read(ctx), who, before, exportedAtOnce)
		if err != nil {
			return err
		}
		for _, r := range found {
			into.Messages = append(into.Messages, messageJSON(r, lang))
			before = r.ID
		}
		if len(found) < exportedAtOnce {
			return nil
		}
	}
}
