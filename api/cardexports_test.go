package main

import (
	"archive/zip"
	"bytes"
	"crypto/aes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"zique/internal/cardsale"
	"zique/internal/storage"
)

const filePassword = "correct-horse-42"

func (p *program) askExport(t *testing.T, batch, format string) reply {
	t.Helper()
	asked := p.call(t, p.signIn(t, secretaryPhone), "POST", "/ent/card-batches/"+batch+"/exports", map[string]any{"format": format, "password": filePassword}, "Idempotency-Key", p.key())
	asked.made(t)
	return asked
}

// exported is a file that a second member approved.
func (p *program) exported(t *testing.T, batch, format string) []byte {
	t.Helper()
	asked := p.askExport(t, batch, format)
	finance := p.signIn(t, financePhone)
	at := "/ent/exports/" + asked.text("id")
	p.ok(t, http.StatusOK, finance, "POST", at+"/approve", nil)
	eventually(t, func() bool { return p.ok(t, http.StatusOK, finance, "GET", at, nil).text("status") == "ready" })
	file := p.fetch(t, p.signIn(t, secretaryPhone), "GET", at+"/file", nil)
	if file.status != http.StatusOK || !strings.Contains(file.header.Get("Content-Disposition"), "cards-"+batch) {
		t.Fatalf("file: %d %s", file.status, file.header.Get("Content-Disposition"))
	}
	return file.raw
}

// unzipped opens an AES zip by what WinZip says of the format.
func unzipped(t *testing.T, content []byte, password string) ([]byte, error) {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil || len(archive.File) != 1 {
		t.Fatal("not a zip of one file: ", err)
	}
	file := archive.File[0]
	raw, err := file.OpenRaw()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := io.ReadAll(raw)
	if err != nil || file.Method != 99 || file.Flags&1 == 0 || len(sealed) < 28 {
		t.Fatalf("not encrypted: method %d, %v", file.Method, err)
	}
	keys, err := pbkdf2.Key(sha1.New, password, sealed[:16], 1000, 66)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(keys[64:], sealed[16:18]) {
		return nil, errors.New("wrong password")
	}
	secret, seal := sealed[18:len(sealed)-10], sealed[len(sealed)-10:]
	mac := hmac.New(sha1.New, keys[32:64])
	mac.Write(secret)
	if !hmac.Equal(mac.Sum(nil)[:10], seal) {
		return nil, errors.New("damaged")
	}
	block, err := aes.NewCipher(keys[:32])
	if err != nil {
		t.Fatal(err)
	}
	plain := make([]byte, len(secret))
	for i := range secret {
		var counter, mask [16]byte
		for n, at := i/16+1, 0; n > 0; n, at = n/256, at+1 {
			counter[at] = byte(n)
		}
		block.Encrypt(mask[:], counter[:])
		plain[i] = secret[i] ^ mask[i%16]
	}
	return plain, nil
}

