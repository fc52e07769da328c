package deal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestPause_stopsEveryClockUntilTheOpeningOfItsDay(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey) // ten working days from Monday 09:00
	w.now = at("2026-03-04 12:00")  // two days and three hours are gone
	w.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-03-21"})
	require.Equal(t, []any{deal.Paused, "2026-03-21"}, []any{w.state.Status, w.state.ResumeOn})
	require.True(t, w.state.Deadline().IsZero())
	require.Equal(t, at("2026-03-23 09:00"), nextDue(w.state), "a Saturday: the account resumes on Monday")
	require.Empty(t, w.tick(t, "2026-03-20 18:00"))

	events := w.tick(t, "2026-03-23 09:00")
	require.True(t, body[deal.ResumedBody](t, events).ByItself)
	require.Equal(t, []string{"resumed rep1"}, told(events))
	require.Equal(t, []any{deal.Active, ""}, []any{w.state.Status, w.state.ResumeOn})
	require.Equal(t, at("2026-04-01 15:00"), w.state.Deadline(), "seven days and five hours are left")
}

func TestPause_isEndedByHand(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-03-21"})
	w.now = at("2026-03-03 09:00")
	require.False(t, body[deal.ResumedBody](t, w.do(t, manager1, deal.ResumeNow{})).ByItself)
	require.Equal(t, at("2026-03-16 18:00"), w.state.Deadline(), "one day later than it was")
	require.NotContains(t, clockIDs(w.state), "resume")
}

func TestPause_thatEndsWhileTheProcessIsAwayCountsFromItsDay(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-03-09"})
	events := w.tick(t, "2026-03-18 09:00")
	require.Equal(t, deal.ResumedKind, events[0].Kind)
	require.Equal(t, at("2026-03-20 18:00"), w.state.Deadline(), "ten working days from the day it resumed")
	require.Contains(t, told(events), "step_remind rep1", "what came due meanwhile happens in the same tick")
}

func TestPause_movesTheDatesThatPeopleRead(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.do(t, rep1, deal.SetFollowUp{At: at("2026-03-06 15:00"), Note: note("call")})
	w.now = at("2026-03-03 09:00")
	w.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-03-10"})
	w.refuse(t, manager1, w.say(deal.Proposal, deal.Approve), deal.CodeNotActive)
	w.tick(t, "2026-03-10 09:00")
	require.Equal(t, at("2026-03-13 15:00"), w.state.FollowUp.At)
	require.Equal(t, note("call"), w.state.FollowUp.Note)
	require.Equal(t, "approve manager1", w.todo()[0])
	require.Equal(t, w.clock(t, w.state.Tasks[0].Ref).Due, w.state.Tasks[0].Due)
	require.Equal(t, at("2026-03-10 18:00"), w.state.Tasks[0].Due)

	rows := deal.Project(deal.State{}, w.log...)
	require.Equal(t, at("2026-03-13 15:00"), rows.FollowUps[len(rows.FollowUps)-1].At)
	require.Equal(t, at("2026-03-02 09:00"), rows.FollowUps[len(rows.FollowUps)-1].SetAt, "when it was dated, not when it moved")
}

func TestPause_needsAReasonAndADayAhead(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.refuse(t, rep1, deal.Pause{ResumeOn: "2026-03-09"}, deal.CodeReasonMissing)
	for day, code := range map[string]deal.Code{
		"2026-03-01": deal.CodeDateInPast, "2026-03-02": deal.CodeDateInPast, "": deal.CodeInvalidValue, "soon": deal.CodeInvalidValue,
		"2026-02-30": deal.CodeInvalidValue, "2400-01-01": deal.CodeInvalidValue,
	} {
		no := w.refuse(t, rep1, deal.Pause{Reason: note("r"), ResumeOn: day}, code)
		require.Equal(t, "/resume_on", no[0].Field, day)
	}
}

