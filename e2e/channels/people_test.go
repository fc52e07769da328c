//go:build e2e

package channels_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/notify"
	"closedloop/notify/notifytest"
)

// subjects are the subjects of letters, in the order in which they arrived.
func subjects(letters []notifytest.Letter) []string {
	var all []string
	for _, l := range letters {
		for line := range strings.Lines(l.Content) {
			if subject, ok := strings.CutPrefix(line, "Subject: "); ok {
				all = append(all, strings.TrimSpace(subject))
			}
		}
	}
	return all
}

func texts(posts []notifytest.Post) []string {
	all := make([]string, len(posts))
	for i, p := range posts {
		all[i], _, _ = strings.Cut(p.Text, "\n")
	}
	return all
}

func TestMail_reachesEveryRecipientOnceWhoeverPlansAndHoweverOften(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.mail()
	h.choose("rep1", view.ChannelChoice{Channel: view.MailChannel, Address: "rep1@closedloop.example", Language: "en"})
	h.choose("rep2", view.ChannelChoice{Channel: view.MailChannel, Address: "rep2@closedloop.example"})
	h.say("rep1", "one")
	h.say("rep2", "one")
	other := h.process()
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() { _, _ = other.FanOut(t.Context()) })
	}
	group.Wait()
	require.Equal(t, map[view.DeliveryState]int{view.DeliveryWaiting: 2}, h.states())

	require.Zero(t, h.deliver(view.MailChannel))
	require.Zero(t, h.deliver(view.MailChannel))
	letters := fake.Letters()
	require.Len(t, letters, 2)
	require.Equal(t, "rep1@closedloop.example", letters[0].To)
	require.Equal(t, []string{"en bulletin_published one", "zh bulletin_published one"}, subjects(letters))
	require.True(t, letters[0].Encrypted)
	require.Equal(t, map[view.DeliveryState]int{view.DeliverySent: 2}, h.states())
	for _, d := range h.all() {
		require.Equal(t, 1, d.Attempts)
		require.False(t, d.EndedAt.IsZero())
	}
}

func TestChoices_decideWhatIsSentAtAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.mail()
	h.choose("rep1", view.ChannelChoice{Channel: view.MailChannel, Address: "rep1@closedloop.example", Kinds: []string{"other"}})
	h.say("rep1", "not wanted")
	h.say("rep2", "not chosen")
	require.Empty(t, h.states())

	h.choose("rep1", view.ChannelChoice{Channel: view.MailChannel, Address: "rep1@closedloop.example"})
	h.say("rep1", "wanted")
	_, err := h.PutChannelChoice(t.Context(), view.ChannelChoice{Person: h.people["rep1"], Channel: view.MailChannel, ChangedBy: h.people["rep1"]})
	require.NoError(t, err)
	require.Zero(t, h.deliver(view.MailChannel))
	require.Empty(t, fake.Letters())
	require.Equal(t, map[view.DeliveryState]int{view.DeliverySkipped: 1}, h.states())
	require.Equal(t, view.SkippedOff, h.all()[0].Reason)
}

func TestQuietHours_holdUntilTheNextWorkingMinute(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.mail()
	h.choose("rep1", view.ChannelChoice{Channel: view.MailChannel, Address: "rep1@closedloop.example", QuietFrom: 19 * 60, QuietUntil: 7 * 60, AtOnce: 3})
	h.clock.To(t, "2026-03-06 21:00") // Friday evening
	h.say("rep1", "a", "b")
	require.Equal(t, 60*time.Hour, h.deliver(view.MailChannel).Round(time.Minute), "Monday at nine")
	require.Empty(t, fake.Letters())

	h.clock.To(t, "2026-03-08 12:00") // nobody works on Sunday, so it stays where it was
	h.deliver(view.MailChannel)
	require.Empty(t, fake.Letters())

	h.clock.To(t, "2026-03-09 09:00")
	require.Zero(t, h.deliver(view.MailChannel))
	require.Equal(t, []string{"zh bulletin_published a", "zh bulletin_published b"}, subjects(fake.Letters()))
}

func TestDigest_putsADayIntoOneLetterAndRepeatsTheSameLetterWhenItFails(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.mail()
	h.choose("rep1", view.ChannelChoice{Channel: view.MailChannel, Address: "rep1@closedloop.example", Digests: []int{8 * 60, 17 * 60}})
	h.say("rep1", "a", "b", "c")
	require.Equal(t, 7*time.Hour, h.deliver(view.MailChannel).Round(time.Minute))
	h.clock.To(t, "2026-03-02 17:00")
	fake.Misbehave(notifytest.End, notifytest.TakeDrop) // it has the letter, and the answer is lost
	wait := h.deliver(view.MailChannel)
	require.Positive(t, wait)
	h.clock.Forward(time.Minute)
	h.say("rep1", "d") // comes too late for this bundle, whatever becomes of it
	h.clock.Forward(10 * time.Minute)
	h.deliver(view.MailChannel)

	letters := fake.Letters()
	require.Len(t, letters, 2)
	require.Equal(t, letters[0].Content, letters[1].Content, "the same letter under the same ID")
	require.Equal(t, []string{"zh bundle of 3", "zh bundle of 3"}, subjects(letters))
	require.Equal(t, map[view.DeliveryState]int{view.DeliverySent: 3, view.DeliveryWaiting: 1}, h.states())
	h.clock.To(t, "2026-03-03 08:00")
	h.deliver(view.MailChannel)
	require.Equal(t, "zh bulletin_published d", subjects(fake.Letters())[2])
}

