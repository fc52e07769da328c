//go:build e2e

package e2e_test

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/notify/notifytest"
	"closedloop/testkit"
)

// delivered is a line of GET /deliveries.
type delivered struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Channel  string `json:"channel"`
	Status   string `json:"status"`
	Reason   string `json:"reason"`
	Attempts int    `json:"attempts"`
}

func (w person) deliveries(t *testing.T, query string) []delivered {
	t.Helper()
	var got struct {
		Items []delivered `json:"items"`
	}
	w.get(t, "/deliveries?"+query).ok(t, &got)
	return got.Items
}

// From a command to the mail server, the chat group and the other system, and through a kill in the middle of a call.
func TestChannels_carryANoticeOutOfTheHouse(t *testing.T) {
	t.Parallel()
	post := notifytest.NewSMTP(t, false, "", "")
	group := notifytest.NewWeCom(t, "key", time.Now)
	other := notifytest.NewReceiver(t)
	trusted := filepath.Join(t.TempDir(), "authorities.pem")
	require.NoError(t, os.WriteFile(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: group.Certificate().Raw}), 0o644)) //nolint:gosec // read by the product's user
	require.NoError(t, os.Chmod(filepath.Dir(trusted), 0o755))                                                                            //nolint:gosec // the same
	p := started(t,
		"CLOSEDLOOP_CHANNELS_MAIL_HOST=127.0.0.1", fmt.Sprintf("CLOSEDLOOP_CHANNELS_MAIL_PORT=%d", post.Port()),
		"CLOSEDLOOP_CHANNELS_MAIL_FROM=closedloop <notices@closedloop.example>", "CLOSEDLOOP_CHANNELS_MAIL_CA_FILE="+trusted,
		"CLOSEDLOOP_CHANNELS_WECOM_KEY=key", "CLOSEDLOOP_CHANNELS_WECOM_BASE="+group.URL,
		"CLOSEDLOOP_CHANNELS_HTTP_ALLOW=127.0.0.0/8", fmt.Sprintf("CLOSEDLOOP_CHANNELS_HTTP_PORTS=443 %d %d", group.Port(), other.Port()),
		"CLOSEDLOOP_CHANNELS_HTTP_CA_FILE="+trusted,
	)
	admin, manager, collector := p.as(t, "admin1"), p.as(t, "manager1"), p.as(t, "collector1")
	manager.send(t, http.MethodPut, "/me/channels/mail", data{"on": true, "address": "manager1@closedloop.example", "language": "en"}).ok(t, nil)
	manager.send(t, http.MethodPut, "/me/channels/wecom", data{"on": true, "mention": "manager1"}).ok(t, nil)
	var hook struct{ ID, Secret string }
	admin.post(t, "/webhooks", data{"url": other.URL + "/in"}).ok(t, &hook)
	other.Trust(hook.Secret)

	lead := collector.opens(t, territory1).at(t, "manager1").read(t) // nobody's yet: the manager is asked to assign it
	number, name := lead.Number, lead.Profile.Name
	testkit.Eventually(t, allWithin, func() bool {
		return len(post.Letters()) > 0 && len(group.Posts()) > 0 && len(other.Effects()) > 0
	}, "everybody hears of it")
	require.Equal(t, "manager1@closedloop.example", post.Letters()[0].To)
	require.True(t, post.Letters()[0].Encrypted)
	require.Contains(t, group.Posts()[0].Text, number)
	require.NotContains(t, group.Posts()[0].Text, name, "a group reads the number only")
	require.Equal(t, []string{"manager1"}, group.Posts()[0].Mentions)
	require.Contains(t, strings.Join(other.Effects(), ""), number)
	require.NotContains(t, strings.Join(other.Effects(), ""), name)
	testkit.Eventually(t, allWithin, func() bool {
		sent := manager.deliveries(t, "status=sent")
		return len(sent) == len(manager.deliveries(t, "")) && len(sent) >= 2
	}, "and that is on record")
	letters, posts, calls := len(post.Letters()), len(group.Posts()), group.Calls()

	// The process dies while the service holds the request: nobody knows whether it was said.
	group.Misbehave(notifytest.Hang)
	collector.opens(t, territory1)
	testkit.Eventually(t, allWithin, func() bool { return group.Calls() > calls }, "the service has the request")
	p.kill(t)
	p.restart(t)
	manager, admin = p.as(t, "manager1"), p.as(t, "admin1")
	var parked []delivered
	testkit.Eventually(t, allWithin, func() bool {
		parked = manager.deliveries(t, "status=parked&channel=wecom")
		return len(parked) == 1
	}, "it waits for a person")
	require.Contains(t, []string{"unsure", "interrupted"}, parked[0].Reason)
	require.Len(t, group.Posts(), posts, "and is not said again by itself")

	admin.post(t, "/deliveries/"+parked[0].ID+"/resend", nil).ok(t, nil)
	testkit.Eventually(t, allWithin, func() bool {
		return len(group.Posts()) == posts+1 && len(post.Letters()) > letters
	}, "it is said now, and the letter went as well")
	testkit.Eventually(t, allWithin, func() bool { return len(manager.deliveries(t, "status=sent")) == len(manager.deliveries(t, "")) }, "nothing waits")
	seen := map[string]bool{}
	for _, posted := range group.Posts() {
		require.False(t, seen[posted.Text], "twice: %s", posted.Text)
		seen[posted.Text] = true
	}
}
