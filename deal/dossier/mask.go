package dossier

import (
	"slices"

	"closedloop/deal"
)

// Mask is a record as somebody of a role may read it for a stated purpose: private facts stay only where they are
// switched on, for the roles of the rules and for the purpose they are kept for. A reader who names no purpose gets
// none. Masked facts leave the mark that there are some.
func (p PrivateRules) Mask(r Record, role deal.Role, purpose Purpose) Record {
	s, ok := r.(Stakeholder)
	if !ok || s.Private == nil {
		return r
	}
	if p.shows(role) && purpose != "" && purpose == s.Private.Purpose {
		return r
	}
	s.Private = &Private{Masked: true}
	return s
}

// Unmask puts the private facts of the version on file back into an edited record, so that nobody erases what they
// could not see: where the record still carries the mark, and always for roles that never see them.
func (p PrivateRules) Unmask(onFile, edited Record, role deal.Role) Record {
	before, was := onFile.(Stakeholder)
	after, is := edited.(Stakeholder)
	if was && is && (!p.shows(role) || (after.Private != nil && after.Private.Masked)) {
		after.Private = before.Private
		return after
	}
	return edited
}

// shows tells whether a role sees private facts for any purpose.
func (p PrivateRules) shows(role deal.Role) bool { return p.On && slices.Contains(p.Roles, role) }
