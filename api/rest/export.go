package rest

import (
	"context"
	"time"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/blob"
	"zique/internal/catalog"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/notify"
	"zique/internal/order"
	"zique/internal/org"
)

// ExportJSON is everything that the marketplace holds about the caller. Unlike
// elsewhere, their own phone numbers stand in clear.
type ExportJSON struct {
	CreatedAt    time.Time         `json:"created_at"`
	Profile      ProfileJSON       `json:"profile"`
	Addresses    []AddressJSON     `json:"addresses"`
	Sessions     []OwnSessionJSON  `json:"sessions" doc:"also those that are over, until they are forgotten"`
	Consents     []ConsentJSON     `json:"consents"`
	Memberships  []MembershipJSON  `json:"memberships"`
	Applications []ApplicationJSON `json:"applications" doc:"of organisations that the caller manages, or handed in once"`
	Cards        []OwnCardJSON     `json:"cards"`
	Cart         []OwnCartItemJSON `json:"cart"`
	Orders       []OrderJSON       `json:"orders"`
	Uploads      []OwnFileJSON     `json:"uploads"`
	Invitations  []OwnInviteJSON   `json:"invitations" doc:"to the verified phone, and those sent"`
	Approvals    []ApprovalJSON    `json:"approvals" doc:"asked for or decided"`
	Messages     []MessageJSON     `json:"messages"`
	Log          []AuditJSON       `json:"log" doc:"what the caller did, the newest first; then what others did to the account, without who it was"`
}

// OwnSessionJSON is a session of the caller, over or not.
type OwnSessionJSON struct {
	OpenSessionJSON
	EndedAt *time.Time `json:"ended_at,omitempty" doc:"absent while it is open"`
}

// OwnCartItemJSON is what the caller put into the cart.
type OwnCartItemJSON struct {
	SKUID    string    `json:"sku_id"`
	Title    string    `json:"title" doc:"empty where it is not sold any more"`
	Spec     string    `json:"spec"`
	Quantity int64     `json:"quantity"`
	SeenFen  money.Fen `json:"seen_fen" doc:"the price at which it was put there"`
}

// OwnCardJSON is a card with everything that moved on it.
type OwnCardJSON struct {
	CardJSON
	Entries []CardEntryJSON `json:"entries" doc:"newest first"`
}

// ApplicationJSON is an organisation with the steps of its way. Of one that the caller
// does not manage any more only their own stand here.
type ApplicationJSON struct {
	OrganisationJSON
	Steps []StepJSON `json:"steps" doc:"oldest first"`
}

// OwnFileJSON is a file that the caller uploaded.
type OwnFileJSON struct {
	UploadedJSON
	CreatedAt time.Time `json:"created_at"`
}

// OwnInviteJSON is an invitation that the caller got or sent.
type OwnInviteJSON struct {
	ID        string    `json:"id"`
	OrgID     string    `json:"org_id"`
	OrgName   string    `json:"org_name"`
	Role      string    `json:"role"`
	Status    string    `json:"status" enum:"pending,accepted,declined,revoked,expired"`
	Sent      bool      `json:"sent" doc:"false: got"`
	CreatedAt time.Time `json:"created_at"`
}

// ProfileJSON is the caller with their phone in clear.
type ProfileJSON struct {
	UserJSON
	CreatedAt time.Time `json:"created_at"`
}

type exported struct {
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	Spoken
	Body ExportJSON
}

