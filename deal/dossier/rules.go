package dossier

import (
	"errors"
	"fmt"
	"time"

	"closedloop/deal"
)

// Rules are the numbers and lists that a trade chooses for itself: a playbook may bring its own, [DefaultRules] are
// those of the playbook express.
type Rules struct {
	Weights   []ItemWeight `json:"weights"`    // of the seven value items
	GradeFrom []GradeFrom  `json:"grade_from"` // best grade first; below the last one it is D
	Regrade   []GradeDays  `json:"regrade"`    // when to grade anew
	Cadence   []GradeDays  `json:"cadence"`    // how often to be in touch; the empty grade until there is one

	Economic EconomicRules `json:"economic"`
	Credit   CreditRules   `json:"credit"`
	Focus    FocusRules    `json:"focus"`
	Private  PrivateRules  `json:"private"`
	Figures  FigureRules   `json:"figures"`
	Vetoes   []VetoItem    `json:"vetoes"` // the items that are looked into; none for any

	FilingDays       int   `json:"filing_days"`        // protection from the filing, and from its renewal
	CreditChangeDays int   `json:"credit_change_days"` // calendar days to decide a change
	SurveyDays       int   `json:"survey_days"`        // how long a satisfaction survey is recent
	TrendDays        int   `json:"trend_days"`         // how far back the trend of trust looks
	AgreementDays    []int `json:"agreement_days"`     // days before the end of an agreement to speak up
	FlagBonus        int   `json:"flag_bonus"`         // percent that every focus flag adds to the rank of a visit

	Agenda AgendaRules `json:"agenda"`
	Duties Duties      `json:"duties"`
}

// ItemWeight weighs a value item against the others.
type ItemWeight struct {
	Item   ValueItem `json:"item"`
	Weight int       `json:"weight"`
}

// GradeFrom is the least score of a grade, in hundredths of a point.
type GradeFrom struct {
	Grade deal.Grade `json:"grade"`
	Score int        `json:"score"`
}

// GradeDays is a number of calendar days for a grade.
type GradeDays struct {
	Grade deal.Grade `json:"grade"`
	Days  int        `json:"days"`
}

// EconomicRules say from when an account is economic; either figure is enough (domain.md §5).
type EconomicRules struct {
	MonthlyKG   int64  `json:"monthly_kg"`
	AnnualMinor int64  `json:"annual_minor"`
	Currency    string `json:"currency"`
}

// CreditRules say how turnover and payments make a colour.
type CreditRules struct {
	GreenTurnoverMinor int64  `json:"green_turnover_minor"` // from this turnover a spotless record is green, below it blue
	Currency           string `json:"currency"`
	YellowLateBP       int64  `json:"yellow_late_bp"`   // share of late invoices, in basis points
	YellowDaysLate     int64  `json:"yellow_days_late"` // more than these make yellow
	RedDaysLate        int64  `json:"red_days_late"`    // more than these make red
}

// FocusRules say when a rival has much more of a customer than we have.
type FocusRules struct {
	LargeVolume int64 `json:"large_volume"` // pieces a month from which a rival's volume is large
	Times       int64 `json:"times"`        // how many times ours it has to be
}

// PrivateRules say whether private facts may be kept at all, and who may see them.
type PrivateRules struct {
	On    bool        `json:"on"`
	Roles []deal.Role `json:"roles"`
}

// VetoItem is one item of the playbook's list of vetoes.
type VetoItem struct {
	Item  string    `json:"item"`
	Label deal.Text `json:"label"`
}

// DefaultRules are the numbers of the playbook express (domain.md §4–§6). Weights, grade limits, re-grade intervals,
// credit and focus limits are not in the trade's rules; they are decided here until a playbook says otherwise.
func DefaultRules() Rules {
	return Rules{
		Weights: []ItemWeight{
			{ShareOfWallet, 20},
			{EffortAndCost, 15},
			{DealRisk, 10},
			{StrategicValue, 20},
			{PaymentRisk, 15},
			{OurCapacity, 10},
			{TechnicalDifficulty, 10},
		},
		GradeFrom: []GradeFrom{{deal.GradeA, 400}, {deal.GradeB, 300}, {deal.GradeC, 200}},
		Regrade:   []GradeDays{{deal.GradeA, 90}, {deal.GradeB, 90}, {deal.GradeC, 180}, {deal.GradeD, 180}},
		Cadence:   []GradeDays{{deal.GradeA, 7}, {deal.GradeB, 14}, {deal.GradeC, 30}, {deal.GradeD, 90}, {"", 7}},
		Economic:  EconomicRules{MonthlyKG: 20_000, AnnualMinor: 500_000_000, Currency: "CNY"},
		Credit:    CreditRules{GreenTurnoverMinor: 100_000_000, Currency: "CNY", YellowLateBP: 2000, YellowDaysLate: 30, RedDaysLate: 90},
		Focus:     FocusRules{LargeVolume: 300, Times: 3},
		Private:   PrivateRules{Roles: []deal.Role{deal.Rep, deal.Manager}},
		Figures: FigureRules{
			Roles:  []deal.Role{deal.Rep, deal.Manager, deal.Director, deal.SalesOps, deal.Finance, deal.Auditor},
			Fields: []string{"cost_budget_minor", "margin_bp", "limits"},
		},
		Vetoes: []VetoItem{
			{"forbidden_goods", deal.Text{ZH: "禁寄物品", EN: "Forbidden goods"}},
			{"bad_payer", deal.Text{ZH: "恶意拖欠", EN: "Bad payer"}},
			{"insolvent", deal.Text{ZH: "濒临破产", EN: "Insolvent"}},
			{"blacklisted", deal.Text{ZH: "列入黑名单", EN: "Blacklisted"}},
		},
		FilingDays: 90, CreditChangeDays: 10, SurveyDays: 90, TrendDays: 90, AgreementDays: []int{60, 30, 7}, FlagBonus: 10,
		Agenda: AgendaRules{EvaluationAfter: 90, EvaluationAhead: 60, Notice: 14, Urge: 1, Superior: 7},
	}
}

