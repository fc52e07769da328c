package workflows_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"closedloop/activities"
	"closedloop/activities/memory"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/workflows"
	"closedloop/workflows/contract"
)

const account = deal.AccountID("0190aaaa-0000-7000-8000-000000000001")

var monday = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC) // 10:00 in Shanghai

// rig runs one account in the SDK's environment, where time skips itself, over the real rules and a ledger in memory.
type rig struct {
	*testsuite.TestWorkflowEnvironment

	t        *testing.T
	accounts *memory.Ledger
	books    *memory.Books
	answers  map[string]deal.Receipt
	refused  map[string]error
}

func newRig(t *testing.T) *rig {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(quiet{})
	r := &rig{
		TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), t: t, books: &memory.Books{},
		answers: map[string]deal.Receipt{}, refused: map[string]error{},
		accounts: &memory.Ledger{People: deal.Org{
			People: []deal.Person{
				{ID: "rep", Role: deal.Rep, Team: "north", Active: true},
				{ID: "boss", Role: deal.Manager, Team: "north", Active: true},
			},
			Teams: []deal.Team{{ID: "north", Name: "north", Lead: "boss"}},
		}},
	}
	ledger, err := activities.NewLedger(r.accounts, r.books, activities.FixedCalendar{Calendar: calendar.Default()}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	r.RegisterWorkflowWithOptions(workflows.AccountLoop, workflow.RegisterOptions{Name: contract.AccountLoop})
	r.RegisterActivity(ledger.Perform)
	r.SetStartTime(monday)
	r.SetTestTimeout(20 * time.Second)
	return r
}

// after sends a command some time after the start; its receipt is in answers under the key.
func (r *rig) after(d time.Duration, key string, body deal.Body) {
	r.RegisterDelayedCallback(func() {
		cmd := deal.Command{Account: account, Key: key, Fingerprint: key, Actor: "rep", Name: deal.NameOf(body), Body: body}
		r.UpdateWorkflow(string(cmd.Name), key+d.String(), &testsuite.TestUpdateCallback{
			OnAccept: func() {},
			OnReject: func(err error) { r.refused[key] = err },
			OnComplete: func(result any, err error) {
				if err == nil {
					reply, ok := result.(contract.Reply)
					require.True(r.t, ok)
					require.Equal(r.t, key, reply.Fingerprint)
					r.answers[key] = reply.Receipt
				}
			},
		}, cmd)
	}, d)
}

// until ends the test after some workflow time, as a worker that goes away would: the run itself never ends.
func (r *rig) until(d time.Duration, limits contract.Limits) {
	r.RegisterDelayedCallback(r.CancelWorkflow, d)
	r.ExecuteWorkflow(contract.AccountLoop, contract.AccountInput{Schema: contract.Schema, Account: account, Limits: limits})
	require.True(r.t, r.IsWorkflowCompleted())
}

// fired lists the rungs in the log, in order, each with how long after the start it was due. None came before that, nor later
// than its account wakes.
func (r *rig) fired() []string {
	log, err := r.accounts.Log(account)
	require.NoError(r.t, err)
	var rungs []string
	for _, e := range log {
		if b, ok := e.Body.(deal.RungReached); ok {
			rungs = append(rungs, b.Clock+" "+string(b.Rung)+" "+b.Due.Sub(monday).Round(time.Second).String())
			require.WithinRange(r.t, e.At, b.Due, b.Due.Add(deal.WakeWindow))
			require.Equal(r.t, e.At.Sub(b.Due), b.Late)
		}
	}
	return rungs
}

func opened() deal.Body {
	return deal.Open{Territory: "north", Via: deal.ViaAPI, Draft: &deal.TextRef{ID: "draft", Hash: "00"}}
}

func TestAccountLoop_firesEveryRungOnceAtItsTime(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.after(0, "open", opened())
	r.until(3*24*time.Hour, contract.Limits{})
	require.Equal(t, []string{"step/step remind 12h0m0s", "step/step urge 24h0m0s", "step/step superior 36h0m0s"}, r.fired())
}

func TestAccountLoop_stopsTheClocksOfAStepThatWasLeft(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.after(0, "open", opened())
	r.after(13*time.Hour, "go", deal.Advance{From: deal.Collect})
	r.until(26*time.Hour, contract.Limits{})
	require.Equal(t, []string{"step/step remind 12h0m0s", "step/step remind 25h0m0s"}, r.fired())
	require.Equal(t, deal.Screen, r.answers["go"].Now.Step)
}

func TestAccountLoop_answersARefusalAsAReceiptAndGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.after(0, "open", opened())
	r.after(time.Hour, "wrong", deal.Advance{From: deal.Plan})
	r.after(2*time.Hour, "right", deal.Advance{From: deal.Collect})
	r.until(3*time.Hour, contract.Limits{})
	require.True(t, r.answers["wrong"].Answer.Refusals.Has(deal.CodeStepMoved))
	require.Equal(t, deal.Done, r.answers["right"].Answer.Outcome)
}

func TestAccountLoop_waitsForADatabaseThatIsAwayInsteadOfFailing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	tries := 0
	r.accounts.Trouble = func(cmd deal.Command) error {
		if cmd.Name == deal.OpenName && tries < 30 {
			tries++
			return errors.New("connection refused")
		}
		return nil
	}
	r.after(0, "open", opened())
	r.until(time.Hour, contract.Limits{})
	require.Equal(t, 30, tries)
	require.Equal(t, deal.Done, r.answers["open"].Answer.Outcome)
}

