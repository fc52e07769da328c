package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

var (
	oneReviewByID     = named("Review")
	lockReview        = named("LockReview")
	shareReview       = named("ShareReview")
	allReviews        = named("Reviews")
	openReviews       = named("OpenReviews")
	firstMonths       = named("FirstMonths")
	unreviewed        = named("Unreviewed")
	ownReviews        = named("OwnReviews")
	reviewAccounts    = named("ReviewAccounts")
	reviewBreaches    = named("ReviewBreaches")
	unexplained       = named("UnexplainedBreaches")
	lockReviewBreach  = named("LockReviewBreach")
	explainBreach     = named("ExplainBreach")
	stillUnexplained  = named("StillUnexplained")
	reasonedLines     = named("ReasonedQuotaLines")
	reviewDecisions   = named("ReviewDecisions")
	addReviewDecision = named("AddReviewDecision")
	freezeActions     = named("FreezeActions")
	settleOwners      = named("SettleOwners")
	signReview        = named("SignReview")
	addReviewChange   = named("AddReviewChange")
)

// db is what a statement can be sent to.
type db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func oneReview(ctx context.Context, from db, sql statement, args ...any) (review.Review, error) {
	rows, err := from.Query(ctx, string(sql), args...)
	if err != nil {
		return review.Review{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanReview)
}

func scanReview(row pgx.CollectableRow) (r review.Review, err error) {
	err = row.Scan(&r.ID, &r.Team, &r.Month, &r.Status, instant(&r.OpenedAt), &r.OpenedBy, instant(&r.Since), instant(&r.Until), instant(&r.DueAt),
		&r.Totals, instant(&r.SignedAt), &r.SignedBy, &r.SignedFor, &r.Note, &r.Reached)
	if len(r.Reached) == 0 {
		r.Reached = nil
	}
	return r, err
}

// Reviews are all reviews there are, the newest month first; package review says who reads which.
func (s *Store) Reviews(ctx context.Context) ([]review.Review, error) {
	return s.reviews(ctx, allReviews)
}

// OpenReviews are those that nobody has signed, the oldest month first.
func (s *Store) OpenReviews(ctx context.Context) ([]review.Review, error) {
	return s.reviews(ctx, openReviews)
}

func (s *Store) reviews(ctx context.Context, sql statement) ([]review.Review, error) {
	rows, err := s.pool.Query(ctx, string(sql))
	if err != nil {
		return nil, fail("list reviews", err)
	}
	all, err := pgx.CollectRows(rows, scanReview)
	return all, fail("list reviews", err)
}

// Review is one of them.
func (s *Store) Review(ctx context.Context, id string) (review.Review, error) {
	r, err := oneReview(ctx, s.pool, oneReviewByID, id)
	return r, fail("read review", err)
}

// Unreviewed are the teams that have something to review of a month, which ends at an instant, and no review of it yet.
func (s *Store) Unreviewed(ctx context.Context, month review.Month, ends time.Time) ([]deal.TeamID, error) {
	rows, err := s.pool.Query(ctx, string(unreviewed), string(month), ends)
	if err != nil {
		return nil, fail("list teams without a review", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[deal.TeamID])
	return all, fail("list teams without a review", err)
}

// FirstMonths are the months from which on teams have something to review.
func (s *Store) FirstMonths(ctx context.Context) (map[deal.TeamID]review.Month, error) {
	rows, err := s.pool.Query(ctx, string(firstMonths))
	if err != nil {
		return nil, fail("find out since when there are reviews", err)
	}
	all := map[deal.TeamID]review.Month{}
	var team deal.TeamID
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&team, instant(&at)}, func() error {
		all[team] = review.MonthOf(at, s.options.Zone)
		return nil
	})
	return all, fail("find out since when there are reviews", err)
}

