package main

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-sql-driver/mysql"

	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/storage"
)

const batch = 128

// bare writes, with database/sql and nothing else, the rows that an order makes, into a
// database of its own with the same tables. It decides nothing and checks nothing.
type bare struct {
	pool   *sql.DB
	of     *market
	next   atomic.Int64 // of ids
	answer string       // as long as the program's, as hex
	cipher string
}

// newBare makes the bare client's database, with the SKUs and the cards of the program's.
func newBare(ctx context.Context, e *engines, m *market) (*bare, error) {
	db, err := storage.Open(ctx, storage.Config{MySQLDSN: e.bareDSN}, clock.System())
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	pool, err := sql.Open("mysql", e.bareDSN)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	b := &bare{pool: pool, of: m}
	b.next.Store(1 << 50)
	for _, table := range []string{"skus", "aid_cards", "products", "users"} {
		if _, err := pool.ExecContext(ctx, fmt.Sprintf("INSERT INTO %s SELECT * FROM %s.%s", table, e.programName, table)); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *bare) close() { _ = b.pool.Close() }

// learn takes the sizes of what the program stores as bytes.
func (b *bare) learn(ctx context.Context, e *engines) error {
	var answer, cipher int
	query := fmt.Sprintf("SELECT (SELECT MAX(LENGTH(answer)) FROM %[1]s.idempotency_keys), (SELECT MAX(LENGTH(address_cipher)) FROM %[1]s.orders)", e.programName)
	if err := b.pool.QueryRowContext(ctx, query).Scan(&answer, &cipher); err != nil {
		return err
	}
	b.answer, b.cipher = "0x"+hex.EncodeToString(make([]byte, answer)), "0x"+hex.EncodeToString(make([]byte, cipher))
	return nil
}

// ones writes one order in each transaction, on as many connections as the program has clients.
func (b *bare) ones(ctx context.Context) (int64, error) { return b.write(ctx, connections, 1) }

// batches writes 128 orders in each transaction; as many orders are under way.
func (b *bare) batches(ctx context.Context) (int64, error) {
	return b.write(ctx, connections/batch, batch)
}

func (b *bare) write(ctx context.Context, workers, size int) (int64, error) {
	var done atomic.Int64
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			conn, err := b.pool.Conn(context.WithoutCancel(ctx))
			if err != nil {
				errs[i] = err
				return
			}
			defer conn.Close()
			_, errs[i] = conn.ExecContext(context.WithoutCancel(ctx), "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
			for errs[i] == nil && ctx.Err() == nil {
				if errs[i] = commit(context.WithoutCancel(ctx), conn, b.statements(size)); errs[i] == nil {
					done.Add(int64(size))
				}
			}
		})
	}
	wg.Wait()
	return done.Load(), errors.Join(errs...)
}

// commit runs the statements in one transaction, again if the engine chose it as the
// victim of a deadlock.
func commit(ctx context.Context, conn *sql.Conn, statements []string) error {
	for {
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		for _, s := range statements {
			if _, err = tx.ExecContext(ctx, s); err != nil {
				break
			}
		}
		if err == nil {
			return tx.Commit()
		}
		_ = tx.Rollback()
		var refused *mysql.MySQLError
		if !errors.As(err, &refused) || refused.Number != deadlock {
			return err
		}
	}
}

const deadlock = 1213

// rows collects the values of one multi-row INSERT.
type rows struct {
	strings.Builder
	before string
}

func into(table, columns string) *rows {
	return &rows{before: "INSERT INTO " + table + " (" + columns + ") VALUES "}
}

func (r *rows) add(format string, values ...any) {
	r.WriteString(r.before)
	fmt.Fprintf(r, "("+format+")", values...)
	r.before = ","
}

// change is a balance or a stock that falls.
type change struct{ id, by int64 }

// falls is one UPDATE of several rows, in ascending order.
func falls(table, column string, changes []change) string {
	slices.SortFunc(changes, func(a, b change) int { return int(a.id - b.id) })
	var cases, ids strings.Builder
	total := map[int64]int64{}
	for _, c := range changes {
		total[c.id] += c.by
	}
	for i, c := range changes {
		if i > 0 && changes[i-1].id == c.id {
			continue
		}
		if ids.Len() > 0 {
			ids.WriteByte(',')
		}
		fmt.Fprintf(&ids, "%d", c.id)
		fmt.Fprintf(&cases, " WHEN %d THEN %d", c.id, total[c.id])
	}
	return fmt.Sprintf("UPDATE %s SET %s = %s - CASE id%s END WHERE id IN (%s)", table, column, column, cases.String(), ids.String())
}

