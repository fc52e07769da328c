package api_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

// minutes is one team's reviews, in memory: the one of February has a breach of rep1 and an action of rep2.
type minutes struct {
	one       review.Review
	breaches  []review.Breach
	actions   []review.Action
	decisions []review.Decision
	missing   []review.Review
	filter    review.Filter
	opened    []review.Month
}

func newMinutes() minutes {
	return minutes{
		one: review.Review{
			ID: "review1", Team: team, Month: "2026-02", Status: review.Open, OpenedAt: noon(), OpenedBy: deal.System, DueAt: noon().AddDate(0, 0, 12),
			Since: noon().AddDate(0, -1, 0), Until: noon(), Totals: review.Totals{Accounts: 1, Breaches: 1},
		},
		breaches: []review.Breach{{ID: "b1", Review: "review1", Account: mine, Number: "KA-2026-0001", Name: "晨风集团", Kind: review.DeadlineBreach, Owner: rep1, At: noon(), Step: deal.Plan}},
		actions:  []review.Action{{ID: "a1", Team: team, Review: "review1", Month: "2026-02", Version: 1, Owner: rep2, DueOn: "2026-03-09", Text: "回访", Status: review.ActionOpen, CreatedBy: manager}},
	}
}

func (m *minutes) ReviewBoard(_ context.Context, _ deal.Org, f review.Filter) ([]review.Review, error) {
	m.filter = f
	return append([]review.Review{m.one}, m.missing...), nil
}

func (m *minutes) OpenTeamReview(_ context.Context, t deal.TeamID, month review.Month, by deal.PersonID) (review.Review, bool, error) {
	if month == m.one.Month {
		return m.one, false, nil
	}
	m.opened = append(m.opened, month)
	r := m.one
	r.Team, r.Month, r.OpenedBy = t, month, by
	return r, true, nil
}

func (m *minutes) DayEnds(string) (time.Time, error) { return noon(), nil }

func (m *minutes) Review(_ context.Context, id string) (review.Review, error) {
	if id != m.one.ID {
		return review.Review{}, deal.ErrNotFound
	}
	return m.one, nil
}

func (m *minutes) OwnReviews(_ context.Context, people []deal.PersonID) (map[string]bool, error) {
	own := map[string]bool{}
	for _, b := range m.breaches {
		own[b.Review] = own[b.Review] || slices.Contains(people, b.Owner)
	}
	for _, x := range m.actions {
		own[x.Review] = own[x.Review] || slices.Contains(people, x.Owner)
	}
	return own, nil
}

func (m *minutes) ReviewAccounts(context.Context, string, view.Page) ([]review.Line, string, error) {
	return []review.Line{{
		Account: mine, Number: "KA-2026-0001", Name: "晨风集团", Owner: rep1, Step: deal.Plan, Status: deal.Active, Grade: deal.GradeA,
		Expected: &review.Amount{Minor: 1_200_000, Currency: "CNY"}, Breaches: 1,
	}}, "", nil
}

func (m *minutes) ReviewBreaches(_ context.Context, _ string, people []deal.PersonID, _ view.Page) ([]review.Breach, string, error) {
	var found []review.Breach
	for _, b := range m.breaches {
		if people == nil || slices.Contains(people, b.Owner) {
			found = append(found, b)
		}
	}
	return found, "", nil
}

func (m *minutes) UnexplainedBreaches(context.Context, string) ([]review.Breach, error) {
	return slices.DeleteFunc(slices.Clone(m.breaches), func(b review.Breach) bool { return b.Text != "" }), nil
}

func (m *minutes) ReviewDecisions(context.Context, string) ([]review.Decision, error) {
	return m.decisions, nil
}

func (m *minutes) ReviewActions(context.Context, string) ([]review.Action, error) {
	return slices.Clone(m.actions), nil
}

func (m *minutes) ReviewAction(_ context.Context, _, action string) (review.Action, error) {
	for _, x := range m.actions {
		if x.ID == action {
			return x, nil
		}
	}
	return review.Action{}, deal.ErrNotFound
}

func (m *minutes) open() error {
	if m.one.Status == review.Signed {
		return &view.StateError{Code: deal.CodeReviewSigned}
	}
	return nil
}

