package deal_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// update writes the files that tests of this package compare with.
var update = flag.Bool("update", false, "write generated files instead of comparing them")

// ringFile is the page that readers of the manual see.
var ringFile = filepath.Join("..", "docs", "ring.md")

// The diagrams are what the rules did when every command was tried everywhere; a rule that changes changes the page.
func TestRingDiagram_isWhatTheRulesDo(t *testing.T) {
	t.Parallel()
	page := ringPage(t)
	if *update {
		require.NoError(t, os.WriteFile(ringFile, []byte(page), 0o644))
	}
	committed, err := os.ReadFile(ringFile)
	require.NoError(t, err, "write it with: go test ./deal -run TestRingDiagram -update")
	require.Equal(t, string(committed), page, "the page is old: go test ./deal -run TestRingDiagram -update")
}

// chinese are the names of the steps in the trade (domain.md §2); playbooks may label them otherwise.
func chinese() map[deal.Step]string {
	return map[deal.Step]string{
		deal.Collect: "客户信息收集", deal.Screen: "客户信息筛选和启动走访计划", deal.Survey: "客户调查", deal.Analyse: "需求分析", deal.Plan: "制定方案",
		deal.Visit: "拜访洽谈和二次公关", deal.Trial: "试寄/样品试用", deal.Sign: "协议签订", deal.Maintain: "客户维护和跟踪反馈", deal.Archive: "建立档案",
	}
}

// edges are arrows of a diagram, each with the commands that go along it, in the order in which they were found.
type edges struct {
	order  [][2]string
	labels map[[2]string][]string
}

func (e *edges) add(from, to, label string) {
	if e.labels == nil {
		e.labels = map[[2]string][]string{}
	}
	arrow := [2]string{from, to}
	if e.labels[arrow] == nil {
		e.order = append(e.order, arrow)
	}
	if !slices.Contains(e.labels[arrow], label) {
		e.labels[arrow] = append(e.labels[arrow], label)
	}
}

// mermaid draws the arrows, those that leave the same place together and in the order of places.
func (e *edges) mermaid(places []string) string {
	slices.SortStableFunc(e.order, func(a, b [2]string) int {
		return slices.Index(places, a[0])*100 + slices.Index(places, a[1]) - slices.Index(places, b[0])*100 - slices.Index(places, b[1])
	})
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for _, arrow := range e.order {
		fmt.Fprintf(&b, "    %s --> %s : %s\n", arrow[0], arrow[1], strings.Join(e.labels[arrow], ", "))
	}
	b.WriteString("```\n")
	return b.String()
}

const start = "[*]"

// statusEdges are all changes of status.
func statusEdges(t tb) *edges {
	t.Helper()
	e := &edges{}
	name := func(s deal.Status) string {
		if s == "" {
			return start
		}
		return string(s)
	}
	for _, c := range table() {
		if before := c.place.world.state; len(c.events) > 0 && before.Status != c.after.Status {
			e.add(name(before.Status), name(c.after.Status), string(c.rule.name))
		}
	}
	merged := standingIn(t, deal.Screen)
	merged.facts.Target = deal.Fold(deal.State{}, opened(t).log...)
	merged.facts.Target.Account = other
	merged.do(t, manager1, deal.ReviewIntake{Decision: deal.MergeIntake, Reason: note("twin"), MergeInto: other})
	e.add(string(deal.Active), string(merged.state.Status), "intake (merge)")
	return e
}

