package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/redis/go-redis/v9"

	"zique/api/rest"
	"zique/internal/audit"
	"zique/internal/blob"
	"zique/internal/cart"
	"zique/internal/clock"
	"zique/internal/config"
	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/org"
	"zique/internal/outbox"
	"zique/internal/pii"
	"zique/internal/storage"
)

const contact = "欧阳不忘"

// document is a paper whose name says whose it is.
func (p *program) document(t *testing.T, token, name string) string {
	t.Helper()
	r := p.upload(t, token, name, pdfPaper())
	r.wantsStatus(t, http.StatusCreated)
	return r.text("file_id")
}

func paper(kind, fileID string) map[string]any {
	return map[string]any{"kind": kind, "file_id": fileID}
}

// withPapers is an application of a cooperative with a licence, a bank permit and an identity card.
func (p *program) withPapers(t *testing.T, token string) (application map[string]any, files map[string]string) {
	t.Helper()
	application, files = p.application("cooperative"), map[string]string{}
	application["contact_name"] = contact
	var papers []any
	for _, kind := range []string{"business_licence", "bank_permit", "id_card"} {
		files[kind] = p.document(t, token, contact+"-"+kind+".pdf")
		papers = append(papers, paper(kind, files[kind]))
	}
	application["documents"], application["village_ids"] = papers, []any{p.village(t)}
	return application, files
}

// fileRow is what the database holds of a file.
func (p *program) fileRow(t *testing.T, fileID string) blob.File {
	t.Helper()
	var f blob.File
	if err := p.database(t).Read(t.Context()).Take(&f, "id = ?", fileID).Error; err != nil {
		t.Fatal(err)
	}
	return f
}

