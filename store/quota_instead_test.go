package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/deal"
	"closedloop/deal/view"
)

// breached is the sweeper's house after three days on which nobody brought a lead.
func breached(t *testing.T, before ...func(*sweeper)) *sweeper {
	t.Helper()
	s := newSweeper(t)
	for _, set := range before {
		set(s)
	}
	s.run(activities.QuotaJob, "2026-03-05 00:20")
	s.at = s.now
	return s
}

// breachOf is the one about a person.
func (s *sweeper) breachOf(login string) view.QuotaBreach {
	s.t.Helper()
	all, _, err := s.Breaches(s.t.Context(), view.Viewer{All: true}, "", view.Page{})
	require.NoError(s.t, err)
	i := slices.IndexFunc(all, func(b view.QuotaBreach) bool { return b.Person == s.people[login] })
	require.GreaterOrEqual(s.t, i, 0, login)
	return all[i]
}

// asked is the open task about a breach in somebody's list; empty: none.
func (s *sweeper) asked(login, breach string) view.TaskItem {
	s.t.Helper()
	tasks, _, err := s.Tasks(s.t.Context(), s.as(login), view.TaskFilter{Status: deal.TaskOpen, Assignee: s.people[login]})
	require.NoError(s.t, err)
	for _, one := range tasks {
		if one.Ref == breach {
			return one
		}
	}
	return view.TaskItem{}
}

func (s *sweeper) states(login, task string) deal.Refusals {
	s.t.Helper()
	_, no, err := s.CompletePersonTask(s.t.Context(), s.as(login), task, "on a course", s.now, s.now)
	require.NoError(s.t, err)
	return no
}

func (s *sweeper) standsIn(from, to string, since time.Time) {
	s.t.Helper()
	require.NoError(s.t, s.AddDelegation(s.t.Context(), deal.Delegation{From: s.people[from], To: s.people[to], Since: since, Until: since.AddDate(0, 1, 0)}))
}

func TestSetActive_givesWhatAManagerWasAskedToTheNextOneUp(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), breached(t)
	breach := s.breachOf("rep1").ID
	require.NotEmpty(t, s.asked("manager1", breach).ID)
	require.NoError(t, s.SetActive(ctx, s.people["manager1"], false, s.now))
	task := s.asked("director1", breach)
	require.Equal(t, deal.QuotaReasonTask, task.Kind)
	require.Equal(t, []string{"Name of rep1", "3", "2026-03-04"}, task.Args)
	inbox, _, err := s.Notices(ctx, s.as("director1"), true, view.Page{})
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(inbox, func(n view.NoticeItem) bool { return n.Ref == breach && n.Kind == deal.QuotaBreachNotice }))

	require.NoError(t, s.SetActive(ctx, s.people["manager1"], true, s.now.Add(time.Hour)))
	require.NoError(t, s.SetActive(ctx, s.people["director1"], false, s.now.Add(time.Hour)))
	require.NotEmpty(t, s.asked("ops1", breach).ID, "nobody is above a director")
	require.Empty(t, s.asked("manager1", breach).ID, "who is back is not asked again")
	require.Empty(t, s.states("ops1", s.asked("ops1", breach).ID))
	require.Equal(t, view.BreachReasoned, s.breachOf("rep1").State)
}

func TestSetActive_givesTheDecisionToTheNextOneUp(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), breached(t)
	breach := s.breachOf("rep1").ID
	require.Empty(t, s.states("manager1", s.asked("manager1", breach).ID))
	require.NotEmpty(t, s.asked("director1", breach).ID)
	_, no, err := s.DecideBreach(ctx, s.as("ops1"), breach, view.BreachWaived, "", s.now)
	require.NoError(t, err)
	require.True(t, no.Has(deal.CodeNotYourRole), "as long as the director is there: %v", no)
	require.NoError(t, s.SetActive(ctx, s.people["director1"], false, s.now))
	require.Equal(t, deal.QuotaDecisionTask, s.asked("ops1", breach).Kind)
	decided, no, err := s.DecideBreach(ctx, s.as("ops1"), breach, view.BreachWaived, "agreed", s.now)
	require.NoError(t, err)
	require.Empty(t, no)
	require.Equal(t, s.people["ops1"], decided.DecidedBy)
}

func TestQuota_nobodySpeaksForThemselvesAsADeputy(t *testing.T) {
	t.Parallel()
	t.Run("who stood in before the days were looked at", func(t *testing.T) {
		t.Parallel()
		s := breached(t, func(s *sweeper) { s.standsIn("manager1", "rep1", s.at) })
		own, other := s.breachOf("rep1").ID, s.breachOf("collector1").ID
		require.NotEmpty(t, s.asked("director1", own).ID, "the next one up is asked")
		require.Empty(t, s.asked("manager1", own).ID)
		task := s.asked("manager1", other)
		require.NotEmpty(t, task.ID)
		require.Empty(t, s.states("rep1", task.ID), "a deputy speaks for others")
	})
	t.Run("who stands in since", func(t *testing.T) {
		t.Parallel()
		ctx, s := t.Context(), breached(t)
		own := s.breachOf("rep1").ID
		task := s.asked("manager1", own)
		s.standsIn("manager1", "rep1", s.now.Add(-time.Hour))
		require.True(t, s.states("rep1", task.ID).Has(deal.CodeOwnBreach))
		require.True(t, s.states("ops1", task.ID).Has(deal.CodeNotYourRole))
		require.Empty(t, s.states("director1", task.ID))
		b := s.breachOf("rep1")
		require.Equal(t, s.people["director1"], b.ReasonBy)
		require.Equal(t, []deal.PersonID{s.people["ops1"]}, b.Steps[1].People, "nobody decides about an own reason")

		s.standsIn("ops1", "rep1", s.now.Add(-time.Hour))
		_, no, err := s.DecideBreach(ctx, s.as("rep1"), own, view.BreachWaived, "", s.now)
		require.NoError(t, err)
		require.True(t, no.Has(deal.CodeOwnRequest), "%v", no)
	})
}

func TestSetActive_keepsFromAndUntilWhenSomebodyIsOff(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), newSweeper(t)
	for _, login := range []string{"rep2", "rep3", "collector1"} {
		require.NoError(t, s.SetActive(ctx, s.people[login], false, monday.AddDate(0, 0, -1)))
	}
	rep := s.people["rep1"]
	tuesday, thursday := monday.AddDate(0, 0, 1), monday.AddDate(0, 0, 3)
	require.NoError(t, s.SetActive(ctx, rep, false, tuesday))
	require.NoError(t, s.SetActive(ctx, rep, false, tuesday.Add(time.Hour)), "saying it again changes nothing")
	require.NoError(t, s.SetActive(ctx, rep, true, thursday))
	require.NoError(t, s.SetActive(ctx, rep, true, thursday.Add(time.Hour)))
	all, err := s.Deactivations(ctx)
	require.NoError(t, err)
	require.Equal(t, []view.Deactivation{{Since: tuesday.UTC(), Until: thursday.UTC()}}, all[rep])

	s.run(activities.QuotaJob, "2026-03-07 00:20") // Monday, Thursday and Friday without a lead
	b := s.breachOf("rep1")
	require.Equal(t, []any{"2026-03-02", "2026-03-06", 3}, []any{b.First, b.Last, b.Days})
}
