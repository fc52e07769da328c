package deal

import (
	"slices"
	"time"
)

// Arbitrate decides which of two accounts of one customer pursues a project: the one that asks for its filing, or the
// one whose filing protects it already (domain.md §4).
type Arbitrate struct {
	Filing   string      `json:"filing"` // ID of the record whose request waits
	Decision Arbitration `json:"decision"`
	Reason   *TextRef    `json:"reason"`
}

func (Arbitrate) name() CommandName   { return ArbitrateName }
func (b Arbitrate) texts() []*TextRef { return []*TextRef{b.Reason} }

// Arbitration is the word of sales_ops about a conflict of filings.
type Arbitration string

// The account that asks may file and the other one's filing ends, or the request ends and the other one's filing stays.
const (
	GrantFiling  Arbitration = "grant"
	RefuseFiling Arbitration = "refuse"
)

// Arbitrations returns both words.
func Arbitrations() []Arbitration { return []Arbitration{GrantFiling, RefuseFiling} }

// Claim is a filing of another account of the same customer.
type Claim struct {
	Account AccountID
	Owner   PersonID // of the account
	Team    TeamID
	Filing  Document
}

// FilingArbitrated: sales_ops decided a conflict of filings.
type FilingArbitrated struct {
	Approval string      `json:"approval"` // the request that waits
	Filing   string      `json:"filing"`   // the record that it is about
	Decision Arbitration `json:"decision"`
	Reason   *TextRef    `json:"reason,omitempty"`
	Against  ClaimRef    `json:"against"`
}

// ClaimRef names a claim in the log.
type ClaimRef struct {
	Account AccountID `json:"account"`
	Filing  string    `json:"filing"`
	Owner   PersonID  `json:"owner,omitempty"`
}

func (FilingArbitrated) kind() EventKind { return FilingArbitratedKind }

func (b FilingArbitrated) fold(s *State, e Event) {
	if b.Decision != RefuseFiling {
		return
	}
	s.endRequest(b.Approval, Rejected, e)
	if a, ok := s.Approval(b.Approval); ok {
		a.Arbiter = e.Actor
		s.setApproval(a)
	}
}

// arbitrate is the word of sales_ops. Nobody arbitrates for themselves: neither who asked nor an owner of either side,
// even as a deputy of sales_ops.
func (d *draft) arbitrate(b Arbitrate) {
	d.needActive()
	d.no.If(!d.f.Org.arbitrates(d.cmd.Actor, d.at), CodeNotYourRole)
	a, asked := d.s.pendingAbout(Filing, Subject{Type: RecordSubject, ID: filingRecord + "/" + b.Filing})
	d.no.If(!asked, CodeUnknownApproval)
	held := d.f.Claim
	d.no.If(asked && held.Account == "", CodeNoFilingConflict)
	d.no.If(asked && slices.Contains([]PersonID{a.Requester, a.Asker(), d.s.Owner, held.Owner}, d.cmd.Actor), CodeOwnRequest)
	d.no.Field(!slices.Contains(Arbitrations(), b.Decision), CodeInvalidValue, "/decision", string(GrantFiling), string(RefuseFiling))
	d.needReason(b.Reason, "/reason")
	if len(d.no) > 0 {
		return
	}
	kind := FilingGrantedNotice
	if b.Decision == RefuseFiling {
		kind = FilingRefusedNotice
	}
	d.emit(FilingArbitrated{
		Approval: a.ID, Filing: b.Filing, Decision: b.Decision, Reason: b.Reason,
		Against: ClaimRef{Account: held.Account, Filing: held.Filing.ID, Owner: held.Owner},
	}, nil, d.tell(kind, "approval/"+a.ID, zeroTime, a.Asker(), d.s.Owner, held.Owner))
}

// arbitrates tells whether the actor is of sales_ops, or stands in for somebody there.
func (o Org) arbitrates(actor PersonID, at time.Time) bool {
	return slices.ContainsFunc(o.Holders(SalesOps), func(p PersonID) bool { return o.ActsFor(actor, p, at) })
}

// files tells whether this is a request that an arbitration could be about.
func (a Approval) files() bool {
	return a.Status == Pending && a.Kind == Filing && a.Subject.Type == RecordSubject
}

// filingRecord is the kind of record of a filing; what is in it is package dossier's.
const filingRecord = "filing"

// contested tells whether another account holds the project that a filing is for, and refuses in words that say who, and
// nothing else of it.
func (d *draft) contested(a Approval) bool {
	held := d.f.Claim
	kind, id, _ := a.Subject.RecordOf()
	if a.Kind != Filing || kind != filingRecord || held.Account == "" {
		return false
	}
	owner := held.Owner
	if owner == "" {
		owner = d.f.Org.LeadOf(held.Team)
	}
	team, _ := d.f.Org.Team(held.Team)
	d.no = append(d.no, Refusal{
		Code: CodeFilingConflict, Args: []string{string(owner), team.Name}, Link: "filings/" + id + "/arbitration",
	})
	return true
}
