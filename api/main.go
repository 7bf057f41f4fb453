// Command zique is the marketplace: `go run ./api` starts everything.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"zique/internal/audit"
	"zique/internal/config"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/staff"
	"zique/internal/storage"
	"zique/internal/verify"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "zique:", err)
		os.Exit(1)
	}
}

const usage = `Zique Market (紫鹊集): a marketplace for consumption assistance

  zique [serve]                        start the marketplace (the default)
  zique verify                         check every invariant of the books; exit 1 when one is broken
  zique user create --role operator --phone 139… [--desk county] [--name … --password …]
                                       make an operator, auditor or liaison; an operator works
                                       at the desk of the county or the federation (the default);
                                       without a password one is made and shown once
  zique db grants --user app@host      print the GRANTs for an account of MySQL or MariaDB that runs
                                       the marketplace but cannot rewrite its ledger or audit log
  zique help                           this page

Flags of every command (a flag beats the environment, which beats the file):
  --addr HOST:PORT     ZIQUE_ADDR       default 127.0.0.1:8080 in demo mode, else :8080
  --data FOLDER        ZIQUE_DATA       folder of the embedded database and of uploads, default ./data
  --mode MODE          ZIQUE_MODE       demo or production
  --mysql-dsn DSN      ZIQUE_MYSQL_DSN  user:password@tcp(host:3306)/database; empty: SQLite
  --redis-url URL      ZIQUE_REDIS_URL  redis://host:6379/0; empty: in this process
  --sms-url URL        ZIQUE_SMS_URL    gateway of text messages; empty: they are printed (demo mode)
  --config FILE        ZIQUE_CONFIG     YAML; see configs/zique.yaml

Examples:
  go run ./api
  zique serve --addr 127.0.0.1:9000 --data /var/lib/zique
  ZIQUE_MODE=demo ZIQUE_MYSQL_DSN='zique:secret@tcp(127.0.0.1:3306)/zique' ZIQUE_REDIS_URL=redis://127.0.0.1:6379/0 zique
`

// gcPercent lets the heap grow fivefold before it is swept, unless GOGC in the environment
// says otherwise: what is live is small, and each request leaves little behind.
const gcPercent = 400

// run is the program. It returns when ctx ends or the command is done.
func run(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) error {
	command, rest := "serve", args
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, rest = args[0], args[1:]
	}
	var missing error // the second of two words
	for _, two := range []string{"user create", "db grants"} {
		first, second, _ := strings.Cut(two, " ")
		switch {
		case command == first && len(rest) > 0 && rest[0] == second:
			command, rest = two, rest[1:]
		case command == first:
			missing = fmt.Errorf("%s: say what to do, as in: zique %s (see zique --help)", first, two)
		}
	}
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, name := range []string{"addr", "data", "mode", "mysql-dsn", "redis-url", "sms-url", "config"} {
		flags.String(name, "", "")
	}
	var user identity.NewUser
	var role, desk string
	if command == "user create" {
		flags.StringVar(&role, "role", "", "")
		flags.StringVar(&desk, "desk", "", "")
		flags.StringVar(&user.Phone, "phone", "", "")
		flags.StringVar(&user.Name, "name", "", "")
		flags.StringVar(&user.Password, "password", "", "")
	}
	var account string
	if command == "db grants" {
		flags.StringVar(&account, "user", "", "")
	}
	err := flags.Parse(rest)
	if err == flag.ErrHelp || command == "help" {
		_, err = io.WriteString(stdout, usage)
		return err
	}
	if missing != nil {
		return missing
	}
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if err != nil {
		return fmt.Errorf("%w (see zique --help)", err)
	}
	given := map[string]string{}
	flags.Visit(func(f *flag.Flag) { given[strings.ReplaceAll(f.Name, "-", "_")] = f.Value.String() })
	settings, err := config.Load(given, getenv)
	if err != nil {
		return fmt.Errorf("settings:\n%w", err)
	}
	switch command {
	case "serve":
		if getenv("GOGC") == "" {
			debug.SetGCPercent(gcPercent)
		}
		return serve(ctx, settings, stdout)
	case "verify":
		return checkBooks(ctx, settings, stdout)
	case "user create":
		return createUser(ctx, settings, user, role, desk, stdout)
	case "db grants":
		return printGrants(ctx, settings, account, stdout)
	}
	return fmt.Errorf("there is no command %q (see zique --help)", command)
}

// checkBooks runs every invariant and shows each as it goes. Books that are not there, or
// are an older program's, are no books that hold.
func checkBooks(ctx context.Context, settings config.Settings, stdout io.Writer) (err error) {
	at := database(settings)
	at.AsItIs = true
	db, _, err := openData(ctx, settings, at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := ledger.Seal(ctx, db); err != nil {
		return err
	}
	checked := 0
	broken, err := verify.Run(ctx, db, func(inv verify.Invariant, rows []int64) {
		checked++
		place := fmt.Sprintf("%2d/%d", checked, len(verify.Invariants))
		if len(rows) == 0 {
			fmt.Fprintln(stdout, "ok     ", place, inv.Name)
			return
		}
		fmt.Fprintln(stdout, "BROKEN ", place, inv.Name, "—", inv.Table, rows)
	})
	if err == nil && len(broken) > 0 {
		err = fmt.Errorf("%d of %d invariants are broken", len(broken), len(verify.Invariants))
	}
	return err
}

func createUser(ctx context.Context, settings config.Settings, user identity.NewUser, role, desk string, stdout io.Writer) error {
	made := user.Password == ""
	if made {
		user.Password = rand.Text()
	}
	user.Name = cmp.Or(user.Name, role)
	if err := staff.Check(user, role, desk); err != nil { // before there is a database of nothing
		return describe(err)
	}
	house, err := open(ctx, settings, stdout)
	if err != nil {
		return err
	}
	defer house.close()
	err = house.db.InTx(ctx, func(tx *storage.Tx) error {
		_, err := house.staff.Create(tx, audit.System, user, role, desk)
		return err
	})
	if err != nil {
		return describe(err)
	}
	fmt.Fprintf(stdout, "%s %s can sign in now.\n", role, user.Name)
	if made {
		fmt.Fprintf(stdout, "Password, shown only now: %s\n", user.Password)
	}
	return nil
}
