package api_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/dossier"
)

// records are one good record of every kind, by its segment of the URL, and a good one to replace it by.
func records() map[string][2]string {
	owner := string(rep1)
	return map[string][2]string{
		"man":          {`{"money":true,"authority":true,"need":true}`, `{"money":true,"authority":false,"need":true}`},
		"vetoes":       {`{"item":"bad_payer","hit":false,"on":"2026-03-01"}`, `{"item":"bad_payer","hit":false,"on":"2026-03-01","evidence":"asked the court"}`},
		"filings":      {`{"project":"样品专线"}`, `{"project":"样品专线","scope":"全省"}`},
		"stakeholders": {`{"contact":"c1","power":5}`, `{"contact":"c1","power":4,"temper":"tiger"}`},
		"relations":    {`{"from":"c1","to":"c2","type":"trusts"}`, `{"from":"c2","to":"c1","type":"trusts"}`},
		"trust": {
			`{"contact":"c1"}`, `{"contact":"c1","ratings":[{"pillar":"conduct","score":4,"on":"2026-03-01","evidence":"kept his word"}]}`,
		},
		"buying-process": {`{"phase":"search"}`, `{"phase":"tender","decision_on":"2026-06-01"}`},
		"rivals":         {`{"name":"顺丰","incumbent":true}`, `{"name":"顺丰","incumbent":true,"monthly_volume":300}`},
		"factors":        {`{"ranking":[{"factor":"price"}]}`, `{"ranking":[{"factor":"speed"},{"factor":"price"}]}`},
		"needs":          {`{"need":"faster","origin":"stated"}`, `{"need":"faster","origin":"stated","priority":1}`},
		"value-score":    {`{"evaluator":"` + owner + `","on":"2026-03-01"}`, `{"evaluator":"` + owner + `","on":"2026-03-02","scores":[{"item":"deal_risk","score":4}]}`},
		"classification": {`{"account_kind":"economic"}`, `{"account_kind":"economic","annual":"6000000.00","currency":"CNY"}`},
		"credit":         {`{"payments":{"invoices":3}}`, `{"payments":{"invoices":4},"change":{"to":"blue","reason":"pays late"}}`},
		"proposal":       {`{"solution":"line haul"}`, `{"solution":"line haul","price":"1250000.00"}`},
		"competition":    {`{"no_rival":true}`, `{"criteria":[{"criterion":"price","weight":3,"us":4}]}`},
		"simulation":     {`{"outcome":"for us"}`, `{"votes":[{"contact":"c1","vote":"for","reason":"trusts us"}]}`},
		"negotiation":    {`{"price_timing":"last"}`, `{"price_timing":"last","limits":"8 %"}`},
		"trials":         {`{"sample":"A"}`, `{"sample":"A","criteria":[{"criterion":"on time","target":"98 %"}]}`},
		"agreements":     {`{"number":"A-1"}`, `{"number":"A-1","amount":"99.90","currency":"CNY"}`},
		"service-plans":  {`{"role":"user","service":"call","every_days":30,"next_on":"2026-04-01"}`, `{"role":"user","service":"call","every_days":60,"next_on":"2026-04-01"}`},
		"surveys": {
			`{"on":"2026-03-01","answers":[{"question":"speed","score":4}]}`, `{"on":"2026-03-01","answers":[{"question":"speed","score":5}]}`,
		},
		"evaluations":    {`{"on":"2026-03-01"}`, `{"on":"2026-03-01","satisfaction":4}`},
		"plan-revisions": {`{"summary":"looked at","reason":"r"}`, `{"summary":"looked at again","reason":"r"}`},
		"executive-visits": {
			`{"executive":"` + owner + `","contacts":["c1"],"aim":"a date","visit_on":"2026-04-01"}`,
			`{"executive":"` + owner + `","contacts":["c1","c2"],"aim":"a date","visit_on":"2026-04-02"}`,
		},
		"visit-reviews": {
			`{"interaction":"visit1","reached":"missed","against_aim":"no date","adjust":"nothing"}`,
			`{"interaction":"visit1","reached":"in_part","against_aim":"a week","adjust":"ask again"}`,
		},
		"support-requests": {
			`{"centre":"sales","wanted":"a car","why":"samples"}`, `{"centre":"finance","wanted":"60 days","why":"the rival","needed_by":"2026-04-01"}`,
		},
		"gifts": {
			`{"contact":"c1","gift_kind":"present","what":"tea","value":"80.00","currency":"CNY","occasion":"spring"}`,
			`{"contact":"c1","gift_kind":"meal","what":"lunch","value":"60.00","currency":"CNY","occasion":"signing"}`,
		},
		"documents": {"an upload, see rig.file", `{"name":"b.pdf","purpose":"other"}`},
	}
}

