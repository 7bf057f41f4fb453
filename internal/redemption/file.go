package redemption

import (
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/spreadsheet"
)

// Table describes a file of codes, which go into the wallet, or of what each buys for whom.
var Table = spreadsheet.Table{Name: "批量兑换 card redemption", Columns: []spreadsheet.Column{
	{Key: "code", Zh: "卡密", En: "Code", Required: true, Example: "0000-0000-0000-0000-0000-0000", Length: 100},
	{Key: "sku_id", Zh: "商品规格编号", En: "SKU", Note: "留空整列则把卡存入本单位卡包", Length: 30},
	{Key: "quantity", Zh: "数量", En: "Quantity", Example: "1", Length: 10},
	{Key: "recipient.name", Zh: "收货人", En: "Recipient", Example: "张三"},
	{Key: "recipient.phone", Zh: "手机号", En: "Phone", Example: "13912345678"},
	{Key: "recipient.province", Zh: "省", En: "Province", Example: "湖南省"},
	{Key: "recipient.city", Zh: "市", En: "City", Example: "长沙市"},
	{Key: "recipient.district", Zh: "区县", En: "District", Example: "岳麓区"},
	{Key: "recipient.detail", Zh: "详细地址", En: "Address", Example: "麓山路 1 号"},
}}

// Read takes the lines of a file: of goods, where any line names some.
func Read(name string, content []byte) (kind string, lines []Line, err error) {
	rows, report, err := Table.Read(name, content, spreadsheet.Limits{Rows: MaxRows})
	if refusal, refused := fault.As(err); refused {
		return "", nil, fault.InvalidField("file_id", refusal.Code, refusal.Message)
	}
	if err != nil {
		return "", nil, err
	}
	if len(rows) == 0 {
		return "", nil, wrongHeader(report)
	}
	wrong := map[int64][]Problem{}
	for _, e := range report.Errors {
		wrong[int64(e.Row)] = append(wrong[int64(e.Row)], Problem{keyOf(e.Column), e.Code, e.Message})
	}
	kind = Wallet
	for _, r := range rows {
		l := Line{Number: int64(r.Number), Code: r.Get("code"), Wrong: wrong[int64(r.Number)], Recipient: identity.Address{Name: r.Get("recipient.name"), Phone: r.Get("recipient.phone"),
			Province: r.Get("recipient.province"), City: r.Get("recipient.city"), District: r.Get("recipient.district"), Detail: r.Get("recipient.detail")}}
		l.Name(r.Get("sku_id"))
		if l.Quantity, err = strconv.ParseInt(r.Get("quantity"), 10, 64); err != nil {
			l.Quantity = 0 // as wrong as what was written
		}
		if r.Get("sku_id") != "" {
			kind = Goods
		}
		lines = append(lines, l)
	}
	if kind == Wallet {
		for i := range lines {
			lines[i] = Line{Number: lines[i].Number, Code: lines[i].Code}
		}
	}
	return kind, lines, nil
}

// Name reads which SKU a line is for.
func (l *Line) Name(sku string) {
	var err error
	if l.SKUID, err = id.Parse(sku); err != nil {
		l.Wrong = append(l.Wrong, Problem{"sku_id", "not_an_id", "this is not an id"})
	}
}

func wrongHeader(report spreadsheet.Report) error {
	var p fault.Problems
	for _, e := range report.Errors {
		p.Add("file_id", e.Code, fmt.Sprintf("row %d, column %s: %s", e.Row, e.Column, e.Message))
	}
	return p.Err()
}

// keyOf is the field of a column as errors name it.
func keyOf(title string) string {
	for _, c := range Table.Columns {
		if c.Zh == title {
			return c.Key
		}
	}
	return ""
}

// Sheet is a file of every row with what became of it.
func Sheet(view *gorm.DB, r Redemption, format spreadsheet.Format) ([]byte, error) {
	found, err := Rows(view, r, "", 0, MaxRows)
	if err != nil {
		return nil, err
	}
	rows := [][]string{{"行 Row", "卡密 Code", "商品规格编号 SKU", "数量 Quantity", "结果 Result", "原因 Reason", "卡 Card", "订单 Order"}}
	for _, f := range found {
		wrong, err := f.Wrong()
		if err != nil {
			return nil, err
		}
		var why []string
		for _, p := range wrong {
			why = append(why, p.Message)
		}
		cells := []string{count(f.LineNumber), f.MaskedCode(), "", "", f.Status, strings.Join(why, "; "), "", ""}
		if r.Kind == Goods {
			cells[2], cells[3] = f.SKUID.String(), count(f.Quantity)
		}
		if f.CardID != nil {
			cells[6] = f.CardID.String()
		}
		if f.OrderID != 0 {
			cells[7] = f.OrderID.String()
		}
		rows = append(rows, cells)
	}
	return spreadsheet.Rows(format, "兑换结果", rows)
}
