//go:build e2e

package engine_test

import (
	"errors"
	"sync/atomic"
	"time"

	"closedloop/activities"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/dossier"
)

// pace is how long things take in a playbook of these tests. Zero is so long that nothing fires.
type pace struct {
	Step     time.Duration // a step's deadline: rungs at 25, 50 and 100 per cent
	Level    time.Duration // an approval's: rungs at 25, 50 and 100 per cent
	Recheck  time.Duration // after archive
	ResumeIn time.Duration // how far away every day's opening hour is, from the start of the test
}

func (p pace) orSlow() pace {
	slow := func(d *time.Duration) {
		if *d == 0 {
			*d = 30 * 24 * time.Hour
		}
	}
	slow(&p.Step)
	slow(&p.Level)
	slow(&p.Recheck)
	slow(&p.ResumeIn)
	return p
}

// books is one playbook with open gates, every road back and one level for each approval.
type books struct {
	pace   pace
	poison atomic.Int32
}

// What the gate of a poisoned book does when a step is left.
const (
	wholesome int32 = iota
	panics
	fails
	refuses
)

var bookRef = deal.BookRef{Name: "engine-test", Version: 1}

func (b *books) Default() deal.BookRef               { return bookRef }
func (b *books) Newest(string) (deal.BookRef, error) { return bookRef, nil }

func (b *books) Book(deal.BookRef) (deal.Book, error) {
	ladder := []deal.LadderRung{{Name: deal.Remind, Percent: 25}, {Name: deal.Urge, Percent: 50}, {Name: deal.Superior, Percent: 100}}
	book := deal.Book{
		Ref: bookRef, Recheck: deal.CalendarTime(b.pace.Recheck),
		FollowUp: deal.FollowUpRules{
			Ungraded: deal.CalendarTime(60 * 24 * time.Hour), Ladder: []deal.LadderRung{{Name: deal.Remind, Percent: 100}},
		},
	}
	for i, step := range deal.Steps() {
		book.Steps = append(book.Steps, deal.StepRules{
			Step: step, Returns: deal.Steps()[:i],
			Deadlines: []deal.Deadline{{Name: "step", Within: deal.CalendarTime(b.pace.Step), Ladder: ladder}},
		})
	}
	level := deal.LevelRules{Who: deal.OwnerManager, Mode: deal.AnySeat, Within: deal.CalendarTime(b.pace.Level), Ladder: ladder}
	book.Approvals = []deal.ApprovalRules{
		{Kind: deal.Filing, Step: deal.Screen, Levels: []deal.LevelRules{level}},
		{Kind: deal.Reopen, Levels: []deal.LevelRules{level}},
	}
	return book, nil
}

func (b *books) Rules(deal.BookRef) (dossier.Rules, error) { return dossier.DefaultRules(), nil }

func (b *books) Movable(to deal.BookRef) (deal.Book, deal.Refusals, error) {
	book, err := b.Book(to)
	book.Ref = to
	return book, nil, err
}

func (b *books) Usable(deal.BookRef) bool { return true }

func (b *books) Gate(deal.State, deal.Records, time.Time) (deal.Gate, error) {
	switch b.poison.Load() {
	case panics:
		panic("a rule that cannot be judged")
	case fails:
		return deal.Gate{}, errors.New("no such overload") // as CEL says at run time
	case refuses:
		return deal.Gate{Unmet: deal.Refusals{{Code: deal.CodeGateUnmet, Item: "one"}, {Code: deal.CodeGateUnmet, Item: "two"}}}, nil
	}
	return deal.Gate{}, nil
}

func (b *books) Chain(_ deal.State, _ deal.Records, kind deal.ApprovalKind, _ int64, _ string, _ time.Time) ([]deal.LevelRules, error) {
	book, err := b.Book(bookRef)
	rules, _ := book.Approval(kind)
	return rules.Levels, err
}

// soon is the shipped working time, except that every day opens at one near instant: a pause of days ends in seconds.
type soon struct {
	office

	opening time.Time
}

type office = deal.Working

// Opening is the same instant for every day.
func (s soon) Opening(string) (time.Time, error) { return s.opening, nil }

// Working makes it the calendar of a worker.
func (s soon) Working(string) deal.Working { return s }

func openingAt(at time.Time) soon {
	return soon{office: activities.Working(calendar.Default()), opening: at.UTC().Truncate(time.Microsecond)}
}
