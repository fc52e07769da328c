package playbook

import (
	"fmt"
	"time"

	"closedloop/deal"
)

// Gate evaluates the gate of the account's present step: everything that is still missing on its form, and every
// condition. Nothing stops at the first thing, so people see the whole list. An error is a fault of the playbook (a
// condition that ran out of its cost limit, say), never of the account.
func (p *Playbook) Gate(s deal.State, r deal.Records, at time.Time) (deal.Gate, error) {
	step, ok := p.step(s.Step)
	if !ok {
		return deal.Gate{}, fmt.Errorf("gate of step %q: %w", s.Step, deal.ErrNotFound)
	}
	var gate deal.Gate
	filed, _ := r.Form(step.id)
	for _, f := range step.form.faults(step.form.full, filed.Content) {
		gate.Unmet = append(gate.Unmet, deal.Refusal{
			Code: deal.CodeGateUnmet, Item: FormIncomplete, Field: f.pointer(), Text: f.text, Hint: f.hint,
			Link: "steps/" + string(step.id) + "/form",
		})
	}
	if len(gate.Unmet) == 0 {
		gate.Met = append(gate.Met, FormComplete)
	}
	switch asked, no := p.gradeItem(s, r); {
	case no != nil:
		gate.Unmet = append(gate.Unmet, *no)
	case asked:
		gate.Met = append(gate.Met, GradeAllowsNext)
	}
	seen := p.gateScope(step, s, r, at)
	for _, c := range step.conditions {
		met, err := seen.holds(c.program)
		switch {
		case err != nil:
			return deal.Gate{}, fmt.Errorf("condition %s of step %s in playbook %s version %d: %w",
				c.code, step.id, p.rules.Ref.Name, p.rules.Ref.Version, err)
		case met:
			gate.Met = append(gate.Met, c.code)
		default:
			gate.Unmet = append(gate.Unmet, deal.Refusal{Code: deal.CodeGateUnmet, Item: c.code, Text: c.text, Hint: c.hint, Link: c.link})
		}
	}
	return gate, nil
}

// Chain is the levels that a request of a kind has to climb: those whose condition holds for this account at an instant,
// this amount (in minor units) and what is on file. A kind that the playbook does not know has none.
func (p *Playbook) Chain(
	kind deal.ApprovalKind, s deal.State, r deal.Records, amountMinor int64, currency string, at time.Time,
) ([]deal.LevelRules, error) {
	rules, ok := p.rules.Approval(kind)
	if !ok {
		return nil, nil
	}
	var levels []deal.LevelRules
	seen := p.chainScope(kind, s, r, amountMinor, currency, at)
	for _, a := range p.approvals {
		if a.kind != kind {
			continue
		}
		for i, w := range a.when {
			applies, err := seen.holds(w.program)
			if err != nil {
				return nil, fmt.Errorf("level %d of approval %s in playbook %s version %d: %w",
					i+1, kind, p.rules.Ref.Name, p.rules.Ref.Version, err)
			}
			if applies {
				levels = append(levels, rules.Levels[i])
			}
		}
	}
	return levels, nil
}
