package view

import (
	"time"

	"closedloop/deal"
)

// LinkedRequest is a link that decides, with the request that it is about.
type LinkedRequest struct {
	Link    deal.DecisionLink
	Request ApprovalItem
}

// CalendarFeed is the calendar that a person subscribes to.
type CalendarFeed struct {
	Person    deal.PersonID
	Language  string // zh or en: calendar programs do not say what their owner reads
	Names     bool   // of customers; otherwise their numbers
	CreatedAt time.Time
}
