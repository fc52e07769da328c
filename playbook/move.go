package playbook

import (
	"errors"

	"closedloop/deal"
)

// known is an error that has a code of the rules: whoever meets it refuses with that, and does not report a fault.
type known struct {
	code deal.Code
	text string
}

func (k *known) Error() string { return k.text }

// Refusal is what to answer.
func (k *known) Refusal() deal.Refusal { return deal.Refusal{Code: k.code} }

// Movable is the rules of a version for an account that is to be moved to it, or what stands against that: nobody knows
// it, this release cannot use it, or it no longer passes the checks. It asks nobody: a command knows what is stored.
func (l *Library) Movable(ref deal.BookRef) (deal.Book, deal.Refusals, error) {
	no := func(code deal.Code) (deal.Book, deal.Refusals, error) {
		return deal.Book{}, deal.Refusals{{Code: code, Field: "/version", Args: []string{ref.String()}}}, nil
	}
	p, err := l.get(ref)
	switch {
	case errors.Is(err, deal.ErrNotFound):
		return no(deal.CodeUnknownPlaybook)
	case errors.Is(err, ErrUnusable):
		return no(deal.CodePlaybookUnusable)
	case err != nil:
		return deal.Book{}, nil, err
	case len(p.doubts) > 0:
		return no(deal.CodePlaybookOutdated)
	}
	return p.Book(), nil, nil
}

// Usable tells whether this release can use a version; one that nobody knows is not judged.
func (l *Library) Usable(ref deal.BookRef) bool {
	_, err := l.get(ref)
	return !errors.Is(err, ErrUnusable)
}
