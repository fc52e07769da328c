package dossier

import (
	"time"

	"closedloop/deal"
)

// Evaluation is the report on what an agreement brought: volume against target, satisfaction, margin, lessons.
type Evaluation struct {
	On           Day    `json:"on"`
	VolumeTarget *int64 `json:"volume_target"` // pieces a month; null while not known, like the three below
	VolumeActual *int64 `json:"volume_actual"` // pieces a month
	Satisfaction *int   `json:"satisfaction"`  // 1–5
	MarginBP     *int   `json:"margin_bp"`     // basis points of the revenue
	Lessons      string `json:"lessons"`
}

// Complete tells whether the report says everything it has to (domain.md §2, step maintain).
func (e Evaluation) Complete() bool {
	return e.VolumeTarget != nil && e.VolumeActual != nil && e.Satisfaction != nil && e.MarginBP != nil && e.Lessons != ""
}

// Attainment is the volume in basis points of its target; the second value is false while one of the two is not known
// or there was no target.
func (e Evaluation) Attainment() (int64, bool) {
	if e.VolumeTarget == nil || e.VolumeActual == nil || *e.VolumeTarget <= 0 {
		return 0, false
	}
	return *e.VolumeActual * basisPoints / *e.VolumeTarget, true
}

// LatestEvaluation is the newest report until a day; the second value is false when there is none.
func LatestEvaluation(reports []Evaluation, today Day) (Evaluation, bool) {
	var latest Evaluation
	found := false
	for _, e := range reports {
		if e.On.Valid() && e.On <= today && (!found || e.On >= latest.On) {
			latest, found = e, true
		}
	}
	return latest, found
}

// Kind implements [Record].
func (Evaluation) Kind() Kind { return EvaluationKind }

// Validate implements [Record].
func (e Evaluation) Validate(now time.Time) deal.Refusals {
	c := begin(e, now)
	c.happened("/on", e.On)
	if e.VolumeTarget != nil {
		c.quantity("/volume_target", *e.VolumeTarget, maxVolume)
	}
	if e.VolumeActual != nil {
		c.quantity("/volume_actual", *e.VolumeActual, maxVolume)
	}
	if e.Satisfaction != nil {
		c.between("/satisfaction", *e.Satisfaction, 1, mostPoints)
	}
	if e.MarginBP != nil {
		c.between("/margin_bp", *e.MarginBP, -basisPoints, basisPoints)
	}
	return c.done()
}
