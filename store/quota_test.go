package store_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/quota"
	"closedloop/deal/view"
	"closedloop/testkit"
	"closedloop/workflows/contract"
)

// sweeper is the quota of a world, on a clock that is set by hand.
type sweeper struct {
	*world
	*activities.Quota

	jobs *activities.Jobs
	now  time.Time
}

func newSweeper(t *testing.T) *sweeper {
	t.Helper()
	s := &sweeper{world: newWorld(t), now: monday}
	clock := func() time.Time { return s.now }
	s.Quota = activities.NewQuota(s.Store, activities.FixedCalendar{Calendar: calendar.Default()}, quota.Rules{PerDay: 1, Streak: 3}, clock)
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	s.jobs, err = activities.NewJobs(s.Store, clock, slog.New(slog.DiscardHandler), s.Jobs(zone)...)
	require.NoError(t, err)
	s.exec("UPDATE users SET created_at = $1", monday.AddDate(0, 0, -1).Add(-2*time.Hour)) // Sunday
	s.exec("UPDATE installation SET created_at = $1", monday.AddDate(0, 0, -1))
	return s
}

// run lets everybody who may start the job do so, at an instant.
func (s *sweeper) run(job, at string) (ran []string) {
	s.t.Helper()
	var err error
	s.now, err = time.ParseInLocation("2006-01-02 15:04", at, time.FixedZone("", 8*3600))
	require.NoError(s.t, err)
	for range 2 {
		testkit.Eventually(s.t, 10*time.Second, func() bool { // the lock goes with a connection, whose end takes a moment
			result, err := s.jobs.Do(s.t.Context(), contract.SweepInput{Job: job})
			require.NoError(s.t, err)
			ran = append(ran, result.Ran...)
			return !result.Busy
		}, "nobody else is at it")
	}
	return ran
}

// A week without a lead of rep1, while everybody else brings one: the manager says why, the head decides, all on record.
func TestQuota_goesUpTheLineOnTheThirdDayAndStaysOnRecord(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), newSweeper(t)
	lead := s.lead("rep2", customer("晨风集团"))
	require.NotEmpty(t, lead)
	require.Equal(t, []string{"2026-03-01"}, s.run(activities.QuotaJob, "2026-03-02 00:20"), "Sunday, on which nobody owes")
	require.Equal(t, []string{"2026-03-02", "2026-03-03"}, s.run(activities.QuotaJob, "2026-03-04 09:00"), "two were missed")
	none, _, err := s.Breaches(ctx, s.as("ops1"), "", view.Page{})
	require.NoError(t, err)
	require.Empty(t, none)
	require.Equal(t, []string{"2026-03-04"}, s.run(activities.QuotaJob, "2026-03-05 00:20"))

	all, _, err := s.Breaches(ctx, s.as("ops1"), view.BreachFound, view.Page{})
	require.NoError(t, err)
	var whom []deal.PersonID
	for _, b := range all {
		whom = append(whom, b.Person)
		require.Equal(t, "2026-03-02", b.First)
		require.Equal(t, "2026-03-04", b.Last)
	}
	require.ElementsMatch(t, []deal.PersonID{s.people["rep1"], s.people["rep3"], s.people["collector1"]}, whom, "rep2 brought one on Monday")
	mine, _, err := s.Breaches(ctx, s.as("rep1"), "", view.Page{})
	require.NoError(t, err)
	require.Len(t, mine, 1)
	breach := mine[0]

	tasks, _, err := s.Tasks(ctx, s.as("manager1"), view.TaskFilter{Status: deal.TaskOpen})
	require.NoError(t, err)
	var task view.TaskItem
	for _, one := range tasks {
		if one.Ref == breach.ID {
			task = one
		}
	}
	require.Equal(t, deal.QuotaReasonTask, task.Kind)
	require.Equal(t, []string{"Name of rep1", "3", "2026-03-04"}, task.Args)
	_, no, err := s.DecideBreach(ctx, s.as("director1"), breach.ID, view.BreachConfirmed, "", s.now)
	require.NoError(t, err)
	require.True(t, no.Has(deal.CodeSubjectMissing), "%v", no)
	_, no, err = s.CompletePersonTask(ctx, s.as("manager1"), task.ID, "on a course", s.now, s.now)
	require.NoError(t, err)
	require.Empty(t, no)

	for login, code := range map[string]deal.Code{"rep1": deal.CodeOwnRequest, "manager1": deal.CodeOwnRequest, "ops1": deal.CodeNotYourRole} {
		_, no, err := s.DecideBreach(ctx, s.as(login), breach.ID, view.BreachWaived, "x", s.now)
		require.NoError(t, err)
		require.True(t, no.Has(code), "%s: %v", login, no)
	}
	_, _, err = s.DecideBreach(ctx, s.as("rep3"), breach.ID, view.BreachWaived, "x", s.now)
	require.ErrorIs(t, err, deal.ErrNotFound)
	decided, no, err := s.DecideBreach(ctx, s.as("director1"), breach.ID, view.BreachWaived, "agreed", s.now)
	require.NoError(t, err)
	require.Empty(t, no)
	require.Equal(t, view.BreachWaived, decided.State)
	require.Equal(t, "on a course", decided.Reason)
	require.Equal(t, []view.BreachState{view.BreachFound, view.BreachReasoned, view.BreachWaived}, []view.BreachState{
		decided.Steps[0].Step, decided.Steps[1].Step, decided.Steps[2].Step,
	})
	require.Equal(t, []deal.PersonID{s.people["director1"]}, decided.Steps[1].People)
	require.Equal(t, "agreed", decided.Steps[2].Comment)
	_, no, err = s.DecideBreach(ctx, s.as("director1"), breach.ID, view.BreachConfirmed, "", s.now)
	require.NoError(t, err)
	require.True(t, no.Has(deal.CodeAlreadyDecided))
	waiting, _, err := s.Tasks(ctx, s.as("director1"), view.TaskFilter{Status: deal.TaskOpen})
	require.NoError(t, err)
	for _, one := range waiting {
		require.NotEqual(t, breach.ID, one.Ref)
	}
	refused := s.refuses("UPDATE quota_breach_steps SET comment = 'x'")
	require.Contains(t, refused.ConstraintName, "_append_only")
}

