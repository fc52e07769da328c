package deal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// tb is what a helper needs of a test; both *testing.T and *rapid.T have it.
type tb interface {
	require.TestingT
	Helper()
}

// world is one account with everything around it: what Perform would read, and the log it would write.
type world struct {
	state deal.State
	log   []deal.Event
	facts deal.Facts
	now   time.Time
	file  dossier.File // what the agenda follows from

	duties dossier.Duties // what the playbook asks for beside the ring
}

// newWorld is a Monday morning, 2 March 2026, before the account is opened.
func newWorld() *world {
	return &world{
		now: at("2026-03-02 09:00"),
		facts: deal.Facts{
			Org: organisation(), Working: office{version: "cal-1"}, Book: playbook(), Records: records(), Number: "KA-2026-0042", Team: team1,
			Target: deal.State{Account: other, Seq: 3, Status: deal.Active, Owner: rep2, Team: team1},
		},
	}
}

// copy is the same world; what happens in one does not reach the other.
func (w *world) copy() *world {
	c := *w
	c.log = slices.Clone(w.log)
	c.facts.Org.People = slices.Clone(w.facts.Org.People)
	c.facts.Org.Delegations = slices.Clone(w.facts.Org.Delegations)
	c.facts.Records.Forms = slices.Clone(w.facts.Records.Forms)
	if c.facts.Agenda != nil {
		c.keepAgenda()
	}
	c.facts.Records.Dossier = slices.Clone(w.facts.Records.Dossier)
	return &c
}

// command is what somebody sends now.
func (w *world) command(actor deal.PersonID, body deal.Body) deal.Command {
	return deal.Command{
		Account: account, Key: fmt.Sprintf("key-%d", len(w.log)), Actor: actor, At: w.now, Name: deal.NameOf(body), Body: body,
	}
}

// try judges a command and, unless it is refused, records it.
func (w *world) try(actor deal.PersonID, body deal.Body) ([]deal.Event, deal.Refusals) {
	events, no := deal.Decide(w.state, w.command(actor, body), w.read(body))
	if len(no) > 0 {
		return events, no
	}
	return w.record(events), nil
}

// claim is what another account, of rep3, has filed of the same customer's project.
func claim() deal.Claim {
	return deal.Claim{Account: other, Owner: rep3, Team: team2, Filing: deal.Document{Kind: "filing", ID: "theirs", Version: 4}}
}

// read is what Perform would read for a command.
func (w *world) read(body deal.Body) deal.Facts {
	facts := w.facts
	if ask, ok := body.(deal.RequestApproval); ok {
		if facts.Chain == nil {
			rules, _ := facts.Book.Approval(ask.Kind)
			facts.Chain = rules.Levels
		}
		if ask.Subject.ID == string(other) {
			facts.Target = deal.State{Account: other, Seq: 3, Status: deal.Active}
		}
	}
	return facts
}

// record seals events and takes them over.
func (w *world) record(events []deal.Event) []deal.Event {
	sealed, err := deal.Seal(w.state.Head, events)
	if err != nil {
		panic(err) // an event that cannot be encoded
	}
	w.log = append(w.log, sealed...)
	w.state = deal.Fold(w.state, sealed...)
	return sealed
}

// do is a command that must be accepted.
func (w *world) do(t tb, actor deal.PersonID, body deal.Body) []deal.Event {
	t.Helper()
	events, no := w.try(actor, body)
	require.Empty(t, codes(no), "%s by %s", deal.NameOf(body), actor)
	return events
}

// refuse is a command that must be refused for these reasons and no others; it writes nothing.
func (w *world) refuse(t tb, actor deal.PersonID, body deal.Body, want ...deal.Code) deal.Refusals {
	t.Helper()
	before := len(w.log)
	events, no := w.try(actor, body)
	require.ElementsMatch(t, want, codes(no), "%s by %s", deal.NameOf(body), actor)
	require.Empty(t, events)
	require.Len(t, w.log, before)
	return no
}

// tick lets happen what is due at an instant.
func (w *world) tick(t tb, when string) []deal.Event {
	t.Helper()
	w.now = at(when)
	return w.do(t, deal.System, deal.Tick{Due: w.now})
}

// open is a lead brought by collector1 that manager1 gave to rep1.
func (w *world) open(t tb) *world {
	t.Helper()
	w.do(t, collector1, deal.Open{Territory: "Suqian", Via: deal.ViaAPI, Draft: note("draft")})
	w.do(t, manager1, deal.Assign{Owner: rep1, Reason: note("yours")})
	return w
}

// walk leads the account forward to a step, through intake and through every gate.
func (w *world) walk(t tb, to deal.Step) *world {
	t.Helper()
	for w.state.Step != to {
		if w.state.Step == deal.Screen && w.state.Intake == deal.IntakePending {
			w.do(t, manager1, deal.ReviewIntake{Decision: deal.AcceptIntake})
		}
		w.do(t, rep1, deal.Advance{From: w.state.Step})
	}
	return w
}

// opened is a world with a lead of rep1.
func opened(t tb) *world {
	t.Helper()
	return newWorld().open(t)
}

// standingIn is a world whose account stands in a step.
func standingIn(t tb, step deal.Step) *world {
	t.Helper()
	return opened(t).walk(t, step)
}

