package deal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// The key of a command is its update ID and stands in logs for ever.
func TestCommandKey_isStableAndTellsEverythingApart(t *testing.T) {
	t.Parallel()
	require.Equal(t, "2LTPQWJWY6FVG7K4LGND4CXOWDG5RXTJTUWAEG7Q", deal.CommandKey("inst", rep1, account, "retry-1"))
	seen := map[string]bool{}
	for _, key := range []string{
		deal.CommandKey("inst", rep1, account, "retry-1"),
		deal.CommandKey("inst2", rep1, account, "retry-1"),
		deal.CommandKey("inst", rep2, account, "retry-1"),
		deal.CommandKey("inst", rep1, other, "retry-1"),
		deal.CommandKey("inst", rep1, account, "retry-2"),
		deal.CommandKey("ab", "c", "", ""), deal.CommandKey("a", "bc", "", ""), deal.CommandKey("", "ab", "c", ""), deal.CommandKey("", "", "ab", "c"),
	} {
		require.Len(t, key, 40)
		require.Regexp(t, `^[A-Z2-7]+$`, key)
		require.False(t, seen[key])
		seen[key] = true
	}
}

// What is born in an event gets an ID that follows from the account, the sequence number and the place, so that a
// rebuilt account has the same ones.
func TestDerivedIDs_areTheSameWheneverTheyAreDerived(t *testing.T) {
	t.Parallel()
	w := asked(t)
	again := asked(t)
	again.facts.Org.Version = 99
	require.Equal(t, w.state, again.state)
	rows := deal.Project(deal.State{}, w.log...)
	require.Equal(t, int64(8), w.state.Seq)
	require.Equal(t, "ccb2a00f-afa2-8870-bd10-c99635b094c0", rows.FollowUps[0].ID)
	require.Equal(t, "516f0b90-a318-89cf-94ae-22ed6a91b900", rows.Notices[0].ID)
	require.Equal(t, "005557d3-201a-8d91-93e5-31d9be153b73", rows.Approvals[0].ID)
	require.Equal(t, "8103a44a-9327-8f42-a01c-cefa5f71006e", rows.Tasks[len(rows.Tasks)-1].ID)

	seen := map[string]bool{}
	for _, run := range []*world{w, opened(t)} {
		for _, row := range deal.Project(deal.State{}, run.log...).Notices {
			require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, row.ID, "a UUID of version 8")
			seen[row.ID] = true
		}
	}
	require.Len(t, seen, len(rows.Notices), "the same account, the same IDs")
}