func TestQuota_publishesBulletinsThatAreNeverChanged(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), newSweeper(t)
	s.lead("rep1", customer("晨风集团"))
	s.lead("rep1", customer("远大"))
	require.Equal(t, []string{"2026-03-01"}, s.run(activities.DigestJob, "2026-03-02 08:00"))
	require.Empty(t, s.run(activities.DigestJob, "2026-03-03 07:59"), "it comes an hour before the opening")
	require.Equal(t, []string{"2026-03-02"}, s.run(activities.DigestJob, "2026-03-03 08:00"))
	all, _, err := s.Bulletins(ctx, s.as("rep2"), view.BulletinFilter{})
	require.NoError(t, err)
	require.Len(t, all, 1, "their own team's; nothing of Sunday")
	b := all[0]
	require.Equal(t, "2026-03-02", b.Day)
	byName := map[string]view.QuotaLine{}
	for _, l := range b.Lines {
		byName[l.Name] = l
	}
	require.Len(t, byName, 3)
	require.Equal(t, 2, byName["Name of rep1"].Leads)
	require.Equal(t, 1, byName["Name of rep2"].Owed)
	require.Equal(t, 1, byName["Name of rep2"].Streak)
	director, _, err := s.Bulletins(ctx, s.as("director1"), view.BulletinFilter{From: "2026-03-02", To: "2026-03-02"})
	require.NoError(t, err)
	require.Len(t, director, 2)
	_, err = s.Bulletin(ctx, s.as("rep3"), b.ID)
	require.ErrorIs(t, err, deal.ErrNotFound)

	for _, sql := range []string{"UPDATE quota_bulletins SET day = day", "DELETE FROM quota_bulletins", "TRUNCATE quota_bulletins"} {
		require.Contains(t, s.refuses(sql).ConstraintName, "_append_only", sql)
	}
	issue, published, err := s.Correct(ctx, b, s.people["ops1"], "counted anew")
	require.NoError(t, err)
	require.True(t, published)
	_, published, err = s.Correct(ctx, b, s.people["ops1"], "again")
	require.NoError(t, err)
	require.False(t, published, "it was corrected since")
	read, err := s.Bulletin(ctx, s.as("rep1"), issue.ID)
	require.NoError(t, err)
	require.Equal(t, b.ID, read.Replaces)
	require.Equal(t, 2, read.Issue)
	require.Greater(t, read.Number, b.Number)
	again, err := s.Bulletin(ctx, s.as("rep1"), b.ID)
	require.NoError(t, err)
	require.Equal(t, b, again)
}

// refuses runs a statement that the schema refuses.
func (s *sweeper) refuses(sql string) *pgconn.PgError {
	s.t.Helper()
	_, err := connect(s.t, s.url).Exec(s.t.Context(), sql)
	var refused *pgconn.PgError
	require.ErrorAs(s.t, err, &refused, sql)
	return refused
}
