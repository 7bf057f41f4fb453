package rest

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/blob"
	"zique/internal/cart"
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
// elsewhere, their own phone numbers stand in clear, and those in addresses that they wrote.
// It is sent page by page: see self.export.
type ExportJSON struct {
	CreatedAt    time.Time         `json:"created_at"`
	Profile      ProfileJSON       `json:"profile"`
	FormerNames  []FormerNameJSON  `json:"former_names" doc:"the last first"`
	Addresses    []AddressJSON     `json:"addresses"`
	Sessions     []OwnSessionJSON  `json:"sessions" doc:"also those that are over, until they are forgotten"`
	Consents     []ConsentJSON     `json:"consents"`
	Memberships  []MembershipJSON  `json:"memberships"`
	Applications []ApplicationJSON `json:"applications" doc:"of organisations that the caller manages, or handed in once"`
	Cards        []OwnCardJSON     `json:"cards"`
	Cart         []OwnCartItemJSON `json:"cart" doc:"empty where missing names it"`
	Orders       []OrderJSON       `json:"orders"`
	Uploads      []OwnFileJSON     `json:"uploads"`
	Invitations  []OwnInviteJSON   `json:"invitations" doc:"to the verified phone, and those sent"`
	Approvals    []ApprovalJSON    `json:"approvals" doc:"asked for or decided"`
	Messages     []MessageJSON     `json:"messages"`
	Log          []AuditJSON       `json:"log" doc:"what the caller did, the newest first; then what others did to the account, without who it was"`
	Missing      []string          `json:"missing" enum:"cart" doc:"parts that could not be reached: export again later"`
}

// FormerNameJSON is what the caller was called before.
type FormerNameJSON struct {
	Name       string    `json:"name"`
	ReplacedAt time.Time `json:"replaced_at"`
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
	Body func(huma.Context)
}

// exports registers a call that sends an ExportJSON in parts.
func exports[I any](on registrar, path, name string, who access, h handler[I, exported]) {
	schema := on.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[ExportJSON](), true, "")
	register(on, huma.Operation{Method: http.MethodGet, Path: path, OperationID: name, Responses: map[string]*huma.Response{"200": {
		Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}},
	}}}, who, h)
}

func (s *Server) exportMe(ctx context.Context, in *struct{ Lang }) (*exported, error) {
	me := self{s, caller(ctx), in.wanted()}
	if err := s.People.BeginExport(ctx, actor(ctx), me.UserID); err != nil {
		return nil, err
	}
	return &exported{
		Disposition: `attachment; filename="zique-my-data.json"`, CacheControl: "no-store", Spoken: in.spoken(),
		Body: func(out huma.Context) {
			out.SetHeader("Content-Type", "application/json")
			sendParts(out.Context(), out, func(p *parts) { me.export(out.Context(), p) })
		},
	}, nil
}

// self is whoever exports what is held about them.
type self struct {
	*Server
	identity.Caller
	lang string
}

func (me self) export(ctx context.Context, to *parts) {
	to.field("created_at", me.DB.Now().Time())
	phone, err := me.exportProfile(ctx, to)
	if err != nil {
		to.err = err
		return
	}
	for _, part := range []struct {
		name string
		each func(ctx context.Context, add func(any)) error
	}{
		{"former_names", me.formerNames}, {"addresses", me.addresses}, {"sessions", me.sessions}, {"consents", me.consents},
		{"applications", func(ctx context.Context, add func(any)) error { return me.applications(ctx, phone, add) }},
		{"cards", me.cards}, {"orders", me.orders}, {"uploads", me.uploads}, {"invitations", me.invitations},
		{"approvals", me.asked}, {"messages", me.messages}, {"log", me.log},
	} {
		to.list(part.name, func(add func(any)) error { return part.each(ctx, add) })
	}
	if to.err == nil {
		me.exportCart(ctx, to)
	}
}

// exportProfile answers the phone.
func (me self) exportProfile(ctx context.Context, to *parts) (phone string, err error) {
	var profile ProfileJSON
	shown, err := me.meJSON(ctx, func() (user identity.User, err error) {
		user, err = me.People.Get(ctx, me.UserID)
		profile.CreatedAt = user.CreatedAt.Time()
		return user, err
	})
	if err != nil {
		return "", err
	}
	if phone, err = me.People.OwnPhone(ctx, me.UserID); err != nil {
		return "", err
	}
	profile.UserJSON = shown.Body.User
	profile.Phone = phone
	to.field("profile", profile)
	to.field("memberships", shown.Body.Memberships)
	return phone, nil
}

// whole is an address as its owner wrote it.
func whole(a identity.Address) AddressFields {
	fields := addressFields(a)
	fields.Phone = a.Phone
	return fields
}

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
		add(OwnCardJSON{cardJSON(c), entries})
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
