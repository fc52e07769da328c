package api

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"closedloop/deal"
)

// A nonce ties a decision by a link to a page that was read: it names the link and the time until which it is good, under
// a key that only the installation has. It is kept nowhere; that it counts once is the command key's to see to, which
// follows from it.

// nonceLasts is how long a page may lie open before its form is sent.
const nonceLasts = time.Hour

// Parts of a nonce, in bytes: until when, what tells two apart, and what proves both.
const (
	nonceUntil  = 8
	nonceRandom = 12
	nonceProof  = 16
)

func (a *API) nonce(l deal.DecisionLink, now time.Time) string {
	raw := make([]byte, nonceUntil+nonceRandom, nonceUntil+nonceRandom+nonceProof)
	binary.BigEndian.PutUint64(raw, uint64(now.Add(nonceLasts).Unix())) //nolint:gosec // after 1970
	_, _ = rand.Read(raw[nonceUntil:])                                  // never fails: the runtime ends the process where there is no randomness
	return base64.RawURLEncoding.EncodeToString(append(raw, a.proof(l, raw)...))
}

func (a *API) nonceFits(l deal.DecisionLink, nonce string, now time.Time) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(nonce)
	if err != nil || len(raw) != nonceUntil+nonceRandom+nonceProof {
		return false
	}
	said, proof := raw[:nonceUntil+nonceRandom], raw[nonceUntil+nonceRandom:]
	until := time.Unix(int64(binary.BigEndian.Uint64(said)), 0) //nolint:gosec // ours, or the proof fails
	return hmac.Equal(proof, a.proof(l, said)) && now.Before(until)
}

func (a *API) proof(l deal.DecisionLink, said []byte) []byte {
	mac := hmac.New(sha256.New, a.TextKey)
	mac.Write([]byte("nonce of link " + l.ID + "\x00"))
	mac.Write(said)
	return mac.Sum(nil)[:nonceProof]
}
