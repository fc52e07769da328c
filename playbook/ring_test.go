package playbook_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

// open is an office that never closes: the walk is about rules and gates, the calendar has tests of its own.
type open struct{ zone *time.Location }

func (o open) Add(from time.Time, d time.Duration) time.Time { return from.Add(d) }
func (o open) Between(from, to time.Time) time.Duration      { return to.Sub(from) }
func (o open) Day() time.Duration                            { return 24 * time.Hour }
func (o open) NextWorking(at time.Time) time.Time            { return at }
func (o open) Date(at time.Time) string                      { return at.In(o.zone).Format(time.DateOnly) }
func (o open) Provisional(time.Time, time.Time) bool         { return false }
func (o open) Version() string                               { return "open" }
func (o open) Opening(day string) (time.Time, error) {
	return time.ParseInLocation(time.DateOnly, day, o.zone)
}

func (o open) EndOfDay(at time.Time) time.Time {
	y, m, d := at.In(o.zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, o.zone)
}

// People of the walk. Everybody who may sit in a chain is there once.
const (
	rep      deal.PersonID = playbooktest.Owner
	manager  deal.PersonID = "person-manager"
	director deal.PersonID = "person-director"
	salesOps deal.PersonID = "person-ops"
	finance  deal.PersonID = "person-finance"

	area deal.TeamID = "area"
	team deal.TeamID = "team"
)

func organisation() deal.Org {
	person := func(id deal.PersonID, role deal.Role, team deal.TeamID) deal.Person {
		return deal.Person{ID: id, Login: string(id), Role: role, Team: team, Active: true}
	}
	return deal.Org{
		Version: 1,
		People: []deal.Person{
			person(rep, deal.Rep, team), person(manager, deal.Manager, team), person(director, deal.Director, area),
			person(salesOps, deal.SalesOps, ""), person(finance, deal.Finance, ""),
		},
		Teams: []deal.Team{{ID: area, Lead: director}, {ID: team, Parent: area, Lead: manager}},
	}
}

// walker leads one account round the ring by the rules and the gates alone: no engine, no database.
type walker struct {
	library *playbook.Library
	book    string
	state   deal.State
	records deal.Records
	now     time.Time
	decided []deal.PersonID // who approved, in order
}

func newWalker(t *testing.T, book string) *walker {
	t.Helper()
	ready := playbooktest.Ready(book, deal.Collect)
	ready.Records.Forms, ready.Records.Interactions = nil, nil
	w := &walker{library: load(t), book: book, records: ready.Records, now: ready.At}
	w.do(t, rep, deal.Open{Territory: "经济开发区", Via: deal.ViaAPI, Draft: note("draft")})
	return w
}

func note(id string) *deal.TextRef { return &deal.TextRef{ID: "text-" + id, Hash: "hash-" + id} }

// try judges a command as the product does, with the gate or the chain of the pinned playbook.
func (w *walker) try(t *testing.T, actor deal.PersonID, body deal.Body) deal.Refusals {
	t.Helper()
	w.now = w.now.Add(time.Minute)
	ref := w.state.Book
	if !w.state.Exists() || deal.NameOf(body) == deal.SecondDevelopmentName {
		ref = newest(t, w.book).Ref()
	}
	book, err := w.library.Book(ref)
	require.NoError(t, err)
	f := deal.Facts{Org: organisation(), Working: open{time.UTC}, Book: book, Records: w.records, Number: "KA-2026-0042", Team: team}
	switch b := body.(type) {
	case deal.Advance:
		f.Gate, err = w.library.Gate(w.state, w.records, w.now)
	case deal.RequestApproval:
		f.Chain, err = w.library.Chain(b.Kind, w.state, w.records, b.Amount, b.Currency, w.now)
	}
	require.NoError(t, err)
	events, no := deal.Decide(w.state, deal.Command{
		Account: "account-1", Key: fmt.Sprintf("key-%d", w.state.Seq), Actor: actor, At: w.now, Name: deal.NameOf(body), Body: body,
	}, f)
	w.records.Interactions = append(w.records.Interactions, deal.Project(w.state, events...).Interactions...)
	w.settle(t, events)
	w.state = deal.Fold(w.state, events...)
	return no
}

