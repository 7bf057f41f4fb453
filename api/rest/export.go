package rest

import (
	"context"
	"time"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/blob"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/ledger"
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
	Sessions     []OpenSessionJSON `json:"sessions"`
	Consents     []ConsentJSON     `json:"consents"`
	Memberships  []MembershipJSON  `json:"memberships"`
	Applications []ApplicationJSON `json:"applications" doc:"of organisations that the caller manages, or handed in once"`
	Cards        []OwnCardJSON     `json:"cards"`
	Orders       []OrderJSON       `json:"orders"`
	Uploads      []OwnFileJSON     `json:"uploads"`
	Invitations  []OwnInviteJSON   `json:"invitations" doc:"to the verified phone, and those sent"`
	Approvals    []ApprovalJSON    `json:"approvals" doc:"asked for or decided"`
	Messages     []MessageJSON     `json:"messages"`
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
		s.exportProfile, s.exportAddresses, s.exportStanding, s.exportApplications, s.exportCards, s.exportOrders,
		s.exportUploads, s.exportInvitations, s.exportApprovals, s.exportMessages,
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

func (s *Server) exportStanding(ctx context.Context, who id.ID, _ string, into *ExportJSON) (err error) {
	if into.Sessions, err = s.sessionsJSON(ctx); err != nil {
		return err
	}
	into.Consents, err = s.consentsJSON(ctx, who)
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
		return s.Approvals.Of(s.DB.Read(ctx), s.DB.Now(), who, before, exportedAtOnce)
	}, func(a approval.Approval) (id.ID, error) {
		into.Approvals = append(into.Approvals, approvalJSON(a))
		return a.ID, nil
	})
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
