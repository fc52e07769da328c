//go:build e2e

package e2e_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/testkit"
)

// at is the product as one of its API processes shows it: the same people, the same tokens.
func (p *product) at(address string) *product {
	return &product{dir: p.dir, env: p.env, user: p.user, address: address, tokens: p.tokens}
}

// serves is the process behind an address.
func (p *product) serves(t *testing.T, address string) *process {
	t.Helper()
	for _, r := range p.launched() {
		if r.runs() && strings.Contains(r.output(), address) {
			return r
		}
	}
	require.FailNow(t, "nobody serves "+address)
	return nil
}

// noticed is the ID of the notice that an event brings.
func (e heard) noticed(t *testing.T) string {
	t.Helper()
	require.Equal(t, "notice", e.name, e.data)
	require.NotEmpty(t, e.id)
	var line struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(e.data), &line))
	require.NotEmpty(t, line.ID)
	return line.ID
}

// soon bounds the way from a command's answer to a stream in another process.
const soon = 10 * time.Second

// TestStreams_goOnInAnotherProcess lets a manager listen at one of two API processes while the commands go through the other
// one, lose the connection, come back elsewhere, and lose the process: each notice is heard once.
func TestStreams_goOnInAnotherProcess(t *testing.T) {
	t.Parallel()
	p, front, second := inHalves(t, twoTeams)
	a, b := p.at(front), p.at(second)
	rep := a.as(t, "li")
	told := func(id string, ids []string) []string { // without repetition
		t.Helper()
		require.NotContains(t, ids, id, "heard twice")
		return append(ids, id)
	}
	var ids []string

	here, hangUp := b.as(t, "chen").calls(t, "")
	require.Equal(t, "ready", hears(t, here).name)
	first := rep.opens(t, "城北")
	first.meet(t, deal.Collect)
	first.advance(t, deal.Collect).ok(t, nil)
	began := time.Now()
	e := hears(t, here)
	require.Less(t, time.Since(began), soon)
	require.Contains(t, e.data, first.id)
	ids = told(e.noticed(t), ids)
	hangUp()
	for range here { // it has ended
	}

	var missed []desk
	for _, who := range []person{rep, b.as(t, "li"), rep} { // through either
		d := who.opens(t, "城北")
		d.meet(t, deal.Collect)
		d.advance(t, deal.Collect).ok(t, nil)
		missed = append(missed, d)
	}
	here, hangUp = a.as(t, "chen").calls(t, e.id)
	require.Equal(t, heard{"ready", e.id, `{"missed":false}`}, hears(t, here))
	for _, d := range missed {
		e = hears(t, here)
		require.Contains(t, e.data, d.id, "in the order in which they were told")
		ids = told(e.noticed(t), ids)
	}
	hangUp()

	// The process dies under its listener, among the notices.
	here, _ = b.as(t, "chen").calls(t, e.id)
	require.Equal(t, "ready", hears(t, here).name)
	var desks []desk
	for range 8 {
		d := rep.opens(t, "城北")
		d.meet(t, deal.Collect)
		desks = append(desks, d)
	}
	for i, d := range desks {
		d.advance(t, deal.Collect).ok(t, nil)
		if i == len(desks)/2 {
			p.serves(t, second).kill(t)
		}
	}
	for e2 := range here { // what came before it died
		e = e2
		ids = told(e.noticed(t), ids)
	}
	require.Less(t, len(ids), 1+len(missed)+len(desks), "the rest came while nobody listened")
	here, hangUp = a.as(t, "chen").calls(t, e.id)
	defer hangUp()
	require.Equal(t, heard{"ready", e.id, `{"missed":false}`}, hears(t, here))
	for len(ids) < 1+len(missed)+len(desks) {
		ids = told(hears(t, here).noticed(t), ids)
	}
	var inbox []string
	for _, n := range all[notice](t, a.as(t, "chen"), "/notifications", nil) {
		inbox = append(inbox, n.ID)
	}
	slices.Reverse(inbox) // newest first
	require.ElementsMatch(t, inbox, ids, "the streams have told what the inbox has, and each once")

	// A process that has never seen this listener goes on from where another one was.
	third := p.launch(t, "api", "--listen", "127.0.0.1:0").awaitAddress(t)
	c := p.at(third)
	var again []string
	testkit.Eventually(t, startWithin, func() bool {
		got, err := c.as(t, "chen").try(t, "GET", "/me", nil)
		return err == nil && got.status == 200
	}, "it answers")
	there, end := c.as(t, "chen").calls(t, "0")
	defer end()
	require.Equal(t, "ready", hears(t, there).name)
	for range inbox {
		again = told(hears(t, there).noticed(t), again)
	}
	require.Equal(t, ids, again, "in the same order")
}
