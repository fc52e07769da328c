package api_test

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/view"
)

const decisions = "/api/v1/approvals/decisions"

// requestID is the n-th request of a batch.
func requestID(n int) string { return fmt.Sprintf("44444444-0000-4000-8000-%012d", n) }

// pending puts n requests on file.
func (r *rig) pending(n int) {
	r.approvals = nil
	for i := range n {
		a := pendingProposal()
		a.ID = requestID(i + 1)
		r.approvals = append(r.approvals, view.ApprovalItem{Approval: a, Account: mine})
	}
}

type decided struct {
	Items []struct {
		Approval string
		Status   int
		Seq      *int64
		Problem  *api.Problem
	}
}

func (a answer) decided() decided {
	a.t.Helper()
	require.Equal(a.t, 200, a.Code, a.Body.String())
	var d decided
	require.NoError(a.t, json.Unmarshal(a.Body.Bytes(), &d))
	return d
}

func approving(n int) []map[string]any {
	var items []map[string]any
	for i := range n {
		items = append(items, map[string]any{"approval": requestID(i + 1), "decision": "approve", "version": 2})
	}
	return items
}

func TestDecisions_eachGetsItsOwnAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.pending(3)
	r.receive = func(cmd deal.Command) (deal.Receipt, error) {
		b := cmd.Body.(deal.DecideApproval)
		switch b.Approval {
		case requestID(2):
			return deal.Receipt{Answer: deal.Answer{Outcome: deal.Refused, Refusals: deal.Refusals{
				{Code: deal.CodeReasonMissing, Field: "/comment"}, {Code: deal.CodeSubjectChanged, Field: "/version", Args: []string{"3"}},
			}}}, nil
		case requestID(3):
			return deal.Receipt{}, fmt.Errorf("%w: the engine is away", deal.ErrUnavailable)
		}
		return deal.Receipt{Answer: deal.Answer{Outcome: deal.Done, FirstSeq: 8, LastSeq: 9}, Now: deal.Position{Seq: 9}}, nil
	}
	items := approving(3)
	items[1]["decision"] = "return"
	items = append(items, map[string]any{"approval": "44444444-0000-4000-8000-999999999999", "decision": "approve", "version": 2})
	got := r.do(manager, "POST", decisions, map[string]any{"items": items}).decided()
	require.Len(t, got.Items, 4)

	require.Equal(t, requestID(1), got.Items[0].Approval)
	require.Equal(t, 200, got.Items[0].Status)
	require.Equal(t, int64(9), *got.Items[0].Seq)
	require.Nil(t, got.Items[0].Problem)

	require.Equal(t, got.Items[1].Problem.Status, got.Items[1].Status)
	require.Nil(t, got.Items[1].Seq)
	require.Len(t, got.Items[1].Problem.Errors, 2, "every reason is told")
	require.Equal(t, "/items/1/comment", got.Items[1].Problem.Errors[0].Pointer)
	require.Equal(t, "/items/1/version", got.Items[1].Problem.Errors[1].Pointer)

	require.Equal(t, 503, got.Items[2].Status)
	require.Equal(t, "outcome_unknown", got.Items[2].Problem.Code)
	require.Equal(t, 404, got.Items[3].Status)
	require.Equal(t, "not_found", got.Items[3].Problem.Code)
	require.Len(t, r.sent, 3)
}

func TestDecisions_aPanicInOneIsAnAnswerToOne(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.pending(2)
	fine := r.receive
	r.receive = func(cmd deal.Command) (deal.Receipt, error) {
		if cmd.Body.(deal.DecideApproval).Approval == requestID(1) {
			panic("a rule that does not hold")
		}
		return fine(cmd)
	}
	got := r.do(manager, "POST", decisions, map[string]any{"items": approving(2)}).decided()
	require.Equal(t, "internal_error", got.Items[0].Problem.Code)
	require.Equal(t, 200, got.Items[1].Status)
}

