package rest

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zique/internal/identity"
	"zique/internal/money"
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
	GivenCards   []GivenCardJSON   `json:"given_cards" doc:"for which an enterprise put the verified phone down"`
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

// GivenCardJSON is a card that an enterprise put the caller down for.
type GivenCardJSON struct {
	CardID     string    `json:"card_id"`
	Enterprise string    `json:"enterprise"`
	Name       string    `json:"name" doc:"as the enterprise wrote it"`
	Department string    `json:"department,omitempty"`
	CreatedAt  time.Time `json:"created_at"`
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
		{"cards", me.cards}, {"given_cards", me.givenCards}, {"orders", me.orders}, {"uploads", me.uploads}, {"invitations", me.invitations},
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
