package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	heldBy           = named("HeldBy")
	addHandover      = named("AddHandover")
	addMoves         = named("AddMoves")
	oneHandover      = named("Handover")
	handoversOf      = named("HandoversOf")
	runningHandovers = named("RunningHandovers")
	handoverMoves    = named("HandoverMoves")
	triedMove        = named("TriedMove")
)

// HeldBy are the accounts in which something hangs on somebody, whoever may see them.
func (s *Store) HeldBy(ctx context.Context, who deal.PersonID) ([]deal.Held, error) {
	held, err := held(ctx, s.pool, who)
	return held, fail("look for what hangs on a person", err)
}

type queryer interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func held(ctx context.Context, db queryer, who deal.PersonID) ([]deal.Held, error) {
	rows, err := db.Query(ctx, string(heldBy), string(who))
	if err != nil {
		return nil, err
	}
	var all []deal.Held
	var state deal.State
	var name, territory string
	_, err = pgx.ForEachRow(rows, []any{&state, &name, &territory}, func() error {
		if holds := state.Holds(who); holds.Any() {
			all = append(all, deal.Held{
				Account: state.Account, Number: state.Number, Name: name, Territory: territory, Grade: state.Grade, Holds: holds,
			})
		}
		state = deal.State{}
		return nil
	})
	return all, err
}

// AddHandover freezes what was ordered, with its plan. The same ID is ordered once; a second handover of a person while one
// runs is a [ConstraintError].
func (s *Store) AddHandover(ctx context.Context, o view.HandoverOrder) error {
	return s.transact(ctx, "order handover", func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, string(addHandover), o.ID, string(o.Succession.From), string(o.By), o.Reason, o.Succession, o.Deactivate, o.At)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return addToPlan(ctx, tx, o.ID, 1, o.Moves)
	})
}

// addToPlan adds accounts to what is planned, in their order.
func addToPlan(ctx context.Context, tx pgx.Tx, id string, round int, moves []deal.Succeed) error {
	if len(moves) == 0 {
		return nil
	}
	var accounts, heirs []string
	var holds []json.RawMessage
	for _, m := range moves {
		what, err := json.Marshal(m.Holds)
		if err != nil {
			return fmt.Errorf("%w: encode move: %w", deal.ErrPermanent, err)
		}
		accounts, heirs, holds = append(accounts, string(m.Account)), append(heirs, string(m.To)), append(holds, what)
	}
	_, err := tx.Exec(ctx, string(addMoves), id, round, accounts, heirs, holds)
	return err
}

// Handover is one of them, whoever asks.
func (s *Store) Handover(ctx context.Context, id string) (view.Handover, error) {
	rows, err := s.pool.Query(ctx, string(oneHandover), id)
	if err != nil {
		return view.Handover{}, fail("read handover", err)
	}
	h, err := pgx.CollectExactlyOneRow(rows, scanHandover)
	return h, fail("read handover", err)
}

// Handovers are those of one person, newest first.
func (s *Store) Handovers(ctx context.Context, from deal.PersonID, p view.Page) ([]view.Handover, string, error) {
	const list = "handovers"
	first, since, id, err := afterInstant(p, list)
	if err != nil {
		return nil, "", fail("list handovers", err)
	}
	rows, err := s.pool.Query(ctx, string(handoversOf), pgx.StrictNamedArgs{
		"from": string(from), "first": first, "at": since, "after": id, "limit": limit(p) + 1,
	})
	if err != nil {
		return nil, "", fail("list handovers", err)
	}
	all, err := pgx.CollectRows(rows, scanHandover)
	if err != nil {
		return nil, "", fail("list handovers", err)
	}
	all, next := page(all, p, func(h view.Handover) cursor { return at(list, h.OrderedAt, h.ID) })
	return all, next, nil
}

func scanHandover(row pgx.CollectableRow) (view.Handover, error) {
	var h view.Handover
	err := row.Scan(&h.ID, &h.By, &h.Reason, &h.Succession, &h.Deactivate, &h.Status, &h.Round, &h.Beside, instant(&h.OrderedAt),
		instant(&h.FinishedAt), &h.Planned, &h.Moved, &h.Nothing, &h.Failed)
	return h, err
}

// RunningHandovers are those that were ordered before an instant and are not over: somebody must be at work on them.
func (s *Store) RunningHandovers(ctx context.Context, before time.Time) ([]string, error) {
	rows, err := s.pool.Query(ctx, string(runningHandovers), before)
	if err != nil {
		return nil, fail("list running handovers", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, fail("list running handovers", err)
}

// HandoverMoves are the accounts of a handover in the order of its plan.
func (s *Store) HandoverMoves(ctx context.Context, id string, f view.MoveFilter, p view.Page) ([]view.HandoverMove, string, error) {
	const list = "handover moves"
	c, err := after(p, list)
	if err != nil {
		return nil, "", fail("list moves", err)
	}
	behind := 0
	if c != nil {
		if behind, err = strconv.Atoi(c.ID); err != nil {
			return nil, "", fail("list moves", view.ErrBadCursor)
		}
	}
	rows, err := s.pool.Query(ctx, string(handoverMoves), pgx.StrictNamedArgs{
		"handover": id, "after": behind, "status": string(f.Status), "to": string(f.To), "limit": limit(p) + 1,
	})
	if err != nil {
		return nil, "", fail("list moves", err)
	}
	moves, err := pgx.CollectRows(rows, scanMove)
	if err != nil {
		return nil, "", fail("list moves", err)
	}
	moves, next := page(moves, p, func(m view.HandoverMove) cursor { return cursor{List: list, ID: strconv.Itoa(m.Position)} })
	return moves, next, nil
}

func scanMove(row pgx.CollectableRow) (view.HandoverMove, error) {
	var m view.HandoverMove
	err := row.Scan(&m.Position, &m.Round, &m.Account, &m.Number, &m.Name, &m.To, &m.Holds, &m.Status, &m.Attempts, &m.Seq, &m.Reasons,
		instant(&m.MovedAt))
	return m, err
}

// TriedMove keeps what became of an attempt. A move that is over stays as it is.
func (s *Store) TriedMove(ctx context.Context, id string, position int, o view.MoveOutcome) error {
	var seq, reasons any
	if o.Seq > 0 {
		seq = o.Seq
	}
	if len(o.Reasons) > 0 {
		reasons = o.Reasons
	}
	_, err := s.pool.Exec(ctx, string(triedMove), id, position, string(o.Status), seq, reasons, instantOrNull(o.At))
	return fail("keep what became of a move", err)
}

// oncePerson are people, each once.
func oncePerson(ids ...deal.PersonID) []deal.PersonID {
	var out []deal.PersonID
	for _, id := range ids {
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
