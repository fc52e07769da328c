package deal_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// cell is one entry of the exhaustive table: somebody gives a command somewhere, and this comes of it.
type cell struct {
	place  *place
	rule   *rule
	actor  deal.PersonID
	after  deal.State // of an accepted command
	events []deal.Event
	no     deal.Refusals
}

func (c cell) String() string {
	return c.place.name + ": " + string(c.rule.name) + " by " + string(c.actor)
}

// table is the whole table, run once for all tests that read it.
var table = sync.OnceValue(func() []cell {
	var all []cell
	for _, p := range places(mustHold{}) {
		for _, r := range spec() {
			w := p.world.copy()
			if r.facts != nil {
				r.facts(p, w)
			}
			what := r.body(p)
			for _, actor := range everyone() {
				run := *w
				events, no := run.try(actor, what)
				all = append(all, cell{place: &p, rule: &r, actor: actor, after: run.state, events: events, no: no})
			}
		}
	}
	return all
})

// mustHold is a test that nobody watches: what fails in it is a mistake of the table.
type mustHold struct{}

func (mustHold) Helper()                        {}
func (mustHold) Errorf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
func (mustHold) FailNow()                       {}

// same compares without regard to order.
func same[E ~string](a, b []E) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// Every command, in every place, by everybody: the table of table_spec_test.go is the whole truth.
func TestDecide_doesWhatTheTableSays(t *testing.T) {
	t.Parallel()
	accepted, refused, nothing := 0, 0, 0
	for _, c := range table() {
		wantNo, wantEvents := c.rule.expect(*c.place, c.actor)
		require.True(t, same(wantNo, codes(c.no)), "%s: want refusals %v, got %v", c, wantNo, codes(c.no))
		got := slices.Compact(kinds(c.events))
		require.True(t, same(wantEvents, got), "%s: want events %v, got %v", c, wantEvents, got)
		switch {
		case len(wantNo) > 0:
			refused++
		case len(wantEvents) > 0:
			accepted++
		default:
			nothing++
		}
	}
	// A table that shrinks by accident is no proof: the numbers change on purpose only.
	require.Equal(t, 192*31*14, len(table()), "places, commands, people")
	require.Equal(t, []int{6253, 74522, 2553}, []int{accepted, refused, nothing})
}

// The table is about everything there is: every command, status, step, stage of intake, kind and end of a request.
func TestDecide_isAskedEverythingByTheTable(t *testing.T) {
	t.Parallel()
	var names []deal.CommandName
	for _, r := range spec() {
		names = append(names, r.name)
	}
	require.Equal(t, append(deal.CommandNames(), deal.LoadName), names)

	seen := map[string]bool{}
	for _, p := range places(t) {
		s := p.world.state
		require.Equal(t, p.status, s.Status, p.name)
		require.Equal(t, p.step, s.Step, p.name)
		require.Equal(t, p.intake, s.Intake, p.name)
		require.Equal(t, p.unowned || p.status == "", s.Owner == "", p.name)
		require.Equal(t, p.homeless || p.status == "", s.Team == "", p.name)
		asked, _ := s.Latest(p.asked)
		require.Equal(t, p.word, asked.Status, p.name)
		require.Equal(t, p.used, asked.Used, p.name)
		byHand := slices.ContainsFunc(s.Tasks, func(task deal.Task) bool {
			return task.Status == deal.TaskOpen && task.Assignee == p.task &&
				slices.Contains([]deal.TaskKind{deal.OverdueTask, deal.ReassignTask, deal.RecheckTask}, task.Kind)
		})
		require.Equal(t, p.task != "", byHand, p.name)
		require.False(t, seen[p.name], "two places are called %s", p.name)
		seen[p.name] = true
		seen["status "+string(p.status)+" in "+string(p.step)] = true
		seen["intake "+string(p.intake)] = true
		seen[string(p.asked)+" is "+string(p.word)] = true
	}
	for _, step := range deal.Steps() {
		for _, status := range []deal.Status{deal.Active, deal.Paused, deal.Closed} {
			require.True(t, seen["status "+string(status)+" in "+string(step)], "%s in %s", status, step)
		}
	}
	require.True(t, seen["status resting in archive"], "an account rests in archive and nowhere else")
	for _, intake := range []deal.Intake{"", deal.IntakePending, deal.IntakeAccepted, deal.IntakeReturned} {
		require.True(t, seen["intake "+string(intake)], intake)
	}
	for _, kind := range deal.ApprovalKinds() {
		for _, word := range []deal.ApprovalStatus{deal.Pending, deal.Approved, deal.Rejected} {
			require.True(t, seen[string(kind)+" is "+string(word)], "%s %s", kind, word)
		}
	}
}

