package view

import (
	"errors"

	"closedloop/deal"
)

// ErrReadOnly is given to a viewer who sees an account and may not write its records.
var ErrReadOnly = errors.New("the viewer may read this account only")

// ErrNoFile is given for a document that describes a file whose bytes are not kept (any more): bring them again.
var ErrNoFile = errors.New("the file that the document describes is not kept")

// ErrBadSort is given for a column by which a list cannot be sorted (see [AccountSorts]).
var ErrBadSort = errors.New("not a column to sort by")

// StateError refuses an edit of a record because of where the account stands.
type StateError struct{ Code deal.Code }

func (e *StateError) Error() string { return "account does not allow this: " + string(e.Code) }
