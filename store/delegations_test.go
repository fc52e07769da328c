package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

var errCircle = errors.New("a circle")

// Each of two delegations looks right beside what was there before; together they close a circle.
func TestAddDelegation_closesNoCircleAtTheSameInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ring := []deal.PersonID{w.people["rep1"], w.people["rep2"], w.people["rep3"]}
	for round := range 20 {
		from := w.at.Add(time.Duration(round*48) * time.Hour)
		until := from.Add(24 * time.Hour)
		require.False(t, w.org().ClosesCircle(deal.Delegation{From: ring[0], To: ring[1], Since: from, Until: until}))
		refusals := make([]error, len(ring))
		var start, group sync.WaitGroup
		start.Add(len(ring))
		for i := range ring {
			d := deal.Delegation{ID: fmt.Sprint(round, i), From: ring[i], To: ring[(i+1)%len(ring)], Since: from, Until: until}
			fits := func(org deal.Org) error {
				if org.ClosesCircle(d) {
					return errCircle
				}
				return nil
			}
			day := from.Format(time.DateOnly)
			l := w.leave(fmt.Sprint("l", round, i), []string{"rep1", "rep2", "rep3"}[i], day, day)
			group.Go(func() {
				start.Done()
				start.Wait()
				if i == 0 {
					refusals[i] = w.AddDelegation(t.Context(), d, fits)
					return
				}
				refusals[i] = w.AddLeave(t.Context(), l, &d, fits)
			})
		}
		group.Wait()
		refused := 0
		for _, err := range refusals {
			if err != nil {
				require.ErrorIs(t, err, errCircle)
				refused++
			}
		}
		require.Equal(t, 1, refused, "round %d: %v", round, refusals)
	}
	require.Len(t, w.org().Delegations, 40)
}
