package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	lockRelayEnd      = named("LockRelayEnd")
	setRelayEnd       = named("SetRelayEnd")
	outboxAhead       = named("OutboxAhead")
	choicesOfMany     = named("ChoicesOfMany")
	addDeliveries     = named("AddDeliveries")
	channelsDue       = named("ChannelsDue")
	pauseChannel      = named("PauseChannel")
	outgoingBegun     = named("OutgoingBegun")
	outgoingAgain     = named("OutgoingAgain")
	outgoingFresh     = named("OutgoingFresh")
	beginAttempts     = named("BeginAttempts")
	endAttempts       = named("EndAttempts")
	postponeOnes      = named("PostponeDeliveries")
	postponeRecipient = named("PostponeRecipient")
)

// fannedAtOnce bounds how many rows of the outbox one transaction reads into deliveries.
const fannedAtOnce = 500

// FanOut reads the outbox on from where it was read before and makes a delivery for each recipient and channel, as plan
// says. Where it was read to is written with them, so each notice is planned once, whoever does it and whenever they die.
// More tells that there may be further rows.
func (s *Store) FanOut(ctx context.Context, channels []view.Channel,
	plan func(said []view.Said, choices []view.ChannelChoice, hooks []view.Webhook) []view.Delivery,
) (more bool, err error) {
	err = s.transact(ctx, "plan deliveries", func(tx pgx.Tx) error {
		var position int64
		if err := tx.QueryRow(ctx, string(lockRelayEnd)).Scan(&position); err != nil {
			return err
		}
		said, err := readSaid(ctx, tx, outboxAhead, position, fannedAtOnce)
		if err != nil || len(said) == 0 {
			return err
		}
		more = len(said) == fannedAtOnce
		people := make([]string, len(said))
		for i, n := range said {
			people[i] = string(n.To)
		}
		rows, err := tx.Query(ctx, string(choicesOfMany), people, words(channels))
		if err != nil {
			return err
		}
		choices, err := pgx.CollectRows(rows, scanChoice)
		if err != nil {
			return err
		}
		hooks, err := readWebhooks(ctx, tx)
		if err != nil {
			return err
		}
		if err := insertDeliveries(ctx, tx, plan(said, choices, hooks)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, string(setRelayEnd), said[len(said)-1].Position)
		return err
	})
	return more && err == nil, err
}

func readSaid(ctx context.Context, db reader, sql statement, args ...any) ([]view.Said, error) {
	rows, err := db.Query(ctx, string(sql), args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n view.Said, err error) {
		err = row.Scan(&n.Position, &n.Notice, &n.To, &n.Source, instant(&n.At), &n.Kind)
		return n, err
	})
}

func insertDeliveries(ctx context.Context, tx pgx.Tx, list []view.Delivery) error {
	if len(list) == 0 {
		return nil
	}
	column := func(of func(view.Delivery) string) []string {
		out := make([]string, len(list))
		for i, d := range list {
			out[i] = of(d)
		}
		return out
	}
	_, err := tx.Exec(ctx, string(addDeliveries),
		column(func(d view.Delivery) string { return d.ID }), column(func(d view.Delivery) string { return d.Notice }),
		column(func(d view.Delivery) string { return d.Source }), column(func(d view.Delivery) string { return d.Kind }),
		column(func(d view.Delivery) string { return d.Recipient }), column(func(d view.Delivery) string { return string(d.Channel) }),
		asTimes(list, func(d view.Delivery) time.Time { return d.At }), asTimes(list, func(d view.Delivery) time.Time { return d.NextAt }),
		column(func(d view.Delivery) string { return d.Address }))
	return err
}

// ChannelsDue says when each of the channels has something to send next; those without are not among them.
func (s *Store) ChannelsDue(ctx context.Context, channels []view.Channel) ([]view.ChannelDue, error) {
	rows, err := s.pool.Query(ctx, string(channelsDue), words(channels))
	if err != nil {
		return nil, fail("ask what is due", err)
	}
	due, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d view.ChannelDue, err error) {
		err = row.Scan(&d.Channel, instant(&d.Next))
		return d, err
	})
	return due, fail("ask what is due", err)
}

