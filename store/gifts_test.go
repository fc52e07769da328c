package store_test

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

var errOver = errors.New("above the limit of a year")

// judging is what the limits say of a gift, by the others on file.
func judging(g dossier.Gift) view.Judge {
	rules := dossier.GiftRules{Currency: "CNY", EachMinor: 50_000, YearMinor: 80_000}
	return view.Judge{About: g.LimitedWith(), Fits: func(others []deal.Document) error {
		file, err := dossier.FileOf(others)
		if err != nil {
			return err
		}
		var gifts []dossier.Gift
		for _, e := range dossier.Entries[dossier.Gift](file) {
			gifts = append(gifts, e.Body)
		}
		if len(rules.Gift(g, gifts)) > 0 {
			return errOver
		}
		return nil
	}}
}

func TestAddDocument_letsNoTwoGiftsPassAYearsLimitSideBySide(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	const writers = 8
	errs := make([]error, 2*writers)
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range errs {
		group.Go(func() {
			gift := dossier.Gift{
				Contact: "c" + strconv.Itoa(i%2), GiftKind: dossier.Present, What: "tea", ValueMinor: 30_000, Currency: "CNY", Occasion: "spring", GivenOn: "2026-03-01",
			}
			body, err := dossier.Encode(gift)
			if err != nil {
				errs[i] = err
				return
			}
			<-start
			_, errs[i] = w.AddDocument(ctx, w.as("rep1"), id, deal.Document{Kind: "gift", ID: "g" + strconv.Itoa(i), Body: body}, false, judging(gift))
		})
	}
	close(start)
	group.Wait()
	written := map[int]int{}
	for i, err := range errs {
		if err == nil {
			written[i%2]++
			continue
		}
		require.ErrorIs(t, err, errOver)
	}
	require.Equal(t, map[int]int{0: 2, 1: 2}, written, "two of 300 fit below 800, for each of two people")

	docs, err := w.Documents(ctx, w.as("rep1"), id, "gift", -1)
	require.NoError(t, err)
	require.Len(t, docs, 4)
	again := dossier.Gift{Contact: "c0", GiftKind: dossier.Present, What: "tea", ValueMinor: 50_001, Currency: "CNY", Occasion: "spring", GivenOn: "2026-04-01"}
	body, err := dossier.Encode(again)
	require.NoError(t, err)
	own := docs[0]
	own.Body = body
	_, err = w.ChangeDocument(ctx, w.as("rep1"), id, own, judging(again))
	require.ErrorIs(t, err, errOver)
}
