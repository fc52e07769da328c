package playbook

import (
	"errors"
	"fmt"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// scope is everything that the conditions of one gate or chain see, for one account at one instant.
type scope struct {
	vars map[string]any
	file *onFile
}

// holds evaluates a condition in the scope.
func (s scope) holds(p cel.Program) (bool, error) {
	ok, err := holds(p, s.vars)
	if s.file.err != nil {
		return false, s.file.err
	}
	return ok, err
}

// onFile is what conditions see of the account's file. It is worked out when the first of them looks at it, and then
// for all of them: most commands ask no gate, and not every gate asks for the file.
type onFile struct {
	work  func() (dossier.Facts, error)
	facts record
	err   error // records that cannot be read; whatever a condition answered then does not count
}

func (o *onFile) read() any {
	if o.facts == nil {
		facts, err := o.work()
		o.facts, o.err = record{}, err
		for name, v := range facts.Values() {
			if text, isText := v.(string); isText && text == "" {
				continue // a text that is not there; has() tells
			}
			o.facts[name] = v
		}
	}
	return o.facts
}

// fileOf prepares the facts of an account at an instant.
func (p *Playbook) fileOf(s deal.State, r deal.Records, at time.Time) *onFile {
	return &onFile{work: func() (dossier.Facts, error) {
		file, err := dossier.FileOf(r.Dossier)
		if err != nil {
			return dossier.Facts{}, fmt.Errorf("read the account's file: %w", err)
		}
		lead, _ := r.Form(deal.Collect)
		return dossier.Summarise(dossier.Input{
			Now: at.In(p.zone), State: s, Profile: r.Profile, Contacts: r.Contacts, Interactions: r.Interactions, Collect: lead, File: file,
			Lifts: dossier.LiftsOf(s), Rules: p.Rules(),
		}), nil
	}}
}

// Rules are the numbers and lists that the playbook brings for the account's file, with the cadence of its follow-ups.
func (p *Playbook) Rules() dossier.Rules { return p.dossier.WithFollowUp(p.rules.FollowUp) }

// Rules are those of one version; see [Playbook.Rules]. Of a version that this release cannot use they are the trade's own,
// with figures for nobody.
func (l *Library) Rules(ref deal.BookRef) (dossier.Rules, error) {
	p, err := l.Get(ref)
	if errors.Is(err, ErrUnusable) { // people still read and keep the file until the account is moved, but nothing that is for some
		rules := dossier.DefaultRules()
		rules.Figures.Roles = nil
		return rules, nil
	}
	if err != nil {
		return dossier.Rules{}, err
	}
	return p.Rules(), nil
}

// factType declares the facts as conditions see them.
func (p *celTypes) factType() *types.Type {
	fields := map[string]*types.Type{}
	for _, f := range dossier.AllFacts() {
		switch f.Type {
		case dossier.BoolFact:
			fields[f.Name] = types.BoolType
		case dossier.IntFact:
			fields[f.Name] = types.IntType
		case dossier.TextFact:
			fields[f.Name] = types.StringType
		}
	}
	return p.add("file", fields)
}
