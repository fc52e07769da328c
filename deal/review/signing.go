package review

import (
	"strconv"
	"time"

	"closedloop/deal"
)

// mostReasons is how many missing reasons are told one by one; a team that missed hundreds of deadlines sees the rest as a
// number.
const mostReasons = 100

// Unsignable is everything that stands against signing a review, as with the gate of a step (domain.md §9): a breach without a
// reason, an action whose day has passed and that is neither done nor dated anew, no decision at all.
func Unsignable(breaches []Breach, actions []Action, decisions int, today string) deal.Refusals {
	var no deal.Refusals
	missing := func(item string, text, hint deal.Text) {
		no = append(no, deal.Refusal{Code: deal.CodeReviewIncomplete, Item: item, Text: text, Hint: hint})
	}
	unexplained := 0
	for _, b := range breaches {
		if b.Text != "" {
			continue
		}
		if unexplained++; unexplained > mostReasons {
			continue
		}
		if b.Quota != nil {
			missing("quota_unexplained",
				deal.Text{ZH: b.Name + " 连续 " + strconv.Itoa(b.Quota.Days) + " 个工作日没有线索(至 " + b.Quota.Last + ")未说明原因", EN: b.Name + " (" + strconv.Itoa(b.Quota.Days) + " working days without a lead, until " + b.Quota.Last + "): nobody said why"},
				deal.Text{
					ZH: "由其上级填写原因:PUT /reviews/…/breaches/" + b.ID,
					EN: "the line above states the reason: PUT /reviews/…/breaches/" + b.ID,
				})
			continue
		}
		at := b.At.UTC().Format(time.DateOnly)
		if !b.Due.IsZero() {
			at = b.Due.UTC().Format(time.DateOnly)
		}
		missing("breach_unexplained",
			deal.Text{ZH: b.Number + " " + b.Name + "(" + at + ")的违期未说明原因", EN: b.Number + " " + b.Name + " (" + at + "): nobody said why the deadline was missed"},
			deal.Text{
				ZH: "由负责人或其上级填写原因:PUT /reviews/…/breaches/" + b.ID,
				EN: "its owner or the line above states the reason: PUT /reviews/…/breaches/" + b.ID,
			})
	}
	if more := strconv.Itoa(unexplained - mostReasons); unexplained > mostReasons {
		missing("breaches_unexplained",
			deal.Text{ZH: "另有 " + more + " 条违期未说明原因", EN: "and " + more + " more breaches without a reason"},
			deal.Text{ZH: "见违期列表", EN: "see the list of breaches"})
	}
	for _, a := range actions {
		if a.Overdue(today) {
			missing("action_overdue",
				deal.Text{ZH: "行动项已过期(" + a.DueOn + "):" + a.Text, EN: "an action is overdue (" + a.DueOn + "): " + a.Text},
				deal.Text{ZH: "完成它,或改定日期", EN: "have it done, or give it another day"})
		}
	}
	if decisions == 0 {
		missing("decision_missing",
			deal.Text{ZH: "没有记录任何决定", EN: "no decision was written down"},
			deal.Text{ZH: "至少记录一条决定", EN: "write down at least one"})
	}
	return no
}
