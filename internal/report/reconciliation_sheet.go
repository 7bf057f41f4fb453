package report

import (
	"strconv"

	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/spreadsheet"
)

var termTitles = []string{"发卡", "转入", "消费", "退货退回", "余额", "已过期余额", "作废", "退卡", "转出"}

func (t Terms) cells() []string {
	return []string{t.IssuedFen.Yuan(), t.MovedInFen.Yuan(), t.SpentFen.Yuan(), t.RefundedFen.Yuan(), t.BalanceFen.Yuan(), t.ExpiredFen.Yuan(),
		t.VoidedFen.Yuan(), t.ReturnedFen.Yuan(), t.MovedOutFen.Yuan()}
}

func head(p ledger.Point, title, name string) [][]string {
	return [][]string{{title + " " + name}, {"截至 " + p.At.Day() + "，账本第 " + strconv.FormatInt(p.Seq, 10) + " 笔　单位：元"},
		{"发卡 + 转入 = 消费 − 退货退回 + 余额 + 已过期余额 + 作废 + 退卡 + 转出"}}
}

// ReconciliationSheet is an enterprise's reconciliation as a file to keep.
func ReconciliationSheet(view *gorm.DB, enterprise id.ID, name string, at ledger.Point) ([]byte, error) {
	r, err := Reconcile(view, enterprise, at)
	if err != nil {
		return nil, err
	}
	return r.sheet(name)
}

func (r Reconciliation) sheet(name string) ([]byte, error) {
	rows := append(head(r.Point, "爱心卡对账单", name), append(append([]string{"批次", "部门", "张数"}, termTitles...), "差额"))
	for _, b := range r.Batches {
		for _, d := range b.Departments {
			rows = append(rows, d.row(b.BatchID.String(), d.Department))
		}
		if len(b.Departments) > 1 {
			rows = append(rows, b.row(b.BatchID.String(), "小计"))
		}
	}
	rows = append(rows, r.row("合计", ""), []string{"未发卡的已付款", "", "", r.PaidInFen.Yuan()})
	return spreadsheet.Rows(spreadsheet.XLSX, "对账单", rows)
}

func (t Terms) row(batch, department string) []string {
	return append(append([]string{batch, department, strconv.FormatInt(t.Cards, 10)}, t.cells()...), t.DifferenceFen().Yuan())
}

// CardsSheet is every card of an enterprise with its terms, as a file to keep.
func CardsSheet(view *gorm.DB, enterprise id.ID, name string, at ledger.Point) ([]byte, error) {
	rows := append(head(at, "爱心卡对账明细", name), append([]string{"批次", "部门", "卡号"}, termTitles...))
	err := EachCard(view, Cards{EnterpriseID: enterprise}, at, 0, func(c CardTerms) bool {
		rows = append(rows, append([]string{c.BatchID.String(), c.Department, "尾号 " + c.Number[len(c.Number)-4:]}, c.cells()...))
		return true
	})
	if err != nil {
		return nil, err
	}
	return spreadsheet.Rows(spreadsheet.XLSX, "卡明细", rows)
}
