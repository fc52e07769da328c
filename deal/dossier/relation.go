package dossier

import (
	"time"

	"closedloop/deal"
)

// Relation ties two contacts of the customer (domain.md §6).
type Relation struct {
	From     string       `json:"from"` // ID of the contact who reports, trusts or opposes
	To       string       `json:"to"`   // ID of the contact who is reported to, trusted or opposed
	Type     RelationType `json:"type"`
	Evidence string       `json:"evidence"`
}

// RelationType says how one contact stands to another.
type RelationType string

// The types of relation.
const (
	ReportsTo RelationType = "reports_to"
	Trusts    RelationType = "trusts"
	Opposes   RelationType = "opposes"
)

func relationTypes() set[RelationType] {
	return set[RelationType]{opt(ReportsTo, "汇报给", "Reports to"), opt(Trusts, "信任", "Trusts"), opt(Opposes, "反对", "Opposes")}
}

// AllRelationTypes returns every type.
func AllRelationTypes() []RelationType { return relationTypes().all() }

// ParseRelationType reads a type's identifier.
func ParseRelationType(s string) (RelationType, error) { return relationTypes().parse("relation", s) }

// Label is what people call it; empty for something that is no type.
func (t RelationType) Label() deal.Text { return relationTypes().label(t) }

// Kind implements [Record].
func (Relation) Kind() Kind { return RelationKind }

// Key implements [Keyed]: one of each type between two contacts, in each direction.
func (r Relation) Key() string { return r.From + " " + string(r.Type) + " " + r.To }

// Validate implements [Record].
func (r Relation) Validate(now time.Time) deal.Refusals {
	c := begin(r, now)
	c.id("/from", r.From)
	c.id("/to", r.To)
	c.invalid(r.From != "" && r.From == r.To, "/to", "就是本人", " is the same person", "选择另一位联系人", "Choose another contact")
	chosen(c, "/type", r.Type, relationTypes())
	return c.done()
}
