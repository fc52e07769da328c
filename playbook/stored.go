package playbook

import (
	"fmt"
	"maps"
	"slices"

	"closedloop/deal"
)

// ErrUnusable is given for a stored version that this release cannot build. Accounts that are pinned to it stand still
// until they are moved to another version.
var ErrUnusable error = &known{deal.CodePlaybookUnusable, "this release cannot use the stored version"}

// ErrOutdated is given where a version is asked for that accounts may stay on, but that nothing begins with any more:
// it no longer passes the checks.
var ErrOutdated error = &known{deal.CodePlaybookOutdated, "this version no longer passes the checks: nothing may begin with it"}

// unusable is a stored version that cannot be built.
type unusable struct {
	checksum string
	problems Problems
}

// Doubt says that a stored version does not pass the checks of this release.
type Doubt struct {
	Ref      deal.BookRef
	Usable   bool     // accounts that are pinned to it go on; false: they stand still until they are moved
	Problems Problems // why a file with this text would be refused
}

// Add takes a version in that passes the checks like a file; origin is what problems call it. A version that is there
// already with the same content is fine; with another it is [ErrChanged]. Stored versions come by [Library.AddStored].
func (l *Library) Add(source []byte, origin string) error {
	if l.has(checksum(source)) {
		return nil
	}
	p, err := read(source, origin, l.zone)
	if err != nil {
		return fmt.Errorf("add playbook: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.unchanged(p.Ref(), p.checksum); err != nil {
		return fmt.Errorf("add playbook from %s: %w", origin, err)
	}
	l.keep(p)
	return nil
}

// AddStored takes a version in that an earlier start stored, for the accounts that are pinned to it. It was good when
// they began, so a stricter release must neither refuse to start nor change their rules:
//
//   - Where everything that the text says can be built, the version stays in use as it is, whatever the checks say now.
//   - Where something cannot (a key, a word or a function that is gone), it is not used at all rather than in part.
//
// Both come back as a [Doubt] for the log, and [Library.Doubts] lists them; a version with doubts is never offered to new
// cycles. One that was installed at run time and has none is in force again, unless a file or another one is newer.
//
// What was installed goes before what this release ships under the same version.
//
// The error is [ErrChanged], when a file has another content under this version: that is for whoever wrote the file.
func (l *Library) AddStored(s Source) (Doubt, error) {
	if known, ok := l.refused(s); ok {
		return known, nil
	}
	if !l.has(s.Checksum) {
		doubt, err := l.takeIn(s)
		if err != nil || !doubt.Usable {
			return doubt, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.unchanged(s.Ref, s.Checksum); err != nil {
		return Doubt{}, fmt.Errorf("add stored playbook: %w", err)
	}
	p := l.books[s.Ref]
	if p == nil { // the same text is there under the name that it says itself
		return l.spoil(s, "the text is that of another version"), nil
	}
	if s.Installed && len(p.doubts) == 0 {
		p = p.marked()
		l.keep(p)
		l.offer(p)
	}
	return Doubt{Ref: s.Ref, Usable: true, Problems: p.doubts}, nil
}

// ships tells whether this release brought a version; the caller holds the lock.
func (l *Library) ships(ref deal.BookRef) bool { return l.books[ref] != nil && l.books[ref].shipped }

// takeIn builds a stored version that is not there yet. One that was installed takes the place of what a later release
// ships under its version: accounts run on it, and who installed it cannot change the release.
func (l *Library) takeIn(s Source) (Doubt, error) {
	f := &faults{file: fmt.Sprintf("%s version %d", s.Ref.Name, s.Ref.Version)}
	p := compile(s.Text, f, l.zone)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.unchanged(s.Ref, s.Checksum); err != nil {
		sound := p != nil && len(f.problems()) == 0 && p.Ref() == s.Ref && p.checksum == s.Checksum
		if !sound || !s.Installed || !l.ships(s.Ref) {
			return Doubt{}, fmt.Errorf("add stored playbook: %w", err)
		}
		p.installed = true
		l.keep(p)
		if l.newest[s.Ref.Name].Ref() == s.Ref {
			l.newest[s.Ref.Name] = p
		}
		return Doubt{Ref: s.Ref, Usable: true}, nil
	}
	switch {
	case checksum(s.Text) != s.Checksum:
		return l.spoil(s, "the text is not what was stored: its checksum differs"), nil
	case p != nil && f.lost == 0 && p.Ref() != s.Ref:
		return l.spoil(s, fmt.Sprintf("the text is that of %s version %d", p.Ref().Name, p.Ref().Version)), nil
	case p == nil || f.lost > 0:
		return l.refuse(s, f.problems()), nil
	}
	p.doubts = f.problems()
	l.keep(p)
	return Doubt{Ref: s.Ref, Usable: true, Problems: p.doubts}, nil
}

// refused tells whether this very text was refused before, so that reading the stored versions again costs nothing.
func (l *Library) refused(s Source) (Doubt, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	u, ok := l.unusable[s.Ref]
	return Doubt{Ref: s.Ref, Problems: u.problems}, ok && u.checksum == s.Checksum
}

// spoil notes a version whose row is wrong; the caller holds the lock.
func (l *Library) spoil(s Source, reason string) Doubt {
	return l.refuse(s, Problems{{File: fmt.Sprintf("%s version %d", s.Ref.Name, s.Ref.Version), Reason: reason}})
}

// refuse notes a version that is not used; the caller holds the lock.
func (l *Library) refuse(s Source, why Problems) Doubt {
	if l.unusable == nil {
		l.unusable = map[deal.BookRef]unusable{}
	}
	l.unusable[s.Ref] = unusable{checksum: s.Checksum, problems: why}
	return Doubt{Ref: s.Ref, Problems: why}
}

// Doubts are the stored versions that do not pass the checks of this release, by name and version.
func (l *Library) Doubts() []Doubt {
	var list []Doubt
	for _, p := range l.all() {
		if len(p.doubts) > 0 {
			list = append(list, Doubt{Ref: p.Ref(), Usable: true, Problems: p.doubts})
		}
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, ref := range slices.SortedFunc(maps.Keys(l.unusable), compareRefs) {
		list = append(list, Doubt{Ref: ref, Problems: l.unusable[ref].problems})
	}
	slices.SortStableFunc(list, func(a, b Doubt) int { return compareRefs(a.Ref, b.Ref) })
	return list
}

// has tells whether a playbook with this very content is there, which saves compiling it again.
func (l *Library) has(checksum string) bool {
	return slices.ContainsFunc(l.all(), func(p *Playbook) bool { return p.checksum == checksum })
}

// marked is the same version as one that was installed: others may hold this one, so it does not change.
func (p *Playbook) marked() *Playbook {
	if p.installed {
		return p
	}
	m := *p
	m.installed = true
	return &m
}
