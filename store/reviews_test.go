package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

func (w *world) team(name string) deal.TeamID { return teamNamed(w.org().Teams, name) }

// review opens the review of team 1 for a month.
func (w *world) review(month review.Month, at time.Time) review.Review {
	w.t.Helper()
	due, err := review.Rules{Due: 10}.DueAt(month, working{shipped()})
	require.NoError(w.t, err)
	r, opened, err := w.OpenReview(w.t.Context(), review.Order{Team: w.team("team 1"), Month: month, By: deal.System, At: at, Due: due})
	require.NoError(w.t, err)
	require.True(w.t, opened)
	return r
}

// missed is an account of rep1 whose first deadline passed in March.
func (w *world) missed(name string) deal.AccountID {
	w.t.Helper()
	id := w.lead("rep1", customer(name))
	w.do(id, "rep1", deal.Advance{From: deal.Collect})
	w.do(id, "manager1", deal.ReviewIntake{Decision: deal.AcceptIntake})
	for w.countOf("SELECT count(*) FROM accounts WHERE overdue AND id = '"+string(id)+"'") == 0 {
		due := w.state(id).WakeAt()
		w.at = due.Add(time.Minute)
		w.do(id, "", deal.Tick{Due: due})
	}
	return id
}

func april(day, hour int) time.Time { return time.Date(2026, 4, day, hour, 0, 0, 0, time.UTC) }

func (w *world) lines(r review.Review) map[deal.AccountID]review.Line {
	w.t.Helper()
	all, _, err := w.ReviewAccounts(w.t.Context(), r.ID, view.Page{})
	require.NoError(w.t, err)
	byID := map[deal.AccountID]review.Line{}
	for _, l := range all {
		byID[l.Account] = l
	}
	return byID
}

func (w *world) breaches(r review.Review) []review.Breach {
	w.t.Helper()
	all, _, err := w.ReviewBreaches(w.t.Context(), r.ID, nil, view.Page{})
	require.NoError(w.t, err)
	return all
}

func fine(review.Review, review.Breach) error { return nil }

func TestOpenReview_takesOneSnapshotAndNeverAnother(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.missed("晨风集团")
	_, err := w.PutForm(ctx, w.as("rep1"), id, deal.Screen, 0, map[string]any{"revenue_minor": 120_000_00, "need": true})
	require.NoError(t, err)
	other := w.lead("rep3", customerIn("宿城区", "别的团队"))
	lost := w.lead("rep1", customer("远大"))
	w.do(lost, "rep1", deal.Close{Outcome: deal.Lost, Reason: text("r"), Rival: text("v")})
	errs := make([]error, 3)
	var group sync.WaitGroup
	order := review.Order{Team: w.team("team 1"), Month: "2026-03", By: deal.System, At: april(1, 1), Due: april(15, 10)}
	opened := make([]bool, len(errs))
	ids := make([]string, len(errs))
	for i := range errs {
		group.Go(func() {
			var r review.Review
			r, opened[i], errs[i] = w.OpenReview(ctx, order)
			ids[i] = r.ID
		})
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, []string{ids[0], ids[0]}, ids[1:])
	times := 0
	for _, did := range opened {
		if did {
			times++
		}
	}
	require.Equal(t, 1, times, "a month is opened once, whoever comes")

	r, err := w.Review(ctx, ids[0])
	require.NoError(t, err)
	lines := w.lines(r)
	require.Len(t, lines, 2)
	require.NotContains(t, lines, other)
	line := lines[id]
	require.Equal(t, []any{deal.Screen, deal.Active, w.people["rep1"], "晨风集团", true, &review.Amount{Minor: 120_000_00, Currency: "CNY"}},
		[]any{line.Step, line.Status, line.Owner, line.Name, line.Overdue, line.Expected})
	require.Positive(t, line.Breaches)
	require.Equal(t, []any{deal.Closed, deal.Lost}, []any{lines[lost].Status, lines[lost].Outcome})
	require.Equal(t, []int{2, 2, 0, 1, line.Breaches}, []int{r.Totals.Accounts, r.Totals.Leads, r.Totals.Wins, r.Totals.Losses, r.Totals.Breaches})
	require.Equal(t, map[string]int{"screen": 1}, r.Totals.BySteps)
	require.Equal(t, []review.Amount{{Minor: 120_000_00, Currency: "CNY"}}, r.Totals.Expected)

	before := w.breaches(r)
	w.at = april(2, 2)
	w.do(id, "rep1", deal.Advance{From: deal.Screen})
	w.do(id, "manager1", deal.SetGrade{Grade: deal.GradeA, Reason: text("grown")})
	w.exec("UPDATE account_profile SET name = 'renamed'")
	w.lead("rep1", customer("新客户"))
	same, err := w.Review(ctx, r.ID)
	require.NoError(t, err)
	require.Equal(t, r, same)
	require.Equal(t, lines, w.lines(r), "the snapshot stays as it was taken")
	require.Equal(t, before, w.breaches(r))
	for _, sql := range []string{"UPDATE team_review_accounts SET name = 'x'", "DELETE FROM team_review_accounts", "UPDATE team_reviews SET totals = '{}'"} {
		_, err := connect(t, w.url).Exec(ctx, sql)
		var refused *pgconn.PgError
		require.ErrorAs(t, err, &refused, sql)
	}
}

