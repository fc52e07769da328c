package playbook

import "closedloop/deal"

// Change is what a move of a running account from one version to another would change ([Library.Preview]). What stays
// the same is not in it.
type Change struct {
	From deal.BookRef `json:"from"`
	To   deal.BookRef `json:"to"`
	// Blind: the present version cannot be read any more ([ErrUnusable]), so everything of the other one counts as added.
	Blind     bool             `json:"blind"`
	Gate      GateChange       `json:"gate"`
	Steps     []StepChange     `json:"steps"` // in the order of the ring
	Approvals []ApprovalChange `json:"approvals"`
	Settings  []SettingChange  `json:"settings"`
}

// GateChange is what stands against leaving the present step, now and after the move.
type GateChange struct {
	Before deal.Refusals `json:"before"`
	After  deal.Refusals `json:"after"`
}

// Edit says what becomes of a part.
type Edit string

// A part is only in the other version, only in the present one, or in both and different.
const (
	Added   Edit = "added"
	Removed Edit = "removed"
	Changed Edit = "changed"
)

// Place says where a step lies, seen from the account.
type Place string

// An account has passed a step and may return to it, stands in it, or is still to come there.
const (
	Passed Place = "passed"
	Here   Place = "here"
	Ahead  Place = "ahead"
)

// StepChange is what changes in one step.
type StepChange struct {
	Step       deal.Step         `json:"step"`
	Place      Place             `json:"place"`
	Reworded   bool              `json:"reworded"` // label or guidance
	Deadlines  []DeadlineChange  `json:"deadlines"`
	Conditions []ConditionChange `json:"conditions"`
	Fields     []FieldChange     `json:"fields"`
	Returns    []ReturnChange    `json:"returns"`
}

// DeadlineChange is one deadline; Before or After is missing where it is added or removed.
type DeadlineChange struct {
	Name    string               `json:"name"`
	Edit    Edit                 `json:"edit"`
	Running bool                 `json:"running"` // the account has a clock of this name now
	Before  *DeadlineDescription `json:"before,omitempty"`
	After   *DeadlineDescription `json:"after,omitempty"`
}

// ConditionChange is one condition: gained (added), lost (removed), or asked for differently.
type ConditionChange struct {
	Code string `json:"code"`
	Edit Edit   `json:"edit"`
	// Unmet: in the present step, it does not hold now; a lost one did not hold so far. Gates of steps that are passed or
	// ahead are not judged: one is not asked any more, the other not yet.
	Unmet  bool                  `json:"unmet"`
	Before *ConditionDescription `json:"before,omitempty"`
	After  *ConditionDescription `json:"after,omitempty"`
}

// FieldChange is one field of a form, or one column of a table.
type FieldChange struct {
	Path string `json:"path"` // the field, or table/column
	Edit Edit   `json:"edit"`
	// OnFile: the running cycle has a value there. A removed field that is on file stays there until the form is saved
	// again, and stands against leaving its step until then.
	OnFile bool   `json:"on_file"`
	Before *Field `json:"before,omitempty"` // without columns: those have changes of their own
	After  *Field `json:"after,omitempty"`
}

// ReturnChange is one road back.
type ReturnChange struct {
	To   deal.Step `json:"to"`
	Edit Edit      `json:"edit"`
}

// ApprovalChange is the chain of one kind. A request that is under way keeps the chain with which it began.
type ApprovalChange struct {
	Kind    deal.ApprovalKind    `json:"kind"`
	Edit    Edit                 `json:"edit"`
	Pending bool                 `json:"pending"` // a request of this kind is under way
	Before  *ApprovalDescription `json:"before,omitempty"`
	After   *ApprovalDescription `json:"after,omitempty"`
}

// SettingChange is one setting of the whole playbook, in words: quiet_hours, recheck, follow_up.<grade>, grades.<grade>,
// follow_up.ungraded, follow_up.ladder or dossier.<key>. Before is empty in a blind change.
type SettingChange struct {
	Name   string    `json:"name"`
	Before deal.Text `json:"before,omitzero"`
	After  deal.Text `json:"after"`
}