func TestAccountLoop_backsOffFromATickThatCannotBeJudged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ticks := 0
	r.accounts.Trouble = func(cmd deal.Command) error {
		if cmd.Name == deal.TickName {
			ticks++
			return deal.ErrPermanent
		}
		return nil
	}
	r.after(0, "open", opened())
	r.after(20*time.Hour, "go", deal.Advance{From: deal.Collect})
	r.until(21*time.Hour, contract.Limits{})
	require.Equal(t, deal.Done, r.answers["go"].Answer.Outcome, "people get through while the clock does not")
	require.Less(t, ticks, 25, "eight hours of failing ticks, an hour apart in the end")
	require.Greater(t, ticks, 8)
}

func TestAccountLoop_continuesAsNewAtItsLimitAndCarriesItsPosition(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.after(0, "open", opened())
	for i, from := range []deal.Step{deal.Collect, deal.Screen, deal.Survey} {
		r.after(time.Duration(i+1)*time.Minute, string(from), deal.Advance{From: from})
	}
	r.ExecuteWorkflow(contract.AccountLoop, contract.AccountInput{Schema: contract.Schema, Account: account, Limits: contract.Limits{Updates: 3}})
	var again *workflow.ContinueAsNewError
	require.ErrorAs(t, r.GetWorkflowError(), &again)
	require.Equal(t, contract.AccountLoop, again.WorkflowType.Name)
	require.Equal(t, deal.Survey, r.answers[string(deal.Screen)].Now.Step)
	require.NotContains(t, r.answers, string(deal.Survey), "the fourth command belongs to the next run")
}

func TestAccountLoop_endsByItselfWhenNobodyOpensTheAccount(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.ExecuteWorkflow(contract.AccountLoop, contract.AccountInput{Schema: contract.Schema, Account: account})
	require.True(t, r.IsWorkflowCompleted())
	require.NoError(t, r.GetWorkflowError())
	require.Equal(t, time.Minute, r.Now().Sub(monday))
}

func TestAccountLoop_asksTheLogAgainWhenNudged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	loads := 0
	r.accounts.Trouble = func(cmd deal.Command) error {
		if cmd.Name == deal.LoadName {
			loads++
		}
		return nil
	}
	r.after(0, "open", opened())
	r.RegisterDelayedCallback(func() { r.SignalWorkflow(contract.Nudged, nil) }, time.Hour)
	r.until(2*time.Hour, contract.Limits{})
	require.Equal(t, 2, loads, "once at the start, once for the nudge")
}

func TestAccountLoop_leavesItsTimerAloneWhenACommandMovesNothingInTime(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	timers := 0
	r.SetOnTimerScheduledListener(func(string, time.Duration) { timers++ })
	r.after(0, "open", opened())
	r.after(time.Hour, "far", deal.SetFollowUp{At: monday.Add(20 * 24 * time.Hour)})
	r.after(2*time.Hour, "farther", deal.SetFollowUp{At: monday.Add(30 * 24 * time.Hour)})
	r.after(3*time.Hour, "near", deal.SetFollowUp{At: monday.Add(4 * time.Hour)})
	r.until(5*time.Hour, contract.Limits{})
	require.Equal(t, deal.Done, r.answers["farther"].Answer.Outcome)
	require.Equal(t, 3, timers, "the step's reminder, the near follow-up, and the reminder again")
}

func TestAccountLoop_triesOnceForANudgeAndKeepsBackingOff(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ticks := 0
	r.accounts.Trouble = func(cmd deal.Command) error {
		if cmd.Name == deal.TickName {
			ticks++
			return deal.ErrPermanent
		}
		return nil
	}
	r.after(0, "open", opened())
	for minute := range 60 { // as the watchdog does
		r.RegisterDelayedCallback(func() { r.SignalWorkflow(contract.Nudged, nil) }, 13*time.Hour+time.Duration(minute)*time.Minute)
	}
	r.until(14*time.Hour, contract.Limits{})
	require.Less(t, ticks, 12+60+5, "twelve in the first hour, then one for each nudge")
	require.Greater(t, ticks, 60)
}

func TestAccountLoop_refusesACommandForAnotherAccountBeforeItIsAccepted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.RegisterDelayedCallback(func() {
		cmd := deal.Command{Account: "another", Key: "k", Actor: "rep", Name: deal.ResumeName, Body: deal.ResumeNow{}}
		r.UpdateWorkflow(string(cmd.Name), "k", &testsuite.TestUpdateCallback{
			OnAccept: func() { require.Fail(t, "accepted") }, OnReject: func(err error) { r.refused["k"] = err }, OnComplete: func(any, error) {},
		}, cmd)
	}, time.Second)
	r.ExecuteWorkflow(contract.AccountLoop, contract.AccountInput{Schema: contract.Schema, Account: account})
	var app *temporal.ApplicationError
	require.ErrorAs(t, r.refused["k"], &app)
	require.Equal(t, "malformed", app.Type())
}

// quiet keeps the SDK's log out of the test's.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
