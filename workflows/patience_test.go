package workflows_test

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"closedloop/activities"
	"closedloop/activities/memory"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/workflows"
	"closedloop/workflows/contract"
)

// patientBooks ask the owner's manager, with forty working days to decide.
type patientBooks struct{ *memory.Books }

func (b patientBooks) Book(of deal.BookRef) (deal.Book, error) {
	book, err := b.Books.Book(of)
	book.Approvals = append(book.Approvals, deal.ApprovalRules{Kind: deal.Proposal, Step: deal.Collect})
	return book, err
}

func (patientBooks) Chain(deal.State, deal.Records, deal.ApprovalKind, int64, string, time.Time) ([]deal.LevelRules, error) {
	return []deal.LevelRules{{Who: deal.OwnerManager, Mode: deal.AnySeat, Within: deal.WorkingDays(40), Ladder: []deal.LadderRung{
		{Name: deal.Remind, Percent: 50}, {Name: deal.Urge, Percent: 100}, {Name: deal.Superior, Percent: 150}, {Name: deal.Reassign, Percent: 200},
	}}}, nil
}

// half is one run of the account's workflow, in an environment of its own: nothing but the log and the input goes from one half
// into the other.
type half struct {
	*testsuite.TestWorkflowEnvironment

	t       *testing.T
	begin   time.Time
	answers map[string]deal.Answer
}

func newHalf(t *testing.T, accounts *memory.Ledger, begin time.Time) *half {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	h := &half{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), t: t, begin: begin, answers: map[string]deal.Answer{}}
	ledger, err := activities.NewLedger(accounts, patientBooks{&memory.Books{}}, activities.FixedCalendar{Calendar: calendar.Default()}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	h.RegisterWorkflowWithOptions(workflows.AccountLoop, workflow.RegisterOptions{Name: contract.AccountLoop})
	h.RegisterActivity(ledger.Perform)
	h.SetStartTime(begin)
	h.SetTestTimeout(time.Minute)
	return h
}

// at does something at an instant of the account's life.
func (h *half) at(when time.Time, do func()) { h.RegisterDelayedCallback(do, when.Sub(h.begin)) }

// send is a command of somebody at an instant.
func (h *half) send(when time.Time, actor deal.PersonID, body func() deal.Body) {
	h.at(when, func() {
		b := body()
		key := fmt.Sprintf("%s/%s/%d", actor, deal.NameOf(b), when.Unix())
		cmd := deal.Command{Account: account, Key: key, Fingerprint: key, Actor: actor, Name: deal.NameOf(b), Body: b}
		h.UpdateWorkflow(string(cmd.Name), key, &testsuite.TestUpdateCallback{
			OnAccept: func() {},
			OnReject: func(err error) { require.NoError(h.t, err, key) },
			OnComplete: func(result any, err error) {
				require.NoError(h.t, err, key)
				reply, ok := result.(contract.Reply)
				require.True(h.t, ok)
				h.answers[key] = reply.Answer
			},
		}, cmd)
	})
}

func shanghai(t *testing.T, wall string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", wall, time.FixedZone("Shanghai", 8*60*60))
	require.NoError(t, err)
	return at.UTC()
}

