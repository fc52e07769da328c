package deal

import (
	"reflect"
	"time"
)

// CommandName is the word of a command: the same in the update, in the REST act and in the log.
type CommandName string

// The commands. Each has one REST act or one cause (contract.md §1).
const (
	OpenName              CommandName = "open"
	AdvanceName           CommandName = "advance"
	ReturnName            CommandName = "return"
	IntakeName            CommandName = "intake"
	GradeName             CommandName = "grade"
	PauseName             CommandName = "pause"
	ResumeName            CommandName = "resume"
	CloseName             CommandName = "close"
	ReopenName            CommandName = "reopen"
	AssignName            CommandName = "assign"
	FollowUpName          CommandName = "follow-up"
	LogInteractionName    CommandName = "log-interaction"
	RequestApprovalName   CommandName = "request-approval"
	DecideApprovalName    CommandName = "decide-approval"
	TransferApprovalName  CommandName = "transfer-approval"
	WithdrawApprovalName  CommandName = "withdraw-approval"
	VoidApprovalName      CommandName = "void-approval"
	ArbitrateName         CommandName = "arbitrate"
	CompleteTaskName      CommandName = "complete-task"
	SecondDevelopmentName CommandName = "second-development"
	SetParentName         CommandName = "set-parent"
	PromoteName           CommandName = "promote"
	MergeName             CommandName = "merge"
	RecomputeName         CommandName = "recompute"
	MovePlaybookName      CommandName = "move-playbook"
	TickName              CommandName = "tick"
	HandOverName          CommandName = "hand-over"
	OfferStepName         CommandName = "offer-step"
	AnswerStepName        CommandName = "answer-step"
	WithdrawStepName      CommandName = "withdraw-step"
	LoadName              CommandName = "load" // the key-less first call of every run: it reads and changes nothing
)

// CommandNames returns the commands that callers may send; load is the workflow's own.
func CommandNames() []CommandName {
	var names []CommandName
	for _, b := range bodies() {
		if b.name() != LoadName {
			names = append(names, b.name())
		}
	}
	return names
}

// Command is what somebody, or the clock, wants of an account. It carries IDs and hashes, never customer data.
type Command struct {
	Account     AccountID
	Key         string // see [CommandKey]; empty for load
	Fingerprint string // of the request behind it: the same key with another fingerprint is key_reused
	Actor       PersonID
	At          time.Time // stamped by the workflow; Perform uses the later of this and the last event's instant
	Name        CommandName
	Body        Body
}

// Body is the typed content of one command.
type Body interface {
	name() CommandName
	// texts are the references to what was staged beside the command.
	texts() []*TextRef
}

// bodies are one of each, in the order of the commands' list in contract.md §1.
func bodies() []Body {
	return []Body{
		Open{},
		Advance{},
		Return{},
		ReviewIntake{},
		SetGrade{},
		Pause{},
		ResumeNow{},
		Close{},
		ReopenAccount{},
		Assign{},
		SetFollowUp{},
		LogInteraction{},
		RequestApproval{},
		DecideApproval{},
		TransferApproval{},
		WithdrawApproval{},
		VoidApproval{},
		Arbitrate{},
		CompleteTask{},
		SecondDevelopment{},
		MovePlaybook{},
		SetParent{},
		Promote{},
		Merge{},
		HandOver{},
		OfferStep{},
		AnswerStep{},
		WithdrawStep{},
		Recompute{},
		Tick{},
		Load{},
	}
}

// Open starts an account as a lead. Its name, contact and form are staged beside the command.
type Open struct {
	Territory string   `json:"territory,omitempty"`
	Via       Via      `json:"via"`
	Draft     *TextRef `json:"draft"` // the staged profile, contacts and lead form
}

// Via says how something came in: a lead, or an approver's word.
type Via string

// By hand over the API, by a lead sheet, or by a link in a message.
const (
	ViaAPI    Via = "api"
	ViaImport Via = "import"
	ViaLink   Via = "link"
)

// Advance leaves the current step forward; its gate must hold.
type Advance struct {
	From Step     `json:"from"`
	Note *TextRef `json:"note,omitempty"`
}

// Return goes back to an earlier step.
type Return struct {
	To     Step     `json:"to"`
	Reason *TextRef `json:"reason"`
}

