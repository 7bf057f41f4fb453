package org

import "strings"

// The unified social credit code (统一社会信用代码) of GB 32100-2015: one character for
// the registering authority, one for the kind of body, six digits of the county
// (GB/T 2260), nine characters of the body itself (GB 11714) and a check character.
const (
	creditCodeLength   = 18
	creditCodeAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY" // without I O S V Z: 31 characters
	creditCodeBase     = len(creditCodeAlphabet)
	countyFrom         = 2 // the six digits of the county are at [2, 8)
	countyTo           = 8
)

// ValidCreditCode tells whether code has the form and the check character of the
// standard. Small letters are not accepted: see CleanCreditCode.
func ValidCreditCode(code string) bool {
	if len(code) != creditCodeLength || strings.Trim(code[countyFrom:countyTo], "0123456789") != "" {
		return false
	}
	check, ok := creditCodeCheck(code[:creditCodeLength-1])
	return ok && check == code[creditCodeLength-1]
}

// creditCodeCheck is the character that makes the weighted sum a multiple of 31. The
// weight of the character at i (from 0) is 3^i mod 31.
func creditCodeCheck(first17 string) (byte, bool) {
	sum, weight := 0, 1
	for i := range len(first17) {
		value := strings.IndexByte(creditCodeAlphabet, first17[i])
		if value < 0 {
			return 0, false
		}
		sum += value * weight
		weight = weight * 3 % creditCodeBase
	}
	return creditCodeAlphabet[(creditCodeBase-sum%creditCodeBase)%creditCodeBase], true
}

// CompleteCreditCode appends the check character to 17 characters, for fictional
// organisations; it answers "" when they are not those of a code.
func CompleteCreditCode(first17 string) string {
	check, ok := creditCodeCheck(first17)
	if code := first17 + string(check); ok && ValidCreditCode(code) {
		return code
	}
	return ""
}

// CleanCreditCode drops the space around a code and makes its letters large, as
// people type it.
func CleanCreditCode(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }
