//go:build e2e

package e2e_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/testkit"
)

// allWithin bounds the wait for rungs of playbook quick, whose slowest story takes half a minute.
const allWithin = 90 * time.Second

// TestClocks_remindUrgeAndEscalateByThemselves watches playbook quick, whose deadlines are seconds. The stories of the
// first part all wait for time to pass, so they begin together; the second part lets the process be dead at the due time.
func TestClocks_remindUrgeAndEscalateByThemselves(t *testing.T) {
	t.Parallel()
	p := started(t, "CLOSEDLOOP_PLAYBOOKS_DEFAULT=quick")
	var endings []func(*testing.T)
	names := []string{}
	for _, story := range []struct {
		name  string
		begin func(*testing.T, *product) func(*testing.T)
	}{
		{"a resting account wakes on its re-check date", rests},
		{"a paused account keeps what its clocks had left", pauses},
		{"a request nobody moves goes to sales_ops", goesToOps},
		{"a request goes to the superior, who may then decide", goesToTheSuperior},
		{"a step and a follow-up remind, urge and escalate as listed before", escalates},
	} {
		endings, names = append(endings, story.begin(t, p)), append(names, story.name)
	}
	for i, end := range slices.Backward(endings) { // the last one began last, and is the shortest
		t.Run(names[i], end) //nolint:paralleltest // they have waited together
	}
	t.Run("what was due while the process was dead comes late, and once", func(t *testing.T) { missesNothing(t, p) }) //nolint:paralleltest // it kills
	requireFolded(t, p)
}

// rung is one thing that a clock does, as it was promised or as it came.
type rung struct {
	Clock, Rung string
	At          time.Time
}

func inOrder(rungs []rung) []rung {
	slices.SortFunc(rungs, func(a, b rung) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Clock, b.Clock), strings.Compare(a.Rung, b.Rung))
	})
	return rungs
}

func (d desk) upcoming(t *testing.T) []coming {
	t.Helper()
	var items list[coming]
	d.get(t, d.path("/upcoming?limit=200")).ok(t, &items)
	return items.Items
}

// promised are the rungs of a list up to an instant.
func promised(items []coming, until time.Time) []rung {
	var out []rung
	for _, c := range items {
		if !c.At.After(until) {
			out = append(out, rung{c.Clock, c.Rung, c.At.UTC()})
		}
	}
	return inOrder(out)
}

// reached are the rungs in the log.
func (d desk) reached(t *testing.T) []rung {
	t.Helper()
	var out []rung
	for _, e := range d.events(t) {
		if e.Kind == "rung_reached" {
			due, err := time.Parse(time.RFC3339Nano, e.Data["due"].(string))
			require.NoError(t, err)
			require.False(t, e.At.Before(due), "%s of %s came before its time", e.Data["rung"], e.Data["clock"])
			out = append(out, rung{e.Data["clock"].(string), e.Data["rung"].(string), due.UTC()})
		}
	}
	return inOrder(out)
}

// awaitReached waits until nothing that was to come by an instant is still to come.
func (d desk) awaitReached(t *testing.T, until time.Time) {
	t.Helper()
	testkit.Eventually(t, allWithin, func() bool { return len(promised(d.upcoming(t), until)) == 0 }, "what was due by then has come")
}

// requireAsPromised compares what came with what was listed before, rung by rung and inbox by inbox.
func (d desk) requireAsPromised(t *testing.T, items []coming, until time.Time) {
	t.Helper()
	require.Equal(t, promised(items, until), d.reached(t))
	wanted := map[string]map[string]int{}
	for _, c := range items {
		for _, to := range c.To {
			if c.At.After(until) {
				continue
			}
			if wanted[to.Login] == nil {
				wanted[to.Login] = map[string]int{}
			}
			wanted[to.Login][c.Kind+"_"+c.Rung+" "+c.Clock]++
		}
	}
	got := map[string]map[string]int{}
	for _, login := range []string{"rep1", "manager1", "director1", "ops1", "manager2", "rep2"} {
		for _, n := range d.at(t, login).notices(t) {
			clock := strings.HasPrefix(n.Kind, "step_") || strings.HasPrefix(n.Kind, "follow_up_") || slices.Contains([]string{
				"approval_remind", "approval_urge", "approval_superior", "approval_reassign",
			}, n.Kind)
			if !clock {
				continue
			}
			if got[login] == nil {
				got[login] = map[string]int{}
			}
			got[login][n.Kind+" "+n.Ref]++
		}
	}
	require.Equal(t, wanted, got, "one notification per recipient and rung")
}

