//go:build e2e

package e2e_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/playbook/playbooktest"
	"closedloop/testkit"
)

// inTheStorm is how many accounts are to be reminded of at one instant: enough that the worker is killed among them.
const inTheStorm = 200

// TestStorm_remindsOfEveryAccountOnceThoughTheWorkerDiesInIt dates the next step of many accounts to one instant, kills the
// worker when the first of them have been told of, and starts another one.
func TestStorm_remindsOfEveryAccountOnceThoughTheWorkerDiesInIt(t *testing.T) {
	t.Parallel()
	p, _, _ := inHalves(t, twoTeams, "CLOSEDLOOP_PLAYBOOKS_DEFAULT="+playbooktest.Quick)
	db := p.database(t)
	calm(t, p.as(t, "root"))
	rep := p.as(t, "li")
	began := time.Now()
	desks := make([]desk, inTheStorm)
	together(t, inTheStorm, func(i int) { desks[i] = rep.opens(t, "城北") })
	at := time.Now().Add(max(10*time.Second, time.Since(began))).UTC().Truncate(time.Second)
	together(t, inTheStorm, func(i int) { desks[i].act(t, "follow-up", data{"at": at}) })
	require.True(t, time.Now().Before(at), "all are dated before the first is due")

	kind := string(deal.RungNotice(deal.FollowUpClock, deal.Remind))
	told := func() (n int) {
		require.NoError(t, db.QueryRow(t.Context(), `SELECT count(*) FROM notifications WHERE kind = $1`, kind).Scan(&n))
		return n
	}
	testkit.Eventually(t, allWithin, func() bool { return told() >= inTheStorm/20 }, "the storm begins")
	p.running(t, "worker").kill(t)
	before := told()
	require.Less(t, before, inTheStorm, "the kill is in the middle of it")
	t.Logf("the worker died when %d of %d reminders were written", before, inTheStorm)
	p.launch(t, "worker")
	testkit.Eventually(t, allWithin, func() bool { return told() >= inTheStorm }, "everybody is reminded of")
	t.Logf("the last reminder came %s after its time", time.Since(at).Round(100*time.Millisecond))

	inbox := map[string]int{}
	for _, n := range rep.inbox(t) {
		if n.Kind == kind {
			require.False(t, n.At.Before(at), "none comes early")
			inbox[n.Account.ID]++
		}
	}
	var twice, lost int
	require.NoError(t, db.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE outs > 1), count(*) FILTER (WHERE outs = 0) FROM (
		SELECT n.id, (SELECT count(*) FROM outbox o WHERE o.notice_id = n.id) AS outs FROM notifications n WHERE n.kind = $1) counted`, kind).Scan(&twice, &lost))
	require.Equal(t, []int{0, 0}, []int{twice, lost}, "each is in the outbox once")
	require.Len(t, inbox, inTheStorm)
	for _, d := range desks {
		require.Equal(t, 1, inbox[d.id], "in the inbox once")
		var reminded []rung
		for _, r := range d.reached(t) {
			if r.Clock == "follow_up" && r.Rung == string(deal.Remind) {
				reminded = append(reminded, r)
			}
		}
		require.Equal(t, []rung{{"follow_up", string(deal.Remind), at}}, reminded, "in the log once")
		requireNoGap(t, d.events(t))
	}
}

// calm puts a version of playbook quick in force whose other deadlines are far away: the storm has the stage for itself.
func calm(t *testing.T, admin person) {
	t.Helper()
	text := string(admin.get(t, "/playbooks/"+playbooktest.Quick, header("Accept", "application/yaml")).ok(t, nil).body)
	later := strings.NewReplacer(
		"within: 12 seconds", "within: 3600 seconds", "ungraded: 30 seconds", "ungraded: 3600 seconds",
		"after: 5 seconds", "after: 3600 seconds", "after: 10 seconds", "after: 7200 seconds",
	).Replace(text)
	later = regexp.MustCompile(`(?m)^version: \d+$`).ReplaceAllString(later, "version: 1000")
	admin.post(t, "/playbooks", []byte(later), header("Content-Type", "text/yaml")).ok(t, nil)
}

// together does something n times, from a few hands.
func together(t *testing.T, n int, act func(i int)) {
	t.Helper()
	var next atomic.Int64
	var hands sync.WaitGroup
	for range 4 {
		hands.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && !t.Failed(); i = int(next.Add(1)) - 1 {
				act(i)
			}
		})
	}
	hands.Wait()
	require.False(t, t.Failed())
}

// database is the product's own, for what the API does not show.
func (p *product) database(t *testing.T) *pgx.Conn {
	t.Helper()
	for _, line := range p.env {
		if url, is := strings.CutPrefix(line, "CLOSEDLOOP_DATABASE_URL="); is {
			db, err := pgx.Connect(t.Context(), url)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, db.Close(context.WithoutCancel(t.Context()))) })
			return db
		}
	}
	require.FailNow(t, "the product runs on a database of its own")
	return nil
}

// running is the process of a command of the binary.
func (p *product) running(t *testing.T, command string) *process {
	t.Helper()
	for _, r := range p.launched() {
		if r.runs() && strings.HasPrefix(r.name, command+"-") {
			return r
		}
	}
	require.FailNow(t, "no "+command+" runs")
	return nil
}
