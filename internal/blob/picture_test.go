package blob

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"zique/internal/fault"
)

// exif is a segment that says how a picture is turned, and where it was taken.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	tiff := []byte("II*\x00")
	if order.String() == "BigEndian" {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	tiff = order.AppendUint16(order.AppendUint16(tiff, 0x010F), 2) // the camera's maker
	tiff = append(order.AppendUint32(tiff, 4), "GPS!"...)
	tiff = order.AppendUint16(order.AppendUint16(tiff, 0x0112), 3)
	tiff = order.AppendUint16(order.AppendUint32(tiff, 1), orientation)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(segment)+2)), segment...)
}

// photo is a JPEG of 64 × 32 pixels with one red corner, the top left one, and EXIF data.
func photo(t testing.TB, segment []byte) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 64, 32))
	for y := range 32 {
		for x := range 64 {
			m.SetRGBA(x, y, color.RGBA{B: 255, A: 255})
			if x < 16 && y < 16 {
				m.SetRGBA(x, y, color.RGBA{R: 255, A: 255})
			}
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		t.Fatal(err)
	}
	return append(append([]byte{0xFF, 0xD8}, segment...), out.Bytes()[2:]...)
}

func TestAPhonesPictureIsKeptUprightAndWithoutItsPlace(t *testing.T) {
	topLeft, topRight, bottomRight, bottomLeft := image.Pt(0, 0), image.Pt(1, 0), image.Pt(1, 1), image.Pt(0, 1)
	for orientation, corner := range map[uint16]image.Point{
		1: topLeft, 2: topRight, 3: bottomRight, 4: bottomLeft, 5: topLeft, 6: topRight, 7: bottomRight, 8: bottomLeft,
		0: topLeft, 9: topLeft, // not in the standard: as it is
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			data := photo(t, exif(order, orientation))
			as, _ := formatOf(data)
			c, err := picture(data, as)
			if err != nil {
				t.Fatal(err)
			}
			kept, err := jpeg.Decode(bytes.NewReader(c.full))
			if err != nil {
				t.Fatal(err)
			}
			size := image.Pt(64, 32)
			if orientation >= 5 && orientation <= 8 {
				size = image.Pt(32, 64)
			}
			if kept.Bounds().Size() != size || c.width != size.X || c.height != size.Y {
				t.Errorf("orientation %d: %v, said %d × %d", orientation, kept.Bounds(), c.width, c.height)
			}
			at := image.Pt(4+corner.X*(size.X-9), 4+corner.Y*(size.Y-9))
			if r, _, b, _ := kept.At(at.X, at.Y).RGBA(); r < 0xC000 || b > 0x4000 {
				t.Errorf("orientation %d: no red at %v", orientation, at)
			}
			if bytes.Contains(c.full, []byte("GPS!")) || bytes.Contains(c.full, []byte("Exif")) || bytes.Contains(c.thumb, []byte("Exif")) {
				t.Errorf("orientation %d: metadata survived", orientation)
			}
		}
	}
}

func TestAveragingKeepsColoursAndEdges(t *testing.T) {
	m := image.NewNRGBA(image.Rect(3, 5, 10, 8)) // 7 × 3, not at the origin
	for y := 5; y < 8; y++ {
		for x := 3; x < 10; x++ {
			m.SetNRGBA(x, y, color.NRGBA{R: 200, G: 100, B: 50, A: 255})
		}
	}
	got := averaged(m, 2)
	if got.Rect != image.Rect(0, 0, 4, 2) {
		t.Fatalf("size %v", got.Rect)
	}
	for y := range 2 {
		for x := range 4 {
			if c := got.RGBAAt(x, y); c != (color.RGBA{R: 200, G: 100, B: 50, A: 255}) {
				t.Errorf("at %d, %d: %v", x, y, c)
			}
		}
	}
}

func TestWhileOthersAreDecodedAPictureWaits(t *testing.T) {
	s, err := Open(Config{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	received, err := s.receive(bytes.NewReader(photo(t, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if !s.budget.TryAcquire(maxMemory - leastWeight + 1) {
		t.Fatal("the budget is not free")
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := s.inspect(gone, received, "a.jpg"); !fault.IsKind(err, fault.Unavailable) {
		t.Errorf("without room: %v", err)
	}
	s.budget.Release(1)
	for range 3 { // what one took, it gives back
		if c, err := s.inspect(t.Context(), received, "a.jpg"); err != nil || c.kind != Image {
			t.Errorf("with room: %v", err)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add(photo(f, exif(binary.LittleEndian, 6)))
	f.Add(photo(f, exif(binary.BigEndian, 3)))
	f.Add([]byte("\xFF\xD8\xFF\xFF\xE1\x00\x08Exif\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got := orientation(data); got < 1 || got > 8 {
			t.Errorf("orientation %d", got)
		}
	})
}

func FuzzCleanName(f *testing.F) {
	for _, name := range []string{"../../x", `..\..\x`, "", ".", "a\x00b\n.png", "photo\u202Egnp.exe", "\xFF", "营业执照.pdf"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if checkName(name) != nil {
			return
		}
		got := cleanName(name, ".jpg")
		if n := len([]rune(got)); n > maxName || n <= len(".jpg") || bytes.ContainsAny([]byte(got), "/\\\x00\r\n\u202E") {
			t.Errorf("%q became %q", name, got)
		}
	})
}

func TestANameIsANameAlone(t *testing.T) {
	for _, given := range []string{"../../x.png", `..\x`, `C:\a\合同.PDF`, "/etc/x", "a/b", ".", "..", "a\x00.png", "a\n.png", "a\x7F", "a\u0085",
		"a\u202Efdp.exe", "a\u200B.pdf", "\u2066a", "a\uFEFF", "a\u2028", "a\u3164.pdf", "a\u00AD", "\uE000", "\xFF"} {
		if err := checkName(given); !errors.Is(err, errInvalid) {
			t.Errorf("%q is taken: %v", given, err)
		}
	}
	for given, want := range map[string]string{
		"合同.PDF": "合同.pdf", "a.html": "a.html.pdf", " .hidden ": "hidden.pdf", "报告 v1.2": "报告 v1.2.pdf", "照片\u3000一.jpg": "照片\u3000一.pdf", "é.png": "é.pdf",
	} {
		if err := checkName(given); err != nil {
			t.Errorf("%q: %v", given, err)
		}
		if got := cleanName(given, ".pdf"); got != want {
			t.Errorf("%q became %q, want %q", given, got, want)
		}
	}
}
