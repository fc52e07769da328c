package dossier

import (
	"cmp"
	"slices"
	"time"

	"closedloop/deal"
)

// Record is one document of an account's file.
type Record interface {
	// Kind says what the document is about.
	Kind() Kind
	// Validate says everything that is malformed or makes no sense, each with a JSON pointer, a sentence and a remedy.
	// What is merely missing yet is for a gate to ask for. now is in the organisation's zone, where days begin.
	Validate(now time.Time) deal.Refusals
}

// Keyed is implemented by records of which an account (and cycle, where the kind is per cycle) holds at most one for
// each key: one stakeholder for a contact, one agreement for a number.
type Keyed interface {
	Record
	// Key is compared as it stands.
	Key() string
}

// Filed is one version of a record as it is on file.
type Filed struct {
	ID      string
	Cycle   int // the cycle in which it was begun
	Version int64
	Edited  int64 // version that somebody wrote, where an event wrote later ones; 0: this one
	At      time.Time
	By      deal.PersonID
	Record  Record
}

// File is an account's records, each in one version: the newest, or the one of a past instant.
type File []Filed

// Entry is a record of a known type with its place on file.
type Entry[R Record] struct {
	ID      string
	Cycle   int
	Version int64
	Edited  int64 // as in [Filed]
	At      time.Time
	By      deal.PersonID
	Body    R
}

// unedited tells whether what is on file is what somebody saw in a version: nobody has edited it since.
func (e Entry[R]) unedited(since int64) bool {
	edited := e.Edited
	if edited == 0 {
		edited = e.Version
	}
	return edited <= since && since <= e.Version
}

// Entries are the records of a type, oldest first.
func Entries[R Record](f File) []Entry[R] {
	var out []Entry[R]
	for _, filed := range f {
		if body, ok := filed.Record.(R); ok {
			out = append(out, Entry[R]{
				ID: filed.ID, Cycle: filed.Cycle, Version: filed.Version, Edited: filed.Edited, At: filed.At, By: filed.By, Body: body,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b Entry[R]) int {
		return cmp.Or(cmp.Compare(a.Cycle, b.Cycle), a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// Bodies are the documents of a type, oldest first.
func Bodies[R Record](f File) []R {
	var out []R
	for _, e := range Entries[R](f) {
		out = append(out, e.Body)
	}
	return out
}

// Newest is the document of a type that was written last; the second value is false when there is none.
func Newest[R Record](f File) (R, bool) {
	if all := Entries[R](f); len(all) > 0 {
		return all[len(all)-1].Body, true
	}
	var none R
	return none, false
}

// Of leaves out what belongs to other cycles: kinds that are per cycle are those of the given one, the others stay.
func (f File) Of(cycle int) File {
	return slices.DeleteFunc(slices.Clone(f), func(filed Filed) bool {
		info, ok := KindOf(filed.Record.Kind())
		return !ok || (info.PerCycle && filed.Cycle != cycle)
	})
}
