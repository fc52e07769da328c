package deal

import (
	"slices"
	"time"
)

// State is where one account stands. It holds what the rules still need: what is open, the approvals of the running
// cycle, and what was lifted for life. What people read about the past is in the projections ([Project]) and in the log.
type State struct {
	Account  AccountID `json:"account"`
	Number   string    `json:"number"` // for people: KA-2026-0042
	Seq      int64     `json:"seq"`
	Head     string    `json:"head"` // hash of the last event
	Cycle    int       `json:"cycle"`
	Step     Step      `json:"step"`
	Passes   []int     `json:"passes"` // how often each step was entered in this cycle, in ring order
	Status   Status    `json:"status"`
	Book     BookRef   `json:"book"`
	OpenedBy PersonID  `json:"opened_by"`
	OpenedAt time.Time `json:"opened_at"`
	Owner    PersonID  `json:"owner,omitempty"`
	Collects PersonID  `json:"collects,omitempty"` // who collects the lead in the place of who opened the account
	Team     TeamID    `json:"team,omitempty"`
	Grade    Grade     `json:"grade,omitempty"`
	GradedAt time.Time `json:"graded_at,omitzero"` // zero where an earlier release graded it
	Intent   int       `json:"intent,omitempty"`   // 1–5, how much the customer wants to buy, as the last interaction that says so found it; 0: not known
	Intake   Intake    `json:"intake,omitempty"`
	Late     bool      `json:"late,omitempty"`   // the lead was handed over after its working day
	WonAt    time.Time `json:"won_at,omitzero"`  // when sign was left in this cycle
	Entered  time.Time `json:"entered"`          // when the present pass began
	Pauses   []Stretch `json:"pauses,omitempty"` // since then
	LastAt   time.Time `json:"last_at"`          // instant of the last event; time never runs backwards in a log
	ResumeOn string    `json:"resume_on,omitempty"`
	Recheck  time.Time `json:"recheck,omitzero"` // while resting
	Outcome  Outcome   `json:"outcome,omitempty"`
	Merged   AccountID `json:"merged_into,omitempty"`
	Parent   AccountID `json:"parent,omitempty"` // may be merged by now: whoever follows it follows that pointer, too
	Relation Relation  `json:"relation,omitempty"`

	PromotedAt time.Time `json:"promoted_at,omitzero"`   // when a project customer became a key account
	NextBook   BookRef   `json:"next_playbook,omitzero"` // that the next cycle begins on, once promoted

	Clocks    []Clock    `json:"clocks,omitempty"`
	Tasks     []Task     `json:"tasks,omitempty"`
	Approvals []Approval `json:"approvals,omitempty"`
	Lifts     []Subject  `json:"lifts,omitempty"` // what an approved veto_lift was about, in all cycles; the newest of each record
	FollowUp  *FollowUp  `json:"follow_up,omitempty"`

	Specialists []Specialist `json:"specialists,omitempty"` // offers of steps, and steps that somebody has taken over

	FollowUpSetAt time.Time `json:"follow_up_set_at,omitzero"`
}

// FollowUp is the next dated step towards the account.
type FollowUp struct {
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
	Note *TextRef  `json:"note,omitempty"`
	By   PersonID  `json:"by"`   // who dated it; System when the cadence did
	Auto bool      `json:"auto"` // dated by the cadence of the grade, so a new grade dates it anew
}

// TextRef points at a text kept beside the log, so that the text can be erased and the hash chain still verifies.
// Hash is keyed with the installation's secret.
type TextRef struct {
	ID   string `json:"id"`
	Hash string `json:"hash"`
}

// Task asks one person to do one thing.
type Task struct {
	ID       string     `json:"id"`
	Kind     TaskKind   `json:"kind"`
	Assignee PersonID   `json:"assignee"`
	Deputy   PersonID   `json:"deputy,omitempty"` // who sees to it while the assignee is away, or has left
	Ref      string     `json:"ref"`              // what it is about: "step/screen", "approval/<id>/<level>", "follow_up", …
	Due      time.Time  `json:"due,omitzero"`
	Status   TaskStatus `json:"status"`
	OpenedAt time.Time  `json:"opened_at"`
	ClosedAt time.Time  `json:"closed_at,omitzero"`
	ClosedBy PersonID   `json:"closed_by,omitempty"`
}

