package view

import (
	"encoding/json"
	"errors"
	"time"

	"closedloop/deal"
)

// ErrBadCursor is given for a cursor that this list did not hand out.
var ErrBadCursor = errors.New("cursor is not from this list")

// Account is one account with its profile, as read in one go.
type Account struct {
	State   deal.State
	Profile deal.Profile
	Kin     Kin // where it was asked for
}

// AccountItem is a row of the account list.
type AccountItem struct {
	ID           deal.AccountID
	Number       string
	Name         string
	Territory    string
	Step         deal.Step
	Status       deal.Status
	Cycle        int
	Pass         int
	Seq          int64
	Owner        deal.PersonID
	Team         deal.TeamID
	Grade        deal.Grade
	Deadline     time.Time // zero: none
	Overdue      bool
	NextFollowUp time.Time // zero: none
	Late         bool
	OpenedAt     time.Time
	EnteredAt    time.Time
	UpdatedAt    time.Time
	Family       *RollUp // in a list that is rolled up
}

// AccountFilter narrows the account list; zero values do not narrow.
type AccountFilter struct {
	Step    deal.Step
	Status  deal.Status
	Owner   deal.PersonID
	Team    deal.TeamID // with the teams below it
	Grade   deal.Grade
	Overdue *bool
	Parent  deal.AccountID // everything under it, in any generation
	RollUp  bool           // only the tops of families, each with what the viewer sees of the family
	Query   string         // part of the name, number or credit code
	Sort    string         // one of AccountSorts, with a leading "-" for descending; empty: -updated_at
	Page    Page
}

// AccountSorts are the columns by which the account list may be sorted.
func AccountSorts() []string {
	return []string{"number", "name", "opened_at", "updated_at", "deadline", "next_follow_up"}
}

// Page asks for a stretch of a list.
type Page struct {
	Limit  int    // 1 to 200
	Cursor string // opaque, from the page before
}

// Events are the log of an account as the timeline shows it, oldest first, with the texts that still exist.
type Events struct {
	Items []deal.Event
	Texts map[string]string // by TextRef.ID; an erased one is missing
	Since time.Time         // of a page that is not the first: the instant of the last event before it
	Next  string
}

// TaskItem is a task of an account, or one that belongs to none: then Account is empty.
type TaskItem struct {
	deal.Task

	Account       deal.AccountID
	AccountNumber string
	AccountName   string

	// Of a task that belongs to no account; see [deal.PersonTask].
	Args         []string
	ReasonWanted bool
	Reason       string
}

// OfPerson is the task as the rules for those that belong to no account see it.
func (t TaskItem) OfPerson() deal.PersonTask {
	return deal.PersonTask{Task: t.Task, Args: t.Args, ReasonWanted: t.ReasonWanted, Reason: t.Reason}
}

// TaskFilter narrows the task list.
type TaskFilter struct {
	Assignee deal.PersonID // empty: everybody the viewer stands in for, the viewer included
	Status   deal.TaskStatus
	Account  deal.AccountID
	Page     Page

	Represented []deal.PersonID // whose matters are the assignee's now: they are listed, too
}

// ApprovalItem is a request with the account it belongs to and its texts.
type ApprovalItem struct {
	deal.Approval

	Account       deal.AccountID
	AccountNumber string
	AccountName   string
	Cycle         int
	Texts         map[string]string
}

// ApprovalFilter narrows the list of requests.
type ApprovalFilter struct {
	Status   deal.ApprovalStatus
	Kind     deal.ApprovalKind
	Assignee deal.PersonID // who a seat of the running level waits for
	Account  deal.AccountID
	Page     Page

	Represented []deal.PersonID // whose matters are the assignee's now: what waits for them is listed, too
}

// NoticeItem is a line of the viewer's inbox.
type NoticeItem struct {
	deal.NoticeRow

	Account       deal.AccountID
	AccountNumber string
	AccountName   string
	ReadAt        time.Time // zero: unread
	Args          []string  // of a notice that belongs to no account; see [deal.PersonNotice]
}

// InteractionItem is an interaction with its texts, or an entry of the history that came with a lead sheet.
type InteractionItem struct {
	deal.Interaction

	Account deal.AccountID // that logged it: this one, or one that was merged into it

	AimText, ResultText, NextStepText string

	Imported *HistoryNote // of an imported entry; its text is the result
}

// Draft is what is staged for an account that is about to be opened: it becomes records with the open command.
type Draft struct {
	Profile  deal.Profile   `json:"profile"`
	Form     map[string]any `json:"form"` // of collect
	Contacts []deal.Contact `json:"contacts"`
	Upsert   string         `json:"upsert,omitempty"`  // import: the key by which the row is known
	Note     string         `json:"note,omitempty"`    // import: the sheet's remark
	History  []HistoryNote  `json:"history,omitempty"` // import: what was done before
	Import   string         `json:"import,omitempty"`  // import: its ID
	Marks    *ImportMarks   `json:"marks,omitempty"`   // import: what the row said
}

// Staged is what the API puts beside a command before it sends it. It becomes part of the account with the command,
// in one transaction, or goes away.
type Staged struct {
	Account deal.AccountID
	Key     string
	Texts   map[string]string // by TextRef.ID
	Draft   *Draft
}

// Precheck is what the API asks the log before it sends a command.
type Precheck struct {
	Visible bool // the account exists in the viewer's scope
	State   deal.State
	Known   bool // the key was used before
	First   deal.Remembered
}

// Duplicate says that somebody already follows a customer, and who to ask; never more than that (domain.md §4).
type Duplicate struct {
	Account deal.AccountID
	Owner   deal.PersonID
	Team    deal.TeamID
	Reason  string // credit_code, name, phone, similar_name
	Score   int    // how much the names resemble each other, in basis points; 0 where they do not, or no name was given
}

// SimilarFiling is a filing that protects a project of another account, whose customer resembles this one.
type SimilarFiling struct {
	Account    deal.AccountID
	Number     string // of the account
	Name       string // masked outside the viewer's scope
	Visible    bool   // the account is in the viewer's scope
	Owner      deal.PersonID
	Team       deal.TeamID
	Project    string
	ValidUntil string // YYYY-MM-DD
	Score      int    // how much the names resemble each other, in basis points; 10,000 for one credit code
}

// Change is one edit of a record, for the history beside the log.
type Change struct {
	Table  string
	ID     string
	By     deal.PersonID
	At     time.Time
	Before json.RawMessage
	After  json.RawMessage
}

// Redaction takes something out of the body of a document, and tells whether there was anything to take.
type Redaction func(body json.RawMessage) (json.RawMessage, bool, error)

// History is what it takes to see an account as it was at an instant: its log until then, its records as they are now,
// and what has changed since.
type History struct {
	Log      []deal.Event
	Profile  deal.Profile
	Contacts []deal.Contact
	Forms    []deal.Form     // of every cycle
	Dossier  []deal.Document // of every cycle
	Later    []Change        // the first change of every record after the instant
}

// Credentials are what a login is checked against.
type Credentials struct {
	Person       deal.Person
	PasswordHash string
}

// StoredRequest is the remembered answer of a POST that is no command.
type StoredRequest struct {
	Fingerprint string
	Status      int
	Body        []byte
	Location    string
}
