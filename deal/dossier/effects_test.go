package dossier_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// stage is an account in front of its log: what is on file, and the events that come next.
type stage struct {
	t interface {
		require.TestingT
		Helper()
	}
	happening dossier.Happening
	seq       int64
}

func newStage(t interface {
	require.TestingT
	Helper()
}, documents ...deal.Document,
) *stage {
	s := &stage{t: t, happening: dossier.Happening{
		Before: deal.State{
			Account: "here", Number: "KA-2026-0042", Cycle: 1, Step: deal.Screen, Status: deal.Active, Owner: "rep1",
			Passes: make([]int, len(deal.Steps())),
		},
		Records: deal.Records{Dossier: documents}, Rules: dossier.DefaultRules(), Today: today,
	}}
	return s
}

// filedAs is a record as it stands on file in version 3.
func filedAs(t require.TestingT, id string, r dossier.Record) deal.Document {
	body, err := dossier.Encode(r)
	require.NoError(t, err)
	return deal.Document{Kind: string(r.Kind()), ID: id, Version: 3, Body: body}
}

// asked is a pending request about a record.
func (s *stage) asked(kind deal.ApprovalKind, record string) deal.Approval {
	a := deal.Approval{
		ID: "approval-" + record, Kind: kind, Requester: "rep2", Status: deal.Pending, Subject: deal.Subject{Type: deal.RecordSubject, ID: record, Version: 3},
	}
	s.happening.Before.Approvals = append(s.happening.Before.Approvals, a)
	return a
}

func (s *stage) then(body deal.EventBody, kind deal.EventKind) *stage {
	s.seq++
	s.happening.Events = append(s.happening.Events, deal.Event{
		Account: "here", Seq: s.seq, Cycle: 1, Step: s.happening.Before.Step, Kind: kind, Body: body, Actor: "ops1", At: now,
	})
	return s
}

// ends lets a request end.
func (s *stage) ends(a deal.Approval, how deal.ApprovalStatus) *stage {
	a.Status = how
	return s.then(deal.ApprovalDecided{Approval: a}, deal.ApprovalDecidedKind)
}

// out is what becomes of a record; the second value is false when nothing does.
func out[R dossier.Record](s *stage, id string) (R, bool) {
	s.t.Helper()
	before, err := json.Marshal(s.happening)
	require.NoError(s.t, err)
	changes, err := dossier.Effects(s.happening)
	require.NoError(s.t, err)
	after, err := json.Marshal(s.happening)
	require.NoError(s.t, err)
	require.Equal(s.t, string(before), string(after), "what was on file stays as it was")
	var none R
	for _, d := range changes.Documents {
		if d.Kind != string(none.Kind()) || d.ID != id {
			continue
		}
		require.Equal(s.t, int64(3), d.Version, "the version that is on file")
		r, err := dossier.Load(none.Kind(), d.Body)
		require.NoError(s.t, err)
		require.Empty(s.t, r.Validate(now), "an effect writes what a person could have written")
		if keyed, ok := r.(dossier.Keyed); ok {
			require.Equal(s.t, keyed.Key(), *d.Key)
		}
		is, ok := r.(R)
		require.True(s.t, ok)
		return is, true
	}
	return none, false
}

func forward(to deal.Step) deal.StepLeft { return deal.StepLeft{To: to, Direction: deal.Forward} }

