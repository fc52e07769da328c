package dossier

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"closedloop/deal"
)

// mostAliases is how many other names a profile has room for (package api refuses more).
const mostAliases = 20

// Carry works out what of an account's file goes over to the account that it is merged into: the people with everything
// about them, what is on file for life, and the files. Filings stay: they end with the account. Nothing comes twice; where
// both know the same thing, what the other account has stays as it is.
//
// Somebody is the same person with the same mobile number, or with the same name unless the numbers differ. What was
// written about such a person goes over under the contact that the other account knows.
func Carry(from, into deal.Records, target deal.State) (deal.Carry, error) {
	c := carrier{into: into, cycle: target.Cycle, twins: map[string]string{}, out: deal.Carry{Into: target.Account, Number: target.Number}}
	for _, contact := range from.Contacts {
		if twin, known := c.twin(contact); known {
			c.twins[contact.ID] = twin
		} else {
			c.out.Contacts = append(c.out.Contacts, contact)
		}
	}
	documents := slices.Clone(from.Dossier)
	slices.SortStableFunc(documents, func(a, b deal.Document) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	for _, d := range documents {
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
	into  deal.Records
	cycle int               // of the account that lives on
	twins map[string]string // contacts that the other account knows: by their ID here, their ID there
	out   deal.Carry
}

// twin finds the contact of the other account that is the same person.
func (c *carrier) twin(contact deal.Contact) (string, bool) {
	mobile, name := digits(contact.Mobile), squeezed(contact.Name)
	for _, known := range c.into.Contacts {
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
	file := info.Kind == DocumentKind
	if !ok || info.Kind == FilingKind || (info.PerCycle && !file) {
		return nil
	}
	is := d
	var err error
	if is.Body, err = c.renamed(d.Body); err != nil {
		return err
	}
	record, err := Load(info.Kind, is.Body)
	if err != nil {
		return err
	}
	if r, ok := record.(Relation); ok && r.From == r.To {
		return nil // between two contacts who turned out to be one person
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
	if file {
		is.Cycle = c.cycle
	}
	if there, err := c.there(info, is, record); there || err != nil {
		return err
	}
	c.out.Documents = append(c.out.Documents, deal.CarriedDocument{Was: d, Is: is, Stays: file})
	return nil
}

// renamed puts the contacts that the other account knows in place of their twins, wherever a body refers to them.
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

// there tells whether the other account has such a document, or is getting one.
func (c *carrier) there(info KindInfo, is deal.Document, record Record) (bool, error) {
	theirs := slices.Clone(c.into.Dossier)
	for _, carried := range c.out.Documents {
		theirs = append(theirs, carried.Is)
	}
	for _, d := range theirs {
		if d.Kind != is.Kind {
			continue
		}
		if info.Single || d.ID == is.ID {
			return true, nil
		}
		other, err := Load(info.Kind, d.Body)
		if err != nil {
			return false, err
		}
		if same(record, other) {
			return true, nil
		}
	}
	return false, nil
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
