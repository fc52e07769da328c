package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/testkit"
)

// team is a team of an office's organisation by its name.
func (o office) team(t *testing.T, name string) deal.TeamID {
	t.Helper()
	org, err := o.store.Org(t.Context())
	require.NoError(t, err)
	for _, one := range org.Teams {
		if one.Name == name {
			return one.ID
		}
	}
	require.Fail(t, "no such team", name)
	return ""
}

// recompute plans an account anew as the watchdog does.
func (o office) recompute(t *testing.T, one view.Stale, at time.Time) {
	t.Helper()
	key := "recompute " + one.Wanted
	o.perform(t, deal.Command{Account: one.Account, Key: key, Fingerprint: key, Actor: deal.System, At: at, Name: deal.RecomputeName, Body: deal.Recompute{}})
}

func urumqi() view.CalendarChange {
	return view.CalendarChange{Region: "west", Document: json.RawMessage(`{"zone":"Asia/Urumqi"}`), By: "admin"}
}

// versionsOf are the versions of the clocks of an account.
func (o office) versionsOf(t *testing.T, id deal.AccountID) []string {
	t.Helper()
	seen := map[string]bool{}
	var all []string
	for _, c := range o.clocks(t, id) {
		if !seen[c.Calendar] {
			seen[c.Calendar] = true
			all = append(all, c.Calendar)
		}
	}
	return all
}

func TestAlmanac_aRegionMovesTheAccountsOfItsTeamsAndNobodyElses(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	front, back := newOffice(t, url), newOffice(t, url)
	who := people(t, front.store)
	monday := time.Date(2026, 3, 9, 4, 0, 0, 0, time.UTC) // noon in Shanghai, ten in Urumqi
	back.lead(t, early, who["rep"], monday)
	require.NoError(t, front.store.SetRegion(t.Context(), back.team(t, "west"), "west", "admin"))
	whole := calendar.Default().Version()

	_, would, err := front.Preview(t.Context(), urumqi())
	require.NoError(t, err)
	require.Zero(t, would.Accounts, "nobody works there yet")
	require.Equal(t, whole, would.Before)

	require.NoError(t, front.Change(t.Context(), urumqi()))
	require.Equal(t, whole, front.Working("").Version())
	require.Equal(t, whole, front.Working("elsewhere").Version())
	west := front.Working("west").Version()
	require.Equal(t, would.After, west)
	require.Contains(t, west, "west:")
	require.Empty(t, back.stale(t))

	back.leadIn(t, late, who["far"], "west", monday) // in a process that has asked for nothing since
	require.Equal(t, []string{west}, back.versionsOf(t, late), "an account opens with the calendar of its region")
	require.Equal(t, []string{whole}, back.versionsOf(t, early))
	require.Empty(t, back.stale(t), "each has what it should have")

	// The organisation's own days count in the region as well, and are announced for both.
	_, would, err = front.Preview(t.Context(), closed(t, "2026-03-10", 0))
	require.NoError(t, err)
	require.Equal(t, 2, would.Accounts)
	day := closed(t, "2026-03-10", 0)
	day.Region = "west"
	_, would, err = front.Preview(t.Context(), day)
	require.NoError(t, err)
	require.Equal(t, 1, would.Accounts, "a word about the region moves only those in it")
	require.Equal(t, west, would.Before)
	require.NoError(t, front.Change(t.Context(), day))
	stale := back.stale(t)
	require.Len(t, stale, 1)
	require.Equal(t, late, stale[0].Account)
	require.Equal(t, front.Working("west").Version(), stale[0].Wanted)
	back.recompute(t, stale[0], monday.Add(time.Minute))
	require.Equal(t, []string{front.Working("west").Version()}, back.versionsOf(t, late))
	require.Empty(t, back.stale(t))
}

