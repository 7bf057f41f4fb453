package spreadsheet

import (
	"encoding/csv"
	"io"
)

// Stream writes a CSV file of any length, row by row, so that a spreadsheet program reads
// it as UTF-8 and evaluates nothing in it.
type Stream struct{ out *csv.Writer }

// NewStream begins a file.
func NewStream(to io.Writer) Stream {
	_, _ = to.Write(bom) // whoever is gone by now fails the first Flush
	return Stream{csv.NewWriter(to)}
}

// Row adds a row; an error shows at the next Flush.
func (s Stream) Row(cells ...string) {
	safe := make([]string, len(cells))
	for i, c := range cells {
		safe[i] = Neutralise(c)
	}
	_ = s.out.Write(safe)
}

// Flush sends what was added, and answers the first error since the beginning.
func (s Stream) Flush() error {
	s.out.Flush()
	return s.out.Error()
}
