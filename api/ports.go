package api

import (
	"context"
	"io"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

// Commander takes commands to the account's workflow.
type Commander interface {
	// Send delivers a command and waits for its receipt. It starts the workflow of an account that the log knows and
	// the engine has lost, and retries while a run is rolling over, inside the context's deadline. An unknown outcome
	// is [deal.ErrUnavailable]: the same key is safe to send again.
	Send(ctx context.Context, cmd deal.Command) (deal.Receipt, error)
	// Open starts the account's workflow and sends its first command.
	Open(ctx context.Context, cmd deal.Command) (deal.Receipt, error)
}

// Log answers for what is already written.
type Log interface {
	// Precheck asks, in one round trip, whether the viewer sees the account and whether its log knows the key.
	Precheck(ctx context.Context, v view.Viewer, id deal.AccountID, key string) (view.Precheck, error)
	// Stage puts texts and drafts beside a command; Unstage takes them away again after a refusal.
	Stage(ctx context.Context, s view.Staged) error
	Unstage(ctx context.Context, id deal.AccountID, key string) error
	// Timeline is the account's log, with those of accounts that were merged into it; Whole is all of its own, to verify its
	// chain.
	Timeline(ctx context.Context, v view.Viewer, id deal.AccountID, f view.TimelineFilter) (view.Events, error)
	Whole(ctx context.Context, v view.Viewer, id deal.AccountID) ([]deal.Event, error)
	// History is what it takes to see the account as it was at an instant; zero: as it is now.
	History(ctx context.Context, v view.Viewer, id deal.AccountID, at time.Time) (view.History, error)
	// HistoryAbove is the history of an account above one that the viewer sees, for what it shared at that instant.
	HistoryAbove(ctx context.Context, v view.Viewer, id, above deal.AccountID, at time.Time) (view.History, error)
	// HistoryNotes are what lead sheets told of the time before, behind one instant and up to another; zero does not bound.
	HistoryNotes(ctx context.Context, v view.Viewer, id deal.AccountID, after, until time.Time) ([]view.HistoryNote, error)
	// Texts are those that still exist, by ID.
	Texts(ctx context.Context, v view.Viewer, id deal.AccountID, ids []string) (map[string]string, error)
	// EraseText removes a text for good. It is for the line above the account; others who see it get [view.ErrReadOnly].
	EraseText(ctx context.Context, v view.Viewer, id deal.AccountID, text, reason string) error
}

// Accounts reads accounts within a viewer's scope. What is outside gives [deal.ErrNotFound].
type Accounts interface {
	Account(ctx context.Context, v view.Viewer, id deal.AccountID) (view.Account, error)
	// AccountWithRecords reads the account and the records of its running cycle in one round trip.
	AccountWithRecords(ctx context.Context, v view.Viewer, id deal.AccountID) (view.Account, deal.Records, error)
	Accounts(ctx context.Context, v view.Viewer, f view.AccountFilter) ([]view.AccountItem, string, error)
	// Kin are the accounts that belong to one; of those outside the scope only the names.
	Kin(ctx context.Context, v view.Viewer, id deal.AccountID) (view.Kin, error)
	// NamedAccounts names accounts for who has come across them in what they may see; it gives nothing else away.
	NamedAccounts(ctx context.Context, ids []deal.AccountID) (map[deal.AccountID]view.AccountRef, error)
	Duplicates(ctx context.Context, name, creditCode string, phones []string) ([]view.Duplicate, error)
}

// Records writes what belongs to Postgres: in one transaction, with a change row beside, under a share lock on the
// account. A version that is not the present one gives [deal.ErrStale]; the present record is returned with it.
// An account whose state forbids the edit gives *[StateError]; a viewer who may only read it gets [view.ErrReadOnly].
type Records interface {
	PatchProfile(ctx context.Context, v view.Viewer, id deal.AccountID, version int64, p deal.Profile) (deal.Profile, error)
	Form(ctx context.Context, v view.Viewer, id deal.AccountID, step deal.Step, cycle int) (deal.Form, error)
	PutForm(ctx context.Context, v view.Viewer, id deal.AccountID, step deal.Step, version int64, content map[string]any) (deal.Form, error)
	Contacts(ctx context.Context, v view.Viewer, id deal.AccountID) ([]deal.Contact, error)
	Contact(ctx context.Context, v view.Viewer, id deal.AccountID, contact string) (deal.Contact, error)
	AddContact(ctx context.Context, v view.Viewer, id deal.AccountID, c deal.Contact) (deal.Contact, error)
	PatchContact(ctx context.Context, v view.Viewer, id deal.AccountID, version int64, c deal.Contact) (deal.Contact, error)
	DeleteContact(ctx context.Context, v view.Viewer, id deal.AccountID, contact string, version int64) error
	// EraseContact takes a person out of everything on file and all of its versions, once two persons have asked for it.
	EraseContact(ctx context.Context, v view.Viewer, id deal.AccountID, contact, reason string, eraser func(view.Person) view.Eraser) (view.Erasure, error)
	Erasures(ctx context.Context, v view.Viewer, id deal.AccountID) ([]view.Erasure, error)
	Interactions(ctx context.Context, v view.Viewer, id deal.AccountID, page view.Page) ([]view.InteractionItem, string, error)
}

// Dossier keeps what the field knows, one versioned document a record, under the rules of [Records]. What is in a document
// is for package dossier to say.
type Dossier interface {
	// Documents are those of a kind: of a cycle (0: the running one, -1: all) and of the account's life, oldest first.
	Documents(ctx context.Context, v view.Viewer, id deal.AccountID, kind string, cycle int) ([]deal.Document, error)
	Document(ctx context.Context, v view.Viewer, id deal.AccountID, kind, document string) (deal.Document, error)
	// AddDocument files one under its ID, or as the only one of its kind when it has none. One that is there already comes
	// back with [deal.ErrStale]; another one with the same key is refused with [deal.CodeAlreadyOnFile]. Judges have the last word
	// on a write; theirs is the error then.
	AddDocument(ctx context.Context, v view.Viewer, id deal.AccountID, d deal.Document, perCycle bool, judges ...view.Judge) (deal.Document, error)
	ChangeDocument(ctx context.Context, v view.Viewer, id deal.AccountID, d deal.Document, judges ...view.Judge) (deal.Document, error)
	// DeleteDocument removes one. What redact takes out goes from its versions as well; nil takes nothing.
	DeleteDocument(ctx context.Context, v view.Viewer, id deal.AccountID, d deal.Document, redact view.Redaction) error
	// RedactDocument takes something out of a document and of every version of it, whatever the account's state.
	RedactDocument(ctx context.Context, v view.Viewer, id deal.AccountID, d deal.Document, redact view.Redaction) (deal.Document, error)
	// Versions are all versions of a document, oldest first, also of one that was deleted.
	Versions(ctx context.Context, v view.Viewer, id deal.AccountID, kind, document string) ([]deal.Document, error)
}

// Files keeps the bytes of uploads under their SHA-256, in 64 lower-case hexadecimal digits.
type Files interface {
	// KeepFile stores size bytes; what is there already stays. A document of package dossier that describes them ties them to
	// an account: [Dossier.AddDocument] answers [view.ErrNoFile] while they are not there.
	KeepFile(ctx context.Context, sum string, size int64, content io.ReaderAt) error
	// OpenFile is a document with its bytes, within the viewer's scope; [deal.ErrNotFound] when either is not there. Reading
	// goes on as long as the context lives.
	OpenFile(ctx context.Context, v view.Viewer, id deal.AccountID, document string) (deal.Document, io.ReadSeekCloser, error)
}

// Work reads what people have to do.
type Work interface {
	Tasks(ctx context.Context, v view.Viewer, f view.TaskFilter) ([]view.TaskItem, string, error)
	Approvals(ctx context.Context, v view.Viewer, f view.ApprovalFilter) ([]view.ApprovalItem, string, error)
	Approval(ctx context.Context, v view.Viewer, id string) (view.ApprovalItem, error)
	// SimilarFilings are live filings of other accounts whose customer resembles this account's, the most similar first. Names
	// of accounts outside the viewer's scope are masked.
	SimilarFilings(ctx context.Context, v view.Viewer, id deal.AccountID, today string) ([]view.SimilarFiling, error)
	// SupportRequests are what the support centre is asked for: of accounts in scope, and what the viewer, or somebody they
	// stand in for, was asked for whatever the account. SupportRequest is one of them, on the same terms.
	SupportRequests(ctx context.Context, v view.Viewer, f view.SupportFilter) ([]view.SupportItem, string, error)
	SupportRequest(ctx context.Context, v view.Viewer, id deal.AccountID, record string, now time.Time) (view.SupportItem, error)
	// AnswerSupport replaces a request with an answered one, for whoever was asked and whoever may write the account's records.
	// A version that is not the present one gives [deal.ErrStale].
	AnswerSupport(ctx context.Context, v view.Viewer, id deal.AccountID, d deal.Document) (deal.Document, error)
	Notices(ctx context.Context, v view.Viewer, unread bool, page view.Page) ([]view.NoticeItem, string, error)
	// ReadNotices marks lines of the viewer's own inbox as read; no IDs: all of them. It returns how many there were.
	ReadNotices(ctx context.Context, v view.Viewer, ids []string) (int, error)
	// Timed are the states of open accounts that the viewer has to do with, or where the line ends that calls people, for "what
	// will happen next"; ordered by wake, behind one of them. What an account does may be due up to [deal.WakeWindow] before its
	// wake. The place of the last one comes with them.
	Timed(ctx context.Context, v view.Viewer, ends deal.LineEnds, after view.Sleeper, limit int) ([]view.Account, view.Sleeper, error)
	// Reassigning are those that will ask sales operations for somebody else, for who works there; ordered by
	// [deal.State.ReassignAt], behind one of them.
	Reassigning(ctx context.Context, after view.Sleeper, limit int) ([]view.Account, view.Sleeper, error)
	// HomeOfTask and HomeOfApproval are the account of a task or a request, whoever asks. It is for the log, which knows
	// whether the caller may hear of it; [deal.ErrNotFound] for what is not there.
	HomeOfTask(ctx context.Context, id string) (deal.AccountID, error)
	// IsPersonTask tells whether a task belongs to no account, whoever asks; CompletePersonTask ticks such a task off and does
	// what follows from it, which is wanted by answerBy. What the viewer does not see is [deal.ErrNotFound]; refusals change nothing.
	IsPersonTask(ctx context.Context, id string) (bool, error)
	CompletePersonTask(ctx context.Context, v view.Viewer, id, reason string, at, answerBy time.Time) (view.TaskItem, deal.Refusals, error)
	HomeOfApproval(ctx context.Context, id string) (deal.AccountID, error)
}

// Ahead is what the house will say by itself and that belongs to no account, in no order.
type Ahead interface {
	Ahead(ctx context.Context, org deal.Org) ([]view.Ahead, error)
}

// People reads and writes the organisation.
type People interface {
	Org(ctx context.Context) (deal.Org, error)
	// AddDelegation asks what fits the organisation as it is when nobody else changes it any more.
	AddDelegation(ctx context.Context, d deal.Delegation, fits ...func(deal.Org) error) error
	// EndDelegation lets one end at an instant; one that has not begun by then vanishes.
	EndDelegation(ctx context.Context, id string, at time.Time) error
	// SetActive says whether somebody is there from an instant on; who has left is logged out everywhere.
	SetActive(ctx context.Context, who deal.PersonID, active bool, at time.Time) error
	// AddLeave notes an absence and lets the deputy stand in; nil: nobody does. Days that the person has taken already give
	// *[view.OverlapError]; fits is asked as for a delegation. EndLeave ends one from a civil day on, with its delegation.
	AddLeave(ctx context.Context, l view.Leave, stand *deal.Delegation, fits ...func(deal.Org) error) error
	EndLeave(ctx context.Context, id string, by deal.PersonID, at time.Time, today string) error
	Leave(ctx context.Context, id string) (view.Leave, error)
	// Leaves lists leaves in order of their first day.
	Leaves(ctx context.Context, f view.LeaveFilter) ([]view.Leave, error)
	// SetRegion gives a team a region, or none of its own (empty). An unknown team is [deal.ErrNotFound].
	SetRegion(ctx context.Context, team deal.TeamID, region string, by deal.PersonID) error
}

// Identity checks who is there. Secrets arrive hashed.
type Identity interface {
	Credentials(ctx context.Context, login string) (view.Credentials, error)
	NewSession(ctx context.Context, hash []byte, who deal.PersonID, expires time.Time) error
	EndSession(ctx context.Context, hash []byte) error
	// SetPassword replaces a person's password hash, when one is made anew at today's cost.
	SetPassword(ctx context.Context, who deal.PersonID, hash string) error
	// Bearer finds the active person behind a live session or API token.
	Bearer(ctx context.Context, hash []byte) (deal.PersonID, error)
}

// Requests remembers the answers of POSTs that are no commands, by actor and key.
type Requests interface {
	Request(ctx context.Context, who deal.PersonID, key string) (view.StoredRequest, bool, error)
	KeepRequest(ctx context.Context, who deal.PersonID, key string, r view.StoredRequest) error
}

// Imports takes lead sheets in. Start returns once the sheet is stored and its workflow runs; the same id starts once.
// A file that cannot be imported at all gives *[SheetError] and leaves nothing behind.
type Imports interface {
	Start(ctx context.Context, order view.ImportOrder, sheet io.Reader) (view.Import, error)
	// Import is how far it is; Problems are the reasons against its rows, of which there can be thousands.
	Import(ctx context.Context, v view.Viewer, id string) (view.Import, error)
	Problems(ctx context.Context, v view.Viewer, id string) ([]view.ImportProblem, error)
	// Columns looks at a sheet without keeping it: what its columns are, or may be.
	Columns(ctx context.Context, by deal.PersonID, mapping map[string]string, sheet io.Reader) (view.SheetColumns, error)
	// Rows is the report by row, of one outcome or (empty) of all.
	Rows(ctx context.Context, v view.Viewer, id string, outcome view.ImportOutcome, page view.Page) ([]view.ImportRowItem, string, error)
	// Errata are the refused rows as a file to correct and send again: format is xlsx or csv.
	Errata(ctx context.Context, v view.Viewer, id, format, lang string) ([]byte, error)
	// Mappings are what the person and the organisation said of headers; organisation tells whether the person speaks for it.
	Mappings(ctx context.Context, by deal.PersonID) ([]view.ImportMapping, error)
	ForgetMapping(ctx context.Context, by deal.PersonID, organisation bool, id string) error
}

// Handovers keeps orders to hand over what hangs on a person, and has them carried out.
type Handovers interface {
	// HeldBy are the accounts in which something hangs on somebody.
	HeldBy(ctx context.Context, who deal.PersonID) ([]deal.Held, error)
	// OrderHandover freezes an order and starts its workflow; the same ID is ordered once. A person of whom a handover runs is
	// refused with handover_running.
	OrderHandover(ctx context.Context, o view.HandoverOrder) error
	// Handover, Handovers and HandoverMoves are for whoever may see them: the API judges that.
	Handover(ctx context.Context, id string) (view.Handover, error)
	Handovers(ctx context.Context, from deal.PersonID, p view.Page) ([]view.Handover, string, error)
	HandoverMoves(ctx context.Context, id string, f view.MoveFilter, p view.Page) ([]view.HandoverMove, string, error)
}

// Playbooks asks the pinned version of a playbook.
type Playbooks interface {
	// Gate evaluates the gate of the account's present step.
	Gate(s deal.State, r deal.Records, at time.Time) (deal.Gate, error)
	// CheckForm checks content against the step's form as far as it is filled in: types, ranges and unknown fields,
	// but not what is still missing, which the gate asks for. Field is a JSON pointer into the content.
	CheckForm(ref deal.BookRef, step deal.Step, content map[string]any) (deal.Refusals, error)
	Book(ref deal.BookRef) (deal.Book, error)
	// List describes the newest version of every playbook, Describe one with labels, guidance, forms and gates, as
	// JSON-ready values.
	List() []any
	Describe(name string, version int) (any, error) // version 0: the newest
	Default() deal.BookRef
}

// Health says whether the process may take requests, and what is missing.
type Health interface {
	Ready(ctx context.Context) map[string]error // by part: database, migrations, engine, worker; nil means fine
}

// StateError refuses an edit because of where the account stands.
type StateError = view.StateError

// SheetError refuses an upload that cannot be imported at all: no workbook, damaged, too large once unpacked, no header.
// Code is stable; Text is for people, and so is Hint, which says what would help.
type SheetError struct {
	Code    string
	Pointer string // /file, or /mapping where that is to blame; empty: /file
	Text    deal.Text
	Hint    deal.Text
}

func (e *SheetError) Error() string { return "lead sheet refused: " + e.Code }
