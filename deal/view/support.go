package view

import (
	"time"

	"closedloop/deal"
)

// SupportStatus says how a request to the support centre stands.
type SupportStatus string

// A request is a draft until its approval is asked for, and then what became of that; once it is approved it is open until
// it is answered. Of an account that was closed meanwhile nobody answers it any more.
const (
	SupportDraft     SupportStatus = "draft"
	SupportPending   SupportStatus = "pending"
	SupportReturned  SupportStatus = "returned"
	SupportRejected  SupportStatus = "rejected"
	SupportWithdrawn SupportStatus = "withdrawn"
	SupportVoid      SupportStatus = "void"
	SupportOpen      SupportStatus = "open"
	SupportAnswered  SupportStatus = "answered"
)

// SupportStatuses returns every status.
func SupportStatuses() []SupportStatus {
	return []SupportStatus{
		SupportDraft, SupportPending, SupportReturned, SupportRejected, SupportWithdrawn, SupportVoid, SupportOpen, SupportAnswered,
	}
}

// SupportItem is a request to the support centre in the list of all accounts.
type SupportItem struct {
	Account       deal.AccountID
	AccountNumber string
	AccountName   string
	Visible       bool // the account is in the viewer's scope
	Document      deal.Document
	Status        SupportStatus
	Target        time.Time // by when an answer is due, or was; zero where there is no such time, or it stands still
	Late          bool
	Asked         []deal.PersonID // who is asked now
	Request       *ApprovalItem   // the newest approval about it; nil while nobody has asked for one
}

// SupportFilter narrows the list of requests.
type SupportFilter struct {
	Centre   string
	Status   SupportStatus
	Late     *bool
	Assignee deal.PersonID // who is asked now
	Account  deal.AccountID
	Now      time.Time // late is what had its target before
	Page     Page
}
