//go:build e2e

package engine_test

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/testkit"
	"closedloop/workflows/contract"
)

// kind is a life worth recording: what happens, and the files of its runs, in order.
type kind struct {
	files []string
	plan  plan
	live  func(h *house) (workflowID string)
}

// kinds are the lives whose histories are replayed on every build (trust-and-speed.md §3.4): every call that the
// workflows make stands in at least one of them.
func kinds() []kind {
	inTwoSeconds := pace{Step: 2 * time.Second, Level: 2 * time.Second, Recheck: 2 * time.Second, ResumeIn: 6 * time.Second}
	return []kind{
		{[]string{"opened.json"}, plan{}, func(h *house) string { return workflowOf(h.open()) }},
		{[]string{"unopened.json"}, plan{limits: contract.Limits{UnopenedAfter: time.Second}}, unopened},
		{[]string{"ring.json"}, plan{}, wholeRing},
		{[]string{"returned.json"}, plan{}, returnedAndForward},
		{[]string{"refused.json"}, plan{}, refusedAndRepeated},
		{[]string{"escalated.json"}, plan{pace: inTwoSeconds}, escalated},
		{[]string{"paused.json"}, plan{pace: pace{Step: time.Minute, ResumeIn: 6 * time.Second}}, pausedAndResumed},
		{[]string{"approved.json"}, plan{pace: pace{Level: 2 * time.Second}}, approvedLate},
		{[]string{"reopened.json"}, plan{}, closedAndReopened},
		{[]string{"cycle-1.json", "cycle-2.json"}, plan{pace: pace{Recheck: 2 * time.Second}}, secondCycle},
		{[]string{"rolled-1.json", "rolled-2.json"}, plan{limits: contract.Limits{Updates: 4}}, rolledOver},
		{[]string{"nudged.json"}, plan{}, nudged},
		{[]string{"backed-off.json"}, plan{pace: inTwoSeconds}, backedOff},
		{[]string{"waited.json"}, plan{}, waited},
		{[]string{"changed-worker.json"}, plan{}, changedWorker},
		{[]string{"import.json"}, plan{}, imported},
		{[]string{"sweep.json"}, plan{}, swept},
		{[]string{"relay.json"}, plan{}, relayed},
		{[]string{"handed-over.json"}, plan{}, handedOver},
	}
}

func unopened(h *house) string {
	cmd := h.opening()
	h.opened = nil // it will have no log
	_, err := h.accounts.Open(h.within(time.Minute), cmd)
	require.NoError(h.t, err)
	h.ends(cmd.Account)
	return workflowOf(cmd.Account)
}

func wholeRing(h *house) string {
	id := h.open()
	h.do(id, "rep", deal.Advance{From: deal.Collect})
	h.do(id, "manager", deal.ReviewIntake{Decision: deal.AcceptIntake})
	h.through(id, deal.Screen, deal.Analyse)
	h.do(id, "rep", deal.SetGrade{Grade: deal.Grades()[0], Reason: text()})
	h.through(id, deal.Analyse, deal.Archive)
	h.do(id, "rep", deal.Advance{From: deal.Archive, Note: text()})
	return workflowOf(id)
}

func returnedAndForward(h *house) string {
	id := h.open()
	h.through(id, deal.Collect, deal.Visit)
	h.do(id, "rep", deal.Return{To: deal.Analyse, Reason: text()})
	h.through(id, deal.Analyse, deal.Trial)
	return workflowOf(id)
}

func refusedAndRepeated(h *house) string {
	id := h.open()
	h.books.poison.Store(refuses)
	h.send(h.command(id, "rep", deal.Advance{From: deal.Collect}))
	h.books.poison.Store(panics)
	h.send(h.command(id, "rep", deal.Advance{From: deal.Collect}))
	h.books.poison.Store(wholesome)
	h.send(h.command(id, "rep", deal.Advance{From: deal.Plan}))
	cmd := h.command(id, "rep", deal.Advance{From: deal.Collect})
	h.send(cmd)
	h.send(cmd)
	h.send(h.command(id, "ops", deal.Advance{From: deal.Screen}))
	return workflowOf(id)
}

func escalated(h *house) string {
	id := h.open()
	h.rungsBecome(id, 30*time.Second, "step remind", "step urge", "step superior")
	h.do(id, "rep", deal.Advance{From: deal.Collect})
	h.rungsBecome(id, 30*time.Second, "step remind", "step urge", "step superior", "step remind", "step urge", "step superior")
	return workflowOf(id)
}

