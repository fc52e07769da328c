package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"closedloop/config"
	"closedloop/deal"
	"closedloop/playbook"
	"closedloop/store"
)

// loadBooks reads the shipped and configured playbooks.
func loadBooks(c config.Config, zone *time.Location) (playbook.Shelf, error) {
	var overrides fs.FS
	if c.Playbooks.Dir != "" {
		overrides = os.DirFS(c.Playbooks.Dir)
	}
	library, err := playbook.Load(playbook.Options{Overrides: overrides, Zone: zone})
	if err != nil {
		return playbook.Shelf{}, fmt.Errorf("load playbooks: %w", err)
	}
	shelf, err := playbook.NewShelf(library, c.Playbooks.Default)
	if err != nil {
		return playbook.Shelf{}, fmt.Errorf("playbooks.default: %w", err)
	}
	return shelf, nil
}

// stock is the library of this process, joined with what all processes of the installation have stored.
type stock struct {
	books playbook.Shelf
	store *store.Store
	log   *slog.Logger

	mu     sync.Mutex
	warned map[deal.BookRef]bool
}

// share keeps every version of this process in the database, and takes in those that older releases and other processes
// left there or will: an account stays on the version with which its cycle began, whoever brought it. A version that this
// release would refuse as a file does not stop the start; the accounts on it go on, or stand still until they are moved,
// as the warning says.
func share(ctx context.Context, books playbook.Shelf, st *store.Store, log *slog.Logger) (*stock, error) {
	s := &stock{books: books, store: st, log: log, warned: map[deal.BookRef]bool{}}
	known, err := st.Playbooks(ctx)
	if err != nil {
		return nil, fmt.Errorf("read known playbooks: %w", err)
	}
	if err := s.takeIn(ctx, known); err != nil {
		return nil, fmt.Errorf("take in known playbooks: %w", err)
	}
	var errs []error
	for _, b := range books.Sources() {
		errs = append(errs, st.KeepPlaybook(ctx, store.Playbook{Ref: b.Ref, Checksum: b.Checksum, Source: string(b.Text), Installed: b.Installed}))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("keep playbooks: %w", err)
	}
	st.OnPlaybooks(func(ctx context.Context, all []store.Playbook) error {
		if err := s.takeIn(ctx, all); err != nil {
			// Another text under a known version: the database refuses to store one, so that a file of this process is not
			// what was stored. Nobody begins with either; the accounts of all others go on.
			log.ErrorContext(ctx, "a stored playbook is not the one of this process", "error", err)
		}
		return nil
	})
	life := context.WithoutCancel(ctx)
	books.Ask(func() error {
		ctx, cancel := context.WithTimeout(life, askWithin)
		defer cancel()
		return st.SyncPlaybooks(ctx) //nolint:wrapcheck // says what it was doing
	})
	return s, nil
}

// askWithin bounds the look for a version that this process does not know.
const askWithin = 2 * time.Second

// takeIn hands stored versions to the library. Those that it knows cost nothing.
func (s *stock) takeIn(ctx context.Context, stored []store.Playbook) error {
	var errs []error
	for _, p := range stored {
		doubt, err := s.books.AddStored(playbook.Source{Ref: p.Ref, Checksum: p.Checksum, Text: []byte(p.Source), Installed: p.Installed})
		if err != nil {
			errs = append(errs, err)
		}
		if len(doubt.Problems) > 0 && s.first(p.Ref) {
			s.log.WarnContext(ctx, "a stored playbook does not pass the checks of this release", "name", p.Ref.Name, "version", p.Ref.Version,
				"usable", doubt.Usable, "problems", doubt.Problems.Error())
		}
	}
	return errors.Join(errs...)
}

// first tells whether a version was not warned of yet.
func (s *stock) first(ref deal.BookRef) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.warned[ref]
	s.warned[ref] = true
	return !before
}
