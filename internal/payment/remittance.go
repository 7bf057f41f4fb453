package payment

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"gorm.io/gorm"
)

// A remittance code is ZQ and eight of these: 40 bits, without what people mistake.
const remittanceAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// NewRemittanceCode draws what payers put in the memo of a bank transfer.
func NewRemittanceCode(rand io.Reader) (string, error) {
	raw := make([]byte, 8)
	_, err := io.ReadFull(rand, raw)
	for i, b := range raw {
		raw[i] = remittanceAlphabet[b%32]
	}
	return "ZQ" + string(raw), err
}

var remittanceCode = regexp.MustCompile(`ZQ[2-9A-HJ-NP-Z]{8}`)

// RemittanceCodes are the codes that a memo holds. Banks and people change case, width
// and spacing.
func RemittanceCodes(memo string) []string {
	plain := strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if r == '-' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, memo)
	found := remittanceCode.FindAllString(strings.ToUpper(plain), -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// ByRemittance answers the charges that codes name.
func ByRemittance(db *gorm.DB, codes []string) (map[string]Charge, error) {
	var charges []Charge
	if err := db.Where("remittance_code IN ?", codes).Find(&charges).Error; err != nil {
		return nil, err
	}
	found := make(map[string]Charge, len(charges))
	for _, c := range charges {
		found[*c.RemittanceCode] = c
	}
	return found, nil
}
