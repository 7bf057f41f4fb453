package rest

import (
	"context"
	"log/slog"
	"net/http"

	"zique/internal/catalog"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/idempotency"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/payment"
	"zique/internal/storage"
)

type orderItem struct {
	SKUID    string     `json:"sku_id" maxLength:"20"`
	Quantity int64      `json:"quantity" minimum:"1" maximum:"9999"`
	PriceFen *money.Fen `json:"price_fen" minimum:"0" doc:"the price that was shown; another one now is 409 price_changed"`
}

// orderFields are what to order, where to send it, and how it is paid.
type orderFields struct {
	Items     []orderItem `json:"items,omitempty" maxItems:"200" doc:"or from_cart"`
	FromCart  bool        `json:"from_cart,omitempty" doc:"order all of the cart"`
	AddressID string      `json:"address_id" maxLength:"20"`
	CardIDs   []string    `json:"card_ids,omitempty" maxItems:"50" doc:"used in this order"`
	Tender    string      `json:"tender,omitempty" maxLength:"20" doc:"one of /tenders for what the cards leave; left out: they pay all of it"`
}

type placeOrderIn struct {
	Key  string `header:"Idempotency-Key"`
	Org  string `header:"Zique-Org" doc:"of an enterprise or a chamber, whose members may pay by bank"`
	Body orderFields
}

func (s *Server) placeOrder(ctx context.Context, in *placeOrderIn) (*stored, error) {
	key, err := keyFor(ctx, "place-order", base+"/orders", in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	if in.Body.FromCart {
		// The cart is emptied by its order: a repeat must not look into it again.
		if earlier, err := s.earlier(ctx, key); earlier != nil || err != nil {
			return earlier, err
		}
	}
	answer, err := s.order(ctx, key, in)
	if err != nil { // a twin that was faster may be why
		if earlier, _ := s.earlier(ctx, key); earlier != nil {
			return earlier, nil
		}
	}
	return answer, err
}

func (s *Server) order(ctx context.Context, key idempotency.Key, in *placeOrderIn) (*stored, error) {
	ask, err := s.checkout(ctx, in.Org, in.Body)
	if declined, ok := fault.As(err); ok && declined.Kind == fault.Conflict {
		return s.keepDecline(ctx, key, declined)
	}
	if err != nil {
		return nil, err
	}
	ask.Key = key
	answer, err := s.Checkout.Checkout(ctx, ask)
	if err != nil {
		return nil, err
	}
	if in.Body.FromCart && answer.Status == http.StatusCreated {
		s.emptyCart(ctx, caller(ctx).UserID, ask.Items)
	}
	return s.answerStored(answer)
}

func (s *Server) earlier(ctx context.Context, key idempotency.Key) (*stored, error) {
	found, err := idempotency.Find(s.DB.Read(ctx), key)
	if err != nil || found == nil {
		return nil, err
	}
	return s.answerStored(*found)
}

// keepDecline stores a decline that was found before the checkout; a repeat that ran
// beside the first and lost gets the first's answer.
func (s *Server) keepDecline(ctx context.Context, key idempotency.Key, declined *fault.Fault) (*stored, error) {
	encoded, err := s.sealDecline(ctx, declined)
	if err != nil {
		return nil, err
	}
	var answer idempotency.Answer
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		answer, err = idempotency.Keep(tx, key, encoded)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.answerStored(answer)
}

// checkout reads everything that the order names, and the cart when it names that.
func (s *Server) checkout(ctx context.Context, named string, in orderFields) (ask order.Checkout, err error) {
	ask.By = actor(ctx)
	var wrong wrongIDs
	if ask.Items, err = s.itemsAsked(ctx, in, &wrong); err != nil {
		return ask, err
	}
	for i, text := range in.CardIDs {
		ask.CardIDs = append(ask.CardIDs, wrong.parse(text, index("card_ids", i)))
	}
	if ask.Tender = in.Tender; ask.Tender != "" && !s.offers(ask.Tender) {
		wrong.Add("tender", "unknown", "there is no such tender here")
	}
	addressID := wrong.parse(in.AddressID, "address_id")
	if err := wrong.Err(); err != nil {
		return ask, err
	}
	if ask.Tender == payment.BankTransfer {
		if ask.By.OrgID, err = s.mayTransfer(ctx, named); err != nil {
			return ask, err
		}
	}
	address, err := s.People.Address(ctx, ask.By.UserID, addressID)
	if fault.IsKind(err, fault.NotFound) {
		return ask, invalid("address_id", "unknown", "there is no such address of yours")
	}
	if err != nil {
		return ask, err
	}
	ask.Province = address.Province
	ask.AddressCipher, err = s.sealAddress(address)
	ask.Encode = func(placed *order.Order, declined *fault.Fault) (idempotency.Encoded, error) {
		if declined != nil {
			return s.sealDecline(ctx, declined)
		}
		shown, err := s.orderJSON(*placed)
		if err != nil {
			return idempotency.Encoded{}, err
		}
		return s.seal(http.StatusCreated, shown, placed.ID)
	}
	return ask, err
}

func (s *Server) itemsAsked(ctx context.Context, in orderFields, wrong *wrongIDs) ([]order.Item, error) {
	if in.FromCart == (len(in.Items) > 0) {
		return nil, invalid("items", "required", "give either items, or from_cart: true")
	}
	var items []order.Item
	if in.FromCart {
		kept, err := s.Carts.Get(ctx, caller(ctx).UserID)
		if err != nil {
			return nil, err
		}
		for _, k := range kept {
			items = append(items, order.Item{SKUID: k.SKUID, Quantity: k.Quantity, PriceFen: &k.SeenFen})
		}
		if len(items) == 0 {
			return nil, order.ErrCartEmpty
		}
		return items, s.allOnSale(ctx, items)
	}
	for i, item := range in.Items {
		skuID := wrong.parse(item.SKUID, index("items", i)+".sku_id")
		items = append(items, order.Item{SKUID: skuID, Quantity: item.Quantity, PriceFen: item.PriceFen})
	}
	return items, nil
}

// allOnSale refuses a cart that holds something which is no longer sold: the request
// names no item, so the refusal is about the cart and not about a field.
func (s *Server) allOnSale(ctx context.Context, items []order.Item) error {
	ids := make([]id.ID, len(items))
	for i, item := range items {
		ids[i] = item.SKUID
	}
	offers, err := catalog.Offers(s.DB.Read(ctx), ids)
	if err != nil {
		return err
	}
	for _, skuID := range ids {
		if !offers[skuID].OnSale() {
			return order.ErrCartChanged
		}
	}
	return nil
}

// emptyCart takes what was ordered out of the cart; a Redis that is away costs no more
// than a cart that is still full.
func (s *Server) emptyCart(ctx context.Context, buyer id.ID, ordered []order.Item) {
	skus := make([]id.ID, len(ordered))
	for i, item := range ordered {
		skus[i] = item.SKUID
	}
	if err := s.Carts.Remove(context.WithoutCancel(ctx), buyer, skus); err != nil {
		slog.WarnContext(ctx, "the cart keeps what was ordered", "request_id", requestID(ctx), "error", err)
	}
}
