package dossier

import (
	"fmt"
	"strings"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

// CaseOf is the case that a stretch of log leaves for the library: a cycle that was completed, or an account that was lost
// (domain.md §9). Nil where there is none. The texts of a loss stand beside the log, so the case has their references only.
func CaseOf(h Happening) (*deal.Case, error) {
	state := h.Before
	for i, e := range h.Events {
		c := deal.Case{
			ID: deal.CaseID(e.Account, e.Seq), Account: e.Account, Seq: e.Seq, Cycle: e.Cycle, Version: 1, Step: e.Step, Author: e.Actor, EndedAt: e.At,
		}
		switch b := e.Body.(type) {
		case deal.CycleCompleted:
			c.Outcome = deal.DoneCase
		case deal.ClosedBody:
			if b.Outcome == deal.Lost {
				c.Outcome, c.ReasonRef, c.RivalRef = deal.LostCase, b.Reason, b.Rival
			}
		}
		if c.Outcome == "" {
			continue
		}
		state = deal.Fold(state, h.Events[:i]...)
		c.Grade, c.Book, c.Owner, c.Team, c.WonAt = state.Grade, state.Book, state.Owner, state.Team, state.WonAt
		if c.Outcome == deal.DoneCase && !c.WonAt.IsZero() {
			c.Outcome = deal.WonCase
		}
		return &c, told(&c, h.Records)
	}
	return nil, nil //nolint:nilnil // most stretches end no cycle
}

// lessonFields are where forms of the shipped playbooks ask for lessons, workedFields where a house's own may ask for what
// worked.
func lessonFields() []string { return []string{"lessons", "project_review", "evaluation_lessons"} }

func workedFields() []string { return []string{"worked", "what_worked"} }

// told fills in what the file says.
func told(c *deal.Case, r deal.Records) error {
	file, err := FileOf(r.Dossier)
	if err != nil {
		return fmt.Errorf("read file for the case: %w", err)
	}
	file = file.Of(c.Cycle)
	p := r.Profile
	c.Customer, c.Industry, c.Premises = p.Name, p.Industry, p.Premises
	c.MonthlyInbound, c.MonthlyOutbound = p.MonthlyInbound, p.MonthlyOutbound
	if k, ok := Newest[Classification](file); ok {
		c.AccountKind = string(k.AccountKind)
	}
	offer, _ := Newest[Proposal](file)
	c.Product = offer.Solution
	c.Worked = written(r, c.Step, workedFields())
	c.Lessons = written(r, c.Step, lessonFields())
	evaluation, _ := LatestEvaluation(Bodies[Evaluation](file), Day(c.EndedAt.AddDate(0, 0, 1).Format(time.DateOnly)))
	switch {
	case c.Lessons == "":
		c.Lessons = evaluation.Lessons
	case c.Worked == "":
		c.Worked = evaluation.Lessons
	}
	if c.Worked == "" {
		c.Worked = strings.Join(present(offer.Positioning, offer.ValueStatement), "\n")
	}
	if c.Outcome != deal.LostCase {
		var rivals []string
		for _, rival := range Bodies[Rival](file) {
			rivals = append(rivals, rival.Name)
		}
		c.Rival = strings.Join(present(rivals...), ", ")
	}
	return nil
}

// written is the first of some fields that the form of a step has a text in.
func written(r deal.Records, step deal.Step, fields []string) string {
	form, _ := r.Form(step)
	for _, field := range fields {
		if text, ok := form.Content[field].(string); ok && strings.TrimSpace(text) != "" {
			return strings.TrimSpace(text)
		}
	}
	return ""
}

func present(texts ...string) []string {
	var all []string
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// Anonymous takes a customer out of texts that everybody in the house reads: its names, and those of its people with their
// numbers. More are further names under which people may write of the customer.
func Anonymous(p deal.Profile, contacts []deal.Contact, more ...string) view.Eraser {
	gone := view.Person{Versions: append([]deal.Contact{}, contacts...)}
	for _, name := range append(append([]string{p.Name, p.CreditCode}, p.Aliases...), more...) {
		gone.Versions = append(gone.Versions, deal.Contact{Name: name})
	}
	return NewEraser(gone)
}

// CaseTexts are the texts of a case without what an eraser finds, and whether there was anything.
func CaseTexts(e view.Eraser, t deal.CaseTexts) (deal.CaseTexts, bool) {
	changed := false
	for _, text := range []*string{&t.Product, &t.Worked, &t.Lessons, &t.Reason, &t.Rival} {
		clean, found := e.Text(*text)
		*text, changed = clean, changed || found
	}
	return t, changed
}
