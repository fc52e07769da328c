package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// recomputes are the commands with which clocks follow records.
func (w *world) recomputes() []deal.Command {
	var all []deal.Command
	for _, cmd := range w.sent {
		if cmd.Name == deal.RecomputeName {
			all = append(all, cmd)
		}
	}
	return all
}

func TestRecords_withDatesLetTheClocksFollow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	added := r.do(rep1, "POST", at(mine, "/service-plans"), `{"role":"user","service":"call","every_days":30,"next_on":"2026-04-01"}`).ok(201)
	path := at(mine, "/service-plans/"+added["id"].(string))
	require.Len(t, r.recomputes(), 1)
	cmd := r.recomputes()[0]
	require.Equal(t, []any{mine, deal.System, deal.Recompute{}}, []any{cmd.Account, cmd.Actor, cmd.Body})

	changed := `{"role":"user","service":"call","every_days":60,"next_on":"2026-04-01"}`
	r.do(rep1, "PUT", path, changed, header{"If-Match", `"1"`}).ok(200)
	r.do(rep1, "DELETE", path, nil, header{"If-Match", `"2"`}).ok(204)
	r.do(rep1, "PUT", at(mine, "/credit"), `{"payments":{"invoices":3}}`, header{"If-Match", `"0"`}).ok(200)
	keys := map[string]bool{}
	for _, cmd := range r.recomputes() {
		keys[cmd.Key] = true
	}
	require.Len(t, keys, 4, "every change is a cause of its own")

	r.do(rep1, "POST", at(mine, "/needs"), `{"need":"faster","origin":"stated"}`).ok(201)
	require.Len(t, r.recomputes(), 4, "a need has no date")
}

func TestRecords_standEvenWhereTheClocksCannotFollowYet(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = func(deal.Command) (deal.Receipt, error) { return deal.Receipt{}, deal.ErrUnavailable }
	r.do(rep1, "POST", at(mine, "/agreements"), `{"number":"A-1"}`).ok(201)
	require.Len(t, r.recomputes(), 1)
	require.Len(t, r.files.now, 1)
}

func TestUpcoming_saysWhatRecordsAskFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.state.Clocks = []deal.Clock{
		{
			ID: "agenda/agreement/a1", Kind: deal.AgendaClock, Topic: deal.AgreementTopic, From: noon(), Due: noon().AddDate(0, 2, 0),
			Rungs: []deal.Rung{{Name: deal.Remind, At: noon().Add(time.Hour), Day: "2026-03-02"}},
		},
		{
			ID: "agenda/service/s1", Kind: deal.AgendaClock, Topic: deal.ServiceTopic, For: rep2, From: noon(), Due: noon().Add(time.Hour),
			Rungs: []deal.Rung{{Name: deal.Remind, At: noon().Add(2 * time.Hour), Day: "2026-03-02"}},
		},
	}
	for lang, want := range map[string][]string{
		"en": {"晨风集团: an agreement ends soon: please prepare its renewal", "晨风集团: a planned service is due: please render it"},
		"zh": {"晨风集团:协议即将到期,请准备续签", "晨风集团:计划内的服务到期,请按服务计划执行"},
	} {
		items := r.do(rep1, "GET", at(mine, "/upcoming"), nil, header{"Accept-Language", lang}).ok(200)["items"].([]any)
		require.Len(t, items, 2)
		for i, text := range want {
			require.Equal(t, text, items[i].(map[string]any)["text"])
		}
		first, second := items[0].(map[string]any), items[1].(map[string]any)
		require.Equal(t, []any{"agenda", "agreement", "2026-05-02T12:00:00Z"}, []any{first["kind"], first["topic"], first["due"]})
		require.Equal(t, "王芳", first["to"].([]any)[0].(map[string]any)["name"])
		require.Equal(t, "李强", second["to"].([]any)[0].(map[string]any)["name"], "who the plan names")
	}
}

func TestAccount_showsWhatItsGradeMeans(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	visits := 8
	r.grades = []deal.GradeRules{{
		Grade: deal.GradeA, Label: deal.Text{ZH: "全力投入", EN: "All in"}, Treatment: deal.Text{ZH: "优先安排", EN: "Comes first"},
		VisitsPerMonth: &visits, LastStep: deal.Plan,
	}}
	r.state.Clocks = []deal.Clock{{
		ID: "agenda/regrade", Kind: deal.AgendaClock, Topic: deal.RegradeTopic, From: noon(), Due: time.Date(2026, 5, 31, 1, 0, 0, 0, time.UTC),
	}}
	r.records.Interactions = []deal.Interaction{
		{ID: "i1", Kind: deal.VisitInteraction, At: noon().Add(-time.Hour)},
		{ID: "i2", Kind: deal.VisitInteraction, At: noon().AddDate(0, -1, 0)},
		{ID: "i3", Kind: deal.CallInteraction, At: noon().Add(-time.Hour)},
	}
	got := r.do(rep1, "GET", at(mine, ""), nil, header{"Accept-Language", "zh"}).ok(200)["grade_means"]
	require.Equal(t, map[string]any{
		"label": "全力投入", "treatment": "优先安排", "visits_per_month": 8.0, "hours_per_month": nil, "visits": 1.0, "last_step": "plan",
		"regrade_on": "2026-05-31",
	}, got)
	require.NotContains(t, r.do(rep1, "GET", at(mine, ""), nil).ok(200)["flags"], "over_effort")
	visits = 0
	require.Contains(t, r.do(rep1, "GET", at(mine, ""), nil).ok(200)["flags"], "over_effort")
	r.state.Grade = ""
	require.NotContains(t, r.do(rep1, "GET", at(mine, ""), nil).ok(200), "grade_means")
}
