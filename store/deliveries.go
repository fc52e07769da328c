package store

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	deliveriesList   = named("Deliveries")
	deliveryOne      = named("Delivery")
	lockDelivery     = named("LockDelivery")
	resendDeliveries = named("ResendDeliveries")
	dropDeliveries   = named("DropDeliveries")
	replayDeliveries = named("ReplayDeliveries")
	replayDelivery   = named("ReplayDelivery")
	outboxBetween    = named("OutboxBetween")
	parkedDeliveries = named("ParkedDeliveries")
	sweepDeliveries  = named("SweepDeliveries")
)

// Deliveries are those of a recipient, or (empty) of everybody, newest first.
func (s *Store) Deliveries(ctx context.Context, f view.DeliveryFilter) ([]view.Delivery, string, error) {
	const list = "deliveries"
	first, from, id, err := afterInstant(f.Page, list)
	if err != nil {
		return nil, "", fail("list deliveries", err)
	}
	rows, err := s.pool.Query(ctx, string(deliveriesList), pgx.QueryExecModeCacheDescribe, pgx.StrictNamedArgs{
		"state": string(f.State), "channel": string(f.Channel), "who": f.Recipient, "first": first, "at": from, "after": id, "limit": limit(f.Page) + 1,
	})
	if err != nil {
		return nil, "", fail("list deliveries", err)
	}
	items, err := pgx.CollectRows(rows, scanDelivery)
	if err != nil {
		return nil, "", fail("list deliveries", err)
	}
	items, next := page(items, f.Page, func(d view.Delivery) cursor { return at(list, d.At, d.ID) })
	return items, next, nil
}

func scanDelivery(row pgx.CollectableRow) (d view.Delivery, err error) {
	err = row.Scan(deliveryFields(&d)...)
	return d, err
}

// Delivery is one of them.
func (s *Store) Delivery(ctx context.Context, id string) (view.Delivery, error) {
	rows, err := s.pool.Query(ctx, string(deliveryOne), id)
	if err != nil {
		return view.Delivery{}, fail("read delivery", err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanDelivery)
	return d, fail("read delivery", err)
}

// ResendDelivery lets a dead letter go out once more, with everything that shared its message and under its ID. One that
// is on its way already stays as it is, and so a repeated call changes nothing; any other state is [deal.ErrStale].
func (s *Store) ResendDelivery(ctx context.Context, id string, by deal.PersonID) (view.Delivery, error) {
	return s.handle(ctx, "send again", id, by, resendDeliveries, view.DeliveryWaiting, view.DeliveryAttempting)
}

// DropDelivery lets a dead letter rest, with everything that shared its message. One that was dropped stays dropped; any
// other state is [deal.ErrStale].
func (s *Store) DropDelivery(ctx context.Context, id string, by deal.PersonID) (view.Delivery, error) {
	return s.handle(ctx, "drop delivery", id, by, dropDeliveries, view.DeliverySkipped)
}

func (s *Store) handle(ctx context.Context, doing, id string, by deal.PersonID, sql statement, settled ...view.DeliveryState) (view.Delivery, error) {
	err := s.transact(ctx, doing, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, string(lockDelivery), id)
		if err != nil {
			return err
		}
		var ids []string
		var state view.DeliveryState
		var one string
		var its view.DeliveryState
		_, err = pgx.ForEachRow(rows, []any{&one, &state}, func() error {
			if one == id {
				its = state
			}
			ids = append(ids, one)
			return nil
		})
		switch {
		case err != nil:
			return err
		case len(ids) == 0:
			return pgx.ErrNoRows
		case slices.Contains(settled, its):
			return nil
		case its != view.DeliveryParked:
			return deal.ErrStale
		}
		_, err = tx.Exec(ctx, string(sql), ids, string(by))
		return err
	})
	if err != nil {
		return view.Delivery{}, err
	}
	s.posted()
	return s.Delivery(ctx, id)
}

// replayedAtOnce bounds how many rows of the outbox a replay holds in memory.
const replayedAtOnce = 10_000

// ReplayWebhook lets everything that was said in a stretch of time go to a webhook once more: what it got goes out under
// its ID again, what it never got is planned now. It returns how many deliveries that are.
func (s *Store) ReplayWebhook(ctx context.Context, id string, from, until time.Time, by deal.PersonID,
	plan func(view.Webhook, []view.Said) []view.Delivery,
) (int, error) {
	replayed := 0
	err := s.bulk(ctx, pgx.TxOptions{}, "replay webhook", func(tx pgx.Tx) error {
		var position int64
		if err := tx.QueryRow(ctx, string(lockRelayEnd)).Scan(&position); err != nil {
			return err
		}
		hook, err := oneWebhook(ctx, tx, lockWebhook, id)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, string(replayDeliveries), id, from, until, string(by))
		if err != nil {
			return err
		}
		replayed = int(tag.RowsAffected())
		var before, behind int
		if err := tx.QueryRow(ctx, string(deliveriesOf), id).Scan(&before); err != nil {
			return err
		}
		for read := int64(0); ; {
			said, err := readSaid(ctx, tx, outboxBetween, read, replayedAtOnce, from, until, position)
			if err != nil {
				return err
			}
			if err := insertDeliveries(ctx, tx, plan(hook, said)); err != nil {
				return err
			}
			if len(said) < replayedAtOnce {
				break
			}
			read = said[len(said)-1].Position
		}
		if err := tx.QueryRow(ctx, string(deliveriesOf), id).Scan(&behind); err != nil {
			return err
		}
		replayed += behind - before
		return nil
	})
	if err == nil && replayed > 0 {
		s.posted()
	}
	return replayed, err
}

// ReplayDelivery lets one delivery go to its webhook once more, under its ID. One that is on its way already stays as it
// is; one of another webhook is [deal.ErrNotFound].
func (s *Store) ReplayDelivery(ctx context.Context, hook, id string, by deal.PersonID) (int, error) {
	d, err := s.Delivery(ctx, id)
	if err != nil {
		return 0, err
	}
	if d.Recipient != hook {
		return 0, fail("replay delivery", pgx.ErrNoRows)
	}
	tag, err := s.pool.Exec(ctx, string(replayDelivery), hook, id, string(by))
	if err != nil {
		return 0, fail("replay delivery", err)
	}
	s.posted()
	return int(tag.RowsAffected()), nil
}

var deliveriesOf = named("CountDeliveriesOf")

// AddDeliveries plans deliveries beside the outbox: a test of a webhook.
func (s *Store) AddDeliveries(ctx context.Context, list []view.Delivery) error {
	err := s.transact(ctx, "plan deliveries", func(tx pgx.Tx) error { return insertDeliveries(ctx, tx, list) })
	if err == nil {
		s.posted()
	}
	return err
}

// ParkedDeliveries counts the dead letters of each channel.
func (s *Store) ParkedDeliveries(ctx context.Context) (map[view.Channel]int, error) {
	rows, err := s.pool.Query(ctx, string(parkedDeliveries))
	if err != nil {
		return nil, fail("count dead letters", err)
	}
	counts := map[view.Channel]int{}
	var channel view.Channel
	var n int
	_, err = pgx.ForEachRow(rows, []any{&channel, &n}, func() error {
		counts[channel] = n
		return nil
	})
	return counts, fail("count dead letters", err)
}
