package playbook

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"closedloop/deal"
)

// Preview says what a move of a running account from one version to another would change: its state and records decide
// which conditions are unmet, which clocks run and which fields are on file. It changes nothing. The two may have
// different names.
//
// The error is [deal.ErrNotFound] for a version that is not there, [ErrUnusable] or [ErrOutdated] for a version to which
// nobody may move. A present version that is unusable is no error but a blind change: moving away is the remedy.
func (l *Library) Preview(from, to deal.BookRef, s deal.State, r deal.Records, at time.Time) (Change, error) {
	c := Change{
		From: from, To: to, Gate: GateChange{Before: deal.Refusals{}, After: deal.Refusals{}},
		Steps: []StepChange{}, Approvals: []ApprovalChange{}, Settings: []SettingChange{},
	}
	next, err := l.Get(to)
	if err != nil {
		return Change{}, fmt.Errorf("preview a move: %w", err)
	}
	if len(next.doubts) > 0 {
		return Change{}, fmt.Errorf("preview a move: playbook %s version %d: %w: %w", to.Name, to.Version, ErrOutdated, next.doubts)
	}
	now, err := l.Get(from)
	switch {
	case errors.Is(err, ErrUnusable):
		c.Blind, now = true, &Playbook{}
	case err != nil:
		return Change{}, fmt.Errorf("preview a move: %w", err)
	}
	v := preview{state: s, records: r, before: now.Describe(), after: next.Describe()}
	if !c.Blind {
		if c.Gate.Before, err = against(now, s, r, at); err != nil {
			return Change{}, fmt.Errorf("preview a move: %w", err)
		}
	}
	if c.Gate.After, err = against(next, s, r, at); err != nil {
		return Change{}, fmt.Errorf("preview a move: %w", err)
	}
	v.gate = c.Gate
	for i, after := range v.after.Steps {
		before := StepDescription{Step: after.Step}
		if !c.Blind {
			before = v.before.Steps[i]
		}
		if step := v.step(before, after, now, next); step.any() {
			c.Steps = append(c.Steps, step)
		}
	}
	c.Approvals = append(c.Approvals, v.approvals()...)
	c.Settings = append(c.Settings, v.settings(c.Blind)...)
	return c, nil
}

// against is what stands against leaving the present step.
func against(p *Playbook, s deal.State, r deal.Records, at time.Time) (deal.Refusals, error) {
	gate, err := p.Gate(s, r, at)
	if err != nil {
		return nil, err
	}
	return append(deal.Refusals{}, gate.Unmet...), nil
}

// preview compares two playbooks for one account.
type preview struct {
	state   deal.State
	records deal.Records
	gate    GateChange
	before  Description
	after   Description
}

func (c StepChange) any() bool {
	return c.Reworded || len(c.Deadlines)+len(c.Conditions)+len(c.Fields)+len(c.Returns) > 0
}

func (v preview) step(before, after StepDescription, now, next *Playbook) StepChange {
	c := StepChange{
		Step: after.Step, Place: v.place(after.Step), Reworded: before.Label != after.Label || before.Guidance != after.Guidance,
		Deadlines: []DeadlineChange{}, Conditions: []ConditionChange{}, Fields: []FieldChange{}, Returns: []ReturnChange{},
	}
	named := func(d DeadlineDescription) string { return d.Name }
	for _, p := range pairs(before.Deadlines, after.Deadlines, named, reflect.DeepEqual) {
		running := c.Place == Here && slices.ContainsFunc(v.state.Clocks, func(k deal.Clock) bool { return k.ID == "step/"+p.key })
		c.Deadlines = append(c.Deadlines, DeadlineChange{Name: p.key, Edit: p.edit, Running: running, Before: p.before, After: p.after})
	}
	coded := func(d ConditionDescription) string { return d.Code }
	sameCondition := func(a, b any) bool {
		x, _ := a.(ConditionDescription)
		y, _ := b.(ConditionDescription)
		return x == y && now.when(after.Step, x.Code) == next.when(after.Step, x.Code)
	}
	for _, p := range pairs(before.Conditions, after.Conditions, coded, sameCondition) {
		c.Conditions = append(c.Conditions, ConditionChange{
			Code: p.key, Edit: p.edit, Unmet: c.Place == Here && v.unmet(p.key, p.edit), Before: p.before, After: p.after,
		})
	}
	filed, _ := v.records.Form(after.Step)
	c.Fields = append(c.Fields, fieldChanges(before.Form.Fields, after.Form.Fields, filed.Content)...)
	step := func(s deal.Step) string { return string(s) }
	for _, p := range pairs(before.Returns, after.Returns, step, reflect.DeepEqual) {
		c.Returns = append(c.Returns, ReturnChange{To: deal.Step(p.key), Edit: p.edit})
	}
	return c
}