func TestMail_isNotSpokenInTheClear(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.mail()
	h.choose("rep1", view.ChannelChoice{Channel: view.MailChannel, Address: "rep1@closedloop.example"})
	fake.Misbehave(notifytest.STARTTLS, notifytest.NoSuchTLS)
	h.say("rep1", "a", "b")
	require.Positive(t, h.deliver(view.MailChannel))
	require.Empty(t, fake.Letters())
	require.Equal(t, string(notify.ReasonTLS), h.all()[0].Reason)
	h.clock.Forward(10 * time.Minute)
	h.deliver(view.MailChannel)
	require.Len(t, fake.Letters(), 2)
}

// DingTalk blocks a bot for ten minutes that says more than twenty in one: none must be lost, said twice or too fast.
func TestChat_keepsTheRateOfItsService(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.dingtalk()
	h.choose("rep1", view.ChannelChoice{Channel: view.DingTalkChannel, Mention: "13800000000"})
	var refs []string
	for i := range 45 {
		refs = append(refs, fmt.Sprintf("%02d", i))
	}
	h.say("rep1", refs...)
	for rounds := 0; ; rounds++ {
		require.Less(t, rounds, 6)
		wait := h.deliver(view.DingTalkChannel)
		if wait == 0 {
			break
		}
		require.LessOrEqual(t, wait, 2*time.Minute, "it was never blocked")
		h.clock.Forward(wait)
	}
	said := texts(fake.Posts())
	require.Len(t, said, 45)
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(said))), 45)
	require.Equal(t, 45, fake.Calls())
	require.Equal(t, []string{"13800000000"}, fake.Posts()[0].Mentions)
}

// Another program of the house may have used up the rate: the service says so under HTTP 200.
func TestChat_understandsErrorCodesUnderHTTP200(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.dingtalk()
	h.choose("rep1", view.ChannelChoice{Channel: view.DingTalkChannel})
	fake.Misbehave(notifytest.Status(http.StatusOK, `{"errcode":130101,"errmsg":"send too fast"}`))
	h.say("rep1", "a", "b")
	wait := h.deliver(view.DingTalkChannel)
	require.GreaterOrEqual(t, wait, 9*time.Minute)
	require.Equal(t, 1, fake.Calls(), "the second one would only hear the same")
	h.clock.Forward(wait + time.Minute)
	require.Zero(t, h.deliver(view.DingTalkChannel))
	require.Equal(t, map[view.DeliveryState]int{view.DeliverySent: 2}, h.states())
}

// A bot has no place for an ID. When an answer is lost nobody says it twice; a person decides.
func TestChat_parksWhatMayHaveBeenSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.dingtalk()
	h.choose("rep1", view.ChannelChoice{Channel: view.DingTalkChannel})
	fake.Misbehave(notifytest.Reset)
	h.say("rep1", "a")
	require.Zero(t, h.deliver(view.DingTalkChannel))
	parked := h.all()[0]
	require.Equal(t, view.DeliveryParked, parked.State)
	require.Equal(t, string(notify.ReasonUnsure), parked.Reason)

	again, err := h.ResendDelivery(t.Context(), parked.ID, h.people["rep2"])
	require.NoError(t, err)
	require.Equal(t, view.DeliveryWaiting, again.State)
	_, err = h.ResendDelivery(t.Context(), parked.ID, h.people["rep2"])
	require.NoError(t, err, "a repetition changes nothing")
	h.clock.To(t, "2030-01-01 10:00") // the database's clock put it on its way
	h.deliver(view.DingTalkChannel)
	require.Len(t, fake.Posts(), 1)
	sent := h.all()[0]
	require.Equal(t, view.DeliverySent, sent.State)
	require.Equal(t, h.people["rep2"], sent.HandledBy)
	_, err = h.ResendDelivery(t.Context(), parked.ID, h.people["rep2"])
	require.ErrorIs(t, err, deal.ErrStale)
	_, err = h.DropDelivery(t.Context(), parked.ID, h.people["rep2"])
	require.ErrorIs(t, err, deal.ErrStale)
}

