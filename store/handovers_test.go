package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
)

// leaver is a house whose rep1 has three accounts: one open lead, one closed, and one with a request that manager1 has to decide.
func leaver(t *testing.T) (*world, [3]deal.AccountID) {
	t.Helper()
	w := newWorld(t)
	lead := w.lead("rep1", customer("晨风集团"))
	closed := w.lead("rep1", customer("海天酒店"))
	w.do(closed, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("no need")})
	asked := w.lead("rep1", customer("新星电子"))
	w.do(asked, "rep1", deal.Advance{From: deal.Collect})
	w.edited(asked, deal.Screen)
	w.do(asked, "rep1", deal.RequestApproval{Kind: deal.Filing, Subject: deal.Subject{Type: deal.FormSubject, ID: "screen", Version: 1}})
	return w, [3]deal.AccountID{lead, closed, asked}
}

// edited puts the form of a step on file.
func (w *world) edited(id deal.AccountID, step deal.Step) {
	w.t.Helper()
	_, err := w.PutForm(w.t.Context(), w.as("rep1"), id, step, 0, map[string]any{"needs": "samples"})
	require.NoError(w.t, err)
}

// orders a handover of rep1 to the given successors.
func (w *world) orders(id string, deactivate bool, to ...string) error {
	w.t.Helper()
	s := deal.Succession{From: w.people["rep1"]}
	for _, login := range to {
		s.Successors = append(s.Successors, deal.Successor{To: w.people[login]})
	}
	held, err := w.HeldBy(w.t.Context(), w.people["rep1"])
	require.NoError(w.t, err)
	return w.AddHandover(w.t.Context(), view.HandoverOrder{
		ID: id, By: w.people["manager1"], Reason: "moves away", Succession: s, Deactivate: deactivate, At: w.at, Moves: s.Share(held),
	})
}

// moves everything that is planned, as the workflow does.
func (w *world) moves(id string) (moved int) {
	w.t.Helper()
	planned, _, err := w.HandoverMoves(w.t.Context(), id, view.MoveFilter{Status: view.MovePlanned}, view.Page{Limit: 200})
	require.NoError(w.t, err)
	h, err := w.Handover(w.t.Context(), id)
	require.NoError(w.t, err)
	for _, m := range planned {
		answer := w.do(m.Account, "", deal.HandOver{Handover: id, From: h.Succession.From, To: m.To, Reason: text("moves")})
		require.NoError(w.t, w.TriedMove(w.t.Context(), id, m.Position, view.MoveOutcome{Status: view.MoveDone, Seq: answer.LastSeq, At: w.at}))
		moved++
	}
	return moved
}

func TestHeldBy_findsEverythingThatHangsOnAPerson(t *testing.T) {
	t.Parallel()
	w, accounts := leaver(t)
	held, err := w.HeldBy(t.Context(), w.people["rep1"])
	require.NoError(t, err)
	got := map[deal.AccountID]deal.Holdings{}
	for _, h := range held {
		got[h.Account] = h.Holds
		require.NotEmpty(t, h.Name)
		require.Equal(t, "开发区", h.Territory)
	}
	require.Equal(t, map[deal.AccountID]deal.Holdings{
		accounts[0]: {Owner: true, Collects: true}, accounts[1]: {Owner: true}, accounts[2]: {Owner: true, Collects: true, Requests: 1},
	}, got)
	held, err = w.HeldBy(t.Context(), w.people["manager1"])
	require.NoError(t, err)
	require.Len(t, held, 1)
	require.Equal(t, deal.Holdings{Tasks: 2, Seats: 1}, held[0].Holds, "the review of the lead and the request")
	held, err = w.HeldBy(t.Context(), w.people["rep2"])
	require.NoError(t, err)
	require.Empty(t, held)
}

