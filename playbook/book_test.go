package playbook_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

func TestBook_ofExpressHasTheNumbersOfTheTrade(t *testing.T) {
	t.Parallel()
	book := newest(t, playbooktest.Express).Book()
	require.True(t, book.QuietHours)
	require.False(t, book.OneOff, "accounts on it are key accounts")
	require.Equal(t, deal.CalendarTime(90*24*time.Hour), book.Recheck)
	require.Equal(t, deal.CalendarTime(7*24*time.Hour), book.FollowUp.Ungraded)
	cadence := map[deal.Grade]int{deal.GradeA: 7, deal.GradeB: 14, deal.GradeC: 30, deal.GradeD: 90}
	require.Len(t, book.FollowUp.Cadence, len(cadence))
	for _, c := range book.FollowUp.Cadence {
		require.Equal(t, deal.CalendarTime(time.Duration(cadence[c.Grade])*24*time.Hour), c.Every)
	}

	within := map[string]deal.Span{}
	for _, s := range book.Steps {
		for _, d := range s.Deadlines {
			within[string(s.Step)+"/"+d.Name+"/"+string(d.Until)] = d.Within
		}
	}
	require.Equal(t, map[string]deal.Span{
		"collect/step/":                    deal.EndOfDay(),
		"screen/duplicate_check/intake":    deal.OfficeTime(4 * time.Hour),
		"screen/filing/requested:filing":   deal.WorkingDays(1),
		"screen/step/":                     deal.WorkingDays(5),
		"survey/step/":                     deal.WorkingDays(10),
		"analyse/step/":                    deal.WorkingDays(5),
		"plan/proposal/requested:proposal": deal.WorkingDays(2),
		"plan/step/":                       deal.WorkingDays(10),
		"visit/step/":                      deal.WorkingDays(30),
		"trial/step/":                      deal.WorkingDays(15),
		"sign/step/":                       deal.WorkingDays(10),
		"maintain/step/":                   deal.CalendarTime(90 * 24 * time.Hour),
		"archive/step/":                    deal.WorkingDays(5),
	}, within)

	hour, day := deal.OfficeTime(time.Hour), deal.WorkingDays(1)
	require.Equal(t, []deal.LadderRung{
		{Name: deal.Remind, Before: &hour}, {Name: deal.Urge, Percent: 100}, {Name: deal.Superior, After: &day},
	}, book.Step(deal.Collect).Deadlines[0].Ladder)
	require.Equal(t, []deal.LadderRung{
		{Name: deal.Remind, Percent: 50}, {Name: deal.Urge, Percent: 100}, {Name: deal.Superior, Percent: 150}, {Name: deal.Reassign, Percent: 200},
	}, book.Step(deal.Survey).Deadlines[0].Ladder)
}

// Every trade climbs the whole ladder where nobody moves: steps with their duplicate checks and filings, follow-ups and
// every level of every approval. Only the handover of a lead ends with the superior, and quick, which is for trying things
// out, has nobody reassigned but approvals.
func TestBook_everyTradeReachesTheSuperiorAndWhoReassigns(t *testing.T) {
	t.Parallel()
	names := func(ladder []deal.LadderRung) []deal.RungName {
		var all []deal.RungName
		for _, r := range ladder {
			all = append(all, r.Name)
		}
		return all
	}
	whole := []deal.RungName{deal.Remind, deal.Urge, deal.Superior, deal.Reassign}
	for _, trade := range []string{playbooktest.Express, "industrial", "project", "group-buying"} {
		book := newest(t, trade).Book()
		require.Equal(t, whole, names(book.FollowUp.Ladder), trade)
		checked := 0
		for _, step := range book.Steps {
			for _, d := range step.Deadlines {
				if step.Step == deal.Collect {
					require.Equal(t, whole[:3], names(d.Ladder), "%s %s", trade, d.Name)
					continue
				}
				require.Equal(t, whole, names(d.Ladder), "%s %s %s", trade, step.Step, d.Name)
				if d.Until == deal.UntilIntake {
					require.Equal(t, deal.OfficeTime(4*time.Hour), d.Within, "the duplicate check has four office hours")
					checked++
				}
				if d.Until == deal.UntilRequested+"filing" {
					require.Equal(t, deal.WorkingDays(1), d.Within, "the filing has a working day")
					checked++
				}
			}
		}
		require.Equal(t, 2, checked, trade)
		for _, rules := range book.Approvals {
			for i, l := range rules.Levels {
				require.Equal(t, whole, names(l.Ladder), "%s %s level %d", trade, rules.Kind, i+1)
			}
		}
	}
}

