package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	lockBulletins = named("LockBulletins")
	addBulletin   = named("AddBulletin")
	bulletinIssue = named("BulletinIssue")
	oneBulletin   = named("Bulletin")
	listBulletins = named("Bulletins")
)

// PublishBulletin publishes an issue of a team's bulletin, and tells people. The first issue is published once: published
// tells whether it was new. A correction has a reason, names the issue before, and gets the next number of it.
func (s *Store) PublishBulletin(ctx context.Context, b view.Bulletin, notices []deal.PersonNotice) (published bool, err error) {
	const doing = "publish a bulletin"
	err = s.InPersonWork(ctx, doing, func(w PersonWork) error {
		published = false
		if _, err := w.tx.Exec(ctx, string(lockBulletins)); err != nil {
			return err
		}
		var newest int
		if err := w.tx.QueryRow(ctx, string(bulletinIssue), string(b.Team), b.Day).Scan(&newest); err != nil {
			return err
		}
		if b.Issue != newest+1 {
			return nil
		}
		if err := w.tx.QueryRow(ctx, string(nextNumber), "bulletins").Scan(&b.Number); err != nil {
			return err
		}
		lines := b.Lines
		if lines == nil {
			lines = []view.QuotaLine{}
		}
		_, err := w.tx.Exec(ctx, string(addBulletin), b.ID, b.Number, string(b.Team), b.Day, b.Issue, orNull(b.Replaces), orNull(b.Reason), lines,
			string(b.PublishedBy), b.PublishedAt)
		if err != nil {
			return err
		}
		published = true
		return w.Notify(ctx, notices...)
	})
	return published, err
}

// Bulletin is one issue, for those in the team and the line above it.
func (s *Store) Bulletin(ctx context.Context, v view.Viewer, id string) (view.Bulletin, error) {
	rows, err := s.pool.Query(ctx, string(oneBulletin), as(v, pgx.StrictNamedArgs{"id": id}))
	if err != nil {
		return view.Bulletin{}, fail("read bulletin", err)
	}
	b, err := pgx.CollectExactlyOneRow(rows, scanBulletin)
	return b, fail("read bulletin", err)
}

// Bulletins lists issues, the newest day first.
func (s *Store) Bulletins(ctx context.Context, v view.Viewer, f view.BulletinFilter) ([]view.Bulletin, string, error) {
	const list, doing = "bulletins", "list bulletins"
	c, err := after(f.Page, list)
	if err != nil {
		return nil, "", fail(doing, err)
	}
	args := as(v, pgx.StrictNamedArgs{
		"team": string(f.Team), "from": f.From, "to": f.To, "first": c == nil, "day": nil, "after": "", "limit": limit(f.Page) + 1,
	})
	if args["day"], args["after"], err = dayOf(c); err != nil {
		return nil, "", fail(doing, err)
	}
	rows, err := s.pool.Query(ctx, string(listBulletins), args)
	if err != nil {
		return nil, "", fail(doing, err)
	}
	items, err := pgx.CollectRows(rows, scanBulletin)
	if err != nil {
		return nil, "", fail(doing, err)
	}
	items, next := page(items, f.Page, func(b view.Bulletin) cursor { return cursor{list, &b.Day, b.ID} })
	return items, next, nil
}

func scanBulletin(row pgx.CollectableRow) (view.Bulletin, error) {
	var b view.Bulletin
	var at time.Time
	err := row.Scan(&b.ID, &b.Number, &b.Team, &b.Day, &b.Issue, &b.Replaces, &b.Reason, &b.Lines, &b.PublishedBy, &at)
	b.PublishedAt = at.UTC()
	return b, err
}
