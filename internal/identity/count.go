package identity

import (
	"context"
	"errors"
	"time"

	"zique/internal/attempt"
	"zique/internal/storage"
)

// The attempts that a phone number, a user or a peer address has before it must wait.
// Several people share a peer address, so it may fail more often.
var (
	loginsPerPhone    = attempt.Limit{Max: 10, Window: 15 * time.Minute}
	loginsPerPeer     = attempt.Limit{Max: 60, Window: 15 * time.Minute}
	codesPerPhone     = attempt.Limit{Max: 5, Window: time.Hour}
	codesPerPeer      = attempt.Limit{Max: 30, Window: time.Hour}
	wrongCodes        = attempt.Limit{Max: 5, Window: 15 * time.Minute}
	wrongCodesPerPeer = attempt.Limit{Max: 60, Window: 15 * time.Minute}
	wrongPasswords    = attempt.Limit{Max: 5, Window: 15 * time.Minute}
	exportsPerUser    = attempt.Limit{Max: 5, Window: 24 * time.Hour}
)

// LongestWindow is the longest of these windows; older attempts say nothing.
const LongestWindow = 24 * time.Hour

// guess is one thing that an attempt counts against.
type guess struct {
	limit   attempt.Limit
	subject string
}

// counted are the attempts of one request.
type counted []attempt.Attempt

// count begins an attempt of each; see attempt.Begin. What one refuses counts against none.
func (s *Service) count(ctx context.Context, guesses ...guess) (counted, error) {
	var all counted
	for _, g := range guesses {
		one, err := attempt.Begin(ctx, s.db, g.limit, g.subject)
		if err != nil {
			return nil, errors.Join(err, s.db.InTx(ctx, all.forgive))
		}
		all = append(all, one)
	}
	return all, nil
}

func (c counted) forgive(tx *storage.Tx) error {
	var all error
	for _, one := range c {
		all = errors.Join(all, one.Forgive(tx))
	}
	return all
}
