package dossier

import (
	"fmt"
	"time"

	"closedloop/deal"
)

// Reminder speaks up before an agreement ends.
type Reminder struct {
	Days int       // before the end, in calendar days
	On   Day       // the day that is
	At   time.Time // the opening hour of that day, or of the next working day
}

// Reminders are when to speak up about the end of an agreement, the earliest first; none without an end. The end itself
// is in calendar time (domain.md §8), people are spoken to while they work.
func (r Rules) Reminders(a Agreement, w deal.Working) ([]Reminder, error) {
	var out []Reminder
	if !a.EndsOn.Valid() {
		return nil, nil
	}
	for _, days := range r.AgreementDays {
		on := a.EndsOn.Add(-days)
		at, err := w.Opening(string(on))
		if err != nil {
			return nil, fmt.Errorf("reminder %d days before an agreement ends: %w", days, err)
		}
		out = append(out, Reminder{Days: days, On: on, At: at})
	}
	return out, nil
}

// Nudge is the last reminder that is due on a day, as long as the agreement runs; the second value is false before the
// first one and after the end.
func (r Rules) Nudge(a Agreement, today Day) (days int, due bool) {
	if !a.EndsOn.Valid() || today > a.EndsOn {
		return 0, false
	}
	for _, n := range r.AgreementDays {
		if a.EndsOn.Add(-n) <= today && (!due || n < days) {
			days, due = n, true
		}
	}
	return days, due
}
