//go:build e2e

package engine_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/engine/temporal"
	"closedloop/testkit"
	"closedloop/workflows/contract"
)

// halfAYear is the file of the history that two releases wrote. What the former had written when it was killed is in its
// edition under the same name.
const halfAYear = "half-a-year.json"

const patientPeople = `teams:
  - {name: area, lead: director}
  - {name: north, parent: area, lead: boss}
  - {name: south, parent: area, lead: deputy}
people:
  - {login: director, name: Director, role: director, team: area}
  - {login: boss, name: Boss, role: manager, team: north}
  - {login: deputy, name: Deputy, role: manager, team: south}
  - {login: rep, name: Rep, role: rep, team: north}
  - {login: ops, name: Ops, role: sales_ops}
  - {login: root, name: Root, role: admin}
territories:
  - {name: territory, team: north}
`

// patience is a level that has forty working days, with every rung there is.
const patience = `      - who: owner_manager
        within: 40 working days
        ladder:
          - {rung: remind, at: 50%}
          - {rung: urge, at: 100%}
          - {rung: superior, at: 150%}
          - {rung: reassign, at: 200%}
`

// weeks count from a Monday in January, so that the test reads the same in every year in which it is run.
type weeks struct{ first time.Time }

var officeZone = time.FixedZone("Asia/Shanghai", 8*60*60)

// nextYear are the weeks from the second Monday of the year to come.
func nextYear() weeks {
	day := time.Date(time.Now().In(officeZone).Year()+1, time.January, 8, 0, 0, 0, 0, officeZone)
	for day.Weekday() != time.Monday {
		day = day.AddDate(0, 0, 1)
	}
	return weeks{day}
}