func pausedAndResumed(h *house) string {
	id := h.open()
	h.do(id, "rep", deal.Pause{Reason: text(), ResumeOn: time.Now().AddDate(0, 0, 7).Format(time.DateOnly)})
	testkit.Eventually(h.t, 30*time.Second, func() bool { return h.state(id).Status == deal.Active }, "it resumes by itself")
	h.do(id, "rep", followUp(1))
	return workflowOf(id)
}

func approvedLate(h *house) string {
	id := h.open()
	h.do(id, "rep", deal.Advance{From: deal.Collect})
	subject := h.form(id, deal.Screen)
	h.do(id, "rep", deal.RequestApproval{Kind: deal.Filing, Subject: subject, Text: text()})
	h.rungsBecome(id, 30*time.Second, "approval remind", "approval urge", "approval superior")
	filing, _ := h.state(id).Latest(deal.Filing)
	h.do(id, "director", deal.DecideApproval{Approval: filing.ID, Decision: deal.SendBack, Comment: text(), Version: subject.Version})
	h.approve(id, deal.RequestApproval{Kind: deal.Filing, Subject: subject})
	return workflowOf(id)
}

// form puts something on file for a step, to be approved.
func (h *house) form(id deal.AccountID, step deal.Step) deal.Subject {
	h.t.Helper()
	org, err := h.store.Org(h.t.Context())
	require.NoError(h.t, err)
	who, _ := org.Person(h.people["rep"])
	form, err := h.store.PutForm(h.t.Context(), view.Of(org, who, time.Now()), id, step, 0, map[string]any{"done": true})
	require.NoError(h.t, err)
	return deal.Subject{Type: deal.FormSubject, ID: string(step), Version: form.Version}
}

func closedAndReopened(h *house) string {
	id := h.open()
	closed := h.do(id, "rep", deal.Close{Outcome: deal.Dropped, Reason: text()})
	h.approve(id, deal.RequestApproval{
		Kind: deal.Reopen, Subject: deal.Subject{Type: deal.AccountSubject, ID: string(id), Version: closed.Now.Seq}, Text: text(),
	})
	h.do(id, "rep", deal.ReopenAccount{Reason: text()})
	h.do(id, "rep", deal.Advance{From: deal.Collect})
	return workflowOf(id)
}

func secondCycle(h *house) string {
	id := h.open()
	h.through(id, deal.Collect, deal.Archive)
	h.do(id, "rep", deal.Advance{From: deal.Archive})
	h.rungsBecome(id, 30*time.Second, "recheck recheck")
	h.do(id, "rep", deal.SecondDevelopment{Goal: text()})
	h.do(id, "rep", deal.Advance{From: deal.Analyse})
	return workflowOf(id)
}

func rolledOver(h *house) string {
	id := h.open()
	for n := range 6 {
		h.do(id, "rep", followUp(n))
	}
	return workflowOf(id)
}

func nudged(h *house) string {
	id := h.open()
	require.NoError(h.t, h.accounts.Nudge(h.t.Context(), id))
	h.do(id, "rep", followUp(1))
	require.NoError(h.t, h.accounts.Nudge(h.t.Context(), id))
	testkit.Eventually(h.t, 20*time.Second, func() bool { return h.loads(id) == 3 }, "both nudges are answered")
	return workflowOf(id)
}

// loads counts how often a run has asked the log where its account stands: what it records without an update.
func (h *house) loads(id deal.AccountID) int {
	markers, updates := 0, 0
	for _, e := range h.lastRun(id).Events {
		if e.GetMarkerRecordedEventAttributes() != nil {
			markers++
		}
		if e.GetWorkflowExecutionUpdateCompletedEventAttributes() != nil {
			updates++
		}
	}
	return markers - updates
}

func backedOff(h *house) string {
	var ticks atomic.Int32
	spoil := trouble(func(_ context.Context, cmd deal.Command) error {
		if cmd.Name == deal.TickName && ticks.Add(1) < 4 {
			return deal.ErrPermanent
		}
		return nil
	})
	h.ledger.before.Store(&spoil)
	id := h.open()
	testkit.Eventually(h.t, 20*time.Second, func() bool { return ticks.Load() == 2 }, "it has begun to back off")
	require.NoError(h.t, h.accounts.Nudge(h.t.Context(), id))
	h.rungsBecome(id, 30*time.Second, "step remind", "step urge", "step superior")
	return workflowOf(id)
}

