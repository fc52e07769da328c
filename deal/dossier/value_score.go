package dossier

import (
	"time"

	"closedloop/deal"
)

// ValueScore judges what an account is worth to us, on seven items (domain.md §5). Their weights are in [Rules], so
// that nobody scores themselves a grade.
type ValueScore struct {
	Scores    []ItemScore   `json:"scores"`
	Evaluator deal.PersonID `json:"evaluator"`
	On        Day           `json:"on"`
	RegradeOn Day           `json:"regrade_on"` // empty for the grade's own interval
	Note      string        `json:"note"`
}

// ItemScore is what one item gets.
type ItemScore struct {
	Item   ValueItem `json:"item"`
	Score  int       `json:"score"` // 1–5; 5 is the best for us, also for risks and costs
	Reason string    `json:"reason"`
}

// ValueItem is one of the seven things that make an account worth the effort.
type ValueItem string

// The seven value items.
const (
	ShareOfWallet       ValueItem = "share_of_wallet"
	EffortAndCost       ValueItem = "effort_and_cost"
	DealRisk            ValueItem = "deal_risk"
	StrategicValue      ValueItem = "strategic_value"
	PaymentRisk         ValueItem = "payment_risk"
	OurCapacity         ValueItem = "our_capacity"
	TechnicalDifficulty ValueItem = "technical_difficulty"
)

func valueItems() set[ValueItem] {
	return set[ValueItem]{
		opt(ShareOfWallet, "份额潜力", "Share of wallet"), opt(EffortAndCost, "投入与成本", "Effort and cost"), opt(DealRisk, "成交风险", "Deal risk"),
		opt(StrategicValue, "战略价值", "Strategic value"), opt(PaymentRisk, "回款风险", "Payment risk"), opt(OurCapacity, "我方能力", "Our capacity"),
		opt(TechnicalDifficulty, "技术难度", "Technical difficulty"),
	}
}

// AllValueItems returns the seven items.
func AllValueItems() []ValueItem { return valueItems().all() }

// ParseValueItem reads an item's identifier.
func ParseValueItem(s string) (ValueItem, error) { return valueItems().parse("value item", s) }

// Label is what people call it; empty for something that is no item.
func (i ValueItem) Label() deal.Text { return valueItems().label(i) }

// score is what an item got; 0 for none.
func (s ValueScore) score(item ValueItem) int {
	for _, row := range s.Scores {
		if row.Item == item {
			return row.Score
		}
	}
	return 0
}

// Kind implements [Record].
func (ValueScore) Kind() Kind { return ValueScoreKind }

// Validate implements [Record].
func (s ValueScore) Validate(now time.Time) deal.Refusals {
	c := begin(s, now)
	for i, row := range s.Scores {
		chosen(c, cell("/scores", i, "item"), row.Item, valueItems())
		c.between(cell("/scores", i, "score"), row.Score, 1, mostPoints)
	}
	unique(c, "/scores", s.Scores, "item", func(row ItemScore) string { return string(row.Item) })
	c.id("/evaluator", string(s.Evaluator))
	c.happened("/on", s.On)
	c.someDay("/regrade_on", s.RegradeOn)
	c.after("/regrade_on", s.RegradeOn, s.On, "评分日期", "the day of the scores")
	return c.done()
}
