package identity

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a password: OWASP's 19 MiB, two passes, one lane.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
	saltBytes   = 16
	hashBytes   = 32
)

// What a stored hash may ask for, so that a damaged row cannot exhaust the machine.
const (
	maxMemory = 256 * 1024 // KiB
	maxPasses = 16
	maxLanes  = 16
	maxHash   = 128 // bytes of salt or hash
)

// errHash says that a stored hash is not one that hasher makes; its message
// repeats nothing of it.
var errHash = errors.New("identity: a stored password hash cannot be read")

// Cost is what hashing a password takes; the zero Cost is OWASP's. Tests that are not
// about passwords take less, since the race detector makes argon2 seven times slower.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
}

// hasher runs argon2id, at most as often at once as there are cores.
type hasher struct {
	slots chan struct{}
	rand  io.Reader
	cost  Cost
}

func newHasher(random io.Reader, cost Cost) hasher {
	cost = Cost{cmp.Or(cost.Memory, argonMemory), cmp.Or(cost.Passes, argonPasses)}
	return hasher{slots: make(chan struct{}, runtime.NumCPU()), rand: random, cost: cost}
}

// hash makes the PHC form of a password: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
func (h hasher) hash(ctx context.Context, password string) (string, error) {
	p := phc{memory: h.cost.Memory, passes: h.cost.Passes, lanes: argonLanes, salt: make([]byte, saltBytes)}
	if _, err := io.ReadFull(h.rand, p.salt); err != nil {
		return "", fmt.Errorf("identity: no randomness: %w", err)
	}
	var err error
	p.hash, err = h.key(ctx, password, p, hashBytes)
	return p.String(), err
}

// verify tells whether the password is the one that was hashed. An empty `stored`
// stands for a user who does not exist: it costs the same and is never right.
func (h hasher) verify(ctx context.Context, stored, password string) (bool, error) {
	known := stored != ""
	p := phc{memory: h.cost.Memory, passes: h.cost.Passes, lanes: argonLanes,
		salt: make([]byte, saltBytes), hash: make([]byte, hashBytes)}
	if known {
		var err error
		if p, err = parsePHC(stored); err != nil {
			return false, err
		}
	}
	got, err := h.key(ctx, password, p, len(p.hash))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, p.hash) == 1 && known, nil
}

// key waits for a free core, or until ctx is over.
func (h hasher) key(ctx context.Context, password string, p phc, length int) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(length)), nil
}

// phc is a password hash with its parameters.
type phc struct {
	memory, passes uint32
	lanes          uint8
	salt, hash     []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, p.memory, p.passes, p.lanes, b64(p.salt), b64(p.hash))
}

func parsePHC(stored string) (phc, error) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 {
		return phc{}, errHash
	}
	var p phc
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return phc{}, errHash
	}
	var wrongSalt, wrongHash error
	p.salt, wrongSalt = base64.RawStdEncoding.DecodeString(parts[4])
	p.hash, wrongHash = base64.RawStdEncoding.DecodeString(parts[5])
	if wrongSalt != nil || wrongHash != nil || !p.bounded() || p.String() != stored {
		return phc{}, errHash
	}
	return p, nil
}

func (p phc) bounded() bool {
	return p.memory >= 8 && p.memory <= maxMemory && p.passes >= 1 && p.passes <= maxPasses &&
		p.lanes >= 1 && p.lanes <= maxLanes &&
		len(p.salt) >= 8 && len(p.salt) <= maxHash && len(p.hash) >= 16 && len(p.hash) <= maxHash
}
