//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// bad is one request that has to be refused.
type bad struct {
	name    string
	who     string // login; rep1 when empty
	method  string // POST when empty
	path    string
	body    any
	set     []with
	status  int
	code    string // of the problem
	reason  string // of the item that names the field; the problem's own code when empty
	pointer string // of that item
}

// bench is what the requests are about: an account in screen with a request that waits, and somebody else's.
type bench struct {
	desk

	pending approval
	foreign desk
	before  snapshot
}

// snapshot is everything that a request could have written about an account.
type snapshot struct {
	Account  account
	Events   int
	Contacts []contact
	Form     form
	Meetings int
	Accounts int
}

func (d desk) snapshot(t *testing.T) snapshot {
	t.Helper()
	return snapshot{
		Account: d.read(t), Events: len(d.events(t)), Contacts: d.contacts(t), Form: d.form(t, deal.Screen), Meetings: len(interactionsOf(t, d)),
		Accounts: len(all[account](t, d.person, "/accounts", nil)),
	}
}

func TestBadInput_isRefusedWithTheFieldAndTheRemedyAndWritesNothing(t *testing.T) {
	t.Parallel()
	p := started(t) // of its own: nobody else's work moves what is counted
	b := bench{foreign: p.as(t, "rep3").opens(t, territory2)}
	b.desk, b.pending, _ = screened(t, p)
	b.act(t, "intake", data{"decision": "accept"})
	b.before = b.snapshot(t)
	foreignBefore := b.foreign.snapshot(t)

	for topic, rows := range map[string][]bad{
		"fields that do not exist":    b.unknownFields(),
		"values of a wrong type":      b.wrongTypes(t),
		"bodies that cannot be read":  b.brokenBodies(),
		"too much":                    b.tooMuch(),
		"reasons that are missing":    b.missingReasons(t),
		"dates that cannot be":        b.impossibleDates(t),
		"steps out of order":          b.outOfOrder(),
		"objects of somebody else":    b.foreignObjects(t),
		"versions that have moved on": b.staleVersions(),
		"routes that do not exist":    b.unknownRoutes(),
	} {
		t.Run(topic, func(t *testing.T) {
			for _, row := range rows {
				t.Run(row.name, func(t *testing.T) { b.refuses(t, row) })
			}
			require.Equal(t, b.before, b.snapshot(t), "something was written")
		})
	}
	require.Equal(t, foreignBefore, b.foreign.snapshot(t), "something was written to somebody else's account")
	requireFolded(t, p)
}

// refuses sends a request in both languages and judges the refusals.
func (b bench) refuses(t *testing.T, row bad) {
	t.Helper()
	who, method := row.who, row.method
	if who == "" {
		who = "rep1"
	}
	if method == "" {
		method = http.MethodPost
	}
	said := map[string]problem{}
	for _, lang := range []string{"zh", "en"} {
		a := b.p.as(t, who).send(t, method, row.path, row.body, append([]with{in(lang)}, row.set...)...)
		said[lang] = a.refused(t, row.status, row.code)
		require.Equal(t, lang, a.header.Get("Content-Language"))
	}
	zh, en := said["zh"], said["en"]
	require.Equal(t, zh.codes(), en.codes(), "codes do not depend on the language")
	require.NotEqual(t, zh.Title, en.Title)
	require.NotEmpty(t, zh.Errors, "a refusal says what would help: %s", zh.Code)
	wanted := row.reason
	if wanted == "" {
		wanted = row.code
	}
	named := false
	for i, e := range zh.Errors {
		other := en.Errors[i]
		require.Equal(t, e.Pointer, other.Pointer)
		require.True(t, chinese(e.Detail), "in Chinese: %s", e.Detail)
		require.True(t, chinese(e.Hint), "the remedy in Chinese: %q of %s", e.Hint, e.Code)
		require.False(t, chinese(other.Detail), "in English: %s", other.Detail)
		require.NotEmpty(t, other.Hint, "the remedy in English, of %s", e.Code)
		named = named || (e.Code == wanted && e.Pointer == row.pointer)
	}
	require.True(t, named, "no reason %s at %q in %+v", wanted, row.pointer, zh.Errors)
}

func chinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

const (
	invalid = "invalid_request"
	patch   = http.MethodPatch
	put     = http.MethodPut
)

func (b bench) formPath(step deal.Step) string { return b.path("/steps/" + string(step) + "/form") }

func (b bench) unknownFields() []bad {
	odd := lead(territory1)
	odd["owner"] = "me"
	return []bad{
		{name: "in a command", path: b.path("/advance"), body: data{"from": "screen", "force": true}, status: 422, code: invalid, reason: "unexpected_field", pointer: "/force"},
		{name: "in a command without a body", path: b.path("/resume"), body: data{"now": true}, status: 422, code: invalid, reason: "unexpected_field", pointer: "/now"},
		{name: "in a new account", path: "/accounts", body: odd, status: 422, code: invalid, reason: "unexpected_field", pointer: "/owner"},
		{name: "written with a capital", path: b.path("/advance"), body: data{"From": "screen"}, status: 422, code: invalid, reason: "unexpected_field", pointer: "/From"},
		{name: "in a profile", method: patch, path: b.path(""), body: data{"grade": "A"}, set: []with{ifMatch(1)}, status: 422, code: invalid, reason: "unexpected_field", pointer: "/grade"},
		{name: "in the subject of a request", path: b.path("/approvals"), body: data{"kind": "filing", "subject": data{"type": "form", "id": "screen", "version": 1, "x": 1}}, status: 422, code: invalid, reason: "unexpected_field", pointer: "/subject/x"},
		{name: "in a form", method: put, path: b.formPath(deal.Screen), body: data{"content": data{"nonsense": 1}}, set: []with{ifMatch(b.before.Form.Version)}, status: 422, code: invalid, reason: "invalid_value", pointer: "/content/nonsense"},
		{name: "in a query", method: http.MethodGet, path: "/accounts?colour=red", status: 422, code: invalid, reason: "unknown_parameter", pointer: "query/colour"},
	}
}

func (b bench) wrongTypes(t *testing.T) []bad {
	many, phone, code := lead(territory1), lead(territory1), lead(territory1)
	many["monthly_inbound"] = "many"
	phone["contacts"] = []data{{"name": "王五", "mobile": "12345"}}
	code["credit_code"] = "91320000000000000X"
	met := interactionWith(b.before.Contacts[0].ID, "x")
	met["at"] = "yesterday"
	kind := interactionWith(b.before.Contacts[0].ID, "x")
	kind["kind"] = "telepathy"
	ask := func(amount, currency string) data {
		return data{"kind": "filing", "subject": data{"type": "form", "id": "screen", "version": b.before.Form.Version}, "amount": amount, "currency": currency}
	}
	return []bad{
		{name: "a number for a step", path: b.path("/advance"), body: data{"from": 7}, status: 422, code: invalid, reason: "not_string", pointer: "/from"},
		{name: "a step nobody knows", path: b.path("/advance"), body: data{"from": "nowhere"}, status: 422, code: invalid, reason: "not_one_of", pointer: "/from"},
		{name: "a list for an object", path: b.path("/advance"), body: []string{"screen"}, status: 422, code: invalid, reason: "not_object", pointer: ""},
		{name: "a text for a number", path: "/accounts", body: many, status: 422, code: invalid, reason: "not_integer", pointer: "/monthly_inbound"},
		{name: "a number nobody can call", path: "/accounts", body: phone, status: 422, code: invalid, reason: "invalid_phone", pointer: "/contacts/0/mobile"},
		{name: "a credit code that does not add up", path: "/accounts", body: code, status: 422, code: invalid, reason: "invalid_credit_code", pointer: "/credit_code"},
		{name: "a word for an instant", path: b.path("/interactions"), body: met, status: 422, code: invalid, reason: "not_date_time", pointer: "/at"},
		{name: "a kind of meeting nobody knows", path: b.path("/interactions"), body: kind, status: 422, code: invalid, reason: "not_one_of", pointer: "/kind"},
		{name: "a text for a number in a form", method: put, path: b.formPath(deal.Screen), body: data{"content": data{"difficulty": "hard"}}, set: []with{ifMatch(b.before.Form.Version)}, status: 422, code: invalid, reason: "invalid_value", pointer: "/content/difficulty"},
		{name: "a number out of range in a form", method: put, path: b.formPath(deal.Screen), body: data{"content": data{"difficulty": 9}}, set: []with{ifMatch(b.before.Form.Version)}, status: 422, code: invalid, reason: "invalid_value", pointer: "/content/difficulty"},
		{name: "a grade nobody gives", path: b.path("/grade"), body: data{"grade": "E", "reason": "x"}, status: 422, code: invalid, reason: "not_one_of", pointer: "/grade"},
		{name: "a negative amount", path: b.path("/approvals"), body: ask("-1", ""), status: 422, code: invalid, reason: "invalid_amount", pointer: "/amount"},
		{name: "an amount with too many decimals", path: b.path("/approvals"), body: ask("1.234", "CNY"), status: 422, code: invalid, reason: "invalid_amount", pointer: "/amount"},
		{name: "a currency nobody pays in", path: b.path("/approvals"), body: ask("1", "XXX"), status: 422, code: invalid, reason: "unknown_currency", pointer: "/currency"},
		{name: "a page that is too long", method: http.MethodGet, path: "/accounts?limit=1000", status: 422, code: invalid, reason: "too_large", pointer: "query/limit"},
		{name: "a cursor from nowhere", method: http.MethodGet, path: "/accounts?cursor=abc", status: 422, code: invalid, reason: "bad_cursor", pointer: "query/cursor"},
		{name: "a sort order nobody offers", method: http.MethodGet, path: "/accounts?sort=colour", status: 422, code: invalid, reason: "not_one_of", pointer: "query/sort"},
	}
}

