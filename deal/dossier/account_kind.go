package dossier

import "closedloop/deal"

// Because is a reason that was worked out: a stable code and a sentence.
type Because struct {
	Code string
	Text deal.Text
}

func because(code, zh, en string) Because {
	return Because{Code: code, Text: deal.Text{ZH: zh, EN: en}}
}

// KindReasons are the kinds that an account's figures support, and why. An account may be of several kinds; which one
// it counts as is for people to decide.
func (r Rules) KindReasons(k Classification) map[AccountKind][]Because {
	out := map[AccountKind][]Because{}
	add := func(ok bool, kind AccountKind, why Because) {
		if ok {
			out[kind] = append(out[kind], why)
		}
	}
	e := r.Economic
	add(k.MonthlyKG > 0 && k.MonthlyKG >= e.MonthlyKG, Economic, because("monthly_kg", "月寄递重量达到标准。", "It ships as much a month as the rules ask."))
	add(k.AnnualMinor > 0 && k.AnnualMinor >= e.AnnualMinor && k.Currency == e.Currency, Economic,
		because("annual_minor", "年寄递费用达到标准。", "It spends as much a year as the rules ask."))
	add(sectors().has(k.Sector), Important,
		because("sector", "属于重要行业："+k.Sector.Label().ZH+"。", "It belongs to an important sector: "+k.Sector.Label().EN+"."))
	add(k.ValueChain != "", Group, because("value_chain", "与集团有产业链关联。", "A value chain ties it to a group."))
	add(k.Potential != "", Strategic, because("potential", "有潜力或是突破口。", "It has potential, or is a point to break through."))
	return out
}

// Supports tells whether the figures support the kind that was decided.
func (r Rules) Supports(k Classification) bool { return len(r.KindReasons(k)[k.AccountKind]) > 0 }
