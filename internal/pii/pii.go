// Package pii keeps what identifies a person unreadable at rest. A value is
// sealed with AES-256-GCM under a named key, so that keys can be told apart when
// they change, and found again by a keyed hash: whoever holds only the database
// can neither read a phone number nor try all of them.
package pii

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"unicode/utf8"
)

const (
	// KeySize is the length of the data key in bytes.
	KeySize = 32
	// MaxKeyID is the longest key id in bytes. A sealed value is 29 bytes and the
	// key id longer than its plain text.
	MaxKeyID = 32
)

var (
	// ErrKeySize refuses a data key that is not KeySize bytes long.
	ErrKeySize = fmt.Errorf("pii: the data key must be %d bytes long", KeySize)
	// ErrKeyID refuses a key id that is empty or longer than MaxKeyID.
	ErrKeyID = fmt.Errorf("pii: the key id must be 1 to %d bytes long", MaxKeyID)
	// ErrUnknownKey says that a value was sealed under another key id.
	ErrUnknownKey = errors.New("pii: sealed under an unknown key")
	// ErrDamaged says that a value was cut, altered or sealed under another key of the same id.
	ErrDamaged = errors.New("pii: the sealed value is damaged")
)

// Keyring seals, opens and hashes under keys derived from one data key. It is
// safe for concurrent use as far as Rand is.
type Keyring struct {
	// Rand gives the nonces; crypto/rand unless a test sets it. Nonces are drawn
	// at random, which is safe for some 2^32 values under one key.
	Rand io.Reader

	header []byte // length of the key id, key id; authenticated with each value
	aead   cipher.AEAD
	lookup []byte
}

// New makes a Keyring, or fails with ErrKeyID or ErrKeySize.
func New(keyID string, key []byte) (*Keyring, error) {
	if len(keyID) == 0 || len(keyID) > MaxKeyID {
		return nil, ErrKeyID
	}
	if len(key) != KeySize {
		return nil, ErrKeySize
	}
	sealing, err := derive(key, "zique/pii/seal")
	if err != nil {
		return nil, err
	}
	lookup, err := derive(key, "zique/pii/lookup")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	header := append([]byte{byte(len(keyID))}, keyID...)
	return &Keyring{Rand: rand.Reader, header: header, aead: aead, lookup: lookup}, nil
}

func derive(key []byte, purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, key, nil, purpose, KeySize)
}

// Seal encrypts plain: length of the key id, key id, nonce, cipher text with tag.
// The same plain text gives another value each time. It fails only when Rand does.
func (k *Keyring) Seal(plain []byte) ([]byte, error) {
	start := len(k.header)
	sealed := make([]byte, start+k.aead.NonceSize(), start+k.aead.NonceSize()+len(plain)+k.aead.Overhead())
	copy(sealed, k.header)
	nonce := sealed[start:]
	if _, err := io.ReadFull(k.Rand, nonce); err != nil {
		return nil, fmt.Errorf("pii: no randomness: %w", err)
	}
	return k.aead.Seal(sealed, nonce, plain, k.header), nil
}

// Open decrypts what Seal made, or fails with ErrUnknownKey or ErrDamaged.
func (k *Keyring) Open(sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || len(sealed) < 1+int(sealed[0]) {
		return nil, ErrDamaged
	}
	header, rest := sealed[:1+int(sealed[0])], sealed[1+int(sealed[0]):]
	if string(header) != string(k.header) {
		return nil, ErrUnknownKey
	}
	if len(rest) < k.aead.NonceSize() {
		return nil, ErrDamaged
	}
	plain, err := k.aead.Open(nil, rest[:k.aead.NonceSize()], rest[k.aead.NonceSize():], header)
	if err != nil {
		return nil, ErrDamaged
	}
	return plain, nil
}

// Lookup is the keyed hash by which a sealed value is found: 64 hex digits. Kinds
// keep equal values of different meaning apart; a kind must not contain a NUL.
func (k *Keyring) Lookup(kind, value string) string {
	mac := hmac.New(sha256.New, k.lookup)
	io.WriteString(mac, kind+"\x00"+value) // a hash never fails to write
	return hex.EncodeToString(mac.Sum(nil))
}

// MaskPhone hides the middle of a mobile number: 139****0001. Anything too short
// to stay unknown that way is hidden whole.
func MaskPhone(phone string) string {
	if len(phone) < 11 {
		return strings.Repeat("*", 4)
	}
	return phone[:3] + "****" + phone[len(phone)-4:]
}

// MaskName keeps the first character of a name: 张**.
func MaskName(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return ""
	}
	return string(first) + "**"
}

// MaskPeer keeps the network of an address and hides the host: 203.0.113.0/24.
func MaskPeer(peer string) string {
	ip, err := netip.ParseAddr(peer)
	if err != nil {
		return ""
	}
	bits := 24
	if ip = ip.Unmap(); ip.Is6() {
		bits = 48
	}
	network, _ := ip.Prefix(bits) // the bits fit the address
	return network.String()
}
