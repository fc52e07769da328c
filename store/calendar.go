package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	calendarVersion   = named("CalendarVersion")
	calendarDocuments = named("CalendarDocuments")
	calendarChanges   = named("CalendarChanges")
	lockCalendar      = named("LockCalendar")
	calendarRevision  = named("CalendarRevision")
	addCalendarChange = named("AddCalendarChange")
	keepCalendarRules = named("KeepCalendarRules")
	calendarRules     = named("CalendarRules")
	placedStates      = named("PlacedStates")
)

// CalendarDocuments are what administrators said about years and office hours (year 0), the newest word on each: of the
// organisation first, then region by region.
func (s *Store) CalendarDocuments(ctx context.Context) ([]view.CalendarChange, error) {
	all, err := readCalendar(ctx, s.pool)
	return all, fail("read calendar", err)
}

func readCalendar(ctx context.Context, db reader) ([]view.CalendarChange, error) {
	rows, err := db.Query(ctx, string(calendarDocuments))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanCalendarChange)
}

func scanCalendarChange(row pgx.CollectableRow) (c view.CalendarChange, err error) {
	err = row.Scan(&c.Region, &c.Year, &c.Revision, &c.Document, &c.By, instant(&c.At))
	return c, err
}

// CalendarChanges is the record of what was changed for a region, or for the organisation (empty), newest first, behind one
// of them (zero: from the newest).
func (s *Store) CalendarChanges(ctx context.Context, region string, after view.CalendarChange, limit int) ([]view.CalendarChange, error) {
	before := pgtype.Timestamptz{Time: after.At, Valid: !after.At.IsZero()}
	rows, err := s.pool.Query(ctx, string(calendarChanges), before, after.Year, after.Revision, limit, region)
	if err != nil {
		return nil, fail("list changes of the calendar", err)
	}
	all, err := pgx.CollectRows(rows, scanCalendarChange)
	return all, fail("list changes of the calendar", err)
}

// ChangeCalendar adds a word about a year, or about the office hours. Revision is the one that the change was made from;
// another one on file is [deal.ErrStale]. It returns what is on file now.
func (s *Store) ChangeCalendar(ctx context.Context, c view.CalendarChange) (view.CalendarChange, error) {
	from := c.Revision
	err := s.transact(ctx, "change calendar", func(tx pgx.Tx) error {
		var version int64
		if err := tx.QueryRow(ctx, string(lockCalendar)).Scan(&version); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, string(calendarRevision), c.Region, c.Year).Scan(&c.Revision); err != nil {
			return err
		}
		if c.Revision != from {
			return fmt.Errorf("calendar of %d at revision %d: %w", c.Year, c.Revision, deal.ErrStale)
		}
		c.Revision++
		return tx.QueryRow(ctx, string(addCalendarChange), c.Region, c.Year, c.Revision, string(c.Document), string(c.By)).Scan(instant(&c.At))
	})
	return c, err
}

// KeepCalendarRules remembers what stands behind a version, so that a later one can be compared with it.
func (s *Store) KeepCalendarRules(ctx context.Context, version string, r calendar.Rules) error {
	_, err := s.pool.Exec(ctx, string(keepCalendarRules), version, r)
	return fail("keep rules of the calendar", err)
}

// daywatch tells somebody about changes of the calendar, as bookwatch does about playbooks.
type daywatch struct {
	tell func(context.Context, []view.CalendarChange) error

	seen atomic.Int64
	mu   sync.Mutex
}

// OnCalendar sets who is told what administrators said about the calendar, at once after it has changed: by [Store.InTx]
// before a command is judged, and by [Store.SyncCalendar]. It is called before the store is used by many. Tell is called by
// one at a time; its error fails the call that brought it.
func (s *Store) OnCalendar(tell func(context.Context, []view.CalendarChange) error) {
	s.days.tell = tell
}

// SyncCalendar looks whether the calendar has changed since somebody was told.
func (s *Store) SyncCalendar(ctx context.Context) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fail("take a connection", err)
	}
	defer conn.Release()
	var version int64
	if err := conn.QueryRow(ctx, string(calendarVersion)).Scan(&version); err != nil {
		return fail("read version of the calendar", err)
	}
	return fail("read calendar", s.days.learn(ctx, conn, version))
}

