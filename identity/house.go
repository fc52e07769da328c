package identity

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
)

// MinHouseKey is the shortest text that a house key may be: 32 characters of a random text are more than can be guessed.
const MinHouseKey = 32

// Parts of what is sealed, in bytes: the version of its form, which key sealed it, and the nonce before the cipher's text.
const (
	sealVersion = 1
	markBytes   = 8
	keyBytes    = 32
)

// Errors of house keys.
var (
	// ErrHouseKey is given for a text that is too short to be a house key.
	ErrHouseKey = fmt.Errorf("a house key has %d characters or more", MinHouseKey)
	// ErrOtherHouse is given for what was sealed with another house key.
	ErrOtherHouse = errors.New("sealed with another house key")
	// ErrSeal is given for what was changed since it was sealed, was sealed for another place, or never was.
	ErrSeal = errors.New("the seal is broken")
)

// House is the key of an installation that lies outside its database. What the product has to read back but nobody else may
// read in a copy of the database is sealed with it (AES-256-GCM), and secrets that must come out the same again follow
// from it.
type House struct {
	seal cipher.AEAD
	mark [1 + markBytes]byte
	mac  []byte
}

// NewHouse takes the text of a house key. Sealing, marking and deriving use keys of their own that follow from it (RFC 5869).
func NewHouse(key string) (*House, error) {
	if len(key) < MinHouseKey {
		return nil, ErrHouseKey
	}
	h := &House{mac: derive(key, "derive")}
	block, err := aes.NewCipher(derive(key, "seal"))
	if err == nil {
		h.seal, err = cipher.NewGCM(block)
	}
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	h.mark[0] = sealVersion
	copy(h.mark[1:], derive(key, "mark"))
	return h, nil
}

func derive(key, use string) []byte {
	out, err := hkdf.Key(sha256.New, []byte(key), nil, "closedloop house key: "+use, keyBytes)
	if err != nil {
		panic(err) // only for lengths beyond what the hash can give
	}
	return out
}

// Mark is what everything sealed with this key begins with. It tells keys apart and says nothing about them.
func (h *House) Mark() []byte { return bytes.Clone(h.mark[:]) }

// String names the key in error texts and logs without giving it away.
func (h *House) String() string { return hex.EncodeToString(h.mark[1:]) }

// Seal closes a text that belongs to one place, such as a row's ID: it opens nowhere else. Each call makes another one.
func (h *House) Seal(place, text string) []byte {
	nonce := make([]byte, h.seal.NonceSize())
	_, _ = rand.Read(nonce) // never fails, see NewToken
	sealed := append(h.Mark(), nonce...)
	return h.seal.Seal(sealed, nonce, []byte(text), h.beside(place))
}

// Open is the text that was sealed for a place; [ErrOtherHouse] or [ErrSeal] when it cannot be read.
func (h *House) Open(place string, sealed []byte) (string, error) {
	begin := len(h.mark) + h.seal.NonceSize()
	switch {
	case len(sealed) < begin || sealed[0] != sealVersion:
		return "", ErrSeal
	case !bytes.Equal(sealed[:len(h.mark)], h.mark[:]):
		return "", ErrOtherHouse
	}
	text, err := h.seal.Open(nil, sealed[len(h.mark):begin], sealed[begin:], h.beside(place))
	if err != nil {
		return "", ErrSeal
	}
	return string(text), nil
}

// beside is what is authenticated together with a text: form and key, so that neither can be exchanged, and the place.
func (h *House) beside(place string) []byte { return append(h.Mark(), place...) }

// Token is the token that follows from parts under this key: the same parts give the same one, and nothing has to be kept
// for it.
func (h *House) Token(parts ...string) Token {
	mac := hmac.New(sha256.New, h.mac)
	for _, part := range parts {
		mac.Write([]byte(strconv.Itoa(len(part))))
		mac.Write([]byte{':'})
		mac.Write([]byte(part))
	}
	return Token(TokenPrefix + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
}