// What was missed stays with the team and the person who missed it, whoever has the account by the end of the month.
func TestOpenReview_tellsWhatWasMissedToWhoHadTheAccountThen(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.missed("晨风集团")
	stays := w.missed("留下的")
	w.do(id, "director1", deal.Assign{Owner: w.people["rep3"], Reason: text("moves to the other district")})
	require.Equal(t, w.team("team 2"), w.state(id).Team)
	here := w.review("2026-03", april(1, 1))
	there, opened, err := w.OpenReview(ctx, review.Order{Team: w.team("team 2"), Month: "2026-03", By: deal.System, At: april(1, 1), Due: april(15, 10)})
	require.NoError(t, err)
	require.True(t, opened)

	missed := w.breaches(here)
	accounts := map[deal.AccountID]int{}
	for _, b := range missed {
		require.Equal(t, w.people["rep1"], b.Owner)
		accounts[b.Account]++
	}
	require.Positive(t, accounts[id])
	require.Positive(t, accounts[stays])
	require.Equal(t, len(missed), here.Totals.Breaches, "also of accounts that the team has no more")
	require.NotContains(t, w.lines(here), id, "the accounts are those that the team has")
	require.Empty(t, w.breaches(there))
	require.Zero(t, there.Totals.Breaches)
	require.Zero(t, w.lines(there)[id].Breaches)
}

func TestOpenReview_asksTheChairAndWhoMissedDeadlines(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.missed("晨风集团")
	r := w.review("2026-03", april(1, 1))
	open := func(login string, kind deal.TaskKind) int {
		n := 0
		all, _, err := w.Tasks(ctx, w.as(login), view.TaskFilter{Status: deal.TaskOpen})
		require.NoError(t, err)
		for _, task := range all {
			if task.Kind == kind {
				n++
			}
		}
		return n
	}
	require.Equal(t, []int{1, 0, 1, 0}, []int{
		open("director1", deal.ReviewSignTask), open("manager1", deal.ReviewSignTask), open("rep1", deal.ReviewReasonTask), open("rep2", deal.ReviewReasonTask),
	})
	for login, told := range map[string]bool{"director1": true, "manager1": true, "rep1": false, "ops1": false} {
		inbox, _, err := w.Notices(ctx, w.as(login), false, view.Page{})
		require.NoError(t, err)
		heard := false
		for _, n := range inbox {
			heard = heard || n.Kind == deal.ReviewOpenedNotice
		}
		require.Equal(t, told, heard, login)
	}
	breaches := w.breaches(r)
	require.NotEmpty(t, breaches)
	for i, b := range breaches {
		require.Equal(t, 1, open("rep1", deal.ReviewReasonTask), "until the last one")
		got, err := w.ExplainBreach(ctx, r.ID, b.ID, review.Reason{Text: fmt.Sprintf("why %d", i), By: w.people["rep1"], At: april(2, 2)}, fine)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprintf("why %d", i), got.Text)
	}
	require.Zero(t, open("rep1", deal.ReviewReasonTask))
	require.Equal(t, len(breaches), w.count("team_review_changes"))
}

func TestReviewBreaches_areEachToldInOneMonth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.missed("晨风集团") // in March
	early := w.review("2026-03", time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC))
	require.Equal(t, early.OpenedAt, early.Until, "a review that is opened early looks no further than to now")
	n := w.countOf("SELECT count(*) FROM account_events WHERE kind = 'rung_reached' AND body -> 'data' -> 'breach' = 'true'")
	require.Positive(t, n)
	first := len(w.breaches(early))
	require.Less(t, first, n)
	late := w.review("2026-04", time.Date(2026, 5, 6, 0, 0, 0, 0, time.UTC))
	require.Equal(t, early.Until, late.Since, "and the next one goes on from there")
	require.Len(t, w.breaches(late), n-first)
}

func TestUnreviewed_areTeamsThatHadAccountsThenAndNoReview(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.missed("晨风集团") // of team 1, in March
	begins := func(year int, month time.Month) time.Time { return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC) }
	teams := func(month review.Month, ends time.Time) []deal.TeamID {
		all, err := w.Unreviewed(ctx, month, ends)
		require.NoError(t, err)
		return all
	}
	require.Empty(t, teams("2026-02", begins(2026, 3)), "nobody had anything then")
	require.Equal(t, []deal.TeamID{w.team("team 1")}, teams("2026-03", begins(2026, 4)))
	w.review("2026-03", april(1, 1))
	require.Empty(t, teams("2026-03", begins(2026, 4)))
	require.Equal(t, []deal.TeamID{w.team("team 1")}, teams("2026-04", begins(2026, 5)), "the next month has none yet")
}

