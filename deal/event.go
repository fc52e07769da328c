package deal

import "time"

// Event is one fact in the log of an account. What it opened and whom it tells stands in it, so that every row that
// people read follows from the log alone.
type Event struct {
	Account AccountID
	Seq     int64
	Cycle   int  // in which the event happened
	Step    Step // in which the event happened
	Kind    EventKind
	Version int // of the body's shape
	Body    EventBody
	Tasks   []Task   // opened by the event
	Notices []Notice // told by the event
	Actor   PersonID
	Key     string // of the command
	At      time.Time
	Prev    string // hash of the event before, hex
	Hash    string // over everything above, hex
}

// Notice tells one person something; it becomes a row of that person's inbox.
type Notice struct {
	To   PersonID   `json:"to"`
	Kind NoticeKind `json:"kind"`
	Ref  string     `json:"ref,omitempty"`
	Due  time.Time  `json:"due,omitzero"`
}

// NoticeKind is what a notice says; its sentence is in the text catalogues.
type NoticeKind string

// The kinds of notices. A rung's notices are named after what ran out and the rung: see [RungNotice].
const (
	AssignedNotice    NoticeKind = "assigned"
	UnownedNotice     NoticeKind = "unowned"
	HandedOverNotice  NoticeKind = "handed_over"
	IntakeBackNotice  NoticeKind = "intake_returned"
	IntakeInNotice    NoticeKind = "intake_accepted"
	AskedNotice       NoticeKind = "approval_asked"
	ApprovedNotice    NoticeKind = "approval_approved"
	RejectedNotice    NoticeKind = "approval_rejected"
	SentBackNotice    NoticeKind = "approval_returned"
	VoidedNotice      NoticeKind = "approval_voided"
	WithdrawnNotice   NoticeKind = "approval_withdrawn"
	TransferredNotice NoticeKind = "approval_transferred"
	TakenOverNotice   NoticeKind = "taken_over" // somebody is away, and what waits for them is yours
	GivenBackNotice   NoticeKind = "given_back" // you are back, and what still waits for you is yours again

	FilingGrantedNotice NoticeKind = "filing_granted" // an arbitration gave the project to the account
	FilingRefusedNotice NoticeKind = "filing_refused" // … or left it with whom it was

	StepOfferedNotice   NoticeKind = "step_offered" // to a specialist
	StepAcceptedNotice  NoticeKind = "step_accepted"
	StepDeclinedNotice  NoticeKind = "step_declined"
	StepWithdrawnNotice NoticeKind = "step_withdrawn"

	ResumedNotice  NoticeKind = "resumed"
	FamilyNotice   NoticeKind = "family_changed"
	PromotedNotice NoticeKind = "promoted"
	MergedNotice   NoticeKind = "merged"
	RecheckNotice  NoticeKind = "recheck"
	MovedNotice    NoticeKind = "playbook_moved"
)

// RungNotice is the kind of notice that a rung of a clock sends: "step_urge", "follow_up_remind", "approval_superior".
func RungNotice(k ClockKind, r RungName) NoticeKind { return NoticeKind(string(k) + "_" + string(r)) }

// EventKind is a fact in the past tense.
type EventKind string

// The kinds of events.
const (
	OpenedKind              EventKind = "opened"
	StepLeftKind            EventKind = "step_left"
	IntakeReviewedKind      EventKind = "intake_reviewed"
	GradedKind              EventKind = "graded"
	PausedKind              EventKind = "paused"
	ResumedKind             EventKind = "resumed"
	ClosedKind              EventKind = "closed"
	ReopenedKind            EventKind = "reopened"
	AssignedKind            EventKind = "assigned"
	FollowUpSetKind         EventKind = "follow_up_set"
	InteractionLoggedKind   EventKind = "interaction_logged"
	ApprovalRequestedKind   EventKind = "approval_requested"
	ApprovalDecidedKind     EventKind = "approval_decided"
	ApprovalTransferredKind EventKind = "approval_transferred"
	ApprovalWithdrawnKind   EventKind = "approval_withdrawn"
	ApprovalVoidedKind      EventKind = "approval_voided"
	FilingArbitratedKind    EventKind = "filing_arbitrated"
	TasksTakenOverKind      EventKind = "tasks_taken_over"
	TasksGivenBackKind      EventKind = "tasks_given_back"
	TaskCompletedKind       EventKind = "task_completed"
	RungReachedKind         EventKind = "rung_reached"
	CycleCompletedKind      EventKind = "cycle_completed"
	CycleOpenedKind         EventKind = "cycle_opened"
	PlaybookMovedKind       EventKind = "playbook_moved"
	ParentSetKind           EventKind = "parent_set"
	PromotedKind            EventKind = "promoted"
	RecomputedKind          EventKind = "recomputed"
	AgendaPlannedKind       EventKind = "agenda_planned"
	HandedOverKind          EventKind = "handed_over"
	StepOfferedKind         EventKind = "step_offered"
	StepAnsweredKind        EventKind = "step_answered"
	StepWithdrawnKind       EventKind = "step_withdrawn"
)

