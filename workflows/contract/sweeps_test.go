package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"closedloop/workflows/contract"
)

// T6: an outage is caught up, runs never overlap, days follow the zone's clock, and a schedule never stands behind a chain of
// attempts.
func TestT6_everyScheduleSaysHowItCatchesUp(t *testing.T) {
	t.Parallel()
	daily := contract.Schedule{Job: "daily-quota", Zone: "Asia/Shanghai", Hour: 0, Minute: 30}
	monthly := contract.Schedule{Job: "monthly-review", Zone: "Asia/Shanghai", Hour: 6, DayOfMonth: 1}
	for _, c := range []struct {
		schedule contract.Schedule
		catchUp  time.Duration
		days     []client.ScheduleRange
	}{
		{daily, 20 * time.Hour, nil}, {monthly, 72 * time.Hour, []client.ScheduleRange{{Start: 1}}},
	} {
		o := c.schedule.Options()
		require.Equal(t, c.schedule.Job, o.ID)
		require.Equal(t, c.catchUp, o.CatchupWindow)
		require.Equal(t, enumspb.SCHEDULE_OVERLAP_POLICY_SKIP, o.Overlap)
		require.Equal(t, "Asia/Shanghai", o.Spec.TimeZoneName)
		require.GreaterOrEqual(t, o.Spec.Jitter, 30*time.Second)
		require.Equal(t, []client.ScheduleCalendarSpec{{
			Hour: []client.ScheduleRange{{Start: c.schedule.Hour}}, Minute: []client.ScheduleRange{{Start: c.schedule.Minute}},
			Second: []client.ScheduleRange{{}}, DayOfMonth: c.days,
		}}, o.Spec.Calendars)
		action, ok := o.Action.(*client.ScheduleWorkflowAction)
		require.True(t, ok)
		require.Nil(t, action.RetryPolicy, "a failed run does not keep the next one from starting")
		require.Equal(t, contract.SweepsQueue, action.TaskQueue)
		require.Equal(t, []any{contract.SweepInput{Job: c.schedule.Job}}, action.Args)
		require.Equal(t, "sweep/"+c.schedule.Job, action.ID)
	}
	require.Equal(t, "sweep/daily-quota/2026-05-04", contract.SweepWorkflowID("daily-quota", "2026-05-04"))
}
