package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
)

func TestInTx_recordsACommandWithEverythingThatFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("collector1", customer("江苏晨风集团股份有限公司"), deal.Contact{Name: "孙丽", Mobile: "138 0524 0011", Phone: "8435001"})

	a, records, err := w.AccountWithRecords(t.Context(), w.as("collector1"), id)
	require.NoError(t, err)
	require.Equal(t, "KA-2026-0001", a.State.Number)
	require.Equal(t, deal.Collect, a.State.Step)
	require.Equal(t, "江苏晨风集团股份有限公司", a.Profile.Name)
	require.Equal(t, 420, *a.Profile.MonthlyInbound)
	require.Nil(t, a.Profile.MonthlyOutbound)
	require.Equal(t, int64(1), a.Profile.Version)
	require.Equal(t, a.Profile, records.Profile)
	require.Equal(t, []deal.Form{{Step: deal.Collect, Cycle: 1, Version: 1, Content: map[string]any{"needs": "samples"}}}, records.Forms)
	require.Len(t, records.Contacts, 1)
	require.True(t, records.Contacts[0].PhoneValid)
	require.NotEmpty(t, records.Contacts[0].ID)
	require.Zero(t, records.Duplicates)

	log, err := w.Events(t.Context(), w.as("collector1"), id, view.Page{})
	require.NoError(t, err)
	require.Len(t, log.Items, 1)
	require.Equal(t, map[string]string{"draft": "as typed in the sheet"}, log.Texts)
	tasks, _, err := w.Tasks(t.Context(), w.as("manager1"), view.TaskFilter{})
	require.NoError(t, err)
	require.Len(t, tasks, 1)
	require.Equal(t, deal.AssignOwnerTask, tasks[0].Kind)
	require.Equal(t, "KA-2026-0001", tasks[0].AccountNumber)
	notices, _, err := w.Notices(t.Context(), w.as("manager1"), true, view.Page{})
	require.NoError(t, err)
	require.Len(t, notices, 1)
	require.Equal(t, deal.UnownedNotice, notices[0].Kind)

	require.Zero(t, w.count("staged"))
	w.sound()
}

func TestInTx_givesAKnownKeyItsFirstAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	cmd := w.command(id, "rep1", deal.SetFollowUp{At: w.at.Add(48 * time.Hour)})
	first, err := perform(t.Context(), w.Store, cmd)
	require.NoError(t, err)
	w.do(id, "rep1", deal.SetFollowUp{At: w.at.Add(72 * time.Hour)})

	again, err := perform(t.Context(), w.Store, cmd)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, int64(3), w.state(id).Seq)

	seen, err := w.Precheck(t.Context(), w.as("rep1"), id, cmd.Key)
	require.NoError(t, err)
	require.True(t, seen.Visible)
	require.True(t, seen.Known)
	require.Equal(t, deal.Remembered{Fingerprint: cmd.Fingerprint, Answer: first}, seen.First)
	require.Equal(t, int64(3), seen.State.Seq)
}

func TestInTx_leavesNothingOfARefusedCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := deal.AccountID("0190a000-0000-7000-8000-000000000099")
	cmd := w.command(id, "finance1", deal.Open{Territory: "开发区", Via: deal.ViaAPI, Draft: text("draft")})
	require.NoError(t, w.Stage(t.Context(), view.Staged{Account: id, Key: cmd.Key, Draft: &view.Draft{Profile: customer("晨风集团")}}))
	answer, err := perform(t.Context(), w.Store, cmd)
	require.NoError(t, err)
	require.Equal(t, deal.Refused, answer.Outcome)
	for _, table := range []string{"account_events", "account_commands", "accounts", "account_profile", "counters"} {
		require.Zero(t, w.count(table), table)
	}
	require.Equal(t, 1, w.count("staged"))
	require.NoError(t, w.Unstage(t.Context(), id, cmd.Key))
	require.Zero(t, w.count("staged"))
	_, err = w.Account(t.Context(), w.as("ops1"), id)
	require.ErrorIs(t, err, deal.ErrNotFound)

	w.lead("rep1", customer("晨风集团"))
	items, _, err := w.Accounts(t.Context(), w.as("ops1"), view.AccountFilter{})
	require.NoError(t, err)
	require.Equal(t, "KA-2026-0001", items[0].Number, "the refused command gave its number back")
}

