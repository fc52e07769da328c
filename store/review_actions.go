package store

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

var (
	reviewActions = named("ReviewActions")
	liveAction    = named("LiveAction")
	lockAction    = named("LockAction")
	inReviewList  = named("InReview")
	addAction     = named("AddAction")
	listAction    = named("ListAction")
	changeAction  = named("ChangeAction")
	finishAction  = named("FinishAction")
)

// ReviewActions are the actions of a review with those carried into it: as they stand, or in a signed review as they stood.
func (s *Store) ReviewActions(ctx context.Context, id string) ([]review.Action, error) {
	all, err := actionsOf(ctx, s.pool, reviewActions, id)
	return all, fail("list actions", err)
}

func actionsOf(ctx context.Context, from db, sql statement, id string) ([]review.Action, error) {
	rows, err := from.Query(ctx, string(sql), id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanAction)
}

func scanAction(row pgx.CollectableRow) (a review.Action, err error) {
	err = row.Scan(&a.ID, &a.Team, &a.Review, &a.Month, &a.Carried, &a.Version, &a.Owner, &a.DueOn, &a.Text, &a.Status, &a.CreatedBy,
		instant(&a.CreatedAt), &a.DoneBy, instant(&a.DoneAt), &a.DoneNote)
	return a, err
}

// ReviewAction is an action as it stands now, if it is in the list of a review.
func (s *Store) ReviewAction(ctx context.Context, id, action string) (review.Action, error) {
	var a review.Action
	err := s.transact(ctx, "read action", func(tx pgx.Tx) (err error) {
		a, err = listed(ctx, tx, id, action)
		return err
	})
	return a, err
}

func listed(ctx context.Context, tx pgx.Tx, id, action string) (review.Action, error) {
	var there bool
	if err := tx.QueryRow(ctx, string(inReviewList), id, action).Scan(&there); err != nil {
		return review.Action{}, err
	}
	if !there {
		return review.Action{}, deal.ErrNotFound
	}
	return live(ctx, tx, action)
}

func live(ctx context.Context, tx pgx.Tx, action string) (review.Action, error) {
	rows, err := tx.Query(ctx, string(liveAction), action)
	if err != nil {
		return review.Action{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanAction)
}

// AddAction gives somebody something to do, in an open review, with a task that is due at an instant. One of the same ID is
// there already.
func (s *Store) AddAction(ctx context.Context, a review.Action, due time.Time) (review.Action, error) {
	a.CreatedAt = micro(a.CreatedAt)
	err := s.inReview(ctx, "add action", a.Review, shareReview, func(tx pgx.Tx, r review.Review) error {
		tag, err := tx.Exec(ctx, string(addAction), a.ID, string(r.Team), r.ID, string(a.Owner), a.DueOn, a.Text, string(a.CreatedBy), a.CreatedAt)
		if err != nil {
			return err
		}
		if tag.RowsAffected() > 0 {
			if _, err := tx.Exec(ctx, string(listAction), r.ID, a.ID); err != nil {
				return err
			}
			a.Version = 1
			if err := s.askForAction(ctx, tx, r.Team, a, due); err != nil {
				return err
			}
		}
		a, err = live(ctx, tx, a.ID)
		return err
	})
	return a, err
}

func (s *Store) askForAction(ctx context.Context, tx pgx.Tx, team deal.TeamID, a review.Action, due time.Time) error {
	org, err := s.orgIn(ctx, tx)
	if err != nil {
		return err
	}
	of, _ := org.Team(team)
	task := deal.NewPersonTask(deal.ReviewActionTask, a.Owner, review.ActionRef(a.ID, a.Version), a.CreatedAt, a.Text, of.Name)
	task.Due = micro(due)
	return PersonWork{tx}.Open(ctx, task)
}

// ChangeAction gives an action that is open another owner, day or text, read at a version; when it has moved since, the present
// one comes back with [deal.ErrStale]. Its task goes, and another one comes.
func (s *Store) ChangeAction(ctx context.Context, id string, a review.Action, by deal.PersonID, when, due time.Time) (review.Action, error) {
	var present review.Action
	when = micro(when)
	err := s.transact(ctx, "change action", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, string(lockAction), a.ID); err != nil {
			return err
		}
		before, err := listed(ctx, tx, id, a.ID)
		if present = before; err != nil {
			return err
		}
		switch {
		case before.Version != a.Version:
			return deal.ErrStale
		case before.Status != review.ActionOpen:
			return &view.StateError{Code: deal.CodeTaskDone}
		}
		if _, err := tx.Exec(ctx, string(changeAction), a.ID, string(a.Owner), a.DueOn, a.Text); err != nil {
			return err
		}
		if err := (PersonWork{tx}).Close(ctx, deal.ReviewActionTask, review.ActionRef(a.ID, before.Version), deal.TaskVoid, by, when); err != nil {
			return err
		}
		if present, err = live(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := reviewChanged(ctx, tx, before.Review, "action", a.ID, by, when, before, present); err != nil {
			return err
		}
		present.Owner = a.Owner
		asked := present
		asked.CreatedAt = when
		return s.askForAction(ctx, tx, present.Team, asked, due)
	})
	if err == nil {
		s.posted()
	}
	return present, err
}

// FinishAction says that an action is done; its task is over with it. One that is done already is a *[view.StateError].
func (s *Store) FinishAction(ctx context.Context, id, action string, by deal.PersonID, note string, when time.Time) (review.Action, error) {
	var present review.Action
	when = micro(when)
	err := s.transact(ctx, "finish action", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, string(lockAction), action); err != nil {
			return err
		}
		before, err := listed(ctx, tx, id, action)
		if err != nil {
			return err
		}
		if err := (PersonWork{tx}).Close(ctx, deal.ReviewActionTask, review.ActionRef(action, before.Version), deal.TaskDone, by, when); err != nil {
			return err
		}
		if err := finish(ctx, tx, action, by, note, when); err != nil {
			return err
		}
		if present, err = live(ctx, tx, action); err != nil {
			return err
		}
		return reviewChanged(ctx, tx, before.Review, "action", action, by, when, before, present)
	})
	return present, err
}

func finish(ctx context.Context, tx pgx.Tx, action string, by deal.PersonID, note string, when time.Time) error {
	tag, err := tx.Exec(ctx, string(finishAction), action, string(by), when, orNull(note))
	if err == nil && tag.RowsAffected() == 0 {
		return &view.StateError{Code: deal.CodeTaskDone}
	}
	return err
}

// actionOfTask finishes the action whose task somebody ticked off.
func actionOfTask(ctx context.Context, tx pgx.Tx, t deal.Task, note string) error {
	action, _, _ := strings.Cut(strings.TrimPrefix(t.Ref, "review-action/"), "/")
	if _, err := tx.Exec(ctx, string(lockAction), action); err != nil {
		return err
	}
	before, err := live(ctx, tx, action)
	if err != nil {
		return err
	}
	if err := finish(ctx, tx, action, t.ClosedBy, note, t.ClosedAt); err != nil {
		return err
	}
	present, err := live(ctx, tx, action)
	if err != nil {
		return err
	}
	return reviewChanged(ctx, tx, before.Review, "action", action, t.ClosedBy, t.ClosedAt, before, present)
}
