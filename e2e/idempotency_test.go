//go:build e2e

package e2e_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// sent is a request under a key, with the answer that it got first.
type sent struct {
	who   person
	path  string
	body  any
	other any // another body
	key   string
	first answer
}

func (s *sent) send(t *testing.T) {
	t.Helper()
	s.first = s.who.post(t, s.path, s.body, key(s.key)).ok(t, nil)
	require.Equal(t, s.key, s.first.header.Get("Idempotency-Key"), "the key is echoed")
}

// repeats sends it again: the first answer comes back. Another body under the key is refused, and the same key is no
// concern of anybody else.
func (s *sent) repeats(t *testing.T) {
	t.Helper()
	again := s.who.post(t, s.path, s.body, key(s.key)).ok(t, nil)
	require.Equal(t, s.first.status, again.status)
	require.Equal(t, s.first.header.Get("Location"), again.header.Get("Location"))
	var one, two struct {
		ID  string `json:"id"`
		Seq int64  `json:"seq"`
	}
	s.first.ok(t, &one)
	again.ok(t, &two)
	require.Equal(t, one, two)
	p := s.who.post(t, s.path, s.other, key(s.key)).refused(t, http.StatusUnprocessableEntity, "key_reused")
	require.Equal(t, []string{"key_reused"}, p.codes())
	require.NotEmpty(t, p.Errors[0].Hint)
}

// underKeys sends one request of every kind, each under a key.
func underKeys(t *testing.T, p *product) (desk, []*sent) {
	t.Helper()
	rep := p.as(t, "rep1")
	mine := freshMobile() // other tests have keys of their own
	body, other := lead(territory1), lead(territory1)
	open := &sent{who: rep, path: "/accounts", body: body, other: other, key: "open-" + mine}
	open.send(t)
	var done commandAnswer
	open.first.ok(t, &done)
	d := desk{rep, done.Account.ID}
	added := &sent{
		who: rep, path: d.path("/contacts"), body: data{"name": "周一", "role": "decider"}, other: data{"name": "周二"}, key: "contact-" + mine,
	}
	added.send(t)
	var c contact
	added.first.ok(t, &c)
	grade := &sent{
		who: rep, path: d.path("/grade"), body: data{"grade": "B", "reason": "x"}, other: data{"grade": "A", "reason": "x"}, key: "grade",
	}
	grade.send(t)
	met := &sent{
		who: rep, path: d.path("/interactions"), body: interactionWith(c.ID, "谈妥"), other: interactionWith(c.ID, "没谈妥"), key: "met",
	}
	met.send(t)
	return d, []*sent{open, added, grade, met}
}

func TestIdempotency_givesTheFirstAnswerToARepeatedRequest(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	d, requests := underKeys(t, p)
	before := d.snapshot(t)
	accounts := len(all[account](t, d.person, "/accounts", nil))
	for _, s := range requests {
		s.repeats(t)
	}
	after := d.snapshot(t)
	before.Accounts, after.Accounts = accounts, accounts // others open some as well
	require.Equal(t, before, after, "a repeat writes nothing")
	require.Len(t, all[account](t, d.person, "/accounts", url.Values{"q": {before.Account.Number}}), 1)
}

func TestIdempotency_keepsKeysOfDifferentPeopleApart(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	d, _ := underKeys(t, p)
	boss := d.at(t, "manager1")
	a := boss.act(t, "grade", data{"grade": "A", "reason": "我看更高"}, key("grade"))
	require.Equal(t, "A", a.Grade)
	require.Equal(t, 2, count(d.events(t), "graded"))
}

// A refusal is no answer to keep: the same request may succeed once its reason is gone (contract.md §1).
func TestIdempotency_judgesARefusedRequestAfreshUnderANewKey(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	d := p.as(t, "rep1").opens(t, territory1)
	d.post(t, d.path("/advance"), data{"from": "collect"}, key("first")).refused(t, http.StatusUnprocessableEntity, "gate_unmet")
	d.meet(t, deal.Collect)
	var done commandAnswer
	d.post(t, d.path("/advance"), data{"from": "collect"}, key("second")).ok(t, &done)
	require.Equal(t, "screen", done.Account.Step)
}

func count(events []event, kind string) int {
	n := 0
	for _, e := range events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}
