package deal

import (
	"slices"
	"time"
)

// LineEnds are the places of an organisation above which nobody stands: what calls somebody there goes to all of sales_ops.
type LineEnds struct {
	People []PersonID
	Teams  []TeamID
	Nobody bool // accounts that belong to no owner and no team
}

// LineEnds are those for somebody who acts for all of these people; none where nobody of them is of sales_ops.
func (o Org) LineEnds(actsFor []PersonID) LineEnds {
	var ends LineEnds
	for _, id := range actsFor {
		p, _ := o.Person(id)
		ends.Nobody = ends.Nobody || p.Role == SalesOps
	}
	if !ends.Nobody {
		return ends
	}
	for _, p := range o.People {
		if o.reachable(o.Superior(p.ID)) == "" {
			ends.People = append(ends.People, p.ID)
		}
	}
	for _, t := range o.Teams {
		if t.Lead == "" || slices.Contains(ends.People, t.Lead) {
			ends.Teams = append(ends.Teams, t.ID)
		}
	}
	return ends
}

// ReassignAt is when the account first asks sales_ops for somebody else by itself; zero: never.
func (s State) ReassignAt() time.Time {
	var at time.Time
	for _, c := range s.Clocks {
		for _, r := range c.Rungs {
			if r.Name == Reassign && !r.At.IsZero() && (at.IsZero() || r.At.Before(at)) {
				at = r.At
			}
		}
	}
	return at
}
