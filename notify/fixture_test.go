package notify_test

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/notify"
	"closedloop/notify/notifytest"
)

// shanghai has no daylight saving time and needs no database of zones.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func clockAt(t *testing.T, at string) *clock {
	t.Helper()
	return &clock{at: instant(t, at)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) Forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *clock) To(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// instant reads "2026-03-02 09:00" or with seconds as a time in Shanghai.
func instant(t *testing.T, s string) time.Time {
	t.Helper()
	layout := "2006-01-02 15:04"
	if len(s) > len(layout) {
		layout += ":05"
	}
	at, err := time.ParseInLocation(layout, s, shanghai)
	require.NoError(t, err)
	return at
}

// clientOf may call the server and nobody else on this machine.
func clientOf(t *testing.T, server *notifytest.Server, timeout time.Duration) *notify.Client {
	t.Helper()
	client, err := notify.NewClient(notify.ClientOptions{
		Allow:   []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Ports:   []uint16{server.Port()},
		RootCAs: server.Roots(),
		Timeout: timeout,
	})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

func aMessage(id string) notify.Message {
	return notify.Message{
		ID: id, Lang: "zh", Subject: "审批待办：样品申请", Text: "晨风集团的样品申请等待您审批，已超过 1 个工作日。",
		Link: "https://closedloop.example/approvals/42", Kind: "reminder.fired",
		At: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), Data: []byte(`{"account":"0195","seq":7}`),
	}
}

// half is a source of chance that is not.
type half struct{}

func (half) Float64() float64 { return 0.5 }
