package dossier_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func TestStand_weighsTheMatrixAndSaysWhereWeLead(t *testing.T) {
	t.Parallel()
	s := filledMatrix().Stand()
	require.Equal(t, dossier.Standing{
		Us: 388, Rivals: []dossier.RivalStanding{{Rival: "debang", Score: 313, Complete: true}, {Rival: "sf", Score: 288, Complete: true}},
		Lead: 75, Leads: []string{"breakage"}, Lags: []string{"price"}, Scored: true,
	}, s)
}

func TestStand_waitsForEveryScore(t *testing.T) {
	t.Parallel()
	m := filledMatrix()
	m.Criteria[0].Them = m.Criteria[0].Them[:1]
	s := m.Stand()
	require.False(t, s.Scored)
	require.Equal(t, dossier.RivalStanding{Rival: "sf", Score: 100}, s.Rivals[1], "over what is scored")
	require.Equal(t, 75, s.Lead, "over the rival who is scored throughout")
	m.Criteria[0].Them = nil
	require.Zero(t, m.Stand().Lead)
	require.Equal(t, dossier.Standing{}, dossier.Competition{}.Stand())
	require.False(t, dossier.Competition{NoRival: true, Criteria: m.Criteria}.Stand().Scored)
	even := dossier.Competition{Rivals: []string{"sf"}, Criteria: []dossier.Criterion{
		{Criterion: "x", Weight: 1, Us: 3, Them: []dossier.RivalScore{{Rival: "sf", Score: 3}}},
	}}
	require.Empty(t, even.Stand().Leads)
	require.Empty(t, even.Stand().Lags)
	require.Zero(t, even.Stand().Lead)
}

func TestStand_staysOnTheScaleAndFollowsUs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := dossier.Competition{Rivals: []string{"sf"}}
		for i := range rapid.IntRange(1, 8).Draw(t, "criteria") {
			m.Criteria = append(m.Criteria, dossier.Criterion{
				Criterion: string(rune('a' + i)), Weight: rapid.IntRange(1, 5).Draw(t, "weight"), Us: rapid.IntRange(1, 5).Draw(t, "us"),
				Them: []dossier.RivalScore{{Rival: "sf", Score: rapid.IntRange(1, 5).Draw(t, "them")}},
			})
		}
		before := m.Stand()
		require.True(t, before.Scored)
		require.GreaterOrEqual(t, before.Us, 100)
		require.LessOrEqual(t, before.Us, 500)
		require.Equal(t, before.Us-before.Rivals[0].Score, before.Lead)
		m.Criteria[0].Us = 5
		require.GreaterOrEqual(t, m.Stand().Lead, before.Lead)
	})
}

func TestProposal_isCompleteWithEverythingAnApproverNeeds(t *testing.T) {
	t.Parallel()
	require.True(t, filledProposal().Complete())
	for name, without := range map[string]func(*dossier.Proposal){
		"solution":    func(p *dossier.Proposal) { p.Solution = "" },
		"positioning": func(p *dossier.Proposal) { p.Positioning = "" },
		"value":       func(p *dossier.Proposal) { p.ValueStatement = "" },
		"price":       func(p *dossier.Proposal) { p.PriceMinor = 0 },
		"currency":    func(p *dossier.Proposal) { p.Currency = "" },
		"cost":        func(p *dossier.Proposal) { p.CostMinor = nil },
		"milestones":  func(p *dossier.Proposal) { p.Milestones = nil },
		"owners":      func(p *dossier.Proposal) { p.Owners = nil },
	} {
		require.False(t, edited(filledProposal(), without).Complete(), name)
	}
}

func TestProposal_marginIsWhatTheCostLeaves(t *testing.T) {
	t.Parallel()
	margin, known := filledProposal().Margin()
	require.True(t, known)
	require.EqualValues(t, 2000, margin)
	loss := dossier.Proposal{PriceMinor: 100, Currency: "CNY", CostMinor: ptr(int64(150))}
	margin, known = loss.Margin()
	require.True(t, known)
	require.EqualValues(t, -5000, margin)
	_, known = dossier.Proposal{CostMinor: ptr(int64(1))}.Margin()
	require.False(t, known)
	_, known = dossier.Proposal{PriceMinor: 1, Currency: "CNY"}.Margin()
	require.False(t, known)
}

