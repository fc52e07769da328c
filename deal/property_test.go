package deal_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
)

// Whatever people, clocks and chance do to an account, these things hold after every command.
func TestRing_holdsWhateverHappens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := begin(t, drawn{t})
		watch := newWatch(m.w)
		for range rapid.IntRange(1, 60).Draw(t, "moves") {
			m.drift()
			watch.command(t, m)
		}
		watch.end(t)
	})
}

// watch looks on while an account is moved, and knows what must never happen.
type watch struct {
	w     *world
	rows  deal.Rows                        // of everything so far, merged command by command
	armed map[string]map[deal.RungName]int // rungs that may still be reached, by clock
	spoke map[string]map[string]bool       // days of the agenda that were spoken of on the present basis, by clock
}

func newWatch(w *world) *watch {
	c := &watch{w: w, rows: deal.Project(deal.State{}, w.log...), armed: map[string]map[deal.RungName]int{}, spoke: map[string]map[string]bool{}}
	for _, e := range w.log {
		c.arm(e)
	}
	c.begins(deal.State{}, w.state)
	return c
}

// arm notes the rungs of the clocks that begin with an event.
func (c *watch) arm(e deal.Event) {
	for _, clock := range armedBy(e.Body) {
		c.armed[clock.ID] = map[deal.RungName]int{}
		for _, rung := range clock.Rungs {
			c.armed[clock.ID][rung.Name]++
		}
	}
}

// command gives one command and compares before and after.
func (c *watch) command(t *rapid.T, m mover) {
	w := c.w
	actor, what := m.command()
	cmd := w.command(actor, what)
	facts := w.read(what)
	before, beforeText := w.state, encode(t, w.state)
	factsText := encode(t, []any{facts.Org, facts.Book, facts.Records, facts.Chain})

	events, no := deal.Decide(before, cmd, facts)
	again, noAgain := deal.Decide(before, cmd, facts)
	require.Equal(t, events, again, "the same question has the same answer")
	require.Equal(t, no, noAgain)
	require.Equal(t, beforeText, encode(t, before), "deciding changes nothing")
	require.Equal(t, factsText, encode(t, []any{facts.Org, facts.Book, facts.Records, facts.Chain}))
	if len(no) > 0 {
		require.Empty(t, events, "a refusal writes nothing")
		return
	}
	now := counts(cmd, before)
	if actor != deal.System && before.Exists() && cmd.Name != deal.LoadName {
		allowed := deal.Allowed(before, actor, facts.Org, now)
		require.Contains(t, allowed, cmd.Name, "accepted from %s, but not offered", actor)
	}
	sealed := w.record(events)
	c.merge(deal.Project(before, sealed...))
	state := before
	for _, e := range sealed {
		next := deal.Fold(state, e)
		c.event(t, state, e, next, cmd, facts)
		state = next
	}
	require.Equal(t, state, w.state)
	c.state(t)
	for _, clock := range w.state.Clocks {
		for _, rung := range clock.Rungs {
			late := cmd.Name == deal.TickName && !clock.From.IsZero() && !rung.At.After(now)
			require.False(t, late, "%s of %s was due, and did not happen", rung.Name, clock.ID)
		}
	}
}

// counts is the instant at which a command counts: its own, or the last event's.
func counts(cmd deal.Command, s deal.State) time.Time {
	when := cmd.At.UTC().Truncate(time.Microsecond)
	if s.LastAt.After(when) {
		return s.LastAt
	}
	return when
}

// event holds for every event.
func (c *watch) event(t *rapid.T, before deal.State, e deal.Event, after deal.State, cmd deal.Command, facts deal.Facts) {
	require.Equal(t, before.Seq+1, e.Seq)
	require.Equal(t, e.Seq, after.Seq)
	require.Equal(t, e.Hash, after.Head)
	require.Equal(t, counts(cmd, before), e.At, "time never runs backwards in a log")
	require.Equal(t, cmd.Actor, e.Actor)
	require.Equal(t, cmd.Key, e.Key)
	require.Equal(t, deal.EventVersion, e.Version)
	c.ring(t, before, e, after, cmd, facts)
	c.rungs(t, before, e)
	c.begins(before, after)
	c.words(t, e)
	c.heirs(t, before, e, after)
}

