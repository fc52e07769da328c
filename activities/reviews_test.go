package activities_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/review"
)

// reviewed is a house with two teams below an area, and one team that has no accounts yet.
type reviewed struct {
	org     deal.Org
	kept    []review.Review
	failing deal.TeamID
	told    []deal.PersonNotice
	tasks   []deal.PersonTask
}

func newReviewed() *reviewed {
	person := func(id deal.PersonID, role deal.Role, team deal.TeamID) deal.Person {
		return deal.Person{ID: id, Login: string(id), Name: string(id), Role: role, Team: team, Active: true}
	}
	return &reviewed{org: deal.Org{
		People: []deal.Person{
			person("boss", deal.Director, "area"), person("m1", deal.Manager, "t1"), person("m2", deal.Manager, "t2"), person("ops", deal.SalesOps, ""),
		},
		Teams: []deal.Team{
			{ID: "area", Lead: "boss"}, {ID: "t1", Parent: "area", Lead: "m1"}, {ID: "t2", Parent: "area", Lead: "m2"}, {ID: "new", Parent: "area"},
		},
	}}
}

func (h *reviewed) Org(context.Context) (deal.Org, error) { return h.org, nil }

func (h *reviewed) OpenReview(_ context.Context, o review.Order) (review.Review, bool, error) {
	if o.Team == h.failing {
		return review.Review{}, false, deal.ErrUnavailable
	}
	for _, r := range h.kept {
		if r.Team == o.Team && r.Month == o.Month {
			return r, false, nil
		}
	}
	r := review.Review{ID: string(o.Team) + "/" + string(o.Month), Team: o.Team, Month: o.Month, Status: review.Open, OpenedAt: o.At, OpenedBy: o.By, DueAt: o.Due}
	h.kept = append(h.kept, r)
	return r, true, nil
}

func (h *reviewed) Reviews(context.Context) ([]review.Review, error) { return h.kept, nil }

func (h *reviewed) OpenReviews(context.Context) ([]review.Review, error) { return h.kept, nil }

func (h *reviewed) FirstMonths(context.Context) (map[deal.TeamID]review.Month, error) {
	return map[deal.TeamID]review.Month{"t1": "2026-02", "t2": "2026-03"}, nil
}

func (h *reviewed) Unreviewed(ctx context.Context, month review.Month, _ time.Time) ([]deal.TeamID, error) {
	first, err := h.FirstMonths(ctx)
	for _, r := range h.kept {
		if r.Month == month {
			delete(first, r.Team)
		}
	}
	maps.DeleteFunc(first, func(_ deal.TeamID, begun review.Month) bool { return begun > month })
	return slices.Collect(maps.Keys(first)), err
}

func (h *reviewed) ClimbReviewRung(_ context.Context, id string, rung deal.RungName, notices []deal.PersonNotice) (bool, error) {
	for i := range h.kept {
		if r := &h.kept[i]; r.ID == id && !slices.Contains(r.Reached, rung) {
			r.Reached = append(r.Reached, rung)
			h.told = append(h.told, notices...)
			return true, nil
		}
	}
	return false, nil
}

func houseTime(t *testing.T, at string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	instant, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
	require.NoError(t, err)
	return instant
}

func reviewsAt(t *testing.T, h *reviewed, now *time.Time) *activities.Reviews {
	t.Helper()
	r, err := activities.NewReviews(h, activities.FixedCalendar{Calendar: calendar.Default()}, houseTime(t, "2026-01-01 00:00").Location(),
		review.Rules{Due: 10, Remind: 3}, func() time.Time { return *now })
	require.NoError(t, err)
	return r
}

