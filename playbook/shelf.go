package playbook

import (
	"fmt"
	"time"

	"closedloop/deal"
)

// Shelf is a library with the playbook that new accounts begin with: what the worker and the API ask.
type Shelf struct {
	*Library

	standard string
}

// NewShelf checks that the standard playbook is in the library.
func NewShelf(library *Library, standard string) (Shelf, error) {
	if _, err := library.Newest(standard); err != nil {
		return Shelf{}, err
	}
	return Shelf{library, standard}, nil
}

// Default is the newest version of the standard playbook.
func (s Shelf) Default() deal.BookRef {
	p, err := s.Library.Newest(s.standard)
	if err != nil {
		return deal.BookRef{} // checked by NewShelf; a library never loses a playbook
	}
	return p.Ref()
}

// Newest is the newest version of a playbook.
func (s Shelf) Newest(name string) (deal.BookRef, error) {
	p, err := s.Library.Newest(name)
	if err != nil {
		return deal.BookRef{}, fmt.Errorf("newest playbook: %w", err)
	}
	return p.Ref(), nil
}

// Chain is the levels of an approval whose conditions hold at an instant.
func (s Shelf) Chain(
	st deal.State, r deal.Records, kind deal.ApprovalKind, amountMinor int64, currency string, at time.Time,
) ([]deal.LevelRules, error) {
	return s.Library.Chain(kind, st, r, amountMinor, currency, at)
}

// List describes the newest version of every playbook.
func (s Shelf) List() []any {
	out := []any{}
	for _, b := range s.Library.List() {
		out = append(out, b)
	}
	return out
}

// Describe describes one version; 0 is the newest.
func (s Shelf) Describe(name string, version int) (any, error) {
	return s.Library.Describe(name, version)
}
