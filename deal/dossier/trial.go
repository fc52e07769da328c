package dossier

import (
	"time"

	"closedloop/deal"
)

// Trial is a shipment or a sample on trial, judged by criteria that were agreed before. Where several samples are on
// trial (A and B), each has a record of its own.
type Trial struct {
	Sample   string       `json:"sample"` // which sample; empty where there is one
	StartsOn Day          `json:"starts_on"`
	EndsOn   Day          `json:"ends_on"`
	Criteria []Acceptance `json:"criteria"`
	Note     string       `json:"note"`
}

// Acceptance is one criterion, what was agreed and what came out.
type Acceptance struct {
	Criterion string  `json:"criterion"`
	Target    string  `json:"target"`
	Measured  string  `json:"measured"` // mandatory once it is judged
	Verdict   Verdict `json:"verdict"`
	JudgedOn  Day     `json:"judged_on"`
}

// Verdict is what came of a criterion.
type Verdict string

// Not judged yet, passed, failed.
const (
	OpenVerdict Verdict = "open"
	Passed      Verdict = "passed"
	Failed      Verdict = "failed"
)

func verdicts() set[Verdict] {
	return set[Verdict]{opt(OpenVerdict, "未判定", "Open"), opt(Passed, "通过", "Passed"), opt(Failed, "未通过", "Failed")}
}

// AllVerdicts returns every verdict.
func AllVerdicts() []Verdict { return verdicts().all() }

// ParseVerdict reads a verdict's identifier.
func ParseVerdict(s string) (Verdict, error) { return verdicts().parse("verdict", s) }

// Label is what people call it; empty for something that is no verdict.
func (v Verdict) Label() deal.Text { return verdicts().label(v) }

// TrialCount says how many criteria stand how.
type TrialCount struct {
	Criteria, Open, Passed, Failed int
}

// AllPassed tells whether there is a criterion and none that did not pass.
func (n TrialCount) AllPassed() bool { return n.Criteria > 0 && n.Passed == n.Criteria }

// CountTrials adds up the criteria of all trials. A criterion without a verdict is open.
func CountTrials(trials []Trial) TrialCount {
	var n TrialCount
	for _, t := range trials {
		for _, a := range t.Criteria {
			n.Criteria++
			switch a.Verdict {
			case Passed:
				n.Passed++
			case Failed:
				n.Failed++
			case OpenVerdict, "":
				n.Open++
			}
		}
	}
	return n
}

// Kind implements [Record].
func (Trial) Kind() Kind { return TrialKind }

// Key implements [Keyed]: one for each sample.
func (t Trial) Key() string { return t.Sample }

// Validate implements [Record].
func (t Trial) Validate(now time.Time) deal.Refusals {
	c := begin(t, now)
	c.someLine("/sample", t.Sample)
	c.someDay("/starts_on", t.StartsOn)
	c.someDay("/ends_on", t.EndsOn)
	c.invalid(t.StartsOn.Valid() && t.EndsOn.Valid() && t.EndsOn < t.StartsOn, "/ends_on", "早于开始日期", " is earlier than the start",
		"更正两个日期之一", "Correct one of the two dates")
	for i, a := range t.Criteria {
		c.line(cell("/criteria", i, "criterion"), a.Criterion)
		c.text(cell("/criteria", i, "target"), a.Target)
		maybe(c, cell("/criteria", i, "verdict"), a.Verdict, verdicts())
		if a.Verdict == Passed || a.Verdict == Failed {
			c.reason(cell("/criteria", i, "measured"), a.Measured)
			c.happened(cell("/criteria", i, "judged_on"), a.JudgedOn)
		} else {
			c.someDay(cell("/criteria", i, "judged_on"), a.JudgedOn)
		}
	}
	unique(c, "/criteria", t.Criteria, "criterion", func(a Acceptance) string { return a.Criterion })
	return c.done()
}
