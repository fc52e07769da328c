package deal

import (
	"slices"
	"strings"
)

// Text is a sentence in both languages of the product.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In picks the language: "zh" or anything else for English.
func (t Text) In(lang string) string {
	if lang == "zh" {
		return t.ZH
	}
	return t.EN
}

// BookRef names one version of a playbook; a cycle keeps the one with which it began.
type BookRef struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}

// Book is a playbook as far as the rules need it: deadlines, ladders, roads back and approval chains. Gates and forms
// stay in package playbook, which evaluates them into [Facts].
type Book struct {
	Ref        BookRef
	Steps      []StepRules     // in ring order, one for each step
	FollowUp   FollowUpRules   //
	Approvals  []ApprovalRules //
	QuietHours bool            // reminders that fall outside office hours wait for the next working minute
	OneOff     bool            // for projects that are sold once: an account can be promoted out of it
	Recheck    Span            // how long an archived account rests when its form names no date
	Grades     []GradeRules    // empty: grades set the cadence of follow-ups and nothing else
	Review     ReviewRules     // empty: no visit is reviewed
}

// ReviewRules say which visits are held against their aim afterwards, and by when (domain.md §9).
type ReviewRules struct {
	Kinds  []InteractionKind `json:"kinds"`
	Grades []Grade           `json:"grades"` // of the account; one of these, or an intent from Intent on
	Intent int               `json:"intent"` // 1–5; 0: the intent does not matter
	Within Span              `json:"within"`
	Ladder []LadderRung      `json:"ladder"`
}

// wants tells whether a visit to an account of a grade and with an intent is to be reviewed.
func (r ReviewRules) wants(kind InteractionKind, grade Grade, intent int) bool {
	return slices.Contains(r.Kinds, kind) && (slices.Contains(r.Grades, grade) || r.Intent > 0 && intent >= r.Intent)
}

// GradeRules are what a grade means for the effort on an account (domain.md §5).
type GradeRules struct {
	Grade          Grade
	Label          Text
	Treatment      Text
	VisitsPerMonth *int // limit; nil for none
	HoursPerMonth  *int // limit; nil for none
	LastStep       Step // the last one that the grade allows without an override; empty: none stops it
}

// Grade finds what a grade means; the second value is false where the playbook does not say.
func (b Book) Grade(g Grade) (GradeRules, bool) {
	for _, r := range b.Grades {
		if r.Grade == g {
			return r, true
		}
	}
	return GradeRules{}, false
}

// StepRules are the rules of one step.
type StepRules struct {
	Step      Step
	Deadlines []Deadline
	Returns   []Step // earlier steps to which an account may go back from here
}

// Deadline is a limit of a step. It runs from the moment the step is entered until its Until comes true.
type Deadline struct {
	Name   string // unique within the step: "step" is the deadline of the whole step
	Within Span
	Until  Until
	Ladder []LadderRung
}

// Until says what stops a deadline besides leaving its step.
type Until string

// A deadline ends when the step is left, when intake is decided, or when an approval of a kind is requested
// ("requested:filing").
const (
	UntilLeft      Until = ""
	UntilIntake    Until = "intake"
	UntilRequested Until = "requested:"
)

// RungName says what a rung does (domain.md §1, ladder).
type RungName string

// The rungs of a ladder. Ask begins a matter of the agenda that has a length; Due is the silent mark of a breach where no
// rung stands at 100 %; Resume and Recheck wake paused and resting accounts.
const (
	Ask      RungName = "ask"
	Remind   RungName = "remind"
	Urge     RungName = "urge"
	Superior RungName = "superior"
	Reassign RungName = "reassign"
	Due      RungName = "due"
	Resume   RungName = "resume"
	Recheck  RungName = "recheck"
)

// LadderRung places a rung: at a percentage of the deadline, or a span before or after it. Exactly one is set.
type LadderRung struct {
	Name    RungName `json:"name"`
	Percent int      `json:"percent,omitempty"`
	Before  *Span    `json:"before,omitempty"`
	After   *Span    `json:"after,omitempty"`
}

