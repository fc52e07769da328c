package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"closedloop/deal"
)

// texts collects what people wrote in a command. The command carries an ID and a keyed hash; the text itself is put
// beside it and becomes part of the account in the command's transaction, so that it can be erased one day and the log
// still verifies.
type texts struct {
	secret []byte
	key    string // of the command
	byID   map[string]string
}

// ref stages the text of a field and answers the reference to it; nil for one without a visible character. The ID follows
// from key, field and content: a repeated request stages the same thing, and another request under the same key cannot
// slip its own text under this one.
func (t *texts) ref(field, text string) *deal.TextRef {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	hash := t.hash(text)
	id := derivedID("text", t.key, field, hash)
	if t.byID == nil {
		t.byID = map[string]string{}
	}
	t.byID[id] = text
	return &deal.TextRef{ID: id, Hash: hash}
}

// hash is HMAC-SHA256 with the installation's secret: without it nobody can guess a short text from its hash.
func (t *texts) hash(text string) string {
	mac := hmac.New(sha256.New, t.secret)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}
