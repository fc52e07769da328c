package store_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
	"closedloop/testkit"
)

func said(year int, revision int64, document string) view.CalendarChange {
	return view.CalendarChange{Year: year, Revision: revision, Document: json.RawMessage(document), By: "admin"}
}

// everywhere is one version in all regions.
func everywhere(version string) map[string]string { return map[string]string{"": version} }

func TestChangeCalendar_keepsEveryWordAndRefusesOneThatReadAnOlder(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Database(t), store.Options{})
	first, err := s.ChangeCalendar(t.Context(), said(2027, 0, `{"holidays":[]}`))
	require.NoError(t, err)
	require.EqualValues(t, 1, first.Revision)
	require.False(t, first.At.IsZero())
	_, err = s.ChangeCalendar(t.Context(), said(2027, 0, `{}`))
	require.ErrorIs(t, err, deal.ErrStale)
	second, err := s.ChangeCalendar(t.Context(), said(2027, 1, `{"company_days":[]}`))
	require.NoError(t, err)
	_, err = s.ChangeCalendar(t.Context(), said(0, 0, `{"week":["mon"]}`))
	require.NoError(t, err)

	now, err := s.CalendarDocuments(t.Context())
	require.NoError(t, err)
	require.Len(t, now, 2)
	require.Equal(t, 0, now[0].Year)
	require.Equal(t, second.Revision, now[1].Revision)
	require.JSONEq(t, `{"company_days":[]}`, string(now[1].Document))
	require.Equal(t, deal.PersonID("admin"), now[1].By)

	all, err := s.CalendarChanges(t.Context(), "", view.CalendarChange{}, 2)
	require.NoError(t, err)
	require.Equal(t, []int{0, 2027}, []int{all[0].Year, all[1].Year}, "newest first")
	rest, err := s.CalendarChanges(t.Context(), "", all[1], 2)
	require.NoError(t, err)
	require.Len(t, rest, 1)
	require.EqualValues(t, 1, rest[0].Revision)
}

func TestChangeCalendar_letsOneOfManyThrough(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Database(t), store.Options{})
	errs := make([]error, 6)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { _, errs[i] = s.ChangeCalendar(t.Context(), said(2027, 0, `{}`)) })
	}
	group.Wait()
	through := 0
	for _, err := range errs {
		if err == nil {
			through++
			continue
		}
		require.ErrorIs(t, err, deal.ErrStale)
	}
	require.Equal(t, 1, through)
}

// heard collects what a store tells of the calendar.
type heard struct {
	mu   sync.Mutex
	told [][]view.CalendarChange
}

func (h *heard) times() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.told)
}

func attend(s *store.Store) *heard {
	h := &heard{}
	s.OnCalendar(func(_ context.Context, all []view.CalendarChange) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.told = append(h.told, all)
		return nil
	})
	return h
}

func TestOnCalendar_tellsWhatAnotherProcessChangedBeforeTheNextCommandIsJudged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := attend(w.Store)
	id := w.lead("rep1", customer("晨风集团"))
	require.Equal(t, 1, h.times(), "the first command brings what there is")
	other := open(t, w.url, store.Options{})
	_, err := other.ChangeCalendar(t.Context(), said(2027, 0, `{"holidays":[]}`))
	require.NoError(t, err)
	seen := 0
	require.NoError(t, w.InTx(t.Context(), deal.Command{Account: id, Name: deal.LoadName, Body: deal.Load{}}, func(deal.LedgerTx) error {
		seen = h.times()
		return nil
	}))
	require.Equal(t, 2, seen, "told before the command is judged")
	require.Len(t, h.told[1], 1)
	require.NoError(t, w.SyncCalendar(t.Context()))
	require.Equal(t, 2, h.times(), "nothing is told twice")
}

func TestStaleCalendar_leavesAccountsAloneThatTheDifferenceCannotMove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	until := w.state(id).PlacedUntil()
	require.False(t, until.IsZero())
	before := shipped()
	require.NoError(t, w.KeepCalendarRules(t.Context(), before.Version(), before.Rules()))
	with := func(day calendar.Date) *calendar.Calendar {
		year, ok := before.Year(day.Year)
		document := calendar.YearDocument{CompanyDays: []calendar.CompanyDocument{{Name: calendar.NameDocument{ZH: "厂庆", EN: "Anniversary"}, From: day.String()}}}
		var files *calendar.Year
		if ok {
			files = &year
		}
		changed, err := document.Year(day.Year, files)
		require.NoError(t, err)
		c, err := before.With(nil, changed)
		require.NoError(t, err)
		require.NotEqual(t, before.Version(), c.Version())
		return c
	}
	working := func(from time.Time) calendar.Date { return before.DateAt(before.NextWorking(from)) }

	near := with(working(until))
	stale, err := w.StaleCalendar(t.Context(), everywhere(near.Version()), "", 10)
	require.NoError(t, err)
	require.Len(t, stale, 1, "nobody knows the rules of that version yet, so all are asked")
	require.NoError(t, w.KeepCalendarRules(t.Context(), near.Version(), near.Rules()))
	stale, err = w.StaleCalendar(t.Context(), everywhere(near.Version()), "", 10)
	require.NoError(t, err)
	require.Equal(t, []view.Stale{{Account: id, Seq: w.state(id).Seq, Wanted: near.Version()}}, stale)

	far := with(working(until.Add(72 * time.Hour)))
	require.NoError(t, w.KeepCalendarRules(t.Context(), far.Version(), far.Rules()))
	stale, err = w.StaleCalendar(t.Context(), everywhere(far.Version()), "", 10)
	require.NoError(t, err)
	require.Empty(t, stale, "the change begins when all of its clocks have stopped")

	states, err := w.Placed(t.Context(), until, nil, "", 10)
	require.NoError(t, err)
	require.Len(t, states, 1)
	states, err = w.Placed(t.Context(), until.Add(time.Microsecond), nil, "", 10)
	require.NoError(t, err)
	require.Empty(t, states)
}

