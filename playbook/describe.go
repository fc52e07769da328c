package playbook

import (
	"encoding/json"
	"strconv"
	"strings"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// Summary is a playbook in a list.
type Summary struct {
	Name     string    `json:"name"`
	Version  int       `json:"version"`
	Label    deal.Text `json:"label"`
	Summary  deal.Text `json:"summary"`
	Checksum string    `json:"checksum"` // SHA-256 of the file
}

// Description is everything a playbook says, for people and for pages that draw its forms.
type Description struct {
	Summary

	QuietHours bool                  `json:"quiet_hours"` // reminders wait for office hours
	OneOff     bool                  `json:"one_off"`     // for projects that are sold once: an account can be promoted out of it
	Recheck    deal.Text             `json:"recheck"`     // rest after a cycle whose archive form names no date
	FollowUp   FollowUpDescription   `json:"follow_up"`
	Dossier    dossier.Rules         `json:"dossier"` // numbers and lists about the account's file, with the trade's defaults
	Steps      []StepDescription     `json:"steps"`
	Approvals  []ApprovalDescription `json:"approvals"`
	Grades     []GradeDescription    `json:"grades"` // empty: grades set the cadence of follow-ups and nothing else
}

// FollowUpDescription says how often accounts are contacted.
type FollowUpDescription struct {
	Cadence  []CadenceDescription `json:"cadence"`
	Ungraded deal.Text            `json:"ungraded"`
	Ladder   []RungDescription    `json:"ladder"`
}

// CadenceDescription is the cadence of one grade.
type CadenceDescription struct {
	Grade deal.Grade `json:"grade"`
	Every deal.Text  `json:"every"`
}

// StepDescription is one step of the ring.
type StepDescription struct {
	Step       deal.Step              `json:"step"`
	Number     int                    `json:"number"`
	Label      deal.Text              `json:"label"`
	Guidance   deal.Text              `json:"guidance"`
	Form       FormDescription        `json:"form"`
	Conditions []ConditionDescription `json:"conditions"`
	Deadlines  []DeadlineDescription  `json:"deadlines"`
	Returns    []deal.Step            `json:"returns"`
}

// FormDescription is a form, as a JSON Schema with hints under x-ui and as the same list of fields in order.
type FormDescription struct {
	Schema json.RawMessage `json:"schema"`
	Fields []Field         `json:"fields"`
}

// ConditionDescription is one condition of a gate.
type ConditionDescription struct {
	Code string    `json:"code"`
	Text deal.Text `json:"text"`
	Hint deal.Text `json:"hint"`
	Link string    `json:"link"` // relative to the account; empty: the account itself
}

// DeadlineDescription is one deadline of a step, in words.
type DeadlineDescription struct {
	Name   string            `json:"name"`
	Label  deal.Text         `json:"label"`
	Within deal.Text         `json:"within"`
	Until  deal.Until        `json:"until"` // empty: until the step is left
	Ladder []RungDescription `json:"ladder"`
}

// RungDescription is one rung of a ladder, in words.
type RungDescription struct {
	Rung deal.RungName `json:"rung"`
	When deal.Text     `json:"when"`
}

// ApprovalDescription is the chain of one kind of approval.
type ApprovalDescription struct {
	Kind    deal.ApprovalKind  `json:"kind"`
	Label   deal.Text          `json:"label"`
	Step    deal.Step          `json:"step"`    // empty: anywhere while the account is active, and for reopen while it is closed
	Subject string             `json:"subject"` // kind of the record that is decided about; empty: the form of the step, or an account
	Levels  []LevelDescription `json:"levels"`
}

// LevelDescription is one level of a chain.
type LevelDescription struct {
	Who    deal.Audience     `json:"who"`
	Mode   deal.SeatMode     `json:"mode"`
	When   string            `json:"when"` // the condition as it stands in the file; empty: always
	Within deal.Text         `json:"within"`
	Ladder []RungDescription `json:"ladder"`

	Opinion bool `json:"opinion,omitempty"` // whoever approves says in writing why, too
}

// Summary names the playbook.
func (p *Playbook) Summary() Summary {
	return Summary{Name: p.rules.Ref.Name, Version: p.rules.Ref.Version, Label: p.label, Summary: p.summary, Checksum: p.checksum}
}

// Describe says everything the playbook says.
func (p *Playbook) Describe() Description {
	d := Description{
		Summary: p.Summary(), QuietHours: p.rules.QuietHours, OneOff: p.rules.OneOff, Recheck: SpanText(p.rules.Recheck), Dossier: p.Rules(),
		FollowUp: FollowUpDescription{Ungraded: SpanText(p.rules.FollowUp.Ungraded), Ladder: rungs(p.rules.FollowUp.Ladder)},
	}
	d.Grades = p.describeGrades()
	for _, c := range p.rules.FollowUp.Cadence {
		d.FollowUp.Cadence = append(d.FollowUp.Cadence, CadenceDescription{Grade: c.Grade, Every: SpanText(c.Every)})
	}
	for _, s := range p.steps {
		d.Steps = append(d.Steps, p.describeStep(s))
	}
	for i, a := range p.approvals {
		rules := p.rules.Approvals[i]
		out := ApprovalDescription{Kind: a.kind, Label: a.label, Step: rules.Step, Subject: rules.Subject, Levels: []LevelDescription{}}
		for j, l := range rules.Levels {
			out.Levels = append(out.Levels, LevelDescription{
				Who: l.Who, Mode: l.Mode, When: strings.TrimSpace(a.when[j].source.text), Within: SpanText(l.Within), Ladder: rungs(l.Ladder),
				Opinion: l.Opinion,
			})
		}
		d.Approvals = append(d.Approvals, out)
	}
	return d
}

func (p *Playbook) describeStep(s step) StepDescription {
	rules := p.rules.Step(s.id)
	out := StepDescription{
		Step: s.id, Number: s.id.Number(), Label: s.label, Guidance: s.guidance,
		Form:       FormDescription{Schema: s.form.schema, Fields: s.form.fields},
		Conditions: []ConditionDescription{}, Deadlines: []DeadlineDescription{}, Returns: append([]deal.Step{}, rules.Returns...),
	}
	for _, c := range s.conditions {
		out.Conditions = append(out.Conditions, ConditionDescription{Code: c.code, Text: c.text, Hint: c.hint, Link: c.link})
	}
	for i, d := range rules.Deadlines {
		out.Deadlines = append(out.Deadlines, DeadlineDescription{
			Name: d.Name, Label: s.deadlines[i].label, Within: SpanText(d.Within), Until: d.Until, Ladder: rungs(d.Ladder),
		})
	}
	return out
}

func rungs(ladder []deal.LadderRung) []RungDescription {
	out := []RungDescription{}
	for _, r := range ladder {
		out = append(out, RungDescription{Rung: r.Name, When: rungText(r)})
	}
	return out
}

func rungText(r deal.LadderRung) deal.Text {
	switch {
	case r.Before != nil:
		t := SpanText(*r.Before)
		return deal.Text{ZH: "到期前 " + t.ZH, EN: t.EN + " before the deadline"}
	case r.After != nil:
		t := SpanText(*r.After)
		return deal.Text{ZH: "到期后 " + t.ZH, EN: t.EN + " after the deadline"}
	case r.Percent == 100:
		return deal.Text{ZH: "到期时", EN: "at the deadline"}
	}
	n := strconv.Itoa(r.Percent) + "%"
	return deal.Text{ZH: "期限的 " + n, EN: "at " + n + " of the deadline"}
}
