package main

import (
	"context"
	"errors"
	"fmt"

	"closedloop/deal"
	"closedloop/playbook"
	"closedloop/store"
)

// errStandStill says that accounts are pinned to a playbook version that this release cannot use.
var errStandStill = errors.New("accounts stand still: move them to another version with POST /accounts/{id}/playbook")

// doubts are lines about the stored playbooks that do not pass the checks of this release. The error tells that accounts
// stand still on one of them.
func doubts(ctx context.Context, books playbook.Shelf, st *store.Store) ([]string, error) {
	stored, err := st.Playbooks(ctx)
	if err != nil {
		return nil, fmt.Errorf("read stored playbooks: %w", err)
	}
	var errs []error
	for _, p := range stored {
		_, err := books.AddStored(playbook.Source{Ref: p.Ref, Checksum: p.Checksum, Text: []byte(p.Source), Installed: p.Installed})
		errs = append(errs, err)
	}
	use := map[deal.BookRef]int{}
	found := books.Doubts()
	if len(found) > 0 {
		if use, err = st.PlaybookUse(ctx); err != nil {
			return nil, fmt.Errorf("count accounts: %w", err)
		}
	}
	var lines []string
	for _, d := range found {
		state := "its accounts go on, and nothing begins with it"
		if !d.Usable {
			state = "this release cannot use it"
			if use[d.Ref] > 0 {
				errs = append(errs, fmt.Errorf("playbook %s: %w", d.Ref, errStandStill))
			}
		}
		lines = append(lines, fmt.Sprintf("%s, %d accounts: %s\n%s", d.Ref, use[d.Ref], state, d.Problems.Error()))
	}
	return lines, errors.Join(errs...)
}
