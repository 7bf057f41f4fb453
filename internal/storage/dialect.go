package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	glebarez "github.com/glebarez/go-sqlite"
	"github.com/glebarez/sqlite"
	sqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// dialect is everything in which the engines differ. Nothing outside this
// package asks which engine it runs on.
type dialect struct {
	name        string // also the folder of its migrations
	lockSuffix  bool   // the engine has row locks, taken with FOR UPDATE
	nowMillis   string // the database's clock in milliseconds since 1970
	snapshot    sql.IsolationLevel
	tableNames  string
	columnNames string
	looseText   string // columns whose text does not compare byte by byte; "": there can be none
}

var sqliteDialect = dialect{
	name:        "sqlite",
	nowMillis:   "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
	tableNames:  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
	columnNames: "SELECT name FROM pragma_table_info(?)",
}

var mysqlDialect = dialect{
	name:       "mysql",
	lockSuffix: true,
	nowMillis:  "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)",
	snapshot:   sql.LevelRepeatableRead,
	tableNames: "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name",
	columnNames: "SELECT column_name FROM information_schema.columns " +
		"WHERE table_schema = DATABASE() AND table_name = ?",
	looseText: "SELECT CONCAT(table_name, '.', column_name, ' (', collation_name, ')') FROM information_schema.columns " +
		"WHERE table_schema = DATABASE() AND table_name NOT LIKE 'goose%' AND collation_name NOT IN ('utf8mb4_bin', 'ascii_bin') " +
		"ORDER BY table_name, ordinal_position",
}

func gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		Logger:                 logger.Discard,
		DisableAutomaticPing:   true,
		NowFunc:                func() time.Time { return time.Time{} }, // times come from the injected clock
	}
}

func makeFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

const sqliteFile = "zique.db"

// makeFile makes the SQLite file for its owner alone, and SQLite gives what it puts
// beside the file the same rights. Opened as it is, the file has to be there.
func makeFile(cfg Config) error {
	path := filepath.Join(cfg.Folder, sqliteFile)
	if cfg.AsItIs {
		_, err := os.Stat(path)
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%w in %s", ErrNoDatabase, cfg.Folder)
		}
		return err
	}
	if err := makeFolder(cfg.Folder); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return file.Close()
}

// openSQLite opens the file in folder: one writer, and a pool of readers that WAL lets
// read beside it.
func openSQLite(folder string) (write, read *gorm.DB, err error) {
	file := "file:" + (&url.URL{Path: filepath.Join(folder, sqliteFile)}).EscapedPath()
	pragmas := "?_pragma=busy_timeout(2000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
	write, err = gorm.Open(sqlite.Open(file+pragmas+"&_txlock=immediate"), gormConfig())
	if err != nil {
		return nil, nil, fmt.Errorf("open the SQLite file: %w", err)
	}
	if err := limitPool(write, 1); err != nil {
		return nil, nil, err
	}
	read, err = gorm.Open(sqlite.Open(file+pragmas+"&_pragma=query_only(1)"), gormConfig())
	if err != nil {
		return nil, nil, fmt.Errorf("open the SQLite file for reading: %w", err)
	}
	return write, read, limitPool(read, 8)
}

// answerWithin bounds how long a server may take over one statement of a transaction.
// It is what ends a COMMIT that a hanging server does not answer: no context reaches
// that. Statements outside transactions end with their context.
const answerWithin = 8 * time.Second