func (v preview) place(s deal.Step) Place {
	switch {
	case s == v.state.Step:
		return Here
	case s.Before(v.state.Step):
		return Passed
	}
	return Ahead
}

// unmet tells whether a condition of the present step does not hold: a lost one by the present version, others by the next.
func (v preview) unmet(code string, edit Edit) bool {
	gate := v.gate.After
	if edit == Removed {
		gate = v.gate.Before
	}
	return slices.ContainsFunc(gate, func(no deal.Refusal) bool { return no.Item == code })
}

// when is the source of a condition; layout does not count.
func (p *Playbook) when(id deal.Step, code string) string {
	s, _ := p.step(id)
	for _, c := range s.conditions {
		if c.code == code {
			return strings.Join(strings.Fields(c.source.text), " ")
		}
	}
	return ""
}

func (v preview) approvals() []ApprovalChange {
	var list []ApprovalChange
	kind := func(a ApprovalDescription) string { return string(a.Kind) }
	for _, p := range pairs(v.before.Approvals, v.after.Approvals, kind, reflect.DeepEqual) {
		newest, asked := v.state.Latest(deal.ApprovalKind(p.key))
		list = append(list, ApprovalChange{
			Kind: deal.ApprovalKind(p.key), Edit: p.edit, Pending: asked && newest.Status == deal.Pending, Before: p.before, After: p.after,
		})
	}
	return list
}

func (v preview) settings(blind bool) []SettingChange {
	var list []SettingChange
	before, after := settingsOf(v.before), settingsOf(v.after)
	for i, s := range after {
		if blind && s.text != (deal.Text{}) {
			list = append(list, SettingChange{Name: s.name, After: s.text})
		} else if !blind && before[i].text != s.text {
			list = append(list, SettingChange{Name: s.name, Before: before[i].text, After: s.text})
		}
	}
	return list
}

type setting struct {
	name string
	text deal.Text
}

func settingsOf(d Description) []setting {
	yesNo := func(yes bool) deal.Text {
		if yes {
			return deal.Text{ZH: "是", EN: "yes"}
		}
		return deal.Text{ZH: "否", EN: "no"}
	}
	list := []setting{{"quiet_hours", yesNo(d.QuietHours)}, {"one_off", yesNo(d.OneOff)}, {"recheck", d.Recheck}}
	for i, g := range deal.Grades() { // a book that cannot be read has no cadence
		every := deal.Text{}
		if i < len(d.FollowUp.Cadence) {
			every = d.FollowUp.Cadence[i].Every
		}
		list = append(list, setting{"follow_up." + string(g), every})
	}
	for i, g := range deal.Grades() {
		meaning := deal.Text{}
		if i < len(d.Grades) {
			meaning = d.Grades[i].text()
		}
		list = append(list, setting{"grades." + string(g), meaning})
	}
	list = append(list, setting{"follow_up.ungraded", d.FollowUp.Ungraded}, setting{"follow_up.ladder", ladderText(d.FollowUp.Ladder)})
	return append(append(list, dossierSettings(d.Dossier)...), dutiesSettings(d.Dossier.Duties)...)
}

func ladderText(rungs []RungDescription) deal.Text {
	var zh, en []string
	for _, r := range rungs {
		zh, en = append(zh, string(r.Rung)+"："+r.When.ZH), append(en, string(r.Rung)+": "+r.When.EN)
	}
	return deal.Text{ZH: strings.Join(zh, "；"), EN: strings.Join(en, "; ")}
}

// pair is one part that differs.
type pair[T any] struct {
	key           string
	edit          Edit
	before, after *T
}

// pairs matches parts by their key and keeps those that differ: what is in the other version in its order, then what is
// only in the present one.
func pairs[T any](before, after []T, key func(T) string, same func(a, b any) bool) []pair[T] {
	find := func(list []T, k string) *T {
		if i := slices.IndexFunc(list, func(x T) bool { return key(x) == k }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	var list []pair[T]
	for i := range after {
		k := key(after[i])
		switch old := find(before, k); {
		case old == nil:
			list = append(list, pair[T]{k, Added, nil, &after[i]})
		case !same(*old, after[i]):
			list = append(list, pair[T]{k, Changed, old, &after[i]})
		}
	}
	for i := range before {
		if k := key(before[i]); find(after, k) == nil {
			list = append(list, pair[T]{k, Removed, &before[i], nil})
		}
	}
	return list
}