func (d desk) openTasks(t *testing.T, kind deal.TaskKind) []task {
	t.Helper()
	return slices.DeleteFunc(d.tasks(t), func(k task) bool { return k.Kind != string(kind) || k.Status != "open" })
}

func escalates(t *testing.T, p *product) func(*testing.T) {
	d := p.as(t, "rep1").opens(t, territory1)
	d.act(t, "follow-up", data{"at": time.Now().Add(4 * time.Second)})
	items := d.upcoming(t)
	require.Len(t, items, 6, "three rungs of the step, three of the follow-up")
	last := items[len(items)-1].At
	var mine list[coming]
	p.as(t, "manager1").get(t, "/me/upcoming?limit=200").ok(t, &mine)
	return func(t *testing.T) {
		listed := 0
		for _, c := range mine.Items {
			if slices.ContainsFunc(items, func(i coming) bool { return i.Clock == c.Clock && i.At.Equal(c.At) && i.Rung == c.Rung }) {
				require.Equal(t, "superior", c.Rung)
				listed++
			}
		}
		require.Equal(t, 2, listed, "the manager saw both escalations coming")

		d.awaitReached(t, last)
		d.requireAsPromised(t, items, last)
		require.True(t, d.read(t).Overdue)
		require.Contains(t, d.read(t).Flags, "overdue")
		require.Len(t, d.openTasks(t, deal.FollowUpTask), 1)
		boss := d.at(t, "manager1")
		overdue := boss.openTasks(t, deal.OverdueTask)
		require.Len(t, overdue, 2)
		boss.post(t, "/tasks/"+overdue[0].ID+"/done", nil).ok(t, nil)
		boss.post(t, "/tasks/"+overdue[0].ID+"/done", nil).refused(t, http.StatusConflict, "task_done")
		d.post(t, "/tasks/"+d.openTasks(t, deal.FollowUpTask)[0].ID+"/done", nil).refused(t, http.StatusConflict, "task_not_manual")
		d.meets(t, d.contactWith(t, deal.DeciderRole), "做了该做的")
		require.Empty(t, d.openTasks(t, deal.FollowUpTask), "meeting the customer does the task")
	}
}

// asked is an account of rep1 in screen whose filing waits for manager1.
func asked(t *testing.T, p *product) (desk, approval, []coming) {
	t.Helper()
	d := p.as(t, "rep1").opens(t, territory1)
	d.walk(t, deal.Screen)
	d.fill(t, deal.Screen, data{"need": true})
	a := d.request(t, deal.Filing, deal.Screen, "")
	return d, a, slices.DeleteFunc(d.upcoming(t), func(c coming) bool { return c.Kind != "approval" })
}

func rungsOf(items []coming) (names []string, to []string) {
	for _, c := range items {
		names = append(names, c.Rung)
		for _, h := range c.To {
			to = append(to, h.Login)
		}
	}
	return names, to
}

func goesToTheSuperior(t *testing.T, p *product) func(*testing.T) {
	d, a, items := asked(t, p)
	director := p.as(t, "director1")
	director.decides(t, a, deal.Approve).refused(t, http.StatusForbidden, "not_approver")
	return func(t *testing.T) {
		names, to := rungsOf(items)
		require.Equal(t, []string{"remind", "urge", "superior", "reassign"}, names)
		require.Equal(t, []string{"manager1", "manager1", "director1", "ops1"}, to)
		testkit.Eventually(t, allWithin, func() bool { return slices.Contains(director.approval(t, a.ID).waits(), "director1") }, "the superior is asked")
		above := d.at(t, "director1")
		require.Len(t, above.openTasks(t, deal.ApproveTask), 1)
		require.Equal(t, 1, countKind(above.notices(t), "approval_superior"))
		boss := d.at(t, "manager1").notices(t)
		require.Equal(t, []int{1, 1, 1}, []int{countKind(boss, "approval_asked"), countKind(boss, "approval_remind"), countKind(boss, "approval_urge")})

		director.decides(t, a, deal.Approve).ok(t, nil)
		decided := d.approval(t, a.ID)
		require.Equal(t, "approved", decided.Status)
		seat := decided.Levels[0].Seats[0]
		require.Equal(t, []string{"manager1", "director1"}, []string{seat.Holder.Login, seat.By.Login}, "for whom, and by whom")
		p.as(t, "manager1").decides(t, a, deal.Approve).refused(t, http.StatusConflict, "already_decided")
		require.Empty(t, above.openTasks(t, deal.ApproveTask))
		require.Empty(t, d.at(t, "manager1").openTasks(t, deal.ApproveTask))
		require.False(t, slices.ContainsFunc(d.upcoming(t), func(c coming) bool { return c.Kind == "approval" }), "the ladder dies with its matter")
	}
}

