//go:build e2e

package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// TestEditions_areInstalledWhileEverythingRunsAndAccountsAreMovedToThem runs the cluster form with two APIs: what one
// installs, the other and the worker know before they meet an account on it; running accounts stay on theirs until they are
// moved; and after a restart the version is in force again.
func TestEditions_areInstalledWhileEverythingRunsAndAccountsAreMovedToThem(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	ground := p.launch(t, "up", "--only-engine", "--data", p.data())
	ground.awaits(t, startWithin, "the engine is ready", func() bool { return len(printedSetting.FindAllString(ground.output(), -1)) == 4 })
	for _, m := range printedSetting.FindAllStringSubmatch(ground.output(), -1) {
		p.env = append(p.env, m[1])
	}
	file := filepath.Join(p.dir, "organisation.yaml")
	house := strings.Replace(ownOrganisation, "role: sales_ops}", "role: sales_ops}\n  - {login: root, name: 郑爽, role: admin}", 1)
	require.NoError(t, os.WriteFile(file, []byte(house), 0o600))
	said, code := p.tool(t, "organisation", file)
	require.Zero(t, code, said)
	back := p.launch(t, "worker")
	front := p.launch(t, "api", "--listen", "127.0.0.1:0")
	other := p.launch(t, "api", "--listen", "127.0.0.1:0")
	p.address = front.awaitAddress(t)
	p.awaitReady(t)
	for line := range strings.Lines(said) {
		login, secret, _ := strings.Cut(strings.TrimSpace(line), "\t")
		var session struct {
			Token string `json:"token"`
		}
		person{p: p}.post(t, "/session", data{"login": login, "password": secret}).ok(t, &session)
		p.tokens[login] = session.Token
	}
	admin, rep, manager := p.as(t, "root"), p.as(t, "li"), p.as(t, "chen")
	before := rep.opens(t, "城北")
	was := before.read(t).Playbook
	next := bookRef{Name: was.Name, Version: was.Version + 1}
	at := fmt.Sprintf("/playbooks/%s?version=", was.Name)
	text := string(admin.get(t, at+"0", header("Accept", "application/yaml")).ok(t, nil).body)
	newer := strings.Replace(text, fmt.Sprintf("\nversion: %d", was.Version), fmt.Sprintf("\nversion: %d", next.Version), 1)
	newer = strings.Replace(newer, "private: {on: false, roles: [rep, manager]}", "private: {on: true, roles: [rep]}\n  figures: {roles: [rep], fields: [limits]}\n ", 1)
	require.Contains(t, newer, "private: {on: true")
	require.NotEqual(t, text, newer)
	yaml := header("Content-Type", "text/yaml")

	faulty := strings.Replace(newer, "quiet_hours:", "silent_hours:", 1)
	bad := admin.post(t, "/playbooks", []byte(faulty), yaml).refused(t, http.StatusUnprocessableEntity, "playbook_refused")
	require.Regexp(t, `^line/\d+$`, bad.Errors[0].Pointer)
	rep.post(t, "/playbooks", []byte(newer), yaml).refused(t, http.StatusForbidden, "not_your_role")
	require.Equal(t, http.StatusOK, admin.post(t, "/playbooks?dry_run=true", []byte(newer), yaml).status)
	require.Equal(t, was, rep.opens(t, "城北").read(t).Playbook, "a check changes nothing")
	require.Equal(t, http.StatusCreated, admin.post(t, "/playbooks", []byte(newer), yaml, key("install")).status)
	require.Equal(t, http.StatusCreated, admin.post(t, "/playbooks", []byte(newer), yaml, key("install")).status)
	changed := strings.Replace(newer, "quiet_hours: ", "quiet_hours:  ", 1)
	admin.post(t, "/playbooks", []byte(changed), yaml).refused(t, http.StatusConflict, "playbook_changed")
	admin.post(t, "/playbooks", []byte(text+"\n"), yaml).refused(t, http.StatusConflict, "playbook_changed")

	// The worker judges the commands of an account on it, and the other API reads it, without having been told.
	fresh := rep.opens(t, "城北")
	require.Equal(t, next, fresh.read(t).Playbook)
	fresh.meet(t, deal.Collect)
	fresh.advance(t, deal.Collect).ok(t, nil)
	require.Equal(t, was, before.read(t).Playbook, "running accounts stay on theirs")

	body := data{"playbook": next.Name, "version": next.Version, "reason": "新版出口条件"}
	seq := before.read(t).Seq
	var preview struct {
		Preview struct {
			From, To  bookRef
			Deadlines []data
		}
	}
	before.post(t, before.path("/playbook"), data{"playbook": next.Name, "version": next.Version, "preview": true}).ok(t, &preview)
	require.Equal(t, []bookRef{was, next}, []bookRef{preview.Preview.From, preview.Preview.To})
	require.NotEmpty(t, preview.Preview.Deadlines)
	require.Equal(t, seq, before.read(t).Seq, "a preview writes nothing")
	before.post(t, before.path("/playbook"), body).refused(t, http.StatusForbidden, "not_your_role")
	desk{manager, before.id}.post(t, before.path("/playbook"), data{"playbook": next.Name, "version": 99, "reason": "x"}).
		refused(t, http.StatusUnprocessableEntity, "unknown_playbook")
	who := before.contacts(t)[0].ID
	private := data{"contact": who, "private": data{"purpose": "care", "hobbies": "高尔夫"}}
	before.post(t, before.path("/stakeholders"), private).refused(t, http.StatusUnprocessableEntity, "invalid_request")
	moved := desk{manager, before.id}.act(t, "playbook", body)
	require.Equal(t, next, moved.Playbook)
	require.Equal(t, 1, count(before.events(t), "playbook_moved"))

	before.post(t, before.path("/stakeholders"), private).ok(t, nil)
	require.Equal(t, http.StatusOK, before.send(t, http.MethodPut, before.path("/proposal"),
		data{"solution": "专线", "price": "1000", "cost": "71171", "currency": "CNY"}, ifMatch(0)).status)

	p.address = other.awaitAddress(t)
	require.Equal(t, next, before.read(t).Playbook)
	for _, path := range []string{"/stakeholders", "/stakeholders/" + who, "/stakeholders/" + who + "/versions"} {
		asked := before.path(path) + "?purpose=care"
		require.Contains(t, string(before.get(t, asked).ok(t, nil).body), "高尔夫", "switched on by the playbook, for its role and purpose")
		require.NotContains(t, string(manager.get(t, asked).ok(t, nil).body), "高尔夫")
		require.NotContains(t, string(before.get(t, before.path(path)).ok(t, nil).body), "高尔夫")
	}
	for _, path := range []string{"/proposal", "/proposal/versions", "/battle-map"} {
		require.Contains(t, string(before.get(t, before.path(path)).ok(t, nil).body), "71171", path)
		shown := string(manager.get(t, before.path(path)).ok(t, nil).body)
		require.NotContains(t, shown, "71171", path)
		require.NotContains(t, shown, "高尔夫", path)
	}
	require.Equal(t, "collect", before.read(t).Gate.Step, "the other API evaluates its gate")
	require.Equal(t, next.Version, newestOf(t, rep, next.Name))

	back.kill(t)
	other.kill(t)
	p.launch(t, "worker")
	again := p.launch(t, "api", "--listen", "127.0.0.1:0")
	p.address = again.awaitAddress(t)
	p.awaitReady(t)
	require.Equal(t, next, rep.opens(t, "城北").read(t).Playbook, "in force after a restart")
	before.meet(t, deal.Collect)
	before.advance(t, deal.Collect).ok(t, nil)

	said, code = p.tool(t, "doctor")
	require.Zero(t, code, said)
	require.Regexp(t, `(?m)^stored +fine$`, said)
}