func TestPause_untilADayThatIsOverIsRefusedThoughTheOfficeOpensLater(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.now = at("2026-03-08 10:00") // Sunday
	w.refuse(t, rep1, deal.Pause{Reason: note("r"), ResumeOn: "2026-03-07"}, deal.CodeDateInPast)
	w.refuse(t, rep1, deal.Pause{Reason: note("r"), ResumeOn: "2026-03-08"}, deal.CodeDateInPast)
	w.do(t, rep1, deal.Pause{Reason: note("r"), ResumeOn: "2026-03-09"})
}

func TestPause_ofYearsIsNotTooLong(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, deal.Pause{Reason: note("war"), ResumeOn: "2036-03-03"})
	require.Equal(t, at("2036-03-03 09:00"), nextDue(w.state))
}

func TestClose_saysHowItEndedAndStopsEverything(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	w.tick(t, "2026-03-20 09:00")
	w.refuse(t, rep1, deal.Close{}, deal.CodeInvalidValue, deal.CodeReasonMissing)
	w.refuse(t, rep1, deal.Close{Outcome: deal.Merged, Reason: note("r")}, deal.CodeInvalidValue)
	no := w.refuse(t, rep1, deal.Close{Outcome: deal.Lost, Reason: note("price")}, deal.CodeReasonMissing)
	require.Equal(t, "/rival", no[0].Field, "a loss names the winner, if only as unknown")
	closed := body[deal.ClosedBody](t, w.do(t, rep1, deal.Close{Outcome: deal.Lost, Reason: note("price"), Rival: note("unknown")}))
	require.Equal(t, []any{deal.Lost, note("price"), note("unknown")}, []any{closed.Outcome, closed.Reason, closed.Rival})
	require.Equal(t, []any{deal.Closed, deal.Lost, deal.Plan}, []any{w.state.Status, w.state.Outcome, w.state.Step})
	require.Empty(t, w.state.Clocks)
	require.Empty(t, w.todo())
	require.Nil(t, w.state.FollowUp)
	require.True(t, w.state.WakeAt().IsZero())
	w.do(t, deal.System, deal.Tick{})
	require.Equal(t, deal.ClosedKind, w.log[len(w.log)-1].Kind, "time does nothing any more")
}

func TestClose_endsAPauseAndARest(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	w.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-03-09"})
	w.do(t, manager1, deal.Close{Outcome: deal.Dropped, Reason: note("bankrupt")})
	require.Equal(t, []any{"", true}, []any{w.state.ResumeOn, w.state.WakeAt().IsZero()})

	w = standingIn(t, deal.Archive)
	w.do(t, rep1, deal.Advance{From: deal.Archive})
	w.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("bankrupt")})
	require.True(t, w.state.Recheck.IsZero())
}

// reopenable is a closed account whose reopening was approved.
func reopenable(t tb, step deal.Step) *world {
	t.Helper()
	w := standingIn(t, step)
	w.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("no need")})
	w.now = w.now.Add(7 * day)
	w.do(t, rep1, w.ask(deal.Reopen))
	w.do(t, manager1, w.say(deal.Reopen, deal.Approve))
	return w
}

func TestReopen_takesUpWhereItStoodAndUsesItsApprovalUp(t *testing.T) {
	t.Parallel()
	w := reopenable(t, deal.Visit)
	approval := w.latest(t, deal.Reopen)
	w.refuse(t, rep1, deal.ReopenAccount{}, deal.CodeReasonMissing)
	reopened := body[deal.Reopened](t, w.do(t, rep1, deal.ReopenAccount{Reason: note("they called")}))
	require.Equal(t, approval.ID, reopened.Approval)
	require.Equal(t, []any{deal.Active, deal.Visit, 1, deal.Outcome("")}, []any{w.state.Status, w.state.Step, w.state.Pass(), w.state.Outcome})
	require.Equal(t, at("2026-04-17 18:00"), w.state.Deadline(), "the step's deadlines start again")
	require.NotNil(t, w.state.FollowUp)
	require.Empty(t, w.todo())
	require.True(t, w.latest(t, deal.Reopen).Used)

	w.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("again")})
	no := w.refuse(t, rep1, deal.ReopenAccount{Reason: note("once more")}, deal.CodeGateUnmet)
	require.Equal(t, []any{"reopen_not_approved", "approvals"}, []any{no[0].Item, no[0].Link})
	w.do(t, rep1, w.ask(deal.Reopen))
	w.refuse(t, rep1, deal.ReopenAccount{Reason: note("once more")}, deal.CodeGateUnmet)
	w.do(t, manager1, w.say(deal.Reopen, deal.Approve))
	w.do(t, rep1, deal.ReopenAccount{Reason: note("once more")})
}

