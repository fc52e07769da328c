package crowd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"closedloop/activities"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/playbook"
	"closedloop/playbook/playbooktest"
	"closedloop/store"
)

// open is the shelf with its gates held open, and with approvals that are asked for on forms: a life is walked for its
// shape, not for what is on file.
type open struct{ playbook.Shelf }

func (open) Gate(deal.State, deal.Records, time.Time) (deal.Gate, error) { return deal.Gate{}, nil }

func (o open) Book(ref deal.BookRef) (deal.Book, error) {
	book, err := o.Shelf.Book(ref)
	book.Approvals = chains()
	return book, err //nolint:wrapcheck // of the shelf
}

func (open) Chain(_ deal.State, _ deal.Records, kind deal.ApprovalKind, _ int64, _ string, _ time.Time) ([]deal.LevelRules, error) {
	for _, rules := range chains() {
		if rules.Kind == kind {
			return rules.Levels, nil
		}
	}
	return nil, nil
}

// chains are those of playbook express.
func chains() []deal.ApprovalRules {
	level := func(who deal.Audience) deal.LevelRules {
		return deal.LevelRules{Who: who, Mode: deal.AnySeat, Within: deal.WorkingDays(2), Ladder: []deal.LadderRung{
			{Name: deal.Remind, Percent: 50}, {Name: deal.Urge, Percent: 100}, {Name: deal.Superior, Percent: 150},
		}}
	}
	return []deal.ApprovalRules{
		{Kind: deal.Filing, Step: deal.Screen, Levels: []deal.LevelRules{level(deal.OwnerManager), level("role:sales_ops")}},
		{Kind: deal.Proposal, Step: deal.Plan, Levels: []deal.LevelRules{level(deal.OwnerManager)}},
		{Kind: deal.Contract, Step: deal.Sign, Levels: []deal.LevelRules{level(deal.OwnerManager), level("role:finance")}},
	}
}

// What the lives say instead of what differs from account to account. None of them occurs in anything else.
const (
	patternName    = "样板单位号"
	patternPlace   = patternTeam + "1区"
	patternMobiles = "1390000000"
)

var patternContacts = []string{"联系甲某", "联系乙某", "联系丙某", "联系丁某"}

// walker walks one life.
type walker struct {
	store    *store.Store
	ledger   *activities.Ledger
	people   *people
	org      deal.Org
	account  deal.AccountID
	state    deal.State
	at       time.Time
	serial   int
	forms    map[deal.Step]int64
	contacts []string
}

// begun is when every life begins: 9:20 on a Monday in Shanghai.
var begun = time.Date(2026, 1, 5, 1, 20, 0, 0, time.UTC)

func newLedger(st *store.Store) (*activities.Ledger, error) {
	rules, err := Shipped(playbooktest.Express)
	if err != nil {
		return nil, err
	}
	ledger, err := activities.NewLedger(st, open{rules.Books}, activities.FixedCalendar{Calendar: rules.Days}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, fmt.Errorf("make ledger: %w", err)
	}
	return ledger, nil
}

func (w *walker) rep() deal.PersonID       { return w.people.pattern.reps[0] }
func (w *walker) collector() deal.PersonID { return w.people.pattern.collectors[0] }
func (w *walker) manager() deal.PersonID   { return w.people.pattern.manager }

func (w *walker) viewer(who deal.PersonID) view.Viewer {
	p, _ := w.org.Person(who)
	return view.Of(w.org, p, w.at)
}

// text is a text of the account, put aside for the next command.
func (w *walker) text(content string, into map[string]string) *deal.TextRef {
	w.serial++
	id := made("text", string(w.account), fmt.Sprint(w.serial))
	into[id] = content
	sum := sha256.Sum256([]byte(content))
	return &deal.TextRef{ID: id, Hash: hex.EncodeToString(sum[:])}
}

// do sends one command with its texts; it must be done.
func (w *walker) do(ctx context.Context, who deal.PersonID, texts map[string]string, body deal.Body) error {
	staged := view.Staged{Texts: texts}
	return w.send(ctx, who, staged, body)
}

func (w *walker) send(ctx context.Context, who deal.PersonID, staged view.Staged, body deal.Body) error {
	w.serial++
	cmd := deal.Command{
		Account: w.account, Key: deal.CommandKey("crowd", who, w.account, fmt.Sprint(w.serial)), Fingerprint: "crowd", Actor: who, At: w.at,
		Name: deal.NameOf(body), Body: body,
	}
	if len(staged.Texts) > 0 || staged.Draft != nil {
		staged.Account, staged.Key = w.account, cmd.Key
		if err := w.store.Stage(ctx, staged); err != nil {
			return fmt.Errorf("stage: %w", err)
		}
	}
	receipt, err := w.ledger.Perform(ctx, cmd)
	if err != nil {
		return fmt.Errorf("perform %s: %w", cmd.Name, err)
	}
	if receipt.Answer.Outcome == deal.Refused {
		return fmt.Errorf("%s in %s was refused: %v", cmd.Name, receipt.Now.Step, receipt.Answer.Refusals)
	}
	read, err := w.store.Account(ctx, view.Viewer{All: true}, w.account)
	if err != nil {
		return fmt.Errorf("read account: %w", err)
	}
	w.state = read.State
	return nil
}

// wait lets time pass, with everything that the clock does meanwhile. What people do, they do in office hours.
func (w *walker) wait(ctx context.Context, hours int) error {
	until := w.at.Add(time.Duration(hours) * time.Hour)
	if until.Weekday() == time.Saturday || until.Weekday() == time.Sunday {
		until = until.AddDate(0, 0, 2)
	}
	for {
		wake := w.state.WakeAt()
		if wake.IsZero() || wake.After(until) {
			break
		}
		before := w.state.Seq
		w.at = wake
		if err := w.do(ctx, deal.System, nil, deal.Tick{Due: wake}); err != nil {
			return err
		}
		if w.state.Seq == before {
			break // nothing happens any more
		}
	}
	w.at = until
	return nil
}
