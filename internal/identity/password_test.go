package identity

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestHashIsArgon2idInPHCForm(t *testing.T) {
	h := newHasher(rand.Reader, Cost{})
	one, err := h.hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	two, err := h.hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") || one == two {
		t.Errorf("hashes %s and %s", one, two)
	}
	for password, want := range map[string]bool{"correct horse": true, "correct hors": false, "": false} {
		if right, err := h.verify(t.Context(), one, password); err != nil || right != want {
			t.Errorf("%q: %v (%v), want %v", password, right, err, want)
		}
	}
}

func TestAnUnknownUserCostsAHashAndIsNeverRight(t *testing.T) {
	h := newHasher(rand.Reader, Cost{})
	for len(h.slots) < cap(h.slots) {
		h.slots <- struct{}{} // all cores are busy
	}
	waiting, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := h.verify(waiting, "", "correct horse"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("did not wait for a core: %v", err)
	}
	<-h.slots
	if right, err := h.verify(t.Context(), "", "correct horse"); right || err != nil {
		t.Errorf("an unknown user was let in (%v)", err)
	}
}

func TestDamagedHashesAreErrorsAndStaySecret(t *testing.T) {
	h := newHasher(rand.Reader, Cost{})
	good, err := h.hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"x", good + "$", good[1:], strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=19456", "m=4194304", 1), strings.Replace(good, "t=2", "t=0", 1),
		strings.Replace(good, "p=1", "p=300", 1), good[:len(good)-1] + "*", good[:60],
	} {
		right, err := h.verify(t.Context(), bad, "correct horse")
		if right || !errors.Is(err, errHash) || strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v (%v)", bad, right, err)
		}
	}
}

func TestNoHashWithoutRandomness(t *testing.T) {
	broken := errors.New("no entropy")
	if _, err := newHasher(iotest.ErrReader(broken), Cost{}).hash(t.Context(), "correct horse"); !errors.Is(err, broken) {
		t.Errorf("hashed without a salt: %v", err)
	}
	short := bytes.NewReader(make([]byte, saltBytes-1))
	if _, err := newHasher(short, Cost{}).hash(t.Context(), "correct horse"); err == nil {
		t.Error("hashed with a short salt")
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add(phc{memory: argonMemory, passes: argonPasses, lanes: argonLanes, salt: make([]byte, 16), hash: make([]byte, 32)}.String())
	f.Fuzz(func(t *testing.T, stored string) {
		if p, err := parsePHC(stored); err == nil && p.String() != stored {
			t.Fatalf("%q reads as %q", stored, p)
		}
	})
}