// keyring opens what the program sealed.
func (p *program) keyring(t *testing.T) *pii.Keyring {
	t.Helper()
	settings, err := config.Load(nil, p.getenv)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := pii.New("1", settings.DataKey)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// wantNowhere fails where a table still holds a text.
func (p *program) wantNowhere(t *testing.T, text string) {
	t.Helper()
	for table, held := range dump(t, p.database(t)) {
		if strings.Contains(held, text) {
			t.Errorf("%s still holds %s", table, text)
		}
	}
}

func TestWhoLeavesTakesTheApplicationAlong(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		owner, _, _ := p.person(t, contact)
		body, files := p.withPapers(t, owner)
		draft := p.ok(t, http.StatusCreated, owner, "POST", "/organisations", body).text("id")
		replaced := maps.Clone(body)
		delete(replaced, "kind")
		replaced["contact_name"] = "另一个人"
		p.ok(t, http.StatusOK, owner, "PUT", "/organisations/"+draft, replaced)
		rejectedBody, rejectedFiles := p.withPapers(t, owner)
		rejected := p.ok(t, http.StatusCreated, owner, "POST", "/organisations", rejectedBody).text("id")
		p.ok(t, http.StatusOK, owner, "POST", "/organisations/"+rejected+"/submit", nil)
		p.ok(t, http.StatusOK, p.signIn(t, "13900000004"), "POST", "/ops/organisations/"+rejected+"/reject", reasoned{"不符"})
		loose := p.document(t, owner, contact+".pdf")
		p.ok(t, http.StatusNoContent, owner, "POST", "/me/deletion", map[string]any{"password": demoPassword})

		for _, fileID := range []string{files["id_card"], rejectedFiles["id_card"], loose} {
			if f := p.fileRow(t, fileID); f.OrgID != 0 || f.RemovedAt == nil {
				t.Errorf("a file of who left: %+v", f)
			}
		}
		db := p.database(t)
		store, err := blob.Open(blob.Config{Folder: p.env["ZIQUE_DATA"] + "/files"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Sweep(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		p.wantNowhere(t, contact)
		operator := p.signIn(t, "13900000004")
		for orgID, status := range map[string]string{draft: "withdrawn", rejected: "rejected"} {
			seen := p.ok(t, http.StatusOK, operator, "GET", "/ops/organisations/"+orgID, nil)
			if seen.text("status") != status || seen.text("contact_name") != "" || seen.text("contact_phone") != "" || seen.at("documents.0") != nil {
				t.Errorf("left over: %s", seen.raw)
			}
		}
		heir, _, _ := p.person(t, "后来的人") // the codes are free again
		for _, application := range []map[string]any{body, rejectedBody} {
			delete(application, "documents")
			p.ok(t, http.StatusCreated, heir, "POST", "/organisations", application)
		}
	})
}

func TestNamesOfContactsAndPayeesAreNotLogged(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		owner, _, _ := p.person(t, "社长")
		body, _ := p.withPapers(t, owner)
		orgID := p.ok(t, http.StatusCreated, owner, "POST", "/organisations", body).text("id")
		delete(body, "kind")
		body["contact_name"] = "司马相如"
		p.ok(t, http.StatusOK, owner, "PUT", "/organisations/"+orgID, body)
		secretary, finance := p.signIn(t, "13900000003"), p.signIn(t, "13900000007")
		enterprise := p.ok(t, http.StatusOK, secretary, "GET", "/organisations", nil).text("items.0.id")
		person := map[string]any{"contact_name": "王实甫", "contact_phone": "13987654321"}
		at := "/organisations/" + enterprise + "/contact"
		p.call(t, owner, "PUT", at, person).wants(t, http.StatusNotFound, "not_found")
		p.call(t, finance, "PUT", at, person).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, owner, "PUT", "/organisations/"+orgID+"/contact", person).wants(t, http.StatusConflict, "org_not_admitted")
		bad := p.call(t, secretary, "PUT", at, map[string]any{"contact_name": " ", "contact_phone": "1"})
		if bad.wants(t, http.StatusBadRequest, "invalid_field"); bad.text("errors.0.field") != "contact_name" || bad.text("errors.1.field") != "contact_phone" {
			t.Errorf("wrong fields: %s", bad.raw)
		}
		changed := p.ok(t, http.StatusOK, secretary, "PUT", at, person)
		if changed.text("contact_name") != "王实甫" || changed.text("contact_phone") != "139****4321" {
			t.Errorf("changed: %s", changed.raw)
		}
		logged := p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "GET", "/audit?request_id="+changed.header.Get("X-Request-Id"), nil)
		if logged.text("items.0.action") != "organisation.contact_changed" || logged.text("items.0.after.contact_name") != "王**" || logged.text("items.0.after.contact_phone") != "139****4321" {
			t.Errorf("the log says %s", logged.raw)
		}
		wanted := payee("6222021234567890")
		wanted["holder"], wanted["bank"] = "诸葛孔明", "示例银行王实甫 13987654321"
		asked := p.ok(t, http.StatusAccepted, secretary, "POST", "/organisations/"+enterprise+"/payee-accounts", wanted)
		sees := func(who, token, approvalID, before, after, bank string) {
			t.Helper()
			if seen := p.ok(t, http.StatusOK, token, "GET", "/approvals/"+approvalID, nil); seen.text("before.holder") != before || seen.text("after.holder") != after ||
				seen.text("after.bank") != bank || seen.text("after.number") != "**** 7890" {
				t.Errorf("%s sees %s", who, seen.raw)
			}
		}
		sees("who asked", secretary, asked.text("id"), "", "诸**", "示例银行王** 139****4321")
		sees("who decides", finance, asked.text("id"), "", "诸葛孔明", "示例银行王实甫 13987654321")
		decided := p.ok(t, http.StatusOK, finance, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
		if decided.text("after.holder") != "诸**" {
			t.Errorf("once it is decided: %s", decided.raw)
		}
		again := p.ok(t, http.StatusAccepted, secretary, "POST", "/organisations/"+enterprise+"/payee-accounts", wanted).text("id")
		sees("who asked again", secretary, again, "诸**", "诸**", "示例银行王** 139****4321")
		sees("who decides again", finance, again, "诸葛孔明", "诸葛孔明", "示例银行王实甫 13987654321")
		tables := dump(t, p.database(t))
		for name, rows := range tables {
			if strings.Contains(rows, "13987654321") {
				t.Errorf("%s holds a contact's phone in clear", name)
			}
		}
		for _, name := range []string{contact, "司马相如", "诸葛孔明", "王实甫"} {
			for _, table := range []string{"audit_log", "approvals"} {
				if strings.Contains(tables[table], name) {
					t.Errorf("%s holds %s in clear", table, name)
				}
			}
		}
	})
}

// Rows from before are masked on their way out.
func TestAnAuditorSeesNoNameInClear(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		p.inDatabase(t, func(tx *storage.Tx) error {
			return audit.Write(tx, audit.System, audit.Change{Action: "organisation.created", Subject: "organisation", SubjectID: 7,
				Before: map[string]any{"holder": "诸葛孔明", "agency": false}, After: map[string]any{"contact_name": contact, "name": "高山合作社"}})
		})
		auditor := p.signIn(t, demoAuditor)
		seen := p.ok(t, http.StatusOK, auditor, "GET", "/audit?subject_id=7", nil)
		if seen.text("items.0.after.contact_name") != "欧**" || seen.text("items.0.before.holder") != "诸**" || seen.text("items.0.after.name") != "高山合作社" ||
			seen.at("items.0.before.agency") != false {
			t.Errorf("an auditor sees %s", seen.raw)
		}
		for _, row := range p.auditRows(t) {
			if text := row["before"] + row["after"]; strings.Contains(text, contact) || strings.Contains(text, "诸葛孔明") {
				t.Errorf("the export holds %s", text)
			}
		}
		owner, _, _ := p.person(t, "社长")
		body, _ := p.withPapers(t, owner)
		orgID := p.ok(t, http.StatusCreated, owner, "POST", "/organisations", body).text("id")
		p.ok(t, http.StatusOK, owner, "POST", "/organisations/"+orgID+"/submit", nil)
		for _, path := range []string{"/ops/organisations/" + orgID, "/ops/organisations?status=submitted"} {
			if r := p.ok(t, http.StatusOK, auditor, "GET", path, nil); strings.Contains(string(r.raw), contact) || !strings.Contains(string(r.raw), "id_card") {
				t.Errorf("an auditor sees %s", r.raw)
			}
		}
	})
}

