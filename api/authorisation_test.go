package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// rule says who may use a route. `by` is one who may, and really does, after everybody
// else was refused; then those in `also`, who may too. Path and body name things of the
// fixture in braces. With self, whoever is signed in may call and gets what is their own:
// then nobody's answer but by's may name the things in `hides`.
type rule struct {
	by      string
	also    []string
	answers []int // to by and also, in this order, the last one repeated; none: any 2xx
	path    string
	body    any
	self    bool
	alone   bool // others are not tried: it would end their sessions
	orNone  bool // without a session too, to see that there is nothing
	hides   []string
	key     bool // takes an Idempotency-Key
}

// public routes need nobody.
var public = rule{by: "nobody"}

// What those who may get where the fixture has nothing left to succeed with.
var (
	badRequest = []int{http.StatusBadRequest}
	conflict   = []int{http.StatusConflict}
)

var (
	desks   = []string{"county", "federation"}
	readers = []string{"county", "federation", "auditor"}

	workers     = []string{"packer", "accountant"}
	packers     = []string{"packer"}
	accountants = []string{"accountant"}
	villagers   = []string{"village accountant"}
	colleagues  = []string{"finance", "purchaser"}
)

// blankCode asks to redeem nothing, which is no guess.
var blankCode = map[string]any{"codes": []any{" "}, "mode": "valid_rows"}

