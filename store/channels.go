package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	webhooksAll   = named("Webhooks")
	webhookOne    = named("Webhook")
	addWebhook    = named("AddWebhook")
	lockWebhook   = named("LockWebhook")
	putWebhook    = named("PutWebhook")
	stopWebhook   = named("StopWebhook")
	deleteWebhook = named("DeleteWebhook")
)

// Webhooks are all of them, in order of ID.
func (s *Store) Webhooks(ctx context.Context) ([]view.Webhook, error) {
	all, err := readWebhooks(ctx, s.pool)
	return all, fail("list webhooks", err)
}

func readWebhooks(ctx context.Context, db reader) ([]view.Webhook, error) {
	rows, err := db.Query(ctx, string(webhooksAll))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanWebhook)
}

func scanWebhook(row pgx.CollectableRow) (w view.Webhook, err error) {
	err = row.Scan(&w.ID, &w.URL, &w.Note, &w.Kinds, &w.Sealed, &w.FormerSealed, instant(&w.FormerUntil), &w.SealedFor, &w.Active, &w.Stopped, &w.Version,
		&w.CreatedBy, instant(&w.CreatedAt), &w.ChangedBy, instant(&w.ChangedAt))
	return w, err
}

// Webhook is one of them.
func (s *Store) Webhook(ctx context.Context, id string) (view.Webhook, error) {
	w, err := oneWebhook(ctx, s.pool, webhookOne, id)
	return w, fail("read webhook", err)
}

func oneWebhook(ctx context.Context, db reader, sql statement, id string) (view.Webhook, error) {
	rows, err := db.Query(ctx, string(sql), id)
	if err != nil {
		return view.Webhook{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanWebhook)
}

// AddWebhook adds one under its ID. One that is there already comes back as it is: the request came again.
func (s *Store) AddWebhook(ctx context.Context, w view.Webhook) (view.Webhook, error) {
	_, err := s.pool.Exec(ctx, string(addWebhook), w.ID, w.URL, w.Note, words(w.Kinds), w.Sealed, orNull(w.SealedFor), string(w.CreatedBy))
	if err != nil {
		return view.Webhook{}, fail("add webhook", err)
	}
	return s.Webhook(ctx, w.ID)
}

// ChangeWebhook edits one under its lock. Another version than the one named (0: whichever) is [deal.ErrStale], with the
// present one.
func (s *Store) ChangeWebhook(ctx context.Context, id string, version int64, by deal.PersonID, edit func(*view.Webhook)) (view.Webhook, error) {
	var w view.Webhook
	err := s.transact(ctx, "change webhook", func(tx pgx.Tx) (err error) {
		if w, err = oneWebhook(ctx, tx, lockWebhook, id); err != nil {
			return err
		}
		if version != 0 && version != w.Version {
			return deal.ErrStale
		}
		edit(&w)
		w.ChangedBy = by
		return tx.QueryRow(ctx, string(putWebhook), id, w.URL, w.Note, words(w.Kinds), w.Sealed, w.FormerSealed, instantOrNull(w.FormerUntil),
			orNull(w.SealedFor), w.Active, orNull(w.Stopped), string(by)).Scan(&w.Version, instant(&w.ChangedAt))
	})
	return w, err
}

// StopWebhook switches one off because of what it answered.
func (s *Store) StopWebhook(ctx context.Context, id, reason string) error {
	_, err := s.pool.Exec(ctx, string(stopWebhook), id, reason)
	return fail("stop webhook", err)
}

// DeleteWebhook removes one; what waited for it is skipped when its turn comes.
func (s *Store) DeleteWebhook(ctx context.Context, id string) error {
	tag, err := s.pool.Exec(ctx, string(deleteWebhook), id)
	if err == nil && tag.RowsAffected() == 0 {
		err = pgx.ErrNoRows
	}
	return fail("delete webhook", err)
}

// asTime is an instant as Postgres takes it.
func asTimes(list []view.Delivery, of func(view.Delivery) time.Time) []time.Time {
	out := make([]time.Time, len(list))
	for i, d := range list {
		out[i] = of(d)
	}
	return out
}
