package pdf

import (
	"bytes"
	"fmt"
	"testing"
)

func TestATableWithChineseTextFillsItsPages(t *testing.T) {
	table := Table{Title: "结算单 · 水车镇红糍粑合作社", Lines: []string{"期初 -¥1.00"},
		Columns: []Column{{"商品", 300, false}, {"金额", 100, true}}}
	for i := range 120 {
		table.Rows = append(table.Rows, []string{fmt.Sprint("高山云雾茶 特级 礼盒装 一芽一叶 𠮷 ", i, " ", string(bytes.Repeat([]byte("长"), 60))), "-12.34"})
	}
	made, err := table.Render()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(made, []byte("%PDF-")) || bytes.Count(made, []byte("/Type /Page\n")) != 3 {
		t.Errorf("%d bytes, %d pages", len(made), bytes.Count(made, []byte("/Type /Page\n")))
	}
	if len(made) > 300<<10 {
		t.Errorf("%d bytes: the whole font is in it", len(made))
	}
}
