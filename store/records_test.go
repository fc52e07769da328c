package store_test

import (
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
)

func TestPutForm_countsVersionsAndRefusesStaleOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	rep := w.as("rep1")
	_, err := w.PutForm(t.Context(), rep, id, deal.Screen, 0, map[string]any{})
	var state *view.StateError
	require.ErrorAs(t, err, &state)
	require.Equal(t, deal.CodeStepMoved, state.Code, "a later step's form is not open yet")

	w.do(id, "rep1", deal.Advance{From: deal.Collect})
	nothing, err := w.Form(t.Context(), rep, id, deal.Screen, 0)
	require.NoError(t, err)
	require.Equal(t, deal.Form{Step: deal.Screen, Cycle: 1, Content: map[string]any{}}, nothing)
	first, err := w.PutForm(t.Context(), rep, id, deal.Screen, 0, map[string]any{"need": true})
	require.NoError(t, err)
	require.Equal(t, deal.Form{Step: deal.Screen, Cycle: 1, Version: 1, Content: map[string]any{"need": true}}, first)
	second, err := w.PutForm(t.Context(), rep, id, deal.Screen, 1, map[string]any{"need": false, "names": []any{"甲", 1.5, nil}})
	require.NoError(t, err)
	require.Equal(t, int64(2), second.Version)

	for _, version := range []int64{0, 1, 3} {
		present, err := w.PutForm(t.Context(), rep, id, deal.Screen, version, map[string]any{"lost": true})
		require.ErrorIs(t, err, deal.ErrStale)
		require.Equal(t, second, present, "the present record comes back")
	}
	earlier, err := w.PutForm(t.Context(), rep, id, deal.Collect, 1, map[string]any{"needs": "more"})
	require.NoError(t, err, "forms of earlier steps stay open")
	require.Equal(t, int64(2), earlier.Version)

	changes, err := w.Changes(t.Context(), rep, id)
	require.NoError(t, err)
	require.Len(t, changes, 3)
	require.Equal(t, "1/screen", changes[0].ID)
	require.Nil(t, changes[0].Before)
	require.JSONEq(t, `{"step":"screen","cycle":1,"version":1,"content":{"need":true}}`, string(changes[0].After))
	require.JSONEq(t, string(changes[0].After), string(changes[1].Before))
	require.Equal(t, w.people["rep1"], changes[2].By)
	require.False(t, changes[2].At.IsZero())
}

func TestPutForm_letsOneOfSeveralFirstVersionsThrough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	w.do(id, "rep1", deal.Advance{From: deal.Collect})
	rep := w.as("rep1")
	errs := make([]error, 8)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { _, errs[i] = w.PutForm(t.Context(), rep, id, deal.Screen, 0, map[string]any{"by": float64(i)}) })
	}
	group.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
			continue
		}
		require.ErrorIs(t, err, deal.ErrStale)
	}
	require.Equal(t, 1, done)
	require.Equal(t, 1, w.count("record_changes"))
}

func TestPutForm_keepsTheFormsOfOlderCycles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.walked()
	old, err := w.Form(t.Context(), w.as("rep1"), id, deal.Screen, 1)
	require.NoError(t, err)
	require.Equal(t, int64(1), old.Version)
	now, err := w.Form(t.Context(), w.as("rep1"), id, deal.Screen, 0)
	require.NoError(t, err)
	require.Equal(t, deal.Form{Step: deal.Screen, Cycle: 2, Content: map[string]any{}}, now)
	_, err = w.PutForm(t.Context(), w.as("rep1"), id, deal.Screen, 0, map[string]any{"need": true})
	require.NoError(t, err, "an earlier step of the running cycle")
}

func TestRecords_areClosedWithTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	rep := w.as("rep1")
	w.do(id, "rep1", deal.Pause{Reason: text("holiday"), ResumeOn: "2026-06-01"})
	_, err := w.PutForm(t.Context(), rep, id, deal.Collect, 1, nil)
	var state *view.StateError
	require.ErrorAs(t, err, &state)
	require.Equal(t, deal.CodeNotActive, state.Code)
	added, err := w.AddContact(t.Context(), rep, id, deal.Contact{Name: "周强"})
	require.NoError(t, err, "people are met while clocks stand still")

	w.do(id, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("moved away")})
	for name, edit := range map[string]func() error{
		"profile": func() error { _, err := w.PatchProfile(t.Context(), rep, id, 1, customer("x")); return err },
		"add":     func() error { _, err := w.AddContact(t.Context(), rep, id, deal.Contact{Name: "x"}); return err },
		"patch":   func() error { _, err := w.PatchContact(t.Context(), rep, id, 1, added); return err },
		"delete":  func() error { return w.DeleteContact(t.Context(), rep, id, added.ID, 1) },
	} {
		require.ErrorAs(t, edit(), &state, name)
		require.Equal(t, deal.CodeAlreadyClosed, state.Code, name)
	}
}

