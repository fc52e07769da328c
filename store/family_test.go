package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// family reads what package activities reads for a command that names another account.
func family(ctx context.Context, tx deal.LedgerTx, id deal.AccountID, f *deal.Facts) error {
	var err error
	if f.Target, err = tx.Other(ctx, id); err != nil || !f.Target.Exists() {
		return err
	}
	if f.Lineage.Above, err = tx.Above(ctx, f.Target); err != nil {
		return err
	}
	f.Lineage.Below, err = tx.Below(ctx)
	return err
}

// carry is what goes over with a merger.
func carry(ctx context.Context, tx deal.LedgerTx, cmd deal.Command, target deal.State, events []deal.Event) (*deal.Carry, error) {
	into := deal.MergeTarget(events)
	if into == "" {
		return nil, nil //nolint:nilnil // nothing to carry
	}
	theirs, err := tx.Own(ctx, into)
	if err != nil {
		return nil, err
	}
	own, err := tx.Own(ctx, cmd.Account)
	if err != nil {
		return nil, err
	}
	claims, err := tx.Claims(ctx, into)
	if err != nil {
		return nil, err
	}
	c, err := dossier.Carry(dossier.Merging{
		Account: cmd.Account, Own: own, Theirs: theirs, Target: target, Claims: claims, Today: dayOf(cmd.At),
	})
	return &c, err
}

func under(parent deal.AccountID) deal.SetParent {
	return deal.SetParent{Parent: parent, Relation: deal.Subsidiary, Reason: text("one house")}
}

// try is a command that may be refused.
func (w *world) try(id deal.AccountID, login string, body deal.Body) deal.Answer {
	w.t.Helper()
	cmd := w.command(id, login, body)
	w.stage(cmd)
	answer, err := perform(w.t.Context(), w.Store, cmd)
	require.NoError(w.t, err)
	return answer
}

// accounts are leads of rep1, with one contact each.
func (w *world) accounts(names ...string) []deal.AccountID {
	w.t.Helper()
	var ids []deal.AccountID
	for i, name := range names {
		ids = append(ids, w.lead("rep1", customer(name), deal.Contact{
			ID: fmt.Sprintf("contact-of-%s", name), Name: "联系人" + name, Mobile: fmt.Sprintf("1380524%04d", i),
		}))
	}
	return ids
}

func TestFamily_isAColumnOfTheProjectionLikeEverythingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.accounts("集团", "分公司", "项目")
	w.do(ids[1], "manager1", under(ids[0]))
	w.do(ids[2], "manager1", under(ids[1]))
	w.sound()
	for _, id := range ids {
		require.NoError(t, w.Rebuild(t.Context(), id))
	}
	w.sound()
	require.Equal(t, ids[1], w.state(ids[2]).Parent)

	answer := w.try(ids[0], "manager1", under(ids[2]))
	require.True(t, answer.Refusals.Has(deal.CodeFamilyCycle), "%v", answer.Refusals)
	w.do(ids[1], "manager1", deal.SetParent{Reason: text("sold")})
	w.do(ids[0], "manager1", under(ids[2]))
	w.sound()
}

func TestFamily_isAtMostFiveGenerationsDeepWhereverItGrows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.accounts("a", "b", "c", "d", "e", "f")
	for i := 1; i < 5; i++ {
		w.do(ids[i], "manager1", under(ids[i-1]))
	}
	require.True(t, w.try(ids[5], "manager1", under(ids[4])).Refusals.Has(deal.CodeFamilyTooDeep), "below")
	require.True(t, w.try(ids[0], "manager1", under(ids[5])).Refusals.Has(deal.CodeFamilyTooDeep), "and above")
	w.do(ids[5], "manager1", under(ids[3]))
}

// Three managers who make a circle together, each of the three links good for itself: one of them must lose, whoever it is.
func TestFamily_noTwoCommandsMakeACircleTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for round := range 4 {
		ids := w.accounts(fmt.Sprintf("甲%d", round), fmt.Sprintf("乙%d", round), fmt.Sprintf("丙%d", round))
		commands := make([]deal.Command, len(ids))
		for i, id := range ids {
			commands[i] = w.command(id, "manager1", under(ids[(i+1)%len(ids)]))
			w.stage(commands[i])
		}
		answers, errs := make([]deal.Answer, len(ids)), make([]error, len(ids))
		var group sync.WaitGroup
		for i := range commands {
			group.Go(func() { answers[i], errs[i] = perform(t.Context(), w.Store, commands[i]) })
		}
		group.Wait()
		require.NoError(t, errors.Join(errs...))
		done := 0
		for _, a := range answers {
			if a.Outcome == deal.Done {
				done++
				continue
			}
			require.True(t, a.Refusals.Has(deal.CodeFamilyCycle), "%v", a.Refusals)
		}
		require.Equal(t, 2, done)
		for _, id := range ids { // whoever goes up comes to an end
			steps := 0
			for up := w.state(id).Parent; up != ""; up = w.state(up).Parent {
				steps++
				require.Less(t, steps, 3)
			}
		}
	}
	w.sound()
}

