package verify

// ofStatements are rules about what was settled and paid out.
var ofStatements = []Invariant{
	{"a statement is what its account moved in its period, without payouts", "settlement_statements", `
		SELECT s.id broken FROM settlement_statements s LEFT JOIN (
			SELECT p.id, SUM(e.amount_fen) sum_fen, COUNT(*) items FROM settlement_statements p
			JOIN ledger_accounts a ON a.code = p.account
			JOIN ledger_checkpoints c ON c.account_id = a.id AND c.seq > p.from_seq AND c.seq <= p.to_seq
			JOIN ledger_entries e ON e.id = c.entry_id JOIN ledger_transactions t ON t.id = e.tx_id AND t.kind <> 'payout'
			GROUP BY p.id
		) m ON m.id = s.id
		WHERE s.closing_fen <> s.opening_fen + s.moved_fen OR s.moved_fen <> COALESCE(m.sum_fen, 0) OR s.item_count <> COALESCE(m.items, 0)`},
	{"a statement opens where the one before it on the account ended", "settlement_statements", `
		WITH chain AS (SELECT id, from_seq, opening_fen, LAG(to_seq) OVER (PARTITION BY account ORDER BY from_seq) before_seq,
			LAG(closing_fen) OVER (PARTITION BY account ORDER BY from_seq) before_fen FROM settlement_statements)
		SELECT s.id broken FROM chain s WHERE s.from_seq <> COALESCE(s.before_seq, 0)
			OR s.opening_fen <> CASE WHEN s.before_fen < 0 THEN s.before_fen ELSE 0 END`},
	{"a paid statement is posted once with its amount, and no other", "settlement_statements", `
		SELECT s.id broken FROM settlement_statements s
		LEFT JOIN ledger_transactions t ON t.kind = 'payout' AND t.reference = CONCAT('', s.id)
		LEFT JOIN ledger_accounts a ON a.code = s.account
		LEFT JOIN ledger_entries e ON e.tx_id = t.id AND e.account_id = a.id
		WHERE (s.status IN ('paid', 'closed')) <> (t.id IS NOT NULL) OR (t.id IS NOT NULL AND COALESCE(e.amount_fen, 0) <> -s.closing_fen)
			OR (s.status = 'carried') <> (s.closing_fen <= 0)`},
	{"a payable account holds its unpaid statements, what is carried, and what came since", "settlement_statements", `
		SELECT s.id broken FROM (
			SELECT MAX(id) id, account, MAX(to_seq) to_seq, SUM(CASE WHEN status IN ('issued', 'disputed', 'confirmed', 'approved') THEN closing_fen ELSE 0 END) unpaid_fen
			FROM settlement_statements GROUP BY account
		) s JOIN ledger_accounts a ON a.code = s.account
		JOIN settlement_statements l ON l.account = s.account AND l.to_seq = s.to_seq
		WHERE COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e WHERE e.account_id = a.id), 0)
			<> s.unpaid_fen + CASE WHEN l.closing_fen < 0 THEN l.closing_fen ELSE 0 END
			+ COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.tx_id
				WHERE e.account_id = a.id AND t.kind <> 'payout' AND (t.seq > s.to_seq OR t.seq IS NULL)), 0)`},
	{"a statement is of the organisation that owns its account", "settlement_statements", `
		SELECT s.id broken FROM settlement_statements s LEFT JOIN organisations o ON o.id = s.org_id
		WHERE o.id IS NULL OR s.kind <> o.kind OR s.account <> CASE o.kind WHEN 'cooperative' THEN CONCAT('cooperative:', o.id, ':available')
			ELSE CONCAT('village:', COALESCE(o.village_id, 0), ':available') END`},
	{"a statement that is paid, or may be, names an account of its organisation, and the bank's reference once it is", "settlement_statements", `
		SELECT s.id broken FROM settlement_statements s
		WHERE (s.status IN ('approved', 'paid', 'closed') AND NOT EXISTS (SELECT 1 FROM payee_accounts p WHERE p.id = s.payee_id AND p.org_id = s.org_id))
			OR (s.status IN ('paid', 'closed')) <> (s.bank_reference IS NOT NULL) OR (s.status IN ('paid', 'closed')) <> (s.paid_at IS NOT NULL)
			OR (s.status IN ('paid', 'closed') AND s.filed_at IS NULL)`},
	{"a paid statement's bank reference is the one that was logged", "settlement_statements", `
		SELECT s.id broken FROM settlement_statements s WHERE s.bank_reference IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'statement' AND w.subject_id = s.id AND w.action = 'statement.paid'
				AND JSON_EXTRACT(w.after_json, '$.bank_reference') = s.bank_reference)`},
}
