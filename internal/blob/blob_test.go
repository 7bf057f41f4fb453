package blob_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zique/internal/blob"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

const (
	owner    = id.ID(11)
	stranger = id.ID(12)
	org      = id.ID(21)
)

// folder is a store over a folder of the test's own.
type folder struct {
	*blob.Store
	path string
	db   *storage.DB
}

func each(t *testing.T, perOwner int64, test func(t *testing.T, s folder)) {
	t.Helper()
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		path := t.TempDir()
		s, err := blob.Open(blob.Config{Folder: path, PerOwner: perOwner})
		if err != nil {
			t.Fatal(err)
		}
		test(t, folder{s, path, db})
	})
}

func (s folder) put(t *testing.T, name string, data []byte) blob.File {
	t.Helper()
	f, err := s.Put(t.Context(), s.db, owner, name, bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f
}

func (s folder) bytesOf(t *testing.T, f blob.File, thumb bool) []byte {
	t.Helper()
	opened, err := s.Open(f, thumb)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	data, err := io.ReadAll(opened)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// onDisk lists all files of the folder.
func (s folder) onDisk(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(s.path + "/*/*")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func field(i int) string { return fmt.Sprintf("files[%d]", i) }

// fields are the wrong fields of a fault, as field:code.
func fields(err error) string {
	f, ok := fault.As(err)
	if !ok {
		return fmt.Sprint(err)
	}
	all := []string{f.Code}
	for _, wrong := range f.Fields {
		all = append(all, wrong.Field+":"+wrong.Code)
	}
	return strings.Join(all, " ")
}

func sheet(t *testing.T, entries ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range entries {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// commented is a zip with a comment at its end.
func commented(zipped []byte, comment string) []byte {
	zipped = append(zipped, comment...)
	binary.LittleEndian.PutUint16(zipped[len(zipped)-len(comment)-2:], uint16(len(comment)))
	return zipped
}

// halves is red on the left and blue on the right.
func halves(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{R: 255, A: 255})
			if x >= w/2 {
				m.SetRGBA(x, y, color.RGBA{B: 255, A: 255})
			}
		}
	}
	return m
}

func encoded(t *testing.T, encode func(io.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := encode(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asJPEG(t *testing.T, m image.Image) []byte {
	t.Helper()
	return encoded(t, func(w io.Writer) error { return jpeg.Encode(w, m, nil) })
}

func asPNG(t *testing.T, m image.Image) []byte {
	t.Helper()
	return encoded(t, func(w io.Writer) error { return (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(w, m) })
}

// WebP of one pixel; nothing here can encode it.
const (
	lossyWebP = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
	alphaWebP = "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA=="
)

func webp(t *testing.T, encoded string) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestWhatAFileIsItsContentSays(t *testing.T) {
	solid := halves(60, 40)
	clear := image.NewNRGBA(image.Rect(0, 0, 60, 40))
	animated := encoded(t, func(w io.Writer) error {
		frame := image.NewPaletted(image.Rect(0, 0, 60, 40), color.Palette{color.White, color.Black})
		return gif.EncodeAll(w, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{1, 1}})
	})
	workbook := sheet(t, "[Content_Types].xml", "xl/workbook.xml")
	pdf := paper("")
	each(t, 0, func(t *testing.T, s folder) {
		for _, c := range []struct {
			name           string
			data           []byte
			kind, media    string
			kept           string
			width, height  int
			keptUnchanged  bool
			hasAThumbnail  bool
			thumbW, thumbH int
		}{
			{"照片.PNG", asJPEG(t, solid), blob.Image, "image/jpeg", "照片.jpg", 60, 40, false, true, 60, 40},
			{"solid.png", asPNG(t, solid), blob.Image, "image/jpeg", "solid.jpg", 60, 40, false, true, 60, 40},
			{"clear.png", asPNG(t, clear), blob.Image, "image/png", "clear.png", 60, 40, false, true, 60, 40},
			{"wide.jpg", asJPEG(t, halves(4100, 205)), blob.Image, "image/jpeg", "wide.jpg", 2000, 100, false, true, 400, 20},
			{"line.png", asPNG(t, halves(9000, 1)), blob.Image, "image/jpeg", "line.jpg", 2000, 1, false, true, 400, 1},
			{"a.gif", animated, blob.Image, "image/jpeg", "a.jpg", 60, 40, false, true, 60, 40},
			{"a.webp", webp(t, lossyWebP), blob.Image, "image/jpeg", "a.jpg", 1, 1, false, true, 1, 1},
			{"b.webp", webp(t, alphaWebP), blob.Image, "image/png", "b.png", 1, 1, false, true, 1, 1},
			{"营业执照.pdf", pdf, blob.Document, "application/pdf", "营业执照.pdf", 0, 0, true, false, 0, 0},
			{"villages.xlsx", workbook, blob.Sheet, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "villages.xlsx", 0, 0, true, false, 0, 0},
			{"名单.CSV", []byte("\xEF\xBB\xBF村,镇\r\n"), blob.Sheet, "text/csv", "名单.csv", 0, 0, true, false, 0, 0},
			{"gbk.csv", []byte("\xB4\xE5,\xD5\xF2\r\n"), blob.Sheet, "text/csv", "gbk.csv", 0, 0, true, false, 0, 0},
		} {
			f := s.put(t, c.name, c.data)
			if f.Kind != c.kind || f.MediaType != c.media || f.Name != c.kept || f.Width != c.width || f.Height != c.height || f.Public || f.OrgID != 0 {
				t.Errorf("%s: kept as %+v", c.name, f)
			}
			got := s.bytesOf(t, f, false)
			if int64(len(got)) != f.Bytes || bytes.Equal(got, c.data) != c.keptUnchanged {
				t.Errorf("%s: %d bytes of %d, unchanged %v", c.name, len(got), f.Bytes, bytes.Equal(got, c.data))
			}
			if c.hasAThumbnail {
				thumb, _, err := image.DecodeConfig(bytes.NewReader(s.bytesOf(t, f, true)))
				if err != nil || thumb.Width != c.thumbW || thumb.Height != c.thumbH {
					t.Errorf("%s: thumbnail %+v %v", c.name, thumb, err)
				}
			} else if _, err := s.Open(f, true); !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("%s: thumbnail: %v", c.name, err)
			}
			read, err := blob.Get(s.db.Read(t.Context()), f.ID)
			if err != nil || read != f {
				t.Errorf("%s: put %+v, read %+v %v", c.name, f, read, err)
			}
		}
		if left, _ := filepath.Glob(s.path + "/incoming/*"); len(left) != 0 {
			t.Errorf("left over: %q", left)
		}
	})
}

// paper is a small document with something in its middle.
func paper(inside string) []byte {
	head := "%PDF-1.7\n" + inside + "\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
	return fmt.Appendf(nil, "%sxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF", head, len(head))
}

func TestARefusedFileLeavesNothing(t *testing.T) {
	photo := asJPEG(t, halves(60, 40))
	each(t, 0, func(t *testing.T, s folder) {
		for _, c := range []struct {
			name string
			data []byte
			want string
		}{
			{"empty.png", nil, "invalid_file file:empty"},
			{"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "file_type_not_supported file:file_type_not_supported"},
			{"svg.csv", []byte("\xEF\xBB\xBF \n<svg/>"), "file_type_not_supported file:file_type_not_supported"},
			{"page.png", []byte("<html><script>1</script>"), "file_type_not_supported file:file_type_not_supported"},
			{"notes.txt", []byte("a,b"), "file_type_not_supported file:file_type_not_supported"},
			{"nul.csv", []byte("a\x00b"), "file_type_not_supported file:file_type_not_supported"},
			{"paper.csv", []byte("a,b\n%PDF-1.7\n%%EOF"), "file_type_not_supported file:file_type_not_supported"},
			{"gif.csv", []byte("GIF89a=1,村\n"), "invalid_file file:unreadable"},
			{"gif2.csv", []byte(" GIF89a=1,村\n"), "file_type_not_supported file:file_type_not_supported"},
			{"zip.csv", sheet(t, "a.html"), "file_type_not_supported file:file_type_not_supported"},
			{"page.csv", []byte("<!DOCTYPE html>\n1,2"), "file_type_not_supported file:file_type_not_supported"},
			{"program.csv", []byte("\x7fELF,1"), "file_type_not_supported file:file_type_not_supported"},
			{"dos.csv", []byte("MZ\x90\x00"), "file_type_not_supported file:file_type_not_supported"},
			{"neither.csv", []byte("a,\xFF\xFF"), "invalid_file file:encoding"},
			{"late.pdf", []byte("x%PDF-1.7\n%%EOF"), "file_type_not_supported file:file_type_not_supported"},
			{"cut.pdf", paper("")[:80], "invalid_file file:unreadable"},
			{"behind.pdf", append(paper(""), "<b>"...), "invalid_file file:unreadable"},
			{"page.pdf", paper("<ScRipt>alert(1)</script>"), "invalid_file file:mixed_content"},
			{"jar.pdf", paper(string(sheet(t, "META-INF/MANIFEST.MF"))), "invalid_file file:mixed_content"},
			{"../a.pdf", paper(""), "invalid_file file:invalid_name"},
			{"a.docx", sheet(t, "[Content_Types].xml", "word/document.xml"), "file_type_not_supported file:file_type_not_supported"},
			{"macros.xlsx", sheet(t, "[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "file_type_not_supported file:file_type_not_supported"},
			{"behind.xlsx", append(sheet(t, "[Content_Types].xml", "xl/workbook.xml"), "<html>"...), "file_type_not_supported file:file_type_not_supported"},
			{"comment.xlsx", commented(sheet(t, "[Content_Types].xml", "xl/workbook.xml"), "<html>"), "file_type_not_supported file:file_type_not_supported"},
			{"before.xlsx", append([]byte("PK\x03\x04<html><script>1</script>............"), sheet(t, "[Content_Types].xml", "xl/workbook.xml")...), "file_type_not_supported file:file_type_not_supported"},
			{"cut.xlsx", sheet(t, "[Content_Types].xml", "xl/workbook.xml")[:60], "invalid_file file:unreadable"},
			{"parts.xlsx", append([]byte("PK\x03\x04"), bytes.Repeat([]byte("PK\x01\x02"), 10_001)...), "invalid_file file:too_many_parts"},
			{"cut.jpg", photo[:len(photo)/2], "invalid_file file:unreadable"},
			{"head.gif", []byte("GIF89a\x01\x00\x01\x00<script>alert(1)</script>"), "invalid_file file:unreadable"},
			{"head.webp", []byte("RIFF\x10\x00\x00\x00WEBPVP8 "), "invalid_file file:unreadable"},
			{"huge.png", hugePNG(30_000, 30_000), "invalid_file file:too_many_pixels"},
			{"long.png", hugePNG(12_001, 1), "invalid_file file:too_many_pixels"},
			{"big.jpg", append(slices.Clone(photo), make([]byte, blob.MaxImage)...), "file_too_large file:file_too_large"},
			{"big.pdf", append([]byte("%PDF-1.7\n"), make([]byte, blob.MaxOther)...), "file_too_large file:file_too_large"},
		} {
			_, err := s.Put(t.Context(), s.db, owner, c.name, bytes.NewReader(c.data))
			if fields(err) != c.want {
				t.Errorf("%s: %s, want %s", c.name, fields(err), c.want)
			}
		}
		torn := errors.New("torn")
		if _, err := s.Put(t.Context(), s.db, owner, "a.jpg", io.MultiReader(bytes.NewReader(photo), failing{torn})); !errors.Is(err, torn) {
			t.Errorf("the reader's own error: %v", err)
		}
		if left := s.onDisk(t); len(left) != 0 {
			t.Errorf("left over: %q", left)
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// hugePNG has a header and no pixels.
func hugePNG(w, h uint32) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	header = append(binary.BigEndian.AppendUint32(header, h), 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1A\n\x00\x00\x00\x0D"), header...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(header))
}

func TestUploadsAtOnceCannotPassTheLimitTogether(t *testing.T) {
	const size, room = 100, 5
	table := bytes.Repeat([]byte("a"), size)
	each(t, size*room, func(t *testing.T, s folder) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		kept := 0
		for range 3 * room {
			wg.Go(func() {
				_, err := s.Put(t.Context(), s.db, owner, "a.csv", bytes.NewReader(table))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					kept++
				} else if !errors.Is(err, blob.ErrStorageFull) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if kept != room || len(s.onDisk(t)) != room {
			t.Errorf("%d kept, %d on disk, want %d", kept, len(s.onDisk(t)), room)
		}
		if _, err := s.Put(t.Context(), s.db, stranger, "a.csv", bytes.NewReader(table)); err != nil {
			t.Errorf("another's room: %v", err)
		}
	})
}

func TestOnlyTheOwnerGivesAndPublishesAndOnlyWhatMayBe(t *testing.T) {
	each(t, 0, func(t *testing.T, s folder) {
		photo, paper := s.put(t, "a.jpg", asJPEG(t, halves(8, 8))), s.put(t, "a.pdf", paper(""))
		attach := func(user, to id.ID, ids ...id.ID) ([]blob.File, error) {
			var files []blob.File
			return files, s.db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
				files, err = blob.Attach(tx, user, ids, to, field)
				return err
			})
		}
		publish := func(user id.ID, ids ...id.ID) error {
			return s.db.InTx(t.Context(), func(tx *storage.Tx) error {
				_, err := blob.Publish(tx, user, ids, field)
				return err
			})
		}
		if _, err := attach(owner, org, photo.ID, 404, paper.ID, 405); fields(err) != "invalid_field files[1]:unknown files[3]:unknown" {
			t.Errorf("unknown: %v", fields(err))
		}
		if _, err := attach(stranger, org, paper.ID); fields(err) != "invalid_field files[0]:unknown" {
			t.Errorf("a stranger's: %v", fields(err))
		}
		if err := publish(stranger, photo.ID); fields(err) != "invalid_field files[0]:unknown" {
			t.Errorf("a stranger publishes: %v", fields(err))
		}
		if err := publish(owner, photo.ID, paper.ID); fields(err) != "invalid_field files[1]:unknown" {
			t.Errorf("a document published: %v", fields(err))
		}
		if read, _ := blob.Get(s.db.Read(t.Context()), photo.ID); read.Public || read.OrgID != 0 {
			t.Errorf("a refusal changed %+v", read)
		}
		for _, user := range []id.ID{owner, stranger} { // the second time it is the organisation's already
			files, err := attach(user, org, paper.ID, paper.ID)
			if err != nil || len(files) != 2 || files[0].Name != "a.pdf" || files[1].ID != paper.ID {
				t.Errorf("attach: %+v %v", files, err)
			}
		}
		if _, err := attach(owner, org+1, paper.ID); fields(err) != "invalid_field files[0]:unknown" {
			t.Errorf("given twice: %v", fields(err))
		}
		if err := errors.Join(publish(owner, photo.ID), publish(stranger, photo.ID), publish(owner)); err != nil {
			t.Errorf("publish: %v", err)
		}
		licence := s.put(t, "b.jpg", asJPEG(t, halves(8, 8)))
		if _, err := attach(owner, org, licence.ID); err != nil {
			t.Fatal(err)
		}
		if err := publish(owner, licence.ID); fields(err) != "invalid_field files[0]:unknown" {
			t.Errorf("an organisation's paper was published: %v", fields(err))
		}
		given, _ := blob.Get(s.db.Read(t.Context()), paper.ID)
		shown, _ := blob.Get(s.db.Read(t.Context()), photo.ID)
		if given.OrgID != org || given.Public || !shown.Public || shown.OrgID != 0 {
			t.Errorf("given %+v, shown %+v", given, shown)
		}
	})
}

func TestOfTwoOrganisationsAtOnceOneGetsTheFile(t *testing.T) {
	each(t, 0, func(t *testing.T, s folder) {
		f := s.put(t, "a.pdf", paper(""))
		results := make([]error, 8)
		var wg sync.WaitGroup
		for i := range results {
			wg.Go(func() {
				results[i] = s.db.InTx(t.Context(), func(tx *storage.Tx) error {
					_, err := blob.Attach(tx, owner, []id.ID{f.ID}, org+id.ID(i), field)
					return err
				})
			})
		}
		wg.Wait()
		got, err := blob.Get(s.db.Read(t.Context()), f.ID)
		if err != nil {
			t.Fatal(err)
		}
		for i, err := range results {
			if won := got.OrgID == org+id.ID(i); won != (err == nil) || (!won && fields(err) != "invalid_field files[0]:unknown") {
				t.Errorf("organisation %d: %v, and the file belongs to %d", org+id.ID(i), err, got.OrgID)
			}
		}
	})
}

func TestSweepRemovesWhatNobodyNeeds(t *testing.T) {
	pdf := paper("")
	each(t, int64(3*len(pdf)), func(t *testing.T, s folder) {
		unused, given, later := s.put(t, "a.pdf", pdf), s.put(t, "b.pdf", pdf), s.put(t, "c.pdf", pdf)
		err := s.db.InTx(t.Context(), func(tx *storage.Tx) error {
			if _, err := blob.Attach(tx, owner, []id.ID{given.ID}, org, field); err != nil {
				return err
			}
			return tx.Model(&blob.File{}).Where("id = ?", later.ID).Update("created_at", tx.Now().Add(48*time.Hour)).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		s.crash(t)
		if n, err := s.Sweep(t.Context(), s.db); n != 0 || err != nil {
			t.Errorf("at once: %d %v", n, err)
		}
		s.db.Clock().Advance(8 * 24 * time.Hour)
		defer s.db.Clock().Advance(-8 * 24 * time.Hour)
		if n, err := s.Sweep(t.Context(), s.db); n != 3 || err != nil { // one unused, one without a row, one half-written
			t.Errorf("a week later: %d %v", n, err)
		}
		if _, err := blob.Get(s.db.Read(t.Context()), unused.ID); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("the unused file: %v", err)
		}
		if _, err := s.Open(unused, false); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("its bytes: %v", err)
		}
		if got := s.bytesOf(t, given, false); !bytes.Equal(got, pdf) || len(s.onDisk(t)) != 2 {
			t.Errorf("the organisation's: %q of %q", got, s.onDisk(t))
		}
		s.db.Clock().Advance(-8 * 24 * time.Hour) // ids are leased for less than a day
		s.put(t, "d.pdf", pdf)                    // the room is free again
		s.db.Clock().Advance(8 * 24 * time.Hour)
	})
}

// crash leaves what a program that dies in the middle of an upload leaves, an hour ago.
func (s folder) crash(t *testing.T) {
	t.Helper()
	ago := s.db.Now().Add(-time.Hour).Time()
	loose := s.path + "/ab/abababababababababababababababab"
	for _, path := range []string{loose, s.path + "/incoming/upload-1"} {
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("x"), 0o600), os.Chtimes(path, ago, ago))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestASweepThatWasCutOffIsFinishedByTheNext(t *testing.T) {
	each(t, 0, func(t *testing.T, s folder) {
		marked := s.put(t, "a.jpg", asJPEG(t, halves(8, 8)))
		err := s.db.InTx(t.Context(), func(tx *storage.Tx) error {
			return tx.Model(&blob.File{}).Where("id = ?", marked.ID).Update("removed_at", tx.Now()).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.db.InTx(t.Context(), func(tx *storage.Tx) error {
			_, err := blob.Attach(tx, owner, []id.ID{marked.ID}, org, field)
			return err
		})
		if fields(err) != "invalid_field files[0]:unknown" {
			t.Errorf("a file about to go was given away: %v", err)
		}
		var wg sync.WaitGroup
		for range 2 { // two programs at once
			wg.Go(func() {
				if _, err := s.Sweep(t.Context(), s.db); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if left := s.onDisk(t); len(left) != 0 {
			t.Errorf("left over: %q", left)
		}
	})
}
