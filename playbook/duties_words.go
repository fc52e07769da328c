package playbook

import (
	"strconv"
	"strings"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// dutiesSettings says in words what a playbook asks for beside the ring, a line for each duty. One that is not asked for
// has no words.
func dutiesSettings(d dossier.Duties) []setting {
	var list []setting
	for _, c := range dossier.AllCentres() {
		said := deal.Text{}
		if rules, ok := d.Of(c); ok {
			who := joined(rules.Who)
			within, ladder := SpanText(rules.Within), ladderOf(rules.Ladder)
			said = deal.Text{ZH: who + "，" + within.ZH + "（" + ladder.ZH + "）", EN: who + ", " + within.EN + " (" + ladder.EN + ")"}
		}
		list = append(list, setting{"duties.support." + string(c), said})
	}
	return append(list,
		setting{"duties.visits", visitsText(d.Visits)}, setting{"duties.gifts", giftsText(d.Gifts)}, setting{"duties.review", reviewText(d.Review)},
		setting{"duties.plan", planText(d.Plan)})
}

func ladderOf(list []deal.LadderRung) deal.Text { return ladderText(rungs(list)) }

func visitsText(v dossier.VisitRules) deal.Text {
	var p phrases
	if v != (dossier.VisitRules{}) {
		p.add(deal.Text{ZH: "提前准备", EN: "prepared before"}, strconv.Itoa(v.Prepare))
		p.add(deal.Text{ZH: "拜访后要结果", EN: "result after"}, strconv.Itoa(v.Result))
		p.add(deal.Text{ZH: "逾期催办", EN: "urged after"}, strconv.Itoa(v.Urge))
		p.add(deal.Text{ZH: "逾期上报", EN: "told above after"}, strconv.Itoa(v.Superior))
	}
	return p.days()
}

func giftsText(g dossier.GiftRules) deal.Text {
	var p phrases
	if g.Currency != "" {
		p.add(deal.Text{ZH: "单次（最小货币单位）", EN: "one gift (minor units)"}, strconv.FormatInt(g.EachMinor, 10)+" "+g.Currency)
		p.add(deal.Text{ZH: "每人每年（最小货币单位）", EN: "a contact and year (minor units)"}, strconv.FormatInt(g.YearMinor, 10)+" "+g.Currency)
	}
	return p.text()
}

func reviewText(r deal.ReviewRules) deal.Text {
	var p phrases
	if r.Within.Unit != "" {
		within, ladder := SpanText(r.Within), ladderOf(r.Ladder)
		p.add(same(joined(r.Kinds)), "")
		p.add(deal.Text{ZH: "等级", EN: "grades"}, joined(r.Grades))
		p.add(deal.Text{ZH: "意向不低于", EN: "intent from"}, strconv.Itoa(r.Intent))
		p.zh, p.en = append(p.zh, within.ZH, ladder.ZH), append(p.en, within.EN, ladder.EN)
	}
	return p.text()
}

func planText(r dossier.PlanRules) deal.Text {
	if r.Every.Unit == "" {
		return deal.Text{}
	}
	every, ladder := SpanText(r.Every), ladderOf(r.Ladder)
	return deal.Text{ZH: strings.Join([]string{every.ZH, ladder.ZH}, "，"), EN: strings.Join([]string{every.EN, ladder.EN}, ", ")}
}
