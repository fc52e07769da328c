package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	openPersonTask   = named("OpenPersonTask")
	lockPersonTask   = named("LockPersonTask")
	donePersonTask   = named("DonePersonTask")
	closePersonTasks = named("ClosePersonTasks")
	addPersonNotice  = named("AddPersonNotice")
	isPersonTask     = named("IsPersonTask")
	datedPersonTasks = named("DatedPersonTasks")
	climbPersonRung  = named("ClimbPersonRung")
	climbReviewRung  = named("ClimbReviewRung")
)

// PersonWork writes, within one transaction, what people have to do and hear that belongs to no account's log.
type PersonWork struct{ tx pgx.Tx }

// Open asks for tasks. One that was asked for before, open or not, stays as it is.
func (w PersonWork) Open(ctx context.Context, tasks ...deal.PersonTask) error {
	batch := &pgx.Batch{}
	for _, t := range tasks {
		batch.Queue(string(openPersonTask), t.ID, string(t.Kind), string(t.Assignee), t.Ref, words(t.Args), t.ReasonWanted, instantOrNull(t.Due), t.OpenedAt)
	}
	return w.send(ctx, batch)
}

// Close ends all open tasks of a kind about one matter: done by whoever attended to it, or void.
func (w PersonWork) Close(ctx context.Context, kind deal.TaskKind, ref string, how deal.TaskStatus, by deal.PersonID, at time.Time) error {
	_, err := w.tx.Exec(ctx, string(closePersonTasks), string(kind), ref, string(how), at, string(by))
	return err
}

// Notify tells people, in the inbox and by way of the outbox. Who was told before is not told again.
func (w PersonWork) Notify(ctx context.Context, notices ...deal.PersonNotice) error {
	batch := &pgx.Batch{}
	for _, n := range notices {
		batch.Queue(string(addPersonNotice), n.ID, string(n.Kind), string(n.To), n.Ref, words(n.Args), instantOrNull(n.Due), n.At)
	}
	return w.send(ctx, batch)
}

func (w PersonWork) send(ctx context.Context, batch *pgx.Batch) error {
	if batch.Len() == 0 {
		return nil
	}
	return w.tx.SendBatch(ctx, batch).Close()
}

// InPersonWork runs fn in one transaction; doing says what it is for. It may run more than once, as [Store.transact] does.
func (s *Store) InPersonWork(ctx context.Context, doing string, fn func(PersonWork) error) error {
	err := s.transact(ctx, doing, func(tx pgx.Tx) error { return fn(PersonWork{tx}) })
	if err == nil {
		s.posted()
	}
	return err
}

// IsPersonTask tells whether a task belongs to no account, whoever asks.
func (s *Store) IsPersonTask(ctx context.Context, id string) (is bool, err error) {
	err = s.pool.QueryRow(ctx, string(isPersonTask), id).Scan(&is)
	return is, fail("look for a task", err)
}

// CompletePersonTask ticks off a task that belongs to no account, as the viewer, and does what follows from it: what it asks of
// somebody else is wanted by answerBy. One that the viewer does not see is [deal.ErrNotFound]; refusals are an answer and change nothing. Who has ticked it off with the same
// reason before is told the same: the first answer may have been lost.
func (s *Store) CompletePersonTask(ctx context.Context, v view.Viewer, id, reason string, at, answerBy time.Time) (view.TaskItem, deal.Refusals, error) {
	const doing = "complete a task"
	var task view.TaskItem
	var no deal.Refusals
	err := s.transact(ctx, doing, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, string(lockPersonTask), as(v, pgx.StrictNamedArgs{"id": id}))
		if err != nil {
			return err
		}
		if task, err = pgx.CollectExactlyOneRow(rows, scanTask); err != nil {
			return err
		}
		if task.Status == deal.TaskDone && task.ClosedBy == v.Person.ID && task.Reason == reason {
			return errSame
		}
		org, err := s.orgIn(ctx, tx)
		if err != nil {
			return err
		}
		asked := task.OfPerson()
		ofBreach := task.Kind == deal.QuotaReasonTask && strings.HasPrefix(task.Ref, view.BreachRef)
		if ofBreach {
			if err := tx.QueryRow(ctx, string(breachPerson), task.Ref).Scan(&asked.About); err != nil {
				return err
			}
		}
		if no = asked.Complete(org, v.Person.ID, reason, at); len(no) > 0 {
			return errRefused
		}
		task.Status, task.ClosedAt, task.ClosedBy, task.Reason = deal.TaskDone, at.UTC().Truncate(time.Microsecond), v.Person.ID, reason
		if _, err = tx.Exec(ctx, string(donePersonTask), id, task.ClosedAt, string(task.ClosedBy), orNull(reason)); err != nil {
			return err
		}
		if ofBreach {
			return s.reasoned(ctx, tx, org, task, answerBy)
		}
		if task.Kind == deal.ReviewActionTask {
			return actionOfTask(ctx, tx, task.Task, reason)
		}
		return nil
	})
	if errors.Is(err, errRefused) || errors.Is(err, errSame) {
		return task, no, nil
	}
	if err == nil {
		s.posted()
	}
	return task, nil, err
}

var (
	// errRefused ends a transaction whose refusal is the answer.
	errRefused = errors.New("refused")
	// errSame ends one that has happened before.
	errSame = errors.New("done before")
)

// orgIn is the organisation as a transaction sees it.
func (s *Store) orgIn(ctx context.Context, tx pgx.Tx) (deal.Org, error) {
	var version int64
	if err := tx.QueryRow(ctx, string(orgVersion)).Scan(&version); err != nil {
		return deal.Org{}, err
	}
	now, err := s.snapshot(ctx, tx, version)
	if err != nil {
		return deal.Org{}, err
	}
	return now.org, nil
}
