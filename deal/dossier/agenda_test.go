package dossier_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// week is an office that opens at nine from Monday to Friday, except on days off.
type week struct {
	deal.Working

	off []string
}

var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

func (w week) Opening(day string) (time.Time, error) {
	at, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return time.Time{}, err
	}
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday || slices.Contains(w.off, at.Format(time.DateOnly)) {
		at = at.AddDate(0, 0, 1)
	}
	return at.Add(9 * time.Hour).UTC(), nil
}

func (w week) Date(at time.Time) string { return at.In(zone).Format(time.DateOnly) }

func (week) Provisional(time.Time, time.Time) bool { return false }

func (week) Version() string { return "week" }

// nineAt is the opening hour of a day, and wallOf the reverse.
func nineAt(day string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		panic(err) // a mistake in a test
	}
	return at.Add(9 * time.Hour).UTC()
}

func wallOf(at time.Time) string { return at.In(zone).Format("2006-01-02 15:04") }

// dates are an active account in its first cycle, in a step since long ago, with some records.
func dates(at time.Time, records ...dossier.Record) dossier.Dates {
	in := dossier.Dates{
		State: deal.State{Account: "a", Seq: 1, Cycle: 1, Step: deal.Plan, Status: deal.Active, Entered: at.AddDate(-1, 0, 0)},
		At:    at, Rules: dossier.DefaultRules(), Working: week{},
	}
	for i, r := range records {
		in.File = append(in.File, dossier.Filed{ID: "r" + strconv.Itoa(i+1), Cycle: 1, At: at.Add(time.Duration(i)), Record: r})
	}
	return in
}

// lines are appointments as "ID due: rung day instant, …", with a mark where the matter is done.
func lines(list []deal.Appointment) []string {
	out := []string{}
	for _, a := range list {
		line := a.ID + " " + wallOf(a.Due)
		if a.Done {
			line += " done"
		}
		for _, r := range a.Rungs {
			line += ", " + string(r.Name) + " " + r.Day
			if wallOf(r.At) != r.Day+" 09:00" {
				line += " at " + wallOf(r.At)
			}
		}
		out = append(out, line)
	}
	return out
}

