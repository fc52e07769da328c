//go:build e2e

package e2e_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/testkit"
)

// missesNothing kills the process when the first of many reminders has come, leaves it dead until all are overdue, and
// starts it again.
func missesNothing(t *testing.T, p *product) {
	rep := p.as(t, "rep1")
	for _, login := range []string{"rep2", "manager1", "manager2", "director1", "ops1"} {
		p.as(t, login) // a login in the middle of it would cost a second
	}
	waiting, request, ladder := asked(t, p)
	const accounts = 6
	var desks []desk
	var lists [][]coming
	for range accounts {
		d := rep.opens(t, territory1)
		desks, lists = append(desks, d), append(lists, d.upcoming(t))
	}
	until := lists[accounts-1][2].At // the last rung of the last step; follow-ups come much later
	require.Equal(t, "superior", lists[accounts-1][2].Rung)

	testkit.Eventually(t, allWithin, func() bool { return len(desks[0].reached(t)) > 0 }, "the first reminder comes")
	p.kill(t)
	killed := time.Now()
	due := slices.MaxFunc(ladder[:3], func(a, b coming) int { return a.At.Compare(b.At) }).At
	testkit.Eventually(t, allWithin, func() bool { return time.Now().After(until) && time.Now().After(due) }, "everything is overdue")
	p.restart(t)

	late := 0
	for i, d := range desks {
		d.awaitReached(t, until)
		d.requireAsPromised(t, lists[i], until)
		requireNoGap(t, d.events(t))
		for _, e := range d.events(t) {
			if e.Kind == "rung_reached" && e.At.After(killed) {
				require.Positive(t, e.Data["late"], "what comes late says so")
				late++
			}
		}
		require.Len(t, d.at(t, "manager1").openTasks(t, deal.OverdueTask), 1)
	}
	require.GreaterOrEqual(t, late, accounts, "the kill came before the escalations")

	director := p.as(t, "director1")
	testkit.Eventually(t, allWithin, func() bool { return slices.Contains(director.approval(t, request.ID).waits(), "director1") }, "the superior is asked")
	require.Equal(t, 1, countKind(waiting.at(t, "director1").notices(t), "approval_superior"))
	require.Equal(t, 1, countKind(waiting.at(t, "manager1").notices(t), "approval_remind"))
	director.decides(t, request, deal.Approve).ok(t, nil)
}
