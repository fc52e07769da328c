package playbook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxSource is far above any honest playbook (the shipped ones take some 60 kB) and keeps a file from costing memory.
const maxSource = 1 << 20

// bookFile is a playbook as it stands in its file. Scalars keep their line for messages.
type bookFile struct {
	Name       scalar         `yaml:"name"`
	Version    scalar         `yaml:"version"`
	Label      textFile       `yaml:"label"`
	Summary    textFile       `yaml:"summary"`
	QuietHours scalar         `yaml:"quiet_hours"`
	OneOff     scalar         `yaml:"one_off"` // absent: no
	Recheck    scalar         `yaml:"recheck"`
	Ladder     []rungFile     `yaml:"ladder"` // of deadlines that bring none
	FollowUp   followUpFile   `yaml:"follow_up"`
	Steps      []stepFile     `yaml:"steps"`
	Levels     levelDefaults  `yaml:"levels"` // of approval levels that say nothing else
	Approvals  []approvalFile `yaml:"approvals"`
	Dossier    dossierFile    `yaml:"dossier"` // over the trade's defaults
	Grades     gradesFile     `yaml:"grades"`
	Duties     dutiesFile     `yaml:"duties"`
}

type followUpFile struct {
	Cadence  cadenceFile `yaml:"cadence"`
	Ungraded scalar      `yaml:"ungraded"`
	Ladder   []rungFile  `yaml:"ladder"`
}

type cadenceFile struct {
	A scalar `yaml:"A"`
	B scalar `yaml:"B"`
	C scalar `yaml:"C"`
	D scalar `yaml:"D"`
}

type stepFile struct {
	Step       scalar          `yaml:"step"`
	Label      textFile        `yaml:"label"`
	Guidance   textFile        `yaml:"guidance"`
	Form       yaml.Node       `yaml:"form"`
	Conditions []conditionFile `yaml:"conditions"`
	Deadlines  []deadlineFile  `yaml:"deadlines"`
	Returns    []scalar        `yaml:"returns"`
}

type conditionFile struct {
	Code scalar   `yaml:"code"`
	When scalar   `yaml:"when"`
	Text textFile `yaml:"text"`
	Hint textFile `yaml:"hint"`
	Link scalar   `yaml:"link"`
}

type deadlineFile struct {
	Name   scalar     `yaml:"name"`
	Label  textFile   `yaml:"label"`
	Within scalar     `yaml:"within"`
	Until  scalar     `yaml:"until"`
	Ladder []rungFile `yaml:"ladder"`
}

type rungFile struct {
	Rung   scalar `yaml:"rung"`
	At     scalar `yaml:"at"`
	Before scalar `yaml:"before"`
	After  scalar `yaml:"after"`
}

type levelDefaults struct {
	Within scalar     `yaml:"within"`
	Ladder []rungFile `yaml:"ladder"`
}

type approvalFile struct {
	Kind    scalar      `yaml:"kind"`
	Step    scalar      `yaml:"step"`    // none: anywhere while the account is active
	Subject scalar      `yaml:"subject"` // a kind of record; none: the form of the step, or an account
	Label   textFile    `yaml:"label"`
	Levels  []levelFile `yaml:"levels"`
}

type levelFile struct {
	Who    scalar     `yaml:"who"`
	Mode   scalar     `yaml:"mode"`
	When   scalar     `yaml:"when"`
	Within scalar     `yaml:"within"`
	Ladder []rungFile `yaml:"ladder"`

	Opinion scalar `yaml:"opinion"` // absent: no
}

// textFile is a sentence in both languages.
type textFile struct {
	ZH scalar `yaml:"zh"`
	EN scalar `yaml:"en"`
}

func (t textFile) line() int { return firstLine(0, t.ZH, t.EN) }

// scalar is one value with its place. Line 0: it is not there.
type scalar struct {
	line  int
	text  string
	style yaml.Style
}

// UnmarshalYAML keeps the value as it was written: dates stay dates, versions stay digits.
func (s *scalar) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: a single value belongs here", n.Line)}}
	}
	*s = scalar{line: n.Line, text: n.Value, style: n.Style}
	return nil
}

func (s scalar) missing() bool { return strings.TrimSpace(s.text) == "" }

// firstLine is the first line that is known, else the line of what stands around; scalars that are missing have none.
func firstLine(around int, all ...scalar) int {
	line := 0
	for _, s := range all {
		if s.line > 0 && (line == 0 || s.line < line) {
			line = s.line
		}
	}
	if line == 0 {
		return around
	}
	return line
}

// parse reads a playbook's text as far as YAML goes; false when there is nothing to look at.
func parse(source []byte, f *faults) (bookFile, bool) {
	var file bookFile
	if len(source) > maxSource {
		f.lose(0, "the file has %d bytes, more than the %d allowed", len(source), maxSource)
		return file, false
	}
	var root yaml.Node
	if err := yaml.Unmarshal(source, &root); err != nil {
		f.addYAML(err)
		return file, false
	}
	if root.Kind == 0 {
		f.lose(0, "the file is empty")
		return file, false
	}
	before := len(f.list)
	f.plain(&root)
	if len(f.list) > before {
		return file, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(source))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		f.addYAML(err)
		return file, false
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		f.lose(0, "the file holds more than one document; one file is one playbook")
		return file, false
	}
	return file, true
}

// plain refuses anchors and aliases: they make a reader look elsewhere, and a few lines of them grow without end.
func (f *faults) plain(n *yaml.Node) {
	if n.Anchor != "" || n.Kind == yaml.AliasNode || n.Tag == "!!merge" {
		f.lose(n.Line, "anchors, aliases and merge keys are not allowed: write it out")
		return
	}
	for _, child := range n.Content {
		f.plain(child)
	}
}

var (
	yamlLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	yamlUnknown = regexp.MustCompile(`^field (.+) not found in type .+$`)
	yamlTwice   = regexp.MustCompile(`^field (.+) already set in type .+$`)
	yamlWrong   = regexp.MustCompile(`^cannot unmarshal (\S+)(?: .*)? into (.+)$`)
)

// addYAML takes over what the YAML library found, without its Go type names.
func (f *faults) addYAML(err error) {
	reasons := []string{err.Error()}
	var several *yaml.TypeError
	if errors.As(err, &several) {
		reasons = several.Errors
	}
	for _, reason := range reasons {
		line := 0
		if m := yamlLine.FindStringSubmatch(reason); m != nil {
			_, _ = fmt.Sscan(m[1], &line)
			reason = m[2]
		}
		switch {
		case yamlUnknown.MatchString(reason):
			reason = "unknown key " + yamlUnknown.FindStringSubmatch(reason)[1]
		case yamlTwice.MatchString(reason):
			reason = "key " + yamlTwice.FindStringSubmatch(reason)[1] + " stands here twice"
		case yamlWrong.MatchString(reason):
			reason = wrongShape(yamlWrong.FindStringSubmatch(reason)[2])
		}
		f.lose(line, "%s", strings.TrimPrefix(reason, "yaml: "))
	}
}

// wrongShape says what belongs where something else stands.
func wrongShape(goType string) string {
	if strings.HasPrefix(goType, "[]") {
		return "a list belongs here"
	}
	return "keys with values belong here"
}
