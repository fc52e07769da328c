package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	logUntil        = named("LogUntil")
	allFormsOf      = named("AllFormsOf")
	dossierOfCycles = named("DossierOf")
	textsByID       = named("TextsOf")
)

// History is everything of an account that it takes to see it as it was at an instant; the zero instant asks for now,
// with nothing later. Later changes are read last: whatever is written while we read is among them, with what it was.
func (s *Store) History(ctx context.Context, v view.Viewer, id deal.AccountID, at time.Time) (view.History, error) {
	return s.historyOf(ctx, v, id, id, at)
}

// HistoryAbove is the same of an account above one that the viewer sees: for what it shared with that one at the instant,
// which is for the caller to pick out.
func (s *Store) HistoryAbove(ctx context.Context, v view.Viewer, id, above deal.AccountID, at time.Time) (view.History, error) {
	return s.historyOf(ctx, v, id, above, at)
}

func (s *Store) historyOf(ctx context.Context, v view.Viewer, seen, id deal.AccountID, at time.Time) (view.History, error) {
	var h view.History
	var until *time.Time
	if !at.IsZero() {
		until = &at
	}
	err := s.ifVisible(ctx, "read history", v, seen, func(batch *pgx.Batch) {
		batch.Queue(string(logUntil), string(id), until).Query(func(rows pgx.Rows) (err error) {
			h.Log, err = pgx.CollectRows(rows, scanEvent)
			return err
		})
		batch.Queue(string(profileOf), string(id)).QueryRow(func(row pgx.Row) (err error) {
			h.Profile, err = scanProfile(row)
			return orNothing(err)
		})
		batch.Queue(string(contactsOf), string(id)).Query(func(rows pgx.Rows) (err error) {
			h.Contacts, err = pgx.CollectRows(rows, scanContact)
			return err
		})
		batch.Queue(string(allFormsOf), string(id)).Query(func(rows pgx.Rows) (err error) {
			h.Forms, err = pgx.CollectRows(rows, scanForm)
			return err
		})
		batch.Queue(string(dossierOfCycles), string(id)).Query(func(rows pgx.Rows) (err error) {
			h.Dossier, err = pgx.CollectRows(rows, scanDocument)
			return err
		})
		if until == nil {
			return
		}
		batch.Queue(string(changedSince), string(id), at).Query(func(rows pgx.Rows) (err error) {
			h.Later, err = pgx.CollectRows(rows, scanChange)
			return err
		})
	})
	if err != nil {
		return view.History{}, err
	}
	return h, nil
}

// Texts are those of an account that still exist, by ID.
func (s *Store) Texts(ctx context.Context, v view.Viewer, id deal.AccountID, ids []string) (map[string]string, error) {
	texts := map[string]string{}
	err := s.ifVisible(ctx, "read texts", v, id, func(batch *pgx.Batch) {
		batch.Queue(string(textsByID), string(id), words(ids)).Query(func(rows pgx.Rows) error {
			var textID, content string
			_, err := pgx.ForEachRow(rows, []any{&textID, &content}, func() error {
				texts[textID] = content
				return nil
			})
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return texts, nil
}
