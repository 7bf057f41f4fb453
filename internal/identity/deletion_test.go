package identity_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/notify"
	"zique/internal/storage"
)

// everything is what all tables hold, as text.
func everything(t *testing.T, db *storage.DB) map[string]string {
	t.Helper()
	shape, err := db.Shape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for table := range shape {
		var rows []map[string]any
		if err := db.Read(t.Context()).Table(table).Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		for _, row := range rows {
			for column, value := range row {
				text.WriteString(column + "=")
				text.Write(asBytes(value))
				text.WriteString("\n")
			}
		}
		all[table] = text.String()
	}
	return all
}

func TestADeletedAccountLeavesARowThatSaysNothing(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		me := registered(t, s, phone)
		if _, err := s.AddAddress(t.Context(), me.ID, home()); err != nil {
			t.Fatal(err)
		}
		gone, err := s.AddAddress(t.Context(), me.ID, home())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RemoveAddress(t.Context(), me.ID, gone.ID); err != nil {
			t.Fatal(err)
		}
		inTx(t, db, func(tx *storage.Tx) error {
			if err := tx.Exec("INSERT INTO user_roles (user_id, role) VALUES (?, 'liaison')", me.ID).Error; err != nil {
				return err
			}
			return tx.Create(&notify.Received{ID: tx.NewID(), UserID: me.ID, Template: "phone_verified", Params: "{}"}).Error
		})
		var before identity.User
		if err := db.Read(t.Context()).Take(&before, "id = ?", me.ID).Error; err != nil {
			t.Fatal(err)
		}
		var ciphers [][]byte
		if err := db.Read(t.Context()).Table("addresses").Pluck("cipher", &ciphers).Error; err != nil || len(ciphers) != 2 {
			t.Fatal(len(ciphers), err)
		}
		if _, err := s.SendCode(t.Context(), from, phone, identity.PurposeVerifyPhone); err != nil {
			t.Fatal(err)
		}
		if err := s.DeleteAccount(t.Context(), audit.Actor{UserID: me.ID}, me.ID, password); err != nil {
			t.Fatal(err)
		}
		for table, text := range everything(t, db) {
			for _, erased := range append(ciphers, before.PhoneCipher, []byte("张三"), []byte(phone), []byte(before.PasswordHash), []byte(device)) {
				if bytes.Contains([]byte(text), erased) {
					t.Errorf("%s still holds %q", table, erased)
				}
			}
			if strings.Contains(text, before.PhoneHash) && table != "attempts" {
				t.Errorf("%s still holds the phone's hash", table)
			}
			if text != "" && slices.Contains([]string{"messages", "user_roles", "phone_codes"}, table) {
				t.Errorf("%s still holds %s", table, text)
			}
		}
		left, err := s.Get(t.Context(), me.ID)
		if err != nil || left.Name != "已注销用户" || left.MaskedPhone != "****" || left.Status != "deleted" || left.PhoneVerified || left.TokenVersion != 2 {
			t.Errorf("left %+v, %v", left, err)
		}
		_, err = s.Authenticate(t.Context(), me.AccessToken)
		wantErr(t, err, identity.ErrUnauthenticated)
		_, err = s.Refresh(t.Context(), from, me.RefreshToken)
		wantErr(t, err, identity.ErrUnauthenticated)
		_, err = s.Login(t.Context(), from, device, phone, password)
		wantErr(t, err, identity.ErrWrongCredentials)
		if list, err := s.Addresses(t.Context(), me.ID); err != nil || len(list) != 0 {
			t.Errorf("addresses %+v, %v", list, err)
		}
		wantAudited(t, db, "user.deleted")
		wantAudited(t, db, "role.revoked")
		if anew := registered(t, s, phone); anew.ID == me.ID {
			t.Error("the phone got the old account back")
		}
	})
}

