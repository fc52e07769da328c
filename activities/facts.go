package activities

import (
	"context"
	"fmt"
	"slices"
	"time"

	"closedloop/deal"
)

// read gathers what the rules need to judge one command, under the account's lock and no more than that.
func (l *Ledger) read(ctx context.Context, tx deal.LedgerTx, cmd deal.Command) (deal.Facts, error) {
	s := tx.State()
	var f deal.Facts
	var err error
	if f.Org, err = tx.Org(ctx); err != nil {
		return f, fmt.Errorf("read organisation: %w", err)
	}
	f.WorkingOf = func(team deal.TeamID) deal.Working { return l.calendars.Working(f.Org.Region(team)) }
	f.Working = f.WorkingOf(s.Team)
	if move, ok := cmd.Body.(deal.MovePlaybook); ok {
		err = l.target(s, move, &f)
	} else {
		f.Book, err = l.book(s, cmd)
	}
	if err != nil {
		return f, err
	}
	if needsRecords(s, cmd) {
		if f.Records, err = tx.Records(ctx, s.Cycle); err != nil {
			return f, fmt.Errorf("read records: %w", err)
		}
	}
	if err = l.agenda(ctx, tx, cmd, &f); err != nil {
		return f, err
	}
	switch b := cmd.Body.(type) {
	case deal.Open:
		if f.Team, err = tx.TeamOf(ctx, b.Territory); err != nil {
			return f, fmt.Errorf("find team of territory: %w", err)
		}
		if f.Number, err = tx.NextNumber(ctx, cmd.At); err != nil {
			return f, fmt.Errorf("take number: %w", err)
		}
	case deal.ReviewIntake:
		err = named(ctx, tx, b.MergeInto, &f)
	case deal.Merge:
		err = named(ctx, tx, b.Into, &f)
	case deal.SetParent:
		err = named(ctx, tx, b.Parent, &f)
	case deal.Promote:
		if s.Exists() {
			err = l.promotion(b, &f)
		}
	case deal.Advance:
		if s.Status == deal.Active && b.From == s.Step {
			if f.Gate, err = l.books.Gate(s, f.Records, later(s, cmd)); err != nil {
				return f, fmt.Errorf("%w: evaluate gate: %w", deal.ErrPermanent, err)
			}
		}
	case deal.RequestApproval:
		if s.Exists() {
			if f.Chain, err = l.books.Chain(s, f.Records, b.Kind, b.Amount, b.Currency, later(s, cmd)); err != nil {
				return f, fmt.Errorf("%w: find approval chain: %w", deal.ErrPermanent, err)
			}
			if err = nameInChain(b, &f); err != nil {
				return f, err
			}
			err = l.subject(ctx, tx, s, cmd, b, &f)
		}
	case deal.DecideApproval, deal.Arbitrate:
		err = l.claim(ctx, tx, s, cmd, &f)
	}
	return f, err
}

// book is the pinned playbook, or the one that a new cycle will be pinned to.
func (l *Ledger) book(s deal.State, cmd deal.Command) (deal.Book, error) {
	ref := s.Book
	var err error
	switch cmd.Body.(type) {
	case deal.Open:
		ref = l.books.Default()
	case deal.SecondDevelopment:
		if s.Exists() {
			ref, err = l.books.Newest(nextBook(s))
		}
	}
	if err != nil {
		return deal.Book{}, fmt.Errorf("%w: find playbook: %w", deal.ErrPermanent, err)
	}
	if ref == (deal.BookRef{}) { // no account, so the rules will refuse whatever the book says
		return deal.Book{}, nil
	}
	book, err := l.books.Book(ref)
	if err != nil {
		return deal.Book{}, fmt.Errorf("%w: read playbook: %w", deal.ErrPermanent, err)
	}
	return book, nil
}

// target is the playbook to which an account is to be moved. The present one is not needed: it may be the reason.
func (l *Ledger) target(s deal.State, move deal.MovePlaybook, f *deal.Facts) error {
	var err error
	if f.Book, f.Against, err = l.books.Movable(move.To); err != nil {
		return fmt.Errorf("%w: find playbook: %w", deal.ErrPermanent, err)
	}
	f.Unusable = s.Exists() && !l.books.Usable(s.Book)
	return nil
}

// needsRecords tells whether judging the command looks at the account's files.
func needsRecords(s deal.State, cmd deal.Command) bool {
	if touchesFile(cmd) {
		return s.Exists()
	}
	switch cmd.Body.(type) {
	case deal.LogInteraction, deal.Promote, deal.RequestApproval, deal.VoidApproval:
		return s.Exists()
	case deal.Tick, deal.Recompute: // a rung of an approval looks whether its subject is still as submitted
		return slices.ContainsFunc(s.Approvals, func(a deal.Approval) bool { return a.Status == deal.Pending })
	}
	return false
}

// later is the instant at which a command counts: its own, or the last event's.
func later(s deal.State, cmd deal.Command) time.Time {
	if s.LastAt.After(cmd.At) {
		return s.LastAt
	}
	return cmd.At
}