func TestWhoMayReadADocument(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		owner, _, _ := p.person(t, "社长")
		body, files := p.withPapers(t, owner)
		orgID := p.ok(t, http.StatusCreated, owner, "POST", "/organisations", body).text("id")
		loose := p.document(t, owner, "草稿.pdf")
		tokens := map[string]string{"owner": owner, "operator": p.signIn(t, "13900000004"), "auditor": p.signIn(t, demoAuditor), "buyer": p.signIn(t, demoBuyer)}
		for _, role := range []string{"packer", "accountant"} {
			token, _, userID := p.person(t, role)
			tokens[role] = token
			p.inDatabase(t, func(tx *storage.Tx) error {
				return tx.Exec("INSERT INTO memberships (org_id, user_id, role, created_at) VALUES (?, ?, ?, 0)", orgID, userID, role).Error
			})
		}
		all := []string{"business_licence", "bank_permit", "id_card"}
		lists := func(who string, listed ...string) {
			t.Helper()
			for path, at := range map[string]string{"/organisations/" + orgID: "documents", "/organisations": "items.0.documents"} {
				seen := p.ok(t, http.StatusOK, tokens[who], "GET", path, nil)
				if documents, _ := seen.at(at).([]any); len(documents) != len(listed) {
					t.Errorf("%s lists %s", who, seen.raw)
				}
				for i, kind := range listed {
					if seen.text(at+"."+strconv.Itoa(i)+".kind") != kind {
						t.Errorf("%s lists %s", who, seen.raw)
					}
				}
			}
		}
		reads := func(when string, sees map[string][]string) {
			t.Helper()
			for who, token := range tokens {
				for _, kind := range all {
					if got := p.file(t, token, files[kind]).status; (got == http.StatusOK) != slices.Contains(sees[who], kind) || (got != http.StatusOK && got != http.StatusNotFound) {
						t.Errorf("%s: %s reads the %s: %d", when, who, kind, got)
					}
				}
				if got := p.file(t, token, loose).status; (got == http.StatusOK) != (who == "owner") {
					t.Errorf("%s: %s reads a file of nobody's: %d", when, who, got)
				}
			}
		}
		money := []string{"business_licence", "bank_permit"}
		lists("owner", all...)
		lists("accountant", money...)
		lists("packer")
		reads("a draft", map[string][]string{"owner": all, "accountant": money})
		p.ok(t, http.StatusOK, owner, "POST", "/organisations/"+orgID+"/submit", nil)
		reads("handed in", map[string][]string{"owner": all, "accountant": money, "operator": all})

		read := p.file(t, tokens["operator"], files["id_card"]+"?size=full")
		logged := p.ok(t, http.StatusOK, tokens["operator"], "GET", "/audit?request_id="+read.header.Get("X-Request-Id"), nil)
		if logged.text("items.0.action") != "file.read" || logged.text("items.0.subject_id") != files["id_card"] || logged.text("items.0.after.org_id") != orgID {
			t.Errorf("an operator's reading leaves %s", logged.raw)
		}
		if logged := p.ok(t, http.StatusOK, tokens["operator"], "GET", "/audit?action=file.read&limit=100", nil); strings.Count(string(logged.raw), `"file.read"`) != 4 {
			t.Errorf("also other readings leave a row: %s", logged.raw)
		}

		p.ok(t, http.StatusOK, tokens["operator"], "POST", "/ops/organisations/"+orgID+"/return", reasoned{"换一张"})
		instead := p.document(t, owner, "新执照.pdf")
		body["documents"] = []any{paper("business_licence", instead), paper("bank_permit", files["bank_permit"])}
		delete(body, "kind")
		p.ok(t, http.StatusOK, owner, "PUT", "/organisations/"+orgID, body)
		traced := p.ok(t, http.StatusOK, tokens["auditor"], "GET", "/audit?action=organisation.changed&subject_id="+orgID, nil)
		if traced.text("items.0.before.documents.0.file_id") != files["business_licence"] || traced.text("items.0.after.documents.0.file_id") != instead ||
			traced.text("items.0.after.documents.0.kind") != "business_licence" || strings.Contains(string(traced.raw), "新执照") {
			t.Errorf("which licence was replaced by which: %s", traced.raw)
		}
		reads("replaced", map[string][]string{"owner": all, "accountant": {"bank_permit"}, "operator": {"bank_permit"}})
		if f := p.fileRow(t, files["id_card"]); f.OrgID != 0 || f.ReleasedAt == nil {
			t.Errorf("a replaced document is kept: %+v", f)
		}
		body["documents"] = []any{}
		if none := p.ok(t, http.StatusOK, owner, "PUT", "/organisations/"+orgID, body); none.at("documents.0") != nil || p.fileRow(t, instead).OrgID != 0 {
			t.Errorf("an application without documents: %s", none.raw)
		}
		body["documents"] = []any{paper("business_licence", instead)} // once released it can be given again
		p.ok(t, http.StatusOK, owner, "PUT", "/organisations/"+orgID, body)
		p.ok(t, http.StatusOK, owner, "POST", "/organisations/"+orgID+"/submit", nil)
		p.ok(t, http.StatusOK, tokens["operator"], "POST", "/ops/organisations/"+orgID+"/reject", reasoned{"不符"})
		if p.fileRow(t, instead).OrgID.String() != orgID || p.file(t, tokens["operator"], instead).status != http.StatusOK {
			t.Errorf("the document of a rejected application is gone: %+v", p.fileRow(t, instead))
		}

		next := p.application("cooperative")
		next["documents"] = []any{paper("business_licence", instead)}
		p.call(t, tokens["buyer"], "POST", "/organisations", next).wantsField(t, "documents[0].file_id", "unknown")
		nextID := p.ok(t, http.StatusCreated, owner, "POST", "/organisations", next).text("id")
		if left := p.ok(t, http.StatusOK, owner, "GET", "/organisations/"+orgID, nil); left.at("documents.0") != nil || p.fileRow(t, instead).OrgID.String() != nextID {
			t.Errorf("the document of the next application: %+v; the rejected one: %s", p.fileRow(t, instead), left.raw)
		}
		p.ok(t, http.StatusOK, owner, "POST", "/organisations/"+nextID+"/submit", nil)
		p.ok(t, http.StatusOK, tokens["operator"], "POST", "/ops/organisations/"+nextID+"/reject", reasoned{"不符"})
		db := p.database(t)
		for _, c := range []struct {
			before clock.Millis
			kept   bool
		}{{db.Now().Add(-time.Minute), true}, {db.Now() + 1, false}} {
			if err := org.ForgetRejected(t.Context(), db, c.before); err != nil || (p.fileRow(t, instead).OrgID != 0) != c.kept {
				t.Errorf("rejected before %d: %v, %+v", c.before, err, p.fileRow(t, instead))
			}
		}
	})
}

