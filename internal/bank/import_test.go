package bank

import (
	"testing"

	"zique/internal/money"
)

func TestAmountsAreReadToTheFen(t *testing.T) {
	for text, want := range map[string]money.Fen{"199.00": 19900, "199": 19900, "0.5": 50, "0.05": 5, "1,234,567.89": 123456789, "¥12.30": 1230, "￥ 12.300": 1230} {
		if got, ok := readYuan(text); !ok || got != want {
			t.Errorf("%s: %d %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "0", "0.00", "-1", "+1", "1.234", "1,23", "12,34.5", "1e3", "九", "9999999999999", ".5", "1.", "1 2"} {
		if got, ok := readYuan(text); ok {
			t.Errorf("%q was read as %d", text, got)
		}
	}
}

func FuzzAmountsNeverOverflow(f *testing.F) {
	for _, text := range []string{"199.00", "1,234.5", "999999999999.99", "999,999,999,999,999,999,999.99", "¥1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, ok := readYuan(text); ok && got <= 0 {
			t.Errorf("%q is %d", text, got)
		}
	})
}