// rules has every route of the API; a route that is missing here fails the test.
var rules = map[string]rule{
	"POST /auth/codes": public, "POST /auth/register": public, "POST /auth/login": public, "POST /auth/refresh": public,
	"GET /categories": public, "GET /products": public, "GET /products/{id}": public,
	"GET /townships": public, "GET /villages": public, "GET /villages/{id}": public, "GET /public/board": public, "GET /public/share-rules": public, "GET /public/rule-packs": public, "GET /demo": public,

	"GET /tenders":                     {by: "secretary", also: []string{"finance", "purchaser", elsewhere + "secretary", "nobody"}, self: true, hides: []string{"bank_transfer"}},
	"POST /payments/notices/{gateway}": public, "GET /demo/pay/{charge_id}": public, "POST /demo/pay/{charge_id}": public,

	"GET /ent/import-templates/gift-recipients": {by: "secretary", also: colleagues},
	"GET /ent/bulk-orders":                      {by: "secretary", also: colleagues, hides: []string{"{bulk}"}},
	"POST /ent/bulk-orders":                     {by: "secretary", also: colleagues, key: true, body: bulker{basket: basket{sku: "5", price: 1}}.gifts(1, people(1))},
	"GET /ent/bulk-orders/{id}":                 {by: "secretary", also: colleagues, path: "/ent/bulk-orders/{bulk}"},
	"GET /ent/bulk-orders/{id}/rows":            {by: "secretary", also: colleagues, path: "/ent/bulk-orders/{bulk}/rows"},
	"GET /ent/bulk-orders/{id}/file":            {by: "secretary", also: colleagues, path: "/ent/bulk-orders/{bulk}/file"},
	"GET /ent/bulk-orders/{id}/errors":          {by: "secretary", path: "/ent/bulk-orders/{rejected_bulk}/errors"},
	"POST /ent/bulk-orders/{id}/place":          {by: "secretary", path: "/ent/bulk-orders/{rejected_bulk}/place", body: map[string]any{"total_fen": 0}, answers: conflict},
	"POST /ent/bulk-orders/{id}/cancel":         {by: "secretary", path: "/ent/bulk-orders/{rejected_bulk}/cancel"},
	"GET /ent/import-templates/card-recipients": {by: "secretary", also: colleagues},
	"GET /ent/card-batches":                     {by: "secretary", also: colleagues, hides: []string{"{batch}"}},
	"POST /ent/card-batches":                    {by: "secretary", also: colleagues, key: true, body: anonymous(100_00, 1)},
	"GET /ent/card-batches/{id}":                {by: "secretary", also: colleagues, path: "/ent/card-batches/{batch}"},
	"GET /ent/card-batches/{id}/cards":          {by: "secretary", also: colleagues, path: "/ent/card-batches/{batch}/cards"},
	"GET /ent/card-batches/{id}/claims":         {by: "secretary", also: colleagues, path: "/ent/card-batches/{batch}/claims"},
	"POST /ent/card-batches/{id}/confirm":       {by: "finance", also: []string{"purchaser"}, path: "/ent/card-batches/{batch}/confirm", answers: []int{http.StatusOK, http.StatusConflict}},
	"POST /ent/card-batches/{id}/cancel":        {by: "secretary", also: colleagues, path: "/ent/card-batches/{cancellable_batch}/cancel"},
	"POST /ent/card-batches/{id}/recipients":    {by: "secretary", also: colleagues, path: "/ent/card-batches/{open_batch}/recipients", body: map[string]any{"file_id": "{recipients}", "dry_run": true}, answers: []int{http.StatusAccepted, http.StatusBadRequest}},
	"POST /ent/card-batches/{id}/reminders":     {by: "secretary", also: colleagues, path: "/ent/card-batches/{batch}/reminders", body: map[string]any{}, answers: conflict},
	"POST /ent/card-batches/{id}/recall":        {by: "secretary", also: colleagues, path: "/ent/card-batches/{batch}/recall", body: reasoned{"离职"}, answers: conflict},
	"GET /ent/recipient-imports/{id}":           {by: "secretary", also: colleagues, path: "/ent/recipient-imports/{recipient_import}"},
	"GET /ent/recipient-imports/{id}/file":      {by: "secretary", also: colleagues, path: "/ent/recipient-imports/{recipient_import}/file"},
	"POST /ent/card-batches/{id}/exports":       {by: "secretary", also: colleagues, key: true, path: "/ent/card-batches/{batch}/exports", body: map[string]any{"format": "json", "password": "a-long-password"}, answers: conflict},
	"GET /ent/card-batches/{id}/exports":        {by: "secretary", also: colleagues, path: "/ent/card-batches/{batch}/exports"},
	"GET /ent/exports/{id}":                     {by: "secretary", also: colleagues, path: "/ent/exports/{card_export}"},
	"POST /ent/exports/{id}/approve":            {by: "finance", also: []string{"purchaser"}, path: "/ent/exports/{card_export}/approve", answers: []int{http.StatusOK, http.StatusConflict}},
	"GET /ent/exports/{id}/file":                {by: "secretary", also: colleagues, path: "/ent/exports/{refused_export}/file", answers: conflict},
	"POST /ent/cards/rekey":                     {by: "secretary", also: colleagues, key: true, path: "/ent/cards/rekey", body: map[string]any{"card_ids": []any{"{batch_card}"}}},
	"GET /ent/reconciliation":                   {by: "secretary", also: colleagues, hides: []string{"{batch}"}},
	"GET /ent/reconciliation/cards":             {by: "secretary", also: colleagues, path: "/ent/reconciliation/cards?term=issued"},
	"GET /ent/reconciliation/file":              {by: "secretary", also: colleagues},
	"GET /ops/reconciliation":                   {by: "county", also: readers, path: "/ops/reconciliation?enterprise_id={enterprise}"},
	"GET /ops/reconciliation/cards":             {by: "county", also: readers, path: "/ops/reconciliation/cards?term=issued&enterprise_id={enterprise}"},
	"GET /ops/reconciliation/file":              {by: "county", also: readers, path: "/ops/reconciliation/file?enterprise_id={enterprise}"},
	"GET /ent/cards":                            {by: "secretary", also: colleagues},
	"GET /ent/import-templates/redemptions":     {by: "secretary", also: colleagues},
	"GET /ent/redemptions":                      {by: "secretary", also: colleagues, hides: []string{"{redemption}"}},
	"POST /ent/redemptions":                     {by: "secretary", also: colleagues, key: true, body: blankCode},
	"GET /ent/redemptions/{id}":                 {by: "secretary", also: colleagues, path: "/ent/redemptions/{redemption}"},
	"GET /ent/redemptions/{id}/rows":            {by: "secretary", also: colleagues, path: "/ent/redemptions/{redemption}/rows"},
	"GET /ent/redemptions/{id}/file":            {by: "secretary", also: colleagues, path: "/ent/redemptions/{redemption}/file"},
	"POST /ent/redemptions/{id}/confirm":        {by: "secretary", also: colleagues, path: "/ent/redemptions/{redemption}/confirm", answers: conflict},
	"POST /ent/redemptions/{id}/stop":           {by: "secretary", also: colleagues, path: "/ent/redemptions/{redemption}/stop"},
	"GET /ops/card-batches":                     {by: "county", also: readers},
	"GET /ops/card-batches/{id}":                {by: "county", also: readers, path: "/ops/card-batches/{batch}"},
	"POST /ops/card-batches/{id}/fund": {by: "county", also: desks, path: "/ops/card-batches/{batch}/fund", answers: []int{http.StatusOK, http.StatusConflict}, body: map[string]any{
		"amount_fen": 5, "paid_at": yesterday + "T02:00:00Z", "payer_name": "x", "payer_account": "6222021234567890", "payee_account": "6200000000000000", "bank_reference": "FUND"}},
	"POST /ops/card-batches/{id}/issue": {by: "county", also: desks, path: "/ops/card-batches/{batch}/issue", answers: conflict},

	"GET /ent/purchase-orders":                       {by: "secretary", also: colleagues, hides: []string{"{purchase}"}},
	"POST /ent/purchase-orders":                      {by: "secretary", also: colleagues, key: true, answers: badRequest, body: map[string]any{"cooperative_id": "5", "terms_days": 0, "contact_name": "", "contact_phone": "", "address": "", "lines": []any{}}},
	"GET /ent/purchase-orders/{id}":                  {by: "secretary", also: colleagues, path: "/ent/purchase-orders/{purchase}"},
	"POST /ent/purchase-orders/{id}/approve":         {by: "finance", also: []string{"purchaser"}, answers: conflict, path: "/ent/purchase-orders/{purchase}/approve"},
	"POST /ent/purchase-orders/{id}/cancel":          {by: "secretary", also: colleagues, answers: badRequest, path: "/ent/purchase-orders/{purchase}/cancel", body: reasoned{""}},
	"POST /ent/purchase-orders/{id}/accept":          {by: "secretary", also: colleagues, answers: conflict, path: "/ent/purchase-orders/{purchase}/accept", body: map[string]any{"lines": []any{}}},
	"GET /ent/purchase-orders/{id}/acceptance-form":  {by: "secretary", also: colleagues, path: "/ent/purchase-orders/{accepted_purchase}/acceptance-form"},
	"GET /coop/purchase-orders":                      {by: "cooperative", also: workers, hides: []string{"{purchase}"}},
	"GET /coop/purchase-orders/{id}":                 {by: "cooperative", also: workers, path: "/coop/purchase-orders/{purchase}"},
	"POST /coop/purchase-orders/{id}/quote":          {by: "cooperative", also: accountants, answers: badRequest, path: "/coop/purchase-orders/{purchase}/quote", body: map[string]any{"deliver_by": "", "lines": []any{}}},
	"POST /coop/purchase-orders/{id}/decline":        {by: "cooperative", also: accountants, answers: badRequest, path: "/coop/purchase-orders/{purchase}/decline", body: reasoned{""}},
	"POST /coop/purchase-orders/{id}/deliver":        {by: "cooperative", also: packers, answers: conflict, path: "/coop/purchase-orders/{purchase}/deliver", body: map[string]any{"carrier": "x", "delivery_note": "x"}},
	"GET /coop/purchase-orders/{id}/acceptance-form": {by: "cooperative", also: workers, path: "/coop/purchase-orders/{accepted_purchase}/acceptance-form"},
	"GET /ops/purchase-orders":                       {by: "auditor", also: desks},
	"GET /ops/purchase-orders/{id}":                  {by: "auditor", also: desks, path: "/ops/purchase-orders/{purchase}"},
	"GET /ops/purchase-orders/{id}/acceptance-form":  {by: "auditor", also: desks, path: "/ops/purchase-orders/{accepted_purchase}/acceptance-form"},

	"GET /ops/import-templates/bank-statement":     {by: "county", also: desks},
	"POST /ops/bank-imports":                       {by: "county", also: desks, body: map[string]any{"file_id": "{sheet}", "dry_run": true}, answers: []int{http.StatusAccepted, http.StatusBadRequest}},
	"GET /ops/bank-imports/{id}":                   {by: "county", also: readers, path: "/ops/bank-imports/{bank_import}"},
	"GET /ops/bank-imports/{id}/file":              {by: "county", also: desks, path: "/ops/bank-imports/{bank_import}/file"},
	"GET /ops/bank-rows":                           {by: "auditor", also: desks},
	"POST /ops/bank-rows/{id}/match":               {by: "county", also: desks, answers: conflict, path: "/ops/bank-rows/{bank_row}/match", body: map[string]any{"order_id": "{order}", "reason": "x"}},
	"POST /ops/bank-rows/{id}/give-back":           {by: "county", also: desks, answers: badRequest, path: "/ops/bank-rows/{bank_row}/give-back", body: map[string]any{"bank_reference": "", "reason": "x"}},
	"GET /ops/payment-differences":                 {by: "auditor", also: desks},
	"POST /ops/payment-differences/{id}/give-back": {by: "county", also: desks, answers: badRequest, path: "/ops/payment-differences/{payment_difference}/give-back", body: map[string]any{"reason": ""}},
	"GET /ops/bank-days":                           {by: "auditor", also: desks},
	"POST /ops/bank-days/{day}/close":              {by: "county", also: desks, answers: conflict, path: "/ops/bank-days/" + yesterday + "/close", body: map[string]any{}},
	"GET /ops/refund-transfers":                    {by: "county", also: desks},
	"POST /ops/refund-transfers/{id}/done":         {by: "county", also: desks, answers: badRequest, path: "/ops/refund-transfers/{bank_refund}/done", body: map[string]any{"bank_reference": ""}},

	"GET /ent/card-returns":              {by: "secretary", also: []string{"finance", "purchaser"}, self: false, hides: []string{"{card_return}"}},
	"POST /ent/card-returns":             {by: "secretary", also: []string{"finance"}, answers: badRequest, body: map[string]any{"card_ids": []any{}, "reason": "x"}},
	"GET /ops/card-returns":              {by: "auditor", also: desks},
	"POST /ops/card-returns/{id}/accept": {by: "county", also: desks, answers: badRequest, path: "/ops/card-returns/{card_return}/accept", body: map[string]any{"reason": ""}},
	"POST /ops/card-returns/{id}/reject": {by: "county", also: desks, answers: badRequest, path: "/ops/card-returns/{card_return}/reject", body: map[string]any{"reason": ""}},
	"POST /ops/card-returns/{id}/done":   {by: "county", also: desks, answers: badRequest, path: "/ops/card-returns/{card_return}/done", body: map[string]any{"bank_reference": ""}},
	"GET /ops/cards/{id}":                {by: "auditor", also: desks, path: "/ops/cards/{card}"},
	"POST /ops/cards/{id}/freeze":        {by: "county", also: desks, answers: badRequest, path: "/ops/cards/{card}/freeze", body: map[string]any{"reason": ""}},
	"POST /ops/cards/{id}/unfreeze":      {by: "county", also: desks, answers: badRequest, path: "/ops/cards/{card}/unfreeze", body: map[string]any{"reason": ""}},
	"POST /ops/cards/{id}/void":          {by: "county", also: desks, answers: badRequest, path: "/ops/cards/{card}/void", body: map[string]any{"reason": ""}},
	"GET /ops/prepaid-funds":             {by: "auditor", also: desks},
	"GET /ops/prepaid-funds/file":        {by: "auditor", also: desks},
	"POST /ops/custody-balances":         {by: "county", also: desks, answers: badRequest, body: map[string]any{"program_id": "{program}", "day": "x", "amount_fen": 1, "source": ""}},
	"POST /ops/issuer-revenues":          {by: "county", also: desks, answers: badRequest, body: map[string]any{"program_id": "{program}", "year": 1, "amount_fen": 1, "source": ""}},
	"GET /ops/card-programs":             {by: "auditor", also: desks},
	"POST /ops/card-programs":            {by: "county", also: desks, answers: badRequest, body: map[string]any{"name": "", "issuer": "", "legal_basis": "goods_voucher", "rule_pack": "x", "accepts_all": true}},
	"GET /ops/card-programs/{id}":        {by: "auditor", also: desks, path: "/ops/card-programs/{program}"},
	"PUT /ops/card-programs/{id}":        {by: "county", also: desks, answers: badRequest, path: "/ops/card-programs/{program}", body: map[string]any{"name": "", "issuer": "", "legal_basis": "goods_voucher", "rule_pack": "x", "accepts_all": true}},

	"GET /cart":                           {by: "buyer", self: true, hides: []string{"{sku}"}},
	"PUT /cart/items/{sku_id}":            {by: "buyer", self: true, path: "/cart/items/{sku}", body: map[string]any{"quantity": 0}},
	"GET /addresses":                      {by: "buyer", self: true, hides: []string{"{address}"}},
	"POST /addresses":                     {by: "buyer", answers: badRequest, self: true, hides: []string{"{address}"}, body: map[string]any{}},
	"DELETE /addresses/{id}":              {by: "buyer", path: "/addresses/{address}"},
	"POST /cards/claim":                   {by: "buyer", answers: conflict, self: true, body: map[string]any{"code": "x"}},
	"GET /cards":                          {by: "buyer", self: true, hides: []string{"{card}"}},
	"GET /cards/{id}":                     {by: "buyer", path: "/cards/{card}"},
	"GET /cards/{id}/entries":             {by: "buyer", path: "/cards/{card}/entries"},
	"POST /cards/{id}/reactivate":         {by: "buyer", answers: conflict, path: "/cards/{card}/reactivate"},
	"POST /cards/{id}/move":               {by: "buyer", answers: badRequest, path: "/cards/{card}/move", body: map[string]any{"to_card_id": "{card}"}},
	"POST /cards/{id}/loss-report":        {by: "buyer", path: "/cards/{spare_card}/loss-report"},
	"POST /cards/{id}/replacement":        {by: "buyer", path: "/cards/{spare_card}/replacement"},
	"GET /orders":                         {by: "buyer", self: true, hides: []string{"{order}"}},
	"POST /orders":                        {by: "buyer", answers: badRequest, self: true, key: true, body: map[string]any{}},
	"GET /orders/{id}":                    {by: "buyer", path: "/orders/{order}"},
	"POST /orders/{id}/refunds":           {by: "buyer", answers: conflict, path: "/orders/{order}/refunds", key: true, body: map[string]any{"reason": "x", "lines": []any{map[string]any{"line_id": "{line}", "quantity": 1}}}},
	"POST /orders/{id}/cancel":            {by: "buyer", path: "/orders/{order}/cancel"},
	"POST /orders/quote":                  {by: "buyer", answers: badRequest, self: true, body: map[string]any{}},
	"GET /coop/freight-templates":         {by: "cooperative", also: workers},
	"POST /coop/freight-templates":        {by: "cooperative", also: accountants, answers: badRequest, body: map[string]any{"name": "", "unit": "piece", "zones": []any{}}},
	"PUT /coop/freight-templates/{id}":    {by: "cooperative", also: accountants, answers: conflict, path: "/coop/freight-templates/{template}", body: map[string]any{"name": "x", "unit": "piece", "zones": []any{map[string]any{"provinces": []any{}, "first_units": 1, "step_units": 1}}}},
	"DELETE /coop/freight-templates/{id}": {by: "cooperative", also: accountants, answers: conflict, path: "/coop/freight-templates/{template}"},
	"GET /coop/promotions":                {by: "cooperative", also: workers},
	"POST /coop/promotions":               {by: "cooperative", also: accountants, answers: badRequest, body: map[string]any{"threshold_fen": 0, "off_fen": 0, "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-01-01T00:00:00Z"}},
	"DELETE /coop/promotions/{id}":        {by: "cooperative", also: accountants, path: "/coop/promotions/{promotion}"},
	"GET /campaigns":                      public, "GET /campaigns/{id}": public,
	"GET /ops/campaigns":                                {by: "auditor", also: desks},
	"POST /ops/campaigns":                               {by: "county", also: desks, answers: badRequest, body: map[string]any{"kind": "season", "title": "", "opens_on": "", "closes_on": ""}},
	"GET /ops/campaigns/{id}":                           {by: "auditor", also: desks, path: "/ops/campaigns/{campaign}"},
	"PUT /ops/campaigns/{id}":                           {by: "county", also: desks, answers: badRequest, path: "/ops/campaigns/{campaign}", body: map[string]any{"kind": "season", "title": "", "opens_on": "", "closes_on": ""}},
	"POST /ops/campaigns/{id}/publish":                  {by: "county", also: desks, path: "/ops/campaigns/{campaign}/publish"},
	"POST /ops/campaigns/{id}/close":                    {by: "county", also: desks, answers: badRequest, path: "/ops/campaigns/{campaign}/close", body: map[string]any{"reason": ""}},
	"GET /ops/campaigns/{id}/products":                  {by: "auditor", also: desks, path: "/ops/campaigns/{campaign}/products"},
	"PUT /ops/campaigns/{id}/products/{product_id}":     {by: "county", also: desks, path: "/ops/campaigns/{campaign}/products/{campaign_other}"},
	"DELETE /ops/campaigns/{id}/products/{product_id}":  {by: "county", also: desks, path: "/ops/campaigns/{campaign}/products/{campaign_other}"},
	"GET /coop/campaigns/{id}/products":                 {by: "cooperative", also: workers, self: true, hides: []string{"{campaign_good}"}, path: "/coop/campaigns/{campaign}/products"},
	"PUT /coop/campaigns/{id}/products/{product_id}":    {by: "cooperative", also: accountants, path: "/coop/campaigns/{campaign}/products/{campaign_good}"},
	"DELETE /coop/campaigns/{id}/products/{product_id}": {by: "cooperative", also: accountants, path: "/coop/campaigns/{campaign}/products/{campaign_good}"},
	"GET /public/certificates/{code}":                   public, "GET /public/certificates/{code}/file": public,
	"GET /orders/{id}/certificates":              {by: "buyer", self: true, path: "/orders/{order}/certificates", hides: []string{"{certificate}"}},
	"POST /orders/{id}/certificate":              {by: "buyer", answers: conflict, path: "/orders/{order}/certificate"},
	"GET /ent/certificates":                      {by: "secretary", also: []string{"finance", "purchaser"}},
	"POST /ent/certificates":                     {by: "secretary", also: []string{"finance", "purchaser"}, answers: badRequest, body: map[string]any{"from": "", "until": ""}},
	"POST /orders/{id}/pay":                      {by: "buyer", path: "/orders/{waiting_order}/pay"},
	"POST /orders/{id}/receipt":                  {by: "buyer", answers: conflict, path: "/orders/{order}/receipt"},
	"POST /refunds/{id}/return":                  {by: "buyer", answers: conflict, path: "/refunds/{refund}/return", body: parcelBody()},
	"POST /refunds/{id}/withdraw":                {by: "buyer", answers: conflict, path: "/refunds/{refund}/withdraw"},
	"GET /coop/orders":                           {by: "cooperative", also: workers, hides: []string{"{sub_order}"}},
	"GET /coop/orders/{sub_order_id}":            {by: "cooperative", also: workers, path: "/coop/orders/{sub_order}"},
	"POST /coop/orders/{sub_order_id}/shipments": {by: "cooperative", also: packers, answers: conflict, key: true, path: "/coop/orders/{sub_order}/shipments", body: parcelBody()},
	"POST /coop/orders/{sub_order_id}/refunds":   {by: "cooperative", also: accountants, answers: []int{http.StatusCreated, http.StatusConflict}, key: true, path: "/coop/orders/{sub_order}/refunds", body: map[string]any{"reason": "x", "lines": []any{map[string]any{"line_id": "{sent_line}", "quantity": 1}}}},
	"POST /coop/refunds/{id}/approve":            {by: "cooperative", also: accountants, answers: []int{http.StatusOK, http.StatusConflict}, path: "/coop/refunds/{refund}/approve"},
	"POST /coop/refunds/{id}/reject":             {by: "cooperative", also: accountants, answers: conflict, path: "/coop/refunds/{refund}/reject", body: map[string]any{"reason": "x"}},
	"POST /coop/refunds/{id}/accept":             {by: "cooperative", also: accountants, answers: conflict, path: "/coop/refunds/{refund}/accept"},

	"GET /coop/money":                             {by: "cooperative", also: accountants},
	"GET /coop/statements":                        {by: "cooperative", also: accountants},
	"GET /coop/statements/{id}":                   {by: "cooperative", also: accountants, path: "/coop/statements/{statement}"},
	"GET /coop/statements/{id}/file":              {by: "cooperative", also: accountants, path: "/coop/statements/{statement}/file"},
	"POST /coop/statements/{id}/confirm":          {by: "cooperative", also: accountants, path: "/coop/statements/{statement}/confirm"},
	"POST /coop/statements/{id}/dispute":          {by: "cooperative", also: accountants, answers: conflict, path: "/coop/statements/{statement}/dispute", body: map[string]any{"reason": "x"}},
	"GET /village/money":                          {by: "head", also: villagers},
	"GET /village/shares":                         {by: "head", also: villagers},
	"GET /village/statements":                     {by: "head", also: villagers},
	"GET /village/statements/{id}":                {by: "head", also: villagers, path: "/village/statements/{village_statement}"},
	"GET /village/statements/{id}/file":           {by: "head", also: villagers, path: "/village/statements/{village_statement}/file?format=pdf"},
	"POST /village/statements/{id}/confirm":       {by: "head", path: "/village/statements/{village_statement}/confirm"},
	"POST /village/statements/{id}/dispute":       {by: "head", answers: conflict, path: "/village/statements/{village_statement}/dispute", body: map[string]any{"reason": "x"}},
	"GET /ops/refunds":                            {by: "auditor", also: desks},
	"GET /ops/gateway-refunds":                    {by: "auditor", also: desks},
	"GET /ops/settlements":                        {by: "auditor", also: desks},
	"POST /ops/settlements":                       {by: "county", answers: badRequest, also: desks, key: true, body: map[string]any{"note": "two\nlines"}},
	"GET /ops/settlements/{id}":                   {by: "auditor", also: desks, path: "/ops/settlements/{settlement}"},
	"POST /ops/settlements/{id}/request-approval": {by: "county", answers: conflict, also: desks, path: "/ops/settlements/{settlement}/request-approval", body: map[string]any{"reason": "x"}},
	"GET /ops/settlements/{id}/payout-file":       {by: "county", answers: conflict, also: desks, path: "/ops/settlements/{settlement}/payout-file"},
	"POST /ops/settlements/{id}/close":            {by: "county", answers: conflict, also: desks, path: "/ops/settlements/{settlement}/close"},
	"GET /ops/statements":                         {by: "auditor", also: desks},
	"GET /ops/statements/{id}":                    {by: "auditor", also: desks, path: "/ops/statements/{statement}"},
	"GET /ops/statements/{id}/file":               {by: "auditor", also: desks, path: "/ops/statements/{statement}/file"},
	"POST /ops/statements/{id}/answer":            {by: "county", answers: conflict, also: desks, path: "/ops/statements/{statement}/answer", body: map[string]any{"reason": "x"}},
	"POST /ops/statements/{id}/carry":             {by: "county", answers: conflict, also: desks, path: "/ops/statements/{statement}/carry", body: map[string]any{"reason": "x"}},
	"POST /ops/statements/{id}/pay":               {by: "county", answers: conflict, also: desks, key: true, path: "/ops/statements/{statement}/pay", body: map[string]any{"bank_reference": "x", "paid_at": "2026-01-01T00:00:00Z"}},
	"GET /ops/shares/{line_id}":                   {by: "auditor", also: desks, path: "/ops/shares/{closed_line}"},
	"POST /ops/share-rules":                       {by: "county", answers: badRequest, also: desks, body: map[string]any{"name": "", "rate_bp": 1, "eligible": true, "bearer": "", "valid_from": "", "source": ""}},
	"POST /ops/share-rules/{id}/end":              {by: "county", answers: badRequest, also: desks, path: "/ops/share-rules/1/end", body: map[string]any{"valid_until": "", "reason": ""}},
	"GET /ops/villages/{id}/shares":               {by: "liaison", also: readers, path: "/ops/villages/{sold_village}/shares"},

	"POST /ops/villages":                  {by: "county", answers: []int{http.StatusCreated, http.StatusConflict}, also: desks, body: map[string]any{"name": "新村", "township": "镇", "county": "县"}},
	"PUT /ops/villages/{id}":              {by: "county", also: desks, path: "/ops/villages/{village}", body: map[string]any{"name": "改村", "township": "镇", "county": "县"}},
	"PUT /ops/cooperatives/{id}/villages": {by: "county", also: desks, answers: conflict, path: "/ops/cooperatives/{cooperative}/villages", body: map[string]any{"village_ids": []any{"{village}"}}},
	"GET /ops/import-templates/villages":  {by: "county", also: desks},
	"POST /ops/village-imports":           {by: "county", answers: []int{http.StatusAccepted, http.StatusBadRequest}, also: desks, body: map[string]any{"file_id": "{sheet}", "dry_run": true}},
	"GET /ops/village-imports/{id}":       {by: "county", also: readers, path: "/ops/village-imports/{import}"},
	"GET /ops/village-imports/{id}/file":  {by: "county", also: desks, path: "/ops/village-imports/{import}/file"},
	"GET /ops/jobs":                       {by: "county", also: readers},
	"POST /ops/jobs/{id}/retry":           {by: "county", also: desks, answers: conflict, path: "/ops/jobs/{import}/retry"},
	"GET /ops/stuck-events":               {by: "county", also: readers},
	"POST /ops/stuck-events/{id}/retry":   {by: "county", also: desks, path: "/ops/stuck-events/{event}/retry"},

	"GET /organisations":                                     {by: "secretary", also: []string{"finance", "purchaser"}, self: true, hides: []string{"{enterprise}"}},
	"POST /organisations":                                    {by: "applicant", answers: badRequest, self: true, hides: []string{"{application}"}, body: map[string]any{}},
	"GET /organisations/{id}":                                {by: "applicant", path: "/organisations/{application}"},
	"PUT /organisations/{id}":                                {by: "applicant", answers: badRequest, path: "/organisations/{application}", body: map[string]any{"name": "", "credit_code": "", "contact_name": "", "contact_phone": ""}},
	"PUT /organisations/{id}/contact":                        {by: "secretary", path: "/organisations/{enterprise}/contact", body: map[string]any{"contact_name": "李四", "contact_phone": "13812345678"}},
	"GET /organisations/{id}/history":                        {by: "applicant", path: "/organisations/{application}/history"},
	"POST /organisations/{id}/submit":                        {by: "applicant", path: "/organisations/{application}/submit"},
	"POST /organisations/{id}/withdraw":                      {by: "applicant", answers: conflict, path: "/organisations/{application}/withdraw"},
	"GET /organisations/{id}/members":                        {by: "secretary", also: []string{"finance", "purchaser"}, path: "/organisations/{enterprise}/members"},
	"PUT /organisations/{id}/members/{user_id}":              {by: "secretary", path: "/organisations/{enterprise}/members/{finance_id}", body: map[string]any{"role": "buyer"}},
	"DELETE /organisations/{id}/members/{user_id}":           {by: "secretary", answers: conflict, path: "/organisations/{enterprise}/members/{secretary_id}"},
	"GET /organisations/{id}/invitations":                    {by: "secretary", path: "/organisations/{enterprise}/invitations"},
	"POST /organisations/{id}/invitations":                   {by: "secretary", answers: badRequest, path: "/organisations/{enterprise}/invitations", body: map[string]any{"phone": "1", "role": "x"}},
	"DELETE /organisations/{id}/invitations/{invitation_id}": {by: "secretary", path: "/organisations/{enterprise}/invitations/{revocable}"},
	"GET /invitations":                                       {by: "invited", self: true, hides: []string{"{invitation}"}},
	"POST /invitations/{id}/accept":                          {by: "invited", path: "/invitations/{invitation}/accept"},
	"POST /invitations/{id}/decline":                         {by: "invited", answers: conflict, path: "/invitations/{invitation}/decline"},
	"GET /organisations/{id}/payee-accounts":                 {by: "secretary", also: []string{"finance"}, path: "/organisations/{enterprise}/payee-accounts"},
	"POST /organisations/{id}/payee-accounts":                {by: "secretary", answers: badRequest, also: []string{"finance"}, path: "/organisations/{enterprise}/payee-accounts", body: map[string]any{"holder": "", "bank": "", "number": "", "reason": ""}},

	"GET /ops/organisations":                 {by: "auditor", also: desks},
	"GET /ops/organisations/{id}":            {by: "auditor", also: desks, path: "/ops/organisations/{application}"},
	"GET /ops/organisations/{id}/history":    {by: "auditor", also: desks, path: "/ops/organisations/{application}/history"},
	"POST /ops/organisations/{id}/recommend": {by: "county", answers: conflict, path: "/ops/organisations/{enterprise}/recommend"},
	"POST /ops/organisations/{id}/approve":   {by: "federation", answers: conflict, path: "/ops/organisations/{enterprise}/approve"},
	"POST /ops/organisations/{id}/return":    {by: "county", answers: conflict, also: []string{"federation"}, path: "/ops/organisations/{enterprise}/return", body: map[string]any{"reason": "x"}},
	"POST /ops/organisations/{id}/reject":    {by: "county", answers: conflict, also: []string{"federation"}, path: "/ops/organisations/{enterprise}/reject", body: map[string]any{"reason": "x"}},
	"POST /ops/organisations/{id}/suspend":   {by: "county", answers: conflict, also: []string{"federation"}, path: "/ops/organisations/{application}/suspend", body: map[string]any{"reason": "x"}},
	"POST /ops/organisations/{id}/reinstate": {by: "county", answers: conflict, also: []string{"federation"}, path: "/ops/organisations/{application}/reinstate"},

	"GET /ops/collectives/{id}/invitations":                    {by: "auditor", also: desks, path: "/ops/collectives/{collective}/invitations"},
	"POST /ops/collectives/{id}/invitations":                   {by: "county", answers: badRequest, path: "/ops/collectives/{collective}/invitations", body: map[string]any{"phone": "1"}},
	"DELETE /ops/collectives/{id}/invitations/{invitation_id}": {by: "county", path: "/ops/collectives/{collective}/invitations/{head_invitation}"},
	"GET /ops/collectives/{id}/heads":                          {by: "auditor", also: desks, path: "/ops/collectives/{headed}/heads"},
	"POST /ops/collectives/{id}/heads/{user_id}/removal":       {by: "county", answers: badRequest, also: desks, path: "/ops/collectives/{headed}/heads/{head_id}/removal", body: map[string]any{"reason": ""}},
	"GET /ops/collectives/{id}/payee-accounts":                 {by: "county", also: readers, path: "/ops/collectives/{collective}/payee-accounts"},
	"POST /ops/collectives/{id}/payee-accounts":                {by: "county", answers: badRequest, also: desks, path: "/ops/collectives/{collective}/payee-accounts", body: map[string]any{"holder": "", "bank": "", "number": "", "reason": ""}},

	"GET /approvals":                {by: "finance", also: []string{"secretary"}, self: true, hides: []string{"{approval}"}},
	"GET /approvals/{id}":           {by: "finance", also: []string{"secretary"}, path: "/approvals/{approval}"},
	"POST /approvals/{id}/approve":  {by: "finance", path: "/approvals/{approval}/approve"},
	"POST /approvals/{id}/reject":   {by: "finance", answers: conflict, path: "/approvals/{approval}/reject", body: map[string]any{"reason": "x"}},
	"POST /approvals/{id}/withdraw": {by: "secretary", answers: conflict, path: "/approvals/{approval}/withdraw"},

	"GET /ops/users":                           {by: "county", also: []string{"federation"}, path: "/ops/users?phone=" + demoBuyer},
	"POST /ops/users/{id}/roles":               {by: "county", answers: badRequest, also: []string{"federation"}, path: "/ops/users/{finance_id}/roles", body: map[string]any{"role": "x", "reason": "x"}},
	"POST /ops/users/{id}/roles/{role}/revoke": {by: "county", answers: badRequest, also: []string{"federation"}, path: "/ops/users/{finance_id}/roles/x/revoke", body: map[string]any{"reason": "x"}},

	"POST /uploads":      {by: "buyer", answers: []int{http.StatusUnsupportedMediaType}, self: true},
	"GET /files/{id}":    {by: "secretary", orNone: true, path: "/files/{file}"},
	"GET /me":            {by: "buyer", self: true},
	"GET /audit":         {by: "auditor", also: desks},
	"GET /audit/export":  {by: "auditor", also: desks},
	"GET /coop/villages": {by: "cooperative", also: workers},
	"GET /ops/queues":    {by: "auditor", also: desks},
	"GET /ops/search":    {by: "auditor", also: desks, path: "/ops/search?q=x"},
	"POST /auth/logout":  {by: "leaver", alone: true, body: map[string]any{"refresh_token": "x"}},

	"GET /ledger/accounts":                        {by: "auditor", also: desks},
	"GET /ledger/accounts/{id}/entries":           {by: "auditor", also: desks, path: "/ledger/accounts/{account}/entries"},
	"GET /ledger/transactions/{id}":               {by: "auditor", also: desks, path: "/ledger/transactions/{transaction}"},
	"GET /ledger/vouchers":                        {by: "auditor", also: desks},
	"POST /ops/ledger/corrections":                {by: "county", also: desks, key: true, body: map[string]any{"entries": []any{}, "reason": "x"}, answers: badRequest},
	"POST /ops/ledger/transactions/{id}/reversal": {by: "county", also: desks, answers: conflict, path: "/ops/ledger/transactions/{transaction}/reversal", body: map[string]any{"reason": "x"}},

	"POST /auth/password-reset":    public,
	"PUT /me":                      {by: "buyer", answers: badRequest, self: true, body: map[string]any{}},
	"POST /me/phone/verify":        {by: "buyer", answers: badRequest, self: true, body: map[string]any{"code": "x"}},
	"POST /me/password":            {by: "buyer", answers: badRequest, self: true, body: map[string]any{"current_password": "not this one", "new_password": "another password"}},
	"GET /me/sessions":             {by: "buyer", self: true, hides: []string{"{session}", "{other_session}"}},
	"DELETE /me/sessions/{id}":     {by: "buyer", path: "/me/sessions/{other_session}"},
	"POST /me/sign-out-everywhere": {by: "leaver 2", alone: true},
	"GET /me/consents":             {by: "buyer", self: true},
	"POST /me/consents":            {by: "buyer", answers: badRequest, self: true, body: map[string]any{}},
	"GET /me/export":               {by: "buyer", self: true, hides: []string{"{address}", "{card}", "{order}", "{session}", "{message}"}},
	"POST /me/deletion":            {by: "buyer", answers: badRequest, self: true, body: map[string]any{"password": "not this one"}},
	"GET /messages":                {by: "buyer", self: true, hides: []string{"{message}"}},
	"POST /messages/{id}/read":     {by: "buyer", path: "/messages/{message}/read"},
	"POST /messages/read-all":      {by: "buyer", self: true},
}

