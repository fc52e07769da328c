package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/past"
	"closedloop/deal/view"
)

func TestHistory_givesTheLogUntilAnInstantAndWhatChangedLater(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.walked() // its second cycle
	rep := w.as("rep1")
	added, err := w.AddDocument(ctx, rep, id, document("need", "n1", `{"need":"faster"}`), true)
	require.NoError(t, err)
	whole, err := w.Whole(ctx, rep, id)
	require.NoError(t, err)

	now, err := w.History(ctx, rep, id, time.Time{})
	require.NoError(t, err)
	require.Equal(t, whole, now.Log)
	require.Empty(t, now.Later)
	require.Equal(t, []deal.Document{added}, now.Dossier)
	require.NotEmpty(t, now.Contacts)
	require.Equal(t, 1, now.Forms[0].Cycle, "forms of every cycle")
	read, err := w.Account(ctx, rep, id)
	require.NoError(t, err)
	require.Equal(t, read.Profile, now.Profile)

	half := whole[len(whole)/2]
	then, err := w.History(ctx, rep, id, half.At)
	require.NoError(t, err)
	require.Equal(t, whole[:half.Seq], then.Log)
	require.Equal(t, now.Dossier, then.Dossier, "records come as they are")
	later := map[string]view.Change{}
	for _, c := range then.Later {
		later[c.Table+" "+c.ID] = c
	}
	require.Nil(t, later["dossier need/n1"].Before, "and so does what says that it was not there")
	require.Contains(t, later, "dossier need/n1")

	_, err = w.History(ctx, w.as("rep3"), id, time.Time{})
	require.ErrorIs(t, err, deal.ErrNotFound)
}

func TestTexts_areThoseOfTheAccountThatStillExist(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	texts, err := w.Texts(ctx, w.as("rep1"), id, []string{"draft", "nothing"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"draft": "as typed in the sheet"}, texts)
	_, err = w.Texts(ctx, w.as("rep3"), id, []string{"draft"})
	require.ErrorIs(t, err, deal.ErrNotFound)
}

func TestEraseText_leavesTheChainWhole(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	w.do(id, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("moved away")})
	require.ErrorIs(t, w.EraseText(ctx, w.as("rep1"), id, "moved away", "asked for"), view.ErrReadOnly, "not the owner's own")
	require.ErrorIs(t, w.EraseText(ctx, w.as("ops1"), id, "moved away", "asked for"), view.ErrReadOnly)
	require.ErrorIs(t, w.EraseText(ctx, w.as("manager2"), id, "moved away", "asked for"), deal.ErrNotFound, "another team's")
	require.NoError(t, w.EraseText(ctx, w.as("manager1"), id, "moved away", "asked for"), "closed or not")
	require.ErrorIs(t, w.EraseText(ctx, w.as("manager1"), id, "moved away", "again"), deal.ErrNotFound)

	log, err := w.Events(ctx, w.as("rep1"), id, view.Page{Limit: 50})
	require.NoError(t, err)
	require.NotContains(t, log.Texts, "moved away")
	require.Contains(t, log.Texts, "draft", "the others stay")
	whole, err := w.Whole(ctx, w.as("rep1"), id)
	require.NoError(t, err)
	broken, err := deal.Verify(whole)
	require.NoError(t, err)
	require.Nil(t, broken)
	changes, err := w.Changes(ctx, w.as("rep1"), id)
	require.NoError(t, err)
	last := changes[len(changes)-1]
	require.Equal(t, "account_texts", last.Table)
	require.Equal(t, w.people["manager1"], last.By)
	require.JSONEq(t, `{"erased":true,"reason":"asked for"}`, string(last.After))
	w.sound()
}

// hush takes the field secret out of a body.
func hush(body json.RawMessage) (json.RawMessage, bool, error) {
	fields := map[string]any{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, false, err
	}
	if _, found := fields["secret"]; !found {
		return body, false, nil
	}
	delete(fields, "secret")
	out, err := json.Marshal(fields)
	return out, true, err
}

func TestRedactDocument_leavesNothingBehindInAnyVersion(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	rep := w.as("rep1")
	first, err := w.AddDocument(ctx, rep, id, document("stakeholder", "c1", `{"power":1,"secret":"golf"}`), false)
	require.NoError(t, err)
	second := first
	second.Body = json.RawMessage(`{"power":2,"secret":"tennis"}`)
	second, err = w.ChangeDocument(ctx, rep, id, second)
	require.NoError(t, err)

	present, err := w.RedactDocument(ctx, rep, id, first, hush)
	require.ErrorIs(t, err, deal.ErrStale)
	require.Equal(t, second, present)
	third, err := w.RedactDocument(ctx, rep, id, second, hush)
	require.NoError(t, err)
	require.Equal(t, int64(3), third.Version)
	require.JSONEq(t, `{"power":2}`, string(third.Body))
	nothing := func() {
		changes, err := w.Changes(ctx, rep, id)
		require.NoError(t, err)
		for _, c := range changes {
			require.NotContains(t, string(c.Before)+string(c.After), "secret")
		}
	}
	nothing()
	versions, err := w.Versions(ctx, rep, id, "stakeholder", "c1")
	require.NoError(t, err)
	require.Len(t, versions, 3)
	require.JSONEq(t, `{"power":1}`, string(versions[0].Body), "the rest of each version stays")

	again, err := w.RedactDocument(ctx, rep, id, third, hush)
	require.NoError(t, err)
	require.Equal(t, third, again, "there was nothing to take")

	third.Body = json.RawMessage(`{"secret":"chess"}`)
	fourth, err := w.ChangeDocument(ctx, rep, id, third)
	require.NoError(t, err)
	require.NoError(t, w.DeleteDocument(ctx, rep, id, fourth, hush))
	nothing()
}

