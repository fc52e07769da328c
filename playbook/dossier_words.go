package playbook

import (
	"strconv"
	"strings"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// dossierSettings says in words what a playbook says about the account's file; the cadence is among the follow-ups. Rules
// that are empty, as those of a book that cannot be read, say nothing.
func dossierSettings(r dossier.Rules) []setting {
	var weights, from, regrade, reminders phrases
	for _, w := range r.Weights {
		weights.add(w.Item.Label(), strconv.Itoa(w.Weight))
	}
	for _, g := range r.GradeFrom {
		from.add(same(string(g.Grade)), strconv.Itoa(g.Score))
	}
	for _, g := range r.Regrade {
		regrade.add(same(string(g.Grade)), strconv.Itoa(g.Days))
	}
	for _, n := range r.AgreementDays {
		reminders.add(deal.Text{}, strconv.Itoa(n))
	}
	list := []setting{
		{"dossier.weights", weights.text()},
		{"dossier.grade_from", from.text()},
		{"dossier.regrade", regrade.days()},
		{"dossier.economic", economicText(r.Economic)},
		{"dossier.credit", creditText(r.Credit)},
		{"dossier.focus", focusText(r)},
		{"dossier.private", privateText(r.Private)},
		{"dossier.figures", figuresText(r.Figures)},
		{"dossier.vetoes", vetoText(r.Vetoes)},
		{"dossier.filing", daysText(r.FilingDays)},
		{"dossier.credit_change", daysText(r.CreditChangeDays)},
		{"dossier.survey", daysText(r.SurveyDays)},
		{"dossier.trend", daysText(r.TrendDays)},
		{"dossier.agreement", reminders.days()},
		{"dossier.agenda", agendaText(r.Agenda)},
	}
	return list
}

// phrases are parts of one setting.
type phrases struct{ zh, en []string }

func (p *phrases) add(name deal.Text, value string) {
	p.zh = append(p.zh, strings.TrimSpace(name.ZH+" "+value))
	p.en = append(p.en, strings.TrimSpace(name.EN+" "+value))
}

func (p *phrases) text() deal.Text {
	return deal.Text{ZH: strings.Join(p.zh, "，"), EN: strings.Join(p.en, ", ")}
}

// days are parts that are numbers of calendar days.
func (p *phrases) days() deal.Text {
	t := p.text()
	if t.ZH == "" {
		return t
	}
	return deal.Text{ZH: t.ZH + " 个日历日", EN: t.EN + " calendar days"}
}

func same(s string) deal.Text { return deal.Text{ZH: s, EN: s} }

func daysText(n int) deal.Text {
	if n == 0 {
		return deal.Text{}
	}
	return count(n, "个日历日", "calendar day")
}

func economicText(e dossier.EconomicRules) deal.Text {
	var p phrases
	if e.Currency != "" {
		p.add(deal.Text{ZH: "每月公斤", EN: "kilograms a month"}, strconv.FormatInt(e.MonthlyKG, 10))
		p.add(deal.Text{ZH: "每年最小货币单位", EN: "minor units a year"}, strconv.FormatInt(e.AnnualMinor, 10)+" "+e.Currency)
	}
	return p.text()
}

func creditText(c dossier.CreditRules) deal.Text {
	var p phrases
	if c.Currency != "" {
		p.add(deal.Text{ZH: "绿色营业额", EN: "turnover of green"}, strconv.FormatInt(c.GreenTurnoverMinor, 10)+" "+c.Currency)
		p.add(deal.Text{ZH: "黄色逾期比例（基点）", EN: "late share of yellow (basis points)"}, strconv.FormatInt(c.YellowLateBP, 10))
		p.add(deal.Text{ZH: "黄色逾期天数", EN: "days late of yellow"}, strconv.FormatInt(c.YellowDaysLate, 10))
		p.add(deal.Text{ZH: "红色逾期天数", EN: "days late of red"}, strconv.FormatInt(c.RedDaysLate, 10))
	}
	return p.text()
}

func focusText(r dossier.Rules) deal.Text {
	var p phrases
	if r.Focus.Times > 0 {
		p.add(deal.Text{ZH: "对手大件量", EN: "large volume of a rival"}, strconv.FormatInt(r.Focus.LargeVolume, 10))
		p.add(deal.Text{ZH: "为我方的倍数", EN: "times ours"}, strconv.FormatInt(r.Focus.Times, 10))
		p.add(deal.Text{ZH: "排名加成（%）", EN: "percent of rank"}, strconv.Itoa(r.FlagBonus))
	}
	return p.text()
}

// privateText says who may keep and see private facts.
func privateText(p dossier.PrivateRules) deal.Text {
	var roles []string
	for _, r := range p.Roles {
		roles = append(roles, string(r))
	}
	switch {
	case p.On:
		return deal.Text{ZH: "启用：" + strings.Join(roles, "、"), EN: "on: " + strings.Join(roles, ", ")}
	case p.Roles == nil:
		return deal.Text{}
	}
	return deal.Text{ZH: "关闭", EN: "off"}
}

// figuresText says who sees cost, margin and limits, and where forms hold some.
func figuresText(f dossier.FigureRules) deal.Text {
	var roles []string
	for _, r := range f.Roles {
		roles = append(roles, string(r))
	}
	if f.Roles == nil {
		return deal.Text{}
	}
	return deal.Text{
		ZH: strings.Join(roles, "、") + "（" + strings.Join(f.Fields, "、") + "）",
		EN: strings.Join(roles, ", ") + " (" + strings.Join(f.Fields, ", ") + ")",
	}
}

func vetoText(items []dossier.VetoItem) deal.Text {
	var p phrases
	for _, v := range items {
		p.add(v.Label, "")
	}
	if len(items) == 0 && items != nil {
		return deal.Text{ZH: "任意项", EN: "any item"}
	}
	return p.text()
}

func agendaText(a dossier.AgendaRules) deal.Text {
	var p phrases
	if a != (dossier.AgendaRules{}) {
		p.add(deal.Text{ZH: "签约后评估", EN: "evaluation after the signing"}, strconv.Itoa(a.EvaluationAfter))
		p.add(deal.Text{ZH: "到期前评估", EN: "before the end"}, strconv.Itoa(a.EvaluationAhead))
		p.add(deal.Text{ZH: "提前提醒", EN: "notice"}, strconv.Itoa(a.Notice))
		p.add(deal.Text{ZH: "逾期催办", EN: "urged after"}, strconv.Itoa(a.Urge))
		p.add(deal.Text{ZH: "逾期上报", EN: "told above after"}, strconv.Itoa(a.Superior))
	}
	return p.days()
}
