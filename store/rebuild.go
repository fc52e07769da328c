package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var (
	logOf  = named("LogOf")
	logged = named("Logged")
)

// Rebuild makes every projection of an account anew from its log, under the account's lock. Records and the log itself
// stay as they are; so do lines of the inbox that were read, since IDs follow from the log.
func (s *Store) Rebuild(ctx context.Context, id deal.AccountID) error {
	return s.transact(ctx, "rebuild account", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, string(lockOpening), string(id)); err != nil {
			return err
		}
		var state deal.State
		if err := orNothing(tx.QueryRow(ctx, string(lockAccount), string(id)).Scan(&state)); err != nil && !undecodable(err) {
			return err // a row that cannot even be read is what Rebuild is for
		}
		rows, _, err := fromLog(ctx, tx, id)
		if err != nil {
			return err
		}
		batch := &pgx.Batch{}
		for _, p := range projections() {
			batch.Queue(p.clear, string(id))
		}
		queueRows(batch, rows)
		return tx.SendBatch(ctx, batch).Close()
	})
}

// fromLog reads an account's log and works out the rows that follow from it, and where its chain breaks.
func fromLog(ctx context.Context, db rowsQuerier, id deal.AccountID) ([]row, *deal.Break, error) {
	events, err := readEvents(ctx, db, string(logOf), string(id))
	if err != nil || len(events) == 0 {
		return nil, nil, err
	}
	broken, err := deal.Verify(events)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: verify log: %w", deal.ErrPermanent, err)
	}
	rows, err := rowsOf(deal.Fold(deal.State{}, events...), deal.Project(deal.State{}, events...), cyclesOf(events))
	return rows, broken, err
}

// Logged are the accounts that have a log or a row, in order of ID, after the given one.
func (s *Store) Logged(ctx context.Context, after deal.AccountID, limit int) ([]deal.AccountID, error) {
	return s.ids(ctx, "list accounts with a log", logged, string(after), limit)
}

// Difference is where a table is not what the log says.
type Difference struct {
	Account deal.AccountID `json:"account"`
	Table   string         `json:"table"`
	Row     string         `json:"row"`  // its primary key, as JSON; empty for the table as a whole
	Want    string         `json:"want"` // what follows from the log
	Got     string         `json:"got"`  // what is there; empty for a row that is missing
}

// Compare folds an account's log from its first event and holds the result against every projection, column by column
// and the state byte by byte; it verifies the hash chain as well. Nothing is returned for an account that is sound. It
// reads one snapshot and takes no lock.
func (s *Store) Compare(ctx context.Context, id deal.AccountID) ([]Difference, error) {
	var found []Difference
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error {
		rows, broken, err := fromLog(ctx, tx, id)
		if err != nil {
			return err
		}
		if broken != nil {
			found = append(found, Difference{
				Account: id, Table: "account_events", Row: fmt.Sprintf("[%d]", broken.Seq), Want: "an unbroken chain", Got: broken.Reason,
			})
		}
		counts, err := compareCounts(ctx, tx, id, rows)
		if err != nil {
			return err
		}
		differing, err := compareRows(ctx, tx, id, rows)
		found = append(append(found, counts...), differing...)
		return err
	})
	return found, fail("compare account", err)
}

// CompareAll compares every account.
func (s *Store) CompareAll(ctx context.Context) ([]Difference, error) {
	const batch = 500
	var found []Difference
	for after := deal.AccountID(""); ; {
		ids, err := s.Logged(ctx, after, batch)
		if err != nil {
			return found, err
		}
		for _, id := range ids {
			differences, err := s.Compare(ctx, id)
			if err != nil {
				return found, err
			}
			found = append(found, differences...)
		}
		if len(ids) < batch {
			return found, nil
		}
		after = ids[len(ids)-1]
	}
}

// compareCounts finds tables with rows that do not follow from the log, or lack some.
func compareCounts(ctx context.Context, tx pgx.Tx, id deal.AccountID, rows []row) ([]Difference, error) {
	want := make(map[*projection]int)
	for _, r := range rows {
		want[r.of]++
	}
	var found []Difference
	batch := &pgx.Batch{}
	for _, p := range projections() {
		batch.Queue(p.count, string(id)).QueryRow(func(row pgx.Row) error {
			var got int
			err := row.Scan(&got)
			if err == nil && got != want[p] {
				found = append(found, Difference{
					Account: id, Table: p.name, Want: fmt.Sprintf("%d rows", want[p]), Got: fmt.Sprintf("%d rows", got),
				})
			}
			return err
		})
	}
	return found, tx.SendBatch(ctx, batch).Close()
}

// compareRows finds rows that are missing or have other values.
func compareRows(ctx context.Context, tx pgx.Tx, id deal.AccountID, rows []row) ([]Difference, error) {
	var differing []row
	batch := &pgx.Batch{}
	for _, r := range rows {
		batch.Queue(r.of.same, r.values...).QueryRow(func(result pgx.Row) error {
			var same bool
			err := orNothing(result.Scan(&same))
			if err == nil && !same {
				differing = append(differing, r)
			}
			return err
		})
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, err
	}
	var found []Difference
	for _, r := range differing {
		d := Difference{Account: id, Table: r.of.name}
		key := r.values[:len(r.of.key)]
		err := orNothing(tx.QueryRow(ctx, r.of.show, key...).Scan(&d.Got))
		wanted := make(map[string]any, len(r.values))
		for i, column := range r.of.columns {
			wanted[column] = r.values[i]
		}
		want, encoding := json.Marshal(wanted)
		row, encodingKey := json.Marshal(key)
		if err := errors.Join(err, encoding, encodingKey); err != nil {
			return nil, err
		}
		d.Want, d.Row = string(want), string(row)
		found = append(found, d)
	}
	return found, nil
}
