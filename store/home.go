package store

import (
	"context"

	"closedloop/deal"
)

var (
	homeOfTask     = named("HomeOfTask")
	homeOfApproval = named("HomeOfApproval")
)

// HomeOfTask is the account of a task, whoever asks: a command that is repeated under its key gets its first answer also
// when it took the account out of its sender's sight. Who else may hear of the account, the log knows.
func (s *Store) HomeOfTask(ctx context.Context, id string) (deal.AccountID, error) {
	return s.home(ctx, homeOfTask, id)
}

// HomeOfApproval is the account of a request, in the same way.
func (s *Store) HomeOfApproval(ctx context.Context, id string) (deal.AccountID, error) {
	return s.home(ctx, homeOfApproval, id)
}

func (s *Store) home(ctx context.Context, sql statement, id string) (deal.AccountID, error) {
	var account deal.AccountID
	err := s.pool.QueryRow(ctx, string(sql), id).Scan(&account)
	return account, fail("find the account", err)
}
