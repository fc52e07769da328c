//go:build e2e

package engine_test

import (
	"context"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/notify"
	"closedloop/store"
	"closedloop/testkit"
	"closedloop/workflows/contract"
)

// post plays a chat group that wants a pause after the first message.
type post struct {
	mu   sync.Mutex
	said []string
}

func (p *post) Send(_ context.Context, m notify.Message) (notify.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = append(p.said, m.ID)
	if len(p.said) == 1 {
		return notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRateLimited, NotBefore: time.Now().Add(2 * time.Second)}, nil
	}
	return notify.Outcome{Class: notify.Delivered}, nil
}

func (p *post) heard() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.said...)
}

func (p *post) Channels() []view.Channel                                { return []view.Channel{view.WeComChannel} }
func (p *post) Settings(view.Channel) string                            { return "" }
func (p *post) Sender(view.Channel) (notify.Sender, error)              { return p, nil }
func (p *post) Endpoint(view.Webhook, time.Time) (notify.Sender, error) { return p, nil }
func (p *post) Bundle(int, string) activities.Letter                    { return activities.Letter{Subject: "several"} }
func (p *post) Language() string                                        { return "zh" }
func (p *post) Hours(context.Context) (func(deal.PersonID) (notify.Calendar, *time.Location), error) {
	return func(deal.PersonID) (notify.Calendar, *time.Location) { return calendar.Default(), time.UTC }, nil
}

func (p *post) Letter(context.Context, view.Outgoing, string, bool) (activities.Letter, error) {
	return activities.Letter{Subject: "one"}, nil
}

type even struct{}

func (even) Float64() float64 { return 0 }

func (c *crew) relay() (*activities.Relay, error) {
	return activities.NewRelay(c.store, &c.post, &c.post, &c.post, time.Now, even{}, logs())
}

// relayed lets a relay send, wait because it was too fast, send on, and end when nothing is left.
func relayed(h *house) string {
	ctx := h.within(time.Minute)
	rep := h.people["rep"]
	_, err := h.store.PutChannelChoice(ctx, view.ChannelChoice{Person: rep, Channel: view.WeComChannel, On: true, ChangedBy: rep})
	require.NoError(h.t, err)
	require.NoError(h.t, h.store.InPersonWork(ctx, "tell", func(w store.PersonWork) error {
		for _, ref := range []string{"a", "b"} {
			err := w.Notify(ctx, deal.PersonNotice{
				Notice: deal.Notice{To: rep, Kind: deal.BulletinNotice, Ref: ref}, ID: deal.PersonWorkID("told", ref, rep), At: time.Now(),
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	_, err = h.store.SettleOutbox(ctx)
	require.NoError(h.t, err)
	relay, err := h.relay()
	require.NoError(h.t, err)
	_, err = relay.FanOut(ctx)
	require.NoError(h.t, err)
	require.NoError(h.t, contract.NewRelays(h.client).Wake(ctx, string(view.WeComChannel)))
	testkit.Eventually(h.t, 30*time.Second, func() bool {
		due, err := relay.Due(ctx)
		return err == nil && len(due) == 0
	}, "everything was sent")
	said := h.post.heard()
	require.Len(h.t, said, 3, "the first one twice, since the group wanted it later")
	require.Equal(h.t, said[0], said[2], "under its ID")
	require.NotEqual(h.t, said[0], said[1])
	require.NoError(h.t, h.client.GetWorkflow(ctx, contract.RelayWorkflowID("wecom"), "").Get(ctx, nil), "a relay with nothing to send ends")
	return contract.RelayWorkflowID("wecom")
}