func TestHandover_freezesItsPlanAndIsOrderedOnce(t *testing.T) {
	t.Parallel()
	w, _ := leaver(t)
	require.NoError(t, w.orders("handover-1", false, "rep2", "rep3"))
	require.NoError(t, w.orders("handover-1", false, "rep3"), "the same order again")
	var refused *store.ConstraintError
	require.ErrorAs(t, w.orders("handover-2", false, "rep3"), &refused)
	require.Equal(t, deal.CodeHandoverRunning, refused.Code)

	h, err := w.Handover(t.Context(), "handover-1")
	require.NoError(t, err)
	require.Equal(t, []any{view.HandoverRuns, 3, 0, 0, w.people["manager1"], "moves away"}, []any{h.Status, h.Planned, h.Moved, h.Failed, h.By, h.Reason})
	var to []deal.PersonID
	var page view.Page
	for page.Limit = 2; ; {
		moves, next, err := w.HandoverMoves(t.Context(), "handover-1", view.MoveFilter{}, page)
		require.NoError(t, err)
		for _, m := range moves {
			require.Equal(t, view.MovePlanned, m.Status)
			require.NotEmpty(t, m.Number)
			to = append(to, m.To)
		}
		if page.Cursor = next; next == "" {
			break
		}
	}
	require.Equal(t, []deal.PersonID{w.people["rep2"], w.people["rep3"], w.people["rep2"]}, to)
	running, err := w.RunningHandovers(t.Context(), w.at.Add(time.Minute))
	require.NoError(t, err)
	require.Equal(t, []string{"handover-1"}, running)
	running, err = w.RunningHandovers(t.Context(), w.at)
	require.NoError(t, err)
	require.Empty(t, running)
	_, err = w.Handover(t.Context(), "nowhere")
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, _, err = w.HandoverMoves(t.Context(), "handover-1", view.MoveFilter{}, view.Page{Cursor: "x"})
	require.ErrorIs(t, err, view.ErrBadCursor)
}

func TestHandover_leavesNothingOfThePerson(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w, accounts := leaver(t)
	about := deal.NewPersonTask(deal.QuotaDecisionTask, w.people["rep1"], "visit/"+string(accounts[1]), w.at)
	w.asks(about, deal.NewPersonTask(deal.QuotaDecisionTask, w.people["rep1"], "matter/1", w.at))
	require.NoError(t, w.AddDelegation(ctx, deal.Delegation{From: w.people["rep3"], To: w.people["rep1"], Since: w.at, Until: w.at.Add(1000 * time.Hour)}))
	require.NoError(t, w.AddDelegation(ctx, deal.Delegation{From: w.people["rep1"], To: w.people["rep3"], Since: w.at.Add(900 * time.Hour), Until: w.at.Add(1000 * time.Hour)}))
	require.NoError(t, w.NewSession(ctx, digest("session"), w.people["rep1"], time.Now().Add(time.Hour)))
	require.NoError(t, w.orders("handover-1", true, "rep2", "rep3"))
	require.Equal(t, 3, w.moves("handover-1"))

	late := w.lead("rep1", customer("晚到客户")) // while it runs
	planned, err := w.LookAgain(ctx, "handover-1")
	require.NoError(t, err)
	require.Equal(t, 1, planned)
	again, err := w.LookAgain(ctx, "handover-1")
	require.NoError(t, err)
	require.Equal(t, 1, again, "what is planned is planned once")
	left, err := w.SettleHandover(ctx, "handover-1", w.at)
	require.NoError(t, err)
	require.False(t, left, "not before everything is moved")
	require.Equal(t, 1, w.moves("handover-1"))
	for range 2 { // an attempt that nobody heard of again
		left, err = w.SettleHandover(ctx, "handover-1", w.at)
		require.NoError(t, err)
		require.True(t, left)
	}
	planned, err = w.LookAgain(ctx, "handover-1")
	require.NoError(t, err)
	require.Zero(t, planned)
	for range 2 {
		require.NoError(t, w.FinishHandover(ctx, "handover-1", w.at))
	}

	h, err := w.Handover(ctx, "handover-1")
	require.NoError(t, err)
	require.Equal(t, []any{view.HandoverDone, 0, 4, 0, 2}, []any{h.Status, h.Planned, h.Moved, h.Failed, h.Round})
	require.Equal(t, view.HandoverBeside{Tasks: 2, Delegations: 2, Deactivated: true}, h.Beside)
	require.NoError(t, w.SetActive(ctx, w.people["rep1"], true, w.at))
	_, err = w.Bearer(ctx, digest("session"))
	require.ErrorIs(t, err, deal.ErrNotFound, "also once they are back")
	require.NoError(t, w.SetActive(ctx, w.people["rep1"], false, w.at))
	held, err := w.HeldBy(ctx, w.people["rep1"])
	require.NoError(t, err)
	require.Empty(t, held)
	org := w.org()
	who, _ := org.Person(w.people["rep1"])
	require.False(t, who.Active)
	require.NotContains(t, org.Deputies(w.people["rep3"], w.at.Add(time.Hour)), w.people["rep1"])
	require.Equal(t, w.people["rep2"], w.state(accounts[0]).Owner)
	require.Equal(t, w.people["rep2"], w.state(late).Owner)
	require.Equal(t, w.people["rep2"], w.state(accounts[2]).Approvals[0].Acting)
	item, err := w.Approval(ctx, w.as("ops1"), w.state(accounts[2]).Approvals[0].ID)
	require.NoError(t, err)
	require.Equal(t, []deal.PersonID{w.people["rep1"], w.people["rep2"]}, []deal.PersonID{item.Requester, item.Acting})
	task, err := w.Task(ctx, w.as("ops1"), about.ID)
	require.NoError(t, err)
	require.Equal(t, w.people["rep3"], task.Assignee, "a task about an account goes where the account went")

	told := map[string][]deal.NoticeKind{}
	for _, login := range []string{"rep2", "rep3", "manager1", "rep1"} {
		notices, _, err := w.Notices(ctx, w.as(login), false, view.Page{})
		require.NoError(t, err)
		for _, n := range notices {
			if n.Account == "" {
				told[login] = append(told[login], n.Kind)
			}
		}
	}
	require.Equal(t, map[string][]deal.NoticeKind{"rep2": {deal.HandoverReceivedNotice}, "manager1": {deal.HandoverOverNotice}}, map[string][]deal.NoticeKind{
		"rep2": told["rep2"], "manager1": told["manager1"],
	})
	require.ElementsMatch(t, []deal.NoticeKind{deal.HandoverReceivedNotice, deal.DeputyGoneNotice}, told["rep3"])
	require.Empty(t, told["rep1"], "who has left hears nothing")
	listed, next, err := w.Handovers(ctx, w.people["rep1"], view.Page{})
	require.NoError(t, err)
	require.Empty(t, next)
	require.Equal(t, []view.Handover{h}, listed)
	w.sound()
}