// OwnReviews are the IDs of reviews in which people have something to explain or to do.
func (s *Store) OwnReviews(ctx context.Context, people []deal.PersonID) (map[string]bool, error) {
	rows, err := s.pool.Query(ctx, string(ownReviews), words(people))
	if err != nil {
		return nil, fail("list own reviews", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	all := map[string]bool{}
	for _, id := range ids {
		all[id] = true
	}
	return all, fail("list own reviews", err)
}

// ReviewAccounts are the rows of a snapshot, by number.
func (s *Store) ReviewAccounts(ctx context.Context, id string, p view.Page) ([]review.Line, string, error) {
	const list = "review-accounts"
	c, err := after(p, list)
	if err != nil {
		return nil, "", fail("list accounts of a review", err)
	}
	args := pgx.StrictNamedArgs{"review": id, "first": c == nil, "value": "", "after": "", "limit": limit(p) + 1}
	if c != nil {
		if c.Value == nil {
			return nil, "", fail("list accounts of a review", view.ErrBadCursor)
		}
		args["value"], args["after"] = *c.Value, c.ID
	}
	rows, err := s.pool.Query(ctx, string(reviewAccounts), args)
	if err != nil {
		return nil, "", fail("list accounts of a review", err)
	}
	all, err := pgx.CollectRows(rows, scanReviewLine)
	if err != nil {
		return nil, "", fail("list accounts of a review", err)
	}
	all, next := page(all, p, func(l review.Line) cursor { return cursor{list, &l.Number, string(l.Account)} })
	return all, next, nil
}

func scanReviewLine(row pgx.CollectableRow) (l review.Line, err error) {
	var minor *int64
	var currency string
	err = row.Scan(&l.Account, &l.Number, &l.Name, &l.Owner, &l.Step, &l.Status, &l.Outcome, &l.Grade, &l.Cycle, &l.Pass, &l.Returns, instant(&l.Deadline),
		&l.Overdue, &l.Late, &minor, &currency, instant(&l.LastContact), instant(&l.NextFollowUp), &l.ApprovalsPending, &l.Breaches)
	if minor != nil {
		l.Expected = &review.Amount{Minor: *minor, Currency: currency}
	}
	return l, err
}

// ReviewBreaches are what was missed, oldest first: everything, or what concerns some people.
func (s *Store) ReviewBreaches(ctx context.Context, id string, people []deal.PersonID, p view.Page) ([]review.Breach, string, error) {
	const list = "review-breaches"
	first, when, last, err := afterInstant(p, list)
	if err != nil {
		return nil, "", fail("list breaches", err)
	}
	rows, err := s.pool.Query(ctx, string(reviewBreaches), pgx.StrictNamedArgs{
		"review": id, "everybody": people == nil, "people": words(people), "first": first, "at": when, "after": last, "limit": limit(p) + 1,
	})
	if err != nil {
		return nil, "", fail("list breaches", err)
	}
	all, err := pgx.CollectRows(rows, scanReviewBreach)
	if err != nil {
		return nil, "", fail("list breaches", err)
	}
	all, next := page(all, p, func(b review.Breach) cursor { return at(list, b.At, b.ID) })
	return all, next, nil
}

func scanReviewBreach(row pgx.CollectableRow) (b review.Breach, err error) {
	var id string
	err = row.Scan(&b.ID, &b.Review, &b.Account, &b.Number, &b.Name, &b.Kind, &b.Clock, &b.Step, &b.Owner, instant(&b.Due), instant(&b.At),
		&b.Text, &b.By, instant(&b.Reason.At), &id, &b.Quota)
	if b.Quota != nil {
		b.Quota.ID = id
	}
	return b, err
}

// UnexplainedBreaches are those that nobody gave a reason for.
func (s *Store) UnexplainedBreaches(ctx context.Context, id string) ([]review.Breach, error) {
	all, err := unexplainedOf(ctx, s.pool, id)
	return all, fail("list breaches", err)
}

func unexplainedOf(ctx context.Context, from db, id string) ([]review.Breach, error) {
	rows, err := from.Query(ctx, string(unexplained), id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanReviewBreach)
}

// inReview runs fn in a transaction in which the review stays as it is: open, or it is a *[view.StateError].
func (s *Store) inReview(ctx context.Context, doing, id string, lock statement, fn func(pgx.Tx, review.Review) error) error {
	err := s.transact(ctx, doing, func(tx pgx.Tx) error {
		r, err := oneReview(ctx, tx, lock, id)
		if err != nil {
			return err
		}
		if r.Status == review.Signed {
			return &view.StateError{Code: deal.CodeReviewSigned}
		}
		return fn(tx, r)
	})
	if err == nil {
		s.posted()
	}
	return err
}

// ExplainBreach states why. Allowed judges by the breach as it is. With the last one of a person, what that person was asked
// for is done.
func (s *Store) ExplainBreach(ctx context.Context, id, breach string, reason review.Reason, allowed func(review.Review, review.Breach) error) (review.Breach, error) {
	var b review.Breach
	reason.At = micro(reason.At)
	err := s.inReview(ctx, "explain breach", id, shareReview, func(tx pgx.Tx, r review.Review) error {
		rows, err := tx.Query(ctx, string(lockReviewBreach), id, breach)
		if err != nil {
			return err
		}
		if b, err = pgx.CollectExactlyOneRow(rows, scanReviewBreach); err != nil {
			return err
		}
		if err := allowed(r, b); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, string(explainBreach), b.ID, reason.Text, string(reason.By), reason.At); err != nil {
			return err
		}
		before := b.Reason
		b.Reason = reason
		if err := reviewChanged(ctx, tx, id, "breach", b.ID, reason.By, reason.At, before, reason); err != nil {
			return err
		}
		return reasonsStated(ctx, tx, id, b.AskedOf(), reason.By, reason.At)
	})
	return b, err
}

// reasonsStated ends what somebody was asked about a review once nothing of it wants a reason any more.
func reasonsStated(ctx context.Context, tx pgx.Tx, id string, owner, by deal.PersonID, when time.Time) error {
	var left bool
	if err := tx.QueryRow(ctx, string(stillUnexplained), id, string(owner)).Scan(&left); err != nil || left {
		return err
	}
	return PersonWork{tx}.Close(ctx, deal.ReviewReasonTask, review.ReasonRef(id, owner), deal.TaskDone, by, when)
}

// quotaReasoned lets open reviews have the reason that was stated for a breach of the quota, on record.
func quotaReasoned(ctx context.Context, tx pgx.Tx, breach string, reason review.Reason) error {
	rows, err := tx.Query(ctx, string(reasonedLines), breach, reason.Text, string(reason.By), reason.At)
	if err != nil {
		return err
	}
	type line struct{ review, id string }
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l line, err error) { return l, row.Scan(&l.review, &l.id) })
	if err != nil {
		return err
	}
	for _, l := range lines {
		if err := reviewChanged(ctx, tx, l.review, "breach", l.id, reason.By, reason.At, review.Reason{}, reason); err != nil {
			return err
		}
		if err := reasonsStated(ctx, tx, l.review, "", reason.By, reason.At); err != nil {
			return err
		}
	}
	return nil
}

