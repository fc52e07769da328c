package store_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/store"
)

// walked takes an account by every kind of command through one cycle into the next.
func (w *world) walked() deal.AccountID {
	w.t.Helper()
	ctx := w.t.Context()
	id := w.lead("collector1", customer("江苏晨风集团股份有限公司"), deal.Contact{Name: "孙丽", Mobile: "13805240011"})
	contacts, err := w.Contacts(ctx, w.as("collector1"), id)
	require.NoError(w.t, err)
	w.do(id, "manager1", deal.Assign{Owner: w.people["rep1"], Reason: text("why rep1")})
	w.do(id, "rep1", deal.SetFollowUp{At: w.at.Add(30 * time.Hour), Note: text("call back")})
	w.do(id, "rep1", deal.Advance{From: deal.Collect, Note: text("handed over")})
	w.do(id, "manager1", deal.ReviewIntake{Decision: deal.AcceptIntake})
	w.do(id, "rep1", deal.SetGrade{Grade: deal.GradeB, Reason: text("why B")})
	w.do(id, "rep1", deal.LogInteraction{
		Kind: deal.VisitInteraction, At: w.at.Add(-time.Hour), With: []string{contacts[0].ID},
		Aim: text("aim"), Result: text("result"), NextStep: text("next step"), NextAt: w.at.Add(72 * time.Hour),
	})

	form, err := w.PutForm(ctx, w.as("rep1"), id, deal.Screen, 0, map[string]any{"need": true, "difficulty": 3.0})
	require.NoError(w.t, err)
	request := func(words string) deal.RequestApproval {
		return deal.RequestApproval{
			Kind: deal.Filing, Subject: deal.Subject{Type: deal.FormSubject, ID: string(deal.Screen), Version: form.Version},
			Amount: 1_234_500, Currency: "CNY", Text: text(words),
		}
	}
	w.do(id, "rep1", request("please file"))
	w.decide(id, "manager1", deal.SendBack, text("say more"))
	w.do(id, "rep1", request("please file, with more"))
	w.do(id, "rep1", deal.WithdrawApproval{Approval: w.latest(id, deal.Filing).ID, Reason: text("not yet")})
	w.do(id, "rep1", request("please file now"))
	w.decide(id, "manager1", deal.Approve, nil)
	w.decide(id, "finance1", deal.Approve, text("fine"))

	w.do(id, "rep1", deal.Pause{Reason: text("holiday"), ResumeOn: "2026-06-01"})
	w.do(id, "rep1", deal.ResumeNow{})
	w.do(id, "rep1", deal.Return{To: deal.Collect, Reason: text("start again")})
	for _, step := range deal.Steps() {
		w.at = w.at.Add(7 * 24 * time.Hour) // rungs come due
		if wake := w.state(id).WakeAt(); !wake.IsZero() && wake.Before(w.at) {
			w.do(id, "", deal.Tick{Due: wake})
		}
		if step == deal.Screen {
			w.do(id, "manager1", deal.ReviewIntake{Decision: deal.AcceptIntake})
		}
		w.do(id, "rep1", deal.Advance{From: step})
	}
	require.Equal(w.t, deal.Resting, w.state(id).Status)
	w.do(id, "rep1", deal.SecondDevelopment{Goal: text("more volume")})
	w.do(id, "rep1", deal.Close{Outcome: deal.Lost, Reason: text("price"), Rival: text("unknown")})
	w.do(id, "rep1", deal.RequestApproval{
		Kind: deal.Reopen, Subject: deal.Subject{Type: deal.AccountSubject, ID: string(id), Version: w.state(id).Seq}, Text: text("they called"),
	})
	w.decide(id, "manager1", deal.Approve, nil)
	w.do(id, "rep1", deal.ReopenAccount{Reason: text("they called again")})
	return id
}

func (w *world) latest(id deal.AccountID, kind deal.ApprovalKind) deal.Approval {
	w.t.Helper()
	a, ok := w.state(id).Latest(kind)
	require.True(w.t, ok)
	return a
}