func (m *minutes) ExplainBreach(_ context.Context, _, breach string, why review.Reason, allowed func(review.Review, review.Breach) error) (review.Breach, error) {
	for i := range m.breaches {
		if m.breaches[i].ID == breach {
			if err := m.open(); err != nil {
				return review.Breach{}, err
			}
			if err := allowed(m.one, m.breaches[i]); err != nil {
				return review.Breach{}, err
			}
			m.breaches[i].Reason = why
			return m.breaches[i], nil
		}
	}
	return review.Breach{}, deal.ErrNotFound
}

func (m *minutes) AddReviewDecision(_ context.Context, _ string, d review.Decision) error {
	m.decisions = append(m.decisions, d)
	return m.open()
}

func (m *minutes) AddAction(_ context.Context, x review.Action, _ time.Time) (review.Action, error) {
	x.Version, x.Status, x.Month, x.Team = 1, review.ActionOpen, m.one.Month, team
	m.actions = append(m.actions, x)
	return x, m.open()
}

func (m *minutes) ChangeAction(_ context.Context, _ string, x review.Action, _ deal.PersonID, _, _ time.Time) (review.Action, error) {
	x.Version++
	m.actions[0] = x
	return x, nil
}

func (m *minutes) FinishAction(_ context.Context, _, action string, by deal.PersonID, note string, at time.Time) (review.Action, error) {
	for i := range m.actions {
		if m.actions[i].ID == action {
			if m.actions[i].Status == review.ActionDone {
				return review.Action{}, &view.StateError{Code: deal.CodeTaskDone}
			}
			m.actions[i].Status, m.actions[i].DoneBy, m.actions[i].DoneNote, m.actions[i].DoneAt = review.ActionDone, by, note, at
			return m.actions[i], nil
		}
	}
	return review.Action{}, deal.ErrNotFound
}

func (m *minutes) SignReview(_ context.Context, _ string, by, chair deal.PersonID, note, today string, at time.Time) (review.Review, deal.Refusals, error) {
	if err := m.open(); err != nil {
		return m.one, nil, err
	}
	open, _ := m.UnexplainedBreaches(context.Background(), "")
	if no := review.Unsignable(open, m.actions, len(m.decisions), today); len(no) > 0 {
		return m.one, no, nil
	}
	m.one.Status, m.one.SignedBy, m.one.SignedFor, m.one.Note, m.one.SignedAt = review.Signed, by, chair, note, at
	return m.one, nil, nil
}

const reviewPath = "/api/v1/reviews/review1"

// Everybody on every route, on a review of their own: who reads all of it, who reads their part, who may do what.
func TestReviews_everyRoleOnEveryRoute(t *testing.T) {
	t.Parallel()
	everybody := []deal.PersonID{rep1, rep2, collector, manager, director, ops, admin, auditor}
	action := `{"owner":"` + string(rep1) + `","due_on":"2026-03-20","text":"回访"}`
	ifOne := header{"If-Match", `"1"`}
	for _, c := range []struct {
		method, path, body string
		set                []header
		want               []int // in the order of everybody
	}{
		{"GET", "", "", nil, []int{200, 200, 404, 200, 200, 200, 404, 200}},
		{"GET", "/accounts", "", nil, []int{403, 403, 404, 200, 200, 200, 404, 200}},
		{"GET", "/breaches", "", nil, []int{200, 200, 404, 200, 200, 200, 404, 200}},
		{"GET", "/actions", "", nil, []int{200, 200, 404, 200, 200, 200, 404, 200}},
		{"PUT", "/breaches/b1", `{"reason":"生病"}`, nil, []int{200, 404, 404, 200, 200, 403, 404, 403}},
		{"POST", "/actions", action, nil, []int{403, 403, 404, 201, 201, 201, 404, 403}},
		{"PATCH", "/actions/a1", `{"due_on":"2026-03-30"}`, []header{ifOne}, []int{404, 403, 404, 200, 200, 200, 404, 403}},
		{"POST", "/actions/a1/done", `{"note":"好"}`, nil, []int{404, 200, 404, 200, 200, 200, 404, 403}},
		{"POST", "/decisions", `{"text":"加人"}`, nil, []int{403, 403, 404, 403, 201, 201, 404, 403}},
		{"POST", "/sign", `{}`, nil, []int{403, 403, 404, 403, 422, 403, 404, 403}},
		{"POST", "", `{"team":"` + string(team) + `","month":"2026-01"}`, nil, []int{403, 403, 403, 403, 201, 201, 403, 403}},
	} {
		for i, person := range everybody {
			r := newRig(t)
			path := reviewPath + c.path
			if c.method == "POST" && c.path == "" {
				path = strings.TrimSuffix(reviewPath, "/review1")
			}
			var body any
			if c.body != "" {
				body = c.body
			}
			a := r.do(person, c.method, path, body, c.set...)
			require.Equal(t, c.want[i], a.Code, "%s %s by %s: %s", c.method, c.path, person, a.Body)
		}
	}
}

