package playbook

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// Playbook is one version of a playbook, checked and compiled. It does not change and may be used by many at once.
type Playbook struct {
	rules     deal.Book
	label     deal.Text
	summary   deal.Text
	steps     []step
	approvals []approval
	dossier   dossier.Rules // without the cadence; see Rules
	source    []byte
	checksum  string
	installed bool           // at run time, so it is in force beside the files ([Library.Install])
	shipped   bool           // with this release
	doubts    Problems       // why this release would refuse it as a file; only stored versions have any
	zone      *time.Location // in which conditions know what day it is
}

// Ref names the playbook and its version.
func (p *Playbook) Ref() deal.BookRef { return p.rules.Ref }

// Book is the playbook as far as the rules need it. Callers share it and do not change it.
func (p *Playbook) Book() deal.Book { return p.rules }

// Checksum is the SHA-256 of the source, in hex.
func (p *Playbook) Checksum() string { return p.checksum }

func (p *Playbook) step(id deal.Step) (step, bool) {
	for _, s := range p.steps {
		if s.id == id {
			return s, true
		}
	}
	return step{}, false
}

// read checks a playbook's text; origin is what problems call it. One fault refuses it.
func read(source []byte, origin string, zone *time.Location) (*Playbook, error) {
	f := &faults{file: origin}
	p := compile(source, f, zone)
	if err := f.err(); err != nil {
		return nil, err
	}
	return p, nil
}

// compile builds what a text says and notes what is wrong with it; nil when it cannot even be parsed.
func compile(source []byte, f *faults, zone *time.Location) *Playbook {
	file, ok := parse(source, f)
	if !ok {
		return nil
	}
	if zone == nil {
		zone = defaultZone()
	}
	p := build(file, f, zone)
	p.source, p.checksum = slices.Clone(source), checksum(source)
	return p
}

func checksum(source []byte) string {
	sum := sha256.Sum256(source)
	return hex.EncodeToString(sum[:])
}
