package notify_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/pii"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

// house is a notifier with a gateway, and users 1 and 2 who have an account.
type house struct {
	notify.Notifier
	*gateway
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	t.Helper()
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		keys, err := pii.New("test", bytes.Repeat([]byte{7}, pii.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		h := house{gateway: newGateway(t, db.Clock())}
		h.Notifier = notify.Notifier{DB: db, Keys: keys, Sender: h.sender(), Recipients: func(_ *storage.Tx, users []id.ID) (map[id.ID][]byte, error) {
			phones := map[id.ID][]byte{}
			for _, user := range users {
				if user <= 2 {
					phones[user] = seal(t, keys, "1390000000"+user.String())
				}
			}
			return phones, nil
		}}
		test(t, h)
	})
}

func seal(t *testing.T, keys *pii.Keyring, phone string) []byte {
	t.Helper()
	sealed, err := keys.Seal([]byte(phone))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func invitation(users ...id.ID) notify.Message {
	return notify.Message{UserIDs: users, Template: "invitation", Params: map[string]string{"organisation": "紫鹊合作社", "role": "packer"},
		Link: "/invitations", SMS: true}
}

func (h house) inbox(t *testing.T, user id.ID) []notify.Received {
	t.Helper()
	found, err := notify.Inbox(h.DB.Read(t.Context()), user, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (h house) phones() []string {
	var phones []string
	for _, s := range h.sent() {
		phones = append(phones, s.Phone)
	}
	slices.Sort(phones)
	return phones
}

func TestAnSMSWhoseAnswerWasLostComesAgainUnderItsID(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		eventID := id.ID(90)
		if err := h.Deliver(t.Context(), eventID, invitation(1, 2)); err != nil {
			t.Fatal(err)
		}
		err := h.DB.InTx(t.Context(), func(tx *storage.Tx) error { // as if the program had died before it knew
			return tx.Exec("UPDATE sms_sends SET sent_at = NULL, claimed_until = 0").Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Deliver(t.Context(), eventID, invitation(1, 2)); err != nil {
			t.Fatal(err)
		}
		ids := map[string]string{}
		for _, s := range h.sent() {
			if before, again := ids[s.Phone]; s.ID == "" || again && before != s.ID {
				t.Errorf("%s after %q", s.ID, before)
			}
			ids[s.Phone] = s.ID
		}
		if len(h.sent()) != 4 || len(ids) != 2 || ids["13900000001"] == ids["13900000002"] {
			t.Errorf("sent %v", ids)
		}
	})
}

// An account that is erased between the reading of an event and the sending gets nothing,
// and no row says whose phone it was.
func TestNothingIsSentToWhoLeftMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		asked := 0
		accounts := h.Recipients
		h.Recipients = func(tx *storage.Tx, users []id.ID) (map[id.ID][]byte, error) {
			if asked++; asked > 1 { // left, but for the first time that it is asked
				return nil, nil
			}
			return accounts(tx, users)
		}
		stays := seal(t, h.Keys, "13700000008")
		h.Phones = func(*storage.Tx, id.ID) ([][]byte, error) { return [][]byte{stays}, nil }
		m := invitation(1)
		m.Phones = [][]byte{seal(t, h.Keys, "13700000009"), stays}
		if err := h.Deliver(t.Context(), 93, m); err != nil {
			t.Fatal(err)
		}
		var rows []string
		if err := h.DB.Read(t.Context()).Table("sms_sends").Pluck("recipient", &rows).Error; err != nil {
			t.Fatal(err)
		}
		if got := h.phones(); !slices.Equal(got, []string{"13700000008"}) || !slices.Equal(rows, []string{h.Keys.Lookup("sms", "13700000008")}) {
			t.Errorf("sent to %v, rows %v", got, rows)
		}
	})
}

