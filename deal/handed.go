package deal

import (
	"slices"
	"strings"
	"time"
)

// Handing is a task that will change hands by itself: to who stands in from an instant on, or back.
type Handing struct {
	At   time.Time
	Kind NoticeKind // [TakenOverNotice] or [GivenBackNotice]
	To   PersonID   // who gets it, and hears of it
	For  PersonID   // whose task it is
	Task Task       // as it is now
}

// HandingList is what of the open tasks will change hands after an instant, as delegations and leave stand now, in order of
// time. What should be in other hands already is none of it: the house is about to see to that.
func HandingList(s State, org Org, from time.Time) []Handing {
	var list []Handing
	moments := org.turns(from)
	if len(moments) == 0 {
		return nil
	}
	for _, t := range s.Tasks {
		if t.Status != TaskOpen {
			continue
		}
		before := s.standsIn(org, t, from)
		for _, at := range moments {
			by := s.standsIn(org, t, at)
			if by == before {
				continue
			}
			handing := Handing{At: at, Kind: TakenOverNotice, To: by, For: t.Assignee, Task: t}
			if by == "" {
				handing.Kind, handing.To = GivenBackNotice, t.Assignee
			}
			list, before = append(list, handing), by
		}
	}
	slices.SortStableFunc(list, func(a, b Handing) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Task.ID, b.Task.ID)
	})
	return list
}

// turns are the instants after one at which somebody begins or ends to be away or to stand in, in order.
func (o Org) turns(after time.Time) []time.Time {
	var all []time.Time
	add := func(at time.Time) {
		if at.After(after) {
			all = append(all, at)
		}
	}
	for _, d := range o.Delegations {
		add(d.Since)
		add(d.Until)
	}
	for _, l := range o.Leaves {
		add(l.Since)
		add(l.Until)
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}