func TestEffects_ofAnApprovedFilingRegisterIt(t *testing.T) {
	t.Parallel()
	draft := dossier.Filing{Project: "样品专线", Scope: "全省", Owner: "somebody"}
	s := newStage(t, filedAs(t, "f", draft), filedAs(t, "other", dossier.Filing{Project: "冷链"}))
	s.ends(s.asked(deal.Filing, "filing/f"), deal.Approved)
	f, changed := out[dossier.Filing](s, "f")
	require.True(t, changed)
	require.Equal(t, dossier.DefaultRules().File("KA-2026-0042-F1", "样品专线", "全省", "rep1", today), f)
	require.Equal(t, today.Add(90), f.ValidUntil)
	_, changed = out[dossier.Filing](s, "other")
	require.False(t, changed)

	second := newStage(t, filedAs(t, "f", draft), filedAs(t, "old", dossier.DefaultRules().File("KA-2026-0042-F12", "冷链", "", "rep1", today.Add(-300))))
	second.happening.Before.Owner = ""
	second.ends(second.asked(deal.Filing, "filing/f"), deal.Approved)
	f, _ = out[dossier.Filing](second, "f")
	require.Equal(t, "KA-2026-0042-F13", f.Number, "no number comes twice")
	require.EqualValues(t, "rep2", f.Owner, "who asked, while nobody owns the account")
}

func TestEffects_ofAFilingThatIsNotApprovedAreNone(t *testing.T) {
	t.Parallel()
	for _, how := range []deal.ApprovalStatus{deal.Pending, deal.Rejected, deal.SentBack} {
		s := newStage(t, filedAs(t, "f", dossier.Filing{}))
		s.ends(s.asked(deal.Filing, "filing/f"), how)
		_, changed := out[dossier.Filing](s, "f")
		require.False(t, changed, how)
	}
	form := newStage(t, filedAs(t, "f", dossier.Filing{}))
	a := form.asked(deal.Filing, "filing/f")
	form.happening.Before.Approvals[0].Subject.Type = deal.FormSubject
	a.Subject = deal.Subject{Type: deal.FormSubject, ID: "screen", Version: 3}
	form.ends(a, deal.Approved)
	_, changed := out[dossier.Filing](form, "f")
	require.False(t, changed, "an older playbook has a form approved")
}

func TestEffects_ofAStepForwardRenewLiveFilings(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	live, over := r.File("KA-1-F1", "a", "", "rep1", today.Add(-30)), r.File("KA-1-F2", "b", "", "rep1", today.Add(-91))
	released := r.File("KA-1-F3", "c", "", "rep1", today.Add(-30)).Release(dossier.ProjectAwarded, today.Add(-5))
	fresh := r.File("KA-1-F4", "d", "", "rep1", today)
	documents := []deal.Document{
		filedAs(t, "live", live), filedAs(t, "over", over), filedAs(t, "released", released), filedAs(t, "fresh", fresh),
		filedAs(t, "draft", dossier.Filing{Project: "e"}),
	}
	s := newStage(t, documents...).then(forward(deal.Survey), deal.StepLeftKind)
	f, changed := out[dossier.Filing](s, "live")
	require.True(t, changed)
	require.Equal(t, today.Add(90), f.ValidUntil)
	require.Equal(t, []dossier.Renewal{{On: today, Progress: "screen → survey", Until: today.Add(90)}}, f.Renewals)
	for _, id := range []string{"over", "released", "fresh", "draft"} {
		_, changed := out[dossier.Filing](s, id)
		require.False(t, changed, id)
	}
	archived := newStage(t, documents...).then(deal.CycleCompleted{}, deal.CycleCompletedKind)
	f, changed = out[dossier.Filing](archived, "live")
	require.True(t, changed, "the last step is one, too")
	require.Equal(t, "screen", f.Renewals[0].Progress)
	back := newStage(t, documents...).then(deal.StepLeft{To: deal.Collect, Direction: deal.Back}, deal.StepLeftKind)
	_, changed = out[dossier.Filing](back, "live")
	require.False(t, changed, "going back is no progress")
}

func TestEffects_ofTheAccountsEndReleaseItsFilings(t *testing.T) {
	t.Parallel()
	live := filedAs(t, "live", dossier.DefaultRules().File("KA-1-F1", "a", "", "rep1", today.Add(-30)))
	for outcome, cause := range map[deal.Outcome]dossier.ReleaseCause{
		deal.Lost: dossier.AccountClosed, deal.Dropped: dossier.AccountClosed, deal.Merged: dossier.AccountMerged,
	} {
		f, changed := out[dossier.Filing](newStage(t, live).then(deal.ClosedBody{Outcome: outcome}, deal.ClosedKind), "live")
		require.True(t, changed)
		require.Equal(t, []any{cause, today, false}, []any{f.Cause, f.ReleasedOn, f.Live(today)})
	}
}

