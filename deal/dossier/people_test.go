package dossier_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func person(contact string, power, support int) dossier.Stakeholder {
	return dossier.Stakeholder{Contact: contact, Power: power, Support: &dossier.Support{Level: support}}
}

func TestSupportBalance_isTheSumOfPowerTimesSupport(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		people []dossier.Stakeholder
		want   int
	}{
		"nobody":                       {nil, 0},
		"one friend":                   {[]dossier.Stakeholder{person("a", 5, 2)}, 10},
		"a strong foe outweighs two":   {[]dossier.Stakeholder{person("a", 5, -2), person("b", 2, 2), person("c", 3, 1)}, -3},
		"without power":                {[]dossier.Stakeholder{person("a", 0, 2)}, 0},
		"whose support nobody knows":   {[]dossier.Stakeholder{{Contact: "a", Power: 5}, person("b", 1, -1)}, -1},
		"the undecided weigh nothing":  {[]dossier.Stakeholder{person("a", 5, 0), person("b", 1, 1)}, 1},
		"exactly balanced is not less": {[]dossier.Stakeholder{person("a", 2, 2), person("b", 4, -1)}, 0},
	} {
		require.Equal(t, c.want, dossier.SupportBalance(c.people), name)
	}
}

func TestSupportBalance_growsWithEveryFriend(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.SliceOf(rapid.Custom(func(t *rapid.T) dossier.Stakeholder {
			return person("x", rapid.IntRange(0, 5).Draw(t, "power"), rapid.IntRange(-2, 2).Draw(t, "support"))
		})).Draw(t, "people")
		before := dossier.SupportBalance(people)
		power, support := rapid.IntRange(1, 5).Draw(t, "power"), rapid.IntRange(-2, 2).Draw(t, "support")
		require.Equal(t, before+power*support, dossier.SupportBalance(append(people, person("y", power, support))))
		require.LessOrEqual(t, before, 10*len(people))
		require.GreaterOrEqual(t, before, -10*len(people))
	})
}

func TestBestChampion_isWhoeverClimbedHighest(t *testing.T) {
	t.Parallel()
	rung, who := dossier.BestChampion(nil)
	require.Empty(t, rung)
	require.Empty(t, who)
	climber := func(contact string, r dossier.ChampionRung) dossier.Stakeholder {
		return dossier.Stakeholder{Contact: contact, Champion: &dossier.Champion{Rung: r}}
	}
	rung, who = dossier.BestChampion([]dossier.Stakeholder{climber("a", dossier.Meets), climber("b", dossier.Relies), {Contact: "c"}, climber("d", dossier.Agrees)})
	require.Equal(t, dossier.Relies, rung)
	require.Equal(t, "b", who)
	for i, r := range dossier.AllChampionRungs() {
		require.Equal(t, i+1, r.Level())
	}
	require.Zero(t, dossier.ChampionRung("king").Level())
}

// visiting is an account in its second pass through visit.
var visiting = deal.State{Cycle: 1, Step: deal.Visit, Passes: []int{1, 1, 1, 1, 2, 2, 0, 0, 0, 0}, Status: deal.Active}

func meeting(at time.Time, pass int, with ...string) deal.Interaction {
	return deal.Interaction{Cycle: 1, Step: deal.Visit, Pass: pass, At: at, With: with}
}

func TestCover_seesWhomWeKnowAndMet(t *testing.T) {
	t.Parallel()
	contacts := []deal.Contact{
		{ID: "wu", Role: deal.UserRole}, {ID: "zheng", Role: deal.DeciderRole}, {ID: "boss", Role: deal.DeciderRole}, {ID: "li"},
	}
	day := 24 * time.Hour
	c := dossier.Cover(visiting, contacts, []deal.Interaction{
		meeting(now.Add(-8*day), 2, "wu"), meeting(now.Add(-7*day), 2, "zheng", "li"), meeting(now.Add(-3*day), 1, "boss"), meeting(now.Add(time.Hour), 2, "boss"),
		{Cycle: 1, Step: deal.Plan, Pass: 2, At: now.Add(-9 * day), With: []string{"boss"}},
	}, 7, now)
	require.True(t, c.Knows(deal.UserRole))
	require.True(t, c.Knows(deal.DeciderRole))
	require.False(t, c.Knows(deal.GatekeeperRole))
	require.False(t, c.Knows(""), "a contact without a role is known for nothing")
	require.Equal(t, 2, c.Meetings, "neither the pass before nor tomorrow")
	require.Equal(t, []string{"zheng"}, c.Deciders)
	require.Equal(t, []dossier.Touch{
		{Contact: "wu", Last: "2026-11-04", Days: 8, Decayed: true},
		{Contact: "zheng", Last: "2026-11-05", Days: 7},
		{Contact: "boss", Last: "2026-11-09", Days: 3},
		{Contact: "li", Last: "2026-11-05", Days: 7},
	}, c.Touches)
	require.Equal(t, []string{"wu"}, c.Decayed())
	require.Len(t, c.Roles, len(deal.BuyingRoles()))
}

func TestCover_takesWhoWasNeverMetForDecayed(t *testing.T) {
	t.Parallel()
	c := dossier.Cover(visiting, []deal.Contact{{ID: "wu"}}, nil, 90, now)
	require.Equal(t, []dossier.Touch{{Contact: "wu", Decayed: true}}, c.Touches)
}

func TestCover_leavesContactsOfTheHouseToTheHouseUntilTheyAreMetHere(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	people := []deal.Contact{{ID: "own"}, {ID: "theirs", SharedFrom: "house"}, {ID: "met here", SharedFrom: "house"}}
	met := []deal.Interaction{{At: now.AddDate(0, 0, -20), With: []string{"met here"}}}
	require.Equal(t, []string{"own", "met here"}, dossier.Cover(deal.State{}, people, met, 7, now).Decayed())
}

