package deal

import (
	"slices"
	"strconv"
)

// QuotaManagers are the people who state why somebody brings too few leads: the manager, once that one has left the next
// superior, and sales_ops where the line ends (domain.md §3).
func (o Org) QuotaManagers(person PersonID) []PersonID {
	return o.inPlaceOf(o.Superior(person), person)
}

// StationHeads are the people who confirm or waive the deduction: whoever stands above the manager that was asked for the
// reason, and sales_ops where the line ends. Nobody decides about themselves or about their own reason
// (docs/decisions/0017-lead-quota.md).
func (o Org) StationHeads(manager PersonID, excluded ...PersonID) []PersonID {
	return o.inPlaceOf(o.Superior(manager), append(slices.Clone(excluded), manager)...)
}

// QuotaArgs are what the sentences about a streak say beside: of whom, how many days, until when.
func QuotaArgs(o Org, person PersonID, days int, last string) []string {
	name := string(person)
	if p, ok := o.Person(person); ok {
		name = p.Name
	}
	return []string{name, strconv.Itoa(days), last}
}
