package store

import (
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/naming"
)

var (
	putProfile = named("PutProfile")
	addForm    = named("AddForm")
	putContact = named("PutContact")
)

// queueDraft makes the first records of an account of what was staged with open.
func queueDraft(batch *pgx.Batch, entry deal.Entry, d view.Draft) error {
	account, by := entry.Command.Account, entry.Command.Actor
	d.Profile.Version = 1
	batch.Queue(string(putProfile), profileArgs(entry.After, d.Profile, by, d.Upsert))
	if len(d.Form) > 0 {
		batch.Queue(string(addForm), string(account), entry.After.Cycle, string(deal.Collect), d.Form, string(by))
	}
	for _, c := range d.Contacts {
		if err := identify(&c); err != nil {
			return err
		}
		c.Version = 1
		batch.Queue(string(putContact), contactArgs(account, c, by))
	}
	queueNotes(batch, account, d.History, by)
	queueMarks(batch, account, d.Import, d.Marks)
	return nil
}

// identify gives a contact an ID unless it has one.
func identify(c *deal.Contact) error {
	if c.ID != "" {
		return nil
	}
	id, err := uuid.NewV7()
	c.ID = id.String()
	return err
}

// profileArgs are the values of PutProfile, with what is worked out for comparing and finding.
func profileArgs(s deal.State, p deal.Profile, by deal.PersonID, upsert ...string) pgx.StrictNamedArgs {
	p.CreditCode = creditCode(p.CreditCode)
	nameKey := naming.Key(p.Name)
	keys := append(slices.Clone(upsert), upsertKeys(p)...)
	keys = slices.DeleteFunc(keys, func(k string) bool { return k == "" })
	slices.Sort(keys)
	found := append([]string{s.Number, p.CreditCode}, p.Aliases...)
	return pgx.StrictNamedArgs{
		"account": string(s.Account), "version": p.Version, "name": p.Name, "credit_code": orNull(p.CreditCode),
		"aliases": words(p.Aliases), "premises": p.Premises, "territory": p.Territory, "address": p.Address, "industry": p.Industry,
		"monthly_inbound": p.MonthlyInbound, "monthly_outbound": p.MonthlyOutbound, "author": p.Author,
		"collected_on": p.CollectedOn, "name_key": orNull(nameKey), "search_text": naming.SearchText(p.Name, found...),
		"upsert_keys": slices.Compact(keys), "by": string(by),
	}
}

// upsertKeys are the keys under which a lead sheet may know the customer: by credit code, and by name within the territory
// (contract.md §6). One that does not exist is empty.
func upsertKeys(p deal.Profile) []string {
	return []string{naming.UpsertKey(p.Name, p.CreditCode, p.Territory), naming.UpsertKey(p.Name, "", p.Territory)}
}

// creditCode is a unified social credit code in its one form; one that is not valid stays as it was typed.
func creditCode(typed string) string {
	if code, err := naming.CreditCode(typed); err == nil {
		return code
	}
	return strings.TrimSpace(typed)
}

// dialled are the numbers in their one form; what cannot be dialled is left out.
func dialled(typed ...string) []string {
	numbers := []string{}
	for _, t := range typed {
		if number, err := naming.Phone(t); err == nil && !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// contactArgs are the values of PutContact. Whether the contact can be called is worked out here and nowhere else.
func contactArgs(account deal.AccountID, c deal.Contact, by deal.PersonID) pgx.StrictNamedArgs {
	phones := dialled(c.Mobile, c.Phone)
	return pgx.StrictNamedArgs{
		"id": c.ID, "account": string(account), "version": c.Version, "name": c.Name, "title": c.Title, "role": orNull(c.Role),
		"mobile": c.Mobile, "phone": c.Phone, "phone_valid": len(phones) > 0, "note": c.Note, "phones": phones, "by": string(by),
	}
}
