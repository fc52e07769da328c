package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	addDelegation   = named("AddDelegation")
	stopDelegations = named("StopDelegations")
	dropDelegations = named("DropDelegations")
	addLeave        = named("AddLeave")
	endLeave        = named("EndLeave")
	leaves          = named("Leaves")
	oneLeave        = named("OneLeave")
	leaveBetween    = named("LeaveBetween")
)

// AddDelegation lets somebody act for somebody else between two instants. An unknown person, oneself, or an end before
// the beginning is a [ConstraintError]. What fits says of the organisation as it is then decides: nobody changes it between
// the question and the row, so that of two delegations that close a circle together one is asked about the other.
func (s *Store) AddDelegation(ctx context.Context, d deal.Delegation, fits ...func(deal.Org) error) error {
	if d.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return fail("add delegation", err)
		}
		d.ID = id.String()
	}
	return s.transact(ctx, "add delegation", func(tx pgx.Tx) error {
		version, err := lockOrg(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.judged(ctx, tx, version, fits); err != nil {
			return err
		}
		return delegate(ctx, tx, d, "")
	})
}

// lockOrg holds the organisation until the transaction ends.
func lockOrg(ctx context.Context, tx pgx.Tx) (version int64, err error) {
	err = tx.QueryRow(ctx, string(lockOrganisation)).Scan(&version)
	return version, err
}

// judged asks what fits the organisation that the transaction holds and has not changed yet: what it read then may be kept.
func (s *Store) judged(ctx context.Context, tx pgx.Tx, version int64, fits []func(deal.Org) error) error {
	if len(fits) == 0 {
		return nil
	}
	now, err := s.snapshot(ctx, tx, version)
	if err != nil {
		return err
	}
	for _, fit := range fits {
		if err := fit(now.org); err != nil {
			return err
		}
	}
	return nil
}

func delegate(ctx context.Context, tx pgx.Tx, d deal.Delegation, leave string) error {
	_, err := tx.Exec(ctx, string(addDelegation), d.ID, string(d.From), string(d.To), d.Since, d.Until, leave)
	return err
}

// EndDelegation lets a delegation end at an instant. One that has not begun by then vanishes; one that is over stays.
func (s *Store) EndDelegation(ctx context.Context, id string, at time.Time) error {
	return s.transact(ctx, "end delegation", func(tx pgx.Tx) error { return undelegate(ctx, tx, id, at) })
}

// undelegate ends one delegation, or those of a leave.
func undelegate(ctx context.Context, tx pgx.Tx, id string, at time.Time) error {
	if _, err := tx.Exec(ctx, string(stopDelegations), id, at); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, string(dropDelegations), id, at)
	return err
}

// AddLeave notes that somebody is away, and lets the deputy stand in; what is there already under this ID stays. Days that
// another leave of the person has already are refused with a *[view.OverlapError]. What fits says of the organisation decides
// as in [Store.AddDelegation].
func (s *Store) AddLeave(ctx context.Context, l view.Leave, stand *deal.Delegation, fits ...func(deal.Org) error) error {
	return s.transact(ctx, "add leave", func(tx pgx.Tx) error {
		version, err := lockOrg(ctx, tx) // two requests for the same days wait for each other here
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, string(leaveBetween), string(l.Person), l.First, l.Last, l.ID)
		if err != nil {
			return err
		}
		other, err := pgx.CollectExactlyOneRow(rows, scanLeave)
		switch {
		case err == nil:
			return &view.OverlapError{Leave: other}
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		}
		if err := s.judged(ctx, tx, version, fits); err != nil {
			return err
		}
		added, err := tx.Exec(ctx, string(addLeave), l.ID, string(l.Person), l.First, l.Last, l.Since, l.Until, string(l.Kind), string(l.Deputy),
			l.Note, string(l.CreatedBy), l.CreatedAt)
		if err != nil || stand == nil || added.RowsAffected() == 0 {
			return err
		}
		return delegate(ctx, tx, *stand, l.ID)
	})
}

// EndLeave ends a leave at an instant of a civil day (YYYY-MM-DD): this day and those behind it are not taken any more, and
// whoever stands in because of it does so no longer. One that has not begun is called off; one that is over stays.
func (s *Store) EndLeave(ctx context.Context, id string, by deal.PersonID, at time.Time, today string) error {
	return s.transact(ctx, "end leave", func(tx pgx.Tx) error {
		ended, err := tx.Exec(ctx, string(endLeave), id, at, string(by), today)
		if err != nil || ended.RowsAffected() == 0 {
			return err
		}
		return undelegate(ctx, tx, id, at)
	})
}

// Leave is one of them; [deal.ErrNotFound] also for one that was called off.
func (s *Store) Leave(ctx context.Context, id string) (view.Leave, error) {
	rows, err := s.pool.Query(ctx, string(oneLeave), id)
	if err != nil {
		return view.Leave{}, fail("read leave", err)
	}
	l, err := pgx.CollectExactlyOneRow(rows, scanLeave)
	return l, fail("read leave", err)
}

// Leaves lists leaves in order of their first day.
func (s *Store) Leaves(ctx context.Context, f view.LeaveFilter) ([]view.Leave, error) {
	day := func(d string) *string {
		if d == "" {
			return nil
		}
		return &d
	}
	rows, err := s.pool.Query(ctx, string(leaves), pgx.StrictNamedArgs{
		"all": f.People == nil, "people": words(f.People), "since": day(f.From), "upto": day(f.To),
	})
	if err != nil {
		return nil, fail("list leave", err)
	}
	found, err := pgx.CollectRows(rows, scanLeave)
	return found, fail("list leave", err)
}

func scanLeave(row pgx.CollectableRow) (view.Leave, error) {
	var l view.Leave
	err := row.Scan(&l.ID, &l.Person, &l.First, &l.Last, instant(&l.Since), instant(&l.Until), &l.Kind, &l.Deputy, &l.Note,
		&l.CreatedBy, instant(&l.CreatedAt), instant(&l.EndedAt))
	return l, err
}
