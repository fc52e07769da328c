package deal

import (
	"fmt"
	"slices"
	"time"
)

// Tasks that belong to no account have a ladder as well, so that nothing of them depends on somebody remembering. It is the
// same for all of them and is climbed at openings of the office, when the house looks (docs/decisions/0028-what-comes-up.md):
// on the day on which the task is due, at the first opening after that, and a working day later.

// The kinds of notices of that ladder; what they say beside is [PersonTask.NoticeArgs].
const (
	TaskRemindNotice   NoticeKind = "task_remind"
	TaskUrgeNotice     NoticeKind = "task_urge"
	TaskSuperiorNotice NoticeKind = "task_superior" // to who stands above
)

// PersonRung is one rung of a task that belongs to no account.
type PersonRung struct {
	Name RungName
	At   time.Time // an opening of the office; it is climbed with the house's next look
}

// climbs tells whether tasks of the kind have a ladder of their own. The signing of a review has not: the review has one.
func (k TaskKind) climbs() bool { return k != ReviewSignTask }

// Rungs is what of a task's ladder is still to be climbed, in order of time; of one without a date it is empty. What lies before
// the task was opened is none of it.
func (t PersonTask) Rungs(w Working) ([]PersonRung, error) {
	if t.Due.IsZero() || !t.Kind.climbs() {
		return nil, nil
	}
	remind, err := w.Opening(w.Date(t.Due))
	if err != nil {
		return nil, fmt.Errorf("find the opening of the day on which a task is due: %w", err)
	}
	urge, err := OpeningAfter(w, t.Due)
	if err != nil {
		return nil, err
	}
	superior, err := OpeningAfter(w, w.Add(urge, w.Day()).Add(-time.Nanosecond))
	if err != nil {
		return nil, err
	}
	rungs := []PersonRung{{Remind, instant(remind)}, {Urge, instant(urge)}, {Superior, instant(superior)}}
	return slices.DeleteFunc(rungs, func(r PersonRung) bool {
		return !r.At.After(t.OpenedAt) || r.Name == Remind && r.At.After(t.Due) || slices.Contains(t.Reached, r.Name)
	}), nil
}

// OpeningAfter is the first opening of the office after an instant.
func OpeningAfter(w Working, at time.Time) (time.Time, error) {
	date := w.Date(at)
	opening, err := w.Opening(date)
	if err == nil && !opening.After(at) {
		var day time.Time
		if day, err = time.Parse(time.DateOnly, date); err == nil {
			opening, err = w.Opening(day.AddDate(0, 0, 1).Format(time.DateOnly))
		}
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("find the next opening: %w", err)
	}
	return opening, nil
}

// Hears is who hears of a rung at an instant: who has the task, or stands in for them; on the last one who stands above, and
// sales_ops where the line ends.
func (t PersonTask) Hears(org Org, rung RungName, at time.Time) []PersonID {
	people := org.inPlaceOf(t.Assignee)
	if rung == Superior {
		people = org.inPlaceOf(org.Superior(t.Assignee))
	}
	return represented(org, people, at, nil)
}

// RungNotices are what a rung says at an instant.
func (t PersonTask) RungNotices(org Org, rung RungName, at time.Time) []PersonNotice {
	var all []PersonNotice
	for _, to := range t.Hears(org, rung, at) {
		n := NewPersonNotice(PersonRungNotice(rung), to, "task/"+t.ID, at, t.NoticeArgs(org)...)
		n.Due = t.Due
		all = append(all, n)
	}
	return all
}

// PersonRungNotice is the kind of notice that a rung of a task sends.
func PersonRungNotice(rung RungName) NoticeKind {
	switch rung {
	case Superior:
		return TaskSuperiorNotice
	case Urge:
		return TaskUrgeNotice
	case Remind, Reassign, Due, Ask, Resume, Recheck:
	}
	return TaskRemindNotice
}

// NoticeArgs are what a rung's sentence says beside: whose task it is, of what kind, and what belongs to its own sentence.
func (t PersonTask) NoticeArgs(org Org) []string {
	name := string(t.Assignee)
	if p, ok := org.Person(t.Assignee); ok {
		name = p.Name
	}
	return append([]string{name, string(t.Kind)}, t.Args...)
}

// Quotes tells whether the sentence of a kind of notice quotes that of a task ([PersonTask.NoticeArgs]).
func (k NoticeKind) Quotes() bool {
	return k == TaskRemindNotice || k == TaskUrgeNotice || k == TaskSuperiorNotice
}
