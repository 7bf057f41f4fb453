package identity

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"zique/internal/id"
)

const (
	tokenParty  = "zique" // issuer and audience
	accessToken = "access"
	maxToken    = 4096 // bytes; ours have some 300
)

// claims is an access token: who (sub), in which session, of which version.
type claims struct {
	jwt.RegisteredClaims
	Type    string `json:"type"`
	Session string `json:"sid"`
	Version int64  `json:"ver"`
}

// sign makes the access token of a session. Its times have whole seconds, so it
// may end up to a second early.
func (s *Service) sign(user User, sessionID id.ID, now time.Time) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    tokenParty,
			Audience:  jwt.ClaimStrings{tokenParty},
			Subject:   user.ID.String(),
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(s.cfg.AccessTTL)),
		},
		Type: accessToken, Session: sessionID.String(), Version: user.TokenVersion,
	}).SignedString(s.cfg.JWTSecret)
}

// parse reads an access token that this service signed, or fails with
// ErrTokenExpired or ErrUnauthenticated.
func (s *Service) parse(token string) (claims, error) {
	if len(token) > maxToken {
		return claims{}, ErrUnauthenticated
	}
	var c claims
	_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return s.cfg.JWTSecret, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithIssuer(tokenParty), jwt.WithAudience(tokenParty),
		jwt.WithExpirationRequired(), jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return s.db.Now().Time() }))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return claims{}, ErrTokenExpired
	case err != nil || c.Type != accessToken || c.IssuedAt == nil:
		return claims{}, ErrUnauthenticated
	}
	return c, nil
}

// Authenticate finds out whose access token this is (without the word Bearer). It
// fails with ErrTokenExpired, after which a client refreshes, or with
// ErrUnauthenticated. The session is looked for each time, so that its end bites at once.
func (s *Service) Authenticate(ctx context.Context, bearer string) (Caller, error) {
	c, err := s.parse(bearer)
	if err != nil {
		return Caller{}, err
	}
	userID, wrongUser := id.Parse(c.Subject)
	sessionID, wrongSession := id.Parse(c.Session)
	if wrongUser != nil || wrongSession != nil {
		return Caller{}, ErrUnauthenticated
	}
	alive, there, err := s.sessions.Get(ctx, sessionID)
	if err != nil {
		return Caller{}, err
	}
	if !there || alive.userID != userID || alive.version != c.Version {
		return Caller{}, ErrUnauthenticated
	}
	return Caller{UserID: userID, SessionID: sessionID, Roles: slices.Clone(alive.roles)}, nil
}

// alive is a session that was not ended, of an active user.
type alive struct {
	userID  id.ID
	version int64
	roles   []string // in their order
}

// lookForSessions finds those of the sessions that are alive.
func (s *Service) lookForSessions(ctx context.Context, sessionIDs []id.ID) (map[id.ID]alive, error) {
	type row struct { // one for each role, or one without
		ID, UserID   id.ID
		TokenVersion int64
		Role         string
	}
	var rows []row
	err := s.db.Read(ctx).Table("sessions").
		Select("sessions.id, sessions.user_id, users.token_version, COALESCE(user_roles.role, '') role").
		Joins("JOIN users ON users.id = sessions.user_id AND users.status = ?", statusActive).
		Joins("LEFT JOIN user_roles ON user_roles.user_id = users.id").
		Where("sessions.id IN ? AND sessions.revoked_at IS NULL", sessionIDs).Scan(&rows).Error
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.Role, b.Role) }) // an engine would make a table to sort them
	found := make(map[id.ID]alive, len(rows))
	for _, r := range rows {
		one := alive{r.UserID, r.TokenVersion, found[r.ID].roles}
		if r.Role != "" {
			one.roles = append(one.roles, r.Role)
		}
		found[r.ID] = one
	}
	return found, err
}