func TestEffects_ofAnotherOwnerGiveThemTheLiveFilings(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	s := newStage(t, filedAs(t, "live", r.File("KA-1-F1", "a", "", "rep1", today)), filedAs(t, "over", r.File("KA-1-F2", "b", "", "rep1", today.Add(-91)))).
		then(deal.Assigned{Owner: "rep2", Previous: "rep1"}, deal.AssignedKind)
	f, changed := out[dossier.Filing](s, "live")
	require.True(t, changed)
	require.EqualValues(t, "rep2", f.Owner)
	_, changed = out[dossier.Filing](s, "over")
	require.False(t, changed, "who pursued what is over stays on record")
}

func TestEffects_ofACreditChangePutItIntoForceOrTakeItBack(t *testing.T) {
	t.Parallel()
	credit := dossier.Credit{
		Colour: dossier.Blue, Since: "2026-01-05", Reason: "small", Change: &dossier.CreditChange{To: dossier.Green, Reason: "grown", AskedOn: today, DueOn: today.Add(10)},
	}
	outcome := func(end func(*stage, deal.Approval)) (dossier.Credit, bool) {
		s := newStage(t, filedAs(t, "sole", credit))
		end(s, s.asked(deal.CreditChange, "credit/sole"))
		return out[dossier.Credit](s, "sole")
	}
	granted, changed := outcome(func(s *stage, a deal.Approval) { s.ends(a, deal.Approved) })
	require.True(t, changed)
	require.Equal(t, credit.Granted(today), granted)
	require.Equal(t, []any{dossier.Green, today, "grown"}, []any{granted.Colour, granted.Since, granted.Reason})

	for name, end := range map[string]func(*stage, deal.Approval){
		"rejected": func(s *stage, a deal.Approval) { s.ends(a, deal.Rejected) },
		"withdrawn": func(s *stage, a deal.Approval) {
			s.then(deal.ApprovalWithdrawn{Approval: a.ID}, deal.ApprovalWithdrawnKind)
		},
		"closed":    func(s *stage, _ deal.Approval) { s.then(deal.ClosedBody{Outcome: deal.Lost}, deal.ClosedKind) },
		"step left": func(s *stage, _ deal.Approval) { s.then(forward(deal.Survey), deal.StepLeftKind) },
	} {
		declined, changed := outcome(end)
		require.True(t, changed, name)
		require.Equal(t, credit.Declined(), declined, name)
	}
	for name, end := range map[string]func(*stage, deal.Approval){
		"returned for rework": func(s *stage, a deal.Approval) { s.ends(a, deal.SentBack) },
		"first of two levels": func(s *stage, a deal.Approval) { s.ends(a, deal.Pending) },
		"edited meanwhile": func(s *stage, a deal.Approval) {
			s.then(deal.ApprovalVoided{Approval: a.ID, Cause: deal.SubjectEdited}, deal.ApprovalVoidedKind)
		},
	} {
		_, changed := outcome(end)
		require.False(t, changed, name)
	}
}

