package api

import (
	"context"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// replan lets the account's clocks follow a dated record that was written: version is the one that was made, or 0 for a
// record that was taken off the file. The record stands whatever becomes of the call: the account stays marked, and the
// watchdog makes up for it.
func (a *API) replan(ctx context.Context, id deal.AccountID, d deal.Document, version int64) {
	if !dossier.Dated(dossier.Kind(d.Kind)) {
		return
	}
	cause := "replan/" + d.Kind + "/" + d.ID + "/" + itoa(version)
	cmd := deal.Command{
		Account: id, Actor: deal.System, Name: deal.RecomputeName, Body: deal.Recompute{},
		Key: deal.CommandKey(a.Installation, deal.System, id, cause), Fingerprint: fingerprint("", cause, nil),
	}
	ctx, cancel := context.WithTimeout(ctx, answerGrace)
	defer cancel()
	if _, err := a.Commander.Send(ctx, cmd); err != nil {
		a.Logger.WarnContext(ctx, "clocks do not follow a record yet", "trace_id", callOf(ctx).trace, "account", id, "record", d.Kind+"/"+d.ID,
			"error", err)
	}
}

// gradeBody is what the account's grade means for the effort on it.
type gradeBody struct {
	Label          string `json:"label"`
	Treatment      string `json:"treatment" doc:"how accounts of this grade are treated"`
	VisitsPerMonth *int   `json:"visits_per_month" doc:"limit of effort; null: none"`
	HoursPerMonth  *int   `json:"hours_per_month" doc:"limit of effort; null: none"`
	Visits         int    `json:"visits" doc:"meetings of this month, calls not counted"`
	LastStep       string `json:"last_step" doc:"how far the account is taken without an approved grade_override; empty: all the way"`
	RegradeOn      string `json:"regrade_on" doc:"day on which the grade is to be looked at again; empty while the account is paused or not graded"`
}

// exceeded tells whether more was done this month than the grade allows.
func (b *gradeBody) exceeded() bool {
	return b != nil && b.VisitsPerMonth != nil && b.Visits > *b.VisitsPerMonth
}

// gradeOf says what the grade of an account means; nil while it has none.
func (a *API) gradeOf(ctx context.Context, s deal.State, r deal.Records) *gradeBody {
	if s.Grade == "" {
		return nil
	}
	var b gradeBody
	if at := s.RegradeAt(); !at.IsZero() {
		b.RegradeOn = string(dossier.DayOf(at.In(a.Zone)))
	}
	today := dossier.DayOf(a.today())
	for _, i := range r.Interactions {
		if day := dossier.DayOf(i.At.In(a.Zone)); day[:7] == today[:7] && i.Kind != deal.CallInteraction {
			b.Visits++
		}
	}
	book, err := a.Playbooks.Book(s.Book)
	if err != nil {
		a.Logger.WarnContext(ctx, "playbook of an account cannot be read", "trace_id", callOf(ctx).trace, "account", s.Account, "error", err)
		return &b
	}
	rules, _ := book.Grade(s.Grade)
	lang := callOf(ctx).lang
	b.Label, b.Treatment, b.LastStep = rules.Label.In(lang), rules.Treatment.In(lang), string(rules.LastStep)
	b.VisitsPerMonth, b.HoursPerMonth = rules.VisitsPerMonth, rules.HoursPerMonth
	return &b
}
