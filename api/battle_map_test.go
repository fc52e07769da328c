package api_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// charted is a rig whose account has walked to its plan and has a full file.
func charted(t *testing.T) *rig {
	t.Helper()
	r := twoContacts(newRig(t))
	opened := noon().AddDate(0, 0, -20)
	note := &deal.TextRef{ID: "n1", Hash: "h"}
	meeting := deal.Interaction{ID: "i1", Cycle: 1, Step: deal.Plan, Pass: 1, Kind: deal.CallInteraction, At: noon().AddDate(0, 0, -5), With: []string{"c1"}, By: rep1}
	body := func(step deal.Step, at time.Time, b deal.EventBody, kind deal.EventKind) deal.Event {
		seq := int64(len(r.files.history.Log) + 1)
		return deal.Event{Account: mine, Seq: seq, Cycle: 1, Step: step, Kind: kind, Body: b, Actor: rep1, At: at}
	}
	add := func(step deal.Step, at time.Time, b deal.EventBody, kind deal.EventKind) {
		r.files.history.Log = append(r.files.history.Log, body(step, at, b, kind))
	}
	add(deal.Collect, opened, deal.Opened{Number: "KA-2026-0001", Book: deal.BookRef{Name: "express", Version: 1}, Owner: rep1, Team: team}, deal.OpenedKind)
	add(deal.Analyse, opened.AddDate(0, 0, 1), deal.Graded{Grade: deal.GradeA}, deal.GradedKind)
	add(deal.Analyse, opened.AddDate(0, 0, 2), deal.StepLeft{To: deal.Plan, Direction: deal.Forward, Pass: 1, Clocks: []deal.Clock{{
		ID: "step/step", Kind: deal.StepClock, From: opened, Due: noon().Add(time.Hour), Rungs: []deal.Rung{{Name: deal.Urge, At: noon().Add(time.Hour)}},
	}}}, deal.StepLeftKind)
	add(deal.Plan, noon().AddDate(0, 0, -5), deal.InteractionLogged{
		Interaction: meeting, FollowUp: deal.FollowUp{ID: "f1", At: noon().AddDate(0, 0, 2), Note: note, By: rep1},
		Clock: deal.Clock{ID: "follow_up", Kind: deal.FollowUpClock, Due: noon().AddDate(0, 0, 2)},
	}, deal.InteractionLoggedKind)
	add(deal.Plan, noon().AddDate(0, 0, -4), deal.ApprovalRequested{Approval: pendingProposal(), Clock: deal.Clock{ID: "approval/x/1", Kind: deal.ApprovalClock}}, deal.ApprovalRequestedKind)

	r.files.texts = map[string]string{"n1": "带报价拜访"}
	file := func(id string, record dossier.Record) {
		content, err := dossier.Encode(record)
		require.NoError(t, err)
		info, ok := dossier.KindOf(record.Kind())
		require.True(t, ok)
		d := deal.Document{Kind: string(info.Kind), ID: id, Version: 1, Body: content, CreatedAt: opened, UpdatedAt: opened, UpdatedBy: rep1}
		if info.PerCycle {
			d.Cycle = 1
		}
		r.files.history.Dossier = append(r.files.history.Dossier, d)
	}
	yes := true
	cost := int64(98000000)
	file("c1", dossier.Stakeholder{
		Contact: "c1", Temper: dossier.Tiger, Power: 5, Support: &dossier.Support{Level: 1, On: "2026-02-20", Evidence: "said so"},
		Champion: &dossier.Champion{Rung: dossier.Agrees, On: "2026-02-20", Evidence: "spoke for us"},
		Private:  &dossier.Private{Purpose: dossier.CarePurpose, Hobbies: "golf"},
	})
	file("c2", dossier.Stakeholder{Contact: "c2", Power: 2, Support: &dossier.Support{Level: -2, On: "2026-02-20", Evidence: "prefers them"}})
	file("c9", dossier.Stakeholder{Contact: "c9", Power: 5, Support: &dossier.Support{Level: 2, On: "2026-02-20", Evidence: "has left"}})
	file("re", dossier.Relation{From: "c2", To: "c1", Type: dossier.ReportsTo})
	file("rx", dossier.Relation{From: "c9", To: "c1", Type: dossier.Trusts})
	file("t1", dossier.Trust{Contact: "c1", Ratings: []dossier.Rating{
		{Pillar: dossier.Conduct, Score: 2, On: "2025-11-01", Evidence: "x"}, {Pillar: dossier.Conduct, Score: 4, On: "2026-02-20", Evidence: "x"},
	}})
	file("v2", dossier.ExecutiveVisit{Executive: director, Contacts: []string{"c1"}, Aim: "the tender", VisitOn: "2026-03-20", AcceptedAt: dossier.InstantOf(noon())})
	file("v1", dossier.ExecutiveVisit{
		Executive: director, Contacts: []string{"c1"}, Aim: "to meet", VisitOn: "2026-02-20", AcceptedAt: dossier.InstantOf(opened), HeldOn: "2026-02-20", Result: "they agree",
	})
	file("v3", dossier.ExecutiveVisit{Executive: director, Contacts: []string{"c2"}, Aim: "to sign", VisitOn: "2026-04-20"})
	file("r1", dossier.Rival{Name: "顺丰", Incumbent: true})
	file("r2", dossier.Rival{Name: "中通"})
	file("cycle-1", dossier.Competition{Rivals: []string{"r1"}, Criteria: []dossier.Criterion{
		{Criterion: "price", Weight: 3, Us: 4, Them: []dossier.RivalScore{{Rival: "r1", Score: 2}}},
		{Criterion: "speed", Weight: 1, Us: 2, Them: []dossier.RivalScore{{Rival: "r1", Score: 4}}},
	}})
	file("cycle-1", dossier.Proposal{Solution: "line haul", PriceMinor: 125000000, Currency: "CNY", CostMinor: &cost})
	file("cycle-1", dossier.Negotiation{Limits: "8 %"})
	file("cycle-1", dossier.BuyingProcess{Phase: dossier.TenderPhase, RolePlans: []dossier.RolePlan{{Role: deal.GatekeeperRole, Plan: "ask"}}})
	file("cycle-1", dossier.Man{Money: &yes, Authority: &yes, Need: &yes})
	file("sole", dossier.Credit{Colour: dossier.Green, Since: "2026-02-01", Reason: "pays"})
	file("sole", dossier.Classification{AnnualMinor: 600000000, Currency: "CNY", Tests: []dossier.KeyTest{{Test: dossier.StrongGrowth, Reason: "x"}}})
	file("cycle-1", dossier.ValueScore{Evaluator: rep1, On: "2026-02-01"})
	file("n1", dossier.Need{Need: "faster", Origin: dossier.Stated})
	r.files.history.Contacts, r.files.history.Profile = r.contacts, r.profile
	r.files.history.Forms = []deal.Form{{Step: deal.Plan, Cycle: 1, Version: 2, Content: map[string]any{"price": "1"}}}
	return r
}

