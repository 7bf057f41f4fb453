// Package report reads across domains, and writes nothing. Every public figure
// comes from orders and share entries, and can be counted again from them.
package report

import (
	"context"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/programme"
	"zique/internal/storage"
	"zique/internal/village"
)

// Consumption is what buyers bought, without freight: orders, and purchase orders that were
// paid, whose buyers are the enterprises.
type Consumption struct {
	Orders      int64
	Buyers      int64
	GoodsFen    money.Fen
	RefundedFen money.Fen
}

// NetFen is what stays after refunds.
func (c Consumption) NetFen() money.Fen { return c.GoodsFen - c.RefundedFen }

// VillageShare is a village's part of the sales: what its goods sold for, net of
// refunds, and what its collective's accounts hold.
type VillageShare struct {
	VillageID    id.ID
	Name         string
	Township     string
	NetFen       money.Fen
	PendingFen   money.Fen
	AvailableFen money.Fen
}

// TotalFen is pending and available together.
func (s VillageShare) TotalFen() money.Fen { return s.PendingFen + s.AvailableFen }

// Board is everything that the public may see, at one moment.
type Board struct {
	AsOf        clock.Millis
	Consumption Consumption
	Villages    []VillageShare
	Assistance  programme.Assistance
}

// Public reads the board in one snapshot.
func Public(ctx context.Context, db *storage.DB) (Board, error) {
	board := Board{AsOf: db.Now()}
	err := db.Snapshot(ctx, func(view *gorm.DB) (err error) {
		err = view.Raw(`SELECT COUNT(DISTINCT s.id) orders, COUNT(DISTINCT s.buyer_id) buyers, COALESCE(SUM(s.goods_fen), 0) goods_fen, COALESCE(SUM(s.refunded_fen), 0) refunded_fen FROM (
				SELECT o.id, o.buyer_id, l.net_fen goods_fen, l.refunded_fen FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.status <> 'awaiting_payment'
				UNION ALL SELECT p.id, p.enterprise_id, p.goods_fen, 0 FROM purchase_orders p WHERE p.status = 'paid'
			) s`).Scan(&board.Consumption).Error
		if err != nil {
			return err
		}
		if board.Villages, err = villageShares(view); err != nil {
			return err
		}
		board.Assistance, err = programme.Recorded(view)
		return err
	})
	return board, err
}

func villageShares(view *gorm.DB) ([]VillageShare, error) {
	villages := []VillageShare{}
	err := view.Raw(`SELECT v.id village_id, v.name, v.township,
		COALESCE((SELECT SUM(l.net_fen - l.refunded_fen) FROM order_lines l WHERE l.village_id = v.id), 0)
			+ COALESCE((SELECT SUM(l.goods_fen) FROM purchase_order_lines l JOIN purchase_orders p ON p.id = l.purchase_id WHERE l.village_id = v.id AND p.status = 'paid'), 0) net_fen
		FROM villages v ORDER BY v.id`).Scan(&villages).Error
	if err != nil {
		return nil, err
	}
	ids := make([]id.ID, len(villages))
	for i, v := range villages {
		ids[i] = v.VillageID
	}
	shares, err := Shares(view, ids)
	for i := range villages {
		s := shares[villages[i].VillageID]
		villages[i].PendingFen, villages[i].AvailableFen = s.PendingFen, s.AvailableFen
	}
	return villages, err
}

// Shares reads what the collectives' accounts of these villages hold.
func Shares(db *gorm.DB, villages []id.ID) (map[id.ID]VillageShare, error) {
	var codes []string
	for _, v := range villages {
		codes = append(codes, village.PendingAccount(v), village.AvailableAccount(v))
	}
	balances, err := ledger.Balances(db, codes)
	shares := make(map[id.ID]VillageShare, len(villages))
	for _, v := range villages {
		shares[v] = VillageShare{VillageID: v, PendingFen: balances[village.PendingAccount(v)], AvailableFen: balances[village.AvailableAccount(v)]}
	}
	return shares, err
}