// One approval waits for half a year: over the Spring Festival and Labour Day with their make-up Saturdays, a delegation, the
// departure of its approver, and the end of one run of the workflow and the beginning of the next, where a release may come in
// between.
//
// What it proves: the real workflow, rules and calendar, with time skipped, ask the right person at the right minute, each rung
// once, and take one decision; and the second half needs nothing of the first but the log and the input that the first one
// continued as new with, as bytes. What it does not: both halves run today's workflow code, and the ledger is in memory. Two
// releases meet on the real engine and a real Postgres in package e2e/engine, which takes minutes and no continue-as-new. That
// histories which other code wrote go on under today's is what the recorded histories
// of testdata/replay are for, each of which is replayed up to every one of its tasks; that the account stands in Postgres as it
// stands here is the store's test of taking tasks over. The watchdog is played by the test: it sends a recompute when a
// delegation begins or ends, and when somebody has left.
func TestApproval_waitsForHalfAYearAndEndsWithOneDecision(t *testing.T) {
	t.Parallel()
	begin := shanghai(t, "2026-01-05 10:00")
	accounts := &memory.Ledger{
		Files: deal.Records{Forms: []deal.Form{{Step: deal.Collect, Cycle: 1, Version: 1}}},
		People: deal.Org{
			People: []deal.Person{
				{ID: "boss", Role: deal.Manager, Team: "north", Active: true},
				{ID: "deputy", Role: deal.Manager, Team: "south", Active: true},
				{ID: "director", Role: deal.Director, Team: "east", Active: true},
				{ID: "ops", Role: deal.SalesOps, Active: true},
				{ID: "rep", Role: deal.Rep, Team: "north", Active: true},
			},
			Teams: []deal.Team{
				{ID: "east", Name: "east", Lead: "director"},
				{ID: "north", Name: "north", Parent: "east", Lead: "boss"},
				{ID: "south", Name: "south", Parent: "east", Lead: "deputy"},
			},
			Delegations: []deal.Delegation{{
				ID: "d", From: "boss", To: "deputy", Since: shanghai(t, "2026-02-02 09:00"), Until: shanghai(t, "2026-03-09 09:00"),
			}},
		},
	}
	constant := func(b deal.Body) func() deal.Body { return func() deal.Body { return b } }
	watchdog := constant(deal.Recompute{})

	first := newHalf(t, accounts, begin)
	first.send(begin, "rep", constant(opened()))
	first.send(begin.Add(time.Minute), "rep", constant(deal.RequestApproval{
		Kind: deal.Proposal, Subject: deal.Subject{Type: deal.FormSubject, ID: string(deal.Collect), Version: 1}, Text: &deal.TextRef{ID: "text", Hash: "00"},
	}))
	first.send(shanghai(t, "2026-02-02 09:01"), deal.System, watchdog)
	first.send(shanghai(t, "2026-03-09 09:01"), deal.System, watchdog)
	first.ExecuteWorkflow(contract.AccountLoop, contract.AccountInput{Schema: contract.Schema, Account: account, Limits: contract.Limits{Updates: 4}})
	var again *workflow.ContinueAsNewError
	require.ErrorAs(t, first.GetWorkflowError(), &again)
	var input contract.AccountInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &input))
	require.Equal(t, accounts.State(account).Position(), *input.Last, "the next run begins where this one ended")

	second := newHalf(t, accounts, first.Now())
	second.at(shanghai(t, "2026-04-20 10:00"), func() {
		people := slices.Clone(accounts.People.People)
		people[0].Active = false
		accounts.People.People = people
	})
	second.send(shanghai(t, "2026-04-20 10:30"), deal.System, watchdog)
	decide := func() deal.Body {
		return deal.DecideApproval{Approval: accounts.State(account).Approvals[0].ID, Decision: deal.Approve, Version: 1}
	}
	early, late := shanghai(t, "2026-07-06 10:00"), shanghai(t, "2026-07-06 10:01")
	second.send(shanghai(t, "2026-07-06 09:59"), "deputy", decide)
	second.send(early, "director", decide)
	second.send(late, "director", decide)
	second.RegisterDelayedCallback(second.CancelWorkflow, shanghai(t, "2026-12-01 10:00").Sub(second.begin))
	input.Limits = contract.Limits{}
	second.ExecuteWorkflow(contract.AccountLoop, input)
	require.True(t, second.IsWorkflowCompleted())

	log, err := accounts.Log(account)
	require.NoError(t, err, "the chain holds, and folding it gives the live state")
	var happened []string
	decisions := 0
	for _, e := range log {
		wall := e.At.In(time.FixedZone("Shanghai", 8*60*60)).Format("01-02 15:04")
		switch b := e.Body.(type) {
		case deal.RungReached:
			if b.ClockKind == deal.ApprovalClock {
				require.WithinRange(t, e.At, b.Due, b.Due.Add(deal.WakeWindow))
				wall := b.Due.In(time.FixedZone("Shanghai", 8*60*60)).Format("01-02 15:04") // the wake is a little behind
				happened = append(happened, wall+" "+string(b.Rung)+" "+to(e, deal.RungNotice(deal.ApprovalClock, b.Rung)))
			}
		case deal.TasksTakenOver:
			for _, c := range b.Tasks {
				if c.For == "boss" && c.By == "deputy" {
					happened = append(happened, wall+" taken over by deputy")
				}
			}
		case deal.TasksGivenBack:
			for _, c := range b.Tasks {
				if c.For == "boss" {
					happened = append(happened, wall+" given back by "+string(c.By))
				}
			}
		case deal.ApprovalTransferred:
			happened = append(happened, wall+" from "+string(b.From)+" to "+string(b.To))
		case deal.ApprovalDecided:
			decisions++
			happened = append(happened, wall+" decided by "+string(b.By))
		}
	}
	happened = slices.Compact(happened) // several tasks may change hands at once
	require.Equal(t, []string{
		"02-02 09:01 taken over by deputy",
		"02-02 10:01 remind deputy", // twenty working days
		"03-06 10:01 urge deputy",   // forty: 15 to 23 February are off, Saturdays 14 and 28 February are worked
		"03-09 09:01 given back by deputy",
		"04-03 10:01 superior director", // sixty, the day before Qingming
		"04-20 10:30 from boss to director",
		"05-20 10:30 remind director", // twenty: 1 to 5 May are off, Saturday 9 May is worked
		"06-17 10:30 urge director",   // forty
		"07-06 10:00 decided by director",
	}, happened)
	require.Equal(t, 1, decisions)
	answer := func(actor deal.PersonID, when time.Time) deal.Answer {
		return second.answers[fmt.Sprintf("%s/%s/%d", actor, deal.DecideApprovalName, when.Unix())]
	}
	require.True(t, answer("deputy", shanghai(t, "2026-07-06 09:59")).Refusals.Has(deal.CodeNotApprover), "the delegation is long over")
	require.Equal(t, deal.Done, answer("director", early).Outcome)
	require.True(t, answer("director", late).Refusals.Has(deal.CodeAlreadyDecided))
	a := accounts.State(account).Approvals[0]
	require.Equal(t, deal.Approved, a.Status)
	require.Equal(t, []deal.PersonID{"director", "director"}, []deal.PersonID{a.Levels[0].Seats[0].Holder, a.Levels[0].Seats[0].By})
}

// to lists who was told something by an event.
func to(e deal.Event, kind deal.NoticeKind) string {
	people := ""
	for _, n := range e.Notices {
		if n.Kind == kind {
			people += string(n.To)
		}
	}
	return people
}
