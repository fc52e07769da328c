package view

import (
	"time"

	"closedloop/deal"
)

// NoticeSource says where a notice was written: its text is found there.
type NoticeSource string

// The sources of notices.
const (
	AccountNotice NoticeSource = "account" // an account's log
	PersonNotice  NoticeSource = "person"  // beside all accounts: quota, reviews, handovers
)

// OutboxEntry is a notice that left its transaction, at its place in the order in which everybody reads.
type OutboxEntry struct {
	Position int64
	Notice   string // ID
	To       deal.PersonID
	Source   NoticeSource
	At       time.Time // when it was said
}

// StreamedNotice is a line of somebody's inbox at its place in the outbox.
type StreamedNotice struct {
	NoticeItem

	Position int64
}

// Said is an entry of the outbox with the kind of its notice; empty when that is not there any more.
type Said struct {
	OutboxEntry

	Kind string
}
