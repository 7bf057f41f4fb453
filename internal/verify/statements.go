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
	{"a statement is paid, or may be, because two people said so of the account that it names", "settlement_statements", `
		SELECT s.id broken FROM settlement_statements s WHERE s.status IN ('approved', 'paid', 'closed')
			AND NOT EXISTS (SELECT 1 FROM approvals a JOIN audit_log w ON w.subject = 'statement' AND w.subject_id = s.id
				AND w.action = 'statement.approved' AND w.actor_id = a.decided_by
				AND (w.after_json NOT LIKE '%"payee_id"%' OR JSON_EXTRACT(w.after_json, '$.payee_id') = CONCAT('', s.payee_id))
				WHERE a.id = s.approval_id AND a.kind = 'settlement.payout' AND a.subject_id = s.settlement_id
					AND a.status = 'approved' AND a.decided_by <> a.requested_by)`},
	{"a statement's status is what the log says became of it", "settlement_statements", `
		SELECT s.id broken FROM settlement_statements s LEFT JOIN (
			SELECT subject_id, SUM(CASE WHEN action = 'statement.confirmed' THEN 1 ELSE 0 END) confirmed,
				SUM(CASE action WHEN 'statement.disputed' THEN 1 WHEN 'statement.answered' THEN -1 ELSE 0 END) disputed,
				SUM(CASE action WHEN 'statement.approved' THEN 1 WHEN 'statement.approval_lapsed' THEN -1 ELSE 0 END) approved,
				SUM(CASE WHEN action = 'statement.paid' THEN 1 ELSE 0 END) paid
			FROM audit_log WHERE subject = 'statement' GROUP BY subject_id
		) w ON w.subject_id = s.id
		WHERE COALESCE(w.confirmed, 0) <> CASE WHEN s.status IN ('confirmed', 'approved', 'paid', 'closed') THEN 1 ELSE 0 END
			OR COALESCE(w.disputed, 0) <> CASE WHEN s.status = 'disputed' THEN 1 ELSE 0 END
			OR COALESCE(w.approved, 0) <> CASE WHEN s.status IN ('approved', 'paid', 'closed') THEN 1 ELSE 0 END
			OR COALESCE(w.paid, 0) <> CASE WHEN s.status IN ('paid', 'closed') THEN 1 ELSE 0 END`},
	{"a statement is of a run, ends where it cut, and is closed with it", "settlement_statements", `
		SELECT s.id broken FROM settlement_statements s LEFT JOIN settlements r ON r.id = s.settlement_id
		WHERE r.id IS NULL OR s.to_seq <> r.to_seq OR (r.status = 'closed') <> (s.status = 'closed' OR (r.status = 'closed' AND s.status = 'carried'))`},
	{"a run has the statements that it made", "settlements", `
		SELECT r.id broken FROM settlements r LEFT JOIN (
			SELECT subject_id, SUM(COALESCE(JSON_EXTRACT(after_json, '$.statements.issued'), 0)) issued, SUM(COALESCE(JSON_EXTRACT(after_json, '$.statements.carried'), 0)) carried
			FROM audit_log WHERE subject = 'settlement' AND action = 'settlement.made' GROUP BY subject_id
		) w ON w.subject_id = r.id
		LEFT JOIN (
			SELECT settlement_id, SUM(CASE WHEN status = 'carried' THEN 0 ELSE 1 END) issued, SUM(CASE WHEN status = 'carried' THEN 1 ELSE 0 END) carried
			FROM settlement_statements GROUP BY settlement_id
		) s ON s.settlement_id = r.id
		WHERE r.status <> 'making' AND (w.subject_id IS NULL OR w.issued <> COALESCE(s.issued, 0) OR w.carried <> COALESCE(s.carried, 0))`},
	{"a run is as far as the log says", "settlements", `
		SELECT r.id broken FROM settlements r
		WHERE (r.status = 'making') = (r.made_at IS NOT NULL) OR (r.status = 'closed') <> (r.closed_at IS NOT NULL)
			OR (r.status = 'closed') <> EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'settlement' AND w.subject_id = r.id AND w.action = 'settlement.closed')
			OR NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'settlement' AND w.subject_id = r.id AND w.action = 'settlement.started'
				AND JSON_EXTRACT(w.after_json, '$.to_seq') = r.to_seq)`},
	{"a run that the log says was started is there", "settlements", `
		SELECT w.subject_id broken FROM audit_log w LEFT JOIN settlements r ON r.id = w.subject_id
		WHERE w.subject = 'settlement' AND w.action = 'settlement.started' AND r.id IS NULL`},
	{"a paid statement's bank reference is the one that was logged", "settlement_statements", `
		SELECT s.id broken FROM settlement_statements s WHERE s.bank_reference IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'statement' AND w.subject_id = s.id AND w.action = 'statement.paid'
				AND JSON_EXTRACT(w.after_json, '$.bank_reference') = s.bank_reference)`},
}
