package pii

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

func ring(t testing.TB, keyID string, fill byte) *Keyring {
	t.Helper()
	keys, err := New(keyID, bytes.Repeat([]byte{fill}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestSealedValuesOpenAndNeverRepeat(t *testing.T) {
	keys := ring(t, "2026a", 1)
	for _, plain := range []string{"", "13900000001", strings.Repeat("紫鹊", 400)} {
		one, err := keys.Seal([]byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		two, _ := keys.Seal([]byte(plain))
		if bytes.Equal(one, two) {
			t.Errorf("%q sealed twice gives the same bytes", plain)
		}
		if plain != "" && bytes.Contains(one, []byte(plain)) {
			t.Errorf("%q can be read in the sealed value", plain)
		}
		if want := len(plain) + 29 + len("2026a"); len(one) != want {
			t.Errorf("sealed length %d, want %d", len(one), want)
		}
		if got, err := keys.Open(one); err != nil || string(got) != plain {
			t.Errorf("opened %q (%v), want %q", got, err, plain)
		}
	}
}

func TestEveryDamageIsNoticed(t *testing.T) {
	keys := ring(t, "k", 1)
	sealed, err := keys.Seal([]byte("13900000001"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := keys.Open(bad); err == nil {
			t.Errorf("a flipped bit in byte %d was not noticed", i)
		}
		if _, err := keys.Open(sealed[:i]); err == nil {
			t.Errorf("a value cut to %d bytes was opened", i)
		}
	}
}

func TestOtherKeysDoNotOpen(t *testing.T) {
	sealed, err := ring(t, "old", 1).Seal([]byte("13900000001"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring(t, "new", 1).Open(sealed); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("another key id: %v", err)
	}
	if _, err := ring(t, "old", 2).Open(sealed); !errors.Is(err, ErrDamaged) {
		t.Errorf("another key of the same id: %v", err)
	}
}

func TestLookupDependsOnKindValueAndKey(t *testing.T) {
	keys := ring(t, "k", 1)
	want := keys.Lookup("phone", "13900000001")
	if len(want) != 64 || want != ring(t, "other id", 1).Lookup("phone", "13900000001") {
		t.Fatalf("lookup %q is not a stable 64 digits", want)
	}
	for _, other := range []string{
		keys.Lookup("phone", "13900000002"),
		keys.Lookup("peer", "13900000001"),
		keys.Lookup("phone1", "3900000001"),
		ring(t, "k", 2).Lookup("phone", "13900000001"),
	} {
		if other == want {
			t.Error("two different values share a lookup")
		}
	}
}

func TestRefusesBadKeysAndMissingRandomness(t *testing.T) {
	for _, n := range []int{0, 16, KeySize - 1, KeySize + 1} {
		if _, err := New("k", make([]byte, n)); !errors.Is(err, ErrKeySize) {
			t.Errorf("a key of %d bytes: %v", n, err)
		}
	}
	for _, keyID := range []string{"", strings.Repeat("k", MaxKeyID+1)} {
		if _, err := New(keyID, make([]byte, KeySize)); !errors.Is(err, ErrKeyID) {
			t.Errorf("key id %q: %v", keyID, err)
		}
	}
	keys, broken := ring(t, "k", 1), errors.New("no entropy")
	keys.Rand = iotest.ErrReader(broken)
	if _, err := keys.Seal([]byte("x")); !errors.Is(err, broken) {
		t.Errorf("sealed without randomness: %v", err)
	}
}

func TestMaskPhone(t *testing.T) {
	for phone, want := range map[string]string{"13900000001": "139****0001", "": "****", "1390000": "****"} {
		if got := MaskPhone(phone); got != want {
			t.Errorf("MaskPhone(%q) = %q, want %q", phone, got, want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	keys := ring(f, "k", 1)
	keys.Rand = strings.NewReader("twelve bytes") // the same in every fuzzing process
	sealed, err := keys.Seal([]byte("13900000001"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add([]byte{255, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		if plain, err := keys.Open(data); err == nil && !bytes.Equal(data, sealed) {
			t.Fatalf("opened a forged value as %q", plain)
		}
	})
}