// TaskKind says what is to be done.
type TaskKind string

// The kinds of tasks an account's log opens.
const (
	AssignOwnerTask TaskKind = "assign_owner" // a lead without an owner: its team's manager picks one
	IntakeTask      TaskKind = "intake"       // review a handed-over lead
	ApproveTask     TaskKind = "approve"      // decide a request
	FollowUpTask    TaskKind = "follow_up"    // the dated next step is here
	OverdueTask     TaskKind = "overdue"      // a superior looks after a missed deadline
	ReassignTask    TaskKind = "reassign"     // sales_ops moves what nobody decided
	RecheckTask     TaskKind = "recheck"      // a resting account has reached its date

	TakeStepTask TaskKind = "take_step" // take an offered step over, or say no

	RenewAgreementTask TaskKind = "renew_agreement"     // an agreement has come to its end
	EvaluateTask       TaskKind = "evaluate"            // what an agreement brought is to be reported
	RegradeTask        TaskKind = "regrade"             // the grade is to be looked at again
	ServeTask          TaskKind = "serve"               // a planned service is due
	SurveyTask         TaskKind = "satisfaction_survey" // the customer is to be asked

	SupportTask      TaskKind = "support"       // the support centre is asked for help
	PrepareVisitTask TaskKind = "prepare_visit" // of an executive
	VisitResultTask  TaskKind = "visit_result"  // of an executive
	VisitReviewTask  TaskKind = "visit_review"  // what a visit brought is held against its aim
	RevisePlanTask   TaskKind = "revise_plan"   // the week's revision of the plan
)

// TaskStatus says whether a task is still there.
type TaskStatus string

// Open, done by somebody, or gone because its matter is.
const (
	TaskOpen TaskStatus = "open"
	TaskDone TaskStatus = "done"
	TaskVoid TaskStatus = "void"
)

// Approval is one request on its way through its chain.
type Approval struct {
	ID          string         `json:"id"`
	Kind        ApprovalKind   `json:"kind"`
	Requester   PersonID       `json:"requester"`
	Acting      PersonID       `json:"acting,omitempty"` // who answers for it in the requester's place, after a handover
	RequestedAt time.Time      `json:"requested_at"`
	Subject     Subject        `json:"subject"`
	Amount      int64          `json:"amount_minor,omitempty"` // minor units
	Currency    string         `json:"currency,omitempty"`
	Text        *TextRef       `json:"text,omitempty"`
	Status      ApprovalStatus `json:"status"`
	Level       int            `json:"level"` // the running one, 1-based
	Levels      []Level        `json:"levels"`
	ClosedAt    time.Time      `json:"closed_at,omitzero"`
	Arbiter     PersonID       `json:"arbiter,omitempty"`  // who ended it by an arbitration
	Used        bool           `json:"used,omitempty"`     // a reopen has used it up
	Anywhere    bool           `json:"anywhere,omitempty"` // belongs to no step, so that leaving one does not end it
	Grade       Grade          `json:"grade,omitempty"`    // of a grade_override: the account's when it was requested, and no other
}

// Subject is what an approval decides about, at the version that was submitted.
type Subject struct {
	Type    SubjectType `json:"type"`
	ID      string      `json:"id"` // a step's name for a form, "<kind>/<id>" for a record, the account's ID for an account
	Version int64       `json:"version"`
}

// SubjectType is what kind of thing a subject is.
type SubjectType string

// A step's form; the account itself (reopen), whose version is its sequence number when it was closed, or another account
// (merge), of which no version counts; a record of the account's file.
const (
	FormSubject    SubjectType = "form"
	AccountSubject SubjectType = "account"
	RecordSubject  SubjectType = "record"
)

// SubjectTypes returns every type.
func SubjectTypes() []SubjectType { return []SubjectType{FormSubject, AccountSubject, RecordSubject} }

// ApprovalStatus says how a request stands.
type ApprovalStatus string