// settle writes into the records what events mean for them.
func (w *walker) settle(t *testing.T, events []deal.Event) {
	t.Helper()
	rules, err := w.library.Rules(newest(t, w.book).Ref())
	require.NoError(t, err)
	changes, err := dossier.Effects(dossier.Happening{
		Before: w.state, Events: events, Records: w.records, Rules: rules, Today: dossier.DayOf(w.now),
	})
	require.NoError(t, err)
	for _, d := range changes.Documents {
		i := slices.IndexFunc(w.records.Dossier, func(old deal.Document) bool { return old.Kind == d.Kind && old.ID == d.ID })
		d.Edited, d.Version = d.EditedAt(), d.Version+1
		w.records.Dossier[i] = d
	}
}

func (w *walker) do(t *testing.T, actor deal.PersonID, body deal.Body) {
	t.Helper()
	require.Empty(t, w.try(t, actor, body), "%s/%s: %s by %s", w.book, w.state.Step, deal.NameOf(body), actor)
}

// refused is an attempt to leave the step; it answers with the codes that stand against it.
func (w *walker) refused(t *testing.T) []string {
	t.Helper()
	step := w.state.Step
	no := w.try(t, rep, deal.Advance{From: step})
	require.NotEmpty(t, no, "%s/%s lets everybody pass", w.book, step)
	require.Equal(t, step, w.state.Step)
	list := []string{}
	for _, one := range no {
		require.Equal(t, deal.CodeGateUnmet, one.Code)
		list = append(list, one.Item)
	}
	return list
}

func (w *walker) options() playbooktest.Options {
	return playbooktest.Options{Contact: playbooktest.Decider, Person: playbooktest.Owner, Now: w.now}
}

// fill puts the step's form on file, and the records that its gate asks for.
func (w *walker) fill(step deal.Step) {
	content := playbooktest.Filled(w.book, step, w.options())
	w.records.Forms = append(w.records.Forms, deal.Form{Step: step, Cycle: w.state.Cycle, Version: 1, Content: content})
	a := playbooktest.Account{State: w.state, Records: w.records, At: w.now}
	playbooktest.Records(w.book, step, w.options(), a.Put)
	w.records = a.Records
}

// approve asks for an approval and lets everybody in its chain say yes.
func (w *walker) approve(t *testing.T, step deal.Step, r playbooktest.Request) {
	t.Helper()
	kind := r.Kind
	request := deal.RequestApproval{Kind: kind, Subject: deal.Subject{Type: deal.FormSubject, ID: string(step), Version: 1}, Text: note("please")}
	for _, d := range w.records.Dossier {
		if d.Kind == string(r.Subject) && (d.Cycle == 0 || d.Cycle == w.state.Cycle) {
			request.Subject = deal.RecordSubjectOf(d)
		}
	}
	if r.Amount {
		request.Amount, request.Currency = playbooktest.AmountMinor, playbooktest.Currency
	}
	w.do(t, rep, request)
	for {
		a, ok := w.state.Latest(kind)
		require.True(t, ok)
		if a.Status != deal.Pending {
			require.Equal(t, deal.Approved, a.Status)
			return
		}
		if code, ok := kindCondition[kind]; ok {
			require.Contains(t, w.refused(t), code, "a request under way opens nothing")
		}
		i := slices.IndexFunc(a.Levels[a.Level-1].Seats, func(s deal.Seat) bool { return s.Decision == "" })
		who := a.Levels[a.Level-1].Seats[i].Holder
		w.decided = append(w.decided, who)
		w.do(t, who, deal.DecideApproval{Approval: a.ID, Decision: deal.Approve, Version: a.Subject.Version})
	}
}

// kindCondition is the condition that waits for an approval, the same in all books.
var kindCondition = map[deal.ApprovalKind]string{
	deal.Filing: "filing_approved", deal.Proposal: "proposal_approved", deal.Contract: "contract_approved",
}

