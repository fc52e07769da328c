package deal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// linked is a pending proposal and a link of its approver.
func linked(t *testing.T, levels ...deal.LevelRules) (*world, deal.DecisionLink) {
	t.Helper()
	w := asked(t, levels...)
	l, no := deal.LinkTo(w.latest(t, deal.Proposal), w.facts.Org, manager1, w.now, w.now.Add(3*day))
	require.Empty(t, no)
	return w, l
}

// against are the codes that stand against a link now.
func (w *world) against(t *testing.T, l deal.DecisionLink) []deal.Code {
	t.Helper()
	a, ok := w.state.Approval(l.Approval)
	require.True(t, ok)
	return codes(l.Against(a, w.facts.Org, w.now))
}

// byLink is the decision that a link's form sends.
func (w *world) byLink(t *testing.T, what deal.Decision) deal.DecideApproval {
	t.Helper()
	word := w.say(deal.Proposal, what)
	word.Via, word.Level = deal.ViaLink, 1
	return word
}

func TestDecisionLink_isOnlyForWhoIsAsked(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.delegate(manager1, manager2, 5)
	for who, want := range map[deal.PersonID][]deal.Code{
		manager1: {}, manager2: {}, // a deputy has a link of their own
		rep1: {deal.CodeLinkVoid}, director1: {deal.CodeLinkVoid}, "nobody": {deal.CodeLinkVoid}, "left1": {deal.CodeLinkVoid},
	} {
		_, no := deal.LinkTo(w.latest(t, deal.Proposal), w.facts.Org, who, w.now, w.now.Add(day))
		require.ElementsMatch(t, want, codes(no), who)
	}
}

func TestDecisionLink_diesWithWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(*testing.T, *world)
		want    deal.Code
	}{
		"decided": {func(t *testing.T, w *world) { w.do(t, manager1, w.say(deal.Proposal, deal.SendBack)) }, deal.CodeAlreadyDecided},
		"withdrawn": {func(t *testing.T, w *world) {
			w.do(t, rep1, deal.WithdrawApproval{Approval: w.latest(t, deal.Proposal).ID})
		}, deal.CodeAlreadyDecided},
		"next level":  {func(t *testing.T, w *world) { w.do(t, manager1, w.say(deal.Proposal, deal.Approve)) }, deal.CodeLinkVoid},
		"person left": {func(_ *testing.T, w *world) { w.leaves(manager1) }, deal.CodeLinkVoid},
		"time is up":  {func(_ *testing.T, w *world) { w.now = w.now.Add(3 * day) }, deal.CodeLinkExpired},
		"handed on": {func(t *testing.T, w *world) {
			w.do(t, manager1, deal.TransferApproval{Approval: w.latest(t, deal.Proposal).ID, To: manager2, Reason: note("away")})
		}, deal.CodeLinkVoid},
		"another text": {func(t *testing.T, w *world) {
			w.edit(deal.Plan)
			w.do(t, deal.System, deal.VoidApproval{Approval: w.latest(t, deal.Proposal).ID})
		}, deal.CodeAlreadyDecided},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, l := linked(t)
			require.Empty(t, w.against(t, l))
			c.happens(t, w)
			require.Equal(t, []deal.Code{c.want}, w.against(t, l))
		})
	}
}

func TestDecisionLink_ofADeputyEndsWithTheDelegation(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.delegate(manager1, manager2, 1)
	l, no := deal.LinkTo(w.latest(t, deal.Proposal), w.facts.Org, manager2, w.now, w.now.Add(3*day))
	require.Empty(t, no)
	w.now = w.now.Add(day + time.Second)
	require.Equal(t, []deal.Code{deal.CodeLinkVoid}, w.against(t, l))
}

func TestDecisionLink_thatWasUsedSaysWhen(t *testing.T) {
	t.Parallel()
	w, l := linked(t)
	l.UsedAt = w.now
	a, _ := w.state.Approval(l.Approval)
	no := l.Against(a, w.facts.Org, w.now.Add(time.Hour))
	require.Equal(t, deal.Refusals{{Code: deal.CodeLinkUsed, Args: []string{w.now.Format(time.RFC3339)}}}, no)
}

func TestDecisionLink_namesWhoWasFaster(t *testing.T) {
	t.Parallel()
	w, l := linked(t)
	w.delegate(manager1, manager2, 5)
	w.do(t, manager2, w.say(deal.Proposal, deal.Reject))
	a, _ := w.state.Approval(l.Approval)
	require.Equal(t, []string{string(manager2), "rejected"}, l.Against(a, w.facts.Org, w.now)[0].Args[:2])
}

func TestDecideApproval_byALinkIsOnRecordAndForItsLevelOnly(t *testing.T) {
	t.Parallel()
	w, _ := linked(t)
	w.do(t, manager1, w.byLink(t, deal.Approve))
	a := w.latest(t, deal.Proposal)
	require.Equal(t, deal.ViaLink, a.Levels[0].Seats[0].Via)
	require.Equal(t, 2, a.Level)
	w.refuse(t, director1, w.byLink(t, deal.Approve), deal.CodeLinkVoid)
	fax := w.say(deal.Proposal, deal.Approve)
	fax.Via = "fax"
	w.refuse(t, director1, fax, deal.CodeInvalidValue)
	w.do(t, director1, w.say(deal.Proposal, deal.Approve))
	require.Empty(t, w.latest(t, deal.Proposal).Levels[1].Seats[0].Via)
}

func TestAsksToDecide_isOfNoticesThatWantAWordAndNameTheirRequest(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	events := w.do(t, rep1, w.ask(deal.Proposal))
	asked := events[len(events)-1].Notices[0]
	require.True(t, asked.Kind.AsksToDecide())
	require.Equal(t, w.latest(t, deal.Proposal).ID, deal.ApprovalIn(asked.Ref))
	require.True(t, deal.RungNotice(deal.ApprovalClock, deal.Urge).AsksToDecide())
	for _, other := range []deal.NoticeKind{deal.ApprovedNotice, deal.RungNotice(deal.StepClock, deal.Urge), deal.RungNotice(deal.ApprovalClock, deal.Reassign)} {
		require.False(t, other.AsksToDecide(), other)
	}
	require.Empty(t, deal.ApprovalIn("step/step"))
}
