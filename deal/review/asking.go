package review

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"closedloop/deal"
)

// Order asks for the review of a team's month.
type Order struct {
	Team  deal.TeamID
	Month Month
	By    deal.PersonID
	At    time.Time // now
	Due   time.Time // to be signed by
}

// Ref names a review in tasks and notices.
func Ref(id string) string { return "review/" + id }

// ReasonRef names what one person has to explain of a review; empty: what belongs to nobody.
func ReasonRef(id string, owner deal.PersonID) string { return Ref(id) + "/" + string(owner) }

// ActionRef names an action at a version: with another owner or day it is another task.
func ActionRef(id string, version int64) string {
	return "review-action/" + id + "/" + strconv.FormatInt(version, 10)
}

// Opened are the tasks and notices of a review that was opened: the chair holds it, the team's manager hears of it, and
// everybody who missed deadlines says why. For who has left, or is nobody, the manager does, or the chair where there is none.
func Opened(org deal.Org, team deal.Team, r Review, breaches map[deal.PersonID]int) ([]deal.PersonTask, []deal.PersonNotice) {
	chairs := Chairs(org, r.Team)
	var tasks []deal.PersonTask
	var notices []deal.PersonNotice
	for _, chair := range chairs {
		task := deal.NewPersonTask(deal.ReviewSignTask, chair, Ref(r.ID), r.OpenedAt, team.Name, string(r.Month))
		task.Due = r.DueAt
		tasks = append(tasks, task)
	}
	for _, person := range OpeningHears(org, team) {
		notice := deal.NewPersonNotice(deal.ReviewOpenedNotice, person, Ref(r.ID), r.OpenedAt, team.Name, string(r.Month))
		notice.Due = r.DueAt
		notices = append(notices, notice)
	}
	for _, owner := range slices.Sorted(maps.Keys(breaches)) {
		asked := []deal.PersonID{owner}
		if p, ok := org.Person(owner); !ok || !p.Active {
			if asked = managers(org, team); len(asked) == 0 {
				asked = chairs
			}
		}
		for _, person := range asked {
			task := deal.NewPersonTask(deal.ReviewReasonTask, person, ReasonRef(r.ID, owner), r.OpenedAt, team.Name, string(r.Month), strconv.Itoa(breaches[owner]))
			task.Due = r.DueAt
			tasks = append(tasks, task)
		}
	}
	return tasks, notices
}

// managers are the lead of a team, if there is one who works here.
func managers(org deal.Org, team deal.Team) []deal.PersonID {
	if p, ok := org.Person(team.Lead); ok && p.Active {
		return []deal.PersonID{p.ID}
	}
	return nil
}

// Rung is one rung of a review's ladder: Remind, or Superior once it is late.
type Rung struct {
	Name deal.RungName
	At   time.Time // an opening of the office; it is climbed with the house's next look
}

// Rungs is what of an open review's ladder is still to be climbed, in order of time: at the first opening from remindAt on, and
// at the first one after it was due. Once it is late nobody is reminded that it soon will be.
func Rungs(r Review, remindAt, now time.Time, w deal.Working) ([]Rung, error) {
	if r.Status != Open {
		return nil, nil
	}
	remind, err := deal.OpeningAfter(w, remindAt.Add(-time.Nanosecond))
	if err != nil {
		return nil, fmt.Errorf("find out when a review is reminded of: %w", err)
	}
	late, err := deal.OpeningAfter(w, r.DueAt)
	if err != nil {
		return nil, fmt.Errorf("find out when a review is late: %w", err)
	}
	rungs := []Rung{{deal.Remind, remind}, {deal.Superior, late}}
	return slices.DeleteFunc(rungs, func(g Rung) bool {
		return slices.Contains(r.Reached, g.Name) || g.Name == deal.Remind && (r.Late(now) || !g.At.Before(late))
	}), nil
}

// RungNotice is the kind of notice that a rung of a review sends.
func RungNotice(rung deal.RungName) deal.NoticeKind {
	if rung == deal.Superior {
		return deal.ReviewOverdueNotice
	}
	return deal.ReviewRemindNotice
}

// Hears is who hears of a rung at an instant: the chair, once it is late whoever stands above as well, or sales_ops where the
// line ends; each of them, or who stands in.
func Hears(org deal.Org, r Review, rung deal.RungName, at time.Time) []deal.PersonID {
	people := Chairs(org, r.Team)
	if rung == deal.Superior {
		for _, chair := range slices.Clone(people) {
			if up := org.Superior(chair); up != "" {
				people = append(people, up)
			} else {
				people = append(people, org.Holders(deal.SalesOps)...)
			}
		}
	}
	var there []deal.PersonID
	for _, p := range people {
		there = append(there, org.StandIn(p, at))
	}
	slices.Sort(there)
	return slices.Compact(there)
}

// Args are what the sentences about a review say beside: of which team, for which month.
func Args(org deal.Org, r Review) []string {
	team, _ := org.Team(r.Team)
	return []string{team.Name, string(r.Month)}
}

// RungNotices are what a rung says at an instant.
func RungNotices(org deal.Org, r Review, rung deal.RungName, at time.Time) []deal.PersonNotice {
	var all []deal.PersonNotice
	for _, person := range Hears(org, r, rung, at) {
		n := deal.NewPersonNotice(RungNotice(rung), person, Ref(r.ID), at, Args(org, r)...)
		n.Due = r.DueAt
		all = append(all, n)
	}
	return all
}

// OpeningHears is who hears that the review of a team was opened: its chair and the team's manager.
func OpeningHears(org deal.Org, team deal.Team) []deal.PersonID {
	return slices.Compact(slices.Sorted(slices.Values(append(Chairs(org, team.ID), managers(org, team)...))))
}

// Told is who hears that a review was signed: the team's manager.
func Told(org deal.Org, r Review) []deal.PersonNotice {
	team, _ := org.Team(r.Team)
	var all []deal.PersonNotice
	for _, person := range managers(org, team) {
		all = append(all, deal.NewPersonNotice(deal.ReviewSignedNotice, person, Ref(r.ID), r.SignedAt, team.Name, string(r.Month)))
	}
	return all
}
