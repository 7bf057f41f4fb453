package certificate

import (
	"fmt"

	"zique/internal/pdf"
)

var columns = []pdf.Column{
	{Title: "产地村", Width: 275}, {Title: "货款（元）", Width: 120, Right: true}, {Title: "村集体份额（元）", Width: 120, Right: true},
}

// Sheet is a certificate to print, with the QR code of the page on which it is checked, and
// what the order or period comes to now where that is something else.
func Sheet(c Certificate, now Facts, page string) ([]byte, error) {
	lines := []string{"凭证号 " + c.Code + "　第 " + fmt.Sprint(c.Version) + " 版　出具 " + c.IssuedAt.Day()}
	if c.OrgName != "" {
		lines = append(lines, "采购单位 "+c.OrgName)
	}
	if c.Kind == OfOrder {
		lines = append(lines, "订单号 "+c.OrderID.String())
	} else {
		lines = append(lines, "期间 "+c.FromAt.Day()+" 至 "+(c.UntilAt-1).Day()+"　订单 "+fmt.Sprint(c.Orders)+" 笔")
	}
	lines = append(lines,
		"消费帮扶货款 "+c.GoodsFen.Yuan()+" 元（已扣除退款，不含运费）",
		"其中计入村集体份额 "+c.ShareFen.Yuan()+" 元")
	switch {
	case c.ReplacedAt != nil:
		lines = append(lines, "本凭证已由新版替代，不再有效。")
	case !c.Facts().Same(now):
		lines = append(lines, "出具后有变动：现为货款 "+now.GoodsFen.Yuan()+" 元，份额 "+now.ShareFen.Yuan()+" 元。")
	}
	lines = append(lines, "扫码或打开网址核验："+page, "")
	var rows [][]string
	for _, v := range c.Villages {
		rows = append(rows, []string{v.Township + v.Name, v.GoodsFen.Yuan(), v.ShareFen.Yuan()})
	}
	rows = append(rows, []string{"合计", c.GoodsFen.Yuan(), c.ShareFen.Yuan()})
	return pdf.Table{Title: "消费帮扶凭证", Lines: lines, Columns: columns, Rows: rows, QR: page}.Render()
}