func TestAPictureThatIsTakenDownIsPrivateAtOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		operator, other := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		picture := func(name string) string { return p.upload(t, operator, name, snapshot(t, 8, 8)).text("file_id") }
		first, second := picture("1.jpg"), picture("2.jpg")
		village := func(name string, files ...string) map[string]any {
			pictures := []any{}
			for _, fileID := range files {
				pictures = append(pictures, map[string]any{"file_id": fileID})
			}
			return map[string]any{"name": name, "township": "镇", "county": "县", "pictures": pictures}
		}
		made := p.ok(t, http.StatusCreated, operator, "POST", "/ops/villages", village("甲村", first, second)).text("id")
		p.ok(t, http.StatusCreated, other, "POST", "/ops/villages", village("乙村", second))
		shown := p.file(t, "", first)
		if cache := shown.header.Get("Cache-Control"); shown.status != http.StatusOK || strings.Contains(cache, "immutable") || !strings.Contains(cache, "must-revalidate") {
			t.Errorf("%d, %s", shown.status, cache)
		}
		p.ok(t, http.StatusOK, operator, "PUT", "/ops/villages/"+made, village("甲村"))
		p.file(t, "", first, "If-None-Match", shown.header.Get("ETag")).wants(t, http.StatusNotFound, "not_found")
		if f := p.fileRow(t, first); f.Public || f.ReleasedAt == nil {
			t.Errorf("taken down: %+v", f)
		}
		p.file(t, "", second).wantsStatus(t, http.StatusOK)                                  // another village shows it
		p.ok(t, http.StatusOK, operator, "PUT", "/ops/villages/"+made, village("甲村", first)) // and back
		p.file(t, "", first).wantsStatus(t, http.StatusOK)
	})
}

func TestTheLastOperatorOfADeskStays(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		leave := func() reply {
			return p.call(t, county, "POST", "/me/deletion", map[string]any{"password": demoPassword})
		}
		refused := leave()
		refused.wants(t, http.StatusConflict, "account_in_use")
		if refused.text("errors.0.field") != "roles" {
			t.Errorf("refused: %s", refused.raw)
		}
		leaverID := p.ok(t, http.StatusOK, county, "GET", "/me", nil).text("user.id")
		p.call(t, federation, "POST", "/ops/users/"+leaverID+"/roles/operator/revoke", reasoned{"换人"}).wants(t, http.StatusConflict, "last_operator")
		p.ok(t, http.StatusOK, county, "GET", "/me", nil) // nothing was taken away

		successor, _, userID := p.person(t, "接手的人")
		asked := p.ok(t, http.StatusAccepted, county, "POST", "/ops/users/"+userID+"/roles", map[string]any{"role": "operator", "desk": "county", "reason": "接手"})
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
		open := p.ok(t, http.StatusAccepted, county, "POST", "/ops/users/"+userID+"/roles", map[string]any{"role": "auditor", "reason": "兼任"}).text("id")
		gone := leave()
		gone.wantsStatus(t, http.StatusNoContent)
		logged := string(p.ok(t, http.StatusOK, successor, "GET", "/audit?limit=100&request_id="+gone.header.Get("X-Request-Id"), nil).raw)
		for _, action := range []string{"role.revoked", "member.left", "approval.withdrawn", "user.deleted"} {
			if !strings.Contains(logged, `"`+action+`"`) {
				t.Errorf("the deletion leaves no %s: %s", action, logged)
			}
		}
		if request := p.ok(t, http.StatusOK, federation, "GET", "/approvals/"+open, nil); request.text("status") != "withdrawn" {
			t.Errorf("what the one who left had asked for: %s", request.raw)
		}
	})
}

