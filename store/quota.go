package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

var (
	quotaLeads    = named("QuotaLeads")
	quotaJoined   = named("QuotaJoined")
	deactivations = named("Deactivations")
	lastBreaches  = named("LastBreaches")
	addBreach     = named("AddBreach")
	addBreachStep = named("AddBreachStep")
	lockBreach    = named("LockBreach")
	listBreaches  = named("Breaches")
	reasonBreach  = named("ReasonBreach")
	breachPerson  = named("BreachPerson")
	decideBreach  = named("DecideBreach")
)

// QuotaLeads are the leads that people opened from one instant until another, in no order.
func (s *Store) QuotaLeads(ctx context.Context, from, until time.Time, people []deal.PersonID) ([]view.QuotaLead, error) {
	rows, err := s.pool.Query(ctx, string(quotaLeads), from, until, words(people))
	if err != nil {
		return nil, fail("count leads", err)
	}
	leads, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l view.QuotaLead, err error) {
		err = row.Scan(&l.By, instant(&l.At), &l.Late)
		return l, err
	})
	return leads, fail("count leads", err)
}

// Joined is since when everybody is there.
func (s *Store) Joined(ctx context.Context) (map[deal.PersonID]time.Time, error) {
	rows, err := s.pool.Query(ctx, string(quotaJoined))
	if err != nil {
		return nil, fail("read when people joined", err)
	}
	joined := map[deal.PersonID]time.Time{}
	var id string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &at}, func() error {
		joined[deal.PersonID(id)] = at
		return nil
	})
	return joined, fail("read when people joined", err)
}

// Deactivations are the stretches in which people were switched off.
func (s *Store) Deactivations(ctx context.Context) (map[deal.PersonID][]view.Deactivation, error) {
	rows, err := s.pool.Query(ctx, string(deactivations))
	if err != nil {
		return nil, fail("read when people were switched off", err)
	}
	all := map[deal.PersonID][]view.Deactivation{}
	var id deal.PersonID
	var d view.Deactivation
	_, err = pgx.ForEachRow(rows, []any{&id, instant(&d.Since), instant(&d.Until)}, func() error {
		all[id] = append(all[id], d)
		return nil
	})
	return all, fail("read when people were switched off", err)
}

// LastBreaches are the last days of everybody's newest breach before a day.
func (s *Store) LastBreaches(ctx context.Context, day string) (map[deal.PersonID]string, error) {
	rows, err := s.pool.Query(ctx, string(lastBreaches), day)
	if err != nil {
		return nil, fail("read breaches", err)
	}
	last := map[deal.PersonID]string{}
	var id, ended string
	_, err = pgx.ForEachRow(rows, []any{&id, &ended}, func() error {
		last[deal.PersonID(id)] = ended
		return nil
	})
	return last, fail("read breaches", err)
}

// FindBreach puts a breach on record and asks people for its reason, in one transaction. One that is on record stays as it
// is; found tells whether it was new.
func (s *Store) FindBreach(ctx context.Context, b view.QuotaBreach, tasks []deal.PersonTask, notices []deal.PersonNotice) (found bool, err error) {
	err = s.InPersonWork(ctx, "find a breach of the quota", func(w PersonWork) error {
		tag, err := w.tx.Exec(ctx, string(addBreach), b.ID, string(b.Person), orNull(b.Team), b.First, b.Last, b.Days, b.OpenedAt)
		if err != nil {
			return err
		}
		if found = tag.RowsAffected() > 0; !found {
			return nil
		}
		var people []deal.PersonID
		for _, t := range tasks {
			people = append(people, t.Assignee)
		}
		return errors.Join(
			addStep(ctx, w.tx, b.ID, view.BreachFound, b.OpenedAt, deal.System, people, ""),
			w.Open(ctx, tasks...), w.Notify(ctx, notices...),
		)
	})
	return found, err
}

func addStep(ctx context.Context, tx pgx.Tx, id string, step view.BreachState, at time.Time, by deal.PersonID, people []deal.PersonID, comment string) error {
	_, err := tx.Exec(ctx, string(addBreachStep), id, string(step), at, string(by), words(people), orNull(comment))
	return err
}

// reasoned is what follows when a manager has stated the reason for a breach: it goes to whoever stands above.
func (s *Store) reasoned(ctx context.Context, tx pgx.Tx, org deal.Org, t view.TaskItem, answerBy time.Time) error {
	b, err := lockedBreach(ctx, tx, view.Viewer{All: true}, t.Ref)
	if err != nil {
		return err
	}
	if b.State != view.BreachFound { // another of those who were asked was faster
		return nil
	}
	heads := org.StationHeads(t.Assignee, t.ClosedAt, b.Person, t.ClosedBy)
	var tasks []deal.PersonTask
	var notices []deal.PersonNotice
	for _, head := range heads {
		task := deal.NewPersonTask(deal.QuotaDecisionTask, head, b.ID, t.ClosedAt, t.Args...)
		task.Due = answerBy
		tasks = append(tasks, task)
		notices = append(notices, deal.NewPersonNotice(deal.QuotaReasonedNotice, head, b.ID, t.ClosedAt, t.Args...))
	}
	if _, err := tx.Exec(ctx, string(reasonBreach), b.ID, t.Reason, string(t.ClosedBy)); err != nil {
		return err
	}
	if err := quotaReasoned(ctx, tx, b.ID, review.Reason{Text: t.Reason, By: t.ClosedBy, At: t.ClosedAt}); err != nil {
		return err
	}
	w := PersonWork{tx}
	return errors.Join(
		addStep(ctx, tx, b.ID, view.BreachReasoned, t.ClosedAt, t.ClosedBy, heads, t.Reason),
		w.Close(ctx, deal.QuotaReasonTask, b.ID, deal.TaskVoid, t.ClosedBy, t.ClosedAt), w.Open(ctx, tasks...), w.Notify(ctx, notices...),
	)
}

