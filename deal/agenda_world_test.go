package deal_test

import (
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// keepAgenda lets every command look at what the records of the world ask for, as Perform does for those that move it.
func (w *world) keepAgenda() *world {
	w.facts.Agenda = func(s deal.State, at time.Time) []deal.Appointment {
		rules := dossier.DefaultRules()
		rules.Duties = w.duties
		return dossier.Agenda(dossier.Dates{State: s, At: at, File: w.file, Rules: rules, Working: w.facts.Working})
	}
	return w
}

// bound is the world under a playbook that asks for everything beside the ring.
func (w *world) bound() *world {
	ladder := []deal.LadderRung{
		{Name: deal.Remind, Percent: 50}, {Name: deal.Urge, Percent: 100}, {Name: deal.Superior, Percent: 150}, {Name: deal.Reassign, Percent: 200},
	}
	w.duties = dossier.Duties{
		Support: []dossier.CentreRules{
			{Centre: dossier.SalesCentre, Who: []deal.Audience{"role:sales_ops"}, Within: deal.WorkingDays(1), Ladder: ladder},
			{Centre: dossier.FinanceCentre, Who: []deal.Audience{"person:finance1"}, Within: deal.WorkingDays(2), Ladder: ladder},
		},
		Visits: dossier.VisitRules{Prepare: 3, Result: 1, Urge: 3, Superior: 7},
		Plan:   dossier.PlanRules{Every: calendarDays(7), Ladder: ladder[1:3]},
	}
	return w
}

// put files a record, in place of the one with its ID.
func (w *world) put(id string, r dossier.Record) *world {
	w.remove(id)
	cycle := 0
	if info, _ := dossier.KindOf(r.Kind()); info.PerCycle {
		cycle = w.state.Cycle
	}
	w.file = append(w.file, dossier.Filed{ID: id, Cycle: cycle, Version: 1, At: w.now, Record: r})
	return w
}

// remove takes a record off the file.
func (w *world) remove(id string) {
	w.file = slices.DeleteFunc(slices.Clone(w.file), func(f dossier.Filed) bool { return f.ID == id })
}

// replan is what follows the writing of a dated record.
func (w *world) replan(t tb) []deal.Event {
	t.Helper()
	return w.do(t, deal.System, deal.Recompute{})
}

// today is the office's day.
func (w *world) today() dossier.Day { return dossier.Day(w.facts.Working.Date(w.now)) }

// entered lists the agenda's clocks as "ID: rung instant, …".
func (w *world) entered() []string {
	list := []string{}
	for _, c := range w.state.Clocks {
		if c.Kind != deal.AgendaClock {
			continue
		}
		line := c.ID
		for i, r := range c.Rungs {
			line += map[bool]string{true: ": ", false: ", "}[i == 0] + string(r.Name) + " " + wall(r.At)
		}
		list = append(list, line)
	}
	slices.Sort(list)
	return list
}

// until is an agreement signed at the beginning of March.
func until(end dossier.Day) dossier.Agreement {
	return dossier.Agreement{Number: "X-1", SignedOn: "2026-03-01", StartsOn: "2026-03-01", EndsOn: end}
}

// every is a service that is due on a day and from then on every so many days.
func every(days int, first dossier.Day) dossier.ServicePlan {
	return dossier.ServicePlan{Role: deal.UserRole, Service: "collects at four", EveryDays: days, NextOn: first}
}
