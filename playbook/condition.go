package playbook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"closedloop/deal"
	"closedloop/deal/dossier"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"go.yaml.in/yaml/v3"
)

// Limits of one condition. The dearest condition of the shipped playbooks costs 50 units on a small account and 15,000 on
// one with a thousand interactions; a limit far above leaves room for other prices in later versions of CEL, and is
// reached within some ten milliseconds.
const (
	maxCost      = 500_000
	maxCondition = 2_000 // characters
	maxNesting   = 2     // comprehensions inside comprehensions
)

// condition is one condition of a gate.
type condition struct {
	code    string
	text    deal.Text
	hint    deal.Text
	link    string
	source  scalar
	program cel.Program
}

// levelCondition decides whether a level of an approval applies; no program: always.
type levelCondition struct {
	source  scalar
	program cel.Program
}

// The codes that the form itself has in a gate.
const (
	FormIncomplete = "form_incomplete" // unmet: one for each field that is missing or does not fit
	FormComplete   = "form_complete"   // met
)

// links are the places below an account where a condition may send people: account is the account itself, and every kind
// of record has a place of its own.
var links = placesOf("account", "approvals", "contacts", "grade", "intake", "interactions")

func placesOf(places ...string) []string {
	for _, k := range dossier.Kinds() {
		places = append(places, k.Path)
	}
	return places
}

var stepLink = regexp.MustCompile(`^steps/([a-z]+)/form$`)

// conditions reads the conditions of a step's gate.
func (b *builder) conditions(s stepFile, id deal.Step) []condition {
	var list []condition
	for _, c := range s.Conditions {
		line := firstLine(s.Step.line, c.Code, c.When, c.Text.ZH, c.Text.EN)
		code := c.Code.text
		switch {
		case !codeName.MatchString(code):
			b.add(line, "condition %q: write a code in lower-case letters, digits and underscores", code)
		case code == FormIncomplete || code == FormComplete:
			b.add(line, "condition %s: the form has this code for itself", code)
		case code == GradeAllowsNext:
			b.add(line, "condition %s: the grade has this code for itself", code)
		case slices.ContainsFunc(list, func(have condition) bool { return have.code == code }):
			b.add(line, "condition %s stands in step %s twice", code, id)
		}
		if c.When.missing() {
			b.lose(line, "condition %s: when is missing", code)
		}
		list = append(list, condition{
			code: code, text: b.text(c.Text, "text of condition "+code, line, maxText),
			hint: b.text(c.Hint, "hint of condition "+code, line, maxText), link: b.link(c.Link, id), source: c.When,
		})
	}
	if len(list) == 0 {
		b.add(s.Step.line, "step %s has no conditions: a gate asks for more than a form", id)
	}
	return list
}

// link reads where people fix a condition, relative to the account: by default the step's form.
func (b *builder) link(s scalar, id deal.Step) string {
	if s.line == 0 {
		return "steps/" + string(id) + "/form"
	}
	if m := stepLink.FindStringSubmatch(s.text); m != nil && deal.Step(m[1]).Number() > 0 {
		return s.text
	}
	if !slices.Contains(links, s.text) {
		b.add(s.line, "link %q leads nowhere: write %s or steps/<step>/form", s.text, strings.Join(links, ", "))
	}
	return strings.TrimPrefix(s.text, "account")
}

// compile turns everything that is evaluated into programs, and tries every condition on an account of which nothing is
// known: want of data must never be an error.
func (b *builder) compile() {
	b.schemas()
	envs, err := b.environments()
	if err != nil {
		b.lose(0, "declare what conditions see: %v", err)
		return
	}
	for i := range b.book.steps {
		s := &b.book.steps[i]
		for j := range s.conditions {
			c := &s.conditions[j]
			c.program = b.program(envs.gate[s.id], c.source, "condition "+c.code)
		}
	}
	for i := range b.book.approvals {
		a := &b.book.approvals[i]
		for j := range a.when {
			w := &a.when[j]
			w.program = b.program(envs.chain[a.kind], w.source, "when of approval "+string(a.kind))
		}
	}
	if b.lost == 0 {
		b.tryEmpty()
	}
}

// program compiles one condition; nil when there is none, or when it is broken.
func (b *builder) program(env *cel.Env, s scalar, what string) cel.Program {
	if s.missing() {
		return nil
	}
	ast, issues := env.Compile(s.text)
	if issues.Err() != nil {
		for _, e := range issues.Errors() {
			b.lose(s.lineOf(e.Location.Line()), "%s: %s", what, e.Message)
		}
		return nil
	}
	if ast.OutputType() != types.BoolType {
		b.lose(s.line, "%s gives %s: it must give true or false", what, ast.OutputType())
		return nil
	}
	// Neither OptTrackState nor OptExhaustiveEval: together with them the cost limit has been ignored (cel-go#1425).
	program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost))
	if err != nil {
		b.lose(s.line, "%s: %v", what, err)
		return nil
	}
	return program
}

// lineOf is the line of the file for a line of the text, 1-based. Only a literal block keeps its lines.
func (s scalar) lineOf(line int) int {
	switch {
	case s.style&yaml.LiteralStyle != 0:
		return s.line + max(line, 1)
	case s.style&yaml.FoldedStyle != 0:
		return s.line + 1
	}
	return s.line
}

func (b *builder) tryEmpty() {
	for _, s := range b.book.steps {
		seen := b.book.gateScope(s, nothing.state(s.id), nothing.records, nothing.at)
		for _, c := range s.conditions {
			if _, err := seen.holds(c.program); err != nil {
				b.add(c.source.line, "condition %s fails where nothing is on file: %v", c.code, err)
			}
		}
	}
	for _, a := range b.book.approvals {
		seen := b.book.chainScope(a.kind, nothing.state(""), nothing.records, 0, "", nothing.at)
		for _, w := range a.when {
			if _, err := seen.holds(w.program); err != nil {
				b.add(w.source.line, "when of approval %s fails where nothing is on file: %v", a.kind, err)
			}
		}
	}
}

// holds evaluates a program; nil always holds.
func holds(p cel.Program, vars map[string]any) (bool, error) {
	if p == nil {
		return true, nil
	}
	out, _, err := p.Eval(vars)
	if err != nil {
		return false, err
	}
	ok, isBool := out.Value().(bool)
	if !isBool {
		return false, fmt.Errorf("the answer is a %s", out.Type().TypeName())
	}
	return ok, nil
}