// decide says a word about the newest pending request.
func (w *world) decide(id deal.AccountID, login string, word deal.Decision, comment *deal.TextRef) {
	w.t.Helper()
	for _, a := range w.state(id).Approvals {
		if a.Status == deal.Pending {
			w.do(id, login, deal.DecideApproval{Approval: a.ID, Decision: word, Comment: comment, Version: a.Subject.Version})
			return
		}
	}
	require.Fail(w.t, "nothing is pending")
}

// J4: dropping every projection and folding the log gives byte-equal rows.
func TestJ4_rebuildGivesTheRowsThatWereThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.walked()
	second := w.lead("rep3", customerIn("宿城区", "实信织带"))
	w.sound()
	before := w.projections()
	for _, table := range []string{"accounts", "tasks", "approvals", "approval_levels", "notifications", "follow_ups", "interactions"} {
		require.NotEmpty(t, before[table], table)
		w.exec("DELETE FROM " + table)
	}
	ids, err := w.Logged(t.Context(), "", 10)
	require.NoError(t, err)
	require.ElementsMatch(t, []deal.AccountID{first, second}, ids)
	for _, id := range ids {
		require.NoError(t, w.Rebuild(t.Context(), id))
	}
	require.Equal(t, before, w.projections())
	w.sound()
	w.do(second, "rep3", deal.SetFollowUp{At: w.at.Add(48 * time.Hour)}) // a rebuilt account goes on
	w.sound()
}

func TestCompare_findsWhatIsNotInTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.walked()
	for name, c := range map[string]struct {
		tamper string
		table  string
	}{
		"a changed column":        {"UPDATE accounts SET overdue = NOT overdue", "accounts"},
		"a changed byte of state": {`UPDATE accounts SET state = replace(state::text, '"seq":', '"seq": ')::json`, "accounts"},
		"a deleted notice":        {"DELETE FROM notifications WHERE id = (SELECT min(id) FROM notifications)", "notifications"},
		"an invented task": {`INSERT INTO tasks (id, account_id, kind, assignee_id, ref, status, opened_at)
			SELECT 'invented', id, 'overdue', 'x', '', 'open', now() FROM accounts`, "tasks"},
		"a forged decision":     {"UPDATE approval_levels SET decision = 'reject' WHERE decision = 'approve'", "approval_levels"},
		"a raised amount":       {"UPDATE approvals SET amount_minor = amount_minor + 1", "approvals"},
		"a moved follow-up":     {"UPDATE follow_ups SET due_at = due_at + interval '1 microsecond'", "follow_ups"},
		"a retold visit":        {"UPDATE interactions SET contact_ids = '{}'", "interactions"},
		"a missing account row": {"DELETE FROM accounts", "accounts"},
	} {
		t.Run(name, func(t *testing.T) { //nolint:paralleltest // each tampers with the same account and mends it
			w.exec(c.tamper)
			differences, err := w.CompareAll(t.Context())
			require.NoError(t, err)
			require.NotEmpty(t, differences)
			for _, d := range differences {
				require.Equal(t, id, d.Account)
				require.Equal(t, c.table, d.Table)
				require.NotEqual(t, d.Want, d.Got)
			}
			require.NoError(t, w.Rebuild(t.Context(), id))
			w.sound()
		})
	}
}

func TestCompare_findsABrokenChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.walked()
	w.exec("ALTER TABLE account_events DISABLE TRIGGER account_events_append_only")
	w.exec("UPDATE account_events SET actor = 'somebody else' WHERE seq = 3")
	differences, err := w.Compare(t.Context(), id)
	require.NoError(t, err)
	require.Contains(t, differences, store.Difference{
		Account: id, Table: "account_events", Row: "[3]", Want: "an unbroken chain", Got: "changed",
	})
}

// projections are all rows of all projections as Postgres prints them.
func (w *world) projections() map[string][]string {
	w.t.Helper()
	conn := connect(w.t, w.url)
	all := map[string][]string{}
	for table, key := range map[string]string{
		"accounts": "id", "tasks": "id", "approvals": "id", "approval_levels": "approval_id, level, seat", "notifications": "id",
		"follow_ups": "id", "interactions": "id",
	} {
		rows, err := conn.Query(w.t.Context(), "SELECT r::text FROM "+table+" r ORDER BY "+key)
		require.NoError(w.t, err)
		all[table], err = pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(w.t, err)
	}
	return all
}
