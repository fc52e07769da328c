//go:build e2e

package engine_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"closedloop/deal"
	"closedloop/testkit"
	"closedloop/workflows/contract"
)

func TestU12_anAccountOpenedTwiceAtOnceUnderOneKeyIsOneAccountWithOneAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	cmd := h.opening()
	h.stage(cmd)
	var group sync.WaitGroup
	receipts := make([]deal.Receipt, 8)
	errs := make([]error, len(receipts))
	for i := range receipts {
		group.Go(func() { receipts[i], errs[i] = h.accounts.Open(h.within(time.Minute), cmd) })
	}
	group.Wait()
	for i, receipt := range receipts {
		require.NoError(t, errs[i])
		require.Equal(t, deal.Answer{Outcome: deal.Done, FirstSeq: 1, LastSeq: 1}, receipt.Answer)
	}
	require.Len(t, h.log(cmd.Account), 1)

	again, err := h.accounts.Open(h.within(time.Minute), cmd)
	require.NoError(t, err)
	require.Equal(t, receipts[0].Answer, again.Answer, "a workflow that runs is used")
	other := h.command(cmd.Account, "rep", cmd.Body)
	h.stage(other)
	receipt, err := h.accounts.Open(h.within(time.Minute), other)
	require.NoError(t, err)
	require.True(t, receipt.Answer.Refusals.Has(deal.CodeAlreadyOpened))
	h.sound()
}

func TestU6_aRunThatNobodyOpensEndsByItselfAndTheAccountMayBeOpenedLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{limits: contract.Limits{UnopenedAfter: time.Second}})
	cmd := h.opening() // its draft is not there yet
	receipt, err := h.accounts.Open(h.within(time.Minute), cmd)
	require.NoError(t, err)
	require.True(t, receipt.Answer.Refusals.Has(deal.CodeTextMissing))
	h.ends(cmd.Account)

	// The same key in a new run: nothing was written, so it is judged afresh (contract.md §1).
	h.stage(cmd)
	receipt, err = h.accounts.Open(h.within(time.Minute), cmd)
	require.NoError(t, err)
	require.Equal(t, deal.Done, receipt.Answer.Outcome)
	h.do(cmd.Account, "rep", followUp(1))
	h.sound()

	// A command for an account that never was starts a run, is refused, and the run ends.
	nobody := h.command("0190aaaa-0000-7000-8000-000000000001", "rep", followUp(2))
	receipt = h.send(nobody)
	require.True(t, receipt.Answer.Refusals.Has(deal.CodeNotOpened))
	h.ends(nobody.Account)
}

// ends waits until the account's workflow has completed.
func (h *house) ends(id deal.AccountID) {
	h.t.Helper()
	testkit.Eventually(h.t, 20*time.Second, func() bool {
		at, err := h.client.DescribeWorkflowExecution(h.t.Context(), contract.AccountWorkflowID(id), "")
		require.NoError(h.t, err)
		return at.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	}, "the run ends")
}
