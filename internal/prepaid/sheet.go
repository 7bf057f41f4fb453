package prepaid

import (
	"fmt"
	"strconv"
	"strings"

	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/rulepack"
	"zique/internal/spreadsheet"
)

var (
	sheetTitles = []string{"卡计划", "发卡企业", "备案号", "企业类型", "上季度末", "上季度末预收资金余额", "本季发卡", "本季兑付（扣除退货）", "预收资金余额",
		"存管比例", "应存管", "已存管", "存管日期", "存管凭据", "发卡企业预收资金余额", "上年", "上年主营业务收入", "收入凭据", "上限比例", "上限", "提示"}
	classNames = map[string]string{rulepack.Scale: "规模发卡企业", rulepack.Group: "集团发卡企业", rulepack.Brand: "品牌发卡企业"}
	alertNames = map[string]string{CustodyShort: "存管不足", CeilingExceeded: "超过上限", CustodyUnknown: "未登记存管余额", RevenueUnknown: "未登记上年收入"}
)

// Sheet is the funds as a file, as the quarterly return asks for them (预收资金季度报告).
func Sheet(funds []Fund, at ledger.Point) ([]byte, error) {
	rows := [][]string{{"单用途商业预付卡预收资金报告"}, {"截至 " + at.At.Day() + "，账本第 " + strconv.FormatInt(at.Seq, 10) + " 笔　单位：元"}, sheetTitles}
	for _, f := range funds {
		rows = append(rows, f.row())
	}
	return spreadsheet.Rows(spreadsheet.XLSX, "预收资金", rows)
}

func (f Fund) row() []string {
	custody, revenue := []string{"", "", ""}, []string{"", ""}
	ceiling := ""
	if f.Custody != nil {
		custody = []string{f.Custody.AmountFen.Yuan(), f.Custody.Day, f.Custody.Source}
	}
	if f.Revenue != nil {
		revenue, ceiling = []string{f.Revenue.AmountFen.Yuan(), f.Revenue.Source}, f.CeilingFen.Yuan()
	}
	var alerts []string
	for _, a := range f.Alerts() {
		alerts = append(alerts, alertNames[a])
	}
	row := []string{f.Program.Name, f.Program.Issuer, f.Program.FilingNumber, classNames[f.Program.IssuerClass], f.QuarterEnd, f.QuarterFen.Yuan(), f.IssuedFen.Yuan(), f.UsedFen.Yuan(),
		f.OutstandingFen.Yuan(), percent(f.CustodyShare), f.RequiredFen.Yuan()}
	row = append(append(row, custody...), f.IssuerFen.Yuan(), strconv.FormatInt(f.Year, 10))
	return append(append(row, revenue...), percent(f.CeilingShare), ceiling, strings.Join(alerts, "；"))
}

func percent(l rulepack.Limit) string {
	rate := money.BasisPoints(l.Value)
	return fmt.Sprintf("%d.%02d%%", rate/100, rate%100)
}