// statements are those of a transaction with n orders.
func (b *bare) statements(n int) []string {
	keys := into("idempotency_keys", "id, caller_id, route, idem_key, body_hash, status, answer, created_at, result_id")
	orders := into("orders", "id, buyer_id, status, goods_fen, freight_fen, discount_fen, total_fen, address_cipher, proof_code, created_at")
	subs := into("sub_orders", "id, order_id, cooperative_id, status, goods_fen, freight_fen, refunded_freight_fen")
	lines := into("order_lines", "id, order_id, sub_order_id, product_id, sku_id, village_id, title, spec, cover_url, quantity, price_fen, net_fen, refunded_quantity, refunded_fen, rule_id, rate_bp, share_fen")
	payments := into("order_payments", "id, order_id, position, tender, card_id, amount_fen, refunded_fen")
	movements := into("stock_movements", "id, sku_id, kind, delta, reference_id, created_at")
	transactions := into("ledger_transactions", "id, kind, reference, posted_at")
	entries := into("ledger_entries", "id, tx_id, account_id, amount_fen")
	unsealed := into("ledger_unsealed", "tx_id")
	shares := into("share_entries", "id, line_id, rule_id, village_id, tx_id, amount_fen, created_at")
	log := into("audit_log", "id, actor_id, org_id, action, subject, subject_id, before_json, after_json, reason, peer, request_id, created_at")
	var stock, cards []change
	const now = 1_795_000_000_000
	for range n {
		first := b.next.Add(20)
		sku := b.of.anySKU()
		shown := b.of.offers[sku.ID].Product
		by, card := b.of.pick()
		order, sub, line, tx := first, first+1, first+2, first+3
		price, freight := int64(sku.PriceFen), int64(shown.FreightFen)
		share, total := price/20, price+freight
		keys.add("%d,%d,'place-order','bench-%d','%064d',201,%s,%d,%d", first, by.id, first, first, b.answer, now, order)
		orders.add("%d,%d,'paid',%d,%d,0,%d,%s,'%024d',%d", order, by.id, price, freight, total, b.cipher, order, now)
		subs.add("%d,%d,%d,'paid',%d,%d,0", sub, order, shown.CooperativeID, price, freight)
		lines.add("%d,%d,%d,%d,%d,%d,'%s','%s','%s',1,%d,%d,0,0,1,500,%d", line, order, sub, shown.ID, sku.ID, shown.VillageID, shown.Title, sku.Spec, shown.CoverURL, price, price, share)
		payments.add("%d,%d,1,'aid_card',%d,%d,0", first+4, order, card, total)
		movements.add("%d,%d,'%s',-1,%d,%d", first+5, sku.ID, catalog.Sold, line, now)
		transactions.add("%d,'order_payment','%d',%d", tx, order, now)
		for i, e := range [][2]int64{{int64(card), -total}, {int64(shown.CooperativeID), price - share}, {int64(shown.CooperativeID) + 1, freight}, {int64(shown.VillageID), share}} {
			entries.add("%d,%d,%d,%d", first+6+int64(i), tx, e[0], e[1])
		}
		unsealed.add("%d", tx)
		shares.add("%d,%d,1,%d,%d,%d,%d", first+10, line, shown.VillageID, tx, share, now)
		log.add(`%d,%d,0,'order.placed','order',%d,'null','{"lines":{"%d":"%d:%d:%d:%d:1:%d:1:500:0:seller"},"parts":{"%d":"%d:%d:0:%d"},"total_fen":%d}','','127.0.0.1','0123456789abcdef',%d`,
			first+11, by.id, order, line, sub, shown.ID, sku.ID, shown.VillageID, price, sub, shown.CooperativeID, price, freight, total, now)
		stock = append(stock, change{int64(sku.ID), 1})
		cards = append(cards, change{int64(card), total})
	}
	return []string{keys.String(), falls("skus", "stock", stock), falls("aid_cards", "balance_fen", cards), orders.String(), subs.String(), lines.String(), payments.String(),
		movements.String(), transactions.String(), entries.String(), unsealed.String(), shares.String(), log.String()}
}
