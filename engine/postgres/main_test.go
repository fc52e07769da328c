package postgres_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/engine/postgres"
)

// TestMain lets the test binary stand in for a closedloop process of its own, so
// that tests can kill one or run it as another user: `binary serve DIR`.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		serve(os.Args[2])
		return
	}
	os.Exit(m.Run())
}

// served is what a serving process says when it is ready.
type served struct {
	PID   int    `json:"pid"` // of the server, not of the process
	URL   string `json:"url"`
	Error string `json:"error"`
}

// serve runs a server until standard input ends.
func serve(dir string) {
	ctx := context.Background()
	say := json.NewEncoder(os.Stdout)
	s, err := postgres.Start(ctx, postgres.Options{DataDir: dir})
	if err != nil {
		_ = say.Encode(served{Error: err.Error()})
		os.Exit(1)
	}
	_ = say.Encode(served{PID: s.PID(), URL: s.URL("postgres")})
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := s.Stop(ctx); err != nil {
		os.Exit(1)
	}
}

// serving starts cmd, a serving process, and waits for its first words.
func serving(t *testing.T, cmd *exec.Cmd) (served, io.Closer) {
	t.Helper()
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err)
	var said served
	require.NoError(t, json.Unmarshal(line, &said))
	require.Empty(t, said.Error)
	return said, in
}

// dataDir is a directory the server's user can reach also when the tests run as
// root, whose temporary directories are closed to others.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
	return filepath.Join(dir, "postgres")
}

func start(t *testing.T, opts postgres.Options) *postgres.Server {
	t.Helper()
	opts.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := postgres.Start(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		require.NoError(t, s.Stop(ctx))
	})
	return s
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// eventually polls until ok says true; testkit has the same for everybody else,
// but stands on this package.
func eventually(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(within)
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for !ok() {
		select {
		case <-deadline:
			require.FailNow(t, "not within "+within.String(), what)
		case <-poll.C:
		}
	}
}
