package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
	"closedloop/store"
)

func (w *world) marked() []deal.AccountID {
	w.t.Helper()
	marks, err := w.Unplanned(w.t.Context(), time.Now().Add(time.Hour), deal.Mark{}, 100)
	require.NoError(w.t, err)
	ids := []deal.AccountID{}
	for _, m := range marks {
		require.WithinDuration(w.t, time.Now(), m.Since, time.Minute)
		ids = append(ids, m.Account)
	}
	return ids
}

func TestReplans_areMarkedWithTheRecordAndOnce(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id, other := w.lead("rep1", customer("晨风集团")), w.lead("rep1", customer("远帆机械"))
	rep := w.as("rep1")
	_, err := w.AddDocument(ctx, rep, id, document("need", "n1", `{}`), true)
	require.NoError(t, err)
	require.Empty(t, w.marked(), "a need has no date")

	plan, err := w.AddDocument(ctx, rep, id, document("service_plan", "s1", `{"next_on":"2026-04-01"}`), false)
	require.NoError(t, err)
	require.Equal(t, []deal.AccountID{id}, w.marked())
	before := w.since(id)
	plan, err = w.ChangeDocument(ctx, rep, id, plan)
	require.NoError(t, err)
	require.NoError(t, w.DeleteDocument(ctx, rep, id, plan, nil))
	require.Equal(t, before, w.since(id), "the mark says since when somebody waits")

	_, err = w.AddDocument(ctx, w.as("auditor1"), other, document("service_plan", "s1", `{}`), false)
	require.Error(t, err)
	require.Equal(t, []deal.AccountID{id}, w.marked(), "what was not written marks nobody")
	first, err := w.Unplanned(ctx, time.Now().Add(time.Hour), deal.Mark{}, 1)
	require.NoError(t, err)
	behind, err := w.Unplanned(ctx, time.Now().Add(time.Hour), first[0], 100)
	require.NoError(t, err)
	require.Len(t, behind, len(w.marked())-1)
	require.NotContains(t, behind, first[0])
	none, err := w.Unplanned(ctx, before, deal.Mark{}, 100)
	require.NoError(t, err)
	require.Empty(t, none, "an account that is within its grace is left alone")
}

func (w *world) since(id deal.AccountID) time.Time {
	w.t.Helper()
	marks, err := w.Unplanned(w.t.Context(), time.Now().Add(time.Hour), deal.Mark{}, 100)
	require.NoError(w.t, err)
	for _, m := range marks {
		if m.Account == id {
			return m.Since
		}
	}
	require.Fail(w.t, "no mark")
	return time.Time{}
}

func TestReplans_goWithTheTransactionThatLookedWhetherItRecordsOrNot(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	add := func(survey string) {
		t.Helper()
		_, err := w.AddDocument(ctx, w.as("rep1"), id, document("survey", survey, `{"on":"2026-03-01"}`), false)
		require.NoError(t, err)
		require.Equal(t, []deal.AccountID{id}, w.marked())
	}
	look := func(act func(deal.LedgerTx) error) {
		t.Helper()
		require.NoError(t, w.InTx(ctx, w.command(id, "", deal.Recompute{}), act))
	}
	add("q1")
	look(func(tx deal.LedgerTx) error { return nil })
	require.Equal(t, []deal.AccountID{id}, w.marked(), "a command that does not look leaves the mark")
	look(func(tx deal.LedgerTx) error {
		tx.Replanned()
		return nil
	})
	require.Empty(t, w.marked(), "it goes even where nothing is recorded")

	add("q2")
	cmd := w.command(id, "rep1", deal.SetFollowUp{At: w.at.AddDate(1, 0, 0)})
	require.NoError(t, w.InTx(ctx, cmd, func(tx deal.LedgerTx) error {
		entry, no, err := judge(ctx, tx, cmd)
		require.NoError(t, err)
		require.Empty(t, no)
		tx.Replanned()
		return tx.Record(ctx, entry)
	}))
	require.Empty(t, w.marked(), "and together with what is recorded")
	require.NotNil(t, w.state(id).FollowUp)

	add("q3")
	err := w.InTx(ctx, w.command(id, "", deal.Recompute{}), func(tx deal.LedgerTx) error {
		tx.Replanned()
		return deal.ErrUnavailable
	})
	require.ErrorIs(t, err, deal.ErrUnavailable)
	require.Equal(t, []deal.AccountID{id}, w.marked(), "a transaction that fails keeps it")
	w.sound()
}