func TestAlmanac_aTeamThatGetsAnotherRegionIsPlannedAnew(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	front, back := newOffice(t, url), newOffice(t, url)
	who := people(t, front.store)
	monday := time.Date(2026, 3, 9, 2, 0, 0, 0, time.UTC) // ten in Shanghai, eight in Urumqi
	back.leadIn(t, late, who["far"], "west", monday)
	require.NoError(t, front.Change(t.Context(), urumqi()))
	require.Empty(t, back.stale(t), "the region has no teams")
	before := back.clocks(t, late)
	require.NoError(t, front.store.SetRegion(t.Context(), back.team(t, "west"), "west", "admin"))
	stale := back.stale(t)
	require.Len(t, stale, 1)
	back.recompute(t, stale[0], monday.Add(time.Minute))
	west := front.Working("west").Version()
	require.Equal(t, []string{west}, back.versionsOf(t, late))
	moved := 0
	for id, c := range back.clocks(t, late) {
		if !c.Due.Equal(before[id].Due) {
			moved++
		}
	}
	require.Positive(t, moved)
	require.NoError(t, front.store.SetRegion(t.Context(), back.team(t, "west"), "", "admin"))
	require.Len(t, back.stale(t), 1, "and back again")
}

func TestAlmanac_anAccountThatChangesItsTeamIsPlannedAnewInTheSameAct(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	front, back := newOffice(t, url), newOffice(t, url)
	who := people(t, front.store)
	monday := time.Date(2026, 3, 9, 4, 0, 0, 0, time.UTC)
	require.NoError(t, front.store.SetRegion(t.Context(), back.team(t, "west"), "west", "admin"))
	require.NoError(t, front.Change(t.Context(), urumqi()))
	back.lead(t, early, who["rep"], monday)
	whole, west := front.Working("").Version(), front.Working("west").Version()
	require.Equal(t, []string{whole}, back.versionsOf(t, early))
	assign := deal.Command{
		Account: early, Key: "assign", Fingerprint: "f", Actor: who["boss"], At: monday.Add(time.Hour), Name: deal.AssignName,
		Body: deal.Assign{Owner: who["far"], Reason: &deal.TextRef{ID: "why", Hash: "00"}},
	}
	require.NoError(t, back.store.Stage(t.Context(), view.Staged{Account: early, Key: "assign", Texts: map[string]string{"why": "because"}}))
	receipt := back.perform(t, assign)
	require.Equal(t, []string{west}, back.versionsOf(t, early))
	require.Greater(t, receipt.Answer.LastSeq, receipt.Answer.FirstSeq, "the assignment, and that the dates were placed anew")
	require.Empty(t, back.stale(t))
}

func TestAlmanac_wordsOfTheOrganisationReachRegionsThatSayNothingElse(t *testing.T) {
	t.Parallel()
	front := newOffice(t, testkit.Database(t))
	who := people(t, front.store)
	require.NotEmpty(t, who)
	own := view.CalendarChange{Region: "west", Year: 2027, Document: json.RawMessage(`{"source":{"title":"x"},"holidays":[]}`), By: "admin"}
	require.NoError(t, front.Change(t.Context(), own))
	provisional := func(region string) bool {
		at := time.Date(2027, 3, 1, 4, 0, 0, 0, time.UTC)
		return front.Working(region).Provisional(at, at)
	}
	require.False(t, provisional("west"), "the region knows its holidays although nobody else does")
	require.True(t, provisional(""))
	require.NoError(t, front.Change(t.Context(), closed(t, "2027-05-12", 0)))
	require.True(t, provisional(""))
	now, said, err := front.Now(t.Context(), "west")
	require.NoError(t, err)
	require.Len(t, said, 2)
	year, _ := now.Year(2027)
	require.Len(t, year.CompanyDays(), 1)
	empty := view.CalendarChange{Region: "west", Year: 2027, Revision: 1, Document: json.RawMessage(`{}`), By: "admin"}
	require.NoError(t, front.Change(t.Context(), empty))
	require.Equal(t, front.Working("").Version(), front.Working("west").Version(), "nothing counts otherwise there any more")

	// A night shift in a zone without summer time; a region whose clocks change in that hour cannot follow.
	zone := view.CalendarChange{Region: "abroad", Document: json.RawMessage(`{"zone":"America/New_York"}`), By: "admin"}
	require.NoError(t, front.Change(t.Context(), zone))
	night := view.CalendarChange{Document: json.RawMessage(`{"week":["sun"],"hours":[{"open":"01:00","close":"05:00"}]}`), By: "admin"}
	var faults calendar.Faults
	err = front.Change(t.Context(), night)
	require.ErrorAs(t, err, &faults)
	require.ErrorContains(t, err, "region abroad")
	require.Equal(t, calendar.Default().Office().Hours(), front.files.Office().Hours())
}
