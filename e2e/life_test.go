//go:build e2e

package e2e_test

import (
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/engine/postgres"
)

// exitInUse is the exit code of a process whose data belongs to another one (docs/operations.md).
const exitInUse = 3

func TestUp_refusesToBeTheSecondOnTheSameData(t *testing.T) {
	t.Parallel()
	p := started(t)
	d := p.as(t, "rep1").opens(t, territory1)
	first := strconv.Itoa(p.main.cmd.Process.Pid)

	said, code := p.tool(t, "up", "--data", p.data(), "--listen", "127.0.0.1:0")
	require.Equal(t, exitInUse, code, said)
	require.Contains(t, said, "in use by process "+first, "the message names the holder")

	url, err := postgres.Attach(filepath.Join(p.data(), "postgres"), "closedloop")
	require.NoError(t, err)
	p.env = append(p.env, "CLOSEDLOOP_DATABASE_URL="+url)
	said, code = p.tool(t, "up", "--data", filepath.Join(p.dir, "elsewhere"), "--listen", "127.0.0.1:0")
	require.Equal(t, exitInUse, code, said)
	require.Contains(t, said, "process "+first, "the message names the holder, also of a database that both reach")

	require.True(t, p.main.runs())
	d.act(t, "grade", data{"grade": "C", "reason": "第一个继续工作"})
	require.Equal(t, "C", d.read(t).Grade)
}

func TestUp_stopsCleanlyAndGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	p := started(t)
	d, requests := underKeys(t, p)
	began := time.Now()
	require.Zero(t, p.main.interrupt(t), "Ctrl-C is no failure")
	t.Logf("stopped after %s", time.Since(began).Round(10*time.Millisecond))
	require.NoFileExists(t, filepath.Join(p.data(), "postgres", "data", "postmaster.pid"), "Postgres was stopped with it")

	p.restart(t)
	before := d.snapshot(t)
	for _, s := range requests {
		s.who.p = p
		s.repeats(t)
	}
	require.Equal(t, before, d.snapshot(t), "a key is remembered across restarts")
	d.meet(t, deal.Collect)
	d.advance(t, deal.Collect).ok(t, nil)

	p.kill(t)
	require.FileExists(t, filepath.Join(p.data(), "postgres", "data", "postmaster.pid"), "a kill leaves the server behind")
	p.restart(t)
	require.Equal(t, "screen", d.read(t).Step)
	for _, s := range requests {
		s.repeats(t)
	}
	d.act(t, "intake", data{"decision": "accept"})
	requireNoGap(t, d.events(t))
	requireFolded(t, p)

	require.Zero(t, p.main.interrupt(t))
	said, code := p.tool(t, "up", "--no-demo", "--data", p.data(), "--listen", "0.0.0.0:0")
	require.Equal(t, 1, code, said)
	require.Contains(t, said, "demo password", "demo logins are never offered to other machines, however they came into the data")
	require.Contains(t, said, "0.0.0.0:0")
}

func TestUp_refusesTheDemoBeyondLoopback(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	for _, address := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:8080"} {
		said, code := p.tool(t, "up", "--data", p.data(), "--listen", address)
		require.Equal(t, 1, code, said)
		require.Contains(t, said, "demo.enabled")
		require.Contains(t, said, "127.0.0.1", "the message says what would do")
		require.Contains(t, said, address)
	}
	require.NoDirExists(t, p.data(), "nothing was begun")
}

func TestUp_runsForAnOrdinaryUser(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	if os.Geteuid() == 0 { // otherwise every test is this one
		nobody, err := user.Lookup("nobody")
		require.NoError(t, err)
		uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
		require.NoError(t, err)
		gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
		require.NoError(t, err)
		p.user = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		require.NoError(t, os.Mkdir(p.data(), 0o700))
		require.NoError(t, os.Chown(p.data(), int(uid), int(gid)))
	}
	p.start(t)
	d := p.as(t, "rep1").opens(t, territory1)
	d.walk(t, deal.Screen)
	p.kill(t)
	p.restart(t)
	require.Equal(t, "screen", d.read(t).Step)
	d.act(t, "intake", data{"decision": "accept"})
	require.Zero(t, p.main.interrupt(t))
}

func TestUp_answersForItself(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	nobody := person{p: p}
	for _, path := range []string{"/livez", "/readyz", "/healthz", "/version", "/openapi.json"} {
		nobody.get(t, path).ok(t, nil)
	}
	said := p.main.output()
	for _, word := range []string{"http://" + p.address + "/docs", p.data(), password, "collector1", "auditor1"} {
		require.Contains(t, said, word, "what a newcomer needs is printed")
	}
	docs := &http.Client{Timeout: 10 * time.Second}
	page, err := docs.Get("http://" + p.address + "/docs")
	require.NoError(t, err)
	defer page.Body.Close()
	require.Equal(t, http.StatusOK, page.StatusCode)
	require.True(t, strings.HasPrefix(page.Header.Get("Content-Type"), "text/html"))
}