// ReviewIntake accepts a handed-over lead, returns it to its collector or merges it into another account.
type ReviewIntake struct {
	Decision  IntakeDecision `json:"decision"`
	Reason    *TextRef       `json:"reason,omitempty"`
	MergeInto AccountID      `json:"merge_into,omitempty"`
}

// IntakeDecision is the word of an intake review.
type IntakeDecision string

// The three ways out of the review.
const (
	AcceptIntake IntakeDecision = "accept"
	ReturnIntake IntakeDecision = "return"
	MergeIntake  IntakeDecision = "merge"
)

// SetGrade gives the account its value grade, and with it the cadence of its follow-ups.
type SetGrade struct {
	Grade  Grade    `json:"grade"`
	Reason *TextRef `json:"reason"`
}

// Pause stops all clocks until a day.
type Pause struct {
	Reason   *TextRef `json:"reason"`
	ResumeOn string   `json:"resume_on"` // YYYY-MM-DD
}

// ResumeNow lets the clocks of a paused account run on before its date.
type ResumeNow struct{}

// Close ends the pursuit.
type Close struct {
	Outcome Outcome  `json:"outcome"`
	Reason  *TextRef `json:"reason"`
	Rival   *TextRef `json:"rival,omitempty"` // mandatory for a loss; "unknown" is an answer
}

// ReopenAccount takes a closed account up again, once an approval allows it.
type ReopenAccount struct {
	Reason *TextRef `json:"reason"`
}

// Assign gives the account to a rep.
type Assign struct {
	Owner  PersonID `json:"owner"`
	Reason *TextRef `json:"reason"`
}

// SetFollowUp dates the next step towards the account.
type SetFollowUp struct {
	At   time.Time `json:"at"`
	Note *TextRef  `json:"note,omitempty"`
}

// LogInteraction records a visit, call or meeting with its aim, its result and the dated next step.
type LogInteraction struct {
	Kind     InteractionKind `json:"kind"`
	At       time.Time       `json:"at"`
	With     []string        `json:"with"` // contact IDs
	Aim      *TextRef        `json:"aim"`
	Result   *TextRef        `json:"result"`
	NextStep *TextRef        `json:"next_step"`
	NextAt   time.Time       `json:"next_at,omitzero"` // the cadence of the grade dates it when nobody does
	Intent   int             `json:"intent,omitempty"` // 1–5, how much the customer wants to buy; 0 where nobody says
}

// RequestApproval starts the chain of a kind.
type RequestApproval struct {
	Kind     ApprovalKind `json:"kind"`
	Subject  Subject      `json:"subject"`
	Amount   int64        `json:"amount_minor,omitempty"`
	Currency string       `json:"currency,omitempty"`
	Text     *TextRef     `json:"text,omitempty"`
}

// DecideApproval is an approver's word about the version that was read.
type DecideApproval struct {
	Approval string   `json:"approval"`
	Decision Decision `json:"decision"`
	Comment  *TextRef `json:"comment,omitempty"` // mandatory unless approving
	Version  int64    `json:"version"`           // of the subject
	Level    int      `json:"level,omitempty"`   // that was asked, where the word came by a link to it; 0: whichever runs
	Via      Via      `json:"via,omitempty"`     // empty: by hand, over the API
}

// TransferApproval hands a seat of the running level to somebody else.
type TransferApproval struct {
	Approval string   `json:"approval"`
	To       PersonID `json:"to"`
	Reason   *TextRef `json:"reason"`
}

// WithdrawApproval takes an own request back.
type WithdrawApproval struct {
	Approval string   `json:"approval"`
	Reason   *TextRef `json:"reason,omitempty"`
}

// VoidApproval ends a pending request whose subject was edited; it changes nothing while the subject is as submitted.
type VoidApproval struct {
	Approval string `json:"approval"`
}

// CompleteTask ticks a task off.
type CompleteTask struct {
	Task string `json:"task"`
}

// SecondDevelopment starts the next cycle of a resting account.
type SecondDevelopment struct {
	Goal *TextRef `json:"goal"`
}

// Recompute places all clocks anew with the present calendar.
type Recompute struct{}

