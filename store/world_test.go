package store_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
	"closedloop/naming"
	"closedloop/store"
	"closedloop/testkit"
)

// monday is 10:00 in Shanghai.
var monday = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)

// world is a house with the demo organisation: area east with two teams, and staff outside the line.
type world struct {
	*store.Store

	t      *testing.T
	url    string
	people map[string]deal.PersonID // by login
	at     time.Time                // instant of the next command
	serial int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return openWorld(t, testkit.Database(t))
}

func openWorld(t *testing.T, url string) *world {
	t.Helper()
	s := open(t, url, store.Options{})
	_, err := s.SeedOrganisation(t.Context(), demo())
	require.NoError(t, err)
	w := &world{Store: s, t: t, url: url, people: map[string]deal.PersonID{}, at: monday}
	for _, p := range w.org().People {
		w.people[p.Login] = p.ID
	}
	return w
}

func open(t *testing.T, url string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, o)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func demo() store.Organisation {
	member := func(login string, role deal.Role, team string) store.Member {
		return store.Member{Login: login, Name: "Name of " + login, Role: role, Team: team, PasswordHash: "hash of " + login}
	}
	return store.Organisation{
		Teams: []store.Team{
			{Name: "east", Lead: "director1"},
			{Name: "team 1", Parent: "east", Lead: "manager1"},
			{Name: "team 2", Parent: "east", Lead: "manager2"},
		},
		People: []store.Member{
			member("collector1", deal.Collector, "team 1"), member("rep1", deal.Rep, "team 1"), member("rep2", deal.Rep, "team 1"),
			member("rep3", deal.Rep, "team 2"), member("manager1", deal.Manager, "team 1"), member("manager2", deal.Manager, "team 2"),
			member("director1", deal.Director, "east"), member("ops1", deal.SalesOps, ""), member("finance1", deal.Finance, ""),
			member("admin1", deal.Admin, ""), member("auditor1", deal.Auditor, ""),
		},
		Territories: map[string]string{"开发区": "team 1", "宿城区": "team 2"},
	}
}

func (w *world) org() deal.Org {
	w.t.Helper()
	org, err := w.Org(w.t.Context())
	require.NoError(w.t, err)
	return org
}

// as is the viewer behind a login, now.
func (w *world) as(login string) view.Viewer {
	w.t.Helper()
	org := w.org()
	who, ok := org.Person(w.people[login])
	require.True(w.t, ok, login)
	return view.Of(org, who, w.at)
}

// command makes one that nobody has sent before, an hour after the last one.
func (w *world) command(id deal.AccountID, login string, body deal.Body) deal.Command {
	w.serial++
	w.at = w.at.Add(time.Hour)
	actor := w.people[login]
	if login == "" {
		actor = deal.System
	}
	return deal.Command{
		Account: id, Key: fmt.Sprintf("key-%03d", w.serial), Fingerprint: fmt.Sprintf("print-%03d", w.serial), Actor: actor,
		At: w.at, Name: deal.NameOf(body), Body: body,
	}
}

// do stages the command's texts, judges it by the real rules with every gate open, and records it.
func (w *world) do(id deal.AccountID, login string, body deal.Body) deal.Answer {
	w.t.Helper()
	cmd := w.command(id, login, body)
	w.stage(cmd)
	answer, err := perform(w.t.Context(), w.Store, cmd)
	require.NoError(w.t, err)
	require.Equal(w.t, deal.Done, answer.Outcome, "%s by %s: %v", cmd.Name, login, answer.Refusals)
	return answer
}

func (w *world) stage(cmd deal.Command) {
	w.t.Helper()
	staged := view.Staged{Account: cmd.Account, Key: cmd.Key, Texts: map[string]string{}}
	for _, ref := range cmd.Texts() {
		staged.Texts[ref.ID] = "text of " + ref.ID
	}
	if len(staged.Texts) > 0 {
		require.NoError(w.t, w.Stage(w.t.Context(), staged))
	}
}

