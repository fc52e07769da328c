package store

import (
	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var (
	profileOf           = named("ProfileOf")
	formsOfCycle        = named("FormsOfCycle")
	contactsOf          = named("ContactsOf")
	interactionsOfCycle = named("InteractionsOfCycle")
	someDuplicates      = named("SomeDuplicates")
)

// queueRecords asks for the account's files of a cycle; 0 is the running one. The answers land in r when the batch is
// closed.
func queueRecords(batch *pgx.Batch, account deal.AccountID, cycle int, r *deal.Records) {
	id := string(account)
	batch.Queue(string(profileOf), id).QueryRow(func(row pgx.Row) (err error) {
		r.Profile, err = scanProfile(row)
		return orNothing(err)
	})
	batch.Queue(string(formsOfCycle), id, cycle).Query(func(rows pgx.Rows) (err error) {
		r.Forms, err = pgx.CollectRows(rows, scanForm)
		return err
	})
	batch.Queue(string(contactsOf), id).Query(func(rows pgx.Rows) (err error) {
		r.Contacts, err = pgx.CollectRows(rows, scanContact)
		return err
	})
	batch.Queue(string(interactionsOfCycle), id, cycle).Query(func(rows pgx.Rows) (err error) {
		r.Interactions, err = pgx.CollectRows(rows, scanInteraction)
		return err
	})
	batch.Queue(string(dossierOfCycle), id, cycle).Query(func(rows pgx.Rows) (err error) {
		r.Dossier, err = pgx.CollectRows(rows, scanDocument)
		return err
	})
	batch.Queue(string(someDuplicates), id).QueryRow(func(row pgx.Row) error { return row.Scan(&r.Duplicates) })
}

func scanProfile(row pgx.Row) (deal.Profile, error) {
	var p deal.Profile
	err := row.Scan(profileTargets(&p)...)
	return p, err
}

// profileTargets are where the columns of a profile go.
func profileTargets(p *deal.Profile) []any {
	return []any{
		&p.Version, &p.Name, &p.CreditCode, &p.Aliases, &p.Premises, &p.Territory, &p.Address, &p.Industry,
		&p.MonthlyInbound, &p.MonthlyOutbound, &p.Author, &p.CollectedOn,
	}
}

func scanForm(row pgx.CollectableRow) (deal.Form, error) {
	var f deal.Form
	err := row.Scan(&f.Step, &f.Cycle, &f.Version, &f.Content)
	return f, err
}

func scanContact(row pgx.CollectableRow) (deal.Contact, error) {
	var c deal.Contact
	err := row.Scan(contactTargets(&c)...)
	return c, err
}

// contactTargets are where the columns of a contact go.
func contactTargets(c *deal.Contact) []any {
	return []any{&c.ID, &c.Version, &c.Name, &c.Title, &c.Role, &c.Mobile, &c.Phone, &c.PhoneValid, &c.Note}
}

func scanInteraction(row pgx.CollectableRow) (deal.Interaction, error) {
	var i deal.Interaction
	var refs refColumns
	err := row.Scan(interactionTargets(&i, &refs)...)
	refs.into(&i)
	return i, err
}

// refColumns are the references of an interaction as they stand in its row.
type refColumns struct{ aim, aimHash, result, resultHash, next, nextHash string }

func interactionTargets(i *deal.Interaction, r *refColumns) []any {
	return []any{
		&i.ID, &i.Cycle, &i.Step, &i.Pass, &i.Kind, instant(&i.At), &i.With, &i.By,
		&r.aim, &r.aimHash, &r.result, &r.resultHash, &r.next, &r.nextHash, instant(&i.NextAt), &i.Intent,
	}
}

func (r refColumns) into(i *deal.Interaction) {
	i.Aim, i.Result, i.NextStep = ref(r.aim, r.aimHash), ref(r.result, r.resultHash), ref(r.next, r.nextHash)
}
