//go:build e2e

package e2e_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/engine/postgres"
	"closedloop/testkit"
)

type jobRun struct {
	Job      string         `json:"job"`
	Period   string         `json:"period"`
	State    string         `json:"state"`
	Attempts int            `json:"attempts"`
	Detail   map[string]int `json:"detail"`
}

type breach struct {
	ID     string `json:"id"`
	Person human  `json:"person"`
	Last   string `json:"last_day"`
	State  string `json:"state"`
	Reason string `json:"reason"`
	Steps  []data `json:"steps"`
}

// climbed lets the house remind of an overdue task, and compares what people were told to expect with what they hear.
func climbed(t *testing.T, people map[string]person, admin person, task, period string) {
	t.Helper()
	ahead := func() (list []string) {
		for login, who := range people {
			for _, c := range all[coming](t, who, "/me/upcoming", nil) {
				if c.Clock == task {
					require.Equal(t, "task", c.Kind)
					list = append(list, login+" task_"+c.Rung+" "+c.Text)
				}
			}
		}
		slices.Sort(list)
		return list
	}
	want := ahead()
	require.Len(t, want, 3, "a reminder, an urging, and the superior's")
	admin.post(t, "/jobs/task-reminders/runs", data{"period": period}).ok(t, nil)
	testkit.Eventually(t, allWithin, func() bool { return len(ahead()) == 0 }, "what was said is not announced any more")
	var heard []string
	for login, who := range people {
		for _, n := range all[data](t, who, "/notifications", nil) {
			if n["ref"] == task {
				heard = append(heard, login+" "+n["kind"].(string)+" "+n["text"].(string))
			}
		}
	}
	slices.Sort(heard)
	require.Equal(t, want, heard)
}

// TestQuota_goesFromAMissedDayToADecision lets the house look at ten days on which nobody brought a lead.
func TestQuota_goesFromAMissedDayToADecision(t *testing.T) {
	t.Parallel()
	p := started(t)
	admin, manager, director, rep := p.as(t, "admin1"), p.as(t, "manager1"), p.as(t, "director1"), p.as(t, "rep1")
	place, err := postgres.Attach(filepath.Join(p.data(), "postgres"), "closedloop")
	require.NoError(t, err)
	db, err := pgx.Connect(t.Context(), place)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close(t.Context())) }()
	_, err = db.Exec(t.Context(), "UPDATE users SET created_at = created_at - interval '60 days'")
	require.NoError(t, err)

	day := func(ago int) string {
		return time.Now().In(time.FixedZone("", 8*3600)).AddDate(0, 0, -ago).Format(time.DateOnly)
	}
	const runs = "/jobs/daily-quota/runs"
	rep.post(t, runs, data{"period": day(2)}).refused(t, http.StatusForbidden, "not_your_role")
	admin.post(t, runs, data{"period": day(0)}).refused(t, http.StatusUnprocessableEntity, "invalid_request")
	first := admin.post(t, runs, data{"period": day(12)}, key("first"))
	first.ok(t, nil)
	require.Equal(t, http.StatusAccepted, first.status)
	done := map[string]jobRun{}
	testkit.Eventually(t, allWithin, func() bool { // what is due after it the watchdog makes good
		for _, run := range all[jobRun](t, admin, runs, nil) {
			done[run.Period] = run
		}
		return done[day(2)].State == "done"
	}, "every day is looked at")
	for ago := 12; ago >= 2; ago-- {
		require.Equal(t, "done", done[day(ago)].State, day(ago))
		require.Equal(t, 1, done[day(ago)].Attempts, day(ago))
	}
	admin.post(t, runs, data{"period": day(5)}).ok(t, nil)

	mine := all[breach](t, rep, "/quota/breaches", nil)
	require.NotEmpty(t, mine)
	b := mine[0]
	require.Equal(t, "rep1", b.Person.Login)
	var wanted []data
	for _, task := range all[data](t, manager, "/tasks", url.Values{"status": {"open"}}) {
		if task["ref"] == "quota/"+b.ID {
			wanted = append(wanted, task)
		}
	}
	require.Len(t, wanted, 1, "however often the job was started")
	require.NotContains(t, wanted[0], "account")
	path := "/tasks/" + wanted[0]["id"].(string) + "/done"
	manager.post(t, path, nil).refused(t, http.StatusUnprocessableEntity, "reason_missing")
	rep.post(t, path, data{"reason": "x"}).refused(t, http.StatusNotFound, "not_found")
	_, err = db.Exec(t.Context(), "UPDATE person_tasks SET opened_at = opened_at - interval '30 days', due_at = due_at - interval '20 days' WHERE id = $1", wanted[0]["id"])
	require.NoError(t, err)
	climbed(t, map[string]person{"manager1": manager, "director1": director}, admin, "task/"+wanted[0]["id"].(string), day(12))
	manager.post(t, path, data{"reason": "片区停电"}).ok(t, nil)
	manager.post(t, path, data{"reason": "片区停电"}).ok(t, nil)
	manager.post(t, path, data{"reason": "另一个原因"}).refused(t, http.StatusConflict, "task_done")

	decision := "/quota/breaches/" + b.ID + "/decision"
	manager.post(t, decision, data{"decision": "confirm"}).refused(t, http.StatusForbidden, "own_request")
	director.post(t, decision, data{"decision": "waive"}).refused(t, http.StatusUnprocessableEntity, "invalid_request")
	director.post(t, decision, data{"decision": "waive", "comment": "同意"}).ok(t, &b)
	require.Equal(t, "waived", b.State)
	require.Equal(t, "片区停电", b.Reason)
	require.Len(t, b.Steps, 3)
	director.post(t, decision, data{"decision": "confirm"}).refused(t, http.StatusConflict, "already_decided")
	told := 0
	for _, line := range all[data](t, rep, "/notifications", nil) {
		if line["kind"] == "quota_decided" {
			told++
		}
	}
	require.Equal(t, 1, told)

	admin.post(t, "/jobs/daily-digest/runs", data{"period": day(9)}).ok(t, nil)
	var issues []data
	testkit.Eventually(t, allWithin, func() bool {
		issues = all[data](t, rep, "/bulletins", nil)
		return len(issues) > 0
	}, "bulletins are published")
	var issue struct {
		Lines []data `json:"lines"`
	}
	rep.get(t, "/bulletins/"+issues[0]["id"].(string)).ok(t, &issue)
	require.NotEmpty(t, issue.Lines)
	rep.get(t, "/reports/quota?format=csv").ok(t, nil)
}
