package past_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/past"
	"closedloop/deal/view"
)

// hour is an instant so many hours after the account was opened.
func hour(n int) time.Time {
	return time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Hour)
}

// event is the next one of a log.
func event(log []deal.Event, at time.Time, cycle int, step deal.Step, body deal.EventBody) []deal.Event {
	return append(log, deal.Event{Account: "a", Seq: int64(len(log) + 1), Cycle: cycle, Step: step, Body: body, Actor: "rep", At: at})
}

// opened is the log of an account that moves on after two hours and is somebody else's after six.
func opened() []deal.Event {
	log := event(nil, hour(0), 1, deal.Collect, deal.Opened{Number: "KA-1", Owner: "rep"})
	log = event(log, hour(2), 1, deal.Collect, deal.StepLeft{To: deal.Screen, Direction: deal.Forward, Pass: 1})
	log = event(log, hour(4), 1, deal.Screen, deal.InteractionLogged{Interaction: deal.Interaction{ID: "i1", Cycle: 1, Step: deal.Screen, Pass: 1, At: hour(3)}})
	return event(log, hour(6), 1, deal.Screen, deal.Assigned{Owner: "other", Previous: "rep"})
}

func asJSON(t require.TestingT, v any) json.RawMessage {
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return data
}

func need(id, text string, version int64) deal.Document {
	body, err := dossier.Encode(dossier.Need{Need: text, Origin: dossier.Stated})
	if err != nil {
		panic(err) // the test itself is wrong
	}
	return deal.Document{Kind: "need", ID: id, Cycle: 1, Version: version, Body: body}
}

func TestAt_cutsTheLogAtTheInstant(t *testing.T) {
	t.Parallel()
	h := view.History{Log: opened()}
	for _, c := range []struct {
		at       time.Time
		step     deal.Step
		owner    deal.PersonID
		seq      int64
		meetings int
	}{
		{hour(0), deal.Collect, "rep", 1, 0},
		{hour(2).Add(-time.Microsecond), deal.Collect, "rep", 1, 0},
		{hour(2), deal.Screen, "rep", 2, 0},
		{hour(5), deal.Screen, "rep", 3, 1},
		{hour(100), deal.Screen, "other", 4, 1},
		{time.Time{}, deal.Screen, "other", 4, 1},
	} {
		a, err := past.At(h, c.at)
		require.NoError(t, err)
		require.Equal(t, c.step, a.State.Step, c.at)
		require.Equal(t, c.owner, a.State.Owner, c.at)
		require.Equal(t, c.seq, a.State.Seq, c.at)
		require.Len(t, a.Interactions, c.meetings, c.at)
	}
	_, err := past.At(h, hour(0).Add(-time.Microsecond))
	require.ErrorIs(t, err, past.ErrNotYet)
}

