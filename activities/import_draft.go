package activities

import (
	"crypto/sha256"
	"fmt"
	"time"

	"closedloop/activities/leadsheet"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/naming"
)

// importedAccount is the UUID of an account that comes from a sheet: the same row always means the same account.
func importedAccount(installation, upsert string) deal.AccountID {
	return deal.AccountID(derived(installation + "/import/" + upsert))
}

// derived is a UUID that follows from a text (RFC 9562, version 8).
func derived(text string) string {
	h := sha256.Sum256([]byte(text))
	h[6] = h[6]&0x0f | 0x80
	h[8] = h[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// draftOf turns a lead into the records of the account to be. Author and date of collection stay as they were written;
// clocks start at the import.
func draftOf(id deal.AccountID, l leadsheet.Lead, upsert string, known surroundings) view.Draft {
	d := view.Draft{
		Profile: deal.Profile{
			Name: l.Name, CreditCode: l.CreditCode, Aliases: []string{}, Premises: string(l.Premises), Territory: l.Territory,
			Address: l.Address, Industry: l.Industry, MonthlyInbound: l.MonthlyInbound, MonthlyOutbound: l.MonthlyOutbound,
			Author: l.CollectedBy, CollectedOn: dayOf(l.CollectedOn),
		},
		Form: leadForm(l), Contacts: []deal.Contact{}, Upsert: upsert, History: historyOf(id, l, known),
	}
	for _, person := range l.People() {
		d.Contacts = append(d.Contacts, contactOf(id, person, known.sign))
	}
	return d
}

// contactOf is a person of a sheet as a contact. The ID follows from account and person, so that a repeated attempt adds
// nobody twice.
func contactOf(id deal.AccountID, person leadsheet.Contact, sign func(string) string) deal.Contact {
	return deal.Contact{
		ID:   derived(string(id) + "/contact/" + sign(person.Mobile+"/"+person.Phone+"/"+naming.Search(person.Name))),
		Name: person.Name, Title: person.Title, Mobile: person.Mobile, Phone: person.Phone, PhoneValid: person.Mobile != "" || person.Phone != "",
	}
}

// leadForm is the form of collect as far as the row fills it in.
func leadForm(l leadsheet.Lead) map[string]any {
	form := map[string]any{}
	text := func(key, value string) {
		if value != "" {
			form[key] = value
		}
	}
	rival := l.Rival
	if rival == "" && l.RivalVolume != nil && *l.RivalVolume == 0 {
		rival = "无" // nothing is sent with anybody else: the form's word for none
	}
	text("competitor", rival)
	if l.RivalVolume != nil {
		form["competitor_volume"] = *l.RivalVolume
	}
	text("needs", l.Needs)
	text("source", string(l.Source))
	text("items", l.Items)
	text("settlement", settlement(l.Settlement))
	text("note", l.Note)
	return form
}

// settlement is the identifier of the sheet's word; an unknown word is other, and nothing stays nothing.
func settlement(word string) string {
	switch word {
	case "":
		return ""
	case "月结":
		return "monthly"
	case "现结", "现付":
		return "cash"
	case "预付", "预存":
		return "prepaid"
	}
	return "other"
}

// historyOf are the follow-ups of a row. Each has an ID that follows from what it says, so that the next sheet with the
// same ones adds none; the hash in it is keyed, so that it does not tell what was erased.
func historyOf(id deal.AccountID, l leadsheet.Lead, known surroundings) []view.HistoryNote {
	var notes []view.HistoryNote
	for _, n := range l.History {
		on := dayOf(n.On)
		note := view.HistoryNote{
			ID: "note-" + known.sign(string(id) + "/" + on + "/" + n.By + "/" + n.Text)[:32], On: on, By: n.By, How: n.How, Text: n.Text,
		}
		note.At = time.Now().UTC()
		if !n.On.IsZero() {
			note.At = time.Date(n.On.Year(), n.On.Month(), n.On.Day(), 0, 0, 0, 0, known.zone)
		}
		notes = append(notes, note)
	}
	return notes
}

// targetOf is the account that a draft becomes, as a plan sees it.
func targetOf(id deal.AccountID, d view.Draft) view.ImportTarget {
	t := view.ImportTarget{
		State: deal.State{Account: id, Cycle: 1, Step: deal.Collect, Status: deal.Active}, Profile: d.Profile,
		Form: deal.Form{Step: deal.Collect, Cycle: 1, Content: d.Form}, Notes: map[string]bool{}, Marks: view.ImportMarks{Said: map[string]string{}},
	}
	for _, c := range d.Contacts {
		t.Contacts = append(t.Contacts, view.TargetContact{Contact: c})
	}
	for _, n := range d.History {
		t.Notes[n.ID] = true
	}
	return t
}
