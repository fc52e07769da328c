package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

// DatedPersonTasks are the open tasks with a date that belong to no account, what is due first first.
func (s *Store) DatedPersonTasks(ctx context.Context) ([]deal.PersonTask, error) {
	rows, err := s.pool.Query(ctx, string(datedPersonTasks))
	if err != nil {
		return nil, fail("list tasks of people", err)
	}
	tasks, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t deal.PersonTask, err error) {
		t.Status = deal.TaskOpen
		err = row.Scan(&t.ID, &t.Kind, &t.Assignee, &t.Ref, &t.Args, &t.ReasonWanted, instant(&t.Due), instant(&t.OpenedAt), &t.Reached)
		if len(t.Reached) == 0 {
			t.Reached = nil
		}
		return t, err
	})
	return tasks, fail("list tasks of people", err)
}

// ClimbPersonRung lets a task's rung happen once: climbed is false when it has happened, or the task is over.
func (s *Store) ClimbPersonRung(ctx context.Context, task string, rung deal.RungName, notices []deal.PersonNotice) (climbed bool, err error) {
	return s.climb(ctx, "climb a rung of a task", climbPersonRung, task, rung, notices)
}

// ClimbReviewRung lets a rung of a monthly review happen once: climbed is false when it has happened, or somebody has signed.
func (s *Store) ClimbReviewRung(ctx context.Context, review string, rung deal.RungName, notices []deal.PersonNotice) (climbed bool, err error) {
	return s.climb(ctx, "climb a rung of a review", climbReviewRung, review, rung, notices)
}

func (s *Store) climb(ctx context.Context, doing string, sql statement, id string, rung deal.RungName, notices []deal.PersonNotice) (climbed bool, err error) {
	err = s.InPersonWork(ctx, doing, func(w PersonWork) error {
		tag, err := w.tx.Exec(ctx, string(sql), id, string(rung))
		if climbed = err == nil && tag.RowsAffected() > 0; !climbed {
			return err
		}
		return w.Notify(ctx, notices...)
	})
	return climbed, err
}
