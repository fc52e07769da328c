//go:build e2e

package e2e_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func (s *story) maintains(t *testing.T) {
	s.refusesToLeave(t, deal.Maintain, "surveyed_lately", "user_served", "gatekeeper_served", "decider_served", "volume_evaluated")
	s.files(t, deal.Maintain, func(r dossier.Record) dossier.Record {
		if v, ok := r.(dossier.Survey); ok {
			v.On = dossier.DayOf(inOfficeTime()).Add(-91)
			v.Actions[0].ClosedOn, v.Actions[0].Result = "", ""
			return v
		}
		return r
	})
	s.refusesToLeaveWith(t, deal.Maintain, "actions_closed", "surveyed_lately")
	s.rep.edit(t, dossier.SurveyKind, func(content data) {
		action, _ := content["actions"].([]any)[0].(data)
		action["closed_on"], action["result"] = inOfficeTime().Format(time.DateOnly), "已增派"
	})
	s.refusesToLeaveWith(t, deal.Maintain, "surveyed_lately")
	s.rep.put(t, dossier.Survey{On: dossier.DayOf(inOfficeTime()), Answers: []dossier.Answer{{Question: "时效", Score: 5}}, Actions: []dossier.Action{}})
	s.leaves(t, deal.Maintain)
}

func (s *story) archives(t *testing.T) {
	s.refusesToLeave(t, deal.Archive, "documents_complete", "contacts_refreshed", "next_known", "form_incomplete")
	content := s.filled(t, deal.Archive)
	content["recheck_on"] = inOfficeTime().Format(time.DateOnly)
	s.rep.fill(t, deal.Archive, content)
	s.refusesToLeaveWith(t, deal.Archive, "recheck_ahead")
	content["recheck_on"] = inOfficeTime().AddDate(0, 0, 60).Format(time.DateOnly)
	s.rep.fill(t, deal.Archive, content)
	a := s.leaves(t, deal.Archive)
	require.Equal(t, []any{"resting", "archive", 1}, []any{a.Status, a.Step, a.Cycle})
	require.Equal(t, content["recheck_on"], a.RecheckAt.In(inOfficeTime().Location()).Format(time.DateOnly))
	s.rep.post(t, s.rep.path("/return"), data{"to": "maintain", "reason": "x"}).refused(t, http.StatusConflict, "not_active")
}

func (s *story) developsAgain(t *testing.T) {
	s.rep.post(t, s.rep.path("/second-development"), data{"goal": ""}).refused(t, http.StatusUnprocessableEntity, "reason_missing")
	a := s.rep.act(t, "second-development", data{"goal": "拿下退换货"})
	require.Equal(t, []any{"active", "analyse", 2, 1}, []any{a.Status, a.Step, a.Cycle, a.Pass})
	s.rep.post(t, s.rep.path("/second-development"), data{"goal": "再来"}).refused(t, http.StatusConflict, "not_resting")
	require.Zero(t, s.rep.form(t, deal.Analyse).Version, "a new cycle has forms of its own")
	var old form
	s.rep.get(t, s.rep.path("/steps/analyse/form?cycle=1")).ok(t, &old)
	require.Equal(t, "go", old.Content["go"], "those of the cycle before can be read")
	s.refusesToLeave(t, deal.Analyse, "form_incomplete", "go_decided", "needs_ranked", "value_scored")
}

func (s *story) retells(t *testing.T) {
	events := s.rep.events(t)
	requireNoGap(t, events)
	require.Equal(t, s.rep.read(t).Seq, int64(len(events)))
	var walk []string
	for _, e := range events {
		require.NotEmpty(t, e.Text)
		switch e.Kind {
		case "step_left":
			walk = append(walk, e.Step+">"+e.Data["to"].(string))
		case "cycle_completed", "cycle_opened":
			walk = append(walk, e.Kind)
		}
	}
	require.Equal(t, []string{
		"collect>screen", "screen>survey", "survey>analyse", "analyse>plan", "plan>visit", "visit>analyse", "analyse>plan", "plan>visit",
		"visit>trial", "trial>sign", "sign>maintain", "maintain>archive", "cycle_completed", "cycle_opened",
	}, walk)
	back := events[slices.IndexFunc(events, func(e event) bool { return e.Kind == "step_left" && e.Data["direction"] == "back" })]
	require.Equal(t, "客户换了负责人，需求重排", back.Data["note"], "the words stand where they were said")
	require.Equal(t, "rep1", back.Actor.Login)

	var verdict struct {
		OK     bool `json:"ok"`
		Events int  `json:"events"`
	}
	s.rep.get(t, s.rep.path("/verify")).ok(t, &verdict)
	require.True(t, verdict.OK)
	require.Equal(t, len(events), verdict.Events)
	requireFolded(t, s.p)
}

// requireFolded folds every account's log anew and compares it with what people read.
func requireFolded(t *testing.T, p *product) {
	t.Helper()
	said, code := p.tool(t, "replay", "--data", p.data())
	require.Zero(t, code, said)
	require.Contains(t, said, "every row follows from its log")
}

// person finds somebody of the organisation by login.
func (p *product) person(t *testing.T, login string) human {
	t.Helper()
	for _, h := range all[human](t, p.as(t, "ops1"), "/users", nil) {
		if h.Login == login {
			return h
		}
	}
	require.FailNow(t, "nobody has the login "+login)
	return human{}
}
