package dossier

import (
	"strings"
	"time"

	"closedloop/deal"
)

// Man is the test whether a lead is a prospect: money, authority, need (domain.md §4). An answer that was not given is
// never a no.
type Man struct {
	Money     *bool  `json:"money"`     // can pay
	Authority *bool  `json:"authority"` // we reach somebody who decides
	Need      *bool  `json:"need"`      // needs what we sell
	Evidence  string `json:"evidence"`
}

// Cell is one of the eight outcomes of the test: MAN, with a small letter for what is missing, as the trade writes it.
type Cell string

// The eight cells.
const (
	CellMAN Cell = "MAN"
	CellMAn Cell = "MAn"
	CellMaN Cell = "MaN"
	CellmAN Cell = "mAN"
	CellmaN Cell = "maN"
	CellmAn Cell = "mAn"
	CellMan Cell = "Man"
	Cellman Cell = "man"
)

func cells() set[Cell] {
	return set[Cell]{
		opt(CellMAN, "有钱、有权、有需求", "Money, authority and need"),
		opt(CellMAn, "有钱、有权、无需求", "Money and authority, no need"),
		opt(CellMaN, "有钱、无权、有需求", "Money and need, no authority"),
		opt(CellmAN, "无钱、有权、有需求", "Authority and need, no money"),
		opt(CellmaN, "只有需求", "Need only"),
		opt(CellmAn, "只有决策权", "Authority only"),
		opt(CellMan, "只有资金", "Money only"),
		opt(Cellman, "三者皆无", "None of the three"),
	}
}

// AllCells returns the eight cells, the best first.
func AllCells() []Cell { return cells().all() }

// ParseCell reads a cell's identifier.
func ParseCell(s string) (Cell, error) { return cells().parse("cell of the MAN test", s) }

// Label is what people call it; empty for something that is no cell.
func (c Cell) Label() deal.Text { return cells().label(c) }

// Treatment is what the trade prescribes for a cell; empty for something that is no cell.
func (c Cell) Treatment() deal.Text {
	switch c {
	case CellMAN:
		return deal.Text{ZH: "理想客户：立即走访，推进成交。", EN: "An ideal prospect: visit at once and move towards an agreement."}
	case CellMAn:
		return deal.Text{ZH: "可以接触：用好的方案唤起需求。", EN: "Worth approaching: awaken the need with a convincing solution."}
	case CellMaN:
		return deal.Text{ZH: "可以接触：找到有决策权的人。", EN: "Worth approaching: find the person who decides."}
	case CellmAN:
		return deal.Text{ZH: "可以接触：核实经营和信用状况，商定付款方式。", EN: "Worth approaching: check business and credit, and arrange terms of payment."}
	case CellmaN:
		return deal.Text{ZH: "可以接触：长期观察、培养，等待条件具备。", EN: "Watch and cultivate over time, until money and authority are there."}
	case CellmAn:
		return deal.Text{ZH: "可以接触：长期观察、培养，保持与决策者的联系。", EN: "Watch and cultivate over time; keep in touch with the decider."}
	case CellMan:
		return deal.Text{ZH: "可以接触：长期观察、培养，寻找决策者和需求。", EN: "Watch and cultivate over time; look for the decider and for a need."}
	case Cellman:
		return deal.Text{ZH: "非目标客户：停止接触。", EN: "No prospect: stop here."}
	}
	return deal.Text{}
}

// Cell is the outcome of the test; the second value is false until all three questions are answered.
func (m Man) Cell() (Cell, bool) {
	if m.Money == nil || m.Authority == nil || m.Need == nil {
		return "", false
	}
	letter := func(yes bool, letter string) string {
		if yes {
			return letter
		}
		return strings.ToLower(letter)
	}
	return Cell(letter(*m.Money, "M") + letter(*m.Authority, "A") + letter(*m.Need, "N")), true
}

// Kind implements [Record].
func (Man) Kind() Kind { return ManKind }

// Validate implements [Record].
func (m Man) Validate(now time.Time) deal.Refusals {
	c := begin(m, now)
	c.answered("/money", m.Money)
	c.answered("/authority", m.Authority)
	c.answered("/need", m.Need)
	return c.done()
}

// answered wants a yes or a no.
func (c *check) answered(at string, answer *bool) {
	if answer == nil {
		c.missing(deal.CodeInvalidValue, at)
	}
}
