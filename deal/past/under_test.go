package past_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/past"
	"closedloop/deal/view"
)

// What an account above showed on a day is on the map of that day, and nothing that came later.
func TestUnder_showsWhatWasAboveAtTheInstant(t *testing.T) {
	t.Parallel()
	contact := deal.Contact{ID: "boss", Version: 2, Name: "刘总"}
	credit := func(colour dossier.Colour, version int64) deal.Document {
		body, err := dossier.Encode(dossier.Credit{Colour: colour})
		require.NoError(t, err)
		return deal.Document{Kind: "credit", ID: "sole", Version: version, Body: body}
	}
	above := view.History{
		Log:      []deal.Event{{Account: "above", Seq: 1, Cycle: 1, Step: deal.Collect, At: hour(0), Body: deal.Opened{Number: "KA-2"}}},
		Contacts: []deal.Contact{contact},
		Dossier:  []deal.Document{credit(dossier.Red, 2), need("n1", "theirs alone", 1)},
		Later: []view.Change{
			{Table: "contacts", ID: "boss", At: hour(3), Before: asJSON(t, deal.Contact{ID: "boss", Version: 1, Name: "刘经理"})},
			{Table: "dossier", ID: "credit/sole", At: hour(3), Before: asJSON(t, credit(dossier.Green, 1))},
		},
	}
	for at, want := range map[time.Time][]any{hour(2): {"刘经理", dossier.Green}, hour(4): {"刘总", dossier.Red}} {
		child, err := past.At(view.History{Log: opened(), Contacts: []deal.Contact{{ID: "own"}}}, at)
		require.NoError(t, err)
		house, err := past.At(above, at)
		require.NoError(t, err)
		require.NoError(t, child.Under(house))
		require.Equal(t, []deal.AccountID{"", "above"}, []deal.AccountID{child.Contacts[0].SharedFrom, child.Contacts[1].SharedFrom})
		in, ok := dossier.Newest[dossier.Credit](child.File)
		require.True(t, ok)
		require.Equal(t, want, []any{child.Contacts[1].Name, in.Colour})
		require.Len(t, child.File, 1, "needs are each account's own")
		require.Empty(t, house.Contacts[0].SharedFrom, "the one above stays as it is")
	}
}
