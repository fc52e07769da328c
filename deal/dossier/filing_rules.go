package dossier

import "closedloop/deal"

// File makes a filing that protects its project from a day on.
func (r Rules) File(number, project, scope string, owner deal.PersonID, on Day) Filing {
	return Filing{
		Number: number, Project: project, Scope: scope, Owner: owner, FiledOn: on, ValidUntil: on.Add(r.FilingDays), Renewals: []Renewal{},
	}
}

// Renew prolongs a live filing by progress; what has run out or was released has to be filed anew.
func (r Rules) Renew(f Filing, progress string, on Day) (Filing, deal.Refusals) {
	var c check
	c.reason("/progress", progress)
	c.invalid(!f.Live(on), "/valid_until", "已过，备案失效", " has passed, or the filing was released", "重新提交备案", "File the project anew")
	if len(c.no) > 0 {
		return f, c.no
	}
	f.ValidUntil = max(f.ValidUntil, on.Add(r.FilingDays))
	f.Renewals = append(append([]Renewal{}, f.Renewals...), Renewal{On: on, Progress: progress, Until: f.ValidUntil})
	return f, nil
}
