package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"closedloop/activities"
	"closedloop/api"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
)

// almanac is the working time of the organisation and of its regions: the calendar of the files, over it what administrators
// said in any process, and over that what they said of each region. The store tells of changes before the next command is
// judged, so no date is computed with yesterday's calendar.
type almanac struct {
	files *calendar.Calendar
	store *store.Store
	log   *slog.Logger

	now  atomic.Pointer[calendars]
	kept atomic.Pointer[map[string]string] // the versions in force, by region, whose rules are on file
}

// openAlmanac reads what administrators said so far and listens for more.
func openAlmanac(ctx context.Context, files *calendar.Calendar, st *store.Store, log *slog.Logger) (*almanac, error) {
	m := &almanac{files: files, store: st, log: log}
	m.now.Store(&calendars{organisation: files})
	st.OnCalendar(m.learn)
	if _, err := m.Versions(ctx); err != nil {
		return nil, err
	}
	return m, nil
}

// Working is the working time of a region now; that of the organisation for none.
func (m *almanac) Working(region string) deal.Working {
	return activities.Working(m.now.Load().of(region))
}

// Provisional tells whether a date counted from one instant to another in a region crosses a year without holiday data.
func (m *almanac) Provisional(region string, from, to time.Time) bool {
	return m.now.Load().of(region).Provisional(from, to)
}

// Versions are those in force by region, with what other processes changed; that of none (empty) is the organisation's and
// that of every region that is not there. What stands behind them is on file afterwards, so that the accounts that a later
// change moves can be told from the others.
func (m *almanac) Versions(ctx context.Context) (map[string]string, error) {
	if err := m.store.SyncCalendar(ctx); err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	now := m.now.Load()
	versions := now.versions()
	kept := m.kept.Load()
	if kept != nil && maps.Equal(*kept, versions) {
		return versions, nil
	}
	for _, region := range slices.Sorted(maps.Keys(versions)) {
		if kept != nil && (*kept)[region] == versions[region] {
			continue
		}
		if err := m.store.KeepCalendarRules(ctx, versions[region], now.of(region).Rules()); err != nil {
			return nil, err //nolint:wrapcheck // says what it was doing
		}
	}
	m.kept.Store(&versions)
	return versions, nil
}

// learn joins the files with what administrators said. It runs inside the transaction of somebody who waits for it, so it
// computes and asks nobody. A word that this release cannot use does not stop the accounts: what lies below it counts
// instead.
func (m *almanac) learn(ctx context.Context, said []view.CalendarChange) error {
	next, faults := m.join(said)
	for i, err := range faults {
		m.log.ErrorContext(ctx, "a stored change of the calendar cannot be used and does not count", "region", said[i].Region, "year", said[i].Year,
			"revision", said[i].Revision, "error", err)
	}
	if before := m.now.Swap(next); !maps.Equal(before.versions(), next.versions()) {
		m.log.InfoContext(ctx, "the calendar has changed", "calendar", next.organisation.Version(), "before", before.organisation.Version(),
			"regions", len(next.regions))
	}
	return nil
}

// Now is the calendar of a region (empty: of the organisation) in force, with what administrators said of the region and of
// the organisation.
func (m *almanac) Now(ctx context.Context, region string) (*calendar.Calendar, []view.CalendarChange, error) {
	now, said, err := m.all(ctx)
	if err != nil {
		return nil, nil, err
	}
	said = slices.DeleteFunc(said, func(c view.CalendarChange) bool { return c.Region != "" && c.Region != region })
	return now.of(region), said, nil
}

// all is everything that is in force, and everything that was said.
func (m *almanac) all(ctx context.Context) (*calendars, []view.CalendarChange, error) {
	if _, err := m.Versions(ctx); err != nil {
		return nil, nil, err
	}
	said, err := m.store.CalendarDocuments(ctx)
	if err != nil {
		return nil, nil, err //nolint:wrapcheck // says what it was doing
	}
	return m.now.Load(), said, nil
}

