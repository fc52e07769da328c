package review_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

func house() deal.Org {
	person := func(id deal.PersonID, role deal.Role, team deal.TeamID) deal.Person {
		return deal.Person{ID: id, Role: role, Team: team, Active: true}
	}
	return deal.Org{
		People: []deal.Person{
			person("chief", deal.Director, "house"), person("director", deal.Director, "area"), person("manager", deal.Manager, "team"),
			person("rep", deal.Rep, "team"), person("ops", deal.SalesOps, ""), person("audit", deal.Auditor, ""),
		},
		Teams: []deal.Team{{ID: "house", Lead: "chief"}, {ID: "area", Parent: "house", Lead: "director"}, {ID: "team", Parent: "area", Lead: "manager"}},
	}
}

func TestChairs_fallUpwardAndToSalesOperations(t *testing.T) {
	t.Parallel()
	org := house()
	require.Equal(t, []deal.PersonID{"director"}, review.Chairs(org, "team"))
	org.People[1].Active = false
	require.Equal(t, []deal.PersonID{"chief"}, review.Chairs(org, "team"), "who has left chairs nothing")
	org.Teams[0].Lead = "manager"
	require.Equal(t, []deal.PersonID{"ops"}, review.Chairs(org, "team"), "nobody chairs the review of their own team")
	org.Teams[2].Parent = ""
	require.Equal(t, []deal.PersonID{"ops"}, review.Chairs(org, "team"))
	require.Equal(t, []deal.Team{org.Teams[0], org.Teams[1], org.Teams[2]}[2].ID, review.Teams(house())[0].ID, "areas are not reviewed")
}

func TestRightOf_letsADeputySitInTheChair(t *testing.T) {
	t.Parallel()
	org := house()
	now := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	org.Delegations = []deal.Delegation{{ID: "d", From: "director", To: "rep", Since: now, Until: now.Add(time.Hour)}}
	right := func(id deal.PersonID, at time.Time) review.Right {
		p, _ := org.Person(id)
		return review.RightOf(org, view.Of(org, p, at), "team")
	}
	require.Equal(t, deal.PersonID("director"), right("rep", now).Chair)
	require.Empty(t, right("rep", now.Add(time.Hour)).Chair)
	require.False(t, right("rep", now.Add(time.Hour)).Reads())
	require.True(t, right("audit", now).Reads())
	require.False(t, right("audit", now).Opens() || right("audit", now).Charges() || right("audit", now).Signs())
	require.True(t, right("manager", now).Charges() && !right("manager", now).Signs() && !right("manager", now).Decides())
	require.True(t, right("ops", now).Opens() && right("ops", now).Decides() && !right("ops", now).Signs())
}

func TestWindow_leavesNoBreachOutAndTellsNoneTwice(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CST", 8*3600)
	begin, end := time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC), time.Date(2026, 3, 31, 16, 0, 0, 0, time.UTC)
	since, until := review.Window("2026-03", nil, end.Add(time.Hour), zone)
	require.Equal(t, []time.Time{begin, end}, []time.Time{since, until})
	early := begin.AddDate(0, 0, -5)
	since, until = review.Window("2026-03", &review.Review{Until: early}, begin.Add(time.Hour), zone)
	require.Equal(t, []time.Time{early, begin.Add(time.Hour)}, []time.Time{since, until})
	since, _ = review.Window("2026-03", &review.Review{Until: begin}, end, zone)
	require.Equal(t, begin, since)
}

func TestUnsignable_tellsAHundredReasonsAndCountsTheRest(t *testing.T) {
	t.Parallel()
	no := review.Unsignable(make([]review.Breach, 130), nil, 1, "2026-03-02")
	require.Len(t, no, 101)
	require.Contains(t, no[100].Text.EN, "30 more")
	require.Empty(t, review.Unsignable(nil, []review.Action{{Status: review.ActionDone, DueOn: "2026-01-01"}, {Status: review.ActionOpen, DueOn: "2026-03-02"}}, 1, "2026-03-02"))
}

func TestParseMonth_takesMonthsOnly(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "2026", "2026-13", "2026-1", "2026-03-01", "März"} {
		_, err := review.ParseMonth(s)
		require.Error(t, err, s)
	}
	m, err := review.ParseMonth("2026-12")
	require.NoError(t, err)
	require.Equal(t, []review.Month{"2027-01", "2026-11"}, []review.Month{m.Next(), m.Previous()})
}

func TestExplains_ofTheQuotaIsForTheLineAndNeverForOneself(t *testing.T) {
	t.Parallel()
	org := house()
	now := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	org.Delegations = []deal.Delegation{{ID: "d", From: "manager", To: "rep", Since: now, Until: now.Add(time.Hour)}}
	may := func(id deal.PersonID, b review.Breach) bool {
		p, _ := org.Person(id)
		v := view.Of(org, p, now)
		return review.RightOf(org, v, "team").Explains(v, b)
	}
	deadline, quota := review.Breach{Kind: review.DeadlineBreach, Owner: "rep"}, review.Breach{Kind: review.QuotaBreached, Owner: "rep"}
	require.True(t, may("rep", deadline))
	require.False(t, may("rep", quota), "also not as the manager's deputy")
	require.True(t, may("manager", quota) && may("director", quota))
	require.False(t, may("ops", quota) || may("audit", quota))
	require.Equal(t, []deal.PersonID{"rep", ""}, []deal.PersonID{deadline.AskedOf(), quota.AskedOf()})
}

func TestUnsignable_namesWhoseQuotaNobodyExplained(t *testing.T) {
	t.Parallel()
	no := review.Unsignable([]review.Breach{{ID: "b", Kind: review.QuotaBreached, Name: "Wang", Quota: &review.QuotaBreach{Days: 3, Last: "2026-03-04"}}}, nil, 1, "2026-04-02")
	require.Len(t, no, 1)
	require.Contains(t, no[0].Text.EN, "Wang (3 working days without a lead, until 2026-03-04)")
	require.Contains(t, no[0].Hint.ZH, "/breaches/b")
}
