//go:build e2e

package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/testkit"
)

type handover struct {
	ID          string `json:"id"`
	Status      string `json:"status"`
	Planned     int    `json:"planned"`
	Moved       int    `json:"moved"`
	Failed      int    `json:"failed"`
	Deactivated bool   `json:"deactivated"`
}

type handoverMove struct {
	Account struct {
		ID string `json:"id"`
	} `json:"account"`
	To     human  `json:"to"`
	Status string `json:"status"`
	Seq    int64  `json:"seq"`
}

// handedOver are how many accounts a rep hands over, and how many of them have a request on its way.
const (
	handedOver = 200
	withAsked  = 20
)

// A rep leaves with 200 accounts while clients keep commanding half of them, and the process is killed in the middle:
// nothing is orphaned, and every move is on record exactly once.
func TestHandover_of200AccountsUnderLoadLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	p := started(t)
	leaver, director := p.as(t, "rep1"), p.as(t, "director1")
	ops := p.as(t, "ops1")
	for _, login := range []string{"manager1", "rep2", "rep3"} {
		p.as(t, login) // a login in the middle of it would cost a second
	}
	desks := manyDesks(t, leaver)
	from, rep2, rep3 := p.person(t, "rep1"), p.person(t, "rep2"), p.person(t, "rep3")

	load := startLoad(t, p, desks[:handedOver/2])
	order := data{
		"reason": "调往外地", "deactivate": true, "successors": []data{{"to": rep2.ID}, {"to": rep3.ID}},
	}
	path := "/users/" + from.ID + "/handover"
	trial := data{"dry_run": true}
	for k, v := range order {
		trial[k] = v
	}
	var rehearsed, h handover
	director.post(t, path, trial).ok(t, &rehearsed)
	require.Equal(t, handedOver, rehearsed.Planned)
	p.as(t, "manager1").post(t, path, order).refused(t, http.StatusForbidden, "not_your_role") // rep3 is not theirs
	director.post(t, path, order, key("handover")).ok(t, &h)
	require.Equal(t, handedOver, h.Planned)
	director.post(t, path, order).refused(t, http.StatusConflict, "handover_running")

	progress := func() handover {
		var now handover
		if a, err := director.try(t, http.MethodGet, "/handovers/"+h.ID, nil); err == nil && a.status == http.StatusOK {
			a.ok(t, &now)
		}
		return now
	}
	testkit.Eventually(t, allWithin, func() bool { return progress().Moved >= handedOver/10 }, "some accounts are moved")
	p.kill(t)
	p.restart(t)
	testkit.Eventually(t, 2*allWithin, func() bool { return progress().Status == "done" || progress().Status == "left" }, "everything is moved")
	load.stop(t)

	over := progress()
	require.Equal(t, []any{"done", 0, 0, true}, []any{over.Status, over.Planned, over.Failed, over.Deactivated})
	require.GreaterOrEqual(t, over.Moved, handedOver)
	moves := all[handoverMove](t, director, "/handovers/"+h.ID+"/moves", nil)
	first := map[string]handoverMove{}
	for _, m := range moves {
		if _, twice := first[m.Account.ID]; !twice {
			first[m.Account.ID] = m
		}
	}
	require.Len(t, first, handedOver)
	shares := map[string]int{}
	for i, d := range desks {
		requireMoved(t, desk{ops, d.id}, h.ID, from, moves)
		shares[first[d.id].To.Login]++
		if i < withAsked {
			pending := desk{ops, d.id}.read(t).PendingApprovals
			require.Len(t, pending, 1)
			require.Equal(t, []string{"rep1", first[d.id].To.Login}, []string{pending[0].Requester.Login, pending[0].Acting.Login}, "both names are on record")
		}
	}
	require.Equal(t, map[string]int{"rep2": handedOver / 2, "rep3": handedOver / 2}, shares)

	require.Empty(t, all[task](t, ops, "/tasks", url.Values{"assignee": {from.ID}, "status": {"open"}}))
	trial["successors"] = []data{{"to": rep2.ID}}
	director.post(t, path, trial).ok(t, &rehearsed)
	require.Zero(t, rehearsed.Planned, "nothing hangs on who has left")
	a, err := leaver.try(t, http.MethodGet, "/me", nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, a.status)
	for _, login := range []string{"rep2", "rep3"} {
		require.Equal(t, 1, countKind(all[notice](t, p.as(t, login), "/notifications", nil), "handover_received"), "one notice, and not a hundred")
	}
	director.post(t, path, order, key("handover")).ok(t, &h)
	require.Equal(t, "running", h.Status, "the answer is the first one")
	requireFolded(t, p)
}

