package activities

import (
	"slices"
	"strings"

	"closedloop/activities/leadsheet"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/naming"
)

// people compares the contacts: each of the row with the one on file that has one of its numbers, else its name. One that
// a sheet brought before and that is gone was taken off by somebody, and stays off.
func (p *plan) people() {
	taken := map[string]bool{}
	for i, person := range p.row.Lead.People() {
		found := match(person, p.target.Contacts, taken)
		if found == nil {
			p.newcomer(i, person)
			continue
		}
		taken[found.ID] = true
		p.person(i, person, *found)
	}
}

// match finds the contact on file that a person of the sheet is.
func match(person leadsheet.Contact, contacts []view.TargetContact, taken map[string]bool) *view.TargetContact {
	for i, c := range contacts {
		if !taken[c.ID] && slices.ContainsFunc(numbersOf(c.Contact), func(n string) bool { return n == person.Mobile || n == person.Phone }) {
			return &contacts[i]
		}
	}
	for i, c := range contacts {
		if !taken[c.ID] && naming.Search(c.Name) == naming.Search(person.Name) {
			return &contacts[i]
		}
	}
	return nil
}

// numbersOf are the numbers of a contact that can be dialled, in canonical form.
func numbersOf(c deal.Contact) []string {
	var out []string
	for _, written := range []string{c.Mobile, c.Phone} {
		if number, err := naming.Phone(written); err == nil {
			out = append(out, number)
		}
	}
	return out
}

// newcomer adds a person who is not on file.
func (p *plan) newcomer(place int, person leadsheet.Contact) {
	mark := p.identity(person)
	if _, before := p.target.Marks.Said[mark]; before {
		return
	}
	p.said[mark] = p.sign(person.Name)
	c := contactOf(p.target.State.Account, person, p.sign)
	c.Version = 1
	for field, wants := range map[string]string{"name": c.Name, "title": c.Title, "mobile": c.Mobile, "phone": c.Phone} {
		if wants != "" {
			p.said["contact/"+c.ID+"/"+field] = p.sign(wants)
		}
	}
	p.out.Contacts = append(p.out.Contacts, c)
	p.changes = append(p.changes, view.FieldChange{
		Record: "contact", Field: "name", Who: person.Name, To: strings.TrimSpace(strings.Join([]string{person.Name, person.Title, person.Mobile, person.Phone}, " ")),
		Column: p.sheet.Columns[leadsheet.FieldContact.Numbered(place+1)].Header,
	})
}

// person compares somebody who is on file.
func (p *plan) person(place int, person leadsheet.Contact, found view.TargetContact) {
	p.said[p.identity(person)] = p.sign(person.Name)
	to := found.Contact
	to.Version++
	changed := false
	one := func(field string, from leadsheet.Field, is *string, wants string, same func(string) string) {
		v := value{
			record: "contact", field: field, who: found.Name, key: "contact/" + found.ID + "/" + field, from: from.Numbered(place + 1),
			is: *is, wants: wants, same: same, at: found.At, by: found.By,
			first: to.Version == 2 && p.target.Profile.Version == 1 && found.At.Equal(p.target.ProfileAt),
			set:   func() { *is, changed = wants, true },
		}
		if same != nil && wants != "" && slices.Contains(numbersOf(to), wants) { // perhaps under the other heading
			v.is = wants
		}
		p.weigh(v)
	}
	one("name", leadsheet.FieldContact, &to.Name, person.Name, nil)
	one("title", leadsheet.FieldTitle, &to.Title, person.Title, nil)
	one("mobile", leadsheet.FieldMobile, &to.Mobile, person.Mobile, dialled)
	one("phone", leadsheet.FieldPhone, &to.Phone, person.Phone, dialled)
	if changed {
		to.PhoneValid = len(numbersOf(to)) > 0
		p.out.Contacts = append(p.out.Contacts, to)
	}
}

// dialled is a number in canonical form; what cannot be dialled stays as it was typed.
func dialled(typed string) string {
	if number, err := naming.Phone(typed); err == nil {
		return number
	}
	return typed
}

// identity is the mark of a person whom a sheet has brought.
func (p *plan) identity(person leadsheet.Contact) string {
	return "person/" + p.sign(person.Mobile+"/"+person.Phone+"/"+naming.Search(person.Name))
}
