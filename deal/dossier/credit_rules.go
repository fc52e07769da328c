package dossier

import "closedloop/deal"

// CreditColour is the colour that turnover and payments speak for, and why. People decide; this is where they begin.
func (r Rules) CreditColour(p Payments) (Colour, []Because) {
	var red, yellow, blue []Because
	add := func(to *[]Because, ok bool, why Because) {
		if ok {
			*to = append(*to, why)
		}
	}
	k := r.Credit
	add(&red, p.WorstDaysLate > k.RedDaysLate, because("days_late_red", "最长逾期天数超过红色界限。", "The longest delay is beyond the limit of red."))
	add(&yellow, p.WorstDaysLate > k.YellowDaysLate, because("days_late", "最长逾期天数超过黄色界限。", "The longest delay is beyond the limit of yellow."))
	add(&yellow, p.OverdueMinor > 0, because("overdue", "有到期未付的款项。", "Something is due and not paid."))
	add(&yellow, p.LateInvoices > 0 && p.LateInvoices*basisPoints >= p.Invoices*k.YellowLateBP,
		because("late_share", "逾期发票的比例过高。", "Too large a share of the invoices was paid late."))
	add(&blue, p.LateInvoices > 0, because("late", "有逾期付款。", "Some invoices were paid late."))
	add(&blue, p.Currency != k.Currency || p.TurnoverMinor < k.GreenTurnoverMinor,
		because("turnover", "营业额未达到绿色标准。", "The turnover is below what green asks."))
	switch {
	case len(red) > 0:
		return Red, red
	case len(yellow) > 0:
		return Yellow, yellow
	case len(blue) > 0:
		return Blue, blue
	}
	return Green, []Because{because("spotless", "营业额达标，从无逾期。", "The turnover is there, and everything was paid in time.")}
}

// AskChange is the credit with a change asked for on a day, to be decided within the limit of the rules. It refuses a
// second one while the first is not decided.
func (r Rules) AskChange(k Credit, to Colour, reason string, on Day) (Credit, deal.Refusals) {
	var c check
	c.no.If(k.Change != nil, deal.CodeAlreadyPending)
	chosen(&c, "/change/to", to, colours())
	c.invalid(to != "" && to == k.Colour, "/change/to", "就是现在的等级", " is the colour in force", "选择另一等级", "Choose another colour")
	c.reason("/change/reason", reason)
	if len(c.no) > 0 {
		return k, c.no
	}
	k.Change = &CreditChange{To: to, Reason: reason, AskedOn: on, DueOn: on.Add(r.CreditChangeDays)}
	return k, nil
}
