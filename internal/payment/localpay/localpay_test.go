package localpay

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/payment"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

func TestProductionRefusesTheService(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		if _, err := Open(t.Context(), db, false, ""); !errors.Is(err, ErrNotDemo) {
			t.Errorf("got %v", err)
		}
	})
}

func TestARefundIsGivenOnceForItsIDAndNeverMoreThanWasPaid(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, err := Open(t.Context(), db, true, "http://127.0.0.1:1/")
		if err != nil {
			t.Fatal(err)
		}
		charge := payment.Charge{ID: 5, AmountFen: 100, ExpiresAt: db.Now().Add(time.Minute)}
		for range 2 {
			if url, err := s.PayURL(t.Context(), charge); err != nil || url != "/pay/5" {
				t.Fatalf("%s %v", url, err)
			}
		}
		if statuses, err := s.Pay(t.Context(), 5, Once); err != nil || len(statuses) != 0 { // nobody listens
			t.Fatalf("%v %v", statuses, err)
		}
		known, err := s.Query(t.Context(), charge)
		if err != nil || len(known) != 1 || known[0].AmountFen != 100 {
			t.Fatalf("%v %v", known, err)
		}
		for _, step := range []struct {
			refund id.ID
			amount money.Fen
			want   error
		}{{1, 60, nil}, {1, 60, nil}, {2, 41, errTooMuch}, {3, 40, nil}, {4, 1, errTooMuch}} {
			if _, err := s.Refund(t.Context(), step.refund, known[0].Reference, step.amount); !errors.Is(err, step.want) {
				t.Errorf("refund %d of %d: %v", step.refund, step.amount, err)
			}
		}
		if _, err := s.Refund(t.Context(), 9, "local-1", 1); !errors.Is(err, errNoPayment) {
			t.Errorf("of an unknown payment: %v", err)
		}
		if again, err := Open(t.Context(), db, true, ""); err != nil || !again.key.Equal(s.key) {
			t.Errorf("another start has another key: %v", err)
		}
	})
}

// Whatever comes, only what the service signed is a notice.
func FuzzVerify(f *testing.F) {
	db, err := storage.Open(f.Context(), storage.Config{Folder: f.TempDir()}, clock.System())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	s, err := Open(f.Context(), db, true, "")
	if err != nil {
		f.Fatal(err)
	}
	header, body := s.Sign(payment.Notice{ChargeID: 5, Reference: "r", AmountFen: 1})
	f.Add(header.Get(TimestampHeader), header.Get(NonceHeader), header.Get(SignatureHeader), body)
	f.Fuzz(func(t *testing.T, timestamp, nonce, signature string, body []byte) {
		got := http.Header{TimestampHeader: {timestamp}, NonceHeader: {nonce}, SignatureHeader: {signature}}
		n, err := s.Verify(got, body)
		if err == nil && (n.ChargeID != 5 || n.Reference != "r" || n.AmountFen != 1) {
			t.Fatalf("taken: %+v", n)
		}
	})
}
