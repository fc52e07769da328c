package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var noticesBehind = named("NoticesBehind")

// NoticesBehind are a person's notices behind a position of the outbox, in order of positions. Whoever goes on behind the
// last one misses nothing and sees nothing twice; see [Store.Outbox].
func (s *Store) NoticesBehind(ctx context.Context, who deal.PersonID, after int64, limit int) ([]view.StreamedNotice, error) {
	rows, err := s.pool.Query(ctx, string(noticesBehind), string(who), after, limit)
	if err != nil {
		return nil, fail("read notices", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n view.StreamedNotice, err error) {
		err = row.Scan(&n.Position, &n.ID, &n.Seq, &n.To, &n.Kind, &n.Ref, instant(&n.Due), instant(&n.At), &n.Account, &n.AccountNumber,
			&n.AccountName, instant(&n.ReadAt), &n.Args)
		return n, err
	})
	return found, fail("read notices", err)
}