// fixture is one thing of each sort, with its owner's name in the cast.
type fixture struct {
	tokens  map[string]string
	things  map[string]string
	foreign map[string]string // who → an organisation that they are no member of
}

func (p *program) fixture(t *testing.T) fixture {
	t.Helper()
	f := fixture{tokens: map[string]string{"nobody": ""}, things: map[string]string{}}
	for name, phone := range map[string]string{
		"buyer": demoBuyer, "cooperative": "13900000002", "secretary": "13900000003", "county": "13900000004", "federation": "13900000005",
		"liaison": "13900000006", "finance": "13900000007", "auditor": demoAuditor,
	} {
		f.tokens[name] = p.signIn(t, phone)
	}
	f.tokens["stranger"], f.tokens["leaver"], f.tokens["leaver 2"] = p.newcomer(t), p.newcomer(t), p.newcomer(t)
	b := p.basket(t)
	f.tokens["buyer"] = b.token
	placed := p.place(t, b, b.order(2))
	f.things["sku"], f.things["address"], f.things["card"] = b.sku, b.address, b.cards[0]
	f.things["spare_card"] = b.cards[2]
	f.things["file"] = p.upload(t, f.tokens["secretary"], "名单.csv", []byte("姓名\n张三\n")).text("file_id")
	f.things["sheet"] = p.sheet(t, f.tokens["county"], "村.csv", []byte(villageRows(1)))
	f.things["import"] = p.importFile(t, f.tokens["county"], f.things["sheet"], true).text("id")
	f.things["village"] = p.call(t, "", "GET", "/villages", nil).text("items.0.id")
	f.things["cooperative"] = p.call(t, f.tokens["cooperative"], "GET", "/me", nil).text("memberships.0.org_id")
	f.things["order"], f.things["line"] = placed.text("id"), placed.text("lines.0.id")
	waiting, charge := p.unpaid(t, b, 1)
	f.things["waiting_order"] = waiting.text("id")
	notice, _ := p.paidOther(t, charge, 1)
	if status, err := p.tell(notice); err != nil || status != http.StatusOK {
		t.Fatalf("a payment of another amount: %d %v", status, err)
	}
	f.things["payment_difference"] = p.ok(t, http.StatusOK, f.tokens["county"], "GET", "/ops/payment-differences", nil).text("items.0.id")
	p.refundFixture(t, f, b)
	p.signIn(t, demoBuyer)
	sessions := p.call(t, b.token, "GET", "/me/sessions", nil)
	f.things["other_session"], f.things["session"] = sessions.text("items.0.id"), sessions.text("items.1.id")
	f.things["message"] = p.message(t, p.call(t, b.token, "GET", "/me", nil).text("user.id"))
	p.call(t, b.token, "PUT", "/cart/items/"+b.sku, map[string]any{"quantity": 1})
	p.settlementFixture(t, f, b)
	p.organisationsFixture(t, &f)
	p.colleaguesFixture(t, f)
	p.bankFixture(t, f)
	p.cardsFixture(t, f)
	p.bulkFixture(t, f)
	f.things["purchase"], f.things["accepted_purchase"] = p.drafted(t).text("id"), p.acceptedPurchase(t).text("id")
	f.things["event"] = p.stuckEvent(t)
	f.things["card_return"] = p.ok(t, http.StatusCreated, f.tokens["secretary"], "POST", "/ent/card-returns", map[string]any{"card_ids": p.unclaimed(t, 1), "reason": "x"}).text("id")
	f.things["program"] = p.ok(t, http.StatusOK, f.tokens["county"], "GET", "/ops/card-programs", nil).text("items.0.id")
	f.things["certificate"] = p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+f.things["order"]+"/certificate", nil).text("code")
	own := p.goodsOfDemoCooperative(t)
	f.things["campaign_good"], f.things["campaign_other"] = own.product, own.other
	f.things["campaign"] = p.season(t, f.tokens["county"], own.product, own.other)
	p.seal(t)
	account := p.ok(t, http.StatusOK, f.tokens["auditor"], "GET", "/ledger/accounts?limit=1", nil).text("items.0.id")
	f.things["account"] = account
	f.things["transaction"] = p.ok(t, http.StatusOK, f.tokens["auditor"], "GET", "/ledger/accounts/"+account+"/entries", nil).text("items.0.transaction_id")
	return f
}

