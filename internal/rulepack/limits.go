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
	CustodyScaleMin      Limit // share of the last quarter's prepaid balance that an issuer of each class keeps in custody
	CustodyGroupMin      Limit
	CustodyBrandMin      Limit
	PrepaidRetailMax     Limit // most that the prepaid balance is of last year's main revenue
	PrepaidGroupMax      Limit // the same of a group's
}

// Classes of issuers (发卡企业).
const (
	Scale = "scale" // 规模
	Group = "group" // 集团
	Brand = "brand" // 品牌
)

// Classes are all of them.
var Classes = []string{Scale, Group, Brand}

// Custody is the least share that an issuer of a class keeps in custody.
func (l Limits) Custody(class string) Limit {
	switch class {
	case Group:
		return l.CustodyGroupMin
	case Brand:
		return l.CustodyBrandMin
	}
	return l.CustodyScaleMin
}

// Ceiling is the most that the prepaid balance of an issuer of a class may be of last year's
// main revenue.
func (l Limits) Ceiling(class string) Limit {
	if class == Group {
		return l.PrepaidGroupMax
	}
	return l.PrepaidRetailMax
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
		"custody_scale_min":      &l.CustodyScaleMin,
		"custody_group_min":      &l.CustodyGroupMin,
		"custody_brand_min":      &l.CustodyBrandMin,

		"prepaid_balance_retail_max": &l.PrepaidRetailMax,
		"prepaid_balance_group_max":  &l.PrepaidGroupMax,
	}
}

// unitOf are the units in which code reads its limits.
var unitOf = map[string]string{
	"registered_face_max": Fen, "anonymous_face_max": Fen, "registered_expiry": Allowed, "anonymous_validity_min": Months,
	"anonymous_loss_report": Allowed, "real_name_from": Fen, "real_name_records_min": Months, "transfer_only_org_from": Fen,
	"transfer_only_from": Fen, "credit_card_purchase": Allowed, "card_return_within": Days, "card_return_cash_max": Fen,
	"custody_scale_min": BasisPoints, "custody_group_min": BasisPoints, "custody_brand_min": BasisPoints,
	"prepaid_balance_retail_max": BasisPoints, "prepaid_balance_group_max": BasisPoints,
}
