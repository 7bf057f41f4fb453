// Package pdf prints a table with Chinese text on A4 pages. The font is Noto Sans SC cut
// to the characters of GB 2312 and ASCII (its licence, OFL, stands beside it); any other
// character is printed as 〓.
package pdf

import (
	"bytes"
	_ "embed"
	"fmt"

	"github.com/signintech/gopdf"
	"github.com/skip2/go-qrcode"
)

//go:embed font/NotoSansSC-subset.ttf
var font []byte

// Column is one of a table. Width is in points; a table's columns sum to at most Width.
type Column struct {
	Title string
	Width float64
	Right bool // amounts
}

// Table is a document: a title, lines of text and the rows below their columns' titles,
// which every page repeats. What is wider than its column is cut.
type Table struct {
	Title   string
	Lines   []string
	QR      string // a link, as a QR code beside title and lines; "": none
	Columns []Column
	Rows    [][]string
}

// Points of a page of A4, upright.
const (
	margin     = 40.0
	pageHeight = 842.0
	Width      = 595.0 - 2*margin
	lineHeight = 16.0
	gap        = 4.0 // between columns
	textSize   = 8
	titleSize  = 15
	family     = "noto"
	tableQR    = 84.0
	missing    = '〓'
)

type printer struct {
	doc   gopdf.GoPdf
	table Table
	pages int
	y     float64
}

// Render makes the document.
func (t Table) Render() ([]byte, error) {
	p := &printer{table: t}
	p.doc.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	instead := gopdf.TtfOption{OnGlyphNotFoundSubstitute: func(rune) rune { return missing }}
	if err := p.doc.AddTTFFontByReaderWithOption(family, bytes.NewReader(font), instead); err != nil {
		return nil, err
	}
	if err := p.print(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err := p.doc.WriteTo(&out)
	return out.Bytes(), err
}

func (p *printer) print() error {
	if err := p.page(); err != nil {
		return err
	}
	if err := p.link(); err != nil {
		return err
	}
	if err := p.text(p.table.Title, titleSize, 1.6*lineHeight); err != nil {
		return err
	}
	for _, line := range p.table.Lines {
		if err := p.text(line, textSize, lineHeight); err != nil {
			return err
		}
	}
	if err := p.titles(); err != nil {
		return err
	}
	for _, row := range p.table.Rows {
		if p.y > pageHeight-margin-2*lineHeight {
			if err := p.page(); err != nil {
				return err
			}
			if err := p.titles(); err != nil {
				return err
			}
		}
		if err := p.row(row); err != nil {
			return err
		}
	}
	return nil
}

// link prints the QR code at the right of the head.
func (p *printer) link() error {
	if p.table.QR == "" {
		return nil
	}
	code, err := qrcode.Encode(p.table.QR, qrcode.Medium, 256)
	if err != nil {
		return err
	}
	picture, err := gopdf.ImageHolderByBytes(code)
	if err != nil {
		return err
	}
	return p.doc.ImageByHolder(picture, margin+Width-tableQR, margin, &gopdf.Rect{W: tableQR, H: tableQR})
}

// page begins the next page, with its number at the foot.
func (p *printer) page() error {
	p.doc.AddPage()
	p.pages++
	p.y = pageHeight - margin
	if err := p.text(fmt.Sprint("— ", p.pages, " —"), textSize, 0); err != nil {
		return err
	}
	p.y = margin
	return nil
}

func (p *printer) text(text string, size int, down float64) error {
	if err := p.doc.SetFont(family, "", size); err != nil {
		return err
	}
	width := Width
	if p.table.QR != "" && p.y < margin+tableQR {
		width -= tableQR + gap
	}
	if err := p.cell(margin, width, text, gopdf.Left); err != nil {
		return err
	}
	p.y += down
	return nil
}

func (p *printer) titles() error {
	var titles []string
	for _, c := range p.table.Columns {
		titles = append(titles, c.Title)
	}
	if err := p.doc.SetFont(family, "", textSize); err != nil {
		return err
	}
	if err := p.row(titles); err != nil {
		return err
	}
	p.doc.Line(margin, p.y-3, margin+Width, p.y-3)
	return nil
}

func (p *printer) row(cells []string) error {
	x := margin
	for i, c := range p.table.Columns {
		align := gopdf.Left
		if c.Right {
			align = gopdf.Right
		}
		if i < len(cells) && cells[i] != "" {
			if err := p.cell(x, c.Width-gap, cells[i], align); err != nil {
				return err
			}
		}
		x += c.Width
	}
	p.y += lineHeight
	return nil
}

func (p *printer) cell(x, width float64, text string, align int) error {
	text, err := p.cut(text, width)
	if err != nil {
		return err
	}
	p.doc.SetXY(x, p.y)
	return p.doc.CellWithOption(&gopdf.Rect{W: width, H: lineHeight}, text, gopdf.CellOption{Align: align | gopdf.Top})
}

// cut shortens a text until it fits.
func (p *printer) cut(text string, width float64) (string, error) {
	for letters := []rune(text); ; letters = letters[:len(letters)-1] {
		shown := string(letters)
		if len(shown) < len(text) {
			shown += "…"
		}
		wide, err := p.doc.MeasureTextWidth(shown)
		if err != nil || wide <= width || len(letters) == 0 {
			return shown, err
		}
	}
}