// refundFixture adds a sub-order that was sent, and a refund that its cooperative decides.
func (p *program) refundFixture(t *testing.T, f fixture, b basket) {
	t.Helper()
	owner, placed := p.ofDemoCooperative(t, b, 2)
	f.things["sub_order"], f.things["sent_line"] = placed.text("sub_orders.0.id"), placed.text("lines.0.id")
	p.call(t, owner, "POST", "/coop/orders/"+f.things["sub_order"]+"/shipments", parcelBody(), "Idempotency-Key", p.key()).made(t)
	f.things["template"] = p.call(t, owner, "GET", "/coop/freight-templates", nil).text("items.0.id")
	f.things["promotion"] = p.ok(t, http.StatusCreated, owner, "POST", "/coop/promotions", map[string]any{
		"threshold_fen": 90000, "off_fen": 1, "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-12-31T00:00:00Z"}).text("id")
	f.things["refund"] = p.refund(t, b, placed.text("id"), map[string]any{"reason": "x", "lines": []any{map[string]any{"line_id": f.things["sent_line"], "quantity": 1}}}).text("id")
}

// bankFixture adds a statement with a difference, and an order that was paid by bank and cancelled.
func (p *program) bankFixture(t *testing.T, f fixture) {
	t.Helper()
	member, placed := p.byBank(t, 1)
	f.things["bank_import"] = p.importBank(t, f.tokens["county"], false, statementFile(statement{"B1", yesterday, "", 5},
		statement{"B2", yesterday, placed.text("transfer.remittance_code"), placed.fen("total_fen")})).text("id")
	_, rows := p.differences(t, f.tokens["county"])
	f.things["bank_row"] = rows["B1"]
	p.ok(t, http.StatusOK, member.token, "POST", "/orders/"+placed.text("id")+"/cancel", nil)
	f.things["bank_refund"] = p.ok(t, http.StatusOK, f.tokens["county"], "GET", "/ops/refund-transfers", nil).text("items.0.id")
}