// What people are offered is what they may do: everything that is accepted was offered, and what was offered is at most
// refused for a reason that lies in the command, the playbook or the gate.
func TestAllowed_offersWhatDecideAccepts(t *testing.T) {
	t.Parallel()
	content := []deal.Code{deal.CodeReturnNotAllowed, deal.CodeGateUnmet, deal.CodeKindNotHere, deal.CodeAlreadyPending, deal.CodeSameParent, deal.CodeAlreadyPromoted}
	offered := 0
	for _, c := range table() {
		if c.place.status == "" || c.actor == deal.System || c.rule.name == deal.LoadName {
			continue
		}
		w := c.place.world
		allowed := slices.Contains(deal.Allowed(w.state, c.actor, w.facts.Org, w.now), c.rule.name)
		require.True(t, allowed || len(c.no) > 0, c)
		if allowed {
			offered++
			if c.rule.name == deal.CompleteTaskName && (c.place.stale || c.place.begged) {
				continue // offered for a task of one's own beside the one of the table
			}
			for _, code := range codes(c.no) {
				require.Contains(t, content, code, c)
			}
		}
	}
	require.Greater(t, offered, 1000)
}

func TestAllowed_offersNothingBeforeTheAccountIsOpened(t *testing.T) {
	t.Parallel()
	require.Empty(t, deal.Allowed(deal.State{}, rep1, organisation(), at("2026-03-02 09:00")))
}

// A gate that does not hold stops every step, and all of its conditions are listed.
func TestDecide_neverLetsAStepPassItsGate(t *testing.T) {
	t.Parallel()
	unmet := deal.Refusals{
		{Code: deal.CodeGateUnmet, Item: "address_missing", Text: deal.Text{ZH: "缺少地址", EN: "the address is missing"}},
		{Code: deal.CodeGateUnmet, Item: "need_missing", Text: deal.Text{ZH: "缺少需求", EN: "the need is missing"}},
	}
	for _, step := range deal.Steps() {
		w := standingIn(t, step)
		w.facts.Gate.Unmet = unmet
		no := w.refuse(t, rep1, deal.Advance{From: step}, deal.CodeGateUnmet, deal.CodeGateUnmet)
		require.Equal(t, unmet, no)
		w.refuse(t, rep3, deal.Advance{From: step}, deal.CodeNotYourRole, deal.CodeGateUnmet, deal.CodeGateUnmet)

		wrong := deal.Screen
		if step == deal.Screen {
			wrong = deal.Survey
		}
		no = w.refuse(t, rep1, deal.Advance{From: wrong}, deal.CodeStepMoved)
		require.Equal(t, []string{string(step)}, no[0].Args, "the refusal says where the account is")
		require.Equal(t, "/from", no[0].Field)
	}
}

// Deciding leaves the state that it was given as it was, in every cell of the table.
func TestDecide_leavesItsInputAlone(t *testing.T) {
	t.Parallel()
	type snapshot struct{ state, facts string }
	take := func(w *world) snapshot {
		state, err := json.Marshal(w.state)
		require.NoError(t, err)
		facts, err := json.Marshal([]any{w.facts.Org, w.facts.Book, w.facts.Records, w.facts.Gate, w.facts.Chain, w.facts.Target})
		require.NoError(t, err)
		return snapshot{string(state), string(facts)}
	}
	before := []snapshot{}
	all := places(t)
	for _, p := range all {
		before = append(before, take(p.world))
	}
	for i, p := range all {
		for _, r := range spec() {
			w := p.world.copy()
			for _, actor := range everyone() {
				deal.Decide(w.state, w.command(actor, r.body(p)), w.facts)
			}
			require.Equal(t, before[i], take(w), "%s: %s", p.name, r.name)
		}
	}
}
