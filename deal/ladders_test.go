package deal_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// ladders is an account in which every kind of clock runs and has fired a part of its rungs: the deadline of the step, a
// request of the step and one that belongs to no step, the follow-up, an agreement and a service on the agenda.
func ladders(t tb) *world {
	t.Helper()
	w := standingIn(t, deal.Plan).keepAgenda()
	w.put("a", until(w.today().Add(60)))
	w.put("s", every(20, w.today().Add(4)))
	w.replan(t)
	w.tick(t, "2026-03-09 09:00")
	w.do(t, rep1, w.ask(deal.Proposal))
	w.do(t, rep1, w.ask(deal.VetoLift))
	w.do(t, rep1, deal.SetFollowUp{At: w.now.Add(day), Note: note("call")})
	w.tick(t, "2026-03-11 10:00")
	return w
}

// runs lists what is still to come of every clock as "clock: rung rung"; requests are called by their kind.
func (w *world) runs() []string {
	var all []string
	for _, c := range w.state.Clocks {
		name := c.ID
		for _, a := range w.state.Approvals {
			name = strings.Replace(name, "approval/"+a.ID, string(a.Kind), 1)
		}
		var rungs []string
		for _, r := range c.Rungs {
			rungs = append(rungs, string(r.Name))
		}
		if c.From.IsZero() {
			name = "(" + name + ")"
		}
		all = append(all, name+": "+strings.Join(rungs, " "))
	}
	slices.Sort(all)
	return all
}

// whole are clocks of which nothing has fired yet.
const (
	wholeStep     = "step/step: remind urge due superior"
	wholeProposal = "step/proposal: remind urge due superior"
	wholeFollowUp = "follow_up: remind urge superior"
)

// Every command does with every kind of clock what it must: those whose matter goes on keep what they have left, those whose
// matter ends are gone with everything that was still to come, and new ones begin with all of their rungs.
func TestLadders_everyCommandMovesOrEndsTheRestOfEveryClock(t *testing.T) {
	t.Parallel()
	before := ladders(t).runs()
	require.Equal(t, []string{
		"agenda/agreement/a: remind remind urge",
		"agenda/evaluation/a/signed: remind urge superior",
		"agenda/service/s: remind",
		"follow_up: superior",
		"proposal/1: superior reassign",
		"step/step: urge due superior",
		"veto_lift/1: superior reassign",
	}, before)
	without := func(gone ...string) []string {
		return slices.DeleteFunc(slices.Clone(before), func(c string) bool {
			return slices.ContainsFunc(gone, func(g string) bool { return strings.HasPrefix(c, g) })
		})
	}
	with := func(base []string, more ...string) []string {
		all := append(slices.Clone(base), more...)
		slices.Sort(all)
		return all
	}
	held := func() []string {
		var all []string
		for _, c := range before {
			name, rungs, _ := strings.Cut(c, ": ")
			switch {
			case name == "agenda/agreement/a", name == "agenda/evaluation/a/signed": // whatever we do, it ends, and we report
			case strings.HasPrefix(name, "agenda/"): // dated anew from the records when the account goes on
				name, rungs = "("+name+")", ""
			default:
				name = "(" + name + ")"
			}
			all = append(all, name+": "+rungs)
		}
		return with(all, "resume: resume")
	}
	for name, c := range map[string]struct {
		act  func(w *world)
		want []string
	}{
		"nothing": {func(*world) {}, before},
		"pause":   {func(w *world) { w.pause(t, 30) }, held()},
		"resume": {func(w *world) {
			w.pause(t, 30)
			w.now = w.now.Add(2 * day)
			w.do(t, manager1, deal.ResumeNow{})
		}, before},
		"resume by itself": {func(w *world) {
			w.pause(t, 2)
			w.now = w.state.WakeAt()
			w.do(t, deal.System, deal.Tick{Due: w.now})
		}, before},
		"return": {func(w *world) { w.do(t, rep1, deal.Return{To: deal.Analyse, Reason: note("again")}) }, with(without("step/", "proposal/"), wholeStep)},
		"advance": {func(w *world) {
			w.do(t, rep1, deal.Advance{From: deal.Plan})
		}, with(without("step/", "proposal/"), wholeStep)},
		"back and forth": {func(w *world) {
			w.do(t, rep1, deal.Return{To: deal.Analyse, Reason: note("again")})
			w.do(t, rep1, deal.Advance{From: deal.Analyse})
		}, with(without("step/", "proposal/"), wholeStep, wholeProposal)},
		"assign":                 {func(w *world) { w.do(t, manager1, deal.Assign{Owner: rep2, Reason: note("yours")}) }, before},
		"assign to another team": {func(w *world) { w.do(t, director1, deal.Assign{Owner: rep3, Reason: note("yours")}) }, before},
		"handover": {func(w *world) {
			w.do(t, deal.System, deal.HandOver{Handover: "h", From: rep1, To: rep2, Reason: note("leaves")})
		}, before},
		"decide: the next level": {
			func(w *world) { w.do(t, manager1, w.say(deal.Proposal, deal.Approve)) },
			with(without("proposal/"), "proposal/2: remind urge superior reassign"),
		},
		"decide: rejected":  {func(w *world) { w.do(t, manager1, w.say(deal.Proposal, deal.Reject)) }, without("proposal/")},
		"decide: sent back": {func(w *world) { w.do(t, manager1, w.say(deal.VetoLift, deal.SendBack)) }, without("veto_lift/")},
		"withdraw": {func(w *world) {
			w.do(t, rep1, deal.WithdrawApproval{Approval: w.latest(t, deal.Proposal).ID, Reason: note("wrong")})
		}, without("proposal/")},
		"void": {func(w *world) {
			w.editSubject(deal.VetoLift)
			w.do(t, deal.System, deal.VoidApproval{Approval: w.latest(t, deal.VetoLift).ID})
		}, without("veto_lift/")},
		"void at the next rung": {func(w *world) {
			w.editSubject(deal.VetoLift)
			w.now = w.clock(t, "approval/"+w.latest(t, deal.VetoLift).ID+"/1").Rungs[0].At
			w.do(t, deal.System, deal.Tick{Due: w.now})
			require.NotContains(t, strings.Join(w.runs(), " "), "veto_lift")
		}, nil},
		"close": {func(w *world) {
			w.do(t, manager1, deal.Close{Outcome: deal.Dropped, Reason: note("no")})
			require.Empty(t, w.state.Clocks)
		}, nil},
		"follow-up": {func(w *world) {
			w.do(t, rep1, deal.SetFollowUp{At: w.now.Add(9 * day), Note: note("call")})
		}, with(without("follow_up"), wholeFollowUp)},
		"grade": { // the follow-up was dated by hand
			func(w *world) { w.do(t, manager1, deal.SetGrade{Grade: deal.GradeA, Reason: note("big")}) },
			with(before, "agenda/regrade: remind urge superior"),
		},
		"another calendar": {func(w *world) {
			w.facts.Working = office{version: "cal-2", off: []string{w.now.Add(day).In(shanghai).Format("2006-01-02")}}
			w.replan(t)
		}, before},
		"a delegation":       {func(w *world) { w.delegate(rep1, rep2, 3); w.delegate(manager1, manager2, 3); w.replan(t) }, before},
		"the records change": {func(w *world) { w.remove("a"); w.replan(t) }, without("agenda/agreement", "agenda/evaluation")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ladders(t)
			fired := len(w.log)
			c.act(w)
			if c.want != nil {
				require.Equal(t, c.want, w.runs())
			}
			once(t, w, fired)
		})
	}
}