func TestDocuments_areOneForAKey(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	rep := w.as("rep1")
	keyed := func(kind, id, key string) deal.Document {
		d := document(kind, id, `{}`)
		d.Key = &key
		return d
	}
	refused := func(err error) {
		var known interface{ Refusal() deal.Refusal }
		require.ErrorAs(t, err, &known)
		require.Equal(t, deal.CodeAlreadyOnFile, known.Refusal().Code)
	}
	_, err := w.AddDocument(ctx, rep, id, keyed("rival", "r1", "顺丰"), false)
	require.NoError(t, err)
	other, err := w.AddDocument(ctx, rep, id, keyed("rival", "r2", "中通"), false)
	require.NoError(t, err)
	_, err = w.AddDocument(ctx, rep, id, keyed("rival", "r3", "顺丰"), false)
	refused(err)
	_, err = w.AddDocument(ctx, rep, id, keyed("rival", "r1", "顺丰"), false)
	require.ErrorIs(t, err, deal.ErrStale, "the same document again is not another one")
	clash := "顺丰"
	other.Key = &clash
	_, err = w.ChangeDocument(ctx, rep, id, other)
	refused(err)
	_, err = w.AddDocument(ctx, rep, id, keyed("agreement", "a1", "顺丰"), true)
	require.NoError(t, err, "of another kind")
	_, err = w.AddDocument(ctx, rep, w.lead("rep1", customer("海天公司")), keyed("rival", "r1", "顺丰"), false)
	require.NoError(t, err, "of another account")
}

func TestDocuments_withoutAnIDAreTheOnlyOnesOfTheirCycleOrOfTheAccount(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.walked() // its second cycle
	rep := w.as("rep1")
	d, err := w.AddDocument(ctx, rep, id, document("proposal", "", `{}`), true)
	require.NoError(t, err)
	require.Equal(t, deal.SoleID(2), d.ID)
	_, err = w.AddDocument(ctx, rep, id, document("proposal", "", `{}`), true)
	require.ErrorIs(t, err, deal.ErrStale)
	d, err = w.AddDocument(ctx, rep, id, document("credit", "", `{}`), false)
	require.NoError(t, err)
	require.Equal(t, deal.SoleID(0), d.ID)
}

// What the store gives is all that package past needs: every record is as it was, whatever happened to it since.
func TestHistory_isEnoughToSeeAnAccountAsItWas(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.at = time.Now().Add(-24 * time.Hour) // events lie before the records, which the database dates
	id := w.lead("rep1", customer("晨风集团"), deal.Contact{ID: "c1", Name: "刘总", Mobile: "13805240011"})
	rep := w.as("rep1")
	now := func() time.Time {
		var at time.Time
		require.NoError(t, connect(t, w.url).QueryRow(ctx, "SELECT clock_timestamp()").Scan(&at))
		return at
	}
	see := func(at time.Time) past.Account {
		h, err := w.History(ctx, rep, id, at)
		require.NoError(t, err)
		a, err := past.At(h, at)
		require.NoError(t, err)
		return a
	}

	need := document("need", "n1", `{"need":"faster","origin":"stated"}`)
	filed, err := w.AddDocument(ctx, rep, id, need, true)
	require.NoError(t, err)
	added, err := w.AddContact(ctx, rep, id, deal.Contact{ID: "c2", Name: "张工"})
	require.NoError(t, err)
	_, err = w.PutForm(ctx, rep, id, deal.Collect, 1, map[string]any{"needs": "parcels"})
	require.NoError(t, err)
	first := now()
	then := see(first)

	profile, err := w.Account(ctx, rep, id)
	require.NoError(t, err)
	profile.Profile.Name = "晨风集团股份有限公司"
	_, err = w.PatchProfile(ctx, rep, id, 1, profile.Profile)
	require.NoError(t, err)
	filed.Body = json.RawMessage(`{"need":"cheaper","origin":"induced"}`)
	filed, err = w.ChangeDocument(ctx, rep, id, filed)
	require.NoError(t, err)
	added.Name = "张总工"
	added, err = w.PatchContact(ctx, rep, id, added.Version, added)
	require.NoError(t, err)
	_, err = w.PutForm(ctx, rep, id, deal.Collect, 2, map[string]any{"needs": "line haul"})
	require.NoError(t, err)
	second := now()
	half := see(second)

	require.NoError(t, w.DeleteDocument(ctx, rep, id, filed, nil))
	require.NoError(t, w.DeleteContact(ctx, rep, id, "c2", added.Version))
	_, err = w.AddContact(ctx, rep, id, deal.Contact{ID: "c3", Name: "later"})
	require.NoError(t, err)
	_, err = w.AddDocument(ctx, rep, id, document("rival", "r1", `{"name":"later"}`), false)
	require.NoError(t, err)

	require.Equal(t, then, see(first), "as it was, whatever came later")
	require.Equal(t, half, see(second))
	require.Equal(t, "晨风集团", then.Profile.Name)
	require.Equal(t, "晨风集团股份有限公司", half.Profile.Name)
	require.Equal(t, "faster", dossier.Bodies[dossier.Need](then.File)[0].Need)
	require.Equal(t, "cheaper", dossier.Bodies[dossier.Need](half.File)[0].Need)
	require.Equal(t, []string{"刘总", "张工"}, []string{then.Contacts[0].Name, then.Contacts[1].Name})
	form, _ := then.Form(deal.Collect)
	require.Equal(t, map[string]any{"needs": "parcels"}, form.Content)
	last := see(time.Time{})
	require.Empty(t, dossier.Bodies[dossier.Need](last.File))
	require.Equal(t, "later", last.Contacts[1].Name)
}