func countKind(notices []notice, kind string) int {
	n := 0
	for _, k := range kinds(notices) {
		if k == kind {
			n++
		}
	}
	return n
}

func goesToOps(t *testing.T, p *product) func(*testing.T) {
	d, a, _ := asked(t, p)
	return func(t *testing.T) {
		ops := d.at(t, "ops1")
		testkit.Eventually(t, allWithin, func() bool { return len(ops.openTasks(t, deal.ReassignTask)) == 1 }, "sales_ops is asked to move the request")
		require.Equal(t, 1, countKind(ops.notices(t), "approval_reassign"))
		to := data{"to": p.person(t, "manager2").ID, "reason": "站长休假"}
		p.as(t, "rep2").post(t, "/approvals/"+a.ID+"/transfer", to).refused(t, http.StatusNotFound, "not_found")
		ops.post(t, "/approvals/"+a.ID+"/transfer", to).ok(t, nil)
		other := p.as(t, "manager2")
		require.Equal(t, []string{"manager2"}, other.approval(t, a.ID).waits(), "a seat brings its account into sight")
		p.as(t, "manager1").decides(t, a, deal.Approve).refused(t, http.StatusForbidden, "not_approver")
		other.decides(t, a, deal.Approve).ok(t, nil)
		require.Equal(t, "approved", d.approval(t, a.ID).Status)
	}
}

func pauses(t *testing.T, p *product) func(*testing.T) {
	d := p.as(t, "rep1").opens(t, territory1)
	before := d.read(t)
	paused := d.act(t, "pause", data{"reason": "客户搬迁", "resume_on": inOfficeTime().AddDate(0, 0, 10).Format(time.DateOnly)})
	events := d.events(t)
	left := before.Deadline.Sub(events[len(events)-1].At)
	return func(t *testing.T) {
		require.Nil(t, paused.Deadline, "its clocks stand still")
		names, _ := rungsOf(d.upcoming(t))
		require.Equal(t, []string{"resume"}, names)
		testkit.Eventually(t, allWithin, func() bool { return time.Now().After(*before.Deadline) }, "the deadline it had has passed")
		require.Empty(t, d.reached(t), "nothing fires while it is paused")
		d.post(t, d.path("/grade"), data{"grade": "A", "reason": "x"}).refused(t, http.StatusConflict, "not_active")
		running := d.act(t, "resume", nil)
		require.WithinDuration(t, running.UpdatedAt.Add(left), *running.Deadline, time.Millisecond, "the clocks run on with what they had left")
		require.Len(t, d.upcoming(t), 6)
	}
}

func rests(t *testing.T, p *product) func(*testing.T) {
	d := p.as(t, "rep1").opens(t, territory1)
	d.walk(t, deal.Archive)
	d.meet(t, deal.Archive)
	var done commandAnswer
	d.advance(t, deal.Archive).ok(t, &done)
	require.Equal(t, "resting", done.Account.Status)
	ofRecords := func(c coming) bool { return c.Kind == string(deal.AgendaClock) } // go on while it rests
	names, to := rungsOf(slices.DeleteFunc(d.upcoming(t), ofRecords))
	require.Equal(t, []string{"recheck"}, names)
	require.Equal(t, []string{"rep1"}, to)
	return func(t *testing.T) {
		testkit.Eventually(t, allWithin, func() bool { return len(d.openTasks(t, deal.RecheckTask)) == 1 }, "the owner gets a task")
		require.Equal(t, 1, countKind(d.notices(t), "recheck"))
		require.Equal(t, "resting", d.read(t).Status, "waking does not decide")
		require.Equal(t, []any{"active", "analyse", 2}, func() []any {
			a := d.act(t, "second-development", data{"goal": "第二轮"})
			return []any{a.Status, a.Step, a.Cycle}
		}())
	}
}
