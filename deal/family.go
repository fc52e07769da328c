package deal

import (
	"slices"
	"time"
)

// Families: an account may have child accounts, the subsidiaries of a group or parallel projects of one customer
// (domain.md §2). Each walks its own ring in its own workflow; a child reads its ancestors' contacts, credit and
// portrait.

// Relation says how an account belongs to its parent.
type Relation string

// The ways to belong to a parent.
const (
	Subsidiary      Relation = "subsidiary"
	ParallelProject Relation = "parallel_project"
)

// Relations returns every relation.
func Relations() []Relation { return []Relation{Subsidiary, ParallelProject} }

// MaxGenerations is how deep a family may be: holding, group, subsidiary, plant, project. Deeper ones are org charts.
const MaxGenerations = 5

// SharedKinds are the kinds of documents that an account shows to those below it: who the people are, how far they trust
// us, the portrait and the credit. Package dossier knows what is in them.
func SharedKinds() []string {
	return []string{"stakeholder", "relation", "trust", "classification", "credit"}
}

// SetParent puts the account under another one, or takes it out of its family.
type SetParent struct {
	Parent   AccountID `json:"parent,omitempty"` // empty: leave the family
	Relation Relation  `json:"relation,omitempty"`
	Reason   *TextRef  `json:"reason"`
}

func (SetParent) name() CommandName   { return SetParentName }
func (b SetParent) texts() []*TextRef { return []*TextRef{b.Reason} }

// ParentSet: the account has another parent, or none.
type ParentSet struct {
	Parent           AccountID `json:"parent,omitempty"`
	Relation         Relation  `json:"relation,omitempty"`
	Previous         AccountID `json:"previous,omitempty"`
	PreviousRelation Relation  `json:"previous_relation,omitempty"`
	Reason           *TextRef  `json:"reason,omitempty"`
}

func (ParentSet) kind() EventKind { return ParentSetKind }

func (b ParentSet) fold(s *State, _ Event) { s.Parent, s.Relation = b.Parent, b.Relation }

// Lineage is where an account stands in its family, for commands that move it. Whoever reads it holds everything above
// still, so that two commands cannot make a circle together.
type Lineage struct {
	Above []State // of the account that is joined, nearest first; merged ones on the way are among them
	Below int     // generations under the command's account
}

// generation is how deep the account stands whose ancestors these are: 1 at the top.
func (l Lineage) generation() int {
	depth := 1
	for _, s := range l.Above {
		if s.Merged == "" { // a merged account only points on
			depth++
		}
	}
	return depth
}

// Upward is where to look for what is above the account: its parent, or the account that it was merged into.
func (s State) Upward() AccountID {
	if s.Merged != "" {
		return s.Merged
	}
	return s.Parent
}

// governs is the right to arrange families: the line above the account, or sales_ops.
func (o Org) governs(s State, actor PersonID, at time.Time) bool {
	return o.above(s.Team, actor, at) ||
		slices.ContainsFunc(o.Holders(SalesOps), func(p PersonID) bool { return o.ActsFor(actor, p, at) })
}

const familyRef = "family"

// setParent moves the account into a family, within it, or out of it.
func (d *draft) setParent(b SetParent) {
	d.no.If(d.s.Status == Closed, CodeAlreadyClosed)
	d.no.If(!d.f.Org.governs(d.s, d.cmd.Actor, d.at), CodeNotYourRole)
	d.needReason(b.Reason, "/reason")
	d.no.Field(b.Parent == d.s.Parent && b.Relation == d.s.Relation, CodeSameParent, "/parent")
	if b.Parent == "" {
		d.no.Field(b.Relation != "", CodeInvalidValue, "/relation", string(OnlyWithParent))
	} else {
		d.no.Field(!slices.Contains(Relations(), b.Relation), CodeInvalidValue, "/relation", string(Subsidiary), string(ParallelProject))
		d.join(b.Parent)
	}
	if len(d.no) > 0 {
		return
	}
	people := []PersonID{d.s.Owner}
	if b.Parent != "" {
		people = append(people, d.f.Target.Owner)
	}
	d.emit(ParentSet{
		Parent: b.Parent, Relation: b.Relation, Previous: d.s.Parent, PreviousRelation: d.s.Relation, Reason: b.Reason,
	}, nil, d.tell(FamilyNotice, familyRef, zeroTime, people...))
}

// join refuses a parent that cannot be one. Whoever does not lead it hears that it is not there, so that nobody finds
// out about accounts of others.
func (d *draft) join(parent AccountID) {
	target := d.f.Target
	switch {
	case parent == d.s.Account:
		d.no.Field(true, CodeFamilyCycle, "/parent")
	case !target.Exists() || !d.f.Org.governs(target, d.cmd.Actor, d.at):
		d.no.Field(true, CodeUnknownAccount, "/parent")
	case target.Status == Closed:
		d.no.Field(true, CodeTargetClosed, "/parent")
	default:
		d.fits("/parent", 1)
	}
}

// fits refuses to make a circle, or a family that is too deep: the account, or what is below it, comes so many
// generations under the target.
func (d *draft) fits(field string, under int) {
	circle := slices.ContainsFunc(d.f.Lineage.Above, func(s State) bool { return s.Account == d.s.Account })
	d.no.Field(circle, CodeFamilyCycle, field)
	d.no.Field(!circle && d.f.Lineage.generation()+under+d.f.Lineage.Below > MaxGenerations, CodeFamilyTooDeep, field, number(MaxGenerations))
}