// DecideBreach confirms or waives a deduction, as the viewer. What the viewer does not see is [deal.ErrNotFound]; refusals are
// an answer and change nothing.
func (s *Store) DecideBreach(ctx context.Context, v view.Viewer, id string, decision view.BreachState, comment string, at time.Time) (view.QuotaBreach, deal.Refusals, error) {
	const doing = "decide a breach of the quota"
	var b view.QuotaBreach
	var no deal.Refusals
	at = at.UTC().Truncate(time.Microsecond)
	err := s.transact(ctx, doing, func(tx pgx.Tx) (err error) {
		if b, err = lockedBreach(ctx, tx, v, id); err != nil {
			return err
		}
		org, err := s.orgIn(ctx, tx)
		if err != nil {
			return err
		}
		if no = mayDecide(org, b, v.Person.ID, at); len(no) > 0 {
			return errRefused
		}
		if _, err := tx.Exec(ctx, string(decideBreach), id, string(decision), string(v.Person.ID), at); err != nil {
			return err
		}
		told := []deal.PersonID{b.Person, b.ReasonBy}
		args := breachArgs(org, b)
		w := PersonWork{tx}
		err = errors.Join(
			addStep(ctx, tx, id, decision, at, v.Person.ID, told, comment),
			w.Close(ctx, deal.QuotaDecisionTask, id, deal.TaskDone, v.Person.ID, at),
			w.Notify(ctx, deal.NewPersonNotice(deal.QuotaDecidedNotice, told[0], id, at, args...), deal.NewPersonNotice(deal.QuotaDecidedNotice, told[1], id, at, args...)),
		)
		if err != nil {
			return err
		}
		b, err = lockedBreach(ctx, tx, view.Viewer{All: true}, id)
		return err
	})
	if errors.Is(err, errRefused) {
		return b, no, nil
	}
	if err == nil {
		s.posted()
	}
	return b, nil, err
}

// mayDecide judges whether somebody may decide a breach: whom its reason came to, and who stands in for them or acts instead.
func mayDecide(org deal.Org, b view.QuotaBreach, actor deal.PersonID, at time.Time) deal.Refusals {
	var no deal.Refusals
	var heads []deal.PersonID
	for _, step := range b.Steps {
		if step.Step == view.BreachReasoned {
			heads = step.People
		}
	}
	asked := false
	for _, head := range heads {
		asked = asked || org.SpeaksFor(actor, head, at, b.Person, b.ReasonBy)
	}
	switch {
	case b.State == view.BreachFound:
		no.If(true, deal.CodeSubjectMissing)
	case b.State != view.BreachReasoned:
		no.If(true, deal.CodeAlreadyDecided)
	case actor == b.Person || actor == b.ReasonBy:
		no.If(true, deal.CodeOwnRequest)
	default:
		no.If(!asked, deal.CodeNotYourRole)
	}
	return no
}

// breachArgs are what the sentences about a breach say beside: of whom, how many days, until when.
func breachArgs(org deal.Org, b view.QuotaBreach) []string {
	return deal.QuotaArgs(org, b.Person, b.Days, b.Last)
}

// Breaches lists those that the viewer sees, in one state or (empty) in any, the newest first.
func (s *Store) Breaches(ctx context.Context, v view.Viewer, state view.BreachState, p view.Page) ([]view.QuotaBreach, string, error) {
	const list, doing = "breaches", "list breaches of the quota"
	c, err := after(p, list)
	if err != nil {
		return nil, "", fail(doing, err)
	}
	args := as(v, pgx.StrictNamedArgs{"state": string(state), "first": c == nil, "day": nil, "after": "", "limit": limit(p) + 1})
	if args["day"], args["after"], err = dayOf(c); err != nil {
		return nil, "", fail(doing, err)
	}
	rows, err := s.pool.Query(ctx, string(listBreaches), args)
	if err != nil {
		return nil, "", fail(doing, err)
	}
	items, err := pgx.CollectRows(rows, scanBreach)
	if err != nil {
		return nil, "", fail(doing, err)
	}
	items, next := page(items, p, func(b view.QuotaBreach) cursor { return cursor{list, &b.Last, b.ID} })
	return items, next, nil
}

// dayOf is where a page of a list by days begins.
func dayOf(c *cursor) (day any, id string, err error) {
	if c == nil {
		return nil, "", nil
	}
	if c.Value == nil {
		return nil, "", view.ErrBadCursor
	}
	if day, err := time.Parse(time.DateOnly, *c.Value); err != nil || day.Year() < 1 {
		return nil, "", view.ErrBadCursor
	}
	return *c.Value, c.ID, nil
}

func lockedBreach(ctx context.Context, tx pgx.Tx, v view.Viewer, id string) (view.QuotaBreach, error) {
	rows, err := tx.Query(ctx, string(lockBreach), as(v, pgx.StrictNamedArgs{"id": id}))
	if err != nil {
		return view.QuotaBreach{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanBreach)
}

func scanBreach(row pgx.CollectableRow) (view.QuotaBreach, error) {
	var b view.QuotaBreach
	var steps []byte
	err := row.Scan(&b.ID, &b.Person, text(&b.Team), &b.First, &b.Last, &b.Days, &b.State, instant(&b.OpenedAt), &b.Reason, &b.ReasonBy,
		&b.DecidedBy, instant(&b.DecidedAt), &steps)
	if err == nil && steps != nil {
		err = json.Unmarshal(steps, &b.Steps)
	}
	return b, err
}