func TestInTx_refusesToRecordWithoutAKeyOrTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.InTx(t.Context(), deal.Command{Account: "a", Name: deal.LoadName, Body: deal.Load{}}, func(tx deal.LedgerTx) error {
		require.False(t, tx.State().Exists())
		_, known := tx.Remembered()
		require.False(t, known)
		return tx.Record(t.Context(), deal.Entry{Command: deal.Command{Account: "a"}})
	})
	require.ErrorIs(t, err, deal.ErrPermanent)

	id := w.lead("rep1", customer("晨风集团"))
	cmd := w.command(id, "rep1", deal.SetFollowUp{At: w.at.Add(48 * time.Hour)})
	err = w.InTx(t.Context(), cmd, func(tx deal.LedgerTx) error {
		entry, _, err := judge(t.Context(), tx, cmd)
		require.NoError(t, err)
		require.NoError(t, tx.Record(t.Context(), entry))
		return tx.Record(t.Context(), entry)
	})
	require.ErrorIs(t, err, deal.ErrPermanent)
	require.Equal(t, int64(1), w.state(id).Seq)
}

func TestInTx_letsOneOfTwoOpeningsThrough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const id = deal.AccountID("0190a000-0000-7000-8000-000000000077")
	var commands []deal.Command
	for range 4 {
		cmd := w.command(id, "rep1", deal.Open{Territory: "开发区", Via: deal.ViaAPI, Draft: text("draft")})
		require.NoError(t, w.Stage(t.Context(), view.Staged{Account: id, Key: cmd.Key, Draft: &view.Draft{Profile: customer("晨风集团")}}))
		commands = append(commands, cmd)
	}
	outcomes := w.together(commands)
	require.Equal(t, map[deal.AnswerKind]int{deal.Done: 1, deal.Refused: 3}, outcomes)
	require.Equal(t, 1, w.count("account_events"))
	w.sound()
}

func TestInTx_takesCommandsOnOneAccountOneAfterTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	var commands []deal.Command
	for range 40 {
		commands = append(commands, w.command(id, "rep1", deal.SetFollowUp{At: monday.Add(30 * 24 * time.Hour)}))
	}
	require.Equal(t, map[deal.AnswerKind]int{deal.Done: 40}, w.together(commands))
	log, err := w.Whole(t.Context(), w.as("rep1"), id)
	require.NoError(t, err)
	require.Len(t, log, 41)
	broken, err := deal.Verify(log)
	require.NoError(t, err)
	require.Nil(t, broken)
	w.sound()
}

// together performs commands at the same time and counts what they got.
func (w *world) together(commands []deal.Command) map[deal.AnswerKind]int {
	w.t.Helper()
	answers := make([]deal.Answer, len(commands))
	errs := make([]error, len(commands))
	var group sync.WaitGroup
	for i, cmd := range commands {
		group.Go(func() { answers[i], errs[i] = perform(w.t.Context(), w.Store, cmd) })
	}
	group.Wait()
	require.NoError(w.t, errors.Join(errs...))
	outcomes := map[deal.AnswerKind]int{}
	for _, a := range answers {
		outcomes[a.Outcome]++
	}
	return outcomes
}

