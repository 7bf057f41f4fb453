package cardsale

import (
	"context"
	"encoding/json"
	"strings"

	"zique/internal/aidcard"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/pdf"
	"zique/internal/spreadsheet"
)

// printed is a file that is encrypted already.
type printed struct {
	content []byte
	cards   int64
}

type codeLine struct {
	ID         id.ID     `json:"id"`
	Number     string    `json:"number"`
	Code       string    `json:"code"`
	FaceFen    money.Fen `json:"face_fen"`
	ValidUntil string    `json:"valid_until,omitempty"`
}

// print makes the file of the cards that have the codes of this export, and no others: a
// later one may have been faster.
func (e *Exports) print(ctx context.Context, x Export, from secrets) (printed, error) {
	view := e.db.Read(ctx)
	sale, err := Get(view, x.EnterpriseID, x.BatchID)
	if err != nil {
		return printed{}, err
	}
	var lines []codeLine
	for last := id.ID(0); ; {
		var cards []aidcard.Card
		if err := view.Where("batch_id = ? AND status = ? AND id > ?", x.BatchID, aidcard.Issued, last).Order("id").Limit(codesAtOnce).Find(&cards).Error; err != nil {
			return printed{}, err
		}
		for _, c := range cards {
			last = c.ID
			if code := from.code(c.ID); e.codes.Holds(c, code) {
				lines = append(lines, codeLine{c.ID, c.Number, code, c.FaceFen, sale.ValidUntil})
			}
		}
		if len(cards) < codesAtOnce {
			break
		}
	}
	content, err := e.encrypted(x, sale, lines, from)
	return printed{content, int64(len(lines))}, err
}

func (e *Exports) encrypted(x Export, sale Sale, lines []codeLine, from secrets) ([]byte, error) {
	switch x.Format {
	case XLSX:
		rows := [][]string{{"卡号 Number", "领取码 Code", "面值（元） Face", "有效期至 Valid until", "领取链接 Link"}}
		for _, l := range lines {
			rows = append(rows, []string{l.Number, l.Code, l.FaceFen.Yuan(), l.ValidUntil, from.link(l)})
		}
		return spreadsheet.Protected("cards", rows, from.Password)
	case PDF:
		vouchers := make([]pdf.Voucher, len(lines))
		for i, l := range lines {
			vouchers[i] = pdf.Voucher{Title: "爱心卡 " + l.FaceFen.String(), Link: from.link(l),
				Lines: []string{sale.EnterpriseName, "No. " + l.Number, "领取码", l.Code[:14], l.Code[15:], validity(l)}}
		}
		content, err := pdf.Vouchers(vouchers)
		if err != nil {
			return nil, err
		}
		return zipped(e.rand, "cards.pdf", content, from.Password)
	}
	content, err := json.Marshal(map[string]any{"batch_id": sale.ID, "cards": lines})
	if err != nil {
		return nil, err
	}
	return zipped(e.rand, "cards.json", content, from.Password)
}

func validity(l codeLine) string {
	if l.ValidUntil == "" {
		return "长期有效"
	}
	return "有效期至 " + l.ValidUntil
}

// link opens the page on which the card is claimed. The code is in the fragment, which
// browsers do not send.
func (from secrets) link(l codeLine) string {
	return from.Origin + "/claim#" + strings.ReplaceAll(l.Code, "-", "")
}
