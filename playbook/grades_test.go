package playbook_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"closedloop/deal"
	"closedloop/playbook"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

// graded is quick with a section on grades, of which some lines are changed.
func graded(changes ...string) string {
	section := `
grades:
  A: {label: {zh: 甲, en: First}, treatment: {zh: 全力, en: All in}}
  B: {label: {zh: 乙, en: Second}, treatment: {zh: 有限, en: Some}, visits_per_month: 4}
  C: {label: {zh: 丙, en: Third}, treatment: {zh: 观察, en: Watch}, hours_per_month: 2, last_step: plan}
  D: {label: {zh: 丁, en: Fourth}, treatment: {zh: 暂停, en: Stop}, visits_per_month: 0, last_step: analyse}
`
	return strings.NewReplacer(changes...).Replace(section)
}

const override = `  - kind: grade_override
    subject: value_score
    label: {zh: 等级例外审批, en: Grade override}
    levels:
      - {who: owner_manager}
`

func loadGraded(t *testing.T, section, approval string) (*playbook.Playbook, error) {
	t.Helper()
	source := sourceOf(t, load(t), playbooktest.Quick)
	source = strings.Replace(source, "\napprovals:\n", section+"\napprovals:\n"+approval, 1)
	library, err := playbook.Load(playbook.Options{Overrides: fstest.MapFS{"quick.yaml": &fstest.MapFile{Data: []byte(source)}}})
	if err != nil {
		return nil, err
	}
	return library.Newest(playbooktest.Quick)
}

func TestGrades_sayWhatAGradeMeans(t *testing.T) {
	t.Parallel()
	p, err := loadGraded(t, graded(), override)
	require.NoError(t, err)
	four := 4
	b, ok := p.Book().Grade(deal.GradeB)
	require.True(t, ok)
	require.Equal(t, deal.GradeRules{
		Grade: deal.GradeB, Label: deal.Text{ZH: "乙", EN: "Second"}, Treatment: deal.Text{ZH: "有限", EN: "Some"}, VisitsPerMonth: &four,
	}, b)
	d := p.Describe().Grades
	require.Len(t, d, 4)
	require.Equal(t, deal.Plan, d[2].LastStep)
	require.Zero(t, *d[3].VisitsPerMonth, "none is a limit")
	require.Nil(t, d[0].VisitsPerMonth, "nothing is none")

	plain := newest(t, playbooktest.Quick)
	_, ok = plain.Book().Grade(deal.GradeA)
	require.False(t, ok)
	require.Empty(t, plain.Describe().Grades)
	require.NotContains(t, gateOf(t, plain, playbooktest.Ready(playbooktest.Quick, deal.Analyse)).Met, playbook.GradeAllowsNext)
}

func TestGrades_thatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		section, approval, reason string
	}{
		"one is missing":        {graded("  A: {label: {zh: 甲, en: First}, treatment: {zh: 全力, en: All in}}\n", ""), override, "grades.A is missing"},
		"no label":              {graded("label: {zh: 甲, en: First}, ", ""), override, "grades.A.label: the text in zh is missing"},
		"no treatment":          {graded("treatment: {zh: 全力, en: All in}", "treatment: {zh: 全力}"), override, "grades.A.treatment: the text in en is missing"},
		"effort":                {graded("visits_per_month: 4", "visits_per_month: -1"), override, `grades.B.visits_per_month "-1": write a whole number from 0`},
		"no step":               {graded("last_step: plan", "last_step: nowhere"), override, `grades.C.last_step: unknown step "nowhere"`},
		"after the agreement":   {graded("last_step: plan", "last_step: maintain"), override, "maintain comes after the agreement"},
		"nothing could lift it": {graded(), "", "nothing could lift it: add an approval of kind grade_override"},
		"unknown key":           {graded("hours_per_month", "hours_per_week"), override, "unknown key hours_per_week"},
	} {
		_, err := loadGraded(t, tt.section, tt.approval)
		require.ErrorContains(t, err, tt.reason, name)
	}
}

func TestGate_takesAnAccountAsFarAsItsGradeAllows(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	last := map[deal.Grade]deal.Step{deal.GradeC: deal.Plan, deal.GradeD: deal.Analyse}
	for _, step := range deal.Steps() {
		for _, g := range append(deal.Grades(), "") {
			a := playbooktest.Ready(playbooktest.Express, step)
			a.State.Grade = g
			gate := gateOf(t, p, a)
			stops := last[g] != "" && !step.Before(last[g]) && step.Before(deal.Maintain)
			won := !step.Before(deal.Maintain)
			require.Equal(t, !stops && !won, slices.Contains(gate.Met, playbook.GradeAllowsNext), "%s in %s", g, step)
			require.Equal(t, stops, slices.Contains(items(gate), playbook.GradeAllowsNext), "%s in %s", g, step)
		}
	}
	a := playbooktest.Ready(playbooktest.Express, deal.Plan)
	a.State.Grade = deal.GradeC
	for _, no := range gateOf(t, p, a).Unmet {
		if no.Item == playbook.GradeAllowsNext {
			require.Equal(t, "C 级客户（保持观察）最多推进到“制定方案”", no.Text.ZH)
			require.Contains(t, no.Text.EN, "Accounts of grade C (Watch) are taken no further than")
			require.Contains(t, no.Hint.EN, "grade_override")
			require.Contains(t, no.Hint.ZH, "等级例外审批")
			require.Equal(t, []string{"C", "plan"}, no.Args)
		}
	}
}

func TestPreview_tellsThatAGradeWillMeanSomethingElse(t *testing.T) {
	t.Parallel()
	library := fresh(t)
	source := sourceOf(t, library, playbooktest.Quick)
	next := strings.Replace(strings.Replace(source, "version: 1", "version: 2", 1), "\napprovals:\n", graded()+"\napprovals:\n"+override, 1)
	_, err := library.Install([]byte(next), "quick-2.yaml")
	require.NoError(t, err)
	a := playbooktest.Ready(playbooktest.Quick, deal.Analyse)
	change, err := library.Preview(deal.BookRef{Name: playbooktest.Quick, Version: 1}, deal.BookRef{Name: playbooktest.Quick, Version: 2}, a.State, a.Records, a.At)
	require.NoError(t, err)
	settings := map[string]deal.Text{}
	for _, s := range change.Settings {
		settings[s.Name] = s.After
	}
	require.Equal(t, "Third; Watch; – visits and 2 hours a month; last step plan", settings["grades.C"].EN)
	require.Equal(t, "丁；暂停；每月 0 次拜访、– 小时；最后一步 analyse", settings["grades.D"].ZH)
}
