package testkit

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCluster_isSharedByProcessesAndEndsAfterTheLastOne(t *testing.T) {
	t.Parallel()
	dir, binDir := place(t)
	first := using(t, dir, binDir)
	said, err := readNote(dir)
	require.NoError(t, err)
	second := using(t, dir, binDir)
	again, err := readNote(dir)
	require.NoError(t, err)
	require.Equal(t, said, again, "both use one server")

	end(first) // killed, as by an impatient person
	c, err := join(dir, binDir, grace)
	require.NoError(t, err)
	leave(t, c)
	end(second)
	Eventually(t, 20*time.Second, func() bool { return gone(t, dir) })

	c, err = join(dir, binDir, grace)
	require.NoError(t, err)
	defer leave(t, c)
	require.True(t, answers(c), "and it begins anew when somebody comes")
}

func TestCluster_staysWhileSomebodyUsesIt(t *testing.T) {
	t.Parallel()
	dir, binDir := place(t)
	c, err := join(dir, binDir, grace)
	require.NoError(t, err)
	defer leave(t, c)
	since := time.Now()
	Eventually(t, 10*grace, func() bool { return time.Since(since) > 3*grace })
	require.True(t, answers(c))
}

func TestCluster_getsANewKeeperWhenItsOwnWasKilled(t *testing.T) {
	t.Parallel()
	dir, binDir := place(t)
	using(t, dir, binDir)
	said, err := readNote(dir)
	require.NoError(t, err)
	signalTo(t, said.PID, syscall.SIGKILL)
	Eventually(t, 10*time.Second, func() bool {
		alive, err := lives(dir)
		return err == nil && !alive
	})
	c, err := join(dir, binDir, grace)
	require.NoError(t, err)
	defer leave(t, c)
	require.True(t, answers(c))
	now, err := readNote(dir)
	require.NoError(t, err)
	require.NotEqual(t, said.PID, now.PID)
	require.NotEqual(t, said.Server, now.Server, "the server without a keeper was stopped")
}

func TestCluster_saysWhyThereIsNone(t *testing.T) {
	t.Parallel()
	dir, _ := place(t)
	_, err := join(dir, t.TempDir(), grace)
	require.ErrorContains(t, err, "no program initdb")
}

func TestCluster_refusesADirectoryOfSomebodyElse(t *testing.T) {
	t.Parallel()
	real := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(real, link))
	_, err := join(link, "", grace)
	require.ErrorContains(t, err, "not a directory of this user")
}
