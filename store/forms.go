package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	oneForm    = named("Form")
	lockForm   = named("LockForm")
	changeForm = named("ChangeForm")
)

// Form is what is on file for a step of a cycle; cycle 0 is the running one. Version 0 says that nothing is.
func (s *Store) Form(ctx context.Context, v view.Viewer, id deal.AccountID, step deal.Step, cycle int) (deal.Form, error) {
	args := as(v, pgx.StrictNamedArgs{"id": string(id), "step": string(step), "cycle": cycle})
	rows, err := s.pool.Query(ctx, string(oneForm), args)
	if err != nil {
		return deal.Form{}, fail("read form", err)
	}
	f, err := pgx.CollectExactlyOneRow(rows, scanForm)
	return f, fail("read form", err)
}

// PutForm replaces the content of a step's form in the running cycle. The editor read it at a version, 0 for a form with
// nothing on file; when it has moved since, the present one comes back with [deal.ErrStale]. Forms may be edited while
// the account is active, for the present step and earlier ones: else *[view.StateError].
func (s *Store) PutForm(
	ctx context.Context, v view.Viewer, id deal.AccountID, step deal.Step, version int64, content map[string]any,
) (deal.Form, error) {
	var present deal.Form
	allowed := func(at deal.State) error { return formOpen(at, step) }
	err := s.edit(ctx, "change form", v, id, allowed, func(e edit) error {
		before, err := e.form(ctx, step)
		if err != nil {
			return err
		}
		present = before
		if before.Version != version {
			return deal.ErrStale
		}
		wrote := int64(0)
		if version == 0 {
			tag, err := e.Exec(ctx, string(addForm), string(id), e.state.Cycle, string(step), content, string(e.by))
			if err != nil {
				return err
			}
			wrote = tag.RowsAffected()
		} else {
			tag, err := e.Exec(ctx, string(changeForm), string(id), e.state.Cycle, string(step), content, string(e.by), version)
			if err != nil {
				return err
			}
			wrote = tag.RowsAffected()
		}
		if present, err = e.form(ctx, step); err != nil {
			return err
		}
		if wrote == 0 { // somebody else made the first version while we looked
			return deal.ErrStale
		}
		return e.changed(ctx, "step_forms", fmt.Sprintf("%d/%s", e.state.Cycle, step), earlier(before), present)
	})
	return present, err
}

// earlier is a form for the change row; nothing on file is no form.
func earlier(f deal.Form) any {
	if f.Version == 0 {
		return nil
	}
	return f
}

// formOpen tells whether a step's form of the running cycle may be edited now.
func formOpen(s deal.State, step deal.Step) error {
	switch {
	case s.Status != deal.Active:
		return &view.StateError{Code: deal.CodeNotActive}
	case s.Step.Before(step):
		return &view.StateError{Code: deal.CodeStepMoved}
	}
	return nil
}

// form reads and locks the step's form of the running cycle.
func (e edit) form(ctx context.Context, step deal.Step) (deal.Form, error) {
	rows, err := e.Query(ctx, string(lockForm), string(e.account), e.state.Cycle, string(step))
	if err != nil {
		return deal.Form{}, err
	}
	f, err := pgx.CollectExactlyOneRow(rows, scanForm)
	if f.Version == 0 {
		f = deal.Form{Step: step, Cycle: e.state.Cycle, Content: map[string]any{}}
	}
	return f, orNothing(err)
}
