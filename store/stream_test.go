package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
)

// A notice that a command wrote is on the stream, as it stands in the inbox, once and in order; and whoever comes back with
// a position, to any process, goes on there.
func TestNoticesBehind_areTheInboxInTheOrderOfPositions(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	watch := w.WatchOutbox(store.WatchOptions{Every: 10 * time.Millisecond, Gap: time.Millisecond})
	watching, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- watch.Run(watching) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
	woken, leave := watch.Subscribe()
	defer leave()

	w.pendingFiling()
	manager := w.people["manager1"]
	var inbox []view.NoticeItem
	require.Eventually(t, func() bool {
		<-woken
		all, _, err := w.Notices(ctx, w.as("manager1"), false, view.Page{})
		require.NoError(t, err)
		streamed, err := w.NoticesBehind(ctx, manager, 0, 100)
		require.NoError(t, err)
		inbox = all
		return len(all) > 1 && len(streamed) == len(all)
	}, 10*time.Second, time.Millisecond)

	elsewhere := open(t, w.url, store.Options{}) // another process
	var one []view.StreamedNotice
	for after := int64(0); ; {
		page, err := elsewhere.NoticesBehind(ctx, manager, after, 1)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		require.Greater(t, page[0].Position, after)
		after = page[0].Position
		one = append(one, page...)
	}
	require.Len(t, one, len(inbox))
	byID := map[string]view.NoticeItem{}
	for _, n := range inbox {
		byID[n.ID] = n
	}
	for _, n := range one {
		require.Equal(t, byID[n.ID], n.NoticeItem)
	}
	none, err := w.NoticesBehind(ctx, deal.PersonID("nobody"), 0, 10)
	require.NoError(t, err)
	require.Empty(t, none)
}
