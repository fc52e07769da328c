package dossier

import (
	"maps"
	"slices"

	"closedloop/deal"
)

// FigureRules say who may see the figures by which we negotiate: what an offer costs us, what is left of its price, and
// how far we go. Somebody who works on a single step, brings leads or is asked for one approval need not know them.
type FigureRules struct {
	Roles  []deal.Role `json:"roles"`  // a rep sees those of own accounts, and of those the rep stands in for
	Fields []string    `json:"fields"` // names of the fields of forms that hold such figures
}

// Shows tells whether somebody of a role sees the figures of an account. Own says that the account is theirs, or somebody's
// whom they stand in for, or below them in the line.
func (f FigureRules) Shows(role deal.Role, own bool) bool {
	return slices.Contains(f.Roles, role) && (own || role != deal.Rep)
}

// HasFigures tells whether records of a kind hold figures that not everybody sees.
func HasFigures(k Kind) bool { return k == ProposalKind || k == NegotiationKind || k == EvaluationKind }

// HideFigures is a record without its figures, and JSON pointers to those that were there.
func HideFigures(r Record) (Record, []string) {
	switch v := r.(type) {
	case Proposal:
		if v.CostMinor != nil {
			v.CostMinor = nil
			return v, []string{"/cost_minor"}
		}
	case Negotiation:
		if v.Limits != "" {
			v.Limits = ""
			return v, []string{"/limits"}
		}
	case Evaluation:
		if v.MarginBP != nil {
			v.MarginBP = nil
			return v, []string{"/margin_bp"}
		}
	}
	return r, nil
}

// KeepFigures puts the figures of the version on file into an edited record, for somebody who could not see them: nobody
// takes away, or changes, what was hidden.
func KeepFigures(onFile, edited Record) Record {
	switch v := edited.(type) {
	case Proposal:
		if before, ok := onFile.(Proposal); ok {
			v.CostMinor = before.CostMinor
			return v
		}
	case Negotiation:
		if before, ok := onFile.(Negotiation); ok {
			v.Limits = before.Limits
			return v
		}
	case Evaluation:
		if before, ok := onFile.(Evaluation); ok {
			v.MarginBP = before.MarginBP
			return v
		}
	}
	return edited
}

// HideFields is the content of a form without its figures, and the names of those that were there.
func (f FigureRules) HideFields(content map[string]any) (map[string]any, []string) {
	var hidden []string
	for _, name := range f.Fields {
		if _, there := content[name]; there {
			hidden = append(hidden, name)
		}
	}
	if hidden == nil {
		return content, nil
	}
	out := maps.Clone(content)
	for _, name := range hidden {
		delete(out, name)
	}
	return out, hidden
}

// KeepFields puts the figures of the form on file into an edited one, for somebody who could not see them.
func (f FigureRules) KeepFields(onFile, edited map[string]any) map[string]any {
	out := maps.Clone(edited)
	for _, name := range f.Fields {
		delete(out, name)
		if value, there := onFile[name]; there {
			if out == nil {
				out = map[string]any{}
			}
			out[name] = value
		}
	}
	return out
}
