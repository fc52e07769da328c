package deal

import "time"

// DecisionLink lets one person decide one level of one request, once, without logging in: it goes out with the message that
// asks for the word (domain.md §7). It gives no right of its own. Whether the person may still speak is judged by what holds
// now, so a request that is decided, handed on or given back takes every link to it along.
type DecisionLink struct {
	ID       string
	Approval string
	Person   PersonID
	Level    int   // from 1
	Version  int64 // of the subject that the person was asked about

	MadeAt    time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero: not yet
}

// LinkTo makes a link for somebody whose word a request waits for; the codes of [DecisionLink.Against] say why not.
func LinkTo(a Approval, org Org, who PersonID, now, expires time.Time) (DecisionLink, Refusals) {
	l := DecisionLink{Approval: a.ID, Person: who, Level: a.Level, Version: a.Subject.Version, MadeAt: now, ExpiresAt: expires}
	return l, l.Against(a, org, now)
}

// Against is what stands against deciding by the link: that it was used, that the request is over and by whose word, that
// its time is up, or that the person is not asked any more.
func (l DecisionLink) Against(a Approval, org Org, now time.Time) (no Refusals) {
	switch who, known := org.Person(l.Person); {
	case !known || !who.Active:
		no.If(true, CodeLinkVoid)
	case !l.UsedAt.IsZero():
		no.If(true, CodeLinkUsed, l.UsedAt.Format(time.RFC3339))
	case a.Status != Pending:
		no.If(true, CodeAlreadyDecided, string(a.lastWord()), string(a.Status), a.ClosedAt.Format(time.RFC3339))
	case !now.Before(l.ExpiresAt):
		no.If(true, CodeLinkExpired, l.ExpiresAt.Format(time.RFC3339))
	default:
		no.If(a.Level != l.Level || a.asks(l.Person) || a.seatFor(org, l.Person, now) < 0, CodeLinkVoid)
		no.If(a.Subject.Version != l.Version, CodeSubjectChanged, "")
	}
	return no
}

// lastWord is whose word ended a request.
func (a Approval) lastWord() PersonID {
	if a.Status != Withdrawn && a.Arbiter != "" {
		return a.Arbiter
	}
	if a.Status == Withdrawn {
		return a.Asker()
	}
	by := a.Requester
	for _, l := range a.Levels {
		for _, s := range l.Seats {
			if s.By != "" && !s.Auto {
				by = s.By
			}
		}
	}
	return by
}

// ApprovalIn is the request that a notice or a task is about, by its reference; empty when it is about none.
func ApprovalIn(ref string) string { return ofApproval(ref) }

// AsksToDecide tells whether a notice asks for a word about a request: at first, and again while its time runs out.
func (k NoticeKind) AsksToDecide() bool {
	return k == AskedNotice || k == RungNotice(ApprovalClock, Remind) || k == RungNotice(ApprovalClock, Urge)
}

// WantsOpinion tells whether who approves has to say why: the running level of a pending request asks for it.
func (a Approval) WantsOpinion() bool {
	return a.Status == Pending && a.Level >= 1 && a.Level <= len(a.Levels) && a.Levels[a.Level-1].Rules.Opinion
}
