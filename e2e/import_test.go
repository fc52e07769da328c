//go:build e2e

package e2e_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities/leadsheet/leadsheettest"
	"closedloop/testkit"
)

// TestImport_killedHalfWayResumesAndOpensEveryRowOnce takes in a thousand rows and kills the process among them.
func TestImport_killedHalfWayResumesAndOpensEveryRowOnce(t *testing.T) {
	t.Parallel()
	p := started(t)
	ops := p.as(t, "ops1")
	const rows = 1000
	var file bytes.Buffer
	require.NoError(t, leadsheettest.Generate(&file, rows, 7))
	began := time.Now()
	var s importStatus
	ops.upload(t, "thousand.csv", file.Bytes(), key("thousand")).ok(t, &s)
	require.Equal(t, "running", s.Status)
	testkit.Eventually(t, 3*time.Minute, func() bool {
		ops.get(t, "/imports/"+s.ID).ok(t, &s)
		return s.Opened >= rows/3
	}, "a third is done")
	require.Less(t, s.Opened, rows, "it is killed half-way")
	p.kill(t)
	p.restart(t)

	var again importStatus
	ops.upload(t, "thousand.csv", file.Bytes(), key("thousand")).ok(t, &again)
	require.Equal(t, s.ID, again.ID, "the same upload is the same import")
	testkit.Eventually(t, 3*time.Minute, func() bool {
		ops.get(t, "/imports/"+s.ID).ok(t, &s)
		return s.Status != "running"
	}, "it goes on by itself")
	t.Logf("%d rows with a restart in %s", rows, time.Since(began).Round(time.Second))
	require.Equal(t, importStatus{ID: s.ID, Filename: "thousand.csv", Status: "done", Total: rows, Opened: rows}, s)

	accounts := all[account](t, ops, "/accounts", nil)
	require.Len(t, accounts, rows)
	names, numbers := map[string]bool{}, map[string]bool{}
	for _, a := range accounts {
		names[a.Name], numbers[a.Number] = true, true
	}
	require.Len(t, names, rows, "every row opened one account")
	require.Len(t, numbers, rows)
	for _, a := range []account{accounts[0], accounts[rows/3], accounts[rows-1]} {
		d := desk{ops, a.ID}
		require.Equal(t, 1, count(d.events(t), "opened"))
	}
	requireFolded(t, p)
	second := ops.imported(t, "again.csv", file.Bytes())
	require.Equal(t, []int{0, rows}, []int{second.Opened, second.Unchanged})
	var problems list[importProblem]
	ops.get(t, "/imports/"+second.ID+"/errors").ok(t, &problems)
	require.Empty(t, problems.Items)
	ops.send(t, http.MethodGet, "/accounts?limit=1", nil).ok(t, nil)
}
