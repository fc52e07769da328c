package dossier

import (
	"strconv"

	"closedloop/deal"
)

// services: every plan asks for its next occurrence. Occurrences are counted from the plan's first day, so that no delay
// ever shifts the following ones.
func (p *planner) services() {
	for _, e := range Entries[ServicePlan](p.File) {
		plan := e.Body
		if !plan.NextOn.Valid() || plan.EveryDays < 1 {
			continue
		}
		a := deal.Appointment{
			ID: "service/" + e.ID, Topic: deal.ServiceTopic, For: plan.Owner, Basis: string(plan.NextOn) + "/" + strconv.Itoa(plan.EveryDays),
		}
		day := p.occurrence(plan, a)
		a.Due, a.Rungs = p.due(day), p.rungs(on(deal.Remind, day))
		p.add(a, forever)
	}
}

// mostTogether is more than an office is ever closed, in days.
const mostTogether = 60

// occurrence is the first one after the last that was asked for. Where nobody was asked yet, or the account stood still,
// those that passed by are one: the latest. So are those that the office meets with the same opened door, as on the
// morning after a holiday.
func (p *planner) occurrence(plan ServicePlan, a deal.Appointment) Day {
	next, c, ok := plan.NextOn, deal.Clock{}, false
	if c, ok = p.clock(a.ID); ok && c.Basis == a.Basis {
		next = plan.after(Day(c.Passed))
		if c.Passed == "" && len(c.Rungs) > 0 {
			next = Day(c.Rungs[0].Day)
		}
	}
	if stood := !ok || c.Basis != a.Basis || c.From.IsZero(); stood && p.today >= next {
		next = plan.NextOn.Add(plan.NextOn.Until(p.today) / plan.EveryDays * plan.EveryDays)
	}
	at, _ := p.opening(next)
	for range mostTogether {
		further := plan.after(next)
		opens, there := p.opening(further)
		if !there || !opens.Equal(at) {
			break
		}
		next = further
	}
	return next
}

// after is the first occurrence after a day; an empty day is before all of them.
func (p ServicePlan) after(day Day) Day {
	if day < p.NextOn {
		return p.NextOn
	}
	return p.NextOn.Add((p.NextOn.Until(day)/p.EveryDays + 1) * p.EveryDays)
}