func TestEffects_ofAnArbitrationStandInBothRecords(t *testing.T) {
	t.Parallel()
	theirs := filedAs(t, "theirs", dossier.DefaultRules().File("KA-9-F1", "样品专线", "", "rep3", today.Add(-30)))
	arbitrated := func(d deal.Arbitration) *stage {
		s := newStage(t, filedAs(t, "f", dossier.Filing{Project: "样品 专线"}))
		a := s.asked(deal.Filing, "filing/f")
		s.happening.Claim = deal.Claim{Account: "there", Owner: "rep3", Filing: theirs}
		return s.then(deal.FilingArbitrated{
			Approval: a.ID, Filing: "f", Decision: d, Against: deal.ClaimRef{Account: "there", Filing: "theirs", Owner: "rep3"},
		}, deal.FilingArbitratedKind)
	}
	granted := arbitrated(deal.GrantFiling)
	f, changed := out[dossier.Filing](granted, "f")
	require.True(t, changed)
	require.Equal(t, &dossier.Arbitrated{On: today, Arbiter: "ops1", Result: dossier.FilingGranted}, f.Arbitration)
	require.True(t, f.Draft(), "its approval comes after")
	changes, err := dossier.Effects(granted.happening)
	require.NoError(t, err)
	require.Len(t, changes.Foreign, 1)
	require.Equal(t, []any{deal.AccountID("there"), "theirs", int64(3), "KA-9-F1"}, []any{
		changes.Foreign[0].Account, changes.Foreign[0].Document.ID, changes.Foreign[0].Document.Version, *changes.Foreign[0].Document.Key,
	})
	lost, err := dossier.Load(dossier.FilingKind, changes.Foreign[0].Document.Body)
	require.NoError(t, err)
	require.Empty(t, lost.Validate(now))
	require.Equal(t, &dossier.Arbitrated{On: today, Arbiter: "ops1", Result: dossier.FilingLost}, lost.(dossier.Filing).Arbitration)
	require.False(t, lost.(dossier.Filing).Live(today))
	require.Equal(t, dossier.ProjectAwarded, lost.(dossier.Filing).Cause)

	refusedOne := arbitrated(deal.RefuseFiling)
	f, _ = out[dossier.Filing](refusedOne, "f")
	require.Equal(t, dossier.FilingRefused, f.Arbitration.Result)
	changes, err = dossier.Effects(refusedOne.happening)
	require.NoError(t, err)
	require.Empty(t, changes.Foreign, "what the other account has stays as it is")

	astray := arbitrated(deal.GrantFiling)
	astray.happening.Claim.Account = "elsewhere"
	_, err = dossier.Effects(astray.happening)
	require.ErrorContains(t, err, "not at hand")
}

func TestEffects_leaveAloneWhatAnAccountAboveShares(t *testing.T) {
	t.Parallel()
	shared := filedAs(t, "sole", dossier.Credit{Change: &dossier.CreditChange{To: dossier.Green, Reason: "grown", AskedOn: today, DueOn: today.Add(10)}})
	shared.SharedFrom = "above"
	s := newStage(t, shared)
	s.ends(s.asked(deal.CreditChange, "credit/sole"), deal.Approved)
	_, changed := out[dossier.Credit](s, "sole")
	require.False(t, changed)
}

func TestEffects_sayWhichDocumentCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newStage(t, deal.Document{Kind: "filing", ID: "broken", Version: 1, Body: json.RawMessage(`{"number":7}`)})
	_, err := dossier.Effects(s.then(forward(deal.Survey), deal.StepLeftKind).happening)
	require.ErrorContains(t, err, "filing broken")
}