func TestSimulation_balancesVotes(t *testing.T) {
	t.Parallel()
	s := dossier.Simulation{Votes: []dossier.Vote{
		{Contact: "a", Vote: dossier.VotesFor}, {Contact: "b", Vote: dossier.VotesAgainst}, {Contact: "c", Vote: dossier.VotesFor}, {Contact: "d", Vote: dossier.VotesOpen},
	}}
	require.Equal(t, 1, s.Balance())
	require.True(t, s.Expects("d"))
	require.False(t, s.Expects("e"))
}

func TestCountTrials_takesACriterionWithoutVerdictForOpen(t *testing.T) {
	t.Parallel()
	require.False(t, dossier.CountTrials(nil).AllPassed(), "nothing tried is nothing passed")
	n := dossier.CountTrials([]dossier.Trial{
		{Criteria: []dossier.Acceptance{passed("a"), {Verdict: dossier.Failed}}}, {Sample: "B", Criteria: []dossier.Acceptance{{}, {Verdict: dossier.OpenVerdict}}},
	})
	require.Equal(t, dossier.TrialCount{Criteria: 4, Open: 2, Passed: 1, Failed: 1}, n)
	require.False(t, n.AllPassed())
	require.True(t, dossier.CountTrials([]dossier.Trial{{Criteria: []dossier.Acceptance{passed("a")}}, {}}).AllPassed())
}

// office opens at nine on every day but a weekend's.
type office struct{ deal.Working }

func (office) Opening(day string) (time.Time, error) {
	at, err := time.ParseInLocation(time.DateOnly, day, now.Location())
	if err != nil {
		return at, err
	}
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.AddDate(0, 0, 1)
	}
	return at.Add(9 * time.Hour), nil
}

func TestReminders_speakUpWhilePeopleWork(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	got, err := r.Reminders(filledAgreement(), office{})
	require.NoError(t, err)
	at := func(month time.Month, day int) time.Time {
		return time.Date(2027, month, day, 9, 0, 0, 0, now.Location())
	}
	require.Equal(t, []dossier.Reminder{
		{Days: 60, On: "2027-10-01", At: at(10, 1)},
		{Days: 30, On: "2027-10-31", At: at(11, 1)}, // a Sunday
		{Days: 7, On: "2027-11-23", At: at(11, 23)},
	}, got)
	none, err := r.Reminders(dossier.Agreement{}, office{})
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = r.Reminders(filledAgreement(), closedOffice{})
	require.ErrorIs(t, err, errClosed)
}

var errClosed = errors.New("closed")

type closedOffice struct{ deal.Working }

func (closedOffice) Opening(string) (time.Time, error) { return time.Time{}, errClosed }

func TestNudge_isTheLastReminderThatIsDue(t *testing.T) {
	t.Parallel()
	r, a := dossier.DefaultRules(), filledAgreement()
	for day, want := range map[dossier.Day]int{
		a.EndsOn.Add(-61): 0, a.EndsOn.Add(-60): 60, a.EndsOn.Add(-31): 60, a.EndsOn.Add(-30): 30, a.EndsOn.Add(-8): 30, a.EndsOn.Add(-7): 7, a.EndsOn: 7,
		a.EndsOn.Add(1): 0,
	} {
		days, due := r.Nudge(a, day)
		require.Equal(t, want, days, day)
		require.Equal(t, want > 0, due, day)
	}
	_, due := r.Nudge(dossier.Agreement{}, today)
	require.False(t, due)
}

func TestAgreement_runsFromItsFirstDayToItsLast(t *testing.T) {
	t.Parallel()
	a := filledAgreement()
	require.False(t, a.Running("2026-11-30"))
	require.True(t, a.Running("2026-12-01"))
	require.True(t, a.Running("2027-11-30"))
	require.False(t, a.Running("2027-12-01"))
	require.False(t, dossier.Agreement{EndsOn: "2027-01-01"}.Running(today))
}

func TestAgreement_countsItsTermWithOrWithoutTheLastDay(t *testing.T) {
	t.Parallel()
	for ends, fits := range map[dossier.Day]bool{
		"2027-11-30": true, "2027-12-01": true, "2027-12-31": true, "2028-01-01": false, "2027-11-02": true, "2027-11-01": false, "2028-11-30": false,
	} {
		a := edited(filledAgreement(), func(a *dossier.Agreement) { a.EndsOn = ends })
		require.Equal(t, fits, len(a.Validate(now)) == 0, ends)
	}
}

