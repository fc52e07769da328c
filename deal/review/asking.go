package review

import (
	"cmp"
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
	for _, person := range slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(chairs), managers(org, team)...)))) {
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

// Reminders are what is said about a review that is still open at an instant: to the chair when it is due soon, to the chair
// and whoever stands above once it is late. Who was told before is not told again: notices of one kind about one matter are
// the same.
func Reminders(org deal.Org, r Review, remindAt, now time.Time) []deal.PersonNotice {
	if r.Status != Open || now.Before(remindAt) {
		return nil
	}
	team, _ := org.Team(r.Team)
	kind, people := deal.ReviewRemindNotice, Chairs(org, r.Team)
	if r.Late(now) {
		kind = deal.ReviewOverdueNotice
		for _, chair := range slices.Clone(people) {
			if up := org.Superior(chair); up != "" {
				people = append(people, up)
			} else {
				people = append(people, org.Holders(deal.SalesOps)...)
			}
		}
	}
	slices.SortFunc(people, func(a, b deal.PersonID) int { return cmp.Compare(a, b) })
	var all []deal.PersonNotice
	for _, person := range slices.Compact(people) {
		n := deal.NewPersonNotice(kind, person, Ref(r.ID), now, team.Name, string(r.Month))
		n.Due = r.DueAt
		all = append(all, n)
	}
	return all
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
