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

// faults collects problems of one file. A file with any is refused. A stored version, to which accounts are pinned, goes
// on in spite of those that were added, but not of those that were lost: then what was built says something else than
// the text, and nobody may act on it ([Library.AddStored]). A new check adds, as long as everything is built as written.
type faults struct {
	file string
	list Problems
	lost int
}

// add notes what should not stand there, though it is understood.
func (f *faults) add(line int, format string, args ...any) {
	f.list = append(f.list, Problem{File: f.file, Line: line, Reason: fmt.Sprintf(format, args...)})
}

// lose notes what is not understood, so that it is missing from what was built.
func (f *faults) lose(line int, format string, args ...any) {
	f.add(line, format, args...)
	f.lost++
}

// err is what is wrong, as an error; nil when nothing is.
func (f *faults) err() error {
	if once := f.problems(); len(once) > 0 {
		return once
	}
	return nil
}

// problems are in the order of the file, every fault once.
func (f *faults) problems() Problems {
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
