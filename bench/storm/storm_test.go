package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCounts_tellEveryReminderThatCameNotOnce(t *testing.T) {
	t.Parallel()
	require.Empty(t, counts{Log: 3, Inbox: 3, Outbox: 3}.deviations(3))
	require.Len(t, counts{Log: 3, Inbox: 4, Outbox: 3, NotOnce: 1}.deviations(3), 2)
	require.Len(t, counts{Log: 2, Inbox: 2, Outbox: 2, NotOnce: 1}.deviations(3), 4)
	require.Len(t, counts{Log: 3, Inbox: 3, Outbox: 3, Early: 1}.deviations(3), 1)
}

func TestRender_saysHowTheStormStandsToTheBareOne(t *testing.T) {
	t.Parallel()
	r := &results{
		Plan: plan{Accounts: 3, Rate: 5, Movers: 2}, Drain: 6 * time.Second, Spread: 5 * time.Second, Bare: 2 * time.Second,
		Idle: sample{Took: []time.Duration{10 * time.Millisecond}}, Storm: sample{Took: []time.Duration{25 * time.Millisecond}},
		Deviating: []string{"2 reminders in the log, of 3"},
	}
	page, err := render(r)
	require.NoError(t, err)
	require.Contains(t, page, "| all of them | 5.0 s | 6.0 s | 1.0 s | 2.0 s | **3.00** | **0.50** |")
	require.Contains(t, page, "**2.50** times")
	require.Contains(t, page, "**2 reminders in the log, of 3**")
	require.NotContains(t, page, "<no value>")
}
