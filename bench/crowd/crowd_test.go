package crowd_test

import (
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/bench/crowd"
	"closedloop/store"
	"closedloop/testkit"
)

// small is a house with few accounts, though with every life.
func small(t *testing.T, accounts int) string {
	t.Helper()
	url := testkit.Database(t)
	size := crowd.Large()
	size.Accounts, size.Areas, size.Teams, size.Reps = accounts, 2, 2, 3
	_, err := crowd.Fill(t.Context(), url, size, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, crowd.Settle(t.Context(), url))
	return url
}

func TestFill_everyAccountIsWhatItsLogSays(t *testing.T) {
	t.Parallel()
	url := small(t, 200)
	st, err := store.Open(t.Context(), url, store.Options{})
	require.NoError(t, err)
	t.Cleanup(st.Close)
	compared, err := crowd.Check(t.Context(), st, 1)
	require.NoError(t, err)
	require.Equal(t, 200, compared)
	count, err := crowd.Counts(t.Context(), url)
	require.NoError(t, err)
	require.EqualValues(t, 200, count.Accounts)
	require.Greater(t, count.Events, 10*count.Accounts)
	require.Positive(t, min(count.Tasks, count.Approvals, count.Notices, count.Contacts, count.Records))

	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close(t.Context())) })
	var pending, unread, numbers, late int
	err = conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM approvals WHERE status = 'pending'), (SELECT count(*) FROM notifications WHERE unread),
		(SELECT count(DISTINCT number) FROM accounts), (SELECT count(*) FROM account_events WHERE at > $1)`, crowd.Now).Scan(&pending, &unread, &numbers, &late)
	require.NoError(t, err)
	require.Positive(t, pending)
	require.Positive(t, unread)
	require.Equal(t, 200, numbers)
	require.Zero(t, late, "nothing happened after now")

	_, err = conn.Exec(t.Context(), `UPDATE accounts SET overdue = NOT overdue WHERE id = (SELECT max(id) FROM accounts)`)
	require.NoError(t, err)
	_, err = crowd.Check(t.Context(), st, 1)
	require.ErrorContains(t, err, "is not what its log says")
}

func TestFill_givesTheSameHouseAgain(t *testing.T) {
	t.Parallel()
	var heads [2]string
	for i := range heads {
		conn, err := pgx.Connect(t.Context(), small(t, 80))
		require.NoError(t, err)
		err = conn.QueryRow(t.Context(), `SELECT md5(string_agg(a.id || a.number || a.head || p.name, '' ORDER BY a.id))
			FROM accounts a JOIN account_profile p ON p.account_id = a.id`).Scan(&heads[i])
		require.NoError(t, err)
		require.NoError(t, conn.Close(t.Context()))
	}
	require.Equal(t, heads[0], heads[1])
}
