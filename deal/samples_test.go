package deal_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// samples are one event of every kind, with every field set, chained.
func samples(t tb) []deal.Event {
	t.Helper()
	now := at("2026-03-02 10:00").Add(123456 * time.Microsecond)
	follow := deal.FollowUp{ID: "follow-up", At: now.Add(day), Note: note("n"), By: rep1, Auto: true}
	clock := deal.Clock{
		ID: "step/step", Kind: deal.StepClock, Until: deal.UntilIntake, From: now, Length: deal.WorkingDays(2), Due: now.Add(2 * day), Breached: true,
		Rungs: []deal.Rung{{Name: deal.Urge, Offset: hours(16), At: now.Add(2 * day), Breach: true, Day: "2026-03-04"}},
		Quiet: true, Provisional: true, Calendar: "cal-1", Topic: deal.ServiceTopic, For: rep2, Basis: "2026-03-04/7", Passed: "2026-02-25",
		Ask: []deal.Audience{"role:finance"},
	}
	clock.Length.Length, clock.Rungs[0].Offset.Count = time.Hour, 1 // no span has both; every field has a value
	before, after := clock.Length, clock.Length
	approval := deal.Approval{
		ID: "approval", Kind: deal.Contract, Grade: deal.GradeD, Requester: rep1, Acting: rep2, RequestedAt: now, Subject: deal.Subject{Type: deal.FormSubject, ID: "sign", Version: 2},
		Amount: 123_456, Currency: "CNY", Text: note("n"), Status: deal.Pending, Level: 1, ClosedAt: now, Arbiter: "ops", Used: true, Anywhere: true,
		Levels: []deal.Level{{
			Rules: deal.LevelRules{
				Who: deal.OwnerManager, Mode: deal.AllSeats, Within: before,
				Ladder:  []deal.LadderRung{{Name: deal.Remind, Percent: 50, Before: &before, After: &after}},
				Opinion: true,
			},
			Seats: []deal.Seat{{
				Holder: manager1, Alternates: []deal.PersonID{director1}, Decision: deal.Approve, By: director1, At: now, Comment: note("c"), Auto: true,
				Clock: "approval/approval/1/1", Via: deal.ViaLink,
			}},
		}},
	}
	interaction := deal.Interaction{
		ID: "interaction", Cycle: 1, Step: deal.Visit, Pass: 2, Kind: deal.PlantTour, At: now, With: []string{contact1}, By: rep1, Aim: note("a"),
		Result: note("r"), NextStep: note("s"), NextAt: now.Add(day), Intent: 4,
	}
	book := deal.BookRef{Name: "express", Version: 3}
	clocks := []deal.Clock{clock}
	bodies := []deal.EventBody{
		deal.Opened{
			Number: "KA-2026-0042", Book: book, Owner: rep1, Team: team1, Territory: "宿迁", Via: deal.ViaAPI, Draft: note("d"), Clocks: clocks,
			FollowUp: &follow,
		},
		deal.StepLeft{
			To: deal.Screen, Direction: deal.Forward, Pass: 1, Spent: time.Hour, Note: note("n"), Late: true, Won: true, Clocks: clocks,
		},
		deal.IntakeReviewed{Decision: deal.MergeIntake, Reason: note("r"), MergeInto: other},
		deal.Graded{Grade: deal.GradeB, Previous: deal.GradeC, At: now, Reason: note("r"), FollowUp: &follow, Clock: &clock},
		deal.PausedBody{Reason: note("r"), ResumeOn: "2026-04-01", Clocks: clocks},
		deal.ResumedBody{ByItself: true, Clocks: clocks},
		deal.ClosedBody{Outcome: deal.Lost, Reason: note("r"), Rival: note("v"), MergeInto: other},
		deal.Reopened{Reason: note("r"), Approval: "approval", Clocks: clocks, FollowUp: &follow},
		deal.Assigned{Owner: rep1, Previous: rep2, Team: team1, Reason: note("r")},
		deal.FollowUpSet{FollowUp: follow, Clock: clock},
		deal.InteractionLogged{Interaction: interaction, FollowUp: follow, Clock: clock, Review: &clock},
		deal.ApprovalRequested{Approval: approval, Clock: clock},
		deal.ApprovalDecided{
			Approval: approval, By: director1, For: manager1, Decision: deal.Approve, Comment: note("c"), Level: 1, Clock: &clock,
		},
		deal.ApprovalTransferred{Approval: approval, From: manager1, To: manager2, Reason: note("r"), Clock: &clock},
		deal.ApprovalWithdrawn{Approval: "approval", Reason: note("r")},
		deal.ApprovalVoided{Approval: "approval", Cause: deal.SubjectEdited},
		deal.FilingArbitrated{
			Approval: "approval", Filing: "filing1", Decision: deal.GrantFiling, Reason: note("r"),
			Against: deal.ClaimRef{Account: other, Filing: "theirs", Owner: rep3},
		},
		deal.TasksTakenOver{Tasks: []deal.Cover{{Task: "task", For: manager1, By: manager2}}},
		deal.TasksGivenBack{Tasks: []deal.Cover{{Task: "task", For: manager1, By: manager2}}},
		deal.TaskCompleted{Task: "task"},
		deal.RungReached{
			Clock: "step/step", ClockKind: deal.StepClock, Topic: deal.ServiceTopic, Rung: deal.Superior, Due: now, Breach: true, Late: time.Minute, Approval: &approval,
		},
		deal.CycleCompleted{Pass: 1, Spent: time.Hour, Note: note("n"), Recheck: now.Add(90 * day), Clock: clock},
		deal.CycleOpened{Cycle: 2, Goal: note("g"), Book: book, Clocks: clocks, FollowUp: &follow},
		deal.PlaybookMoved{From: book, To: deal.BookRef{Name: "project", Version: 1}, Reason: note("r"), Clocks: clocks},
		deal.ParentSet{Parent: other, Relation: deal.Subsidiary, Previous: account, PreviousRelation: deal.ParallelProject, Reason: note("r")},
		deal.Promoted{From: book, To: deal.BookRef{Name: "industrial", Version: 2}, Tests: []string{"strong_growth"}, Reason: note("r")},
		deal.Recomputed{Clocks: clocks},
		deal.AgendaPlanned{Clocks: clocks, Done: []string{"agenda/regrade"}, Dropped: []string{"agenda/survey"}},
		deal.HandedOver{
			Handover: "handover", From: rep1, To: rep2, Reason: note("r"), Owner: true, Team: team1, Collects: true,
			Tasks: []deal.TaskMove{{Task: "task", To: rep2}}, Approvals: []deal.Approval{approval},
			Seats: []deal.SeatMove{{Approval: "approval", Level: 1, To: director1}}, Clocks: []string{"agenda/service/s"},
		},
		deal.StepOffered{
			Specialist: deal.Specialist{ID: "specialist", Step: deal.Trial, Person: rep2, By: rep1, Note: note("n"), OfferedAt: now, AcceptedAt: now}, Clock: clock,
		},
		deal.StepAnswered{Specialist: "specialist", Person: rep2, Decision: deal.DeclineStep, Reason: note("r")},
		deal.StepWithdrawn{Specialist: "specialist", Person: rep2, Reason: note("r")},
	}
	kinds := deal.EventKinds()
	require.Len(t, bodies, len(kinds))
	var events []deal.Event
	for i, b := range bodies {
		events = append(events, deal.Event{
			Account: account, Seq: int64(i) + 1, Cycle: 1, Step: deal.Visit, Kind: kinds[i], Version: deal.EventVersion, Body: b,
			Tasks: []deal.Task{{
				ID: "task", Kind: deal.OverdueTask, Assignee: manager1, Deputy: manager2, Ref: "step/step", Due: now, Status: deal.TaskDone, OpenedAt: now, ClosedAt: now,
				ClosedBy: manager1,
			}},
			Notices: []deal.Notice{{To: rep1, Kind: deal.AssignedNotice, Ref: "owner", Due: now}},
			Actor:   rep1, Key: "KEY" + string(rune('A'+i)), At: now,
		})
	}
	sealed, err := deal.Seal("", events)
	require.NoError(t, err)
	return sealed
}