func TestBattleMap_putsAnAccountOnOnePage(t *testing.T) {
	t.Parallel()
	r := charted(t)
	a := r.do(rep1, "GET", at(mine, "/battle-map"), nil)
	require.NotContains(t, a.Body.String(), "golf", "private facts are never on it")
	var m struct {
		At       time.Time
		Account  struct{ Name, Number string }
		Portrait struct {
			Profile        struct{ Name string }
			Grade          string
			KeyAccount     bool `json:"key_account"`
			Man            struct{ Cell, Treatment string }
			Value          struct{ Missing []string }
			Kinds          []struct{ Kind string }
			Classification struct{ Annual string }
			Credit         struct{ Colour string }
			Needs          []struct{ Content struct{ Need string } }
		}
		Stakeholders []struct {
			Contact     struct{ ID, Name, Role string }
			Temper      string
			Power       int
			Weight      int
			Support     *struct{ Level int }
			Champion    *struct{ Rung string }
			LastTouched string `json:"last_touched"`
			DaysSince   *int   `json:"days_since"`
			Decayed     bool
			Trust       struct {
				Average int
				Trend   string
				Pillars []struct {
					Pillar, Trend string
					Score         *int
				}
			}
		}
		Relations []struct{ From, To, Type string }
		Support   struct {
			Balance, Judged int
			Champion        string
			ChampionIs      string `json:"champion_is"`
			TrustAverage    int    `json:"trust_average"`
		}
		Coverage struct {
			Roles []struct {
				Role     string
				Contacts []string
				Planned  bool
			}
			Meetings    int
			DecidersMet []string `json:"deciders_met"`
			Decayed     []string
			CadenceDays int `json:"cadence_days"`
		}
		Competition struct {
			Us, Lead    int
			Leads, Lags []string
			Rivals      []struct {
				ID      string
				Score   *int
				Content struct{ Name string }
			}
		}
		Stage struct {
			Step, Status        string
			Number, Cycle, Pass int
			Deadline            time.Time
			Form                struct{ Version int }
			Buying              struct{ Phase string }
		}
		Plan struct {
			Proposal struct {
				Version  int
				MarginBP int `json:"margin_bp"`
				Content  struct{ Price string }
			}
			Negotiation struct{ Limits string }
			Visits      []struct {
				ID, Status string
				Executive  struct{ Name string }
				Content    struct{ Result string }
			} `json:"executive_visits"`
			FollowUp struct {
				At   time.Time
				Note string
			} `json:"next_follow_up"`
		}
		People struct {
			Owner            struct{ Name string }
			Team             struct{ Name string }
			PendingApprovals []struct{ Kind string } `json:"pending_approvals"`
		}
		Coming []struct{ Clock, Rung string }
	}
	require.Equal(t, 200, a.Code, a.Body.String())
	require.NoError(t, json.Unmarshal(a.Body.Bytes(), &m))

	require.Equal(t, noon(), m.At)
	require.Equal(t, "KA-2026-0001", m.Account.Number)
	require.Equal(t, "晨风集团", m.Portrait.Profile.Name)
	require.Equal(t, "A", m.Portrait.Grade)
	require.Equal(t, "MAN", m.Portrait.Man.Cell)
	require.NotEmpty(t, m.Portrait.Man.Treatment)
	require.Len(t, m.Portrait.Value.Missing, 7)
	require.True(t, m.Portrait.KeyAccount)
	require.Equal(t, "economic", m.Portrait.Kinds[0].Kind)
	require.Equal(t, "6000000.00", m.Portrait.Classification.Annual)
	require.Equal(t, "green", m.Portrait.Credit.Colour)
	require.Equal(t, "faster", m.Portrait.Needs[0].Content.Need)

	require.Len(t, m.Stakeholders, 2, "who has left is not on the map")
	boss, user := m.Stakeholders[0], m.Stakeholders[1]
	require.Equal(t, []any{"刘总", "decider", "tiger", 5, 5}, []any{boss.Contact.Name, boss.Contact.Role, boss.Temper, boss.Power, boss.Weight})
	require.Equal(t, 1, boss.Support.Level)
	require.Equal(t, "agrees", boss.Champion.Rung)
	require.Equal(t, "2026-02-25", boss.LastTouched)
	require.Equal(t, 5, *boss.DaysSince)
	require.False(t, boss.Decayed)
	require.Equal(t, 400, boss.Trust.Average)
	require.Equal(t, "rising", boss.Trust.Trend)
	require.Len(t, boss.Trust.Pillars, 4)
	require.Equal(t, 4, *boss.Trust.Pillars[0].Score)
	require.Nil(t, boss.Trust.Pillars[1].Score)
	require.Equal(t, -4, user.Weight)
	require.Nil(t, user.Champion)
	require.True(t, user.Decayed)
	require.Nil(t, user.DaysSince)
	require.Len(t, m.Relations, 1)
	require.Equal(t, "reports_to", m.Relations[0].Type)
	require.Equal(t, []any{1, 2, "agrees", "c1", 400}, []any{m.Support.Balance, m.Support.Judged, m.Support.Champion, m.Support.ChampionIs, m.Support.TrustAverage})
	require.Len(t, m.Coverage.Roles, len(deal.BuyingRoles()))
	require.True(t, m.Coverage.Roles[1].Planned)
	require.Equal(t, []string{"c1"}, m.Coverage.DecidersMet)
	require.Equal(t, []string{"c2"}, m.Coverage.Decayed)
	require.Equal(t, []int{1, 7}, []int{m.Coverage.Meetings, m.Coverage.CadenceDays})

	require.Equal(t, []int{350, 100}, []int{m.Competition.Us, m.Competition.Lead})
	require.Equal(t, []string{"price", "speed"}, append(m.Competition.Leads, m.Competition.Lags...))
	require.Equal(t, 250, *m.Competition.Rivals[0].Score)
	require.Nil(t, m.Competition.Rivals[1].Score)
	require.Equal(t, "中通", m.Competition.Rivals[1].Content.Name)

	require.Equal(t, []any{"plan", "active", 5, 1, 1}, []any{m.Stage.Step, m.Stage.Status, m.Stage.Number, m.Stage.Cycle, m.Stage.Pass})
	require.Equal(t, noon().Add(time.Hour), m.Stage.Deadline)
	require.Equal(t, 2, m.Stage.Form.Version)
	require.Equal(t, "tender", m.Stage.Buying.Phase)
	require.Equal(t, "1250000.00", m.Plan.Proposal.Content.Price)
	require.Equal(t, 2160, m.Plan.Proposal.MarginBP)
	require.Equal(t, "8 %", m.Plan.Negotiation.Limits)
	require.Len(t, m.Plan.Visits, 3)
	require.Equal(t, []string{"v1 done", "v2 approved", "v3 planned"}, []string{
		m.Plan.Visits[0].ID + " " + m.Plan.Visits[0].Status, m.Plan.Visits[1].ID + " " + m.Plan.Visits[1].Status, m.Plan.Visits[2].ID + " " + m.Plan.Visits[2].Status,
	})
	require.Equal(t, []string{"周杰", "they agree"}, []string{m.Plan.Visits[0].Executive.Name, m.Plan.Visits[0].Content.Result})
	require.Equal(t, "带报价拜访", m.Plan.FollowUp.Note)
	require.Equal(t, noon().AddDate(0, 0, 2), m.Plan.FollowUp.At)
	require.Equal(t, []string{"王芳", "一组"}, []string{m.People.Owner.Name, m.People.Team.Name})
	require.Equal(t, "proposal", m.People.PendingApprovals[0].Kind)
	require.Equal(t, "step/step", m.Coming[0].Clock)
	require.Equal(t, []time.Time{{}}, r.files.asOf, "now is asked for as such, whatever the clocks of two machines say")
}

