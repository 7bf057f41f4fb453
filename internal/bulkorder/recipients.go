package bulkorder

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"zique/internal/division"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/order"
	"zique/internal/spreadsheet"
)

// Recipient is who gets something, and where. Without a SKU of their own they get what all do.
type Recipient struct {
	identity.Address
	Row      int   `json:"row"` // of the file or, from 1, of the request
	SKUID    id.ID `json:"sku_id,omitempty"`
	Quantity int64 `json:"quantity,omitempty"`
}

// Table describes a file of recipients.
var Table = spreadsheet.Table{Name: "收礼名单 gift recipients", Columns: []spreadsheet.Column{
	{Key: "name", Zh: "收货人", En: "Name", Required: true, Example: "张三", Length: identity.MaxAddressPart, Check: checkLine},
	{Key: "phone", Zh: "手机号", En: "Phone", Required: true, Example: "13912345678", Note: "11 位", Check: checkPhone},
	{Key: "province", Zh: "省份", En: "Province", Required: true, Example: "湖南省", Note: "按省计算运费", Check: checkProvince},
	{Key: "city", Zh: "城市", En: "City", Required: true, Example: "长沙市", Length: identity.MaxAddressPart, Check: checkLine},
	{Key: "district", Zh: "区县", En: "District", Required: true, Example: "岳麓区", Length: identity.MaxAddressPart, Check: checkLine},
	{Key: "detail", Zh: "详细地址", En: "Detail", Required: true, Example: "枫林三路 1 号", Length: identity.MaxDetail, Check: checkLine},
	{Key: "sku_id", Zh: "规格编号", En: "SKU", Note: "不填则与其他人相同；单元格请设为文本", Check: checkSKU},
	{Key: "quantity", Zh: "数量", En: "Quantity", Note: "与规格编号一起填，不填为 1", Check: checkQuantity},
}}

type problem = spreadsheet.Problem

func checkLine(value string) problem {
	if fault.IsLine(value) {
		return problem{}
	}
	return problem{Code: "invalid", En: "must be a line of text", Zh: "必须是一行文字"}
}

func checkPhone(value string) problem {
	if fault.IsMobile(value) {
		return problem{}
	}
	return problem{Code: "invalid", En: "must be a mobile number of 11 digits", Zh: "应为 11 位手机号"}
}

func checkProvince(value string) problem {
	if division.IsProvince(value) {
		return problem{}
	}
	return problem{Code: "province", En: "name a province, as in 湖南省", Zh: "应为省级行政区，如 湖南省"}
}

func checkSKU(value string) problem {
	if _, err := id.Parse(value); err == nil {
		return problem{}
	}
	return problem{Code: "invalid", En: "must be the id of a SKU, as text", Zh: "应为规格编号，且单元格为文本"}
}

func checkQuantity(value string) problem {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 1 && n <= order.MaxQuantity {
		return problem{}
	}
	return problem{Code: "range", En: fmt.Sprintf("must be a whole number from 1 to %d", order.MaxQuantity), Zh: fmt.Sprintf("应为 1 至 %d 的整数", order.MaxQuantity)}
}