func TestNoPhoneAndNoNameOutliveTheAccountInInvitations(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		const name = "慕容复归"
		secretary, _, _ := p.person(t, "秘书")
		at := "/organisations/" + p.admit(t, secretary)
		other := "/organisations/" + p.admit(t, secretary)
		member, phone, _ := p.person(t, name)
		invite := func(at string) string {
			return p.ok(t, http.StatusCreated, secretary, "POST", at+"/invitations", map[string]any{"phone": phone, "role": "buyer"}).text("id")
		}
		p.ok(t, http.StatusOK, member, "POST", "/invitations/"+invite(at)+"/accept", nil)
		waiting := invite(other)
		keys := p.keyring(t)
		sealed := func(phone string) []byte {
			plain, err := keys.Seal([]byte(phone))
			if err != nil {
				t.Fatal(err)
			}
			return plain
		}
		theirs, others := sealed(phone), sealed("13711112222")
		var unsent id.ID
		p.inDatabase(t, func(tx *storage.Tx) (err error) { // as if the gateway had been away since before they had verified the phone
			unsent, err = outbox.Emit(tx, notify.Topic, notify.Message{Phones: [][]byte{theirs, others}, Template: "invitation",
				Params: map[string]string{"organisation": "云上", "role": "buyer"}})
			return errors.Join(err, tx.Exec("UPDATE outbox_events SET due_at = ? WHERE id = ?", tx.Now().Add(time.Hour), unsent).Error,
				tx.Exec("INSERT INTO sms_sends (id, event_id, recipient, created_at, claimed_until) VALUES (1, ?, ?, 1, 0)", unsent, keys.Lookup("sms", phone)).Error)
		})
		if told := p.inbox(t, secretary, "invitation_accepted"); strings.Contains(string(told.raw), name) {
			t.Errorf("the managers' inbox keeps the name: %s", told.raw)
		}
		var hash []string
		db := p.database(t)
		if err := db.Read(t.Context()).Table("org_invitations").Where("id = ?", waiting).Pluck("phone_hash", &hash).Error; err != nil || len(hash) != 1 {
			t.Fatal(hash, err)
		}
		p.ok(t, http.StatusNoContent, member, "POST", "/me/deletion", map[string]any{"password": demoPassword})
		p.wantNowhere(t, name)
		if held := dump(t, db)["org_invitations"]; strings.Contains(held, hash[0]) {
			t.Error("the invitations still hold the hash of the phone")
		}
		p.wantNowhere(t, keys.Lookup("sms", phone))
		p.wantNowhere(t, base64.StdEncoding.EncodeToString(theirs))
		var e outbox.Event
		var m notify.Message
		if err := errors.Join(db.Read(t.Context()).Take(&e, "id = ?", unsent).Error, e.Decode(&m)); err != nil || len(m.Phones) != 1 || !bytes.Equal(m.Phones[0], others) {
			t.Errorf("what goes to somebody else too: %+v, %v", m, err)
		}
		if seen := p.ok(t, http.StatusOK, secretary, "GET", other+"/invitations", nil); seen.text("items.0.status") != "declined" || seen.text("items.0.phone") != "" {
			t.Errorf("what waited for the one who left: %s", seen.raw)
		}
	})
}

func TestTheExportHasWhatWasSentAskedAndUploaded(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, _, _ := p.person(t, "秘书")
		orgID := p.admit(t, secretary)
		invited, phone, _ := p.person(t, "财务")
		sent := p.ok(t, http.StatusCreated, secretary, "POST", "/organisations/"+orgID+"/invitations", map[string]any{"phone": phone, "role": "finance"}).text("id")
		p.ok(t, http.StatusOK, invited, "POST", "/invitations/"+sent+"/accept", nil)
		file := p.document(t, secretary, "合同.pdf")
		p.longThere(t)
		asked := p.ok(t, http.StatusAccepted, secretary, "POST", "/organisations/"+orgID+"/payee-accounts", payee("6222021234567890")).text("id")
		p.ok(t, http.StatusOK, invited, "POST", "/approvals/"+asked+"/reject", reasoned{"不对"})
		for who, token := range map[string]string{"who sent": secretary, "who was invited": invited} {
			e := p.ok(t, http.StatusOK, token, "GET", "/me/export", nil)
			if e.text("invitations.0.id") != sent || e.text("invitations.0.status") != "accepted" || e.at("invitations.0.sent") != (who == "who sent") ||
				e.text("approvals.0.id") != asked || e.text("approvals.0.status") != "rejected" || (e.text("uploads.0.file_id") == file) != (who == "who sent") {
				t.Errorf("%s exports %s", who, e.raw)
			}
		}
	})
}