func TestCodesAreMadeForAFileThatASecondMemberApproved(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		batch := p.issued(t, p.confirmed(t, p.orderBatch(t, anonymous(100_00, 12)))).text("id")
		secretary, finance, buyer := p.signIn(t, secretaryPhone), p.signIn(t, financePhone), p.signIn(t, demoBuyer)
		ask := func(body map[string]any) reply {
			return p.call(t, secretary, "POST", "/ent/card-batches/"+batch+"/exports", body, "Idempotency-Key", p.key())
		}
		if bad := ask(map[string]any{"format": "doc", "password": "short"}); bad.text("errors.0.field") != "format" || bad.text("errors.1.field") != "password" {
			t.Errorf("a bad request: %s", bad.raw)
		}
		asked := p.askExport(t, batch, "xlsx")
		ask(map[string]any{"format": "json", "password": filePassword}).wants(t, http.StatusConflict, "approval_pending")
		at := "/ent/exports/" + asked.text("id")
		p.call(t, secretary, "POST", at+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		p.call(t, p.signIn(t, countyPhone), "POST", "/approvals/"+asked.text("approval_id")+"/approve", nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, secretary, "GET", at+"/file", nil).wants(t, http.StatusConflict, "export_not_ready")
		p.ok(t, http.StatusOK, finance, "POST", "/approvals/"+asked.text("approval_id")+"/reject", reasoned{"密码太常见"})
		if refused := p.ok(t, http.StatusOK, secretary, "GET", at, nil); refused.text("status") != "refused" {
			t.Errorf("refused: %s", refused.raw)
		}

		first := p.sheetOf(t, p.exported(t, batch, "xlsx"))
		if len(first) != 13 || len(first[1][1]) != 29 || first[1][2] != "100.00" || !strings.HasSuffix(first[1][4], "/claim#"+strings.ReplaceAll(first[1][1], "-", "")) {
			t.Errorf("codes: %q", first)
		}
		claim := func(code string) reply { return p.call(t, buyer, "POST", "/cards/claim", map[string]any{"code": code}) }
		if mine := claim(first[1][1]); mine.status != http.StatusOK || mine.fen("balance_fen") != 100_00 {
			t.Errorf("claimed: %s", mine.raw)
		}
		var second struct {
			Cards []struct{ ID, Number, Code string }
		}
		file := p.exported(t, batch, "json")
		if plain, err := unzipped(t, file, filePassword); err != nil || json.Unmarshal(plain, &second) != nil || len(second.Cards) != 11 {
			t.Fatalf("the second file: %v %.200s", err, plain)
		}
		if _, err := unzipped(t, file, "another-password"); err == nil {
			t.Error("another password opens it")
		}
		claim(first[2][1]).wants(t, http.StatusConflict, "card_not_usable") // dead since the second
		rekeyed := p.call(t, secretary, "POST", "/ent/cards/rekey", map[string]any{"card_ids": []string{second.Cards[0].ID}}, "Idempotency-Key", p.key())
		rekeyed.made(t)
		claim(second.Cards[0].Code).wants(t, http.StatusConflict, "card_not_usable")
		if mine := claim(second.Cards[1].Code); mine.status != http.StatusOK {
			t.Errorf("claimed by the second: %s", mine.raw)
		}
		p.call(t, secretary, "POST", "/ent/cards/rekey", map[string]any{"card_ids": []string{second.Cards[1].ID}}, "Idempotency-Key", p.key()).wants(t, http.StatusConflict, "card_not_usable")
		p.call(t, secretary, "POST", "/ent/cards/rekey", map[string]any{"card_ids": []string{"5"}}, "Idempotency-Key", p.key()).wants(t, http.StatusNotFound, "not_found")

		if printed, err := unzipped(t, p.exported(t, batch, "pdf"), filePassword); err != nil || !bytes.HasPrefix(printed, []byte("%PDF-")) {
			t.Errorf("printed: %v %.20s", err, printed)
		}
		named := p.issued(t, p.batchFor(t, "13711110001")).text("id")
		p.call(t, secretary, "POST", "/ent/card-batches/"+named+"/exports", map[string]any{"format": "json", "password": filePassword}, "Idempotency-Key", p.key()).wants(t, http.StatusConflict, "cards_have_recipients")
		p.keepsNoSecrets(t, asked.text("id"), first[1][1], second.Cards[2].Code, filePassword)
	})
}

// keepsNoSecrets looks for codes and passwords in the tables that tell of the exports, and
// has the files go once their day is over.
func (p *program) keepsNoSecrets(t *testing.T, refused string, secrets ...string) {
	t.Helper()
	p.inDatabase(t, func(tx *storage.Tx) error {
		var left int64
		if err := tx.Model(&cardsale.Export{}).Where("secrets IS NOT NULL").Count(&left).Error; err != nil || left != 0 {
			t.Errorf("%d exports that are over still have their secrets (%v)", left, err)
		}
		for _, column := range []string{"jobs payload", "jobs state", "jobs result", "audit_log after_json", "approvals payload", "approvals after_json", "idempotency_keys answer", "outbox_events payload", "card_export_parts content"} {
			table, name, _ := strings.Cut(column, " ")
			for _, secret := range secrets {
				for _, form := range []string{secret, strings.ReplaceAll(secret, "-", "")} {
					var n int64
					if err := tx.Table(table).Where(name+" LIKE ?", "%"+form+"%").Count(&n).Error; err != nil || n > 0 {
						return fmt.Errorf("%s holds a secret (%v)", column, err)
					}
				}
			}
		}
		return tx.Exec("UPDATE card_exports SET expires_at = 1 WHERE status = 'ready'").Error
	})
	db := p.database(t)
	if err := cardsale.ForgetFiles(t.Context(), db, db.Now()); err != nil {
		t.Fatal(err)
	}
	var parts int64
	if err := db.Read(t.Context()).Table("card_export_parts").Count(&parts).Error; err != nil || parts != 0 {
		t.Errorf("%d parts of files are left (%v)", parts, err)
	}
}

// sheetOf opens an encrypted XLSX.
func (p *program) sheetOf(t *testing.T, content []byte) [][]string {
	t.Helper()
	if _, err := excelize.OpenReader(bytes.NewReader(content)); err == nil {
		t.Error("the sheet opens without its password")
	}
	book, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{Password: filePassword})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("cards")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
