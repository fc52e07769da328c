package activities

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"time"

	"closedloop/deal"
	"closedloop/deal/quota"
	"closedloop/deal/view"
	"closedloop/workflows/contract"
)

// QuotaStore is what the quota asks the database.
type QuotaStore interface {
	Org(ctx context.Context) (deal.Org, error)
	// Leaves are those of a stretch of days, however long ago: the organisation knows present and coming ones only.
	Leaves(ctx context.Context, f view.LeaveFilter) ([]view.Leave, error)
	// Joined is since when everybody is there.
	Joined(ctx context.Context) (map[deal.PersonID]time.Time, error)
	// Deactivations are the stretches in which people were switched off.
	Deactivations(ctx context.Context) (map[deal.PersonID][]view.Deactivation, error)
	// QuotaLeads are the leads that people opened from one instant until another.
	QuotaLeads(ctx context.Context, from, until time.Time, people []deal.PersonID) ([]view.QuotaLead, error)
	// LastBreaches are the last days of everybody's newest breach before a day.
	LastBreaches(ctx context.Context, day string) (map[deal.PersonID]string, error)
	// FindBreach puts a breach on record once, and asks for its reason.
	FindBreach(ctx context.Context, b view.QuotaBreach, tasks []deal.PersonTask, notices []deal.PersonNotice) (found bool, err error)
	// PublishBulletin publishes an issue once.
	PublishBulletin(ctx context.Context, b view.Bulletin, notices []deal.PersonNotice) (published bool, err error)
}

// Quota counts leads against what is owed.
type Quota struct {
	store     QuotaStore
	calendars Calendars
	rules     quota.Rules
	now       func() time.Time
}

// NewQuota counts by rules, on the calendars of where people work.
func NewQuota(store QuotaStore, calendars Calendars, rules quota.Rules, now func() time.Time) *Quota {
	return &Quota{store: store, calendars: calendars, rules: rules, now: now}
}

// The jobs of the quota, and how long after a day is over they come.
const (
	QuotaJob  = "daily-quota"
	DigestJob = "daily-digest"

	quotaSlack = 10 * time.Minute // after midnight where the day ends last
	digestLead = time.Hour        // before the opening of the next working day
	lookback   = 92               // days that a streak may reach back
)

// Jobs are the daily sweep and the publication of bulletins, on the days of the organisation's zone.
func (q *Quota) Jobs(zone *time.Location) []Job {
	return []Job{
		{
			Name: QuotaJob, Schedule: contract.Schedule{Job: QuotaJob, Zone: zone.String(), Hour: 0, Minute: 12}, Periods: Days{Zone: zone},
			DueAt: q.overAt, Run: q.Sweep,
		},
		{
			Name: DigestJob, Schedule: contract.Schedule{Job: DigestJob, Zone: zone.String(), Hour: 8, Minute: 2}, Periods: Days{Zone: zone},
			DueAt: q.publishedAt, Run: q.Publish,
		},
	}
}

// overAt is when a day is over everywhere in the organisation.
func (q *Quota) overAt(ctx context.Context, day string) (time.Time, error) {
	org, err := q.store.Org(ctx)
	if err != nil {
		return time.Time{}, err //nolint:wrapcheck // says what it was doing
	}
	date, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}, fmt.Errorf("read day: %w", err)
	}
	over := endOf(q.calendars.Working(""), date)
	for _, t := range org.Teams {
		if end := endOf(q.calendars.Working(org.Region(t.ID)), date); end.After(over) {
			over = end
		}
	}
	return over.Add(quotaSlack), nil
}

// endOf is the first minute after a day, where a calendar counts it.
func endOf(w deal.Working, date time.Time) time.Time {
	day := date.Format(time.DateOnly)
	const span = 3 * 24 * 60 // zones lie within a day before and after
	from := date.Add(-24 * time.Hour)
	n := sort.Search(span, func(i int) bool { return w.Date(from.Add(time.Duration(i)*time.Minute)) > day })
	return from.Add(time.Duration(n) * time.Minute)
}

