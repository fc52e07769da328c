package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

func TestHaltChannel_holdsEverythingAndTellsAdministratorsOnce(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.exec(`INSERT INTO deliveries (id, notice_id, source, kind, recipient, channel, at, state, next_at)
		VALUES ('d', 'n', 'person', 'k', 'somebody', 'wecom', now(), 'waiting', now())`)
	due := func() int {
		all, err := w.ChannelsDue(ctx, []view.Channel{view.WeComChannel})
		require.NoError(t, err)
		return len(all)
	}
	told := func(login string) (n int) {
		notices, _, err := w.Notices(ctx, w.as(login), false, view.Page{})
		require.NoError(t, err)
		for _, notice := range notices {
			if notice.Kind == deal.ChannelHaltedNotice {
				n++
			}
		}
		return n
	}
	halt := view.ChannelHalt{Channel: view.WeComChannel, At: w.at.UTC().Truncate(time.Microsecond), Reason: "key_invalid", Detail: "code 93000"}
	require.Equal(t, 1, due())
	for range 2 {
		require.NoError(t, w.HaltChannel(ctx, halt, "old"))
	}
	require.Zero(t, due())
	require.Equal(t, []int{1, 0}, []int{told("admin1"), told("rep1")})
	halts, err := w.ChannelHalts(ctx)
	require.NoError(t, err)
	require.Equal(t, []view.ChannelHalt{halt}, halts)
	require.NoError(t, w.PauseChannel(ctx, view.WeComChannel, w.at), "a pause that is over resumes nothing")
	require.Zero(t, due())

	resumed, err := w.ResumeChanged(ctx, view.WeComChannel, "old")
	require.NoError(t, err)
	require.False(t, resumed, "they were refused")
	resumed, err = w.ResumeChanged(ctx, view.WeComChannel, "new")
	require.NoError(t, err)
	require.True(t, resumed)
	require.Equal(t, 1, due())

	halt.At = halt.At.Add(time.Hour)
	require.NoError(t, w.HaltChannel(ctx, halt, "new"))
	require.Equal(t, 2, told("admin1"), "it happened again")
	require.NoError(t, w.ResumeChannel(ctx, view.WeComChannel))
	require.NoError(t, w.ResumeChannel(ctx, view.WeComChannel))
	require.Equal(t, 1, due())
}
