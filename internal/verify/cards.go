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
		WHERE COALESCE(s.minted, b.card_count) <> (SELECT COUNT(*) FROM aid_cards c WHERE c.batch_id = b.id AND c.replaces_id = 0 AND c.face_fen - c.moved_in_fen = b.face_fen)`},
	{"a card is of a batch and has its face, and what was moved in; one that replaces another only that", "aid_cards", `
		SELECT c.id broken FROM aid_cards c LEFT JOIN card_batches b ON b.id = c.batch_id
		WHERE b.id IS NULL OR c.face_fen - c.moved_in_fen <> CASE c.replaces_id WHEN 0 THEN b.face_fen ELSE 0 END
			OR c.moved_in_fen <> COALESCE((SELECT SUM(s.amount_fen) FROM card_steps s WHERE s.to_card_id = c.id), 0)`},
	{"a batch is of a card program", "card_batches", `
		SELECT b.id broken FROM card_batches b LEFT JOIN card_programs p ON p.id = b.program_id WHERE p.id IS NULL`},
	{"a card that was claimed is its claimer's", "aid_cards", `
		SELECT c.id broken FROM audit_log w JOIN aid_cards c ON c.id = w.subject_id
		WHERE w.subject = 'card' AND w.action = 'card.claimed' AND (c.holder_id IS NULL OR c.holder_id <> w.actor_id OR c.status = 'issued')`},
	{"a card that was redeemed is the organisation's", "aid_cards", `
		SELECT c.id broken FROM audit_log w JOIN aid_cards c ON c.id = w.subject_id
		WHERE w.subject = 'card' AND w.action = 'card.redeemed' AND (c.holder_id IS NULL OR c.holder_id <> w.org_id OR c.status = 'issued')`},
	{"a redeemed row's card has its code and is in the wallet, or paid all of its order; no other row has either", "redemption_rows", `
		SELECT w.id broken FROM redemption_rows w JOIN redemptions r ON r.id = w.redemption_id LEFT JOIN aid_cards c ON c.id = w.card_id
		WHERE CASE WHEN w.status <> 'redeemed' THEN w.card_id IS NULL AND w.order_id = 0
			WHEN c.id IS NULL OR c.holder_id IS NULL OR c.secret_hash IS NULL OR c.holder_id <> r.enterprise_id OR c.secret_hash <> w.code_hash THEN 0
			WHEN r.kind = 'codes' THEN w.order_id = 0
			ELSE EXISTS (SELECT 1 FROM orders o WHERE o.id = w.order_id AND o.org_id = r.enterprise_id
				AND o.total_fen = (SELECT COALESCE(SUM(p.amount_fen), 0) FROM order_payments p WHERE p.order_id = o.id AND p.card_id = w.card_id)) END = 0`},
	{"an order for a redeemed row is the only one of it", "redemption_rows", `
		SELECT w.id broken FROM idempotency_keys k JOIN redemption_rows w ON CONCAT('', w.id) = k.idem_key
		WHERE k.route = 'redeem-row' AND k.result_id <> 0 AND w.status <> 'accepted' AND w.order_id <> k.result_id`},
	{"a redemption counts its rows", "redemptions", `
		SELECT r.id broken FROM redemptions r LEFT JOIN (SELECT redemption_id, COUNT(*) n, SUM(CASE WHEN status IN ('accepted', 'redeemed', 'failed') THEN 1 ELSE 0 END) accepted,
			SUM(CASE status WHEN 'rejected' THEN 1 ELSE 0 END) rejected, SUM(CASE status WHEN 'redeemed' THEN 1 ELSE 0 END) redeemed, SUM(CASE status WHEN 'failed' THEN 1 ELSE 0 END) failed
			FROM redemption_rows GROUP BY redemption_id) w ON w.redemption_id = r.id
		WHERE w.n IS NULL OR w.n <> r.row_count OR w.accepted <> r.accepted OR w.rejected <> r.rejected OR w.redeemed <> r.redeemed OR w.failed <> r.failed
			OR (r.status = 'done' AND r.redeemed + r.failed <> r.accepted)`},
	{"a batch is paid for by its enterprise", "card_batches", `
		SELECT b.id broken FROM card_batches b
		WHERE b.face_fen * b.card_count <> COALESCE((SELECT SUM(e.amount_fen) FROM ledger_transactions t
			JOIN ledger_entries e ON e.tx_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
			WHERE t.kind = 'card_funding' AND t.reference = CONCAT('', b.id) AND a.code = CONCAT('enterprise:', b.enterprise_id, ':paid_in')), 0)`},
	{"a batch's face and what was moved in is what its cards hold, what they paid without what came back, and what left them", "card_batches", `
		SELECT b.id broken FROM card_batches b LEFT JOIN card_sales s ON s.id = b.id
		LEFT JOIN (SELECT batch_id, SUM(balance_fen) held_fen, SUM(moved_in_fen) in_fen FROM aid_cards GROUP BY batch_id) h ON h.batch_id = b.id
		LEFT JOIN (SELECT c.batch_id, SUM(p.amount_fen - p.refunded_fen) used_fen FROM order_payments p JOIN aid_cards c ON c.id = p.card_id
			WHERE p.status IN ('held', 'captured') GROUP BY c.batch_id) u ON u.batch_id = b.id
		LEFT JOIN (SELECT c.batch_id, SUM(s.amount_fen) out_fen FROM card_steps s JOIN aid_cards c ON c.id = s.card_id GROUP BY c.batch_id) o ON o.batch_id = b.id
		WHERE b.face_fen * COALESCE(s.minted, b.card_count) + COALESCE(h.in_fen, 0) <> COALESCE(h.held_fen, 0) + COALESCE(u.used_fen, 0) + COALESCE(o.out_fen, 0)`},
	{"a step that takes money off a card is posted once, to the card or the enterprise that it names", "card_steps", `
		SELECT s.id broken FROM card_steps s JOIN aid_cards c ON c.id = s.card_id JOIN card_batches b ON b.id = c.batch_id
		WHERE (s.to_card_id <> 0) <> (s.step IN ('moved', 'replaced', 'passed_on'))
			OR (s.amount_fen <> 0 AND s.step NOT IN ('moved', 'replaced', 'passed_on', 'voided', 'returned'))
			OR (SELECT COUNT(*) FROM ledger_transactions t
				JOIN ledger_entries e ON e.tx_id = t.id JOIN ledger_accounts a ON a.id = e.account_id AND a.code = CONCAT('card:', s.card_id)
				JOIN ledger_entries f ON f.tx_id = t.id JOIN ledger_accounts g ON g.id = f.account_id
				WHERE t.kind = CASE s.step WHEN 'voided' THEN 'card_void' WHEN 'returned' THEN 'card_return' ELSE 'card_move' END AND t.reference = CONCAT('', s.id)
				AND e.amount_fen = -s.amount_fen AND f.amount_fen = s.amount_fen
				AND g.code = CASE s.to_card_id WHEN 0 THEN CONCAT('enterprise:', b.enterprise_id, ':paid_in') ELSE CONCAT('card:', s.to_card_id) END)
				<> CASE s.amount_fen WHEN 0 THEN 0 ELSE 1 END`},
	{"a card that was moved or replaced is void, and its successor is its holder's", "aid_cards", `
		SELECT c.id broken FROM aid_cards c LEFT JOIN aid_cards n ON n.id = c.successor_id
		WHERE (c.successor_id <> 0 AND (n.id IS NULL OR c.status <> 'void' OR c.holder_id IS NULL OR n.holder_id IS NULL OR c.holder_id <> n.holder_id
			OR NOT EXISTS (SELECT 1 FROM card_steps s WHERE s.card_id = c.id AND s.to_card_id = c.successor_id AND s.step IN ('moved', 'replaced'))))
			OR (c.successor_id = 0 AND EXISTS (SELECT 1 FROM card_steps s WHERE s.card_id = c.id AND s.step IN ('moved', 'replaced')))
			OR (c.replaces_id <> 0 AND NOT EXISTS (SELECT 1 FROM aid_cards l WHERE l.id = c.replaces_id AND l.successor_id = c.id))`},
	{"a card that was voided or given back is void", "aid_cards", `
		SELECT c.id broken FROM aid_cards c WHERE c.status <> 'void' AND EXISTS (SELECT 1 FROM card_steps s WHERE s.card_id = c.id AND s.step IN ('voided', 'returned'))`},
	{"a void card holds nothing, or what goods brought back since where nothing took its place", "aid_cards", `
		SELECT c.id broken FROM aid_cards c WHERE c.status = 'void' AND c.balance_fen <> 0 AND (c.successor_id <> 0
			OR c.balance_fen > COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.tx_id JOIN ledger_accounts a ON a.id = e.account_id
				WHERE a.code = CONCAT('card:', c.id) AND t.kind IN ('refund', 'order_release')
				AND t.posted_at >= (SELECT MAX(s.created_at) FROM card_steps s WHERE s.card_id = c.id AND s.step IN ('voided', 'returned')) - ` + skewMs + `), 0))`},
	{"only an anonymous card has a last day, and only such expire", "aid_cards", `
		SELECT c.id broken FROM aid_cards c
		WHERE (c.kind = 'registered' AND c.expires_at IS NOT NULL) OR (c.status = 'expired' AND c.expires_at IS NULL) OR c.kind NOT IN ('registered', 'anonymous')
			OR (c.due_at IS NOT NULL AND (c.status NOT IN ('issued', 'active') OR c.due_at <> c.expires_at)) OR (c.status = 'frozen') <> (c.frozen_for <> '')`},
	{"cards that go back are void once that is approved, their face is its amount, and it is paid once", "card_returns", `
		SELECT r.id broken FROM card_returns r
		WHERE r.card_count <> (SELECT COUNT(*) FROM card_return_cards k JOIN aid_cards c ON c.id = k.card_id AND c.batch_id = r.batch_id WHERE k.return_id = r.id)
			OR r.amount_fen <> r.card_count * COALESCE((SELECT b.face_fen FROM card_batches b WHERE b.id = r.batch_id AND b.enterprise_id = r.enterprise_id), -1)
			OR (CASE WHEN r.status IN ('approved', 'done') THEN r.amount_fen ELSE 0 END) <> COALESCE((SELECT SUM(s.amount_fen)
				FROM card_return_cards k JOIN card_steps s ON s.card_id = k.card_id AND s.step = 'returned' WHERE k.return_id = r.id
				AND NOT EXISTS (SELECT 1 FROM card_return_cards l WHERE l.card_id = k.card_id AND l.return_id > k.return_id)), 0)
			OR (r.status = 'done') <> (r.bank_reference IS NOT NULL) OR (r.status IN ('approved', 'done')) <> (r.payee_id <> 0)
			OR (CASE r.status WHEN 'done' THEN r.amount_fen ELSE 0 END) <> COALESCE((SELECT SUM(e.amount_fen) FROM ledger_transactions t
				JOIN ledger_entries e ON e.tx_id = t.id JOIN ledger_accounts a ON a.id = e.account_id AND a.code = 'bank'
				WHERE t.kind = 'card_return_paid' AND t.reference = CONCAT('', r.id)), 0)`},
	{"the reference by which returned cards were paid is the one that was logged", "card_returns", `
		SELECT r.id broken FROM card_returns r WHERE r.status = 'done' AND NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'card_return'
			AND w.subject_id = r.id AND w.action = 'card_return.done' AND JSON_EXTRACT(w.after_json, '$.bank_reference') = r.bank_reference)`},
	{"what is in custody is what was logged when two people recorded it", "custody_balances", `
		SELECT c.id broken FROM custody_balances c WHERE c.amount_fen < 0 OR NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'custody_balance' AND w.subject_id = c.id
			AND w.action = 'custody_balance.recorded' AND JSON_EXTRACT(w.after_json, '$.amount_fen') = c.amount_fen AND JSON_EXTRACT(w.after_json, '$.day') = c.balance_day)`},
	{"what an issuer earned is what was logged when two people recorded it", "issuer_revenues", `
		SELECT r.id broken FROM issuer_revenues r WHERE r.amount_fen < 0 OR NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'issuer_revenue' AND w.subject_id = r.id
			AND w.action = 'issuer_revenue.recorded' AND JSON_EXTRACT(w.after_json, '$.amount_fen') = r.amount_fen AND JSON_EXTRACT(w.after_json, '$.year') = r.fiscal_year)`},
	{"a batch that was sold is as it was ordered, and there once it is issued", "card_sales", `
		SELECT s.id broken FROM card_sales s LEFT JOIN card_batches b ON b.id = s.id
		WHERE (s.status IN ('issuing', 'issued')) <> (b.id IS NOT NULL) OR (s.status = 'issued') <> (s.minted = s.card_count)
			OR (b.id IS NOT NULL AND (b.face_fen <> s.face_fen OR b.card_count <> s.card_count OR b.enterprise_id <> s.enterprise_id OR b.program_id <> s.program_id))`},
	{"a batch was bought for the campaign that its order named, or none", "card_sales", `
		SELECT s.id broken FROM card_sales s WHERE NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'card_batch' AND w.subject_id = s.id AND w.action = 'card_batch.ordered'
			AND (JSON_EXTRACT(w.after_json, '$.campaign_id') = CONCAT('', s.campaign_id) OR (s.campaign_id = 0 AND JSON_EXTRACT(w.after_json, '$.campaign_id') IS NULL)))`},
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
}
