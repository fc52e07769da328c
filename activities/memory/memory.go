// Package memory keeps accounts in memory for tests of what builds on the ledger: the same rules and the same
// guarantees as package store, without a database, and switches for the trouble that a database can be in.
package memory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"closedloop/deal"
)

// Ledger is a [deal.Ledger]. The zero value is empty and ready.
type Ledger struct {
	mu       sync.Mutex
	accounts map[deal.AccountID]*account
	number   int

	People  deal.Org
	Files   deal.Records // of every account
	Carried []deal.Carry // what went over with mergers
	Rivals  []deal.Claim // filings of other accounts of the same customer
	Replans int          // how often dated records were looked at
	Trouble func(cmd deal.Command) error
	// AfterCommit runs when a command is in the log and its receipt is not yet back: an error loses the receipt.
	AfterCommit func(cmd deal.Command) error
}

type account struct {
	state    deal.State
	log      []deal.Event
	commands map[string]deal.Remembered
}

// InTx judges under the account's lock.
func (l *Ledger) InTx(_ context.Context, cmd deal.Command, act func(deal.LedgerTx) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Trouble != nil {
		if err := l.Trouble(cmd); err != nil {
			return err
		}
	}
	if l.accounts == nil {
		l.accounts = map[deal.AccountID]*account{}
	}
	a, ok := l.accounts[cmd.Account]
	if !ok {
		a = &account{commands: map[string]deal.Remembered{}}
	}
	t := &tx{ledger: l, account: a, cmd: cmd}
	if err := act(t); err != nil {
		return err
	}
	if t.replanned {
		l.Replans++
	}
	if t.entry == nil {
		return nil
	}
	a.state = t.entry.After
	l.write(*t.entry)
	a.log = append(a.log, t.entry.Events...)
	if t.entry.Carry != nil {
		l.Carried = append(l.Carried, *t.entry.Carry)
	}
	a.commands[cmd.Key] = deal.Remembered{Fingerprint: cmd.Fingerprint, Answer: t.entry.Answer}
	l.accounts[cmd.Account] = a
	if l.AfterCommit != nil {
		return l.AfterCommit(cmd)
	}
	return nil
}

// Log is the log of an account, after checking that its chain holds and that folding it gives the live state.
func (l *Ledger) Log(id deal.AccountID) ([]deal.Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.accounts[id]
	if !ok {
		return nil, nil
	}
	broken, err := deal.Verify(a.log)
	if err != nil || broken != nil {
		return nil, errors.Join(err, fmt.Errorf("chain breaks: %+v", broken))
	}
	if folded := deal.Fold(deal.State{}, a.log...); folded.Head != a.state.Head || folded.Seq != a.state.Seq {
		return nil, errors.New("fold differs from the live state")
	}
	return a.log, nil
}

// State is where an account stands.
func (l *Ledger) State(id deal.AccountID) deal.State {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a, ok := l.accounts[id]; ok {
		return a.state
	}
	return deal.State{}
}

type tx struct {
	ledger  *Ledger
	account *account
	cmd     deal.Command
	entry   *deal.Entry

	replanned bool
}

func (t *tx) Remembered() (deal.Remembered, bool) {
	r, ok := t.account.commands[t.cmd.Key]
	return r, ok
}

func (t *tx) State() deal.State { return t.account.state }

func (t *tx) Staged(context.Context) (bool, error) { return true, nil }

func (t *tx) Org(context.Context) (deal.Org, error) { return t.ledger.People, nil }

func (t *tx) Records(context.Context, int) (deal.Records, error) { return t.ledger.Files, nil }

func (t *tx) Other(_ context.Context, id deal.AccountID) (deal.State, error) {
	if a, ok := t.ledger.accounts[id]; ok {
		return a.state, nil
	}
	return deal.State{}, nil
}

// Dated are the account's documents of some kinds.
func (t *tx) Dated(_ context.Context, kinds []string) ([]deal.Document, error) {
	var dated []deal.Document
	for _, d := range t.ledger.Files.Dossier {
		if slices.Contains(kinds, d.Kind) {
			dated = append(dated, d)
		}
	}
	return dated, nil
}

// Replanned counts.
func (t *tx) Replanned() { t.replanned = true }

// Above is the chain of parents and mergers.
func (t *tx) Above(ctx context.Context, of deal.State) ([]deal.State, error) {
	var above []deal.State
	for id := of.Upward(); id != ""; {
		s, err := t.Other(ctx, id)
		if err != nil || !s.Exists() {
			return above, err
		}
		above = append(above, s)
		id = s.Upward()
	}
	return above, nil
}

// Below counts children and theirs.
func (t *tx) Below(context.Context) (int, error) { return t.ledger.below(t.cmd.Account), nil }

func (l *Ledger) below(id deal.AccountID) int {
	deepest := 0
	for child, a := range l.accounts {
		if a.state.Upward() == id {
			generation := l.below(child)
			if a.state.Merged == "" {
				generation++
			}
			deepest = max(deepest, generation)
		}
	}
	return deepest
}

func (t *tx) Own(context.Context, deal.AccountID) (deal.Records, error) { return t.ledger.Files, nil }

func (t *tx) TeamOf(_ context.Context, territory string) (deal.TeamID, error) {
	for _, team := range t.ledger.People.Teams {
		if team.Name == territory {
			return team.ID, nil
		}
	}
	return "", nil
}

func (t *tx) NextNumber(_ context.Context, at time.Time) (string, error) {
	t.ledger.number++
	return fmt.Sprintf("KA-%d-%04d", at.Year(), t.ledger.number), nil
}

func (t *tx) Record(_ context.Context, entry deal.Entry) error {
	t.entry = &entry
	return nil
}
