package playbook

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// Bounds of what a playbook may say about the file, far above any honest number.
const (
	mostWeight = 1000
	mostScore  = 500 // hundredths of the best mark
	mostShare  = 10_000
	mostTimes  = 1000
)

var currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)

// dossier reads the rules of the account's file over those of the trade. The cadence is that of the follow-ups, so that a
// number stands in one place.
func (b *builder) dossier(file bookFile) {
	d, rules := file.Dossier, dossier.DefaultRules()
	line := firstLine(file.Name.line, d.all()...)
	b.weights(&rules, d.Weights, line)
	b.gradeFrom(&rules, d.GradeFrom)
	b.regrade(&rules, d.Regrade)

	natural(b, d.Economic.MonthlyKG, "dossier.economic.monthly_kg", maxExact, &rules.Economic.MonthlyKG)
	natural(b, d.Economic.AnnualMinor, "dossier.economic.annual_minor", maxExact, &rules.Economic.AnnualMinor)
	b.currency(d.Economic.Currency, "dossier.economic.currency", &rules.Economic.Currency)

	natural(b, d.Credit.GreenTurnoverMinor, "dossier.credit.green_turnover_minor", maxExact, &rules.Credit.GreenTurnoverMinor)
	b.currency(d.Credit.Currency, "dossier.credit.currency", &rules.Credit.Currency)
	natural(b, d.Credit.YellowLateBP, "dossier.credit.yellow_late_bp", mostShare, &rules.Credit.YellowLateBP)
	natural(b, d.Credit.YellowDaysLate, "dossier.credit.yellow_days_late", mostShare, &rules.Credit.YellowDaysLate)
	natural(b, d.Credit.RedDaysLate, "dossier.credit.red_days_late", mostShare, &rules.Credit.RedDaysLate)
	if rules.Credit.RedDaysLate < rules.Credit.YellowDaysLate {
		b.add(firstLine(line, d.Credit.RedDaysLate, d.Credit.YellowDaysLate), "dossier.credit: red begins before yellow")
	}

	natural(b, d.Focus.LargeVolume, "dossier.focus.large_volume", maxExact, &rules.Focus.LargeVolume)
	natural(b, d.Focus.Times, "dossier.focus.times", mostTimes, &rules.Focus.Times)
	if rules.Focus.Times < 1 {
		b.add(firstLine(line, d.Focus.Times), "dossier.focus.times: write 1 or more")
	}
	natural(b, d.Focus.FlagBonus, "dossier.focus.flag_bonus", mostTimes, &rules.FlagBonus)

	b.private(&rules, d.Private)
	b.figures(&rules, d.Figures)
	b.vetoes(&rules, d.Vetoes, line)
	b.days(d.Filing, "dossier.filing", &rules.FilingDays)
	b.days(d.CreditChange, "dossier.credit_change", &rules.CreditChangeDays)
	b.days(d.Survey, "dossier.survey", &rules.SurveyDays)
	b.days(d.Trend, "dossier.trend", &rules.TrendDays)
	b.agreementDays(&rules, d.Agreement)
	b.days(d.Agenda.EvaluationAfter, "dossier.agenda.evaluation_after", &rules.Agenda.EvaluationAfter)
	b.days(d.Agenda.EvaluationAhead, "dossier.agenda.evaluation_ahead", &rules.Agenda.EvaluationAhead)
	b.days(d.Agenda.Notice, "dossier.agenda.notice", &rules.Agenda.Notice)
	b.days(d.Agenda.Urge, "dossier.agenda.urge", &rules.Agenda.Urge)
	b.days(d.Agenda.Superior, "dossier.agenda.superior", &rules.Agenda.Superior)
	b.book.dossier = rules
}

// all are the scalars that tell in which line the section stands.
func (d dossierFile) all() []scalar {
	list := []scalar{
		d.Weights.ShareOfWallet, d.Weights.EffortAndCost, d.Weights.DealRisk, d.Weights.StrategicValue, d.Weights.PaymentRisk,
		d.Weights.OurCapacity, d.Weights.TechnicalDifficulty, d.GradeFrom.A, d.GradeFrom.B, d.GradeFrom.C,
		d.Economic.MonthlyKG, d.Credit.YellowDaysLate, d.Credit.RedDaysLate, d.Focus.Times, d.Filing,
	}
	return list
}

func (b *builder) weights(rules *dossier.Rules, w weightsFile, line int) {
	written := map[dossier.ValueItem]scalar{
		dossier.ShareOfWallet: w.ShareOfWallet, dossier.EffortAndCost: w.EffortAndCost, dossier.DealRisk: w.DealRisk,
		dossier.StrategicValue: w.StrategicValue, dossier.PaymentRisk: w.PaymentRisk, dossier.OurCapacity: w.OurCapacity,
		dossier.TechnicalDifficulty: w.TechnicalDifficulty,
	}
	total := 0
	for i := range rules.Weights {
		item := &rules.Weights[i]
		natural(b, written[item.Item], "dossier.weights."+string(item.Item), mostWeight, &item.Weight)
		total += item.Weight
	}
	if total == 0 {
		b.add(firstLine(line, w.ShareOfWallet, w.EffortAndCost, w.DealRisk), "dossier.weights add up to nothing: no account could be graded")
	}
}

