package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"zique/api/rest"
	"zique/frontend"
	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/bank"
	"zique/internal/blob"
	"zique/internal/bulkorder"
	"zique/internal/cardsale"
	"zique/internal/cart"
	"zique/internal/certificate"
	"zique/internal/clock"
	"zique/internal/config"
	"zique/internal/fault"
	"zique/internal/identity"
	"zique/internal/imports"
	"zique/internal/ledger"
	"zique/internal/notify"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/pii"
	"zique/internal/prepaid"
	"zique/internal/procurement"
	"zique/internal/redemption"
	"zique/internal/seed"
	"zique/internal/settlement"
	"zique/internal/share"
	"zique/internal/staff"
	"zique/internal/storage"
	"zique/internal/village"
	"zique/internal/worker"
)

// house is what every command needs: the database, who may sign in, the organisations
// and whatever waits for a second person.
type house struct {
	db        *storage.DB
	keys      *pii.Keyring
	people    *identity.Service
	sender    notify.Sender
	orgs      *org.Service
	approvals *approval.Desk
	staff     *staff.Service
	rules     *share.Desk
	lifecycle order.Lifecycle
	bank      *bank.Service
	sales     *cardsale.Service
	funds     *prepaid.Desk
	exports   *cardsale.Exports
	codes     aidcard.Codes
	settle    *settlement.Service
	cards     *aidcard.Service
	committer *order.Committer
	bulk      *bulkorder.Service
}

func database(s config.Settings) storage.Config {
	return storage.Config{MySQLDSN: s.MySQLDSN, Folder: s.Data}
}

// openData opens the database of an installation of this mode and with these keys.
func openData(ctx context.Context, s config.Settings, at storage.Config) (*storage.DB, *pii.Keyring, error) {
	keys, err := pii.New("1", s.DataKey)
	if err != nil {
		return nil, nil, err
	}
	db, err := storage.Open(ctx, at, clock.System())
	if err != nil {
		return nil, nil, err
	}
	if err := seed.Claim(ctx, db, keys, s.IsDemo()); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, keys, nil
}

func open(ctx context.Context, s config.Settings, stdout io.Writer) (*house, error) {
	db, keys, err := openData(ctx, s, database(s))
	if err != nil {
		return nil, err
	}
	sms := sender(s, db, stdout)
	people, err := identity.NewService(db, keys, identity.Config{JWTSecret: []byte(s.JWTSecret), Demo: s.IsDemo(), Sender: sms})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	approvals := approval.NewDesk()
	lifecycle := order.Lifecycle{Timing: timing(s)}
	operators := org.Operators{Is: identity.IsOperator, All: identity.Operators}
	orgs := org.NewService(keys, approvals, operators)
	h := &house{
		db: db, keys: keys, people: people, sender: sms, approvals: approvals, orgs: orgs, staff: staff.NewService(people, approvals), rules: share.NewDesk(approvals),
		lifecycle: lifecycle, bank: bank.NewService(db, keys, lifecycle, approvals), cards: aidcard.NewService(s.RulePacks, approvals, orgs), sales: cardsale.NewService(keys, s.RulePacks), funds: prepaid.NewDesk(s.RulePacks, approvals),
		settle: settlement.NewService(orgs, approvals, operators, cmp.Or(s.ConfirmWithin, settlement.DefaultConfirm)),
	}
	h.codes = aidcard.Codes{Pepper: []byte(s.Pepper), Rand: rand.Reader}
	h.committer = order.NewCommitter(db, rand.Reader, timing(s))
	h.bulk = bulkorder.NewService(keys, h.committer, lifecycle)
	h.exports = cardsale.NewExports(h.sales, h.codes, db, approvals)
	h.beforeDeletion()
	return h, nil
}

func (h *house) close() {
	if err := h.db.Close(); err != nil {
		slog.Error("close the database", "error", err)
	}
}

// uploadsFolder is in the data folder; replicas share it.
const uploadsFolder = "files"

// Timeouts of the server: slow clients cost no more than these.
const (
	headerTimeout   = 5 * time.Second
	bodyTimeout     = 30 * time.Second
	answerTimeout   = 60 * time.Second
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 15 * time.Second
	sealEvery       = time.Second
)

// jobs runs what takes longer than a request, and chores.
func (h *house) jobs(files *blob.Store, tables imports.FileSource, redeem *redemption.Service) *worker.Runner {
	kinds := []imports.Kind{village.Imports, h.bank.Imports(), h.sales.Imports()}
	handlers := map[string]worker.Handler{settlement.JobKind: h.settle.Make, cardsale.JobKind: h.sales.Mint, cardsale.ExportKind: h.exports.Make, redemption.JobKind: redeem.Run, bulkorder.JobKind: h.bulk.Handler(h.db, tables)}
	for _, kind := range kinds {
		handlers[kind.Name] = kind.Handler(h.db, tables)
	}
	jobs := worker.NewRunner(h.db, handlers, append(chores(h.db, files, h.approvals), advancing(h.db, h.lifecycle), confirming(h.db), settling(h.db, h.settle), watching(h.db, h.funds))...)
	jobs.OnEnd(settlement.JobKind, settlement.Ended)
	jobs.OnEnd(bulkorder.JobKind, bulkorder.Ended)
	jobs.OnEnd(redemption.JobKind, redemption.Ended)
	for _, kind := range kinds {
		jobs.OnEnd(kind.Name, kind.Ended)
	}
	return jobs
}

