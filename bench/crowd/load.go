package crowd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"closedloop/store"
)

// House is a filled database.
type House struct {
	size     Size
	people   *people
	patterns []*pattern
	weight   int
}

// Fill migrates an empty database and fills it. The server should not flush while it is filled, and be vacuumed and analysed
// afterwards, which [House.Settle] does.
func Fill(ctx context.Context, url string, size Size, log *slog.Logger) (*House, error) {
	if err := store.Migrate(ctx, url); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	h := &House{size: size, people: organisation(size)}
	if err := h.people.save(ctx, conn); err != nil {
		return nil, err
	}
	if err := h.learn(ctx, url, conn); err != nil {
		return nil, err
	}
	log.InfoContext(ctx, "lives walked", "lives", len(h.patterns), "events an account", fmt.Sprintf("%.1f", h.eventsEach()))
	back, err := withoutIndexes(ctx, conn)
	if err != nil {
		return nil, err
	}
	if err := h.repeat(ctx, url, log); err != nil {
		return nil, err
	}
	log.InfoContext(ctx, "rows copied; building indexes", "indexes", len(back))
	for _, index := range back {
		if _, err := conn.Exec(ctx, index); err != nil {
			return nil, fmt.Errorf("build index: %w", err)
		}
	}
	return h, nil
}

// learn walks the lives and takes them apart.
func (h *House) learn(ctx context.Context, url string, conn *pgx.Conn) error {
	st, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return fmt.Errorf("open store: %w", err)
	}
	defer st.Close()
	ids, err := walkAll(ctx, st, h.people)
	if err != nil {
		return err
	}
	all, err := tables(ctx, conn)
	if err != nil {
		return err
	}
	if err := asOfThen(ctx, conn, all); err != nil {
		return err
	}
	for i, id := range ids {
		log, err := st.Whole(ctx, everything(), id)
		if err != nil {
			return fmt.Errorf("read log: %w", err)
		}
		var rows [][][]string
		for _, t := range all {
			read, err := t.rows(ctx, conn, string(id))
			if err != nil {
				return err
			}
			rows = append(rows, read)
		}
		life, err := takeApart(id, log, all, rows, h.people)
		if err != nil {
			return err
		}
		l := lives()[i]
		life.weight, life.ended = l.weight, l.end == lost || l.end == dropped || l.end == resting
		h.patterns, h.weight = append(h.patterns, life), h.weight+l.weight
	}
	return nil
}

// asOfThen dates records, which the store stamps with the clock on the wall, back to the end of their life.
func asOfThen(ctx context.Context, conn *pgx.Conn, all []table) error {
	var errs []error
	for _, t := range all {
		for _, column := range []string{"created_at", "updated_at", "at"} {
			recorded := t.name == "account_profile" || t.name == "contacts" || t.name == "dossier" || t.name == "step_forms" || t.name == "record_changes"
			if !recorded || t.place(column) < 0 {
				continue
			}
			_, err := conn.Exec(ctx, fmt.Sprintf(`UPDATE %s r SET %s = a.updated_at FROM accounts a WHERE a.id = r.account_id`, t.name, column))
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("date records back: %w", err)
	}
	return nil
}

// eventsEach is how many events an account has on average.
func (h *House) eventsEach() float64 {
	events := 0
	for _, life := range h.patterns {
		events += len(life.events) * life.weight
	}
	return float64(events) / float64(h.weight)
}

// withoutIndexes drops every index that no constraint needs, and says how to make them again.
func withoutIndexes(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `
		SELECT i.indexname, i.indexdef FROM pg_indexes i
		WHERE i.schemaname = 'public' AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)
			AND i.tablename NOT LIKE 'goose%'
		ORDER BY i.indexname`)
	if err != nil {
		return nil, fmt.Errorf("list indexes: %w", err)
	}
	var name, definition string
	var names, back []string
	_, err = pgx.ForEachRow(rows, []any{&name, &definition}, func() error {
		names, back = append(names, pgx.Identifier{name}.Sanitize()), append(back, definition)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list indexes: %w", err)
	}
	if _, err := conn.Exec(ctx, "DROP INDEX "+strings.Join(names, ", ")); err != nil {
		return nil, fmt.Errorf("drop indexes: %w", err)
	}
	return back, nil
}

// Of the work of filling.
const (
	hands  = 2    // that make accounts and copy them at the same time
	stride = 1000 // accounts in one go
)

// repeat makes all accounts beside the walked ones.
func (h *House) repeat(ctx context.Context, url string, log *slog.Logger) error {
	var next, done atomic.Int64
	errs := make([]error, hands)
	var all sync.WaitGroup
	total := h.size.Accounts - len(h.patterns)
	for hand := range hands {
		all.Go(func() {
			errs[hand] = func() error {
				conn, err := pgx.Connect(ctx, url)
				if err != nil {
					return fmt.Errorf("connect: %w", err)
				}
				defer conn.Close(ctx)
				for {
					from := int(next.Add(stride)) - stride
					if from >= total {
						return nil
					}
					to := min(from+stride, total)
					if err := h.stretch(ctx, conn, from, to); err != nil {
						return err
					}
					if n := done.Add(int64(to - from)); n%20_000 < stride {
						log.InfoContext(ctx, "accounts", "copied", n, "of", total)
					}
				}
			}()
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// stretch makes some accounts and copies them.
func (h *House) stretch(ctx context.Context, conn *pgx.Conn, from, to int) error {
	all := h.patterns[0].tables
	var log bytes.Buffer
	outs := make([]bytes.Buffer, len(all))
	for n := from; n < to; n++ {
		if err := h.newAccount(n).writeAll(&log, outs); err != nil {
			return err
		}
	}
	if err := copyInto(ctx, conn, eventsTable, &log); err != nil {
		return err
	}
	for i, t := range all {
		if err := copyInto(ctx, conn, t, &outs[i]); err != nil {
			return err
		}
	}
	return nil
}

func copyInto(ctx context.Context, conn *pgx.Conn, t table, rows *bytes.Buffer) error {
	sql := fmt.Sprintf("COPY %s (%s) FROM STDIN", pgx.Identifier{t.name}.Sanitize(), t.list())
	if _, err := conn.PgConn().CopyFrom(ctx, rows, sql); err != nil {
		return fmt.Errorf("copy into %s: %w", t.name, err)
	}
	return nil
}