// eventBodies are one of each.
func eventBodies() []EventBody {
	return []EventBody{
		Opened{},
		StepLeft{},
		IntakeReviewed{},
		Graded{},
		PausedBody{},
		ResumedBody{},
		ClosedBody{},
		Reopened{},
		Assigned{},
		FollowUpSet{},
		InteractionLogged{},
		ApprovalRequested{},
		ApprovalDecided{},
		ApprovalTransferred{},
		ApprovalWithdrawn{},
		ApprovalVoided{},
		FilingArbitrated{},
		TasksTakenOver{},
		TasksGivenBack{},
		TaskCompleted{},
		RungReached{},
		CycleCompleted{},
		CycleOpened{},
		PlaybookMoved{},
		ParentSet{},
		Promoted{},
		Recomputed{},
		AgendaPlanned{},
		HandedOver{},
		StepOffered{},
		StepAnswered{},
		StepWithdrawn{},
	}
}

// EventKinds returns every kind.
func EventKinds() []EventKind {
	var kinds []EventKind
	for _, b := range eventBodies() {
		kinds = append(kinds, b.kind())
	}
	return kinds
}

// EventBody is the typed content of one event. Its fold lives beside its type.
type EventBody interface {
	kind() EventKind
	// fold takes the event over into the state; it cannot fail and looks at nothing else.
	fold(s *State, e Event)
}

// Opened: an account exists, as a lead in collect.
type Opened struct {
	Number    string    `json:"number"`
	Book      BookRef   `json:"book"`
	Owner     PersonID  `json:"owner,omitempty"`
	Team      TeamID    `json:"team,omitempty"`
	Territory string    `json:"territory,omitempty"`
	Via       Via       `json:"via"`
	Draft     *TextRef  `json:"draft,omitempty"`
	Clocks    []Clock   `json:"clocks,omitempty"`
	FollowUp  *FollowUp `json:"follow_up,omitempty"`
}

// Direction is which way a step was left.
type Direction string

// Forward through the gate, or back by a road the playbook allows.
const (
	Forward Direction = "forward"
	Back    Direction = "back"
)

// StepLeft: the account moved to another step.
type StepLeft struct {
	To        Step          `json:"to"`
	Direction Direction     `json:"direction"`
	Pass      int           `json:"pass"`  // of the step that was left
	Spent     time.Duration `json:"spent"` // in calendar time
	Note      *TextRef      `json:"note,omitempty"`
	Late      bool          `json:"late,omitempty"` // a lead handed over after its day
	Won       bool          `json:"won,omitempty"`  // sign was left forward
	Clocks    []Clock       `json:"clocks,omitempty"`
}

// IntakeReviewed: the review of a lead came to a decision.
type IntakeReviewed struct {
	Decision  IntakeDecision `json:"decision"`
	Reason    *TextRef       `json:"reason,omitempty"`
	MergeInto AccountID      `json:"merge_into,omitempty"`
}

// Graded: the account has a new grade.
type Graded struct {
	Grade    Grade     `json:"grade"`
	Previous Grade     `json:"previous,omitempty"`
	At       time.Time `json:"at,omitzero"` // from which the grade is looked at again; older events do not say
	Reason   *TextRef  `json:"reason,omitempty"`
	FollowUp *FollowUp `json:"follow_up,omitempty"` // dated anew by the cadence of the grade
	Clock    *Clock    `json:"clock,omitempty"`
}

// PausedBody: all clocks stand still.
type PausedBody struct {
	Reason   *TextRef `json:"reason,omitempty"`
	ResumeOn string   `json:"resume_on"`
	Clocks   []Clock  `json:"clocks,omitempty"` // with what each has left, and the one that wakes the account
}

// ResumedBody: the clocks run on.
type ResumedBody struct {
	ByItself bool    `json:"by_itself,omitempty"`
	Clocks   []Clock `json:"clocks,omitempty"`
}

// ClosedBody: the pursuit is over.
type ClosedBody struct {
	Outcome   Outcome   `json:"outcome"`
	Reason    *TextRef  `json:"reason,omitempty"`
	Rival     *TextRef  `json:"rival,omitempty"`
	MergeInto AccountID `json:"merge_into,omitempty"`
}

// Reopened: a closed account is taken up where it stood.
type Reopened struct {
	Reason   *TextRef  `json:"reason,omitempty"`
	Approval string    `json:"approval"`
	Clocks   []Clock   `json:"clocks,omitempty"`
	FollowUp *FollowUp `json:"follow_up,omitempty"`
}

// Assigned: the account is somebody's.
type Assigned struct {
	Owner    PersonID `json:"owner"`
	Previous PersonID `json:"previous,omitempty"`
	Team     TeamID   `json:"team,omitempty"`
	Reason   *TextRef `json:"reason,omitempty"`
}

// FollowUpSet: the next step towards the account has a date.
type FollowUpSet struct {
	FollowUp FollowUp `json:"follow_up"`
	Clock    Clock    `json:"clock"`
}