func TestRecords_areWrittenByTheOwnerAndTheLineAbove(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	form := map[string]any{"needs": "x"}
	for login, want := range map[string]error{
		"rep1": nil, "manager1": nil, "director1": nil, "ops1": view.ErrReadOnly, "auditor1": view.ErrReadOnly,
		"rep2": deal.ErrNotFound, "rep3": deal.ErrNotFound, "admin1": deal.ErrNotFound, "collector1": deal.ErrNotFound,
	} {
		present, err := s.Form(t.Context(), s.as("ops1"), s.north, deal.Collect, 0)
		require.NoError(t, err)
		_, err = s.PutForm(t.Context(), s.as(login), s.north, deal.Collect, present.Version, form)
		if want == nil {
			require.NoError(t, err, login)
		} else {
			require.ErrorIs(t, err, want, login)
		}
	}
	_, err := s.PutForm(t.Context(), s.as("collector1"), s.lead, deal.Collect, 1, form)
	require.NoError(t, err, "who brought a lead completes it")
}

func TestPatchProfile_replacesWhatTheEditorRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("江苏晨风集团"))
	rep := w.as("rep1")
	p := customer("江苏晨风控股集团")
	p.CreditCode, p.MonthlyInbound = "91321300MA1X00001A", nil
	changed, err := w.PatchProfile(t.Context(), rep, id, 1, p)
	require.NoError(t, err)
	require.Equal(t, int64(2), changed.Version)
	require.Nil(t, changed.MonthlyInbound)
	present, err := w.PatchProfile(t.Context(), rep, id, 1, customer("too late"))
	require.ErrorIs(t, err, deal.ErrStale)
	require.Equal(t, changed, present)
	a, err := w.Account(t.Context(), rep, id)
	require.NoError(t, err)
	require.Equal(t, changed, a.Profile)
	found, _, err := w.Accounts(t.Context(), rep, view.AccountFilter{Query: "控股"})
	require.NoError(t, err)
	require.Len(t, found, 1, "the search knows the new name")
}

func TestContacts_areAddedChangedAndDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, other := w.lead("rep1", customer("晨风集团")), w.lead("rep1", customer("三鼎织带"))
	rep := w.as("rep1")
	sun := deal.Contact{Name: "孙丽", Title: "物流主管", Role: deal.DeciderRole, Mobile: "０１３８０５２４００１１"}
	c, err := w.AddContact(t.Context(), rep, id, sun)
	require.NoError(t, err)
	require.NotEmpty(t, c.ID)
	require.Equal(t, int64(1), c.Version)
	require.True(t, c.PhoneValid)
	c.Mobile = "12"
	changed, err := w.PatchContact(t.Context(), rep, id, 1, c)
	require.NoError(t, err)
	require.Equal(t, int64(2), changed.Version)
	require.False(t, changed.PhoneValid, "nothing that can be dialled is left")
	present, err := w.PatchContact(t.Context(), rep, id, 1, c)
	require.ErrorIs(t, err, deal.ErrStale)
	require.Equal(t, changed, present)
	read, err := w.Contact(t.Context(), rep, id, c.ID)
	require.NoError(t, err)
	require.Equal(t, changed, read)

	_, err = w.Contact(t.Context(), rep, other, c.ID)
	require.ErrorIs(t, err, deal.ErrNotFound, "a contact belongs to one account")
	_, err = w.PatchContact(t.Context(), rep, other, 2, c)
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = w.AddContact(t.Context(), rep, other, c)
	require.ErrorIs(t, err, deal.ErrNotFound, "another account's ID cannot be taken over")
	require.ErrorIs(t, w.DeleteContact(t.Context(), rep, other, c.ID, 2), deal.ErrNotFound)

	require.ErrorIs(t, w.DeleteContact(t.Context(), rep, id, c.ID, 1), deal.ErrStale)
	require.NoError(t, w.DeleteContact(t.Context(), rep, id, c.ID, 2))
	require.ErrorIs(t, w.DeleteContact(t.Context(), rep, id, c.ID, 2), deal.ErrNotFound)
	changes, err := w.Changes(t.Context(), rep, id)
	require.NoError(t, err)
	require.Len(t, changes, 3)
	require.Nil(t, changes[2].After)
	require.Contains(t, string(changes[2].Before), "孙丽")

	_, err = w.AddContact(t.Context(), rep, id, deal.Contact{Name: "x", Role: "emperor"})
	var refused *store.ConstraintError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, deal.CodeInvalidValue, refused.Code)
}

