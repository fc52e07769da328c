package dossier

import (
	"encoding/json"
	"math"

	"closedloop/deal"
)

// Focus is a reason to look at a lead first (domain.md §3).
type Focus string

// The focus flags.
const (
	OnlyInbound     Focus = "only_inbound"     // mail comes in, none goes out by us
	OutboundBelow   Focus = "outbound_below"   // less goes out than comes in
	LargeWithRival  Focus = "large_with_rival" // small with us, but large with a rival
	HotlinePickups  Focus = "hotline_pickups"  // scattered pick-ups by the hotline
	ReferredByOther Focus = "referred"         // referred by a customer
)

func focuses() set[Focus] {
	return set[Focus]{
		opt(OnlyInbound, "只有进口件", "Only inbound mail"), opt(OutboundBelow, "出口少于进口", "Less outbound than inbound"),
		opt(LargeWithRival, "我方量小、对手量大", "Small with us, large with a rival"), opt(HotlinePickups, "热线零散揽收", "Scattered hotline pick-ups"),
		opt(ReferredByOther, "客户推荐", "Referred by a customer"),
	}
}

// AllFocuses returns every flag.
func AllFocuses() []Focus { return focuses().all() }

// ParseFocus reads a flag's identifier.
func ParseFocus(s string) (Focus, error) { return focuses().parse("focus flag", s) }

// Label is what people call it; empty for something that is no flag.
func (f Focus) Label() deal.Text { return focuses().label(f) }

// Lead is what the form of the step collect says that flags look at.
type Lead struct {
	Source      string // hotline, referral, …
	Settlement  string // monthly for a customer with an account of its own
	RivalVolume int64  // pieces a month; 0 for none or not known
}

// LeadOf reads the lead form. What is not there, or is something else, reads as not known.
func LeadOf(collect deal.Form) Lead {
	source, _ := collect.Content["source"].(string)
	settlement, _ := collect.Content["settlement"].(string)
	lead := Lead{Source: source, Settlement: settlement}
	switch v := collect.Content["competitor_volume"].(type) {
	case float64:
		if v >= 0 && v <= maxVolume {
			lead.RivalVolume = int64(math.Trunc(v))
		}
	case json.Number:
		if n, err := v.Int64(); err == nil && n >= 0 && n <= maxVolume {
			lead.RivalVolume = n
		}
	case int64:
		lead.RivalVolume = min(max(v, 0), maxVolume)
	case int:
		lead.RivalVolume = min(max(int64(v), 0), maxVolume)
	}
	return lead
}

// FocusFlags works out the flags of an account. The rival's volume is that of the rivals on file, else of the lead
// form. What goes out by us is taken to be what goes out at all less what rivals carry, where that is less.
func (r Rules) FocusFlags(p deal.Profile, lead Lead, rivals []Rival) []Focus {
	var flags []Focus
	add := func(ok bool, f Focus) {
		if ok {
			flags = append(flags, f)
		}
	}
	in, out := volume(p.MonthlyInbound), volume(p.MonthlyOutbound)
	add(in > 0 && out == 0 && p.MonthlyOutbound != nil, OnlyInbound)
	add(out > 0 && out < in, OutboundBelow)
	largest, all := lead.RivalVolume, lead.RivalVolume
	if v, known := RivalVolume(rivals); known {
		largest, all = largestVolume(rivals), v
	}
	ours := out
	if all <= out {
		ours = out - all
	}
	add(p.MonthlyOutbound != nil && largest >= r.Focus.LargeVolume && largest >= r.Focus.Times*ours, LargeWithRival)
	add(lead.Source == "hotline" && lead.Settlement != "monthly", HotlinePickups)
	add(lead.Source == "referral", ReferredByOther)
	return flags
}

// RivalVolume is what all rivals together carry for the customer, in pieces a month; the second value is false while
// no volume is known.
func RivalVolume(rivals []Rival) (int64, bool) {
	sum, known := int64(0), false
	for _, r := range rivals {
		if r.MonthlyVolume != nil {
			sum, known = sum+*r.MonthlyVolume, true
		}
	}
	return sum, known
}

func largestVolume(rivals []Rival) int64 {
	largest := int64(0)
	for _, r := range rivals {
		if r.MonthlyVolume != nil {
			largest = max(largest, *r.MonthlyVolume)
		}
	}
	return largest
}

func volume(v *int) int64 {
	if v == nil {
		return 0
	}
	return int64(*v)
}
