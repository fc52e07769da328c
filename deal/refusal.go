package deal

import "slices"

// Code is the stable, language-free reason of a refusal: the same word in this package, in the answer of the API and
// in both text catalogues. Codes are never translated and never reused.
type Code string

// The codes that the rules give.
const (
	CodeGateUnmet        Code = "gate_unmet"         // a condition of the gate does not hold; Item names it
	CodeStepMoved        Code = "step_moved"         // the account is not where the caller thinks
	CodeNotActive        Code = "not_active"         // needs an active account
	CodeNotPaused        Code = "not_paused"         // needs a paused account
	CodeNotResting       Code = "not_resting"        // needs a resting account
	CodeNotClosed        Code = "not_closed"         // needs a closed account
	CodeAlreadyClosed    Code = "already_closed"     // the account is closed
	CodeNotOpened        Code = "not_opened"         // no such account yet
	CodeAlreadyOpened    Code = "already_opened"     // the account exists
	CodeNotYourRole      Code = "not_your_role"      // the actor's role or relation does not allow this
	CodeNotYourTerritory Code = "not_your_territory" // a lead outside the actor's team's territories
	CodeReturnNotAllowed Code = "return_not_allowed" // the playbook has no road back to that step
	CodeReasonMissing    Code = "reason_missing"     // a reason is mandatory here
	CodeDateInPast       Code = "date_in_past"       // the instant must lie ahead
	CodeDateInFuture     Code = "date_in_future"     // what happened cannot lie ahead
	CodeInvalidValue     Code = "invalid_value"      // not one of the allowed values, or malformed
	CodeIntakeDecided    Code = "intake_decided"     // the review is over
	CodeUnknownAccount   Code = "unknown_account"    // the account named in the body does not exist
	CodeUnknownPerson    Code = "unknown_person"     // the person named in the body does not exist or has left
	CodeUnknownContact   Code = "unknown_contact"    // the contact named in the body does not belong to the account
	CodeUnknownApproval  Code = "unknown_approval"   // no such request in the running cycle
	CodeUnknownTask      Code = "unknown_task"       // no such open task
	CodeSameOwner        Code = "same_owner"         // the account is already that person's
	CodeNotARep          Code = "not_a_rep"          // only reps own accounts
	CodeOwnRequest       Code = "own_request"        // nobody decides an own request
	CodeOwnBreach        Code = "own_breach"         // nobody states why they bring too few leads
	CodeNotApprover      Code = "not_approver"       // the actor has no seat in the running level
	CodeAlreadyDecided   Code = "already_decided"    // the request is over; Args say by whom
	CodeAlreadyPending   Code = "already_pending"    // a request of this kind is on its way
	CodeSubjectChanged   Code = "subject_changed"    // the subject was edited since
	CodeSubjectMissing   Code = "subject_missing"    // nothing is on file to decide about
	CodeKindNotHere      Code = "kind_not_here"      // the playbook asks for this kind in another step or not at all
	CodeNoApprover       Code = "no_approver"        // the chain finds nobody who may decide
	CodeTaskDone         Code = "task_done"          // somebody was faster
	CodeTaskNotManual    Code = "task_not_manual"    // the task is done by deciding, not by ticking it off
	CodeTwoPersons       Code = "two_persons"        // a merge needs a second person
	CodeAlreadyOnFile    Code = "already_on_file"    // there is one record of this kind for this already
	CodeUnknownPlaybook  Code = "unknown_playbook"   // no such playbook, or no such version of it
	CodeSamePlaybook     Code = "same_playbook"      // the account follows that version already
	CodePlaybookUnusable Code = "playbook_unusable"  // this release cannot use the version
	CodePlaybookOutdated Code = "playbook_outdated"  // the version no longer passes the checks: nothing may begin with it
	CodeAccountMerged    Code = "account_merged"     // the account lives on in another one; Args name it
	CodeTargetClosed     Code = "target_closed"      // the account named in the body is closed
	CodeFamilyCycle      Code = "family_cycle"       // an account would come under itself
	CodeFamilyTooDeep    Code = "family_too_deep"    // more generations than a family may have; Args say how many
	CodeSameParent       Code = "same_parent"        // the account stands there already
	CodeSharedRecord     Code = "shared_record"      // the record belongs to an account above; Link leads there
	CodeNotAProject      Code = "not_a_project"      // the playbook does not serve one-off projects
	CodeAlreadyPromoted  Code = "already_promoted"   // the next cycle has its playbook already
	CodeSetByApproval    Code = "set_by_approval"    // only an approval or an event writes this, or takes it off the file
	CodeOverLimit        Code = "over_limit"         // more than may be done without an approval
	CodeFilingConflict   Code = "filing_conflict"    // another account of the customer holds the project; Args say who
	CodeNoFilingConflict Code = "no_filing_conflict" // nobody else holds the project
	CodeSuccessorAway    Code = "successor_away"     // who is to take over is on leave; Args name them
	CodeNoSuccessor      Code = "no_successor"       // nobody is named for this many accounts
	CodeNamedTwice       Code = "named_twice"        // the same account or territory stands there twice
	CodeNotTheirs        Code = "not_theirs"         // nothing of the account hangs on the person
	CodeAlreadyOffered   Code = "already_offered"    // the step was offered to this person, or is theirs
	CodeOfferOver        Code = "offer_over"         // no such offer, or it was answered
	CodeHandoverRunning  Code = "handover_running"   // a handover of the person is on its way; Args name it
	CodeLinkUsed         Code = "link_used"          // a decision was made by this link; Args say when
	CodeLinkExpired      Code = "link_expired"       // its time is up; Args say since when
	CodeLinkVoid         Code = "link_void"          // its person is not asked any more
	CodeReviewIncomplete Code = "review_incomplete"  // a monthly review cannot be signed yet; Item names what is missing
	CodeReviewSigned     Code = "review_signed"      // the review is signed: nothing of it changes any more
	CodeMonthAhead       Code = "month_ahead"        // a month that has not begun
	CodeKeyReused        Code = "key_reused"         // the key was used for another request
	CodeTextMissing      Code = "text_missing"       // the text behind the command was not staged; send it again
	CodeInternalError    Code = "internal_error"     // our fault; Args carry the incident
)

