package activities_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// filed puts a record on file for every account of the rig.
func (r *rig) filed(kind, id, body string) {
	r.accounts.Files.Dossier = append(r.accounts.Files.Dossier, deal.Document{Kind: kind, ID: id, Cycle: 1, Version: 1, Body: json.RawMessage(body)})
}

// system is a command of the clock or of a record at an instant.
func (r *rig) system(t *testing.T, key string, at time.Time, body deal.Body) deal.Receipt {
	t.Helper()
	cmd := command(key, body)
	cmd.Actor, cmd.At = deal.System, at
	receipt, err := r.ledger.Perform(ctx, cmd)
	require.NoError(t, err)
	return receipt
}

func (r *rig) agenda() []deal.Clock {
	var clocks []deal.Clock
	for _, c := range r.accounts.State(account).Clocks {
		if c.Kind == deal.AgendaClock {
			clocks = append(clocks, c)
		}
	}
	return clocks
}

func TestPerform_plansWhatRecordsAskFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(t, "k1", open())
	r.filed("service_plan", "s1", `{"every_days":1,"next_on":"2026-03-02","owner":"boss"}`)
	r.filed("need", "n1", `{"need":"has no date"}`)
	require.Empty(t, r.agenda())

	receipt := r.system(t, "replan-1", now.Add(-2*time.Hour), deal.Recompute{})
	require.Equal(t, deal.Done, receipt.Answer.Outcome)
	require.Equal(t, 1, r.accounts.Replans)
	require.Len(t, r.agenda(), 1)
	require.Equal(t, time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC), r.agenda()[0].Due, "today's was due at nine, and was asked for at once")
	require.Equal(t, []deal.PersonID{"boss"}, assignees(r.accounts.State(account), deal.ServeTask))

	receipt = r.system(t, "replan-2", now, deal.Recompute{})
	require.Equal(t, deal.Nothing, receipt.Answer.Outcome)
	require.Equal(t, 2, r.accounts.Replans, "the mark goes although there was nothing to plan")
	again := r.system(t, "replan-1", now, deal.Recompute{})
	require.Equal(t, deal.Done, again.Answer.Outcome)
	require.Equal(t, 2, r.accounts.Replans, "a known key is answered and does nothing")

	tomorrow := time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC)
	r.system(t, "tick-1", tomorrow, deal.Tick{Due: tomorrow})
	require.Equal(t, tomorrow.AddDate(0, 0, 1), r.agenda()[0].Due, "a tick plans the next occurrence")
	require.Equal(t, []deal.PersonID{"boss"}, assignees(r.accounts.State(account), deal.ServeTask))
}

func assignees(s deal.State, kind deal.TaskKind) []deal.PersonID {
	var people []deal.PersonID
	for _, task := range s.Tasks {
		if task.Kind == kind && task.Status == deal.TaskOpen {
			people = append(people, task.Assignee)
		}
	}
	return people
}

func TestPerform_plansWithTheGradeAndAcrossAPause(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(t, "k1", open())
	r.do(t, "k2", deal.SetGrade{Grade: deal.GradeB, Reason: draft})
	require.Len(t, r.agenda(), 1)
	due := r.agenda()[0].Due
	require.Equal(t, due, r.accounts.State(account).RegradeAt())
	r.do(t, "k3", deal.Pause{Reason: draft, ResumeOn: "2026-03-05"})
	require.Empty(t, r.agenda()[0].Rungs, "it stands still in the pause")
	wakes := r.accounts.State(account).WakeAt() // a little behind the opening hour
	r.system(t, "tick-1", wakes, deal.Tick{Due: wakes})
	require.Equal(t, deal.Active, r.accounts.State(account).Status)
	require.Equal(t, due, r.agenda()[0].Due, "a date of the calendar stays where it was")
	require.Len(t, r.agenda()[0].Rungs, 3)
}

func TestPerform_refusesARecomputeOfNobodyAndKeepsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	receipt := r.system(t, "replan-1", now, deal.Recompute{})
	require.True(t, receipt.Answer.Refusals.Has(deal.CodeNotOpened))
	require.Zero(t, r.accounts.Replans)
}

// Versions that an account cannot be moved to have no rules to plan with.
func TestPerform_refusesAMoveToAVersionThatNobodyKnowsWhateverIsOnTheAgenda(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(t, "k1", open())
	r.do(t, "k2", deal.SetGrade{Grade: deal.GradeB, Reason: draft})
	require.Len(t, r.agenda(), 1)
	r.books.Against = deal.Refusals{{Code: deal.CodeUnknownPlaybook, Field: "/version"}}

	receipt := r.as(t, "boss", account, "k3", deal.MovePlaybook{To: deal.BookRef{Name: "memory", Version: 9}, Reason: draft})
	require.Equal(t, deal.Refused, receipt.Answer.Outcome)
	require.Equal(t, r.books.Against, receipt.Answer.Refusals)
}
