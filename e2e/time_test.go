//go:build e2e

package e2e_test

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/testkit"
)

// twoTeams are an organisation of which one team works in a region of its own.
const twoTeams = `teams:
  - {name: 华东区, lead: zhou}
  - {name: 城北站, parent: 华东区, lead: chen}
  - {name: 城西站, parent: 华东区, lead: qin, region: west}
people:
  - {login: zhou, name: 周涛, role: director, team: 华东区}
  - {login: chen, name: 陈刚, role: manager, team: 城北站}
  - {login: qin, name: 秦岚, role: manager, team: 城西站}
  - {login: li, name: 李娜, role: rep, team: 城北站}
  - {login: hu, name: 胡军, role: rep, team: 城西站}
  - {login: root, name: 管理员, role: admin}
territories:
  - {name: 城北, team: 城北站}
  - {name: 城西, team: 城西站}
`

// yearOfCalendar is what the API says of a year.
type yearOfCalendar struct {
	Version     string `json:"calendar_version"`
	Revision    int64  `json:"revision"`
	Region      string `json:"region"`
	Provisional bool   `json:"provisional"`
	Preview     struct {
		Accounts  int `json:"accounts"`
		Deadlines int `json:"deadlines"`
	} `json:"preview"`
}

// inHalves runs the engine, a worker and two API processes on the organisation, and gives the addresses of the latter.
func inHalves(t *testing.T, organisation string, settings ...string) (p *product, front, second string) {
	t.Helper()
	p = newProduct(t, settings...)
	ground := p.launch(t, "up", "--only-engine", "--data", p.data())
	ground.awaits(t, startWithin, "the engine is ready", func() bool { return len(printedSetting.FindAllString(ground.output(), -1)) == 4 })
	for _, m := range printedSetting.FindAllStringSubmatch(ground.output(), -1) {
		p.env = append(p.env, m[1])
	}
	file := filepath.Join(p.dir, "organisation.yaml")
	require.NoError(t, os.WriteFile(file, []byte(organisation), 0o600))
	said, code := p.tool(t, "organisation", file)
	require.Zero(t, code, said)
	second = p.launch(t, "api", "--listen", "127.0.0.1:0").awaitAddress(t)
	front = p.launch(t, "api", "--listen", "127.0.0.1:0").awaitAddress(t)
	p.address = front
	p.launch(t, "worker")
	p.awaitReady(t)
	for line := range strings.Lines(said) {
		login, secret, _ := strings.Cut(strings.TrimSpace(line), "\t")
		var session struct {
			Token string `json:"token"`
		}
		person{p: p}.post(t, "/session", data{"login": login, "password": secret}).ok(t, &session)
		p.tokens[login] = session.Token
	}
	return p, front, second
}

// closes says that the company rests on a day, in a region or everywhere.
func (w person) closes(t *testing.T, day time.Time, region string) (preview, done yearOfCalendar) {
	t.Helper()
	query := "?region=" + region
	path := fmt.Sprintf("/calendar/%d%s", day.Year(), query)
	var now yearOfCalendar
	w.get(t, fmt.Sprintf("/calendar%s&year=%d", query, day.Year())).ok(t, &now)
	body := data{"company_days": []data{{"name": data{"zh": "停电", "en": "Power cut"}, "from": day.Format(time.DateOnly)}}}
	match := header("If-Match", fmt.Sprint(now.Revision))
	w.send(t, http.MethodPut, path+"&preview=true", body, match).ok(t, &preview)
	w.send(t, http.MethodPut, path, body, match).ok(t, &done)
	return preview, done
}

// recomputed are the calendars with which the account's deadlines were placed anew, as its timeline says.
func (d desk) recomputed(t *testing.T) []string {
	t.Helper()
	var versions []string
	for _, e := range d.events(t) {
		if e.Kind == "recomputed" {
			versions = append(versions, e.Data["calendar"].(string))
		}
	}
	return versions
}