// Tick lets everything happen that is due by now.
type Tick struct {
	Due time.Time `json:"due"` // the instant the timer was armed for: the wake, which a rung's due instant never lies behind
}

// Load reads the account's position.
type Load struct{}

func (Open) name() CommandName              { return OpenName }
func (Advance) name() CommandName           { return AdvanceName }
func (Return) name() CommandName            { return ReturnName }
func (ReviewIntake) name() CommandName      { return IntakeName }
func (SetGrade) name() CommandName          { return GradeName }
func (Pause) name() CommandName             { return PauseName }
func (ResumeNow) name() CommandName         { return ResumeName }
func (Close) name() CommandName             { return CloseName }
func (ReopenAccount) name() CommandName     { return ReopenName }
func (Assign) name() CommandName            { return AssignName }
func (SetFollowUp) name() CommandName       { return FollowUpName }
func (LogInteraction) name() CommandName    { return LogInteractionName }
func (RequestApproval) name() CommandName   { return RequestApprovalName }
func (DecideApproval) name() CommandName    { return DecideApprovalName }
func (TransferApproval) name() CommandName  { return TransferApprovalName }
func (WithdrawApproval) name() CommandName  { return WithdrawApprovalName }
func (VoidApproval) name() CommandName      { return VoidApprovalName }
func (CompleteTask) name() CommandName      { return CompleteTaskName }
func (SecondDevelopment) name() CommandName { return SecondDevelopmentName }
func (MovePlaybook) name() CommandName      { return MovePlaybookName }
func (Recompute) name() CommandName         { return RecomputeName }
func (Tick) name() CommandName              { return TickName }
func (Load) name() CommandName              { return LoadName }

func (b Open) texts() []*TextRef              { return []*TextRef{b.Draft} }
func (b Advance) texts() []*TextRef           { return []*TextRef{b.Note} }
func (b Return) texts() []*TextRef            { return []*TextRef{b.Reason} }
func (b ReviewIntake) texts() []*TextRef      { return []*TextRef{b.Reason} }
func (b SetGrade) texts() []*TextRef          { return []*TextRef{b.Reason} }
func (b Pause) texts() []*TextRef             { return []*TextRef{b.Reason} }
func (ResumeNow) texts() []*TextRef           { return nil }
func (b Close) texts() []*TextRef             { return []*TextRef{b.Reason, b.Rival} }
func (b ReopenAccount) texts() []*TextRef     { return []*TextRef{b.Reason} }
func (b Assign) texts() []*TextRef            { return []*TextRef{b.Reason} }
func (b SetFollowUp) texts() []*TextRef       { return []*TextRef{b.Note} }
func (b LogInteraction) texts() []*TextRef    { return []*TextRef{b.Aim, b.Result, b.NextStep} }
func (b RequestApproval) texts() []*TextRef   { return []*TextRef{b.Text} }
func (b DecideApproval) texts() []*TextRef    { return []*TextRef{b.Comment} }
func (b TransferApproval) texts() []*TextRef  { return []*TextRef{b.Reason} }
func (b WithdrawApproval) texts() []*TextRef  { return []*TextRef{b.Reason} }
func (VoidApproval) texts() []*TextRef        { return nil }
func (CompleteTask) texts() []*TextRef        { return nil }
func (b SecondDevelopment) texts() []*TextRef { return []*TextRef{b.Goal} }
func (b MovePlaybook) texts() []*TextRef      { return []*TextRef{b.Reason} }
func (Recompute) texts() []*TextRef           { return nil }
func (Tick) texts() []*TextRef                { return nil }
func (Load) texts() []*TextRef                { return nil }

// Texts are the references to everything that was staged beside the command and becomes part of the account with it.
func (c Command) Texts() []TextRef {
	var refs []TextRef
	for _, t := range c.Body.texts() {
		if t != nil {
			refs = append(refs, *t)
		}
	}
	return refs
}

// NameOf is the name under which a body travels.
func NameOf(b Body) CommandName { return b.name() }

// newBody is a pointer to an empty body of a command; nil for a name that is none.
func newBody(name CommandName) any {
	for _, b := range bodies() {
		if b.name() == name {
			return reflect.New(reflect.TypeOf(b)).Interface()
		}
	}
	return nil
}
