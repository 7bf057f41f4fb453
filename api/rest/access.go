package rest

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/org"
)

// access says who may call a route. Whether the thing that the route names is the
// caller's own is for the domain to say.
type access struct {
	open  bool     // without a session
	maybe bool     // with or without a session; one that is given must be good
	roles []string // platform roles, of which the caller has one
	kinds []string // kinds of organisation, for one of which the caller acts
	as    []string // and the roles in it, of which the caller has one; empty: any
	owes  bool     // what it owes others, so also while the organisation is suspended
}

var (
	anyone     = access{open: true}
	optional   = access{maybe: true}
	signedIn   = access{}
	operators  = access{roles: []string{identity.RoleOperator}}
	readers    = access{roles: []string{identity.RoleOperator, identity.RoleAuditor}} // to look, never to change
	county     = access{roles: operators.roles, kinds: []string{org.County}}
	federation = access{roles: operators.roles, kinds: []string{org.Federation}}
	eitherDesk = access{roles: operators.roles, kinds: []string{org.County, org.Federation}}
)

// buyers are members of who may pay by bank.
var buyers = members([]string{org.Enterprise, org.Chamber})

// anyMember is whoever acts for an organisation of any kind.
var anyMember = members([]string{org.Federation, org.County, org.Chamber, org.Enterprise, org.Cooperative, org.VillageCollective})

// members may call who acts for an organisation of one of the kinds, in one of the roles.
func members(kinds []string, as ...string) access { return access{kinds: kinds, as: as} }

// evenSuspended is for what an organisation still owes others while it is suspended.
func (a access) evenSuspended() access {
	a.owes = true
	return a
}

var (
	errForbidden   = fault.New(fault.Forbidden, "forbidden", "this is not yours to do")
	errOrgRequired = fault.New(fault.Invalid, "org_required", "you belong to several organisations that could do this: name one in the header Zique-Org").
			With("Zique-Org", "required", "name one of your organisations")
	errOrgForeign = errForbidden.With("Zique-Org", "forbidden", "you do not act for this organisation here")
)

// guard lets through who may call the route, with the session and the acting
// membership in the context.
func (s *Server) guard(who access) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if who.maybe && ctx.Header("Authorization") == "" {
			next(ctx)
			return
		}
		session, err := s.session(ctx)
		if err == nil && len(who.roles) > 0 && !slices.ContainsFunc(who.roles, session.Has) {
			err = errForbidden
		}
		if err != nil {
			refuse(ctx, problemOf(ctx.Context(), err))
			return
		}
		ctx = huma.WithValue(ctx, callerKey, session)
		if len(who.kinds) > 0 {
			membership, err := s.membership(ctx.Context(), session.UserID, ctx.Header("Zique-Org"), ctx.Method() != http.MethodGet, who)
			if err != nil {
				refuse(ctx, problemOf(ctx.Context(), err))
				return
			}
			ctx = huma.WithValue(ctx, actingKey, membership)
		}
		next(ctx)
	}
}

func (s *Server) session(ctx huma.Context) (identity.Caller, error) {
	scheme, token, _ := strings.Cut(ctx.Header("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return identity.Caller{}, identity.ErrUnauthenticated
	}
	within, cancel := context.WithTimeout(ctx.Context(), answerWithin)
	defer cancel()
	return s.People.Authenticate(within, token)
}

// membership is that in which the caller acts: the one that Zique-Org names, or the only
// one that fits. Who is suspended changes nothing but what they owe.
func (s *Server) membership(ctx context.Context, userID id.ID, named string, changes bool, who access) (org.MembershipOf, error) {
	all, err := s.memberships(ctx, userID)
	if err != nil {
		return org.MembershipOf{}, err
	}
	return whichOf(all, named, changes, who)
}

func (s *Server) memberships(ctx context.Context, userID id.ID) ([]org.MembershipOf, error) {
	within, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	return org.Memberships(s.DB.Read(within), userID)
}

func whichOf(all []org.MembershipOf, named string, changes bool, who access) (org.MembershipOf, error) {
	fitting := slices.DeleteFunc(slices.Clone(all), func(m org.MembershipOf) bool {
		return !m.Acts() || !slices.Contains(who.kinds, m.Kind) || (len(who.as) > 0 && !slices.Contains(who.as, m.Role)) ||
			(named != "" && m.OrgID.String() != named)
	})
	switch {
	case len(fitting) == 0 && named != "":
		return org.MembershipOf{}, errOrgForeign
	case len(fitting) == 0:
		return org.MembershipOf{}, errForbidden
	case len(fitting) > 1:
		return org.MembershipOf{}, errOrgRequired
	case fitting[0].Status == org.Suspended && !who.owes && changes:
		return org.MembershipOf{}, org.ErrSuspended
	}
	return fitting[0], nil
}

// acting is the membership in which the caller acts, on routes for members.
func acting(ctx context.Context) org.MembershipOf {
	value, _ := ctx.Value(actingKey).(org.MembershipOf)
	return value
}

// actor is who stands in the audit log for what this request changes.
func actor(ctx context.Context) audit.Actor {
	return audit.Actor{UserID: caller(ctx).UserID, OrgID: acting(ctx).OrgID, Peer: peer(ctx), RequestID: requestID(ctx)}
}
