package blob

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"slices"
	"testing"

	"zique/internal/fault"
)

// segment is a part of a JPEG.
func segment(marker byte, data ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(data)+2)), data...)
}

// frame is the beginning of a JPEG, until its pixels: those have three components whose
// first is sampled as often as it says.
func frame(sof byte, w, h int, sampling byte) []byte {
	size := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, uint16(h)), uint16(w))
	components := []byte{3, 1, sampling, 0, 2, 0x11, 0, 3, 0x11, 0}
	return slices.Concat([]byte{0xFF, 0xD8}, segment(0xE0, 'J', 'F', 'I', 'F', 0), segment(sof, append(size, components...)...))
}

// progressive is one grey, progressive JPEG: every coefficient is the only one its table
// of Huffman codes has, which a bit 0 says.
func progressive(w, h int, sampling byte) []byte {
	table := append([]byte{0, 1}, make([]byte, 16)...) // one code of one bit, for 0
	table = append(table[:17], 0)
	scan := segment(0xDA, 3, 1, 0, 2, 0, 3, 0, 0, 0, 0)
	blocks := (w + 16) / 8 * ((h + 16) / 8) * 3
	return slices.Concat(frame(0xC2, w, h, sampling), segment(0xDB, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...),
		segment(0xC4, table...), scan, make([]byte, blocks/8+1), []byte{0xFF, 0xD9})
}

func TestAPictureIsWeighedByTheMemoryThatDecodingItTakes(t *testing.T) {
	encoded := func(m image.Image, encode func(*bytes.Buffer, image.Image) error) []byte {
		var out bytes.Buffer
		if err := encode(&out, m); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	asPNG := func(to *bytes.Buffer, m image.Image) error { return png.Encode(to, m) }
	asGIF := func(to *bytes.Buffer, m image.Image) error { return gif.Encode(to, m, nil) }
	asJPEG := func(to *bytes.Buffer, m image.Image) error { return jpeg.Encode(to, m, nil) }
	all := image.Rect(0, 0, 1600, 1200)
	half := image.NewNRGBA(all)
	half.SetNRGBA(0, 0, color.NRGBA{A: 7})
	deep := image.NewNRGBA64(all)
	deep.SetNRGBA64(0, 0, color.NRGBA64{A: 7})
	for name, data := range map[string][]byte{
		"progressive":             progressive(1600, 1200, 0x11),
		"progressive, subsampled": progressive(1600, 1200, 0x22),
		"baseline":                encoded(half, asJPEG),
		"grey":                    encoded(image.NewGray(all), asJPEG),
		"PNG":                     encoded(half, asPNG),
		"PNG of 16 bits":          encoded(deep, asPNG),
		"PNG with a palette":      encoded(image.NewPaletted(all, palette.Plan9), asPNG),
		"GIF":                     encoded(image.NewPaletted(all, palette.Plan9), asGIF),
	} {
		as, known := formatOf(data)
		size, err := as.measure(bytes.NewReader(data))
		if !known || err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		weight, err := as.weigh(bufio.NewReader(bytes.NewReader(data)), size)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := as.decode(bytes.NewReader(data)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		const besides = 1 << 20 // tables, buffers, the edges of blocks
		if taken := int64(after.TotalAlloc - before.TotalAlloc); taken > weight+besides || weight > 5*taken {
			t.Errorf("%s: decoding took %d bytes, weighed as %d", name, taken, weight)
		}
	}
}

func fieldCode(err error) string {
	if f, ok := fault.As(err); ok && len(f.Fields) > 0 {
		return f.Fields[0].Code
	}
	return ""
}

func TestWhatTakesTooMuchMemoryIsRefusedBeforeItIsDecoded(t *testing.T) {
	deepPNG := func(side uint32, interlaced byte) []byte {
		header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), side), side)
		header = append(header, 16, 6, 0, 0, interlaced)
		return binary.BigEndian.AppendUint32(slices.Concat([]byte("\x89PNG\r\n\x1A\n\x00\x00\x00\x0D"), header), crc32.ChecksumIEEE(header))
	}
	s, err := Open(Config{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"36 MP progressive":            {frame(0xC2, 6000, 6000, 0x11), "too_many_pixels"},
		"36 MP baseline":               {frame(0xC0, 6000, 6000, 0x11), "unreadable"}, // only for want of pixels
		"16 MP progressive":            {frame(0xC2, 4000, 4000, 0x22), "unreadable"},
		"36 MP of 16 bits":             {deepPNG(6000, 0), "too_many_pixels"},
		"25 MP of 16 bits":             {deepPNG(5000, 0), "unreadable"},
		"25 MP of 16 bits, interlaced": {deepPNG(5000, 1), "too_many_pixels"},
	} {
		received, err := s.receive(bytes.NewReader(c.data))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.inspect(t.Context(), received, "a.jpg"); fieldCode(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