func TestDated_areTheRecordsOfEveryCycle(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	rep := w.as("rep1")
	for _, d := range []deal.Document{
		document("agreement", "a1", `{"number":"1"}`), document("need", "n1", `{}`), document("survey", "q1", `{}`),
	} {
		_, err := w.AddDocument(ctx, rep, id, d, d.Kind == "agreement")
		require.NoError(t, err)
	}
	_, err := connect(t, w.url).Exec(ctx, "UPDATE dossier SET cycle = 7 WHERE kind = 'agreement'")
	require.NoError(t, err)
	require.NoError(t, w.InTx(ctx, w.command(id, "", deal.Recompute{}), func(tx deal.LedgerTx) error {
		got, err := tx.Dated(ctx, []string{"survey", "agreement"})
		require.NoError(t, err)
		require.Len(t, got, 2)
		require.Equal(t, []string{"a1", "q1"}, []string{got[0].ID, got[1].ID})
		require.Equal(t, 7, got[0].Cycle)
		return nil
	}))
}

// The statements that leave the marks name the kinds; package dossier owns them.
func TestReplans_knowEveryDatedKind(t *testing.T) {
	t.Parallel()
	var words []string
	for _, k := range dossier.DatedKinds() {
		words = append(words, "'"+string(k)+"'")
	}
	for _, statement := range []string{"AddChange", "WriteEffect"} {
		require.Contains(t, store.Statements()[statement], "IN ("+strings.Join(words, ", ")+")")
	}
}

// Whom a service plan names may belong to another team: they see the account and its clocks as long as the plan names them,
// or one of its services is to be rendered.
func TestScope_showsAnAccountToWhomItsServiceIsAskedOf(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	stranger := w.as("rep3")
	_, err := w.Account(ctx, stranger, id)
	require.ErrorIs(t, err, deal.ErrNotFound)

	perform := func(cmd deal.Command, plan ...deal.Appointment) {
		t.Helper()
		require.NoError(t, w.InTx(ctx, cmd, func(tx deal.LedgerTx) error {
			f := deal.Facts{Working: working{shipped()}, Book: book(), Agenda: func(deal.State, time.Time) []deal.Appointment { return plan }}
			var err error
			if f.Org, err = tx.Org(ctx); err != nil {
				return err
			}
			before := tx.State()
			events, no := deal.Decide(before, cmd, f)
			require.Empty(t, no)
			events, err = deal.Seal(before.Head, events)
			require.NoError(t, err)
			after := deal.Fold(before, events...)
			answer := deal.Answer{Outcome: deal.Done, FirstSeq: events[0].Seq, LastSeq: after.Seq}
			return tx.Record(ctx, deal.Entry{
				Command: cmd, Answer: answer, Before: before, After: after, Events: events, Rows: deal.Project(before, events...),
			})
		}))
	}
	day := w.at.Format(time.DateOnly)
	perform(w.command(id, "", deal.Recompute{}), deal.Appointment{
		ID: "service/s1", Topic: deal.ServiceTopic, For: w.people["rep3"], Basis: day, Due: w.at, Rungs: []deal.Rung{{Name: deal.Remind, Day: day, At: w.at}},
	})
	read, err := w.Account(ctx, stranger, id)
	require.NoError(t, err)
	w.sound()
	timed, _, err := w.Timed(ctx, stranger, deal.LineEnds{}, view.Sleeper{}, 10)
	require.NoError(t, err)
	require.Len(t, timed, 1, "and what will happen there is theirs to know")
	perform(w.command(id, "", deal.Recompute{})) // another plan, or none
	timed, _, err = w.Timed(ctx, stranger, deal.LineEnds{}, view.Sleeper{}, 10)
	require.NoError(t, err)
	require.Empty(t, timed)
	require.True(t, slices.ContainsFunc(read.State.Tasks, func(t deal.Task) bool { return t.Kind == deal.ServeTask }))
	_, err = w.Account(ctx, stranger, id)
	require.ErrorIs(t, err, deal.ErrNotFound, "what the plan asked for went with it")
	w.sound()
}
