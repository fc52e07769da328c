package activities_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/activities/memory"
	"closedloop/calendar"
	"closedloop/deal"
)

var (
	ctx   = context.Background()
	now   = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC) // a Monday, 10:00 in Shanghai
	draft = &deal.TextRef{ID: "draft", Hash: "00"}
)

const account = deal.AccountID("0190aaaa-0000-7000-8000-000000000001")

type rig struct {
	accounts *memory.Ledger
	books    *memory.Books
	ledger   *activities.Ledger
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{books: &memory.Books{}, accounts: &memory.Ledger{People: deal.Org{
		People: []deal.Person{
			{ID: "rep", Login: "rep1", Role: deal.Rep, Team: "north", Active: true},
			{ID: "boss", Login: "manager1", Role: deal.Manager, Team: "north", Active: true},
		},
		Teams: []deal.Team{{ID: "north", Name: "north", Lead: "boss"}},
	}}}
	var err error
	r.ledger, err = activities.NewLedger(r.accounts, r.books, activities.FixedCalendar{Calendar: calendar.Default()}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return r
}

func (r *rig) do(t *testing.T, key string, body deal.Body) deal.Receipt {
	t.Helper()
	receipt, err := r.ledger.Perform(ctx, command(key, body))
	require.NoError(t, err)
	return receipt
}

func command(key string, body deal.Body) deal.Command {
	return deal.Command{Account: account, Key: key, Fingerprint: "f-" + key, Actor: "rep", At: now, Name: deal.NameOf(body), Body: body}
}

func open() deal.Body { return deal.Open{Territory: "north", Via: deal.ViaAPI, Draft: draft} }

func TestPerform_recordsACommandAndTellsWhereTheAccountStands(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	receipt := r.do(t, "k1", open())
	require.Equal(t, deal.Done, receipt.Answer.Outcome, receipt.Answer.Refusals)
	require.Equal(t, deal.Collect, receipt.Now.Step)
	require.False(t, receipt.Now.WakeAt.IsZero())
	log, err := r.accounts.Log(account)
	require.NoError(t, err)
	require.Len(t, log, 1)
	require.Equal(t, log[0].Hash, receipt.Now.Head)
}

func TestPerform_answersAKnownKeyAsTheFirstTimeAndReportsThePresentPosition(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.do(t, "k1", open())
	r.do(t, "k2", deal.Advance{From: deal.Collect})
	again := r.do(t, "k1", open())
	require.Equal(t, first.Answer, again.Answer)
	require.Equal(t, deal.Screen, again.Now.Step, "a repeated old key must not move the account back")
	log, err := r.accounts.Log(account)
	require.NoError(t, err)
	require.Len(t, log, 2)
}

func TestPerform_refusesAKeyThatWasUsedForAnotherRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(t, "k1", open())
	cmd := command("k1", deal.Advance{From: deal.Collect})
	cmd.Fingerprint = "another body"
	receipt, err := r.ledger.Perform(ctx, cmd)
	require.NoError(t, err)
	require.True(t, receipt.Answer.Refusals.Has(deal.CodeKeyReused))
}

func TestPerform_writesNothingForARefusal(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(t, "k1", open())
	r.books.Unmet = deal.Refusals{{Code: deal.CodeGateUnmet, Item: "one"}, {Code: deal.CodeGateUnmet, Item: "two"}}
	receipt := r.do(t, "k2", deal.Advance{From: deal.Collect})
	require.Equal(t, deal.Refused, receipt.Answer.Outcome)
	require.Len(t, receipt.Answer.Refusals, 2, "everything that is missing, at once")
	require.EqualValues(t, 1, r.accounts.State(account).Seq)
}

func TestPerform_returnsTroubleWithTheDatabaseAsAnErrorToBeRepeated(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	away := errors.New("connection refused")
	r.accounts.Trouble = func(deal.Command) error { return away }
	_, err := r.ledger.Perform(ctx, command("k1", open()))
	require.ErrorIs(t, err, away)
	r.accounts.Trouble = nil
	require.Equal(t, deal.Done, r.do(t, "k1", open()).Answer.Outcome)
}

func TestPerform_givesTheFirstAnswerWhenTheReceiptWasLostAfterTheCommit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	lost := errors.New("process died")
	r.accounts.AfterCommit = func(deal.Command) error { return lost }
	_, err := r.ledger.Perform(ctx, command("k1", open()))
	require.ErrorIs(t, err, lost)
	r.accounts.AfterCommit = nil
	require.Equal(t, deal.Done, r.do(t, "k1", open()).Answer.Outcome)
	log, err := r.accounts.Log(account)
	require.NoError(t, err)
	require.Len(t, log, 1)
}

func TestPerform_refusesAPoisonCommandWithAnIncidentAndBlocksNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(t, "k1", open())
	for name, poison := range map[string]func(){
		"panic": func() { r.books.Panic = true },
		"error": func() { r.books.Error = errors.New("no such overload") },
	} {
		poison()
		receipt := r.do(t, "poison-"+name, deal.Advance{From: deal.Collect})
		require.True(t, receipt.Answer.Refusals.Has(deal.CodeInternalError), name)
		require.NotEmpty(t, receipt.Answer.Incident, name)
		require.Equal(t, deal.Collect, receipt.Now.Step, name)
		r.books.Panic, r.books.Error = false, nil
	}
	require.Equal(t, deal.Done, r.do(t, "k2", deal.Advance{From: deal.Collect}).Answer.Outcome)
}

func TestPerform_writesNothingForATickThatComesTooEarly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(t, "k1", open())
	cmd := command("tick/1", deal.Tick{Due: now})
	cmd.Actor = deal.System
	receipt, err := r.ledger.Perform(ctx, cmd)
	require.NoError(t, err)
	require.Equal(t, deal.Nothing, receipt.Answer.Outcome)
	require.EqualValues(t, 1, receipt.Now.Seq)
}

// taken is a constraint that says no.
type taken struct{}

func (taken) Error() string         { return "number is taken" }
func (taken) Refusal() deal.Refusal { return deal.Refusal{Code: deal.CodeAlreadyOpened} }
func (taken) Unwrap() error         { return deal.ErrPermanent }

func TestPerform_answersAnExpectedConstraintWithItsRefusal(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.accounts.Trouble = func(deal.Command) error { return taken{} }
	receipt := r.do(t, "k1", open())
	require.True(t, receipt.Answer.Refusals.Has(deal.CodeAlreadyOpened))
	require.Empty(t, receipt.Answer.Incident)
}
