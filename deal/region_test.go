package deal_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// regional makes the world's second team work with a calendar of its own: Mondays off in March.
func (w *world) regional() {
	west := office{version: "west:cal-1", off: []string{"2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"}}
	whole := w.facts.Working
	w.facts.WorkingOf = func(team deal.TeamID) deal.Working {
		if team == team2 {
			return west
		}
		return whole
	}
}

func TestRegion_isHandedDownToTeamsThatHaveNone(t *testing.T) {
	t.Parallel()
	org := deal.Org{
		Teams:  []deal.Team{{ID: "land", Region: "north"}, {ID: "area", Parent: "land"}, {ID: "own", Parent: "area", Region: "coast"}, {ID: "low", Parent: "area"}, {ID: "alone"}},
		People: []deal.Person{{ID: "p", Team: "low"}, {ID: "staff"}},
	}
	for team, want := range map[deal.TeamID]string{"land": "north", "area": "north", "own": "coast", "low": "north", "alone": "", "unknown": "", "": ""} {
		require.Equal(t, want, org.Region(team), team)
	}
	require.Equal(t, "north", org.RegionOf("p"))
	require.Empty(t, org.RegionOf("staff"))
	require.Empty(t, org.RegionOf("nobody"))
}

func TestAssign_toATeamOfAnotherRegionPlacesTheClocksAnew(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.regional()
	w.open(t).walk(t, deal.Analyse)
	for _, c := range w.state.Clocks {
		require.Equal(t, "cal-1", c.Calendar, c.ID)
	}
	var fired []deal.Event
	for _, e := range w.log {
		if _, ok := e.Body.(deal.RungReached); ok {
			fired = append(fired, e)
		}
	}
	events := w.do(t, director1, deal.Assign{Owner: rep3, Reason: note("moved")})
	require.Equal(t, []deal.EventKind{deal.AssignedKind, deal.RecomputedKind}, kinds(events))
	for _, c := range w.state.Clocks {
		require.Equal(t, "west:cal-1", c.Calendar, c.ID)
	}
	for _, e := range punctually(t, w, w.now.AddDate(0, 3, 0)) {
		b, ok := e.Body.(deal.RungReached)
		require.False(t, ok && slices.ContainsFunc(fired, func(f deal.Event) bool {
			before, _ := f.Body.(deal.RungReached)
			return before.Clock == b.Clock && before.Rung == b.Rung
		}), "%s of %s fires again", b.Rung, b.Clock)
		for _, n := range e.Notices {
			require.NotEqual(t, rep1, n.To, "the previous owner has nothing to do with it any more")
		}
	}
}

func TestAssign_withinARegionLeavesTheClocksAlone(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.regional()
	w.open(t).walk(t, deal.Analyse)
	events := w.do(t, manager1, deal.Assign{Owner: rep2, Reason: note("moved")})
	require.Equal(t, []deal.EventKind{deal.AssignedKind}, kinds(events))
}

func TestOpen_countsWithTheCalendarOfTheTeamThatGetsTheLead(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.regional()
	w.facts.Team = team2
	w.do(t, rep3, deal.Open{Territory: "west", Via: deal.ViaImport, Draft: note("draft")})
	require.Equal(t, team2, w.state.Team)
	for _, c := range w.state.Clocks {
		require.Equal(t, "west:cal-1", c.Calendar)
	}
}