// ring: one step forward at a time, through the gate; backward by a road; cycles one by one.
func (c *watch) ring(t *rapid.T, before deal.State, e deal.Event, after deal.State, cmd deal.Command, facts deal.Facts) {
	if before.Exists() && e.Kind != deal.CycleOpenedKind {
		require.Equal(t, before.Step, e.Step, "an event belongs to the step in which it happened")
		require.Equal(t, before.Cycle, e.Cycle)
	}
	switch {
	case !before.Exists():
		require.Equal(t, deal.Collect, after.Step)
		require.Equal(t, 1, after.Cycle)
	case after.Cycle != before.Cycle:
		require.Equal(t, deal.SecondDevelopmentName, cmd.Name)
		require.Equal(t, deal.Resting, before.Status)
		require.Equal(t, before.Cycle+1, after.Cycle)
		require.Equal(t, deal.Analyse, after.Step)
		require.Equal(t, 1, after.Pass())
	case after.Step != before.Step:
		require.Equal(t, deal.Active, before.Status)
		require.Equal(t, before.Passes[after.Step.Number()-1]+1, after.Pass())
		if before.Step.Before(after.Step) {
			require.Equal(t, deal.AdvanceName, cmd.Name)
			require.Equal(t, before.Step.Number()+1, after.Step.Number(), "never two steps forward at once")
			require.Empty(t, facts.Gate.Unmet, "never past an unmet gate")
		} else if cmd.Name != deal.IntakeName {
			require.Equal(t, deal.ReturnName, cmd.Name)
			require.Contains(t, facts.Book.Step(before.Step).Returns, after.Step)
		}
	case after.Status == deal.Resting && before.Status != deal.Resting:
		require.Equal(t, deal.AdvanceName, cmd.Name)
		require.Equal(t, deal.Archive, before.Step)
		require.Empty(t, facts.Gate.Unmet)
	}
	if before.Status == deal.Closed && after.Status != deal.Closed {
		require.Equal(t, deal.ReopenName, cmd.Name)
		asked, _ := before.Latest(deal.Reopen)
		require.Equal(t, deal.Approved, asked.Status, "reopened only after approval")
		require.False(t, asked.Used)
	}
}

// rungs: every rung of a clock happens at most once, and none while clocks stand still.
func (c *watch) rungs(t *rapid.T, before deal.State, e deal.Event) {
	c.arm(e)
	if b, ok := e.Body.(deal.RungReached); ok {
		c.armed[b.Clock][b.Rung]--
		require.GreaterOrEqual(t, c.armed[b.Clock][b.Rung], 0, "%s of %s happened twice", b.Rung, b.Clock)
		require.False(t, before.Status == deal.Paused && (b.Topic == "" || rests(b.Topic)), "a clock ran in a pause")
		require.False(t, b.Due.After(e.At), "a rung came too early")
		require.Equal(t, e.At.Sub(b.Due), b.Late)
		c.agenda(t, before, b)
	}
}

// agenda: a rung of the agenda is spoken of once, in order of days, as long as what it follows from stays the same.
func (c *watch) agenda(t *rapid.T, before deal.State, b deal.RungReached) {
	i := slices.IndexFunc(before.Clocks, func(k deal.Clock) bool { return k.ID == b.Clock })
	clock := before.Clocks[i]
	require.Equal(t, b.ClockKind == deal.AgendaClock, b.Topic != "")
	if b.ClockKind != deal.AgendaClock {
		return
	}
	n := slices.IndexFunc(clock.Rungs, func(r deal.Rung) bool { return r.Name == b.Rung && r.At.Equal(b.Due) })
	rung := clock.Rungs[n]
	place := rung.Day
	if clock.Length.Unit != "" { // with a length: each rung of its ladder once
		place = string(rung.Name)
	} else {
		require.Greater(t, rung.Day, clock.Passed, "%s goes back in time", clock.ID)
	}
	require.False(t, before.Status == deal.Paused && rests(clock.Topic))
	require.False(t, c.spoke[clock.ID][place], "%s was spoken of twice", clock.ID)
	c.spoke[clock.ID][place] = true
}

