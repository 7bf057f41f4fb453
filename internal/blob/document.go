package blob

import (
	"bytes"
	"regexp"
	"strconv"
)

// pdfSpace is what a PDF takes for white space.
const pdfSpace = "\x00\t\n\f\r "

// What a document must show of its structure, and must not hold of another's.
var (
	pdfHeader = regexp.MustCompile(`^%PDF-[12]\.[0-9]`)
	pdfEnd    = regexp.MustCompile(`startxref[\x00\t\n\f\r ]+([0-9]{1,8})[\x00\t\n\f\r ]+%%EOF$`)
	xrefDict  = regexp.MustCompile(`^[0-9]+[\x00\t\n\f\r ]+[0-9]+[\x00\t\n\f\r ]+obj[\x00\t\n\f\r ]*<<`)
	markup    = regexp.MustCompile(`(?i)<(?:!doctype\s+html|html|script|iframe)\b`)
	zipEnd    = []byte("PK\x05\x06")
)

// Bounds of looking into a document.
const (
	longestEnd  = 100            // bytes from startxref to %%EOF
	longestDict = 64 << 10       // of the dictionary that names the root
	longestZip  = 22 + 1<<16 - 1 // from the end of a zip's directory to the end of the file, with the longest comment
)

// checkPDF wants a document from its first byte to its last, whose cross-reference is
// where its end says, and which is not at the same time a page or a zip to other programs.
// It reads no object, so it costs one pass over the bytes, whatever they say.
func checkPDF(data []byte) error {
	body := bytes.TrimRight(data, pdfSpace)
	end := pdfEnd.FindSubmatch(body[max(0, len(body)-longestEnd):])
	if end == nil {
		return errInvalid.With("file", "unreadable", "the document is damaged, cut off or has something behind its end")
	}
	at, _ := strconv.Atoi(string(end[1])) // 8 digits
	if at >= len(body) || !namesRoot(bytes.TrimLeft(body[at:], pdfSpace)) {
		return errInvalid.With("file", "unreadable", "the document is damaged: its cross-reference is not where it says")
	}
	if markup.Match(body) || bytes.Contains(body[max(0, len(body)-longestZip):], zipEnd) {
		return errInvalid.With("file", "mixed_content", "the document holds a web page or an archive besides")
	}
	return nil
}

// namesRoot tells whether a cross-reference, a table or a stream, begins here and leads to
// the document's root.
func namesRoot(section []byte) bool {
	if table, found := bytes.CutPrefix(section, []byte("xref")); found {
		trailer, found := skipTable(table)
		dict, _, ended := bytes.Cut(trailer[:min(len(trailer), longestDict)], []byte("startxref"))
		return found && ended && bytes.HasPrefix(bytes.TrimLeft(dict, pdfSpace), []byte("<<")) && bytes.Contains(dict, []byte("/Root"))
	}
	dict, _, ended := bytes.Cut(section[:min(len(section), longestDict)], []byte("stream"))
	return ended && xrefDict.Match(dict) && bytes.Contains(dict, []byte("/XRef")) && bytes.Contains(dict, []byte("/Root"))
}

// skipTable reads the numbers of a table, and answers what follows the word trailer.
func skipTable(table []byte) (trailer []byte, found bool) {
	for {
		table = bytes.TrimLeft(table, pdfSpace)
		if after, found := bytes.CutPrefix(table, []byte("trailer")); found {
			return after, true
		}
		word := bytes.IndexAny(table[:min(len(table), 12)], pdfSpace)
		if word < 0 || !isOfTable(table[:word]) {
			return nil, false
		}
		table = table[word:]
	}
}

// isOfTable tells whether a word is a number, or says that an object is there or free.
func isOfTable(word []byte) bool {
	if len(word) == 1 && (word[0] == 'n' || word[0] == 'f') {
		return true
	}
	for _, c := range word {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
