package dossier

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"closedloop/deal"
)

// Gift is a gift to a contact, or an entertainment (domain.md §6). Every one is logged; above the playbook's limits it is
// approved before it is given.
type Gift struct {
	Contact    string   `json:"contact"`
	GiftKind   GiftKind `json:"gift_kind"`
	What       string   `json:"what"`
	ValueMinor int64    `json:"value_minor"` // minor units
	Currency   string   `json:"currency"`    // ISO 4217
	Occasion   string   `json:"occasion"`
	AcceptedAt Instant  `json:"accepted_at"` // when it was approved; empty for what needed no approval
	GivenOn    Day      `json:"given_on"`    // empty while it is only planned
}

// GiftKind says what kind of favour it is.
type GiftKind string

// Kinds of gifts and entertainment.
const (
	Present       GiftKind = "present"
	Meal          GiftKind = "meal"
	Entertainment GiftKind = "entertainment"
	Travel        GiftKind = "travel"
	OtherGift     GiftKind = "other"
)

func giftKinds() set[GiftKind] {
	return set[GiftKind]{
		opt(Present, "礼品", "Present"), opt(Meal, "宴请", "Meal"), opt(Entertainment, "文体活动", "Entertainment"),
		opt(Travel, "差旅接待", "Travel"), opt(OtherGift, "其他", "Other"),
	}
}

// AllGiftKinds returns every kind.
func AllGiftKinds() []GiftKind { return giftKinds().all() }

// ParseGiftKind reads a kind's identifier.
func ParseGiftKind(s string) (GiftKind, error) { return giftKinds().parse("kind of gift", s) }

// Label is what people call it; empty for something that is no kind.
func (k GiftKind) Label() deal.Text { return giftKinds().label(k) }

// GiftRules are the limits up to which a gift is only logged. Without a currency there are none.
type GiftRules struct {
	Currency  string `json:"currency"`
	EachMinor int64  `json:"each_minor"` // of one gift
	YearMinor int64  `json:"year_minor"` // of all gifts to one contact in one calendar year
}

// Kind implements [Record].
func (Gift) Kind() Kind { return GiftRecordKind }

// Validate implements [Record].
func (g Gift) Validate(now time.Time) deal.Refusals {
	c := begin(g, now)
	c.id("/contact", g.Contact)
	chosen(c, "/gift_kind", g.GiftKind, giftKinds())
	c.line("/what", g.What)
	c.invalid(g.ValueMinor < 1, "/value_minor", "必须大于 0", " must be more than 0", "填写金额；估计也可以", "Write what it is worth; an estimate will do")
	c.price("/value_minor", g.ValueMinor, "/currency", g.Currency)
	c.line("/occasion", g.Occasion)
	c.someInstant("/accepted_at", g.AcceptedAt)
	c.someDay("/given_on", g.GivenOn)
	c.notAhead("/given_on", g.GivenOn)
	return c.done()
}

// year of a day.
func (d Day) year() string {
	year, _, _ := strings.Cut(string(d), "-")
	return year
}

// LimitedWith names the gifts that count together with this one: those to one contact in one calendar year.
func (g Gift) LimitedWith() string { return g.Contact + "/" + g.GivenOn.year() }

// Gift says what the limits have against a gift that is marked as given, with the other gifts on file: above a limit, or in
// a currency that no limit speaks of, it is approved first. One that was approved uses its contact's year up as well.
func (r GiftRules) Gift(g Gift, others []Gift) deal.Refusals {
	if g.GivenOn == "" || g.AcceptedAt != "" || r.Currency == "" {
		return nil
	}
	total := g.ValueMinor
	for _, o := range others {
		if o.Contact == g.Contact && o.GivenOn != "" && o.GivenOn.year() == g.GivenOn.year() && o.Currency == g.Currency {
			total += o.ValueMinor
		}
	}
	var c check
	over := func(bad bool, zh, en string) {
		if bad && len(c.no) == 0 {
			c.refuse(deal.CodeOverLimit, "/given_on", zh, en,
				"先不填赠送日期，保存后提交 gift 审批，获批后再填写", "Leave it out, put the gift on file, request an approval of kind gift, and write it once that is granted")
		}
	}
	over(g.Currency != r.Currency, "不能填写：限额只按 "+r.Currency+" 计", " cannot be written: the limits are in "+r.Currency)
	over(g.ValueMinor > r.EachMinor, "不能填写：超过单次限额 "+inUnits(r.EachMinor, r.Currency), " cannot be written: the limit of one gift is "+inUnits(r.EachMinor, r.Currency))
	over(total > r.YearMinor, "不能填写：该联系人当年合计将达 "+inUnits(total, r.Currency)+"，超过限额 "+inUnits(r.YearMinor, r.Currency),
		" cannot be written: this contact's gifts of the year would come to "+inUnits(total, r.Currency)+", the limit is "+inUnits(r.YearMinor, r.Currency))
	return c.done()
}

// inUnits is an amount as people read it.
func inUnits(minor int64, currency string) string {
	if currency == "JPY" || currency == "KRW" { // have no minor unit (ISO 4217)
		return strconv.FormatInt(minor, 10) + " " + currency
	}
	return fmt.Sprintf("%d.%02d %s", minor/hundredths, minor%hundredths, currency)
}

// protectGift keeps what was approved, and what was given.
func protectGift(c *check, was, v Gift) Gift {
	kept(c, "/accepted_at", &v.AcceptedAt, was.AcceptedAt, askGift)
	if was.AcceptedAt != "" {
		c.byApproval(v.Contact != was.Contact, "/contact", askGift)
		c.byApproval(v.GiftKind != was.GiftKind, "/gift_kind", askGift)
		c.byApproval(v.What != was.What, "/what", askGift)
		c.byApproval(v.ValueMinor != was.ValueMinor, "/value_minor", askGift)
		c.byApproval(v.Currency != was.Currency, "/currency", askGift)
	}
	return v
}
