package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFileSize is far above any honest file (a year takes 2 kB) and keeps an
// upload from costing memory.
const maxFileSize = 256 << 10

// A FileError lists everything that is wrong with one calendar file.
type FileError struct {
	File     string // base name; empty when the content came without one
	Problems []Problem
}

// A Problem is one fault of a calendar file.
type Problem struct {
	Line   int // 1 is the first line; 0 when the fault belongs to the file as a whole
	Reason string
}

// Error gives one line per problem: cn-2027.yaml: line 12: the reason.
func (e *FileError) Error() string {
	lines := make([]string, 0, len(e.Problems))
	for _, p := range e.Problems {
		var where string
		if e.File != "" {
			where = e.File + ": "
		}
		if p.Line > 0 {
			where += fmt.Sprintf("line %d: ", p.Line)
		}
		lines = append(lines, where+p.Reason)
	}
	return strings.Join(lines, "\n")
}

func (e *FileError) add(line int, format string, args ...any) {
	e.Problems = append(e.Problems, Problem{Line: line, Reason: fmt.Sprintf(format, args...)})
}

// orNil is the error to return: nothing when nothing is wrong.
func (e *FileError) orNil() error {
	if len(e.Problems) == 0 {
		return nil
	}
	return e
}

// decode reads exactly one YAML document with known fields only into out and
// notes every fault. It reports whether out can be looked at.
func decode(data []byte, out any, faults *FileError) bool {
	if len(data) > maxFileSize {
		faults.add(0, "the file has %d bytes, more than the %d allowed", len(data), maxFileSize)
		return false
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(out); err != nil {
		noteYAML(err, faults)
		return false
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		faults.add(0, "the file holds more than one document; one file describes one thing")
		return false
	}
	return true
}

func noteYAML(err error, faults *FileError) {
	var wrong *yaml.TypeError
	switch {
	case errors.Is(err, io.EOF):
		faults.add(0, "the file is empty")
	case errors.As(err, &wrong):
		for _, text := range wrong.Errors {
			line, reason := splitLine(text)
			faults.add(line, "%s", plain(reason))
		}
	default:
		line, reason := splitLine(strings.TrimPrefix(err.Error(), "yaml: "))
		faults.add(line, "%s", reason)
	}
}

// splitLine takes the position off a message of the YAML library, "line 3: …".
// A message in any other form stays whole.
func splitLine(text string) (line int, reason string) {
	head, rest, found := strings.Cut(text, ": ")
	if !found {
		return 0, text
	}
	if n, err := fmt.Sscanf(head, "line %d", &line); n != 1 || err != nil {
		return 0, text
	}
	return line, rest
}

// plain drops Go type names, which say nothing to an administrator.
func plain(reason string) string {
	if field, _, found := strings.Cut(reason, " not found in type "); found {
		return field + " is not known here"
	}
	return reason
}

// A lined value remembers the line it stands on. Line 0 means it is missing.
type lined[T any] struct {
	line  int
	value T
}

// UnmarshalYAML reads one scalar, as text where T reads text itself: dates may
// stand in the file with or without quotes.
func (l *lined[T]) UnmarshalYAML(node *yaml.Node) error {
	l.line = node.Line
	if node.Kind != yaml.ScalarNode {
		return typeError(node.Line, "want a single value here, not a list or a mapping")
	}
	err := node.Decode(&l.value)
	var wrong *yaml.TypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return wrong
	default:
		return typeError(node.Line, err.Error())
	}
}

// typeError is the one kind of error after which the YAML library reads on, so
// that all faults are found in one go.
func typeError(line int, reason string) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %s", line, reason)}}
}
