package dossier

import (
	"slices"

	"closedloop/deal"
)

// Protect holds back what only approvals and events may write: the credit colour in force and the dates of a change,
// everything that registers a filing, and the hit of a veto. Such a field may be left out or sent as it is on file, and
// keeps its value; anything else is refused. Before is nil for a record that is not on file yet. Dates of a change that
// somebody asks for are filled in.
func (r Rules) Protect(before, after Record, today Day) (Record, deal.Refusals) {
	var c check
	switch v := after.(type) {
	case Credit:
		was, _ := before.(Credit)
		after = r.protectCredit(&c, was, v, today)
	case Filing:
		was, _ := before.(Filing)
		after = protectFiling(&c, was, v)
	case Veto:
		if was, ok := before.(Veto); ok && was.Hit {
			c.byApproval(!v.Hit, "/hit", liftVeto)
			c.byApproval(v.Item != was.Item, "/item", liftVeto)
		}
	case SupportRequest:
		was, _ := before.(SupportRequest)
		after = protectSupport(&c, was, v)
	case ExecutiveVisit:
		was, _ := before.(ExecutiveVisit)
		after = protectVisit(&c, was, v)
	case Gift:
		was, _ := before.(Gift)
		after = protectGift(&c, was, v)
	}
	return after, c.done()
}

// Removable says what stands against taking a record off the file.
func Removable(before Record) deal.Refusals {
	var c check
	switch v := before.(type) {
	case Filing:
		c.byApproval(!v.Draft(), "", fileAnew)
	case Veto:
		c.byApproval(v.Hit, "", liftVeto)
	case SupportRequest:
		c.byApproval(v.AcceptedAt != "", "", askSupport)
	case Gift:
		c.byApproval(v.AcceptedAt != "" || v.GivenOn != "", "", giftStays)
	}
	return c.done()
}

// How to get what a protected field says.
var (
	askCredit = deal.Text{
		ZH: "在变更（change）中填写所需等级和理由，再提交 credit_change 审批", EN: "Write the colour and the reason in change, then request an approval of kind credit_change",
	}
	askFiling  = deal.Text{ZH: "去掉该字段，提交 filing 审批", EN: "Leave it out, and request an approval of kind filing"}
	fileAnew   = deal.Text{ZH: "新建一条备案并提交 filing 审批", EN: "Put another filing on file, and request an approval of kind filing"}
	liftVeto   = deal.Text{ZH: "提交 veto_lift 审批以解除该否决项", EN: "Request an approval of kind veto_lift to lift the veto"}
	askSupport = deal.Text{
		ZH: "去掉该字段；需要别的支持时，新建一条支持申请并提交 support_request 审批",
		EN: "Leave it out; to ask for something else, put another support request on file and request an approval of kind support_request",
	}
	answerStays = deal.Text{ZH: "去掉该字段，答复已经登记", EN: "Leave it out; the answer is on file"}
	askVisit    = deal.Text{
		ZH: "去掉该字段；换人或换目的时，新建一条高层拜访并提交 executive_visit 审批",
		EN: "Leave it out; for another executive or aim, put another visit on file and request an approval of kind executive_visit",
	}
	askGift = deal.Text{
		ZH: "去掉该字段；要改时，新建一条记录并提交 gift 审批", EN: "Leave it out; to change it, put another gift on file and request an approval of kind gift",
	}
	giftStays   = deal.Text{ZH: "保留记录", EN: "Leave it on file"}
	versionsSet = deal.Text{ZH: "去掉该字段，版本由系统填写", EN: "Leave it out; the versions are filled in"}
	limitSet    = deal.Text{ZH: "去掉该字段，日期由系统填写", EN: "Leave it out; the date is filled in"}
)

// byApproval refuses what is not for people to write, and says how it comes about.
func (c *check) byApproval(bad bool, at string, remedy deal.Text) {
	if bad {
		c.refuse(deal.CodeSetByApproval, at, "由审批或系统确定，不能直接修改", " is set by an approval or an event and cannot be written",
			remedy.ZH, remedy.EN)
	}
}

// kept gives a field the value on file, and refuses another one.
func kept[T comparable](c *check, at string, field *T, onFile T, remedy deal.Text) {
	var none T
	c.byApproval(*field != none && *field != onFile, at, remedy)
	*field = onFile
}

// protectCredit keeps the colour in force. A change is asked for on the day on which it is first written, whatever is
// edited in it later, and has to be decided within the limit of the rules (domain.md §5: 10 calendar days).
func (r Rules) protectCredit(c *check, was, v Credit, today Day) Credit {
	kept(c, "/colour", &v.Colour, was.Colour, askCredit)
	kept(c, "/since", &v.Since, was.Since, askCredit)
	if v.Change == nil {
		return v
	}
	change := *v.Change
	on := today
	if was.Change != nil {
		on = was.Change.AskedOn
	}
	kept(c, "/change/asked_on", &change.AskedOn, on, limitSet)
	kept(c, "/change/due_on", &change.DueOn, on.Add(r.CreditChangeDays), limitSet)
	v.Change = &change
	return v
}

// protectFiling keeps what the approval and later events wrote. What was approved cannot be edited any more: another
// project or scope is another filing.
func protectFiling(c *check, was, v Filing) Filing {
	kept(c, "/number", &v.Number, was.Number, askFiling)
	kept(c, "/filed_on", &v.FiledOn, was.FiledOn, askFiling)
	kept(c, "/valid_until", &v.ValidUntil, was.ValidUntil, askFiling)
	kept(c, "/released_on", &v.ReleasedOn, was.ReleasedOn, askFiling)
	kept(c, "/cause", &v.Cause, was.Cause, askFiling)
	c.byApproval(len(v.Renewals) > 0 && !slices.Equal(v.Renewals, was.Renewals), "/renewals", askFiling)
	v.Renewals = was.Renewals
	c.byApproval(v.Arbitration != nil && (was.Arbitration == nil || *v.Arbitration != *was.Arbitration), "/arbitration", askFiling)
	v.Arbitration = was.Arbitration
	if !was.Draft() {
		kept(c, "/owner", &v.Owner, was.Owner, fileAnew)
		c.byApproval(ProjectKey(v.Project) != ProjectKey(was.Project), "/project", fileAnew)
		c.byApproval(v.Scope != was.Scope, "/scope", fileAnew)
	}
	return v
}