// pause stops the account for some days.
func (w *world) pause(t tb, days int) {
	t.Helper()
	w.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: w.now.AddDate(0, 0, days).In(shanghai).Format("2006-01-02")})
}

// once lives the account's clocks out and looks that nothing is spoken of twice to the same person, and that everything that
// was still to come when the last command had been given does come.
func once(t tb, w *world, from int) {
	t.Helper()
	var want []string
	if w.state.Status != deal.Paused {
		for _, c := range deal.DueList(w.state, w.facts.Org) {
			want = append(want, fmt.Sprint(c.Clock, c.Rung, c.At))
		}
	}
	restarted := map[string]int{}
	begun := func(e deal.Event) {
		for _, c := range armedBy(e.Body) {
			restarted[c.ID]++
		}
	}
	said := map[string]bool{}
	look := func(e deal.Event) {
		begun(e)
		b, ok := e.Body.(deal.RungReached)
		if !ok || b.ClockKind == deal.AgendaClock { // whose rungs come again with the next date
			return
		}
		for _, n := range e.Notices {
			line := fmt.Sprintf("%s %s, of %s for the %d. time, to %s", b.Clock, b.Rung, n.Ref, restarted[b.Clock], n.To)
			require.False(t, said[line], line)
			said[line] = true
		}
	}
	for _, e := range w.log {
		look(e)
	}
	got := map[string]bool{}
	w.facts.Agenda = nil
	for _, e := range punctually(t, w, w.now.AddDate(2, 0, 0)) {
		look(e)
		if b, ok := e.Body.(deal.RungReached); ok {
			got[fmt.Sprint(b.Clock, b.Rung, b.Due)] = true
		}
	}
	require.LessOrEqual(t, from, len(w.log))
	for _, line := range want {
		require.True(t, got[line], "%s was left behind", line)
	}
}