func TestAgenda_datesWhatIsOnFile(t *testing.T) {
	t.Parallel()
	year := dossier.Agreement{Number: "1", SignedOn: "2026-03-02", StartsOn: "2026-03-02", EndsOn: "2027-03-01"}
	for name, tt := range map[string]struct {
		in   func() dossier.Dates
		want []string
	}{
		"nothing on file": {func() dossier.Dates { return dates(nineAt("2026-03-02")) }, []string{}},
		"an agreement of a year": {func() dossier.Dates { return dates(nineAt("2026-03-02"), year) }, []string{
			"agreement/r1 2027-03-01 09:00, remind 2026-12-31, remind 2027-01-30 at 2027-02-01 09:00, remind 2027-02-22, urge 2027-03-01",
			"evaluation/r1/end 2026-12-31 09:00, remind 2026-12-17, urge 2027-01-01, superior 2027-01-07",
			"evaluation/r1/signed 2026-05-31 09:00, remind 2026-05-17 at 2026-05-18 09:00, urge 2026-06-01, superior 2026-06-07 at 2026-06-08 09:00",
		}},
		"an agreement that ends on a leap day": {func() dossier.Dates {
			return dates(nineAt("2027-06-01"), dossier.Agreement{EndsOn: "2028-02-29"})
		}, []string{"agreement/r1 2028-02-29 09:00, remind 2027-12-31, remind 2028-01-30 at 2028-01-31 09:00, remind 2028-02-22, urge 2028-02-29"}},
		"an agreement that ends on 1 March of a leap year": {func() dossier.Dates {
			return dates(nineAt("2027-06-01"), dossier.Agreement{EndsOn: "2028-03-01"})
		}, []string{"agreement/r1 2028-03-01 09:00, remind 2028-01-01 at 2028-01-03 09:00, remind 2028-01-31, remind 2028-02-23, urge 2028-03-01"}},
		"an agreement that ends in a long holiday": {func() dossier.Dates {
			in := dates(nineAt("2026-06-01"), dossier.Agreement{EndsOn: "2026-10-01"})
			in.Working = week{off: []string{"2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"}}
			return in
		}, []string{"agreement/r1 2026-10-01 09:00, remind 2026-08-02 at 2026-08-03 09:00, remind 2026-09-01, remind 2026-09-24, urge 2026-10-01 at 2026-10-08 09:00"}},
		"an agreement without an end, signed": {func() dossier.Dates {
			return dates(nineAt("2026-03-02"), dossier.Agreement{SignedOn: "2026-03-02"})
		}, []string{"evaluation/r1/signed 2026-05-31 09:00, remind 2026-05-17 at 2026-05-18 09:00, urge 2026-06-01, superior 2026-06-07 at 2026-06-08 09:00"}},
		"a short agreement is evaluated once": {func() dossier.Dates {
			return dates(nineAt("2026-03-02"), dossier.Agreement{SignedOn: "2026-03-02", EndsOn: "2026-08-10"})
		}, []string{
			"agreement/r1 2026-08-10 09:00, remind 2026-06-11, remind 2026-07-11 at 2026-07-13 09:00, remind 2026-08-03, urge 2026-08-10",
			"evaluation/r1/signed 2026-05-31 09:00, remind 2026-05-17 at 2026-05-18 09:00, urge 2026-06-01, superior 2026-06-07 at 2026-06-08 09:00",
		}},
		"an agreement that is written down when its end is near": {func() dossier.Dates {
			return dates(nineAt("2026-12-20"), year)
		}, []string{
			"agreement/r1 2027-03-01 09:00, remind 2026-12-31, remind 2027-01-30 at 2027-02-01 09:00, remind 2027-02-22, urge 2027-03-01",
			"evaluation/r1/end 2026-12-31 09:00, remind 2026-12-17, urge 2027-01-01, superior 2027-01-07",
		}},
		"an agreement that ended two months ago and nobody wrote down": {func() dossier.Dates {
			return dates(nineAt("2026-06-01"), dossier.Agreement{SignedOn: "2025-03-02", EndsOn: "2026-04-01"})
		}, []string{}},
		"an agreement that ended a week ago and nobody wrote down": {func() dossier.Dates {
			return dates(nineAt("2026-04-08"), dossier.Agreement{EndsOn: "2026-04-01"})
		}, []string{"agreement/r1 2026-04-01 09:00, remind 2026-01-31 at 2026-02-02 09:00, remind 2026-03-02, remind 2026-03-25, urge 2026-04-01"}},
		"an agreement that another one takes over from": {func() dossier.Dates {
			return dates(nineAt("2026-03-02"), dossier.Agreement{StartsOn: "2025-03-02", EndsOn: "2026-03-31"},
				dossier.Agreement{SignedOn: "2026-02-20", StartsOn: "2026-04-01", EndsOn: "2029-03-31"})
		}, []string{
			"agreement/r1 2026-03-31 09:00 done, remind 2026-01-30, remind 2026-03-01 at 2026-03-02 09:00, remind 2026-03-24, urge 2026-03-31",
			"agreement/r2 2029-03-31 09:00, remind 2029-01-30, remind 2029-03-01, remind 2029-03-24 at 2029-03-26 09:00, urge 2029-03-31 at 2029-04-02 09:00",
			"evaluation/r2/end 2029-01-30 09:00, remind 2029-01-16, urge 2029-01-31, superior 2029-02-06",
			"evaluation/r2/signed 2026-05-21 09:00, remind 2026-05-07, urge 2026-05-22, superior 2026-05-28",
		}},
		"one that is not signed takes over from nobody": {func() dossier.Dates {
			return dates(nineAt("2026-03-02"), dossier.Agreement{StartsOn: "2025-03-02", EndsOn: "2026-03-31"},
				dossier.Agreement{StartsOn: "2026-04-01"})
		}, []string{"agreement/r1 2026-03-31 09:00, remind 2026-01-30, remind 2026-03-01 at 2026-03-02 09:00, remind 2026-03-24, urge 2026-03-31"}},
		"a win without an agreement on file": {func() dossier.Dates {
			in := dates(nineAt("2026-03-02"))
			in.State.WonAt = nineAt("2026-03-02")
			return in
		}, []string{"evaluation/cycle-1/signed 2026-05-31 09:00, remind 2026-05-17 at 2026-05-18 09:00, urge 2026-06-01, superior 2026-06-07 at 2026-06-08 09:00"}},
		"an agreement of this cycle that does not say when it was signed": {func() dossier.Dates {
			in := dates(nineAt("2026-03-02"), dossier.Agreement{Number: "1"})
			in.State.WonAt = nineAt("2026-03-02")
			return in
		}, []string{"evaluation/r1/signed 2026-05-31 09:00, remind 2026-05-17 at 2026-05-18 09:00, urge 2026-06-01, superior 2026-06-07 at 2026-06-08 09:00"}},
		"an evaluation that answers": {func() dossier.Dates {
			in := dates(nineAt("2026-05-20"), dossier.Evaluation{On: "2026-05-17"})
			in.State.WonAt = nineAt("2026-03-02")
			return in
		}, []string{"evaluation/cycle-1/signed 2026-05-31 09:00 done, remind 2026-05-17 at 2026-05-18 09:00, urge 2026-06-01, superior 2026-06-07 at 2026-06-08 09:00"}},
		"a grade": {func() dossier.Dates {
			in := dates(nineAt("2026-03-02"))
			in.State.Grade, in.State.GradedAt = deal.GradeC, nineAt("2026-03-02")
			return in
		}, []string{"regrade 2026-08-29 09:00, remind 2026-08-29 at 2026-08-31 09:00, urge 2026-09-05 at 2026-09-07 09:00, superior 2026-09-12 at 2026-09-14 09:00"}},
		"a grade whose evaluator named the day": {func() dossier.Dates {
			in := dates(nineAt("2026-03-02"), dossier.ValueScore{On: "2026-03-02", RegradeOn: "2026-04-01"})
			in.State.Grade, in.State.GradedAt = deal.GradeC, nineAt("2026-03-02")
			return in
		}, []string{"regrade 2026-04-01 09:00, remind 2026-04-01, urge 2026-04-08, superior 2026-04-15"}},
		"a day that an evaluator named before the grade": {func() dossier.Dates {
			in := dates(nineAt("2026-06-02"), dossier.ValueScore{On: "2026-03-02", RegradeOn: "2026-04-01"})
			in.State.Grade, in.State.GradedAt = deal.GradeA, nineAt("2026-06-02")
			return in
		}, []string{"regrade 2026-08-31 09:00, remind 2026-08-31, urge 2026-09-07, superior 2026-09-14"}},
		"a grade of which only the day of its scores is known": {func() dossier.Dates {
			in := dates(nineAt("2026-03-02"), dossier.ValueScore{On: "2026-02-02"})
			in.State.Grade = deal.GradeA
			return in
		}, []string{"regrade 2026-05-03 09:00, remind 2026-05-03 at 2026-05-04 09:00, urge 2026-05-10 at 2026-05-11 09:00, superior 2026-05-17 at 2026-05-18 09:00"}},
		"a grade of which nothing more is known": {func() dossier.Dates {
			in := dates(nineAt("2026-03-02"))
			in.State.Grade = deal.GradeA
			return in
		}, []string{}},
		"a service that begins": {func() dossier.Dates {
			return dates(nineAt("2026-03-02"), dossier.ServicePlan{EveryDays: 7, NextOn: "2026-03-04"})
		}, []string{"service/r1 2026-03-04 09:00, remind 2026-03-04"}},
		"a service that should have begun long ago": {func() dossier.Dates {
			return dates(nineAt("2026-03-02"), dossier.ServicePlan{EveryDays: 30, NextOn: "2026-01-31"})
		}, []string{"service/r1 2026-03-02 09:00, remind 2026-03-02"}},
		"a daily service after a weekend": {func() dossier.Dates {
			return dates(nineAt("2026-03-07"), dossier.ServicePlan{EveryDays: 1, NextOn: "2026-03-07"})
		}, []string{"service/r1 2026-03-09 09:00, remind 2026-03-09"}},
		"a survey while the account is maintained": {func() dossier.Dates {
			in := dates(nineAt("2026-03-02"))
			in.State.Step, in.State.Entered = deal.Maintain, nineAt("2026-03-02")
			return in
		}, []string{"survey 2026-05-31 09:00, remind 2026-05-17 at 2026-05-18 09:00, urge 2026-06-01, superior 2026-06-07 at 2026-06-08 09:00"}},
		"a survey after the last one": {func() dossier.Dates {
			in := dates(nineAt("2026-03-02"), dossier.Survey{On: "2026-02-01"}, dossier.Survey{On: "2025-02-01"})
			in.State.Step, in.State.Entered = deal.Maintain, nineAt("2026-03-02")
			return in
		}, []string{"survey 2026-05-02 09:00, remind 2026-04-18 at 2026-04-20 09:00, urge 2026-05-03 at 2026-05-04 09:00, superior 2026-05-09 at 2026-05-11 09:00"}},
		"a change of credit": {func() dossier.Dates {
			return dates(nineAt("2026-03-02"), dossier.Credit{Change: &dossier.CreditChange{To: dossier.Red, DueOn: "2026-03-12"}})
		}, []string{"credit_change/r1 2026-03-12 09:00, urge 2026-03-12, superior 2026-03-13"}},
		"a closed account": {func() dossier.Dates {
			in := dates(nineAt("2026-03-02"), year)
			in.State.Status = deal.Closed
			return in
		}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, lines(dossier.Agenda(tt.in())))
		})
	}
}