// publishedAt is the morning of the organisation's next working day, once the day is over everywhere.
func (q *Quota) publishedAt(ctx context.Context, day string) (time.Time, error) {
	over, err := q.overAt(ctx, day)
	if err != nil {
		return time.Time{}, err
	}
	next, err := Days{}.Next(day)
	if err != nil {
		return time.Time{}, err
	}
	opening, err := q.calendars.Working("").Opening(next)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the next opening: %w", err)
	}
	if morning := opening.Add(-digestLead); morning.After(over) {
		return morning, nil
	}
	return over, nil
}

// owing tells whether somebody is asked for leads: collectors and reps, as long as they are there.
func owing(p deal.Person) bool { return p.Active && (p.Role == deal.Collector || p.Role == deal.Rep) }

// books are everybody's days over a stretch.
type books struct {
	org  deal.Org
	days map[deal.PersonID][]quota.Day
}

// days counts everybody who is asked for leads, from one day to another, both included. A person's day is that of the calendar
// where the team works today; it begins with the day on which the person came. Who was switched off when a day ended, and is back,
// owed nothing on it, as if it had been looked at in time.
func (q *Quota) days(ctx context.Context, from, to string) (books, error) {
	out := books{days: map[deal.PersonID][]quota.Day{}}
	var err error
	if out.org, err = q.store.Org(ctx); err != nil {
		return out, err //nolint:wrapcheck // says what it was doing
	}
	taken, err := q.store.Leaves(ctx, view.LeaveFilter{From: from, To: to})
	if err != nil {
		return out, err //nolint:wrapcheck // says what it was doing
	}
	out.org.Leaves = make([]deal.Leave, len(taken))
	for i, l := range taken {
		out.org.Leaves[i] = l.Leave
	}
	joined, err := q.store.Joined(ctx)
	if err != nil {
		return out, err //nolint:wrapcheck // says what it was doing
	}
	gone, err := q.store.Deactivations(ctx)
	if err != nil {
		return out, err //nolint:wrapcheck // says what it was doing
	}
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return out, fmt.Errorf("read day: %w", err)
	}
	last, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return out, fmt.Errorf("read day: %w", err)
	}
	var people []deal.PersonID
	for _, p := range out.org.People {
		if owing(p) {
			people = append(people, p.ID)
		}
	}
	leads, err := q.store.QuotaLeads(ctx, first.Add(-24*time.Hour), last.Add(48*time.Hour), people)
	if err != nil {
		return out, err //nolint:wrapcheck // says what it was doing
	}
	brought := map[deal.PersonID]map[string]quota.Day{}
	for _, l := range leads {
		days := brought[l.By]
		if days == nil {
			days = map[string]quota.Day{}
			brought[l.By] = days
		}
		date := q.calendars.Working(out.org.RegionOf(l.By)).Date(l.At)
		d := days[date]
		d.Leads++
		if l.Late {
			d.Late++
		}
		days[date] = d
	}
	worked := map[string]map[string]bool{} // by region
	for _, person := range people {
		region := out.org.RegionOf(person)
		w := q.calendars.Working(region)
		if worked[region] == nil {
			if worked[region], err = workingDays(w, first, last); err != nil {
				return out, err
			}
		}
		since := w.Date(joined[person])
		for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
			date := day.Format(time.DateOnly)
			if date < since {
				continue
			}
			d := brought[person][date]
			d.Date, d.Working, d.Leave, d.Off = date, worked[region][date], out.org.OnLeave(person, date), off(gone[person], w, date)
			out.days[person] = append(out.days[person], d)
		}
	}
	return out, nil
}

// off tells whether somebody was switched off when a day ended.
func off(gone []view.Deactivation, w deal.Working, day string) bool {
	return slices.ContainsFunc(gone, func(d view.Deactivation) bool {
		return w.Date(d.Since) <= day && (d.Until.IsZero() || day < w.Date(d.Until))
	})
}

