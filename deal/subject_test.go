package deal_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
)

func TestRequest_aboutARecordIsRefusedWithEverythingAgainstIt(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	good := w.ask(deal.VetoLift)
	with := func(change func(*deal.Subject)) deal.RequestApproval {
		b := good
		change(&b.Subject)
		return b
	}
	no := w.refuse(t, rep1, with(func(s *deal.Subject) { s.ID = "credit/credit1" }), deal.CodeInvalidValue)
	require.Equal(t, []string{"veto/<id>"}, no[0].Args)
	w.refuse(t, rep1, with(func(s *deal.Subject) { s.ID = "veto" }), deal.CodeInvalidValue, deal.CodeSubjectMissing)
	w.refuse(t, rep1, with(func(s *deal.Subject) { s.ID = "veto/none" }), deal.CodeSubjectMissing)
	w.refuse(t, rep1, with(func(s *deal.Subject) { s.Type = deal.FormSubject }), deal.CodeInvalidValue, deal.CodeSubjectMissing)
	no = w.refuse(t, rep1, with(func(s *deal.Subject) { s.Version = 7 }), deal.CodeSubjectChanged)
	require.Equal(t, []string{"1"}, no[0].Args)
	w.facts.Unfit = deal.Refusals{{Code: deal.CodeSubjectMissing, Text: deal.Text{EN: "The veto item is not hit."}}}
	w.refuse(t, rep1, good, deal.CodeSubjectMissing)
}

func TestRequest_ofAKindWithoutAStepIsAskedForAnywhereWhileActive(t *testing.T) {
	t.Parallel()
	for _, step := range deal.Steps() {
		w := standingIn(t, step)
		for _, kind := range []deal.ApprovalKind{deal.VetoLift, deal.GradeOverride, deal.CreditChange, deal.Merger} {
			w.do(t, rep1, w.ask(kind))
			require.True(t, w.latest(t, kind).Anywhere)
		}
		w.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: "2026-04-01"})
		w.refuse(t, rep1, w.ask(deal.VetoLift), deal.CodeNotActive, deal.CodeAlreadyPending)
	}
}

func TestRequest_blocksAnotherOfItsKindForTheSameSubjectOnly(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	second := deal.Document{Kind: "veto", ID: "veto2", Version: 3}
	w.facts.Records.Dossier = append(w.facts.Records.Dossier, second)
	w.do(t, rep1, w.ask(deal.VetoLift))
	first := w.latest(t, deal.VetoLift)
	w.do(t, rep1, deal.RequestApproval{Kind: deal.VetoLift, Subject: deal.RecordSubjectOf(second)})
	no := w.refuse(t, rep1, w.ask(deal.VetoLift), deal.CodeAlreadyPending)
	require.Equal(t, []string{first.ID}, no[0].Args)
}

func TestRequest_outlivesItsStepWhenItBelongsToNone(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	w.do(t, rep1, w.ask(deal.CreditChange))
	w.do(t, rep1, w.ask(deal.Proposal))
	w.do(t, rep1, deal.Advance{From: deal.Plan})
	require.Equal(t, deal.VoidStatus, w.latest(t, deal.Proposal).Status)
	require.Equal(t, deal.Pending, w.latest(t, deal.CreditChange).Status)
	require.Contains(t, w.todo(), "approve manager1")
	w.do(t, rep1, deal.Return{To: deal.Plan, Reason: note("again")})
	w.do(t, manager1, w.say(deal.CreditChange, deal.Approve))

	w.do(t, rep1, w.ask(deal.CreditChange))
	w.walk(t, deal.Archive).do(t, rep1, deal.Advance{From: deal.Archive})
	require.Equal(t, deal.VoidStatus, w.latest(t, deal.CreditChange).Status, "but not its cycle")
}

func TestRequest_toMergeNamesAnAccountThatIsThere(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	good := w.ask(deal.Merger)
	w.copy().do(t, rep1, good)
	bad := good
	w.facts.Target, bad.Subject.ID = deal.State{}, "nobody"
	w.refuse(t, rep1, bad, deal.CodeUnknownAccount)
	bad = good
	bad.Subject.Type = deal.RecordSubject
	w.refuse(t, rep1, bad, deal.CodeInvalidValue)
}