// clock is the clock that planning an appointment leaves, after it has fired up to a day.
func clockOf(a deal.Appointment, passed string) deal.Clock {
	c := deal.Clock{ID: "agenda/" + a.ID, Kind: deal.AgendaClock, Topic: a.Topic, Basis: a.Basis, From: nineAt("2020-01-01"), Passed: passed}
	for _, r := range a.Rungs {
		if r.Day > passed {
			c.Rungs = append(c.Rungs, r)
		}
	}
	return c
}

// Whatever the first day, the period and the days off: occurrences are those of the plan's first day and no others, each
// comes once and after the one before, and those that are passed over are met by the same opened door as the next.
func TestAgenda_losesNoOccurrenceOfAServiceAndRepeatsNone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first := dossier.Day("2023-12-20").Add(rapid.IntRange(0, 1200).Draw(t, "first"))
		period := rapid.IntRange(1, 366).Draw(t, "every")
		var off []string
		holiday := first.Add(rapid.IntRange(0, 400).Draw(t, "holiday"))
		for n := range rapid.IntRange(0, 9).Draw(t, "days off") {
			off = append(off, string(holiday.Add(n)))
		}
		plan := dossier.ServicePlan{EveryDays: period, NextOn: first}
		in := dates(nineAt(string(first.Add(-1))), plan)
		in.Working = week{off: off}
		seen := map[dossier.Day]bool{}
		last := dossier.Day("")
		for range 40 {
			list := dossier.Agenda(in)
			require.Len(t, list, 1)
			require.Len(t, list[0].Rungs, 1)
			rung := list[0].Rungs[0]
			day := dossier.Day(rung.Day)
			require.Zero(t, first.Until(day)%period, "an occurrence is counted from the plan's first day")
			require.Greater(t, day, last)
			from := first
			if last != "" {
				from = last.Add(period)
			}
			for d := from; d <= day; d = d.Add(period) {
				at, err := in.Working.Opening(string(d))
				require.NoError(t, err)
				require.Equal(t, rung.At, at, "%s was lost", d)
				require.False(t, seen[d], "%s came twice", d)
				seen[d] = true
			}
			require.False(t, rung.At.Before(nineAt(string(day))), "nobody is spoken to before the day")
			last = day
			in.State.Clocks = []deal.Clock{clockOf(list[0], rung.Day)}
			in.At = rung.At.Add(time.Duration(rapid.IntRange(0, 50).Draw(t, "late")) * time.Hour)
		}
	})
}