func TestBattleMap_showsAPastInstant(t *testing.T) {
	t.Parallel()
	r := charted(t)
	was, err := json.Marshal(deal.Contact{ID: "c1", Version: 1, Name: "old name"})
	require.NoError(t, err)
	r.files.history.Later = []view.Change{
		{Table: "contacts", ID: "c1", At: noon(), Before: was},
		{Table: "contacts", ID: "c2", At: noon()},
		{Table: "dossier", ID: "proposal/cycle-1", At: noon()},
	}
	past := func(at time.Time) map[string]any {
		return r.do(rep1, "GET", at2(mine, at), nil).ok(200)
	}
	then := noon().AddDate(0, 0, -10)
	out := past(then)
	require.Equal(t, then.Format(time.RFC3339), out["at"])
	people := out["stakeholders"].([]any)
	require.Len(t, people, 1, "the other was not known yet")
	require.Equal(t, "old name", people[0].(map[string]any)["contact"].(map[string]any)["name"])
	require.Empty(t, people[0].(map[string]any)["last_touched"], "nobody had met them")
	plan := out["plan"].(map[string]any)
	require.NotContains(t, plan, "proposal")
	require.NotContains(t, plan, "next_follow_up")
	require.Contains(t, plan, "negotiation")
	require.Empty(t, out["people"].(map[string]any)["pending_approvals"])

	early := past(noon().AddDate(0, 0, -20))
	require.Equal(t, "collect", early["stage"].(map[string]any)["step"])
	require.Empty(t, early["portrait"].(map[string]any)["grade"])
	require.Equal(t, []time.Time{then, noon().AddDate(0, 0, -20)}, r.files.asOf)
}

