package store_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/past"
	"closedloop/deal/view"
)

func erasing(p view.Person) view.Eraser { return dossier.NewEraser(p) }

// everything is all that the database says about anything, as text.
func (w *world) everything() string {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.url)
	require.NoError(w.t, err)
	defer conn.Close(w.t.Context())
	rows, err := conn.Query(w.t.Context(), `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)
	require.NoError(w.t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(w.t, err)
	var all strings.Builder
	for _, table := range tables {
		rows, err := conn.Query(w.t.Context(), fmt.Sprintf(`SELECT to_jsonb(t)::text FROM %s t`, pgx.Identifier{table}.Sanitize()))
		require.NoError(w.t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(w.t, err)
		for _, line := range lines {
			fmt.Fprintf(&all, "%s %s\n", table, line)
		}
	}
	return all.String()
}

// known is an account with a person about whom everything is on file that can be.
func known(w *world) (id deal.AccountID, contact deal.Contact, met time.Time) {
	w.t.Helper()
	ctx, rep := w.t.Context(), w.as("rep1")
	id = w.lead("rep1", customer("晨风集团"))
	contact, err := w.AddContact(ctx, rep, id, deal.Contact{Name: "刘建国", Title: "总经理", Mobile: "13805240011", PhoneValid: true, Note: "爱好高尔夫"})
	require.NoError(w.t, err)
	changed := contact
	changed.Name, changed.Note = "刘建国总", "同上"
	contact, err = w.PatchContact(ctx, rep, id, contact.Version, changed)
	require.NoError(w.t, err)
	_, err = w.AddContact(ctx, rep, id, deal.Contact{Name: "王秘书", Note: "刘建国的秘书"})
	require.NoError(w.t, err)
	put := func(kind, docID string, r dossier.Record, perCycle bool) deal.Document {
		body, err := dossier.Encode(r)
		require.NoError(w.t, err)
		d, err := w.AddDocument(ctx, rep, id, deal.Document{Kind: kind, ID: docID, Body: body}, perCycle)
		require.NoError(w.t, err)
		return d
	}
	part := put("stakeholder", contact.ID, dossier.Stakeholder{Contact: contact.ID, Note: "属虎", Private: &dossier.Private{Purpose: dossier.CarePurpose, Hobbies: "高尔夫"}}, false)
	body, err := dossier.Encode(dossier.Stakeholder{Contact: contact.ID, Power: 5, Note: "属龙"})
	require.NoError(w.t, err)
	part.Body = body
	_, err = w.ChangeDocument(ctx, rep, id, part)
	require.NoError(w.t, err)
	put("trust", "t1", dossier.Trust{Contact: contact.ID}, false)
	put("relation", "r1", dossier.Relation{From: contact.ID, To: "other", Evidence: "同乡"}, false)
	need := put("need", "n1", dossier.Need{Need: "刘建国要求更快", Contact: contact.ID, Evidence: "他亲口说"}, true)
	require.NoError(w.t, w.DeleteDocument(ctx, rep, id, put("need", "n2", dossier.Need{Need: "已删", Contact: contact.ID, Evidence: "刘建国旧话"}, true), nil))
	met = need.UpdatedAt
	_, err = w.PutForm(ctx, rep, id, deal.Collect, 1, map[string]any{"needs": "刘建国 13805240011"})
	require.NoError(w.t, err)
	w.do(id, "rep1", deal.LogInteraction{
		Kind: deal.CallInteraction, At: w.at, With: []string{contact.ID}, Aim: text("aim of 刘建国"), Result: text("result"), NextStep: text("next"),
	})
	require.NoError(w.t, w.KeepRequest(ctx, w.people["rep1"], "k", view.StoredRequest{Fingerprint: "f", Status: 201, Body: []byte(`{"name":"刘建国"}`)}))
	return id, contact, met
}

func TestEraseContact_leavesNothingOfThePersonAnywhere(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id, contact, met := known(w)
	log, err := w.Whole(ctx, w.as("ops1"), id)
	require.NoError(t, err)

	asked, err := w.EraseContact(ctx, w.as("rep1"), id, contact.ID, "asked for", erasing)
	require.NoError(t, err)
	require.False(t, asked.Done())
	require.Contains(t, w.everything(), "刘建国", "nothing happens before a second person agrees")
	done, err := w.EraseContact(ctx, w.as("manager1"), id, contact.ID, "agreed", erasing)
	require.NoError(t, err)
	require.Equal(t, w.people["rep1"], done.RequestedBy)
	require.Equal(t, w.people["manager1"], done.DoneBy)
	require.Equal(t, "asked for", done.Reason)
	require.Equal(t, []int{7, 1}, []int{done.Records, done.Texts}, "contact, stakeholder, trust, relation, need, form, the other contact's note")

	all := w.everything()
	for line := range strings.Lines(all) {
		if strings.HasPrefix(line, "account_events ") || strings.HasPrefix(line, "interactions ") {
			require.NotContains(t, line, "13805240011", line)
			continue // the ID of a text of these tests, which in the product is random
		}
		for _, gone := range []string{"13805240011", "高尔夫", "属虎", "属龙", "同乡", "他亲口说", "旧话", "总经理"} {
			require.NotContains(t, line, gone)
		}
		if !strings.Contains(line, "aim of 刘建国") {
			require.NotContains(t, line, "刘建国", line)
		}
	}
	require.Contains(t, all, "text of aim of █████")

	after, err := w.Whole(ctx, w.as("ops1"), id)
	require.NoError(t, err)
	require.Equal(t, log, after)
	broken, err := deal.Verify(after)
	require.NoError(t, err)
	require.Nil(t, broken, "the chain still verifies")
	w.sound()

	history, err := w.History(ctx, w.as("rep1"), id, met)
	require.NoError(t, err)
	history.Log = after // the log's clock is that of the test, the records' that of the database
	was, err := past.At(history, met)
	require.NoError(t, err)
	husks := 0
	for _, c := range was.Contacts {
		require.NotContains(t, c.Name, "刘")
		if c.Erased {
			require.Equal(t, dossier.Blot, c.Name)
			require.Equal(t, contact.ID, c.ID)
			husks++
		}
	}
	require.Equal(t, 1, husks, "the past shows that there was somebody")
	require.Empty(t, dossier.Bodies[dossier.Stakeholder](was.File))
	require.Equal(t, "█████要求更快", dossier.Bodies[dossier.Need](was.File)[0].Need)
	versions, err := w.Versions(ctx, w.as("rep1"), id, "stakeholder", contact.ID)
	require.NoError(t, err)
	require.Empty(t, versions)

	_, err = w.EraseContact(ctx, w.as("rep1"), id, contact.ID, "once more", erasing)
	require.ErrorIs(t, err, deal.ErrNotFound)
	list, err := w.Erasures(ctx, w.as("rep1"), id)
	require.NoError(t, err)
	require.Equal(t, []view.Erasure{done}, list)
}

func TestEraseContact_takesTwoPersonsOfWhomTheSecondStandsAbove(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id, contact, _ := known(w)
	erase := func(login string) (view.Erasure, error) {
		return w.EraseContact(ctx, w.as(login), id, contact.ID, "asked for", erasing)
	}
	for login, want := range map[string]error{"rep3": deal.ErrNotFound, "admin1": deal.ErrNotFound, "auditor1": view.ErrReadOnly, "ops1": view.ErrReadOnly} {
		_, err := erase(login)
		require.ErrorIs(t, err, want, login)
	}
	first, err := erase("manager1")
	require.NoError(t, err)
	again, err := erase("manager1")
	require.NoError(t, err)
	require.Equal(t, first, again, "the same person twice is one person")
	_, err = erase("rep1")
	require.ErrorIs(t, err, view.ErrReadOnly, "the second stands above the account")
	require.Contains(t, w.everything(), "刘建国")
	done, err := erase("director1")
	require.NoError(t, err)
	require.True(t, done.Done())
	_, err = w.EraseContact(ctx, w.as("rep1"), id, "nobody", "asked for", erasing)
	require.ErrorIs(t, err, deal.ErrNotFound)
}

func TestEraseContact_reachesSomebodyWhoWasDeletedBefore(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id, contact, _ := known(w)
	require.NoError(t, w.DeleteContact(ctx, w.as("rep1"), id, contact.ID, contact.Version))
	for _, login := range []string{"rep1", "manager1"} {
		_, err := w.EraseContact(ctx, w.as(login), id, contact.ID, "asked for", erasing)
		require.NoError(t, err)
	}
	for line := range strings.Lines(w.everything()) {
		if strings.HasPrefix(line, "record_changes ") {
			require.NotContains(t, strings.ReplaceAll(line, "aim of 刘建国", ""), "刘建国")
		}
	}
}

func TestEraseContact_doesNotMakeAnApprovedFormStale(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id, contact, _ := known(w)
	w.do(id, "rep1", deal.Advance{From: deal.Collect})
	form, err := w.PutForm(ctx, w.as("rep1"), id, deal.Screen, 0, map[string]any{"whom": "刘建国"})
	require.NoError(t, err)
	w.do(id, "rep1", deal.RequestApproval{Kind: deal.Filing, Subject: deal.Subject{Type: deal.FormSubject, ID: "screen", Version: form.Version}})
	for _, login := range []string{"rep1", "manager1"} {
		_, err := w.EraseContact(ctx, w.as(login), id, contact.ID, "asked for", erasing)
		require.NoError(t, err)
	}
	after, err := w.Form(ctx, w.as("rep1"), id, deal.Screen, 1)
	require.NoError(t, err)
	require.Equal(t, form.Version, after.Version)
	encoded, err := json.Marshal(after.Content)
	require.NoError(t, err)
	require.JSONEq(t, `{"whom":"█████"}`, string(encoded))
	other, err := w.Form(ctx, w.as("rep1"), id, deal.Collect, 1)
	require.NoError(t, err)
	require.Equal(t, int64(3), other.Version, "whoever has it open cannot write the person back")
}

func TestEraseContact_happensWhereTheContactLives(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id, contact, _ := known(w)
	other := w.lead("rep1", customer("远帆机械"))
	w.exec(fmt.Sprintf("UPDATE contacts SET account_id = '%s' WHERE id = '%s'", other, contact.ID)) // as a merger does
	_, err := w.EraseContact(ctx, w.as("rep1"), id, contact.ID, "asked for", erasing)
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = w.EraseContact(ctx, w.as("rep1"), other, contact.ID, "asked for", erasing)
	require.NoError(t, err)
}