// Of every dated matter the rungs come in order, on days that the office works, and the same records and the same clocks
// ask for the same.
func TestAgenda_isInOrderAndTheSameWheneverItIsAsked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := func(label string) dossier.Day {
			return dossier.Day("2027-01-01").Add(rapid.IntRange(0, 1500).Draw(t, label))
		}
		signed := day("signed")
		in := dates(nineAt(string(day("now"))),
			dossier.Agreement{SignedOn: signed, StartsOn: signed, EndsOn: signed.AddMonths(rapid.IntRange(1, 36).Draw(t, "term"))},
			dossier.ServicePlan{EveryDays: rapid.IntRange(1, 366).Draw(t, "every"), NextOn: day("next")},
			dossier.Survey{On: day("survey")}, dossier.Evaluation{On: day("evaluation")},
			dossier.Credit{Change: &dossier.CreditChange{DueOn: day("credit")}},
		)
		in.State.Step, in.State.Entered = deal.Maintain, nineAt(string(day("entered")))
		in.State.Grade, in.State.GradedAt = rapid.SampledFrom(deal.Grades()).Draw(t, "grade"), nineAt(string(day("graded")))
		list := dossier.Agenda(in)
		require.Equal(t, list, dossier.Agenda(in))
		for i, a := range list {
			require.True(t, i == 0 || list[i-1].ID < a.ID, "one of each, in order")
			require.NotEmpty(t, a.Basis)
			require.False(t, a.Due.IsZero())
			for j, r := range a.Rungs {
				require.False(t, r.At.Before(nineAt(r.Day)))
				require.Equal(t, 9, r.At.In(zone).Hour())
				require.True(t, j == 0 || a.Rungs[j-1].Day < r.Day && !r.At.Before(a.Rungs[j-1].At), "%s goes back in time", a.ID)
			}
			in.State.Clocks = append(in.State.Clocks, clockOf(a, ""))
		}
		again := dossier.Agenda(in)
		require.Equal(t, list, again, "what is planned stays what it is")
	})
}

func TestDatedKinds_areKinds(t *testing.T) {
	t.Parallel()
	for _, k := range dossier.DatedKinds() {
		_, ok := dossier.KindOf(k)
		require.True(t, ok, k)
		require.True(t, dossier.Dated(k))
	}
	require.False(t, dossier.Dated(dossier.NeedKind))
}
