package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	otherAccount = named("OtherAccount")
	nextNumber   = named("NextNumber")
)

// ledgerTx is one transaction on one account.
type ledgerTx struct {
	store *Store
	conn  *pgx.Conn
	pg    pgx.Tx
	cmd   deal.Command

	state        deal.State
	first        *deal.Remembered
	orgVersion   int64
	booksVersion int64
	daysVersion  int64
	now          *snapshot         // the organisation, once it was asked for
	texts        map[string]string // staged beside the command
	draft        *view.Draft       // staged beside open

	writes    *pgx.Batch // what Record asked for; it goes with the COMMIT
	replanned bool       // the mark of changed records goes, too
	said      bool       // notices are among the writes
}

// Remembered implements [deal.LedgerTx].
func (t *ledgerTx) Remembered() (deal.Remembered, bool) {
	if t.first == nil {
		return deal.Remembered{}, false
	}
	return *t.first, true
}

// State implements [deal.LedgerTx].
func (t *ledgerTx) State() deal.State { return t.state }

// Staged tells whether every text of the command lies beside it, and for open the draft.
func (t *ledgerTx) Staged(context.Context) (bool, error) {
	for _, ref := range t.cmd.Texts() {
		_, there := t.texts[ref.ID]
		if t.isDraft(ref) {
			there = t.draft != nil
		}
		if !there {
			return false, nil
		}
	}
	return true, nil
}

// isDraft tells whether a reference is the one of open, which is a whole draft and no text.
func (t *ledgerTx) isDraft(ref deal.TextRef) bool {
	b, opens := t.cmd.Body.(deal.Open)
	return opens && b.Draft != nil && b.Draft.ID == ref.ID
}

// Org is the organisation at the version that was read under the account's lock.
func (t *ledgerTx) Org(ctx context.Context) (deal.Org, error) {
	now, err := t.people(ctx)
	if err != nil {
		return deal.Org{}, err
	}
	return now.org, nil
}

// TeamOf is the team of a territory; empty when nobody has it.
func (t *ledgerTx) TeamOf(ctx context.Context, territory string) (deal.TeamID, error) {
	now, err := t.people(ctx)
	if err != nil {
		return "", err
	}
	return now.territories[territory], nil
}

func (t *ledgerTx) people(ctx context.Context) (*snapshot, error) {
	var err error
	if t.now == nil {
		t.now, err = t.store.snapshot(ctx, t.pg, t.orgVersion)
	}
	return t.now, err
}

// Records are the account's files of a cycle, in one round trip.
func (t *ledgerTx) Records(ctx context.Context, cycle int) (deal.Records, error) {
	var r deal.Records
	batch := &pgx.Batch{}
	queueRecords(batch, t.cmd.Account, cycle, &r)
	if err := t.pg.SendBatch(ctx, batch).Close(); err != nil {
		return deal.Records{}, t.fail("read records", err)
	}
	if t.state.Parent == "" {
		return r, nil
	}
	shared := &pgx.Batch{}
	share := queueShared(shared, t.cmd.Account, &r)
	if err := t.pg.SendBatch(ctx, shared).Close(); err != nil {
		return deal.Records{}, t.fail("read shared records", err)
	}
	share()
	return r, nil
}

// Other reads another account and keeps it from moving until this command is recorded. Two accounts that look at each
// other at the same time make a deadlock, which Postgres ends and InTx repeats.
func (t *ledgerTx) Other(ctx context.Context, id deal.AccountID) (deal.State, error) {
	var s deal.State
	if err := orNothing(t.pg.QueryRow(ctx, string(otherAccount), string(id)).Scan(&s)); err != nil {
		return deal.State{}, t.fail("read other account", err)
	}
	return s, nil
}

// NextNumber takes the next human number of the year, KA-2026-0042. The number goes back when nothing is recorded.
func (t *ledgerTx) NextNumber(ctx context.Context, at time.Time) (string, error) {
	year := at.In(t.store.options.Zone).Year()
	var n int64
	err := t.pg.QueryRow(ctx, string(nextNumber), fmt.Sprintf("accounts/%d", year)).Scan(&n)
	if err != nil {
		return "", t.fail("take number", err)
	}
	return fmt.Sprintf("KA-%d-%04d", year, n), nil
}
