package playbook

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"closedloop/deal"
)

//go:embed books/*.yaml
var shipped embed.FS

// Options say where playbooks come from besides the shipped ones.
type Options struct {
	// Overrides holds an administrator's files: every *.yaml at its top is a playbook. It replaces shipped ones of the
	// same name and adds others. Nil: the shipped ones alone.
	Overrides fs.FS
	// Zone is where the organisation's days begin. Nil: Asia/Shanghai.
	Zone *time.Location
}

// Library holds the playbooks of an installation: the present ones, and older versions that accounts are pinned to.
// It may be used by many at once. The zero value is empty.
type Library struct {
	zone *time.Location
	ask  func() error // nil: there is nobody to ask

	mu       sync.RWMutex
	books    map[deal.BookRef]*Playbook
	unusable map[deal.BookRef]unusable
	newest   map[string]*Playbook // by name; of files and installed ones, so that an override stays in force beside stored versions
}

// Load reads the shipped playbooks and the overrides. A broken one is refused with [Problems]: every fault of every file
// with its line and the reason.
func Load(o Options) (*Library, error) {
	l := &Library{zone: o.Zone}
	own, err := readAll(shipped, "books", o.Zone)
	if err != nil {
		return nil, fmt.Errorf("load the shipped playbooks: %w", err)
	}
	for _, p := range own {
		p.shipped = true
	}
	if o.Overrides != nil {
		theirs, err := readAll(o.Overrides, ".", o.Zone)
		if err != nil {
			return nil, fmt.Errorf("load the playbooks of the directory: %w", err)
		}
		own = slices.DeleteFunc(own, func(p *Playbook) bool {
			return slices.ContainsFunc(theirs, func(t *Playbook) bool { return t.Ref().Name == p.Ref().Name })
		})
		own = append(own, theirs...)
	}
	for _, p := range own {
		l.keep(p)
		l.offer(p)
	}
	return l, nil
}

// readAll reads every playbook of a directory and joins everything that is wrong with them.
func readAll(files fs.FS, dir string, zone *time.Location) ([]*Playbook, error) {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return nil, err
	}
	var books []*Playbook
	var problems Problems
	from := map[deal.BookRef]string{}
	for _, e := range entries {
		if e.IsDir() || (path.Ext(e.Name()) != ".yaml" && path.Ext(e.Name()) != ".yml") {
			continue
		}
		source, err := fs.ReadFile(files, path.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		p, err := read(source, e.Name(), zone)
		var broken Problems
		switch {
		case errors.As(err, &broken):
			problems = append(problems, broken...)
			continue
		case err != nil:
			return nil, err
		}
		if other, twice := from[p.Ref()]; twice {
			problems = append(problems, Problem{
				File: e.Name(), Reason: fmt.Sprintf("%s version %d stands in %s, too", p.Ref().Name, p.Ref().Version, other),
			})
			continue
		}
		from[p.Ref()] = e.Name()
		books = append(books, p)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	if len(books) == 0 {
		return nil, errors.New("no playbook (*.yaml) is there")
	}
	return books, nil
}

// Sources are all playbooks that can be used, with their texts, by name and version.
func (l *Library) Sources() []Source {
	var all []Source
	for _, p := range l.all() {
		all = append(all, Source{Ref: p.Ref(), Checksum: p.checksum, Text: slices.Clone(p.source), Installed: p.installed})
	}
	return all
}

func (l *Library) all() []*Playbook {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.SortedFunc(maps.Values(l.books), func(a, b *Playbook) int { return compareRefs(a.Ref(), b.Ref()) })
}

func compareRefs(a, b deal.BookRef) int {
	if a.Name != b.Name {
		return strings.Compare(a.Name, b.Name)
	}
	return a.Version - b.Version
}

// Newest is the version of a playbook that new cycles begin with: the highest of the files and of what was installed. A
// name that only stored versions have is not offered any more. The error is [deal.ErrNotFound].
func (l *Library) Newest(name string) (*Playbook, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if p := l.newest[name]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("playbook %q: %w", name, deal.ErrNotFound)
}

// Get is one version of a playbook; the error is [deal.ErrNotFound], or [ErrUnusable] with the reasons for a stored
// version that this release cannot build.
//
// Before it says that nobody knows a version, it asks who may have stored it meanwhile ([Library.Ask]).
func (l *Library) Get(ref deal.BookRef) (*Playbook, error) {
	p, err := l.get(ref)
	if !errors.Is(err, deal.ErrNotFound) || l.ask == nil {
		return p, err
	}
	if err := l.ask(); err != nil {
		return nil, fmt.Errorf("ask for playbook %s version %d: %w", ref.Name, ref.Version, err)
	}
	return l.get(ref)
}

// Ask sets what takes in the versions that other processes have stored ([Library.AddStored]), before the library is used
// by many. It is called by many at once and should be quick when there is nothing new.
func (l *Library) Ask(ask func() error) { l.ask = ask }

func (l *Library) get(ref deal.BookRef) (*Playbook, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if p := l.books[ref]; p != nil {
		return p, nil
	}
	if u, ok := l.unusable[ref]; ok {
		return nil, fmt.Errorf("playbook %s version %d: %w: %w", ref.Name, ref.Version, ErrUnusable, u.problems)
	}
	return nil, fmt.Errorf("playbook %s version %d: %w", ref.Name, ref.Version, deal.ErrNotFound)
}

// List summarises the playbooks that new cycles may begin with, by name.
func (l *Library) List() []Summary {
	l.mu.RLock()
	defer l.mu.RUnlock()
	list := []Summary{}
	for _, name := range slices.Sorted(maps.Keys(l.newest)) {
		list = append(list, l.newest[name].Summary())
	}
	return list
}

// Describe describes one version of a playbook; version 0 is the newest. The error is [deal.ErrNotFound].
func (l *Library) Describe(name string, version int) (Description, error) {
	if version == 0 {
		p, err := l.Newest(name)
		if err != nil {
			return Description{}, err
		}
		return p.Describe(), nil
	}
	p, err := l.Get(deal.BookRef{Name: name, Version: version})
	if err != nil {
		return Description{}, err
	}
	return p.Describe(), nil
}

// Book is the rules of one version.
func (l *Library) Book(ref deal.BookRef) (deal.Book, error) {
	p, err := l.Get(ref)
	if err != nil {
		return deal.Book{}, err
	}
	return p.Book(), nil
}

// Gate evaluates the gate of an account's present step by the playbook it is pinned to; see [Playbook.Gate].
func (l *Library) Gate(s deal.State, r deal.Records, at time.Time) (deal.Gate, error) {
	p, err := l.Get(s.Book)
	if err != nil {
		return deal.Gate{}, err
	}
	return p.Gate(s, r, at)
}

// Chain is the levels of a request by the playbook the account is pinned to; see [Playbook.Chain].
func (l *Library) Chain(
	kind deal.ApprovalKind, s deal.State, r deal.Records, amountMinor int64, currency string, at time.Time,
) ([]deal.LevelRules, error) {
	p, err := l.Get(s.Book)
	if err != nil {
		return nil, err
	}
	return p.Chain(kind, s, r, amountMinor, currency, at)
}

// CheckForm checks content against a step's form of one version; see [Playbook.CheckForm].
func (l *Library) CheckForm(ref deal.BookRef, step deal.Step, content map[string]any) (deal.Refusals, error) {
	p, err := l.Get(ref)
	if err != nil {
		return nil, err
	}
	return p.CheckForm(step, content), nil
}
