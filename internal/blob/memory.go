package blob

import (
	"bufio"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"
)

// maxMemory is how many bytes the decoded forms of all pictures in hand may take
// together, and so what a single one may take at most: as much as the decoder makes of
// a JPEG of the most pixels whose colours are as fine as its light.
const maxMemory = 7 * maxPixels

// leastWeight makes files of few pixels take some of that too: four at once.
const leastWeight = maxMemory / 4

var errHeader = errors.New("blob: no such header")

// weighJPEG is the size of what the decoder makes of a JPEG: a byte for each sample; in
// a progressive one four more, for the coefficients that wait for the last scan; and
// another picture of four bytes a pixel where the colours are not the usual ones, which
// the frame does not tell.
func weighJPEG(from *bufio.Reader, size image.Config) (int64, error) {
	frame, progressive, err := jpegFrame(from)
	if err != nil || len(frame) < 6 || len(frame) < 6+3*int(frame[5]) {
		return 0, errHeader
	}
	pixels, components := pixelsOf(size), frame[6:6+3*int(frame[5])]
	var samples, most int64
	for c := components; len(c) > 0; c = c[3:] {
		n := int64(c[1]>>4) * int64(c[1]&15)
		samples, most = samples+n, max(most, n)
	}
	if most == 0 {
		return 0, errHeader
	}
	weight := pixels * samples / most
	if progressive {
		weight *= 5
	}
	if len(components) > 3 {
		weight += 4 * pixels
	}
	return weight, nil
}

// jpegFrame finds the segment that describes the frame (SOF).
func jpegFrame(from *bufio.Reader) (frame []byte, progressive bool, err error) {
	if _, err := from.Discard(2); err != nil {
		return nil, false, err
	}
	for {
		var marker byte
		for marker == 0 || marker == 0xFF { // fill bytes
			if marker, err = from.ReadByte(); err != nil {
				return nil, false, err
			}
		}
		var head [2]byte
		if _, err := io.ReadFull(from, head[:]); err != nil {
			return nil, false, err
		}
		length := int(binary.BigEndian.Uint16(head[:])) - 2
		switch {
		case length < 0 || marker == 0xDA: // the pixels begin
			return nil, false, errHeader
		case marker >= 0xC0 && marker <= 0xC2: // the frames that the decoder knows
			frame = make([]byte, length)
			_, err = io.ReadFull(from, frame)
			return frame, marker == 0xC2, err
		}
		if _, err := from.Discard(length); err != nil {
			return nil, false, err
		}
	}
}

// weighPNG goes by the samples of the header: 16 bits take twice the room, and an
// interlaced picture is made twice, the second time pass by pass.
func weighPNG(from *bufio.Reader, size image.Config) (int64, error) {
	const depthAt, interlacedAt = 24, 28
	head, err := from.Peek(interlacedAt + 1)
	if err != nil {
		return 0, err
	}
	weight := 4 * pixelsOf(size)
	if _, indexed := size.ColorModel.(color.Palette); indexed {
		weight = pixelsOf(size)
	} else if head[depthAt] == 16 {
		weight *= 2
	}
	if head[interlacedAt] != 0 {
		weight *= 2
	}
	return weight, nil
}

func weighGIF(_ *bufio.Reader, size image.Config) (int64, error) { return pixelsOf(size), nil }

// weighWebP: without loss, or with transparency, each pixel takes its four bytes in
// every step of decoding.
func weighWebP(_ *bufio.Reader, size image.Config) (int64, error) {
	if size.ColorModel == color.YCbCrModel {
		return 2 * pixelsOf(size), nil
	}
	return 12 * pixelsOf(size), nil
}

func pixelsOf(size image.Config) int64 { return int64(size.Width) * int64(size.Height) }