func TestSharing_aChildReadsWhatIsAboveNearestFirst(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	ids := w.accounts("集团", "分公司", "项目")
	top, middle, project := ids[0], ids[1], ids[2]
	w.do(middle, "manager1", under(top))
	w.do(project, "manager1", under(middle))
	rep := w.as("rep1")
	file := func(id deal.AccountID, kind, doc, body string) {
		_, err := w.AddDocument(ctx, rep, id, document(kind, doc, body), false)
		require.NoError(t, err)
	}
	file(top, "credit", "", `{"colour":"red"}`)
	file(middle, "credit", "", `{"colour":""}`)
	file(top, "stakeholder", "contact-of-集团", `{"contact":"contact-of-集团","power":5}`)
	file(top, "need", "n1", `{"need":"theirs alone"}`)
	file(middle, "classification", "", `{"account_kind":"group"}`)
	w.do(project, "manager1", deal.Assign{Owner: w.people["rep2"], Reason: text("a project of rep2")})

	child := w.as("rep2")
	_, err := w.Account(ctx, child, top)
	require.ErrorIs(t, err, deal.ErrNotFound, "the account above itself is out of scope")
	contacts, err := w.Contacts(ctx, child, project)
	require.NoError(t, err)
	var who []string
	for _, c := range contacts {
		who = append(who, c.ID+" "+string(c.SharedFrom))
	}
	require.Equal(t, []string{"contact-of-项目 ", "contact-of-分公司 " + string(middle), "contact-of-集团 " + string(top)}, who)
	one, err := w.Contact(ctx, child, project, "contact-of-集团")
	require.NoError(t, err)
	require.Equal(t, top, one.SharedFrom)
	_, err = w.Contact(ctx, w.as("rep1"), top, "contact-of-项目")
	require.ErrorIs(t, err, deal.ErrNotFound, "nothing is shared upward")

	_, records, err := w.AccountWithRecords(ctx, child, project)
	require.NoError(t, err)
	require.Len(t, records.Contacts, 3)
	shared := map[string]deal.AccountID{}
	for _, d := range records.Dossier {
		shared[d.Kind] = d.SharedFrom
	}
	require.Equal(t, map[string]deal.AccountID{"credit": top, "classification": middle, "stakeholder": top}, shared, "an empty credit hides nothing")
	inGate := deal.Records{}
	require.NoError(t, w.InTx(ctx, deal.Command{Account: project, Name: deal.LoadName, Body: deal.Load{}}, func(tx deal.LedgerTx) error {
		inGate, err = tx.Records(ctx, 1)
		return err
	}))
	require.Equal(t, records.Contacts, inGate.Contacts, "gates judge by the same")
	require.Equal(t, records.Dossier, inGate.Dossier)

	credit, err := w.Documents(ctx, child, project, "credit", 0)
	require.NoError(t, err)
	require.Equal(t, top, credit[0].SharedFrom)
	stakeholder, err := w.Document(ctx, child, project, "stakeholder", "contact-of-集团")
	require.NoError(t, err)
	require.Equal(t, top, stakeholder.SharedFrom)
	versions, err := w.Versions(ctx, child, project, "stakeholder", "contact-of-集团")
	require.NoError(t, err)
	require.Len(t, versions, 1)
	_, err = w.Document(ctx, child, project, "need", "n1")
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = w.PatchContact(ctx, child, project, 1, one)
	require.ErrorIs(t, err, deal.ErrNotFound, "nobody writes through a child")
	b := deal.LogInteraction{
		Kind: deal.CallInteraction, At: w.at, With: []string{"contact-of-集团"}, Aim: text("aim"), Result: text("result"), NextStep: text("next"),
	}
	w.do(project, "rep2", b)
}