// newestOf is the version of a playbook that new cycles begin with.
func newestOf(t *testing.T, w person, name string) int {
	t.Helper()
	for _, v := range all[struct {
		Version int
		Newest  bool
	}](t, w, "/playbooks/"+name+"/versions", nil) {
		if v.Newest {
			return v.Version
		}
	}
	require.Fail(t, "no version is in force")
	return 0
}

// TestErasure_takesTwoPersonsAndLeavesTheChainWhole erases somebody from an account of the running product.
func TestErasure_takesTwoPersonsAndLeavesTheChainWhole(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	d := p.as(t, "rep1").opens(t, territory1)
	who := d.contacts(t)[0]
	d.meets(t, who.ID, "钱进同意试寄")
	path := d.path("/contacts/" + who.ID + "/personal-data")
	erase := func(w person) answer { return w.send(t, http.MethodDelete, path, data{"reason": "本人要求"}) }
	require.Equal(t, http.StatusAccepted, erase(d.person).status)
	require.Equal(t, http.StatusAccepted, erase(d.person).status, "the same person twice is one person")
	require.Contains(t, string(d.get(t, d.path("/timeline")).body), "钱进")
	require.Equal(t, http.StatusOK, erase(p.as(t, "manager1")).status)
	for _, below := range []string{"", "/timeline", "/contacts", "/interactions", "/battle-map", "/erasures"} {
		require.NotContains(t, string(d.get(t, d.path(below)).ok(t, nil).body), "钱进", below)
	}
	var verified struct{ OK bool }
	d.get(t, d.path("/verify")).ok(t, &verified)
	require.True(t, verified.OK)
}