// Class groups refusals by the status they have on the wire (contract.md §4): 403 beats 409 beats 422.
type Class int

// The classes in order of precedence.
const (
	Forbidden Class = iota
	Conflict
	Content
	Fault
)

// Class says what kind of no a code is.
func (c Code) Class() Class {
	switch c { //nolint:exhaustive // everything that is neither a right nor a state is content
	case CodeNotYourRole, CodeNotYourTerritory, CodeOwnRequest, CodeOwnBreach, CodeNotApprover, CodeTwoPersons:
		return Forbidden
	case CodeStepMoved, CodeNotActive, CodeNotPaused, CodeNotResting, CodeNotClosed, CodeAlreadyClosed, CodeNotOpened,
		CodeAlreadyOpened, CodeIntakeDecided, CodeSameOwner, CodeAlreadyDecided, CodeAlreadyPending, CodeSubjectChanged,
		CodeSamePlaybook, CodePlaybookUnusable, CodePlaybookOutdated, CodeKindNotHere, CodeNoApprover, CodeTaskDone, CodeTaskNotManual,
		CodeReturnNotAllowed, CodeAlreadyOnFile, CodeFilingConflict, CodeSetByApproval, CodeNoFilingConflict, CodeAccountMerged,
		CodeHandoverRunning, CodeTargetClosed, CodeFamilyCycle, CodeSameParent, CodeSharedRecord, CodeNotAProject, CodeAlreadyPromoted,
		CodeAlreadyOffered, CodeOfferOver, CodeLinkUsed, CodeLinkExpired, CodeLinkVoid, CodeReviewSigned:
		return Conflict
	case CodeInternalError:
		return Fault
	}
	return Content
}

// Refusal is one reason against a command.
type Refusal struct {
	Code  Code     `json:"code"`
	Item  string   `json:"item,omitempty"`  // gate_unmet: the condition's own code in the playbook
	Field string   `json:"field,omitempty"` // JSON pointer into the request body
	Text  Text     `json:"text,omitzero"`   // gate_unmet: the playbook's sentence; other codes have theirs in the catalogue
	Hint  Text     `json:"hint,omitzero"`   // what would fix it
	Link  string   `json:"link,omitempty"`  // where to fix it, relative to the account
	Args  []string `json:"args,omitempty"`  // for the catalogue's sentence: IDs, codes, instants; never free text
}

// Refusals is everything that stands against a command, not only the first thing.
type Refusals []Refusal

// If adds a code when the condition holds.
func (r *Refusals) If(bad bool, code Code, args ...string) {
	if bad {
		*r = append(*r, Refusal{Code: code, Args: args})
	}
}

// Field adds a code about one field of the body when the condition holds.
func (r *Refusals) Field(bad bool, code Code, field string, args ...string) {
	if bad {
		*r = append(*r, Refusal{Code: code, Field: field, Args: args})
	}
}

// Has tells whether a code is among the reasons.
func (r Refusals) Has(code Code) bool {
	return slices.ContainsFunc(r, func(no Refusal) bool { return no.Code == code })
}

// Class is the first class in precedence.
func (r Refusals) Class() Class {
	class := Fault
	for _, no := range r {
		class = min(class, no.Code.Class())
	}
	return class
}
