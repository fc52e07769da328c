package dossier

import "closedloop/deal"

// maxRenewals is how many renewals a filing shows.
const maxRenewals = 50

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
	f.Renewals = f.Renewals[max(0, len(f.Renewals)-maxRenewals):]
	return f, nil
}

// Release ends the protection of a filing that is live on a day; any other one stays as it is.
func (f Filing) Release(cause ReleaseCause, on Day) Filing {
	if f.Live(on) {
		f.ReleasedOn, f.Cause = on, cause
	}
	return f
}

// Holder finds, among filings of the same customer, the one that protects a project on a day; the second value is false
// when nobody else holds it.
func Holder(claims []deal.Claim, project string, on Day) (deal.Claim, bool, error) {
	for _, c := range claims {
		record, err := Load(FilingKind, c.Filing.Body)
		if err != nil {
			return deal.Claim{}, false, err
		}
		if f, ok := record.(Filing); ok && f.Live(on) && ProjectKey(f.Project) == ProjectKey(project) {
			return c, true, nil
		}
	}
	return deal.Claim{}, false, nil
}
