package org_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/blob"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/org"
	"zique/internal/pii"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

// world is a database with people in it.
type world struct {
	*testing.T
	db    *storage.DB
	orgs  *org.Service
	desk  *approval.Desk
	keys  *pii.Keyring
	users map[string]id.ID
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	keys, err := pii.New("test", bytes.Repeat([]byte{7}, pii.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		desk := approval.NewDesk()
		test(&world{T: t, db: db, keys: keys, desk: desk, orgs: org.NewService(keys, desk, org.Operators{Is: identity.IsOperator, All: identity.Operators}), users: map[string]id.ID{}})
	})
}

func (w *world) in(f func(tx *storage.Tx) error) {
	w.Helper()
	if err := w.db.InTx(w.Context(), f); err != nil {
		w.Fatal(err)
	}
}

// earlier runs f with the clock set back, because ids are leased for less than a minute.
func (w *world) earlier(by time.Duration, f func()) {
	w.db.Clock().Advance(-by)
	defer w.db.Clock().Advance(by)
	f()
}

// user makes somebody on first use; their phone is verified.
func (w *world) user(name string) id.ID {
	w.Helper()
	if known, there := w.users[name]; there {
		return known
	}
	phone := w.phone(name)
	sealed, err := w.keys.Seal([]byte(phone))
	if err != nil {
		w.Fatal(err)
	}
	w.in(func(tx *storage.Tx) error {
		w.users[name] = tx.NewID()
		return tx.Table("users").Create(map[string]any{
			"id": w.users[name], "phone_hash": w.hash(name), "phone_cipher": sealed, "name": name, "password_hash": "x",
			"phone_verified": true, "token_version": 1, "status": "active", "created_at": tx.Now(),
		}).Error
	})
	return w.users[name]
}

// phone is a number made of the name.
func (w *world) phone(name string) string {
	sum := 0
	for _, r := range name {
		sum = (sum*131 + int(r)) % 100_000_000
	}
	return fmt.Sprintf("138%08d", sum)
}

func (w *world) hash(name string) string { return w.keys.Lookup("phone", w.phone(name)) }

func (w *world) as(name string) audit.Actor {
	return audit.Actor{UserID: w.user(name), Peer: "203.0.113.7"}
}

func (w *world) operator(name string) {
	w.Helper()
	userID := w.user(name)
	w.in(func(tx *storage.Tx) error {
		return tx.Table("user_roles").Create(map[string]any{"user_id": userID, "role": "operator"}).Error
	})
}

func (w *world) join(name string, orgID id.ID, role string) {
	w.Helper()
	userID := w.user(name)
	w.in(func(tx *storage.Tx) error { return org.Join(tx, orgID, userID, role) })
}

var codes atomic.Int64

func code() string { return org.CompleteCreditCode(fmt.Sprintf("93431322%09d", codes.Add(1))) }

func application(kind string) org.Application {
	return org.Application{Kind: kind, Name: "高山合作社", CreditCode: code(), ContactName: "李四", ContactPhone: "13812345678"}
}

// file uploads one of somebody's.
func (w *world) file(owner, name string) id.ID {
	w.Helper()
	ownerID, f := w.user(owner), blob.File{Kind: blob.Document, MediaType: "application/pdf", Name: name}
	w.in(func(tx *storage.Tx) error {
		f.ID, f.OwnerID, f.CreatedAt = tx.NewID(), ownerID, tx.Now()
		f.StoredAs = f.ID.String()
		return tx.Create(&f).Error
	})
	return f.ID
}

// documents are two of somebody's.
func (w *world) documents(owner string) []org.Document {
	return []org.Document{{Kind: org.BusinessLicence, FileID: w.file(owner, "执照.pdf")}, {Kind: org.IDCard, FileID: w.file(owner, "证件.pdf")}}
}

func (w *world) apply(by string, a org.Application) (o org.Organisation, err error) {
	w.Helper()
	actor := w.as(by)
	err = w.db.InTx(w.Context(), func(tx *storage.Tx) (err error) {
		o, err = w.orgs.Apply(tx, actor, a)
		return err
	})
	return o, err
}

// applied makes an organisation in draft whose manager is `by`.
func (w *world) applied(by, kind string) org.Organisation {
	w.Helper()
	a := application(kind)
	a.Documents = w.documents(by)
	o, err := w.apply(by, a)
	if err != nil {
		w.Fatal(err)
	}
	return o
}