// begins notes matters that are new to the agenda, or follow from something else than before.
func (c *watch) begins(before, after deal.State) {
	for _, clock := range after.Clocks {
		known := slices.ContainsFunc(before.Clocks, func(old deal.Clock) bool { return old.ID == clock.ID && old.Basis == clock.Basis })
		if clock.Kind == deal.AgendaClock && (!known || c.spoke[clock.ID] == nil) {
			c.spoke[clock.ID] = map[string]bool{}
		}
	}
}

// rests tells whether a topic stands still in a pause.
func rests(t deal.Topic) bool { return t != deal.AgreementTopic && t != deal.EvaluationTopic }

// armedBy are the clocks that begin with an event; pausing, resuming and recomputing carry on with the same ones.
func armedBy(b deal.EventBody) []deal.Clock {
	some := func(clocks ...*deal.Clock) []deal.Clock {
		var list []deal.Clock
		for _, c := range clocks {
			if c != nil {
				list = append(list, *c)
			}
		}
		return list
	}
	switch b := b.(type) {
	case deal.Opened:
		return b.Clocks
	case deal.StepLeft:
		return b.Clocks
	case deal.Reopened:
		return b.Clocks
	case deal.CycleOpened:
		return b.Clocks
	case deal.PlaybookMoved:
		return b.Clocks
	case deal.Graded:
		return some(b.Clock)
	case deal.FollowUpSet:
		return some(&b.Clock)
	case deal.InteractionLogged:
		return append(some(&b.Clock), some(b.Review)...)
	case deal.ApprovalRequested:
		return some(&b.Clock)
	case deal.ApprovalDecided:
		return some(b.Clock)
	case deal.ApprovalTransferred: // the level's time begins anew for who gets the seat
		return some(b.Clock)
	case deal.CycleCompleted:
		return some(&b.Clock)
	case deal.AgendaPlanned:
		return b.Clocks
	case deal.StepOffered:
		return some(&b.Clock)
	}
	return nil
}

// words: who asks never decides, and nobody decides two seats of one chain.
func (c *watch) words(t *rapid.T, e deal.Event) {
	b, ok := e.Body.(deal.ApprovalDecided)
	if !ok {
		return
	}
	require.NotEqual(t, b.Approval.Requester, b.By)
	said := map[deal.PersonID]bool{}
	for _, level := range b.Approval.Levels {
		for _, seat := range level.Seats {
			if seat.Decision != "" && !seat.Auto {
				require.False(t, said[seat.By], "%s decided twice", seat.By)
				said[seat.By] = true
			}
			require.NotEqual(t, b.Approval.Requester, seat.Holder)
		}
	}
}

// heirs: nothing hangs any more on whom an account was handed over from, and time knows nothing of it.
func (c *watch) heirs(t *rapid.T, before deal.State, e deal.Event, after deal.State) {
	b, ok := e.Body.(deal.HandedOver)
	if !ok {
		return
	}
	require.True(t, before.Holds(b.From).Any())
	require.Equal(t, deal.Holdings{}, after.Holds(b.From))
	kept := slices.DeleteFunc(slices.Clone(before.Clocks), func(k deal.Clock) bool { // of offers that end with who was offered them
		return k.Kind == deal.SpecialistClock && !slices.ContainsFunc(after.Clocks, func(a deal.Clock) bool { return a.ID == k.ID })
	})
	require.Len(t, after.Clocks, len(kept))
	for i, clock := range after.Clocks {
		clock.For = kept[i].For
		require.Equal(t, kept[i], clock, "a clock keeps what it has left")
	}
	require.Equal(t, before.Status, after.Status)
	require.Equal(t, before.Step, after.Step)
	for i, a := range after.Approvals {
		require.Equal(t, before.Approvals[i].Requester, a.Requester, "who asked stays on record")
		require.Equal(t, before.Approvals[i].Status, a.Status)
	}
}

