package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"closedloop/config"
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

// pin keeps every version in the database and takes in those that older releases left there: an account stays on the
// version with which its cycle began.
func pin(ctx context.Context, books playbook.Shelf, st *store.Store) error {
	known, err := st.Playbooks(ctx)
	if err != nil {
		return fmt.Errorf("read known playbooks: %w", err)
	}
	for _, p := range known {
		if err := books.Add([]byte(p.Source), fmt.Sprintf("database: %s version %d", p.Ref.Name, p.Ref.Version)); err != nil {
			return fmt.Errorf("take in known playbook: %w", err)
		}
	}
	var errs []error
	for _, s := range books.Sources() {
		errs = append(errs, st.KeepPlaybook(ctx, store.Playbook{Ref: s.Ref, Checksum: s.Checksum, Source: string(s.Text)}))
	}
	return errors.Join(errs...)
}
