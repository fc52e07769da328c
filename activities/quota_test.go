package activities_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/quota"
	"closedloop/deal/view"
)

// countingHouse is an organisation whose leads are counted: team "home" in Shanghai, team "west" five hours behind it.
type countingHouse struct {
	org      deal.Org
	joined   map[deal.PersonID]time.Time
	gone     map[deal.PersonID][]view.Deactivation
	leaves   []view.Leave
	leads    []view.QuotaLead
	last     map[deal.PersonID]string
	breaches []view.QuotaBreach
	tasks    []deal.PersonTask
	issues   map[string]view.Bulletin
	now      time.Time
}

func newCountingHouse() *countingHouse {
	return &countingHouse{
		org: deal.Org{
			People: []deal.Person{
				{ID: "ann", Name: "Ann", Role: deal.Rep, Team: "home", Active: true},
				{ID: "bo", Name: "Bo", Role: deal.Collector, Team: "west", Active: true},
				{ID: "boss", Name: "Boss", Role: deal.Manager, Team: "home", Active: true},
				{ID: "head", Name: "Head", Role: deal.Director, Team: "area", Active: true},
				{ID: "ops", Name: "Ops", Role: deal.SalesOps, Active: true},
			},
			Teams: []deal.Team{{ID: "area", Lead: "head"}, {ID: "home", Name: "Home", Parent: "area", Lead: "boss"}, {ID: "west", Name: "West", Parent: "area", Region: "west"}},
		},
		joined: map[deal.PersonID]time.Time{"ann": shanghaiTime("2026-01-01 09:00"), "bo": shanghaiTime("2026-01-01 09:00")},
		last:   map[deal.PersonID]string{}, issues: map[string]view.Bulletin{}, now: shanghaiTime("2026-12-01 09:00"),
	}
}

func shanghaiTime(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", text, time.FixedZone("Shanghai", 8*3600))
	if err != nil {
		panic(err) // written in this file
	}
	return at
}

func (h *countingHouse) Org(context.Context) (deal.Org, error) { return h.org, nil }

func (h *countingHouse) Leaves(_ context.Context, f view.LeaveFilter) (found []view.Leave, err error) {
	for _, l := range h.leaves {
		if l.First <= f.To && f.From <= l.Last {
			found = append(found, l)
		}
	}
	return found, nil
}

func (h *countingHouse) Joined(context.Context) (map[deal.PersonID]time.Time, error) {
	return h.joined, nil
}

func (h *countingHouse) Deactivations(context.Context) (map[deal.PersonID][]view.Deactivation, error) {
	return h.gone, nil
}

func (h *countingHouse) QuotaLeads(_ context.Context, from, until time.Time, people []deal.PersonID) (found []view.QuotaLead, err error) {
	for _, l := range h.leads {
		if !l.At.Before(from) && l.At.Before(until) {
			found = append(found, l)
		}
	}
	return found, nil
}

func (h *countingHouse) LastBreaches(context.Context, string) (map[deal.PersonID]string, error) {
	return h.last, nil
}

func (h *countingHouse) FindBreach(_ context.Context, b view.QuotaBreach, tasks []deal.PersonTask, _ []deal.PersonNotice) (bool, error) {
	h.breaches, h.tasks = append(h.breaches, b), append(h.tasks, tasks...)
	h.last[b.Person] = b.Last
	return true, nil
}

func (h *countingHouse) PublishBulletin(_ context.Context, b view.Bulletin, _ []deal.PersonNotice) (bool, error) {
	_, there := h.issues[b.ID]
	h.issues[b.ID] = b
	return !there, nil
}

// calendarsByZone are working weeks of China with its holidays, five hours behind in the west.
type calendarsByZone struct{ activities.FixedCalendar }

// western is a calendar that counts the days of a zone five hours behind.
type western struct{ deal.Working }

const behind = 5 * time.Hour

func (w western) Date(at time.Time) string { return w.Working.Date(at.Add(-behind)) }

func (w western) Opening(day string) (time.Time, error) {
	at, err := w.Working.Opening(day)
	return at.Add(behind), err
}

func (c calendarsByZone) Working(region string) deal.Working {
	w := c.FixedCalendar.Working(region)
	if region == "west" {
		return western{w}
	}
	return w
}

func (h *countingHouse) quota() *activities.Quota {
	return activities.NewQuota(h, calendarsByZone{activities.FixedCalendar{Calendar: calendar.Default()}}, quota.Rules{PerDay: 1, Streak: 3}, func() time.Time { return h.now })
}

func (h *countingHouse) sweep(t *testing.T, days ...string) {
	t.Helper()
	for _, day := range days {
		_, err := h.quota().Sweep(t.Context(), day)
		require.NoError(t, err)
	}
}

