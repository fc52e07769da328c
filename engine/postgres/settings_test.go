package postgres_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/engine/postgres"
)

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	require.NoError(t, err)
	return listener
}

func TestStart_setsWhatDurabilityAsksFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		durable bool
		want    map[string]string
	}{
		{"durable", true, map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}},
		{"for tests", false, map[string]string{"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, postgres.Options{DataDir: dataDir(t), Durable: c.durable, Settings: map[string]string{"work_mem": "5MB"}})
			conn := connect(t, s.URL("postgres"))
			c.want["max_connections"] = "200"
			c.want["max_wal_size"] = "4GB"
			c.want["checkpoint_timeout"] = "15min"
			c.want["work_mem"] = "5MB"
			c.want["listen_addresses"] = "127.0.0.1"
			c.want["server_encoding"] = "UTF8"
			c.want["TimeZone"] = "UTC"
			for name, want := range c.want {
				var got string
				require.NoError(t, conn.QueryRow(t.Context(), `SELECT current_setting($1)`, name).Scan(&got))
				require.Equal(t, want, got, name)
			}
		})
	}
}

func TestStart_givesDatabasesThatReadChinese(t *testing.T) {
	t.Parallel()
	s := start(t, postgres.Options{DataDir: dataDir(t)})
	require.NoError(t, s.EnsureDatabase(t.Context(), "deals"))
	conn := connect(t, s.URL("deals"))
	_, err := conn.Exec(t.Context(), `CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin`)
	require.NoError(t, err)
	var similar float64
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT similarity('浦发银行苏州分行', '浦发银行')`).Scan(&similar))
	require.Positive(t, similar)
}
