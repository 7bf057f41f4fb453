// Package identity knows who is calling: users, their passwords, sessions, roles,
// consents and addresses. Its invariants:
//
//   - A phone number and an address stand in the database only sealed; a phone is
//     found by its keyed hash and belongs to at most one user.
//   - An unknown phone and a wrong password cost the same work and answer the same.
//   - A session is alive while it is not revoked, its user is active and its token
//     version is the user's; each request asks, so signing out bites at once.
//   - A refresh token is used once. Its second use revokes the session, because one
//     of the two users of it is a thief.
//   - A code that a phone got is used once, for its purpose, and no answer tells whether
//     a phone has an account.
//   - Of a deleted account there is a row without a name or a phone, to which orders and
//     the ledger go on referring. Whoever gives something to a user keeps the account
//     from being deleted meanwhile: see KeepAccount.
//   - Whatever signs a user out of everything changes the user's row first. A sign-in
//     locks that row, so none survives in between.
package identity

import (
	"slices"
	"time"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
)

// Roles that a user may have beside being a buyer. Memberships of organisations
// are not roles.
const (
	RoleOperator = "operator"
	RoleAuditor  = "auditor"
	RoleLiaison  = "liaison"
)

const (
	statusActive  = "active"
	statusDeleted = "deleted"
)

// The refusals of this package beside invalid fields and too_many_attempts.
var (
	ErrUnauthenticated  = fault.New(fault.Unauthenticated, "unauthenticated", "sign in first")
	ErrTokenExpired     = fault.New(fault.Unauthenticated, "token_expired", "the access token has expired; refresh it")
	ErrWrongCredentials = fault.New(fault.Unauthenticated, "wrong_credentials", "the phone number or the password is wrong")
	ErrPhoneTaken       = fault.New(fault.Conflict, "phone_taken", "this phone number has an account already")
	ErrSMSUnavailable   = fault.New(fault.Unavailable, "sms_unavailable", "codes cannot be sent at the moment").After(10 * time.Second)
	ErrNotFound         = fault.New(fault.NotFound, "not_found", "there is no such thing here")
	ErrAddressesFull    = fault.New(fault.Conflict, "state_conflict", "there is room for 50 addresses; remove one first")
)

// User is a person with an account. The phone number itself is never in it.
type User struct {
	ID            id.ID
	PhoneHash     string `json:"-"` // see pii.Keyring.Lookup
	PhoneCipher   []byte `json:"-"` // see pii.Keyring.Seal
	Name          string
	PasswordHash  string `json:"-"` // argon2id in PHC form
	PhoneVerified bool   // a code sent to the phone came back
	TokenVersion  int64  // tokens of another version are refused
	Status        string
	CreatedAt     clock.Millis

	MaskedPhone string   `gorm:"-"` // 139****0001
	Roles       []string `gorm:"-"` // ascending
}

type userRole struct {
	UserID id.ID  `gorm:"primaryKey;autoIncrement:false"`
	Role   string `gorm:"primaryKey"`
}

type phoneCode struct {
	ID        id.ID
	PhoneHash string
	Purpose   string
	CodeHash  string
	ExpiresAt clock.Millis
	UsedAt    *clock.Millis
	CreatedAt clock.Millis
}

type session struct {
	ID         id.ID
	UserID     id.ID
	CreatedAt  clock.Millis
	RevokedAt  *clock.Millis
	Device     string       // see Device
	Peer       string       // masked
	LastUsedAt clock.Millis // signed in or refreshed
}

type refreshToken struct {
	ID        id.ID
	SessionID id.ID
	TokenHash string // hex SHA-256; the token has 256 random bits
	ExpiresAt clock.Millis
	UsedAt    *clock.Millis
}

// TableName is where users are stored.
func (User) TableName() string         { return "users" }
func (userRole) TableName() string     { return "user_roles" }
func (phoneCode) TableName() string    { return "phone_codes" }
func (session) TableName() string      { return "sessions" }
func (refreshToken) TableName() string { return "refresh_tokens" }

// Session is what a client gets when it signs in or refreshes. The fields of User,
// among them Roles, are promoted.
type Session struct {
	User
	AccessToken  string        // good for ExpiresIn
	ExpiresIn    time.Duration // whole seconds
	RefreshToken string        // good once
}

// Caller is who makes a request.
type Caller struct {
	UserID, SessionID id.ID
	Roles             []string
}

// Has tells whether the caller has the role.
func (c Caller) Has(role string) bool { return slices.Contains(c.Roles, role) }
