package notify_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/notify"
)

func TestSchedule_saysWhatBecomesOfEveryOutcome(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-03-02 09:00")
	soon, late := now.Add(time.Second), now.Add(time.Hour)
	chat, mail := notify.ScheduleFor(notify.DingTalk), notify.ScheduleFor(notify.Mail)
	tests := []struct {
		what     string
		schedule notify.Schedule
		failures int
		outcome  notify.Outcome
		want     notify.Step
	}{
		{"delivered", chat, 3, notify.Outcome{Class: notify.Delivered}, notify.Step{Do: notify.Done, Failures: 3}},
		{"held is no failure", chat, 19, notify.Outcome{Class: notify.Held, Reason: notify.ReasonPace, NotBefore: late}, notify.Step{Do: notify.Again, At: late, Failures: 19, Reason: notify.ReasonPace}},
		{"permanent", chat, 0, notify.Outcome{Class: notify.Permanent, Reason: notify.ReasonKey}, notify.Step{Do: notify.Park, Failures: 1, Reason: notify.ReasonKey}},
		{"gone", chat, 0, notify.Outcome{Class: notify.Gone, Reason: notify.ReasonGone}, notify.Step{Do: notify.Disable, Failures: 1, Reason: notify.ReasonGone}},
		{"first failure", chat, 0, notify.Outcome{Class: notify.Retry, Reason: notify.ReasonBusy}, notify.Step{Do: notify.Again, At: now.Add(10 * time.Second), Failures: 1, Reason: notify.ReasonBusy}},
		{"third failure", chat, 2, notify.Outcome{Class: notify.Retry, Reason: notify.ReasonBusy}, notify.Step{Do: notify.Again, At: now.Add(40 * time.Second), Failures: 3, Reason: notify.ReasonBusy}},
		{"the channel asks for less", chat, 2, notify.Outcome{Class: notify.Retry, Reason: notify.ReasonBusy, NotBefore: soon}, notify.Step{Do: notify.Again, At: now.Add(40 * time.Second), Failures: 3, Reason: notify.ReasonBusy}},
		{"the channel asks for more", chat, 2, notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRateLimited, NotBefore: late}, notify.Step{Do: notify.Again, At: late.Add(5 * time.Second), Failures: 3, Reason: notify.ReasonRateLimited}},
		{"the twentieth failure", chat, 19, notify.Outcome{Class: notify.Retry, Reason: notify.ReasonTimeout}, notify.Step{Do: notify.Park, Failures: 20, Reason: notify.ReasonTimeout}},
		{"unsure in chat", chat, 0, notify.Outcome{Class: notify.Retry, Reason: notify.ReasonTimeout, Unsure: true}, notify.Step{Do: notify.Park, Failures: 1, Reason: notify.ReasonUnsure}},
		{"unsure in mail", mail, 0, notify.Outcome{Class: notify.Retry, Reason: notify.ReasonTimeout, Unsure: true}, notify.Step{Do: notify.Again, At: now.Add(2 * time.Minute), Failures: 1, Reason: notify.ReasonTimeout}},
		{"interrupted in chat", chat, 0, notify.Interrupted(), notify.Step{Do: notify.Park, Failures: 1, Reason: notify.ReasonUnsure}},
		{"interrupted in mail", mail, 0, notify.Interrupted(), notify.Step{Do: notify.Again, At: now.Add(2 * time.Minute), Failures: 1, Reason: notify.ReasonInterrupted}},
		{"unsure webhook", notify.ScheduleFor(notify.Webhook), 0, notify.Outcome{Class: notify.Retry, Unsure: true}, notify.Step{Do: notify.Again, At: now.Add(10 * time.Second), Failures: 1}},
	}
	for _, test := range tests {
		require.Equal(t, test.want, test.schedule.Next(now, test.failures, test.outcome, half{}), test.what)
	}
}

func TestSchedule_triesForDaysAndThenParks(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, channel := range notify.AllChannels() {
		s := notify.ScheduleFor(channel)
		at := instant(t, "2026-03-02 09:00")
		start, attempts, failures := at, 0, 0
		for {
			attempts++
			step := s.Next(at, failures, notify.Outcome{Class: notify.Retry, Reason: notify.ReasonUnreachable}, random)
			failures = step.Failures
			if step.Do == notify.Park {
				break
			}
			require.Equal(t, notify.Again, step.Do)
			require.True(t, step.At.After(at))
			at = step.At
		}
		require.Equal(t, 20, attempts, channel)
		require.Greater(t, at.Sub(start), 3*24*time.Hour, channel)
		require.Less(t, at.Sub(start), 8*24*time.Hour, channel)
	}
}

func TestPause_staysWithinAQuarterOfItsDoubling(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	s := notify.ScheduleFor(notify.Webhook)
	spread := map[time.Duration]bool{}
	for failures, want := range map[int]time.Duration{1: 10 * time.Second, 2: 20 * time.Second, 10: 5120 * time.Second, 15: 12 * time.Hour, 1000: 12 * time.Hour} {
		for range 200 {
			pause := s.Pause(failures, random)
			require.GreaterOrEqual(t, pause, want*3/4)
			require.Less(t, pause, want*5/4)
			spread[pause] = true
		}
	}
	require.Greater(t, len(spread), 900, "what failed together is not tried together")
}

func TestOffPeak_leavesTheFullAndTheHalfHour(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for at, moved := range map[string]bool{
		"2026-03-02 09:00": true, "2026-03-02 09:01:59": true, "2026-03-02 09:30": true, "2026-03-02 09:02": false, "2026-03-02 09:29:59": false, "2026-03-02 08:45": false,
	} {
		from := instant(t, at)
		to := notify.OffPeak(from, random)
		require.Equal(t, moved, !to.Equal(from), at)
		require.False(t, to.Before(from))
		require.Less(t, to.Sub(from), 5*time.Minute+time.Nanosecond)
		require.Greater(t, to.Minute()%30, 1)
	}
}
