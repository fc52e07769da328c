package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

// scopes is a house with four accounts and everything that makes somebody see one.
type scopes struct {
	*world

	north, south, lead, asked deal.AccountID
}

func newScopes(t *testing.T) scopes {
	t.Helper()
	w := newWorld(t)
	s := scopes{
		world: w,
		north: w.lead("rep1", customer("晨风集团")),
		south: w.lead("rep3", customerIn("宿城区", "实信织带")),
		lead:  w.lead("collector1", customer("华兴玻璃")),
		asked: w.lead("rep1", customer("三鼎织带"), deal.Contact{Name: "孙丽", Mobile: "13805240011"}),
	}
	w.do(s.asked, "rep1", deal.Advance{From: deal.Collect})
	form, err := w.PutForm(t.Context(), w.as("rep1"), s.asked, deal.Screen, 0, map[string]any{"need": true})
	require.NoError(t, err)
	w.do(s.asked, "rep1", deal.RequestApproval{
		Kind: deal.Filing, Subject: deal.Subject{Type: deal.FormSubject, ID: string(deal.Screen), Version: form.Version}, Text: text("please"),
	})
	return s
}

// sees lists what a login sees, by the list and by every single read; all of them must agree.
func (s scopes) sees(login string) []deal.AccountID {
	s.t.Helper()
	ctx, v := s.t.Context(), s.as(login)
	items, next, err := s.Accounts(ctx, v, view.AccountFilter{Sort: "number"})
	require.NoError(s.t, err)
	require.Empty(s.t, next)
	listed := []deal.AccountID{}
	for _, i := range items {
		listed = append(listed, i.ID)
	}
	for _, id := range []deal.AccountID{s.north, s.south, s.lead, s.asked, "nonexistent", "'; --"} {
		want := slices.Contains(listed, id)
		reads := map[string]func() error{
			"account":      func() error { _, err := s.Account(ctx, v, id); return err },
			"with records": func() error { _, _, err := s.AccountWithRecords(ctx, v, id); return err },
			"form":         func() error { _, err := s.Form(ctx, v, id, deal.Collect, 0); return err },
			"contacts":     func() error { _, err := s.Contacts(ctx, v, id); return err },
			"interactions": func() error { _, _, err := s.Interactions(ctx, v, id, view.Page{}); return err },
			"events":       func() error { _, err := s.Events(ctx, v, id, view.Page{}); return err },
			"changes":      func() error { _, err := s.Changes(ctx, v, id); return err },
			"whole log":    func() error { _, err := s.Whole(ctx, v, id); return err },
			"profile": func() error { // far from its version, so nobody changes anything
				_, err := s.PatchProfile(ctx, v, id, 99, deal.Profile{})
				return unless(err, deal.ErrStale, view.ErrReadOnly)
			},
		}
		for name, read := range reads {
			if want {
				require.NoError(s.t, read(), "%s of %s by %s", name, id, login)
			} else {
				require.ErrorIs(s.t, read(), deal.ErrNotFound, "%s of %s by %s", name, id, login)
			}
		}
		seen, err := s.Precheck(ctx, v, id, "no key")
		require.NoError(s.t, err)
		require.Equal(s.t, want, seen.Visible, "precheck of %s by %s", id, login)
		require.Equal(s.t, want, seen.State.Exists())
	}
	approvals, _, err := s.Approvals(ctx, v, view.ApprovalFilter{})
	require.NoError(s.t, err)
	require.Equal(s.t, slices.Contains(listed, s.asked), len(approvals) == 1, "approvals by %s", login)
	return listed
}

func unless(err error, expected ...error) error {
	for _, e := range expected {
		if errors.Is(err, e) {
			return nil
		}
	}
	return err
}

func TestSR2_everybodySeesTheirScopeAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	all := []deal.AccountID{s.north, s.south, s.lead, s.asked}
	team1 := []deal.AccountID{s.north, s.lead, s.asked}
	for login, want := range map[string][]deal.AccountID{
		"rep1":       {s.north, s.asked},
		"rep2":       {},
		"rep3":       {s.south},
		"collector1": {s.lead},
		"manager1":   team1,
		"manager2":   {s.south},
		"director1":  all,
		"ops1":       all,
		"auditor1":   all,
		"finance1":   {},
		"admin1":     {},
	} {
		require.Equal(t, want, s.sees(login), login)
	}
}

func TestSR2_anApproverSeesTheAccountFromTheirLevelOn(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	require.Empty(t, s.sees("finance1"), "the level is not reached")
	s.decide(s.asked, "manager1", deal.Approve, nil)
	require.Equal(t, []deal.AccountID{s.asked}, s.sees("finance1"))
	s.decide(s.asked, "finance1", deal.Approve, nil)
	require.Equal(t, []deal.AccountID{s.asked}, s.sees("finance1"), "who decided may look at it later")
	require.Empty(t, s.sees("rep2"))
}

func TestSR2_whoASeatWasHandedToSeesTheAccount(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	require.Equal(t, []deal.AccountID{s.south}, s.sees("manager2"))
	s.do(s.asked, "manager1", deal.TransferApproval{
		Approval: s.latest(s.asked, deal.Filing).ID, To: s.people["manager2"], Reason: text("knows better"),
	})
	require.Equal(t, []deal.AccountID{s.south, s.asked}, s.sees("manager2"))
}

func TestSR2_deputiesSeeWhatTheyStandInFor(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	require.NoError(t, s.AddDelegation(t.Context(), deal.Delegation{
		From: s.people["rep1"], To: s.people["rep2"], Since: s.at.Add(-time.Hour), Until: s.at.Add(time.Hour),
	}))
	require.NoError(t, s.AddDelegation(t.Context(), deal.Delegation{
		From: s.people["manager1"], To: s.people["finance1"], Since: s.at.Add(-time.Hour), Until: s.at.Add(time.Hour),
	}))
	require.Equal(t, []deal.AccountID{s.north, s.asked}, s.sees("rep2"))
	require.Equal(t, []deal.AccountID{s.north, s.lead, s.asked}, s.sees("finance1"))
	s.at = s.at.Add(time.Hour)
	require.Empty(t, s.sees("rep2"), "the delegation is over")
	require.Empty(t, s.sees("finance1"))
}

func TestSR2_aFormerOwnerLosesTheAccount(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	s.do(s.lead, "manager1", deal.Assign{Owner: s.people["rep1"], Reason: text("first")})
	require.Equal(t, []deal.AccountID{s.north, s.lead, s.asked}, s.sees("rep1"))
	s.do(s.lead, "manager1", deal.Assign{Owner: s.people["rep2"], Reason: text("second")})
	require.Equal(t, []deal.AccountID{s.north, s.asked}, s.sees("rep1"))
	require.Equal(t, []deal.AccountID{s.lead}, s.sees("rep2"))
	require.Equal(t, []deal.AccountID{s.lead}, s.sees("collector1"), "who brought it goes on seeing it")
}

func TestStore_findsNothingUnderANameThatNothingCanHave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as("ops1")
	for _, id := range []deal.AccountID{"a\x00b", "\xff"} {
		_, err := w.Account(t.Context(), ops, id)
		require.ErrorIs(t, err, deal.ErrNotFound)
		_, err = w.Contacts(t.Context(), ops, id)
		require.ErrorIs(t, err, deal.ErrNotFound)
		_, err = w.Task(t.Context(), ops, string(id))
		require.ErrorIs(t, err, deal.ErrNotFound)
		_, err = perform(t.Context(), w.Store, w.command(id, "rep1", deal.ResumeNow{}))
		require.ErrorIs(t, err, deal.ErrPermanent, "and a command under it is not tried for ever")
	}
}
