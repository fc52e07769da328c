package deal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestDuties_areWhatTheClocksWaitForAndOfWhom(t *testing.T) {
	t.Parallel()
	w := asked(t)
	found := map[string]deal.Duty{}
	for i, d := range deal.Duties(w.state, w.facts.Org) {
		found[d.Clock] = d
		require.Equal(t, w.clock(t, d.Clock).Due, d.Due)
		if i > 0 {
			require.False(t, d.Due.Before(deal.Duties(w.state, w.facts.Org)[i-1].Due))
		}
	}
	request := "approval/" + w.latest(t, deal.Proposal).ID + "/1"
	require.Equal(t, []deal.PersonID{manager1}, found[request].For)
	require.Equal(t, []deal.PersonID{rep1}, found["step/step"].For)

	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	for _, d := range deal.Duties(w.state, w.facts.Org) {
		require.NotEqual(t, request, d.Clock, "done")
	}
	w.do(t, rep1, deal.Pause{Reason: note("later"), ResumeOn: "2026-04-01"})
	for _, d := range deal.Duties(w.state, w.facts.Org) {
		require.Equal(t, deal.ResumeClock, d.Kind)
	}
}
