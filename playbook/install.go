package playbook

import (
	"errors"
	"fmt"
	"slices"

	"closedloop/deal"
)

// ErrChanged is given for a version whose content is not what is known under it: accounts are pinned to that content.
// The remedy is to raise the version.
var ErrChanged = errors.New("this version is known with another content: raise the version")

// ErrNotNewer is given for a version below the one that is in force: new cycles would not begin with it. Who wants an
// older content back installs it under a higher version.
var ErrNotNewer = errors.New("a newer version is in force: raise the version")

// Source is a playbook as it is stored, so that its version outlives the release that brought it.
type Source struct {
	Ref       deal.BookRef
	Checksum  string // SHA-256 of Text, in hex
	Text      []byte
	Installed bool // at run time: after a restart it is in force beside the files ([Library.AddStored])
}

// Check says what [Library.Install] would do, and does nothing. An installed version must be stored before anything
// begins with it: check it, store the source, then install it. A crash in between leaves a version that nobody uses yet,
// and never an account on a version that is gone. Errors are those of Install.
func (l *Library) Check(source []byte, origin string) (Source, error) {
	p, err := l.readNewer(source, origin)
	if err != nil {
		return Source{}, err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if err := l.mayInstall(p); err != nil {
		return Source{}, fmt.Errorf("check playbook from %s: %w", origin, err)
	}
	return Source{Ref: p.Ref(), Checksum: p.checksum, Text: slices.Clone(source), Installed: true}, nil
}

// Install adds a version while the program runs, and makes it the newest of its name: new cycles begin with it at once,
// running accounts stay on theirs. origin is what problems call the text. A name that nobody knows yet begins here.
//
// The text is checked like a file ([Problems]). A version that is known with another content is [ErrChanged], one below
// the newest [ErrNotNewer]; the newest itself once more is fine and changes nothing. A version that is only stored so
// far comes into force again. Many may install at once: of two contents under one version, one wins.
func (l *Library) Install(source []byte, origin string) (deal.BookRef, error) {
	p, err := l.readNewer(source, origin)
	if err != nil {
		return deal.BookRef{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.mayInstall(p); err != nil {
		return deal.BookRef{}, fmt.Errorf("install playbook from %s: %w", origin, err)
	}
	if l.newest[p.Ref().Name] == nil || l.newest[p.Ref().Name].Ref() != p.Ref() {
		p.installed = true
		l.keep(p)
		l.offer(p)
	}
	return p.Ref(), nil
}

func (l *Library) readNewer(source []byte, origin string) (*Playbook, error) {
	p, err := read(source, origin, l.zone)
	if err != nil {
		return nil, fmt.Errorf("install playbook: %w", err)
	}
	return p, nil
}

// mayInstall tells what stands against a version; the caller holds the lock.
func (l *Library) mayInstall(p *Playbook) error {
	ref := p.Ref()
	if err := l.unchanged(ref, p.checksum); err != nil {
		return err
	}
	if newest := l.newest[ref.Name]; newest != nil && newest.Ref().Version > ref.Version {
		return fmt.Errorf("playbook %s version %d after version %d: %w", ref.Name, ref.Version, newest.Ref().Version, ErrNotNewer)
	}
	return nil
}

// unchanged refuses another content under a known version; the caller holds the lock.
func (l *Library) unchanged(ref deal.BookRef, checksum string) error {
	known := l.unusable[ref].checksum
	if p := l.books[ref]; p != nil {
		known = p.checksum
	}
	if known != "" && known != checksum {
		return fmt.Errorf("playbook %s version %d: %w", ref.Name, ref.Version, ErrChanged)
	}
	return nil
}

// keep takes a version in; the caller holds the lock, or is alone.
func (l *Library) keep(p *Playbook) {
	if l.books == nil {
		l.books = map[deal.BookRef]*Playbook{}
	}
	l.books[p.Ref()] = p
	delete(l.unusable, p.Ref())
}

// offer lets new cycles begin with a version unless a higher one is in force; the caller holds the lock, or is alone.
func (l *Library) offer(p *Playbook) {
	if l.newest == nil {
		l.newest = map[string]*Playbook{}
	}
	if have := l.newest[p.Ref().Name]; have == nil || have.Ref().Version < p.Ref().Version {
		l.newest[p.Ref().Name] = p
	}
}