func (b bench) brokenBodies() []bad {
	return []bad{
		{name: "no JSON", path: b.path("/advance"), body: []byte(`{"from": "screen"`), status: 400, code: "malformed_json"},
		{name: "nothing at all", path: b.path("/advance"), status: 400, code: "body_required"},
		{name: "another kind of content", path: b.path("/advance"), body: []byte("from=screen"), set: []with{header("Content-Type", "text/plain")}, status: 415, code: "unsupported_media_type"},
		{name: "broken UTF-8", path: b.path("/advance"), body: []byte("{\"from\":\"screen\",\"note\":\"\xff\xfe\"}"), status: 400, code: "bad_text"},
		{name: "half a character", path: b.path("/advance"), body: []byte(`{"from":"screen","note":"\ud800"}`), status: 400, code: "bad_text"},
		{name: "the character U+0000", path: b.path("/advance"), body: []byte(`{"from":"screen","note":"a\u0000b"}`), status: 400, code: "bad_text"},
		{name: "broken UTF-8 in a query", method: http.MethodGet, path: "/accounts?q=%ff%fe", status: 400, code: "bad_text", pointer: "query/q"},
		{name: "a key with spaces", path: b.path("/advance"), body: data{"from": "screen"}, set: []with{key("a b")}, status: 422, code: invalid, reason: "bad_idempotency_key", pointer: "header/Idempotency-Key"},
		{name: "a key that is too long", path: b.path("/advance"), body: data{"from": "screen"}, set: []with{key(strings.Repeat("k", 201))}, status: 422, code: invalid, reason: "bad_idempotency_key", pointer: "header/Idempotency-Key"},
	}
}

