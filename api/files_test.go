package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zique/internal/attempt"
	"zique/internal/blob"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// part is one part of a form; without a name for the file it is a plain field.
type part struct {
	field, name string
	data        []byte
}

// send posts a form and reads the answer, which is JSON.
func (p *program) send(t *testing.T, token string, parts ...part) reply {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, one := range parts {
		var to io.Writer
		var err error
		if one.name == "" {
			to, err = w.CreateFormField(one.field)
		} else {
			to, err = w.CreateFormFile(one.field, one.name)
		}
		if err == nil {
			_, err = to.Write(one.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return p.fetch(t, token, "POST", "/uploads", &form, "Content-Type", w.FormDataContentType())
}

func (p *program) upload(t *testing.T, token, name string, data []byte) reply {
	t.Helper()
	return p.send(t, token, part{"file", name, data})
}

func (p *program) file(t *testing.T, token, fileID string, headers ...string) reply {
	t.Helper()
	return p.fetch(t, token, "GET", "/files/"+fileID, nil, headers...)
}

// inDatabase changes the program's data beside it.
func (p *program) inDatabase(t *testing.T, change func(tx *storage.Tx) error) {
	t.Helper()
	db, err := storage.Open(context.Background(), storage.Config{MySQLDSN: p.env["ZIQUE_MYSQL_DSN"], Folder: p.env["ZIQUE_DATA"]}, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.InTx(context.Background(), change); err != nil {
		t.Fatal(err)
	}
}

func idOf(t *testing.T, text string) id.ID {
	t.Helper()
	parsed, err := id.Parse(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return parsed
}

// snapshot is a JPEG of w × h pixels.
func snapshot(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{R: uint8(x), G: uint8(y), A: 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// onAPhone is a JPEG that says it lies on its side, and where it was taken.
func onAPhone(t *testing.T) []byte {
	t.Helper()
	tiff := append([]byte("MM\x00*\x00\x00\x00\x08\x00\x01"), "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00GPS 27.9,109.5"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xE1}, uint16(len(segment)+2))
	return slices.Concat(head, segment, snapshot(t, 64, 32)[2:])
}

func zipped(t *testing.T, entries ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range entries {
		to, err := w.Create(name)
		if err == nil {
			_, err = to.Write([]byte("<x/>"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// largePNG says in its header that it is, and goes no further.
func largePNG(side uint32) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), side)
	header = append(binary.BigEndian.AppendUint32(header, side), 8, 6, 0, 0, 0)
	return binary.BigEndian.AppendUint32(slices.Concat([]byte("\x89PNG\r\n\x1A\n\x00\x00\x00\x0D"), header), crc32.ChecksumIEEE(header))
}

// pdfPaper is a small document, pdfHolding one with something in its middle.
func pdfPaper() []byte { return pdfHolding("") }

func pdfHolding(inside string) []byte {
	head := "%PDF-1.7\n" + inside + "\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
	return fmt.Appendf(nil, "%sxref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF", head, len(head))
}

func TestBadFilesAreRefusedAndNamed(t *testing.T) {
	photo := snapshot(t, 64, 32)
	eachPair(t, func(t *testing.T, p *program) {
		token := p.signIn(t, demoBuyer)
		for _, c := range []struct {
			what   string
			parts  []part
			status int
			code   string
			field  string
		}{
			{"SVG", []part{{"file", "a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)}}, 415, "file_type_not_supported", "file_type_not_supported"},
			{"SVG called CSV", []part{{"file", "a.csv", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)}}, 415, "file_type_not_supported", "file_type_not_supported"},
			{"HTML called PNG", []part{{"file", "a.png", []byte("<!doctype html><script>alert(1)</script>")}}, 415, "file_type_not_supported", "file_type_not_supported"},
			{"a script called x", []part{{"file", "x", []byte("#!/bin/sh\n")}}, 415, "file_type_not_supported", "file_type_not_supported"},
			{"a zip", []part{{"file", "a.zip", zipped(t, "a")}}, 415, "file_type_not_supported", "file_type_not_supported"},
			{"a late PDF header", []part{{"file", "a.pdf", []byte("<html>%PDF-1.7")}}, 415, "file_type_not_supported", "file_type_not_supported"},
			{"a PDF with nothing in it", []part{{"file", "a.pdf", []byte("%PDF-1.4\n%%EOF")}}, 400, "invalid_file", "unreadable"},
			{"a PDF with a page behind", []part{{"file", "a.pdf", append(pdfPaper(), "\n<html><script>alert(1)</script>"...)}}, 400, "invalid_file", "unreadable"},
			{"a PDF that is a zip too", []part{{"file", "a.pdf", pdfHolding(string(zipped(t, "evil.class")))}}, 400, "invalid_file", "mixed_content"},
			{"a path", []part{{"file", "../../x.png", photo}}, 400, "invalid_file", "invalid_name"},
			{"a path of Windows", []part{{"file", `..\x.png`, photo}}, 400, "invalid_file", "invalid_name"},
			{"an absolute path", []part{{"file", "/etc/x.png", photo}}, 400, "invalid_file", "invalid_name"},
			{"a name that turns round", []part{{"file", "a\u202Egnp.exe", photo}}, 400, "invalid_file", "invalid_name"},
			{"a name with a NUL", []part{{"file", "a\x00.png", photo}}, 400, "invalid_file", "invalid_name"},
			{"30,000 × 30,000", []part{{"file", "a.png", largePNG(30_000)}}, 400, "invalid_file", "too_many_pixels"},
			{"JPEG cut off", []part{{"file", "a.jpg", photo[:len(photo)-len(photo)/3]}}, 400, "invalid_file", "unreadable"},
			{"only a head", []part{{"file", "a.gif", []byte("GIF89a\x01\x00\x01\x00<script>alert(1)</script>")}}, 400, "invalid_file", "unreadable"},
			{"nothing in it", []part{{"file", "a.png", nil}}, 400, "invalid_file", "empty"},
			{"16 MB", []part{{"file", "a.jpg", append(slices.Clone(photo), make([]byte, 16<<20)...)}}, 413, "file_too_large", "file_too_large"},
			{"11 MB of PDF", []part{{"file", "a.pdf", append([]byte("%PDF-1.7"), make([]byte, 11<<20)...)}}, 413, "file_too_large", "file_too_large"},
			{"40 MB", []part{{"file", "a.jpg", make([]byte, 40<<20)}}, 413, "file_too_large", "file_too_large"},
			{"two files", []part{{"file", "a.jpg", photo}, {"file", "b.jpg", photo}}, 400, "invalid_field", "only_one"},
			{"a field behind", []part{{"file", "a.jpg", photo}, {"note", "", []byte("x")}}, 400, "invalid_field", "only_one"},
			{"a field before", []part{{"note", "", []byte("x")}, {"file", "a.jpg", photo}}, 400, "invalid_field", "only_one"},
			{"another name", []part{{"picture", "a.jpg", photo}}, 400, "invalid_field", "only_one"},
			{"no file", nil, 400, "invalid_field", "required"},
			{"not a file", []part{{"file", "", []byte("x")}}, 400, "invalid_field", "required"},
		} {
			r := p.send(t, token, c.parts...)
			if r.status != c.status || r.text("code") != c.code || r.text("errors.0.field") != "file" || r.text("errors.0.code") != c.field {
				t.Errorf("%s: %d %s", c.what, r.status, r.raw)
			}
		}
		p.upload(t, "", "a.jpg", photo).wants(t, http.StatusUnauthorized, "unauthenticated")
		p.fetch(t, token, "POST", "/uploads", strings.NewReader(`{"file":"x"}`), "Content-Type", "application/json").
			wants(t, http.StatusUnsupportedMediaType, "unsupported_media_type")
		cut := p.fetch(t, token, "POST", "/uploads", strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nabc"),
			"Content-Type", "multipart/form-data; boundary=b")
		if cut.wants(t, http.StatusBadRequest, "invalid_field"); cut.text("errors.0.code") != "cut_off" {
			t.Errorf("a form cut off: %s", cut.raw)
		}
		if left, _ := filepath.Glob(p.env["ZIQUE_DATA"] + "/files/*/*"); len(left) != 0 {
			t.Errorf("left over: %q", left)
		}
	})
}

func TestOfAPictureNoByteFromOutsideIsKept(t *testing.T) {
	frame := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.White, color.Black})
	var still bytes.Buffer
	if err := gif.Encode(&still, frame, nil); err != nil {
		t.Fatal(err)
	}
	eachPair(t, func(t *testing.T, p *program) {
		token := p.signIn(t, demoBuyer)
		for _, c := range []struct {
			name, kept string
			data       []byte
			hidden     string
			size       image.Point
		}{
			{"x", "x.jpg", onAPhone(t), "GPS", image.Pt(32, 64)},
			{"a.gif", "a.jpg", append(still.Bytes(), "<script>alert(1)</script>"...), "script", image.Pt(8, 8)},
			{"a.html", "a.html.jpg", append(snapshot(t, 8, 8), zipped(t, "evil.class")...), "evil", image.Pt(8, 8)},
		} {
			r := p.upload(t, token, c.name, c.data)
			if r.status != http.StatusCreated || r.text("kind") != "image" || r.text("media_type") != "image/jpeg" || r.text("name") != c.kept {
				t.Fatalf("%s: %d %s", c.name, r.status, r.raw)
			}
			for _, size := range []string{"", "?size=full", "?size=thumb"} {
				got := p.file(t, token, r.text("file_id")+size)
				kept, err := jpeg.Decode(bytes.NewReader(got.raw))
				if err != nil || kept.Bounds().Size() != c.size || r.fen("width") != int64(c.size.X) || r.fen("height") != int64(c.size.Y) {
					t.Fatalf("%s%s: %v %v, said %s", c.name, size, kept.Bounds(), err, r.raw)
				}
				if bytes.Contains(got.raw, []byte(c.hidden)) || bytes.Contains(got.raw, []byte("Exif")) {
					t.Errorf("%s%s: %s survived", c.name, size, c.hidden)
				}
			}
		}
	})
}

func TestFilesAreAnsweredSoThatNothingInThemRuns(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		token := p.signIn(t, demoBuyer)
		large := p.upload(t, token, "照片.jpg", snapshot(t, 3000, 1500))
		if large.fen("width") != 2000 || large.fen("height") != 1000 {
			t.Errorf("large: %s", large.raw)
		}
		full, thumb := p.file(t, token, large.text("file_id")), p.file(t, token, large.text("file_id")+"?size=thumb")
		small, _, err := image.DecodeConfig(bytes.NewReader(thumb.raw))
		if err != nil || small.Width != 400 || small.Height != 200 || int64(len(full.raw)) != large.fen("bytes") {
			t.Errorf("thumb %+v %v, full %d of %d bytes", small, err, len(full.raw), large.fen("bytes"))
		}
		wantHeaders(t, full, "image/jpeg", "inline; filename*=utf-8''%E7%85%A7%E7%89%87.jpg", "private, no-store")
		tag := full.header.Get("ETag")
		if unchanged := p.file(t, token, large.text("file_id"), "If-None-Match", tag); tag == "" || tag == thumb.header.Get("ETag") || unchanged.status != http.StatusNotModified {
			t.Errorf("ETag %s: %d", tag, unchanged.status)
		}
		for _, c := range []struct {
			name, kind, media, disposition string
			data                           []byte
		}{
			{"licence.pdf", "document", "application/pdf", "attachment; filename=licence.pdf", pdfPaper()},
			{"村.csv", "sheet", "text/csv", "attachment; filename*=utf-8''%E6%9D%91.csv", []byte("村,镇\n")},
			{"v.xlsx", "sheet", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "attachment; filename=v.xlsx", zipped(t, "[Content_Types].xml", "xl/workbook.xml")},
		} {
			r := p.upload(t, token, c.name, c.data)
			if r.status != http.StatusCreated || r.text("kind") != c.kind || r.text("media_type") != c.media || r.at("width") != nil {
				t.Errorf("%s: %d %s", c.name, r.status, r.raw)
			}
			got := p.file(t, token, r.text("file_id"))
			wantHeaders(t, got, c.media, c.disposition, "private, no-store")
			if !bytes.Equal(got.raw, c.data) {
				t.Errorf("%s: came back as %q", c.name, got.raw)
			}
			if r := p.file(t, token, r.text("file_id")+"?size=thumb"); r.status != http.StatusBadRequest || r.text("errors.0.field") != "size" {
				t.Errorf("%s: its thumbnail: %d %s", c.name, r.status, r.raw)
			}
		}
		if r := p.file(t, token, large.text("file_id")+"?size=huge"); r.status != http.StatusBadRequest {
			t.Errorf("an unknown size: %d %s", r.status, r.raw)
		}
	})
}

func wantHeaders(t *testing.T, r reply, mediaType, disposition, cache string) {
	t.Helper()
	h := r.header
	if r.status != http.StatusOK || h.Get("Content-Type") != mediaType || h.Get("Content-Disposition") != disposition ||
		h.Get("Content-Security-Policy") != "sandbox; default-src 'none'" || h.Get("X-Content-Type-Options") != "nosniff" ||
		h.Get("Cache-Control") != cache {
		t.Errorf("%d %v", r.status, h)
	}
}

func TestWhoMaySeeAFile(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		sender := p.signIn(t, "13900000003")
		me := p.call(t, sender, "GET", "/me", nil)
		owner, enterprise := idOf(t, me.text("user.id")), idOf(t, me.text("memberships.0.org_id"))
		ids := map[string]id.ID{}
		for _, name := range []string{"own", "given", "public"} {
			ids[name] = idOf(t, p.upload(t, sender, name+".jpg", snapshot(t, 8, 8)).text("file_id"))
		}
		p.inDatabase(t, func(tx *storage.Tx) error {
			field := func(i int) string { return fmt.Sprintf("files[%d]", i) }
			if _, err := blob.Attach(tx, owner, []id.ID{ids["given"]}, enterprise, field); err != nil {
				return err
			}
			_, err := blob.Publish(tx, owner, []id.ID{ids["public"]}, field)
			return err
		})
		for phone, sees := range map[string][]string{
			"":            {"public"},
			"13900000001": {"public"},                 // a buyer
			"13900000002": {"public"},                 // of a cooperative
			"13900000003": {"own", "given", "public"}, // the sender
			"13900000007": {"public"},                 // the money role of the same enterprise: TestWhoMayReadADocument
			"13900000004": {"public"},                 // an operator, to whom it was not handed in
			"13900000006": {"public"},                 // a liaison
			"13900000008": {"public"},                 // an auditor
		} {
			token := ""
			if phone != "" {
				token = p.signIn(t, phone)
			}
			for name, fileID := range ids {
				for _, size := range []string{"", "?size=thumb"} {
					r := p.file(t, token, fileID.String()+size)
					if !slices.Contains(sees, name) {
						r.wants(t, http.StatusNotFound, "not_found")
					} else if cache := r.header.Get("Cache-Control"); r.status != http.StatusOK || strings.HasPrefix(cache, "public") != (name == "public") {
						t.Errorf("%q %s%s: %d, %s", phone, name, size, r.status, cache)
					}
				}
			}
			for _, unknown := range []string{"1", "0", "x", "..%2Fzique.db"} {
				p.file(t, token, unknown).wants(t, http.StatusNotFound, "not_found")
			}
		}
		p.file(t, "not a token", ids["public"].String()).wants(t, http.StatusUnauthorized, "unauthenticated")
	})
}

func TestUploadsAreCountedAndTheirRoomIsBounded(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		token := p.signIn(t, demoBuyer)
		user := idOf(t, p.call(t, token, "GET", "/me", nil).text("user.id"))
		if r := p.upload(t, token, "a.csv", []byte("a")); r.status != http.StatusCreated {
			t.Fatalf("%d %s", r.status, r.raw)
		}
		p.inDatabase(t, func(tx *storage.Tx) error {
			return tx.Table("file_usage").Where("owner_id = ?", user).Update("bytes", 500<<20-1).Error
		})
		p.upload(t, token, "b.csv", []byte("ab")).wants(t, http.StatusConflict, "storage_full")
		if stored, _ := filepath.Glob(p.env["ZIQUE_DATA"] + "/files/*/*"); len(stored) != 1 {
			t.Errorf("stored: %q", stored)
		}
		p.inDatabase(t, func(tx *storage.Tx) error {
			return attempt.Record(tx, slices.Repeat([]string{"upload:" + user.String()}, 200)...)
		})
		if r := p.upload(t, token, "c.csv", []byte("a")); r.header.Get("Retry-After") == "" {
			t.Errorf("no Retry-After: %v", r.header)
		} else {
			r.wants(t, http.StatusTooManyRequests, "too_many_attempts")
		}
	})
}

func TestFilesOutliveARestart(t *testing.T) {
	p := &program{env: map[string]string{"ZIQUE_DATA": t.TempDir(), "ZIQUE_ADDR": "127.0.0.1:0"}}
	var fileID string
	t.Run("first", func(t *testing.T) {
		p.base = p.serve(t)
		fileID = p.upload(t, p.signIn(t, demoBuyer), "a.csv", []byte("a,b\n")).text("file_id")
	})
	t.Run("second", func(t *testing.T) {
		p.base = p.serve(t)
		if r := p.file(t, p.signIn(t, demoBuyer), fileID); string(r.raw) != "a,b\n" {
			t.Errorf("%d %q", r.status, r.raw)
		}
		stored, _ := filepath.Glob(p.env["ZIQUE_DATA"] + "/files/*/*")
		if len(stored) != 1 {
			t.Fatalf("stored: %q", stored)
		}
		if info, err := os.Stat(stored[0]); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
	})
}