// at2 is the map of an account at an instant, given with the offset of Shanghai.
func at2(id deal.AccountID, when time.Time) string {
	return at(id, "/battle-map?at="+url.QueryEscape(when.In(shanghai()).Format(time.RFC3339Nano)))
}

func TestBattleMap_countsDaysWhereTheOrganisationWorks(t *testing.T) {
	t.Parallel()
	r := charted(t)
	r.now = time.Date(2026, 3, 2, 16, 30, 0, 0, time.UTC) // the third in Shanghai
	people := r.do(rep1, "GET", at(mine, "/battle-map"), nil).ok(200)["stakeholders"].([]any)
	require.InDelta(t, 6, people[0].(map[string]any)["days_since"], 0)
}

func TestBattleMap_isOfAnInstantThatTheAccountKnows(t *testing.T) {
	t.Parallel()
	r := charted(t)
	for when, code := range map[time.Time]string{noon().Add(time.Second): "date_in_future", noon().AddDate(-1, 0, 0): "not_yet_there", {}: "not_yet_there"} {
		p := r.do(rep1, "GET", at2(mine, when), nil).problem(422, "invalid_request")
		require.Equal(t, code, p.Errors[0].Code)
		require.Equal(t, "query/at", p.Errors[0].Pointer)
	}
	require.Equal(t, "not_date_time", r.do(rep1, "GET", at(mine, "/battle-map?at=yesterday"), nil).problem(422, "invalid_request").Errors[0].Code)
	r.do(rep1, "GET", at2(mine, noon()), nil).ok(200)
	r.do(rep2, "GET", at(mine, "/battle-map"), nil).problem(404, "not_found")
	r.do(auditor, "GET", at(mine, "/battle-map"), nil).ok(200)
}