// workingDays are the days of a stretch that are worked by a calendar.
func workingDays(w deal.Working, first, last time.Time) (map[string]bool, error) {
	worked := map[string]bool{}
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		date := day.Format(time.DateOnly)
		opening, err := w.Opening(date)
		if err != nil {
			return nil, fmt.Errorf("look at a day: %w", err)
		}
		worked[date] = w.Date(opening) == date
	}
	return worked, nil
}

func back(day string, n int) (string, error) { return move(time.DateOnly, day, 0, -n) }

// upTo are the days that a streak which reaches a day can have begun on.
func (q *Quota) upTo(ctx context.Context, day string) (books, error) {
	from, err := back(day, lookback)
	if err != nil {
		return books{}, err
	}
	return q.days(ctx, from, day)
}

// Sweep looks at everybody's day and puts streaks that have become a matter for the manager on record.
func (q *Quota) Sweep(ctx context.Context, day string) (map[string]int, error) {
	b, err := q.upTo(ctx, day)
	if err != nil {
		return nil, err
	}
	before, err := q.store.LastBreaches(ctx, day)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	done := map[string]int{"people": len(b.days)}
	at := q.now()
	for _, p := range b.org.People {
		breach, is := q.rules.Breached(b.days[p.ID], before[p.ID])
		if !is {
			continue
		}
		found := view.QuotaBreach{
			ID: view.BreachRef + deal.PersonWorkID("breach", breach.Last, p.ID), Person: p.ID, Team: p.Team, First: breach.First, Last: breach.Last,
			Days: breach.Days, State: view.BreachFound, OpenedAt: at,
		}
		args := deal.QuotaArgs(b.org, p.ID, breach.Days, breach.Last)
		var tasks []deal.PersonTask
		notices := []deal.PersonNotice{deal.NewPersonNotice(deal.QuotaBreachNotice, p.ID, found.ID, at, args...)}
		for _, manager := range b.org.QuotaManagers(p.ID, at) {
			task := deal.NewPersonTask(deal.QuotaReasonTask, manager, found.ID, at, args...)
			task.Due = q.AnswerBy(at)
			tasks = append(tasks, task)
			notices = append(notices, deal.NewPersonNotice(deal.QuotaBreachNotice, manager, found.ID, at, args...))
		}
		fresh, err := q.store.FindBreach(ctx, found, tasks, notices)
		if err != nil {
			return nil, err //nolint:wrapcheck // says what it was doing
		}
		if fresh {
			done["breaches"]++
		}
	}
	return done, nil
}

// AnswerBy is until when a reason or a decision is wanted that was asked for at an instant: the closing of a working day of the
// organisation.
func (q *Quota) AnswerBy(asked time.Time) time.Time {
	w := q.calendars.Working("")
	return w.EndOfDay(w.Add(asked, time.Duration(max(1, q.rules.Answer)-1)*w.Day()))
}

// lines are everybody of a set of teams, with the sum over some last days of what is counted.
func (q *Quota) lines(b books, from string, wanted func(deal.Person) bool) []view.QuotaLine {
	var lines []view.QuotaLine
	for _, p := range b.org.People {
		days, counted := b.days[p.ID]
		if !counted || !wanted(p) {
			continue
		}
		i := slices.IndexFunc(days, func(d quota.Day) bool { return d.Date >= from })
		if i < 0 {
			continue
		}
		sum := q.rules.Sum(days[i:])
		streak, _ := q.rules.InARow(days, "")
		lines = append(lines, view.QuotaLine{
			Person: p.ID, Name: p.Name, Team: p.Team, Leads: sum.Leads, Owed: sum.Owed, Short: sum.Short, Streak: streak, Late: sum.Late, Leave: sum.Leave,
		})
	}
	return lines
}