// admitted makes one that is admitted.
func (w *world) admitted(by, kind string) org.Organisation {
	w.Helper()
	o := w.applied(by, kind)
	w.put(o.ID, org.Admitted)
	return o
}

// put sets a status past the table.
func (w *world) put(orgID id.ID, status string) {
	w.Helper()
	w.in(func(tx *storage.Tx) error {
		return tx.Model(&org.Organisation{}).Where("id = ?", orgID).Update("status", status).Error
	})
}

func (w *world) submit(by string, orgID id.ID) (o org.Organisation, err error) {
	actor := w.as(by)
	err = w.db.InTx(w.Context(), func(tx *storage.Tx) (err error) {
		o, err = w.orgs.SubmitApplication(tx, actor, orgID)
		return err
	})
	return o, err
}

func (w *world) review(by, desk, verb string, orgID id.ID, reason string) (o org.Organisation, err error) {
	actor := w.as(by)
	err = w.db.InTx(w.Context(), func(tx *storage.Tx) (err error) {
		o, err = w.orgs.Review(tx, actor, desk, verb, orgID, reason)
		return err
	})
	return o, err
}

func (w *world) want(got, want error) {
	w.Helper()
	if !errors.Is(got, want) {
		w.Fatalf("got %v, want %v", got, want)
	}
}

func (w *world) wantFields(err error, want ...string) {
	w.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid {
		w.Fatalf("got %v, want wrong fields %v", err, want)
	}
	var got []string
	for _, field := range f.Fields {
		got = append(got, field.Field+":"+field.Code)
	}
	if !slices.Equal(got, want) {
		w.Errorf("wrong fields %q, want %q", got, want)
	}
}

// audited counts the rows of an action.
func (w *world) audited(action string) int {
	w.Helper()
	found, err := audit.List(w.db.Read(w.Context()), audit.Filter{Action: action, Limit: 1000})
	if err != nil {
		w.Fatal(err)
	}
	return len(found)
}

// told counts the messages of a template.
func (w *world) told(template string) int {
	w.Helper()
	var n int64
	err := w.db.Read(w.Context()).Table("outbox_events").Where("payload LIKE ?", `%"template":"`+template+`"%`).Count(&n).Error
	if err != nil {
		w.Fatal(err)
	}
	return int(n)
}

func TestACooperativeGoesItsWay(t *testing.T) {
	each(t, func(w *world) {
		a := application(org.Cooperative)
		a.Name, a.CreditCode, a.Documents = "  高山合作社 ", strings.ToLower(a.CreditCode), w.documents("社长")
		o, err := w.apply("社长", a)
		if err != nil {
			t.Fatal(err)
		}
		if o.Status != org.Draft || o.Name != "高山合作社" || o.CreditCode != strings.ToUpper(a.CreditCode) || o.MyRole != org.RoleOwner ||
			o.ContactPhone != "138****5678" || len(o.Documents) != 2 || o.Documents[0].Name != "执照.pdf" {
			t.Fatalf("applied: %+v", o)
		}
		for range 2 { // repeated by the same person, it answers the present state
			if o, err = w.submit("社长", o.ID); err != nil || o.Status != org.Submitted || o.SubmittedAt == nil {
				t.Fatalf("submitted: %+v, %v", o, err)
			}
		}
		_, err = w.review("平台", org.Federation, org.Approve, o.ID, "")
		w.want(err, org.ErrState) // the county comes first
		_, err = w.review("县", org.County, org.Return, o.ID, "  ")
		w.wantFields(err, "reason:required")
		if o, err = w.review("县", org.County, org.Return, o.ID, "证件不清"); err != nil || o.Status != org.Returned || o.Reason != "证件不清" {
			t.Fatalf("returned: %+v, %v", o, err)
		}
		if _, err = w.submit("社长", o.ID); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if o, err = w.review("县", org.County, org.Recommend, o.ID, ""); err != nil || o.Status != org.Recommended {
				t.Fatalf("recommended: %+v, %v", o, err)
			}
		}
		_, err = w.review("另一县", org.County, org.Recommend, o.ID, "")
		w.want(err, org.ErrState)
		_, err = w.review("县", org.Federation, org.Approve, o.ID, "")
		w.want(err, org.ErrOwnRequest) // another than who recommended
		if o, err = w.review("平台", org.Federation, org.Approve, o.ID, ""); err != nil || o.Status != org.Admitted || o.Reason != "" {
			t.Fatalf("admitted: %+v, %v", o, err)
		}
		steps, err := org.History(w.db.Read(t.Context()), o.ID, w.user("社长"))
		if err != nil {
			t.Fatal(err)
		}
		var way []string
		for _, s := range steps {
			way = append(way, s.FromStatus+">"+s.ToStatus+" "+s.ActorName+s.Reason)
		}
		want := []string{"draft>submitted 社长", "submitted>returned 县证件不清", "returned>submitted 社长", "submitted>recommended 县", "recommended>admitted 平台"}
		if !slices.Equal(way, want) {
			t.Errorf("history %q, want %q", way, want)
		}
		_, err = org.History(w.db.Read(t.Context()), o.ID, w.user("平台"))
		w.want(err, org.ErrNotFound)
		for action, n := range map[string]int{"organisation.created": 1, "organisation.submitted": 2, "organisation.returned": 1, "organisation.recommended": 1, "organisation.admitted": 1, "member.joined": 1} {
			if got := w.audited(action); got != n {
				t.Errorf("%d rows %s, want %d", got, action, n)
			}
		}
		for _, template := range []string{"admission_returned", "admission_recommended", "admission_approved"} {
			if w.told(template) != 1 {
				t.Errorf("%s was told %d times", template, w.told(template))
			}
		}
	})
}