// cardsFixture adds batches of cards, and an import of recipients.
func (p *program) cardsFixture(t *testing.T, f fixture) {
	t.Helper()
	for _, name := range []string{"batch", "cancellable_batch", "open_batch"} {
		f.things[name] = p.orderBatch(t, anonymous(100_00, 2)).text("id")
	}
	issued := p.issued(t, p.confirmed(t, p.orderBatch(t, anonymous(100_00, 2)))).text("id")
	f.things["batch_card"] = p.ok(t, http.StatusOK, f.tokens["secretary"], "GET", "/ent/card-batches/"+issued+"/cards", nil).text("items.0.id")
	for _, name := range []string{"refused_export", "card_export"} {
		asked := p.askExport(t, issued, "json")
		f.things[name] = asked.text("id")
		if name == "refused_export" {
			p.ok(t, http.StatusOK, f.tokens["finance"], "POST", "/approvals/"+asked.text("approval_id")+"/reject", reasoned{"不必"})
		}
	}
	f.things["redemption"] = p.redeem(t, f.tokens["secretary"], blankCode).text("id")
	f.things["recipients"] = p.sheet(t, f.tokens["secretary"], "领卡.csv", recipientRows("13711110001"))
	f.things["recipient_import"] = p.importRecipients(t, f.tokens["secretary"], f.things["open_batch"], f.things["recipients"], true).text("id")
}

