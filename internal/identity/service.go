package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/netip"
	"time"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/pii"
	"zique/internal/storage"
)

const (
	defaultAccessTTL  = 10 * time.Minute
	defaultRefreshTTL = 30 * 24 * time.Hour
	minSecret         = 32
)

// Config is complete with a JWTSecret alone.
type Config struct {
	JWTSecret    []byte        // at least 32 bytes; all replicas share it
	AccessTTL    time.Duration // 10 minutes unless set
	RefreshTTL   time.Duration // 30 days unless set, anew with each refresh
	Demo         bool          // codes are answered too, and may be left out
	Sender       notify.Sender // sends codes; without one there are none, except in demo mode
	Rand         io.Reader     // crypto/rand unless set
	PasswordCost Cost          // OWASP's unless set
}

// Service does what this package is about.
type Service struct {
	db     *storage.DB
	keys   *pii.Keyring
	cfg    Config
	hasher hasher
	last   lastSend

	sessions  *storage.Gather[id.ID, alive]
	addresses *storage.Gather[id.ID, addressRow]

	// BeforeDeletion finds what keeps an account from being deleted: the field that
	// names it and a message, or an empty field. Each runs in the transaction of the
	// deletion and locks what it must not see change; set at wiring.
	BeforeDeletion []func(tx *storage.Tx, userID id.ID) (field, message string, err error)
	// LockForDeletion takes the locks that come before a user's: see package storage.
	LockForDeletion func(tx *storage.Tx, userID id.ID) error
	// OnDeletion takes the user out of what other packages hold; set at wiring.
	OnDeletion []func(tx *storage.Tx, by audit.Actor, userID id.ID) error
}

// NewService fails when the secret is too short to sign with.
func NewService(db *storage.DB, keys *pii.Keyring, cfg Config) (*Service, error) {
	if len(cfg.JWTSecret) < minSecret {
		return nil, errors.New("identity: the JWT secret must be at least 32 bytes long")
	}
	if cfg.AccessTTL == 0 {
		cfg.AccessTTL = defaultAccessTTL
	}
	if cfg.RefreshTTL == 0 {
		cfg.RefreshTTL = defaultRefreshTTL
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	s := &Service{db: db, keys: keys, cfg: cfg, hasher: newHasher(cfg.Rand, cfg.PasswordCost)}
	s.sessions, s.addresses = storage.NewGather(s.lookForSessions), storage.NewGather(s.lookForAddresses)
	return s, nil
}

func (s *Service) phoneHash(phone string) string { return s.keys.Lookup("phone", phone) }

// peerHash counts an IPv6 network of 64 bits as one peer: its holder has 2^64 addresses.
func (s *Service) peerHash(peer string) string {
	if ip, err := netip.ParseAddr(peer); err == nil {
		ip = ip.Unmap().WithZone("")
		peer = ip.String()
		if ip.Is6() {
			peer = netip.PrefixFrom(ip, 64).Masked().String()
		}
	}
	return s.keys.Lookup("peer", peer)
}

// Get finds a user, or fails with ErrNotFound.
func (s *Service) Get(ctx context.Context, userID id.ID) (User, error) {
	return s.load(s.db.Read(ctx), userID)
}

// load reads a user with its roles through a transaction or the read pool.
func (s *Service) load(view *gorm.DB, userID id.ID) (User, error) {
	var user User
	err := view.Where("id = ?", userID).Take(&user).Error
	if storage.IsNotFound(err) {
		return User{}, ErrNotFound
	}
	if err != nil {
		return User{}, err
	}
	err = view.Model(&userRole{}).Where("user_id = ?", userID).Order("role").Pluck("role", &user.Roles).Error
	if err != nil {
		return User{}, err
	}
	phone, err := s.keys.Open(user.PhoneCipher)
	if err != nil {
		return User{}, err
	}
	user.MaskedPhone = pii.MaskPhone(string(phone))
	return user, nil
}