// requireMoved looks that an account is its successor's, and that its log has every move once.
func requireMoved(t *testing.T, d desk, id string, from human, moves []handoverMove) {
	t.Helper()
	var seqs []int64
	var to string
	for _, m := range moves {
		if m.Account.ID == d.id {
			require.Equal(t, "moved", m.Status)
			seqs, to = append(seqs, m.Seq), m.To.Login
		}
	}
	a := d.read(t)
	require.Equal(t, to, a.Owner.Login)
	var logged []int64
	for _, e := range d.events(t) {
		if e.Kind == "handed_over" {
			require.Equal(t, []any{id, from.ID}, []any{e.Data["handover"], e.Data["from"]})
			logged = append(logged, e.Seq)
		}
	}
	require.Equal(t, seqs, logged, "every move is on record exactly once")
	var verdict struct {
		OK bool `json:"ok"`
	}
	d.get(t, d.path("/verify")).ok(t, &verdict)
	require.True(t, verdict.OK)
	var coming list[struct {
		To []human `json:"to"`
	}]
	d.get(t, d.path("/upcoming")).ok(t, &coming)
	for _, c := range coming.Items {
		require.False(t, slices.ContainsFunc(c.To, func(h human) bool { return h.ID == from.ID }), "a timer still speaks to who has left")
	}
}

// manyDesks are accounts of one person, some of them with a request on its way and some of them paused.
func manyDesks(t *testing.T, w person) []desk {
	t.Helper()
	desks := make([]desk, handedOver)
	var next atomic.Int64
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < handedOver && !t.Failed(); i = int(next.Add(1)) - 1 {
				desks[i] = w.opens(t, territory1)
				switch {
				case i < withAsked:
					desks[i].walk(t, deal.Screen)
					desks[i].asksFor(t)
				case i >= handedOver-10:
					desks[i].act(t, "pause", data{"reason": "等待", "resume_on": time.Now().AddDate(0, 1, 0).Format(time.DateOnly)})
				}
			}
		})
	}
	group.Wait()
	require.False(t, t.Failed())
	return desks
}

// load are clients that keep commanding accounts.
type load struct {
	group sync.WaitGroup
	done  chan struct{}
	fine  atomic.Int64
	odd   sync.Map // statuses that nobody should see
}

// startLoad lets two people date the next step of accounts over and over: the owner, who is going, and the manager.
func startLoad(t *testing.T, p *product, desks []desk) *load {
	t.Helper()
	l := &load{done: make(chan struct{})}
	expected := []int{
		http.StatusOK, http.StatusForbidden, http.StatusNotFound, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable,
	}
	for n := range 4 {
		who := p.as(t, []string{"rep1", "manager1"}[n%2])
		l.group.Go(func() {
			for i := n; ; i++ {
				select {
				case <-l.done:
					return
				default:
				}
				d := desks[i*7%len(desks)]
				body := data{"at": time.Now().Add(time.Duration(24+i) * time.Hour), "note": "第" + strconv.Itoa(i) + "次"}
				a, err := who.try(t, http.MethodPost, d.path("/follow-up"), body, key(fmt.Sprintf("load-%d-%d", n, i)))
				switch {
				case err != nil: // the process is dead
				case a.status == http.StatusOK:
					l.fine.Add(1)
				case !slices.Contains(expected, a.status):
					l.odd.Store(a.status, string(a.body))
				}
			}
		})
	}
	return l
}

func (l *load) stop(t *testing.T) {
	t.Helper()
	close(l.done)
	l.group.Wait()
	l.odd.Range(func(status, body any) bool {
		require.Fail(t, "an answer that nobody should see", "%v %v", status, body)
		return true
	})
	require.Greater(t, l.fine.Load(), int64(50), "the accounts were busy")
}