func TestWhatIsInUseIsNamedAndNothingIsErased(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		me := registered(t, s, phone)
		left := func(field string) func(*storage.Tx, id.ID) (string, string, error) {
			return func(*storage.Tx, id.ID) (string, string, error) { return field, "settle it", nil }
		}
		leaving := 0
		s.OnDeletion = append(s.OnDeletion, func(_ *storage.Tx, _ audit.Actor, userID id.ID) error {
			leaving++
			return nil
		})
		s.BeforeDeletion = []func(*storage.Tx, id.ID) (string, string, error){left("cards"), left(""), left("orders")}
		err := s.DeleteAccount(t.Context(), from, me.ID, password)
		f, ok := fault.As(err)
		if !ok || !errors.Is(err, identity.ErrInUse) || f.Kind != fault.Conflict || len(f.Fields) != 2 || f.Fields[0].Field != "cards" || f.Fields[1].Field != "orders" {
			t.Fatalf("got %+v", err)
		}
		authenticated(t, s, me)
		broken := errors.New("broken")
		s.BeforeDeletion = []func(*storage.Tx, id.ID) (string, string, error){
			func(*storage.Tx, id.ID) (string, string, error) { return "", "", broken }}
		wantErr(t, s.DeleteAccount(t.Context(), from, me.ID, password), broken)
		s.BeforeDeletion = []func(*storage.Tx, id.ID) (string, string, error){left("")}
		if err := s.DeleteAccount(t.Context(), from, me.ID, password); err != nil || leaving != 1 {
			t.Errorf("%v, left %d times", err, leaving)
		}
	})
}

// A sign-in, or a gift, that overlaps with the deletion does not outlive it.
func TestNothingOutlivesTheDeletion(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		me := registered(t, s, phone)
		var wg sync.WaitGroup
		signedIn := make(chan identity.Session, 4)
		for range 4 {
			wg.Go(func() {
				session, err := s.Login(t.Context(), from, device, phone, password)
				if err == nil {
					signedIn <- session
				} else if !errors.Is(err, identity.ErrWrongCredentials) {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			if err := s.DeleteAccount(t.Context(), from, me.ID, password); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		close(signedIn)
		for session := range signedIn {
			_, err := s.Authenticate(t.Context(), session.AccessToken)
			wantErr(t, err, identity.ErrUnauthenticated)
		}
		wantErr(t, db.InTx(t.Context(), func(tx *storage.Tx) error { return identity.KeepAccount(tx, me.ID) }), identity.ErrNotFound)
		_, err := s.AddAddress(t.Context(), me.ID, home())
		wantErr(t, err, identity.ErrNotFound)
		wantErr(t, s.DeleteAccount(t.Context(), from, me.ID, password), fieldWrong)
		inTx(t, db, func(tx *storage.Tx) error {
			found, err := identity.Recipients(tx, []id.ID{me.ID})
			if len(found) != 0 {
				t.Errorf("still written to: %v", found)
			}
			return err
		})
	})
}

var fieldWrong = fault.InvalidField("password", "wrong", "")

func TestConsentsAreOnlyAdded(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		_, err := s.Register(t.Context(), from, device, identity.Registration{Phone: phone, Password: password, Name: "张三",
			Consents: []identity.Consent{{Document: "cookies", Version: "1"}, {Document: identity.PrivacyPolicy, Version: "第一版"}}})
		wantFields(t, err, "consents[0].document:invalid", "consents[1].version:invalid")
		_, err = s.Register(t.Context(), from, device, identity.Registration{Phone: phone, Password: password, Name: "张三",
			Consents: make([]identity.Consent, 11)})
		wantFields(t, err, "consents:too_many")
		me, err := s.Register(t.Context(), from, device, identity.Registration{Phone: phone, Password: password, Name: "张三",
			Consents: []identity.Consent{{Document: identity.PrivacyPolicy, Version: "2026-11"}}})
		if err != nil {
			t.Fatal(err)
		}
		say := func(c identity.Consent) (added identity.Consent, err error) {
			err = db.InTx(t.Context(), func(tx *storage.Tx) error {
				added, err = identity.AddConsent(tx, audit.Actor{UserID: me.ID}, me.ID, c)
				return err
			})
			return added, err
		}
		_, err = say(identity.Consent{Version: "x y"})
		wantFields(t, err, "document:invalid", "version:invalid")
		first, err := say(identity.Consent{Document: identity.TermsOfService, Version: "1", Given: true})
		if err != nil {
			t.Fatal(err)
		}
		if again, err := say(identity.Consent{Document: identity.TermsOfService, Version: "1", Given: true}); err != nil || again != first {
			t.Errorf("said again: %+v, %v", again, err)
		}
		if _, err := say(identity.Consent{Document: identity.TermsOfService, Version: "1"}); err != nil {
			t.Fatal(err)
		}
		log, err := identity.Consents(db.Read(t.Context()), me.ID, 0, 100)
		if err != nil || len(log) != 3 || log[0].Given || !log[1].Given || log[1] != first || log[2].Document != identity.PrivacyPolicy || !log[2].Given {
			t.Errorf("%+v, %v", log, err)
		}
		wantAudited(t, db, "consent.withdrawn", "user.registered")
	})
}

