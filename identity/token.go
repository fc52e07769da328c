package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// TokenPrefix begins every token, so that people and secret scanners recognise one.
const TokenPrefix = "cl_"

// tokenBytes is the randomness of a token: 256 bits cannot be guessed, so their hash needs no salt and no slowness.
const tokenBytes = 32

// Token is a bearer secret, of a login session or of an API token. It is shown once and never stored.
type Token string

// NewToken makes a token from the system's random source.
func NewToken() Token {
	var raw [tokenBytes]byte
	_, _ = rand.Read(raw[:]) // never fails: the runtime ends the process where there is no randomness
	return Token(TokenPrefix + base64.RawURLEncoding.EncodeToString(raw[:]))
}

// Hash is what is stored of a token and what it is found by: SHA-256 over the whole text.
func (t Token) Hash() []byte {
	sum := sha256.Sum256([]byte(t))
	return sum[:]
}

// WellFormed tells whether a text can be a token at all. What cannot need not be looked up.
func (t Token) WellFormed() bool {
	body, ok := strings.CutPrefix(string(t), TokenPrefix)
	if !ok {
		return false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(body)
	return err == nil && len(raw) == tokenBytes
}

// String hides the secret from logs and error texts.
func (t Token) String() string { return TokenPrefix + "…" }

// Reveal is the token itself, for the one moment in which it is handed over.
func (t Token) Reveal() string { return string(t) }

// PublicID names what a token opens, in logs and keys, without giving the token away.
func PublicID(t Token) string {
	sum := sha256.Sum256(append([]byte("id of "), t...))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