func (s *Server) exportMe(ctx context.Context, in *struct{ Lang }) (*exported, error) {
	who := caller(ctx).UserID
	if err := s.People.BeginExport(ctx, actor(ctx), who); err != nil {
		return nil, err
	}
	out := &exported{Disposition: `attachment; filename="zique-my-data.json"`, CacheControl: "no-store", Spoken: in.spoken()}
	out.Body.CreatedAt = s.DB.Now().Time()
	for _, part := range []func(ctx context.Context, who id.ID, lang string, into *ExportJSON) error{
		s.exportProfile, s.exportAddresses, s.exportStanding, s.exportApplications, s.exportCards, s.exportCart, s.exportOrders,
		s.exportUploads, s.exportInvitations, s.exportApprovals, s.exportMessages, s.exportLog,
	} {
		if err := part(ctx, who, in.wanted(), &out.Body); err != nil {
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

func (s *Server) exportStanding(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	into.Sessions, into.Consents = []OwnSessionJSON{}, []ConsentJSON{}
	err := eachPage(func(before id.ID) ([]identity.PastSession, error) {
		return s.People.AllSessions(ctx, who, before, exportedAtOnce)
	}, func(p identity.PastSession) (id.ID, error) {
		into.Sessions = append(into.Sessions, OwnSessionJSON{sessionOf(p.OpenSession, caller(ctx)), instant(p.EndedAt)})
		return p.ID, nil
	})
	if err != nil {
		return err
	}
	return eachPage(func(before id.ID) ([]identity.Consent, error) {
		return identity.Consents(s.DB.Read(ctx), who, before, exportedAtOnce)
	}, func(c identity.Consent) (id.ID, error) {
		into.Consents = append(into.Consents, consentJSON(c))
		return c.ID, nil
	})
}

func (s *Server) exportCart(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	into.Cart = []OwnCartItemJSON{}
	items, err := s.Carts.Get(ctx, who)
	if err != nil {
		return err
	}
	ids := make([]id.ID, len(items))
	for i, item := range items {
		ids[i] = item.SKUID
	}
	offers, err := catalog.Offers(s.DB.Read(ctx), ids)
	for _, item := range items {
		offer := offers[item.SKUID]
		into.Cart = append(into.Cart, OwnCartItemJSON{item.SKUID.String(), offer.Product.Title, offer.Spec, item.Quantity, item.SeenFen})
	}
	return err
}

func (s *Server) exportCards(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	held, err := aidcard.Held(s.DB.Read(ctx), who)
	into.Cards = []OwnCardJSON{}
	for _, c := range held {
		entries, err := s.cardEntries(ctx, c)
		if err != nil {
			return err
		}
		into.Cards = append(into.Cards, OwnCardJSON{cardJSON(c), entries})
	}
	return err
}

func (s *Server) cardEntries(ctx context.Context, card aidcard.Card) ([]CardEntryJSON, error) {
	var found []ledger.Movement
	err := eachPage(func(before id.ID) ([]ledger.Movement, error) {
		return aidcard.Entries(s.DB.Read(ctx), card, before, exportedAtOnce)
	}, func(m ledger.Movement) (id.ID, error) {
		found = append(found, m)
		return m.ID, nil
	})
	if err != nil {
		return nil, err
	}
	return s.cardEntriesJSON(ctx, found)
}

func (s *Server) exportApplications(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	applied, err := s.Orgs.Applications(s.DB.Read(ctx), who)
	if err != nil {
		return err
	}
	shown, err := s.organisationsJSON(ctx, applied)
	into.Applications = []ApplicationJSON{}
	for i, o := range applied {
		into.Applications = append(into.Applications, ApplicationJSON{shown[i], stepsJSON(o.Steps)})
	}
	return err
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

// exportLog has what the caller did in full, but for other people, who are masked; of who
// else did something to the account it does not tell.
func (s *Server) exportLog(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	into.Log = []AuditJSON{}
	rows := func(f audit.Filter, take func(e audit.Entry, shown AuditJSON)) error {
		return eachPage(func(before id.ID) ([]audit.Entry, error) {
			f.BeforeID, f.Limit = before, exportedAtOnce
			found, err := audit.List(s.DB.Read(ctx), f)
			if err != nil {
				return nil, err
			}
			shown, err := auditsJSON(s.DB.Read(ctx), found, true)
			for i := range shown {
				take(found[i], shown[i])
			}
			return found, err
		}, func(e audit.Entry) (id.ID, error) { return e.ID, nil })
	}
	err := rows(audit.Filter{ActorID: who}, func(e audit.Entry, shown AuditJSON) {
		shown.ActorName, shown.Peer = e.ActorName, e.Peer
		into.Log = append(into.Log, shown)
	})
	if err != nil {
		return err
	}
	return rows(audit.Filter{Subject: "user", SubjectID: who}, func(e audit.Entry, shown AuditJSON) {
		if e.ActorID == who {
			return
		}
		shown.ActorID, shown.ActorName, shown.Peer, shown.RequestID, shown.Reason = "", "", "", "", ""
		into.Log = append(into.Log, shown)
	})
}

func (s *Server) exportOrders(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	into.Orders = []OrderJSON{}
	return eachPage(func(before id.ID) ([]order.Order, error) {
		return order.List(s.DB.Read(ctx), who, order.Filter{BeforeID: before, Limit: exportedAtOnce})
	}, func(o order.Order) (id.ID, error) {
		shown, err := s.orderJSON(o)
		into.Orders = append(into.Orders, shown)
		return o.ID, err
	})
}

func (s *Server) exportUploads(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	into.Uploads = []OwnFileJSON{}
	return eachPage(func(before id.ID) ([]blob.File, error) {
		return blob.Of(s.DB.Read(ctx), who, before, exportedAtOnce)
	}, func(f blob.File) (id.ID, error) {
		into.Uploads = append(into.Uploads, OwnFileJSON{uploadedJSON(f), f.CreatedAt.Time()})
		return f.ID, nil
	})
}

func (s *Server) exportInvitations(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	into.Invitations = []OwnInviteJSON{}
	hash, err := s.People.PhoneHashOf(ctx, who)
	if err != nil {
		return err
	}
	return eachPage(func(before id.ID) ([]org.Invitation, error) {
		return org.InvitationsOf(s.DB.Read(ctx), s.DB.Now(), who, hash, before, exportedAtOnce)
	}, func(i org.Invitation) (id.ID, error) {
		into.Invitations = append(into.Invitations, OwnInviteJSON{
			i.ID.String(), i.OrgID.String(), i.OrgName, i.Role, i.Status, i.InvitedBy == who, i.CreatedAt.Time()})
		return i.ID, nil
	})
}

func (s *Server) exportApprovals(ctx context.Context, who id.ID, _ string, into *ExportJSON) error {
	into.Approvals = []ApprovalJSON{}
	return eachPage(func(before id.ID) ([]approval.Approval, error) {
		found, err := s.Approvals.Of(s.DB.Read(ctx), s.DB.Now(), who, before, exportedAtOnce)
		if err != nil {
			return nil, err
		}
		shown, err := s.approvalsFor(ctx, found)
		into.Approvals = append(into.Approvals, shown...)
		return found, err
	}, func(a approval.Approval) (id.ID, error) { return a.ID, nil })
}

func (s *Server) exportMessages(ctx context.Context, who id.ID, lang string, into *ExportJSON) error {
	into.Messages = []MessageJSON{}
	return eachPage(func(before id.ID) ([]notify.Received, error) {
		return notify.Inbox(s.DB.Read(ctx), who, before, exportedAtOnce)
	}, func(r notify.Received) (id.ID, error) {
		into.Messages = append(into.Messages, messageJSON(r, lang))
		return r.ID, nil
	})
}
