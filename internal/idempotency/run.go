package idempotency

import (
	"context"

	"zique/internal/fault"
	"zique/internal/storage"
)

// Encode turns an outcome into the bytes that are stored and sent. It is given the
// effect's result, or the fault that declined it.
type Encode func(result any, declined *fault.Fault) (Encoded, error)

// Run carries out effect once for key. A repeat answers what was stored. When
// effect declines with a Conflict, what it wrote is undone and the decline is kept;
// any other error undoes everything and leaves the key free.
func Run(ctx context.Context, db *storage.DB, key Key, encode Encode, effect func(tx *storage.Tx) (any, error)) (Answer, error) {
	var answer Answer
	err := db.InTx(ctx, func(tx *storage.Tx) error {
		earlier, err := Find(tx.DB, key)
		if err != nil {
			return err
		}
		if earlier != nil {
			answer = *earlier
			return nil
		}
		var result any
		err = tx.Nested(func() (err error) {
			result, err = effect(tx)
			return err
		})
		var declined *fault.Fault
		if err != nil {
			if !fault.IsKind(err, fault.Conflict) {
				return err
			}
			declined, _ = fault.As(err)
		}
		encoded, err := encode(result, declined)
		if err != nil {
			return err
		}
		answer = Answer{Status: encoded.Status, Body: encoded.Body}
		return Store(tx, []Outcome{{key, encoded}})
	})
	if err != nil { // a twin that was faster may be why
		if earlier, _ := Find(db.Read(ctx), key); earlier != nil {
			return *earlier, nil
		}
	}
	return answer, err
}