// fromFile reads a list whose every cell can be read by itself, and names rows that stand
// there twice, that get nothing, and those beyond the most.
func fromFile(name string, content []byte, itemsForAll bool) ([]Recipient, spreadsheet.Report, error) {
	rows, report, err := Table.Read(name, content, spreadsheet.Limits{})
	if refusal, known := fault.As(err); known {
		report.Add(0, "", spreadsheet.ProblemOf(refusal))
		return nil, report, nil
	}
	if err != nil {
		return nil, report, err
	}
	people := make([]Recipient, len(rows))
	seen := map[Recipient]bool{}
	for i, r := range rows {
		p := Recipient{Row: r.Number, Address: identity.Address{Name: r.Get("name"), Phone: r.Get("phone"), Province: r.Get("province"),
			City: r.Get("city"), District: r.Get("district"), Detail: r.Get("detail")}}
		p.SKUID, _ = id.Parse(r.Get("sku_id")) // what is wrong with either is in the report
		p.Quantity, _ = strconv.ParseInt(r.Get("quantity"), 10, 64)
		for _, wrong := range p.wrong(seen, itemsForAll) {
			report.Add(r.Number, Table.Title(wrong.column), wrong.problem)
		}
		people[i] = p
	}
	if len(rows) > MaxRecipients {
		report.Add(0, "", problem{Code: "too_many", En: fmt.Sprintf("a list has at most %d recipients", MaxRecipients), Zh: fmt.Sprintf("名单最多 %d 人", MaxRecipients)})
	}
	report.Sort()
	return people, report, nil
}

type wrongColumn struct {
	column string
	problem
}

// wrong is what is wrong with a recipient among the others; seen are those before.
func (r *Recipient) wrong(seen map[Recipient]bool, itemsForAll bool) (found []wrongColumn) {
	if r.SKUID != 0 && r.Quantity == 0 {
		r.Quantity = 1
	}
	if r.SKUID == 0 && r.Quantity != 0 {
		found = append(found, wrongColumn{"quantity", problem{Code: "no_sku", En: "name the SKU too", Zh: "请同时填写规格编号"}})
	}
	if r.SKUID == 0 && !itemsForAll {
		found = append(found, wrongColumn{"sku_id", problem{Code: "required", En: "nothing is ordered for all, so name a SKU", Zh: "没有统一的礼品，请填写规格编号"}})
	}
	same := *r
	same.Row, same.Quantity = 0, 0
	same.Province = strings.TrimSuffix(same.Province, "省")
	if seen[same] {
		found = append(found, wrongColumn{"phone", problem{Code: "repeated", En: "this person stands in the list already, with the same address", Zh: "名单中已有此人及地址"}})
	}
	seen[same] = true
	return found
}

// checkPeople names what is wrong with a list that came with the request.
func checkPeople(p *fault.Problems, people []Recipient, itemsForAll bool) {
	seen := map[Recipient]bool{}
	for i := range people {
		r := &people[i]
		at := fmt.Sprintf("recipients[%d].", i)
		r.Row = i + 1
		if refusal, wrong := fault.As(r.Check()); wrong {
			for _, f := range refusal.Fields {
				p.Add(at+f.Field, f.Code, f.Message)
			}
		}
		if r.Quantity < 0 || r.Quantity > order.MaxQuantity {
			p.Add(at+"quantity", "range", checkQuantity("0").En)
		}
		for _, w := range r.wrong(seen, itemsForAll) {
			p.Add(at+w.column, w.Code, w.En)
		}
	}
}

func (s *Service) seal(people []Recipient) ([]byte, error) {
	plain, err := json.Marshal(people)
	if err != nil {
		return nil, err
	}
	return s.keys.Seal(plain)
}

// recipients opens the list of a bulk order that waits.
func (s *Service) recipients(o Order) (people []Recipient, err error) {
	if len(o.RecipientsCipher) == 0 {
		return nil, nil
	}
	plain, err := s.keys.Open(o.RecipientsCipher)
	if err == nil {
		err = json.Unmarshal(plain, &people)
	}
	return people, err
}

// gift is what a recipient gets, with the address as their order keeps it.
func (s *Service) gift(r Recipient, forAll []order.Item) (order.Gift, error) {
	plain, err := json.Marshal(r.Address)
	if err != nil {
		return order.Gift{}, err
	}
	g := order.Gift{Row: r.Row, Items: forAll, Province: r.Province}
	if r.SKUID != 0 {
		g.Items = []order.Item{{SKUID: r.SKUID, Quantity: r.Quantity}}
	}
	g.AddressCipher, err = s.keys.Seal(plain)
	return g, err
}
