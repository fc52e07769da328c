package dossier_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func TestProtect_letsEveryOtherRecordPassAsItIs(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	for _, record := range filled() {
		kept, no := r.Protect(record, record, today)
		require.Empty(t, no, record.Kind())
		require.Equal(t, record, kept, "what is on file may be sent as it is")
		require.Empty(t, r.Unfit(deal.Proposal, record, nil, today))
	}
	_, no := r.Protect(nil, dossier.Proposal{Solution: "x"}, today)
	require.Empty(t, no)
}

func TestProtect_saysInBothLanguagesWhatToDoInstead(t *testing.T) {
	t.Parallel()
	_, no := dossier.DefaultRules().Protect(nil, dossier.Credit{Colour: dossier.Green}, today)
	require.Len(t, no, 1)
	require.Equal(t, []any{deal.CodeSetByApproval, "/colour"}, []any{no[0].Code, no[0].Field})
	require.Equal(t, "“信用等级”由审批或系统确定，不能直接修改。", no[0].Text.ZH)
	require.Equal(t, "“Colour” is set by an approval or an event and cannot be written.", no[0].Text.EN)
	require.Contains(t, no[0].Hint.ZH, "credit_change")
	require.Contains(t, no[0].Hint.EN, "credit_change")
}

// However a record is sent, the protected fields of what comes out are those on file.
func TestProtect_neverLetsACreditColourThrough(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	rapid.Check(t, func(t *rapid.T) {
		colour := rapid.SampledFrom(append([]dossier.Colour{""}, dossier.AllColours()...))
		day := rapid.SampledFrom([]dossier.Day{"", today, today.Add(-3), today.Add(7), today.Add(10), today.Add(99)})
		credit := func(label string) dossier.Credit {
			k := dossier.Credit{Colour: colour.Draw(t, label), Since: day.Draw(t, label)}
			if rapid.Bool().Draw(t, label) {
				k.Change = &dossier.CreditChange{To: colour.Draw(t, label), Reason: "r", AskedOn: day.Draw(t, label), DueOn: day.Draw(t, label)}
			}
			return k
		}
		was, sent := credit("was"), credit("sent")
		if was.Change != nil {
			was.Change.AskedOn = today.Add(-3)
			was.Change.DueOn = today.Add(7)
		}
		after, no := r.Protect(was, sent, today)
		is, ok := after.(dossier.Credit)
		require.True(t, ok)
		require.Equal(t, []any{was.Colour, was.Since}, []any{is.Colour, is.Since})
		if is.Change != nil {
			on := today
			if was.Change != nil {
				on = was.Change.AskedOn
			}
			require.Equal(t, []any{on, on.Add(10)}, []any{is.Change.AskedOn, is.Change.DueOn})
		}
		if len(no) == 0 && sent.Colour != "" {
			require.Equal(t, was.Colour, sent.Colour)
		}
	})
}

func TestRemovable_areDraftsAndWhatIsNotHit(t *testing.T) {
	t.Parallel()
	require.Empty(t, dossier.Removable(dossier.Filing{Project: "x"}))
	refused(t, dossier.Removable(dossier.DefaultRules().File("F-1", "", "", "rep1", today)), "set_by_approval ")
	require.Empty(t, dossier.Removable(dossier.Veto{Item: "bad_payer"}))
	refused(t, dossier.Removable(dossier.Veto{Item: "bad_payer", Hit: true}), "set_by_approval ")
	require.Empty(t, dossier.Removable(dossier.Need{}))
}

func TestUnfit_areRecordsWithNothingToDecide(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	live := r.File("KA-1-F1", "样品专线", "", "rep1", today)
	for name, c := range map[string]struct {
		kind   deal.ApprovalKind
		record dossier.Record
		want   []string
	}{
		"a draft":                        {deal.Filing, dossier.Filing{Project: "冷链"}, nil},
		"a filing that is filed":         {deal.Filing, live, []string{"subject_missing /subject"}},
		"a project of a live filing":     {deal.Filing, dossier.Filing{Project: "样品 专线"}, []string{"subject_missing /subject"}},
		"a filed one in another matter":  {deal.Contract, live, nil},
		"a hit":                          {deal.VetoLift, dossier.Veto{Hit: true}, nil},
		"no hit":                         {deal.VetoLift, dossier.Veto{}, []string{"subject_missing /subject"}},
		"a change":                       {deal.CreditChange, dossier.Credit{Change: &dossier.CreditChange{To: dossier.Green}}, nil},
		"no change":                      {deal.CreditChange, dossier.Credit{Colour: dossier.Green}, []string{"subject_missing /subject"}},
		"scores that make no grade yet":  {deal.GradeOverride, dossier.ValueScore{}, []string{"subject_missing /subject"}},
		"a kind that asks nothing of it": {deal.Proposal, dossier.Proposal{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, r.Unfit(c.kind, c.record, []dossier.Filing{live}, today), c.want...)
		})
	}
	for _, record := range filled() {
		if score, ok := record.(dossier.ValueScore); ok {
			require.Empty(t, r.Unfit(deal.GradeOverride, score, nil, today))
		}
	}
}

func TestHolder_isTheAccountWhoseFilingProtectsTheProject(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	claim := func(account deal.AccountID, f dossier.Filing) deal.Claim {
		return deal.Claim{Account: account, Filing: filedAs(t, "f", f)}
	}
	claims := []deal.Claim{
		claim("over", r.File("1", "样品专线", "", "a", today.Add(-91))), claim("draft", dossier.Filing{Project: "样品专线"}),
		claim("released", r.File("2", "样品专线", "", "a", today).Release(dossier.AccountClosed, today)),
		claim("other project", r.File("3", "冷链", "", "a", today)), claim("holder", r.File("4", "样品 专线（A）", "", "a", today)),
	}
	_, found, err := dossier.Holder(claims, "样品专线", today)
	require.NoError(t, err)
	require.False(t, found)
	held, found, err := dossier.Holder(claims, "样品专线（Ａ）", today)
	require.NoError(t, err)
	require.True(t, found)
	require.EqualValues(t, "holder", held.Account)
	_, _, err = dossier.Holder([]deal.Claim{{Filing: deal.Document{Body: []byte(`{`)}}}, "x", today)
	require.Error(t, err)
}
