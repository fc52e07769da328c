package activities

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"closedloop/deal"
)

// Ledger judges commands and records them.
type Ledger struct {
	accounts  deal.Ledger
	books     Books
	calendars Calendars
	log       *slog.Logger
}

// NewLedger needs all of its parts.
func NewLedger(accounts deal.Ledger, books Books, calendars Calendars, log *slog.Logger) (*Ledger, error) {
	if accounts == nil || books == nil || calendars == nil || log == nil {
		return nil, errors.New("ledger needs accounts, books, calendars and a logger")
	}
	return &Ledger{accounts: accounts, books: books, calendars: calendars, log: log}, nil
}

// errNothingToKeep rolls a transaction back that has nothing to write: a known key, a refusal, a late tick.
var errNothingToKeep = errors.New("nothing to keep")

// Perform judges one command and records it with all that people read from it, or changes nothing. The same key gives
// the same answer for ever. An error means that the database could not be asked; it is tried again. What can never
// succeed is refused with an incident instead, so that nothing blocks an account for good (contract.md §1).
func (l *Ledger) Perform(ctx context.Context, cmd deal.Command) (deal.Receipt, error) {
	var receipt deal.Receipt
	err := l.accounts.InTx(ctx, cmd, func(tx deal.LedgerTx) error {
		receipt = deal.Receipt{Now: tx.State().Position()}
		return l.judge(ctx, tx, cmd, &receipt)
	})
	var expected interface{ Refusal() deal.Refusal }
	switch {
	case err == nil, errors.Is(err, errNothingToKeep):
		return receipt, nil
	case errors.As(err, &expected): // a constraint of the database said no where the rules could not know
		return deal.Receipt{Answer: deal.RefusedAnswer(deal.Refusals{expected.Refusal()}), Now: receipt.Now}, nil
	case errors.Is(err, deal.ErrPermanent):
		return l.incident(ctx, cmd, receipt.Now, err), nil
	}
	return deal.Receipt{}, fmt.Errorf("perform %s: %w", cmd.Name, err)
}

// judge fills in the receipt. It turns a panic of the rules into a permanent error, so that the transaction ends.
func (l *Ledger) judge(ctx context.Context, tx deal.LedgerTx, cmd deal.Command, receipt *deal.Receipt) (err error) {
	defer func() {
		if p := recover(); p != nil {
			l.log.ErrorContext(ctx, "rules panicked", "command", cmd.Name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: rules panicked", deal.ErrPermanent)
		}
	}()
	if cmd.Name == deal.LoadName {
		receipt.Answer.Outcome = deal.Nothing
		return errNothingToKeep
	}
	if first, known := tx.Remembered(); known {
		receipt.Answer = first.Answer
		if first.Fingerprint != cmd.Fingerprint {
			receipt.Answer = deal.RefusedAnswer(deal.Refusals{{Code: deal.CodeKeyReused}})
		}
		return errNothingToKeep
	}
	if len(cmd.Texts()) > 0 {
		staged, err := tx.Staged(ctx)
		if err != nil {
			return fmt.Errorf("look for staged texts: %w", err)
		}
		if !staged {
			receipt.Answer = deal.RefusedAnswer(deal.Refusals{{Code: deal.CodeTextMissing}})
			return errNothingToKeep
		}
	}
	state := tx.State()
	facts, err := l.read(ctx, tx, cmd)
	if err != nil {
		return err
	}
	events, no := deal.Decide(state, cmd, facts)
	_, looked := cmd.Body.(deal.Recompute)
	if len(no) == 0 && looked {
		tx.Replanned()
	}
	switch {
	case len(no) > 0:
		receipt.Answer = deal.RefusedAnswer(no)
		return errNothingToKeep
	case len(events) == 0:
		receipt.Answer.Outcome = deal.Nothing
		if looked {
			return nil // the mark goes
		}
		return errNothingToKeep
	}
	carried, err := carry(ctx, tx, cmd, facts, events)
	if err != nil {
		return err
	}
	changes, err := l.effects(state, events, facts)
	if err != nil {
		return err
	}
	lesson, err := l.lesson(state, events, facts)
	if err != nil {
		return err
	}
	return record(ctx, tx, deal.Entry{
		Command: cmd, Before: state, Events: events, Carry: carried, Documents: changes.Documents, Foreign: changes.Foreign,
		Case: lesson, Profile: facts.Records.Profile, Contacts: facts.Records.Contacts,
	}, receipt)
}

// record seals the events of an entry and writes everything that follows from them.
func record(ctx context.Context, tx deal.LedgerTx, entry deal.Entry, receipt *deal.Receipt) error {
	var err error
	before := entry.Before
	if entry.Events, err = deal.Seal(before.Head, entry.Events); err != nil {
		return fmt.Errorf("%w: %w", deal.ErrPermanent, err)
	}
	entry.After = deal.Fold(before, entry.Events...)
	entry.Rows = deal.Project(before, entry.Events...)
	entry.Answer = deal.Answer{Outcome: deal.Done, FirstSeq: entry.Events[0].Seq, LastSeq: entry.After.Seq}
	receipt.Answer = entry.Answer
	if err := tx.Record(ctx, entry); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	receipt.Now = entry.After.Position()
	return nil
}

// incident refuses a command that can never be judged, and tells operations.
func (l *Ledger) incident(ctx context.Context, cmd deal.Command, now deal.Position, cause error) deal.Receipt {
	id := rand.Text()[:10]
	l.log.ErrorContext(ctx, "command refused with an incident", "incident", id, "account", cmd.Account, "command", cmd.Name,
		"command_key", cmd.Key, "error", cause)
	return deal.Receipt{Answer: deal.Incident(id), Now: now}
}
