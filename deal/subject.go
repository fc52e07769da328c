package deal

import (
	"slices"
	"strconv"
	"strings"
)

// RecordOf is the kind and the ID of the document that a subject is; the last value is false when it is no record.
func (s Subject) RecordOf() (kind, id string, ok bool) {
	if s.Type != RecordSubject {
		return "", "", false
	}
	kind, id, ok = strings.Cut(s.ID, "/")
	return kind, id, ok && kind != "" && id != ""
}

// RecordSubjectOf is a document of the account's file as the subject of an approval.
func RecordSubjectOf(d Document) Subject {
	return Subject{Type: RecordSubject, ID: d.Kind + "/" + d.ID, Version: d.Version}
}

// same tells whether two subjects are one thing, in whatever version.
func (s Subject) same(other Subject) bool { return s.Type == other.Type && s.ID == other.ID }

// SubjectVersion is the version that a subject has now, given the records; 0 when it is not there. What an approval or an
// event itself wrote into a record is no edit: until somebody edits it, every version since then counts as the one that
// was submitted.
func (s State) SubjectVersion(sub Subject, r Records) int64 {
	switch sub.Type {
	case FormSubject:
		f, _ := r.Form(Step(sub.ID))
		return f.Version
	case RecordSubject:
		kind, id, _ := sub.RecordOf()
		d, _ := r.Document(kind, id)
		if d.EditedAt() <= sub.Version && sub.Version <= d.Version {
			return sub.Version
		}
		return d.Version
	case AccountSubject:
		if sub.ID != string(s.Account) || s.Status == Closed {
			return sub.Version // another account is looked at when it is merged; a closed one does not change
		}
	}
	return 0
}

// judgeSubject checks that the subject is on file, is what this kind is about, and is at the version that was read.
func (d *draft) judgeSubject(b RequestApproval, rules ApprovalRules) Subject {
	sub := b.Subject
	wanted := FormSubject
	switch {
	case b.Kind == Reopen:
		d.no.Field(sub.Type != AccountSubject, CodeInvalidValue, "/subject/type", string(AccountSubject))
		d.no.Field(sub.ID != string(d.s.Account), CodeInvalidValue, "/subject/id", string(d.s.Account))
		d.no.Field(sub.Version != d.s.Seq, CodeSubjectChanged, "/subject/version", strconv.FormatInt(d.s.Seq, 10))
		return sub
	case b.Kind == Merger:
		d.no.Field(sub.Type != AccountSubject, CodeInvalidValue, "/subject/type", string(AccountSubject))
		d.mergeable("/subject/id", AccountID(sub.ID))
		return sub
	case rules.Subject != "":
		wanted = RecordSubject
		kind, _, ok := strings.Cut(sub.ID, "/")
		d.no.Field(kind != rules.Subject || !ok, CodeInvalidValue, "/subject/id", rules.Subject+"/<id>")
	default:
		d.no.Field(rules.Step != "" && Step(sub.ID) != rules.Step, CodeInvalidValue, "/subject/id", string(rules.Step))
	}
	d.no.Field(sub.Type != wanted, CodeInvalidValue, "/subject/type", string(wanted))
	var now int64
	if sub.Type == wanted {
		now = d.s.SubjectVersion(sub, d.f.Records)
	}
	d.no.Field(now == 0, CodeSubjectMissing, "/subject")
	d.no.Field(now != 0 && now != sub.Version, CodeSubjectChanged, "/subject/version", strconv.FormatInt(now, 10))
	if now != 0 && sub.Type == RecordSubject {
		d.no = append(d.no, d.f.Unfit...)
	}
	return sub
}

// pendingAbout is a request of a kind that is on its way for this subject.
func (s State) pendingAbout(k ApprovalKind, sub Subject) (Approval, bool) {
	i := slices.IndexFunc(s.Approvals, func(a Approval) bool { return a.Status == Pending && a.Kind == k && a.Subject.same(sub) })
	if i < 0 {
		return Approval{}, false
	}
	return s.Approvals[i], true
}

// newestAbout is the request of a kind that was last made for this subject, whatever became of it; an empty one when
// nobody asked.
func (s State) newestAbout(k ApprovalKind, sub Subject) Approval {
	for _, a := range slices.Backward(s.Approvals) {
		if a.Kind == k && a.Subject.same(sub) {
			return a
		}
	}
	return Approval{}
}