func TestBook_ofExpressHasTheChainsOfTheTrade(t *testing.T) {
	t.Parallel()
	book := newest(t, playbooktest.Express).Book()
	who := map[deal.ApprovalKind]string{}
	for _, kind := range deal.ApprovalKinds() {
		rules, ok := book.Approval(kind)
		require.True(t, ok, kind)
		who[kind] = string(rules.Step) + "/" + rules.Subject
		var inAll time.Duration
		for _, l := range rules.Levels {
			who[kind] += " " + string(l.Who)
			inAll += l.Within.Length
			if kind != deal.CreditChange {
				require.Equal(t, deal.WorkingDays(2), l.Within)
			}
			require.Equal(t, deal.AnySeat, l.Mode)
			require.Equal(t, []deal.LadderRung{
				{Name: deal.Remind, Percent: 50},
				{Name: deal.Urge, Percent: 100},
				{Name: deal.Superior, Percent: 150},
				{Name: deal.Reassign, Percent: 200},
			}, l.Ladder)
		}
		if kind == deal.CreditChange {
			require.Equal(t, 10*24*time.Hour, inAll, "a change of credit takes ten calendar days")
		}
	}
	require.Equal(t, map[deal.ApprovalKind]string{
		deal.Filing:         "screen/filing owner_manager role:sales_ops",
		deal.Proposal:       "plan/proposal owner_manager superior",
		deal.Contract:       "sign/agreement owner_manager role:finance superior",
		deal.TrialWaiver:    "trial/ owner_manager",
		deal.VetoLift:       "/veto owner_manager superior",
		deal.GradeOverride:  "/value_score owner_manager superior",
		deal.CreditChange:   "/credit role:finance superior",
		deal.ExecutiveVisit: "/executive_visit superior named",
		deal.SupportRequest: "/support_request owner_manager superior",
		deal.Gift:           "/gift owner_manager superior",
		deal.Merger:         "/ owner_manager role:sales_ops",
		deal.Reopen:         "/ owner_manager",
	}, who)
}

func TestBook_ofQuickFiresWithinSeconds(t *testing.T) {
	t.Parallel()
	book := newest(t, playbooktest.Quick).Book()
	require.False(t, book.QuietHours)
	check := func(span deal.Span, ladder []deal.LadderRung) {
		require.Equal(t, deal.Calendar, span.Unit)
		require.LessOrEqual(t, span.Length, time.Minute)
		require.NotEmpty(t, ladder)
	}
	for _, s := range book.Steps {
		for _, d := range s.Deadlines {
			check(d.Within, d.Ladder)
		}
	}
	for _, a := range book.Approvals {
		for _, l := range a.Levels {
			check(l.Within, l.Ladder)
		}
	}
	for _, c := range book.FollowUp.Cadence {
		check(c.Every, book.FollowUp.Ladder)
	}
	require.Equal(t, deal.CalendarTime(30*time.Second), book.Recheck)
}

