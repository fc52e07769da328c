package store

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/review"
)

var (
	reviewOfMonth    = named("ReviewOfMonth")
	snapshotBreaches = named("SnapshotBreaches")
	snapshotQuota    = named("SnapshotQuota")
	quotaLines       = named("QuotaLines")
	snapshotAccounts = named("SnapshotAccounts")
	snapshotTotals   = named("SnapshotTotals")
	snapshotHappened = named("SnapshotHappened")
	addReview        = named("AddReview")
	carryActions     = named("CarryActions")
	breachesByOwner  = named("BreachesByOwner")
)

// ReviewOrder asks for the review of a team's month.
type ReviewOrder = review.Order

// OpenReview opens the review of a team for a month, or finds the one that is there; opened tells which. Everything that is in
// it was committed at one instant; nothing is locked, so that commands go on meanwhile however many accounts the team has. Its
// chair, the team's manager and whoever missed deadlines are asked in the same transaction.
func (s *Store) OpenReview(ctx context.Context, o ReviewOrder) (r review.Review, opened bool, err error) {
	err = repeatedly(ctx, transient, func() error {
		return s.bulk(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, "open review", func(tx pgx.Tx) error {
			opened = false
			if r, err = oneReview(ctx, tx, reviewOfMonth, string(o.Team), string(o.Month)); orNothing(err) != nil || r.ID != "" {
				return err
			}
			if r, err = s.freeze(ctx, tx, o); err != nil {
				return err
			}
			opened = true
			return s.announce(ctx, tx, r)
		})
	})
	if err == nil && opened {
		s.posted()
	}
	return r, opened, err
}

// freeze takes the snapshot.
func (s *Store) freeze(ctx context.Context, tx pgx.Tx, o ReviewOrder) (review.Review, error) {
	before, err := oneReview(ctx, tx, reviewOfMonth, string(o.Team), string(o.Month.Previous()))
	if orNothing(err) != nil {
		return before, err
	}
	var previous *review.Review
	if before.ID != "" {
		previous = &before
	}
	id, err := uuid.NewV7()
	if err != nil {
		return before, err
	}
	r := review.Review{ID: id.String(), Team: o.Team, Month: o.Month, Status: review.Open, OpenedAt: micro(o.At), OpenedBy: o.By, DueAt: micro(o.Due)}
	r.Since, r.Until = review.Window(o.Month, previous, r.OpenedAt, s.options.Zone)
	args := pgx.StrictNamedArgs{"review": r.ID, "team": string(o.Team), "since": r.Since, "until": r.Until}
	if _, err := tx.Exec(ctx, string(snapshotBreaches), args); err != nil {
		return r, err
	}
	if _, err := tx.Exec(ctx, string(snapshotQuota), args); err != nil {
		return r, err
	}
	if _, err := tx.Exec(ctx, string(snapshotAccounts), without(args, "until")); err != nil {
		return r, err
	}
	if r.Totals, err = totals(ctx, tx, r); err != nil {
		return r, err
	}
	if _, err := tx.Exec(ctx, string(addReview), r.ID, string(r.Team), string(r.Month), r.OpenedAt, string(r.OpenedBy), r.Since, r.Until, r.DueAt, r.Totals); err != nil {
		return r, err
	}
	_, err = tx.Exec(ctx, string(carryActions), r.ID, string(r.Team), string(r.Month))
	return r, err
}

// micro is an instant as Postgres keeps it.
func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func without(args pgx.StrictNamedArgs, name string) pgx.StrictNamedArgs {
	rest := pgx.StrictNamedArgs{}
	for key, value := range args {
		if key != name {
			rest[key] = value
		}
	}
	return rest
}

// totals counts the rows of a snapshot.
func totals(ctx context.Context, tx pgx.Tx, r review.Review) (review.Totals, error) {
	t := review.Totals{BySteps: map[string]int{}, ByGrade: map[string]int{}, ByStatus: map[string]int{}, Expected: []review.Amount{}}
	rows, err := tx.Query(ctx, string(snapshotTotals), r.ID)
	if err != nil {
		return t, err
	}
	var status, step, grade, currency string
	var n, overdue, approvals int
	var expected int64
	sums := map[string]int64{}
	_, err = pgx.ForEachRow(rows, []any{&status, &step, &grade, &currency, &n, &overdue, &approvals, &expected}, func() error {
		t.Accounts += n
		t.ByStatus[status] += n
		if status == string(deal.Active) || status == string(deal.Paused) {
			t.BySteps[step] += n
		}
		if grade != "" {
			t.ByGrade[grade] += n
		}
		t.Overdue, t.ApprovalsPending = t.Overdue+overdue, t.ApprovalsPending+approvals
		if currency != "" {
			sums[currency] += expected
		}
		return nil
	})
	if err != nil {
		return t, err
	}
	for currency, minor := range sums {
		t.Expected = append(t.Expected, review.Amount{Minor: minor, Currency: currency})
	}
	slices.SortFunc(t.Expected, func(a, b review.Amount) int { return int(b.Minor/2 - a.Minor/2) })
	if err := tx.QueryRow(ctx, string(quotaLines), r.ID).Scan(&t.QuotaBreaches); err != nil {
		return t, err
	}
	args := pgx.StrictNamedArgs{"review": r.ID, "team": string(r.Team), "since": r.Since, "until": r.Until}
	err = tx.QueryRow(ctx, string(snapshotHappened), args).Scan(&t.Leads, &t.Wins, &t.Losses, &t.Breaches)
	return t, err
}

// announce asks and tells who has to do with a new review.
func (s *Store) announce(ctx context.Context, tx pgx.Tx, r review.Review) error {
	org, err := s.orgIn(ctx, tx)
	if err != nil {
		return err
	}
	team, _ := org.Team(r.Team)
	rows, err := tx.Query(ctx, string(breachesByOwner), r.ID)
	if err != nil {
		return err
	}
	var owner deal.PersonID
	var n int
	wanted := map[deal.PersonID]int{}
	if _, err := pgx.ForEachRow(rows, []any{&owner, &n}, func() error { wanted[owner] = n; return nil }); err != nil {
		return err
	}
	tasks, notices := review.Opened(org, team, r, wanted)
	work := PersonWork{tx}
	if err := work.Open(ctx, tasks...); err != nil {
		return err
	}
	return work.Notify(ctx, notices...)
}
