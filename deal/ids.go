package deal

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strconv"
)

// AccountID is the UUID of an account; it is also the second half of its workflow ID.
type AccountID string

// PersonID is the UUID of a user.
type PersonID string

// TeamID is the UUID of a team or of an area (a team of teams).
type TeamID string

// System is the actor of what the clock does.
const System PersonID = "system"

// CommandKey is the key under which an account's log remembers a command for ever, and the update's ID in the engine
// (contract.md §1). Two people who send the same idempotency key never share an answer.
func CommandKey(installation string, actor PersonID, account AccountID, idempotencyKey string) string {
	h := sha256.New()
	for _, part := range []string{installation, string(actor), string(account), idempotencyKey} {
		h.Write([]byte(strconv.Itoa(len(part)))) // lengths keep ("ab","c") and ("a","bc") apart
		h.Write([]byte{':'})
		h.Write([]byte(part))
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil))[:40]
}

// derivedID makes the ID of something that is born in an event: it follows from account, sequence number and place,
// so a rebuilt account has the same ones.
func derivedID(account AccountID, seq int64, kind string, n int) string {
	h := sha256.Sum256([]byte(string(account) + "/" + strconv.FormatInt(seq, 10) + "/" + kind + "/" + strconv.Itoa(n)))
	h[6] = h[6]&0x0f | 0x80 // RFC 9562 version 8: a UUID of the maker's own derivation
	h[8] = h[8]&0x3f | 0x80
	s := hex.EncodeToString(h[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
