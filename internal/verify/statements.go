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
	{"a statement begins where the one before it on the account ended, and opens with what is carried into it", "settlement_statements", `
		WITH chain AS (SELECT id, from_seq, opening_fen, LAG(to_seq) OVER (PARTITION BY account ORDER BY from_seq) before_seq FROM settlement_statements)
		SELECT s.id broken FROM chain s
		LEFT JOIN (SELECT carried_into, SUM(closing_fen) sum_fen FROM settlement_statements WHERE carried_into <> 0 GROUP BY carried_into) c ON c.carried_into = s.id
		WHERE s.from_seq <> COALESCE(s.before_seq, 0) OR s.opening_fen <> COALESCE(c.sum_fen, 0)`},
	{"only what is not paid is carried on, into a later statement of its account; what is not above zero into the next", "settlement_statements", `
		WITH chain AS (SELECT id, account, to_seq, status, closing_fen, carried_into, LEAD(id) OVER (PARTITION BY account ORDER BY from_seq) next_id FROM settlement_statements)
		SELECT s.id broken FROM chain s LEFT JOIN settlement_statements n ON n.id = s.carried_into AND n.account = s.account AND n.from_seq >= s.to_seq
		WHERE (s.carried_into <> 0 AND (s.status <> 'carried' OR n.id IS NULL))
			OR (s.closing_fen <= 0 AND (s.status <> 'carried' OR s.carried_into <> COALESCE(s.next_id, 0)))`},
	{"a paid statement is posted once with its amount, and no other", "settlement_statements", `
		SELECT s.id broken FROM settlement_statements s
		LEFT JOIN ledger_transactions t ON t.kind = 'payout' AND t.reference = CONCAT('', s.id)
		LEFT JOIN ledger_accounts a ON a.code = s.account
		LEFT JOIN ledger_entries e ON e.tx_id = t.id AND e.account_id = a.id
		WHERE (s.status IN ('paid', 'closed')) <> (t.id IS NOT NULL) OR (t.id IS NOT NULL AND COALESCE(e.amount_fen, 0) <> -s.closing_fen)`},
	{"a payable account holds its unpaid statements, what is carried, and what came since", "settlement_statements", `
		SELECT s.id broken FROM (
			SELECT MAX(id) id, account, MAX(to_seq) to_seq, SUM(CASE WHEN status NOT IN ('paid', 'closed') AND carried_into = 0 THEN closing_fen ELSE 0 END) unpaid_fen
			FROM settlement_statements GROUP BY account
		) s JOIN ledger_accounts a ON a.code = s.account
		WHERE COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e WHERE e.account_id = a.id), 0)
			<> s.unpaid_fen + COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.tx_id
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
				SUM(CASE WHEN action = 'statement.carried' THEN 1 ELSE 0 END) carried,
				SUM(CASE WHEN action = 'statement.paid' THEN 1 ELSE 0 END) paid
			FROM audit_log WHERE subject = 'statement' GROUP BY subject_id
		) w ON w.subject_id = s.id
		WHERE (COALESCE(w.carried, 0) = 0 AND (COALESCE(w.confirmed, 0) <> CASE WHEN s.status IN ('confirmed', 'approved', 'paid', 'closed') THEN 1 ELSE 0 END
				OR COALESCE(w.disputed, 0) <> CASE WHEN s.status = 'disputed' THEN 1 ELSE 0 END
				OR COALESCE(w.approved, 0) <> CASE WHEN s.status IN ('approved', 'paid', 'closed') THEN 1 ELSE 0 END))
			OR COALESCE(w.carried, 0) <> CASE WHEN s.status = 'carried' AND s.closing_fen > 0 THEN 1 ELSE 0 END
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
			SELECT settlement_id, SUM(CASE WHEN closing_fen > 0 THEN 1 ELSE 0 END) issued, SUM(CASE WHEN closing_fen > 0 THEN 0 ELSE 1 END) carried
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