// WithFollowUp takes the cadence from a playbook's follow-up rules, so that a number stands in one place only. A working
// week of five days counts as seven calendar days.
func (r Rules) WithFollowUp(f deal.FollowUpRules) Rules {
	r.Cadence = []GradeDays{{"", calendarDays(f.Ungraded)}}
	for _, c := range f.Cadence {
		r.Cadence = append(r.Cadence, GradeDays{c.Grade, calendarDays(c.Every)})
	}
	return r
}

// calendarDays is a span in whole calendar days, at least one.
func calendarDays(s deal.Span) int {
	const day, workingWeek, week = 24 * time.Hour, 5, 7
	days := int((s.Length + day - 1) / day)
	if s.Unit == deal.Days {
		days = (s.Count*week + workingWeek - 1) / workingWeek
	}
	return max(1, days)
}

func daysOf(rows []GradeDays, g deal.Grade) int {
	for _, row := range rows {
		if row.Grade == g {
			return row.Days
		}
	}
	return 0
}

// Veto finds an item of the list; the second value is false for one that is not on it.
func (r Rules) Veto(item string) (VetoItem, bool) {
	for _, v := range r.Vetoes {
		if v.Item == item {
			return v, true
		}
	}
	return VetoItem{}, false
}

// Allows says what the rules have against a record that somebody of a role sent: a veto item that is not on the list,
// private facts where they are off or not for this role. The mark of masked facts is no fact ([PrivateRules.Unmask]).
func (r Rules) Allows(record Record, role deal.Role) deal.Refusals {
	var c check
	switch v := record.(type) {
	case Veto:
		_, known := r.Veto(v.Item)
		c.invalid(!known && len(r.Vetoes) > 0, "/item", "不在作战手册的否决项中", " is not among the vetoes of the playbook",
			"从作战手册的否决项中选择", "Choose from the vetoes of the playbook")
	case Stakeholder:
		if v.Private == nil || v.Private.Masked {
			break
		}
		c.invalid(!r.Private.On, "/private", "未启用", " are switched off", "去掉隐私信息", "Leave private facts out")
		if r.Private.On && !r.Private.shows(role) {
			c.refuse(deal.CodeNotYourRole, "/private", "不归您的角色维护", " are not for your role", "去掉隐私信息", "Leave private facts out")
		}
	}
	return c.done()
}

// Check says what makes the rules unusable, all of it.
func (r Rules) Check() error {
	var bad []error
	want := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Errorf(format, args...))
		}
	}
	total, seen := 0, map[ValueItem]bool{}
	for _, w := range r.Weights {
		want(valueItems().has(w.Item) && !seen[w.Item], "weights: %q is no value item, or there twice", w.Item)
		want(w.Weight >= 0, "weights: %s weighs %d", w.Item, w.Weight)
		total, seen[w.Item] = total+w.Weight, true
	}
	want(total > 0, "weights: they add up to nothing")
	for i, g := range r.GradeFrom {
		want(i == 0 || g.Score < r.GradeFrom[i-1].Score, "grade_from: %s does not begin below the grade before it", g.Grade)
	}
	spans := []int{
		r.FilingDays, r.CreditChangeDays, r.SurveyDays, r.TrendDays, r.Agenda.EvaluationAfter, r.Agenda.EvaluationAhead, r.Agenda.Notice,
		r.Agenda.Urge, r.Agenda.Superior,
	}
	for _, days := range append(spans, r.AgreementDays...) {
		want(days > 0, "days: %d is no number of days", days)
	}
	for _, g := range append([]deal.Grade{""}, deal.Grades()...) {
		want(daysOf(r.Cadence, g) > 0, "cadence: no number of days for grade %q", g)
		want(g == "" || daysOf(r.Regrade, g) > 0, "regrade: no number of days for grade %q", g)
	}
	want(r.Focus.Times > 0 && r.FlagBonus >= 0, "focus: times must be above 0 and flag_bonus not below it")
	return errors.Join(bad...)
}