// Changes is the record of changes of a region, or of the organisation (empty), newest first.
func (m *almanac) Changes(ctx context.Context, region string, after view.CalendarChange, limit int) ([]view.CalendarChange, error) {
	return m.store.CalendarChanges(ctx, region, after, limit) //nolint:wrapcheck // says what it was doing
}

// Change checks a word and stores it. This process has it at once, every other one before its next command; the watchdog
// plans the accounts anew that it moves.
func (m *almanac) Change(ctx context.Context, c view.CalendarChange) error {
	_, said, err := m.all(ctx)
	if err != nil {
		return err
	}
	if _, err := m.over(said, c); err != nil {
		return err
	}
	if _, err := m.store.ChangeCalendar(ctx, c); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	_, err = m.Versions(ctx)
	return err
}

// over are the calendars as they would be with one more word. A word about the organisation with which one about a region
// that counted could count no longer is refused.
func (m *almanac) over(said []view.CalendarChange, c view.CalendarChange) (*calendars, error) {
	var present int64
	all := slices.Clone(said)
	at := slices.IndexFunc(all, func(one view.CalendarChange) bool { return one.Region == c.Region && one.Year == c.Year })
	if at >= 0 {
		present = all[at].Revision
	}
	if present != c.Revision {
		return nil, fmt.Errorf("calendar at revision %d: %w", present, deal.ErrStale)
	}
	_, before := m.join(said)
	if at < 0 {
		all = append(all, c)
		at = len(all) - 1
	}
	all[at] = c
	next, faults := m.join(all)
	if err := faults[at]; err != nil {
		return nil, err
	}
	for i, err := range faults {
		if before[i] == nil {
			return nil, fmt.Errorf("region %s: %w", all[i].Region, err)
		}
	}
	return next, nil
}

// previewBatch is how many states are looked at together.
const previewBatch = 500

// Preview says what a word would move, and changes nothing. A word about the organisation is looked at in every region, since
// it counts wherever the region says nothing else.
func (m *almanac) Preview(ctx context.Context, c view.CalendarChange) (*calendar.Calendar, api.CalendarPreview, error) {
	var p api.CalendarPreview
	now, said, err := m.all(ctx)
	if err != nil {
		return nil, p, err
	}
	next, err := m.over(said, c)
	if err != nil {
		return nil, p, err
	}
	p.Before, p.After = now.of(c.Region).Version(), next.of(c.Region).Version()
	org, err := m.store.Org(ctx)
	if err != nil {
		return nil, p, err //nolint:wrapcheck // says what it was doing
	}
	look := touched(org, now, next)
	if !look.any {
		return next.of(c.Region), p, nil
	}
	for after := deal.AccountID(""); ; {
		states, err := m.store.Placed(ctx, look.since, look.teams, after, previewBatch)
		if err != nil {
			return nil, p, err //nolint:wrapcheck // says what it was doing
		}
		for _, s := range states {
			if n := s.Moved(activities.Working(next.of(org.Region(s.Team)))); n > 0 {
				p.Accounts++
				p.Deadlines += n
			}
			after = s.Account
		}
		if len(states) < previewBatch {
			return next.of(c.Region), p, nil
		}
	}
}

// scope is where a change can move anything: in which teams (nil: also in accounts without one), and from when on.
type scope struct {
	any   bool
	teams []deal.TeamID
	since time.Time
}

// touched compares the calendars of every team before and after a change.
func touched(org deal.Org, before, after *calendars) scope {
	out := scope{teams: []deal.TeamID{}}
	differ := func(region string) bool {
		was, will := before.of(region), after.of(region)
		if was.Version() == will.Version() {
			return false
		}
		since, all := will.Rules().Since(was.Rules())
		if all {
			since = time.Time{}
		}
		if !out.any || since.Before(out.since) {
			out.since = since
		}
		out.any = true
		return true
	}
	whole := differ("")
	for _, t := range org.Teams {
		if differ(org.Region(t.ID)) {
			out.teams = append(out.teams, t.ID)
		}
	}
	if whole { // accounts that belong to no team count with the organisation's calendar
		out.teams = nil
	}
	return out
}
