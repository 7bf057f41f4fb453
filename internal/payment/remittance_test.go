package payment

import (
	"bytes"
	"slices"
	"testing"
)

func TestACodeIsFoundHoweverPayersWriteIt(t *testing.T) {
	code, err := NewRemittanceCode(bytes.NewReader([]byte{0, 7, 31, 64, 255, 8, 9, 10}))
	if err != nil || code != "ZQ29Z2ZABC" {
		t.Fatal(code, err)
	}
	for memo, want := range map[string][]string{
		"货款ZQ29Z2ZABC":           {code},
		"zq 29z2-zabc 谢谢":        {code},
		"ＺＱ２９Ｚ２ＺＡＢＣ":             {code},
		"ZQ29Z2ZABC，ZQ29Z2ZABC":  {code},
		"ZQ29Z2ZABCZQ22222222":   {"ZQ22222222", code},
		"ZQ29Z2ZAB":              nil,
		"ZQ01234567 has 0 and 1": nil,
		"":                       nil,
	} {
		if got := RemittanceCodes(memo); !slices.Equal(got, want) {
			t.Errorf("%s: %v", memo, got)
		}
	}
}
