package dossier

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"closedloop/deal"
)

// Happening is a stretch of an account's log that is about to be written, and what was on file before it.
type Happening struct {
	Before  deal.State
	Events  []deal.Event
	Records deal.Records
	Claim   deal.Claim // whose filing an arbitration is about
	Rules   Rules
	Today   Day // where the organisation works
}

// Changes are the documents that follow from events, each with the version it has on file and what is in it afterwards:
// the account's own, and those of other accounts.
type Changes struct {
	Documents []deal.Document
	Foreign   []deal.ForeignDocument
}

// Effects works out what events mean for the account's file (domain.md §4, §5):
//
//   - an approved filing gets its number, its owner and the days of its protection; every step forward renews the live
//     ones, they go along to another owner, and they end with the account
//   - what is still to be done by somebody who hands over is the successor's: services, corrective actions, the proposal
//   - an arbitration releases the filing of the account that loses the project, and stands in both records
//   - an approved change of credit comes into force; one that was not approved is gone, unless somebody has edited it
//     meanwhile, because then it is what they ask for now
//   - an approved support request, visit of an executive or gift remembers when it was approved
//
// They are written with the events. Like these they are facts: no effect is ever refused.
func Effects(h Happening) (Changes, error) {
	w := effects{Happening: h, file: slices.Clone(h.Records.Dossier)}
	state := h.Before
	for _, e := range h.Events {
		next := deal.Fold(state, e)
		for _, a := range next.Approvals {
			if was, asked := state.Approval(a.ID); asked && was.Status == deal.Pending && a.Status != deal.Pending {
				w.over(next, a, e)
			}
		}
		switch b := e.Body.(type) {
		case deal.StepLeft:
			if b.Direction == deal.Forward {
				w.renew(string(e.Step) + " → " + string(b.To))
			}
		case deal.CycleCompleted:
			w.renew(string(e.Step))
		case deal.Assigned:
			w.handOver(b.Owner)
		case deal.HandedOver:
			w.succeed(b)
		case deal.ClosedBody:
			w.release(b)
		case deal.FilingArbitrated:
			w.arbitrated(b, e)
		}
		state = next
	}
	return w.changes()
}

// effects is the work on one happening.
type effects struct {
	Happening

	file    []deal.Document // as it becomes
	foreign []deal.ForeignDocument
	fault   error
}

// over is what the end of a request means for its subject.
func (w *effects) over(s deal.State, a deal.Approval, e deal.Event) {
	kind, id, ok := a.Subject.RecordOf()
	if !ok {
		return
	}
	switch {
	case a.Kind == deal.Filing && kind == string(FilingKind) && a.Status == deal.Approved:
		owner := s.Owner
		if owner == "" {
			owner = a.Asker()
		}
		number := w.nextNumber()
		change(w, id, func(f Filing) Filing {
			filed := w.Rules.File(number, f.Project, f.Scope, owner, w.Today)
			filed.Arbitration = f.Arbitration
			return filed
		})
	case a.Kind == deal.CreditChange && kind == string(CreditKind):
		switch a.Status {
		case deal.Approved:
			change(w, id, func(k Credit) Credit { return k.Granted(w.Today) })
		case deal.Rejected, deal.Withdrawn, deal.VoidStatus:
			if voided, is := e.Body.(deal.ApprovalVoided); !is || voided.Cause != deal.SubjectEdited {
				change(w, id, Credit.Declined)
			}
		case deal.Pending, deal.SentBack: // one that is to be reworked is still asked for
		}
	case a.Status == deal.Approved:
		w.accepted(a, kind, id)
	}
}

// accepted notes when something was approved that people now may do: it is on file for life, the approval is not.
func (w *effects) accepted(a deal.Approval, kind, id string) {
	at := InstantOf(a.ClosedAt)
	switch {
	case a.Kind == deal.SupportRequest && kind == string(SupportRequestKind):
		change(w, id, func(r SupportRequest) SupportRequest { r.AcceptedAt = at; return r })
	case a.Kind == deal.ExecutiveVisit && kind == string(ExecutiveVisitKind):
		change(w, id, func(v ExecutiveVisit) ExecutiveVisit { v.AcceptedAt = at; return v })
	case a.Kind == deal.Gift && kind == string(GiftRecordKind):
		change(w, id, func(g Gift) Gift { g.AcceptedAt = at; return g })
	}
}

// renew prolongs live filings, once a day: the steps of one day give no more than the first.
func (w *effects) renew(progress string) {
	changeAll(w, func(f Filing) Filing {
		if !f.Live(w.Today) || f.ValidUntil >= w.Today.Add(w.Rules.FilingDays) {
			return f
		}
		renewed, _ := w.Rules.Renew(f, progress, w.Today) // live, and with a reason
		return renewed
	})
}

// handOver gives live filings the account's new owner.
func (w *effects) handOver(to deal.PersonID) {
	changeAll(w, func(f Filing) Filing {
		if f.Live(w.Today) {
			f.Owner = to
		}
		return f
	})
}