// InteractionLogged: somebody met the customer.
type InteractionLogged struct {
	Interaction Interaction `json:"interaction"`
	FollowUp    FollowUp    `json:"follow_up"`
	Clock       Clock       `json:"clock"`
	Review      *Clock      `json:"review,omitempty"` // of a visit that is to be held against its aim
}

// ApprovalRequested: a chain has begun.
type ApprovalRequested struct {
	Approval Approval `json:"approval"`
	Clock    Clock    `json:"clock"`
}

// ApprovalDecided: a seat has spoken. Approval is how the request stands afterwards.
type ApprovalDecided struct {
	Approval Approval `json:"approval"`
	By       PersonID `json:"by"`
	For      PersonID `json:"for,omitempty"` // the holder, when somebody else decided for them
	Decision Decision `json:"decision"`
	Comment  *TextRef `json:"comment,omitempty"`
	Level    int      `json:"level"`           // that was decided
	Clock    *Clock   `json:"clock,omitempty"` // of the next level
}

// ApprovalTransferred: a seat went to somebody else, by who had a say in it or, without a reason, because its holder has
// left.
type ApprovalTransferred struct {
	Approval Approval `json:"approval"`
	From     PersonID `json:"from"`
	To       PersonID `json:"to"`
	Reason   *TextRef `json:"reason,omitempty"`
	Clock    *Clock   `json:"clock,omitempty"` // the time that the new holder has, if it is their turn; older events left the old one
}

// ApprovalWithdrawn: the requester took the request back.
type ApprovalWithdrawn struct {
	Approval string   `json:"approval"`
	Reason   *TextRef `json:"reason,omitempty"`
}

// ApprovalVoided: the request lost its subject.
type ApprovalVoided struct {
	Approval string    `json:"approval"`
	Cause    VoidCause `json:"cause"`
}

// VoidCause says why a request ended without a decision.
type VoidCause string

// Its subject was edited, or its step was left.
const (
	SubjectEdited VoidCause = "subject_edited"
	StepIsLeft    VoidCause = "step_left"
)

// TaskCompleted: somebody ticked a task off.
type TaskCompleted struct {
	Task string `json:"task"`
}

// RungReached: a clock came to one of its rungs.
type RungReached struct {
	Clock     string        `json:"clock"`
	ClockKind ClockKind     `json:"clock_kind"`
	Topic     Topic         `json:"topic,omitempty"` // of the agenda
	Rung      RungName      `json:"rung"`
	Due       time.Time     `json:"due"` // the instant of the rung
	Breach    bool          `json:"breach,omitempty"`
	Late      time.Duration `json:"late,omitempty"`     // how long after its instant it was handled
	Approval  *Approval     `json:"approval,omitempty"` // with the superior seated as an alternate
}

// CycleCompleted: the ring closed; the account rests.
type CycleCompleted struct {
	Pass    int           `json:"pass"`
	Spent   time.Duration `json:"spent"`
	Note    *TextRef      `json:"note,omitempty"`
	Recheck time.Time     `json:"recheck"`
	Clock   Clock         `json:"clock"`
}

// CycleOpened: the second development begins.
type CycleOpened struct {
	Cycle    int       `json:"cycle"`
	Goal     *TextRef  `json:"goal,omitempty"`
	Book     BookRef   `json:"book"`
	Clocks   []Clock   `json:"clocks,omitempty"`
	FollowUp *FollowUp `json:"follow_up,omitempty"`
}

// Recomputed: the clocks were placed anew with another calendar.
type Recomputed struct {
	Clocks []Clock `json:"clocks"`
}

func (Opened) kind() EventKind              { return OpenedKind }
func (StepLeft) kind() EventKind            { return StepLeftKind }
func (IntakeReviewed) kind() EventKind      { return IntakeReviewedKind }
func (Graded) kind() EventKind              { return GradedKind }
func (PausedBody) kind() EventKind          { return PausedKind }
func (ResumedBody) kind() EventKind         { return ResumedKind }
func (ClosedBody) kind() EventKind          { return ClosedKind }
func (Reopened) kind() EventKind            { return ReopenedKind }
func (Assigned) kind() EventKind            { return AssignedKind }
func (FollowUpSet) kind() EventKind         { return FollowUpSetKind }
func (InteractionLogged) kind() EventKind   { return InteractionLoggedKind }
func (ApprovalRequested) kind() EventKind   { return ApprovalRequestedKind }
func (ApprovalDecided) kind() EventKind     { return ApprovalDecidedKind }
func (ApprovalTransferred) kind() EventKind { return ApprovalTransferredKind }
func (ApprovalWithdrawn) kind() EventKind   { return ApprovalWithdrawnKind }
func (ApprovalVoided) kind() EventKind      { return ApprovalVoidedKind }
func (TaskCompleted) kind() EventKind       { return TaskCompletedKind }
func (RungReached) kind() EventKind         { return RungReachedKind }
func (CycleCompleted) kind() EventKind      { return CycleCompletedKind }
func (CycleOpened) kind() EventKind         { return CycleOpenedKind }
func (PlaybookMoved) kind() EventKind       { return PlaybookMovedKind }
func (Recomputed) kind() EventKind          { return RecomputedKind }
