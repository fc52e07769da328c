package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	approvalByID       = named("ApprovalByID")
	addDecisionLink    = named("AddDecisionLink")
	decisionLink       = named("DecisionLink")
	useDecisionLink    = named("UseDecisionLink")
	sweepDecisionLinks = named("SweepDecisionLinks")
	putCalendarFeed    = named("PutCalendarFeed")
	dropCalendarFeed   = named("DropCalendarFeed")
	calendarFeedOf     = named("CalendarFeedOf")
	calendarFeed       = named("CalendarFeed")
)

// ApprovalByID is a request as it stands, for the program itself: it takes no viewer.
func (s *Store) ApprovalByID(ctx context.Context, id string) (deal.Approval, error) {
	rows, err := s.pool.Query(ctx, string(approvalByID), id)
	if err != nil {
		return deal.Approval{}, fail("read approval", err)
	}
	found, err := pgx.CollectExactlyOneRow(rows, scanApproval)
	return found.Approval, fail("read approval", err)
}

// AddDecisionLink keeps a link. Hash is SHA-256 of its secret. One that is there already lasts as long as the later of both.
func (s *Store) AddDecisionLink(ctx context.Context, hash []byte, l deal.DecisionLink) error {
	_, err := s.pool.Exec(ctx, string(addDecisionLink), hash, l.ID, l.Approval, string(l.Person), l.Level, l.Version, l.MadeAt, l.ExpiresAt)
	return fail("keep link", err)
}

// DecisionLink finds a link, live or not, with its request; [deal.ErrNotFound] for every other hash. Its secret is the right
// to read what it is about, so it takes no viewer.
func (s *Store) DecisionLink(ctx context.Context, hash []byte) (view.LinkedRequest, error) {
	rows, err := s.pool.Query(ctx, string(decisionLink), hash)
	if err != nil {
		return view.LinkedRequest{}, fail("look for link", err)
	}
	found, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (found view.LinkedRequest, err error) {
		l := &found.Link
		found.Request, err = scanApproval(with{row, []any{
			&l.ID, &l.Person, &l.Level, &l.Version, instant(&l.MadeAt), instant(&l.ExpiresAt), instant(&l.UsedAt),
		}})
		l.Approval = found.Request.ID
		return found, err
	})
	return found, fail("look for link", err)
}

// with is a row that has more columns at its end.
type with struct {
	pgx.CollectableRow

	more []any
}

func (w with) Scan(dest ...any) error { return w.CollectableRow.Scan(append(dest, w.more...)...) }

// UseDecisionLink says when a link was used; the first use stays.
func (s *Store) UseDecisionLink(ctx context.Context, id string, at time.Time) error {
	_, err := s.pool.Exec(ctx, string(useDecisionLink), id, at)
	return fail("mark link as used", err)
}

// PutCalendarFeed gives a person a feed, instead of the one that may be there. Hash is SHA-256 of its secret.
func (s *Store) PutCalendarFeed(ctx context.Context, hash []byte, f view.CalendarFeed) error {
	_, err := s.pool.Exec(ctx, string(putCalendarFeed), string(f.Person), hash, f.Language, f.Names, f.CreatedAt)
	return fail("keep calendar feed", err)
}

// DropCalendarFeed ends a person's feed; one that is not there is none any more.
func (s *Store) DropCalendarFeed(ctx context.Context, who deal.PersonID) error {
	_, err := s.pool.Exec(ctx, string(dropCalendarFeed), string(who))
	return fail("end calendar feed", err)
}

// CalendarFeedOf is the feed of a person; [deal.ErrNotFound] without one.
func (s *Store) CalendarFeedOf(ctx context.Context, who deal.PersonID) (view.CalendarFeed, error) {
	return s.feed(ctx, calendarFeedOf, string(who))
}

// CalendarFeed finds the feed behind a secret, of an active person; [deal.ErrNotFound] for every other hash.
func (s *Store) CalendarFeed(ctx context.Context, hash []byte) (view.CalendarFeed, error) {
	return s.feed(ctx, calendarFeed, hash)
}

func (s *Store) feed(ctx context.Context, sql statement, by any) (f view.CalendarFeed, err error) {
	err = s.pool.QueryRow(ctx, string(sql), by).Scan(&f.Person, &f.Language, &f.Names, instant(&f.CreatedAt))
	return f, fail("look for calendar feed", err)
}