func TestOldSMSAreForgottenUnlessTheyAreStillTried(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		err := h.DB.InTx(t.Context(), func(tx *storage.Tx) error {
			return errors.Join(
				tx.Exec("INSERT INTO outbox_events (id, topic, payload, created_at, due_at, epoch, attempts, last_error) VALUES (7, 'notify.message', '{}', 1, 1, 0, 0, '')").Error,
				tx.Exec("INSERT INTO sms_sends (id, event_id, recipient, created_at, claimed_until, sent_at) VALUES (1, 7, 'tried', 1, 0, NULL), (2, 8, 'given up', 1, 0, NULL), (3, 8, 'sent', 1, 0, 1), (4, 8, 'new', 9, 0, NULL)").Error)
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := notify.Forget(t.Context(), h.DB, 5); err != nil {
			t.Fatal(err)
		}
		var left []string
		if err := h.DB.Read(t.Context()).Table("sms_sends").Order("id").Pluck("recipient", &left).Error; err != nil || !slices.Equal(left, []string{"tried", "new"}) {
			t.Errorf("left: %v, %v", left, err)
		}
	})
}

func TestOldMessagesLeaveTheInbox(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for _, eventID := range []id.ID{91, 92} {
			if err := h.Deliver(t.Context(), eventID, notify.Message{UserIDs: []id.ID{1}, Template: "phone_verified"}); err != nil {
				t.Fatal(err)
			}
			h.DB.Clock().Advance(30 * time.Second)
		}
		h.DB.Clock().Advance(notify.KeepInbox - 45*time.Second)
		before := h.DB.Now().Add(-notify.KeepInbox)
		if err := notify.ForgetInbox(t.Context(), h.DB, before); err != nil || len(h.inbox(t, 1)) != 1 {
			t.Errorf("%d messages are left (%v)", len(h.inbox(t, 1)), err)
		}
	})
}

func TestAMessageArrivesOnceHoweverOftenItsEventComes(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		m := invitation(1, 2, 2, 3) // 3 has no account any more
		m.Phones = [][]byte{seal(t, h.Keys, "13700000009")}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := h.Deliver(t.Context(), 77, m); err != nil && !strings.Contains(err.Error(), "in_flight") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := h.Deliver(t.Context(), 77, m); err != nil {
			t.Fatal(err)
		}
		if got := h.phones(); !slices.Equal(got, []string{"13700000009", "13900000001", "13900000002"}) {
			t.Errorf("texted %v", got)
		}
		for user, want := range map[id.ID]int{1: 1, 2: 1, 3: 0} {
			got := h.inbox(t, user)
			if len(got) != want {
				t.Fatalf("user %v got %d messages", user, len(got))
			}
			if want == 0 {
				continue
			}
			if text := got[0].Text(notify.Chinese); text.Title != "紫鹊合作社邀请您加入" || !strings.Contains(text.Text, "发货员") || got[0].Link != "/invitations" {
				t.Errorf("user %v got %+v: %+v", user, got[0], text)
			}
		}
		if err := h.Deliver(t.Context(), 78, m); err != nil || len(h.inbox(t, 1)) != 2 || len(h.sent()) != 6 {
			t.Errorf("another event: %v, %d messages, %d texts", err, len(h.inbox(t, 1)), len(h.sent()))
		}
	})
}

func TestWhatFailedIsSentLaterAndTheRestNotAgain(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var once sync.Once
		h.answers(func(w http.ResponseWriter, r *http.Request) {
			failed := false
			once.Do(func() { failed = true })
			if failed {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			h.take(w, r)
		})
		m := invitation(1, 2)
		wantUnavailable(t, h.Deliver(t.Context(), 77, m))
		if len(h.sent()) != 1 || len(h.inbox(t, 1)) != 1 || len(h.inbox(t, 2)) != 1 {
			t.Fatalf("%d texts, inboxes %d and %d", len(h.sent()), len(h.inbox(t, 1)), len(h.inbox(t, 2)))
		}
		if err := h.Deliver(t.Context(), 77, m); err != nil {
			t.Fatal(err)
		}
		if got := h.phones(); !slices.Equal(got, []string{"13900000001", "13900000002"}) {
			t.Errorf("texted %v", got)
		}
		h.Sender = nil
		wantUnavailable(t, h.Deliver(t.Context(), 78, m))
	})
}