// twoContacts gives the account somebody to relate to.
func twoContacts(r *rig) *rig {
	r.contacts = append(r.contacts, deal.Contact{ID: "c2", Version: 1, Name: "张工", Role: deal.UserRole})
	return r
}

func content(out map[string]any) map[string]any { return out["content"].(map[string]any) }

func TestRecords_ofEveryKindAreFiledChangedAndRemembered(t *testing.T) {
	t.Parallel()
	good := records()
	for _, k := range dossier.Kinds() {
		t.Run(k.Path, func(t *testing.T) {
			t.Parallel()
			bodies, ok := good[k.Path]
			require.True(t, ok, "no record of this kind to try")
			r := twoContacts(newRig(t))
			path := "/" + k.Path
			cycle := 0
			if k.PerCycle {
				cycle = 1
			}
			var first answer
			if k.Single {
				empty := r.do(rep1, "GET", at(mine, path), nil)
				require.InDelta(t, 0, empty.ok(200)["version"], 0)
				require.Equal(t, `"0"`, empty.Header().Get("ETag"))
				require.Empty(t, r.do(rep1, "GET", at(mine, path+"/versions"), nil).ok(200)["items"])
				first = r.do(rep1, "PUT", at(mine, path), bodies[0], match(`"0"`))
				first.ok(200)
			} else {
				require.Empty(t, r.do(rep1, "GET", at(mine, path), nil).ok(200)["items"])
				first = r.file(path, bodies[0], key("k"))
				out := first.ok(201)
				path += "/" + out["id"].(string)
				require.Equal(t, at(mine, path), first.Header().Get("Location"))
			}
			require.Equal(t, `"1"`, first.Header().Get("ETag"))
			out := r.do(rep1, "GET", at(mine, path), nil).ok(200)
			require.Equal(t, first.json(), out)
			require.InDelta(t, cycle, out["cycle"], 0)
			require.Equal(t, "王芳", out["updated_by"].(map[string]any)["name"])
			require.Equal(t, noon().Format(time.RFC3339), out["created_at"])

			r.do(rep1, "PUT", at(mine, path), bodies[1]).problem(428, "version_required")
			stale := r.do(rep1, "PUT", at(mine, path), bodies[1], match("7"))
			require.EqualValues(t, 1, *stale.problem(412, "stale_version").Version)
			second := r.do(rep1, "PUT", at(mine, path), bodies[1], match(`"1"`))
			changed := second.ok(200)
			require.Equal(t, `"2"`, second.Header().Get("ETag"))
			require.NotEqual(t, out["content"], changed["content"])
			again := r.do(rep1, "PUT", at(mine, path), changed["content"], match(`"2"`)).ok(200)
			require.Equal(t, changed["content"], again["content"], "what GET shows is what PUT takes")

			versions := r.do(rep1, "GET", at(mine, path+"/versions?limit=2"), nil).ok(200)
			require.Len(t, versions["items"], 2)
			require.Equal(t, out["content"], versions["items"].([]any)[0].(map[string]any)["content"])
			rest := r.do(rep1, "GET", at(mine, path+"/versions?cursor="+versions["next_cursor"].(string)), nil).ok(200)
			require.Len(t, rest["items"], 1)

			r.do(auditor, "PUT", at(mine, path), `{}`, match("3")).problem(403, "not_your_role")
			r.state.Status = deal.Closed
			r.do(rep1, "PUT", at(mine, path), `{}`, match("3")).problem(409, "already_closed")
			r.state.Status = deal.Active
			if k.Single {
				r.do(rep1, "DELETE", at(mine, path), nil, match("3")).problem(405, "method_not_allowed")
				return
			}
			require.Len(t, r.do(rep1, "GET", at(mine, "/"+k.Path), nil).ok(200)["items"], 1)
			r.do(auditor, "POST", at(mine, "/"+k.Path), `{}`).problem(403, "not_your_role")
			r.do(auditor, "DELETE", at(mine, path), nil, match("3")).problem(403, "not_your_role")
			r.do(rep1, "DELETE", at(mine, path), nil).problem(428, "version_required")
			r.do(rep1, "DELETE", at(mine, path), nil, match("2")).problem(412, "stale_version")
			require.Equal(t, http.StatusNoContent, r.do(rep1, "DELETE", at(mine, path), nil, match("3")).Code)
			r.do(rep1, "GET", at(mine, path), nil).problem(404, "not_found")
			require.Len(t, r.do(rep1, "GET", at(mine, path+"/versions"), nil).ok(200)["items"], 3, "how it was stays readable")
			r.do(rep1, "GET", at(mine, "/"+k.Path+"/nothing/versions"), nil).problem(404, "not_found")
		})
	}
}

func TestRecords_areFiledOnceUnderTheirKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.do(rep1, "POST", at(mine, "/needs"), `{"need":"faster","origin":"stated"}`, key("k")).ok(201)
	require.Equal(t, first, r.do(rep1, "POST", at(mine, "/needs"), `{"need":"faster","origin":"stated"}`, key("k")).ok(201))
	r.do(rep1, "POST", at(mine, "/needs"), `{"need":"other","origin":"stated"}`, key("k")).problem(422, "key_reused")
	clear(r.requests) // the answer was lost
	require.Equal(t, first["id"], r.do(rep1, "POST", at(mine, "/needs"), `{"need":"faster","origin":"stated"}`, key("k")).ok(201)["id"])
	require.Len(t, r.files.now, 1)
	second := r.do(rep1, "POST", at(mine, "/needs"), `{"need":"faster","origin":"stated"}`, key("k2")).ok(201)
	require.NotEqual(t, first["id"], second["id"])

	page := r.do(rep1, "GET", at(mine, "/needs?limit=1"), nil).ok(200)
	require.Equal(t, first["id"], page["items"].([]any)[0].(map[string]any)["id"])
	page = r.do(rep1, "GET", at(mine, "/needs?cursor="+page["next_cursor"].(string)), nil).ok(200)
	require.Equal(t, second["id"], page["items"].([]any)[0].(map[string]any)["id"])
	r.do(rep1, "GET", at(mine, "/needs?cursor=x"), nil).problem(422, "invalid_request")
}

func TestRecords_areThoseOfTheCycleThatIsAskedFor(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", at(mine, "/needs"), `{"need":"faster","origin":"stated"}`).ok(201)
	r.do(rep1, "PUT", at(mine, "/proposal"), `{"solution":"one"}`, match("0")).ok(200)
	r.do(rep1, "POST", at(mine, "/rivals"), `{"name":"顺丰"}`).ok(201)
	r.state.Cycle = 2
	count := func(path string) int { return len(r.do(rep1, "GET", at(mine, path), nil).ok(200)["items"].([]any)) }
	require.Equal(t, 0, count("/needs"))
	require.Equal(t, 1, count("/needs?cycle=1"))
	require.Equal(t, 1, count("/needs?all=true"))
	require.Equal(t, 1, count("/rivals"), "for life")
	require.InDelta(t, 0, r.do(rep1, "GET", at(mine, "/proposal"), nil).ok(200)["version"], 0)
	require.Equal(t, "one", content(r.do(rep1, "GET", at(mine, "/proposal?cycle=1"), nil).ok(200))["solution"])
	r.do(rep1, "PUT", at(mine, "/proposal"), `{"solution":"two"}`, match("0")).ok(200)
	require.Equal(t, "two", content(r.do(rep1, "GET", at(mine, "/proposal"), nil).ok(200))["solution"])
	require.Equal(t, "one", content(r.do(rep1, "GET", at(mine, "/proposal?cycle=1"), nil).ok(200))["solution"])
}

func TestRecords_sayEverythingThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := `{"contact":"c9","power":7,"support":{"level":3,"on":"2027-01-01"},"champion":{"rung":"friend","on":"2026-03-01","evidence":"x"}}`
	type line struct{ code, pointer string }
	lines := func(p api.Problem) (out []line) {
		for _, e := range p.Errors {
			require.NotEmpty(t, e.Detail)
			require.NotEmpty(t, e.Hint)
			out = append(out, line{e.Code, e.Pointer})
		}
		return out
	}
	p := r.do(rep1, "POST", at(mine, "/stakeholders"), body).problem(422, "invalid_request")
	require.ElementsMatch(t, []line{
		{"invalid_value", "/power"},
		{"invalid_value", "/support/level"},
		{"date_in_future", "/support/on"},
		{"reason_missing", "/support/evidence"},
		{"invalid_value", "/champion/rung"},
		{"unknown_contact", "/contact"},
	}, lines(p))

	p = r.do(rep1, "POST", at(mine, "/stakeholders"), `{"contact":"c1","height":180,"power":"much"}`).problem(422, "invalid_request")
	require.Equal(t, []line{{"invalid_value", "/power"}, {"invalid_value", "/height"}}, lines(p))
	r.lang = "zh"
	p = r.do(rep1, "POST", at(mine, "/stakeholders"), `{"contact":"c1","power":9}`).problem(422, "invalid_request")
	require.Contains(t, p.Errors[0].Detail, "影响力")
	r.lang = "en"

	for body, code := range map[string]string{`{`: "malformed_json", `{} {}`: "malformed_json", `{"note":"\u0000"}`: "bad_text", ``: "body_required"} {
		r.do(rep1, "POST", at(mine, "/stakeholders"), body, header{"Content-Type", "application/json"}).problem(400, code)
	}
	require.Equal(t, []line{{"invalid_value", ""}}, lines(r.do(rep1, "POST", at(mine, "/needs"), `[]`).problem(422, "invalid_request")))
	require.Empty(t, r.files.now)
	require.Empty(t, r.requests, "a refusal is not remembered")
}

