package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestRecords_keepTheLastTouchOfEveryContactFromEarlierCycles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	met := func(name string, cycle int, at string, contacts ...string) {
		w.exec(`INSERT INTO interactions (id, account_id, cycle, step, pass, kind, at, contact_ids, by_id)
			VALUES ($1, $2, $3, 'visit', 1, 'visit', $4, $5, 'somebody')`, name, string(id), cycle, at, append([]string{}, contacts...))
	}
	met("first, both", 1, "2026-01-05T10:00:00Z", "zheng", "wu")
	met("first, wu again", 1, "2026-01-06T10:00:00Z", "wu")
	met("second, nobody named", 2, "2026-02-01T10:00:00Z")
	met("third, zheng", 3, "2026-03-01T10:00:00Z", "zheng")
	met("third, wu", 3, "2026-03-02T10:00:00Z", "wu")
	of := func(cycle int) []string {
		names := []string{}
		require.NoError(t, w.InTx(t.Context(), w.command(id, "rep1", deal.Pause{}), func(tx deal.LedgerTx) error {
			r, err := tx.Records(t.Context(), cycle)
			for _, in := range r.Interactions {
				names = append(names, in.ID)
			}
			return err
		}))
		return names
	}
	require.Equal(t, []string{"first, both", "first, wu again"}, of(1), "what comes later is not known yet")
	require.Equal(t, []string{"first, both", "first, wu again", "second, nobody named"}, of(2))
	require.Equal(t, []string{"first, both", "first, wu again", "third, zheng", "third, wu"}, of(3))
	require.Equal(t, []string{"third, zheng", "third, wu"}, of(4), "the last one with each")
}
