package settlement

import (
	"fmt"
	"strconv"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/pdf"
	"zique/internal/procurement"
	"zique/internal/spreadsheet"
)

// PDF is the format of a file beside those of spreadsheets.
const PDF = "pdf"

var kindNames = map[string]string{order.ClosePosting: "完成订单", order.RefundPosting: "售后退款", procurement.PaymentPosting: "采购订单"}

var columns = []pdf.Column{
	{Title: "日期", Width: 47}, {Title: "类型", Width: 38}, {Title: "订单号", Width: 85}, {Title: "商品", Width: 83}, {Title: "数量", Width: 24, Right: true},
	{Title: "净额", Width: 50, Right: true}, {Title: "退款", Width: 50, Right: true}, {Title: "村集体份额", Width: 50, Right: true},
	{Title: "规则", Width: 34, Right: true}, {Title: "金额", Width: 54, Right: true},
}

// itemsAtOnce is how many entries one query of a file reads.
const itemsAtOnce = 100

// Sheet is a statement as a file to keep: XLSX, CSV or PDF, down to the order line.
func Sheet(view *gorm.DB, s Statement, format string) ([]byte, error) {
	lines := []string{
		"结算单号 " + s.ID.String() + s.of(),
		"期初 " + s.OpeningFen.Yuan() + "　本期 " + s.MovedFen.Yuan() + "　期末 " + s.ClosingFen.Yuan() + "（元）",
	}
	if s.Status == Carried {
		lines = append(lines, s.carriedTo())
	}
	rows, err := sheetRows(view, s)
	if err != nil {
		return nil, err
	}
	title := "结算单 " + s.OrgName
	if format == PDF {
		return pdf.Table{Title: title, Lines: lines, Columns: columns, Rows: rows}.Render()
	}
	all := [][]string{{title}}
	for _, line := range lines {
		all = append(all, []string{line})
	}
	var titles []string
	for _, c := range columns {
		titles = append(titles, c.Title)
	}
	return spreadsheet.Rows(spreadsheet.Format(format), "结算单", append(append(all, titles), rows...))
}

func sheetRows(view *gorm.DB, s Statement) ([][]string, error) {
	var rows [][]string
	for from := int64(0); ; {
		items, err := Items(view, s, from, itemsAtOnce)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			rows = append(rows, item.rows()...)
			from = item.Seq
		}
		if len(items) < itemsAtOnce {
			return append(rows, []string{"", "", "", "期末", "", "", "", "", "", s.ClosingFen.Yuan()}), nil
		}
	}
}

// rows are an item's lines, its freight, or the item itself where it has neither.
func (i Item) rows() [][]string {
	kind := kindNames[i.Kind]
	if kind == "" {
		kind = i.Kind
	}
	var rows [][]string
	orderID := ""
	for _, l := range i.Lines {
		orderID = max(l.OrderID, l.PurchaseID).String() // an item is of one sub-order, a refund of one, or a purchase order
		rows = append(rows, []string{i.PostedAt.Day(), kind, orderID, l.Title + " " + l.Spec, strconv.FormatInt(l.Quantity, 10),
			l.NetFen.Yuan(), l.RefundFen.Yuan(), l.ShareFen.Yuan(), percent(l.RateBp), l.AmountFen.Yuan()})
	}
	switch {
	case i.FreightFen != 0:
		rows = append(rows, []string{i.PostedAt.Day(), kind, orderID, "运费", "", "", "", "", "", i.FreightFen.Yuan()})
	case len(rows) == 0:
		rows = append(rows, []string{i.PostedAt.Day(), kind, "", i.Reference, "", "", "", "", "", i.AmountFen.Yuan()})
	}
	return rows
}

// of says what a statement settles: a month, or what had come since the one before.
func (s Statement) of() string {
	made := minute(s.CreatedAt)
	switch {
	case s.Period == "" && s.Since == nil:
		return "　期间 至 " + made
	case s.Period == "":
		return "　期间 " + minute(*s.Since) + " 至 " + made
	}
	return "　结算月份 " + s.Period + "　制单 " + s.CreatedAt.Day()
}

// carriedTo says where what a statement does not pay has gone.
func (s Statement) carriedTo() string {
	if s.CarriedInto == 0 {
		return "不单独付款，转入下一张结算单"
	}
	return "不单独付款，已转入结算单 " + s.CarriedInto.String()
}

// minute is of a statement made by hand: there may be several of one day.
func minute(at clock.Millis) string { return at.Time().In(clock.Shanghai).Format("2006-01-02 15:04") }

// percent shows a rate as people say it: 5 % as 5.00%.
func percent(rate money.BasisPoints) string { return fmt.Sprintf("%d.%02d%%", rate/100, rate%100) }

// PayoutSheet is what the bank is told: holder, bank and number in clear, with the total
// in the last row.
func PayoutSheet(transfers []Transfer, format spreadsheet.Format) ([]byte, error) {
	rows := [][]string{{"结算单号", "收款单位", "户名", "开户行", "账号", "代管", "金额（元）"}}
	var total money.Fen
	for _, t := range transfers {
		agency := ""
		if t.Payee.Agency {
			agency = "村账镇管"
		}
		rows = append(rows, []string{t.ID.String(), t.OrgName, t.Payee.Holder, t.Payee.Bank, t.Payee.Number, agency, t.ClosingFen.Yuan()})
		total += t.ClosingFen
	}
	return spreadsheet.Rows(format, "付款清单", append(rows, []string{"合计", "", "", "", "", "", total.Yuan()}))
}
