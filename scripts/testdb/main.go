// Command testdb makes and removes a database on the tests' server, so that the check
// needs no SQL client. It prints the DSN with the database's name in it:
//
//	ZIQUE_TEST_MYSQL_DSN='user:password@tcp(host:port)/' go run ./scripts/testdb create zique_e2e
//
// It refuses every name outside the tests' own: a DSN given by hand may lead to a server
// with other people's data.
package main

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"regexp"

	"github.com/go-sql-driver/mysql"
)

var ours = regexp.MustCompile(`^zique_(e2e|test[a-z0-9_]*)$`)

func main() {
	dsn, err := run(os.Getenv("ZIQUE_TEST_MYSQL_DSN"), os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "testdb:", err)
		os.Exit(1)
	}
	fmt.Println(dsn)
}

// run drops the named database and, for create, makes it anew.
func run(server string, args []string) (dsn string, err error) {
	if server == "" {
		return "", errors.New("ZIQUE_TEST_MYSQL_DSN is not set")
	}
	if len(args) != 2 || args[0] != "create" && args[0] != "drop" || !ours.MatchString(args[1]) {
		return "", errors.New("usage: testdb create|drop zique_e2e|zique_test…")
	}
	config, err := mysql.ParseDSN(server)
	if err != nil {
		return "", err
	}
	config.DBName = ""
	db, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		return "", err
	}
	defer db.Close()

	name := args[1]
	if _, err := db.Exec("DROP DATABASE IF EXISTS `" + name + "`"); err != nil {
		return "", err
	}
	if args[0] == "create" {
		if _, err := db.Exec("CREATE DATABASE `" + name + "` CHARACTER SET utf8mb4"); err != nil {
			return "", err
		}
	}
	config.DBName = name
	return config.FormatDSN(), nil
}
