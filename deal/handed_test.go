package deal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// What is listed of tasks that change hands is what a look at each instant does: the same tasks, to the same people, in the
// same words, and none beside. Clocks are stopped, so that nothing else happens on the way.
func TestHandingList_isWhatHappensWhenTheHouseLooks(t *testing.T) {
	t.Parallel()
	handed := 0
	for n := 0; handed < 2000; n++ {
		m := begin(t, seed(n))
		for range 25 {
			m.drift()
			if _, no := m.w.try(m.command()); len(no) > 0 || !m.w.state.Exists() {
				continue
			}
			w := m.w.copy()
			w.facts.Org.Delegations = m.delegations()
			w.facts.Org.Leaves = m.leaves()
			settled(t, w)
			w.state.Clocks = nil
			w.facts.Agenda = nil
			open := map[string]bool{}
			for _, task := range w.state.Tasks {
				open[task.ID] = task.Status == deal.TaskOpen
			}
			list := deal.HandingList(w.state, w.facts.Org, w.now)
			handed += len(list)
			for _, at := range turns(w.facts.Org, w.now) {
				w.now = at
				want, got := []string{}, []string{}
				for _, h := range list {
					if h.At.Equal(at) {
						want = append(want, h.Task.ID+" "+string(h.Kind)+" "+string(h.To)+" for "+string(h.For))
					}
				}
				for _, e := range w.do(t, deal.System, deal.Recompute{}) {
					switch b := e.Body.(type) {
					case deal.TasksTakenOver:
						for _, c := range b.Tasks {
							got = append(got, c.Task+" "+string(deal.TakenOverNotice)+" "+string(c.By)+" for "+string(c.For))
						}
					case deal.TasksGivenBack:
						for _, c := range b.Tasks {
							got = append(got, c.Task+" "+string(deal.GivenBackNotice)+" "+string(c.For)+" for "+string(c.For))
						}
					}
				}
				got = slices.DeleteFunc(got, func(s string) bool { return !open[s[:36]] })
				slices.Sort(want)
				slices.Sort(got)
				require.Equal(t, want, got, "at %s", wall(at))
			}
		}
	}
}

// turns are the instants behind one at which an absence or a delegation begins or ends.
func turns(org deal.Org, after time.Time) []time.Time {
	var all []time.Time
	for _, d := range org.Delegations {
		all = append(all, d.Since, d.Until)
	}
	for _, l := range org.Leaves {
		all = append(all, l.Since, l.Until)
	}
	all = slices.DeleteFunc(all, func(at time.Time) bool { return !at.After(after) })
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

func TestLineEnds_areForSalesOperationsAlone(t *testing.T) {
	t.Parallel()
	org := organisation()
	require.Equal(t, deal.LineEnds{}, org.LineEnds([]deal.PersonID{rep1, director1}))
	ends := org.LineEnds([]deal.PersonID{rep1, ops1})
	require.True(t, ends.Nobody)
	require.Equal(t, []deal.PersonID{director1, ops1, finance1, admin1, auditor1}, ends.People)
	require.Equal(t, []deal.TeamID{east}, ends.Teams)
	org.Teams[1].Lead = ""
	require.Contains(t, org.LineEnds([]deal.PersonID{ops1}).Teams, team1)
}

func TestPersonTask_ladderStandsAtOpenings(t *testing.T) {
	t.Parallel()
	w := newWorld()
	org, hours := w.facts.Org, w.facts.Working
	task := deal.NewPersonTask(deal.QuotaReasonTask, manager1, "breach/1", at("2026-03-04 10:00"), "Wang", "3", "2026-03-03")
	rungs := func() (all []string) {
		list, err := task.Rungs(hours)
		require.NoError(t, err)
		for _, r := range list {
			all = append(all, string(r.Name)+" "+r.At.In(shanghai).Format("01-02 15:04"))
		}
		return all
	}
	require.Empty(t, rungs(), "without a date there is nothing to climb")
	task.Due = at("2026-03-06 18:00") // a Friday
	require.Equal(t, []string{"remind 03-06 09:00", "urge 03-09 09:00", "superior 03-10 09:00"}, rungs())
	task.Reached = []deal.RungName{deal.Remind}
	require.Equal(t, []string{"urge 03-09 09:00", "superior 03-10 09:00"}, rungs())
	task.Reached, task.OpenedAt = nil, at("2026-03-06 11:00")
	require.Equal(t, []string{"urge 03-09 09:00", "superior 03-10 09:00"}, rungs(), "nobody is reminded of what was opened on the same day")
	require.Equal(t, []deal.PersonID{director1}, task.Hears(org, deal.Superior, task.Due))
	org.Delegations = []deal.Delegation{{ID: "d", From: manager1, To: rep2, Since: task.OpenedAt, Until: task.Due}}
	require.Equal(t, []deal.PersonID{rep2}, task.Hears(org, deal.Remind, task.OpenedAt))
	require.Equal(t, []deal.PersonID{manager1}, task.Hears(org, deal.Remind, task.Due))
	task.Assignee = director1
	require.Equal(t, []deal.PersonID{ops1}, task.Hears(org, deal.Superior, task.Due), "the line ends")
	require.Equal(t, []string{"director1", "quota_reason", "Wang", "3", "2026-03-03"}, task.RungNotices(org, deal.Urge, task.Due)[0].Args)
	task.Kind = deal.ReviewSignTask
	require.Empty(t, rungs(), "the review has a ladder of its own")
}
