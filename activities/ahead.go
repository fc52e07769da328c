package activities

import (
	"context"

	"closedloop/deal"
	"closedloop/deal/view"
)

// Ahead is everything that the house will say by itself and that belongs to no account.
type Ahead struct {
	Tasks   *Ladder
	Reviews *Reviews
}

// Ahead lists it as things stand now, first of tasks, then of reviews.
func (a Ahead) Ahead(ctx context.Context, org deal.Org) ([]view.Ahead, error) {
	tasks, err := a.Tasks.Coming(ctx, org)
	if err != nil {
		return nil, err
	}
	reviews, err := a.Reviews.Coming(ctx, org)
	return append(tasks, reviews...), err
}