// Publish publishes the bulletins of a day: of every team that has people who are asked for leads and that worked on it, or
// brought one all the same.
func (q *Quota) Publish(ctx context.Context, day string) (map[string]int, error) {
	b, err := q.upTo(ctx, day)
	if err != nil {
		return nil, err
	}
	done := map[string]int{}
	for _, t := range b.org.Teams {
		lines := q.lines(b, day, func(p deal.Person) bool { return p.Team == t.ID })
		if !slices.ContainsFunc(lines, func(l view.QuotaLine) bool { return l.Owed+l.Leads+l.Leave > 0 }) {
			continue
		}
		at := q.now()
		issue := view.Bulletin{ID: bulletinID(t.ID, day, 1), Team: t.ID, Day: day, Issue: 1, Lines: lines, PublishedBy: deal.System, PublishedAt: at.UTC().Truncate(time.Microsecond)}
		published, err := q.store.PublishBulletin(ctx, issue, q.readers(b.org, t, issue))
		if err != nil {
			return nil, err //nolint:wrapcheck // says what it was doing
		}
		if published {
			done["bulletins"]++
		}
	}
	return done, nil
}

// readers are the members of a team and its lead: an issue concerns them.
func (q *Quota) readers(org deal.Org, t deal.Team, issue view.Bulletin) []deal.PersonNotice {
	var notices []deal.PersonNotice
	for _, p := range org.People {
		if p.Active && (p.Team == t.ID || p.ID == t.Lead) {
			notices = append(notices, deal.NewPersonNotice(deal.BulletinNotice, p.ID, "bulletin/"+issue.ID, issue.PublishedAt, t.Name, issue.Day))
		}
	}
	return notices
}

func bulletinID(team deal.TeamID, day string, issue int) string {
	return deal.PersonWorkID("bulletin/"+string(team), day, deal.PersonID(strconv.Itoa(issue)))
}

// Correct publishes a bulletin anew, as the day looks now, with the reason why. It names the issue that it replaces; when that
// is not the newest one, published is false.
func (q *Quota) Correct(ctx context.Context, old view.Bulletin, by deal.PersonID, reason string) (view.Bulletin, bool, error) {
	from, err := back(old.Day, lookback)
	if err != nil {
		return view.Bulletin{}, false, err
	}
	b, err := q.days(ctx, from, old.Day)
	if err != nil {
		return view.Bulletin{}, false, err
	}
	team, _ := b.org.Team(old.Team)
	issue := view.Bulletin{
		ID: bulletinID(old.Team, old.Day, old.Issue+1), Team: old.Team, Day: old.Day, Issue: old.Issue + 1, Replaces: old.ID, Reason: reason,
		Lines: q.lines(b, old.Day, func(p deal.Person) bool { return p.Team == old.Team }), PublishedBy: by, PublishedAt: q.now().UTC().Truncate(time.Microsecond),
	}
	published, err := q.store.PublishBulletin(ctx, issue, q.readers(b.org, team, issue))
	return issue, published, err //nolint:wrapcheck // says what it was doing
}

// Board is everybody of some teams over a month ("2026-05"), up to the last day that is over.
func (q *Quota) Board(ctx context.Context, month string, wanted func(deal.Person) bool) ([]view.QuotaLine, error) {
	first := month + "-01"
	next, err := move(time.DateOnly, first, 1, 0)
	if err != nil {
		return nil, err
	}
	last, err := back(next, 1)
	if err != nil {
		return nil, err
	}
	today := q.calendars.Working("").Date(q.now())
	if yesterday, err := back(today, 1); err == nil && yesterday < last {
		last = yesterday
	}
	if last < first {
		return nil, nil
	}
	from, err := back(first, lookback)
	if err != nil {
		return nil, err
	}
	b, err := q.days(ctx, from, last)
	if err != nil {
		return nil, err
	}
	return q.lines(b, first, wanted), nil
}
