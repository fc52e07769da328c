//go:build e2e

package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/testkit"
)

var printedSetting = regexp.MustCompile(`(?m)^\s+(CLOSEDLOOP_[A-Z_]+=\S+)$`)

const ownOrganisation = `teams:
  - {name: 华东区, lead: zhou}
  - {name: 城北站, parent: 华东区, lead: chen}
people:
  - {login: zhou, name: 周涛, role: director, team: 华东区}
  - {login: chen, name: 陈刚, role: manager, team: 城北站}
  - {login: li, name: 李娜, role: rep, team: 城北站}
  - {login: wu, name: 吴静, role: sales_ops}
territories:
  - {name: 城北, team: 城北站}
`

// TestHalves_workAsProcessesOfTheirOwn runs the cluster form: database and engine in one process, API and worker in two
// others, and an organisation that is not the demo one.
func TestHalves_workAsProcessesOfTheirOwn(t *testing.T) {
	t.Parallel()
	p := newProduct(t, "CLOSEDLOOP_API_REQUEST_TIMEOUT=3s")
	ground := p.launch(t, "up", "--only-engine", "--data", p.data())
	ground.awaits(t, startWithin, "the engine is ready", func() bool { return len(printedSetting.FindAllString(ground.output(), -1)) == 4 })
	for _, m := range printedSetting.FindAllStringSubmatch(ground.output(), -1) {
		p.env = append(p.env, m[1])
	}
	file := filepath.Join(p.dir, "organisation.yaml")
	require.NoError(t, os.WriteFile(file, []byte(ownOrganisation), 0o600))
	said, code := p.tool(t, "organisation", file)
	require.Zero(t, code, said)
	passwords := map[string]string{}
	for line := range strings.Lines(said) {
		login, secret, _ := strings.Cut(strings.TrimSpace(line), "\t")
		passwords[login] = secret
	}
	require.Len(t, passwords, 4)

	front := p.launch(t, "api", "--listen", "127.0.0.1:0")
	p.address = front.awaitAddress(t)
	person{p: p}.get(t, "/livez").ok(t, nil)
	unready := person{p: p}.get(t, "/readyz").refused(t, http.StatusServiceUnavailable, "not_ready")
	require.Equal(t, "worker", unready.Errors[0].Pointer, "the part that is missing is named")

	for login, secret := range passwords {
		var session struct {
			Token string `json:"token"`
		}
		person{p: p}.post(t, "/session", data{"login": login, "password": secret}).ok(t, &session)
		p.tokens[login] = session.Token
	}
	rep := p.as(t, "li")
	body := lead("城北")
	early := rep.post(t, "/accounts", body, key("early"))
	early.refused(t, http.StatusServiceUnavailable, "outcome_unknown")
	require.NotEmpty(t, early.header.Get("Retry-After"))

	back := p.launch(t, "worker")
	p.awaitReady(t)
	var done commandAnswer
	rep.post(t, "/accounts", body, key("early")).ok(t, &done)
	d := desk{rep, done.Account.ID}
	require.Len(t, all[account](t, rep, "/accounts", nil), 1, "the command that nobody could answer was carried out once")
	d.meet(t, deal.Collect)
	d.advance(t, deal.Collect).ok(t, nil)
	d.meet(t, deal.Screen)

	back.kill(t)
	d.post(t, d.path("/advance"), data{"from": "screen"}, key("orphan")).refused(t, http.StatusServiceUnavailable, "outcome_unknown")
	next := p.launch(t, "worker")
	testkit.Eventually(t, startWithin, func() bool {
		a, err := rep.try(t, http.MethodPost, d.path("/advance"), data{"from": "screen"}, key("orphan"))
		return err == nil && a.status == http.StatusOK
	}, "another worker carries it out, under the same key")
	require.Equal(t, "survey", d.read(t).Step)
	require.Equal(t, 2, count(d.events(t), "step_left"))
	requireNoGap(t, d.events(t))

	for _, r := range []*process{next, front, ground} {
		require.Zero(t, r.interrupt(t), "%s stops cleanly:\n%s", r.name, lastLines(r.errors(), 5))
	}
}
