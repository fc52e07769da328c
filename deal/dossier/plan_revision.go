package dossier

import (
	"time"

	"closedloop/deal"
)

// PlanRevision is the week's look at the plan (domain.md §2, §9). It points at the versions of the proposal between which
// the week lies, so that one comparison shows what it changed. A plan that stays as it was is revised as well.
type PlanRevision struct {
	Summary     string `json:"summary"`      // what was looked at, and what came of it
	Reason      string `json:"reason"`       // for what changed; empty where nothing did
	FromVersion int64  `json:"from_version"` // of the proposal at the last revision; 0: nothing was on file
	ToVersion   int64  `json:"to_version"`   // of the proposal now; 0: nothing is on file
}

// Changed tells whether the week changed the proposal.
func (r PlanRevision) Changed() bool { return r.FromVersion != r.ToVersion }

// Kind implements [Record].
func (PlanRevision) Kind() Kind { return PlanRevisionKind }

// Validate implements [Record].
func (r PlanRevision) Validate(now time.Time) deal.Refusals {
	c := begin(r, now)
	c.text("/summary", r.Summary)
	if r.Changed() {
		c.reason("/reason", r.Reason)
	}
	c.quantity("/from_version", r.FromVersion, maxVersion)
	c.quantity("/to_version", r.ToVersion, maxVersion)
	return c.done()
}

// maxVersion is far above any number of edits.
const maxVersion = 1_000_000_000

// Between fills in the versions of the proposal that a new revision lies between: the one that the last revision of the
// cycle found, and the present one. On file they stay.
func (r PlanRevision) Between(onFile *PlanRevision, earlier []Entry[PlanRevision], proposal int64) (PlanRevision, deal.Refusals) {
	var c check
	from, to := int64(0), proposal
	if n := len(earlier); n > 0 {
		from = earlier[n-1].Body.ToVersion
	}
	if onFile != nil {
		from, to = onFile.FromVersion, onFile.ToVersion
	}
	kept(&c, "/from_version", &r.FromVersion, from, versionsSet)
	kept(&c, "/to_version", &r.ToVersion, to, versionsSet)
	return r, c.done()
}
