package dossier

import (
	"time"

	"closedloop/deal"
)

// VisitReview holds what a visit brought against its aim (domain.md §9). There is one for an interaction.
type VisitReview struct {
	Interaction string       `json:"interaction"` // ID of the visit
	Reached     ReviewResult `json:"reached"`
	AgainstAim  string       `json:"against_aim"` // what was to be reached, and what was
	Adjust      string       `json:"adjust"`      // what changes in the plan; "nothing" is an answer
}

// ReviewResult says how far the aim of a visit was reached.
type ReviewResult string

// The aim was reached, in part, or not.
const (
	AimReached ReviewResult = "reached"
	AimInPart  ReviewResult = "in_part"
	AimMissed  ReviewResult = "missed"
)

func reviewResults() set[ReviewResult] {
	return set[ReviewResult]{opt(AimReached, "达成", "Reached"), opt(AimInPart, "部分达成", "In part"), opt(AimMissed, "未达成", "Missed")}
}

// AllReviewResults returns every result.
func AllReviewResults() []ReviewResult { return reviewResults().all() }

// ParseReviewResult reads a result's identifier.
func ParseReviewResult(s string) (ReviewResult, error) {
	return reviewResults().parse("result of a visit", s)
}

// Label is what people call it; empty for something that is no result.
func (r ReviewResult) Label() deal.Text { return reviewResults().label(r) }

// Kind implements [Record].
func (VisitReview) Kind() Kind { return VisitReviewKind }

// Key implements [Keyed].
func (v VisitReview) Key() string { return v.Interaction }

// Validate implements [Record].
func (v VisitReview) Validate(now time.Time) deal.Refusals {
	c := begin(v, now)
	c.id("/interaction", v.Interaction)
	chosen(c, "/reached", v.Reached, reviewResults())
	c.reason("/against_aim", v.AgainstAim)
	c.reason("/adjust", v.Adjust)
	return c.done()
}
