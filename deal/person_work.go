package deal

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// Some things that people have to do or hear belong to no account: what a sweep over the house asks for, and what concerns a
// team or a person. They are no events; the database keeps them (contract.md §2).

// The kinds of tasks that no account's log opens.
const (
	QuotaReasonTask   TaskKind = "quota_reason"   // a manager says why somebody of the team brings no leads
	QuotaDecisionTask TaskKind = "quota_decision" // the station head confirms or waives a deduction

	ReviewSignTask   TaskKind = "review_sign"   // the chair holds the monthly review and signs it
	ReviewReasonTask TaskKind = "review_reason" // whoever missed deadlines says why, before the review
	ReviewActionTask TaskKind = "review_action" // what a review has given somebody to do
)

// The kinds of notices that no account's log sends.
const (
	QuotaBreachNotice   NoticeKind = "quota_breach"       // no lead on several working days in a row
	QuotaReasonedNotice NoticeKind = "quota_reasoned"     // the manager said why
	QuotaDecidedNotice  NoticeKind = "quota_decided"      // the deduction was confirmed or waived
	BulletinNotice      NoticeKind = "bulletin_published" // the team's daily bulletin is there

	AddressChangedNotice NoticeKind = "address_changed" // the recipient's letters go elsewhere
	ChannelHaltedNotice  NoticeKind = "channel_halted"  // a channel refuses everything and is not called any more

	HandoverReceivedNotice NoticeKind = "handover_received" // somebody's accounts are the recipient's now
	HandoverOverNotice     NoticeKind = "handover_over"     // a handover came to its end
	DeputyGoneNotice       NoticeKind = "deputy_gone"       // who stood in for the recipient has left

	ReviewOpenedNotice  NoticeKind = "review_opened"  // a month's review waits for its chair and the team's manager
	ReviewRemindNotice  NoticeKind = "review_remind"  // it is due soon
	ReviewOverdueNotice NoticeKind = "review_overdue" // it was not signed in time: also to the chair's superior
	ReviewSignedNotice  NoticeKind = "review_signed"
)

// PersonTask asks one person to do one thing that belongs to no account.
type PersonTask struct {
	Task // its ID follows from kind, ref and assignee

	Args         []string // what its sentence says beside, in order
	ReasonWanted bool     // it is not done without a stated reason
	Reason       string   // as stated; empty while it is open, or none was given
	About        PersonID // whom it is about, who has no say in it; empty for nobody

	Reached []RungName // the rungs of its ladder that were climbed
}

// PersonNotice tells one person one thing that belongs to no account.
type PersonNotice struct {
	Notice

	ID   string // follows from kind, ref and recipient
	Args []string
	At   time.Time
}

// PersonWorkID is the ID of a task or a notice: one about one matter for one person is there once, however often it is
// opened.
func PersonWorkID(kind, ref string, who PersonID) string {
	h := sha256.New()
	for _, part := range []string{"person", kind, ref, string(who)} {
		h.Write([]byte(strconv.Itoa(len(part))))
		h.Write([]byte{':'})
		h.Write([]byte(part))
	}
	sum := h.Sum(nil)
	sum[6] = sum[6]&0x0f | 0x80 // RFC 9562 version 8, as with derivedID
	sum[8] = sum[8]&0x3f | 0x80
	s := hex.EncodeToString(sum[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// NewPersonTask is an open task with its ID.
func NewPersonTask(kind TaskKind, who PersonID, ref string, at time.Time, args ...string) PersonTask {
	return PersonTask{
		Task: Task{ID: PersonWorkID("task/"+string(kind), ref, who), Kind: kind, Assignee: who, Ref: ref, Status: TaskOpen, OpenedAt: instant(at)},
		Args: args, ReasonWanted: kind.wantsReason(),
	}
}

// NewPersonNotice is a notice with its ID.
func NewPersonNotice(kind NoticeKind, to PersonID, ref string, at time.Time, args ...string) PersonNotice {
	return PersonNotice{
		Notice: Notice{To: to, Kind: kind, Ref: ref}, ID: PersonWorkID("notice/"+string(kind), ref, to), Args: args, At: instant(at),
	}
}

// wantsReason tells whether a task of this kind is not done without a stated reason.
func (k TaskKind) wantsReason() bool { return k == QuotaReasonTask }

// Complete judges whether somebody may tick the task off, with a reason or without.
func (t PersonTask) Complete(org Org, actor PersonID, reason string, at time.Time) Refusals {
	var no Refusals
	if t.Status != TaskOpen {
		no.If(true, CodeTaskDone)
		return no
	}
	if t.About == "" {
		no.If(!org.ActsFor(actor, t.Assignee, at), CodeNotYourRole)
	} else {
		no.If(actor == t.About, CodeOwnBreach)
		no.If(actor != t.About && !org.SpeaksFor(actor, t.Assignee, at, t.About), CodeNotYourRole)
	}
	no.If(!t.Kind.manual(), CodeTaskNotManual, string(t.Kind))
	no.If(t.ReasonWanted && reason == "", CodeReasonMissing)
	return no
}
