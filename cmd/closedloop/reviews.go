package main

import (
	"fmt"
	"time"

	"closedloop/activities"
	"closedloop/deal/review"
	"closedloop/store"
)

// reviewing is everything about monthly reviews: who opens them, and where they are kept.
type reviewing struct {
	*activities.Reviews
	*kept
}

// kept is the store under another name, so that both can be embedded.
type kept struct{ *store.Store }

func (n *node) reviewing(zone *time.Location) (reviewing, error) {
	c := n.config.Reviews
	rules := review.Rules{Due: c.DueWorkingDays, Remind: c.RemindWorkingDays}
	reviews, err := activities.NewReviews(n.store, n.calendar, zone, rules, time.Now)
	if err != nil {
		return reviewing{}, fmt.Errorf("make reviews: %w", err)
	}
	return reviewing{reviews, &kept{n.store}}, nil
}
