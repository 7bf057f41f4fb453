package rulepack

// Limits are those that code asks for, at one instant.
type Limits struct {
	RegisteredFaceMax    Limit // most that a registered card holds
	AnonymousFaceMax     Limit // the same of an anonymous one
	RegisteredExpiry     Limit // whether a registered card may expire
	AnonymousValidityMin Limit // least time that an anonymous card is good for, and again when it is re-activated
	AnonymousLossReport  Limit // whether who lost an anonymous card gets another
	RealNameFrom         Limit // from which sum at once who buys anonymous cards is named; registered ones: always
	RealNameRecordsMin   Limit
	TransferOnlyOrgFrom  Limit // from which sum at once an organisation pays by bank transfer only
	TransferOnlyFrom     Limit // the same of a person
	CreditCardPurchase   Limit
	CardReturnWithin     Limit // how long after payment an unused card may be given back
	CardReturnCashMax    Limit
}

func (l *Limits) byName() map[string]*Limit {
	return map[string]*Limit{
		"registered_face_max":    &l.RegisteredFaceMax,
		"anonymous_face_max":     &l.AnonymousFaceMax,
		"registered_expiry":      &l.RegisteredExpiry,
		"anonymous_validity_min": &l.AnonymousValidityMin,
		"anonymous_loss_report":  &l.AnonymousLossReport,
		"real_name_from":         &l.RealNameFrom,
		"real_name_records_min":  &l.RealNameRecordsMin,
		"transfer_only_org_from": &l.TransferOnlyOrgFrom,
		"transfer_only_from":     &l.TransferOnlyFrom,
		"credit_card_purchase":   &l.CreditCardPurchase,
		"card_return_within":     &l.CardReturnWithin,
		"card_return_cash_max":   &l.CardReturnCashMax,
	}
}

// unitOf are the units in which code reads its limits.
var unitOf = map[string]string{
	"registered_face_max": Fen, "anonymous_face_max": Fen, "registered_expiry": Allowed, "anonymous_validity_min": Months,
	"anonymous_loss_report": Allowed, "real_name_from": Fen, "real_name_records_min": Months, "transfer_only_org_from": Fen,
	"transfer_only_from": Fen, "credit_card_purchase": Allowed, "card_return_within": Days, "card_return_cash_max": Fen,
}
