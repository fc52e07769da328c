package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"closedloop/deal/view"
)

var (
	listNotices = named("Notices")
	readNotices = named("ReadNotices")
)

// Notices is the viewer's own inbox, newest first.
func (s *Store) Notices(ctx context.Context, v view.Viewer, unread bool, p view.Page) ([]view.NoticeItem, string, error) {
	const list = "notices"
	first, from, id, err := afterInstant(p, list)
	if err != nil {
		return nil, "", fail("read inbox", err)
	}
	rows, err := s.pool.Query(ctx, string(listNotices), pgx.QueryExecModeCacheDescribe, pgx.StrictNamedArgs{
		"who": string(v.Person.ID), "unread": unread, "first": first, "at": from, "after": id, "limit": limit(p) + 1,
	})
	if err != nil {
		return nil, "", fail("read inbox", err)
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n view.NoticeItem, err error) {
		err = row.Scan(&n.ID, &n.Seq, &n.To, &n.Kind, &n.Ref, instant(&n.Due), instant(&n.At), &n.Account, &n.AccountNumber,
			&n.AccountName, instant(&n.ReadAt), &n.Args)
		return n, err
	})
	if err != nil {
		return nil, "", fail("read inbox", err)
	}
	items, next := page(items, p, func(n view.NoticeItem) cursor { return at(list, n.At, n.ID) })
	return items, next, nil
}

// ReadNotices marks lines of the viewer's own inbox as read; no IDs: all of them. It returns how many there were that
// had not been read before.
func (s *Store) ReadNotices(ctx context.Context, v view.Viewer, ids []string) (int, error) {
	var read int
	err := s.pool.QueryRow(ctx, string(readNotices), pgx.StrictNamedArgs{"who": string(v.Person.ID), "ids": words(ids)}).Scan(&read)
	return read, fail("mark as read", err)
}
