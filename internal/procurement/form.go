package procurement

import (
	"fmt"
	"strconv"

	"zique/internal/pdf"
)

var formColumns = []pdf.Column{
	{Title: "货物", Width: 110}, {Title: "产地", Width: 60}, {Title: "单位", Width: 34}, {Title: "订购", Width: 44, Right: true}, {Title: "验收", Width: 44, Right: true},
	{Title: "拒收", Width: 44, Right: true}, {Title: "单价", Width: 50, Right: true}, {Title: "金额", Width: 66, Right: true}, {Title: "村集体份额", Width: 60, Right: true},
}

// Form prints the acceptance form of an order whose goods were looked at, else ErrState. It
// names nobody: who signs it does so on paper.
func (o Order) Form() ([]byte, error) {
	if o.AcceptedAt == nil {
		return nil, ErrState
	}
	lines := []string{
		"采购订单号 " + o.ID.String() + "　送货单号 " + o.DeliveryNote + "　承运 " + o.Carrier,
		"采购单位 " + o.EnterpriseName + "　供货合作社 " + o.CooperativeName,
		"验收日期 " + o.AcceptedAt.Day() + "　付款截止 " + o.DueDay + fmt.Sprintf("（验收后 %d 天）", o.TermsDays),
		"货款 " + o.GoodsFen.Yuan() + "　村集体份额（采购方另付） " + o.ShareFen.Yuan() + "　应付合计 " + o.DueFen().Yuan() + "（元）",
	}
	var rows [][]string
	for _, l := range o.Lines {
		rows = append(rows, []string{l.Title, l.VillageName, l.Unit, strconv.FormatInt(l.Quantity, 10), strconv.FormatInt(l.AcceptedQuantity, 10),
			strconv.FormatInt(l.RejectedQuantity, 10), l.PriceFen.Yuan(), l.GoodsFen.Yuan(), l.ShareFen.Yuan()})
		if l.RejectedReason != "" {
			lines = append(lines, "拒收 "+l.Title+"："+l.RejectedReason)
		}
	}
	rows = append(rows, []string{"合计", "", "", "", "", "", "", o.GoodsFen.Yuan(), o.ShareFen.Yuan()}, nil,
		[]string{"验收人（签字）", "", "", "", "", "送货人（签字）"})
	return pdf.Table{Title: "采购验收单", Lines: lines, Columns: formColumns, Rows: rows}.Render()
}