func TestCover_countsDaysWherePeopleWork(t *testing.T) {
	t.Parallel()
	// 23:30 in Shanghai on the 5th is still afternoon in Greenwich; the 12th is seven days later at any hour.
	late := time.Date(2026, 11, 5, 15, 30, 0, 0, time.UTC)
	c := dossier.Cover(visiting, []deal.Contact{{ID: "wu"}}, []deal.Interaction{meeting(late, 2, "wu")}, 7, now)
	require.Equal(t, dossier.Touch{Contact: "wu", Last: "2026-11-05", Days: 7}, c.Touches[0])
}

func rating(p dossier.Pillar, score int, on dossier.Day) dossier.Rating {
	return dossier.Rating{Pillar: p, Score: score, On: on}
}

func TestTrusting_readsAverageAndTrendFromDatedRatings(t *testing.T) {
	t.Parallel()
	old, older := today.Add(-90), today.Add(-200)
	for name, c := range map[string]struct {
		ratings []dossier.Rating
		average int
		rated   int
		trend   dossier.Trend
	}{
		"nothing":       {nil, 0, 0, ""},
		"one pillar":    {[]dossier.Rating{rating(dossier.Conduct, 4, today)}, 400, 1, ""},
		"a pillar of 0": {[]dossier.Rating{rating(dossier.Conduct, 0, today), rating(dossier.Expertise, 5, today)}, 250, 2, ""},
		"rising":        {[]dossier.Rating{rating(dossier.Conduct, 2, older), rating(dossier.Conduct, 3, today)}, 300, 1, dossier.Rising},
		"falling":       {[]dossier.Rating{rating(dossier.Conduct, 4, today), rating(dossier.Conduct, 5, old)}, 400, 1, dossier.Falling},
		"steady":        {[]dossier.Rating{rating(dossier.Conduct, 4, older)}, 400, 1, dossier.Steady},
		"one up, one down": {[]dossier.Rating{
			rating(dossier.Conduct, 2, old), rating(dossier.Sincerity, 2, old),
			rating(dossier.Conduct, 3, today), rating(dossier.Sincerity, 1, today),
		}, 200, 2, dossier.Steady},
		"too young a past":  {[]dossier.Rating{rating(dossier.Conduct, 1, old.Add(1)), rating(dossier.Conduct, 5, today)}, 500, 1, ""},
		"not yet":           {[]dossier.Rating{rating(dossier.Conduct, 1, today), rating(dossier.Conduct, 5, today.Add(1))}, 100, 1, ""},
		"last of the day":   {[]dossier.Rating{rating(dossier.Conduct, 1, today), rating(dossier.Conduct, 2, today)}, 200, 1, ""},
		"new pillar is not": {[]dossier.Rating{rating(dossier.Conduct, 3, old), rating(dossier.Expertise, 5, today)}, 400, 2, dossier.Steady},
		"thirds are rounded": {
			[]dossier.Rating{rating(dossier.Conduct, 3, today), rating(dossier.Expertise, 3, today), rating(dossier.Sincerity, 2, today)}, 267, 3, "",
		},
	} {
		s := dossier.Trusting(dossier.Trust{Contact: "a", Ratings: c.ratings}, today, 90)
		require.Equal(t, c.average, s.Average, name)
		require.Equal(t, c.rated, s.Rated, name)
		require.Equal(t, c.trend, s.Trend, name)
		require.Len(t, s.Pillars, 4, name)
	}
	s := dossier.Trusting(filledTrust(), today, 90)
	require.Equal(t, dossier.PillarState{Pillar: dossier.Conduct, Rated: true, Score: 4, On: "2026-11-01", Trend: dossier.Rising}, s.Pillars[0])
	require.Equal(t, dossier.PillarState{Pillar: dossier.Expertise}, s.Pillars[1])
}

func TestTrusting_doesNotCareInWhichOrderRatingsWereWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var ratings []dossier.Rating
		for i := range rapid.IntRange(0, 12).Draw(t, "ratings") { // every day once, as Validate wants it for a pillar
			ratings = append(ratings, rating(rapid.SampledFrom(dossier.AllPillars()).Draw(t, "pillar"), rapid.IntRange(0, 5).Draw(t, "score"), today.Add(-20*i)))
		}
		shuffled := rapid.Permutation(ratings).Draw(t, "order")
		s := dossier.Trusting(dossier.Trust{Ratings: ratings}, today, 90)
		require.Equal(t, s, dossier.Trusting(dossier.Trust{Ratings: shuffled}, today, 90))
		require.GreaterOrEqual(t, s.Average, 0)
		require.LessOrEqual(t, s.Average, 500)
	})
}

func TestTrustTotal_isTheMeanOfWhoIsRated(t *testing.T) {
	t.Parallel()
	average, trend := dossier.TrustTotal(nil)
	require.Zero(t, average)
	require.Empty(t, trend)
	average, trend = dossier.TrustTotal([]dossier.TrustState{
		{Rated: 4, Average: 300, Trend: dossier.Rising},
		{Rated: 1, Average: 401},
		{},
		{Rated: 2, Average: 200, Trend: dossier.Rising},
		{Rated: 1, Average: 300, Trend: dossier.Falling},
	})
	require.Equal(t, 300, average)
	require.Equal(t, dossier.Rising, trend)
	_, trend = dossier.TrustTotal([]dossier.TrustState{{Rated: 1, Average: 1, Trend: dossier.Rising}, {Rated: 1, Average: 1, Trend: dossier.Falling}})
	require.Equal(t, dossier.Steady, trend)
}
