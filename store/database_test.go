package store_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/store"
)

var counter atomic.Int64

// database is an empty migrated database of its own; TEMPORARY until testkit is there.
func database(t *testing.T) string {
	t.Helper()
	base := os.Getenv("STORE_TEST_PG")
	conn, err := pgx.Connect(context.Background(), base+"/postgres")
	require.NoError(t, err)
	defer conn.Close(context.Background())
	name := fmt.Sprintf("t_%d_%d", os.Getpid(), counter.Add(1))
	_, err = conn.Exec(context.Background(), "CREATE DATABASE "+name+" TEMPLATE template0")
	require.NoError(t, err)
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), base+"/postgres")
		require.NoError(t, err)
		defer conn.Close(context.Background())
		_, err = conn.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
		require.NoError(t, err)
	})
	require.NoError(t, store.Migrate(t.Context(), base+"/"+name))
	return base + "/" + name
}