// lead opens an account by a person, with the profile, and returns its ID.
func (w *world) lead(login string, p deal.Profile, contacts ...deal.Contact) deal.AccountID {
	w.t.Helper()
	id := deal.AccountID(fmt.Sprintf("0190a000-0000-7000-8000-%012d", w.serial+1))
	cmd := w.command(id, login, deal.Open{Territory: p.Territory, Via: deal.ViaAPI, Draft: &deal.TextRef{ID: "draft", Hash: "00"}})
	require.NoError(w.t, w.Stage(w.t.Context(), view.Staged{Account: id, Key: cmd.Key, Draft: &view.Draft{
		Profile: p, Form: map[string]any{"needs": "samples"}, Contacts: contacts, Note: "as typed in the sheet",
	}}))
	answer, err := perform(w.t.Context(), w.Store, cmd)
	require.NoError(w.t, err)
	require.Equal(w.t, deal.Done, answer.Outcome, "%v", answer.Refusals)
	return id
}

// customer is a profile with that name in a territory of team 1.
func customer(name string) deal.Profile { return customerIn("开发区", name) }

func customerIn(territory, name string) deal.Profile {
	inbound := 420
	return deal.Profile{
		Name: name, Aliases: []string{"别名"}, Premises: "factory", Territory: territory, Address: "发展大道18号", Industry: "服装",
		MonthlyInbound: &inbound, Author: "张伟", CollectedOn: "2026-03-01",
	}
}

func (w *world) state(id deal.AccountID) deal.State {
	w.t.Helper()
	a, err := w.Account(w.t.Context(), w.as("ops1"), id)
	require.NoError(w.t, err)
	return a.State
}

// sound holds an account's projections against its log.
func (w *world) sound() {
	w.t.Helper()
	differences, err := w.CompareAll(w.t.Context())
	require.NoError(w.t, err)
	require.Empty(w.t, differences)
}

func text(id string) *deal.TextRef { return &deal.TextRef{ID: id, Hash: "hash of " + id} }

// refused is a refusal that rolls the transaction back.
type refused struct{ answer deal.Answer }

func (refused) Error() string { return "refused" }

// perform does what package activities does: the known answer, or judge and record. Every gate is open.
func perform(ctx context.Context, s *store.Store, cmd deal.Command) (deal.Answer, error) {
	var answer deal.Answer
	err := s.InTx(ctx, cmd, func(tx deal.LedgerTx) error {
		if first, known := tx.Remembered(); known {
			answer = first.Answer
			return nil
		}
		entry, no, err := judge(ctx, tx, cmd)
		if err != nil {
			return err
		}
		if len(no) > 0 {
			return refused{deal.RefusedAnswer(no)}
		}
		if len(entry.Events) == 0 {
			answer = deal.Answer{Outcome: deal.Nothing}
			return nil
		}
		answer = entry.Answer
		return tx.Record(ctx, entry)
	})
	if no, ok := err.(refused); ok { //nolint:errorlint // InTx gives back what it was given, and a test says so
		return no.answer, nil
	}
	return answer, err
}

func judge(ctx context.Context, tx deal.LedgerTx, cmd deal.Command) (deal.Entry, deal.Refusals, error) {
	staged, err := tx.Staged(ctx)
	if err != nil || !staged {
		return deal.Entry{}, deal.Refusals{{Code: deal.CodeTextMissing}}, err
	}
	before := tx.State()
	f := deal.Facts{Working: working{shipped()}, Book: book()}
	if f.Org, err = tx.Org(ctx); err != nil {
		return deal.Entry{}, nil, err
	}
	if before.Exists() {
		if f.Records, err = tx.Records(ctx, before.Cycle); err != nil {
			return deal.Entry{}, nil, err
		}
	}
	switch b := cmd.Body.(type) {
	case deal.Open:
		if f.Team, err = tx.TeamOf(ctx, b.Territory); err != nil {
			return deal.Entry{}, nil, err
		}
		if f.Number, err = tx.NextNumber(ctx, cmd.At); err != nil {
			return deal.Entry{}, nil, err
		}
	case deal.DecideApproval, deal.Arbitrate:
		err = claim(ctx, tx, cmd, &f)
	case deal.RequestApproval:
		f.Book = aboutRecord(f.Book, b)
		rules, _ := f.Book.Approval(b.Kind)
		f.Chain = rules.Levels
		if b.Kind == deal.Merger {
			err = family(ctx, tx, deal.AccountID(b.Subject.ID), &f)
		}
	case deal.ReviewIntake:
		err = family(ctx, tx, b.MergeInto, &f)
	case deal.Merge:
		err = family(ctx, tx, b.Into, &f)
	case deal.SetParent:
		err = family(ctx, tx, b.Parent, &f)
	case deal.Promote:
		f.Book.OneOff, f.Next, f.KeyTests = true, deal.Book{Ref: deal.BookRef{Name: "express", Version: 2}}, []string{"image_effect"}
	}
	if err != nil {
		return deal.Entry{}, nil, err
	}
	if err := supported(before, &f); err != nil {
		return deal.Entry{}, nil, err
	}
	events, no := deal.Decide(before, cmd, f)
	if len(no) > 0 || len(events) == 0 {
		return deal.Entry{}, no, nil
	}
	if events, err = deal.Seal(before.Head, events); err != nil {
		return deal.Entry{}, nil, err
	}
	after := deal.Fold(before, events...)
	carried, err := carry(ctx, tx, cmd, f.Target, events)
	if err != nil {
		return deal.Entry{}, nil, err
	}
	changes, err := effects(before, events, f)
	if err != nil {
		return deal.Entry{}, nil, err
	}
	lesson, err := dossier.CaseOf(dossier.Happening{Before: before, Events: events, Records: f.Records})
	if err != nil {
		return deal.Entry{}, nil, err
	}
	return deal.Entry{
		Documents: changes.Documents, Foreign: changes.Foreign, Case: lesson, Profile: f.Records.Profile, Contacts: f.Records.Contacts,
		Carry:   carried,
		Command: cmd, Answer: deal.Answer{Outcome: deal.Done, FirstSeq: events[0].Seq, LastSeq: after.Seq},
		Before: before, After: after, Events: events, Rows: deal.Project(before, events...),
	}, nil, nil
}

