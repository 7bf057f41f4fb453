package pdf

import (
	"bytes"
	"fmt"

	"github.com/signintech/gopdf"
	"github.com/skip2/go-qrcode"
)

// Voucher is a printed card: some lines of text beside a QR code of a link.
type Voucher struct {
	Title string
	Lines []string
	Link  string
}

// Ten vouchers stand on a page of A4, two beside each other.
const (
	across, down  = 2, 5
	perPage       = across * down
	voucherWidth  = (595.0 - 2*margin) / across
	voucherHeight = (pageHeight - 2*margin) / down
	qrSize        = 84.0
	qrPixels      = 256
	cutMark       = 8.0
	inset         = 12.0
)

// Vouchers prints cards to be cut apart along marks in the margins.
func Vouchers(cards []Voucher) ([]byte, error) {
	p := &printer{}
	p.doc.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	instead := gopdf.TtfOption{OnGlyphNotFoundSubstitute: func(rune) rune { return missing }}
	if err := p.doc.AddTTFFontByReaderWithOption(family, bytes.NewReader(font), instead); err != nil {
		return nil, err
	}
	for i, card := range cards {
		at := i % perPage
		if at == 0 {
			p.doc.AddPage()
			p.cutMarks()
		}
		if err := p.voucher(card, margin+float64(at%across)*voucherWidth, margin+float64(at/across)*voucherHeight); err != nil {
			return nil, fmt.Errorf("voucher %d: %w", i+1, err)
		}
	}
	var out bytes.Buffer
	_, err := p.doc.WriteTo(&out)
	return out.Bytes(), err
}

func (p *printer) cutMarks() {
	p.doc.SetLineWidth(0.4)
	for i := range across + 1 {
		x := margin + float64(i)*voucherWidth
		p.doc.Line(x, margin-cutMark-2, x, margin-2)
		p.doc.Line(x, pageHeight-margin+2, x, pageHeight-margin+cutMark+2)
	}
	for i := range down + 1 {
		y := margin + float64(i)*voucherHeight
		p.doc.Line(margin-cutMark-2, y, margin-2, y)
		p.doc.Line(margin+Width+2, y, margin+Width+cutMark+2, y)
	}
}

func (p *printer) voucher(card Voucher, x, y float64) error {
	code, err := qrcode.Encode(card.Link, qrcode.Medium, qrPixels)
	if err != nil {
		return err
	}
	picture, err := gopdf.ImageHolderByBytes(code)
	if err != nil {
		return err
	}
	if err := p.doc.ImageByHolder(picture, x+inset, y+inset, &gopdf.Rect{W: qrSize, H: qrSize}); err != nil {
		return err
	}
	if err := p.doc.SetFont(family, "", 11); err != nil {
		return err
	}
	p.y = y + inset + 2
	if err := p.cell(x+2*inset+qrSize, voucherWidth-3*inset-qrSize, card.Title, gopdf.Left); err != nil {
		return err
	}
	p.y += 1.4 * lineHeight
	if err := p.doc.SetFont(family, "", textSize); err != nil {
		return err
	}
	for _, line := range card.Lines {
		if err := p.cell(x+2*inset+qrSize, voucherWidth-3*inset-qrSize, line, gopdf.Left); err != nil {
			return err
		}
		p.y += lineHeight
	}
	return nil
}