func TestReviews_showRepsTheirPartOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	mineOnly := r.do(rep1, "GET", reviewPath, nil).ok(200)
	require.Equal(t, []any{true, []any{}, []any{}}, []any{mineOnly["partial"], mineOnly["actions"], mineOnly["decisions"]})
	require.NotContains(t, mineOnly, "totals")
	require.Len(t, r.do(rep1, "GET", reviewPath+"/breaches", nil).ok(200)["items"], 1)
	require.Empty(t, r.do(rep2, "GET", reviewPath+"/breaches", nil).ok(200)["items"])
	require.Len(t, r.do(rep2, "GET", reviewPath, nil).ok(200)["actions"], 1)
	whole := r.do(manager, "GET", reviewPath, nil).ok(200)
	require.Equal(t, false, whole["partial"])
	require.Len(t, whole["missing"], 2)
	require.Equal(t, "周杰", whole["chairs"].([]any)[0].(map[string]any)["name"]) //nolint:forcetypeassert // a list of people
}

func TestReviews_haveBreachesOfTheQuotaAmongTheirLines(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	decided := noon()
	r.minutes.breaches = append(r.minutes.breaches, review.Breach{
		ID: "b2", Review: "review1", Name: "李强", Kind: review.QuotaBreached, Step: deal.Collect, Owner: rep2, At: noon(),
		Quota: &review.QuotaBreach{ID: "q1", First: "2026-02-02", Last: "2026-02-04", Days: 3, State: "waived", DecidedBy: director, DecidedAt: &decided},
	})
	items := r.do(manager, "GET", reviewPath+"/breaches", nil).ok(200)["items"].([]any)
	line := items[1].(map[string]any)
	require.NotContains(t, line, "account")
	require.Contains(t, items[0], "account")
	require.Equal(t, map[string]any{
		"id": "q1", "first_day": "2026-02-02", "last_day": "2026-02-04", "days": 3.0, "state": "waived", "decided_at": "2026-03-02T12:00:00Z",
		"decided_by": line["quota"].(map[string]any)["decided_by"],
	}, line["quota"])
	sheet := r.do(manager, "GET", reviewPath+"/breaches?format=csv", nil)
	require.Equal(t, 200, sheet.Code)
	require.Contains(t, sheet.Body.String(), "2026-02-04")
	require.NotContains(t, []int{200}, r.do(rep2, "PUT", reviewPath+"/breaches/b2", `{"reason":"x"}`).Code, "nobody states the reason of their own")
	r.do(manager, "PUT", reviewPath+"/breaches/b2", `{"reason":"生病"}`).ok(200)
}

func TestReviews_listTheMissingAndTheLate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.minutes.missing = []review.Review{{Team: team, Month: "2026-01", Status: review.Missing, DueAt: noon().AddDate(0, 0, -10)}}
	items := r.do(director, "GET", "/api/v1/reviews?team="+string(team)+"&month=2026-01&status=missing&late=true", nil).ok(200)["items"]
	late := true
	require.Equal(t, review.Filter{Team: team, Month: "2026-01", Status: review.Missing, Late: &late}, r.minutes.filter)
	require.Len(t, items, 2)
	require.Len(t, r.do(rep1, "GET", "/api/v1/reviews", nil).ok(200)["items"], 1, "a month without review is nothing of a rep's")
	require.Empty(t, r.do(admin, "GET", "/api/v1/reviews", nil).ok(200)["items"])
	for query, pointer := range map[string]string{"month=2026-13": "query/month", "status=lost": "query/status", "late=perhaps": "query/late", "cursor=eA": "query/cursor"} {
		require.Equal(t, pointer, r.do(director, "GET", "/api/v1/reviews?"+query, nil).problem(422, "invalid_request").Errors[0].Pointer)
	}
	r.lang = "zh"
	require.Contains(t, r.do(director, "GET", "/api/v1/reviews?format=csv", nil).Body.String(), "未开")
	require.Contains(t, r.do(director, "GET", reviewPath+"/accounts?format=csv", nil).Body.String(), "12000.00 CNY")
}

