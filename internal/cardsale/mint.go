package cardsale

import (
	"context"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/outbox"
	"zique/internal/storage"
	"zique/internal/worker"
)

// JobKind is that of the jobs that mint.
const JobKind = "card_mint"

// mintedAtOnce is how many cards one transaction makes.
const mintedAtOnce = 1000

type job struct {
	BatchID id.ID `json:"batch_id"`
}

// Mint makes the cards of a batch, a chunk in each transaction, which also counts them on
// the batch: so as many are there as it says, wherever the job begins.
func (s *Service) Mint(ctx context.Context, run *worker.Run) error {
	var asked job
	if err := run.Payload(&asked); err != nil {
		return err
	}
	for over := false; !over; {
		err := run.Step(ctx, func(tx *storage.Tx) (worker.Progress, error) {
			sale, err := lock(tx, asked.BatchID)
			if err == nil && sale.Status == Issuing {
				err = s.mintSome(tx, &sale)
			}
			over = sale.Status != Issuing
			return worker.Progress{Done: sale.Minted, Total: sale.CardCount}, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) mintSome(tx *storage.Tx, sale *Sale) error {
	ids, err := sale.nextIDs(tx, min(mintedAtOnce, sale.CardCount-sale.Minted))
	if err != nil {
		return err
	}
	expires, err := sale.expires()
	if err != nil {
		return err
	}
	if _, err := aidcard.Mint(tx, sale.batch(), ids, sale.Kind, expires); err != nil {
		return err
	}
	if sale.Minted += int64(len(ids)); sale.Minted < sale.CardCount {
		return tx.Model(&Sale{}).Where("id = ?", sale.ID).Update("minted", sale.Minted).Error
	}
	err = sale.step(tx, audit.System, finish, "card_batch.issued", func(now clock.Millis) { sale.IssuedAt = &now })
	if err != nil {
		return err
	}
	_, err = outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: []id.ID{sale.OrderedBy}, Template: "card_batch_issued",
		Params: map[string]string{"count": countText(sale.CardCount)}, Link: "/ent/card-batches/" + sale.ID.String()})
	return err
}

// nextIDs are those of the cards to make next: of a batch with recipients those that their
// rows have reserved. Cards that replaced others meanwhile do not count.
func (s Sale) nextIDs(tx *storage.Tx, n int64) ([]id.ID, error) {
	var last id.ID
	if err := tx.Model(&aidcard.Card{}).Select("COALESCE(MAX(id), 0)").Where("batch_id = ? AND replaces_id = 0", s.ID).Scan(&last).Error; err != nil {
		return nil, err
	}
	var ids []id.ID
	err := tx.Model(&recipient{}).Where("batch_id = ? AND id > ?", s.ID, last).Order("id").Limit(int(n)).Pluck("id", &ids).Error
	for err == nil && int64(len(ids)) < n {
		ids = append(ids, tx.NewID())
	}
	return ids, err
}