// What a group reads is chosen as letters are: it comes in one message, and in working hours.
func TestChat_keepsQuietHoursAndDigests(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.dingtalk()
	h.choose("rep1", view.ChannelChoice{Channel: view.DingTalkChannel, QuietFrom: 19 * 60, QuietUntil: 7 * 60, Digests: []int{17 * 60}})
	h.choose("rep2", view.ChannelChoice{Channel: view.DingTalkChannel, QuietFrom: 19 * 60, QuietUntil: 7 * 60})
	h.clock.To(t, "2026-03-06 16:00") // Friday
	h.say("rep1", "a", "b")
	require.Equal(t, time.Hour, h.deliver(view.DingTalkChannel).Round(time.Minute))
	h.clock.To(t, "2026-03-06 17:00")
	require.Zero(t, h.deliver(view.DingTalkChannel))
	require.Len(t, fake.Posts(), 1)
	require.Contains(t, fake.Posts()[0].Text, "bundle of 2")
	h.clock.To(t, "2026-03-06 20:00")
	h.say("rep2", "c")
	require.Positive(t, h.deliver(view.DingTalkChannel))
	h.clock.To(t, "2026-03-08 12:00") // Sunday
	require.Positive(t, h.deliver(view.DingTalkChannel))
	require.Len(t, fake.Posts(), 1)
	h.clock.To(t, "2026-03-09 09:00")
	require.Zero(t, h.deliver(view.DingTalkChannel))
	require.Len(t, fake.Posts(), 2)
}

// The process dies between the channel's answer and our row, or before the channel was called: nobody can tell which.
func TestInterrupted_botsParkAndMailRepeatsUnderItsID(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bot, mail := h.dingtalk(), h.mail()
	h.choose("rep1", view.ChannelChoice{Channel: view.DingTalkChannel})
	h.choose("rep1", view.ChannelChoice{Channel: view.MailChannel, Address: "rep1@closedloop.example"})
	h.say("rep1", "a")
	for _, d := range h.all() {
		require.NoError(t, h.BeginAttempts(t.Context(), []string{d.ID}, []string{d.ID}))
	}
	require.Equal(t, map[view.DeliveryState]int{view.DeliveryAttempting: 2}, h.states())

	require.Zero(t, h.deliver(view.DingTalkChannel))
	require.Empty(t, bot.Posts())
	h.deliver(view.MailChannel)
	h.clock.Forward(10 * time.Minute)
	require.Zero(t, h.deliver(view.MailChannel))
	require.Len(t, mail.Letters(), 1)
	for _, d := range h.all() {
		if d.Channel == view.DingTalkChannel {
			require.Equal(t, view.DeliveryParked, d.State)
			continue
		}
		require.Equal(t, view.DeliverySent, d.State)
		require.Contains(t, mail.Letters()[0].Content, d.ID)
	}
}

// Another process that still holds the channel's lock may be in the middle of an attempt.
func TestDeliver_leavesAChannelToWhoHasIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bot := h.dingtalk()
	h.choose("rep1", view.ChannelChoice{Channel: view.DingTalkChannel})
	h.say("rep1", "a")
	d := h.all()[0]
	require.NoError(t, h.BeginAttempts(t.Context(), []string{d.ID}, []string{d.ID}))
	release, ok, err := h.TryLock(t.Context(), "relay/dingtalk")
	require.NoError(t, err)
	require.True(t, ok)
	require.Positive(t, h.deliver(view.DingTalkChannel))
	require.Equal(t, view.DeliveryAttempting, h.all()[0].State)
	require.NoError(t, h.EndAttempts(t.Context(), []view.Attempt{{IDs: []string{d.ID}, State: view.DeliverySent}}))
	release()
	require.Zero(t, h.deliver(view.DingTalkChannel))
	require.Empty(t, bot.Posts(), "the other one said it")
}

func TestDeadLetters_areThereAfterTwentyFailuresAndCanBeDropped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := h.mail()
	h.choose("rep1", view.ChannelChoice{Channel: view.MailChannel, Address: "rep1@closedloop.example"})
	h.say("rep1", "a")
	for range 20 {
		fake.Misbehave(notifytest.RCPT, "450 try later")
		h.deliver(view.MailChannel)
		h.clock.Forward(20 * time.Hour)
	}
	require.Equal(t, map[view.DeliveryState]int{view.DeliveryParked: 1}, h.states())
	parked := h.all()[0]
	require.Equal(t, 20, parked.Failures)
	counts, err := h.ParkedDeliveries(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[view.Channel]int{view.MailChannel: 1}, counts)
	for range 2 {
		dropped, err := h.DropDelivery(t.Context(), parked.ID, h.people["rep2"])
		require.NoError(t, err)
		require.Equal(t, view.DeliverySkipped, dropped.State)
	}
	require.Empty(t, fake.Letters())
}
