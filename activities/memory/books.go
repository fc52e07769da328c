package memory

import (
	"fmt"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// Books is one playbook in which every step has a day of calendar time and reminds at half of it.
type Books struct {
	Unmet deal.Refusals // of every gate
	Panic bool          // a gate that cannot be judged
	Error error         // of every gate

	Against deal.Refusals // of every move

	OneOff bool         // the playbook serves one-off projects
	Key    deal.BookRef // another playbook for key accounts; zero: there is none
}

// Ref is the playbook's name and version.
var ref = deal.BookRef{Name: "memory", Version: 1}

// Default is the only one.
func (b *Books) Default() deal.BookRef { return ref }

// Newest is the only one, or the other one.
func (b *Books) Newest(name string) (deal.BookRef, error) {
	switch name {
	case ref.Name:
		return ref, nil
	case b.Key.Name:
		return b.Key, nil
	}
	return deal.BookRef{}, fmt.Errorf("playbook %q: %w", name, deal.ErrNotFound)
}

// Book is the rules: a day a step, a week between follow-ups, approvals of records.
func (b *Books) Book(of deal.BookRef) (deal.Book, error) {
	book := deal.Book{
		Ref: ref, OneOff: b.OneOff, Recheck: deal.CalendarTime(90 * 24 * time.Hour),
		FollowUp: deal.FollowUpRules{
			Ungraded: deal.CalendarTime(7 * 24 * time.Hour), Ladder: []deal.LadderRung{{Name: deal.Remind, Percent: 100}},
		},
	}
	if b.Key.Name != "" && of.Name == b.Key.Name {
		book.Ref, book.OneOff = of, false
	}
	for i, step := range deal.Steps() {
		book.Steps = append(book.Steps, deal.StepRules{
			Step: step, Returns: deal.Steps()[:i],
			Deadlines: []deal.Deadline{{
				Name: "step", Within: deal.CalendarTime(24 * time.Hour),
				Ladder: []deal.LadderRung{{Name: deal.Remind, Percent: 50}, {Name: deal.Urge, Percent: 100}, {Name: deal.Superior, Percent: 150}},
			}},
		})
	}
	book.Approvals = []deal.ApprovalRules{
		{Kind: deal.Filing, Step: deal.Screen, Subject: string(dossier.FilingKind)},
		{Kind: deal.VetoLift, Subject: string(dossier.VetoKind)},
		{Kind: deal.CreditChange, Subject: string(dossier.CreditKind)},
		{Kind: deal.Merger},
		{Kind: deal.Reopen},
	}
	return book, nil
}

// Movable is the only one, under any version, unless told otherwise.
func (b *Books) Movable(to deal.BookRef) (deal.Book, deal.Refusals, error) {
	if len(b.Against) > 0 {
		return deal.Book{}, b.Against, nil
	}
	book, err := b.Book(to)
	book.Ref = to
	return book, nil, err
}

// Usable is every version.
func (b *Books) Usable(deal.BookRef) bool { return true }

// Rules are those of the trade, for every version that has a name.
func (b *Books) Rules(of deal.BookRef) (dossier.Rules, error) {
	if of == (deal.BookRef{}) {
		return dossier.Rules{}, fmt.Errorf("playbook %q: %w", of.Name, deal.ErrNotFound)
	}
	return dossier.DefaultRules(), nil
}

// Gate holds unless told otherwise.
func (b *Books) Gate(deal.State, deal.Records, time.Time) (deal.Gate, error) {
	if b.Panic {
		panic("a rule that cannot be judged")
	}
	return deal.Gate{Unmet: b.Unmet}, b.Error
}

// Chain is one level, of the owner's manager.
func (b *Books) Chain(deal.State, deal.Records, deal.ApprovalKind, int64, string, time.Time) ([]deal.LevelRules, error) {
	return []deal.LevelRules{{Who: deal.OwnerManager, Mode: deal.AnySeat, Within: deal.CalendarTime(time.Hour)}}, nil
}