func TestMonthlyReview_opensEveryTeamOnceOnTheFirstWorkingDay(t *testing.T) {
	t.Parallel()
	h, now := newReviewed(), houseTime(t, "2026-03-02 09:10")
	r := reviewsAt(t, h, &now)
	at, err := r.ReviewsDueAt(t.Context(), "2026-02")
	require.NoError(t, err)
	require.Equal(t, houseTime(t, "2026-03-02 09:00").UTC(), at.UTC(), "the first of March 2026 is a Sunday")
	at, err = r.ReviewsDueAt(t.Context(), "2026-04")
	require.NoError(t, err)
	require.Equal(t, houseTime(t, "2026-05-06 09:00").UTC(), at.UTC(), "the holiday of May is waited for")

	now = houseTime(t, "2026-04-01 09:10")
	done, err := r.OpenMonth(t.Context(), "2026-02")
	require.NoError(t, err)
	require.Equal(t, 1, done["opened"], "team 2 had nothing in February, the new one never had")
	h.failing = "t1"
	done, err = r.OpenMonth(t.Context(), "2026-03")
	require.ErrorIs(t, err, deal.ErrUnavailable)
	require.Equal(t, 1, done["opened"], "one team in trouble keeps no other waiting")
	h.failing = ""
	done, err = r.OpenMonth(t.Context(), "2026-03")
	require.NoError(t, err)
	require.Equal(t, []int{1, 1}, []int{done["opened"], done["there"]}, "again, and nothing twice")
	_, err = r.OpenMonth(t.Context(), "soon")
	require.Error(t, err)
}

func TestReviewReminders_goToTheChairAndOnceItIsLateFurtherUp(t *testing.T) {
	t.Parallel()
	h, now := newReviewed(), houseTime(t, "2026-03-02 09:10")
	r := reviewsAt(t, h, &now)
	opened, _, err := r.OpenTeamReview(t.Context(), "t1", "2026-02", deal.System)
	require.NoError(t, err)
	require.Equal(t, houseTime(t, "2026-03-13 18:00").UTC(), opened.DueAt.UTC(), "ten working days into March")
	heard := func(at string) map[deal.PersonID]deal.NoticeKind {
		now, h.told = houseTime(t, at), nil
		_, err := r.Remind(t.Context(), at[:10])
		require.NoError(t, err)
		all := map[deal.PersonID]deal.NoticeKind{}
		for _, n := range h.told {
			all[n.To] = n.Kind
		}
		return all
	}
	require.Empty(t, heard("2026-03-09 09:10"))
	require.Equal(t, map[deal.PersonID]deal.NoticeKind{"boss": deal.ReviewRemindNotice}, heard("2026-03-11 09:10"))
	require.Equal(t, map[deal.PersonID]deal.NoticeKind{"boss": deal.ReviewOverdueNotice, "ops": deal.ReviewOverdueNotice}, heard("2026-03-16 09:10"))
	h.kept[0].Status = review.Signed
	require.Empty(t, heard("2026-03-17 09:10"))
}

func TestReviewBoard_showsMonthsThatNobodyOpened(t *testing.T) {
	t.Parallel()
	h, now := newReviewed(), houseTime(t, "2026-04-20 10:00")
	r := reviewsAt(t, h, &now)
	_, _, err := r.OpenTeamReview(t.Context(), "t1", "2026-03", deal.System)
	require.NoError(t, err)
	list := func(f review.Filter) (all []string) {
		board, err := r.ReviewBoard(t.Context(), h.org, f)
		require.NoError(t, err)
		for _, one := range board {
			all = append(all, string(one.Month)+" "+string(one.Team)+" "+string(one.Status))
		}
		return all
	}
	late, punctual := true, false
	require.Equal(t, []string{"2026-03 t1 open", "2026-03 t2 missing", "2026-02 t1 missing"}, list(review.Filter{}))
	require.Equal(t, []string{"2026-03 t2 missing", "2026-02 t1 missing"}, list(review.Filter{Status: review.Missing}))
	require.Equal(t, []string{"2026-03 t2 missing"}, list(review.Filter{Team: "t2"}))
	require.Len(t, list(review.Filter{Late: &late}), 3)
	require.Empty(t, list(review.Filter{Late: &punctual}))
	now = houseTime(t, "2026-04-02 10:00")
	require.Equal(t, []string{"2026-03 t1 open", "2026-03 t2 missing"}, list(review.Filter{Late: &punctual}), "there is still time")
}

func TestNewReviews_wantsAllOfItsParts(t *testing.T) {
	t.Parallel()
	_, err := activities.NewReviews(nil, nil, nil, review.Rules{}, nil)
	require.Error(t, errors.Join(err))
}