func TestRecords_referToWhatIsThere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	refused := func(path, body string, codes ...string) {
		t.Helper()
		var got []string
		for _, e := range r.do(rep1, "PUT", at(mine, path), body, match("0")).problem(422, "invalid_request").Errors {
			got = append(got, e.Code+" "+e.Pointer)
		}
		require.Equal(t, codes, got)
	}
	refused("/competition", `{"rivals":["r1"]}`, "invalid_value /rivals/0")
	refused("/proposal", `{"owners":["`+string(gone)+`","nobody"]}`, "unknown_person /owners/0", "unknown_person /owners/1")
	refused("/simulation", `{"votes":[{"contact":"c9","vote":"open","reason":"x"}]}`, "unknown_contact /votes/0/contact")
	rival := r.do(rep1, "POST", at(mine, "/rivals"), `{"name":"顺丰"}`).ok(201)["id"].(string)
	r.do(rep1, "PUT", at(mine, "/competition"), `{"rivals":["`+rival+`"]}`, match("0")).ok(200)
	r.do(rep1, "PUT", at(mine, "/proposal"), `{"owners":["`+string(rep2)+`"]}`, match("0")).ok(200)

	r.org.People[1].Active = false // rep2 has left since
	r.pass(2 * time.Second)
	r.do(rep1, "PUT", at(mine, "/proposal"), `{"solution":"x","owners":["`+string(rep2)+`"]}`, match("1")).ok(200)
}

func TestRecords_areOneForAKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", at(mine, "/rivals"), `{"name":"SF"}`).ok(201)
	r.do(rep1, "POST", at(mine, "/rivals"), `{"name":"sf "}`).problem(409, "already_on_file")
	other := r.do(rep1, "POST", at(mine, "/rivals"), `{"name":"中通"}`).ok(201)["id"].(string)
	r.do(rep1, "PUT", at(mine, "/rivals/"+other), `{"name":"SF"}`, match("1")).problem(409, "already_on_file")

	r.do(rep1, "POST", at(mine, "/stakeholders"), `{"contact":"c1","power":3}`, key("a")).ok(201)
	p := r.do(rep1, "POST", at(mine, "/stakeholders"), `{"contact":"c1","power":4}`, key("b")).problem(409, "already_on_file")
	require.Equal(t, at(mine, "/stakeholders/c1"), p.Errors[0].Href, "where the one is that is there")
	clear(r.requests) // the answer was lost
	r.do(rep1, "POST", at(mine, "/stakeholders"), `{"contact":"c1","power":3}`, key("a")).ok(201)
	require.Equal(t, "c1", r.files.now[len(r.files.now)-1].ID, "a stakeholder is called by the contact")
	p = twoContacts(r).do(rep1, "PUT", at(mine, "/stakeholders/c1"), `{"contact":"c2"}`, match("1")).problem(422, "invalid_request")
	require.Equal(t, "/contact", p.Errors[0].Pointer)
}

