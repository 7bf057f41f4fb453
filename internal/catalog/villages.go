package catalog

import (
	"fmt"
	"slices"
	"strings"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
	"zique/internal/village"
)

// Refusals that keep a cooperative's products to the villages that it serves.
var (
	ErrVillageSold = fault.New(fault.Conflict, "village_sold", "the cooperative sells what grew in a village that it would not serve any more")
	ErrNotServed   = fault.New(fault.Conflict, "village_not_served", "the cooperative does not serve the village of the product")
)

// namedProducts is how many products of a village ErrVillageSold names.
const namedProducts = 5

// Serve says which villages a cooperative serves, instead of those before. It fails like
// village.Serve, or with ErrVillageSold, which names the villages that its products came
// from, with the products. The organisation stays locked, so none is added meanwhile.
func Serve(tx *storage.Tx, by audit.Actor, cooperative id.ID, villageIDs []id.ID) error {
	if err := village.Serve(tx, by, cooperative, villageIDs); err != nil {
		return err
	}
	var sold []struct {
		VillageID      id.ID
		Village, Title string
	}
	err := tx.Table("products p").Select("p.village_id, v.name village, p.title").Joins("JOIN villages v ON v.id = p.village_id").
		Where("p.cooperative_id = ? AND p.village_id NOT IN (?)", cooperative, append(slices.Clone(villageIDs), 0)).
		Order("p.village_id, p.id").Scan(&sold).Error
	if err != nil || len(sold) == 0 {
		return err
	}
	refusal := ErrVillageSold
	for len(sold) > 0 {
		here, titles := sold[0], []string{}
		for len(sold) > 0 && sold[0].VillageID == here.VillageID {
			titles, sold = append(titles, sold[0].Title), sold[1:]
		}
		if more := len(titles) - namedProducts; more > 0 {
			titles = append(titles[:namedProducts], fmt.Sprintf("+%d", more))
		}
		refusal = refusal.With("village_ids", "village_sold", here.Village+": "+strings.Join(titles, ", "))
	}
	return refusal
}

// mustServe locks the cooperative, so that its villages stay, and refuses a product from
// a village that it does not serve.
func mustServe(tx *storage.Tx, p Product) error {
	served, err := village.LockServed(tx, p.CooperativeID)
	if err == nil && !slices.Contains(served, p.VillageID) {
		err = ErrNotServed
	}
	return err
}
