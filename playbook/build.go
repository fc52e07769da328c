package playbook

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"closedloop/deal"
)

// Limits of texts in a playbook, in characters.
const (
	maxLabel = 100
	maxText  = 1000
)

// maxVersion is far above any number of editions.
const maxVersion = 1_000_000

var (
	bookName  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	codeName  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,49}$`)
	loginName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
)

// step is what a playbook says about one step.
type step struct {
	id         deal.Step
	label      deal.Text
	guidance   deal.Text
	form       form
	conditions []condition
	deadlines  []deadlineLabel
}

type deadlineLabel struct {
	name  string
	label deal.Text
}

// approval is what a playbook says about one kind of approval beyond the rules.
type approval struct {
	kind  deal.ApprovalKind
	label deal.Text
	when  []levelCondition // one for each level
}

// builder turns a file into a playbook and notes everything that is wrong with it.
type builder struct {
	*faults

	book Playbook
}

// build checks a file as a whole. The playbook is good when no fault was noted.
func build(file bookFile, f *faults, zone *time.Location) *Playbook {
	b := &builder{faults: f, book: Playbook{zone: zone}}
	b.head(file)
	b.followUp(file)
	b.steps(file)
	b.approvals(file)
	b.dossier(file)
	b.duties(file)
	b.grades(file)
	b.compile()
	return &b.book
}

func (b *builder) head(file bookFile) {
	if !bookName.MatchString(file.Name.text) {
		b.add(file.Name.line, "name %q: write lower-case letters, digits and hyphens", file.Name.text)
	}
	version, err := strconv.Atoi(file.Version.text)
	switch {
	case err != nil:
		b.lose(file.Version.line, "version %q: write a whole number from 1", file.Version.text)
	case version < 1 || version > maxVersion:
		b.add(file.Version.line, "version %q: write a whole number from 1", file.Version.text)
	}
	b.book.rules.Ref = deal.BookRef{Name: file.Name.text, Version: version}
	b.book.label = b.text(file.Label, "label", file.Name.line, maxLabel)
	b.book.summary = b.text(file.Summary, "summary", file.Name.line, maxText)
	b.book.rules.QuietHours = b.flag(file.QuietHours, "quiet_hours", file.Name.line)
	if file.OneOff.line > 0 {
		b.book.rules.OneOff = b.flag(file.OneOff, "one_off", file.Name.line)
	}
	b.book.rules.Recheck = b.span(file.Recheck, "recheck", file.Name.line)
}

func (b *builder) followUp(file bookFile) {
	line := firstLine(file.Name.line, file.FollowUp.Ungraded, file.FollowUp.Cadence.A)
	rules := &b.book.rules.FollowUp
	for _, c := range []struct {
		grade deal.Grade
		every scalar
	}{
		{deal.GradeA, file.FollowUp.Cadence.A},
		{deal.GradeB, file.FollowUp.Cadence.B},
		{deal.GradeC, file.FollowUp.Cadence.C},
		{deal.GradeD, file.FollowUp.Cadence.D},
	} {
		every := b.span(c.every, "follow_up.cadence."+string(c.grade), line)
		rules.Cadence = append(rules.Cadence, deal.Cadence{Grade: c.grade, Every: every})
	}
	rules.Ungraded = b.span(file.FollowUp.Ungraded, "follow_up.ungraded", line)
	rules.Ladder = b.ladder(file.FollowUp.Ladder, deal.Span{}, line)
	if !slices.ContainsFunc(rules.Ladder, func(r deal.LadderRung) bool { return r.Name == deal.Remind }) {
		b.add(line, "follow_up.ladder has no rung remind: nobody would ever be asked to follow up")
	}
}

// steps reads the ten steps; every one must be there, in the order of the ring.
func (b *builder) steps(file bookFile) {
	if len(b.ladder(file.Ladder, deal.Span{}, file.Name.line)) == 0 {
		b.add(file.Name.line, "ladder is missing: deadlines that bring no ladder of their own need one")
	}
	var seen []deal.Step
	for _, s := range file.Steps {
		line := firstLine(file.Name.line, s.Step, s.Label.ZH, s.Label.EN)
		id, err := deal.ParseStep(s.Step.text)
		switch {
		case err != nil:
			b.lose(line, "%v: the steps are %s", err, stepList(deal.Steps()))
			continue
		case slices.Contains(seen, id):
			b.lose(line, "step %s stands here twice", id)
			continue
		case len(seen) > 0 && id.Before(seen[len(seen)-1]):
			b.add(line, "step %s comes before %s in the ring: keep their order", id, seen[len(seen)-1])
		}
		seen = append(seen, id)
		b.step(file, s, id)
	}
	var missing []deal.Step
	for _, id := range deal.Steps() {
		if !slices.Contains(seen, id) {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		b.lose(file.Name.line, "missing steps: %s. The ten steps are the frame, a playbook fills all of them", stepList(missing))
	}
}

func stepList(steps []deal.Step) string {
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

func (b *builder) step(file bookFile, s stepFile, id deal.Step) {
	rules := deal.StepRules{Step: id}
	out := step{
		id:       id,
		label:    b.text(s.Label, "label", s.Step.line, maxLabel),
		guidance: b.text(s.Guidance, "guidance", s.Step.line, maxText),
		form:     b.form(&s.Form, s.Step.line),
	}
	out.conditions = b.conditions(s, id)
	for _, d := range s.Deadlines {
		if deadline, label, ok := b.deadline(file, s, d); ok {
			rules.Deadlines = append(rules.Deadlines, deadline)
			out.deadlines = append(out.deadlines, deadlineLabel{name: deadline.Name, label: label})
		}
	}
	for _, r := range s.Returns {
		to, err := deal.ParseStep(r.text)
		switch {
		case err != nil:
			b.lose(r.line, "returns: %v", err)
		case !to.Before(id): // the rules refuse it whatever a playbook says
			b.add(r.line, "returns: %s is not earlier than %s; a road back leads to an earlier step", to, id)
		case slices.Contains(rules.Returns, to):
			b.add(r.line, "returns: %s stands here twice", to)
		default:
			rules.Returns = append(rules.Returns, to)
		}
	}
	b.book.rules.Steps = append(b.book.rules.Steps, rules)
	b.book.steps = append(b.book.steps, out)
}

// stepDeadline is the deadline that people see as the step's own.
const stepDeadline = "step"

func (b *builder) deadline(file bookFile, s stepFile, d deadlineFile) (deal.Deadline, deal.Text, bool) {
	line := firstLine(s.Step.line, d.Name, d.Within)
	out := deal.Deadline{Name: d.Name.text, Until: deal.Until(d.Until.text)}
	before := b.lost
	if !codeName.MatchString(d.Name.text) {
		b.add(line, "deadline %q: write a name in lower-case letters, digits and underscores", d.Name.text)
	}
	if slices.ContainsFunc(s.Deadlines, func(other deadlineFile) bool {
		return other.Name.text == d.Name.text && other.Name.line < d.Name.line
	}) {
		b.lose(line, "deadline %s stands here twice", d.Name.text)
	}
	label := deal.Text{ZH: "本步骤期限", EN: "Deadline of the step"}
	if d.Name.text != stepDeadline || d.Label.line() > 0 {
		label = b.text(d.Label, "label of deadline "+d.Name.text, line, maxLabel)
	}
	out.Within = b.span(d.Within, "within", line)
	b.until(file, s, d)
	if d.Until.text == "left" {
		out.Until = deal.UntilLeft
	}
	ladder := d.Ladder
	if len(ladder) == 0 {
		ladder = file.Ladder
	}
	out.Ladder = b.ladder(ladder, out.Within, line)
	return out, label, b.lost == before
}

// until checks what ends a deadline: a name that nothing ever stops would only look like a rule.
func (b *builder) until(file bookFile, s stepFile, d deadlineFile) {
	until := deal.Until(d.Until.text)
	kind, requested := strings.CutPrefix(d.Until.text, string(deal.UntilRequested))
	switch {
	case d.Until.line == 0, until == deal.UntilIntake, d.Until.text == "left":
	case !requested:
		b.lose(d.Until.line, "until %q is unknown: write left, intake or requested:<kind of approval>", d.Until.text)
	case !slices.ContainsFunc(file.Approvals, func(a approvalFile) bool {
		return a.Kind.text == kind && kind != string(deal.Reopen) && (a.Step.line == 0 || a.Step.text == s.Step.text)
	}):
		b.add(d.Until.line, "until: approvals of kind %q are not asked for in this step", kind)
	}
}

// text reads a sentence that must be there in both languages.
func (b *builder) text(t textFile, what string, line, limit int) deal.Text {
	if t.line() > 0 {
		line = t.line()
	}
	for _, l := range []struct {
		name string
		s    scalar
	}{{"zh", t.ZH}, {"en", t.EN}} {
		switch {
		case l.s.missing():
			b.add(line, "%s: the text in %s is missing", what, l.name)
		case utf8.RuneCountInString(l.s.text) > limit:
			b.add(l.s.line, "%s: the text in %s is longer than %d characters", what, l.name, limit)
		}
	}
	return deal.Text{ZH: strings.TrimSpace(t.ZH.text), EN: strings.TrimSpace(t.EN.text)}
}

func (b *builder) flag(s scalar, what string, line int) bool {
	if s.text != "true" && s.text != "false" {
		b.lose(firstLine(line, s), "%s %q: write true or false", what, s.text)
	}
	return s.text == "true"
}