// serve starts everything, says where it is, and stops in order: first the door,
// then the work that is under way, then the engines. What may be refused from outside,
// a port in use or a Redis that is away, is tried before the database is touched.
func serve(ctx context.Context, s config.Settings, stdout io.Writer) error {
	listener, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("addr: %w", err)
	}
	defer listener.Close()
	redis, err := storage.OpenRedis(ctx, s.RedisURL)
	if err != nil {
		return err
	}
	defer redis.Close()
	release, err := storage.Hold(database(s))
	if err != nil {
		return err
	}
	defer release()
	h, err := open(ctx, s, stdout)
	if err != nil {
		return err
	}
	defer h.close()
	codes := h.codes
	if s.IsDemo() {
		if err := seed.Demo(ctx, h.db, h.people, codes); err != nil {
			return fmt.Errorf("load the demo county: %w", err)
		}
	}
	files, err := blob.Open(blob.Config{Folder: filepath.Join(s.Data, uploadsFolder)})
	if err != nil {
		return err
	}
	gateways, demoPay, err := h.gateways(ctx, s, listener.Addr())
	if err != nil {
		return err
	}
	tables := sheets(h.db, files)
	redeem := redemption.NewService(h.db, codes, h.keys, h.committer)
	jobs := h.jobs(files, tables, redeem)
	api := rest.Server{
		DB: h.db, Redis: redis, People: h.people, Keys: h.keys, Carts: cart.Store{Redis: redis.Client},
		Codes: codes, RulePacks: s.RulePacks, Cards: h.cards, Checkout: h.committer, Bulk: h.bulk, Lifecycle: h.lifecycle, Bank: h.bank, CardSales: h.sales, Purchases: procurement.NewService(h.keys), Funds: h.funds, CardExports: h.exports, Redemptions: redeem, Payee: rest.Payee(s.Payee), Gateways: gateways, DemoPay: demoPay, Files: files, Demo: s.IsDemo(), Site: frontend.Dist(), Packed: frontend.Packed(),
		Sheets: tables, Orgs: h.orgs, Approvals: h.approvals, Staff: h.staff, ShareRules: h.rules, Settlements: h.settle, Certificates: certificate.NewDesk(rand.Reader), MetricsToken: s.MetricsToken, LocalOnly: loopback(listener),
	}
	handler, _ := api.Handler()

	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	var working sync.WaitGroup
	working.Go(func() { h.committer.Run(work) })
	working.Go(func() { sealing(work, h.db) })
	working.Go(func() { pumping(work, h.db, h.relay()) })
	working.Go(func() { paying(work, h.db, gateways, h.lifecycle, demoPay) })
	working.Go(func() { jobs.Run(work) })
	defer working.Wait()
	defer stopWork()

	if err := welcome(ctx, s, h.db, codes, listener.Addr().String(), stdout); err != nil {
		return err
	}
	return listen(ctx, listener, handler)
}

// loopback tells whether only this machine can reach a listener.
func loopback(listener net.Listener) bool {
	at, ok := listener.Addr().(*net.TCPAddr)
	return ok && at.IP.IsLoopback()
}

func listen(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, WriteTimeout: answerTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: 64 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	return server.Shutdown(closing)
}

// sealing gives the journal its order, a second behind at the most.
func sealing(ctx context.Context, db *storage.DB) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := ledger.Seal(ctx, db); err != nil && ctx.Err() == nil {
			slog.Warn("seal the journal", "error", err)
		}
	}
}

// welcome says where the marketplace is and how to try it.
func welcome(ctx context.Context, s config.Settings, db *storage.DB, codes aidcard.Codes, addr string, out io.Writer) error {
	if _, port, err := net.SplitHostPort(addr); err == nil {
		addr = "localhost:" + port
	}
	folder, err := filepath.Abs(s.Data)
	if err != nil {
		return err
	}
	uploads := filepath.Join(folder, uploadsFolder)
	fmt.Fprintf(out, "\nZique Market (紫鹊集)  http://%s\n", addr)
	if !s.IsDemo() {
		fmt.Fprintf(out, "Uploads: %s\n", uploads)
		return nil
	}
	open, err := seed.UnclaimedCodes(db.Read(ctx), codes)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nDemo accounts, password %s\n", seed.Password)
	for _, a := range seed.Accounts {
		fmt.Fprintf(out, "  %s  %-12s %s\n", a.Phone, a.Role, a.Name)
	}
	if len(open) > 0 {
		fmt.Fprintf(out, "\nUnclaimed aid cards\n  %s\n", strings.Join(open[:min(2, len(open))], "\n  "))
	}
	if s.MySQLDSN == "" {
		fmt.Fprintf(out, "\nData: %s\nEmbedded, for trying out.\n", folder)
	} else {
		fmt.Fprintf(out, "\nUploads: %s\n", uploads)
	}
	fmt.Fprintln(out)
	return nil
}

// describe shows a fault with its fields, which are flags here.
func describe(err error) error {
	f, ok := fault.As(err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	var fields []string
	for _, field := range f.Fields {
		fields = append(fields, "--"+field.Field+": "+field.Message)
	}
	return errors.New(strings.Join(fields, "; "))
}
