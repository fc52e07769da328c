package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/playbook"
	"closedloop/store"
)

// editions are the versions of playbooks for the API.
type editions struct {
	*stock

	working func(region string) deal.Working
}

// Refresh takes in what other processes have stored.
func (e editions) Refresh(ctx context.Context) error {
	return e.store.SyncPlaybooks(ctx) //nolint:wrapcheck // says what it was doing
}

// Editions are the versions of a playbook, newest first.
func (e editions) Editions(ctx context.Context, name string) ([]view.Edition, error) {
	all, err := e.all(ctx, name)
	for i := range all {
		all[i].Text = nil
	}
	return all, err
}

// Edition is one version with its text; 0 is the newest that new cycles begin with, or else the newest there is.
func (e editions) Edition(ctx context.Context, name string, version int) (view.Edition, error) {
	all, err := e.all(ctx, name)
	if err != nil {
		return view.Edition{}, err
	}
	i := slices.IndexFunc(all, func(one view.Edition) bool { return one.Ref.Version == version || (version == 0 && one.Newest) })
	if i < 0 && version == 0 {
		i = 0
	}
	if i < 0 {
		return view.Edition{}, fmt.Errorf("playbook %s version %d: %w", name, version, deal.ErrNotFound)
	}
	return all[i], nil
}

func (e editions) all(ctx context.Context, name string) ([]view.Edition, error) {
	if err := e.Refresh(ctx); err != nil {
		return nil, err
	}
	stored, err := e.store.Playbooks(ctx)
	if err != nil {
		return nil, fmt.Errorf("read playbooks: %w", err)
	}
	var all []view.Edition
	for _, p := range slices.Backward(stored) { // by version, ascending
		if p.Ref.Name == name {
			all = append(all, e.edition(p))
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("playbook %s: %w", name, deal.ErrNotFound)
	}
	return all, nil
}

// edition joins what is stored with what this release makes of it.
func (e editions) edition(p store.Playbook) view.Edition {
	newest, _ := e.books.Newest(p.Ref.Name) // none: the name is not offered any more
	one := view.Edition{
		Ref: p.Ref, Checksum: p.Checksum, StoredAt: p.LoadedAt, Installed: p.Installed, InstalledBy: p.InstalledBy, InstalledAt: p.InstalledAt,
		Newest: newest == p.Ref, Usable: e.books.Usable(p.Ref), Text: []byte(p.Source),
	}
	for _, d := range e.books.Doubts() {
		if d.Ref == p.Ref {
			one.Faults = faultsOf(d.Problems)
		}
	}
	return one
}

func faultsOf(problems playbook.Problems) []view.EditionFault {
	var faults []view.EditionFault
	for _, p := range problems {
		faults = append(faults, view.EditionFault{Line: p.Line, Reason: p.Reason})
	}
	return faults
}

// Install checks a text, stores it, and lets new cycles begin with it: in this order, so that a crash in between leaves
// a version that nobody uses yet, and never an account on a version that is gone. Other processes learn of it before they
// meet an account on it (store.OnPlaybooks).
func (e editions) Install(ctx context.Context, by deal.PersonID, text []byte, check bool) (view.Edition, error) {
	if err := e.Refresh(ctx); err != nil {
		return view.Edition{}, err
	}
	source, err := e.books.Check(text, "playbook")
	if err != nil {
		return view.Edition{}, err //nolint:wrapcheck // says what it was doing
	}
	if check {
		return view.Edition{Ref: source.Ref, Checksum: source.Checksum, Installed: true, Newest: true, Usable: true, Text: text}, nil
	}
	keep := store.Playbook{Ref: source.Ref, Checksum: source.Checksum, Source: string(text), Installed: true, InstalledBy: by}
	err = e.store.KeepPlaybook(ctx, keep)
	if errors.Is(err, deal.ErrStale) { // somebody was faster with another text
		return view.Edition{}, fmt.Errorf("store playbook %s: %w", source.Ref, playbook.ErrChanged)
	}
	if err != nil {
		return view.Edition{}, fmt.Errorf("store playbook: %w", err)
	}
	if _, err := e.books.Install(text, "playbook"); err != nil {
		return view.Edition{}, err //nolint:wrapcheck // says what it was doing
	}
	return e.Edition(ctx, source.Ref.Name, source.Ref.Version)
}

// Preview says what a move of an account in a region would change, and how the deadlines of its step would stand.
func (e editions) Preview(to deal.BookRef, s deal.State, region string, r deal.Records, at time.Time) (playbook.Change, []deal.Clock, error) {
	change, err := e.books.Preview(s.Book, to, s, r, at)
	if err != nil {
		return playbook.Change{}, nil, err //nolint:wrapcheck // says what it was doing
	}
	book, err := e.books.Book(to)
	if err != nil {
		return playbook.Change{}, nil, err //nolint:wrapcheck // says what it was doing
	}
	return change, deal.StepClocksBy(book, s, e.working(region), at), nil
}