// bulkFixture adds gifts that were declined, and some whose file was rejected.
func (p *program) bulkFixture(t *testing.T, f fixture) {
	t.Helper()
	b := bulker{basket: basket{token: f.tokens["secretary"], sku: "5", price: 1}}
	f.things["bulk"] = p.bulkAsked(t, b, b.gifts(1, people(1))).text("id")
	f.things["rejected_bulk"] = p.bulkAsked(t, b, map[string]any{"all": true, "file_id": p.sheet(t, b.token, "名单.csv", giftRows(person(0)))}).text("id")
}

// settlementFixture adds a sale that is closed, and its statements.
func (p *program) settlementFixture(t *testing.T, f fixture, b basket) {
	t.Helper()
	owner, placed := p.closedSale(t, b, 1)
	f.things["closed_line"], f.things["sold_village"] = placed.text("lines.0.id"), placed.text("lines.0.village_id")
	f.tokens["head"], f.things["headed"] = p.head(t, f.tokens["county"], f.things["sold_village"])
	f.things["head_id"] = p.ok(t, http.StatusOK, f.tokens["head"], "GET", "/me", nil).text("user.id")
	f.things["settlement"] = p.settled(t, f.tokens["county"])
	f.things["statement"] = p.ok(t, http.StatusOK, owner, "GET", "/coop/statements", nil).text("items.0.id")
	f.things["village_statement"] = p.ok(t, http.StatusOK, f.tokens["head"], "GET", "/village/statements", nil).text("items.0.id")
}