// TestTime_aCompanyDayMovesTheRunningDeadlinesOfItsRegion changes the calendar over HTTP in one process; another one judges
// the commands, and a third one answers what counts now.
func TestTime_aCompanyDayMovesTheRunningDeadlinesOfItsRegion(t *testing.T) {
	t.Parallel()
	p, front, second := inHalves(t, twoTeams)
	root := p.as(t, "root")
	north, west := p.as(t, "li").opens(t, "城北"), p.as(t, "hu").opens(t, "城西")
	due := west.read(t).Deadline
	require.NotNil(t, due)
	require.Equal(t, *due, *north.read(t).Deadline, "both are to be handed over at the same closing")
	day := due.In(inOfficeTime().Location())

	preview, done := root.closes(t, day, "west")
	require.Equal(t, 1, preview.Preview.Accounts, "only those of the region")
	require.True(t, strings.HasPrefix(done.Version, "west:"), done.Version)
	p.address = second
	var there yearOfCalendar
	p.as(t, "hu").get(t, fmt.Sprintf("/calendar?region=west&year=%d", day.Year())).ok(t, &there)
	require.Equal(t, done.Version, there.Version, "every process has it")
	testkit.Eventually(t, allWithin, func() bool { return len(west.recomputed(t)) > 0 }, "the account is planned anew")
	require.Equal(t, []string{done.Version}, west.recomputed(t), "the timeline names the calendar")
	moved := west.read(t).Deadline
	require.True(t, moved.After(*due), "%s is no working day in the west", day.Format(time.DateOnly))
	require.Equal(t, *due, *north.read(t).Deadline)
	require.Empty(t, north.recomputed(t))
	again := p.as(t, "hu").opens(t, "城西")
	require.NotEqual(t, day.Format(time.DateOnly), again.read(t).Deadline.In(day.Location()).Format(time.DateOnly), "what is opened now counts with it at once")

	p.address = front
	preview, done = root.closes(t, day, "")
	require.Equal(t, 1, preview.Preview.Accounts, "those of the west rest on that day already")
	testkit.Eventually(t, allWithin, func() bool { return len(north.recomputed(t)) > 0 }, "the others follow")
	require.Equal(t, []string{done.Version}, north.recomputed(t))
	require.True(t, north.read(t).Deadline.After(*due))
	require.Equal(t, *moved, *west.read(t).Deadline, "the west rests anyway")

	// A team that leaves its region counts with the organisation's calendar.
	var teams list[struct{ ID, Name, Region string }]
	root.get(t, "/teams").ok(t, &teams)
	i := slices.IndexFunc(teams.Items, func(team struct{ ID, Name, Region string }) bool { return team.Name == "城西站" })
	require.Equal(t, "west", teams.Items[i].Region)
	p.as(t, "zhou").send(t, http.MethodPatch, "/teams/"+teams.Items[i].ID, data{"region": ""}).refused(t, http.StatusForbidden, "not_your_role")
	root.send(t, http.MethodPatch, "/teams/"+teams.Items[i].ID, data{"region": ""}).ok(t, nil)
	testkit.Eventually(t, allWithin, func() bool { return slices.Contains(west.recomputed(t), done.Version) }, "its accounts are planned anew")

	provisional(t, p, north)
}

// provisional dates a follow-up in a year whose holidays nobody knows, and brings them.
func provisional(t *testing.T, p *product, d desk) {
	t.Helper()
	next := inOfficeTime().Year() + 1
	d.act(t, "follow-up", data{"at": time.Date(next, 2, 3, 2, 0, 0, 0, time.UTC)})
	require.Contains(t, d.read(t).Flags, "provisional_dates")
	marked := func() bool {
		return slices.ContainsFunc(d.upcoming(t), func(c coming) bool { return c.Clock == "follow_up" && c.Provisional })
	}
	require.True(t, marked())
	for year := next - 1; year <= next; year++ { // the present one is on file as long as this test is of its time
		var now yearOfCalendar
		root := p.as(t, "root")
		root.get(t, fmt.Sprintf("/calendar?year=%d", year)).ok(t, &now)
		if now.Provisional {
			body := data{"source": data{"title": "通知"}, "holidays": []data{{"name": data{"zh": "元旦", "en": "New Year"}, "from": fmt.Sprintf("%d-01-01", year)}}}
			root.send(t, http.MethodPut, fmt.Sprintf("/calendar/%d", year), body, header("If-Match", fmt.Sprint(now.Revision))).ok(t, &now)
			require.False(t, now.Provisional)
		}
	}
	testkit.Eventually(t, allWithin, func() bool { return !marked() }, "the dates are placed anew")
	require.NotContains(t, d.read(t).Flags, "provisional_dates")
}