func TestBattleMap_ofALeadIsEmptyButWhole(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.files.history.Log = []deal.Event{{
		Account: mine, Seq: 1, Cycle: 1, Step: deal.Collect, Kind: deal.OpenedKind, Body: deal.Opened{Number: "x"}, Actor: rep1, At: noon(),
	}}
	out := r.do(rep1, "GET", at(mine, "/battle-map"), nil).ok(200)
	for _, list := range []string{"stakeholders", "relations", "coming"} {
		require.Equal(t, []any{}, out[list], list)
	}
	require.Equal(t, []any{}, out["competition"].(map[string]any)["rivals"])
	require.Equal(t, map[string]any{}, out["stage"].(map[string]any)["form"].(map[string]any)["content"])
	require.Equal(t, map[string]any{"executive_visits": []any{}}, out["plan"])
}

func TestTimeline_namesItsTextsSoThatTheyCanBeErased(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.log = view.Events{
		Items: []deal.Event{
			{Account: mine, Seq: 1, Cycle: 1, Step: deal.Collect, Kind: deal.OpenedKind, Body: deal.Opened{Draft: &deal.TextRef{ID: "d", Hash: "h"}}, At: noon()},
			{Account: mine, Seq: 2, Cycle: 1, Step: deal.Plan, Kind: deal.InteractionLoggedKind, Body: deal.InteractionLogged{Interaction: deal.Interaction{
				Aim: &deal.TextRef{ID: "t1", Hash: "h"}, Result: &deal.TextRef{ID: "t2", Hash: "h"},
			}}, At: noon()},
			{Account: mine, Seq: 3, Cycle: 1, Step: deal.Plan, Kind: deal.GradedKind, Body: deal.Graded{Grade: deal.GradeA}, At: noon()},
		},
		Texts: map[string]string{"d": "remark of the sheet", "t1": "问候"},
	}
	items := r.do(rep1, "GET", at(mine, "/timeline"), nil).ok(200)["items"].([]any)
	texts := func(i int) any { return items[i].(map[string]any)["texts"] }
	require.Equal(t, []any{map[string]any{"id": "d", "pointer": "/draft", "erased": false}}, texts(0))
	require.Equal(t, []any{
		map[string]any{"id": "t1", "pointer": "/interaction/aim", "erased": false},
		map[string]any{"id": "t2", "pointer": "/interaction/result", "erased": true},
	}, texts(1))
	require.Equal(t, []any{}, texts(2))
	data := items[1].(map[string]any)["data"].(map[string]any)["interaction"].(map[string]any)
	require.Equal(t, "问候", data["aim"])
	require.Nil(t, data["result"])
}