// waited has a command whose database is away for longer than a workflow task may last.
func waited(h *house) string {
	id := h.open()
	until := time.Now().Add(11 * time.Second)
	away := trouble(func(context.Context, deal.Command) error {
		if time.Now().Before(until) {
			return deal.ErrUnavailable
		}
		return nil
	})
	h.ledger.before.Store(&away)
	h.do(id, "rep", followUp(1))
	h.do(id, "rep", followUp(2))
	return workflowOf(id)
}

func changedWorker(h *house) string {
	id := h.open()
	h.do(id, "rep", followUp(1))
	h.stop()
	h.start()
	h.do(id, "rep", followUp(2))
	return workflowOf(id)
}

// sheet is a lead sheet: two good rows, one without a name, one that is there twice.
const sheet = `单位名称,场所类型,片区,地址,联系人,手机,月进口件量,月出口件量,现用快递,用邮需求,信息来源,收集人,收集日期
甲厂,工厂,north,一路1号,甲,13800000001,10,20,无,样品,上门,乙,2026-03-02
乙厂,工厂,north,二路2号,乙,13800000002,10,20,无,样品,上门,乙,2026-03-02
,工厂,north,三路3号,丙,13800000003,10,20,无,样品,上门,乙,2026-03-02
甲厂,工厂,north,一路1号,甲,13800000001,10,20,无,样品,上门,乙,2026-03-02
`

func imported(h *house) string {
	in := contract.ImportInput{ID: uuid.NewString(), Actor: h.people["ops"], Batch: 1}
	require.NoError(h.t, h.store.AddImport(h.t.Context(), view.ImportOrder{ID: in.ID, By: in.Actor, Filename: "leads.csv"}, nil, []byte(sheet)))
	run, err := h.client.ExecuteWorkflow(h.t.Context(), client.StartWorkflowOptions{
		ID: contract.ImportWorkflowID(in.ID), TaskQueue: contract.ImportsQueue,
	}, contract.Import, in)
	require.NoError(h.t, err)
	var progress contract.ImportProgress
	require.NoError(h.t, run.Get(h.within(time.Minute), &progress))
	require.True(h.t, progress.Done)
	require.Equal(h.t, 2, progress.Opened)
	h.opened, err = h.store.OpenAccounts(h.t.Context(), "", 10)
	require.NoError(h.t, err)
	return contract.ImportWorkflowID(in.ID)
}

// handedOver lets a rep leave with two accounts.
func handedOver(h *house) string {
	h.open()
	h.open()
	ctx := h.within(time.Minute)
	held, err := h.store.HeldBy(ctx, h.people["rep"])
	require.NoError(h.t, err)
	require.Len(h.t, held, 2)
	s := deal.Succession{From: h.people["rep"], Successors: []deal.Successor{{To: h.people["heir"]}}}
	o := view.HandoverOrder{
		ID: uuid.NewString(), By: h.people["manager"], Reason: "leaves", Succession: s, Deactivate: true, At: time.Now().UTC(), Moves: s.Share(held),
	}
	require.NoError(h.t, h.store.AddHandover(ctx, o))
	require.NoError(h.t, h.accounts.StartHandover(ctx, o.ID))
	id := contract.HandoverWorkflowID(o.ID)
	require.NoError(h.t, h.client.GetWorkflow(ctx, id, "").Get(ctx, nil))
	over, err := h.store.Handover(ctx, o.ID)
	require.NoError(h.t, err)
	require.Equal(h.t, []any{view.HandoverDone, 2, true}, []any{over.Status, over.Moved, over.Beside.Deactivated})
	return id
}

// swept does a job for a day by hand.
func swept(h *house) string {
	day := time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	in := contract.SweepInput{Job: countingJob, Period: day}
	require.NoError(h.t, contract.NewSweeps(h.client).Start(h.within(time.Minute), in))
	var result contract.SweepResult
	id := contract.SweepWorkflowID(countingJob, day)
	require.NoError(h.t, h.client.GetWorkflow(h.within(time.Minute), id, "").Get(h.within(time.Minute), &result))
	require.Equal(h.t, contract.SweepResult{Ran: []string{day}}, result)
	return id
}
