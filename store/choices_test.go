package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

// chose lets somebody say where a person's letters go.
func (w *world) chose(person, by, address string) view.ChannelChoice {
	w.t.Helper()
	c, err := w.PutChannelChoice(w.t.Context(), view.ChannelChoice{
		Person: w.people[person], Channel: view.MailChannel, On: address != "", Address: address, ChangedBy: w.people[by],
	})
	require.NoError(w.t, err)
	return c
}

func TestPutChannelChoice_trustsAnAddressThatThePersonHasSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		by, address string
		confirmed   bool
	}{
		{"admin1", "a@example.com", false},
		{"rep1", "a@example.com", true},
		{"admin1", "A@example.com", true}, // the same one, with other quiet hours
		{"admin1", "b@example.com", false},
		{"admin1", "a@example.com", false}, // once it was changed, anybody may have had it
		{"rep1", "", false},
		{"admin1", "a@example.com", false},
	} {
		require.Equal(t, c.confirmed, w.chose("rep1", c.by, c.address).Confirmed, c)
		choices, err := w.ChannelChoices(t.Context(), w.people["rep1"])
		require.NoError(t, err)
		require.Equal(t, c.confirmed, choices[0].Confirmed, c)
	}
}

func TestPutChannelChoice_tellsOfAChangedAddressAtTheFormerOne(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	told := func() int {
		n := 0
		notices, _, err := w.Notices(ctx, w.as("rep1"), false, view.Page{})
		require.NoError(t, err)
		for _, notice := range notices {
			if notice.Kind == deal.AddressChangedNotice {
				n++
			}
		}
		return n
	}
	letters := func() []view.Delivery {
		all, _, err := w.Deliveries(ctx, view.DeliveryFilter{Page: view.Page{Limit: 10}})
		require.NoError(t, err)
		return all
	}
	w.chose("rep1", "rep1", "own@example.com")
	require.Zero(t, told(), "the first one of one's own is no news")
	w.chose("rep1", "rep1", "own@example.com")
	w.chose("rep1", "admin1", "own@example.com")
	require.Zero(t, told(), "nothing was changed")
	w.chose("rep1", "admin1", "elsewhere@example.com")
	require.Equal(t, 1, told())
	require.Len(t, letters(), 1)
	due, err := w.ChannelsDue(ctx, []view.Channel{view.MailChannel})
	require.NoError(t, err)
	require.Len(t, due, 1)
	out, err := w.OutgoingFresh(ctx, view.MailChannel, due[0].Next, 10)
	require.NoError(t, err)
	require.Equal(t, "own@example.com", out[0].Address)
	require.Equal(t, "elsewhere@example.com", out[0].Choice.Address)
	require.False(t, out[0].Choice.Confirmed)
	w.settled()
	_, err = w.FanOut(ctx, []view.Channel{view.MailChannel}, func(said []view.Said, choices []view.ChannelChoice, _ []view.Webhook) []view.Delivery {
		require.Len(t, said, 1)
		require.Len(t, choices, 1)
		return []view.Delivery{{
			ID: "ntc_new", Notice: said[0].Notice, Source: string(said[0].Source), Kind: said[0].Kind,
			Recipient: string(said[0].To), Channel: view.MailChannel, At: said[0].At, NextAt: said[0].At,
		}}
	})
	require.NoError(t, err)
	require.Len(t, letters(), 1, "one notice, one letter: not to the new address")

	w.chose("rep1", "admin1", "")
	require.Equal(t, 2, told())
	require.Len(t, letters(), 2)
	w.chose("rep1", "rep1", "own@example.com")
	w.chose("rep1", "rep1", "")
	require.Equal(t, 2, told(), "who wants no letters any more gets none about it")
	w.chose("rep1", "rep1", "own@example.com")
	w.chose("rep1", "rep1", "other@example.com")
	require.Equal(t, 3, told(), "perhaps it was not the person")
	require.Len(t, letters(), 3)
	changes, err := w.ChannelChanges(ctx, w.people["rep1"], 10)
	require.NoError(t, err)
	var lines [][2]string
	for _, c := range changes {
		lines = append(lines, [2]string{c.Former, c.Address})
	}
	require.Equal(t, [][2]string{{"elsewhere@example.com", ""}, {"own@example.com", "elsewhere@example.com"}, {"", "own@example.com"}}, lines[len(lines)-3:])
	require.Equal(t, w.people["admin1"], changes[len(changes)-2].By)
	_, err = w.PutChannelChoice(ctx, view.ChannelChoice{Person: "nobody", Channel: view.MailChannel, ChangedBy: "nobody"})
	require.ErrorIs(t, err, deal.ErrNotFound)
}
