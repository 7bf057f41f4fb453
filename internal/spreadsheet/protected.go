package spreadsheet

import (
	"bytes"

	"github.com/xuri/excelize/v2"
)

// Protected is an XLSX of rows, encrypted under a password as Excel does it (ECMA-376 agile).
func Protected(sheet string, rows [][]string, password string) ([]byte, error) {
	w, err := newWriter(XLSX, sheet)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		if err := w.row(i+1, row); err != nil {
			return nil, err
		}
	}
	plain, err := w.close()
	if err != nil {
		return nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(plain))
	if err != nil {
		return nil, err
	}
	defer book.Close()
	var out bytes.Buffer
	err = book.Write(&out, excelize.Options{Password: password})
	return out.Bytes(), err
}
