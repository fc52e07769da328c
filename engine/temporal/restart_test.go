package temporal_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"closedloop/engine/temporal"
)

func TestStart_goesOnWhereAKilledProcessWas(t *testing.T) {
	t.Parallel()
	db := database(t)
	first, end := serving(t, db.URL("postgres"))
	c, err := dial(t, first.Address, secret)
	require.NoError(t, err)
	_, err = c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "sleeper", TaskQueue: "nobody"}, double, 1)
	require.NoError(t, err)
	c.Close()
	end(kill)

	second, end := serving(t, db.URL("postgres"))
	t.Logf("first start %s, second %s", first.Took, second.Took)
	require.Equal(t, first.Identity, second.Identity)
	c, err = dial(t, second.Address, secret)
	require.NoError(t, err)
	_, err = c.DescribeWorkflowExecution(t.Context(), "sleeper", "")
	require.NoError(t, err)
	c.Close()
	end(stop)

	dropDatabases(t, db.URL("postgres"))
	third, _ := serving(t, db.URL("postgres"))
	require.NotEqual(t, first.Identity, third.Identity, "an emptied engine is another one")
}

func dropDatabases(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	for _, name := range []string{temporal.DefaultDatabase, temporal.DefaultVisibilityDatabase} {
		_, err := conn.Exec(t.Context(), "DROP DATABASE "+name+" WITH (FORCE)")
		require.NoError(t, err)
	}
}

func TestStart_refusesDatabasesItCannotServe(t *testing.T) {
	t.Parallel()
	db := database(t)
	_, end := serving(t, db.URL("postgres"))
	end(stop)

	began := time.Now()
	_, err := temporal.Start(t.Context(), temporal.Options{PostgresURL: db.URL("postgres"), Secret: secret, HistoryShards: 4})
	require.ErrorIs(t, err, temporal.ErrShardCount)
	require.ErrorContains(t, err, "16")
	require.Less(t, time.Since(began), 10*time.Second)

	conn, err := pgx.Connect(t.Context(), db.URL("temporal"))
	require.NoError(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `UPDATE schema_version SET curr_version = '1.99'`)
	require.NoError(t, err)
	_, err = temporal.Start(t.Context(), temporal.Options{PostgresURL: db.URL("postgres"), Secret: secret})
	require.ErrorContains(t, err, "newer program")
}
