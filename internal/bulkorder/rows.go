package bulkorder

import (
	"encoding/json"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/pii"
	"zique/internal/spreadsheet"
)

// Row is a recipient and how far their order is. Name and phone are masked.
type Row struct {
	Row      int
	Name     string
	Phone    string
	Province string
	City     string
	Order    *order.Order // nil: not placed
}

func rowOf(number int, a identity.Address, o *order.Order) Row {
	return Row{number, pii.MaskName(a.Name), pii.MaskPhone(a.Phone), a.Province, a.City, o}
}

// Rows answers a page of the recipients of a bulk order, after a row.
func (s *Service) Rows(db *gorm.DB, o Order, after int64, limit int) ([]Row, error) {
	rows := []Row{}
	if o.PlacedAt == nil {
		people, err := s.recipients(o)
		for _, p := range people {
			if int64(p.Row) > after && len(rows) < limit {
				rows = append(rows, rowOf(p.Row, p.Address, nil))
			}
		}
		return rows, err
	}
	orders, err := order.OfBulk(db, o.ID, after, limit)
	if err != nil {
		return nil, err
	}
	for i := range orders {
		var a identity.Address
		plain, err := s.keys.Open(orders[i].AddressCipher)
		if err == nil {
			err = json.Unmarshal(plain, &a)
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, rowOf(orders[i].BulkRow, a, &orders[i]))
	}
	return rows, nil
}

const sheetPage = 500

// Sheet answers all rows as a file, with the numbers of their parcels.
func (s *Service) Sheet(db *gorm.DB, o Order, format spreadsheet.Format) ([]byte, error) {
	lines := [][]string{{"行 Row", "收货人 Name", "手机号 Phone", "省份 Province", "城市 City", "订单号 Order", "状态 Status", "金额（元） Amount", "物流 Carrier", "运单号 Tracking no"}}
	for after := int64(0); ; {
		rows, err := s.Rows(db, o, after, sheetPage)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			lines = append(lines, r.cells())
			after = int64(r.Row)
		}
		if len(rows) < sheetPage {
			return spreadsheet.Rows(format, "礼品发货", lines)
		}
	}
}

func (r Row) cells() []string {
	cells := []string{strconv.Itoa(r.Row), r.Name, r.Phone, r.Province, r.City}
	if r.Order == nil {
		return append(cells, "", "", money.Fen(0).Yuan(), "", "")
	}
	var carriers, numbers []string
	for _, sub := range r.Order.SubOrders {
		for _, p := range sub.Shipments {
			carriers, numbers = append(carriers, p.Carrier), append(numbers, p.TrackingNo)
		}
	}
	return append(cells, r.Order.ID.String(), r.Order.Status, r.Order.TotalFen.Yuan(), strings.Join(carriers, " "), strings.Join(numbers, " "))
}
