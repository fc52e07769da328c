package dossier_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func file(documents ...deal.Document) deal.Records { return deal.Records{Dossier: documents} }

func TestCarry_takesAgreementsThatAreNotOverIntoTheRunningCycle(t *testing.T) {
	t.Parallel()
	bodies, carry := carried(t, file(
		onFile("agreement", "a1", `{"number":"N1","ends_on":"`+string(today)+`","signed_on":"2026-01-10"}`),
		onFile("agreement", "a2", `{"number":"N2","ends_on":"`+string(today.Add(-1))+`","signed_on":"2025-01-10"}`),
		onFile("agreement", "a3", `{"number":"N3","signed_on":"2026-02-01"}`),
		onFile("agreement", "a4", `{"number":"N4"}`),
		onFile("agreement", "a5", `{"number":"N5","ends_on":"2028-01-01"}`),
		onFile("agreement", "a6", `{"number":"N6","ends_on":"2028-01-01"}`),
		onFile("agreement", "a7", `{"number":"N7","ends_on":"2028-01-01"}`),
		onFile("evaluation", "e1", `{"on":"2026-04-01"}`), onFile("evaluation", "e0", `{"on":"2026-01-09"}`), onFile("trial", "t1", `{}`),
	), file(
		running(onFile("agreement", "b5", `{"number":"N5","ends_on":"2026-01-01"}`)), // the running cycle's own
		onFile("agreement", "b6", `{"number":"N6","ends_on":"2027-12-01"}`),          // it is reminded of there
		onFile("agreement", "b7", `{"number":"N7","ends_on":"2025-12-01"}`),          // long over
	))
	names := make([]string, 0, len(bodies))
	for name := range bodies {
		names = append(names, name)
	}
	slices.Sort(names)
	require.Equal(t, []string{"agreement a1", "agreement a3", "agreement a7", "evaluation e1"}, names)
	for _, d := range carry.Documents {
		require.Equal(t, []any{2, true}, []any{d.Is.Cycle, d.Stays}, "%s is planned there, and stays as evidence here", d.Is.ID)
	}
	require.Equal(t, "N1", *carry.Documents[0].Is.Key)
}

func running(d deal.Document) deal.Document {
	d.Cycle = 2
	return d
}

func TestCarry_takesWhatProvesAnAgreementOver(t *testing.T) {
	t.Parallel()
	sum, second := strings.Repeat("a", 64), strings.Repeat("b", 64)
	proof := func(id, hash string) deal.Document {
		return onFile("document", id, `{"name":"`+id+`.pdf","sha256":"`+hash+`"}`)
	}
	signed := func(id, document, hash string) deal.Document {
		return onFile("agreement", id, `{"number":"`+id+`","ends_on":"2028-01-01","evidence":{"document":"`+document+`","sha256":"`+hash+`"}}`)
	}
	bodies, carry := carried(t, file(signed("a1", "d1", sum), signed("a2", "d2", second), proof("d1", sum), proof("d2", second)),
		file(running(proof("there", sum)), proof("long ago", second)))
	require.Len(t, carry.Documents, 3)
	require.Contains(t, bodies, "document d2", "it is wanted in the running cycle")
	require.Contains(t, bodies["agreement a1"], `"document":"there"`, "the same bytes are in the running cycle already")
	require.Contains(t, bodies["agreement a2"], `"document":"d2"`)
}

func TestCarry_handsProtectionOnOnce(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	filed := func(id, project string, on dossier.Day) deal.Document {
		d := filedAs(t, id, r.File("KA-9-"+id, project, "scope", "rep", on))
		d.UpdatedBy = "rep"
		return d
	}
	from := file(filed("f1", "样品专线", today.Add(-10)), filed("f2", "冷链", today), filed("f3", "over", today.Add(-400)), filed("f4", "third", today))
	m := merging(from, file(filed("g2", "冷 链", today), filed("g1", "样品专线", today.Add(-400))))
	m.Claims = []deal.Claim{{Account: "third", Filing: filed("h", "third", today)}, {Account: "from", Filing: from.Dossier[0]}}
	carry, err := dossier.Carry(m)
	require.NoError(t, err)
	require.Len(t, carry.Documents, 1, "what that account or a third one holds, and what has run out, ends with the account")
	d := carry.Documents[0]
	require.Equal(t, []any{"f1", true, 0, "KA-9-f1"}, []any{d.Is.ID, d.Stays, d.Is.Cycle, *d.Is.Key})
	record, err := dossier.Load(dossier.FilingKind, d.Is.Body)
	require.NoError(t, err)
	want := r.File("KA-9-f1", "样品专线", "scope", "their-rep", today.Add(-10))
	require.Equal(t, want, record, "number and days stay, the owner is who has the account")
	m.Target.Owner, m.Claims = "", nil
	carry, err = dossier.Carry(m)
	require.NoError(t, err)
	require.Len(t, carry.Documents, 2)
	require.Contains(t, string(carry.Documents[0].Is.Body), `"owner":"rep"`, "until somebody has it")
	m.Claims = []deal.Claim{{Account: "third", Filing: deal.Document{Kind: "filing", Body: []byte(`{`)}}}
	_, err = dossier.Carry(m)
	require.Error(t, err)
}

func TestCarry_mendsWhatWeighsLess(t *testing.T) {
	t.Parallel()
	red := onFile("credit", "sole", `{"colour":"red","since":"2026-01-01","reason":"late","payments":{"invoices":9}}`)
	hit, free := `{"item":"bad_payer","hit":true,"evidence":"court"}`, `{"item":"bad_payer","on":"2026-02-02"}`
	for name, c := range map[string]struct{ comes, there, becomes string }{
		"a colour where none was decided": {
			there: `{"payments":{"invoices":3},"change":{"to":"blue"}}`,
			becomes: `"colour":"red","since":"2026-01-01","payments":{"turnover_minor":0,"currency":"","invoices":3,` +
				`"late_invoices":0,"worst_days_late":0,"overdue_minor":0},"reason":"late","change":{"to":"blue"`,
		},
		"payments where there are none":      {there: `{}`, becomes: `"invoices":9`},
		"a colour that was decided":          {there: `{"colour":"green"}`},
		"a veto that is hit":                 {comes: hit, there: free, becomes: `"hit":true,"on":"","evidence":"court"`},
		"a veto that is hit on both":         {comes: hit, there: `{"item":"bad_payer","hit":true,"evidence":"other"}`},
		"a veto that is hit only over there": {comes: free, there: hit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			comes, there := red, onFile("credit", "sole", c.there)
			if c.comes != "" {
				comes, there = onFile("veto", "v1", c.comes), onFile("veto", "v0", c.there)
			}
			_, carry := carried(t, file(comes), file(there))
			require.Empty(t, carry.Documents)
			if c.becomes == "" {
				require.Empty(t, carry.Mended)
				return
			}
			require.Len(t, carry.Mended, 1)
			is := carry.Mended[0].Is
			require.Equal(t, there, carry.Mended[0].Was)
			require.Equal(t, []any{there.ID, int64(4), int64(2)}, []any{is.ID, is.Version, is.Edited}, "it is no edit")
			require.Contains(t, string(is.Body), c.becomes)
		})
	}
}
