package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

func TestHome_isFoundWhoeverAsks(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	tasks, _, err := s.Tasks(t.Context(), s.as("manager1"), view.TaskFilter{Account: s.asked})
	require.NoError(t, err)
	require.NotEmpty(t, tasks)
	home, err := s.HomeOfTask(t.Context(), tasks[0].ID)
	require.NoError(t, err)
	require.Equal(t, s.asked, home)
	requests, _, err := s.Approvals(t.Context(), s.as("manager1"), view.ApprovalFilter{Account: s.asked})
	require.NoError(t, err)
	require.NotEmpty(t, requests)
	home, err = s.HomeOfApproval(t.Context(), requests[0].ID)
	require.NoError(t, err)
	require.Equal(t, s.asked, home)
	for _, id := range []string{"", "nothing", "a\x00b"} {
		_, err = s.HomeOfTask(t.Context(), id)
		require.ErrorIs(t, err, deal.ErrNotFound)
		_, err = s.HomeOfApproval(t.Context(), id)
		require.ErrorIs(t, err, deal.ErrNotFound)
	}
}
