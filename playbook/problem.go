package playbook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Problem is one fault of a playbook file.
type Problem struct {
	File   string // where the text came from
	Line   int    // 1 is the first line; 0 when the fault belongs to the file as a whole
	Reason string
}

// String gives file:line: reason, which editors turn into a link.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Reason
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ": " + p.Reason
}

// Problems is everything that is wrong with a playbook, as one error.
type Problems []Problem

// Error gives one line per problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// faults collects problems of one file.
type faults struct {
	file string
	list Problems
}

func (f *faults) add(line int, format string, args ...any) {
	f.list = append(f.list, Problem{File: f.file, Line: line, Reason: fmt.Sprintf(format, args...)})
}

// err is what is wrong, in the order of the file and every fault once; nil when nothing is.
func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	slices.SortStableFunc(f.list, func(a, b Problem) int { return a.Line - b.Line })
	var once Problems
	seen := map[Problem]bool{}
	for _, p := range f.list { // a fault of a default shows in everything that uses it
		if !seen[p] {
			seen[p] = true
			once = append(once, p)
		}
	}
	return once
}
