package verify

// ofAnswers are rules about stored answers.
var ofAnswers = []Invariant{
	{"a stored success names an order that exists", "idempotency_keys", `
		SELECT k.id broken FROM idempotency_keys k
		LEFT JOIN orders o ON o.id = k.result_id
		WHERE k.route = 'place-order' AND k.status = 201 AND o.id IS NULL`},
	{"a stored success names a refund that exists", "idempotency_keys", `
		SELECT k.id broken FROM idempotency_keys k
		LEFT JOIN refunds r ON r.id = k.result_id
		WHERE k.route = 'refund-order' AND k.status = 201 AND r.id IS NULL`},
	{"every stored answer is complete", "idempotency_keys", `
		SELECT k.id broken FROM idempotency_keys k WHERE k.status = 0 OR k.answer IS NULL`},
}