// book is a playbook with a deadline in every step, one road back, and the approvals that these tests ask for.
func book() deal.Book {
	ladder := []deal.LadderRung{{Name: deal.Remind, Percent: 50}, {Name: deal.Urge, Percent: 100}, {Name: deal.Superior, Percent: 150}}
	b := deal.Book{
		Ref: deal.BookRef{Name: "test", Version: 1}, Recheck: deal.CalendarTime(24 * time.Hour),
		FollowUp: deal.FollowUpRules{Ungraded: deal.WorkingDays(3), Ladder: ladder},
	}
	for _, step := range deal.Steps() {
		rules := deal.StepRules{Step: step, Deadlines: []deal.Deadline{{Name: deal.HandoverDeadline, Within: deal.WorkingDays(5), Ladder: ladder}}}
		if step != deal.Collect {
			rules.Returns = []deal.Step{deal.Collect}
		}
		b.Steps = append(b.Steps, rules)
	}
	level := func(who deal.Audience) deal.LevelRules {
		return deal.LevelRules{Who: who, Mode: deal.AnySeat, Within: deal.WorkingDays(2), Ladder: ladder}
	}
	b.Approvals = []deal.ApprovalRules{
		{Kind: deal.Filing, Step: deal.Screen, Levels: []deal.LevelRules{level(deal.OwnerManager), level("person:finance1")}},
		{Kind: deal.Reopen, Levels: []deal.LevelRules{level(deal.OwnerManager)}},
		{Kind: deal.Merger, Levels: []deal.LevelRules{level(deal.OwnerManager)}},
		{Kind: deal.CreditChange, Subject: "credit", Levels: []deal.LevelRules{level(deal.OwnerManager)}},
		{Kind: deal.VetoLift, Subject: "veto", Levels: []deal.LevelRules{level(deal.OwnerManager)}},
		{Kind: deal.GradeOverride, Subject: "value_score", Levels: []deal.LevelRules{level(deal.OwnerManager)}},
		{Kind: deal.SupportRequest, Subject: "support_request", Levels: []deal.LevelRules{level(deal.OwnerManager)}},
	}
	return b
}

// shipped is the calendar of the release, read once.
var shipped = sync.OnceValue(calendar.Default)

// working is a calendar as the rules want it.
type working struct{ *calendar.Calendar }

func (w working) Date(at time.Time) string { return w.DateAt(at).String() }

func (w working) Opening(day string) (time.Time, error) {
	d, err := calendar.ParseDate(day)
	if err != nil {
		return time.Time{}, err
	}
	return w.Calendar.Opening(d), nil
}

func digest(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// nothing is the migration of an empty database.
func nothing(context.Context, string) error { return nil }

func key(name string) string { return naming.Key(name) }
