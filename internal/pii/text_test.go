package pii

import (
	"strings"
	"testing"
)

func TestMaskTextHidesWhatIdentifiesAPerson(t *testing.T) {
	for text, want := range map[string]string{
		"请联系13812341234。":                        "请联系138****1234。",
		"tel13812341234x":                        "tel138****1234x",
		"138 1234 1234，138-1234-1234":            "138****1234，138****1234",
		"1 3 8 1 2 3 4 1 2 3 4":                  "138****1234",
		"+86 138 1234 1234":                      "+138****1234",
		"+86-13812341234 008613812341234":        "+138****1234 138****1234",
		"１３８１２３４１２３４":                            "138****1234",
		"１３８－１２３４　１２３４":                          "138****1234",
		"138１２３４1２3４":                            "138****1234",
		"138\u00a01234\u202f1234":                "138****1234",
		"\u202a138\u200b1234\ufeff1234":          "\u202a138****1234",
		"138−1234〜1234，138．1234・1234":            "138****1234，138****1234",
		"2026-11-24 13812341234":                 "2026-11-24 138****1234",
		"13812341234 13912341234":                "138****1234 139****1234",
		"0738-6812345转8、（0738）68123456":          "073****2345转8、（073****3456",
		"座机：6812345":                             "座机：****",
		"138/1234/1234，138，1234，1234":            "138****1234，138****1234",
		"138、1234、1234 138*1234***1234":          "138****1234 138****1234",
		"138~1234～1234 138----12341234":          "138****1234 138****1234",
		"0738/6812345，2026013812341234":          "073****2345，2026013812341234",
		"013812341234，0086-013812341234":         "138****1234，138****1234",
		"202613812341234、2026112413812341234":    "2026138****1234、20261124138****1234",
		"身份证43132219900307123X":                  "身份证****",
		"431322199003071234 和 431322900307123":   "**** 和 ****",
		"卡 6222021234567890":                     "卡 **** 7890",
		"账号 622202 1234567890":                   "账号 **** 7890",
		"卡 4111 1111 1111 1111，4111111111111111": "卡 **** 1111，**** 1111",
		"6222020200112233446":                    "**** 3446",
		"6222020200112233447":                    "6222020200112233447",
		"写信 zhang.san+1@mail.example.com.cn":     "写信 z****@mail.example.com.cn",
		"王小二的执照，王小":                              "王**的执照，王**",
	} {
		if got := MaskText(text, "王小", "王小二", "的"); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// Ids are whole numbers of 18 digits until 2033 and 19 after: one in ten has a check digit.
func TestMaskTextLeavesOtherNumbers(t *testing.T) {
	for _, text := range []string{
		"", "订单 118230912345678901", "2026-11-24 10:30 共 12 件 1,234,567.89 元", "139****0001 **** 7890", "91431322MA4L0A1X0P",
		"1999999999999999999", "138****1234、5678", "2026/11/24、2026~2027", "第1、3、5、7、9、11、13、15项", "01，02，03，04，05", "1234567/7654321、12345678、12345670", "SF202613812341235", "订单 202613812341234567",
		"SF1234567890", "第 3 页-5 页", "11 12 13", "12345678",
	} {
		if got := MaskText(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	for last := range 10 {
		id := "11823091234567890" + string(rune('0'+last))
		if got := MaskText("订单" + id + "退款"); !strings.Contains(got, id) {
			t.Errorf("an order's id becomes %q", got)
		}
	}
}

func TestMaskJSONLeavesIDsAndCodes(t *testing.T) {
	held := `{"amount_fen":9007199254740993,"bank_reference":"4111111111111111","note":"找李小四 13812341234","items":["13812341234"],"order_id":"118230912345678901"}`
	want := `{"amount_fen":9007199254740993,"bank_reference":"4111111111111111","items":["138****1234"],"note":"找李** 138****1234","order_id":"118230912345678901"}`
	if got := MaskJSON(held, "李小四"); got != want {
		t.Errorf("%s", got)
	}
	for _, same := range []string{`{"desk":"county","roles":["county"],"desks":["county"],"why":"county","subject":"county"}`, `null`, `{"b":1, "a":"x"}`, `[1]`} {
		if got := MaskJSON(same, "county"); got != same {
			t.Errorf("%s becomes %s", same, got)
		}
	}
}

func TestWhoIsErasedIsNamedNowhereInAText(t *testing.T) {
	gone := Person{Names: []string{"王小二", "王大"}, Phones: []string{"13812341234"}, Others: []string{"王小二烟酒店", "李四", ""}}
	text := "王小二 138-1234-1234、+86 １３８１２３４１２３４、13912341234、1３8 12３4 １23４，王小二烟酒店找李四，即王大 138/1234/1234 1、3、8、12341234 01381234123 4 202613812341234"
	if got, want := gone.Erase(text, "已注销用户"), "已注销用户 ****、+****、13912341234、****，****找****，即已注销用户 **** **** **** ****"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := (Person{}).Erase(text, "x"); got != text {
		t.Errorf("nobody's erasure makes %q", got)
	}
}

func FuzzMaskText(f *testing.F) {
	f.Add("+86 138 1234 1234，张三 a@b.cn")
	f.Add("１３８－１２３４　１２３４")
	f.Fuzz(func(t *testing.T, text string) {
		if masked := MaskText(text+"、13812341234", "张三"); strings.Contains(masked, "、13812341234") {
			t.Fatalf("%q becomes %q", text, masked)
		}
	})
}