// What the migration fills in for accounts that were there before is what every command writes since.
func TestMigration_knowsTheLastInstantOfAccountsThatWereThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	var same bool
	conn := connect(t, w.url)
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT placed_until = (
		SELECT max(i.at::timestamptz) FROM json_array_elements(a.state -> 'clocks') c, LATERAL (
			SELECT c ->> 'due' AS at UNION ALL
			SELECT r ->> 'at' FROM json_array_elements(CASE WHEN json_typeof(c -> 'rungs') = 'array' THEN c -> 'rungs' ELSE '[]' END) r) i
		WHERE c ->> 'from' NOT LIKE '0001-01-01%') FROM accounts a WHERE id = $1`, string(id)).Scan(&same))
	require.True(t, same)
}

func TestSetRegion_isHandedDownAndRecordedWithItsAuthor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	org := w.org()
	var below deal.Team
	for _, team := range org.Teams {
		if team.Parent != "" {
			below = team
		}
	}
	require.NotEmpty(t, below.ID)
	require.Empty(t, org.Region(below.ID))
	require.ErrorIs(t, w.SetRegion(t.Context(), "nobody", "north", "admin"), deal.ErrNotFound)
	require.NoError(t, w.SetRegion(t.Context(), below.Parent, "north", "admin"))
	require.Equal(t, "north", w.org().Region(below.ID))
	require.Greater(t, w.org().Version, org.Version, "every process hears of it before its next command")
	require.NoError(t, w.SetRegion(t.Context(), below.ID, "coast", "admin"))
	require.NoError(t, w.SetRegion(t.Context(), below.ID, "coast", "admin"), "the same again is no change")
	require.Equal(t, "coast", w.org().Region(below.ID))
	require.Equal(t, "north", w.org().Region(below.Parent))
	require.NoError(t, w.SetRegion(t.Context(), below.ID, "", "ops"))
	require.Equal(t, "north", w.org().Region(below.ID))
	require.Error(t, w.SetRegion(t.Context(), below.ID, "North 7", "admin"), "the schema knows what a region is called")

	rows, err := connect(t, w.url).Query(t.Context(),
		`SELECT revision || ' ' || COALESCE(region, '-') || ' ' || changed_by FROM team_regions WHERE team_id = $1 ORDER BY revision`, string(below.ID))
	require.NoError(t, err)
	said, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Equal(t, []string{"1 coast admin", "2 - ops"}, said)
}

func TestChangeCalendar_countsTheWordsOfEveryRegionByThemselves(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Database(t), store.Options{})
	north := said(2027, 0, `{"holidays":[]}`)
	north.Region = "north"
	_, err := s.ChangeCalendar(t.Context(), said(2027, 0, `{}`))
	require.NoError(t, err)
	kept, err := s.ChangeCalendar(t.Context(), north)
	require.NoError(t, err)
	require.EqualValues(t, 1, kept.Revision)
	_, err = s.ChangeCalendar(t.Context(), north)
	require.ErrorIs(t, err, deal.ErrStale)
	all, err := s.CalendarDocuments(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"", "north"}, []string{all[0].Region, all[1].Region}, "the organisation's first")
	for region, want := range map[string]int{"": 1, "north": 1, "south": 0} {
		changes, err := s.CalendarChanges(t.Context(), region, view.CalendarChange{}, 10)
		require.NoError(t, err)
		require.Len(t, changes, want, region)
	}
	north.Revision, north.Region = 1, "North"
	_, err = s.ChangeCalendar(t.Context(), north)
	require.Error(t, err)
}

// The calendar that an account must have follows from its team: the same version is right in one and stale in another.
func TestStaleCalendar_looksForEveryTeamAtTheVersionOfItsRegion(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	version := s.state(s.north).Clocks[0].Calendar
	team := s.state(s.north).Team
	versions := map[string]string{"": version, "coast": "coast:5f0c41d2a9be"}
	stale, err := s.StaleCalendar(t.Context(), versions, "", 100)
	require.NoError(t, err)
	require.Empty(t, stale, "nobody works there yet")
	require.NoError(t, s.SetRegion(t.Context(), team, "coast", "admin"))
	stale, err = s.StaleCalendar(t.Context(), versions, "", 100)
	require.NoError(t, err)
	require.NotEmpty(t, stale)
	for _, one := range stale {
		require.Equal(t, team, s.state(one.Account).Team)
		require.Equal(t, "coast:5f0c41d2a9be", one.Wanted)
	}
	require.NoError(t, s.SetRegion(t.Context(), team, "desert", "admin"))
	stale, err = s.StaleCalendar(t.Context(), versions, "", 100)
	require.NoError(t, err)
	require.Empty(t, stale, "a region without a version of its own has the organisation's")

	placed, err := s.Placed(t.Context(), time.Time{}, []deal.TeamID{team}, "", 100)
	require.NoError(t, err)
	require.NotEmpty(t, placed)
	for _, one := range placed {
		require.Equal(t, team, one.Team)
	}
	placed, err = s.Placed(t.Context(), time.Time{}, []deal.TeamID{}, "", 100)
	require.NoError(t, err)
	require.Empty(t, placed)
}
