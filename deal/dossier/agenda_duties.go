package dossier

import (
	"strconv"

	"closedloop/deal"
)

// supports: an approved request is answered by its part of the support centre within the target. One who is named is asked
// first, and the people of the centre take over from them.
func (p *planner) supports() {
	for _, e := range Entries[SupportRequest](p.File) {
		rules, ok := p.Rules.Duties.Of(e.Body.Centre)
		from, approved := granted(p.State, SupportRequestKind, e.ID, e.Body.AcceptedAt)
		if !ok || !approved {
			continue
		}
		p.add(deal.Appointment{
			ID: string(deal.SupportTopic) + "/" + e.ID, Topic: deal.SupportTopic, For: e.Body.Addressee, Ask: rules.Who,
			Basis: string(InstantOf(from)), Done: e.Body.Answer != nil, From: from, Within: rules.Within, Ladder: rules.Ladder,
		}, forever)
	}
}

// executiveVisits: an approved visit is prepared before its day, and what it brought is asked for after it.
func (p *planner) executiveVisits() {
	rules := p.Rules.Duties.Visits
	for _, e := range Entries[ExecutiveVisit](p.File) {
		day := e.Body.VisitOn
		_, approved := granted(p.State, ExecutiveVisitKind, e.ID, e.Body.AcceptedAt)
		if !approved || !day.Valid() || rules == (VisitRules{}) {
			continue
		}
		held := e.Body.HeldOn != ""
		p.add(deal.Appointment{
			ID: string(deal.VisitPreparationTopic) + "/" + e.ID, Topic: deal.VisitPreparationTopic, Basis: string(day), Done: held, Due: p.due(day),
			Rungs: p.rungs(on(deal.Remind, day.Add(-rules.Prepare))),
		}, day)
		asked := day.Add(rules.Result)
		p.add(deal.Appointment{
			ID: string(deal.VisitResultTopic) + "/" + e.ID, Topic: deal.VisitResultTopic, Basis: string(day), Done: held, Due: p.due(asked),
			Rungs: p.rungs(on(deal.Remind, asked), on(deal.Urge, asked.Add(rules.Urge)), on(deal.Superior, asked.Add(rules.Superior))),
		}, forever)
	}
}

// visitReviews go on until the review of their visit is on file. What knows of the visit is the clock that its record
// started: interactions are in the log and not on file.
func (p *planner) visitReviews() {
	reviews := Bodies[VisitReview](p.File)
	for _, c := range p.State.Clocks {
		if c.Topic != deal.VisitReviewTopic {
			continue
		}
		done := false
		for _, r := range reviews {
			done = done || deal.ReviewMatter(r.Interaction) == deal.ReviewMatter(c.Basis)
		}
		p.out = append(p.out, deal.Appointment{
			ID: deal.ReviewMatter(c.Basis), Topic: c.Topic, Basis: c.Basis, Done: done, From: c.From, Within: c.Length,
		})
	}
}

// planRevision: from plan to sign the plan is revised again and again, each time counted from the last revision. The first
// time counts from when plan was entered, and so does the first one after the account has come back to it. While the last
// revision is the same its clock runs on, whatever step is entered meanwhile: see [deal.Appointment].
func (p *planner) planRevision() {
	rules, s := p.Rules.Duties.Plan, p.State
	walked := s.Status == deal.Active || s.Status == deal.Paused
	if rules.Every.Unit == "" || !walked || s.Step.Before(deal.Plan) || deal.Sign.Before(s.Step) {
		return
	}
	basis, from := "cycle-"+strconv.Itoa(s.Cycle), s.Entered
	for _, e := range Entries[PlanRevision](p.File) {
		if e.Cycle == s.Cycle {
			basis = e.ID
			if e.At.After(from) {
				from = e.At
			}
		}
	}
	p.out = append(p.out, deal.Appointment{
		ID: string(deal.PlanRevisionTopic), Topic: deal.PlanRevisionTopic, Basis: basis, From: from, Within: rules.Every, Ladder: rules.Ladder,
	})
}