func reviewChanged(ctx context.Context, tx pgx.Tx, id, record, recordID string, by deal.PersonID, at time.Time, before, after any) error {
	was, err := asJSON(before)
	if err != nil {
		return err
	}
	is, err := asJSON(after)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, string(addReviewChange), id, record, recordID, string(by), at, was, is)
	return err
}

// ReviewDecisions are those of a review, oldest first.
func (s *Store) ReviewDecisions(ctx context.Context, id string) ([]review.Decision, error) {
	all, err := decisionsOf(ctx, s.pool, id)
	return all, fail("list decisions", err)
}

func decisionsOf(ctx context.Context, from db, id string) ([]review.Decision, error) {
	rows, err := from.Query(ctx, string(reviewDecisions), id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d review.Decision, err error) {
		return d, row.Scan(&d.ID, &d.Text, &d.By, instant(&d.At))
	})
}

// AddReviewDecision writes one down; one of the same ID is there already.
func (s *Store) AddReviewDecision(ctx context.Context, id string, d review.Decision) error {
	return s.inReview(ctx, "add decision", id, shareReview, func(tx pgx.Tx, _ review.Review) error {
		_, err := tx.Exec(ctx, string(addReviewDecision), d.ID, id, d.Text, string(d.By), micro(d.At))
		return err
	})
}

// SignReview signs a review once nothing is missing; refusals are an answer and change nothing. The list of its actions keeps
// how they stand, and its tasks are over.
func (s *Store) SignReview(ctx context.Context, id string, by, chair deal.PersonID, note, today string, when time.Time) (review.Review, deal.Refusals, error) {
	var r review.Review
	var no deal.Refusals
	when = micro(when)
	err := s.inReview(ctx, "sign review", id, lockReview, func(tx pgx.Tx, open review.Review) error {
		r = open
		breaches, err := unexplainedOf(ctx, tx, id)
		if err != nil {
			return err
		}
		decisions, err := decisionsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		actions, err := actionsOf(ctx, tx, reviewActions, id)
		if err != nil {
			return err
		}
		if no = review.Unsignable(breaches, actions, len(decisions), today); len(no) > 0 {
			return errRefused
		}
		for _, sql := range []statement{settleOwners, freezeActions} {
			if _, err := tx.Exec(ctx, string(sql), id); err != nil {
				return err
			}
		}
		r.Status, r.SignedAt, r.SignedBy, r.SignedFor, r.Note = review.Signed, when, by, chair, note
		if _, err := tx.Exec(ctx, string(signReview), id, when, string(by), string(chair), orNull(note)); err != nil {
			return err
		}
		return s.signed(ctx, tx, r)
	})
	if errors.Is(err, errRefused) {
		return r, no, nil
	}
	return r, nil, err
}

// signed ends what was asked about a review, and tells the team's manager.
func (s *Store) signed(ctx context.Context, tx pgx.Tx, r review.Review) error {
	work := PersonWork{tx}
	if err := work.Close(ctx, deal.ReviewSignTask, review.Ref(r.ID), deal.TaskDone, r.SignedBy, r.SignedAt); err != nil {
		return err
	}
	org, err := s.orgIn(ctx, tx)
	if err != nil {
		return err
	}
	return work.Notify(ctx, review.Told(org, r)...)
}
