package cardsale

import (
	"archive/zip"
	"bytes"
	"crypto/aes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint // the format says so
	"encoding/binary"
	"io"
)

// An AES zip as WinZip defined it (AE-2, 256 bits), which 7-Zip, WinRAR, Keka and phones
// open: PDF's own encryption in our library is RC4, and JSON has none.
const (
	zipAES        = 99
	zipSalt       = 16
	zipKey        = 32
	zipVerifier   = 2
	zipMAC        = 10
	zipIterations = 1000 // is given; the length of the password makes up for it
)

// zipped is a zip with one file that is encrypted under the password.
func zipped(rand io.Reader, name string, plain []byte, password string) ([]byte, error) {
	salt := make([]byte, zipSalt)
	if _, err := io.ReadFull(rand, salt); err != nil {
		return nil, err
	}
	keys, err := pbkdf2.Key(sha1.New, password, salt, zipIterations, 2*zipKey+zipVerifier)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(keys[:zipKey])
	if err != nil {
		return nil, err
	}
	secret := bytes.Clone(plain)
	var counter, mask [aes.BlockSize]byte
	for at := 0; at < len(secret); at += aes.BlockSize { // CTR, but the counter's least byte comes first
		binary.LittleEndian.PutUint64(counter[:], uint64(at/aes.BlockSize+1))
		block.Encrypt(mask[:], counter[:])
		for i := at; i < min(at+aes.BlockSize, len(secret)); i++ {
			secret[i] ^= mask[i-at]
		}
	}
	mac := hmac.New(sha1.New, keys[zipKey:2*zipKey])
	mac.Write(secret)
	content := append(append(append(salt, keys[2*zipKey:]...), secret...), mac.Sum(nil)[:zipMAC]...)

	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	file, err := archive.CreateRaw(&zip.FileHeader{
		Name: name, Method: zipAES, Flags: 1, CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(plain)), ReaderVersion: 51, CreatorVersion: 51,
		Extra: []byte{0x01, 0x99, 7, 0, 2, 0, 'A', 'E', 3, 0, 0}, // AE-2, 256 bits, stored
	})
	if err == nil {
		_, err = file.Write(content)
	}
	if err == nil {
		err = archive.Close()
	}
	return out.Bytes(), err
}