func TestEdit_andCommandExcludeEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	cmd := w.command(id, "rep1", deal.SetFollowUp{At: w.at.Add(48 * time.Hour)})
	rep := w.as("rep1")
	started := make(chan struct{})
	edited := make(chan error, 1)
	require.NoError(t, w.InTx(t.Context(), cmd, func(tx deal.LedgerTx) error {
		before, err := tx.Records(t.Context(), 1)
		require.NoError(t, err)
		go func() {
			close(started)
			_, err := w.PutForm(t.Context(), rep, id, deal.Collect, 1, map[string]any{"needs": "other"})
			edited <- err
		}()
		<-started
		w.waiting() // the editor stands before our lock
		after, err := tx.Records(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, before, after, "a gate and the facts under it cannot disagree")
		return nil
	}))
	require.NoError(t, <-edited)
}

// waiting returns once a session of this database waits for a lock.
func (w *world) waiting() {
	w.t.Helper()
	conn := connect(w.t, w.url)
	require.Eventually(w.t, func() bool {
		var n int
		err := conn.QueryRow(w.t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n)
		return err == nil && n > 0
	}, 10*time.Second, 5*time.Millisecond)
}

func TestInteractions_comeNewestFirstWithTheirTexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.walked()
	items, next, err := w.Interactions(t.Context(), w.as("rep1"), id, view.Page{})
	require.NoError(t, err)
	require.Empty(t, next)
	require.Len(t, items, 1)
	require.Equal(t, "text of aim", items[0].AimText)
	require.Equal(t, "text of next step", items[0].NextStepText)
	require.Equal(t, text("result"), items[0].Result)
	require.Len(t, items[0].With, 1)
	w.exec("DELETE FROM account_texts WHERE id = 'aim'")
	items, _, err = w.Interactions(t.Context(), w.as("rep1"), id, view.Page{})
	require.NoError(t, err)
	require.Empty(t, items[0].AimText, "an erased text is gone, the visit stays")
	require.Equal(t, text("aim"), items[0].Aim)
	w.sound()
}

func TestStage_addsToWhatIsThereAndIsSwept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	cmd := w.command(id, "rep1", deal.Return{To: deal.Collect, Reason: text("first")})
	staged := func() (there bool) {
		require.NoError(t, w.InTx(t.Context(), cmd, func(tx deal.LedgerTx) (err error) {
			there, err = tx.Staged(t.Context())
			return err
		}))
		return there
	}
	require.False(t, staged())
	require.NoError(t, w.Stage(t.Context(), view.Staged{Account: id, Key: cmd.Key, Texts: map[string]string{"second": "b"}}))
	require.False(t, staged(), "another text is not this one")
	require.NoError(t, w.Stage(t.Context(), view.Staged{Account: id, Key: cmd.Key, Texts: map[string]string{"first": "a"}}))
	require.True(t, staged())
	require.NoError(t, w.Stage(t.Context(), view.Staged{Account: id, Key: cmd.Key, Texts: map[string]string{"third": "c"}}))
	require.True(t, staged(), "a repeated request does not take away what the first one brought")

	n, err := w.SweepStaged(t.Context(), time.Now().Add(-time.Hour))
	require.NoError(t, err)
	require.Zero(t, n)
	n, err = w.SweepStaged(t.Context(), time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, int64(1), n)
	require.False(t, staged())

	err = w.Stage(t.Context(), view.Staged{Account: id, Key: cmd.Key, Texts: map[string]string{"bad": "a\x00b"}})
	require.ErrorIs(t, err, deal.ErrPermanent)
}