// pass does what the gate of the present step asks for, and leaves it. The gate is tried before every move.
func (w *walker) pass(t *testing.T) {
	t.Helper()
	step := w.state.Step
	require.NotEmpty(t, w.refused(t))
	w.fill(step)
	if step == deal.Screen && w.state.Intake == deal.IntakePending {
		require.Contains(t, w.refused(t), "intake_accepted")
		w.do(t, manager, deal.ReviewIntake{Decision: deal.AcceptIntake})
	}
	if step == deal.Analyse && w.state.Grade == "" {
		require.Contains(t, w.refused(t), "graded")
		w.do(t, rep, deal.SetGrade{Grade: deal.GradeB, Reason: note("seven items")})
	}
	for _, m := range playbooktest.Meetings(w.book, step) {
		w.do(t, rep, deal.LogInteraction{
			Kind: m.Kind, At: w.now, With: []string{"contact-" + string(m.With)}, Aim: note("aim"), Result: note("result"), NextStep: note("next"),
		})
	}
	for _, r := range playbooktest.Requests(w.book, step) {
		w.approve(t, step, r)
	}
	w.do(t, rep, deal.Advance{From: step})
}

func TestRing_isWalkedToTheEndByEveryShippedPlaybook(t *testing.T) {
	t.Parallel()
	chains := map[string][]deal.PersonID{ // filing, proposal, change of credit, contract, at a price of 360,000 yuan
		playbooktest.Express:     {manager, salesOps, manager, finance, director, manager, finance},
		playbooktest.Industrial:  {manager, salesOps, manager, finance, director, manager, finance},
		playbooktest.GroupBuying: {manager, salesOps, manager, director, finance, director, manager, finance},
		playbooktest.Project:     {manager, salesOps, manager, finance, finance, director, manager, finance},
		playbooktest.Quick:       {manager, manager, manager},
	}
	for _, book := range playbooktest.Books() {
		t.Run(book, func(t *testing.T) {
			t.Parallel()
			w := newWalker(t, book)
			for _, step := range deal.Steps() {
				require.Equal(t, step, w.state.Step)
				require.Equal(t, step.Number() > deal.Sign.Number(), !w.state.WonAt.IsZero(), "won by leaving sign")
				w.pass(t)
			}
			require.Equal(t, deal.Resting, w.state.Status)
			require.Equal(t, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, w.state.Passes)
			require.Equal(t, chains[book], w.decided)

			w.do(t, rep, deal.SecondDevelopment{Goal: note("more")})
			w.records.Forms, w.records.Interactions = nil, nil // records are those of the running cycle
			require.Equal(t, []any{2, deal.Analyse}, []any{w.state.Cycle, w.state.Step})
			for w.state.Step != deal.Collect && w.state.Status == deal.Active {
				w.pass(t)
			}
			require.Equal(t, deal.Resting, w.state.Status, "a second cycle has no forms of collect, screen and survey, and closes as well")
		})
	}
}

// rest is how long an account rests after its cycle, in days.
func rest(t *testing.T, book string, change spoil) int {
	t.Helper()
	w := newWalker(t, book)
	for w.state.Step != deal.Archive {
		w.pass(t)
	}
	w.fill(deal.Archive)
	a := playbooktest.Account{Records: w.records}
	change(&a)
	w.do(t, rep, deal.Advance{From: deal.Archive})
	require.Equal(t, deal.Resting, w.state.Status)
	return int(w.state.Recheck.Sub(w.now).Hours()/24 + 0.5)
}

func TestRing_ofProjectEndsWithoutARecheckUnlessSomebodyNamesADay(t *testing.T) {
	t.Parallel()
	const tenYears = 3650
	require.Equal(t, tenYears, rest(t, playbooktest.Project, all()))
	require.InDelta(t, 90, rest(t, playbooktest.Project, set(deal.Archive, "recheck_on", days(90))), 1)
}

func TestRing_ofGroupBuyingWakesInTimeForTheNextSeason(t *testing.T) {
	t.Parallel()
	// Ready's day is the 4th of March 2026; 105 days before the Spring Festival of the 6th of February 2027.
	require.InDelta(t, 235, rest(t, playbooktest.GroupBuying, all()), 1)
}
