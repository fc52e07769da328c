package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

// ReviewStore keeps monthly reviews.
type ReviewStore interface {
	Org(ctx context.Context) (deal.Org, error)
	// OpenReview opens the review of a team for a month, or finds it; opened tells which.
	OpenReview(ctx context.Context, o review.Order) (r review.Review, opened bool, err error)
	Reviews(ctx context.Context) ([]review.Review, error)
	OpenReviews(ctx context.Context) ([]review.Review, error)
	// FirstMonths are the months from which on teams have something to review.
	FirstMonths(ctx context.Context) (map[deal.TeamID]review.Month, error)
	// Unreviewed are the teams that have something to review of a month, which ends at an instant, and no review of it yet.
	Unreviewed(ctx context.Context, month review.Month, ends time.Time) ([]deal.TeamID, error)
	// ClimbReviewRung lets a rung of a review happen once; climbed is false when it has happened, or somebody has signed.
	ClimbReviewRung(ctx context.Context, review string, rung deal.RungName, notices []deal.PersonNotice) (climbed bool, err error)
}

// Reviews opens monthly reviews and reminds of them. Months are those of the organisation, not of a region: all teams are
// reviewed by one calendar.
type Reviews struct {
	kept      ReviewStore
	calendars Calendars
	zone      *time.Location
	rules     review.Rules
	now       func() time.Time
}

// NewReviews needs all of its parts.
func NewReviews(kept ReviewStore, calendars Calendars, zone *time.Location, rules review.Rules, now func() time.Time) (*Reviews, error) {
	if kept == nil || calendars == nil || zone == nil || now == nil || rules.Due < 1 || rules.Remind < 0 {
		return nil, errors.New("reviews need a store, calendars, a zone, a clock and numbers of working days")
	}
	return &Reviews{kept: kept, calendars: calendars, zone: zone, rules: rules, now: now}, nil
}

// OpenTeamReview opens the review of a team for a month as somebody, or finds it.
func (r *Reviews) OpenTeamReview(ctx context.Context, team deal.TeamID, month review.Month, by deal.PersonID) (review.Review, bool, error) {
	due, err := r.rules.DueAt(month, r.calendars.Working(""))
	if err != nil {
		return review.Review{}, false, fmt.Errorf("find out when the review of %s is due: %w", month, err)
	}
	return r.kept.OpenReview(ctx, review.Order{Team: team, Month: month, By: by, At: r.now(), Due: due}) //nolint:wrapcheck // says what it was doing
}