// openMySQL opens a MySQL or MariaDB database: READ COMMITTED, strict, UTC, and a
// lock wait of 2 seconds. Transactions and other reading have pools of their own.
func openMySQL(ctx context.Context, dsn string) (write, read *gorm.DB, err error) {
	cfg, err := sqldriver.ParseDSN(dsn)
	if err != nil {
		return nil, nil, errors.New("the MySQL DSN cannot be read (want user:password@tcp(host:3306)/database)")
	}
	isolation, err := isolationVariable(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	cfg.ParseTime = true // the lock of the migrations asks for it
	cfg.ClientFoundRows = true
	cfg.InterpolateParams = true
	cfg.Collation = "utf8mb4_bin"
	if cfg.Timeout == 0 {
		cfg.Timeout = 3 * time.Second
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	cfg.Params[isolation] = "'READ-COMMITTED'"
	cfg.Params["innodb_lock_wait_timeout"] = "2"
	cfg.Params["sql_mode"] = "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'"
	cfg.Params["time_zone"] = "'+00:00'"
	if read, err = openPool(cfg); err != nil {
		return nil, nil, err
	}
	bounded := cfg.Clone()
	if bounded.ReadTimeout == 0 {
		bounded.ReadTimeout = answerWithin
	}
	if bounded.WriteTimeout == 0 {
		bounded.WriteTimeout = answerWithin
	}
	write, err = openPool(bounded)
	return write, read, err
}

func openPool(cfg *sqldriver.Config) (*gorm.DB, error) {
	db, err := gorm.Open(mysql.New(mysql.Config{DSNConfig: cfg, SkipInitializeWithVersion: true}), gormConfig())
	if err != nil {
		return nil, fmt.Errorf("open MySQL: %w", err)
	}
	return db, limitPool(db, 32)
}

// isolationVariable asks the server which of the two names it knows.
func isolationVariable(ctx context.Context, cfg *sqldriver.Config) (string, error) {
	connector, err := sqldriver.NewConnector(cfg)
	if err != nil {
		return "", fmt.Errorf("open MySQL: %w", err)
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	var version string
	if err := pool.QueryRowContext(ctx, "SELECT VERSION()").Scan(&version); err != nil {
		return "", fmt.Errorf("ask MySQL for its version: %w", err)
	}
	if strings.Contains(version, "MariaDB") {
		return "tx_isolation", nil
	}
	return "transaction_isolation", nil
}

func limitPool(db *gorm.DB, most int) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	pool.SetConnMaxLifetime(10 * time.Minute)
	return nil
}

// Codes of MySQL and SQLite that the rest of the package asks about.
const (
	mysqlDuplicate   = 1062
	mysqlLockTimeout = 1205
	mysqlDeadlock    = 1213
	mysqlHeld        = 3572
	mariadbChanged   = 1020
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteUnique     = 2067
	sqlitePrimaryKey = 1555
)

// IsDuplicate tells whether a unique key refused the row.
func IsDuplicate(err error) bool {
	var my *sqldriver.MySQLError
	var lite *glebarez.Error
	switch {
	case errors.As(err, &my):
		return my.Number == mysqlDuplicate
	case errors.As(err, &lite):
		return lite.Code() == sqliteUnique || lite.Code() == sqlitePrimaryKey
	}
	return false
}

// IsNotFound tells whether First or Take found no row.
func IsNotFound(err error) bool { return errors.Is(err, gorm.ErrRecordNotFound) }

// isTransient tells whether the same transaction may succeed when run again.
func isTransient(err error) bool {
	var my *sqldriver.MySQLError
	var lite *glebarez.Error
	switch {
	case errors.Is(err, ErrAgain):
		return true
	case errors.As(err, &my):
		return my.Number == mysqlDeadlock || my.Number == mysqlLockTimeout || my.Number == mariadbChanged
	case errors.As(err, &lite):
		primary := lite.Code() & 0xff
		return primary == sqliteBusy || primary == sqliteLocked
	}
	return false
}

// IsLockTimeout tells whether another transaction held a row for too long.
func IsLockTimeout(err error) bool {
	var my *sqldriver.MySQLError
	return errors.As(err, &my) && my.Number == mysqlLockTimeout
}

// isHeld tells whether another transaction holds a row that was not to be waited for:
// MySQL has a code for it, MariaDB has not.
func isHeld(err error) bool {
	var my *sqldriver.MySQLError
	return errors.As(err, &my) && (my.Number == mysqlHeld || my.Number == mysqlLockTimeout)
}

// isConnectionLost tells whether the engine went away in the middle.
func isConnectionLost(err error) bool {
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sqldriver.ErrInvalidConn) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.As(err, &network)
}