// found are the breaches of a person, as first and last day.
func (h *countingHouse) found(person deal.PersonID) (all [][2]string) {
	for _, b := range h.breaches {
		if b.Person == person {
			all = append(all, [2]string{b.First, b.Last})
		}
	}
	return all
}

// brings adds leads of a person at instants of Shanghai.
func (h *countingHouse) brings(who deal.PersonID, at ...string) {
	for _, text := range at {
		h.leads = append(h.leads, view.QuotaLead{By: who, At: shanghaiTime(text)})
	}
}

func TestQuota_knowsEveryEdgeOfADay(t *testing.T) {
	t.Parallel()
	week := []string{"2026-05-11", "2026-05-12", "2026-05-13", "2026-05-14", "2026-05-15"}
	for name, c := range map[string]struct {
		set   func(*countingHouse)
		sweep []string
		want  [][2]string // of ann
	}{
		"three days":            {func(*countingHouse) {}, []string{"2026-01-07"}, [][2]string{{"2026-01-04", "2026-01-07"}}},
		"joined in the middle":  {func(h *countingHouse) { h.joined["ann"] = shanghaiTime("2026-05-13 11:00") }, week, [][2]string{{"2026-05-13", "2026-05-15"}}},
		"joined a day too late": {func(h *countingHouse) { h.joined["ann"] = shanghaiTime("2026-05-14 00:00") }, week, nil},
		"a lead in between": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.brings("ann", "2026-05-13 10:00")
		}, week, nil},
		"leave pauses": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.leave("2026-05-12", "2026-05-13")
		}, week, [][2]string{{"2026-05-11", "2026-05-15"}}},
		"leave to the end": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.leave("2026-05-13", "2026-05-15")
		}, week, nil},
		"deactivated": {func(h *countingHouse) { h.org.People[0].Active = false }, week, nil},
		"midnight is the next day": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.brings("ann", "2026-05-14 00:00")
		}, week[:3], [][2]string{{"2026-05-11", "2026-05-13"}}},
		"a minute before is today": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.brings("ann", "2026-05-13 23:59")
		}, week[:3], nil},
		"the May holiday asks none": {func(h *countingHouse) { h.joined["ann"] = shanghaiTime("2026-04-30 09:00") }, []string{"2026-04-30", "2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04", "2026-05-05", "2026-05-06", "2026-05-07"}, [][2]string{{"2026-04-30", "2026-05-07"}}},
		"a make-up Saturday asks":   {func(h *countingHouse) { h.joined["ann"] = shanghaiTime("2026-05-07 09:00") }, []string{"2026-05-07", "2026-05-08", "2026-05-09"}, [][2]string{{"2026-05-07", "2026-05-09"}}},
		"three more, another one": {
			func(h *countingHouse) { h.joined["ann"] = shanghaiTime("2026-05-11 09:00") },
			append([]string{"2026-05-11", "2026-05-12", "2026-05-13", "2026-05-14", "2026-05-15", "2026-05-16", "2026-05-17"}, "2026-05-18"),
			[][2]string{{"2026-05-11", "2026-05-13"}, {"2026-05-14", "2026-05-18"}},
		},
		"switched off in a streak": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.off("2026-05-12 08:00", "2026-05-14 08:00")
		}, week, [][2]string{{"2026-05-11", "2026-05-15"}}},
		"switched off for the week": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-08 09:00")
			h.off("2026-05-09 10:00", "2026-05-15 09:00")
		}, week, nil},
		"off and on on the same day": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.off("2026-05-12 08:00", "2026-05-12 17:00")
			h.off("2026-05-13 00:00", "2026-05-13 00:00")
		}, week[:3], [][2]string{{"2026-05-11", "2026-05-13"}}},
		"off at the end of a day": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.off("2026-05-13 23:59", "2026-05-14 00:00")
		}, week[:4], [][2]string{{"2026-05-11", "2026-05-14"}}},
		"off from midnight to midnight": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.off("2026-05-12 00:00", "2026-05-13 00:00")
		}, week[:4], [][2]string{{"2026-05-11", "2026-05-14"}}},
		"off twice": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.off("2026-05-12 08:00", "2026-05-13 08:00")
			h.off("2026-05-14 08:00", "2026-05-15 08:00")
		}, week, [][2]string{{"2026-05-11", "2026-05-15"}}},
		"back on record, off by word of the row": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.gone = map[deal.PersonID][]view.Deactivation{"ann": {{Since: shanghaiTime("2026-05-12 08:00")}}}
		}, week, nil},
		"a lead on the day of leaving ends a streak": {func(h *countingHouse) {
			h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
			h.brings("ann", "2026-05-12 09:00")
			h.off("2026-05-12 10:00", "2026-05-14 08:00")
		}, week, nil},
		"moved to the west": {
			func(h *countingHouse) {
				h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
				h.org.People[0].Team = "west"
				h.brings("ann", "2026-05-14 04:00") // 23:00 of the 13th there
			}, week[:3], nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newCountingHouse()
			c.set(h)
			h.sweep(t, c.sweep...)
			require.Equal(t, c.want, h.found("ann"))
		})
	}
}