func TestBook_givesEveryStepADeadlineOfItsOwnAndARoadBack(t *testing.T) {
	t.Parallel()
	for _, name := range playbooktest.Books() {
		book := newest(t, name).Book()
		require.Len(t, book.Steps, len(deal.Steps()))
		for i, s := range book.Steps {
			require.Equal(t, deal.Steps()[i], s.Step)
			has := false
			for _, d := range s.Deadlines {
				has = has || d.Name == "step"
			}
			require.True(t, has, "%s/%s", name, s.Step)
			require.Equal(t, s.Step == deal.Collect, len(s.Returns) == 0, "%s/%s", name, s.Step)
		}
	}
	require.Contains(t, newest(t, playbooktest.Express).Book().Step(deal.Visit).Returns, deal.Analyse)
}

func TestChain_climbsToTheSuperiorOnlyWhereTheConditionHolds(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	const limit = 100_000_000 // one million yuan in fen
	for name, c := range map[string]struct {
		kind     deal.ApprovalKind
		grade    deal.Grade
		amount   int64
		currency string
		onFile   int64
		want     []deal.Audience
	}{
		"small":                       {deal.Proposal, deal.GradeB, 5, "CNY", 5, []deal.Audience{"owner_manager"}},
		"at the limit":                {deal.Proposal, deal.GradeB, limit, "CNY", 5, []deal.Audience{"owner_manager"}},
		"above the limit":             {deal.Proposal, deal.GradeB, limit + 1, "CNY", 5, []deal.Audience{"owner_manager", "superior"}},
		"above the limit, but silent": {deal.Proposal, deal.GradeB, 0, "", limit + 1, []deal.Audience{"owner_manager", "superior"}},
		"grade A":                     {deal.Proposal, deal.GradeA, 5, "CNY", 5, []deal.Audience{"owner_manager", "superior"}},
		"foreign money":               {deal.Contract, deal.GradeB, 5, "USD", 5, []deal.Audience{"owner_manager", "role:finance", "superior"}},
		"foreign money on file":       {deal.Proposal, deal.GradeB, 0, "", -5, []deal.Audience{"owner_manager", "superior"}},
		"contract":                    {deal.Contract, "", 5, "", 0, []deal.Audience{"owner_manager", "role:finance"}},
		"filing":                      {deal.Filing, deal.GradeA, limit * 2, "CNY", 0, []deal.Audience{"owner_manager", "role:sales_ops"}},
		"reopen":                      {deal.Reopen, deal.GradeA, 0, "", 0, []deal.Audience{"owner_manager"}},
		"unknown kind":                {"bribe", deal.GradeA, 0, "", 0, nil},
	} {
		rules, _ := p.Book().Approval(c.kind)
		a := playbooktest.Account{State: deal.State{Book: p.Ref(), Cycle: 1, Step: rules.Step, Grade: c.grade}}
		if c.onFile < 0 {
			a.Put(dossier.Proposal{PriceMinor: 5, Currency: "USD"})
		}
		if c.onFile > 0 {
			a.Put(dossier.Proposal{PriceMinor: c.onFile, Currency: "CNY"})
			a.Put(dossier.Agreement{Number: "KD-1", AmountMinor: c.onFile, Currency: "CNY"})
		}
		levels, err := p.Chain(c.kind, a.State, a.Records, c.amount, c.currency, time.Now())
		require.NoError(t, err, name)
		var who []deal.Audience
		for _, l := range levels {
			who = append(who, l.Who)
		}
		require.Equal(t, c.want, who, name)
	}
}

