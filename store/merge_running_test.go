package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// agenda is what the account's dated records ask for, as the next look at them would find it.
func (w *world) agenda(id deal.AccountID) []string {
	w.t.Helper()
	var topics []string
	require.NoError(w.t, w.InTx(w.t.Context(), w.command(id, "", deal.Recompute{}), func(tx deal.LedgerTx) error {
		var kinds []string
		for _, k := range dossier.DatedKinds() {
			kinds = append(kinds, string(k))
		}
		dated, err := tx.Dated(w.t.Context(), kinds)
		if err != nil {
			return err
		}
		file, err := dossier.FileOf(dated)
		if err != nil {
			return err
		}
		for _, a := range dossier.Agenda(dossier.Dates{
			State: tx.State(), At: w.at, File: file, Rules: dossier.DefaultRules(), Working: working{shipped()},
		}) {
			topics = append(topics, a.ID)
		}
		return nil
	}))
	return topics
}

func TestMerge_plansAgreementsOfBothAccounts(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	into, from := w.lead("rep1", customer("晨风集团")), w.lead("rep1", customerIn("开发区", "晨风服饰"))
	rep, content := w.as("rep1"), []byte("signed")
	hash := sha256.Sum256(content)
	sum := hex.EncodeToString(hash[:])
	w.keep(content, sum)
	end := func(days int) string { return string(dayOf(w.at).Add(days)) }
	file := func(id deal.AccountID, kind, doc, body, key string, perCycle bool) {
		d := document(kind, doc, body)
		if key != "" {
			d.Key = &key
		}
		_, err := w.AddDocument(ctx, rep, id, d, perCycle)
		require.NoError(t, err)
	}
	file(from, "document", "d1", `{"name":"a.pdf","sha256":"`+sum+`"}`, "", true)
	file(from, "agreement", "a1", `{"number":"N1","signed_on":"2026-01-05","ends_on":"`+end(200)+`","evidence":{"document":"d1","sha256":"`+
		sum+`"}}`, "N1", true)
	file(from, "agreement", "a2", `{"number":"N2","signed_on":"2025-01-05","ends_on":"`+end(-1)+`"}`, "N2", true)
	file(from, "agreement", "a3", `{"number":"N3","ends_on":"`+end(100)+`"}`, "N3", true)
	file(into, "agreement", "b3", `{"number":"N3","ends_on":"`+end(300)+`"}`, "N3", true)
	look := w.command(into, "", deal.Recompute{})
	require.NoError(t, w.InTx(ctx, look, func(tx deal.LedgerTx) error {
		tx.Replanned()
		return nil
	}))
	require.NotContains(t, w.marked(), into)
	require.NotContains(t, w.agenda(into), "agreement/a1")
	w.merger(from, into)

	require.Contains(t, w.marked(), into, "somebody looks at its dates")
	plan := w.agenda(into)
	require.Subset(t, plan, []string{"agreement/a1", "agreement/b3"})
	require.NotContains(t, plan, "agreement/a2")
	require.NotContains(t, plan, "agreement/a3")
	require.Contains(t, strings.Join(plan, " "), "evaluation/a1/")
	require.Empty(t, w.agenda(from), "nobody is reminded twice")
	for _, kind := range []string{"agreement", "document"} {
		left, err := w.Documents(ctx, rep, from, kind, 0)
		require.NoError(t, err)
		require.NotEmpty(t, left, "the old file keeps its evidence")
	}
	proof, err := w.Document(ctx, rep, into, "document", "d1")
	require.NoError(t, err)
	require.Equal(t, w.state(into).Cycle, proof.Cycle)
	changes, err := w.Changes(ctx, rep, into)
	require.NoError(t, err)
	came := map[string]bool{}
	for _, c := range changes {
		if strings.Contains(string(c.After), `"carried_from"`) {
			came[c.ID] = true
		}
	}
	require.Equal(t, map[string]bool{"agreement/a1": true, "document/d1": true, string(into): true}, came)
	w.sound()
}

