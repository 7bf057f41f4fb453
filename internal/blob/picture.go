package blob

import (
	"bufio"
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"zique/internal/fault"
)

// What a picture may measure on its way in, and what it measures when it is kept.
const (
	maxPixels   = 40_000_000
	maxSide     = 12_000
	keptSide    = 2_000
	thumbSide   = 400
	jpegQuality = 85
)

// format is a kind of picture that is taken in.
type format struct {
	isJPEG  bool // the one that has an orientation
	measure func(io.Reader) (image.Config, error)
	weigh   func(*bufio.Reader, image.Config) (int64, error) // bytes that decoding takes
	decode  func(io.Reader) (image.Image, error)
}

// formatOf tells which kind of picture begins like this.
func formatOf(head []byte) (format, bool) {
	switch begins := string(head); {
	case strings.HasPrefix(begins, "\xFF\xD8\xFF"):
		return format{true, jpeg.DecodeConfig, weighJPEG, jpeg.Decode}, true
	case strings.HasPrefix(begins, "\x89PNG\r\n\x1A\n"):
		return format{false, png.DecodeConfig, weighPNG, png.Decode}, true
	case strings.HasPrefix(begins, "GIF87a"), strings.HasPrefix(begins, "GIF89a"):
		return format{false, gif.DecodeConfig, weighGIF, gif.Decode}, true // the first frame
	case len(begins) >= 12 && begins[:4] == "RIFF" && begins[8:12] == "WEBP":
		return format{false, webp.DecodeConfig, weighWebP, webp.Decode}, true
	}
	return format{}, false
}

// unreadable is what a file deserves that begins like an image and is none.
func unreadable() *fault.Fault {
	return errInvalid.With("file", "unreadable", "the image is damaged, cut off or not an image at all")
}

// measure reads how large a picture is before any of its pixels are; it answers how many
// bytes it takes to decode it.
func measure(received string, as format) (weight int64, err error) {
	f, err := os.Open(received)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	size, err := as.measure(bufio.NewReader(f))
	if err != nil || size.Width < 1 || size.Height < 1 {
		return 0, unreadable()
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	weight, err = as.weigh(bufio.NewReader(f), size)
	if err != nil {
		return 0, unreadable()
	}
	if size.Width > maxSide || size.Height > maxSide || pixelsOf(size) > maxPixels || weight > maxMemory {
		return 0, errInvalid.With("file", "too_many_pixels", "at most 40 megapixels and 12,000 pixels a side; fewer if it is progressive or has 16 bits a colour")
	}
	return weight, nil
}

// picture decodes an image and encodes it anew, upright and no larger than is of use.
func picture(data []byte, as format) (content, error) {
	decoded, err := as.decode(bytes.NewReader(data))
	if err != nil || decoded.Bounds().Empty() {
		return content{}, unreadable()
	}
	full := shrunk(decoded, keptSide)
	if as.isJPEG {
		full = turned(full, orientation(data))
	}
	c := content{kind: Image, mediaType: typeJPEG, extension: ".jpg", width: full.Rect.Dx(), height: full.Rect.Dy()}
	encode := encodeJPEG
	if !full.Opaque() {
		c.mediaType, c.extension, encode = typePNG, ".png", png.Encode
	}
	var whole, small bytes.Buffer
	if err := encode(&whole, full); err != nil {
		return content{}, err
	}
	if err := encode(&small, shrunk(full, thumbSide)); err != nil {
		return content{}, err
	}
	c.full, c.thumb = whole.Bytes(), small.Bytes()
	return c, nil
}

func encodeJPEG(w io.Writer, m image.Image) error {
	return jpeg.Encode(w, m, &jpeg.Options{Quality: jpegQuality})
}

// shrunk is a copy with no side longer than longest. Whole blocks are averaged first, so
// that less than half is left to the scaler, which takes no memory of its own.
func shrunk(src image.Image, longest int) *image.RGBA {
	if block := longer(src) / longest; block > 1 {
		src = averaged(src, block)
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	if side := longer(src); side > longest {
		dst := image.NewRGBA(image.Rect(0, 0, max(1, w*longest/side), max(1, h*longest/side)))
		draw.ApproxBiLinear.Scale(dst, dst.Rect, src, src.Bounds(), draw.Src, nil)
		return dst
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Rect, src, src.Bounds().Min, draw.Src)
	return dst
}

func longer(m image.Image) int { return max(m.Bounds().Dx(), m.Bounds().Dy()) }

// averaged makes one pixel of each block × block pixels, or of what is left of them
// at the edges.
func averaged(src image.Image, block int) *image.RGBA {
	at := colours(src)
	b := src.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, (b.Dx()+block-1)/block, (b.Dy()+block-1)/block))
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			from := image.Rect(0, 0, block, block).Add(b.Min).Add(image.Pt(x*block, y*block)).Intersect(b)
			dst.SetRGBA(x, y, average(at, from))
		}
	}
	return dst
}

// colours reads pixels without allocating, which all decoders' images allow.
func colours(src image.Image) func(x, y int) color.RGBA64 {
	if quick, ok := src.(image.RGBA64Image); ok {
		return quick.RGBA64At
	}
	return func(x, y int) color.RGBA64 {
		r, g, b, a := src.At(x, y).RGBA()
		return color.RGBA64{R: uint16(r), G: uint16(g), B: uint16(b), A: uint16(a)}
	}
}

func average(at func(x, y int) color.RGBA64, from image.Rectangle) color.RGBA {
	var r, g, b, a uint64
	for y := from.Min.Y; y < from.Max.Y; y++ {
		for x := from.Min.X; x < from.Max.X; x++ {
			c := at(x, y)
			r, g, b, a = r+uint64(c.R), g+uint64(c.G), b+uint64(c.B), a+uint64(c.A)
		}
	}
	n := uint64(from.Dx()*from.Dy()) * 257 // 16 bits to 8
	return color.RGBA{R: uint8(r / n), G: uint8(g / n), B: uint8(b / n), A: uint8(a / n)}
}
