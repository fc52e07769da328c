//go:build e2e

package channels_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal/view"
	"closedloop/notify/notifytest"
)

// A bot whose key is no longer valid is asked three times, not once for everything that waits.
func TestBot_thatRefusesEverythingIsHaltedAndGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.dingtalk()
	h.choose("rep1", view.ChannelChoice{Channel: view.DingTalkChannel})
	removed := notifytest.Status(200, `{"errcode":300001,"errmsg":"token is not exist"}`)
	fake.Misbehave(removed, removed, removed)
	h.say("rep1", "a", "b", "c")
	for range 10 {
		h.deliver(view.DingTalkChannel)
		h.clock.Forward(time.Minute)
	}
	require.Equal(t, 3, fake.Calls())
	require.Empty(t, fake.Posts())
	require.Equal(t, map[view.DeliveryState]int{view.DeliveryParked: 1, view.DeliveryWaiting: 2}, h.states(), "the others wait")
	halts, err := h.ChannelHalts(t.Context())
	require.NoError(t, err)
	require.Len(t, halts, 1)
	require.Equal(t, "key_invalid", halts[0].Reason)

	require.NoError(t, h.ResumeChannel(t.Context(), view.DingTalkChannel))
	h.clock.To(t, "2030-01-01 10:00") // the database's clock resumed it
	h.deliver(view.DingTalkChannel)
	require.Equal(t, []string{"zh bulletin_published b", "zh bulletin_published c"}, texts(fake.Posts()))
	require.Equal(t, map[view.DeliveryState]int{view.DeliveryParked: 1, view.DeliverySent: 2}, h.states())
}

// What tells somebody that their letters go elsewhere goes to where they went before, at once and by itself.
func TestMail_aboutAChangedAddressGoesToTheFormerOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.mail()
	h.choose("rep1", view.ChannelChoice{Channel: view.MailChannel, Address: "own@closedloop.example", Digests: []int{17 * 60}})
	h.say("rep1", "a")
	_, err := h.PutChannelChoice(t.Context(), view.ChannelChoice{
		Person: h.people["rep1"], Channel: view.MailChannel, On: true, Address: "else@closedloop.example", Digests: []int{17 * 60}, ChangedBy: h.people["rep2"],
	})
	require.NoError(t, err)
	h.plan()
	h.clock.To(t, "2030-01-01 10:00") // the database's clock told it
	h.deliver(view.MailChannel)
	letters := map[string][]string{}
	for _, l := range fake.Letters() {
		letters[l.To] = append(letters[l.To], subjects([]notifytest.Letter{l})...)
	}
	require.Len(t, letters["own@closedloop.example"], 1)
	require.Contains(t, letters["own@closedloop.example"][0], "zh address_changed")
	require.Equal(t, []string{"zh bulletin_published a"}, letters["else@closedloop.example"])
}
