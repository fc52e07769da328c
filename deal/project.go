package deal

import (
	"reflect"
	"slices"
	"time"
)

// Rows are the projections of a stretch of log: for everything that changed in it, how it stands at its end. The
// account's own row is the state itself. Order is that of first appearance.
type Rows struct {
	Tasks        []Task
	Approvals    []Approval
	FollowUps    []FollowUpRow
	Interactions []Interaction
	Notices      []NoticeRow
}

// FollowUpRow is a dated step and what became of it.
type FollowUpRow struct {
	FollowUp

	Cycle    int
	SetAt    time.Time
	ClosedAt time.Time // zero while open
	Status   FollowUpStatus
}

// FollowUpStatus says what became of a follow-up.
type FollowUpStatus string

// A follow-up is open until an interaction does it, another date replaces it, or the account stops being walked.
const (
	FollowUpOpen     FollowUpStatus = "open"
	FollowUpDone     FollowUpStatus = "done"
	FollowUpReplaced FollowUpStatus = "replaced"
	FollowUpVoid     FollowUpStatus = "void"
)

// NoticeRow is one line of somebody's inbox. It is unique by account, sequence number, recipient and kind.
type NoticeRow struct {
	Notice

	ID  string
	Seq int64
	At  time.Time
}

// Project walks events over the state before them and collects every row that changes. The whole log over the empty
// state gives every row there is; so a live account and a rebuilt one come from the same function.
func Project(before State, events ...Event) Rows {
	var rows Rows
	s := before
	for _, e := range events {
		next := Fold(s, e)
		for _, t := range next.Tasks {
			if old, ok := s.Task(t.ID); !ok || old != t {
				rows.Tasks = put(rows.Tasks, t, func(a, b Task) bool { return a.ID == b.ID })
			}
		}
		for _, a := range next.Approvals {
			if old, ok := s.Approval(a.ID); !ok || !reflect.DeepEqual(old, a) {
				rows.Approvals = put(rows.Approvals, a, func(a, b Approval) bool { return a.ID == b.ID })
			}
		}
		rows.followUp(s, next, e)
		if b, ok := e.Body.(InteractionLogged); ok {
			rows.Interactions = append(rows.Interactions, b.Interaction)
		}
		for i, n := range e.Notices {
			rows.Notices = append(rows.Notices, NoticeRow{Notice: n, ID: derivedID(e.Account, e.Seq, "notice", i), Seq: e.Seq, At: e.At})
		}
		s = next
	}
	return rows
}

func (r *Rows) followUp(before, after State, e Event) {
	old, cur := before.FollowUp, after.FollowUp
	same := func(a, b FollowUpRow) bool { return a.ID == b.ID }
	if old != nil && (cur == nil || cur.ID != old.ID) {
		status := FollowUpReplaced
		switch {
		case e.Kind == InteractionLoggedKind:
			status = FollowUpDone
		case cur == nil:
			status = FollowUpVoid
		}
		row := FollowUpRow{FollowUp: *old, Cycle: before.Cycle, SetAt: before.FollowUpSetAt, ClosedAt: e.At, Status: status}
		r.FollowUps = put(r.FollowUps, row, same)
	}
	if cur != nil && (old == nil || !reflect.DeepEqual(cur, old)) { // another one, or the same at another date
		r.FollowUps = put(r.FollowUps, FollowUpRow{FollowUp: *cur, Cycle: after.Cycle, SetAt: after.FollowUpSetAt, Status: FollowUpOpen}, same)
	}
}

// put replaces the row that is the same thing, or adds it.
func put[T any](rows []T, row T, same func(a, b T) bool) []T {
	if i := slices.IndexFunc(rows, func(r T) bool { return same(r, row) }); i >= 0 {
		rows[i] = row
		return rows
	}
	return append(rows, row)
}