// succeed names the successor where the file names who hands over for something still to be done. What was done stays
// theirs.
func (w *effects) succeed(b deal.HandedOver) {
	if b.Owner {
		w.handOver(b.To)
	}
	now := func(p deal.PersonID) deal.PersonID {
		if p == b.From {
			return b.To
		}
		return p
	}
	changeAll(w, func(p ServicePlan) ServicePlan {
		p.Owner = now(p.Owner)
		return p
	})
	changeAll(w, func(s Survey) Survey {
		for i, a := range s.Actions {
			if a.ClosedOn == "" {
				s.Actions[i].Owner = now(a.Owner)
			}
		}
		return s
	})
	changeAll(w, func(p Proposal) Proposal {
		if slices.Contains(p.Owners, b.From) {
			p.Owners = successors(p.Owners, now)
		}
		for i, m := range p.Milestones {
			p.Milestones[i].Owner = now(m.Owner)
		}
		return p
	})
}

// successors are people as they become, in their order, each once.
func successors(people []deal.PersonID, become func(deal.PersonID) deal.PersonID) []deal.PersonID {
	var once []deal.PersonID
	for _, p := range people {
		if p = become(p); !slices.Contains(once, p) {
			once = append(once, p)
		}
	}
	return once
}

// release ends live filings with their account.
func (w *effects) release(b deal.ClosedBody) {
	cause := AccountClosed
	if b.Outcome == deal.Merged {
		cause = AccountMerged
	}
	changeAll(w, func(f Filing) Filing { return f.Release(cause, w.Today) })
}

// arbitrated writes the decision into both records.
func (w *effects) arbitrated(b deal.FilingArbitrated, e deal.Event) {
	result := FilingRefused
	if b.Decision == deal.GrantFiling {
		result = FilingGranted
		w.lose(b, e)
	}
	change(w, b.Filing, func(f Filing) Filing {
		f.Arbitration = &Arbitrated{On: w.Today, Arbiter: e.Actor, Result: result}
		return f
	})
}

// lose releases the filing of the account that had the project.
func (w *effects) lose(b deal.FilingArbitrated, e deal.Event) {
	d := w.Claim.Filing
	if w.Claim.Account != b.Against.Account || d.ID != b.Against.Filing {
		w.fault = fmt.Errorf("the filing %s of account %s is not at hand", b.Against.Filing, b.Against.Account)
		return
	}
	record, err := Load(FilingKind, d.Body)
	if err != nil {
		w.fault = err
		return
	}
	f := record.(Filing).Release(ProjectAwarded, w.Today) //nolint:forcetypeassert // of that kind
	f.Arbitration = &Arbitrated{On: w.Today, Arbiter: e.Actor, Result: FilingLost}
	if err := put(&d, f); err != nil {
		w.fault = err
		return
	}
	w.foreign = append(w.foreign, deal.ForeignDocument{Account: w.Claim.Account, Document: d})
}

// nextNumber is the account's number with the filing's own behind it.
func (w *effects) nextNumber() string {
	prefix, last := w.Before.Number+"-F", 0
	changeAll(w, func(f Filing) Filing {
		if n, err := strconv.Atoi(strings.TrimPrefix(f.Number, prefix)); err == nil && strings.HasPrefix(f.Number, prefix) {
			last = max(last, n)
		}
		return f
	})
	return prefix + strconv.Itoa(last+1)
}

// change rewrites the account's own document of a type; one that is not on file stays away.
func change[R Record](w *effects, id string, how func(R) R) {
	var none R
	for i := range w.file {
		if d := &w.file[i]; d.Kind == string(none.Kind()) && d.ID == id && d.SharedFrom == "" {
			rewriteDocument(w, d, how)
		}
	}
}

// changeAll rewrites all of the account's own documents of a type.
func changeAll[R Record](w *effects, how func(R) R) {
	var none R
	for i := range w.file {
		if d := &w.file[i]; d.Kind == string(none.Kind()) && d.SharedFrom == "" {
			rewriteDocument(w, d, how)
		}
	}
}

func rewriteDocument[R Record](w *effects, d *deal.Document, how func(R) R) {
	record, err := Load(Kind(d.Kind), d.Body)
	if err == nil {
		err = put(d, how(record.(R))) //nolint:forcetypeassert // of that kind
	}
	if err != nil && w.fault == nil {
		w.fault = fmt.Errorf("%s %s: %w", d.Kind, d.ID, err)
	}
}

// put gives a document the content of a record, if that is another one.
func put(d *deal.Document, r Record) error {
	was, err := Load(Kind(d.Kind), d.Body)
	if err != nil {
		return err
	}
	before, err := Encode(was)
	if err != nil {
		return err
	}
	body, err := Encode(r)
	if err != nil || bytes.Equal(before, body) {
		return err
	}
	d.Body = body
	return nil
}

// changes are the documents that became others.
func (w *effects) changes() (Changes, error) {
	out := Changes{Foreign: w.foreign}
	for i, d := range w.file {
		if bytes.Equal(d.Body, w.Records.Dossier[i].Body) {
			continue
		}
		if err := setKey(&d); err != nil {
			return Changes{}, err
		}
		out.Documents = append(out.Documents, d)
	}
	for i := range out.Foreign {
		if err := setKey(&out.Foreign[i].Document); err != nil {
			return Changes{}, err
		}
	}
	return out, w.fault
}

// setKey notes under which key the content may be on file only once.
func setKey(d *deal.Document) error {
	record, err := Load(Kind(d.Kind), d.Body)
	if err != nil {
		return err
	}
	if keyed, ok := record.(Keyed); ok {
		key := keyed.Key()
		d.Key = &key
	}
	return nil
}
