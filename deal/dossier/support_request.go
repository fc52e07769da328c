package dossier

import (
	"time"

	"closedloop/deal"
)

// SupportRequest asks the support centre for help with the account (domain.md §9). It is kept for life: an answer may be
// worth more in the next cycle. Two people write their opinion before the centre is asked; from then on the centre has a
// target, and what came of it is kept.
type SupportRequest struct {
	Centre       Centre         `json:"centre"`
	Wanted       string         `json:"wanted"`
	Why          string         `json:"why"`
	NeededBy     Day            `json:"needed_by"`    // empty: as soon as the centre can
	Addressee    deal.PersonID  `json:"addressee"`    // a named superior; empty for the people of the centre
	AcceptedAt   Instant        `json:"accepted_at"`  // when it was approved; the target counts from then
	Answer       *SupportAnswer `json:"answer"`       // null until the centre has answered
	Satisfaction int            `json:"satisfaction"` // 1–5, of whoever asked; 0: not said
}

// SupportAnswer is what came of a request.
type SupportAnswer struct {
	Result SupportResult `json:"result"`
	Text   string        `json:"text"`
	On     Day           `json:"on"`
	By     deal.PersonID `json:"answered_by"`
}

// Centre is a part of the support centre.
type Centre string

// The parts of the support centre (domain.md §9).
const (
	SalesCentre      Centre = "sales"
	MarketCentre     Centre = "market"
	AfterSalesCentre Centre = "after_sales"
	FinanceCentre    Centre = "finance"
	TrainingCentre   Centre = "training"
	SeminarCentre    Centre = "technical_seminar"
	ExecutiveCentre  Centre = "executive_visit"
)

func centres() set[Centre] {
	return set[Centre]{
		opt(SalesCentre, "销售支持", "Sales"), opt(MarketCentre, "市场支持", "Market"), opt(AfterSalesCentre, "售后支持", "After-sales"),
		opt(FinanceCentre, "财务支持", "Finance"), opt(TrainingCentre, "培训支持", "Training"),
		opt(SeminarCentre, "技术交流会", "Technical seminar"), opt(ExecutiveCentre, "高层拜访", "Executive visit"),
	}
}

// AllCentres returns every part of the support centre.
func AllCentres() []Centre { return centres().all() }

// ParseCentre reads the identifier of a part.
func ParseCentre(s string) (Centre, error) { return centres().parse("part of the support centre", s) }

// Label is what people call it; empty for something that is no part.
func (c Centre) Label() deal.Text { return centres().label(c) }

// SupportResult says whether a request could be met.
type SupportResult string

// A request is met, met in part, or declined with the reason in the text.
const (
	SupportGiven    SupportResult = "given"
	SupportInPart   SupportResult = "in_part"
	SupportDeclined SupportResult = "declined"
)

func supportResults() set[SupportResult] {
	return set[SupportResult]{
		opt(SupportGiven, "已提供", "Given"), opt(SupportInPart, "部分提供", "Given in part"), opt(SupportDeclined, "未能提供", "Declined"),
	}
}

// AllSupportResults returns every result.
func AllSupportResults() []SupportResult { return supportResults().all() }

// ParseSupportResult reads a result's identifier.
func ParseSupportResult(s string) (SupportResult, error) {
	return supportResults().parse("result of a support request", s)
}

// Label is what people call it; empty for something that is no result.
func (r SupportResult) Label() deal.Text { return supportResults().label(r) }

// Kind implements [Record].
func (SupportRequest) Kind() Kind { return SupportRequestKind }

// Validate implements [Record].
func (r SupportRequest) Validate(now time.Time) deal.Refusals {
	c := begin(r, now)
	chosen(c, "/centre", r.Centre, centres())
	c.text("/wanted", r.Wanted)
	c.reason("/why", r.Why)
	c.someDay("/needed_by", r.NeededBy)
	c.someID("/addressee", string(r.Addressee))
	c.someInstant("/accepted_at", r.AcceptedAt)
	c.someScore("/satisfaction", r.Satisfaction)
	if o := r.Answer; o != nil {
		c.invalid(r.AcceptedAt == "", "/answer", "只能在获批之后填写", " can be written once the request is approved",
			"先提交 support_request 审批", "Request an approval of kind support_request first")
		chosen(c, "/answer/result", o.Result, supportResults())
		c.reason("/answer/text", o.Text)
		c.happened("/answer/on", o.On)
		c.someID("/answer/answered_by", string(o.By))
	}
	return c.done()
}

// protectSupport keeps what was approved: another wish is another request. What came of it stays once it is written.
func protectSupport(c *check, was, v SupportRequest) SupportRequest {
	kept(c, "/accepted_at", &v.AcceptedAt, was.AcceptedAt, askSupport)
	if was.AcceptedAt == "" {
		return v
	}
	c.byApproval(v.Centre != was.Centre, "/centre", askSupport)
	c.byApproval(v.Wanted != was.Wanted, "/wanted", askSupport)
	c.byApproval(v.Why != was.Why, "/why", askSupport)
	c.byApproval(v.NeededBy != was.NeededBy, "/needed_by", askSupport)
	c.byApproval(v.Addressee != was.Addressee, "/addressee", askSupport)
	if was.Answer != nil {
		c.byApproval(v.Answer != nil && *v.Answer != *was.Answer, "/answer", answerStays)
		v.Answer = was.Answer
	}
	return v
}