// on is an hour and a minute of a day, counted from the Monday of a week.
func (w weeks) on(week, day, hour, minute int) time.Time {
	return w.first.AddDate(0, 0, 7*(week-1)+day).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// name tells an instant to the hour: the clock on the wall goes on while the test does things.
func (w weeks) name(at time.Time) string {
	return fmt.Sprintf("%d %s", int(at.Sub(w.first)/(7*24*time.Hour))+1, at.In(officeZone).Format("Mon 15h"))
}

// holidays is the calendar file of the year: a week off in the eighth week, with the Saturdays of the seventh and the ninth
// worked for it, and three days off in the twentieth, for the Saturday of the one after.
func (w weeks) holidays() (name, text string) {
	day := func(week, day int) string { return w.on(week, day, 0, 0).Format(time.DateOnly) }
	return fmt.Sprintf("cn-%d.yaml", w.first.Year()), fmt.Sprintf(`year: %d
source: {title: of a test, checked: "2026-11-23"}
holidays:
  - {name: {zh: 春节, en: Spring Festival}, from: "%s", to: "%s", days: 7, make_up: ["%s", "%s"]}
  - {name: {zh: 劳动节, en: Labour Day}, from: "%s", to: "%s", days: 3, make_up: ["%s"]}
`, w.first.Year(), day(8, mon), day(8, sun), day(7, sat), day(9, sat), day(20, mon), day(20, wed), day(21, sat))
}

// Days of a week, as [weeks.on] counts them.
const (
	mon = 0
	wed = 2
	sat = 5
	sun = 6
)

// One approval waits for half a year across two releases, on the real engine and a real Postgres: the binary of the former
// release, built from its own source, opens the house and the account, asks, and reminds; it is killed with SIGKILL; the
// binary of this release migrates the database and goes on in the same workflow run, whose history it replays first. Then come
// a holiday week, a delegation with dates, the departure of the approver, a second holiday, and one decision.
//
// The account's clock is skipped forward (skip_test.go); that of the processes is the one on the wall. So nothing that looks
// at the wall may decide here: dates of the delegation lie ahead of either clock, and who is away by the account's clock is
// found by this release's watchdog, which the test runs by that clock in place of the one in the worker process. Everything
// else is what people and processes do: HTTP, the command line, and kill.
func TestReleases_anApprovalWaitsForHalfAYearAndEndsWithOneDecision(t *testing.T) {
	t.Parallel()
	former, present := formerBinary(t), presentBinary(t)
	g, err := shared()
	require.NoError(t, err)
	name := "patience" + strings.ToLower(rand.Text()[:6])
	require.NoError(t, g.db.EnsureDatabase(t.Context(), "house_"+name))
	s := site{Database: g.db.URL("house_" + name), Engine: g.address, Namespace: name}
	engine, err := client.DialContext(t.Context(), client.Options{
		HostPort: s.Engine, Namespace: s.Namespace, HeadersProvider: temporal.Credentials(secret), Identity: "closedloop/test",
	})
	require.NoError(t, err)
	t.Cleanup(engine.Close)
	h := &house{crew: &crew{site: s, client: engine, accounts: contract.NewAccounts(engine, s.Namespace, contract.Limits{})}, t: t}
	h.moveIn()
	year := nextYear()
	b := newBranch(t, s, "CLOSEDLOOP_WATCHDOG_INTERVAL=1h") // the watchdogs of the processes look once, at their start

	// The former release.
	b.binary = former
	b.does("migrate")
	passwords := b.does("organisation", b.file("organisation.yaml", patientPeople))
	kill := b.opens(former)
	people := b.logIn(passwords)
	file, holidays := year.holidays()
	b.does("calendar", "import", b.file(file, holidays), "--user", "root", "--url", "http://"+b.address)
	b.installs("express", patience)
	var opened struct{ Account struct{ ID deal.AccountID } }
	b.calls("rep", http.MethodPost, "/accounts", map[string]any{
		"name": "测试客户", "territory": "territory", "premises": "factory", "address": "发展大道9号", "industry": "机械",
		"monthly_inbound": 120, "monthly_outbound": 900, "contacts": []map[string]any{{"name": "钱进", "mobile": "13800000001"}},
	}, http.StatusCreated, &opened)
	id := opened.Account.ID
	h.opened = []deal.AccountID{id}
	clock := &ahead{h: h, id: id}
	clock.to(year.on(1, mon, 10, 0))
	b.calls("rep", http.MethodPut, "/accounts/"+string(id)+"/steps/collect/form", map[string]any{"content": map[string]any{}}, http.StatusOK, nil)
	b.calls("rep", http.MethodPost, "/accounts/"+string(id)+"/approvals", map[string]any{
		"kind": "trial_waiver", "subject": map[string]any{"type": "form", "id": "collect", "version": 1}, "text": "请审批",
	}, http.StatusOK, nil)
	clock.to(year.on(5, mon, 12, 0))
	var asked struct{ Items []struct{ ID, Status string } }
	b.calls("boss", http.MethodGet, "/approvals", nil, http.StatusOK, &asked)
	require.Len(t, asked.Items, 1)
	kill()
	written := h.runs(workflowOf(id))
	require.Len(t, written, 1)

	// This release.
	b.opens(present)
	h.crew, err = hire(t.Context(), s)
	require.NoError(t, err)
	t.Cleanup(h.leave)
	before := h.story(id, people, year)
	require.Equal(t, []string{"5 Mon 10h remind boss"}, before)
	var now struct {
		Version string `json:"calendar_version"`
	}
	b.calls("root", http.MethodGet, fmt.Sprintf("/calendar?year=%d", year.first.Year()), nil, http.StatusOK, &now)
	clock.watch(func(context.Context) (map[string]string, error) { return map[string]string{"": now.Version}, nil })
	await := func(what string) {
		t.Helper()
		testkit.Eventually(t, time.Minute, func() bool { return slices.Contains(h.story(id, people, year), what) }, what)
	}
	b.calls("boss", http.MethodPost, "/delegations", map[string]any{
		"to": people["deputy"], "since": year.on(6, mon, 9, 0), "until": year.on(11, mon, 9, 0),
	}, http.StatusCreated, nil)
	clock.to(year.on(6, mon, 9, 30))
	await("6 Mon 09h taken over from boss by deputy")
	clock.to(year.on(11, mon, 9, 30))
	await("11 Mon 09h given back to boss by deputy")
	clock.to(year.on(18, mon, 10, 0))
	b.calls("root", http.MethodPatch, "/users/"+string(people["boss"]), map[string]any{"active": false}, http.StatusOK, nil)
	await("18 Mon 10h from boss to director")
	clock.to(year.on(28, mon, 10, 0))
	decision := "/approvals/" + asked.Items[0].ID + "/decision"
	yes := map[string]any{"decision": "approve", "version": 1}
	b.calls("boss", http.MethodPost, decision, yes, http.StatusUnauthorized, nil)
	b.calls("deputy", http.MethodPost, decision, yes, http.StatusNotFound, nil) // the delegation is over, and the account another team's
	b.calls("director", http.MethodPost, decision, yes, http.StatusOK, nil)
	b.calls("director", http.MethodPost, decision, map[string]any{"decision": "reject", "comment": "不", "version": 1}, http.StatusConflict, nil)
	clock.to(year.on(45, mon, 10, 0)) // nothing of its ladder is left behind

	require.Equal(t, []string{
		"5 Mon 10h remind boss", // twenty working days; until here the former release
		"6 Mon 09h taken over from boss by deputy",
		"9 Fri 10h urge deputy", // forty: the eighth week is off, two Saturdays are worked
		"11 Mon 09h given back to boss by deputy",
		"13 Thu 10h superior director", // sixty
		"17 Thu 10h reassign ops",      // eighty
		"18 Mon 10h from boss to director",
		"22 Wed 10h remind director", // twenty again: three days of the twentieth week are off, a Saturday is worked
		"26 Wed 10h urge director",   // forty
		"28 Mon 10h approve by director",
	}, h.story(id, people, year))
	h.toTheMicrosecond(id, now.Version, map[string]string{file: holidays})
	h.oneDecision(id, people)
	whole := h.runs(workflowOf(id))
	require.Len(t, whole, 1, "one run of the workflow, begun under one release and carried on under another")
	requireBothWrote(t, whole[0], len(written[0].Events))
	h.sound()
	if *update {
		writeEdition(t, written[0])
		write(t, filepath.Join(recorded, halfAYear), whole[0])
	}
}

// logIn logs everybody in with the passwords that the command organisation has printed. Tokens outlive the release.
func (b *branch) logIn(passwords string) map[string]deal.PersonID {
	b.t.Helper()
	people := map[string]deal.PersonID{}
	for line := range strings.Lines(passwords) {
		login, password, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		var session struct {
			Token string
			User  struct{ ID deal.PersonID }
		}
		b.calls("", http.MethodPost, "/session", map[string]any{"login": login, "password": password}, http.StatusOK, &session)
		b.tokens[login], people[login] = session.Token, session.User.ID
	}
	require.Len(b.t, people, strings.Count(patientPeople, "login:"))
	return people
}

// installs puts a playbook in force that is the shipped one but for one approval, which is asked for at the first step.
func (b *branch) installs(book, level string) {
	b.t.Helper()
	var text string
	b.calls("root", http.MethodGet, "/playbooks/"+book+"?version=0", nil, http.StatusOK, &text)
	head, rest, found := strings.Cut(text, "  - kind: trial_waiver\n    step: trial\n")
	require.True(b.t, found)
	label, rest, found := strings.Cut(rest, "      - {who: owner_manager}\n")
	require.True(b.t, found)
	lines := strings.Split(head+"  - kind: trial_waiver\n    step: collect\n"+label+level+rest, "\n")
	at := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "version: ") })
	lines[at] = "version: 1000" // beyond whatever a release ships
	b.calls("root", http.MethodPost, "/playbooks", strings.Join(lines, "\n"), http.StatusCreated, nil)
}

