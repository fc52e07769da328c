package activities_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

// DatedPersonTasks are those of the house.
func (h *reviewed) DatedPersonTasks(context.Context) ([]deal.PersonTask, error) { return h.tasks, nil }

// ClimbPersonRung remembers what was climbed, as the database does.
func (h *reviewed) ClimbPersonRung(_ context.Context, task string, rung deal.RungName, notices []deal.PersonNotice) (bool, error) {
	i := slices.IndexFunc(h.tasks, func(t deal.PersonTask) bool { return t.ID == task })
	if slices.Contains(h.tasks[i].Reached, rung) {
		return false, nil
	}
	h.tasks[i].Reached = append(h.tasks[i].Reached, rung)
	h.told = append(h.told, notices...)
	return true, nil
}

// said is one thing that somebody hears.
func said(at time.Time, kind deal.NoticeKind, ref string, to deal.PersonID) string {
	return at.UTC().Format(time.RFC3339) + " " + string(kind) + " " + ref + " " + string(to)
}

// What the house says it will say to people is what its jobs say: at the same openings, in the same words, to the same people,
// over two holidays, an absence and delegations; and nothing beside. What is opened later has a ladder of its own.
func TestComing_isWhatTheJobsSay(t *testing.T) {
	t.Parallel()
	for n := range 60 {
		h, start := newReviewed(), houseTime(t, "2026-03-23 10:17").Add(time.Duration(n)*7*time.Hour)
		now := start
		at := func(day int) time.Time { return start.Add(time.Duration(day) * 24 * time.Hour) }
		h.org.Delegations = []deal.Delegation{
			{ID: "a", From: "m1", To: "m2", Since: at(n % 5), Until: at(n%5 + 9)}, {ID: "b", From: "boss", To: "ops", Since: at(12), Until: at(30 + n%7)},
		}
		h.org.Leaves = []deal.Leave{{ID: "l", Person: "m2", Since: at(3), Until: at(5)}}
		reviews := reviewsAt(t, h, &now)
		for i, kind := range []deal.TaskKind{deal.QuotaReasonTask, deal.QuotaDecisionTask, deal.ReviewReasonTask, deal.ReviewActionTask, deal.ReviewSignTask} {
			task := deal.NewPersonTask(kind, []deal.PersonID{"m1", "boss", "m2", "m1", "boss"}[i], "matter/"+strconv.Itoa(i), now, "x")
			task.Due = calendar.Default().EndOfDay(at(i*4 + n%6))
			h.tasks = append(h.tasks, task)
		}
		byHand, _, err := reviews.OpenTeamReview(t.Context(), "t1", "2026-03", "ops")
		require.NoError(t, err)
		ladder := activities.NewLadder(h, activities.FixedCalendar{Calendar: calendar.Default()}, func() time.Time { return now })

		listed := func() (all []string) {
			tasks, err := ladder.Coming(t.Context(), h.org)
			require.NoError(t, err)
			months, err := reviews.Coming(t.Context(), h.org)
			require.NoError(t, err)
			for _, c := range append(tasks, months...) {
				for _, to := range c.To {
					all = append(all, said(c.At, c.Notice, c.Ref, to))
				}
			}
			return all
		}
		want := listed()
		require.Greater(t, len(want), 12)

		type turn struct {
			job    activities.Job
			period string
			due    time.Time
		}
		var turns []turn // of every job, each once it is due
		for _, job := range slices.Concat(ladder.Jobs(start.Location()), reviews.Jobs()) {
			for period := job.Periods.Of(at(-40)); period < job.Periods.Of(at(70)); {
				due, err := job.DueAt(t.Context(), period)
				require.NoError(t, err)
				if due.After(start) {
					turns = append(turns, turn{job, period, due})
				}
				period, err = job.Periods.Next(period)
				require.NoError(t, err)
			}
		}
		slices.SortStableFunc(turns, func(a, b turn) int { return a.due.Compare(b.due) })
		var got []string
		for _, turn := range turns {
			was := len(h.kept)
			now, h.told = turn.due, nil
			_, err := turn.job.Run(t.Context(), turn.period)
			require.NoError(t, err)
			for _, r := range h.kept[was:] { // told in the transaction that opens it
				team, _ := h.org.Team(r.Team)
				_, notices := review.Opened(h.org, team, r, nil)
				h.told = append(h.told, notices...)
			}
			for _, notice := range h.told {
				opening := notice.Kind == deal.ReviewOpenedNotice &&
					(strings.HasSuffix(notice.Ref, "/"+start.Format("2006-01")) || strings.HasSuffix(notice.Ref, "/"+start.AddDate(0, -1, 0).Format("2006-01")))
				mine := notice.Ref == review.Ref(byHand.ID) || strings.HasPrefix(notice.Ref, "task/")
				if opening || mine {
					got = append(got, said(now, notice.Kind, notice.Ref, notice.To))
				}
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		require.Equal(t, want, got, "house %d", n)
	}
}

func TestTaskReminders_comeLateAndOnceWhenTheHouseWasAway(t *testing.T) {
	t.Parallel()
	h, now := newReviewed(), houseTime(t, "2026-03-02 10:00")
	task := deal.NewPersonTask(deal.QuotaReasonTask, "m1", "breach/1", now, "Wang", "3", "2026-02-27")
	task.Due = houseTime(t, "2026-03-03 18:00")
	h.tasks = []deal.PersonTask{task}
	ladder := activities.NewLadder(h, activities.FixedCalendar{Calendar: calendar.Default()}, func() time.Time { return now })
	now = houseTime(t, "2026-03-20 09:00")
	for range 2 {
		_, err := ladder.Climb(t.Context(), "")
		require.NoError(t, err)
	}
	var heard []string
	for _, n := range h.told {
		heard = append(heard, string(n.Kind)+" "+string(n.To))
	}
	require.Equal(t, []string{"task_remind m1", "task_urge m1", "task_superior boss"}, heard)
	left, err := ladder.Coming(t.Context(), h.org)
	require.NoError(t, err)
	require.Equal(t, []view.Ahead(nil), left)
}
