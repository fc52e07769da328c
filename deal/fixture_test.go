package deal_test

import (
	"time"

	"closedloop/deal"
)

// The demo organisation: area east with two teams. left1 was a rep of team 1 and is gone.
const (
	collector1 deal.PersonID = "collector1"
	rep1       deal.PersonID = "rep1"
	rep2       deal.PersonID = "rep2"
	rep3       deal.PersonID = "rep3"
	manager1   deal.PersonID = "manager1"
	manager2   deal.PersonID = "manager2"
	director1  deal.PersonID = "director1"
	ops1       deal.PersonID = "ops1"
	finance1   deal.PersonID = "finance1"
	admin1     deal.PersonID = "admin1"
	auditor1   deal.PersonID = "auditor1"
	left1      deal.PersonID = "left1"
	nobody     deal.PersonID = "nobody" // in no list

	east  deal.TeamID = "east"
	team1 deal.TeamID = "team1"
	team2 deal.TeamID = "team2"
	loner deal.TeamID = "" // outside the line

	account deal.AccountID = "0190a000-0000-7000-8000-000000000001"
	other   deal.AccountID = "0190a000-0000-7000-8000-000000000002"
)

func organisation() deal.Org {
	person := func(id deal.PersonID, role deal.Role, team deal.TeamID) deal.Person {
		return deal.Person{ID: id, Login: string(id), Name: string(id), Role: role, Team: team, Active: id != left1}
	}
	return deal.Org{
		Version: 1,
		People: []deal.Person{
			person(collector1, deal.Collector, team1), person(rep1, deal.Rep, team1), person(rep2, deal.Rep, team1),
			person(left1, deal.Rep, team1), person(manager1, deal.Manager, team1),
			person(rep3, deal.Rep, team2), person(manager2, deal.Manager, team2), person(director1, deal.Director, east),
			person(ops1, deal.SalesOps, loner), person(finance1, deal.Finance, loner), person(admin1, deal.Admin, loner),
			person(auditor1, deal.Auditor, loner),
		},
		Teams: []deal.Team{
			{ID: east, Name: "East", Lead: director1},
			{ID: team1, Name: "Team 1", Parent: east, Lead: manager1},
			{ID: team2, Name: "Team 2", Parent: east, Lead: manager2},
		},
	}
}

// everyone is each person of the organisation, and two who are not: one unknown, and the system.
func everyone() []deal.PersonID {
	people := []deal.PersonID{nobody, deal.System}
	for _, p := range organisation().People {
		people = append(people, p.ID)
	}
	return people
}

func hours(n int) deal.Span { return deal.OfficeTime(time.Duration(n) * time.Hour) }

func calendarDays(n int) deal.Span { return deal.CalendarTime(time.Duration(n) * day) }

// decisionLadder is the ladder of an approval's level (domain.md §7).
func decisionLadder() []deal.LadderRung {
	return []deal.LadderRung{
		{Name: deal.Remind, Percent: 50},
		{Name: deal.Urge, Percent: 100},
		{Name: deal.Superior, Percent: 150},
		{Name: deal.Reassign, Percent: 200},
	}
}

func stepLadder() []deal.LadderRung {
	after := deal.WorkingDays(1)
	return []deal.LadderRung{{Name: deal.Remind, Percent: 50}, {Name: deal.Urge, Percent: 80}, {Name: deal.Superior, After: &after}}
}