func TestMerge_handsTheProtectionOfAProjectOn(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	into := w.lead("rep2", customer("晨风集团"))
	p := w.pursue(customerIn("开发区", "晨风服饰"), "rep1", "manager1", "样品专线")
	w.do(p.id, "finance1", p.approve())
	_, was := w.filing(p)
	w.at = w.at.Add(24 * time.Hour)
	w.merger(p.id, into)
	_, ended := w.filing(p)
	require.Equal(t, dossier.AccountMerged, ended.Cause)
	d, is := w.filing(pursuit{id: into, filing: p.filing})
	was.Owner = w.people["rep2"]
	require.Equal(t, was, is, "number and days go along")
	require.Equal(t, was.Number, *keyOf(t, w, into, d))
	require.True(t, is.Live(dayOf(w.at)))
	cmd := w.command(into, "rep2", deal.SetFollowUp{At: w.at.AddDate(0, 1, 0)})
	require.NoError(t, w.InTx(ctx, cmd, func(tx deal.LedgerTx) error {
		claims, err := tx.Claims(ctx, p.id)
		require.NoError(t, err)
		require.Empty(t, claims, "of another name")
		return nil
	}))
	w.sound()
}

// keyOf is the key under which a document is on file.
func keyOf(t *testing.T, w *world, id deal.AccountID, d deal.Document) *string {
	t.Helper()
	var key *string
	require.NoError(t, connect(t, w.url).QueryRow(t.Context(),
		"SELECT key FROM dossier WHERE account_id = $1 AND kind = $2 AND id = $3", string(id), d.Kind, d.ID).Scan(&key))
	require.NotNil(t, key)
	return key
}

func TestMerge_aProjectThatAThirdAccountHoldsIsProtectedOnce(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	into := w.lead("rep1", customer("晨风集团"))
	third := w.pursue(customerIn("经开区", "晨风集团"), "rep2", "manager1", "样品专线")
	w.do(third.id, "finance1", third.approve())
	p := w.pursue(customerIn("开发区", "晨风服饰"), "rep1", "manager1", "样品专线")
	w.do(p.id, "finance1", p.approve())
	w.merger(p.id, into)
	filings, err := w.Documents(ctx, w.as("ops1"), into, "filing", 0)
	require.NoError(t, err)
	require.Empty(t, filings)
	_, held := w.filing(third)
	require.True(t, held.Live(dayOf(w.at)))
	w.sound()
}

func TestMerge_mendsWhatTheOtherAccountHasAndSaysFromWhere(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	into, from := w.lead("rep1", customer("晨风集团")), w.lead("rep1", customerIn("开发区", "晨风服饰"))
	rep := w.as("rep1")
	file := func(id deal.AccountID, kind, doc, body string) {
		_, err := w.AddDocument(ctx, rep, id, document(kind, doc, body), false)
		require.NoError(t, err)
	}
	file(into, "credit", "", `{"payments":{"invoices":3}}`)
	file(from, "credit", "", `{"colour":"red","since":"2026-01-01","reason":"late"}`)
	file(into, "veto", "v0", `{"item":"bad_payer"}`)
	file(from, "veto", "v1", `{"item":"bad_payer","hit":true,"evidence":"court"}`)
	w.merger(from, into)
	credit, err := w.Document(ctx, rep, into, "credit", deal.SoleID(0))
	require.NoError(t, err)
	require.Contains(t, strings.ReplaceAll(string(credit.Body), " ", ""), `"colour":"red"`)
	veto, err := w.Document(ctx, rep, into, "veto", "v0")
	require.NoError(t, err)
	require.Contains(t, strings.ReplaceAll(string(veto.Body), " ", ""), `"hit":true`)
	require.Equal(t, []any{int64(2), int64(1), w.people["rep1"]}, []any{veto.Version, veto.Edited, veto.UpdatedBy})
	require.Contains(t, w.marked(), into)
	changes, err := w.Changes(ctx, rep, into)
	require.NoError(t, err)
	mended := 0
	for _, c := range changes {
		if strings.Contains(string(c.After), `"carried_from"`) && c.Before != nil && c.Table == "dossier" {
			mended++
		}
	}
	require.Equal(t, 2, mended)
	w.sound()
}