// story is what happened to the approval, in order: when by the account's clock, what, and who.
func (h *house) story(id deal.AccountID, people map[string]deal.PersonID, year weeks) []string {
	h.t.Helper()
	login := func(id deal.PersonID) string {
		for name, p := range people {
			if p == id {
				return name
			}
		}
		return string(id)
	}
	var happened []string
	var s deal.State
	for _, e := range h.log(id) {
		s = deal.Fold(s, e)
		tell := func(format string, args ...any) {
			happened = append(happened, year.name(e.At)+" "+fmt.Sprintf(format, args...))
		}
		asked := func(c deal.Cover) bool {
			return slices.ContainsFunc(s.Tasks, func(t deal.Task) bool { return t.ID == c.Task && t.Kind == deal.ApproveTask })
		}
		switch body := e.Body.(type) {
		case deal.RungReached:
			if body.ClockKind == deal.ApprovalClock {
				for _, n := range e.Notices {
					if n.Kind == deal.RungNotice(deal.ApprovalClock, body.Rung) {
						tell("%s %s", body.Rung, login(n.To))
					}
				}
			}
		case deal.TasksTakenOver:
			for _, c := range slices.DeleteFunc(slices.Clone(body.Tasks), func(c deal.Cover) bool { return !asked(c) }) {
				tell("taken over from %s by %s", login(c.For), login(c.By))
			}
		case deal.TasksGivenBack:
			for _, c := range slices.DeleteFunc(slices.Clone(body.Tasks), func(c deal.Cover) bool { return !asked(c) }) {
				tell("given back to %s by %s", login(c.For), login(c.By))
			}
		case deal.ApprovalTransferred:
			tell("from %s to %s", login(body.From), login(body.To))
		case deal.ApprovalDecided:
			tell("%s by %s", body.Decision, login(body.By))
		}
	}
	return happened
}