// PauseChannel leaves a whole channel alone until an instant; a shorter pause does not end a longer one.
func (s *Store) PauseChannel(ctx context.Context, channel view.Channel, until time.Time) error {
	_, err := s.pool.Exec(ctx, string(pauseChannel), string(channel), until)
	return fail("pause channel", err)
}

// OutgoingBegun are deliveries whose attempt began and whose end nobody wrote. Whoever asks holds the channel's lock, so
// the process that began it is no more.
func (s *Store) OutgoingBegun(ctx context.Context, channel view.Channel) ([]view.Outgoing, error) {
	return s.outgoing(ctx, outgoingBegun, string(channel))
}

// OutgoingAgain are deliveries that are due for another attempt, whole parcels one behind the other.
func (s *Store) OutgoingAgain(ctx context.Context, channel view.Channel, now time.Time, limit int) ([]view.Outgoing, error) {
	return s.outgoing(ctx, outgoingAgain, string(channel), now, limit)
}

// OutgoingFresh is what is due for the first time, everything that waits for the recipients who have waited longest, up to
// the limit for each.
func (s *Store) OutgoingFresh(ctx context.Context, channel view.Channel, now time.Time, limit int) ([]view.Outgoing, error) {
	return s.outgoing(ctx, outgoingFresh, string(channel), now, limit)
}

func (s *Store) outgoing(ctx context.Context, sql statement, args ...any) ([]view.Outgoing, error) {
	rows, err := s.pool.Query(ctx, string(sql), args...)
	if err != nil {
		return nil, fail("read deliveries", err)
	}
	all, err := pgx.CollectRows(rows, scanOutgoing)
	return all, fail("read deliveries", err)
}

func deliveryFields(d *view.Delivery) []any {
	return []any{
		&d.ID, &d.Notice, &d.Source, &d.Kind, &d.Recipient, &d.Channel, instant(&d.At), &d.State, instant(&d.NextAt), &d.Parcel, &d.Attempts,
		&d.Failures, instant(&d.BeganAt), instant(&d.EndedAt), &d.Reason, &d.Detail, &d.HandledBy, instant(&d.HandledAt), &d.Account, &d.Number,
	}
}

func scanOutgoing(row pgx.CollectableRow) (o view.Outgoing, err error) {
	c := &o.Choice
	var args []byte
	err = row.Scan(append(deliveryFields(&o.Delivery), &o.AccountName, &o.Seq, &o.Ref, instant(&o.Due), &args,
		&c.On, &c.Address, &c.Mention, &c.QuietFrom, &c.QuietUntil, &c.Digests, &c.AtOnce, &c.Kinds, &c.Language, &o.Gone, &o.Told, &o.Address, &c.Confirmed)...)
	if err != nil {
		return o, err
	}
	c.Person, c.Channel = deal.PersonID(o.Recipient), o.Channel
	return o, json.Unmarshal(args, &o.Args)
}

// BeginAttempts writes down that deliveries are about to go out, each with the parcel of its message, before anybody is
// called.
func (s *Store) BeginAttempts(ctx context.Context, ids, parcels []string) error {
	_, err := s.pool.Exec(ctx, string(beginAttempts), ids, parcels)
	return fail("begin attempt", err)
}

// EndAttempts writes down what became of attempts, all or none.
func (s *Store) EndAttempts(ctx context.Context, attempts []view.Attempt) error {
	return s.transact(ctx, "end attempt", func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		for _, a := range attempts {
			batch.Queue(string(endAttempts), a.IDs, string(a.State), instantOrNull(a.NextAt), a.Failures, orNull(a.Reason), orNull(a.Detail))
		}
		return tx.SendBatch(ctx, batch).Close()
	})
}

// PostponeDeliveries moves deliveries to instants of their own.
func (s *Store) PostponeDeliveries(ctx context.Context, ids []string, until []time.Time) error {
	_, err := s.pool.Exec(ctx, string(postponeOnes), ids, until)
	return fail("postpone deliveries", err)
}

// PostponeRecipient leaves one recipient of a channel alone until an instant.
func (s *Store) PostponeRecipient(ctx context.Context, channel view.Channel, recipient string, until time.Time) error {
	_, err := s.pool.Exec(ctx, string(postponeRecipient), string(channel), recipient, until)
	return fail("postpone deliveries", err)
}
