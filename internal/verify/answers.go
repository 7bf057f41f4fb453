package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Made is the table of what a stored success of each keyed route names.
var Made = map[string]string{
	"ask-bulk-order":        "bulk_orders",
	"ask-card-export":       "card_exports",
	"ask-ledger-correction": "approvals",
	"begin-settlement":      "settlements",
	"draft-purchase-order":  "purchase_orders",
	"give-back":             "refunds",
	"order-card-batch":      "card_sales",
	"pay-statement":         "settlement_statements",
	"place-order":           "orders",
	"redeem-cards":          "redemptions",
	"refund-order":          "refunds",
	"rekey-cards":           "aid_cards",
	"ship-order":            "shipments",
}

// madeByJobs is the same for what jobs do under keys of their own.
var madeByJobs = map[string]string{"redeem-row": "orders"}

// ofAnswers are rules about stored answers.
var ofAnswers = []Invariant{
	{"a stored success names what its route made", "idempotency_keys", `
		SELECT k.id broken FROM idempotency_keys k WHERE k.status BETWEEN 200 AND 299 AND CASE k.route` + isThere() + ` ELSE 0 = 1 END = 0`},
	{"every stored answer is complete", "idempotency_keys", `
		SELECT k.id broken FROM idempotency_keys k WHERE k.status = 0 OR k.answer IS NULL`},
}

func isThere() string {
	var cases strings.Builder
	made := maps.Clone(Made)
	maps.Copy(made, madeByJobs)
	for _, route := range slices.Sorted(maps.Keys(made)) {
		fmt.Fprintf(&cases, " WHEN '%s' THEN EXISTS (SELECT 1 FROM %s x WHERE x.id = k.result_id)", route, made[route])
	}
	return cases.String()
}
