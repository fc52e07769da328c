package deal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// quotaHouse is a line of four with sales operations beside it: ann and bo below boss, boss below head.
func quotaHouse() deal.Org {
	person := func(id deal.PersonID, role deal.Role, team deal.TeamID) deal.Person {
		return deal.Person{ID: id, Name: string(id), Role: role, Team: team, Active: true}
	}
	return deal.Org{
		People: []deal.Person{
			person("ann", deal.Rep, "team"), person("bo", deal.Rep, "team"), person("boss", deal.Manager, "team"),
			person("head", deal.Director, "area"), person("ops", deal.SalesOps, ""), person("ops2", deal.SalesOps, ""),
		},
		Teams: []deal.Team{{ID: "area", Lead: "head"}, {ID: "team", Parent: "area", Lead: "boss"}},
	}
}

func TestOrg_saysWhoSpeaksInAMatterOfTheQuota(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		left     []deal.PersonID
		deputies [][2]deal.PersonID // whose, who
		managers []deal.PersonID    // who states the reason for ann
		speak    []deal.PersonID    // who may, where boss was asked
	}{
		"all are there":                          {nil, nil, people("boss"), people("boss")},
		"a colleague stands in":                  {nil, [][2]deal.PersonID{{"boss", "bo"}}, people("boss"), people("boss", "bo")},
		"ann herself stands in":                  {nil, [][2]deal.PersonID{{"boss", "ann"}}, people("head"), people("boss", "head")},
		"ann stands in beside a colleague":       {nil, [][2]deal.PersonID{{"boss", "ann"}, {"boss", "bo"}}, people("boss"), people("boss", "bo")},
		"ann stands in for who stands in":        {nil, [][2]deal.PersonID{{"boss", "bo"}, {"bo", "ann"}}, people("boss"), people("boss", "bo")},
		"ann stands in for both above":           {nil, [][2]deal.PersonID{{"boss", "ann"}, {"head", "ann"}}, people("ops", "ops2"), people("boss", "head", "ops", "ops2")},
		"the manager has left":                   {people("boss"), nil, people("head"), people("boss", "head")},
		"the manager has left, ann for the head": {people("boss"), [][2]deal.PersonID{{"head", "ann"}}, people("ops", "ops2"), people("boss", "head", "ops", "ops2")},
		"nobody is above":                        {people("boss", "head"), nil, people("ops", "ops2"), people("boss", "ops", "ops2")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := quotaHouse()
			for _, id := range c.left {
				o = o.Without(id)
			}
			for _, d := range c.deputies {
				o.Delegations = append(o.Delegations, deal.Delegation{From: d[0], To: d[1], Since: at.Add(-time.Hour), Until: at.Add(time.Hour)})
			}
			require.Equal(t, c.managers, o.QuotaManagers("ann", at))
			var speak []deal.PersonID
			for _, p := range o.People {
				if o.SpeaksFor(p.ID, "boss", at, "ann") {
					speak = append(speak, p.ID)
				}
			}
			require.ElementsMatch(t, c.speak, speak)
		})
	}
}

func people(ids ...deal.PersonID) []deal.PersonID { return ids }

func TestOrg_findsAStationHeadWhoIsNotRepresentedByWhomItIsAbout(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)
	o := quotaHouse()
	require.Equal(t, people("head"), o.StationHeads("boss", at, "ann", "boss"))
	o.Delegations = []deal.Delegation{{From: "head", To: "ann", Since: at, Until: at.Add(time.Hour)}}
	require.Equal(t, people("ops", "ops2"), o.StationHeads("boss", at, "ann", "boss"))
	require.Equal(t, people("head"), o.StationHeads("boss", at.Add(2*time.Hour), "ann", "boss"), "when that is over")
}
