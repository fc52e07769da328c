package store

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	channelChoices   = named("ChannelChoices")
	lockChoices      = named("LockChoices")
	putChannelChoice = named("PutChannelChoice")
	addChannelChange = named("AddChannelChange")
	channelChanges   = named("ChannelChanges")
)

// ChannelChoices are what a person chose, channel by channel; channels without a choice are not among them.
func (s *Store) ChannelChoices(ctx context.Context, who deal.PersonID) ([]view.ChannelChoice, error) {
	rows, err := s.pool.Query(ctx, string(channelChoices), string(who))
	if err != nil {
		return nil, fail("read channels", err)
	}
	all, err := pgx.CollectRows(rows, scanChoice)
	return all, fail("read channels", err)
}

func scanChoice(row pgx.CollectableRow) (c view.ChannelChoice, err error) {
	err = row.Scan(&c.Person, &c.Channel, &c.On, &c.Address, &c.Mention, &c.QuietFrom, &c.QuietUntil, &c.Digests, &c.AtOnce, &c.Kinds,
		&c.Language, &c.ChangedBy, instant(&c.ChangedAt), &c.Confirmed)
	return c, err
}

// PutChannelChoice replaces what was chosen before. What waits already follows the new choice. An address counts as confirmed
// when the person has said it; one that somebody else enters is not, unless it is the one that was confirmed. A change of an
// address is kept, and told: to the person, and by letter to the former address, whatever is chosen from now on.
func (s *Store) PutChannelChoice(ctx context.Context, c view.ChannelChoice) (view.ChannelChoice, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return c, fail("choose channel", err)
	}
	told := false
	err = s.transact(ctx, "choose channel", func(tx pgx.Tx) error {
		told = false
		var name string
		if err := tx.QueryRow(ctx, string(lockChoices), string(c.Person)).Scan(&name); err != nil {
			return err
		}
		before, err := choiceBefore(ctx, tx, c)
		if err != nil {
			return err
		}
		own, same := c.ChangedBy == c.Person, strings.EqualFold(before.Address, c.Address)
		c.Confirmed = c.Address != "" && (own || same && before.Confirmed)
		digests := c.Digests
		if digests == nil {
			digests = []int{}
		}
		err = tx.QueryRow(ctx, string(putChannelChoice), string(c.Person), string(c.Channel), c.On, orNull(c.Address), orNull(c.Mention),
			c.QuietFrom, c.QuietUntil, digests, c.AtOnce, words(c.Kinds), orNull(c.Language), string(c.ChangedBy), c.Confirmed).Scan(instant(&c.ChangedAt))
		if err != nil || same {
			return err
		}
		_, err = tx.Exec(ctx, string(addChannelChange), id.String(), string(c.Person), string(c.Channel), orNull(before.Address), orNull(c.Address),
			string(c.ChangedBy), c.ChangedAt)
		if err != nil || own && (before.Address == "" || c.Address == "") { // who begins or ends it knows
			return err
		}
		told = true
		return s.tellOfAddress(ctx, tx, id.String(), before, c)
	})
	if err == nil && told {
		s.posted()
	}
	return c, err
}

// choiceBefore is what holds for the channel of a choice; the zero value when nothing was chosen.
func choiceBefore(ctx context.Context, tx pgx.Tx, c view.ChannelChoice) (view.ChannelChoice, error) {
	rows, err := tx.Query(ctx, string(channelChoices), string(c.Person))
	if err != nil {
		return view.ChannelChoice{}, err
	}
	all, err := pgx.CollectRows(rows, scanChoice)
	for _, before := range all {
		if before.Channel == c.Channel {
			return before, err
		}
	}
	return view.ChannelChoice{}, err
}

// tellOfAddress tells somebody that their letters go elsewhere. The letter about it is planned here, for the former address: a
// notice has one letter, so none goes to the new one.
func (s *Store) tellOfAddress(ctx context.Context, tx pgx.Tx, id string, before, now view.ChannelChoice) error {
	org, err := s.orgIn(ctx, tx)
	if err != nil {
		return err
	}
	by, _ := org.Person(now.ChangedBy)
	notice := deal.NewPersonNotice(deal.AddressChangedNotice, now.Person, "channel/"+string(now.Channel)+"/"+id, now.ChangedAt, by.Name)
	if err := (PersonWork{tx}).Notify(ctx, notice); err != nil {
		return err
	}
	if !before.On || before.Address == "" {
		return nil
	}
	return insertDeliveries(ctx, tx, []view.Delivery{{
		ID: "ntc_" + deal.PersonWorkID("former address", notice.Ref, now.Person), Notice: notice.ID, Source: string(view.PersonNotice), Kind: string(notice.Kind),
		Recipient: string(now.Person), Channel: now.Channel, At: now.ChangedAt, NextAt: now.ChangedAt, Address: before.Address,
	}})
}

// ChannelChanges are the last changes of somebody's addresses, newest first.
func (s *Store) ChannelChanges(ctx context.Context, who deal.PersonID, limit int) ([]view.ChannelChange, error) {
	rows, err := s.pool.Query(ctx, string(channelChanges), string(who), limit)
	if err != nil {
		return nil, fail("read changes of addresses", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c view.ChannelChange, err error) {
		err = row.Scan(&c.Channel, &c.Former, &c.Address, &c.By, instant(&c.At))
		return c, err
	})
	return all, fail("read changes of addresses", err)
}
