package org

import (
	"strings"
	"testing"
)

// The first is the standard's own example; the others are published codes of
// well-known companies, which the check character was compared with.
var realCodes = []string{
	"91350100M000100Y43", "914403001922038216", "9144030071526726XG", "91330100799655058B", "91110000802100433B", "91110108717743469K",
}

func TestRealCreditCodesAreValid(t *testing.T) {
	for _, code := range realCodes {
		if !ValidCreditCode(code) || !ValidCreditCode(CleanCreditCode(" "+strings.ToLower(code)+"\n")) {
			t.Errorf("%s is refused", code)
		}
	}
}

func TestOneWrongCharacterIsNoticed(t *testing.T) {
	for _, code := range realCodes {
		for i := range code {
			for _, other := range []byte(creditCodeAlphabet) {
				if other != code[i] && ValidCreditCode(code[:i]+string(other)+code[i+1:]) {
					t.Errorf("%s with %c at %d is accepted", code, other, i)
				}
			}
		}
	}
}

func TestSwappedNeighboursAreNoticed(t *testing.T) {
	for _, code := range realCodes {
		for i := 0; i+1 < len(code); i++ {
			swapped := code[:i] + string(code[i+1]) + string(code[i]) + code[i+2:]
			if swapped != code && ValidCreditCode(swapped) {
				t.Errorf("%s with %d and %d swapped is accepted", code, i, i+1)
			}
		}
	}
}

func TestWhatIsNoCreditCode(t *testing.T) {
	for _, code := range []string{
		"", "9", strings.Repeat("0", 17), strings.Repeat("0", 19), "91350100M000100Y4I", "91350100M000100Y4O", "9135010OM000100Y43",
		"91350100m000100y43", "91350100M000100Y4 ", "91350100M000100Y４3", "91A50100M000100Y43", "91350100M000100Y4\x00",
	} {
		if ValidCreditCode(code) {
			t.Errorf("%q is accepted", code)
		}
	}
	for _, prefix := range []string{"", "93431322", "93431322O00000001", "93A31322000000001", strings.Repeat("9", 18)} {
		if code := CompleteCreditCode(prefix); code != "" {
			t.Errorf("%q was completed to %s", prefix, code)
		}
	}
}

func FuzzCreditCode(f *testing.F) {
	for _, code := range realCodes {
		f.Add(code)
		f.Add(code[:17])
	}
	f.Add("\xff\x00")
	f.Fuzz(func(t *testing.T, text string) {
		clean := CleanCreditCode(text)
		if ValidCreditCode(clean) && CompleteCreditCode(clean[:17]) != clean {
			t.Errorf("%q is valid and its first 17 characters give another", clean)
		}
		if code := CompleteCreditCode(text); code != "" && !ValidCreditCode(code) {
			t.Errorf("%q was completed to %s, which is not valid", text, code)
		}
	})
}