func (b bench) tooMuch() []bad {
	long := strings.Repeat("长", 100_000)
	fat, err := json.Marshal(data{"from": "screen", "note": strings.Repeat("x", 5<<20)})
	if err != nil {
		panic(err) // a map of two texts
	}
	met := interactionWith(b.before.Contacts[0].ID, long)
	return []bad{
		{name: "a body of 5 MB", path: b.path("/advance"), body: fat, status: 413, code: "body_too_large"},
		{name: "a body of 5 MB that does not say so", path: b.path("/advance"), body: fat, set: []with{func(r *http.Request) { r.ContentLength = -1 }}, status: 413, code: "body_too_large"},
		{name: "a form of 5 MB", method: put, path: b.formPath(deal.Screen), body: bytes.Repeat([]byte(" "), 5<<20), set: []with{ifMatch(1)}, status: 413, code: "body_too_large"},
		{name: "a note of 100,000 characters", path: b.path("/advance"), body: data{"from": "screen", "note": long}, status: 422, code: invalid, reason: "too_long", pointer: "/note"},
		{name: "a reason of 100,000 characters", path: b.path("/close"), body: data{"outcome": "dropped", "reason": long}, status: 422, code: invalid, reason: "too_long", pointer: "/reason"},
		{name: "a result of 100,000 characters", path: b.path("/interactions"), body: met, status: 422, code: invalid, reason: "too_long", pointer: "/result"},
		{name: "a form's text of 100,000 characters", method: put, path: b.formPath(deal.Screen), body: data{"content": data{"visit_aim": long}}, set: []with{ifMatch(b.before.Form.Version)}, status: 422, code: invalid, reason: "invalid_value", pointer: "/content/visit_aim"},
		{name: "a name of 100,000 characters", path: b.path("/contacts"), body: data{"name": long}, status: 422, code: invalid, reason: "too_long", pointer: "/name"},
		{name: "headers of 40 KB", method: http.MethodGet, path: "/me", set: []with{header("X-Much", strings.Repeat("x", 40<<10))}, status: 431, code: "headers_too_large"},
	}
}

func (b bench) missingReasons(t *testing.T) []bad {
	soon := inOfficeTime().AddDate(0, 0, 7).Format(time.DateOnly)
	gone := func(word, pointer string, body data) bad {
		return bad{name: word, path: b.path("/" + word), body: body, status: 422, code: "reason_missing", pointer: pointer}
	}
	decide := "/approvals/" + b.pending.ID + "/decision"
	return []bad{
		gone("return", "/reason", data{"to": "collect", "reason": " "}),
		gone("grade", "/reason", data{"grade": "B", "reason": ""}),
		gone("pause", "/reason", data{"reason": "\t", "resume_on": soon}),
		gone("close", "/reason", data{"outcome": "dropped", "reason": ""}),
		{name: "the rival of a loss", path: b.path("/close"), body: data{"outcome": "lost", "reason": "价格"}, status: 422, code: "reason_missing", pointer: "/rival"},
		{name: "assign", who: "manager1", path: b.path("/assign"), body: data{"owner": b.p.person(t, "rep2").ID, "reason": ""}, status: 422, code: "reason_missing", pointer: "/reason"},
		{name: "no field for it at all", path: b.path("/return"), body: data{"to": "collect"}, status: 422, code: invalid, reason: "required_field", pointer: "/reason"},
		{name: "no step to leave", path: b.path("/advance"), body: data{}, status: 422, code: invalid, reason: "required_field", pointer: "/from"},
		{name: "reject", who: "manager1", path: decide, body: data{"decision": "reject", "version": b.pending.Subject.Version}, status: 422, code: "reason_missing", pointer: "/comment"},
		{name: "return for rework", who: "manager1", path: decide, body: data{"decision": "return", "comment": " ", "version": b.pending.Subject.Version}, status: 422, code: "reason_missing", pointer: "/comment"},
		{name: "transfer", who: "manager1", path: "/approvals/" + b.pending.ID + "/transfer", body: data{"to": b.p.person(t, "director1").ID, "reason": ""}, status: 422, code: "reason_missing", pointer: "/reason"},
		{name: "what a meeting was for", path: b.path("/interactions"), body: data{"kind": "call", "at": time.Now().Add(-time.Hour), "with": []string{b.before.Contacts[0].ID}, "aim": "", "result": "x", "next_step": "x"}, status: 422, code: "reason_missing", pointer: "/aim"},
	}
}
