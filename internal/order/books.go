package order

import (
	"zique/internal/aidcard"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/share"
	"zique/internal/village"
)

// Kinds of the transactions that this package posts. Their reference is the id of the
// order, the refund, or the sub-order.
const (
	PaymentPosting = "order_payment"
	RefundPosting  = "refund"
	ClosePosting   = "sub_order_close"
	HoldPosting    = "order_hold"    // cards → the order, which waits for the rest
	ReleasePosting = "order_release" // and back
)

// HeldAccount keeps what cards gave for an order that waits for the rest.
func HeldAccount(orderID id.ID) string { return "order:" + orderID.String() + ":held" }

// heldPosting moves what cards hold for an order: sign −1 away from the cards, 1 back.
func heldPosting(o *Order, kind string, sign money.Fen) ledger.Posting {
	p := ledger.Posting{Kind: kind, Reference: o.ID.String()}
	for _, paid := range o.Payments {
		if paid.Tender == TenderAidCard {
			p.Entries = append(p.Entries, ledger.Entry{Account: aidcard.Account(paid.CardID), Amount: sign * paid.AmountFen},
				ledger.Entry{Account: HeldAccount(o.ID), Amount: -sign * paid.AmountFen})
		}
	}
	return p
}

// paymentPosting is tenders → cooperatives, village collectives and freight, all pending.
// A line's share is what its rule says: the seller bears it, or the buyer or a campaign adds it.
func paymentPosting(o *Order) ledger.Posting {
	p := ledger.Posting{Kind: PaymentPosting, Reference: o.ID.String()}
	waited := o.waited()
	for _, paid := range o.Payments {
		account := payment.Account(paid.Tender)
		if paid.Tender == TenderAidCard {
			account = aidcard.Account(paid.CardID)
			if waited {
				account = HeldAccount(o.ID)
			}
		}
		p.Entries = append(p.Entries, ledger.Entry{Account: account, Amount: -paid.AmountFen})
	}
	for i := range o.SubOrders {
		s := &o.SubOrders[i]
		p.Entries = append(p.Entries, ledger.Entry{Account: org.FreightAccount(s.CooperativeID), Amount: s.FreightFen})
		for _, l := range o.linesOf(s.ID) {
			p.Entries = append(p.Entries, goodsEntries(s, l, l.NetFen, l.ShareFen)...)
		}
	}
	return p
}

// goodsEntries credits a line's goods, and its share to the village. Both may be
// negative: a refund takes them back, from what is available once the sub-order is closed.
func goodsEntries(s *SubOrder, l *Line, goods, shared money.Fen) []ledger.Entry {
	cooperative, collective := org.PendingAccount(s.CooperativeID), village.PendingAccount(l.VillageID)
	if s.Status == Closed {
		cooperative, collective = org.AvailableAccount(s.CooperativeID), village.AvailableAccount(l.VillageID)
	}
	entries := []ledger.Entry{{Account: collective, Amount: shared}}
	switch l.ShareBearer {
	case share.BearerBuyer: // the tenders paid it on top of the goods
		return append(entries, ledger.Entry{Account: cooperative, Amount: goods})
	case share.BearerCampaign:
		return append(entries, ledger.Entry{Account: cooperative, Amount: goods},
			ledger.Entry{Account: share.CampaignAccount(l.ShareCampaignID), Amount: -shared})
	}
	return append(entries, ledger.Entry{Account: cooperative, Amount: goods - shared})
}

// freightEntry credits freight; a negative amount takes it back.
func freightEntry(s *SubOrder, freight money.Fen) ledger.Entry {
	account := org.FreightAccount(s.CooperativeID)
	if s.Status == Closed {
		account = org.AvailableAccount(s.CooperativeID)
	}
	return ledger.Entry{Account: account, Amount: freight}
}

// closePosting makes what is left of a sub-order available: goods and freight to the
// cooperative, shares to the collectives. Where nothing is left there is no entry.
func closePosting(s *SubOrder, lines []*Line) ledger.Posting {
	p := ledger.Posting{Kind: ClosePosting, Reference: s.ID.String()}
	move := func(from, to string, amount money.Fen) {
		p.Entries = append(p.Entries, ledger.Entry{Account: from, Amount: -amount}, ledger.Entry{Account: to, Amount: amount})
	}
	available := org.AvailableAccount(s.CooperativeID)
	for _, l := range lines {
		goods := l.NetFen - l.RefundedFen
		if l.ShareBearer == share.BearerSeller {
			goods -= l.ShareFen
		}
		move(org.PendingAccount(s.CooperativeID), available, goods)
		move(village.PendingAccount(l.VillageID), village.AvailableAccount(l.VillageID), l.ShareFen)
	}
	move(org.FreightAccount(s.CooperativeID), available, s.FreightFen-s.RefundedFreightFen)
	return p
}

// isEmpty tells whether a posting moves nothing at all.
func isEmpty(p ledger.Posting) bool {
	sums := map[string]money.Fen{}
	for _, e := range p.Entries {
		sums[e.Account] += e.Amount
	}
	for _, amount := range sums {
		if amount != 0 {
			return false
		}
	}
	return true
}

// stage is that of the shares of a sub-order.
func (s *SubOrder) stage() string {
	if s.Status == Closed {
		return share.Available
	}
	return share.Pending
}

func shareEntry(l *Line, stage string, amount money.Fen, txID id.ID) share.Entry {
	return share.Entry{LineID: l.ID, RuleID: l.RuleID, VillageID: l.VillageID, TxID: txID, Stage: stage, AmountFen: amount}
}

// sharesOf are the share entries of a sale.
func sharesOf(o *Order, txID id.ID) []share.Entry {
	var shares []share.Entry
	for i := range o.Lines {
		shares = append(shares, shareEntry(&o.Lines[i], share.Pending, o.Lines[i].ShareFen, txID))
	}
	return shares
}
