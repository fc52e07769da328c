package activities

import (
	"context"
	"errors"
	"fmt"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// named reads the account that a command joins or merges into, and where both stand in their families. None of them moves
// until the command is recorded.
func named(ctx context.Context, tx deal.LedgerTx, id deal.AccountID, f *deal.Facts) error {
	if id == "" {
		return nil
	}
	var err error
	if f.Target, err = tx.Other(ctx, id); err != nil {
		return fmt.Errorf("read the account that is named: %w", err)
	}
	if !f.Target.Exists() {
		return nil
	}
	if f.Lineage.Above, err = tx.Above(ctx, f.Target); err != nil {
		return fmt.Errorf("read what is above it: %w", err)
	}
	if f.Lineage.Below, err = tx.Below(ctx); err != nil {
		return fmt.Errorf("count what is below the account: %w", err)
	}
	return nil
}

// promotion is the playbook of the next cycle, and which tests of a key account hold.
func (l *Ledger) promotion(b deal.Promote, f *deal.Facts) error {
	ref := l.books.Default()
	if b.Playbook != "" {
		var err error
		ref, err = l.books.Newest(b.Playbook)
		switch {
		case errors.Is(err, deal.ErrNotFound):
			ref = deal.BookRef{}
		case err != nil:
			return fmt.Errorf("%w: find playbook: %w", deal.ErrPermanent, err)
		}
	}
	if ref != (deal.BookRef{}) {
		var err error
		if f.Next, err = l.books.Book(ref); err != nil {
			return fmt.Errorf("%w: read playbook: %w", deal.ErrPermanent, err)
		}
	}
	file, err := dossier.FileOf(f.Records.Dossier)
	if err != nil {
		return fmt.Errorf("%w: read file: %w", deal.ErrPermanent, err)
	}
	classification, _ := dossier.Newest[dossier.Classification](file)
	_, tests := classification.KeyAccount()
	for _, t := range tests {
		f.KeyTests = append(f.KeyTests, string(t.Test))
	}
	return nil
}

// nextBook is the playbook that the account's next cycle begins on: the one it was promoted to, else the present one.
func nextBook(s deal.State) string {
	if s.NextBook.Name != "" {
		return s.NextBook.Name
	}
	return s.Book.Name
}

// carry is what goes over to the account into which the events merge the command's; nil when they merge nothing. It is
// worked out once the command is accepted, with the other account's files locked.
func carry(ctx context.Context, tx deal.LedgerTx, cmd deal.Command, f deal.Facts, events []deal.Event) (*deal.Carry, error) {
	into := deal.MergeTarget(events)
	if into == "" {
		return nil, nil //nolint:nilnil // nothing to carry and no error is the usual answer
	}
	theirs, err := tx.Own(ctx, into)
	if err != nil {
		return nil, fmt.Errorf("read the file that is added to: %w", err)
	}
	own, err := tx.Own(ctx, cmd.Account)
	if err != nil {
		return nil, fmt.Errorf("read the file that goes over: %w", err)
	}
	claims, err := tx.Claims(ctx, into)
	if err != nil {
		return nil, fmt.Errorf("read filings of the customer: %w", err)
	}
	c, err := dossier.Carry(dossier.Merging{
		Account: cmd.Account, Own: own, Theirs: theirs, Target: f.Target, Claims: claims, Today: today(f.Working, events[0].At),
	})
	if err != nil {
		return nil, fmt.Errorf("%w: work out what goes over: %w", deal.ErrPermanent, err)
	}
	return &c, nil
}
