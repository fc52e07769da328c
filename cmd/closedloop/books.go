package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
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
// version with which its cycle began. One that this release would refuse as a file does not stop the start; the accounts
// on it go on, or stand still until they are moved, as the warning says.
func pin(ctx context.Context, books playbook.Shelf, st *store.Store, log *slog.Logger) error {
	known, err := st.Playbooks(ctx)
	if err != nil {
		return fmt.Errorf("read known playbooks: %w", err)
	}
	for _, p := range known {
		doubt, err := books.AddStored(playbook.Source{Ref: p.Ref, Checksum: p.Checksum, Text: []byte(p.Source)})
		if err != nil {
			return fmt.Errorf("take in known playbook: %w", err)
		}
		if len(doubt.Problems) > 0 {
			log.WarnContext(ctx, "a stored playbook does not pass the checks of this release", "name", p.Ref.Name, "version", p.Ref.Version,
				"usable", doubt.Usable, "problems", doubt.Problems.Error())
		}
	}
	var errs []error
	for _, s := range books.Sources() {
		errs = append(errs, st.KeepPlaybook(ctx, store.Playbook{Ref: s.Ref, Checksum: s.Checksum, Source: string(s.Text)}))
	}
	return errors.Join(errs...)
}