func TestDecision_aboutARecordThatWasEditedIsRefused(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, w.ask(deal.VetoLift))
	w.editSubject(deal.VetoLift)
	no := w.refuse(t, manager1, w.say(deal.VetoLift, deal.Approve), deal.CodeSubjectChanged)
	require.Equal(t, []string{"2"}, no[0].Args)
	events := w.tick(t, "2026-03-03 09:00")
	require.Contains(t, kinds(events), deal.ApprovalVoidedKind, "the clock finds it out by itself")

	gone := standingIn(t, deal.Survey)
	gone.do(t, rep1, gone.ask(deal.VetoLift))
	gone.facts.Records.Dossier = nil
	gone.do(t, deal.System, deal.VoidApproval{Approval: gone.latest(t, deal.VetoLift).ID})
	require.Equal(t, deal.VoidStatus, gone.latest(t, deal.VetoLift).Status)
}

// What events write into a record is no edit: every version since the last edit counts as the one that was submitted, and
// none before it.
func TestSubjectVersion_ignoresWhatEventsWrote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := deal.Document{Kind: "filing", ID: "f", Version: 1}
		asked := rapid.Int64Range(1, 12).Draw(t, "asked")
		edited := int64(1)
		for range rapid.IntRange(0, 10).Draw(t, "changes") {
			if rapid.Bool().Draw(t, "by an event") {
				d.Edited = d.EditedAt()
			} else {
				d.Edited, edited = 0, d.Version+1
			}
			d.Version++
		}
		require.Equal(t, edited, d.EditedAt())
		sub := deal.Subject{Type: deal.RecordSubject, ID: "filing/f", Version: asked}
		now := deal.State{}.SubjectVersion(sub, deal.Records{Dossier: []deal.Document{{Kind: "filing", ID: "other", Version: 3}, d}})
		if edited <= asked && asked <= d.Version {
			require.Equal(t, asked, now)
		} else {
			require.Equal(t, d.Version, now)
		}
	})
	require.Zero(t, deal.State{}.SubjectVersion(deal.Subject{Type: deal.RecordSubject, ID: "filing/f", Version: 1}, deal.Records{}))
	require.Zero(t, deal.State{}.SubjectVersion(deal.Subject{Type: "rumour", ID: "filing/f", Version: 1}, deal.Records{}))
}

func TestRecordOf_readsKindAndIDOfRecordsOnly(t *testing.T) {
	t.Parallel()
	kind, id, ok := deal.RecordSubjectOf(deal.Document{Kind: "proposal", ID: "cycle-1", Version: 2}).RecordOf()
	require.Equal(t, []any{"proposal", "cycle-1", true}, []any{kind, id, ok})
	for _, sub := range []deal.Subject{
		{Type: deal.FormSubject, ID: "proposal/cycle-1"},
		{Type: deal.RecordSubject, ID: "proposal"},
		{Type: deal.RecordSubject, ID: "/x"},
		{Type: deal.RecordSubject, ID: "x/"},
	} {
		_, _, ok := sub.RecordOf()
		require.False(t, ok, sub)
	}
}

// A change of credit is finished within ten calendar days: the days of its levels run through nights and weekends.
func TestRequest_ofACreditChangeRunsInCalendarDaysWhereThePlaybookSaysSo(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	for _, who := range []deal.Audience{deal.OwnerManager, "role:finance"} {
		w.facts.Chain = append(w.facts.Chain, deal.LevelRules{Who: who, Mode: deal.AnySeat, Within: calendarDays(5), Ladder: decisionLadder()})
	}
	w.facts.Book.QuietHours = false
	w.do(t, rep1, w.ask(deal.CreditChange))
	w.facts.Chain = nil
	first := w.clock(t, "approval/"+w.latest(t, deal.CreditChange).ID+"/1")
	require.Equal(t, wall(w.now.Add(5*day)), wall(first.Due), "over a weekend")
	w.now = w.now.Add(4 * day)
	w.do(t, manager1, w.say(deal.CreditChange, deal.Approve))
	second := w.clock(t, "approval/"+w.latest(t, deal.CreditChange).ID+"/2")
	require.Equal(t, wall(w.now.Add(5*day)), wall(second.Due))
	events := w.tick(t, wall(second.Due))
	require.Contains(t, told(events), "approval_urge finance1")
	require.True(t, w.clock(t, second.ID).Breached)
}
