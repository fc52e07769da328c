package dossier

import "slices"

// Erasure is what becomes of a record when a contact is erased.
type Erasure int

// Nothing about the contact is in it; it was rewritten without them; it is about nothing else and goes as a whole.
const (
	Untouched Erasure = iota
	Rewritten
	Removed
)

// Erase takes a contact out of a record: what is about that person alone goes, elsewhere the reference and what was
// written beside it. It is for every version on file. Texts that name people without a reference are for people to find.
func Erase(r Record, contact string) (Record, Erasure) {
	if contact == "" {
		return r, Untouched
	}
	switch v := r.(type) {
	case Stakeholder:
		return r, removed(v.Contact == contact)
	case Trust:
		return r, removed(v.Contact == contact)
	case Relation:
		return r, removed(v.From == contact || v.To == contact)
	case Need:
		if v.Contact == contact {
			v.Contact, v.Evidence = "", ""
			return v, Rewritten
		}
	case Rival:
		if slices.Contains(v.Backers, contact) {
			v.Backers = slices.DeleteFunc(slices.Clone(v.Backers), func(id string) bool { return id == contact })
			v.Evidence = ""
			return v, Rewritten
		}
	case Factors:
		rows, n := rewrite(v.Ranking, func(row *Factor) bool { return clearIf(&row.Contact, contact, &row.Evidence) })
		v.Ranking = rows
		return v, rewritten(n)
	case Negotiation:
		return eraseTalks(v, contact)
	case Simulation:
		votes := slices.DeleteFunc(slices.Clone(v.Votes), func(vote Vote) bool { return vote.Contact == contact })
		n := len(v.Votes) - len(votes)
		v.Votes = votes
		return v, rewritten(n)
	case ServicePlan:
		if clearIf(&v.Contact, contact) {
			return v, Rewritten
		}
	case ExecutiveVisit:
		if slices.Contains(v.Contacts, contact) {
			v.Contacts = slices.DeleteFunc(slices.Clone(v.Contacts), func(id string) bool { return id == contact })
			return v, Rewritten
		}
	case Gift: // that something was given, and what it was worth, stays
		if clearIf(&v.Contact, contact, &v.What, &v.Occasion) {
			return v, Rewritten
		}
	case Survey:
		if clearIf(&v.Contact, contact, &v.Comment) {
			v.Answers, _ = rewrite(v.Answers, func(a *Answer) bool { a.Comment = ""; return true })
			return v, Rewritten
		}
	}
	return r, Untouched
}

func eraseTalks(v Negotiation, contact string) (Record, Erasure) {
	rows, n := rewrite(v.Concessions, func(row *Concession) bool { return clearIf(&row.Contact, contact) })
	v.Concessions = rows
	if v.Commitment != nil {
		kept := *v.Commitment
		if clearIf(&kept.Contact, contact, &kept.Evidence) {
			v.Commitment = &kept
			n++
		}
	}
	return v, rewritten(n)
}

// clearIf empties a reference to the contact and the texts beside it.
func clearIf(field *string, contact string, beside ...*string) bool {
	if *field != contact {
		return false
	}
	*field = ""
	for _, text := range beside {
		*text = ""
	}
	return true
}

// rewrite changes rows in a copy and counts how many.
func rewrite[T any](rows []T, change func(*T) bool) ([]T, int) {
	out, n := slices.Clone(rows), 0
	for i := range out {
		if change(&out[i]) {
			n++
		}
	}
	return out, n
}

func removed(yes bool) Erasure {
	if yes {
		return Removed
	}
	return Untouched
}

func rewritten(n int) Erasure {
	if n > 0 {
		return Rewritten
	}
	return Untouched
}
