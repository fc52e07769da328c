package api

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestTold_namesTheClockOfARungAndLeavesInstantsToUpcoming(t *testing.T) {
	t.Parallel()
	ignore := func(string) {}
	reached := deal.RungReached{Clock: "step/step", ClockKind: deal.StepClock, Rung: deal.Urge, Due: time.Unix(0, 0).UTC()}
	data, _, err := told(reached, nil, ignore)
	require.NoError(t, err)
	require.Equal(t, "step/step", data["clock"])
	set := deal.FollowUpSet{Clock: deal.Clock{ID: "follow_up", Kind: deal.FollowUpClock}}
	data, _, err = told(set, nil, ignore)
	require.NoError(t, err)
	require.NotContains(t, data, "clock")
}

func TestTold_saysWithWhichCalendarDeadlinesWerePlacedAnew(t *testing.T) {
	t.Parallel()
	placed := deal.Recomputed{Clocks: []deal.Clock{
		{ID: "agenda/a1", Kind: deal.AgendaClock, Calendar: "before"}, {ID: "step/step", Kind: deal.StepClock, Calendar: "after"},
	}}
	data, _, err := told(placed, nil, func(string) {})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"calendar": "after"}, data)
}