func TestReviewActions_areCarriedUntilTheyAreDone(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.lead("rep1", customer("晨风集团"))
	march := w.review("2026-03", april(1, 1))
	action := func(id, owner, due string) review.Action {
		a, err := w.AddAction(ctx, review.Action{
			ID: id, Review: march.ID, Owner: w.people[owner], DueOn: due, Text: "call them", CreatedBy: w.people["director1"], CreatedAt: april(2, 1),
		}, april(20, 10))
		require.NoError(t, err)
		return a
	}
	first, second := action("a1", "rep1", "2026-04-20"), action("a2", "rep2", "2026-04-20")
	require.Equal(t, []any{0, review.Month("2026-03"), review.ActionOpen, int64(1)}, []any{first.Carried, first.Month, first.Status, first.Version})
	require.Equal(t, first, action("a1", "rep1", "2026-04-20"), "a repeat gives nothing twice")
	w.decideOn(march)
	signed, no, err := w.SignReview(ctx, march.ID, w.people["director1"], w.people["director1"], "fine", "2026-04-03", april(3, 2))
	require.NoError(t, err)
	require.Empty(t, no)
	require.Equal(t, review.Signed, signed.Status)

	_, err = w.FinishAction(ctx, march.ID, second.ID, w.people["rep2"], "called", april(10, 2))
	require.NoError(t, err)
	_, err = w.FinishAction(ctx, march.ID, second.ID, w.people["rep2"], "again", april(10, 3))
	var state *view.StateError
	require.ErrorAs(t, err, &state)
	may := w.review("2026-04", time.Date(2026, 5, 6, 1, 0, 0, 0, time.UTC))
	june := w.review("2026-05", time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC))
	actions := func(r review.Review) []review.Action {
		all, err := w.ReviewActions(ctx, r.ID)
		require.NoError(t, err)
		return all
	}
	require.Len(t, actions(march), 2)
	require.Equal(t, []review.ActionStatus{review.ActionOpen, review.ActionOpen}, []review.ActionStatus{actions(march)[0].Status, actions(march)[1].Status},
		"a signed review shows how they stood")
	require.Len(t, actions(may), 1, "what was done is not carried")
	require.Equal(t, []any{first.ID, 1, review.Month("2026-03")}, []any{actions(may)[0].ID, actions(may)[0].Carried, actions(may)[0].Month})
	require.Equal(t, 2, actions(june)[0].Carried)
	require.True(t, actions(june)[0].Overdue("2026-06-01"))

	w.decideOn(may)
	_, no, err = w.SignReview(ctx, may.ID, w.people["director1"], w.people["director1"], "", "2026-05-07", w.at)
	require.NoError(t, err)
	require.Len(t, no, 1)
	require.Equal(t, "action_overdue", no[0].Item)
	_, err = w.ChangeAction(ctx, may.ID, review.Action{ID: first.ID, Version: 9, Owner: w.people["rep2"], DueOn: "2026-06-30", Text: "call"}, w.people["manager1"], w.at, w.at)
	require.ErrorIs(t, err, deal.ErrStale)
	changed, err := w.ChangeAction(ctx, may.ID, review.Action{ID: first.ID, Version: 1, Owner: w.people["rep2"], DueOn: "2026-06-30", Text: "call"}, w.people["manager1"], w.at, w.at)
	require.NoError(t, err)
	require.Equal(t, []any{w.people["rep2"], int64(2)}, []any{changed.Owner, changed.Version})

	tasks, _, err := w.Tasks(ctx, w.as("rep2"), view.TaskFilter{Status: deal.TaskOpen})
	require.NoError(t, err)
	var task view.TaskItem
	for _, one := range tasks {
		if one.Kind == deal.ReviewActionTask {
			require.Empty(t, task.ID, "one task, not two")
			task = one
		}
	}
	_, no, err = w.CompletePersonTask(ctx, w.as("rep2"), task.ID, "done at last", w.at, w.at)
	require.NoError(t, err)
	require.Empty(t, no)
	require.Equal(t, []any{review.ActionDone, w.people["rep2"], "done at last"}, []any{actions(june)[0].Status, actions(june)[0].DoneBy, actions(june)[0].DoneNote})
	require.Empty(t, actions(w.review("2026-06", time.Date(2026, 7, 1, 1, 0, 0, 0, time.UTC))))
}