// TestTime_whatUpcomingListedIsWhatCame reads what an account and the people around it are told to expect, lets time pass, and
// compares: when, to whom, and why. For some of it the rep and the manager are away, so their deputies hear.
func TestTime_whatUpcomingListedIsWhatCame(t *testing.T) {
	t.Parallel()
	p := started(t, "CLOSEDLOOP_PLAYBOOKS_DEFAULT=quick")
	away := func(who, deputy string, from, to time.Duration) {
		p.as(t, who).post(t, "/delegations", data{
			"to": p.person(t, deputy).ID, "since": time.Now().Add(from), "until": time.Now().Add(to),
		}).ok(t, nil)
	}
	d := p.as(t, "rep1").opens(t, territory1)
	d.walk(t, "screen")
	d.fill(t, "screen", data{"need": true})
	away("rep1", "rep2", 4*time.Second, 9*time.Second)
	away("manager1", "manager2", 4*time.Second, 9*time.Second)
	d.request(t, "filing", "screen", "")
	d.act(t, "follow-up", data{"at": time.Now().Add(6 * time.Second)})

	logins := []string{"rep1", "rep2", "manager1", "manager2", "director1"}
	mine := map[string][]expectation{}
	for _, login := range logins {
		var page list[coming]
		p.as(t, login).get(t, "/me/upcoming?limit=200").ok(t, &page)
		for _, c := range page.Items {
			if c.Account.ID == d.id {
				mine[login] = append(mine[login], expectation{c.Clock, c.Kind + "_" + c.Rung, c.At.UTC(), login})
			}
		}
	}
	items := d.upcoming(t)
	listed := time.Now().UTC()
	var want []expectation
	for _, c := range items {
		for _, to := range c.To {
			want = append(want, expectation{c.Clock, c.Kind + "_" + c.Rung, c.At.UTC(), to.Login})
		}
	}
	want = sortedAfter(want, listed)
	whole := len(want)
	require.Greater(t, whole, 8, "rungs of the step, of the filing, of the request and of the follow-up")
	for _, login := range logins {
		var of []expectation
		for _, e := range want {
			if e.To == login {
				of = append(of, e)
			}
		}
		if deputy := strings.HasSuffix(login, "2"); !deputy { // whose turn it is not yet does not see the account yet
			require.Equal(t, of, sortedAfter(mine[login], listed), "%s was told the same", login)
		} else {
			require.NotEmpty(t, of, "%s stands in for some of it", login)
		}
	}

	d.awaitReached(t, items[len(items)-1].At)
	due := map[int64]event{}
	for _, e := range d.events(t) {
		if e.Kind == "rung_reached" {
			due[e.Seq] = e
		}
	}
	var got []expectation
	for _, login := range append(logins, "ops1", "collector1", "finance1") {
		for _, n := range p.as(t, login).inbox(t) {
			e, rung := due[n.Seq]
			if !rung || n.Account.ID != d.id {
				continue
			}
			at, err := time.Parse(time.RFC3339Nano, e.Data["due"].(string))
			require.NoError(t, err)
			require.Equal(t, n.Ref, e.Data["clock"], "the timeline says why")
			got = append(got, expectation{n.Ref, n.Kind, at.UTC(), login})
		}
	}
	// The accounts' tasks change hands when the house next looks, and that is not of the clocks (deal/handed_test.go).
	rungs := slices.DeleteFunc(want, func(e expectation) bool { return strings.HasPrefix(e.Kind, "hands_") })
	require.Less(t, len(rungs), whole, "tasks change hands while both are away")
	require.Equal(t, rungs, sortedAfter(got, listed))
}

// expectation is one thing that somebody hears: from what, in which words, when, and who.
type expectation struct {
	Clock, Kind string
	At          time.Time
	To          string
}

// sortedAfter are the expectations behind an instant, in order.
func sortedAfter(all []expectation, since time.Time) []expectation {
	all = slices.DeleteFunc(slices.Clone(all), func(e expectation) bool { return !e.At.After(since) })
	slices.SortFunc(all, func(a, b expectation) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Clock, b.Clock), strings.Compare(a.Kind, b.Kind), strings.Compare(a.To, b.To))
	})
	return all
}

// inbox are a person's notices.
func (w person) inbox(t *testing.T) []notice {
	t.Helper()
	return all[notice](t, w, "/notifications", nil)
}
