package deal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// EventVersion is the version of every body's shape in this release.
const EventVersion = 1

// eventContent is what of an event is kept as JSON: its body and what it opened and told.
type eventContent struct {
	Data    json.RawMessage `json:"data"`
	Tasks   []Task          `json:"tasks,omitempty"`
	Notices []Notice        `json:"notices,omitempty"`
}

// Content encodes the event's body, tasks and notices as the log keeps them.
func (e Event) Content() ([]byte, error) {
	data, err := json.Marshal(e.Body)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", e.Kind, err)
	}
	return json.Marshal(eventContent{Data: data, Tasks: e.Tasks, Notices: e.Notices})
}

// SetContent decodes what Content encoded; the event's kind decides the type of the body.
func (e *Event) SetContent(content []byte) error {
	var c eventContent
	if err := json.Unmarshal(content, &c); err != nil {
		return fmt.Errorf("decode event %d: %w", e.Seq, err)
	}
	target := newEventBody(e.Kind)
	if target == nil || e.Version != EventVersion {
		return fmt.Errorf("decode event %d: unknown kind %q version %d", e.Seq, e.Kind, e.Version)
	}
	if err := json.Unmarshal(c.Data, target); err != nil {
		return fmt.Errorf("decode event %d: %w", e.Seq, err)
	}
	body, ok := reflect.ValueOf(target).Elem().Interface().(EventBody)
	if !ok {
		return fmt.Errorf("decode event %d: %q has no body type", e.Seq, e.Kind)
	}
	e.Body, e.Tasks, e.Notices = body, c.Tasks, c.Notices
	return nil
}

// hashed is the canonical form of an event, version 1: fixed fields in fixed order, UTC instants, no floats, no maps.
type hashed struct {
	Account AccountID       `json:"account"`
	Seq     int64           `json:"seq"`
	Cycle   int             `json:"cycle"`
	Step    Step            `json:"step"`
	Kind    EventKind       `json:"kind"`
	Version int             `json:"version"`
	Content json.RawMessage `json:"content"`
	Actor   PersonID        `json:"actor"`
	Key     string          `json:"key"`
	At      time.Time       `json:"at"`
}

// Digest is SHA-256 over the previous hash and the canonical JSON of the event, re-encoded from the decoded body, in
// hex (trust-and-speed.md SA1).
func (e Event) Digest() (string, error) {
	content, err := e.Content()
	if err != nil {
		return "", err
	}
	canonical, err := json.Marshal(hashed{e.Account, e.Seq, e.Cycle, e.Step, e.Kind, e.Version, content, e.Actor, e.Key, e.At.UTC()})
	if err != nil {
		return "", fmt.Errorf("encode event %d: %w", e.Seq, err)
	}
	h := sha256.New()
	h.Write([]byte(e.Prev))
	h.Write(canonical)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Seal chains events to a head, in order, and fills in their hashes. The fold of sealed events carries the new head.
func Seal(head string, events []Event) ([]Event, error) {
	for i := range events {
		events[i].Prev = head
		hash, err := events[i].Digest()
		if err != nil {
			return nil, err
		}
		events[i].Hash = hash
		head = hash
	}
	return events, nil
}

// Break is where a chain does not hold.
type Break struct {
	Seq    int64  `json:"seq"`
	Reason string `json:"reason"` // gap, broken_link, changed
}

// Verify checks a whole log: numbers without gap, links and hashes. Nothing is returned for a chain that holds.
func Verify(log []Event) (*Break, error) {
	head := ""
	for i, e := range log {
		if e.Seq != int64(i)+1 {
			return &Break{Seq: int64(i) + 1, Reason: "gap"}, nil
		}
		if e.Prev != head {
			return &Break{Seq: e.Seq, Reason: "broken_link"}, nil
		}
		hash, err := e.Digest()
		if err != nil {
			return nil, err
		}
		if hash != e.Hash {
			return &Break{Seq: e.Seq, Reason: "changed"}, nil
		}
		head = hash
	}
	return nil, nil //nolint:nilnil // no break and no error is the good answer
}

// newEventBody is a pointer to an empty body of a kind; nil for a kind that is none.
func newEventBody(k EventKind) any {
	for _, b := range eventBodies() {
		if b.kind() == k {
			return reflect.New(reflect.TypeOf(b)).Interface()
		}
	}
	return nil
}