func TestInTx_outlivesADeadlockBetweenTwoAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.lead("rep1", customer("晨风集团")), w.lead("rep1", customer("三鼎织带"))
	var locked sync.WaitGroup
	locked.Add(2)
	var group sync.WaitGroup
	errs := make([]error, 2)
	look := func(i int, mine, theirs deal.AccountID) {
		once := sync.OnceFunc(func() { locked.Done(); locked.Wait() }) // both hold their own before either looks across
		cmd := w.command(mine, "rep1", deal.SetFollowUp{At: w.at.Add(48 * time.Hour)})
		group.Go(func() {
			errs[i] = w.InTx(t.Context(), cmd, func(tx deal.LedgerTx) error {
				once()
				if _, err := tx.Other(t.Context(), theirs); err != nil {
					return err
				}
				entry, _, err := judge(t.Context(), tx, cmd)
				if err != nil {
					return err
				}
				return tx.Record(t.Context(), entry)
			})
		})
	}
	look(0, a, b)
	look(1, b, a)
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, int64(2), w.state(a).Seq)
	require.Equal(t, int64(2), w.state(b).Seq)
}

func TestInTx_seesTheOrganisationOfThisMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	seen := func() (who deal.Person, team deal.TeamID) {
		cmd := w.command(id, "rep1", deal.SetFollowUp{At: w.at})
		require.NoError(t, w.InTx(t.Context(), cmd, func(tx deal.LedgerTx) error {
			org, err := tx.Org(t.Context())
			require.NoError(t, err)
			who, _ = org.Person(w.people["rep1"])
			team, err = tx.TeamOf(t.Context(), "开发区")
			return err
		}))
		return who, team
	}
	who, team := seen()
	require.True(t, who.Active)
	require.Equal(t, who.Team, team)

	w.exec(`UPDATE users SET active = false WHERE login = 'rep1'`)
	w.exec(`UPDATE territories SET team_id = (SELECT id FROM teams WHERE name = 'team 2') WHERE name = '开发区'`)
	who, moved := seen()
	require.False(t, who.Active, "a revocation bites at once (SZ2)")
	require.NotEqual(t, team, moved)
	require.NotEqual(t, team, "")
}

func TestInTx_blamesTheCommandForWhatTheSchemaRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	bend := func(cmd deal.Command, bent func(*deal.Entry)) error {
		return w.InTx(t.Context(), cmd, func(tx deal.LedgerTx) error {
			entry, _, err := judge(t.Context(), tx, cmd)
			require.NoError(t, err)
			bent(&entry)
			return tx.Record(t.Context(), entry)
		})
	}
	cmd := w.command(id, "rep1", deal.SetFollowUp{At: w.at.Add(48 * time.Hour)})
	err := bend(cmd, func(e *deal.Entry) { e.Events[0].Seq = 1 })
	var refused *store.ConstraintError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, deal.CodeAlreadyOpened, refused.Refusal().Code)
	require.ErrorIs(t, err, deal.ErrPermanent)

	err = bend(cmd, func(e *deal.Entry) { e.After.Status = "dreaming" })
	require.ErrorIs(t, err, deal.ErrPermanent)
	err = bend(cmd, func(e *deal.Entry) { e.After.Cycle = 1 << 40 })
	require.ErrorIs(t, err, deal.ErrPermanent, "a value that cannot even be sent blocks nobody")
	require.NotErrorIs(t, err, deal.ErrUnavailable)

	err = bend(cmd, func(e *deal.Entry) {
		e.Rows.Approvals = []deal.Approval{{
			ID: "approval", Kind: deal.Filing, Subject: deal.Subject{Type: deal.FormSubject}, Requester: "somebody", RequestedAt: w.at, Status: deal.Pending, Level: 1,
			Levels: []deal.Level{{Seats: []deal.Seat{{Holder: "else", Decision: deal.Approve, By: "somebody", At: w.at}}}},
		}}
	})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, deal.CodeOwnRequest, refused.Code, "nobody decides an own request, not even past the rules")
	require.Equal(t, int64(1), w.state(id).Seq)
	w.sound()
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := connect(w.t, w.url).Exec(w.t.Context(), sql, args...)
	require.NoError(w.t, err)
}

func (w *world) count(table string) (n int) {
	w.t.Helper()
	sql := "SELECT count(*) FROM " + pgx.Identifier{table}.Sanitize()
	require.NoError(w.t, connect(w.t, w.url).QueryRow(w.t.Context(), sql).Scan(&n))
	return n
}
