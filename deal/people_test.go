package deal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestOrg_knowsWhoStandsAboveWhom(t *testing.T) {
	t.Parallel()
	org := organisation()
	for who, want := range map[deal.PersonID]deal.PersonID{
		rep1: manager1, collector1: manager1, manager1: director1, rep3: manager2, director1: "", ops1: "", nobody: "",
	} {
		require.Equal(t, want, org.Superior(who), who)
	}
	require.Equal(t, manager1, org.LeadOf(team1))
	require.Empty(t, org.LeadOf("nowhere"))
	for _, tt := range []struct {
		who  deal.PersonID
		team deal.TeamID
		want bool
	}{
		{manager1, team1, true},
		{director1, team1, true},
		{director1, east, true},
		{manager1, east, false},
		{manager1, team2, false},
		{rep1, team1, false},
		{manager1, "nowhere", false},
	} {
		require.Equal(t, tt.want, org.Leads(tt.who, tt.team), "%s %s", tt.who, tt.team)
	}
	require.Equal(t, []deal.PersonID{manager1, manager2}, org.Holders(deal.Manager))
	require.Equal(t, []deal.PersonID{rep1, rep2, rep3}, org.Holders(deal.Rep), "who has left holds nothing")
	require.Len(t, deal.Roles(), 8)
	_, known := org.Person(nobody)
	require.False(t, known)
}

func TestOrg_skipsATeamWithoutALead(t *testing.T) {
	t.Parallel()
	org := organisation()
	org.Teams[1].Lead = ""
	require.Equal(t, director1, org.Superior(rep1))
}

func TestOrg_withTeamsInACircleEndsAllTheSame(t *testing.T) {
	t.Parallel()
	org := organisation()
	org.Teams[0].Parent = team1
	require.True(t, org.Leads(manager1, east))
	require.False(t, org.Leads(manager2, east))
	require.Equal(t, manager1, org.Superior(director1), "whatever that means")
	w := opened(t)
	w.facts.Org = org
	for _, p := range org.People {
		w.leaves(p.ID)
	}
	w.person(ops1, func(p *deal.Person) { p.Active = true })
	require.Contains(t, told(w.tick(t, "2026-03-05 09:00")), "follow_up_remind ops1")
	w.refuse(t, ops1, deal.Advance{From: deal.Collect}, deal.CodeNotYourRole)
}

func TestDelegation_lastsFromItsBeginningUntilItsEnd(t *testing.T) {
	t.Parallel()
	org := organisation()
	org.Delegations = []deal.Delegation{{From: rep1, To: rep2, Since: at("2026-03-02 09:00"), Until: at("2026-03-04 09:00")}}
	for when, want := range map[string]bool{
		"2026-03-02 08:59": false, "2026-03-02 09:00": true, "2026-03-04 08:59": true, "2026-03-04 09:00": false,
	} {
		require.Equal(t, want, org.ActsFor(rep2, rep1, at(when)), when)
	}
	require.True(t, org.ActsFor(rep1, rep1, at("2026-03-09 09:00")), "everybody acts for themselves")
	require.False(t, org.ActsFor(rep1, rep2, at("2026-03-02 09:00")), "and not the other way round")
	require.False(t, org.ActsFor("", "", at("2026-03-02 09:00")), "nobody acts for nobody")
}

func TestDelegation_reachesThreeHandsAndNoCircles(t *testing.T) {
	t.Parallel()
	org := organisation()
	hands := []deal.PersonID{rep1, rep2, manager1, manager2, director1}
	for i := range hands[1:] {
		org.Delegations = append(org.Delegations, deal.Delegation{
			From: hands[i], To: hands[i+1], Since: at("2026-03-02 09:00"), Until: at("2026-03-04 09:00"),
		})
	}
	org.Delegations = append(org.Delegations, deal.Delegation{
		From: manager1, To: rep1, Since: at("2026-03-02 09:00"), Until: at("2026-03-04 09:00"),
	})
	now := at("2026-03-03 09:00")
	require.Equal(t, []deal.PersonID{rep2, manager1, manager2}, org.Deputies(rep1, now))
	require.False(t, org.ActsFor(director1, rep1, now), "chains end after three")
	require.Equal(t, []deal.PersonID{manager2, rep1, director1, rep2}, org.Deputies(manager1, now))

	org.People[4].Active = false // manager1
	require.Equal(t, []deal.PersonID{rep2, manager2}, org.Deputies(rep1, now), "who has left acts for nobody")
}

func TestClosedSets_areListedInFull(t *testing.T) {
	t.Parallel()
	require.Equal(t, []deal.Status{"active", "paused", "resting", "closed"}, deal.Statuses())
	require.Equal(t, []deal.Grade{"A", "B", "C", "D"}, deal.Grades())
	require.Equal(t, []deal.ApprovalKind{
		"filing", "proposal", "contract", "trial_waiver", "veto_lift", "grade_override", "credit_change",
		"executive_visit", "support_request", "gift", "merge", "reopen",
	}, deal.ApprovalKinds())
	require.Equal(t, []deal.SubjectType{"form", "account", "record"}, deal.SubjectTypes())
	require.Equal(t, []deal.Arbitration{"grant", "refuse"}, deal.Arbitrations())
	require.Equal(t, []deal.BuyingRole{"user", "gatekeeper", "decider", "influencer", "champion"}, deal.BuyingRoles())
	require.Equal(t, []deal.InteractionKind{"visit", "call", "meeting", "plant_tour", "seminar"}, deal.InteractionKinds())
	require.Equal(t, "阶段", deal.Text{ZH: "阶段", EN: "step"}.In("zh"))
	require.Equal(t, "step", deal.Text{ZH: "阶段", EN: "step"}.In("en"))
	require.Equal(t, "step", deal.Text{ZH: "阶段", EN: "step"}.In(""))
}