func (h *countingHouse) leave(first, last string) {
	h.leaves = append(h.leaves, view.Leave{Leave: deal.Leave{Person: "ann", First: first, Last: last}})
}

func (h *countingHouse) off(since, until string) {
	if h.gone == nil {
		h.gone = map[deal.PersonID][]view.Deactivation{}
	}
	h.gone["ann"] = append(h.gone["ann"], view.Deactivation{Since: shanghaiTime(since), Until: shanghaiTime(until)})
}

func TestQuota_boardAsksNothingForDaysSwitchedOff(t *testing.T) {
	t.Parallel()
	h := newCountingHouse()
	h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
	h.off("2026-05-12 08:00", "2026-05-14 08:00")
	h.leave("2026-05-13", "2026-05-14")
	h.now = shanghaiTime("2026-05-16 09:00")
	lines, err := h.quota().Board(t.Context(), "2026-05", func(p deal.Person) bool { return p.ID == "ann" })
	require.NoError(t, err)
	require.Equal(t, []view.QuotaLine{{Person: "ann", Name: "Ann", Team: "home", Owed: 2, Short: 2, Streak: 2, Leave: 1}}, lines, "Monday and Friday")
}

func TestQuota_asksWhoeverStandsAboveForTheReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(*countingHouse)
		want deal.PersonID
	}{
		"the manager":             {func(*countingHouse) {}, "boss"},
		"the manager has left":    {func(h *countingHouse) { h.org.People[2].Active = false }, "head"},
		"nobody is above, so ops": {func(h *countingHouse) { h.org.People[2].Active, h.org.People[3].Active = false, false }, "ops"},
	} {
		h := newCountingHouse()
		h.joined["ann"] = shanghaiTime("2026-05-11 09:00")
		h.org.People[1].Active = false
		c.set(h)
		h.sweep(t, "2026-05-13")
		require.Len(t, h.tasks, 1, name)
		require.Equal(t, c.want, h.tasks[0].Assignee, name)
		require.True(t, h.tasks[0].ReasonWanted)
	}
}

// The day is over when it is over everywhere, and the bulletin comes before the next working day begins.
func TestQuota_waitsForTheZoneWhereTheDayEndsLast(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("Shanghai", 8*3600)
	jobs := newCountingHouse().quota().Jobs(zone)
	require.Equal(t, activities.QuotaJob, jobs[0].Name)
	over, err := jobs[0].DueAt(t.Context(), "2026-05-15")
	require.NoError(t, err)
	require.Equal(t, "2026-05-16 05:10", over.In(zone).Format("2006-01-02 15:04"))
	morning, err := jobs[1].DueAt(t.Context(), "2026-05-15") // a Friday
	require.NoError(t, err)
	require.Equal(t, "2026-05-18 08:00", morning.In(zone).Format("2006-01-02 15:04"))
	_, err = jobs[0].DueAt(t.Context(), "May")
	require.Error(t, err)
}

func TestQuota_boardAndBulletinCountTheSameDays(t *testing.T) {
	t.Parallel()
	h := newCountingHouse()
	h.brings("ann", "2026-05-11 10:00", "2026-05-11 11:00", "2026-05-16 10:00") // two on a Monday, one on a Saturday
	h.leads = append(h.leads, view.QuotaLead{By: "ann", At: shanghaiTime("2026-05-12 10:00"), Late: true})
	h.leave("2026-05-13", "2026-05-13")
	h.now = shanghaiTime("2026-05-18 09:00")
	lines, err := h.quota().Board(t.Context(), "2026-05", func(p deal.Person) bool { return p.ID == "ann" })
	require.NoError(t, err)
	// the working days of May up to the 17th: 6 to 9, 11 to 15; of them one on leave, two with a lead
	require.Equal(t, []view.QuotaLine{{Person: "ann", Name: "Ann", Team: "home", Leads: 4, Owed: 8, Short: 6, Streak: 0, Late: 1, Leave: 1}}, lines)
	none, err := h.quota().Board(t.Context(), "2026-06", func(deal.Person) bool { return true })
	require.NoError(t, err)
	require.Empty(t, none, "nothing of it is over")

	_, err = h.quota().Publish(t.Context(), "2026-05-12")
	require.NoError(t, err)
	_, err = h.quota().Publish(t.Context(), "2026-05-17") // a Sunday
	require.NoError(t, err)
	require.Len(t, h.issues, 2, "of the two teams, and none of the Sunday")
	for _, issue := range h.issues {
		if issue.Team == "home" {
			require.Equal(t, []view.QuotaLine{{Person: "ann", Name: "Ann", Team: "home", Leads: 1, Owed: 1, Late: 1}}, issue.Lines)
		}
	}
}
