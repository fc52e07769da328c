package dossier

import (
	"strconv"
	"time"

	"closedloop/deal"
)

// ExecutiveVisit is a visit of one of our executives to the customer (domain.md §2, step visit): it is approved, prepared,
// and what it brought is written down.
type ExecutiveVisit struct {
	Executive      deal.PersonID `json:"executive"`
	Contacts       []string      `json:"contacts"` // IDs of those to be seen
	Aim            string        `json:"aim"`
	VisitOn        Day           `json:"visit_on"`
	Preparation    string        `json:"preparation"`
	ExpectedResult string        `json:"expected_result"`
	AcceptedAt     Instant       `json:"accepted_at"` // when it was approved
	HeldOn         Day           `json:"held_on"`     // empty until it took place
	Result         string        `json:"result"`      // mandatory once it took place
}

// Kind implements [Record].
func (ExecutiveVisit) Kind() Kind { return ExecutiveVisitKind }

// Validate implements [Record].
func (v ExecutiveVisit) Validate(now time.Time) deal.Refusals {
	c := begin(v, now)
	c.id("/executive", string(v.Executive))
	if len(v.Contacts) == 0 {
		c.missing(deal.CodeInvalidValue, "/contacts")
	}
	c.ids("/contacts", v.Contacts)
	c.text("/aim", v.Aim)
	c.day("/visit_on", v.VisitOn)
	c.someInstant("/accepted_at", v.AcceptedAt)
	c.someDay("/held_on", v.HeldOn)
	c.notAhead("/held_on", v.HeldOn)
	if v.HeldOn != "" {
		c.reason("/result", v.Result)
		c.invalid(v.AcceptedAt == "", "/held_on", "只能在获批之后填写", " can be written once the visit is approved",
			"先提交 executive_visit 审批", "Request an approval of kind executive_visit first")
	}
	return c.done()
}

// protectVisit keeps whom and what was approved: another executive or another aim is another visit.
func protectVisit(c *check, was, v ExecutiveVisit) ExecutiveVisit {
	kept(c, "/accepted_at", &v.AcceptedAt, was.AcceptedAt, askVisit)
	if was.AcceptedAt != "" {
		c.byApproval(v.Executive != was.Executive, "/executive", askVisit)
		c.byApproval(v.Aim != was.Aim, "/aim", askVisit)
	}
	return v
}

func (v ExecutiveVisit) references(out *references) {
	out.add(ToPerson, string(v.Executive), "/executive")
	for i, id := range v.Contacts {
		out.add(ToContact, id, "/contacts/"+strconv.Itoa(i))
	}
}