// Whatever happens to an account day after day, its filings end when progress stops, every number comes once, and nothing
// that ended lives again.
func TestEffects_neverBringAFilingBackToLife(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newStage(t)
		day := today
		dead := map[string]bool{}
		for n := range rapid.IntRange(1, 12).Draw(t, "days") {
			day = day.Add(rapid.IntRange(0, 60).Draw(t, "wait"))
			s.happening.Today, s.happening.Events, s.seq = day, nil, 0
			s.happening.Before.Approvals = nil
			switch rapid.SampledFrom([]string{"file", "forward", "forward", "back", "close"}).Draw(t, "what") {
			case "file":
				id := "f" + strings.Repeat("x", n)
				s.happening.Records.Dossier = append(s.happening.Records.Dossier, filedAs(t, id, dossier.Filing{Project: id}))
				s.ends(s.asked(deal.Filing, "filing/"+id), deal.Approved)
			case "forward":
				s.then(forward(deal.Survey), deal.StepLeftKind)
			case "back":
				s.then(deal.StepLeft{To: deal.Collect, Direction: deal.Back}, deal.StepLeftKind)
			case "close":
				s.then(deal.ClosedBody{Outcome: deal.Dropped}, deal.ClosedKind)
			}
			changes, err := dossier.Effects(s.happening)
			require.NoError(t, err)
			numbers := map[string]bool{}
			for i, d := range s.happening.Records.Dossier {
				for _, c := range changes.Documents {
					if c.ID == d.ID {
						s.happening.Records.Dossier[i].Body = c.Body
					}
				}
				record, err := dossier.Load(dossier.FilingKind, s.happening.Records.Dossier[i].Body)
				require.NoError(t, err)
				f, ok := record.(dossier.Filing)
				require.True(t, ok)
				require.False(t, f.Live(day) && dead[d.ID], "%s lives again", d.ID)
				dead[d.ID] = !f.Live(day)
				require.False(t, numbers[f.Number], "number %s comes twice", f.Number)
				numbers[f.Number] = true
				require.LessOrEqual(t, f.ValidUntil, day.Add(90))
				instant, err := time.Parse(time.DateOnly, string(day))
				require.NoError(t, err)
				require.Empty(t, f.Validate(instant))
			}
		}
	})
}

func TestEffects_ofAHandoverNameTheSuccessorForWhatIsStillToBeDone(t *testing.T) {
	t.Parallel()
	survey := dossier.Survey{On: today, Answers: []dossier.Answer{{Question: "speed", Score: 3}}, Actions: []dossier.Action{
		{Action: "call back", Owner: "rep1", DueOn: today}, {Action: "refund", Owner: "rep1", DueOn: today, ClosedOn: today, Result: "paid"},
	}}
	service := func(what string, owner deal.PersonID) dossier.ServicePlan {
		return dossier.ServicePlan{Role: deal.UserRole, Service: what, EveryDays: 30, NextOn: today, Owner: owner}
	}
	proposal := dossier.Proposal{
		Owners: []deal.PersonID{"rep1", "rep2"}, Milestones: []dossier.Milestone{{Milestone: "trial", Owner: "rep1", DueOn: today}, {Milestone: "start", Owner: "rep3", DueOn: today}},
	}
	filing := dossier.DefaultRules().File("KA-1-F1", "a", "", "rep1", today)
	documents := []deal.Document{
		filedAs(t, "plan", service("call", "rep1")), filedAs(t, "other", service("visit", "rep3")),
		filedAs(t, "survey", survey), filedAs(t, "proposal", proposal), filedAs(t, "live", filing),
	}
	s := newStage(t, documents...).then(deal.HandedOver{From: "rep1", To: "rep2", Owner: true}, deal.HandedOverKind)
	plan, changed := out[dossier.ServicePlan](s, "plan")
	require.True(t, changed)
	require.EqualValues(t, "rep2", plan.Owner)
	_, changed = out[dossier.ServicePlan](s, "other")
	require.False(t, changed)
	asked, _ := out[dossier.Survey](s, "survey")
	require.Equal(t, []deal.PersonID{"rep2", "rep1"}, []deal.PersonID{asked.Actions[0].Owner, asked.Actions[1].Owner}, "what was done stays on record")
	offer, _ := out[dossier.Proposal](s, "proposal")
	require.Equal(t, []deal.PersonID{"rep2"}, offer.Owners, "nobody stands there twice")
	require.EqualValues(t, "rep2", offer.Milestones[0].Owner)
	f, changed := out[dossier.Filing](s, "live")
	require.True(t, changed)
	require.EqualValues(t, "rep2", f.Owner)

	beside := newStage(t, documents...).then(deal.HandedOver{From: "rep1", To: "rep2"}, deal.HandedOverKind)
	_, changed = out[dossier.Filing](beside, "live")
	require.False(t, changed, "the account stays whose it is, and its filing with it")
}