// ReviewBoard lists reviews with the months that have none.
func (r *Reviews) ReviewBoard(ctx context.Context, org deal.Org, f review.Filter) ([]review.Review, error) {
	kept, err := r.kept.Reviews(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	since, err := r.kept.FirstMonths(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	working := r.calendars.Working("")
	all, err := review.Board(org, since, kept, f, r.now(), r.zone, func(m review.Month) (time.Time, error) { return r.rules.DueAt(m, working) })
	if err != nil {
		return nil, fmt.Errorf("list reviews: %w", err)
	}
	return all, nil
}

// DayEnds is the closing time of a day, or of the next one on which the office is open.
func (r *Reviews) DayEnds(day string) (time.Time, error) {
	w := r.calendars.Working("")
	at, err := w.Opening(day)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the end of %s: %w", day, err)
	}
	return w.EndOfDay(at), nil
}

// ReviewsDueAt is when the reviews of a month are opened by themselves: the first opening of the next month.
func (r *Reviews) ReviewsDueAt(_ context.Context, month string) (time.Time, error) {
	m, err := review.ParseMonth(month)
	if err != nil {
		return time.Time{}, fmt.Errorf("read month: %w", err)
	}
	return review.OpensAt(m, r.calendars.Working("")) //nolint:wrapcheck // says what it was doing
}

// OpenMonth opens the reviews of all teams for a month, each in a transaction of its own. Teams without accounts have nothing
// to review. A month whose review somebody opened early has it already.
func (r *Reviews) OpenMonth(ctx context.Context, month string) (map[string]int, error) {
	m, err := review.ParseMonth(month)
	if err != nil {
		return nil, fmt.Errorf("read month: %w", err)
	}
	org, err := r.kept.Org(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	since, err := r.kept.FirstMonths(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	done := map[string]int{"opened": 0, "there": 0, "accounts": 0, "breaches": 0}
	var errs []error
	for _, team := range review.Teams(org) {
		if first, any := since[team.ID]; !any || first > m {
			continue
		}
		one, opened, err := r.OpenTeamReview(ctx, team.ID, m, deal.System)
		switch {
		case err != nil: // the others are opened all the same; the job is tried again
			errs = append(errs, fmt.Errorf("team %s: %w", team.ID, err))
		case opened:
			done["opened"]++
			done["accounts"] += one.Totals.Accounts
			done["breaches"] += one.Totals.Breaches
		default:
			done["there"]++
		}
	}
	return done, errors.Join(errs...)
}

// Remind tells the chairs of open reviews that they are due soon, and them and who stands above that they are late.
func (r *Reviews) Remind(ctx context.Context, _ string) (map[string]int, error) {
	org, err := r.kept.Org(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	open, err := r.kept.OpenReviews(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	now := r.now()
	done := map[string]int{"open": len(open)}
	for _, one := range open {
		rungs, err := r.rungs(one, now)
		if err != nil {
			return nil, err
		}
		for _, rung := range rungs {
			if rung.At.After(now) {
				break
			}
			notices := review.RungNotices(org, one, rung.Name, now)
			climbed, err := r.kept.ClimbReviewRung(ctx, one.ID, rung.Name, notices)
			if err != nil {
				return nil, err //nolint:wrapcheck // says what it was doing
			}
			if climbed {
				done["notices"] += len(notices)
			}
		}
	}
	return done, nil
}

func (r *Reviews) rungs(one review.Review, now time.Time) ([]review.Rung, error) {
	w := r.calendars.Working("")
	return review.Rungs(one, r.rules.RemindAt(one.DueAt, w), now, w) //nolint:wrapcheck // says what it was doing
}

// Coming is what the house will say of monthly reviews if nobody does anything: the rungs of those that are open, and the opening
// of those that nobody has opened early.
func (r *Reviews) Coming(ctx context.Context, org deal.Org) ([]view.Ahead, error) {
	open, err := r.kept.OpenReviews(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	now, w := r.now(), r.calendars.Working("")
	var all []view.Ahead
	for _, one := range open {
		rungs, err := r.rungs(one, now)
		if err != nil {
			return nil, err
		}
		for _, rung := range rungs {
			all = append(all, view.Ahead{
				At: rung.At, Kind: view.ReviewAhead, Ref: review.Ref(one.ID), Rung: rung.Name, Due: one.DueAt,
				To: review.Hears(org, one, rung.Name, noSooner(rung.At, now)), Notice: review.RungNotice(rung.Name), Args: review.Args(org, one),
				Provisional: w.Provisional(now, rung.At),
			})
		}
	}
	openings, err := r.openings(ctx, org, now)
	return append(all, openings...), err
}

// openings are the reviews that the house opens next: of this month, and of the last one as long as its day has not come.
func (r *Reviews) openings(ctx context.Context, org deal.Org, now time.Time) ([]view.Ahead, error) {
	w, this := r.calendars.Working(""), review.MonthOf(now, r.zone)
	var all []view.Ahead
	for _, m := range []review.Month{this.Previous(), this} {
		at, err := review.OpensAt(m, w)
		if err != nil {
			return nil, fmt.Errorf("find out when %s is reviewed: %w", m, err)
		}
		if !at.After(now) {
			continue
		}
		due, err := r.rules.DueAt(m, w)
		if err != nil {
			return nil, fmt.Errorf("find out when the review of %s is due: %w", m, err)
		}
		open, err := r.kept.Unreviewed(ctx, m, m.Next().Begins(r.zone))
		if err != nil {
			return nil, err //nolint:wrapcheck // says what it was doing
		}
		for _, team := range review.Teams(org) {
			if !slices.Contains(open, team.ID) {
				continue
			}
			all = append(all, view.Ahead{
				At: at, Kind: view.ReviewAhead, Ref: "review/" + string(team.ID) + "/" + string(m), Rung: deal.Ask, Due: due, To: review.OpeningHears(org, team),
				Notice: deal.ReviewOpenedNotice, Args: []string{team.Name, string(m)}, Provisional: w.Provisional(now, at),
			})
		}
	}
	return all, nil
}
