package api

import (
	"github.com/danielgtaylor/huma/v2"

	"closedloop/deal"
	"closedloop/deal/view"
)

// Closed sets of the domain as they appear in bodies and parameters. Their members come from package deal, so that the
// documentation, the validation and the rules cannot disagree.
type (
	stepName        string
	statusName      string
	gradeName       string
	roleName        string
	outcomeName     string
	intakeDecision  string
	interactionKind string
	buyingRole      string
	approvalKind    string
	approvalStatus  string
	decisionName    string
	arbitrationName string
	subjectType     string
	taskStatus      string
	sortName        string
	switchName      string
	leaveKind       string
)

func closedSet[T ~string](members ...T) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, m := range members {
		s.Enum = append(s.Enum, string(m))
	}
	return s
}

// Schema lists what leave is taken for.
func (leaveKind) Schema(huma.Registry) *huma.Schema { return closedSet(deal.LeaveKinds()...) }

// Schema lists the ten steps.
func (stepName) Schema(huma.Registry) *huma.Schema { return closedSet(deal.Steps()...) }

// Schema lists the statuses of an account.
func (statusName) Schema(huma.Registry) *huma.Schema { return closedSet(deal.Statuses()...) }

// Schema lists the value grades.
func (gradeName) Schema(huma.Registry) *huma.Schema { return closedSet(deal.Grades()...) }

// Schema lists the roles.
func (roleName) Schema(huma.Registry) *huma.Schema { return closedSet(deal.Roles()...) }

// Schema lists the outcomes that a person may give; a merge is an outcome of intake.
func (outcomeName) Schema(huma.Registry) *huma.Schema { return closedSet(deal.Lost, deal.Dropped) }

// Schema lists the ways out of intake.
func (intakeDecision) Schema(huma.Registry) *huma.Schema {
	return closedSet(deal.AcceptIntake, deal.ReturnIntake, deal.MergeIntake)
}

// Schema lists the kinds of interaction.
func (interactionKind) Schema(huma.Registry) *huma.Schema {
	return closedSet(deal.InteractionKinds()...)
}

// Schema lists the buying roles; empty while the role is not known.
func (buyingRole) Schema(huma.Registry) *huma.Schema {
	return closedSet(append([]deal.BuyingRole{""}, deal.BuyingRoles()...)...)
}

// Schema lists the kinds of approval.
func (approvalKind) Schema(huma.Registry) *huma.Schema { return closedSet(deal.ApprovalKinds()...) }

// Schema lists how a request may stand.
func (approvalStatus) Schema(huma.Registry) *huma.Schema {
	return closedSet(deal.Pending, deal.Approved, deal.Rejected, deal.SentBack, deal.Withdrawn, deal.VoidStatus)
}

// Schema lists what an approver may say.
func (decisionName) Schema(huma.Registry) *huma.Schema {
	return closedSet(deal.Approve, deal.Reject, deal.SendBack)
}

// Schema lists what sales operations may say about a conflict of filings.
func (arbitrationName) Schema(huma.Registry) *huma.Schema {
	return closedSet(deal.Arbitrations()...)
}

// Schema lists what an approval may be about.
func (subjectType) Schema(huma.Registry) *huma.Schema {
	return closedSet(deal.SubjectTypes()...)
}

// Schema lists how a task may stand.
func (taskStatus) Schema(huma.Registry) *huma.Schema {
	return closedSet(deal.TaskOpen, deal.TaskDone, deal.TaskVoid)
}

// Schema lists the columns of the account list, each also descending.
func (sortName) Schema(huma.Registry) *huma.Schema {
	var members []string
	for _, column := range view.AccountSorts() {
		members = append(members, column, "-"+column)
	}
	return closedSet(members...)
}

// Schema lists yes and no, for a filter that may also be left out.
func (switchName) Schema(huma.Registry) *huma.Schema { return closedSet("true", "false") }

// chosen is the filter's value; nil when it was left out.
func (s switchName) chosen() *bool {
	if s == "" {
		return nil
	}
	return ptr(s == "true")
}