// stepEdges are all changes of step; of the roads back the shortest from each step, which every other one contains.
func stepEdges(t tb) *edges {
	t.Helper()
	e := &edges{}
	for _, c := range table() {
		before := c.place.world.state
		switch {
		case len(c.events) == 0:
		case !before.Exists():
			e.add(start, string(c.after.Step), string(c.rule.name))
		case c.after.Status == deal.Resting && before.Status != deal.Resting:
			e.add(string(before.Step), string(deal.Resting), string(c.rule.name))
		case before.Status == deal.Resting && c.after.Status == deal.Active:
			e.add(string(deal.Resting), string(c.after.Step), string(c.rule.name))
		case before.Step.Before(c.after.Step):
			e.add(string(before.Step), string(c.after.Step), string(c.rule.name))
		}
	}
	steps := deal.Steps()
	for i, step := range steps[1:] {
		back := standingIn(t, step)
		for j := range back.facts.Book.Steps {
			back.facts.Book.Steps[j].Returns = steps
		}
		back.do(t, rep1, deal.Return{To: steps[i], Reason: note("again")})
		e.add(string(step), string(back.state.Step), string(deal.ReturnName))
	}
	returned := standingIn(t, deal.Screen)
	returned.do(t, manager1, deal.ReviewIntake{Decision: deal.ReturnIntake, Reason: note("thin")})
	e.add(string(deal.Screen), string(returned.state.Step), "intake (return)")
	return e
}

// statusTable says which command is accepted in which status, from at least one step and by at least one person.
func statusTable() string {
	columns := append([]deal.Status{""}, deal.Statuses()...)
	accepted := map[deal.CommandName]map[deal.Status]bool{}
	for _, c := range table() {
		if len(c.events) > 0 {
			if accepted[c.rule.name] == nil {
				accepted[c.rule.name] = map[deal.Status]bool{}
			}
			accepted[c.rule.name][c.place.status] = true
		}
	}
	var b strings.Builder
	b.WriteString("| command | not opened | active | paused | resting | closed |\n|---|---|---|---|---|---|\n")
	for _, name := range deal.CommandNames() {
		fmt.Fprintf(&b, "| `%s` |", name)
		for _, status := range columns {
			mark := " "
			if accepted[name][status] {
				mark = " ● "
			}
			b.WriteString(mark + "|")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func ringPage(t tb) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`# The ring

<!-- Written by go test ./deal -run TestRingDiagram -update from the rules themselves. Do not edit. -->

Every key account walks the same ten steps, in this order. No step can be skipped.

| number | step | 中文 |
|---|---|---|
`)
	places := []string{start}
	for _, step := range deal.Steps() {
		places = append(places, string(step))
		fmt.Fprintf(&b, "| %d | `%s` | %s |\n", step.Number(), step, chinese()[step])
	}
	places = append(places, string(deal.Resting))
	b.WriteString(`
## Steps

` + "`advance`" + ` leaves a step forward, once its gate holds. ` + "`return`" + ` goes back, with a reason, to any earlier step that the
playbook of the cycle allows; the diagram draws the shortest of these roads. After the last step the ring closes: the
account rests, and a second development begins the next cycle.

`)
	b.WriteString(stepEdges(t).mermaid(places))
	b.WriteString(`
## Status

The status stands beside the step. A pause keeps the step, and so does closing: an account is resumed and reopened where
it stood. ` + "`tick`" + ` is the clock: it resumes a paused account on its day.

`)
	statuses := []string{start}
	for _, s := range deal.Statuses() {
		statuses = append(statuses, string(s))
	}
	b.WriteString(statusEdges(t).mermaid(statuses))
	b.WriteString(`
## Commands

● marks that a command may be accepted in a status, from the right person, in the right step and with nothing else
against it.

`)
	b.WriteString(statusTable())
	return b.String()
}

func TestSteps_areTheTenOfTheRing(t *testing.T) {
	t.Parallel()
	require.Len(t, deal.Steps(), 10)
	for i, step := range deal.Steps() {
		require.Equal(t, i+1, step.Number())
		parsed, err := deal.ParseStep(string(step))
		require.NoError(t, err)
		require.Equal(t, step, parsed)
		next, ok := step.Next()
		require.Equal(t, i < 9, ok)
		if ok {
			require.Equal(t, deal.Steps()[i+1], next)
			require.True(t, step.Before(next))
			require.False(t, next.Before(step))
		}
		require.NotEmpty(t, chinese()[step])
	}
	_, err := deal.ParseStep("closing")
	require.ErrorContains(t, err, `unknown step "closing"`)
	require.Zero(t, deal.Step("").Number())
	next, ok := deal.Step("closing").Next()
	require.False(t, ok)
	require.Empty(t, next)
}
