package api

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	ics "github.com/arran4/golang-ical"

	"closedloop/deal"
	"closedloop/deal/view"
)

// date is one entry of a calendar.
type date struct {
	uid     string
	due     time.Time
	summary string
	seq     int64     // rises whenever the entry may have changed
	changed time.Time // with it
}

const (
	// feedAccounts bounds the accounts of one person that are looked at.
	feedAccounts = 5000
	// feedTasks bounds the tasks of one person that are looked at.
	feedTasks = 1000
	// feedEntry is how long an entry is: what is due is an instant, which many programs would not show.
	feedEntry = 15 * time.Minute
)

// dates are what the person has to have done by when: what clocks of accounts wait for, and tasks that are due. A task that
// a clock asked for is one entry with it.
func (a *API) dates(ctx context.Context, f view.CalendarFeed) ([]date, error) {
	me := callOf(ctx).actor
	var all []date
	seen := map[string]bool{}
	for after, left := (view.Sleeper{}), feedAccounts; left > 0; left -= wakers {
		read, last, err := a.Work.Timed(ctx, me.viewer, deal.LineEnds{}, after, wakers)
		if err != nil {
			return nil, fmt.Errorf("read accounts that wake: %w", err)
		}
		for _, account := range read {
			for _, d := range deal.Duties(account.State, me.org) {
				if !slices.Contains(d.For, f.Person) {
					continue
				}
				id := a.uid(f.Person, string(account.State.Account), d.Clock)
				seen[id] = true
				all = append(all, date{
					uid: id, due: d.Due, summary: a.say.Duty(d, f.Language, feedLabel(f, account.State.Number, account.Profile.Name)),
					seq: account.State.Seq, changed: account.State.LastAt,
				})
			}
		}
		if len(read) < wakers {
			break
		}
		after = last
	}
	tasks, err := a.datedTasks(ctx, f)
	for _, t := range tasks {
		if !seen[t.uid] {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(x, y date) int { return cmp.Or(x.due.Compare(y.due), cmp.Compare(x.uid, y.uid)) })
	return all, err
}

// datedTasks are the person's open tasks that are due at some instant.
func (a *API) datedTasks(ctx context.Context, f view.CalendarFeed) ([]date, error) {
	var all []date
	filter := view.TaskFilter{Assignee: f.Person, Status: deal.TaskOpen, Page: view.Page{Limit: 200}}
	for left := feedTasks; left > 0; left -= filter.Page.Limit {
		items, next, err := a.Work.Tasks(ctx, callOf(ctx).actor.viewer, filter)
		if err != nil {
			return nil, fmt.Errorf("list tasks: %w", err)
		}
		for _, t := range items {
			if t.Due.IsZero() {
				continue
			}
			d := date{uid: a.uid(f.Person, string(t.Account), t.Ref), due: t.Due, changed: t.OpenedAt}
			switch {
			case t.Account != "":
				d.summary = a.say.Task(t.Kind, f.Language, feedLabel(f, t.AccountNumber, t.AccountName))
			case f.Names:
				d.summary = a.say.Task(t.Kind, f.Language, t.Args...)
			default: // what stands in its sentence may be a name
				d.summary = a.say.Page("feed_task", f.Language)
			}
			if t.Account == "" {
				d.uid = a.uid(f.Person, "task", t.ID)
			}
			all = append(all, d)
		}
		if filter.Page.Cursor = next; next == "" {
			break
		}
	}
	return all, nil
}

// feedLabel is what a customer is called in a feed.
func feedLabel(f view.CalendarFeed, number, name string) string {
	if f.Names && name != "" {
		return name
	}
	return number
}

// uid is what an entry is called as long as it is the same, in every program and after every move of the house.
func (a *API) uid(who deal.PersonID, where, what string) string {
	return derivedID("calendar", a.Installation, string(who), where, what) + "@closedloop"
}

// calendarText writes a calendar (RFC 5545). Instants are in UTC, so it needs no time zone of its own, and the same dates
// give the same text.
func (a *API) calendarText(f view.CalendarFeed, dates []date) []byte {
	cal := ics.NewCalendarFor("closedloop")
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(a.say.Page("feed_title", f.Language))
	cal.SetXWRCalName(a.say.Page("feed_title", f.Language))
	cal.SetRefreshInterval("PT1H", ics.WithValue("DURATION"))
	cal.SetXPublishedTTL("PT1H")
	for _, d := range dates {
		e := cal.AddEvent(d.uid)
		e.SetDtStampTime(d.changed.UTC())
		e.SetLastModifiedAt(d.changed.UTC())
		e.SetSequence(int(d.seq))
		e.SetStartAt(d.due.UTC())
		e.SetEndAt(d.due.UTC().Add(feedEntry))
		e.SetSummary(d.summary)
		e.SetStatus(ics.ObjectStatusConfirmed)
		e.SetTimeTransparency(ics.TransparencyTransparent) // a deadline does not take the time of whoever has it
		e.SetClass(ics.ClassificationPrivate)
	}
	var text bytes.Buffer
	_ = cal.SerializeTo(&text, ics.WithNewLineWindows) // into memory
	return text.Bytes()
}