func TestTheExportHasTheApplicationsWithTheirSteps(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		owner, phone, _ := p.person(t, "社长")
		orgID := p.submitted(t, owner, "enterprise")
		p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "POST", "/ops/organisations/"+orgID+"/return", reasoned{"换一张"})
		theirs := p.application("enterprise")
		theirs["contact_name"], theirs["contact_phone"] = "社长", phone
		ownID := p.ok(t, http.StatusCreated, owner, "POST", "/organisations", theirs).text("id")
		e := p.ok(t, http.StatusOK, owner, "GET", "/me/export", nil)
		if e.text("applications.0.id") != orgID || e.text("applications.0.reason") != "换一张" || e.text("applications.0.contact_name") != "李四" ||
			e.text("applications.0.contact_phone") != "138****5678" || e.text("applications.1.id") != ownID || e.text("applications.1.contact_phone") != phone ||
			e.text("applications.0.steps.0.to") != "submitted" || e.text("applications.0.steps.1.reason") != "换一张" {
			t.Errorf("who applied exports %s", e.raw)
		}
		_, _, heirID := p.person(t, "接手的人")
		p.inDatabase(t, func(tx *storage.Tx) error {
			return tx.Exec("UPDATE memberships SET user_id = ? WHERE org_id = ?", heirID, orgID).Error
		})
		e = p.ok(t, http.StatusOK, owner, "GET", "/me/export", nil)
		if e.text("applications.0.steps.0.to") != "submitted" || e.at("applications.0.steps.1") != nil || e.text("applications.0.contact_name") != "" || e.text("applications.0.reason") != "" {
			t.Errorf("who handed it over exports %s", e.raw)
		}
		if e := p.ok(t, http.StatusOK, p.signIn(t, demoBuyer), "GET", "/me/export", nil); e.at("applications.0") != nil {
			t.Errorf("a buyer exports %s", e.raw)
		}
	})
}

func TestAnExportOfTheLogIsLoggedSafeAndAsLongAsItTakes(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		const rows = 2500 // more than two pages
		p.inDatabase(t, func(tx *storage.Tx) error {
			changes := make([]audit.Change, rows)
			for i := range changes {
				changes[i] = audit.Change{Action: "test.long", Subject: "test", SubjectID: 9, Reason: "＝1+1"}
			}
			changes[0].Subject = "bank_row" // on the last page
			return audit.Write(tx, audit.System, changes...)
		})
		settings, err := config.Load(nil, p.getenv)
		if err != nil {
			t.Fatal(err)
		}
		h, err := open(t.Context(), settings, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		defer h.close()
		carts := redis.NewClient(&redis.Options{})
		_ = carts.Close() // as if Redis were away
		handler, _ := (&rest.Server{DB: h.db, People: h.people, Keys: h.keys, Orgs: h.orgs, Approvals: h.approvals, Carts: cart.Store{Redis: carts}, Site: fstest.MapFS{}}).Handler()
		server := httptest.NewUnstartedServer(handler)
		server.Config.WriteTimeout = time.Nanosecond // over before the first page is read
		server.Start()
		defer server.Close()
		quick := &program{base: server.URL, env: p.env, changes: map[string][]string{}}
		auditor := p.signIn(t, demoAuditor)
		export := quick.fetch(t, auditor, "GET", "/audit/export?action=test.long", nil)
		if lines := strings.Count(string(export.raw), "'＝1+1"); export.status != http.StatusOK || lines != rows || !strings.HasPrefix(string(export.raw), "\uFEFFtime,") {
			t.Errorf("%d: %d of %d rows: %.200s", export.status, lines, rows, export.raw)
		}
		logged := p.ok(t, http.StatusOK, auditor, "GET", "/audit?request_id="+export.header.Get("X-Request-Id"), nil)
		if logged.text("items.0.action") != "audit.exported" || logged.text("items.0.after.action") != "test.long" {
			t.Errorf("the export leaves %s", logged.raw)
		}

		// What somebody exports of themselves takes as long too, and no more than MySQL.
		b := p.basket(t)
		placed := p.place(t, b, b.order(1))
		own := quick.fetch(t, b.token, "GET", "/me/export", nil)
		if own.status != http.StatusOK || own.text("orders.0.id") != placed.text("id") || own.text("missing.0") != "cart" {
			t.Errorf("without Redis: %d %s", own.status, own.raw)
		}
		p.inDatabase(t, func(tx *storage.Tx) error {
			return tx.Exec("UPDATE orders SET address_cipher = 'x' WHERE id = ?", placed.text("id")).Error
		})
		quick.fetch(t, b.token, "GET", "/me/export", nil).wants(t, http.StatusInternalServerError, "internal")
		me := p.ok(t, http.StatusOK, b.token, "GET", "/me", nil).text("user.id")
		p.inDatabase(t, func(tx *storage.Tx) error { // so much that some is sent before the order
			var all error
			for i := range 400 {
				all = errors.Join(all, tx.Exec("INSERT INTO consents (id, user_id, document, version, given, created_at) VALUES (?, ?, 'terms_of_service', '0', 1, 0)", i+1, me).Error)
			}
			return all
		})
		brokenOff(t, server, b.token, "/me/export")
		p.sql(t, "ALTER TABLE bank_rows RENAME TO bank_rows_away")
		brokenOff(t, server, auditor, "/audit/export?action=test.long")
		p.sql(t, "ALTER TABLE bank_rows_away RENAME TO bank_rows")
	})
}