func TestAt_putsEveryKindOfRecordBack(t *testing.T) {
	t.Parallel()
	h := view.History{
		Log:      opened(),
		Profile:  deal.Profile{Version: 2, Name: "new name"},
		Contacts: []deal.Contact{{ID: "c1", Version: 2, Name: "new"}, {ID: "c2", Version: 1, Name: "made later"}, {ID: "c3", Version: 1, Name: "same"}},
		Forms: []deal.Form{
			{Step: deal.Screen, Cycle: 1, Version: 1, Content: map[string]any{"made": "later"}},
			{Step: deal.Collect, Cycle: 1, Version: 2, Content: map[string]any{"a": "new"}},
			{Step: deal.Collect, Cycle: 2, Version: 1, Content: map[string]any{"a": "of another cycle"}},
		},
		Dossier: []deal.Document{need("n1", "new", 2), need("n2", "made later", 1), {Kind: "hunch", ID: "h", Body: json.RawMessage(`{}`)}},
		Later: []view.Change{
			{Table: "account_profile", ID: "a", At: hour(5), Before: asJSON(t, deal.Profile{Version: 1, Name: "old name"})},
			{Table: "contacts", ID: "c1", At: hour(5), Before: asJSON(t, deal.Contact{ID: "c1", Version: 1, Name: "old"})},
			{Table: "contacts", ID: "c2", At: hour(5)},
			{Table: "contacts", ID: "c4", At: hour(5), Before: asJSON(t, deal.Contact{ID: "c4", Version: 1, Name: "deleted later"})},
			{Table: "contacts", ID: "c5", At: hour(5)}, // made and deleted later
			{Table: "step_forms", ID: "1/screen", At: hour(5)},
			{Table: "step_forms", ID: "1/collect", At: hour(5), Before: asJSON(t, deal.Form{Step: deal.Collect, Cycle: 1, Version: 1, Content: map[string]any{"a": "old"}})},
			{Table: "dossier", ID: "need/n1", At: hour(5), Before: asJSON(t, need("n1", "old", 1))},
			{Table: "dossier", ID: "need/n2", At: hour(5)},
			{Table: "dossier", ID: "need/n3", At: hour(5), Before: asJSON(t, need("n3", "deleted later", 4))},
			{Table: "account_texts", ID: "t1", At: hour(5)},
		},
	}
	names := func(a past.Account) (out []string) {
		for _, c := range a.Contacts {
			out = append(out, c.Name)
		}
		return out
	}
	needs := func(a past.Account) map[string]string {
		out := map[string]string{}
		for _, n := range dossier.Entries[dossier.Need](a.File) {
			out[n.ID] = n.Body.Need
		}
		return out
	}

	then, err := past.At(h, hour(4))
	require.NoError(t, err)
	require.Equal(t, deal.Profile{Version: 1, Name: "old name"}, then.Profile)
	require.Equal(t, []string{"old", "same", "deleted later"}, names(then))
	require.Equal(t, map[string]string{"n1": "old", "n3": "deleted later"}, needs(then))
	require.Len(t, then.Forms, 1)
	f, ok := then.Form(deal.Collect)
	require.True(t, ok)
	require.Equal(t, map[string]any{"a": "old"}, f.Content)

	for name, at := range map[string]time.Time{"after all changes": hour(5), "now": {}} {
		now, err := past.At(h, at)
		require.NoError(t, err, name)
		require.Equal(t, h.Profile, now.Profile, name)
		require.Equal(t, []string{"new", "made later", "same"}, names(now), name)
		require.Equal(t, map[string]string{"n1": "new", "n2": "made later"}, needs(now), name)
		require.Equal(t, []deal.Step{deal.Collect, deal.Screen}, []deal.Step{now.Forms[0].Step, now.Forms[1].Step}, name)
	}
	require.Equal(t, "new", h.Contacts[0].Name, "what was given stays as it is")
}

func TestAt_saysWhichRecordOfThePastCannotBeRead(t *testing.T) {
	t.Parallel()
	for table, h := range map[string]view.History{
		"contacts":        {Later: []view.Change{{Table: "contacts", ID: "c1", At: hour(1), Before: json.RawMessage(`[]`)}}},
		"account_profile": {Later: []view.Change{{Table: "account_profile", ID: "a", At: hour(1), Before: json.RawMessage(`[]`)}}},
		"n1":              {Dossier: []deal.Document{{Kind: "need", ID: "n1", Body: json.RawMessage(`[]`)}}},
	} {
		h.Log = opened()
		_, err := past.At(h, hour(0))
		require.ErrorContains(t, err, table)
	}
}

// Whatever is written in whatever order, each instant shows what was on file then.
func TestAt_showsWhatWasOnFileAtEveryInstant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := map[string]deal.Contact{}
		onFile := []map[string]deal.Contact{{}} // by hour
		var all []view.Change
		for n := range rapid.IntRange(1, 12).Draw(t, "changes") {
			id := rapid.SampledFrom([]string{"c1", "c2", "c3"}).Draw(t, "who")
			change := view.Change{Table: "contacts", ID: id, At: hour(n + 1)}
			was, there := now[id]
			if there {
				change.Before = asJSON(t, was)
			}
			if there && rapid.Bool().Draw(t, "delete") {
				delete(now, id)
			} else {
				now[id] = deal.Contact{ID: id, Version: was.Version + 1, Name: rapid.StringMatching(`[a-z]{3}`).Draw(t, "name")}
			}
			all = append(all, change)
			onFile = append(onFile, maps.Clone(now))
		}
		for n, want := range onFile {
			h := view.History{Log: opened()[:1], Contacts: slices.Collect(maps.Values(now))}
			seen := map[string]bool{}
			for _, c := range all {
				if c.At.After(hour(n)) && !seen[c.ID] {
					seen[c.ID] = true
					h.Later = append(h.Later, c)
				}
			}
			a, err := past.At(h, hour(n))
			require.NoError(t, err)
			got := map[string]deal.Contact{}
			for _, c := range a.Contacts {
				got[c.ID] = c
			}
			require.Equal(t, want, got, "after %d changes", n)
		}
	})
}
