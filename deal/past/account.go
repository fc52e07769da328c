package past

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// ErrNotYet is the error about an instant before the account was opened.
var ErrNotYet = errors.New("the account was not there yet")

// Account is an account at an instant.
type Account struct {
	State        deal.State
	Profile      deal.Profile
	Contacts     []deal.Contact
	Forms        []deal.Form        // of the cycle that ran, in the order of the ring
	Interactions []deal.Interaction // of all cycles, in the order in which they were logged
	File         dossier.File       // of all cycles, with what accounts above shared
	Documents    []deal.Document    // the same, as they are kept
}

// Form finds a step's form of the cycle that ran.
func (a Account) Form(s deal.Step) (deal.Form, bool) {
	return deal.Records{Forms: a.Forms}.Form(s)
}

// At puts an account back to an instant, which is inclusive; the zero instant takes everything as it is.
func At(h view.History, at time.Time) (Account, error) {
	log := h.Log
	if !at.IsZero() {
		log = log[:eventsUntil(log, at)]
	}
	if len(log) == 0 {
		return Account{}, ErrNotYet
	}
	a := Account{State: deal.Fold(deal.State{}, log...), Profile: h.Profile}
	for _, e := range log {
		if b, ok := e.Body.(deal.InteractionLogged); ok {
			a.Interactions = append(a.Interactions, b.Interaction)
		}
	}
	contacts := recordsOf(h.Contacts, func(c deal.Contact) string { return c.ID })
	forms := recordsOf(h.Forms, func(f deal.Form) string { return strconv.Itoa(f.Cycle) + "/" + string(f.Step) })
	documents := recordsOf(h.Dossier, func(d deal.Document) string { return d.Kind + "/" + d.ID })
	for _, c := range h.Later {
		if at.IsZero() || !c.At.After(at) {
			continue
		}
		var err error
		switch c.Table {
		case "account_profile":
			a.Profile, err = before(c, deal.Profile{})
		case "contacts":
			err = contacts.undo(c)
		case "step_forms":
			err = forms.undo(c)
		case "dossier":
			err = documents.undo(c)
		}
		if err != nil {
			return Account{}, err
		}
	}
	a.Contacts = contacts.rows
	for _, f := range forms.rows {
		if f.Cycle == a.State.Cycle {
			a.Forms = append(a.Forms, f)
		}
	}
	slices.SortFunc(a.Forms, func(x, y deal.Form) int { return cmp.Compare(x.Step.Number(), y.Step.Number()) })
	a.Documents = documents.rows
	var err error
	a.File, err = dossier.FileOf(a.Documents)
	return a, err
}

// Under adds what an account above, put back to the same instant, showed to this one. It is called for the nearest first.
func (a *Account) Under(above Account) error {
	id := above.State.Account
	contacts := slices.Clone(above.Contacts)
	for i := range contacts {
		contacts[i].SharedFrom = id
	}
	var documents []deal.Document
	for _, d := range above.Documents {
		if d.Cycle == 0 && slices.Contains(deal.SharedKinds(), d.Kind) {
			d.SharedFrom = id
			documents = append(documents, d)
		}
	}
	r := deal.Records{Contacts: a.Contacts, Dossier: a.Documents}
	r.Share(contacts, documents)
	a.Contacts, a.Documents = r.Contacts, r.Dossier
	var err error
	a.File, err = dossier.FileOf(a.Documents)
	return err
}

// eventsUntil is how many events of a log had happened at an instant; in a log, time never runs backwards.
func eventsUntil(log []deal.Event, at time.Time) int {
	if i := slices.IndexFunc(log, func(e deal.Event) bool { return e.At.After(at) }); i >= 0 {
		return i
	}
	return len(log)
}

// records are the rows of one table, found by what a change row calls them.
type records[R any] struct {
	rows []R
	id   func(R) string
}

func recordsOf[R any](rows []R, id func(R) string) *records[R] {
	return &records[R]{rows: slices.Clone(rows), id: id}
}

// undo puts one record back to what it was before a change.
func (r *records[R]) undo(c view.Change) error {
	i := slices.IndexFunc(r.rows, func(row R) bool { return r.id(row) == c.ID })
	if c.Before == nil { // made by the change
		if i >= 0 {
			r.rows = slices.Delete(r.rows, i, i+1)
		}
		return nil
	}
	var none R
	was, err := before(c, none)
	switch {
	case err != nil:
		return err
	case i >= 0:
		r.rows[i] = was
	default: // deleted by the change, or by one after it
		r.rows = append(r.rows, was)
	}
	return nil
}

// before is what a record was before a change; none when the change made it.
func before[R any](c view.Change, none R) (R, error) {
	if c.Before == nil {
		return none, nil
	}
	var was R
	if err := json.Unmarshal(c.Before, &was); err != nil {
		return none, fmt.Errorf("read %s %s of the past: %w", c.Table, c.ID, err)
	}
	return was, nil
}