func (b *builder) gradeFrom(rules *dossier.Rules, g gradeFromFile) {
	written := map[deal.Grade]scalar{deal.GradeA: g.A, deal.GradeB: g.B, deal.GradeC: g.C}
	for i := range rules.GradeFrom {
		from := &rules.GradeFrom[i]
		s := written[from.Grade]
		natural(b, s, "dossier.grade_from."+string(from.Grade), mostScore, &from.Score)
		if i > 0 && from.Score >= rules.GradeFrom[i-1].Score {
			line := firstLine(0, s, written[rules.GradeFrom[i-1].Grade])
			b.add(line, "dossier.grade_from: %s does not begin below %s", from.Grade, rules.GradeFrom[i-1].Grade)
		}
	}
}

func (b *builder) regrade(rules *dossier.Rules, r cadenceFile) {
	written := map[deal.Grade]scalar{deal.GradeA: r.A, deal.GradeB: r.B, deal.GradeC: r.C, deal.GradeD: r.D}
	for i := range rules.Regrade {
		row := &rules.Regrade[i]
		b.days(written[row.Grade], "dossier.regrade."+string(row.Grade), &row.Days)
	}
}

func (b *builder) private(rules *dossier.Rules, p privateFile) {
	if p.On.line > 0 {
		rules.Private.On = b.flag(p.On, "dossier.private.on", p.On.line)
	}
	b.roles(p.Roles, "dossier.private.roles", &rules.Private.Roles)
}

// figures reads who sees cost, margin and limits, and which fields of forms hold some.
func (b *builder) figures(rules *dossier.Rules, f figuresFile) {
	b.roles(f.Roles, "dossier.figures.roles", &rules.Figures.Roles)
	if f.Fields == nil {
		return
	}
	rules.Figures.Fields = []string{}
	for _, s := range f.Fields {
		switch {
		case !codeName.MatchString(s.text):
			b.lose(s.line, "dossier.figures.fields: %q is no name of a field", s.text)
		case slices.Contains(rules.Figures.Fields, s.text):
			b.add(s.line, "dossier.figures.fields: %s stands here twice", s.text)
		default:
			rules.Figures.Fields = append(rules.Figures.Fields, s.text)
		}
	}
}

// roles reads a list of roles in place of the trade's; no list leaves that.
func (b *builder) roles(list []scalar, where string, to *[]deal.Role) {
	if list == nil {
		return
	}
	roles := []deal.Role{}
	for _, s := range list {
		role := deal.Role(s.text)
		switch {
		case !slices.Contains(deal.Roles(), role):
			b.lose(s.line, "%s: %q is no role", where, s.text)
		case slices.Contains(roles, role):
			b.add(s.line, "%s: %s stands here twice", where, role)
		default:
			roles = append(roles, role)
		}
	}
	*to = roles
}

// vetoes reads the list of what stops an account; an empty one lets any item be looked into.
func (b *builder) vetoes(rules *dossier.Rules, list []vetoItemFile, line int) {
	if list == nil {
		return
	}
	rules.Vetoes = []dossier.VetoItem{}
	for _, v := range list {
		at := firstLine(line, v.Item, v.Label.ZH, v.Label.EN)
		switch _, twice := rules.Veto(v.Item.text); {
		case !codeName.MatchString(v.Item.text):
			b.lose(at, "dossier.vetoes: item %q: write a name in lower-case letters, digits and underscores", v.Item.text)
		case twice:
			b.lose(at, "dossier.vetoes: item %s stands here twice", v.Item.text)
		default:
			rules.Vetoes = append(rules.Vetoes, dossier.VetoItem{
				Item: v.Item.text, Label: b.text(v.Label, "label of veto "+v.Item.text, at, maxLabel),
			})
		}
	}
}

// agreementDays reads when to speak of an agreement's end, the longest first.
func (b *builder) agreementDays(rules *dossier.Rules, list []scalar) {
	if list == nil {
		return
	}
	rules.AgreementDays = []int{}
	for i, s := range list {
		days := 0
		b.days(s, "dossier.agreement", &days)
		if i > 0 && days > 0 && days >= rules.AgreementDays[i-1] {
			b.add(s.line, "dossier.agreement: reminders stand in order of time, the longest before the end first")
		}
		rules.AgreementDays = append(rules.AgreementDays, max(days, 1))
	}
}

// natural reads a whole number from 0 that may be left out.
func natural[T int | int64](b *builder, s scalar, what string, most int64, into *T) {
	if s.line == 0 {
		return
	}
	n, err := strconv.ParseInt(s.text, 10, 64)
	if err != nil || n < 0 || n > most {
		b.lose(s.line, "%s %q: write a whole number from 0 to %d", what, s.text, most)
		return
	}
	*into = T(n)
}

func (b *builder) currency(s scalar, what string, into *string) {
	switch {
	case s.line == 0:
	case !currencyForm.MatchString(s.text):
		b.lose(s.line, "%s %q: write three capital letters, CNY for example", what, s.text)
	default:
		*into = s.text
	}
}

// days reads a number of calendar days that may be left out: records count in days, not in office time.
func (b *builder) days(s scalar, what string, into *int) {
	if s.line == 0 {
		return
	}
	const day = 24 * time.Hour
	span, err := ParseSpan(s.text)
	if err != nil || span.Unit != deal.Calendar || span.Length%day != 0 {
		b.lose(s.line, "%s %q: write whole calendar days, \"90 calendar days\" for example", what, s.text)
		return
	}
	*into = int(span.Length / day)
}
