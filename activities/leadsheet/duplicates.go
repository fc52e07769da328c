package leadsheet

// seen remembers the leads already taken from a sheet, to find those that come again.
type seen struct {
	keys   map[string]int     // upsert key → row
	names  map[string]named   // name and territory → row
	phones map[string]phoneOf // canonical number → whose it is
}

type named struct {
	row  int
	code string
}

type phoneOf struct {
	row  int
	name string // normalised
}

func newSeen() seen {
	return seen{keys: map[string]int{}, names: map[string]named{}, phones: map[string]phoneOf{}}
}

// check reports a lead that came before: the same key, or the same name and territory where only one of the two rows
// knows the credit code. A known phone under another name is probably a duplicate; rows that agree on the name have
// been compared by key. A row that was itself refused is not compared with: mending it decides which of the two stays.
func (s seen) check(lead Lead, who identity, v *values) {
	if who.name == "" {
		return
	}
	if row, found := s.keys[who.key]; found {
		v.report(FieldName, DuplicateInFile, lead.Name).Other = row
		return
	}
	if twin, found := s.names[who.nameKey]; found && (twin.code == "" || lead.CreditCode == "") {
		v.report(FieldName, DuplicateInFile, lead.Name).Other = twin.row
		return
	}
	for _, number := range lead.Phones() {
		if owner, found := s.phones[number]; found && owner.name != who.name {
			v.report(phoneField(lead, number, v.columns), ProbableDuplicate, number).Other = owner.row
		}
	}
}

// add remembers a lead that was taken. The first row with a name or a number keeps it.
func (s seen) add(row int, lead Lead, who identity) {
	s.keys[who.key] = row
	if _, found := s.names[who.nameKey]; !found {
		s.names[who.nameKey] = named{row: row, code: lead.CreditCode}
	}
	for _, number := range lead.Phones() {
		if _, found := s.phones[number]; !found {
			s.phones[number] = phoneOf{row: row, name: who.name}
		}
	}
}

// phoneField is the column under which a number of a lead is reported.
func phoneField(lead Lead, number string, columns map[Field]Column) Field {
	for _, person := range lead.People() {
		if person.Mobile != number && person.Phone != number {
			continue
		}
		mobile, phone := FieldMobile.Numbered(person.group), FieldPhone.Numbered(person.group)
		_, hasMobile := columns[mobile]
		_, hasPhone := columns[phone]
		if hasMobile && (number == person.Mobile || !hasPhone) {
			return mobile
		}
		return phone
	}
	return FieldPhone
}