func TestOpenReview_isSafeToRepeatAndKnowsItsMonths(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := `{"team":"` + string(team) + `","month":"2026-03"}`
	first := r.do(director, "POST", "/api/v1/reviews", body, key("k"))
	require.Equal(t, 201, first.Code)
	require.Equal(t, first.Body.String(), r.do(director, "POST", "/api/v1/reviews", body, key("k")).Body.String())
	require.Equal(t, []review.Month{"2026-03"}, r.minutes.opened)
	require.Equal(t, 200, r.do(director, "POST", "/api/v1/reviews", `{"team":"`+string(team)+`","month":"2026-02"}`).Code, "it is there")
	for body, pointer := range map[string]string{
		`{"team":"` + string(team) + `","month":"2026-04"}`: "/month", `{"team":"` + string(team) + `","month":"soon"}`: "/month", `{"team":"x","month":"2026-02"}`: "/team",
	} {
		require.Equal(t, pointer, r.do(director, "POST", "/api/v1/reviews", body).problem(422, "invalid_request").Errors[0].Pointer, body)
	}
}

func TestSignReview_tellsEverythingThatIsMissingAndIsTheEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.do(director, "POST", reviewPath+"/sign", `{}`).problem(422, "review_incomplete")
	require.Equal(t, []string{"breach_unexplained", "decision_missing"}, []string{p.Errors[0].Code, p.Errors[1].Code})
	require.Contains(t, p.Errors[0].Detail+p.Errors[0].Hint, "KA-2026-0001")
	r.do(rep1, "PUT", reviewPath+"/breaches/b1", `{"reason":"  "}`).problem(422, "invalid_request")
	r.do(rep1, "PUT", reviewPath+"/breaches/b1", `{"reason":"生病"}`).ok(200)
	require.Equal(t, 201, r.do(director, "POST", reviewPath+"/decisions", `{"text":"加人"}`).Code)
	signed := r.do(director, "POST", reviewPath+"/sign", `{"note":"完"}`).ok(200)
	require.Equal(t, []any{"signed", "完"}, []any{signed["status"], signed["note"]})
	for _, c := range [][3]string{
		{"PUT", "/breaches/b1", `{"reason":"x"}`},
		{"POST", "/decisions", `{"text":"x"}`},
		{"POST", "/sign", `{}`},
		{"POST", "/actions", `{"owner":"` + string(rep1) + `","due_on":"2026-03-20","text":"x"}`},
	} {
		r.do(director, c[0], reviewPath+c[1], c[2]).problem(409, "review_signed")
	}
	r.do(rep2, "POST", reviewPath+"/actions/a1/done", nil).ok(200)
	r.do(rep2, "POST", reviewPath+"/actions/a1/done", nil).problem(409, "task_done")
}

func TestReviewActions_wantAPersonADayAndAVersion(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for body, pointer := range map[string]string{
		`{"owner":"nobody","due_on":"2026-03-20","text":"x"}`:                 "/owner",
		`{"owner":"` + string(gone) + `","due_on":"2026-03-20","text":"x"}`:   "/owner",
		`{"owner":"` + string(rep1) + `","due_on":"2026-03-01","text":"x"}`:   "/due_on",
		`{"owner":"` + string(rep1) + `","due_on":"2026-03-20","text":"  "}`:  "/text",
		`{"owner":"` + string(rep1) + `","due_on":"yesterday","text":"call"}`: "/due_on",
	} {
		require.Equal(t, pointer, r.do(manager, "POST", reviewPath+"/actions", body).problem(422, "invalid_request").Errors[0].Pointer, body)
	}
	r.do(manager, "PATCH", reviewPath+"/actions/a1", `{"text":"x"}`).problem(428, "version_required")
	r.do(manager, "PATCH", reviewPath+"/actions/a1", `{"text":"x"}`, header{"If-Match", `"7"`}).problem(412, "stale_version")
	a := r.do(manager, "PATCH", reviewPath+"/actions/a1", `{"owner":"`+string(rep1)+`"}`, header{"If-Match", `"1"`})
	require.Equal(t, "回访", a.ok(200)["text"])
	require.Equal(t, `"2"`, a.Header().Get("ETag"))
	r.do(manager, "POST", reviewPath+"/actions/none/done", nil).problem(404, "not_found")
}
