package postgres_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/engine/postgres"
)

func TestStart_goesOnWithTheDataOfTheLastTime(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first := start(t, postgres.Options{DataDir: dir})
	require.NoError(t, first.EnsureDatabase(t.Context(), "deals"))
	conn := connect(t, first.URL("deals"))
	_, err := conn.Exec(t.Context(), `CREATE TABLE banks AS SELECT '浦发银行' AS name`)
	require.NoError(t, err)
	require.NoError(t, first.Stop(t.Context()))
	require.NoError(t, first.Stop(t.Context()), "a second stop is harmless")
	require.NoFileExists(t, filepath.Join(dir, "data", "postmaster.pid"))

	second := start(t, postgres.Options{DataDir: dir})
	require.Equal(t, first.URL("deals"), second.URL("deals"), "port and password are kept")
	var name string
	require.NoError(t, connect(t, second.URL("deals")).QueryRow(t.Context(), `SELECT name FROM banks`).Scan(&name))
	require.Equal(t, "浦发银行", name)
	info, err := os.Stat(filepath.Join(dir, "state.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "the password is nobody else's business")
}

func TestStart_takesAnotherPortWhenItsOwnIsTaken(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first := start(t, postgres.Options{DataDir: dir})
	require.NoError(t, first.Stop(t.Context()))
	taken, err := url.Parse(first.URL(""))
	require.NoError(t, err)
	listener := listen(t, taken.Host)
	defer listener.Close()

	second := start(t, postgres.Options{DataDir: dir})
	require.NotEqual(t, first.URL(""), second.URL(""))
	connect(t, second.URL("postgres"))
}

func TestServer_letsNobodyInWithoutThePassword(t *testing.T) {
	t.Parallel()
	s := start(t, postgres.Options{DataDir: dataDir(t)})
	u, err := url.Parse(s.URL("postgres"))
	require.NoError(t, err)
	u.User = url.UserPassword(u.User.Username(), "guess")
	_, err = pgx.Connect(t.Context(), u.String())
	require.ErrorContains(t, err, "28P01")
}

func TestServer_comesBackOnTheSamePortWhenThePostmasterIsKilled(t *testing.T) {
	t.Parallel()
	s := start(t, postgres.Options{DataDir: dataDir(t), Durable: true})
	conn := connect(t, s.URL("postgres"))
	_, err := conn.Exec(t.Context(), `CREATE TABLE kept AS SELECT 1 AS one`)
	require.NoError(t, err)
	for range 2 {
		killed := s.PID()
		require.NoError(t, syscall.Kill(killed, syscall.SIGKILL))
		eventually(t, 20*time.Second, "the server answers again", func() bool {
			conn, err := pgx.Connect(t.Context(), s.URL("postgres"))
			if err != nil {
				return false
			}
			defer conn.Close(t.Context())
			var one int
			return conn.QueryRow(t.Context(), `SELECT one FROM kept`).Scan(&one) == nil && one == 1
		})
		require.NotEqual(t, killed, s.PID())
	}
}

func TestServer_stopsAlsoWhileItIsComingBack(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s := start(t, postgres.Options{DataDir: dir})
	require.NoError(t, syscall.Kill(s.PID(), syscall.SIGKILL))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, s.Stop(ctx))
	start(t, postgres.Options{DataDir: dir}) // the directory is free again
}

func TestServer_quitsAtOnceWhenItMayNotTakeItsTime(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s := start(t, postgres.Options{DataDir: dir, Durable: true})
	_, err := connect(t, s.URL("postgres")).Exec(t.Context(), `CREATE TABLE kept AS SELECT 1 AS one`)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	// A stop that happens to be quicker than the signal is a clean one.
	if err := s.Stop(ctx); err != nil {
		require.ErrorIs(t, err, context.Canceled)
	}
	again := start(t, postgres.Options{DataDir: dir, Durable: true})
	var one int
	require.NoError(t, connect(t, again.URL("postgres")).QueryRow(t.Context(), `SELECT one FROM kept`).Scan(&one))
}

func TestStart_refusesASecondOwnerAndLeavesTheFirstAlone(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s := start(t, postgres.Options{DataDir: dir})
	_, err := postgres.Start(t.Context(), postgres.Options{DataDir: dir})
	var used *postgres.InUseError
	require.ErrorAs(t, err, &used)
	require.Equal(t, os.Getpid(), used.PID)
	require.ErrorContains(t, err, strconv.Itoa(os.Getpid()))
	require.WithinDuration(t, time.Now(), used.Since, time.Minute)
	connect(t, s.URL("postgres"))
}

func TestStart_stopsTheServerOfAKilledOwner(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	owner := exec.Command(os.Args[0], "serve", dir)
	said, _ := serving(t, owner)
	orphan := connect(t, said.URL)
	_, err := orphan.Exec(t.Context(), `CREATE TABLE kept AS SELECT 1 AS one`)
	require.NoError(t, err)
	require.NoError(t, owner.Process.Kill())
	require.Error(t, owner.Wait())
	require.NoError(t, orphan.Ping(t.Context()), "the server outlives its owner")

	s := start(t, postgres.Options{DataDir: dir})
	require.NotEqual(t, said.PID, s.PID())
	require.Error(t, orphan.Ping(t.Context()), "sessions of the dead owner end with its server")
	var one int
	require.NoError(t, connect(t, s.URL("postgres")).QueryRow(t.Context(), `SELECT one FROM kept`).Scan(&one))
}

func TestStart_isNotFooledByAPidOfSomebodyElse(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first := start(t, postgres.Options{DataDir: dir})
	require.NoError(t, first.Stop(t.Context()))
	// After a reboot the number in the file may belong to any living process.
	somebody := exec.Command("sleep", "60")
	require.NoError(t, somebody.Start())
	t.Cleanup(func() {
		_ = somebody.Process.Kill()
		_ = somebody.Wait()
	})
	stale := strconv.Itoa(somebody.Process.Pid) + "\n" + filepath.Join(dir, "data") + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), []byte(stale), 0o600))
	start(t, postgres.Options{DataDir: dir})
	require.NoError(t, somebody.Process.Signal(syscall.Signal(0)), "and that process is left alone")
}

func TestStart_beginsAfreshBesideAHalfMadeCluster(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	half := filepath.Join(dir, "initdb-123", "PG_VERSION")
	require.NoError(t, os.MkdirAll(filepath.Dir(half), 0o755))
	require.NoError(t, os.WriteFile(half, nil, 0o600))
	start(t, postgres.Options{DataDir: dir})
	require.FileExists(t, half, "nothing is deleted")
}

func TestEnsureDatabase_isRepeatableAndTakesAnyName(t *testing.T) {
	t.Parallel()
	s := start(t, postgres.Options{DataDir: dataDir(t)})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if err := s.EnsureDatabase(t.Context(), `odd "name"`); err != nil {
				t.Errorf("create a database: %v", err)
			}
		})
	}
	wait.Wait()
	var name string
	conn := connect(t, s.URL(`odd "name"`))
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT current_database()`).Scan(&name))
	require.Equal(t, `odd "name"`, name)
}