// Everything that domain.md §7 lets a level say, from the file to the rules: people of several places, all, any and one after
// another, a condition by amount and by grade, an opinion, a deadline and a ladder of its own.
func TestChain_hasWhatTheFileSays(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	source := strings.Replace(sourceOf(t, library, playbooktest.Quick), "version: 1", "version: 2", 1)
	old := "      - {who: superior, when: amount > yuan(1000000) || form.amount_minor > yuan(1000000)}\n"
	require.Contains(t, source, old)
	source = strings.Replace(source, old, `      - who: role:finance, role:sales_ops
        mode: all
        when: amount > yuan(1000000) || account.grade == "A"
        opinion: true
        within: 3 working days
        ladder: [{rung: urge, at: 100%}]
      - {who: "superior,person:boss", mode: in_order, when: "account.grade <= 'B'"}
`, 1)
	require.NoError(t, library.Add([]byte(source), "test.yaml"))
	ref := deal.BookRef{Name: "quick", Version: 2}
	manager, staff, top := "owner_manager any", "role:finance, role:sales_ops all opinion", "superior,person:boss in_order"
	for name, c := range map[string]struct {
		grade  deal.Grade
		amount int64
		want   []string
	}{
		"small, C": {deal.GradeC, 100, []string{manager}},
		"large, C": {deal.GradeC, 100_000_001, []string{manager, staff}},
		"small, B": {deal.GradeB, 100, []string{manager, top}},
		"small, A": {deal.GradeA, 100, []string{manager, staff, top}},
		"large, D": {deal.GradeD, 100_000_001, []string{manager, staff}},
	} {
		levels, err := library.Chain(deal.Proposal, deal.State{Book: ref, Step: deal.Plan, Grade: c.grade}, deal.Records{}, c.amount, "CNY", time.Now())
		require.NoError(t, err, name)
		var got []string
		for _, l := range levels {
			line := string(l.Who) + " " + string(l.Mode)
			if l.Opinion {
				line += " opinion"
				require.Equal(t, deal.WorkingDays(3), l.Within)
				require.Equal(t, []deal.LadderRung{{Name: deal.Urge, Percent: 100}}, l.Ladder)
			}
			got = append(got, line)
		}
		require.Equal(t, c.want, got, name)
	}
	require.Equal(t, []deal.Audience{"role:finance", "role:sales_ops"}, deal.Audience("role:finance, role:sales_ops").Places())
}

func TestChain_isAnErrorWhenItsConditionFails(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	source := strings.Replace(sourceOf(t, library, playbooktest.Quick), "amount > yuan(1000000)", "amount == 0 || yuan(amount) > 0", 1)
	source = strings.Replace(source, "version: 1", "version: 2", 1)
	require.NoError(t, library.Add([]byte(source), "test.yaml"))
	_, err := library.Chain(deal.Proposal, deal.State{Book: deal.BookRef{Name: "quick", Version: 2}}, deal.Records{}, 1<<62, "CNY", time.Now())
	require.ErrorContains(t, err, "level 2 of approval proposal in playbook quick version 2")
}

func TestDescribe_speaksBothLanguagesEverywhere(t *testing.T) {
	t.Parallel()
	for _, name := range playbooktest.Books() {
		d := newest(t, name).Describe()
		require.Len(t, d.Steps, 10)
		walkTexts(t, name, reflect.ValueOf(d))
	}
}

// walkTexts finds every sentence of a description and checks that each language is written in its own script.
func walkTexts(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch v.Kind() { //nolint:exhaustive // descriptions are made of these
	case reflect.Pointer:
		if !v.IsNil() {
			walkTexts(t, path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkTexts(t, path, v.Index(i))
		}
	case reflect.Struct:
		if text, ok := v.Interface().(deal.Text); ok {
			require.True(t, strings.ContainsFunc(text.ZH, han), "%s: %q", path, text.ZH)
			require.NotEmpty(t, text.EN, path)
			require.False(t, strings.ContainsFunc(text.EN, han), "%s: %q", path, text.EN)
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				walkTexts(t, path+"."+f.Name, v.Field(i))
			}
		}
	}
}