func TestHandover_keepsWhatCouldNotBeMoved(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w, accounts := leaver(t)
	require.NoError(t, w.orders("handover-1", true, "rep2"))
	planned, _, err := w.HandoverMoves(ctx, "handover-1", view.MoveFilter{Status: view.MovePlanned}, view.Page{})
	require.NoError(t, err)
	no := deal.Refusals{{Code: deal.CodeNoApprover}}
	require.NoError(t, w.TriedMove(ctx, "handover-1", planned[2].Position, view.MoveOutcome{Status: view.MovePlanned}))
	require.NoError(t, w.TriedMove(ctx, "handover-1", planned[2].Position, view.MoveOutcome{Status: view.MoveFailed, Reasons: no, At: w.at}))
	require.NoError(t, w.TriedMove(ctx, "handover-1", planned[2].Position, view.MoveOutcome{Status: view.MoveDone, Seq: 1, At: w.at}), "what is over stays")
	require.Equal(t, 2, w.moves("handover-1"))
	again, err := w.LookAgain(ctx, "handover-1")
	require.NoError(t, err)
	require.Zero(t, again, "what could not be moved is not tried for ever")
	left, err := w.SettleHandover(ctx, "handover-1", w.at)
	require.NoError(t, err)
	require.False(t, left, "who still has something does not leave")
	require.NoError(t, w.FinishHandover(ctx, "handover-1", w.at))
	h, err := w.Handover(ctx, "handover-1")
	require.NoError(t, err)
	require.Equal(t, []any{view.HandoverLeft, 2, 1}, []any{h.Status, h.Moved, h.Failed})
	failed, _, err := w.HandoverMoves(ctx, "handover-1", view.MoveFilter{Status: view.MoveFailed}, view.Page{})
	require.NoError(t, err)
	require.Len(t, failed, 1)
	require.Equal(t, []any{accounts[2], no, 2}, []any{failed[0].Account, failed[0].Reasons, failed[0].Attempts})
	require.NoError(t, w.orders("handover-2", false, "rep3"), "and the next one may take it")
	h, err = w.Handover(ctx, "handover-2")
	require.NoError(t, err)
	require.Equal(t, 1, h.Planned)
}