func TestRenamingKeepsTheRulesAndNoOldNameInTheLog(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		me := registered(t, s, phone)
		rename := func(name string) (user identity.User, err error) {
			err = db.InTx(t.Context(), func(tx *storage.Tx) error {
				user, err = s.Rename(tx, audit.Actor{UserID: me.ID}, me.ID, name)
				return err
			})
			return user, err
		}
		_, err := rename(" ")
		wantFields(t, err, "name:required")
		for _, none := range []string{"13812345678", "100", "1元", "伪造发票，骗取", "退款：5"} {
			_, err := rename(none)
			wantFields(t, err, "name:invalid")
		}
		for _, some := range []string{"买买提·阿卜杜拉", "O'Neil Jr.", "王芳（大）", "小李 2026", "Zoé"} {
			if _, err := rename(some); err != nil {
				t.Errorf("%s: %v", some, err)
			}
		}
		if err := db.InTx(t.Context(), func(tx *storage.Tx) error {
			return errors.Join(tx.Exec("DELETE FROM former_names").Error, tx.Exec("UPDATE users SET name = '张三'").Error)
		}); err != nil {
			t.Fatal(err)
		}
		if user, err := rename(" 李四 "); err != nil || user.Name != "李四" || user.MaskedPhone != "139****0001" {
			t.Errorf("%+v, %v", user, err)
		}
		for i := range identity.MaxFormerNames {
			if _, err := rename("李四" + strings.Repeat("儿", i)); err != nil { // the first changes nothing
				t.Fatal(err)
			}
		}
		former := func() []identity.FormerName {
			t.Helper()
			found, err := identity.FormerNames(db.Read(t.Context()), me.ID)
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		if all := former(); len(all) != identity.MaxFormerNames || all[len(all)-1].Name != "张三" || all[len(all)-1].GivenAt != 0 || all[0].GivenAt != all[1].ReplacedAt {
			t.Errorf("%+v", all)
		}
		if _, err := rename("赵五"); err != nil {
			t.Error(err)
		}
		if all := former(); len(all) != identity.MaxFormerNames || all[0].Name != "李四"+strings.Repeat("儿", identity.MaxFormerNames-1) || all[len(all)-1].Name != "李四" {
			t.Errorf("the last ones: %+v", all)
		}
		if log := everything(t, db)["audit_log"]; strings.Contains(log, "张三") || strings.Contains(log, "李四") {
			t.Errorf("the log names people: %s", log)
		}
		if own, err := s.OwnPhone(t.Context(), me.ID); err != nil || own != phone {
			t.Errorf("own phone %s, %v", own, err)
		}
		if err := s.DeleteAccount(t.Context(), audit.Actor{UserID: me.ID}, me.ID, password); err != nil || len(former()) != 0 {
			t.Errorf("%v: who left was called %+v", err, former())
		}
	})
}