// learn tells what is stored unless it was told at this version, or a newer one. The version was read before the rows, so
// that these are at least as new.
func (d *daywatch) learn(ctx context.Context, db reader, version int64) error {
	if d.tell == nil || d.seen.Load() >= version {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen.Load() >= version {
		return nil
	}
	all, err := readCalendar(ctx, db)
	if err != nil {
		return err
	}
	if err := d.tell(ctx, all); err != nil {
		return err
	}
	d.seen.Store(version)
	return nil
}

// StaleCalendar are accounts with a running clock that was placed with another version of the calendar than that of their
// team's region, and that the difference can move, in order of ID behind one of them. Versions are those in force by region;
// that of the organisation (empty) is the one of every region without a version of its own.
func (s *Store) StaleCalendar(ctx context.Context, versions map[string]string, after deal.AccountID, limit int) ([]view.Stale, error) {
	const doing = "list accounts with another calendar"
	org, err := s.Org(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, string(calendarsInUse))
	if err != nil {
		return nil, fail(doing, err)
	}
	var calendars, teams, wanted []string
	var calendar, team string
	if _, err := pgx.ForEachRow(rows, []any{&calendar, &team}, func() error {
		version, own := versions[org.Region(deal.TeamID(team))]
		if !own {
			version = versions[""]
		}
		if calendar != version {
			calendars, teams, wanted = append(calendars, calendar), append(teams, team), append(wanted, version)
		}
		return nil
	}); err != nil || len(calendars) == 0 {
		return nil, fail(doing, err)
	}
	since, err := s.since(ctx, wanted, calendars)
	if err != nil {
		return nil, fail(doing, err)
	}
	rows, err = s.pool.Query(ctx, string(staleCalendar), calendars, teams, wanted, since, string(after), limit)
	if err != nil {
		return nil, fail(doing, err)
	}
	stale, err := pgx.CollectRows(rows, pgx.RowToStructByPos[view.Stale])
	return stale, fail(doing, err)
}

// since is, for each pair of a wanted version and another one, the instant from which on both differ.
func (s *Store) since(ctx context.Context, wanted, others []string) ([]pgtype.Timestamptz, error) {
	asked := slices.Clone(wanted)
	for _, other := range others {
		asked = append(asked, strings.Split(other, "+")...)
	}
	slices.Sort(asked)
	rows, err := s.pool.Query(ctx, string(calendarRules), slices.Compact(asked))
	if err != nil {
		return nil, err
	}
	known := map[string]calendar.Rules{}
	var name string
	var rules calendar.Rules
	if _, err := pgx.ForEachRow(rows, []any{&name, &rules}, func() error {
		known[name] = rules
		rules = calendar.Rules{}
		return nil
	}); err != nil {
		return nil, err
	}
	all := make([]pgtype.Timestamptz, len(others))
	for i, other := range others {
		all[i] = sinceOne(known, wanted[i], other)
	}
	return all, nil
}

// sinceOne is the earliest instant at which one of several joined versions differs from the present one.
func sinceOne(known map[string]calendar.Rules, version, joined string) pgtype.Timestamptz {
	ever := pgtype.Timestamptz{InfinityModifier: pgtype.NegativeInfinity, Valid: true}
	now, ok := known[version]
	if !ok {
		return ever
	}
	var first time.Time
	for other := range strings.SplitSeq(joined, "+") {
		if other == version {
			continue
		}
		before, ok := known[other]
		if !ok {
			return ever
		}
		at, all := now.Since(before)
		if all {
			return ever
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return pgtype.Timestamptz{Time: first, Valid: true}
}

// Placed are the states of accounts of some teams (nil: of all) with running clocks that end behind an instant, in order of
// ID behind one of them. It is for a look at what a change of the calendar would move, and shows nothing to anybody.
func (s *Store) Placed(ctx context.Context, until time.Time, teams []deal.TeamID, after deal.AccountID, limit int) ([]deal.State, error) {
	var of []string
	if teams != nil {
		of = append([]string{}, words(teams)...)
	}
	rows, err := s.pool.Query(ctx, string(placedStates), string(after), until, limit, of)
	if err != nil {
		return nil, fail("read states with clocks", err)
	}
	states, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (st deal.State, err error) {
		var id string
		err = row.Scan(&id, &st)
		return st, err
	})
	return states, fail("read states with clocks", err)
}