func TestDuplicates_nameTheStrongestReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := customer("江苏晨风集团股份有限公司")
	p.CreditCode = validCode
	id := w.lead("rep1", p, deal.Contact{Name: "孙丽", Mobile: "13805240011"})
	owner, team := w.people["rep1"], w.state(id).Team
	for _, c := range []struct {
		name, code string
		phones     []string
		reason     string
		score      int
	}{
		{"别的公司", validCode, []string{"13805240011"}, "credit_code", 0},
		{"晨风集团", "", []string{"13805240011"}, "name", 10_000},
		{"别的公司", "", []string{"１３８０５２４００１１"}, "phone", 0},
	} {
		found, err := w.Duplicates(t.Context(), c.name, c.code, c.phones)
		require.NoError(t, err)
		require.Equal(t, []view.Duplicate{{Account: id, Owner: owner, Team: team, Reason: c.reason, Score: c.score}}, found)
	}
	for _, c := range [][]string{{"", "", ""}, {"别的公司", "not a code", "12"}} {
		found, err := w.Duplicates(t.Context(), c[0], c[1], c[2:])
		require.NoError(t, err)
		require.Empty(t, found)
	}

	twin := w.lead("rep1", customer("晨风集团"))
	_, records, err := w.AccountWithRecords(t.Context(), w.as("rep1"), twin)
	require.NoError(t, err)
	require.Equal(t, 1, records.Duplicates)
	w.do(id, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("twin")})
	_, records, err = w.AccountWithRecords(t.Context(), w.as("rep1"), twin)
	require.NoError(t, err)
	require.Zero(t, records.Duplicates, "a closed account is settled")
	found, err := w.Duplicates(t.Context(), "", validCode, nil)
	require.NoError(t, err)
	require.Empty(t, found)
}

// validCode has a right check character (GB 32100-2015).
const validCode = "91350100M000100Y43"

func TestKnownLeads_rememberFormerKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("江苏晨风集团"), deal.Contact{Name: "孙丽", Mobile: "13805240011"})
	former := "name/" + key("晨风集团") + "/开发区"
	p := customer("江苏远东集团")
	p.CreditCode = validCode
	_, err := w.PatchProfile(t.Context(), w.as("rep1"), id, 1, p)
	require.NoError(t, err)
	known, err := w.KnownLeads(t.Context(), []string{former, "code/" + validCode, "name/nobody/开发区"}, []string{"13805240011", "13900000000"})
	require.NoError(t, err)
	require.Equal(t, view.KnownLeads{
		ByKey:   map[string]deal.AccountID{former: id, "code/" + validCode: id},
		ByPhone: map[string][]string{"13805240011": {key("江苏远东集团")}},
	}, known)
	known, err = w.KnownLeads(t.Context(), nil, nil)
	require.NoError(t, err)
	require.Empty(t, known.ByKey)
}

func TestWorld_isTheSameInAnAwkwardTimeZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name, err := pgx.ParseConfig(w.url)
	require.NoError(t, err)
	w.exec("ALTER DATABASE " + pgx.Identifier{name.Database}.Sanitize() + " SET timezone = 'Asia/Kathmandu'")
	w = openWorld(t, w.url) // new connections, so the new zone
	var zone string
	require.NoError(t, connect(t, w.url).QueryRow(t.Context(), "SHOW timezone").Scan(&zone))
	require.Equal(t, "Asia/Kathmandu", zone)
	since := monday.Add(123456 * time.Microsecond)
	d := deal.Delegation{ID: "d", From: w.people["rep1"], To: w.people["rep2"], Since: since, Until: since.Add(time.Hour)}
	require.NoError(t, w.AddDelegation(t.Context(), d))
	require.Equal(t, []deal.Delegation{d}, w.org().Delegations)
	id := w.walked()
	w.sound()
	a := w.state(id)
	require.Equal(t, time.UTC, a.LastAt.Location())
	items, _, err := w.Accounts(t.Context(), w.as("ops1"), view.AccountFilter{})
	require.NoError(t, err)
	require.Equal(t, a.LastAt, items[0].UpdatedAt)
	require.NoError(t, w.Rebuild(t.Context(), id))
	w.sound()
}
