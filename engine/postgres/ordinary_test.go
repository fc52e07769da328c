package postgres_test

import (
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/engine/postgres"
)

// As root the other tests prove the change of user; this one proves that
// nothing needs root, and that root may carry on in between.
func TestStart_worksForAnOrdinaryUserAndForRootOnTheSameData(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("the tests run as an ordinary user already")
	}
	nobody, err := user.Lookup("nobody")
	require.NoError(t, err)
	uid, err := strconv.Atoi(nobody.Uid)
	require.NoError(t, err)
	gid, err := strconv.Atoi(nobody.Gid)
	require.NoError(t, err)

	dir := dataDir(t)
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.Chown(dir, uid, gid))
	program := readableCopy(t, os.Args[0])
	asNobody := func() {
		cmd := exec.Command(program, "serve", dir)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		said, stdin := serving(t, cmd)
		requireOwner(t, said.PID, uid)
		connect(t, said.URL)
		require.NoError(t, stdin.Close())
		require.NoError(t, cmd.Wait())
		require.NoFileExists(t, filepath.Join(dir, "data", "postmaster.pid"))
	}
	asNobody()
	s := start(t, postgres.Options{DataDir: dir})
	requireOwner(t, s.PID(), uid)
	require.NoError(t, s.Stop(t.Context()))
	asNobody()
}

// requireOwner checks whose process it is, where the system shows that.
func requireOwner(t *testing.T, pid, uid int) {
	t.Helper()
	info, err := os.Stat(filepath.Join("/proc", strconv.Itoa(pid)))
	if err == nil { // only Linux has it
		require.Equal(t, uint32(uid), info.Sys().(*syscall.Stat_t).Uid)
	}
}

// readableCopy puts a program where everybody may run it; the directory go test
// builds in is closed to other users.
func readableCopy(t *testing.T, path string) string {
	t.Helper()
	from, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = from.Close() }()
	dir := filepath.Dir(dataDir(t))
	to, err := os.OpenFile(filepath.Join(dir, "program"), os.O_CREATE|os.O_WRONLY, 0o755)
	require.NoError(t, err)
	_, err = io.Copy(to, from)
	require.NoError(t, err)
	require.NoError(t, to.Close())
	return to.Name()
}
