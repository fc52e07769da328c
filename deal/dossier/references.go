package dossier

import (
	"strconv"

	"closedloop/deal"
)

// Target says what a reference leads to.
type Target string

// Contacts of the account, people of ours, rivals and documents on the account's file.
const (
	ToContact  Target = "contact"
	ToPerson   Target = "person"
	ToRival    Target = "rival"
	ToDocument Target = "document"
)

// Reference is an ID in a record, for whoever can look it up.
type Reference struct {
	To    Target
	ID    string
	Field string // JSON pointer
}

// References are the IDs that a record holds; empty ones are left out.
func References(r Record) []Reference {
	var out references
	switch v := r.(type) {
	case Stakeholder:
		out.add(ToContact, v.Contact, "/contact")
	case Relation:
		out.add(ToContact, v.From, "/from")
		out.add(ToContact, v.To, "/to")
	case Trust:
		out.add(ToContact, v.Contact, "/contact")
	case Need:
		out.add(ToContact, v.Contact, "/contact")
	case Rival:
		for i, id := range v.Backers {
			out.add(ToContact, id, "/backers/"+strconv.Itoa(i))
		}
	case Competition:
		for i, id := range v.Rivals {
			out.add(ToRival, id, "/rivals/"+strconv.Itoa(i))
		}
	case Factors:
		for i, row := range v.Ranking {
			out.add(ToContact, row.Contact, cell("/ranking", i, "contact"))
		}
	case Negotiation:
		for i, row := range v.Concessions {
			out.add(ToContact, row.Contact, cell("/concessions", i, "contact"))
		}
		if v.Commitment != nil {
			out.add(ToContact, v.Commitment.Contact, "/commitment/contact")
			out.add(ToDocument, v.Commitment.Document, "/commitment/document")
		}
	case Simulation:
		for i, row := range v.Votes {
			out.add(ToContact, row.Contact, cell("/votes", i, "contact"))
		}
	case Proposal:
		for i, m := range v.Milestones {
			out.add(ToPerson, string(m.Owner), cell("/milestones", i, "owner"))
		}
		for i, id := range v.Owners {
			out.add(ToPerson, string(id), "/owners/"+strconv.Itoa(i))
		}
	case Agreement:
		if v.Evidence != nil {
			out.add(ToDocument, v.Evidence.Document, "/evidence/document")
		}
	case ServicePlan:
		out.add(ToContact, v.Contact, "/contact")
		out.add(ToPerson, string(v.Owner), "/owner")
	case Survey:
		out.add(ToContact, v.Contact, "/contact")
		for i, a := range v.Actions {
			out.add(ToPerson, string(a.Owner), cell("/actions", i, "owner"))
		}
	case ValueScore:
		out.add(ToPerson, string(v.Evaluator), "/evaluator")
	case Filing:
		out.add(ToPerson, string(v.Owner), "/owner")
	case SupportRequest:
		out.add(ToPerson, string(v.Addressee), "/addressee")
		if v.Answer != nil {
			out.add(ToPerson, string(v.Answer.By), "/answer/answered_by")
		}
	case ExecutiveVisit:
		v.references(&out)
	case Gift:
		out.add(ToContact, v.Contact, "/contact")
	}
	return out
}

// Refusal says that what the reference leads to does not exist.
func (r Reference) Refusal() deal.Refusal {
	switch r.To {
	case ToContact:
		return deal.Refusal{Code: deal.CodeUnknownContact, Field: r.Field}
	case ToPerson:
		return deal.Refusal{Code: deal.CodeUnknownPerson, Field: r.Field}
	case ToRival, ToDocument:
	}
	var c check
	c.invalid(true, r.Field, "不在本客户的档案中", " is not on this account's file", "先登记，再引用", "File it first")
	return c.no[0]
}

type references []Reference

func (r *references) add(to Target, id, field string) {
	if id != "" {
		*r = append(*r, Reference{To: to, ID: id, Field: field})
	}
}
