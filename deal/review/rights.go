package review

import (
	"slices"

	"closedloop/deal"
	"closedloop/deal/view"
)

// Chairs are who chairs the reviews of a team: the lead of the area above it; of the next area where there is none, or that
// lead has left, or leads the team as well; sales operations where the line ends (any of them).
func Chairs(org deal.Org, team deal.TeamID) []deal.PersonID {
	t, _ := org.Team(team)
	own := t.Lead
	for range org.Teams {
		var known bool
		if t, known = org.Team(t.Parent); !known {
			break
		}
		if lead, ok := org.Person(t.Lead); ok && lead.Active && lead.ID != own {
			return []deal.PersonID{lead.ID}
		}
	}
	return org.Holders(deal.SalesOps)
}

// Teams are those that are reviewed: every team that is not an area around others.
func Teams(org deal.Org) []deal.Team {
	return slices.DeleteFunc(slices.Clone(org.Teams), func(t deal.Team) bool {
		return slices.ContainsFunc(org.Teams, func(o deal.Team) bool { return o.Parent == t.ID })
	})
}

// Right is what somebody may do with the reviews of a team.
type Right struct {
	Chair deal.PersonID // whose chair the viewer sits in, as that person or in for them; empty: nobody's
	Line  bool          // leads the team, or stands above it, or in for somebody there
	Staff bool          // sales operations
	All   bool          // reads everything
}

// RightOf works out what a viewer may do with the reviews of a team.
func RightOf(org deal.Org, v view.Viewer, team deal.TeamID) Right {
	r := Right{Line: slices.Contains(v.Teams, team), Staff: v.Person.Role == deal.SalesOps, All: v.All}
	for _, chair := range Chairs(org, team) {
		if slices.Contains(v.Owners, chair) && (r.Chair == "" || chair == v.Person.ID) {
			r.Chair = chair
		}
	}
	return r
}

// Reads tells whether the viewer reads the whole review. Others read what is theirs in it: breaches and actions.
func (r Right) Reads() bool { return r.All || r.Line || r.Chair != "" }

// Opens tells whether the viewer may open a review by hand: the chair, and sales operations.
func (r Right) Opens() bool { return r.Chair != "" || r.Staff }

// Decides tells whether the viewer may write decisions down: the chair, and sales operations who keep the minutes.
func (r Right) Decides() bool { return r.Chair != "" || r.Staff }

// Charges tells whether the viewer may give actions and change them: the chair, the line, and sales operations.
func (r Right) Charges() bool { return r.Chair != "" || r.Line || r.Staff }

// Explains tells whether the viewer may state the reason of a breach: whoever missed the deadline, and the line above. That of
// the quota is stated by the line alone, and never by the person whom it is about.
func (r Right) Explains(v view.Viewer, b Breach) bool {
	if b.Kind == QuotaBreached {
		return (r.Line || r.Chair != "") && v.Person.ID != b.Owner
	}
	return r.Line || slices.Contains(v.Owners, b.Owner)
}

// Finishes tells whether the viewer may say that an action is done: its owner, and who may give actions.
func (r Right) Finishes(v view.Viewer, owner deal.PersonID) bool {
	return r.Charges() || slices.Contains(v.Owners, owner)
}

// Signs tells whether the viewer may sign: the chair alone, or who stands in.
func (r Right) Signs() bool { return r.Chair != "" }