// FollowUpRules date the next step towards an account when nobody dates it, and say who hears when it is missed.
type FollowUpRules struct {
	Cadence  []Cadence // by grade
	Ungraded Span      // until there is a grade
	Ladder   []LadderRung
}

// Cadence is how often an account of a grade is contacted.
type Cadence struct {
	Grade Grade
	Every Span
}

func (r FollowUpRules) every(g Grade) Span {
	for _, c := range r.Cadence {
		if c.Grade == g {
			return c.Every
		}
	}
	return r.Ungraded
}

// ApprovalKind is what is asked for (domain.md §7).
type ApprovalKind string

// The kinds of this release.
const (
	Filing         ApprovalKind = "filing"
	Proposal       ApprovalKind = "proposal"
	Contract       ApprovalKind = "contract"
	TrialWaiver    ApprovalKind = "trial_waiver"
	VetoLift       ApprovalKind = "veto_lift"       // a veto item that is hit does not stop the account
	GradeOverride  ApprovalKind = "grade_override"  // the account's grade may stand against its scores, or go on where it stops
	CreditChange   ApprovalKind = "credit_change"   // another credit colour comes into force
	ExecutiveVisit ApprovalKind = "executive_visit" // one of our executives visits the customer
	SupportRequest ApprovalKind = "support_request" // the support centre is to help
	Gift           ApprovalKind = "gift"            // a gift above the limits
	Merger         ApprovalKind = "merge"           // the account becomes part of another one
	Reopen         ApprovalKind = "reopen"
)

// ApprovalKinds returns every kind.
func ApprovalKinds() []ApprovalKind {
	return []ApprovalKind{
		Filing, Proposal, Contract, TrialWaiver, VetoLift, GradeOverride, CreditChange, ExecutiveVisit, SupportRequest, Gift, Merger, Reopen,
	}
}

// ApprovalRules are the chain of one kind. Step is where it may be asked for; empty: anywhere while the account is
// active, and for reopen while it is closed. Subject is the kind of record that is decided about; empty: the form of the
// step, and for merge and reopen an account.
type ApprovalRules struct {
	Kind    ApprovalKind
	Step    Step
	Subject string
	Levels  []LevelRules
}

// LevelRules are one level of a chain. Applies is worked out by the playbook from the level's condition.
type LevelRules struct {
	Who     Audience     `json:"who"`
	Mode    SeatMode     `json:"mode"`
	Within  Span         `json:"within"`
	Ladder  []LadderRung `json:"ladder"`
	Opinion bool         `json:"opinion,omitempty"` // whoever approves says in writing why, too
}

// Audience names people by their place: "owner_manager", "superior" (of the owner's manager), "role:<role>",
// "person:<login>"; several of them with commas between, in the order in which they are asked.
type Audience string

// Places are the single places that an audience names.
func (a Audience) Places() []Audience {
	var places []Audience
	for place := range strings.SplitSeq(string(a), ",") {
		places = append(places, Audience(strings.TrimSpace(place)))
	}
	return places
}

// The places that need no argument. NamedPerson is whom the record names that is decided about: whoever reads the chain
// puts their login in its place, see package activities.
const (
	OwnerManager  Audience = "owner_manager"
	OwnerSuperior Audience = "superior"
	NamedPerson   Audience = "named"
)

// SeatMode says how many seats of a level must approve.
type SeatMode string

// Any one seat, every seat, or every seat one after another.
const (
	AnySeat  SeatMode = "any"
	AllSeats SeatMode = "all"
	InOrder  SeatMode = "in_order"
)

// Step finds the rules of a step.
func (b Book) Step(s Step) StepRules {
	for _, r := range b.Steps {
		if r.Step == s {
			return r
		}
	}
	return StepRules{Step: s}
}

// Approval finds the rules of a kind; the second value is false where the playbook has no such approval.
func (b Book) Approval(k ApprovalKind) (ApprovalRules, bool) {
	for _, r := range b.Approvals {
		if r.Kind == k {
			return r, true
		}
	}
	return ApprovalRules{}, false
}
