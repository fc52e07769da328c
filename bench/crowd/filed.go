package crowd

import (
	"encoding/json"
	"fmt"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// onFile is what is filed in a step. It makes the account's page as long as it is in earnest; whether a gate would be content
// with it is of no interest here.
func onFile(step deal.Step, w *walker) []dossier.Record {
	today := dossier.Day(w.at.Format("2006-01-02"))
	yes, volume, score, margin := true, int64(900), 4, 1850
	who, cost := w.contacts[0], int64(21_000_000)
	switch step {
	case deal.Screen:
		return []dossier.Record{dossier.Man{Money: &yes, Authority: &yes, Need: &yes, Evidence: "首次走访"}}
	case deal.Survey:
		return []dossier.Record{
			dossier.Stakeholder{
				Contact: who, Temper: dossier.Owl, Power: 5, Note: "最后发言", Support: &dossier.Support{Level: 1, On: today, Evidence: "当众支持"},
				Champion: &dossier.Champion{Rung: dossier.Agrees, On: today, Evidence: "主动要方案"},
			},
			dossier.Stakeholder{Contact: w.contacts[1], Temper: dossier.Tiger, Power: 3, Support: &dossier.Support{Level: -1, On: today, Evidence: "偏向顺丰"}},
			dossier.Relation{From: w.contacts[1], To: who, Type: dossier.ReportsTo, Evidence: "组织图"},
			dossier.Trust{Contact: who, Ratings: []dossier.Rating{
				{Pillar: dossier.Conduct, Score: 3, On: today, Evidence: "守时"}, {Pillar: dossier.Sincerity, Score: 4, On: today, Evidence: "讲了我们的短处"},
			}},
			dossier.BuyingProcess{Phase: dossier.TenderPhase, DecisionOn: today.Add(60), Note: "两轮比价"},
			dossier.Rival{Name: "顺丰", Incumbent: true, MonthlyVolume: &volume, Since: "2024-05-01", Offer: "首重八元", Evidence: "面单"},
		}
	case deal.Analyse:
		scores := dossier.ValueScore{Evaluator: w.manager(), On: today, Note: "首评"}
		for _, item := range dossier.AllValueItems() {
			scores.Scores = append(scores.Scores, dossier.ItemScore{Item: item, Score: 4, Reason: "现场所见"})
		}
		return []dossier.Record{
			dossier.Need{Need: "退换货上门", Origin: dossier.Stated, Priority: 1, Contact: who, Evidence: "走访"},
			dossier.Need{Need: "样衣次日达", Origin: dossier.Induced, Priority: 2, Evidence: "走访"},
			scores,
			dossier.Classification{AccountKind: dossier.Economic, MonthlyKG: 21_000, AnnualMinor: 400_000_000, Currency: "CNY", Potential: "新厂"},
		}
	case deal.Plan:
		return []dossier.Record{
			dossier.Proposal{
				Solution: "样衣专递加上门取件", Positioning: "最快的样衣通道", ValueStatement: "打样周期缩短一天", PriceMinor: 36_000_000, Currency: "CNY",
				CostMinor: &cost, Owners: []deal.PersonID{w.rep()}, Milestones: []dossier.Milestone{{Milestone: "试寄", DueOn: today.Add(30), Owner: w.rep()}},
			},
			dossier.Simulation{Votes: []dossier.Vote{{Contact: who, Vote: dossier.VotesFor, Reason: "时效", Objection: "价格", Answer: "损耗更低"}}, Outcome: "通过"},
		}
	case deal.Visit:
		return []dossier.Record{dossier.Negotiation{
			PriceTiming: "确认时效之后", Alternatives: "按线路分阶段", Limits: "折扣不低于七五折",
			Commitment: &dossier.Commitment{Type: dossier.LetterOfIntent, On: today, Contact: who, Evidence: "意向书"},
		}}
	case deal.Maintain:
		return []dossier.Record{
			dossier.ServicePlan{Role: deal.UserRole, Service: "驻点收件", EveryDays: 7, NextOn: today.Add(3), Owner: w.rep()},
			dossier.Survey{On: today, Contact: who, Answers: []dossier.Answer{{Question: "时效", Score: 4}}, Comment: "满意"},
			dossier.Evaluation{On: today, VolumeTarget: &volume, VolumeActual: &volume, Satisfaction: &score, MarginBP: &margin, Lessons: "旺季提前备车"},
		}
	case deal.Collect, deal.Trial, deal.Sign, deal.Archive:
	}
	return nil
}

// documentOf is a record as the store keeps it, under an ID that follows from what is in it.
func documentOf(r dossier.Record, account string, cycle int) (d deal.Document, perCycle bool, err error) {
	info, ok := dossier.KindOf(r.Kind())
	if !ok {
		return d, false, fmt.Errorf("there is no kind %s of records", r.Kind())
	}
	body, err := json.Marshal(r)
	if err != nil {
		return d, false, fmt.Errorf("encode %s: %w", r.Kind(), err)
	}
	d = deal.Document{Kind: string(r.Kind()), Body: body}
	if !info.Single {
		d.ID = made("document", account, string(r.Kind()), fmt.Sprint(cycle), string(body))
	}
	return d, info.PerCycle, nil
}