func TestReopen_asksAboutTheAccountAsItIs(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Visit)
	w.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("no need")})
	ask := w.ask(deal.Reopen)
	for _, subject := range []deal.Subject{
		{Type: deal.AccountSubject, ID: string(account), Version: ask.Subject.Version - 1},
		{Type: deal.FormSubject, ID: string(account), Version: ask.Subject.Version},
		{Type: deal.AccountSubject, ID: string(other), Version: ask.Subject.Version},
	} {
		want := deal.CodeInvalidValue
		if subject.ID == string(account) && subject.Type == deal.AccountSubject {
			want = deal.CodeSubjectChanged
		}
		w.refuse(t, rep1, deal.RequestApproval{Kind: deal.Reopen, Subject: subject}, want)
	}
	w.do(t, rep1, ask)
	w.now = w.now.Add(day)
	require.Contains(t, told(w.tick(t, "2026-03-03 09:00")), "approval_remind manager1", "its ladder runs though the account is closed")
	require.Equal(t, deal.Pending, w.latest(t, deal.Reopen).Status)
}

func TestReopen_asksAgainForOwnerAndReview(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.do(t, collector1, lead(deal.ViaAPI))
	w.do(t, collector1, deal.Advance{From: deal.Collect})
	w.do(t, manager1, deal.Close{Outcome: deal.Dropped, Reason: note("no need")})
	require.Empty(t, w.todo())
	w.do(t, manager1, w.ask(deal.Reopen))
	w.do(t, director1, w.say(deal.Reopen, deal.Approve))
	w.do(t, manager1, deal.ReopenAccount{Reason: note("they called")})
	require.ElementsMatch(t, []string{"assign_owner manager1", "intake manager1"}, w.todo())
	require.Contains(t, clockIDs(w.state), "step/intake")
}

func TestReopen_ofAMergedAccountIsRefused(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.do(t, manager1, deal.ReviewIntake{Decision: deal.MergeIntake, Reason: note("twin"), MergeInto: other})
	no := w.refuse(t, rep1, w.ask(deal.Reopen), deal.CodeAccountMerged)
	require.Equal(t, []string{string(other)}, no[0].Args, "it says where the account lives on")
	w.refuse(t, rep1, deal.ReopenAccount{Reason: note("not the same")}, deal.CodeAccountMerged)
}

func TestReopen_inScreenAfterTheReviewHasNoReviewToWaitFor(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.do(t, manager1, deal.ReviewIntake{Decision: deal.AcceptIntake})
	w.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("no need")})
	w.do(t, rep1, w.ask(deal.Reopen))
	w.do(t, manager1, w.say(deal.Reopen, deal.Approve))
	w.do(t, rep1, deal.ReopenAccount{Reason: note("back")})
	require.Empty(t, w.todo())
	require.NotContains(t, clockIDs(w.state), "step/intake")
}

func TestAct_ofWhoHasLeftOrIsUnknownIsRefused(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.leaves(rep1)
	w.refuse(t, rep1, deal.Advance{From: deal.Survey}, deal.CodeNotYourRole)
	w.now = w.now.Add(time.Hour)
	w.do(t, manager1, deal.Pause{Reason: note("owner left"), ResumeOn: "2026-03-09"})
}
