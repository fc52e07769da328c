package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	lockHandover     = named("LockHandover")
	handoverOpen     = named("HandoverOpen")
	nextRound        = named("NextRound")
	movePersonTasks  = named("MovePersonTasks")
	endDelegationsOf = named("EndDelegationsOf")
	whoseDelegations = named("WhoseDelegations")
	setBeside        = named("SetBeside")
	endHandover      = named("EndHandover")
	movedShares      = named("MovedShares")
)

// lockedHandover is a handover whose row is locked, with how much of its plan is open.
type lockedHandover struct {
	id         string
	rules      deal.Succession
	round      int
	deactivate bool
	status     view.HandoverStatus
	beside     view.HandoverBeside
	planned    int
	failed     []deal.AccountID
}

// handing runs fn with a running handover, locked; one that is over is left alone.
func (s *Store) handing(ctx context.Context, doing, id string, fn func(pgx.Tx, lockedHandover) error) error {
	err := s.transact(ctx, doing, func(tx pgx.Tx) error {
		h := lockedHandover{id: id}
		if err := tx.QueryRow(ctx, string(lockHandover), id).Scan(&h.rules, &h.round, &h.deactivate, &h.status, &h.beside); err != nil {
			return err
		}
		if h.status != view.HandoverRuns {
			return nil
		}
		if err := tx.QueryRow(ctx, string(handoverOpen), id).Scan(&h.planned, &h.failed); err != nil {
			return err
		}
		return fn(tx, h)
	})
	if err == nil {
		s.posted()
	}
	return err
}

// mostRounds is how often a handover looks again. What still reaches a person after so many looks does so because somebody
// keeps giving it to them.
const mostRounds = 20

// LookAgain adds to the plan of a handover what has come to hang on the person since, given away by the same rules, and
// tells how much is planned now. What could not be moved is not tried again.
func (s *Store) LookAgain(ctx context.Context, id string) (planned int, err error) {
	err = s.handing(ctx, "look again for what hangs on a person", id, func(tx pgx.Tx, h lockedHandover) error {
		planned = h.planned
		if planned > 0 || h.round >= mostRounds {
			return nil
		}
		found, err := held(ctx, tx, h.rules.From)
		if err != nil {
			return err
		}
		found = slices.DeleteFunc(found, func(f deal.Held) bool { return slices.Contains(h.failed, f.Account) })
		moves := h.rules.Share(found)
		for i := range moves {
			if moves[i].To == "" { // what came later was not named by anybody
				moves[i].To = h.rules.Heir()
			}
		}
		planned = len(moves)
		if planned == 0 {
			return nil
		}
		if _, err := tx.Exec(ctx, string(nextRound), id, h.round+1); err != nil {
			return err
		}
		return addToPlan(ctx, tx, id, h.round+1, moves)
	})
	return planned, err
}

// SettleHandover moves what belongs to no account: personal tasks, and, where the person leaves and everything is moved,
// ends their delegations and their access. Twice is once. It tells whether the person has left with this handover.
func (s *Store) SettleHandover(ctx context.Context, id string, at time.Time) (left bool, err error) {
	err = s.handing(ctx, "settle handover", id, func(tx pgx.Tx, h lockedHandover) error {
		tag, err := tx.Exec(ctx, string(movePersonTasks), id, string(h.rules.From), string(h.rules.Heir()))
		if err != nil {
			return err
		}
		h.beside.Tasks += int(tag.RowsAffected())
		if h.deactivate && h.planned == 0 && len(h.failed) == 0 && !h.beside.Deactivated {
			if err := s.leave(ctx, tx, &h, at); err != nil {
				return err
			}
			h.beside.Deactivated = true
		}
		left = h.beside.Deactivated
		_, err = tx.Exec(ctx, string(setBeside), id, h.beside)
		return err
	})
	return left, err
}

// leave ends what a person was trusted with. Who had named them as a deputy hears that they need another one.
func (s *Store) leave(ctx context.Context, tx pgx.Tx, h *lockedHandover, at time.Time) error {
	org, err := s.orgIn(ctx, tx)
	if err != nil {
		return err
	}
	who, _ := org.Person(h.rules.From)
	rows, err := tx.Query(ctx, string(whoseDelegations), string(h.rules.From), at)
	if err != nil {
		return err
	}
	trusted, err := pgx.CollectRows(rows, pgx.RowTo[deal.PersonID])
	if err != nil {
		return err
	}
	var notices []deal.PersonNotice
	for _, id := range trusted {
		notices = append(notices, deal.NewPersonNotice(deal.DeputyGoneNotice, id, handoverRef(h.id), at, who.Name))
	}
	if err := tx.QueryRow(ctx, string(endDelegationsOf), string(h.rules.From), at).Scan(&h.beside.Delegations); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, string(endAccess), string(h.rules.From)); err != nil {
		return err
	}
	changed, err := tx.Exec(ctx, string(setActive), string(h.rules.From), false)
	if err != nil {
		return err
	}
	if changed.RowsAffected() > 0 {
		if _, err := tx.Exec(ctx, string(switchedOff), string(h.rules.From), at); err != nil {
			return err
		}
	}
	return PersonWork{tx}.Notify(ctx, notices...)
}

// FinishHandover ends a handover of which nothing is planned any more, and tells everybody concerned once: successors how
// much they have got, who ordered it how it ended, and the person, if still there.
func (s *Store) FinishHandover(ctx context.Context, id string, at time.Time) error {
	return s.handing(ctx, "finish handover", id, func(tx pgx.Tx, h lockedHandover) error {
		status := view.HandoverDone
		if len(h.failed) > 0 {
			status = view.HandoverLeft
		}
		if _, err := tx.Exec(ctx, string(endHandover), id, string(status), at); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, string(oneHandover), id)
		if err != nil {
			return err
		}
		over, err := pgx.CollectExactlyOneRow(rows, scanHandover)
		if err != nil {
			return err
		}
		org, err := s.orgIn(ctx, tx)
		if err != nil {
			return err
		}
		who, _ := org.Person(h.rules.From)
		shares, err := tx.Query(ctx, string(movedShares), id)
		if err != nil {
			return err
		}
		var notices []deal.PersonNotice
		var to deal.PersonID
		var n int
		_, err = pgx.ForEachRow(shares, []any{&to, &n}, func() error {
			notices = append(notices, deal.NewPersonNotice(deal.HandoverReceivedNotice, to, handoverRef(id), at, who.Name, strconv.Itoa(n)))
			return nil
		})
		if err != nil {
			return err
		}
		concerned := oncePerson(over.By)
		if who.Active {
			concerned = oncePerson(over.By, who.ID)
		}
		for _, p := range concerned {
			notices = append(notices, deal.NewPersonNotice(deal.HandoverOverNotice, p, handoverRef(id), at, who.Name,
				strconv.Itoa(over.Moved), strconv.Itoa(over.Failed)))
		}
		return PersonWork{tx}.Notify(ctx, notices...)
	})
}

// handoverRef is what notices of a handover are about.
func handoverRef(id string) string { return "handover/" + id }
