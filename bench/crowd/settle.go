package crowd

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
)

// everything is a viewer who sees the whole house.
func everything() view.Viewer { return view.Viewer{All: true} }

// Settle leaves the database as a long time of use would: what was read of the inbox, tables vacuumed and analysed.
func Settle(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	for _, sql := range []string{
		`INSERT INTO notification_reads (notification_id, read_at) SELECT id, at + interval '1 hour' FROM notifications WHERE NOT unread`,
		`VACUUM (ANALYZE)`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("settle: %w", err)
		}
	}
	return nil
}

// Count is what a filled house holds.
type Count struct {
	Accounts, Events, Commands, Tasks, Approvals, Notices, Contacts, Records, People int64
	Bytes                                                                            int64
}

// Counts counts.
func Counts(ctx context.Context, url string) (c Count, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return c, fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, `SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM account_events), (SELECT count(*) FROM account_commands),
		(SELECT count(*) FROM tasks), (SELECT count(*) FROM approvals), (SELECT count(*) FROM notifications), (SELECT count(*) FROM contacts),
		(SELECT count(*) FROM dossier), (SELECT count(*) FROM users), pg_database_size(current_database())`).Scan(
		&c.Accounts, &c.Events, &c.Commands, &c.Tasks, &c.Approvals, &c.Notices, &c.Contacts, &c.Records, &c.People, &c.Bytes)
	if err != nil {
		return c, fmt.Errorf("count: %w", err)
	}
	return c, nil
}

// Check holds every n-th account against its log: state and projections column by column, and its chain. It gives how many
// accounts were compared; a difference is an error.
func Check(ctx context.Context, st *store.Store, every int) (int, error) {
	compared, seen := 0, 0
	for after := deal.AccountID(""); ; {
		ids, err := st.Logged(ctx, after, 1000)
		if err != nil {
			return compared, fmt.Errorf("list accounts: %w", err)
		}
		if len(ids) == 0 {
			return compared, nil
		}
		for _, id := range ids {
			if seen++; seen%every != 0 {
				continue
			}
			found, err := st.Compare(ctx, id)
			if err != nil {
				return compared, fmt.Errorf("compare account: %w", err)
			}
			if len(found) > 0 {
				return compared, fmt.Errorf("account %s is not what its log says: table %s, row %s", id, found[0].Table, found[0].Row)
			}
			compared++
		}
		after = ids[len(ids)-1]
	}
}
