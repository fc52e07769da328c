package store

import (
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"closedloop/deal"
)

// Absent values are NULL in the tables and zero values in Go. These go from one to the other.

// orNull is a text, or NULL when it is empty.
func orNull[T ~string](v T) any {
	if v == "" {
		return nil
	}
	return string(v)
}

// instantOrNull is an instant, or NULL when it is zero.
func instantOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// refOrNull are a text's ID and hash, or NULLs.
func refOrNull(r *deal.TextRef) (id, hash any) {
	if r == nil {
		return nil, nil
	}
	return r.ID, r.Hash
}

// words are texts as an array that is never NULL.
func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// word scans a text that may be NULL.
type word[T ~string] struct{ to *T }

// ScanText implements pgtype.TextScanner.
func (w word[T]) ScanText(v pgtype.Text) error {
	*w.to = T(v.String)
	return nil
}

// text scans into any string type; NULL becomes empty.
func text[T ~string](to *T) word[T] { return word[T]{to} }

// moment scans an instant that may be NULL, in UTC whatever the session's time zone.
type moment struct{ to *time.Time }

// ScanTimestamptz implements pgtype.TimestamptzScanner.
func (m moment) ScanTimestamptz(v pgtype.Timestamptz) error {
	*m.to = time.Time{}
	if v.Valid {
		*m.to = v.Time.UTC()
	}
	return nil
}

// instant scans into a time; NULL becomes zero.
func instant(to *time.Time) moment { return moment{to} }

// ref makes a text's reference of two columns that may be NULL.
func ref(id, hash string) *deal.TextRef {
	if id == "" {
		return nil
	}
	return &deal.TextRef{ID: id, Hash: hash}
}

// numberOrNull is a number, or NULL when it is 0.
func numberOrNull(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
