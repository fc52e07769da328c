package temporal_test

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

	"github.com/stretchr/testify/require"

	"closedloop/engine/postgres"
	"closedloop/engine/temporal"
)

// TestMain lets the test binary stand in for a process of its own, because a
// process runs one engine in its life: `binary serve POSTGRES-URL SECRET`.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "serve" {
		serve(os.Args[2], os.Args[3])
		return
	}
	os.Exit(m.Run())
}

// served is what a serving process says when it is ready.
type served struct {
	Address  string        `json:"address"`
	Identity string        `json:"identity"`
	Took     time.Duration `json:"took"`
	Error    string        `json:"error"`
}

// serve runs an engine until standard input ends.
func serve(url, secret string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	say := json.NewEncoder(os.Stdout)
	began := time.Now()
	e, err := temporal.Start(ctx, temporal.Options{PostgresURL: url, Secret: secret, Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		_ = say.Encode(served{Error: err.Error()})
		os.Exit(1)
	}
	identity, err := e.Identity(ctx)
	if err != nil {
		_ = say.Encode(served{Error: err.Error()})
		os.Exit(1)
	}
	_ = say.Encode(served{Address: e.Address(), Identity: identity, Took: time.Since(began)})
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := e.Stop(context.Background()); err != nil {
		os.Exit(1)
	}
}

// serving runs an engine in a process of its own until the test is over, or until
// end is called: with stop it ends as it should, with kill it is killed.
func serving(t *testing.T, url string) (said served, end func(ending)) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "serve", url, secret)
	cmd.Stderr = t.Output()
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	ended := false
	end = func(how ending) {
		if ended {
			return
		}
		ended = true
		if how == kill {
			require.NoError(t, cmd.Process.Kill())
			require.Error(t, cmd.Wait())
			return
		}
		require.NoError(t, in.Close())
		require.NoError(t, cmd.Wait())
	}
	t.Cleanup(func() { end(stop) })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(line, &said))
	require.Empty(t, said.Error)
	return said, end
}

type ending int

const (
	stop ending = iota
	kill
)

const secret = "a secret of the tests, long enough"

// database runs a private PostgreSQL for a test.
func database(t *testing.T) *postgres.Server {
	t.Helper()
	dir := t.TempDir()
	// As root the server runs as another user, who has to reach its directory.
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
	s, err := postgres.Start(t.Context(), postgres.Options{DataDir: filepath.Join(dir, "postgres")})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		require.NoError(t, s.Stop(ctx))
	})
	return s
}

// eventually polls until ok says true.
func eventually(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(within)
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for !ok() {
		select {
		case <-deadline:
			require.FailNow(t, "not within "+within.String(), what)
		case <-poll.C:
		}
	}
}