// brokenOff wants an answer that began and fails to break off, and not to end like a whole one.
func brokenOff(t *testing.T, server *httptest.Server, token, path string) {
	t.Helper()
	request, err := http.NewRequest("GET", server.URL+"/api/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept-Encoding", "identity") // or some would wait to be packed
	half, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer half.Body.Close()
	if got, err := io.ReadAll(half.Body); err == nil || half.StatusCode != http.StatusOK || len(got) == 0 {
		t.Errorf("half of %s is taken for all: %d, %d bytes", path, half.StatusCode, len(got))
	}
}

func TestTheLogOfAnOrganisationHasWhatOperatorsDidToIt(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, _, _ := p.person(t, "秘书")
		orgID, otherID := p.admit(t, secretary), p.admit(t, secretary)
		federation := p.signIn(t, "13900000005")
		p.ok(t, http.StatusOK, federation, "POST", "/ops/organisations/"+orgID+"/suspend", reasoned{"核查"})
		p.ok(t, http.StatusOK, federation, "POST", "/ops/organisations/"+orgID+"/reinstate", nil)
		auditor := p.signIn(t, demoAuditor)
		list := p.ok(t, http.StatusOK, auditor, "GET", "/audit?limit=100&org_id="+orgID, nil)
		for _, action := range []string{"reinstated", "suspended", "admitted", "submitted", "created"} {
			if !strings.Contains(string(list.raw), `"organisation.`+action+`"`) {
				t.Errorf("the log lacks %s: %s", action, list.raw)
			}
		}
		if list.text("items.0.about_org_id") != orgID || list.text("items.0.about_org_name") != "云上enterprise" || list.text("items.0.org_name") == "云上enterprise" ||
			strings.Contains(string(list.raw), otherID) {
			t.Errorf("whom it is about: %s", list.raw)
		}
		desk := list.text("items.0.org_id") // the operator's own
		if r := p.ok(t, http.StatusOK, auditor, "GET", "/audit?org_id="+desk, nil); r.text("items.0.action") != "organisation.reinstated" {
			t.Errorf("what the desk did: %s", r.raw)
		}
		export := p.fetch(t, auditor, "GET", "/audit/export?org_id="+orgID, nil)
		if text := string(export.raw); !strings.Contains(text, "organisation.suspended") || !strings.Contains(text, ",about,") {
			t.Errorf("the export: %s", text)
		}
	})
}

