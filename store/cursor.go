package store

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"closedloop/deal/view"
)

// Bounds of a page.
const (
	usualPage   = 50
	longestPage = 200
)

// limit is how many items a page holds.
func limit(p view.Page) int {
	if p.Limit <= 0 {
		return usualPage
	}
	return min(p.Limit, longestPage)
}

// cursor is where a page ended: the value it was sorted by and the ID of its last item. List says which list and order
// it belongs to, so that it cannot be carried into another one.
type cursor struct {
	List  string  `json:"l"`
	Value *string `json:"v"` // nil: the last item has none
	ID    string  `json:"i"`
}

func (c cursor) String() string {
	data, err := json.Marshal(c)
	if err != nil {
		panic(err) // three strings can always be encoded
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// after reads the cursor of a page; nil for the first one.
func after(p view.Page, list string) (*cursor, error) {
	if p.Cursor == "" {
		return nil, nil //nolint:nilnil // the first page begins after nothing
	}
	data, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return nil, view.ErrBadCursor
	}
	var c cursor
	if err := json.Unmarshal(data, &c); err != nil || c.List != list || c.ID == "" || c.unreadable() {
		return nil, view.ErrBadCursor
	}
	return &c, nil
}

// unreadable tells whether the cursor has a text that Postgres would not take.
func (c cursor) unreadable() bool {
	return strings.ContainsRune(c.ID, 0) || (c.Value != nil && strings.ContainsRune(*c.Value, 0))
}

// instant is the cursor's value as a point in time; nil when its item had none.
func (c *cursor) instant() (*time.Time, error) {
	if c == nil || c.Value == nil {
		return nil, nil //nolint:nilnil // no instant is an answer
	}
	at, err := time.Parse(time.RFC3339Nano, *c.Value)
	if err != nil { // Postgres would read "yesterday" without a word
		return nil, view.ErrBadCursor
	}
	return &at, nil
}

// afterInstant reads the cursor of a list that is sorted by an instant that every item has.
func afterInstant(p view.Page, list string) (first bool, at time.Time, id string, err error) {
	c, err := after(p, list)
	if err != nil || c == nil {
		return true, time.Time{}, "", err
	}
	value, err := c.instant()
	if err == nil && value == nil {
		err = view.ErrBadCursor
	}
	if err != nil {
		return false, time.Time{}, "", err
	}
	return false, *value, c.ID, nil
}

// page cuts a list that was read with one item too many, and makes the cursor of the next page if there is one.
func page[T any](items []T, p view.Page, last func(T) cursor) ([]T, string) {
	if n := limit(p); len(items) > n {
		items = items[:n]
		return items, last(items[n-1]).String()
	}
	return items, ""
}

// at is the cursor of an item in a list sorted by an instant.
func at(list string, t time.Time, id string) cursor {
	value := t.Format(time.RFC3339Nano)
	return cursor{list, &value, id}
}