// toTheMicrosecond compares every rung with what package calendar makes of the instants at which the approver of that time was
// asked, and of the year's file.
func (h *house) toTheMicrosecond(id deal.AccountID, version string, files map[string]string) {
	h.t.Helper()
	override := fstest.MapFS{}
	for name, text := range files {
		override[name] = &fstest.MapFile{Data: []byte(text)}
	}
	worked, err := calendar.Load(override)
	require.NoError(h.t, err)
	require.Equal(h.t, version, worked.Version(), "the calendar of the house")
	var asked time.Time
	rungs := 0
	for _, e := range h.log(id) {
		switch b := e.Body.(type) {
		case deal.ApprovalRequested, deal.ApprovalTransferred:
			asked = e.At
		case deal.RungReached:
			if b.ClockKind == deal.ApprovalClock {
				rungs++
				days := map[deal.RungName]time.Duration{deal.Remind: 20, deal.Urge: 40, deal.Superior: 60, deal.Reassign: 80}[b.Rung]
				require.Equal(h.t, worked.Add(asked, days*worked.Day()), b.Due.In(time.UTC), "%s", b.Rung)
				require.WithinRange(h.t, e.At, b.Due, b.Due.Add(6*time.Minute), "%s: an account wakes up to five minutes behind (ADR 0024)", b.Rung)
			}
		}
	}
	require.Equal(h.t, 6, rungs)
}

// oneDecision holds that the request waited for six months at least, and that one person decided about it, once.
func (h *house) oneDecision(id deal.AccountID, people map[string]deal.PersonID) {
	h.t.Helper()
	var decided []deal.Event
	for _, e := range h.log(id) {
		if _, ok := e.Body.(deal.ApprovalDecided); ok {
			decided = append(decided, e)
		}
	}
	require.Len(h.t, decided, 1)
	require.Equal(h.t, people["director"], decided[0].Actor)
	a := h.state(id).Approvals[0]
	require.Equal(h.t, deal.Approved, a.Status)
	require.Equal(h.t, decided[0].At, a.ClosedAt)
	require.False(h.t, a.ClosedAt.Before(a.RequestedAt.AddDate(0, 6, 0)), "from %s to %s", a.RequestedAt, a.ClosedAt)
	seat := a.Levels[0].Seats[0]
	require.Equal(h.t, []deal.PersonID{people["director"], people["director"]}, []deal.PersonID{seat.Holder, seat.By})
}

// requireBothWrote holds that a history begins with tasks of the former release and ends with those of this one.
func requireBothWrote(t *testing.T, history *historypb.History, handedOver int) {
	t.Helper()
	skipped := 0
	count := map[string]int{}
	for i, e := range history.Events {
		if e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED {
			skipped++
		}
		if e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			by := "closedloop/" + presentRelease
			if i < handedOver {
				by = "closedloop/" + formerRelease
			}
			require.Equal(t, by, e.GetWorkflowTaskCompletedEventAttributes().GetIdentity(), "event %d", i+1)
			count[by]++
		}
	}
	require.Len(t, count, 2)
	require.Greater(t, skipped, 10)
}

// writeEdition keeps what the former release wrote where its other histories are, once: an edition is never edited.
func writeEdition(t *testing.T, history *historypb.History) {
	t.Helper()
	file := filepath.Join(filepath.Dir(recorded), formerRelease, halfAYear)
	if _, err := os.Stat(file); err != nil {
		write(t, file, history)
	}
}
