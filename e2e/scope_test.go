//go:build e2e

package e2e_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/engine/postgres"
	"closedloop/playbook/playbooktest"
	"closedloop/testkit"
)

// screened is an account of team 1 in screen, with a request that waits for manager1.
func screened(t *testing.T, p *product) (desk, approval, string) {
	t.Helper()
	d := p.as(t, "rep1").opens(t, territory1)
	d.walk(t, deal.Screen)
	pending := d.asksFor(t)
	for _, k := range d.at(t, "manager1").tasks(t) {
		if k.Kind == string(deal.ApproveTask) && k.Status == "open" {
			return d, pending, k.ID
		}
	}
	require.FailNow(t, "the manager has no task to decide")
	return d, pending, ""
}

// asksFor asks for the filing of an account in screen.
func (d desk) asksFor(t *testing.T) approval {
	t.Helper()
	o := playbooktest.Options{Contact: d.contactWith(t, deal.DeciderRole), Person: d.read(t).Owner.ID, Now: inOfficeTime()}
	d.fill(t, deal.Screen, playbooktest.Filled(playbooktest.Express, deal.Screen, o))
	d.put(t, dossier.Filing{Project: "专线", Scope: "全部", Owner: deal.PersonID(o.Person), Renewals: []dossier.Renewal{}})
	return d.request(t, deal.Filing, deal.Screen, "")
}

func TestScope_hidesAnAccountFromOtherTeamsOnEveryRoute(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	d, pending, taskID := screened(t, p)
	routes := routesOf(t, d, pending, taskID)
	requireEveryRoute(t, d.person, routes)
	before := d.read(t)
	for _, login := range []string{"rep2", "rep3", "manager2", "collector1", "finance1", "admin1"} {
		w := p.as(t, login)
		for _, r := range routes {
			r.ask(t, w).refused(t, http.StatusNotFound, "not_found")
		}
		require.Empty(t, all[account](t, w, "/accounts", url.Values{"q": {before.Name}}))
		require.Empty(t, all[approval](t, w, "/approvals", url.Values{"account": {d.id}}))
		require.Empty(t, all[task](t, w, "/tasks", url.Values{"account": {d.id}}))
		require.Empty(t, d.at(t, login).notices(t))
	}
	missing := desk{d.person, "0198a7a0-0000-7000-8000-000000000000"}
	hidden := d.at(t, "rep3").get(t, d.path("")).problem(t)
	absent := missing.get(t, missing.path("")).problem(t)
	require.Equal(t, []any{hidden.Code, hidden.Title, hidden.Detail}, []any{absent.Code, absent.Title, absent.Detail}, "hidden and missing look the same")
	require.Equal(t, before, d.read(t))
}

func TestScope_letsTheLineAboveAndTheStaffReadWhatTheyMayNotCommand(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	d, pending, taskID := screened(t, p)
	before := d.read(t)
	routes := routesOf(t, d, pending, taskID)
	for _, login := range []string{"manager1", "director1", "ops1", "auditor1"} {
		for _, r := range routes {
			if r.reads() && !r.absent {
				r.ask(t, p.as(t, login)).ok(t, nil)
			}
		}
		require.Len(t, all[account](t, p.as(t, login), "/accounts", url.Values{"q": {before.Name}}), 1)
	}
	for _, login := range []string{"auditor1", "ops1"} { // ops1 has no seat in the running level
		for _, r := range routes {
			if r.reads() {
				continue
			}
			a := r.ask(t, p.as(t, login))
			if r.absent && (a.status == http.StatusNotFound || a.problem(t).Code == string(deal.CodeOfferOver)) {
				continue // nothing is there to be forbidden
			}
			if r.staff && login == "ops1" {
				require.Contains(t, []int{http.StatusConflict, http.StatusUnprocessableEntity}, a.status, "%s: %s", a.request, a.body) // it makes no sense
				continue
			}
			require.Equal(t, http.StatusForbidden, a.status, "%s: %s", a.request, a.body)
			require.Contains(t, []string{"not_your_role", "not_approver"}, a.problem(t).Code)
		}
		allowed := slices.DeleteFunc(d.at(t, login).read(t).AllowedCommands, func(word string) bool {
			staff := []deal.CommandName{deal.SetParentName, deal.MovePlaybookName, deal.ArbitrateName}
			return login == "ops1" && slices.Contains(staff, deal.CommandName(word))
		})
		require.Empty(t, allowed)
	}
	require.Equal(t, before, d.read(t), "nothing was written")
	for _, login := range []string{"auditor1", "admin1", "ops1", "manager1", "director1", "finance1"} {
		p.as(t, login).post(t, "/accounts", lead(territory1)).refused(t, http.StatusForbidden, "not_your_role")
	}
	for _, login := range []string{"auditor1", "admin1", "collector1", "finance1", "director1"} {
		p.as(t, login).post(t, "/imports?filename=x.csv", []byte("单位名称\n"), header("Content-Type", "text/csv")).
			refused(t, http.StatusForbidden, "not_your_role")
	}
}

