package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"closedloop/deal"
)

// rowsOf are the rows of every projection for a stretch of log that ends in a state. Cycles tells in which cycle each
// approval was asked for.
func rowsOf(s deal.State, r deal.Rows, cycles map[string]int) ([]row, error) {
	var rows []row
	for _, t := range r.Tasks {
		rows = append(rows, taskRow(s.Account, t))
	}
	for _, a := range r.Approvals {
		asked, ok := cycles[a.ID]
		if !ok {
			asked = s.Cycle
		}
		approval, err := approvalRow(s.Account, a, asked)
		if err != nil {
			return nil, err
		}
		rows = append(append(rows, approval), seatRows(s.Account, a)...)
	}
	for _, n := range r.Notices {
		rows = append(rows, noticeRow(s.Account, n))
	}
	for _, f := range r.FollowUps {
		rows = append(rows, followUpRow(s.Account, f))
	}
	for _, i := range r.Interactions {
		rows = append(rows, interactionRow(s.Account, i))
	}
	account, err := accountRow(s)
	return append(rows, account), err
}

// cyclesOf finds the cycle of each approval in a log.
func cyclesOf(events []deal.Event) map[string]int {
	cycles := make(map[string]int)
	for _, e := range events {
		if b, ok := e.Body.(deal.ApprovalRequested); ok {
			cycles[b.Approval.ID] = e.Cycle
		}
	}
	return cycles
}

func accountRow(s deal.State) (row, error) {
	state, err := json.Marshal(s)
	if err != nil {
		return row{}, fmt.Errorf("%w: encode state: %w", deal.ErrPermanent, err)
	}
	var next any
	if s.FollowUp != nil {
		next = instantOrNull(s.FollowUp.At)
	}
	calendar, provisional := calendarOf(s)
	return row{accountsTable, []any{
		string(s.Account), s.Number, s.Seq, s.Head, s.Cycle, string(s.Step), s.Pass(), string(s.Status), orNull(s.Outcome),
		orNull(s.Owner), orNull(s.Team), string(s.OpenedBy), orNull(s.Grade), orNull(s.Intake), s.Late, s.Overdue(),
		instantOrNull(s.Deadline()), next, instantOrNull(s.WakeAt()), orNull(s.ResumeOn), s.Book.Name, s.Book.Version,
		orNull(calendar), provisional, instantOrNull(s.PlacedUntil()), orNull(s.Parent), orNull(s.Merged), served(s), s.OpenedAt, s.Entered, s.LastAt, string(state),
	}}, nil
}

// served are the people who work on the account beside its owner: whom its agenda names, who collects it after a
// handover, and to whom a step was offered. Who answers a support request sees the request and no more: see sql/support.sql.
func served(s deal.State) []string {
	people := []string{}
	if s.Collects != "" {
		people = append(people, string(s.Collects))
	}
	for _, p := range s.Specialists {
		if !slices.Contains(people, string(p.Person)) {
			people = append(people, string(p.Person))
		}
	}
	for _, c := range s.Clocks {
		if c.For != "" && c.Topic != deal.SupportTopic && !slices.Contains(people, string(c.For)) {
			people = append(people, string(c.For))
		}
	}
	slices.Sort(people)
	return people
}

// calendarOf is the version of the calendar behind the clocks that run, and whether one of them was placed without
// holiday data. Clocks of several versions, as after an interrupted change, give all of them.
func calendarOf(s deal.State) (version string, provisional bool) {
	var versions []string
	for _, c := range s.Clocks {
		if c.From.IsZero() { // a held clock is placed anew when it runs on
			continue
		}
		provisional = provisional || c.Provisional
		if c.Calendar != "" && !slices.Contains(versions, c.Calendar) {
			versions = append(versions, c.Calendar)
		}
	}
	slices.Sort(versions)
	return strings.Join(versions, "+"), provisional
}

func taskRow(account deal.AccountID, t deal.Task) row {
	return row{tasksTable, []any{
		t.ID, string(account), string(t.Kind), string(t.Assignee), t.Ref, instantOrNull(t.Due), string(t.Status), t.OpenedAt,
		instantOrNull(t.ClosedAt), orNull(t.ClosedBy), orNull(t.Deputy),
	}}
}

func approvalRow(account deal.AccountID, a deal.Approval, cycle int) (row, error) {
	levels, err := json.Marshal(a.Levels)
	if err != nil {
		return row{}, fmt.Errorf("%w: encode approval: %w", deal.ErrPermanent, err)
	}
	textID, textHash := refOrNull(a.Text)
	return row{approvalsTable, []any{
		a.ID, string(account), cycle, string(a.Kind), string(a.Requester), a.RequestedAt, string(a.Subject.Type), a.Subject.ID,
		a.Subject.Version, a.Amount, orNull(a.Currency), textID, textHash, string(a.Status), a.Level, string(levels),
		instantOrNull(a.ClosedAt), a.Used, waitingFor(a), orNull(a.Grade), orNull(a.Acting),
	}}, nil
}

// waitingFor are the people of the running level's seats that nobody has decided.
func waitingFor(a deal.Approval) []string {
	people := []string{}
	if a.Status != deal.Pending || a.Level < 1 || a.Level > len(a.Levels) {
		return people
	}
	for _, seat := range a.Levels[a.Level-1].Seats {
		if seat.Decision == "" {
			people = append(append(people, string(seat.Holder)), words(seat.Alternates)...)
		}
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// seatRows are the seats of every level that was reached.
func seatRows(account deal.AccountID, a deal.Approval) []row {
	var rows []row
	for i, level := range a.Levels {
		for j, seat := range level.Seats {
			people := append([]string{string(seat.Holder)}, words(seat.Alternates)...)
			if seat.By != "" && !slices.Contains(people, string(seat.By)) {
				people = append(people, string(seat.By))
			}
			rows = append(rows, row{levelsTable, []any{
				a.ID, i + 1, j + 1, string(account), string(a.Requester), string(seat.Holder), people, orNull(seat.Decision),
				orNull(seat.By), instantOrNull(seat.At),
			}})
		}
	}
	return rows
}

func noticeRow(account deal.AccountID, n deal.NoticeRow) row {
	return row{notificationsTable, []any{
		n.ID, string(account), n.Seq, string(n.To), string(n.Kind), n.Ref, instantOrNull(n.Due), n.At,
	}}
}

func followUpRow(account deal.AccountID, f deal.FollowUpRow) row {
	noteID, noteHash := refOrNull(f.Note)
	return row{followUpsTable, []any{
		f.ID, string(account), f.Cycle, f.At, noteID, noteHash, string(f.By), f.Auto, f.SetAt, instantOrNull(f.ClosedAt), string(f.Status),
	}}
}

func interactionRow(account deal.AccountID, i deal.Interaction) row {
	aimID, aimHash := refOrNull(i.Aim)
	resultID, resultHash := refOrNull(i.Result)
	nextID, nextHash := refOrNull(i.NextStep)
	return row{interactionsTable, []any{
		i.ID, string(account), i.Cycle, string(i.Step), i.Pass, string(i.Kind), i.At, words(i.With), string(i.By),
		aimID, aimHash, resultID, resultHash, nextID, nextHash, instantOrNull(i.NextAt), numberOrNull(i.Intent),
	}}
}
