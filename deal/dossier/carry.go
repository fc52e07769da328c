package dossier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"closedloop/deal"
)

// mostAliases is how many other names a profile has room for (package api refuses more).
const mostAliases = 20

// Merging is an account that is merged into another one, and what is on file of both.
type Merging struct {
	Account     deal.AccountID // that is merged
	Own, Theirs deal.Records   // of all cycles; theirs are those of the account that lives on
	Target      deal.State     // the account that lives on
	Claims      []deal.Claim   // filings of other accounts of its customer
	Today       Day            // where the organisation works
}

// Carry works out what of an account's file goes over to the account that it is merged into: the people with everything
// about them, what is on file for life, the files, agreements that are not over with the reports about them, and filings
// that protect a project which nobody else holds. Nothing comes twice; where both know the same thing, what the other
// account has stays as it is, unless what comes weighs more: a credit colour in force, a veto that is hit.
//
// Somebody is the same person with the same mobile number, or with the same name unless the numbers differ. What was
// written about such a person goes over under the contact that the other account knows.
func Carry(m Merging) (deal.Carry, error) {
	from, into := m.Own, m.Theirs
	c := carrier{
		Merging: m, twins: map[string]string{}, proofs: map[string]bool{},
		out: deal.Carry{Into: m.Target.Account, Number: m.Target.Number},
	}
	for _, contact := range from.Contacts {
		if twin, known := c.twin(contact); known {
			c.twins[contact.ID] = twin
		} else {
			c.out.Contacts = append(c.out.Contacts, contact)
		}
	}
	if err := c.proven(); err != nil {
		return deal.Carry{}, fmt.Errorf("look for what proves agreements: %w", err)
	}
	for _, d := range inOrder(from.Dossier) {
		if err := c.document(d); err != nil {
			return deal.Carry{}, fmt.Errorf("carry %s %s over: %w", d.Kind, d.ID, err)
		}
	}
	c.out.Was, c.out.Is, c.out.Formerly = into.Profile, into.Profile, from.Profile
	c.out.Is.Aliases = slices.Clone(into.Profile.Aliases)
	for _, name := range append([]string{from.Profile.Name}, from.Profile.Aliases...) {
		known := name == "" || name == into.Profile.Name || slices.Contains(c.out.Is.Aliases, name)
		if !known && len(c.out.Is.Aliases) < mostAliases {
			c.out.Is.Aliases = append(c.out.Is.Aliases, name)
		}
	}
	return c.out, nil
}

// carrier is the work on one account.
type carrier struct {
	Merging

	twins  map[string]string // contacts and files that the other account has: by their ID here, their ID there
	proofs map[string]bool   // files that prove agreements which go over
	signed Day               // when the first agreement that goes over was signed; empty without any
	out    deal.Carry
}

// twin finds the contact of the other account that is the same person.
func (c *carrier) twin(contact deal.Contact) (string, bool) {
	mobile, name := digits(contact.Mobile), squeezed(contact.Name)
	for _, known := range c.Theirs.Contacts {
		if contact.Erased || known.Erased { // nobody is like somebody who was erased
			continue
		}
		theirs := digits(known.Mobile)
		sameMobile := mobile != "" && mobile == theirs
		sameName := name == squeezed(known.Name) && (mobile == "" || theirs == "")
		if sameMobile || sameName {
			return known.ID, true
		}
	}
	return "", false
}

func digits(number string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
}

func squeezed(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), "")) }

// document carries one over, unless it stays or is there already.
func (c *carrier) document(d deal.Document) error {
	info, ok := KindOf(Kind(d.Kind))
	if !ok || c.pursued(info) {
		return nil
	}
	stays := info.PerCycle // the old file keeps what its own pursuit refers to
	is := d
	var err error
	if is.Body, err = c.renamed(d.Body); err != nil {
		return err
	}
	record, err := Load(info.Kind, is.Body)
	if err != nil {
		return err
	}
	if r, ok := record.(Relation); (ok && r.From == r.To) || !c.runs(record) {
		return nil // a relation between two contacts who turned out to be one person
	}
	if filing, ok := record.(Filing); ok { // its record stays and tells that it ended here
		handed, goes, err := c.protects(filing)
		if err != nil || !goes {
			return err
		}
		record, stays = handed, true
		if is.Body, err = Encode(record); err != nil {
			return err
		}
	}
	if credit, ok := record.(Credit); ok { // what was asked for ended with the account
		if credit.Colour == "" {
			return nil
		}
		record = credit.Declined()
		if is.Body, err = Encode(record); err != nil {
			return err
		}
	}
	if s, ok := record.(Stakeholder); ok {
		is.ID = s.Contact
	}
	if keyed, ok := record.(Keyed); ok {
		key := keyed.Key()
		is.Key = &key
	}
	is.Version, is.Edited = 1, 0
	if info.PerCycle {
		is.Cycle = c.Target.Cycle
	}
	there, found, err := c.there(info, is, record)
	switch {
	case err != nil:
		return err
	case found && info.Kind == DocumentKind && there.ID != is.ID:
		c.twins[is.ID] = there.ID
	case found:
		return c.mend(there, record)
	default:
		c.follows(record)
		c.out.Documents = append(c.out.Documents, deal.CarriedDocument{Was: d, Is: is, Stays: stays})
	}
	return nil
}

// renamed puts the contacts and files that the other account has in place of their twins, wherever a body refers to them.
func (c *carrier) renamed(body json.RawMessage) (json.RawMessage, error) {
	if len(c.twins) == 0 {
		return body, nil
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber()
	var content any
	if err := in.Decode(&content); err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	out, err := json.Marshal(c.rename(content))
	if err != nil {
		return nil, fmt.Errorf("write body: %w", err)
	}
	return out, nil
}

func (c *carrier) rename(v any) any {
	switch v := v.(type) {
	case string:
		if twin, ok := c.twins[v]; ok {
			return twin
		}
	case []any:
		for i := range v {
			v[i] = c.rename(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = c.rename(v[k])
		}
	}
	return v
}

// there finds such a document that the other account has, or is getting.
func (c *carrier) there(info KindInfo, is deal.Document, record Record) (deal.Document, bool, error) {
	theirs := slices.Clone(c.Theirs.Dossier)
	for _, carried := range c.out.Documents {
		theirs = append(theirs, carried.Is)
	}
	for _, d := range theirs {
		if d.Kind != is.Kind {
			continue
		}
		if info.Single || d.ID == is.ID {
			return d, true, nil
		}
		other, err := Load(info.Kind, d.Body)
		if err != nil {
			return deal.Document{}, false, err
		}
		if same(record, other) && !c.elsewhere(d, other, is.ID) {
			return d, true, nil
		}
	}
	return deal.Document{}, false, nil
}

// same tells whether two records are about one thing.
func same(a, b Record) bool {
	if file, ok := a.(Document); ok {
		other, ok := b.(Document)
		return ok && file.SHA256 == other.SHA256
	}
	keyed, ok := a.(Keyed)
	other, too := b.(Keyed)
	return ok && too && keyed.Key() == other.Key()
}