// Nothing is approved by silence: a request is pending until somebody decides, withdraws or voids it.
const (
	Pending    ApprovalStatus = "pending"
	Approved   ApprovalStatus = "approved"
	Rejected   ApprovalStatus = "rejected"
	SentBack   ApprovalStatus = "returned"
	Withdrawn  ApprovalStatus = "withdrawn"
	VoidStatus ApprovalStatus = "void"
)

// Level is one level of a running chain.
type Level struct {
	Rules LevelRules `json:"rules"`
	Seats []Seat     `json:"seats,omitempty"` // empty until the level is reached
}

// Seat is one approver's place in a level. Alternates may decide it as well: a superior after an escalation.
type Seat struct {
	Holder     PersonID   `json:"holder"`
	Alternates []PersonID `json:"alternates,omitempty"`
	Decision   Decision   `json:"decision,omitempty"`
	By         PersonID   `json:"by,omitempty"` // who decided; differs from Holder for a deputy or an alternate
	At         time.Time  `json:"at,omitzero"`
	Comment    *TextRef   `json:"comment,omitempty"`
	Clock      string     `json:"clock,omitempty"` // ID of its own one; empty: the level's
	Auto       bool       `json:"auto,omitempty"`  // the same person approved an earlier level, so this one passed by itself
	Via        Via        `json:"via,omitempty"`   // how the word came, where it was not over the API
}

// Decision is what an approver says.
type Decision string

// Approve, reject for good, or return for rework.
const (
	Approve  Decision = "approve"
	Reject   Decision = "reject"
	SendBack Decision = "return"
)

// Position is what the workflow keeps of an account: enough to order and to wake, never enough to decide.
type Position struct {
	Cycle  int       `json:"cycle"`
	Step   Step      `json:"step"`
	Pass   int       `json:"pass"`
	Status Status    `json:"status"`
	Seq    int64     `json:"seq"`
	WakeAt time.Time `json:"wake_at,omitzero"`
	Head   string    `json:"head"`
}

// Exists tells whether the account was opened.
func (s State) Exists() bool { return s.Seq > 0 }

// Pass is how many times the present step was entered in this cycle.
func (s State) Pass() int { return s.passOf(s.Step) }

func (s State) passOf(step Step) int {
	if n := step.Number(); n > 0 && n <= len(s.Passes) {
		return s.Passes[n-1]
	}
	return 0
}

// Position is the state's place in the ring and the next instant at which it wakes.
func (s State) Position() Position {
	return Position{Cycle: s.Cycle, Step: s.Step, Pass: s.Pass(), Status: s.Status, Seq: s.Seq, WakeAt: s.WakeAt(), Head: s.Head}
}

// Deadline is when the present step is due; zero while it has none or clocks stand still.
func (s State) Deadline() time.Time {
	c, _ := s.clock("step/step")
	return c.Due
}

// Overdue tells whether a deadline of the present step was missed.
func (s State) Overdue() bool {
	return slices.ContainsFunc(s.Clocks, func(c Clock) bool { return c.Kind == StepClock && c.Breached })
}

// Approval finds a request of the running cycle.
func (s State) Approval(id string) (Approval, bool) {
	for _, a := range s.Approvals {
		if a.ID == id {
			return a, true
		}
	}
	return Approval{}, false
}

// Latest is the newest request of a kind in the running cycle.
func (s State) Latest(k ApprovalKind) (Approval, bool) {
	for _, a := range slices.Backward(s.Approvals) {
		if a.Kind == k {
			return a, true
		}
	}
	return Approval{}, false
}

// Task finds a task that is open, or was closed by the last event.
func (s State) Task(id string) (Task, bool) {
	for _, t := range s.Tasks {
		if t.ID == id {
			return t, true
		}
	}
	return Task{}, false
}

func (s State) clock(id string) (Clock, bool) {
	for _, c := range s.Clocks {
		if c.ID == id {
			return c, true
		}
	}
	return Clock{}, false
}

// responsible is who hears first about the account: its owner, else the manager of its team, else nobody.
func (s State) responsible(o Org) PersonID {
	if s.Owner != "" {
		return s.Owner
	}
	return o.LeadOf(s.Team)
}