func TestDecisions_aRepeatedBatchAsksUnderTheSameKeys(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.pending(2)
	keys := func() map[string]deal.Command {
		found := map[string]deal.Command{}
		for _, c := range r.sent {
			found[c.Key] = c
		}
		return found
	}
	key := header{"Idempotency-Key", "batch-1"}
	r.do(manager, "POST", decisions, map[string]any{"items": approving(2)}, key).decided()
	first := keys()
	require.Len(t, first, 2, "each decision has a key of its own")
	r.do(manager, "POST", decisions, map[string]any{"items": approving(2)}, key).decided()
	require.Len(t, r.sent, 4)
	require.Equal(t, first, keys())
	r.do(manager, "POST", decisions, map[string]any{"items": approving(2)}, header{"Idempotency-Key", "batch-2"}).decided()
	require.Len(t, keys(), 4)

	// What the log knows by now is answered from there, and only to who says the same again.
	for k, c := range first {
		r.known[k] = deal.Remembered{Fingerprint: c.Fingerprint, Answer: deal.Answer{Outcome: deal.Done, FirstSeq: 40, LastSeq: 41}}
	}
	before := len(r.sent)
	items := approving(2)
	items[1]["decision"], items[1]["comment"] = "reject", "too dear"
	got := r.do(manager, "POST", decisions, map[string]any{"items": items}, key).decided()
	require.Equal(t, int64(41), *got.Items[0].Seq)
	require.Equal(t, "key_reused", got.Items[1].Problem.Code)
	require.Len(t, r.sent, before)
}

func TestDecisions_waitForTheirTurnWhereOneCallWouldHear429(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Limits.InFlightPerAccount, o.Limits.InFlight = 2, 3 })
	r.pending(50)
	var now, most atomic.Int64
	fine := r.receive
	r.receive = func(cmd deal.Command) (deal.Receipt, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for high := most.Load(); n > high && !most.CompareAndSwap(high, n); high = most.Load() {
		}
		return fine(cmd)
	}
	got := r.do(manager, "POST", decisions, map[string]any{"items": approving(50)}).decided()
	for i, item := range got.Items {
		require.Equal(t, requestID(i+1), item.Approval)
		require.Equal(t, 200, item.Status)
	}
	require.LessOrEqual(t, most.Load(), int64(2))
	require.Len(t, r.sent, 50)
}

func TestDecisions_whoseTimeIsUpHaveNotBeenSent(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) {
		o.Limits.InFlightPerAccount, o.Limits.RequestTimeout = 1, 300*time.Millisecond
	})
	r.pending(2)
	r.slow = true // the first one takes all the time there is
	got := r.do(manager, "POST", decisions, map[string]any{"items": approving(2)}).decided()
	statuses := []int{got.Items[0].Status, got.Items[1].Status}
	require.ElementsMatch(t, []int{200, 503}, statuses)
	require.Len(t, r.sent, 1)
}

func TestDecisions_aBodyThatIsNotRightIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	item := `{"approval":"` + requestID(1) + `","decision":"approve","version":2}`
	for name, c := range map[string]struct{ body, code, pointer string }{
		"no items":        {`{"items":[]}`, "too_few_items", "/items"},
		"too many":        {`{"items":[` + repeated(item, 51) + `]}`, "too_many_items", "/items"},
		"unknown word":    {`{"items":[` + item + `,{"approval":"x","decision":"maybe","version":1}]}`, "not_one_of", "/items/1/decision"},
		"no version":      {`{"items":[` + item + `,{"approval":"x","decision":"reject"}]}`, "required_field", "/items/1/version"},
		"unknown field":   {`{"items":[{"approval":"x","decision":"approve","version":1,"note":"x"}]}`, "unexpected_field", "/items/0/note"},
		"the same twice":  {`{"items":[` + item + `,` + item + `]}`, "item_twice", "/items/1/approval"},
		"no list":         {`{"items":{}}`, "not_array", "/items"},
		"comment endless": {`{"items":[{"approval":"x","decision":"reject","version":1,"comment":"` + repeated("x", 3000) + `"}]}`, "too_long", "/items/0/comment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.pending(1)
			p := r.do(manager, "POST", decisions, c.body).problem(422, "invalid_request")
			require.Equal(t, c.code, p.Errors[0].Code)
			require.Equal(t, c.pointer, p.Errors[0].Pointer)
			require.Empty(t, r.sent)
		})
	}
}

func repeated(s string, n int) string {
	out := s
	for range n - 1 {
		out += "," + s
	}
	return out
}
