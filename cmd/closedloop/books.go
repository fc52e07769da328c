package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"closedloop/config"
	"closedloop/deal"
	"closedloop/playbook"
	"closedloop/store"
)

// books gives the library to workflows and API, with the default of the settings.
type books struct {
	*playbook.Library

	standard string
}

// loadBooks reads the shipped and configured playbooks.
func loadBooks(c config.Config, zone *time.Location) (books, error) {
	var overrides fs.FS
	if c.Playbooks.Dir != "" {
		overrides = os.DirFS(c.Playbooks.Dir)
	}
	library, err := playbook.Load(playbook.Options{Overrides: overrides, Zone: zone})
	if err != nil {
		return books{}, fmt.Errorf("load playbooks: %w", err)
	}
	if _, err := library.Newest(c.Playbooks.Default); err != nil {
		return books{}, fmt.Errorf("playbooks.default: %w", err)
	}
	return books{library, c.Playbooks.Default}, nil
}

// pin keeps every version in the database and takes in those that older releases left there: an account stays on the
// version with which its cycle began.
func (b books) pin(ctx context.Context, st *store.Store) error {
	known, err := st.Playbooks(ctx)
	if err != nil {
		return fmt.Errorf("read known playbooks: %w", err)
	}
	for _, p := range known {
		if err := b.Add([]byte(p.Source), fmt.Sprintf("database: %s version %d", p.Ref.Name, p.Ref.Version)); err != nil {
			return fmt.Errorf("take in known playbook: %w", err)
		}
	}
	var errs []error
	for _, s := range b.Sources() {
		errs = append(errs, st.KeepPlaybook(ctx, store.Playbook{Ref: s.Ref, Checksum: s.Checksum, Source: string(s.Text)}))
	}
	return errors.Join(errs...)
}

func (b books) Default() deal.BookRef {
	p, err := b.Library.Newest(b.standard)
	if err != nil {
		return deal.BookRef{} // checked when the books were loaded
	}
	return p.Ref()
}

func (b books) Newest(name string) (deal.BookRef, error) {
	p, err := b.Library.Newest(name)
	if err != nil {
		return deal.BookRef{}, fmt.Errorf("newest playbook: %w", err)
	}
	return p.Ref(), nil
}

func (b books) Chain(s deal.State, r deal.Records, kind deal.ApprovalKind, amountMinor int64, currency string) ([]deal.LevelRules, error) {
	levels, err := b.Library.Chain(kind, s, r, amountMinor, currency)
	if err != nil {
		return nil, fmt.Errorf("approval chain: %w", err)
	}
	return levels, nil
}

// List describes the newest versions for the API.
func (b books) List() []any {
	var out []any
	for _, s := range b.Library.List() {
		out = append(out, s)
	}
	return out
}

// Describe describes one version for the API.
func (b books) Describe(name string, version int) (any, error) {
	d, err := b.Library.Describe(name, version)
	if err != nil {
		return nil, fmt.Errorf("describe playbook: %w", err)
	}
	return d, nil
}
