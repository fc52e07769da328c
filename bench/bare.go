package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"closedloop/activities"
	"closedloop/bench/crowd"
	"closedloop/config"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
)

// bare is the transaction of a command without API and engine (baseline B1): Perform is called directly, on the same
// database, with the product's playbook, calendar and settings.
type bare struct {
	store        *store.Store
	ledger       *activities.Ledger
	installation string
	actor        deal.PersonID
}

func openBare(ctx context.Context, url string, c config.Config, actor deal.PersonID) (*bare, error) {
	rules, err := crowd.Shipped(c.Playbooks.Default)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	st, err := store.Open(ctx, url, store.Options{
		MaxConns: int32(c.Database.MaxConns), StatementTimeout: c.Database.StatementTimeout, Zone: rules.Zone, ApplicationName: "closedloop-bench", //nolint:gosec // at most 1000
	})
	if err != nil {
		return nil, fmt.Errorf("open the database for the bare transaction: %w", err)
	}
	installation, err := st.Installation(ctx)
	if err != nil {
		st.Close()
		return nil, fmt.Errorf("read installation: %w", err)
	}
	ledger, err := activities.NewLedger(st, rules.Books, activities.FixedCalendar{Calendar: rules.Days}, slog.New(slog.DiscardHandler))
	if err != nil {
		st.Close()
		return nil, fmt.Errorf("make ledger: %w", err)
	}
	return &bare{store: st, ledger: ledger, installation: installation.ID, actor: actor}, nil
}

func (b *bare) close() { b.store.Close() }

// mover makes the moves of one account.
func (b *bare) mover(account deal.AccountID) *mover {
	return &mover{
		account: account,
		advance: func(ctx context.Context, id deal.AccountID) error {
			return b.perform(ctx, id, uuid.NewString(), deal.Advance{From: deal.Collect})
		},
		goBack: func(ctx context.Context, id deal.AccountID) error {
			key, text := uuid.NewString(), uuid.NewString()
			command := b.key(id, key)
			if err := b.store.Stage(ctx, view.Staged{Account: id, Key: command, Texts: map[string]string{text: reason}}); err != nil {
				return fmt.Errorf("stage reason: %w", err)
			}
			return b.perform(ctx, id, key, deal.Return{To: deal.Collect, Reason: &deal.TextRef{ID: text, Hash: "bench"}})
		},
	}
}

func (b *bare) key(id deal.AccountID, key string) string {
	return deal.CommandKey(b.installation, b.actor, id, key)
}

func (b *bare) perform(ctx context.Context, id deal.AccountID, key string, body deal.Body) error {
	receipt, err := b.ledger.Perform(ctx, deal.Command{
		Account: id, Key: b.key(id, key), Fingerprint: key, Actor: b.actor, At: time.Now(), Name: deal.NameOf(body), Body: body,
	})
	if err != nil {
		return fmt.Errorf("perform: %w", err)
	}
	if receipt.Answer.Outcome != deal.Done {
		return fmt.Errorf("perform %s on %s: %s %v", deal.NameOf(body), id, receipt.Answer.Outcome, receipt.Answer.Refusals)
	}
	return nil
}
