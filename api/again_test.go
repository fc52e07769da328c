package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

// Who loses sight of an account with a command still gets its first answer under its key, and nothing else of it.
func TestCommand_thatTookTheAccountOutOfSightIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, body string }{
		"decision": {"/api/v1/approvals/" + approval + "/decision", `{"decision":"approve","version":2}`},
		"transfer": {"/api/v1/approvals/" + approval + "/transfer", `{"to":"` + string(director) + `","reason":"yours"}`},
		"done":     {"/api/v1/tasks/" + task + "/done", ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			var body any = c.body
			if c.body == "" {
				body = nil
			}
			receive := r.receive
			r.receive = func(cmd deal.Command) (deal.Receipt, error) {
				receipt, err := receive(cmd)
				r.mu.Lock()
				defer r.mu.Unlock()
				r.known[cmd.Key] = deal.Remembered{Fingerprint: cmd.Fingerprint, Answer: receipt.Answer}
				r.state.Owner, r.state.Team = "somebody", "elsewhere"
				return receipt, err
			}
			first := r.do(manager, "POST", c.path, body, key("k")).ok(200)
			require.NotContains(t, first, "account")
			require.Equal(t, first, r.do(manager, "POST", c.path, body, key("k")).ok(200))
			require.Len(t, r.sent, 1)
			r.do(manager, "POST", c.path, body, key("another")).problem(404, "not_found")
			r.do(rep2, "POST", c.path, body, key("k")).problem(404, "not_found")
			require.Len(t, r.sent, 1)
		})
	}
}

// timedAccounts are accounts of rep1 that wake one after another, each with two rungs that reach rep1.
func timedAccounts(n int) []view.Account {
	var all []view.Account
	for i := range n {
		wake := noon().Add(time.Duration(i) * time.Minute)
		all = append(all, view.Account{State: deal.State{
			Account: deal.AccountID(fmt.Sprintf("33333333-0000-4000-8000-%012d", i)), Seq: 1, Status: deal.Active, Owner: rep1, Team: team,
			Clocks: []deal.Clock{{
				ID: "step/step", Kind: deal.StepClock, From: noon(), Due: wake,
				Rungs: []deal.Rung{{Name: deal.Remind, At: wake}, {Name: deal.Urge, At: wake.Add(90 * time.Minute)}},
			}},
		}})
	}
	return all
}

func TestMyUpcoming_isCompleteHoweverManyAccountsThereAre(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.timed = timedAccounts(450)
	var whens []string
	path, pages := "/api/v1/me/upcoming?limit=170", 0
	for cursor := ""; ; pages++ {
		out := r.do(rep1, "GET", path+cursor, nil).ok(200)
		for _, item := range out["items"].([]any) {
			i := item.(map[string]any)
			whens = append(whens, i["at"].(string)+" "+i["account"].(map[string]any)["id"].(string)+" "+i["rung"].(string))
		}
		if out["next_cursor"] == "" {
			break
		}
		cursor = "&cursor=" + out["next_cursor"].(string)
	}
	require.Equal(t, 5, pages)
	require.Len(t, whens, 900)
	require.IsNonDecreasing(t, whens)
	for i := range whens[1:] {
		require.NotEqual(t, whens[i], whens[i+1])
	}
	for i := range r.timed { // all of them will ask for somebody else, late
		clock := r.timed[i].State.Clocks[0]
		clock.ID = "step/late"
		clock.Rungs = []deal.Rung{{Name: deal.Reassign, At: clock.Rungs[len(clock.Rungs)-1].At.Add(time.Hour)}}
		r.timed[i].State.Clocks = append(r.timed[i].State.Clocks, clock)
	}
	r.calling, r.timed = r.timed, []view.Account{}
	calls := r.do(ops, "GET", "/api/v1/me/upcoming?limit=200", nil).ok(200)
	require.Len(t, calls["items"], 200)
	require.Equal(t, "reassign", calls["items"].([]any)[0].(map[string]any)["rung"])
	require.NotEmpty(t, calls["next_cursor"])
	r.do(rep1, "GET", "/api/v1/me/upcoming?cursor=nonsense", nil).problem(422, "invalid_request")
	require.Empty(t, r.do(rep2, "GET", "/api/v1/me/upcoming", nil).ok(200)["items"])
}
