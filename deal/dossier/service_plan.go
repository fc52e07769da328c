package dossier

import (
	"time"

	"closedloop/deal"
)

// ServicePlan is one recurring service for one buying role; each becomes a recurring task.
type ServicePlan struct {
	Role      deal.BuyingRole `json:"role"`
	Contact   string          `json:"contact"` // ID of the contact; empty for everybody in the role
	Service   string          `json:"service"`
	EveryDays int             `json:"every_days"` // calendar days between two times
	NextOn    Day             `json:"next_on"`
	LastOn    Day             `json:"last_on"` // empty until it was done once
	Owner     deal.PersonID   `json:"owner"`   // who does it; empty for the account's owner
}

// longestInterval between two services is a year.
const longestInterval = 366

// Done is the plan after the service was done on a day: the next time is counted from there.
func (p ServicePlan) Done(on Day) ServicePlan {
	p.LastOn, p.NextOn = on, on.Add(p.EveryDays)
	return p
}

// Due tells whether the service is due on a day.
func (p ServicePlan) Due(on Day) bool { return p.NextOn != "" && p.NextOn <= on }

// Served tells whether a service is planned for a role.
func Served(plans []ServicePlan, role deal.BuyingRole) bool {
	for _, p := range plans {
		if p.Role == role {
			return true
		}
	}
	return false
}

// Kind implements [Record].
func (ServicePlan) Kind() Kind { return ServicePlanKind }

// Validate implements [Record].
func (p ServicePlan) Validate(now time.Time) deal.Refusals {
	c := begin(p, now)
	chosen(c, "/role", p.Role, buyingRoles())
	c.someID("/contact", p.Contact)
	c.text("/service", p.Service)
	c.between("/every_days", p.EveryDays, 1, longestInterval)
	c.day("/next_on", p.NextOn)
	c.someDay("/last_on", p.LastOn)
	c.notAhead("/last_on", p.LastOn)
	c.someID("/owner", string(p.Owner))
	return c.done()
}
