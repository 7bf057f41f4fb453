package verify

// ofCards are rules about aid cards and their batches.
var ofCards = []Invariant{
	{"a card's balance is its account's and lies between 0 and its face", "aid_cards", `
		SELECT c.id broken FROM aid_cards c LEFT JOIN (
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.code
		) s ON s.code = CONCAT('card:', c.id)
		WHERE c.balance_fen < 0 OR c.balance_fen > c.face_fen OR c.balance_fen <> COALESCE(s.sum_fen, 0)`},
	{"a batch has as many cards as it says, of its face", "card_batches", `
		SELECT b.id broken FROM card_batches b LEFT JOIN card_sales s ON s.id = b.id
		WHERE COALESCE(s.minted, b.card_count) <> (SELECT COUNT(*) FROM aid_cards c WHERE c.batch_id = b.id AND c.face_fen = b.face_fen)`},
	{"a card is of a batch and has its face", "aid_cards", `
		SELECT c.id broken FROM aid_cards c LEFT JOIN card_batches b ON b.id = c.batch_id WHERE b.id IS NULL OR c.face_fen <> b.face_fen`},
	{"a batch is paid for by its enterprise", "card_batches", `
		SELECT b.id broken FROM card_batches b
		WHERE b.face_fen * b.card_count <> COALESCE((SELECT SUM(e.amount_fen) FROM ledger_transactions t
			JOIN ledger_entries e ON e.tx_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
			WHERE t.kind = 'card_funding' AND t.reference = CONCAT('', b.id) AND a.code = CONCAT('enterprise:', b.enterprise_id, ':paid_in')), 0)`},
	{"a batch's face is what its cards still hold and what they paid, without what came back", "card_batches", `
		SELECT b.id broken FROM card_batches b LEFT JOIN card_sales s ON s.id = b.id
		LEFT JOIN (SELECT batch_id, SUM(balance_fen) held_fen FROM aid_cards GROUP BY batch_id) h ON h.batch_id = b.id
		LEFT JOIN (SELECT c.batch_id, SUM(p.amount_fen - p.refunded_fen) used_fen FROM order_payments p JOIN aid_cards c ON c.id = p.card_id
			WHERE p.status IN ('held', 'captured') GROUP BY c.batch_id) u ON u.batch_id = b.id
		LEFT JOIN (SELECT c.batch_id, SUM(c.face_fen) back_fen FROM aid_cards c
			JOIN ledger_transactions t ON t.kind = 'card_recall' AND CAST(t.reference AS SIGNED) = c.id WHERE c.status = 'void' GROUP BY c.batch_id) v ON v.batch_id = b.id
		WHERE b.face_fen * COALESCE(s.minted, b.card_count) <> COALESCE(h.held_fen, 0) + COALESCE(u.used_fen, 0) + COALESCE(v.back_fen, 0)`},
	{"a batch that was sold is as it was ordered, and there once it is issued", "card_sales", `
		SELECT s.id broken FROM card_sales s LEFT JOIN card_batches b ON b.id = s.id
		WHERE (s.status IN ('issuing', 'issued')) <> (b.id IS NOT NULL) OR (s.status = 'issued') <> (s.minted = s.card_count)
			OR (b.id IS NOT NULL AND (b.face_fen <> s.face_fen OR b.card_count <> s.card_count OR b.enterprise_id <> s.enterprise_id OR b.program_id <> s.program_id))`},
	{"a batch that was sold was paid by one row of a bank statement before it was issued, and not unless it was", "card_sales", `
		SELECT s.id broken FROM card_sales s LEFT JOIN bank_rows r ON r.id = s.bank_row_id AND r.batch_id = s.id AND r.status = 'matched'
		WHERE (s.status IN ('awaiting_issue', 'issuing', 'issued')) <> (r.id IS NOT NULL) OR (r.id IS NOT NULL AND r.amount_fen <> s.face_fen * s.card_count)
			OR CASE WHEN r.id IS NULL THEN 0 ELSE s.face_fen * s.card_count END <> COALESCE((SELECT SUM(e.amount_fen) FROM ledger_transactions t
				JOIN ledger_entries e ON e.tx_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
				WHERE t.kind IN ('card_funding', 'card_funding_undone') AND t.reference = CONCAT('', s.id) AND a.code = CONCAT('enterprise:', s.enterprise_id, ':paid_in')), 0)`},
	{"who confirmed, took the money in and issues a batch are different people, and others than who ordered", "card_sales", `
		SELECT s.id broken FROM card_sales s WHERE s.confirmed_by = s.ordered_by OR s.funded_by = s.ordered_by OR s.issued_by = s.ordered_by
			OR (s.confirmed_by <> 0 AND s.confirmed_by IN (s.funded_by, s.issued_by)) OR (s.funded_by <> 0 AND s.funded_by = s.issued_by)
			OR (s.status IN ('issuing', 'issued') AND 0 IN (s.confirmed_by, s.funded_by, s.issued_by))`},
	{"a card that is for somebody is of their batch, and has no secret", "card_recipients", `
		SELECT r.id broken FROM card_recipients r LEFT JOIN aid_cards c ON c.id = r.id LEFT JOIN card_sales s ON s.id = r.batch_id
		WHERE s.id IS NULL OR (s.status = 'issued' AND c.id IS NULL) OR (c.id IS NOT NULL AND (c.batch_id <> r.batch_id OR c.secret_hash IS NOT NULL))`},
	{"a batch of registered cards names somebody for each card", "card_sales", `
		SELECT s.id broken FROM card_sales s WHERE s.kind = 'registered' AND s.confirmed_by <> 0
			AND s.card_count <> (SELECT COUNT(*) FROM card_recipients r WHERE r.batch_id = s.id)`},
	{"a card is void and empty once it was recalled", "aid_cards", `
		SELECT c.id broken FROM aid_cards c JOIN ledger_transactions t ON t.kind = 'card_recall' AND CAST(t.reference AS SIGNED) = c.id
		WHERE c.status <> 'void' OR c.balance_fen <> 0 OR c.holder_id IS NOT NULL`},
}