func TestAgreement_isProvenByTheVeryFile(t *testing.T) {
	t.Parallel()
	a := filledAgreement()
	file := dossier.Entry[dossier.Document]{ID: "doc1", Body: dossier.Document{SHA256: hash}}
	require.True(t, a.Proven([]dossier.Entry[dossier.Document]{{ID: "doc0"}, file}))
	require.False(t, a.Proven(nil))
	other := file
	other.Body.SHA256 = "0" + hash[1:]
	require.False(t, a.Proven([]dossier.Entry[dossier.Document]{other}), "another file under the same ID")
	a.Evidence = nil
	require.False(t, a.Proven([]dossier.Entry[dossier.Document]{file}))
}

func TestLatestAgreement_isTheOneThatStartsLastOrIsBeingWritten(t *testing.T) {
	t.Parallel()
	_, found := dossier.LatestAgreement(nil)
	require.False(t, found)
	first, second, draft := dossier.Agreement{Number: "1", StartsOn: "2026-01-01"}, dossier.Agreement{Number: "2", StartsOn: "2027-01-01"}, dossier.Agreement{Number: "3"}
	for _, c := range []struct {
		all  []dossier.Agreement
		want string
	}{
		{[]dossier.Agreement{first, second}, "2"},
		{[]dossier.Agreement{second, first}, "2"},
		{[]dossier.Agreement{draft, second, first}, "3"},
		{[]dossier.Agreement{first, draft, second}, "3"},
	} {
		a, found := dossier.LatestAgreement(c.all)
		require.True(t, found)
		require.Equal(t, c.want, a.Number)
	}
}

func TestService_comesBackAfterItsInterval(t *testing.T) {
	t.Parallel()
	p := dossier.ServicePlan{Role: deal.UserRole, EveryDays: 7, NextOn: today}
	require.True(t, p.Due(today))
	require.False(t, p.Due(today.Add(-1)))
	p = p.Done(today.Add(2))
	require.Equal(t, today.Add(2), p.LastOn)
	require.Equal(t, today.Add(9), p.NextOn)
	require.False(t, p.Due(today.Add(8)))
	require.False(t, dossier.ServicePlan{}.Due(today))
	require.True(t, dossier.Served([]dossier.ServicePlan{p}, deal.UserRole))
	require.False(t, dossier.Served([]dossier.ServicePlan{p}, deal.DeciderRole))
}

func TestLatestSurvey_isTheNewestUntilToday(t *testing.T) {
	t.Parallel()
	_, found := dossier.LatestSurvey([]dossier.Survey{{On: today.Add(1)}, {}}, today)
	require.False(t, found)
	s, found := dossier.LatestSurvey([]dossier.Survey{{On: today.Add(-3)}, {On: today, Comment: "x"}, {On: today.Add(-9)}}, today)
	require.True(t, found)
	require.Equal(t, "x", s.Comment)
	require.Equal(t, 450, filledSurvey().Satisfaction())
	require.Zero(t, dossier.Survey{}.Satisfaction())
	require.Equal(t, 1, dossier.Survey{Actions: []dossier.Action{{}, {ClosedOn: today}}}.Open())
}

func TestEvaluation_isCompleteWithVolumeSatisfactionMarginAndLessons(t *testing.T) {
	t.Parallel()
	require.True(t, filledEvaluation().Complete())
	for name, without := range map[string]func(*dossier.Evaluation){
		"target":       func(e *dossier.Evaluation) { e.VolumeTarget = nil },
		"actual":       func(e *dossier.Evaluation) { e.VolumeActual = nil },
		"satisfaction": func(e *dossier.Evaluation) { e.Satisfaction = nil },
		"margin":       func(e *dossier.Evaluation) { e.MarginBP = nil },
		"lessons":      func(e *dossier.Evaluation) { e.Lessons = "" },
	} {
		require.False(t, edited(filledEvaluation(), without).Complete(), name)
	}
	attained, known := filledEvaluation().Attainment()
	require.True(t, known)
	require.EqualValues(t, 7500, attained)
	_, known = dossier.Evaluation{VolumeTarget: ptr(int64(0)), VolumeActual: ptr(int64(1))}.Attainment()
	require.False(t, known)
	e, found := dossier.LatestEvaluation([]dossier.Evaluation{{On: today, Lessons: "new"}, {On: today.Add(-90)}, {On: today.Add(1)}}, today)
	require.True(t, found)
	require.Equal(t, "new", e.Lessons)
}
