package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zique/internal/attempt"
	"zique/internal/fault"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/payment"
	"zique/internal/payment/localpay"
	"zique/internal/storage"
)

// TenderJSON is a way to pay what cards leave.
type TenderJSON struct {
	Tender string `json:"tender"`
	Kind   string `json:"kind" enum:"gateway,transfer" doc:"transfer: by bank, for members of enterprises and chambers"`
}

type tendersIn struct {
	Org string `header:"Zique-Org" doc:"of an enterprise or a chamber, whose members may pay by bank"`
}

// listTenders lists what the caller may use; a guest sees what every buyer may.
func (s *Server) listTenders(ctx context.Context, in *tendersIn) (*body[list[TenderJSON]], error) {
	out := &body[list[TenderJSON]]{list[TenderJSON]{Items: []TenderJSON{}}}
	for _, name := range sortedKeys(s.Gateways) {
		out.Body.Items = append(out.Body.Items, TenderJSON{name, "gateway"})
	}
	may, err := s.paysByBank(ctx, in.Org)
	if may && s.offers(payment.BankTransfer) {
		out.Body.Items = append(out.Body.Items, TenderJSON{payment.BankTransfer, "transfer"})
	}
	return out, err
}

// offers tells whether this installation takes a tender.
func (s *Server) offers(tender string) bool {
	if tender == payment.BankTransfer {
		return s.Payee.Number != ""
	}
	return s.Gateways[tender] != nil
}

// PayJSON says where the rest of an order is paid.
type PayJSON struct {
	PayURL    string    `json:"pay_url" doc:"an address, or a path of this site"`
	ExpiresAt time.Time `json:"expires_at"`
	AmountFen money.Fen `json:"amount_fen"`
}

func (s *Server) payOrder(ctx context.Context, in *PathID) (*body[PayJSON], error) {
	orderID, err := in.parse(order.ErrNotFound)
	if err != nil {
		return nil, err
	}
	charge, err := order.Asked(s.DB.Read(ctx), caller(ctx).UserID, orderID, s.DB.Now())
	if err != nil {
		return nil, err
	}
	gateway, known := s.Gateways[charge.Gateway]
	if !known {
		return nil, order.ErrState // paid some other way, or by a gateway that is not here any more
	}
	url, err := gateway.PayURL(ctx, charge)
	return &body[PayJSON]{PayJSON{url, charge.ExpiresAt.Time(), charge.AmountFen}}, err
}

// largestNotice is far more than any gateway sends.
const largestNotice = 64 << 10

// forgeries bounds the notices of one peer that no gateway signed. What is signed is
// always taken: behind a proxy a forger and the gateway may be the same peer.
var forgeries = attempt.Limit{Max: 30, Window: 10 * time.Minute}

type noticeIn struct {
	RawRequest
	Gateway string `path:"gateway" maxLength:"20"`
}

// NoticeTakenJSON is what gateways take for "do not tell me again".
type NoticeTakenJSON struct {
	Code string `json:"code" enum:"SUCCESS"`
}

// notices registers the one call that is signed by its sender: its body is read as it is.
func notices(on registrar, path, name string, h handler[noticeIn, body[NoticeTakenJSON]]) {
	post(on, path, name, anyone, http.StatusOK, h)
	on.api.OpenAPI().Paths[base+path].Post.RequestBody = &huma.RequestBody{
		Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Description: "As the gateway signs it."}}},
	}
}

func (s *Server) takeNotice(ctx context.Context, in *noticeIn) (*body[NoticeTakenJSON], error) {
	gateway, known := s.Gateways[in.Gateway]
	if !known {
		return nil, payment.ErrNotFound
	}
	request := in.gin.Request
	raw, err := io.ReadAll(http.MaxBytesReader(in.gin.Writer, request.Body, largestNotice))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return nil, fault.New(fault.TooLarge, "too_large", "the notice is too large")
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "invalid_body", "the notice broke off")
	}
	notice, err := gateway.Verify(request.Header, raw)
	if errors.Is(err, payment.ErrForged) {
		if _, locked := attempt.Begin(ctx, s.DB, forgeries, "notice:"+peer(ctx)); locked != nil {
			return nil, locked
		}
	}
	if err != nil {
		return nil, err
	}
	err = s.DB.InTx(ctx, func(tx *storage.Tx) error {
		_, err := s.Lifecycle.Capture(tx, actor(ctx), notice)
		return err
	})
	return &body[NoticeTakenJSON]{NoticeTakenJSON{"SUCCESS"}}, err
}

// DemoChargeJSON is what the demo's payment service was asked for.
type DemoChargeJSON struct {
	ID        string    `json:"id"`
	AmountFen money.Fen `json:"amount_fen"`
	ExpiresAt time.Time `json:"expires_at"`
	Paid      bool      `json:"paid"`
}

// PathCharge names a charge.
type PathCharge struct {
	ChargeID string `path:"charge_id" maxLength:"20"`
}

func (s *Server) demoCharge(ctx context.Context, in *PathCharge) (*body[DemoChargeJSON], error) {
	chargeID, err := PathID{in.ChargeID}.parse(localpay.ErrNoCharge)
	if err != nil {
		return nil, err
	}
	c, paid, err := s.DemoPay.Asked(ctx, chargeID)
	return &body[DemoChargeJSON]{DemoChargeJSON{c.ID.String(), c.AmountFen, c.ExpiresAt.Time(), paid}}, err
}

type demoPayIn struct {
	PathCharge
	Body struct {
		Behaviour string `json:"behaviour" enum:"once,twice,late,lost,forged" doc:"how the service tells of the payment: late, when the order does not wait any more; lost, not at all; forged: nobody pays, and a stranger tells"`
	}
}

// DemoPaidJSON is how the marketplace answered the service.
type DemoPaidJSON struct {
	Notices []int `json:"notices" doc:"the status of the answer to each notice that was sent at once"`
}

func (s *Server) demoPay(ctx context.Context, in *demoPayIn) (*body[DemoPaidJSON], error) {
	chargeID, err := PathID{in.ChargeID}.parse(localpay.ErrNoCharge)
	if err != nil {
		return nil, err
	}
	statuses, err := s.DemoPay.Pay(ctx, chargeID, in.Body.Behaviour)
	return &body[DemoPaidJSON]{DemoPaidJSON{statuses}}, err
}