// playbook has all ten steps with the deadlines of domain.md §2, as far as the rules need them.
func playbook() deal.Book {
	anHour, day1, day3 := hours(1), deal.WorkingDays(1), deal.WorkingDays(3)
	whole := func(within deal.Span) deal.Deadline {
		return deal.Deadline{Name: "step", Within: within, Ladder: stepLadder()}
	}
	level := func(who deal.Audience, mode deal.SeatMode) deal.LevelRules {
		return deal.LevelRules{Who: who, Mode: mode, Within: deal.WorkingDays(2), Ladder: decisionLadder()}
	}
	return deal.Book{
		Ref:        deal.BookRef{Name: "express", Version: 1},
		QuietHours: true,
		Recheck:    calendarDays(180),
		Steps: []deal.StepRules{
			{Step: deal.Collect, Deadlines: []deal.Deadline{
				{Name: deal.HandoverDeadline, Within: deal.EndOfDay(), Ladder: []deal.LadderRung{{Name: deal.Remind, Before: &anHour}}},
			}},
			{Step: deal.Screen, Returns: []deal.Step{deal.Collect}, Deadlines: []deal.Deadline{
				{Name: "intake", Within: hours(4), Until: deal.UntilIntake, Ladder: []deal.LadderRung{{Name: deal.Urge, Percent: 100}}},
				{
					Name: "filing", Within: deal.WorkingDays(1), Until: deal.UntilRequested + "filing",
					Ladder: []deal.LadderRung{{Name: deal.Remind, Percent: 50}},
				},
				whole(deal.WorkingDays(3)),
			}},
			{Step: deal.Survey, Returns: []deal.Step{deal.Screen}, Deadlines: []deal.Deadline{whole(deal.WorkingDays(10))}},
			{Step: deal.Analyse, Returns: []deal.Step{deal.Survey, deal.Screen}, Deadlines: []deal.Deadline{whole(deal.WorkingDays(5))}},
			{Step: deal.Plan, Returns: []deal.Step{deal.Analyse}, Deadlines: []deal.Deadline{
				{Name: "proposal", Within: deal.WorkingDays(2), Until: deal.UntilRequested + "proposal", Ladder: stepLadder()},
				whole(deal.WorkingDays(10)),
			}},
			{Step: deal.Visit, Returns: []deal.Step{deal.Plan, deal.Analyse}, Deadlines: []deal.Deadline{whole(deal.WorkingDays(30))}},
			{Step: deal.Trial, Returns: []deal.Step{deal.Visit, deal.Analyse}, Deadlines: []deal.Deadline{whole(deal.WorkingDays(15))}},
			{Step: deal.Sign, Returns: []deal.Step{deal.Trial, deal.Visit}, Deadlines: []deal.Deadline{whole(deal.WorkingDays(10))}},
			{Step: deal.Maintain, Deadlines: []deal.Deadline{whole(calendarDays(90))}},
			{Step: deal.Archive, Returns: []deal.Step{deal.Maintain}, Deadlines: []deal.Deadline{whole(deal.WorkingDays(5))}},
		},
		FollowUp: deal.FollowUpRules{
			Ungraded: deal.WorkingDays(3),
			Cadence: []deal.Cadence{
				{Grade: deal.GradeA, Every: calendarDays(7)},
				{Grade: deal.GradeB, Every: calendarDays(14)},
				{Grade: deal.GradeC, Every: calendarDays(30)},
				{Grade: deal.GradeD, Every: calendarDays(90)},
			},
			Ladder: []deal.LadderRung{
				{Name: deal.Remind, Percent: 100},
				{Name: deal.Urge, After: &day1},
				{Name: deal.Superior, After: &day3},
			},
		},
		Approvals: []deal.ApprovalRules{
			{Kind: deal.Filing, Step: deal.Screen, Subject: "filing", Levels: []deal.LevelRules{level(deal.OwnerManager, deal.AnySeat)}},
			{Kind: deal.Proposal, Step: deal.Plan, Levels: []deal.LevelRules{
				level(deal.OwnerManager, deal.AnySeat), level(deal.OwnerSuperior, deal.AnySeat),
			}},
			{Kind: deal.TrialWaiver, Step: deal.Trial, Levels: []deal.LevelRules{level(deal.OwnerManager, deal.AnySeat)}},
			{Kind: deal.Contract, Step: deal.Sign, Levels: []deal.LevelRules{
				level(deal.OwnerManager, deal.AnySeat), level("role:finance", deal.AnySeat),
			}},
			{Kind: deal.VetoLift, Subject: "veto", Levels: []deal.LevelRules{
				level(deal.OwnerManager, deal.AnySeat), level(deal.OwnerSuperior, deal.AnySeat),
			}},
			{Kind: deal.GradeOverride, Subject: "value_score", Levels: []deal.LevelRules{level(deal.OwnerManager, deal.AnySeat)}},
			{Kind: deal.CreditChange, Subject: "credit", Levels: []deal.LevelRules{level(deal.OwnerManager, deal.AnySeat)}},
			{Kind: deal.ExecutiveVisit, Subject: "executive_visit", Levels: []deal.LevelRules{level(deal.OwnerManager, deal.AnySeat)}},
			{Kind: deal.SupportRequest, Subject: "support_request", Levels: []deal.LevelRules{
				level(deal.OwnerManager, deal.AnySeat), level(deal.OwnerSuperior, deal.AnySeat),
			}},
			{Kind: deal.Gift, Subject: "gift", Levels: []deal.LevelRules{level(deal.OwnerManager, deal.AnySeat)}},
			{Kind: deal.Merger, Levels: []deal.LevelRules{level(deal.OwnerManager, deal.AnySeat)}},
			{Kind: deal.Reopen, Levels: []deal.LevelRules{level(deal.OwnerManager, deal.AnySeat)}},
		},
		Review: deal.ReviewRules{
			Kinds: []deal.InteractionKind{deal.VisitInteraction, deal.PlantTour}, Grades: []deal.Grade{deal.GradeA}, Intent: 4,
			Within: deal.WorkingDays(1), Ladder: stepLadder(),
		},
	}
}

// at is an instant on the office's wall clock: "2026-03-02 09:00" is a Monday morning.
func at(s string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, shanghai); err == nil {
			return t.UTC()
		}
	}
	panic("not an instant: " + s) // a mistake in a test
}

// wall is the reverse of at.
func wall(t time.Time) string { return t.In(shanghai).Format("2006-01-02 15:04") }

// note is a reference to some text; every text has its own.
func note(id string) *deal.TextRef { return &deal.TextRef{ID: "text-" + id, Hash: "hash-" + id} }

// contact1 is the one contact on file.
const contact1 = "contact1"

// records are a file with one contact, a form of every step, and a record of every kind that approvals are about.
func records() deal.Records {
	r := deal.Records{Contacts: []deal.Contact{{ID: contact1, Name: "Zhou", PhoneValid: true}}}
	for _, s := range deal.Steps() {
		r.Forms = append(r.Forms, deal.Form{Step: s, Cycle: 1, Version: 1, Content: map[string]any{}})
	}
	for _, rules := range playbook().Approvals {
		if rules.Subject != "" {
			r.Dossier = append(r.Dossier, deal.Document{Kind: rules.Subject, ID: rules.Subject + "1", Version: 1})
		}
	}
	return r
}