// ask requests an approval of a kind about its record or the form of its step, about the closed account or another one.
func (w *world) ask(kind deal.ApprovalKind) deal.RequestApproval {
	rules, _ := w.facts.Book.Approval(kind)
	switch {
	case kind == deal.Reopen:
		return deal.RequestApproval{Kind: kind, Subject: deal.Subject{Type: deal.AccountSubject, ID: string(account), Version: w.state.Seq}}
	case kind == deal.Merger:
		return deal.RequestApproval{Kind: kind, Subject: deal.Subject{Type: deal.AccountSubject, ID: string(other), Version: 1}}
	case rules.Subject != "":
		d, _ := w.facts.Records.Document(rules.Subject, rules.Subject+"1")
		return deal.RequestApproval{Kind: kind, Subject: deal.RecordSubjectOf(d)}
	}
	form, _ := w.facts.Records.Form(rules.Step)
	return deal.RequestApproval{Kind: kind, Subject: deal.Subject{Type: deal.FormSubject, ID: string(rules.Step), Version: form.Version}}
}

// latest is the newest request of a kind.
func (w *world) latest(t tb, kind deal.ApprovalKind) deal.Approval {
	t.Helper()
	a, ok := w.state.Latest(kind)
	require.True(t, ok, "no request of kind %s", kind)
	return a
}

// say is an approver's word about the newest request of a kind, at the version that was submitted.
func (w *world) say(kind deal.ApprovalKind, what deal.Decision) deal.DecideApproval {
	a, _ := w.state.Latest(kind)
	d := deal.DecideApproval{Approval: a.ID, Decision: what, Version: a.Subject.Version}
	if what != deal.Approve {
		d.Comment = note("comment")
	}
	return d
}

// edit changes a step's form.
func (w *world) edit(step deal.Step) {
	forms := slices.Clone(w.facts.Records.Forms)
	for i := range forms {
		if forms[i].Step == step {
			forms[i].Version++
		}
	}
	w.facts.Records.Forms = forms
}

// editSubject changes what approvals of a kind are about, if that is something of the account's file.
func (w *world) editSubject(kind deal.ApprovalKind) {
	rules, _ := w.facts.Book.Approval(kind)
	if rules.Subject == "" {
		w.edit(rules.Step)
		return
	}
	w.facts.Records.Dossier = slices.Clone(w.facts.Records.Dossier)
	for i, d := range w.facts.Records.Dossier {
		if d.Kind == rules.Subject {
			w.facts.Records.Dossier[i].Version, w.facts.Records.Dossier[i].Edited = d.Version+1, 0
		}
	}
}

// person changes somebody in the organisation.
func (w *world) person(id deal.PersonID, change func(*deal.Person)) {
	people := slices.Clone(w.facts.Org.People)
	for i := range people {
		if people[i].ID == id {
			change(&people[i])
		}
	}
	w.facts.Org.People = people
}

func (w *world) leaves(id deal.PersonID) { w.person(id, func(p *deal.Person) { p.Active = false }) }

// delegate lets to act for from, from now for a number of days.
func (w *world) delegate(from, to deal.PersonID, days int) {
	w.facts.Org.Delegations = append(slices.Clone(w.facts.Org.Delegations), deal.Delegation{
		ID: string(from) + ">" + string(to), From: from, To: to, Since: w.now, Until: w.now.Add(time.Duration(days) * day),
	})
}

// clock finds a clock of the account.
func (w *world) clock(t tb, id string) deal.Clock {
	t.Helper()
	i := slices.IndexFunc(w.state.Clocks, func(c deal.Clock) bool { return c.ID == id })
	require.GreaterOrEqual(t, i, 0, "no clock %q among %v", id, clockIDs(w.state))
	return w.state.Clocks[i]
}

func clockIDs(s deal.State) []string {
	ids := []string{}
	for _, c := range s.Clocks {
		ids = append(ids, c.ID)
	}
	return ids
}

// todo lists open tasks as "kind assignee".
func (w *world) todo() []string {
	tasks := []string{}
	for _, task := range w.state.Tasks {
		if task.Status == deal.TaskOpen {
			tasks = append(tasks, fmt.Sprintf("%s %s", task.Kind, task.Assignee))
		}
	}
	return tasks
}

// told lists the notices of events as "kind person".
func told(events []deal.Event) []string {
	notices := []string{}
	for _, e := range events {
		for _, n := range e.Notices {
			notices = append(notices, fmt.Sprintf("%s %s", n.Kind, n.To))
		}
	}
	return notices
}

func kinds(events []deal.Event) []deal.EventKind {
	list := []deal.EventKind{}
	for _, e := range events {
		list = append(list, e.Kind)
	}
	return list
}

func codes(no deal.Refusals) []deal.Code {
	list := []deal.Code{}
	for _, r := range no {
		list = append(list, r.Code)
	}
	return list
}

// body is the body of the last of the events.
func body[B deal.EventBody](t tb, events []deal.Event) B {
	t.Helper()
	require.NotEmpty(t, events)
	b, ok := events[len(events)-1].Body.(B)
	require.True(t, ok, "the last event is %s", events[len(events)-1].Kind)
	return b
}

func TestWorld_walksTheWholeRing(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Archive)
	events := w.do(t, rep1, deal.Advance{From: deal.Archive})
	require.Equal(t, []deal.EventKind{deal.CycleCompletedKind}, kinds(events))
	require.Equal(t, deal.Resting, w.state.Status)
}
