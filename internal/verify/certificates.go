package verify

// certified answers for each line of a certificate's order or period what of its net and of
// its share counted when the certificate was issued, least and most: of what moved within
// the skew of that instant either reading is right.
const certified = `
			SELECT s.id, CASE WHEN o.paid_at <= s.issued_at - ` + skewMs + ` THEN l.net_fen ELSE 0 END - COALESCE((` + backUntil + ` <= s.issued_at + ` + skewMs + `), 0) least_fen,
				CASE WHEN o.paid_at <= s.issued_at + ` + skewMs + ` THEN l.net_fen ELSE 0 END - COALESCE((` + backUntil + ` <= s.issued_at - ` + skewMs + `), 0) most_fen,
				COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.line_id = l.id
					AND e.created_at <= s.issued_at + CASE WHEN e.amount_fen < 0 THEN ` + skewMs + ` ELSE -` + skewMs + ` END), 0) least_share,
				COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.line_id = l.id
					AND e.created_at <= s.issued_at + CASE WHEN e.amount_fen > 0 THEN ` + skewMs + ` ELSE -` + skewMs + ` END), 0) most_share
			FROM (SELECT c.id, c.issued_at, c.order_id FROM certificates c WHERE c.kind = 'order'
				UNION ALL SELECT c.id, c.issued_at, p.id FROM certificates c JOIN orders p ON p.org_id = c.org_id AND p.paid_at >= c.from_at AND p.paid_at < c.until_at
					WHERE c.kind = 'period') s
			JOIN orders o ON o.id = s.order_id AND o.paid_at IS NOT NULL JOIN order_lines l ON l.order_id = o.id`

const backUntil = `SELECT SUM(b.amount_fen) FROM refund_lines b JOIN refunds r ON r.id = b.refund_id WHERE b.line_id = l.id AND r.status = 'refunded' AND r.changed_at`

// ofCertificates are rules about what the public is told of a purchase.
var ofCertificates = []Invariant{
	{"a certificate is what its villages grew", "certificates", `
		SELECT c.id broken FROM certificates c LEFT JOIN certificate_villages v ON v.certificate_id = c.id
		GROUP BY c.id, c.goods_fen, c.share_fen HAVING COALESCE(SUM(v.goods_fen), 0) <> c.goods_fen OR COALESCE(SUM(v.share_fen), 0) <> c.share_fen`},
	{"a certificate says what had been bought when it was issued", "certificates", `
		SELECT c.id broken FROM certificates c LEFT JOIN (` + certified + `
		) s ON s.id = c.id GROUP BY c.id, c.goods_fen, c.share_fen
		HAVING COUNT(s.id) = 0 OR c.goods_fen < SUM(s.least_fen) OR c.goods_fen > SUM(s.most_fen) OR c.share_fen < SUM(s.least_share) OR c.share_fen > SUM(s.most_share)`},
	{"only a certificate's last version stands", "certificates", `
		SELECT c.id broken FROM certificates c LEFT JOIN certificates n ON n.subject = c.subject AND n.version = c.version + 1
		WHERE (c.replaced_at IS NULL) <> (n.id IS NULL) OR c.version > 1 AND NOT EXISTS (
			SELECT 1 FROM certificates p WHERE p.subject = c.subject AND p.version = c.version - 1)`},
}
