package playbook

import (
	"slices"
	"strconv"

	"closedloop/deal"
)

// gradesFile is what a grade means for the effort on an account. It may be left out as a whole: then grades set the
// cadence of follow-ups and nothing else.
type gradesFile struct {
	A gradeFile `yaml:"A"`
	B gradeFile `yaml:"B"`
	C gradeFile `yaml:"C"`
	D gradeFile `yaml:"D"`
}

type gradeFile struct {
	Label          textFile `yaml:"label"`
	Treatment      textFile `yaml:"treatment"`
	VisitsPerMonth scalar   `yaml:"visits_per_month"`
	HoursPerMonth  scalar   `yaml:"hours_per_month"`
	LastStep       scalar   `yaml:"last_step"`
}

// line is where the grade stands; 0 when it is left out.
func (g gradeFile) line() int {
	return firstLine(0, g.Label.ZH, g.Label.EN, g.Treatment.ZH, g.Treatment.EN, g.VisitsPerMonth, g.HoursPerMonth, g.LastStep)
}

// mostEffort is more than anybody has in a month, in visits or hours.
const mostEffort = 1000

// grades reads what a grade means. Where one stands, all four do.
func (b *builder) grades(file bookFile) {
	all := []struct {
		grade deal.Grade
		file  gradeFile
	}{{deal.GradeA, file.Grades.A}, {deal.GradeB, file.Grades.B}, {deal.GradeC, file.Grades.C}, {deal.GradeD, file.Grades.D}}
	around := 0
	for _, g := range all {
		if line := g.file.line(); line > 0 && (around == 0 || line < around) {
			around = line
		}
	}
	if around == 0 {
		return
	}
	for _, g := range all {
		b.grade(g.grade, g.file, around)
	}
}

func (b *builder) grade(grade deal.Grade, file gradeFile, around int) {
	line, what := file.line(), "grades."+string(grade)
	if line == 0 {
		b.add(around, "%s is missing: where one grade stands, all four do", what)
		return
	}
	rules := deal.GradeRules{
		Grade: grade, Label: b.text(file.Label, what+".label", line, maxLabel), Treatment: b.text(file.Treatment, what+".treatment", line, maxText),
		VisitsPerMonth: b.effort(file.VisitsPerMonth, what+".visits_per_month"),
		HoursPerMonth:  b.effort(file.HoursPerMonth, what+".hours_per_month"),
	}
	if file.LastStep.line > 0 {
		step, err := deal.ParseStep(file.LastStep.text)
		switch {
		case err != nil:
			b.lose(file.LastStep.line, "%s.last_step: %v", what, err)
		case !step.Before(deal.Maintain):
			b.add(file.LastStep.line, "%s.last_step: %s comes after the agreement, where no grade stops an account", what, step)
		}
		rules.LastStep = step
		if _, liftable := b.book.rules.Approval(deal.GradeOverride); !liftable {
			b.add(file.LastStep.line, "%s.last_step: nothing could lift it: add an approval of kind %s", what, deal.GradeOverride)
		}
	}
	b.book.rules.Grades = append(b.book.rules.Grades, rules)
}

// effort reads a limit that may be left out.
func (b *builder) effort(s scalar, what string) *int {
	if s.line == 0 {
		return nil
	}
	n, err := strconv.Atoi(s.text)
	if err != nil || n < 0 || n > mostEffort {
		b.lose(s.line, "%s %q: write a whole number from 0 to %d", what, s.text, mostEffort)
		return nil
	}
	return &n
}

// GradeAllowsNext is the code of the item that every gate before the agreement has, where a grade may stop an account.
const GradeAllowsNext = "grade_allows_next"

// gradeItem judges whether the account's grade allows the next step, or an override that is approved for this grade and
// still about the scores on file lifts the limit; false in the first value where no grade stops an account here. An account that was won
// is walked to the end whatever its grade.
func (p *Playbook) gradeItem(s deal.State, r deal.Records) (asked bool, no *deal.Refusal) {
	if !slices.ContainsFunc(p.rules.Grades, func(g deal.GradeRules) bool { return g.LastStep != "" }) || !s.Step.Before(deal.Maintain) {
		return false, nil
	}
	rules, ok := p.rules.Grade(s.Grade)
	if !ok || rules.LastStep == "" || s.Step.Before(rules.LastStep) {
		return true, nil
	}
	a, requested := s.Latest(deal.GradeOverride)
	if requested && a.Status == deal.Approved && a.Grade == s.Grade && s.SubjectVersion(a.Subject, r) == a.Subject.Version {
		return true, nil
	}
	last := p.stepLabel(rules.LastStep)
	return true, &deal.Refusal{
		Code: deal.CodeGateUnmet, Item: GradeAllowsNext, Link: "approvals",
		Text: deal.Text{
			ZH: string(s.Grade) + " 级客户（" + rules.Label.ZH + "）最多推进到“" + last.ZH + "”",
			EN: "Accounts of grade " + string(s.Grade) + " (" + rules.Label.EN + ") are taken no further than “" + last.EN + "”",
		},
		Hint: deal.Text{
			ZH: "重新评分定级；确需继续的，申请等级例外审批（grade_override）并等待批准。",
			EN: "Score and grade the account anew; where there is reason to go on, request an approval of kind grade_override and wait for it.",
		},
		Args: []string{string(s.Grade), string(rules.LastStep)},
	}
}

func (p *Playbook) stepLabel(id deal.Step) deal.Text {
	s, _ := p.step(id)
	return s.label
}

// GradeDescription is what a grade means for the effort on an account, in words.
type GradeDescription struct {
	Grade          deal.Grade `json:"grade"`
	Label          deal.Text  `json:"label"`
	Treatment      deal.Text  `json:"treatment"`
	VisitsPerMonth *int       `json:"visits_per_month,omitempty"` // left out: no limit
	HoursPerMonth  *int       `json:"hours_per_month,omitempty"`  // left out: no limit
	LastStep       deal.Step  `json:"last_step"`                  // empty: none stops it
}

func (p *Playbook) describeGrades() []GradeDescription {
	out := []GradeDescription{}
	for _, g := range p.rules.Grades {
		out = append(out, GradeDescription(g))
	}
	return out
}

// text is a grade's meaning in one line, to be compared in a preview.
func (g GradeDescription) text() deal.Text {
	limit := func(n *int) string {
		if n == nil {
			return "–"
		}
		return strconv.Itoa(*n)
	}
	visits, hours, last := limit(g.VisitsPerMonth), limit(g.HoursPerMonth), string(g.LastStep)
	if last == "" {
		last = "–"
	}
	return deal.Text{
		ZH: g.Label.ZH + "；" + g.Treatment.ZH + "；每月 " + visits + " 次拜访、" + hours + " 小时；最后一步 " + last,
		EN: g.Label.EN + "; " + g.Treatment.EN + "; " + visits + " visits and " + hours + " hours a month; last step " + last,
	}
}
