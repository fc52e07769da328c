package activities

import (
	"context"
	"fmt"
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// subject reads what the rules need to judge a request about a record: what the record itself has against it, and for a
// merger the account that is named.
func (l *Ledger) subject(ctx context.Context, tx deal.LedgerTx, s deal.State, cmd deal.Command, b deal.RequestApproval, f *deal.Facts) error {
	if b.Kind == deal.Merger {
		return named(ctx, tx, deal.AccountID(b.Subject.ID), f)
	}
	kind, id, ok := b.Subject.RecordOf()
	if !ok {
		return nil
	}
	d, onFile := f.Records.Document(kind, id)
	if !onFile {
		return nil
	}
	rules, err := l.books.Rules(s.Book)
	if err != nil {
		return fmt.Errorf("%w: read rules of the playbook: %w", deal.ErrPermanent, err)
	}
	file, err := dossier.FileOf(f.Records.Dossier)
	if err != nil {
		return fmt.Errorf("%w: read file: %w", deal.ErrPermanent, err)
	}
	for _, filed := range file {
		if string(filed.Record.Kind()) == d.Kind && filed.ID == d.ID {
			f.Unfit = rules.Unfit(b.Kind, filed.Record, dossier.Bodies[dossier.Filing](file), today(f.Working, later(s, cmd)))
		}
	}
	return nil
}

// nameInChain puts the person whom the record names in the place of [deal.NamedPerson]. A record that names nobody who is
// there leaves it empty, and then the level falls to sales_ops like any other that finds nobody.
func nameInChain(b deal.RequestApproval, f *deal.Facts) error {
	isNamed := func(l deal.LevelRules) bool { return l.Who == deal.NamedPerson }
	kind, id, ok := b.Subject.RecordOf()
	if !ok || !slices.ContainsFunc(f.Chain, isNamed) {
		return nil
	}
	who := deal.Audience("person:")
	if d, onFile := f.Records.Document(kind, id); onFile {
		record, err := dossier.Load(dossier.Kind(kind), d.Body)
		if err != nil {
			return fmt.Errorf("%w: read whom the record names: %w", deal.ErrPermanent, err)
		}
		if p, known := f.Org.Person(dossier.NamedIn(record)); known {
			who += deal.Audience(p.Login)
		}
	}
	f.Chain = slices.Clone(f.Chain)
	for i, l := range f.Chain {
		if isNamed(l) {
			f.Chain[i].Who = who
		}
	}
	return nil
}

// claim finds out which other account holds the project of a filing that is decided about. Nobody else files for the
// customer until the command is recorded.
func (l *Ledger) claim(ctx context.Context, tx deal.LedgerTx, s deal.State, cmd deal.Command, f *deal.Facts) error {
	var filing string
	switch b := cmd.Body.(type) {
	case deal.DecideApproval:
		a, _ := s.Approval(b.Approval)
		if kind, id, ok := a.Subject.RecordOf(); ok && a.Kind == deal.Filing && a.Status == deal.Pending && kind == string(dossier.FilingKind) {
			filing = id
		}
	case deal.Arbitrate:
		filing = b.Filing
	}
	d, onFile := f.Records.Document(string(dossier.FilingKind), filing)
	if filing == "" || !onFile {
		return nil
	}
	record, err := dossier.Load(dossier.FilingKind, d.Body)
	if err != nil {
		return fmt.Errorf("%w: read filing: %w", deal.ErrPermanent, err)
	}
	asked, _ := record.(dossier.Filing)
	claims, err := tx.Claims(ctx, cmd.Account)
	if err != nil {
		return fmt.Errorf("read filings of the customer: %w", err)
	}
	day := today(f.Working, later(s, cmd))
	held, found, err := dossier.Holder(claims, asked.Project, day)
	if err != nil {
		return fmt.Errorf("%w: read filings of the customer: %w", deal.ErrPermanent, err)
	}
	if _, arbitrates := cmd.Body.(deal.Arbitrate); arbitrates && found { // it is going to be written
		if held, err = tx.Hold(ctx, held); err != nil {
			return fmt.Errorf("hold the other filing: %w", err)
		}
		if held, found, err = dossier.Holder([]deal.Claim{held}, asked.Project, day); err != nil {
			return fmt.Errorf("%w: read the other filing: %w", deal.ErrPermanent, err)
		}
	}
	if found {
		f.Claim = held
	}
	return nil
}

// effects works out what events mean for the account's file. They are written with the events.
func (l *Ledger) effects(s deal.State, events []deal.Event, f deal.Facts) (dossier.Changes, error) {
	if len(f.Records.Dossier) == 0 {
		return dossier.Changes{}, nil
	}
	rules, err := l.books.Rules(s.Book)
	if err != nil {
		return dossier.Changes{}, fmt.Errorf("%w: read rules of the playbook: %w", deal.ErrPermanent, err)
	}
	changes, err := dossier.Effects(dossier.Happening{
		Before: s, Events: events, Records: f.Records, Claim: f.Claim, Rules: rules, Today: today(f.Working, events[0].At),
	})
	if err != nil {
		return dossier.Changes{}, fmt.Errorf("%w: work out what changes on file: %w", deal.ErrPermanent, err)
	}
	return changes, nil
}

// lesson is the case that events leave for the library, if they end a cycle.
func (l *Ledger) lesson(s deal.State, events []deal.Event, f deal.Facts) (*deal.Case, error) {
	lesson, err := dossier.CaseOf(dossier.Happening{Before: s, Events: events, Records: f.Records})
	if err != nil {
		return nil, fmt.Errorf("%w: write the case: %w", deal.ErrPermanent, err)
	}
	return lesson, nil
}

// touchesFile tells whether a command may make events that change the account's file; see [dossier.Effects].
func touchesFile(cmd deal.Command) bool {
	switch cmd.Body.(type) {
	case deal.Advance, deal.Return, deal.ReviewIntake, deal.Assign, deal.Merge, deal.Close, deal.DecideApproval, deal.WithdrawApproval, deal.Arbitrate,
		deal.HandOver:
		return true
	}
	return false
}

// today is the day of an instant where the organisation works.
func today(w deal.Working, at time.Time) dossier.Day { return dossier.Day(w.Date(at)) }