func TestRecords_writeMoneyAsDecimals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	put := func(version, body string) answer {
		return r.do(rep1, "PUT", at(mine, "/proposal"), body, match(version))
	}
	out := content(put("0", `{"price":"1250000.5","cost":"980000"}`).ok(200))
	require.Equal(t, "1250000.50", out["price"])
	require.Equal(t, "980000.00", out["cost"])
	require.Equal(t, "CNY", out["currency"], "the home currency when none is named")
	require.NotContains(t, out, "price_minor")
	require.Contains(t, string(r.files.now[0].Body), `"price_minor":125000050`)
	out = content(put("1", `{"price":"300","currency":"JPY"}`).ok(200))
	require.Equal(t, "300", out["price"])
	require.Nil(t, out["cost"], "not known")
	out = content(put("2", `{"price":"","cost":"0"}`).ok(200))
	require.Empty(t, out["price"])
	require.Equal(t, "0", out["cost"], "known to be nothing")

	for body, want := range map[string][]string{
		`{"price":12}`:                                 {"not_string /price"},
		`{"price":"12.345"}`:                           {"invalid_amount /price"},
		`{"price":"-1"}`:                               {"invalid_amount /price"},
		`{"price_minor":100}`:                          {"unexpected_field /price_minor"},
		`{"price":"1","cost":"1","currency":"XXX"}`:    {"unknown_currency /currency"},
		`{"price":"1","currency":5}`:                   {"invalid_value /currency"},
		`{"price":"1.234","owners":["nobody"]}`:        {"invalid_amount /price", "unknown_person /owners/0"},
		`{"price":"100000000000000","currency":"CNY"}`: {"invalid_value /price"},
	} {
		var got []string
		p := put("3", body).problem(422, "invalid_request")
		for _, e := range p.Errors {
			require.NotContains(t, e.Hint, "00000000000", "no limit in minor units")
			got = append(got, e.Code+" "+e.Pointer)
		}
		require.Equal(t, want, got, body)
	}
	credit := content(r.do(rep1, "PUT", at(mine, "/credit"),
		`{"payments":{"turnover":"1000000","currency":"CNY","invoices":3,"overdue":"0.01"}}`, match("0")).ok(200))
	require.Equal(t, "0.01", credit["payments"].(map[string]any)["overdue"])
	p := r.do(rep1, "PUT", at(mine, "/credit"), `{"payments":{"turnover":"x"}}`, match("1")).problem(422, "invalid_request")
	require.Equal(t, "/payments/turnover", p.Errors[0].Pointer)
}

func TestProposal_showsWhatChangedBetweenTwoVersions(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "GET", at(mine, "/proposal/diff"), nil).problem(404, "not_found")
	for i, body := range []string{
		`{"solution":"line haul","price":"100","owners":["` + string(rep1) + `"]}`,
		`{"solution":"line haul","price":"90","owners":["` + string(rep1) + `","` + string(manager) + `"]}`,
		`{"solution":"air","price":"90"}`,
	} {
		r.do(rep1, "PUT", at(mine, "/proposal"), body, match(string(rune('0'+i)))).ok(200)
	}
	changes := func(query string) []any {
		return r.do(rep1, "GET", at(mine, "/proposal/diff"+query), nil).ok(200)["changes"].([]any)
	}
	require.Equal(t, []any{
		map[string]any{"op": "changed", "pointer": "/price", "label": "Price", "from": "100.00", "to": "90.00"},
		map[string]any{"op": "added", "pointer": "/owners/1", "label": "Owners", "from": nil, "to": string(manager)},
	}, changes("?from=1&to=2"))
	require.Len(t, changes(""), 3, "the present one against the one before")
	require.Len(t, changes("?from=3&to=1"), 3, "and backwards")
	require.Empty(t, changes("?from=2&to=2"))
	r.do(rep1, "GET", at(mine, "/proposal/diff?from=1&to=9"), nil).problem(404, "not_found")
	out := r.do(rep1, "GET", at(mine, "/proposal/diff?from=1"), nil).ok(200)
	require.InDelta(t, 3, out["to"].(map[string]any)["version"], 0)
	require.Equal(t, "王芳", out["from"].(map[string]any)["updated_by"].(map[string]any)["name"])
}

// What the OpenAPI file says of a record is what comes back, field by field.
func TestRecords_areDescribedAsTheyAre(t *testing.T) {
	t.Parallel()
	r := twoContacts(newRig(t))
	schemas := r.do("", "GET", "/openapi.json", nil).json()["components"].(map[string]any)["schemas"].(map[string]any)
	for path, bodies := range records() {
		k, ok := dossier.KindAt(path)
		require.True(t, ok, path)
		var out map[string]any
		if k.Single {
			out = r.do(rep1, "PUT", at(mine, "/"+path), bodies[1], match("0")).ok(200)
		} else {
			out = r.file("/"+path, bodies[1]).ok(201)
		}
		name := strings.ReplaceAll(cases.Title(language.English).String(strings.ReplaceAll(string(k.Kind), "_", " ")), " ", "") + "Record"
		described, ok := schemas[name].(map[string]any)
		require.True(t, ok, name)
		require.ElementsMatch(t, slices.Collect(maps.Keys(content(out))), slices.Collect(maps.Keys(described["properties"].(map[string]any))), path)
		onFile := schemas[name+"OnFile"].(map[string]any)["properties"].(map[string]any)
		require.Subset(t, slices.Collect(maps.Keys(onFile)), slices.Collect(maps.Keys(out)), path)
	}
}
