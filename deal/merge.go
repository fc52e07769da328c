package deal

// Merge closes the account in favour of another one that is the same customer. Both histories are kept: this log ends
// with a pointer, and what is on file for life goes over (see [Carry]). There is no way back.
type Merge struct {
	Into   AccountID `json:"into"`
	Reason *TextRef  `json:"reason"`
}

func (Merge) name() CommandName   { return MergeName }
func (b Merge) texts() []*TextRef { return []*TextRef{b.Reason} }

// Carry is what of an account's file goes over to the account that lives on, worked out by package dossier and written
// with the command. Every record that goes over leaves a change row on both sides.
type Carry struct {
	Into      AccountID
	Number    string    // for people, of the account that lives on
	Contacts  []Contact // they keep their IDs, so that what was logged about them still finds them
	Documents []CarriedDocument
	Mended    []MendedDocument // of the account that lives on
	Was, Is   Profile          // of the account that lives on: it takes over the names under which the customer was known
	Formerly  Profile          // of the account that is merged
}

// CarriedDocument is a document as it leaves one file and as it comes into the other.
type CarriedDocument struct {
	Was   Document
	Is    Document // the same, about the contacts that the other account knows
	Stays bool     // it is left on the old file as well: what other records there refer to, or what ended there
}

// MendedDocument is a document of the account that lives on, before and after the merged account's weighed more.
type MendedDocument struct {
	Was, Is Document
}

// merge closes the account in favour of another, once an approval says so: whoever asked for it never decided it, so
// that there are two persons to every merge.
func (d *draft) merge(b Merge) {
	d.no.If(d.s.Status == Closed, CodeAlreadyClosed)
	d.needLead()
	d.needReason(b.Reason, "/reason")
	d.mergeable("/into", b.Into)
	asked := d.s.newestAbout(Merger, Subject{Type: AccountSubject, ID: string(b.Into)})
	if d.s.Status != Closed && asked.Status != Approved {
		d.no = append(d.no, Refusal{
			Code: CodeGateUnmet, Item: "merge_not_approved",
			Text: Text{ZH: "合并到该客户尚未获批", EN: "merging into that account is not approved"},
			Hint: Text{ZH: "提交 merge 审批并等待批准", EN: "request an approval of kind merge about that account and wait for it"},
			Link: "approvals",
		})
	}
	if len(d.no) == 0 {
		d.mergeInto(b.Into, b.Reason)
	}
}

// mergeable refuses an account that nobody can be merged into: one that is not there or closed, this one, or one below
// it, which would come under itself. Who has nothing to do with a closed one hears that it is not there, so that nobody
// finds out about accounts of others.
func (d *draft) mergeable(field string, into AccountID) {
	target := d.f.Target
	switch {
	case !target.Exists() || into == d.s.Account || target.Account == d.s.Account:
		d.no.Field(true, CodeUnknownAccount, field)
	case target.Status == Closed && d.knows(target):
		d.no.Field(true, CodeTargetClosed, field)
	case target.Status == Closed:
		d.no.Field(true, CodeUnknownAccount, field)
	default:
		d.fits(field, 0)
	}
}

// knows tells whether another account is the actor's to see: they lead it, arrange families, or opened it.
func (d *draft) knows(s State) bool {
	org, actor := d.f.Org, d.cmd.Actor
	return org.mayLead(s, actor, d.at) || org.governs(s, actor, d.at) || org.ActsFor(actor, s.Collector(), d.at)
}

// mergeInto ends the account with a pointer to the one that lives on. Its children follow the pointer.
func (d *draft) mergeInto(into AccountID, reason *TextRef) {
	told := d.tell(MergedNotice, string(into), zeroTime, d.s.Owner, d.f.Target.Owner)
	d.emit(ClosedBody{Outcome: Merged, Reason: reason, MergeInto: into}, nil, told)
}

// MergeTarget is the account that events merge another one into; empty when they merge nothing.
func MergeTarget(events []Event) AccountID {
	for _, e := range events {
		if b, ok := e.Body.(ClosedBody); ok {
			return b.MergeInto
		}
	}
	return ""
}