func TestScope_letsACollectorBringALeadAndNothingElse(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	collector := p.as(t, "collector1")
	collector.post(t, "/accounts", lead(territory2)).refused(t, http.StatusForbidden, "not_your_territory")
	d := collector.opens(t, territory1)
	a := d.read(t)
	require.Nil(t, a.Owner)
	require.Equal(t, "经济开发区站", a.Team.Name)
	require.ElementsMatch(t, []string{"advance", "log-interaction"}, a.AllowedCommands)
	decider := d.contactWith(t, deal.DeciderRole)
	d.advance(t, deal.Collect).refused(t, http.StatusUnprocessableEntity, "gate_unmet")
	d.fill(t, deal.Collect, playbooktest.Filled(playbooktest.Express, deal.Collect, playbooktest.Options{Contact: decider, Now: inOfficeTime()}))

	forbidden := func() {
		t.Helper()
		for word, body := range map[string]data{
			"grade": {"grade": "A", "reason": "x"}, "pause": {"reason": "x", "resume_on": inOfficeTime().AddDate(0, 0, 3).Format(time.DateOnly)},
			"close": {"outcome": "dropped", "reason": "x"}, "assign": {"owner": p.person(t, "rep1").ID, "reason": "x"},
			"follow-up": {"at": time.Now().Add(time.Hour)},
		} {
			d.post(t, d.path("/"+word), body).refused(t, http.StatusForbidden, "not_your_role")
		}
	}
	forbidden()
	var done commandAnswer
	d.advance(t, deal.Collect).ok(t, &done)
	require.Equal(t, "screen", done.Account.Step)
	require.Empty(t, done.Account.AllowedCommands, "handed over is handed over")
	forbidden()
	d.advance(t, deal.Screen).refused(t, http.StatusForbidden, "not_your_role")
	d.post(t, d.path("/intake"), data{"decision": "accept"}).refused(t, http.StatusForbidden, "not_your_role")
	d.send(t, http.MethodPut, d.path("/steps/screen/form"), data{"content": data{"difficulty": 3}}, ifMatch(0)).refused(t, http.StatusForbidden, "not_your_role")
	d.post(t, d.path("/contacts"), data{"name": "王五"}).refused(t, http.StatusForbidden, "not_your_role")
	d.post(t, d.path("/interactions"), interactionWith(decider, "x")).refused(t, http.StatusForbidden, "not_your_role")
}

func TestToken_countsOnlyWhileItIsAliveAndItsPersonIsHere(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	refused := func(w person) {
		t.Helper()
		a := w.get(t, "/me")
		a.refused(t, http.StatusUnauthorized, "unauthenticated")
		require.Contains(t, a.header.Get("WWW-Authenticate"), "Bearer")
		w.post(t, "/accounts", lead(territory1)).refused(t, http.StatusUnauthorized, "unauthenticated")
	}
	refused(person{p: p})
	refused(person{p: p, token: "not-a-token"})
	person{p: p}.post(t, "/session", data{"login": "rep1", "password": "wrong-password"}).refused(t, http.StatusUnauthorized, "wrong_credentials")
	person{p: p}.post(t, "/session", data{"login": "nobody", "password": password}).refused(t, http.StatusUnauthorized, "wrong_credentials")

	// A login that only this test knows: nobody else misses it.
	url, err := postgres.Attach(filepath.Join(p.data(), "postgres"), "closedloop")
	require.NoError(t, err)
	db, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close(t.Context())) }()
	_, err = db.Exec(t.Context(), `INSERT INTO users SELECT 'leaver', 'leaver', '离职者', role, team_id, true, password_hash, now() FROM users WHERE login = 'rep2'`)
	require.NoError(t, err)

	token := func(ttl string) person {
		t.Helper()
		said, code := p.tool(t, "token", "create", "--user", "leaver", "--ttl", ttl, "--data", p.data())
		require.Zero(t, code, said)
		return person{p: p, login: "leaver", token: strings.TrimSpace(said)}
	}
	lasting := token("1h")
	testkit.Eventually(t, 10*time.Second, func() bool { return lasting.get(t, "/me").status == http.StatusOK }, "a new person is known within a second")
	short := token("3s")
	short.get(t, "/me").ok(t, nil)
	testkit.Eventually(t, 20*time.Second, func() bool { return short.get(t, "/me").status == http.StatusUnauthorized }, "the token expires")
	refused(short)
	lasting.get(t, "/me").ok(t, nil)

	var session struct {
		Token string `json:"token"`
	}
	person{p: p}.post(t, "/session", data{"login": "leaver", "password": password}).ok(t, &session)
	out := person{p: p, login: "leaver", token: session.Token}
	out.get(t, "/me").ok(t, nil)
	out.send(t, http.MethodDelete, "/session", nil).ok(t, nil)
	refused(out)

	_, err = db.Exec(t.Context(), `UPDATE users SET active = false WHERE login = 'leaver'`)
	require.NoError(t, err)
	testkit.Eventually(t, 10*time.Second, func() bool { return lasting.get(t, "/me").status == http.StatusUnauthorized }, "who has left is out within a second")
	refused(lasting)
	person{p: p}.post(t, "/session", data{"login": "leaver", "password": password}).refused(t, http.StatusUnauthorized, "wrong_credentials")
	_, code := p.tool(t, "token", "create", "--user", "leaver", "--data", p.data())
	require.NotZero(t, code)
}