// elsewhere begins the name of who has the same role in another organisation.
const elsewhere = "other "

// colleaguesFixture adds the other roles of the fixture's organisations, and people like
// their managers in others.
func (p *program) colleaguesFixture(t *testing.T, f fixture) {
	t.Helper()
	f.tokens["packer"] = p.colleague(t, f.tokens["cooperative"], f.things["cooperative"], "packer")
	f.tokens["accountant"] = p.colleague(t, f.tokens["cooperative"], f.things["cooperative"], "accountant")
	f.tokens["purchaser"] = p.colleague(t, f.tokens["secretary"], f.things["enterprise"], "buyer")
	f.tokens["village accountant"] = p.colleague(t, f.tokens["head"], f.things["headed"], "accountant")
	for who, admit := range map[string]func(*testing.T, string) string{"cooperative": p.admitCooperative, "secretary": p.admit} {
		f.tokens[elsewhere+who], _, _ = p.person(t, "别处的人")
		admit(t, f.tokens[elsewhere+who])
	}
	f.tokens[elsewhere+"head"], _ = p.head(t, f.tokens["county"], p.otherVillage(t, f, 1).text("id"))
}

// colleague joins an organisation at its manager's invitation and answers the access token.
func (p *program) colleague(t *testing.T, manager, orgID, role string) string {
	t.Helper()
	token, phone, _ := p.person(t, "同事")
	invited := p.ok(t, http.StatusCreated, manager, "POST", "/organisations/"+orgID+"/invitations", map[string]any{"phone": phone, "role": role})
	p.ok(t, http.StatusOK, token, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
	return token
}

// otherVillage is the i-th of those in which nothing was sold.
func (p *program) otherVillage(t *testing.T, f fixture, i int) reply {
	t.Helper()
	for at := range 3 {
		id := p.ok(t, http.StatusOK, "", "GET", "/villages", nil).text(fmt.Sprintf("items.%d.id", at))
		if id == f.things["sold_village"] {
			continue
		}
		if i == 0 {
			return p.ok(t, http.StatusOK, "", "GET", "/villages/"+id, nil)
		}
		i--
	}
	t.Fatal("too few villages")
	return reply{}
}

// organisationsFixture adds an application, an invitation and a request for approval.
func (p *program) organisationsFixture(t *testing.T, f *fixture) {
	t.Helper()
	for _, who := range []string{"secretary", "finance"} {
		f.things[who+"_id"] = p.call(t, f.tokens[who], "GET", "/me", nil).text("user.id")
	}
	var phone string
	f.tokens["applicant"], _, _ = p.person(t, "申请人")
	f.tokens["invited"], phone, _ = p.person(t, "受邀人")
	f.things["application"] = p.submitted(t, f.tokens["applicant"], "cooperative")
	f.things["collective"] = p.otherVillage(t, *f, 0).text("collective_id")
	f.things["head_invitation"] = p.ok(t, http.StatusCreated, f.tokens["county"], "POST", "/ops/collectives/"+f.things["collective"]+"/invitations", map[string]any{"phone": "13700000096"}).text("id")
	f.things["enterprise"] = p.ok(t, http.StatusOK, f.tokens["secretary"], "GET", "/organisations", nil).text("items.0.id")
	at := "/organisations/" + f.things["enterprise"]
	f.things["invitation"] = p.ok(t, http.StatusCreated, f.tokens["secretary"], "POST", at+"/invitations", map[string]any{"phone": phone, "role": "buyer"}).text("id")
	f.things["revocable"] = p.ok(t, http.StatusCreated, f.tokens["secretary"], "POST", at+"/invitations", map[string]any{"phone": "13888888888", "role": "buyer"}).text("id")
	f.foreign = map[string]string{
		"cooperative": f.things["enterprise"], "stranger": f.things["enterprise"], "applicant": f.things["enterprise"],
		"secretary": f.things["cooperative"], "finance": f.things["cooperative"], "county": f.things["cooperative"],
	}
	f.things["approval"] = p.ok(t, http.StatusAccepted, f.tokens["secretary"], "POST", at+"/payee-accounts", payee("6222021234567890")).text("id")
}

// newcomer registers somebody with a phone of their own and answers the access token.
func (p *program) newcomer(t *testing.T) string {
	t.Helper()
	phone := fmt.Sprintf("138%08d", p.keys.Add(1))
	code := p.call(t, "", "POST", "/auth/codes", map[string]any{"phone": phone, "purpose": "register"}).text("demo_code")
	r := p.call(t, "", "POST", "/auth/register", map[string]any{"phone": phone, "password": "zique-demo-2026", "name": "新来的", "code": code})
	if r.status != http.StatusCreated {
		t.Fatalf("register: %s", r.raw)
	}
	return r.text("access_token")
}

// fill puts the fixture's ids into a path or a body.
func (f fixture) fill(value any) any {
	switch v := value.(type) {
	case string:
		for name, thing := range f.things {
			v = strings.ReplaceAll(v, "{"+name+"}", thing)
		}
		return v
	case map[string]any:
		filled := map[string]any{}
		for name, part := range v {
			filled[name] = f.fill(part)
		}
		return filled
	case []any:
		filled := make([]any, len(v))
		for i, part := range v {
			filled[i] = f.fill(part)
		}
		return filled
	}
	return value
}

// TestNobodySeesOrMovesWhatIsNotTheirs tries every route as everybody.
func TestNobodySeesOrMovesWhatIsNotTheirs(t *testing.T) {
	for _, route := range allRoutes() {
		if _, listed := rules[route]; !listed {
			t.Errorf("%s has no rule here: say who may use it", route)
		}
	}
	for route := range rules {
		if !slices.Contains(allRoutes(), route) {
			t.Errorf("%s has a rule here and is not a route", route)
		}
	}
	eachPair(t, func(t *testing.T, p *program) {
		f := p.fixture(t)
		tried := 0
		for _, route := range slices.Sorted(maps.Keys(rules)) {
			tried += p.tryAsEverybody(t, f, route, rules[route])
		}
		t.Logf("%d routes, %d refusals", len(rules), tried)
	})
}

// tryAsEverybody has everybody else refused, also under the name of an organisation that
// is not theirs, and then those who may served.
func (p *program) tryAsEverybody(t *testing.T, f fixture, route string, r rule) (tried int) {
	t.Helper()
	if r.by == "nobody" {
		return 0
	}
	for _, who := range slices.Sorted(maps.Keys(f.tokens)) {
		if who == r.by || strings.HasPrefix(who, "leaver") || slices.Contains(r.also, who) || r.alone && who != "nobody" {
			continue
		}
		got := []reply{p.tryRoute(t, f, who, route, r)}
		if foreign := f.foreign[who]; foreign != "" {
			got = append(got, p.tryRoute(t, f, who, route, r, "Zique-Org", foreign))
		}
		for _, one := range got {
			tried++
			r.refuses(t, f, route, who, one)
		}
	}
	may := slices.DeleteFunc(slices.Clone(r.also), func(who string) bool { return who == r.by })
	for i, who := range append([]string{r.by}, may...) {
		if got := p.tryRoute(t, f, who, route, r); !r.serves(i, got.status) {
			t.Errorf("%s as %s, who may: %d %.300s", route, who, got.status, got.raw)
		}
	}
	return tried
}

func (p *program) tryRoute(t *testing.T, f fixture, who, route string, r rule, headers ...string) reply {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	if r.path != "" {
		path = r.path
	}
	if r.key {
		headers = append(headers, "Idempotency-Key", p.key())
	}
	return p.fetch(t, f.tokens[who], method, f.fill(path).(string), f.fill(r.body), headers...)
}

// refuses wants 401 for who is not signed in and 403 or 404 for who is, or with self an
// answer without anything of by's.
func (r rule) refuses(t *testing.T, f fixture, route, who string, got reply) {
	t.Helper()
	refused := []int{http.StatusForbidden, http.StatusNotFound}
	switch {
	case who == "nobody" && r.orNone:
		refused = []int{http.StatusNotFound}
	case who == "nobody":
		refused = []int{http.StatusUnauthorized}
	}
	served := (r.self || r.likewise(who)) && who != "nobody" && got.status != http.StatusUnauthorized && got.status < http.StatusInternalServerError
	if !served && !slices.Contains(refused, got.status) {
		t.Errorf("%s as %s: %d %.300s", route, who, got.status, got.raw)
	}
	for _, secret := range r.hides {
		if bytes.Contains(got.raw, []byte(f.fill(secret).(string))) {
			t.Errorf("%s as %s names %s: %.300s", route, who, secret, got.raw)
		}
	}
}

// likewise tells whether somebody elsewhere may call too, for what is theirs there.
func (r rule) likewise(who string) bool {
	as, found := strings.CutPrefix(who, elsewhere)
	return found && (as == r.by || slices.Contains(r.also, as)) && !strings.Contains(r.path, "{")
}

// serves tells whether a status is what the i-th of those who may gets.
func (r rule) serves(i, status int) bool {
	if len(r.answers) == 0 {
		return status >= 200 && status < 300
	}
	return status == r.answers[min(i, len(r.answers)-1)]
}
