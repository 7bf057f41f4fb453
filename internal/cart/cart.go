// Package cart keeps carts in Redis: for each buyer a hash of SKU → quantity and
// the price that was shown when it was put there. Losing Redis loses no more than
// carts.
package cart

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
)

// Bounds of a cart.
const (
	MaxQuantity = 9_999
	MaxItems    = 200
	keptFor     = 90 * 24 * time.Hour // since the last change
)

// Refusals.
var (
	ErrUnavailable = fault.New(fault.Unavailable, "unavailable", "carts cannot be reached; try again shortly").After(2 * time.Second)
	ErrFull        = fault.New(fault.Conflict, "state_conflict", fmt.Sprintf("a cart takes %d different items", MaxItems))
	ErrQuantity    = fault.InvalidField("quantity", "range", fmt.Sprintf("the quantity is a whole number from 0 to %d", MaxQuantity))
)

// Item is one SKU in a cart, with the price at which it was put there.
type Item struct {
	SKUID    id.ID
	Quantity int64
	SeenFen  money.Fen
}

// Store reads and writes carts.
type Store struct{ Redis *redis.Client }

func key(buyer id.ID) string { return "cart:{" + buyer.String() + "}" }

// Get lists a cart in the order of SKU ids.
func (s Store) Get(ctx context.Context, buyer id.ID) ([]Item, error) {
	fields, err := s.Redis.HGetAll(ctx, key(buyer)).Result()
	if err != nil {
		return nil, away(err)
	}
	items := make([]Item, 0, len(fields))
	for sku, value := range fields {
		if item, ok := parse(sku, value); ok {
			items = append(items, item)
		}
	}
	slices.SortFunc(items, func(a, b Item) int { return int(a.SKUID - b.SKUID) })
	return items, nil
}

func parse(sku, value string) (Item, bool) {
	skuID, err := id.Parse(sku)
	quantity, seen, found := strings.Cut(value, ":")
	n, bad := strconv.ParseInt(quantity, 10, 64)
	fen, worse := strconv.ParseInt(seen, 10, 64)
	return Item{skuID, n, money.Fen(fen)}, err == nil && found && bad == nil && worse == nil
}

// Set puts an absolute quantity of a SKU into a cart; 0 takes it out.
func (s Store) Set(ctx context.Context, buyer id.ID, item Item) error {
	if item.Quantity < 0 || item.Quantity > MaxQuantity {
		return ErrQuantity
	}
	sku := item.SKUID.String()
	if item.Quantity == 0 {
		return away(s.Redis.HDel(ctx, key(buyer), sku).Err())
	}
	count, err := s.Redis.HLen(ctx, key(buyer)).Result()
	if err != nil {
		return away(err)
	}
	if count >= MaxItems && !s.Redis.HExists(ctx, key(buyer), sku).Val() {
		return ErrFull
	}
	_, err = s.Redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, key(buyer), sku, fmt.Sprintf("%d:%d", item.Quantity, item.SeenFen))
		p.Expire(ctx, key(buyer), keptFor)
		return nil
	})
	return away(err)
}

// Remove takes SKUs out of a cart, after they were ordered.
func (s Store) Remove(ctx context.Context, buyer id.ID, skus []id.ID) error {
	fields := make([]string, len(skus))
	for i, sku := range skus {
		fields[i] = sku.String()
	}
	return away(s.Redis.HDel(ctx, key(buyer), fields...).Err())
}

func away(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}
