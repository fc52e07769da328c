package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	precheck      = named("Precheck")
	stage         = named("Stage")
	unstage       = named("Unstage")
	eventsPage    = named("Events")
	textsOfEvents = named("TextsOfEvents")
	wholeLog      = named("WholeLog")
)

// Precheck tells in one round trip whether the viewer sees the account, where it stands if so, and what the key got if
// it was used before. A key belongs to one actor, so its answer is given whatever the scope is today.
func (s *Store) Precheck(ctx context.Context, v view.Viewer, id deal.AccountID, key string) (view.Precheck, error) {
	var p view.Precheck
	var state *deal.State
	var first *deal.Answer
	args := as(v, pgx.StrictNamedArgs{"id": string(id), "key": key})
	err := s.pool.QueryRow(ctx, string(precheck), args).Scan(&p.Visible, &state, text(&p.First.Fingerprint), &first)
	if err != nil {
		return view.Precheck{}, fail("look before sending", err)
	}
	if p.Visible {
		p.State = *state
	}
	if first != nil {
		p.Known, p.First.Answer = true, *first
	}
	return p, nil
}

// Stage puts texts and drafts beside a command. Staging again under the same key adds to what is there.
func (s *Store) Stage(ctx context.Context, staged view.Staged) error {
	texts := staged.Texts
	if texts == nil {
		texts = map[string]string{}
	}
	_, err := s.pool.Exec(ctx, string(stage), string(staged.Account), staged.Key, texts, staged.Draft)
	return fail("stage texts", err)
}

// Unstage takes them away after a refusal.
func (s *Store) Unstage(ctx context.Context, id deal.AccountID, key string) error {
	_, err := s.pool.Exec(ctx, string(unstage), string(id), key)
	return fail("take staged texts away", err)
}

// Events is a stretch of the account's log, oldest first, with the texts that still exist.
func (s *Store) Events(ctx context.Context, v view.Viewer, id deal.AccountID, p view.Page) (view.Events, error) {
	out := view.Events{Texts: map[string]string{}}
	c, err := after(p, "events")
	if err != nil {
		return out, fail("read log", err)
	}
	var from int64
	if c != nil {
		if from, err = strconv.ParseInt(c.ID, 10, 64); err != nil {
			return out, fail("read log", view.ErrBadCursor)
		}
	}
	args := as(v, pgx.StrictNamedArgs{"id": string(id), "after": from, "limit": limit(p) + 1})
	items, err := readEvents(ctx, s.pool, string(eventsPage), args)
	if err != nil {
		return out, err
	}
	if len(items) == 0 && c == nil {
		return out, fail("read log", deal.ErrNotFound)
	}
	out.Items, out.Next = page(items, p, func(e deal.Event) cursor {
		return cursor{List: "events", ID: strconv.FormatInt(e.Seq, 10)}
	})
	if len(out.Items) == 0 {
		return out, nil
	}
	span := pgx.StrictNamedArgs{"id": string(id), "first": out.Items[0].Seq, "last": out.Items[len(out.Items)-1].Seq}
	rows, err := s.pool.Query(ctx, string(textsOfEvents), span)
	if err != nil {
		return out, fail("read texts of log", err)
	}
	var textID, content string
	_, err = pgx.ForEachRow(rows, []any{&textID, &content}, func() error {
		out.Texts[textID] = content
		return nil
	})
	return out, fail("read texts of log", err)
}

// Whole is all of the account's log, to verify its chain or fold it.
func (s *Store) Whole(ctx context.Context, v view.Viewer, id deal.AccountID) ([]deal.Event, error) {
	events, err := readEvents(ctx, s.pool, string(wholeLog), as(v, pgx.StrictNamedArgs{"id": string(id)}))
	if err == nil && len(events) == 0 {
		err = fail("read whole log", deal.ErrNotFound)
	}
	return events, err
}

// rowsQuerier is a pool or a transaction.
type rowsQuerier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func readEvents(ctx context.Context, db rowsQuerier, sql string, args ...any) ([]deal.Event, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fail("read log", err)
	}
	events, err := pgx.CollectRows(rows, scanEvent)
	return events, fail("read log", err)
}

func scanEvent(row pgx.CollectableRow) (deal.Event, error) {
	var e deal.Event
	var content []byte
	err := row.Scan(&e.Account, &e.Seq, &e.Cycle, &e.Step, &e.Kind, &e.Version, &content, &e.Actor, &e.Key, instant(&e.At), &e.Prev, &e.Hash)
	if err != nil {
		return e, err
	}
	if err := e.SetContent(content); err != nil {
		return e, fmt.Errorf("%w: %w", deal.ErrPermanent, err)
	}
	return e, nil
}
