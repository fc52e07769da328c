package notify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/notify"
)

func TestMessageID_isStableAndOpaque(t *testing.T) {
	t.Parallel()
	id := notify.MessageID("0195-acct", 7, "rung", "wang.li", notify.Mail)
	require.Equal(t, "ntc_4baed1e121360afed24416ff5543d19421f4dfa6", id, "receivers remember it: it never changes")
	require.Equal(t, id, notify.MessageID("0195-acct", 7, "rung", "wang.li", notify.Mail))
	for _, other := range []string{
		notify.MessageID("0195-acct", 8, "rung", "wang.li", notify.Mail),
		notify.MessageID("0195-acct", 7, "rung", "wang.li", notify.WeCom),
		notify.MessageID("0195-acct", 7, "rung", "wang", notify.Mail),
		notify.MessageID("0195-acct", 7, "rungw", "ang.li", notify.Mail),
		notify.MessageID("0195-acc", 7, "trung", "wang.li", notify.Mail),
	} {
		require.NotEqual(t, id, other)
	}
}

func TestReason_saysInBothLanguagesWhatToDo(t *testing.T) {
	t.Parallel()
	seen := map[string]notify.Reason{}
	for _, reason := range notify.AllReasons() {
		text := reason.Text()
		require.NotEmpty(t, text.ZH, reason)
		require.NotEmpty(t, text.EN, reason)
		require.Empty(t, seen[text.EN], "%s says the same as %s", reason, seen[text.EN])
		seen[text.EN] = reason
		require.Regexp(t, `^[a-z_]+$`, string(reason))
	}
	require.Zero(t, notify.Reason("other").Text())
}

// single sends one by one and fails when told to.
type single struct{ fail string }

func (s single) Send(_ context.Context, m notify.Message) (notify.Outcome, error) {
	if m.ID == s.fail {
		return notify.Outcome{}, errors.New("over")
	}
	return notify.Outcome{Class: notify.Delivered, Detail: m.ID}, nil
}

func TestSendAll_tellsWhatIsKnownWhenItStops(t *testing.T) {
	t.Parallel()
	all := []notify.Message{aMessage("a"), aMessage("b"), aMessage("c")}
	outcomes, err := notify.SendAll(t.Context(), single{}, all)
	require.NoError(t, err)
	require.Len(t, outcomes, 3)
	outcomes, err = notify.SendAll(t.Context(), single{fail: "b"}, all)
	require.Error(t, err)
	require.Equal(t, []notify.Outcome{{Class: notify.Delivered, Detail: "a"}}, outcomes)
}

func TestPace_neverLetsMoreThroughInAnySpan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		windows := []notify.Window{{N: 20, Per: time.Minute}, {N: 5, Per: time.Second}}
		pace := notify.NewPace(windows...)
		var sent []time.Time
		start := time.Now()
		for time.Since(start) < 10*time.Minute {
			ok, at := pace.Take(time.Now())
			if !ok {
				require.True(t, at.After(time.Now()))
				<-time.After(time.Until(at))
				continue
			}
			sent = append(sent, time.Now())
		}
		require.Len(t, sent, 200, "and not less than the service takes")
		for i := range sent {
			for _, w := range windows {
				if i >= w.N {
					require.GreaterOrEqual(t, sent[i].Sub(sent[i-w.N]), w.Per)
				}
			}
		}
	})
}

func TestPace_keepsTheLongerOfTwoPauses(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-03-02 09:00")
	pace := notify.NewPace()
	pace.Pause(now.Add(time.Hour))
	pace.Pause(now.Add(time.Minute))
	ok, at := pace.Take(now.Add(30 * time.Minute))
	require.False(t, ok)
	require.Equal(t, now.Add(time.Hour), at)
	ok, _ = pace.Take(at)
	require.True(t, ok)
	for i := range 100 {
		ok, _ = pace.Take(at)
		require.True(t, ok, fmt.Sprint(i))
	}
}