func TestKin_tellsNamesAndWhatTheViewerSees(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	ids := w.accounts("集团", "分公司", "项目", "另一项目")
	w.do(ids[1], "manager1", under(ids[0]))
	w.do(ids[2], "manager1", under(ids[1]))
	w.do(ids[3], "manager1", deal.SetParent{Parent: ids[1], Relation: deal.ParallelProject, Reason: text("the same house")})
	w.do(ids[1], "manager1", deal.Assign{Owner: w.people["rep2"], Reason: text("yours")})
	kin, err := w.Kin(ctx, w.as("rep2"), ids[1])
	require.NoError(t, err)
	require.Len(t, kin.Above, 1)
	require.Equal(t, view.Relative{AccountRef: view.AccountRef{ID: ids[0], Number: "KA-2026-0001", Name: "集团"}}, kin.Above[0], "out of scope: names alone")
	require.Equal(t, []deal.Relation{deal.Subsidiary, deal.ParallelProject}, []deal.Relation{kin.Children[0].Relation, kin.Children[1].Relation})
	seen, err := w.Kin(ctx, w.as("manager1"), ids[2])
	require.NoError(t, err)
	require.Equal(t, []deal.AccountID{ids[1], ids[0]}, []deal.AccountID{seen.Above[0].ID, seen.Above[1].ID}, "parent first")
	require.True(t, seen.Above[0].Seen)
	require.Equal(t, []any{deal.Collect, deal.Active, w.people["rep2"]}, []any{seen.Above[0].Step, seen.Above[0].Status, seen.Above[0].Owner})
	_, err = w.Kin(ctx, w.as("rep3"), ids[1])
	require.ErrorIs(t, err, deal.ErrNotFound)
}

func TestAccounts_rollUpFamiliesAndListTheirMembers(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	ids := w.accounts("集团", "分公司", "项目", "独立客户")
	w.do(ids[1], "manager1", under(ids[0]))
	w.do(ids[2], "manager1", under(ids[1]))
	w.do(ids[2], "rep1", deal.Pause{Reason: text("holiday"), ResumeOn: "2026-06-01"})
	w.exec("UPDATE accounts SET overdue = true, deadline_at = '2026-03-01' WHERE id = $1", string(ids[1]))
	list := func(login string, f view.AccountFilter) []deal.AccountID {
		f.Sort = "number"
		items, _, err := w.Accounts(ctx, w.as(login), f)
		require.NoError(t, err)
		found := []deal.AccountID{}
		for _, i := range items {
			found = append(found, i.ID)
		}
		return found
	}
	require.Equal(t, []deal.AccountID{ids[1], ids[2]}, list("rep1", view.AccountFilter{Parent: ids[0]}), "direct and indirect")
	require.Equal(t, []deal.AccountID{ids[2]}, list("rep1", view.AccountFilter{Parent: ids[0], Status: deal.Paused}))
	require.Empty(t, list("rep3", view.AccountFilter{Parent: ids[0]}), "a filter opens no scope")
	require.Empty(t, list("rep1", view.AccountFilter{Parent: ids[3]}))
	items, _, err := w.Accounts(ctx, w.as("rep1"), view.AccountFilter{RollUp: true, Sort: "number"})
	require.NoError(t, err)
	require.Len(t, items, 2)
	require.Equal(t, []int{3, 2, 1}, []int{items[0].Family.Members, items[0].Family.Active, items[0].Family.Overdue})
	require.Equal(t, 2026, items[0].Family.Deadline.Year())
	require.Equal(t, 1, items[0].Family.Deadline.Day(), "the next deadline of any member")
	require.Equal(t, []int{1, 1, 0}, []int{items[1].Family.Members, items[1].Family.Active, items[1].Family.Overdue})
	w.do(ids[0], "manager1", deal.Assign{Owner: w.people["rep2"], Reason: text("yours")})
	items, _, err = w.Accounts(ctx, w.as("rep2"), view.AccountFilter{RollUp: true, Sort: "number"})
	require.NoError(t, err)
	require.Len(t, items, 1)
	require.Equal(t, []int{1, 0}, []int{items[0].Family.Members, items[0].Family.Overdue}, "sums are over what the viewer sees")
	plain, _, err := w.Accounts(ctx, w.as("rep1"), view.AccountFilter{})
	require.NoError(t, err)
	require.Nil(t, plain[0].Family)
}

func TestPromote_isRememberedAndRebuilt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accounts("项目")[0]
	w.do(id, "manager1", deal.Promote{Reason: text("grows")})
	require.Equal(t, deal.BookRef{Name: "express", Version: 2}, w.state(id).NextBook)
	w.sound()
	require.NoError(t, w.Rebuild(t.Context(), id))
	w.sound()
}
