package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"closedloop/activities"
	"closedloop/api"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
)

// almanac is the working time of the organisation: the calendar of the files, and over it what administrators said in any
// process. The store tells of changes before the next command is judged, so no date is computed with yesterday's calendar.
type almanac struct {
	files *calendar.Calendar
	store *store.Store
	log   *slog.Logger

	now  atomic.Pointer[calendar.Calendar]
	kept atomic.Pointer[string] // the version whose rules are on file
}

// openAlmanac reads what administrators said so far and listens for more.
func openAlmanac(ctx context.Context, files *calendar.Calendar, st *store.Store, log *slog.Logger) (*almanac, error) {
	m := &almanac{files: files, store: st, log: log}
	m.now.Store(files)
	st.OnCalendar(m.learn)
	if _, err := m.Version(ctx); err != nil {
		return nil, err
	}
	return m, nil
}

// Working is the working time now.
func (m *almanac) Working() deal.Working { return activities.Working(m.now.Load()) }

// Version is the version in force, with what other processes changed. What stands behind it is on file afterwards, so that
// the accounts that a later change moves can be told from the others.
func (m *almanac) Version(ctx context.Context) (string, error) {
	if err := m.store.SyncCalendar(ctx); err != nil {
		return "", err //nolint:wrapcheck // says what it was doing
	}
	now := m.now.Load()
	version := now.Version()
	if kept := m.kept.Load(); kept != nil && *kept == version {
		return version, nil
	}
	if err := m.store.KeepCalendarRules(ctx, version, now.Rules()); err != nil {
		return "", err //nolint:wrapcheck // says what it was doing
	}
	m.kept.Store(&version)
	return version, nil
}

// learn joins the files with what administrators said. It runs inside the transaction of somebody who waits for it, so it
// computes and asks nobody. A word that this release cannot use does not stop the accounts: the files count instead.
func (m *almanac) learn(ctx context.Context, said []view.CalendarChange) error {
	next := m.files
	for _, c := range said {
		joined, err := m.join(next, c)
		if err != nil {
			m.log.ErrorContext(ctx, "a stored change of the calendar cannot be used; the files count instead", "year", c.Year, "revision", c.Revision,
				"error", err)
			continue
		}
		next = joined
	}
	if before := m.now.Swap(next); before.Version() != next.Version() {
		m.log.InfoContext(ctx, "the calendar has changed", "calendar", next.Version(), "before", before.Version())
	}
	return nil
}

// join lays one word over a calendar.
func (m *almanac) join(base *calendar.Calendar, c view.CalendarChange) (*calendar.Calendar, error) {
	if c.Year == 0 {
		var d calendar.OfficeDocument
		if err := json.Unmarshal(c.Document, &d); err != nil {
			return nil, fmt.Errorf("read office hours: %w", err)
		}
		office, err := d.Office(m.files.Office().Zone())
		if err != nil {
			return nil, err //nolint:wrapcheck // faults of the document
		}
		return with(base, &office)
	}
	var d calendar.YearDocument
	if err := json.Unmarshal(c.Document, &d); err != nil {
		return nil, fmt.Errorf("read year: %w", err)
	}
	var shipped *calendar.Year
	if y, ok := m.files.Year(c.Year); ok {
		shipped = &y
	}
	year, err := d.Year(c.Year, shipped)
	if err != nil {
		return nil, err //nolint:wrapcheck // faults of the document
	}
	return with(base, nil, year)
}

// with joins; what fits nowhere can only be office hours that meet a change of the clocks on a day that is worked.
func with(base *calendar.Calendar, office *calendar.Office, years ...calendar.Year) (*calendar.Calendar, error) {
	joined, err := base.With(office, years...)
	if err != nil {
		return nil, calendar.Faults{{Code: calendar.ClocksChange, Args: []string{err.Error()}}}
	}
	return joined, nil
}

// Now is the calendar in force, with what administrators said.
func (m *almanac) Now(ctx context.Context) (*calendar.Calendar, []view.CalendarChange, error) {
	if _, err := m.Version(ctx); err != nil {
		return nil, nil, err
	}
	said, err := m.store.CalendarDocuments(ctx)
	if err != nil {
		return nil, nil, err //nolint:wrapcheck // says what it was doing
	}
	return m.now.Load(), said, nil
}

// Changes is the record of changes, newest first.
func (m *almanac) Changes(ctx context.Context, after view.CalendarChange, limit int) ([]view.CalendarChange, error) {
	return m.store.CalendarChanges(ctx, after, limit) //nolint:wrapcheck // says what it was doing
}

// Change checks a word and stores it. This process has it at once, every other one before its next command; the watchdog
// plans the accounts anew that it moves.
func (m *almanac) Change(ctx context.Context, c view.CalendarChange) error {
	now, said, err := m.Now(ctx)
	if err != nil {
		return err
	}
	if _, err := m.over(now, said, c); err != nil {
		return err
	}
	if _, err := m.store.ChangeCalendar(ctx, c); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	_, err = m.Version(ctx)
	return err
}

// over is the calendar as it would be with one more word.
func (m *almanac) over(now *calendar.Calendar, said []view.CalendarChange, c view.CalendarChange) (*calendar.Calendar, error) {
	var present int64
	for _, one := range said {
		if one.Year == c.Year {
			present = one.Revision
		}
	}
	if present != c.Revision {
		return nil, fmt.Errorf("calendar at revision %d: %w", present, deal.ErrStale)
	}
	return m.join(now, c)
}

// previewBatch is how many states are looked at together.
const previewBatch = 500

// Preview says what a word would move, and changes nothing.
func (m *almanac) Preview(ctx context.Context, c view.CalendarChange) (*calendar.Calendar, api.CalendarPreview, error) {
	var p api.CalendarPreview
	now, said, err := m.Now(ctx)
	if err != nil {
		return nil, p, err
	}
	next, err := m.over(now, said, c)
	if err != nil {
		return nil, p, err
	}
	p.Before, p.After = now.Version(), next.Version()
	if p.Before == p.After {
		return next, p, nil
	}
	since, all := next.Rules().Since(now.Rules())
	if all {
		since = time.Time{}
	}
	working := activities.Working(next)
	for after := deal.AccountID(""); ; {
		states, err := m.store.Placed(ctx, since, after, previewBatch)
		if err != nil {
			return nil, p, err //nolint:wrapcheck // says what it was doing
		}
		for _, s := range states {
			if n := s.Moved(working); n > 0 {
				p.Accounts++
				p.Deadlines += n
			}
			after = s.Account
		}
		if len(states) < previewBatch {
			return next, p, nil
		}
	}
}