// suspendedAt writes the step that suspended.
func (w *world) suspendedAt(orgID id.ID, desk string) {
	w.Helper()
	w.in(func(tx *storage.Tx) error {
		return tx.Create(&org.Step{ID: tx.NewID(), OrgID: orgID, FromStatus: org.Admitted, ToStatus: org.Suspended, Desk: desk, CreatedAt: tx.Now()}).Error
	})
}

func TestAHigherDesksSuspensionIsLiftedThere(t *testing.T) {
	each(t, func(w *world) {
		o := w.admitted("社长", org.Cooperative)
		for _, at := range []string{org.Federation, ""} { // "": from before the desk was kept
			w.put(o.ID, org.Suspended)
			w.suspendedAt(o.ID, at)
			_, err := w.review("县", org.County, org.Reinstate, o.ID, "")
			w.want(err, org.ErrHigherDesk)
			if _, err := w.review("平台", org.Federation, org.Reinstate, o.ID, ""); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// allowed is the state table once more, as the work order has it.
var allowed = map[string]string{
	"cooperative submitted county recommend": org.Recommended,
	"cooperative submitted county return":    org.Returned, "cooperative submitted county reject": org.Rejected,
	"cooperative recommended federation approve": org.Admitted,
	"cooperative recommended federation return":  org.Returned, "cooperative recommended federation reject": org.Rejected,
	"cooperative admitted county suspend": org.Suspended, "cooperative admitted federation suspend": org.Suspended,
	"cooperative suspended county reinstate": org.Admitted, "cooperative suspended federation reinstate": org.Admitted,
	"village_collective admitted county suspend": org.Suspended, "village_collective admitted federation suspend": org.Suspended,
	"village_collective suspended county reinstate": org.Admitted, "village_collective suspended federation reinstate": org.Admitted,
	"enterprise submitted federation approve": org.Admitted, "chamber submitted federation approve": org.Admitted,
	"enterprise submitted federation return": org.Returned, "chamber submitted federation return": org.Returned,
	"enterprise submitted federation reject": org.Rejected, "chamber submitted federation reject": org.Rejected,
	"enterprise admitted federation suspend": org.Suspended, "chamber admitted federation suspend": org.Suspended,
	"enterprise suspended federation reinstate": org.Admitted, "chamber suspended federation reinstate": org.Admitted,
}

// refusalOf is what a move gets that is not allowed: the other desk's, or nobody's.
func refusalOf(kind, status, desk, verb string) error {
	other := map[string]string{org.County: org.Federation, org.Federation: org.County}[desk]
	switch {
	case status == org.Draft:
		return org.ErrNotFound
	case allowed[strings.Join([]string{kind, status, other, verb}, " ")] != "":
		return org.ErrOtherDesk
	}
	return org.ErrState
}

// hand puts documents into an application past the rules.
func (w *world) hand(orgID id.ID, documents []org.Document) {
	w.Helper()
	w.in(func(tx *storage.Tx) error {
		for i := range documents {
			documents[i].ID, documents[i].OrgID = tx.NewID(), orgID
		}
		return tx.Create(&documents).Error
	})
}

var (
	allStatuses = []string{org.Draft, org.Submitted, org.Recommended, org.Returned, org.Rejected, org.Admitted, org.Suspended, org.Withdrawn}
	allVerbs    = []string{org.Recommend, org.Approve, org.Return, org.Reject, org.Suspend, org.Reinstate, org.Submit, org.Withdraw, "fly"}
)

func TestOnlyTheTablesMovesAreMade(t *testing.T) {
	each(t, func(w *world) {
		for _, kind := range []string{org.Cooperative, org.Enterprise, org.Chamber, org.VillageCollective, org.County, org.Federation} {
			o := org.Organisation{}
			if org.IsDesk(kind) || kind == org.VillageCollective {
				w.in(func(tx *storage.Tx) (err error) { o, err = org.Add(tx, kind, kind, false); return err })
			} else {
				o = w.applied("社长", kind)
			}
			for _, status := range allStatuses {
				for _, desk := range []string{org.County, org.Federation} {
					for _, verb := range allVerbs {
						w.put(o.ID, status)
						w.suspendedAt(o.ID, org.County)
						line := strings.Join([]string{kind, status, desk, verb}, " ")
						want := allowed[line]
						got, err := w.review("运营", desk, verb, o.ID, "原因")
						if want == "" && !errors.Is(err, refusalOf(kind, status, desk, verb)) || want != "" && got.Status != want {
							t.Errorf("%s: %s, %v, want %q", line, got.Status, err, want)
						}
						w.in(func(tx *storage.Tx) error { return tx.Where("org_id = ?", o.ID).Delete(&org.Step{}).Error })
					}
				}
			}
		}
	})
}

func TestApplicantsSubmitWhatIsADraftOrReturned(t *testing.T) {
	each(t, func(w *world) {
		for _, kind := range []string{org.Cooperative, org.Enterprise, org.Chamber} {
			o := w.applied("社长", kind)
			for _, status := range allStatuses {
				w.put(o.ID, status)
				w.hand(o.ID, w.documents("社长"))
				want := map[string]error{org.Draft: nil, org.Returned: nil, org.Suspended: org.ErrSuspended}
				refusal, listed := want[status]
				if !listed {
					refusal = org.ErrState
				}
				if _, err := w.submit("社长", o.ID); !errors.Is(err, refusal) {
					t.Errorf("submit a %s in %s: %v, want %v", kind, status, err, refusal)
				}
				w.in(func(tx *storage.Tx) error { return tx.Where("org_id = ?", o.ID).Delete(&org.Step{}).Error })
			}
		}
	})
}

func TestAMemberDoesNotReviewTheirOwn(t *testing.T) {
	each(t, func(w *world) {
		o := w.applied("运营", org.Enterprise)
		if _, err := w.submit("运营", o.ID); err != nil {
			t.Fatal(err)
		}
		_, err := w.review("运营", org.Federation, org.Approve, o.ID, "")
		w.want(err, org.ErrOwnRequest)
		_, err = w.review("别人", org.Federation, org.Approve, o.ID+1, "")
		w.want(err, org.ErrNotFound)
		w.put(o.ID, org.Admitted)
		w.join("秘书", o.ID, org.RoleSecretary)
		invited, err := w.invite("秘书", o.ID, "来过的运营", org.RoleBuyer)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.accept("来过的运营", invited.ID); err != nil {
			t.Fatal(err)
		}
		for _, gone := range []string{"运营", "来过的运营"} { // nor one that they left
			if err := w.remove(gone, o.ID, gone); err != nil {
				t.Fatal(err)
			}
			_, err = w.review(gone, org.Federation, org.Suspend, o.ID, "自查")
			w.want(err, org.ErrOwnRequest)
		}
		if _, err = w.review("别人", org.Federation, org.Suspend, o.ID, "核查"); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnApplicationNamesEveryWrongField(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.apply("甲", org.Application{})
		w.wantFields(err, "kind:invalid", "name:required", "credit_code:invalid", "contact_name:required", "contact_phone:invalid")
		bad := application(org.Enterprise)
		bad.Name, bad.ContactName, bad.ContactPhone = strings.Repeat("长", org.MaxName+1), "a\nb", "0738-1234567"
		bad.CreditCode = "93431322000000001G"
		bad.VillageIDs = []id.ID{0}
		bad.Documents = append(slices.Repeat([]org.Document{{Kind: "other", FileID: 1}}, 20), org.Document{Kind: "selfie"})
		_, err = w.apply("甲", bad)
		w.wantFields(err, "name:too_long", "credit_code:invalid", "contact_name:invalid", "contact_phone:invalid",
			"village_ids:not_allowed", "village_ids[0]:not_an_id", "documents:too_many", "documents[20].kind:invalid", "documents[20].file_id:not_an_id")
		for _, kind := range []string{org.County, org.Federation, org.VillageCollective} {
			_, err := w.apply("甲", application(kind))
			w.wantFields(err, "kind:invalid")
		}
		foreign := application(org.Enterprise)
		foreign.Documents = append(w.documents("甲"), w.documents("乙")...)
		_, err = w.apply("甲", foreign)
		w.wantFields(err, "documents[2].file_id:unknown", "documents[3].file_id:unknown")
		if mine, err := w.orgs.Mine(w.db.Read(t.Context()), w.user("甲")); err != nil || len(mine) != 0 {
			t.Errorf("a refused application left %+v, %v", mine, err)
		}
	})
}

func TestACreditCodeBelongsToWhoSubmitsItFirst(t *testing.T) {
	each(t, func(w *world) {
		shared := code()
		drafts := map[string]id.ID{}
		for _, who := range []string{"甲", "乙", "丙", "丁"} {
			a := application(org.Enterprise)
			a.CreditCode, a.Documents = shared, w.documents(who)
			o, err := w.apply(who, a) // a draft takes nothing
			if err != nil {
				t.Fatal(err)
			}
			drafts[who] = o.ID
		}
		var wg sync.WaitGroup
		won := make(chan string, len(drafts))
		for who, orgID := range drafts {
			actor := w.as(who)
			wg.Go(func() {
				err := w.db.InTx(t.Context(), func(tx *storage.Tx) error {
					_, err := w.orgs.SubmitApplication(tx, actor, orgID)
					return err
				})
				if refusal, _ := fault.As(err); err == nil {
					won <- who
				} else if !errors.Is(err, org.ErrCreditCodeTaken) || refusal.Fields[0].Field != "credit_code" {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%d organisations have one code", len(won))
		}
		first := <-won
		_, err := w.review("平台", org.Federation, org.Return, drafts[first], "补材料")
		if err != nil {
			t.Fatal(err)
		}
		delete(drafts, first)
		late := slices.Sorted(maps.Keys(drafts))[0]
		_, err = w.submit(late, drafts[late])
		w.want(err, org.ErrCreditCodeTaken) // what came back is still under way
		var o org.Organisation
		if err := w.db.Read(t.Context()).Where("credit_code_key = ?", shared).Take(&o).Error; err != nil {
			t.Fatal(err)
		}
		if _, err = w.submit(first, o.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.review("平台", org.Federation, org.Reject, o.ID, "不是本人"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.submit(late, drafts[late]); err != nil {
			t.Errorf("after the rejection: %v", err)
		}
	})
}

func TestNobodyHandsInWithoutALicence(t *testing.T) {
	each(t, func(w *world) {
		for _, kind := range []string{org.Cooperative, org.Enterprise, org.Chamber} {
			a := application(kind)
			a.Documents = w.documents("社长")[1:] // no business licence
			o, err := w.apply("社长", a)
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.submit("社长", o.ID)
			w.wantFields(err, "documents:business_licence_required")
			if _, err = w.orgs.Get(w.db.Read(t.Context()), o.ID); !errors.Is(err, org.ErrNotFound) {
				t.Errorf("operators see the draft: %v", err)
			}
		}
	})
}

func TestEditing(t *testing.T) {
	each(t, func(w *world) {
		o := w.applied("社长", org.Cooperative)
		edit := func(by string, a org.Application) (edited org.Organisation, err error) {
			actor := w.as(by)
			err = w.db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
				edited, err = w.orgs.Edit(tx, actor, o.ID, a)
				return err
			})
			return edited, err
		}
		a := application("")
		a.Name, a.ContactPhone, a.Documents = "新名", "13900001111", w.documents("社长")
		got, err := edit("社长", a)
		if err != nil || got.Name != "新名" || got.ContactPhone != "139****1111" || len(got.Documents) != 2 || got.Kind != org.Cooperative {
			t.Fatalf("%+v, %v", got, err)
		}
		a.Documents = nil // those that are there stay
		if got, err = edit("社长", a); err != nil || len(got.Documents) != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		a.Documents = []org.Document{}
		if got, err = edit("社长", a); err != nil || len(got.Documents) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = edit("外人", org.Application{})
		w.want(err, org.ErrNotFound)
		w.join("发货", o.ID, org.RolePacker)
		_, err = edit("发货", a)
		w.want(err, org.ErrForbidden)
		for _, status := range []string{org.Submitted, org.Recommended, org.Admitted, org.Rejected} {
			w.put(o.ID, status)
			_, err = edit("社长", a)
			w.want(err, org.ErrState)
		}
		w.put(o.ID, org.Suspended)
		_, err = edit("社长", a)
		w.want(err, org.ErrSuspended)
		if n := w.audited("organisation.changed"); n != 3 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestOnePersonDoesNotFillTheQueue(t *testing.T) {
	each(t, func(w *world) {
		for range 10 {
			w.applied("甲", org.Enterprise)
		}
		_, err := w.apply("甲", application(org.Enterprise))
		w.want(err, org.ErrTooManyDrafts)
		w.applied("乙", org.Enterprise)
	})
}

func TestListing(t *testing.T) {
	each(t, func(w *world) {
		var all []id.ID
		for i := range 4 {
			a := application([]string{org.Cooperative, org.Enterprise}[i%2])
			a.Name = fmt.Sprintf("百分%%号_%d", i)
			o, err := w.apply("甲", a)
			if err != nil {
				t.Fatal(err)
			}
			all = append([]id.ID{o.ID}, all...)
			w.put(o.ID, org.Returned)
		}
		w.applied("甲", org.Cooperative) // a draft: nobody else sees it
		for _, c := range []struct {
			filter org.Filter
			want   []id.ID
		}{
			{org.Filter{}, all}, {org.Filter{Kind: org.Cooperative}, []id.ID{all[1], all[3]}}, {org.Filter{Status: org.Admitted}, nil},
			{org.Filter{Text: "%号_"}, all}, {org.Filter{Text: "号%"}, nil}, {org.Filter{Text: "_3"}, all[:1]}, {org.Filter{Text: "934313"}, all},
			{org.Filter{Before: all[1]}, all[2:]}, {org.Filter{Text: "!"}, nil},
		} {
			c.filter.Limit = 10
			found, err := w.orgs.List(w.db.Read(t.Context()), c.filter)
			var got []id.ID
			for _, o := range found {
				got = append(got, o.ID)
			}
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v, want %v (%v)", c.filter, got, c.want, err)
			}
		}
		w.put(all[1], org.Submitted)
		w.put(all[0], org.Submitted)
		for _, desk := range []string{org.County, org.Federation} {
			if n, _, err := org.Waiting(w.db.Read(t.Context()), desk); n != 1 || err != nil {
				t.Errorf("%d wait for %s, %v", n, desk, err)
			}
		}
	})
}

func TestADeskIsMadeOnce(t *testing.T) {
	each(t, func(w *world) {
		users := []id.ID{w.user("甲"), w.user("乙"), w.user("丙"), w.user("丁")}
		var wg sync.WaitGroup
		for _, user := range users {
			wg.Go(func() {
				for range 2 { // whoever works there stays
					err := w.db.InTx(t.Context(), func(tx *storage.Tx) error { return org.JoinDesk(tx, audit.System, org.County, user) })
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var desks, members int64
		w.db.Read(t.Context()).Model(&org.Organisation{}).Where("kind = ?", org.County).Count(&desks)
		w.db.Read(t.Context()).Model(&org.Membership{}).Where("role = ?", org.RoleOperator).Count(&members)
		if desks != 1 || members != 4 {
			t.Errorf("%d desks, %d members", desks, members)
		}
		w.in(func(tx *storage.Tx) error { return org.LeaveDesks(tx, audit.System, users[0]) })
		if left, err := org.Memberships(w.db.Read(t.Context()), users[0]); err != nil || len(left) != 0 {
			t.Errorf("left %v, %v", left, err)
		}
	})
}
