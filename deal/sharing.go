package deal

import (
	"encoding/json"
	"slices"
)

// Share adds what the accounts above show to this one, nearest first (see [SharedKinds]). Of the kinds of which there is
// one, an own document counts before a shared one; an own credit only once it says something, so that an empty file never
// hides the credit of the house.
func (r *Records) Share(contacts []Contact, documents []Document) {
	r.Contacts = append(slices.Clone(r.Contacts), contacts...)
	r.Dossier = slices.Clone(r.Dossier)
	for _, d := range documents {
		if d.ID != SoleID(0) {
			r.Dossier = append(r.Dossier, d)
			continue
		}
		own := slices.IndexFunc(r.Dossier, func(o Document) bool { return o.Kind == d.Kind && o.ID == d.ID })
		switch {
		case d.silent():
		case own < 0:
			r.Dossier = append(r.Dossier, d)
		case r.Dossier[own].SharedFrom == "" && r.Dossier[own].silent():
			r.Dossier[own] = d
		}
	}
}

// silent tells whether a document is a credit of which neither a colour is in force nor another was asked for.
func (d Document) silent() bool {
	if d.Kind != "credit" {
		return false
	}
	var credit struct {
		Colour string          `json:"colour"`
		Change json.RawMessage `json:"change"`
	}
	if err := json.Unmarshal(d.Body, &credit); err != nil {
		return true // what cannot be read says nothing
	}
	return credit.Colour == "" && (len(credit.Change) == 0 || string(credit.Change) == "null")
}

// Contact finds somebody at the customer, known here or above.
func (r Records) Contact(id string) (Contact, bool) {
	i := slices.IndexFunc(r.Contacts, func(c Contact) bool { return c.ID == id })
	if i < 0 {
		return Contact{}, false
	}
	return r.Contacts[i], true
}