func TestDescribe_keepsTheOrderOfTheFormAndSaysWhatThePageNeeds(t *testing.T) {
	t.Parallel()
	d := newest(t, playbooktest.Express).Describe()
	text, err := json.Marshal(d)
	require.NoError(t, err)
	var back struct {
		Steps []struct {
			Form struct {
				Schema struct {
					Schema               string `json:"$schema"`
					Required             []string
					AdditionalProperties bool
					Properties           map[string]struct {
						Type string
						UI   struct {
							Order   int
							Label   deal.Text
							Options map[string]deal.Text
						} `json:"x-ui"`
					}
				}
				Fields []playbook.Field
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &back))
	for _, s := range back.Steps {
		require.Equal(t, "https://json-schema.org/draft/2020-12/schema", s.Form.Schema.Schema)
		require.False(t, s.Form.Schema.AdditionalProperties)
		require.Len(t, s.Form.Schema.Properties, len(s.Form.Fields))
		for i, f := range s.Form.Fields {
			p := s.Form.Schema.Properties[f.Name]
			require.Equal(t, i+1, p.UI.Order)
			require.Equal(t, f.Label, p.UI.Label)
			require.Len(t, p.UI.Options, len(f.Options))
			require.Equal(t, f.Required, slices.Contains(s.Form.Schema.Required, f.Name))
		}
	}
	require.Less(t, strings.Index(string(text), `"competitor":`), strings.Index(string(text), `"competitor_volume":`))
	require.NotContains(t, string(text), "null")
	require.Equal(t, deal.Text{ZH: "4 个办公小时", EN: "4 office hours"}, d.Steps[1].Deadlines[0].Within)
	require.Equal(t, newest(t, playbooktest.Express).Rules(), d.Dossier)
	require.Equal(t, deal.Text{ZH: "到期前 1 个办公小时", EN: "1 office hour before the deadline"}, d.Steps[0].Deadlines[0].Ladder[0].When)
	require.Equal(t, deal.Text{ZH: "期限的 50%", EN: "at 50% of the deadline"}, d.Steps[2].Deadlines[0].Ladder[0].When)
}

func TestParseSpan_readsWhatPlaybooksWrite(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		span   deal.Span
		zh, en string
	}{
		"4 office hours":    {deal.OfficeTime(4 * time.Hour), "4 个办公小时", "4 office hours"},
		"1 office hour":     {deal.OfficeTime(time.Hour), "1 个办公小时", "1 office hour"},
		"30 office minutes": {deal.OfficeTime(30 * time.Minute), "30 办公分钟", "30 office minutes"},
		"2 working days":    {deal.WorkingDays(2), "2 个工作日", "2 working days"},
		"1 working day":     {deal.WorkingDays(1), "1 个工作日", "1 working day"},
		"90 calendar days":  {deal.CalendarTime(90 * 24 * time.Hour), "90 个日历日", "90 calendar days"},
		"36 calendar hours": {deal.CalendarTime(36 * time.Hour), "36 个小时", "36 hours"},
		"90 minutes":        {deal.CalendarTime(90 * time.Minute), "90 分钟", "90 minutes"},
		"20 seconds":        {deal.CalendarTime(20 * time.Second), "20 秒", "20 seconds"},
		"end of day":        {deal.EndOfDay(), "当天下班前", "end of the working day"},
	} {
		span, err := playbook.ParseSpan(text)
		require.NoError(t, err, text)
		require.Equal(t, want.span, span, text)
		require.Equal(t, deal.Text{ZH: want.zh, EN: want.en}, playbook.SpanText(span), text)
	}
	for _, text := range []string{
		"", "0 seconds", "-1 minutes", "1", "days", "2 days", "3 hours", "1 office day", "1 working hour", "2  working days", "1.5 working days",
		"99999999999 seconds", "999999999 calendar days", "End of day", "1 month",
	} {
		_, err := playbook.ParseSpan(text)
		require.Error(t, err, text)
	}
}

func TestProject_isTheBookThatAnAccountIsPromotedOutOf(t *testing.T) {
	t.Parallel()
	for _, name := range playbooktest.Books() {
		require.Equal(t, name == playbooktest.Project, newest(t, name).Book().OneOff, name)
		require.Equal(t, name == playbooktest.Project, newest(t, name).Describe().OneOff, name)
	}
}
