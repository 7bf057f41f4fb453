package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Made is the table of what a stored success of each keyed route names.
var Made = map[string]string{
	"ask-card-export":      "card_exports",
	"begin-settlement":     "settlements",
	"draft-purchase-order": "purchase_orders",
	"give-back":            "refunds",
	"order-card-batch":     "card_sales",
	"pay-statement":        "settlement_statements",
	"place-order":          "orders",
	"refund-order":         "refunds",
	"rekey-cards":          "aid_cards",
	"ship-order":           "shipments",
}

// ofAnswers are rules about stored answers.
var ofAnswers = []Invariant{
	{"a stored success names what its route made", "idempotency_keys", `
		SELECT k.id broken FROM idempotency_keys k WHERE k.status BETWEEN 200 AND 299 AND CASE k.route` + isThere() + ` ELSE 0 = 1 END = 0`},
	{"every stored answer is complete", "idempotency_keys", `
		SELECT k.id broken FROM idempotency_keys k WHERE k.status = 0 OR k.answer IS NULL`},
}

func isThere() string {
	var cases strings.Builder
	for _, route := range slices.Sorted(maps.Keys(Made)) {
		fmt.Fprintf(&cases, " WHEN '%s' THEN EXISTS (SELECT 1 FROM %s x WHERE x.id = k.result_id)", route, Made[route])
	}
	return cases.String()
}