// A program that died while sending leaves a claim, which runs out.
func TestAClaimRunsOut(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		err := h.DB.InTx(t.Context(), func(tx *storage.Tx) error {
			return tx.Exec("INSERT INTO sms_sends (id, event_id, recipient, created_at, claimed_until) VALUES (1, 77, ?, 0, ?)",
				h.Keys.Lookup("sms", phone), h.DB.Now().Add(15*time.Second)).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Deliver(t.Context(), 77, invitation(1)); err == nil || len(h.sent()) != 0 {
			t.Fatalf("sent beside another: %v", err)
		}
		h.DB.Clock().Advance(15 * time.Second)
		if err := h.Deliver(t.Context(), 77, invitation(1)); err != nil || len(h.sent()) != 1 {
			t.Errorf("after the claim: %v, %d texts", err, len(h.sent()))
		}
	})
}

func TestNoPhoneStandsInClear(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		m := invitation(1)
		m.Phones = [][]byte{seal(t, h.Keys, "13700000009")}
		if err := h.Deliver(t.Context(), 77, m); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"messages", "sms_sends"} {
			var rows []map[string]any
			if err := h.DB.Read(t.Context()).Table(table).Find(&rows).Error; err != nil || len(rows) == 0 {
				t.Fatalf("%s: %d rows, %v", table, len(rows), err)
			}
			if all := fmt.Sprint(rows); strings.Contains(all, "13700000009") || strings.Contains(all, phone) {
				t.Errorf("%s: %s", table, all)
			}
		}
	})
}

func TestTheInboxPagesAndIsReadByItsOwner(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		for event := range 5 {
			if err := h.Deliver(t.Context(), id.ID(event+1), notify.Message{UserIDs: []id.ID{1, 2}, Template: "phone_verified"}); err != nil {
				t.Fatal(err)
			}
		}
		view := h.DB.Read(t.Context())
		first, err := notify.Inbox(view, 1, 0, 3)
		if err != nil {
			t.Fatal(err)
		}
		rest, err := notify.Inbox(view, 1, first[2].ID, 3)
		if err != nil || len(first) != 3 || len(rest) != 2 || first[0].ID <= first[1].ID || rest[0].ID >= first[2].ID {
			t.Errorf("pages %+v, %+v (%v)", first, rest, err)
		}
		read := func(user, message id.ID) (got notify.Received, err error) {
			err = h.DB.InTx(t.Context(), func(tx *storage.Tx) error {
				got, err = notify.Read(tx, user, message)
				return err
			})
			return got, err
		}
		if _, err := read(2, first[0].ID); !errors.Is(err, notify.ErrNotFound) {
			t.Errorf("another's message: %v", err)
		}
		once, err := read(1, first[0].ID)
		if err != nil || once.ReadAt == nil {
			t.Fatalf("read %+v, %v", once, err)
		}
		h.DB.Clock().Advance(time.Second)
		if again, err := read(1, first[0].ID); err != nil || *again.ReadAt != *once.ReadAt {
			t.Errorf("read again %+v, %v", again, err)
		}
		wantUnread(t, h, 4, 5)
		if err := h.DB.InTx(t.Context(), func(tx *storage.Tx) error { return notify.ReadAll(tx, 1) }); err != nil {
			t.Fatal(err)
		}
		wantUnread(t, h, 0, 5)
		if err := h.DB.InTx(t.Context(), func(tx *storage.Tx) error { return notify.Erase(tx, 2) }); err != nil {
			t.Fatal(err)
		}
		if len(h.inbox(t, 2)) != 0 || len(h.inbox(t, 1)) != 5 {
			t.Error("the wrong inbox was erased")
		}
	})
}

func wantUnread(t *testing.T, h house, want ...int64) {
	t.Helper()
	for i, n := range want {
		if got, err := notify.Unread(h.DB.Read(t.Context()), id.ID(i+1)); err != nil || got != n {
			t.Errorf("user %d has %d unread (%v), want %d", i+1, got, err, n)
		}
	}
}