func TestWhoLeftIsNamedInNoReason(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		const name = "慕容复归"
		secretary, phone, userID := p.person(t, name)
		phone2 := phone[:3] + " " + phone[3:7] + "-" + phone[7:]
		mixed := "１３" + phone[2:] // what knows ASCII digits or full-width ones alone does not find it
		reason := reasoned{name + "的电话 " + phone + " 即 " + phone2 + " 打不通"}
		orgID := p.admit(t, secretary)
		stays, otherPhone, stayingID := p.person(t, "接手的人")
		p.inDatabase(t, func(tx *storage.Tx) error {
			return tx.Exec("INSERT INTO memberships (org_id, user_id, role, created_at) VALUES (?, ?, 'secretary', 0)", orgID, stayingID).Error
		})
		stranger, _, _ := p.person(t, "外人")
		elsewhere := p.admit(t, stranger)
		county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		for _, to := range [][2]string{{name, phone}, {"李四", "13812345678"}} {
			p.ok(t, http.StatusOK, secretary, "PUT", "/organisations/"+orgID+"/contact", map[string]any{"contact_name": to[0], "contact_phone": to[1]})
		}
		p.ok(t, http.StatusOK, federation, "POST", "/ops/organisations/"+orgID+"/suspend", reason)
		p.ok(t, http.StatusOK, federation, "POST", "/ops/organisations/"+elsewhere+"/suspend", reasoned{"问" + name + "，" + phone + " 或 " + otherPhone})
		namesake := p.admit(t, stranger)
		p.ok(t, http.StatusOK, federation, "POST", "/ops/organisations/"+namesake+"/suspend", reasoned{name + "说的"})
		p.inbox(t, stays, "org_suspended")
		p.inbox(t, stranger, "org_suspended")
		asked := p.ok(t, http.StatusAccepted, county, "POST", "/ops/users/"+userID+"/roles", map[string]any{"role": "auditor", "reason": reason.Reason}).text("id")
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked+"/reject", reason)
		withApplication, _ := p.withPapers(t, secretary)
		withApplication["contact_name"] = name
		withApplication["documents"] = []any{}
		p.ok(t, http.StatusCreated, secretary, "POST", "/organisations", withApplication)

		// One whose contact they are, under another name, goes on: it has another manager.
		goesOn := p.application("enterprise")
		goesOn["contact_name"], goesOn["contact_phone"] = "阿复", phone
		goesOn["documents"] = []any{paper("other", p.document(t, secretary, name+"-"+phone+".pdf"))}
		goesOnID := p.ok(t, http.StatusCreated, secretary, "POST", "/organisations", goesOn).text("id")
		// Others call themselves as texts have it, or as the contact of an organisation.
		wordy, _, wordyID := p.person(t, "打不通")
		namesakeOfContact, _, namesakeID := p.person(t, "李四")
		keys := p.keyring(t)
		p.inDatabase(t, func(tx *storage.Tx) error {
			return errors.Join(
				tx.Exec("INSERT INTO memberships (org_id, user_id, role, created_at) VALUES (?, ?, 'secretary', 0), (?, ?, 'buyer', 0), (?, ?, 'buyer', 0)",
					goesOnID, stayingID, orgID, wordyID, orgID, namesakeID).Error,
				tx.Exec("INSERT INTO sms_sends (id, event_id, recipient, created_at, claimed_until, sent_at) VALUES (1, 1, ?, 1, 0, 1)", keys.Lookup("sms", phone)).Error)
		})
		village := p.ok(t, http.StatusCreated, county, "POST", "/ops/villages", map[string]any{"name": "新村", "township": "镇", "county": "县",
			"story": reason.Reason, "note": mixed + strings.Repeat(name, 122)}).text("id") // the note is full: without them it would be longer
		p.ok(t, http.StatusOK, secretary, "PUT", "/me", map[string]any{"name": "改名之后"})
		for _, token := range []string{wordy, namesakeOfContact} {
			p.ok(t, http.StatusNoContent, token, "POST", "/me/deletion", map[string]any{"password": demoPassword})
		}
		p.ok(t, http.StatusNoContent, secretary, "POST", "/me/deletion", map[string]any{"password": demoPassword})
		if seen := p.ok(t, http.StatusOK, stays, "GET", "/organisations/"+orgID, nil); seen.text("contact_name") != "李四" || seen.text("contact_phone") != "138****5678" {
			t.Errorf("a namesake took the contact along: %s", seen.raw)
		}
		if seen := p.ok(t, http.StatusOK, stays, "GET", "/organisations/"+goesOnID, nil); seen.text("status") != "draft" || seen.text("contact_name") != "" || seen.text("contact_phone") != "" {
			t.Errorf("who left is still the contact: %s", seen.raw)
		}
		if seen := p.ok(t, http.StatusOK, "", "GET", "/villages/"+village, nil); seen.text("story") != "已注销用户的电话 **** 即 **** 打不通" {
			t.Errorf("the village: %s", seen.raw)
		}
		tables := dump(t, p.database(t))
		for table, held := range tables {
			for _, text := range []string{phone, phone2, mixed, reason.Reason, keys.Lookup("sms", phone)} {
				if strings.Contains(held, text) {
					t.Errorf("%s still holds %s", table, text)
				}
			}
		}
		instead := "已注销用户的电话 **** 即 **** 打不通"
		for _, table := range []string{"organisations", "org_admission_steps", "approvals", "messages"} {
			if !strings.Contains(tables[table], instead) {
				t.Errorf("%s lost more than the person: %s", table, tables[table])
			}
		}
		// In others' organisations a name goes beside the phone; elsewhere it may be a namesake's.
		for other, want := range map[string]string{elsewhere: "问已注销用户，**** 或 " + otherPhone, namesake: name + "说的"} {
			if seen := p.ok(t, http.StatusOK, stranger, "GET", "/organisations/"+other, nil); seen.text("reason") != want {
				t.Errorf("another's organisation: %s", seen.raw)
			}
		}
		for table, held := range tables {
			if table != "organisations" && table != "org_admission_steps" && table != "messages" && table != "audit_log" && strings.Contains(held, name) {
				t.Errorf("%s still holds the name", table)
			}
		}
		if logged := p.ok(t, http.StatusOK, county, "GET", "/audit?action=organisation.suspended&org_id="+orgID, nil); logged.text("items.0.reason") != "慕**的电话 "+phone[:3]+"****"+phone[7:]+" 即 "+phone[:3]+"****"+phone[7:]+" 打不通" {
			t.Errorf("the log: %s", logged.raw)
		}
	})
}
