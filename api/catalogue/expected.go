package catalogue

import "closedloop/deal"

// expected is what fields take where that is no list of values, for the sentence of invalid_value.
func expected() map[deal.Expectation]deal.Text {
	return map[deal.Expectation]deal.Text{
		deal.OnlyWithParent:     text("仅在填写上级客户（parent）时填写", "only together with a parent"),
		deal.OnlyWithMerge:      text("仅在结论为合并（merge）时填写", "only with the decision merge"),
		deal.LastingPlaybook:    text("不是一次性项目的作战手册", "a playbook that is not one-off"),
		deal.WithinHundredYears: text("一百年之内的日期", "a date within 100 years"),
		deal.AtLeastOneContact:  text("至少一位联系人", "at least one contact"),
	}
}
