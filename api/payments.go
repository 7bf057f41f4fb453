package main

import (
	"context"
	"log/slog"
	"net"
	"time"

	"zique/internal/audit"
	"zique/internal/config"
	"zique/internal/order"
	"zique/internal/payment"
	"zique/internal/payment/localpay"
	"zique/internal/storage"
)

// gateways are those that this installation pays through. The demo has one of its own.
func (h *house) gateways(ctx context.Context, s config.Settings, addr net.Addr) (payment.Gateways, *localpay.Service, error) {
	if !s.IsDemo() {
		return payment.Gateways{}, nil, nil
	}
	local, err := localpay.Open(ctx, h.db, s.IsDemo(), callback(addr, localpay.Name))
	return payment.Gateways{localpay.Name: local}, local, err
}

// callback is where a gateway on this machine reaches the program that listens at addr.
func callback(addr net.Addr, gateway string) string {
	host, port, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/api/v1/payments/notices/" + gateway
}

const payEvery = time.Second // what other replicas queued, and what is tried again

// paying does the program's part towards gateways: it sends refunds, asks about charges
// whose notice may be lost, and in the demo lets the gateway send what is due.
func paying(ctx context.Context, db *storage.DB, gateways payment.Gateways, lifecycle order.Lifecycle, demo *localpay.Service) {
	tick := time.NewTicker(payEvery)
	defer tick.Stop()
	take := func(ctx context.Context, n payment.Notice) error {
		return db.InTx(ctx, func(tx *storage.Tx) error {
			_, err := lifecycle.Capture(tx, audit.System, n)
			return err
		})
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-db.Bell(payment.Bell):
		case <-tick.C:
		}
		_, err := gateways.GiveBackDue(ctx, db)
		warn(ctx, "give money back", err)
		_, err = gateways.AskDue(ctx, db, take)
		warn(ctx, "ask about charges", err)
		if demo != nil {
			warn(ctx, "send the demo's notices", demo.TellDue(ctx))
		}
	}
}

func warn(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		slog.WarnContext(ctx, what, "error", err)
	}
}
