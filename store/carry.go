package store

import (
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var (
	moveContact   = named("MoveContact")
	carryDocument = named("CarryDocument")
	mendDocument  = named("MendDocument")
)

// queueCarry takes what goes over to the account that lives on from one file to the other. Both sides keep a change row of
// every record: where it went, and where it came from.
func queueCarry(batch *pgx.Batch, entry deal.Entry) error {
	c := entry.Carry
	if c == nil {
		return nil
	}
	from, into, by := string(entry.Command.Account), string(c.Into), string(entry.Command.Actor)
	changed := func(account, record, id string, before, after any) error {
		was, err := asJSON(before)
		if err != nil {
			return err
		}
		is, err := asJSON(after)
		if err != nil {
			return err
		}
		batch.Queue(string(addChange), account, record, id, by, was, is)
		return nil
	}
	for _, contact := range c.Contacts {
		batch.Queue(string(moveContact), into, contact.ID, from)
		if err := changed(from, "contacts", contact.ID, contact, nil); err != nil {
			return err
		}
		if err := changed(into, "contacts", contact.ID, nil, carried[deal.Contact]{contact, from}); err != nil {
			return err
		}
	}
	for _, d := range c.Documents {
		if !d.Stays {
			batch.Queue(string(deleteDocument), from, d.Was.Kind, d.Was.ID, d.Was.Version)
			if err := changed(from, "dossier", d.Was.Kind+"/"+d.Was.ID, d.Was, nil); err != nil {
				return err
			}
		}
		is := d.Is
		batch.Queue(string(carryDocument), into, is.Kind, is.ID, is.Cycle, is.Body, is.CreatedAt, string(is.UpdatedBy), is.UpdatedAt, is.Key)
		if err := changed(into, "dossier", is.Kind+"/"+is.ID, nil, carried[deal.Document]{is, from}); err != nil {
			return err
		}
	}
	for _, d := range c.Mended {
		is := d.Is
		is.UpdatedBy, is.UpdatedAt = entry.Command.Actor, entry.After.LastAt
		batch.Queue(string(mendDocument), into, is.Kind, is.ID, d.Was.Version, is.Body, by, is.UpdatedAt)
		if err := changed(into, "dossier", is.Kind+"/"+is.ID, d.Was, carried[deal.Document]{is, from}); err != nil {
			return err
		}
	}
	if c.Was.Version == 0 {
		return nil
	}
	c.Is.Version = c.Was.Version + 1
	batch.Queue(string(putProfile), profileArgs(deal.State{Account: c.Into, Number: c.Number}, c.Is, entry.Command.Actor, upsertKeys(c.Formerly)...))
	return changed(into, "account_profile", into, c.Was, carried[deal.Profile]{c.Is, from})
}

// carried is a record in a change row that says from which account it came.
type carried[R any] struct {
	record R
	from   string
}

// MarshalJSON writes the record with the account beside its own fields; who reads only the record does not see it.
func (c carried[R]) MarshalJSON() ([]byte, error) {
	body, err := json.Marshal(c.record)
	if err != nil {
		return nil, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("encode what was carried over: %w", err)
	}
	if fields["carried_from"], err = json.Marshal(c.from); err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}