func (w *world) decideOn(r review.Review) {
	w.t.Helper()
	require.NoError(w.t, w.AddReviewDecision(w.t.Context(), r.ID, review.Decision{ID: "d-" + r.ID, Text: "go on", By: w.people["director1"], At: w.at}))
}

func TestSignReview_refusesWithEverythingThatIsMissing(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.missed("晨风集团")
	r := w.review("2026-03", april(1, 1))
	_, err := w.AddAction(ctx, review.Action{ID: "a1", Review: r.ID, Owner: w.people["rep1"], DueOn: "2026-04-02", Text: "t", CreatedBy: w.people["manager1"], CreatedAt: w.at}, w.at)
	require.NoError(t, err)
	sign := func() deal.Refusals {
		_, no, err := w.SignReview(ctx, r.ID, w.people["director1"], w.people["director1"], "", "2026-04-03", april(3, 2))
		require.NoError(t, err)
		return no
	}
	breaches := w.breaches(r)
	no := sign()
	require.Len(t, no, len(breaches)+2)
	items := map[string]int{}
	for _, one := range no {
		require.Equal(t, deal.CodeReviewIncomplete, one.Code)
		require.NotEmpty(t, one.Text.ZH+one.Hint.EN)
		items[one.Item]++
	}
	require.Equal(t, map[string]int{"breach_unexplained": len(breaches), "action_overdue": 1, "decision_missing": 1}, items)
	for _, b := range breaches {
		_, err := w.ExplainBreach(ctx, r.ID, b.ID, review.Reason{Text: "ill", By: w.people["rep1"], At: april(2, 2)}, fine)
		require.NoError(t, err)
	}
	_, err = w.FinishAction(ctx, r.ID, "a1", w.people["rep1"], "", april(2, 3))
	require.NoError(t, err)
	w.decideOn(r)
	require.Empty(t, sign())

	var state *view.StateError
	_, err = w.ExplainBreach(ctx, r.ID, breaches[0].ID, review.Reason{Text: "other", By: w.people["rep1"], At: april(4, 2)}, fine)
	require.ErrorAs(t, err, &state)
	require.Equal(t, deal.CodeReviewSigned, state.Code)
	require.ErrorAs(t, w.AddReviewDecision(ctx, r.ID, review.Decision{ID: "late", Text: "t", By: "x", At: w.at}), &state)
	_, err = w.AddAction(ctx, review.Action{ID: "a2", Review: r.ID, Owner: w.people["rep1"], DueOn: "2026-04-02", Text: "t", CreatedBy: "x", CreatedAt: w.at}, w.at)
	require.ErrorAs(t, err, &state)
	_, _, err = w.SignReview(ctx, r.ID, w.people["director1"], w.people["director1"], "", "2026-04-03", april(5, 2))
	require.ErrorAs(t, err, &state)
	for _, sql := range []string{
		"UPDATE team_reviews SET note = 'x'", "DELETE FROM team_reviews", "UPDATE team_review_breaches SET reason = 'x'", "DELETE FROM team_review_breaches",
		"UPDATE team_review_decisions SET text = 'x'", "UPDATE team_review_actions SET text = 'x'", "DELETE FROM team_review_actions",
	} {
		_, err := connect(t, w.url).Exec(ctx, sql)
		var refused *pgconn.PgError
		require.ErrorAs(t, err, &refused, sql)
		require.Equal(t, "team_reviews_signed", refused.ConstraintName, sql)
	}
	_, err = w.Review(ctx, "nothing")
	require.ErrorIs(t, err, deal.ErrNotFound)
}

func TestOpenReview_ofThousandsOfAccountsLeavesCommandsAlone(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.missed("晨风集团")
	w.exec(`INSERT INTO accounts SELECT (jsonb_populate_record(a, jsonb_build_object('id', 'copy-' || i, 'number', 'KA-2026-9' || i))).*
		FROM accounts a, generate_series(1, 3000) i WHERE a.id = $1`, string(id))
	w.exec("INSERT INTO account_events SELECT (jsonb_populate_record(e, jsonb_build_object('account_id', 'copy-' || i))).* FROM account_events e, generate_series(1, 3000) i WHERE e.account_id = $1", string(id))
	done := make(chan error, 1)
	go func() {
		_, _, err := w.OpenReview(ctx, review.Order{Team: w.team("team 1"), Month: "2026-03", By: deal.System, At: april(1, 1), Due: april(15, 10)})
		done <- err
	}()
	w.at = april(1, 2)
	for i := range 5 {
		w.do(id, "rep1", deal.SetFollowUp{At: w.at.Add(48 * time.Hour), Note: text(fmt.Sprintf("on %d", i))})
	}
	require.NoError(t, <-done)
	require.Equal(t, 3001, w.count("team_review_accounts"))
	require.Greater(t, w.count("team_review_breaches"), 3000)
}
