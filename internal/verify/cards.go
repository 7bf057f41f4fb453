package verify

// ofCards are rules about aid cards and their batches.
var ofCards = []Invariant{
	{"a card's balance is its account's and lies between 0 and its face", "aid_cards", `
		SELECT c.id broken FROM aid_cards c LEFT JOIN (
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.code
		) s ON s.code = CONCAT('card:', c.id)
		WHERE c.balance_fen < 0 OR c.balance_fen > c.face_fen OR c.balance_fen <> COALESCE(s.sum_fen, 0)`},
	{"a batch has as many cards as it says, of its face", "card_batches", `
		SELECT b.id broken FROM card_batches b
		WHERE b.card_count <> (SELECT COUNT(*) FROM aid_cards c WHERE c.batch_id = b.id AND c.face_fen = b.face_fen)`},
	{"a card is of a batch and has its face", "aid_cards", `
		SELECT c.id broken FROM aid_cards c LEFT JOIN card_batches b ON b.id = c.batch_id WHERE b.id IS NULL OR c.face_fen <> b.face_fen`},
	{"a card that was claimed is its claimer's", "aid_cards", `
		SELECT c.id broken FROM audit_log w JOIN aid_cards c ON c.id = w.subject_id
		WHERE w.subject = 'card' AND w.action = 'card.claimed' AND (c.holder_id IS NULL OR c.holder_id <> w.actor_id OR c.status = 'issued')`},
	{"a batch is paid for by its enterprise", "card_batches", `
		SELECT b.id broken FROM card_batches b
		WHERE b.face_fen * b.card_count <> COALESCE((SELECT SUM(e.amount_fen) FROM ledger_transactions t
			JOIN ledger_entries e ON e.tx_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
			WHERE t.kind = 'card_funding' AND t.reference = CONCAT('', b.id) AND a.code = CONCAT('enterprise:', b.enterprise_id, ':paid_in')), 0)`},
	{"a batch's face is what its cards still hold and what they paid, without what came back", "card_batches", `
		SELECT b.id broken FROM card_batches b
		LEFT JOIN (SELECT batch_id, SUM(balance_fen) held_fen FROM aid_cards GROUP BY batch_id) h ON h.batch_id = b.id
		LEFT JOIN (SELECT c.batch_id, SUM(p.amount_fen - p.refunded_fen) used_fen FROM order_payments p JOIN aid_cards c ON c.id = p.card_id
			WHERE p.status IN ('held', 'captured') GROUP BY c.batch_id) u ON u.batch_id = b.id
		WHERE b.face_fen * b.card_count <> COALESCE(h.held_fen, 0) + COALESCE(u.used_fen, 0)`},
}
