package testkit

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/engine/postgres"
)

// TestMain lets this binary stand in for another test process that uses a server:
// `binary use DIR BINDIR`.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "use" {
		_, err := join(os.Args[2], os.Args[3], grace)
		_ = json.NewEncoder(os.Stdout).Encode(err == nil)
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	os.Exit(m.Run())
}

// grace is how long a server of these tests outlives its last user.
const grace = 500 * time.Millisecond

// using starts another process that uses the server in dir, and waits until it does.
func using(t *testing.T, dir, binDir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "use", dir, binDir)
	_, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { end(cmd) })
	var joined bool
	require.NoError(t, json.NewDecoder(out).Decode(&joined))
	require.True(t, joined)
	return cmd
}

func end(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// place is a directory for a server of this test's own, and the programs for it.
func place(t *testing.T) (dir, binDir string) {
	t.Helper()
	bin, err := postgres.Find("")
	require.NoError(t, err)
	dir = t.TempDir()
	// As root the server runs as another user, who has to pass.
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o755))
	dir = filepath.Join(dir, "server")
	t.Cleanup(func() {
		Eventually(t, 20*time.Second, func() bool { return gone(t, dir) }, "the server ends after its last user")
	})
	return dir, bin.Dir
}

// gone says that neither keeper nor server runs any more.
func gone(t *testing.T, dir string) bool {
	t.Helper()
	alive, err := lives(dir)
	require.NoError(t, err)
	_, err = os.Stat(filepath.Join(dir, serverDir, "data", "postmaster.pid"))
	return !alive && os.IsNotExist(err)
}

// joined is a server of this test's own.
func joined(t *testing.T) *Cluster {
	t.Helper()
	dir, binDir := place(t)
	c, err := join(dir, binDir, grace)
	require.NoError(t, err)
	t.Cleanup(func() { leave(t, c) })
	return c
}

// leave ends this process's part in a server.
func leave(t *testing.T, c *Cluster) {
	t.Helper()
	require.NoError(t, c.users.Close())
}

// answers says whether the server of c does.
func answers(c *Cluster) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := connect(ctx, c, "postgres")
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

func signalTo(t *testing.T, pid int, sig syscall.Signal) {
	t.Helper()
	require.Positive(t, pid)
	require.NoError(t, syscall.Kill(pid, sig))
}