// state holds for every state.
func (c *watch) state(t *rapid.T) {
	s := c.w.state
	if !s.Exists() {
		return
	}
	var back deal.State
	require.NoError(t, json.Unmarshal([]byte(encode(t, s)), &back))
	require.True(t, alike(reflect.ValueOf(s), reflect.ValueOf(back)), "state survives JSON")

	due, wake := nextDue(s), s.WakeAt()
	found := due.IsZero()
	require.Equal(t, due.IsZero(), wake.IsZero())
	require.False(t, wake.Before(due) || wake.After(due.Add(deal.WakeWindow)), "the account wakes within the window behind what is due")
	seen := map[string]bool{}
	for _, clock := range s.Clocks {
		require.False(t, seen[clock.ID], "two clocks %s", clock.ID)
		seen[clock.ID] = true
		for _, rung := range clock.Rungs {
			require.False(t, !rung.At.IsZero() && rung.At.Before(due), "%s of %s comes before what is due next", rung.Name, clock.ID)
			found = found || rung.At.Equal(due)
		}
		runs := clock.Kind == deal.ResumeClock || clock.Kind == deal.AgendaClock && !rests(clock.Topic)
		require.Equal(t, s.Status == deal.Paused && !runs, clock.From.IsZero(), "clocks stand still in a pause")
	}
	require.True(t, found, "what is due is a rung")
	require.Equal(t, wake, s.Position().WakeAt)

	for _, task := range s.Tasks {
		require.NotEmpty(t, task.Assignee)
		require.False(t, seen[task.ID], "two tasks %s", task.ID)
		seen[task.ID] = true
	}
	c.followUp(t, seen)
	for _, p := range s.Specialists {
		require.NotEqual(t, s.Owner, p.Person, "who owns the account needs nobody's offer")
		require.Equal(t, !p.Accepted(), seen["specialist/"+p.ID], "an offer waits for its answer, and nothing else does")
	}
	require.Equal(t, s.Outcome == deal.Merged, s.Merged != "", "a pointer is where a merger was")
	require.False(t, s.Merged != "" && s.Parent != "", "a merged account is nobody's child")
	require.Equal(t, s.Parent == "", s.Relation == "")
	require.False(t, s.NextBook != deal.BookRef{} && s.PromotedAt.IsZero(), "a next playbook comes from a promotion")
	pending := 0
	for _, a := range s.Approvals {
		if a.Status != deal.Pending {
			require.False(t, a.ClosedAt.IsZero(), "%s is %s since when?", a.Kind, a.Status)
			continue
		}
		pending++
		require.NotEmpty(t, a.Waiting())
		require.NotContains(t, a.Waiting(), a.Requester, "nobody decides an own request")
		require.NotContains(t, a.Waiting(), a.Asker(), "nor one that they answer for")
		require.Equal(t, s.Status == deal.Closed, a.Kind == deal.Reopen)
	}
	if s.Status == deal.Closed {
		require.Len(t, s.Clocks, pending, "a closed account has the clocks of a pending reopen request and no others")
	}
}

// followUp: an account that is walked is never without a dated next step, and nothing else has one.
func (c *watch) followUp(t *rapid.T, clocks map[string]bool) {
	s := c.w.state
	walked := s.Status == deal.Active || s.Status == deal.Paused
	require.Equal(t, walked, s.FollowUp != nil)
	require.Equal(t, walked, clocks["follow_up"])
	require.Equal(t, s.Status == deal.Resting, clocks["recheck"])
	require.Equal(t, s.Status == deal.Resting, !s.Recheck.IsZero())
	require.Equal(t, s.Status == deal.Paused, clocks["resume"])
	for _, clock := range s.Clocks {
		if clock.Kind == deal.FollowUpClock && s.Status == deal.Active {
			require.Equal(t, clock.Due, s.FollowUp.At)
		}
		if clock.Kind == deal.RecheckClock {
			require.Equal(t, clock.Due, s.Recheck)
		}
		for _, task := range s.Tasks {
			if task.Ref == clock.ID && task.Status == deal.TaskOpen && s.Status != deal.Paused {
				require.Equal(t, clock.Due, task.Due, "a task is due when its clock is")
			}
		}
	}
}
