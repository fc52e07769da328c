package main

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/calendar"
	"closedloop/config"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/playbook"
	"closedloop/store"
	"closedloop/testkit"
)

// process is what one process has of the installation: its own connections and its own library.
type process struct {
	editions

	ledger *activities.Ledger
}

func newProcess(t *testing.T, url string) process {
	t.Helper()
	c, err := config.Default()
	require.NoError(t, err)
	books, err := loadBooks(c, time.UTC)
	require.NoError(t, err)
	st, err := store.Open(t.Context(), url, store.Options{})
	require.NoError(t, err)
	t.Cleanup(st.Close)
	quiet := slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := share(t.Context(), books, st, quiet)
	require.NoError(t, err)
	working := activities.FixedCalendar{Calendar: calendar.Default()}
	ledger, err := activities.NewLedger(st, books, working, quiet)
	require.NoError(t, err)
	return process{editions{s, working.Working}, ledger}
}

// text is the standard playbook under another version, with an edit.
func (p process) text(t *testing.T, version int, edits ...string) []byte {
	t.Helper()
	now, err := p.Edition(t.Context(), p.books.Default().Name, 0)
	require.NoError(t, err)
	text := strings.Replace(string(now.Text), fmt.Sprintf("\nversion: %d", now.Ref.Version), fmt.Sprintf("\nversion: %d", version), 1)
	for i := 0; i < len(edits); i += 2 {
		require.Contains(t, text, edits[i])
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	return []byte(text)
}

// people seeds a small organisation and says who is who.
func people(t *testing.T, st *store.Store) map[string]deal.PersonID {
	t.Helper()
	_, err := st.SeedOrganisation(t.Context(), store.Organisation{
		Teams: []store.Team{{Name: "north", Lead: "boss"}, {Name: "west", Lead: "boss"}},
		People: []store.Member{
			{Login: "rep", Name: "Rep", Role: deal.Rep, Team: "north", PasswordHash: "x"},
			{Login: "far", Name: "Far", Role: deal.Rep, Team: "west", PasswordHash: "x"},
			{Login: "boss", Name: "Boss", Role: deal.Manager, Team: "north", PasswordHash: "x"},
			{Login: "admin", Name: "Admin", Role: deal.Admin, PasswordHash: "x"},
		},
		Territories: map[string]string{"north": "north", "west": "west"},
	})
	require.NoError(t, err)
	org, err := st.Org(t.Context())
	require.NoError(t, err)
	ids := map[string]deal.PersonID{}
	for _, p := range org.People {
		ids[p.Login] = p.ID
	}
	return ids
}

const account = deal.AccountID("0190aaaa-0000-7000-8000-000000000001")

// do carries a command to the log, with a text of the same ID beside every reference.
func (p process) do(t *testing.T, key string, actor deal.PersonID, body deal.Body) deal.Receipt {
	t.Helper()
	cmd := deal.Command{Account: account, Key: key, Fingerprint: key, Actor: actor, At: time.Now(), Name: deal.NameOf(body), Body: body}
	staged := view.Staged{Account: account, Key: key, Texts: map[string]string{}}
	for _, ref := range cmd.Texts() {
		staged.Texts[ref.ID] = "because"
	}
	if _, opens := body.(deal.Open); opens {
		staged.Texts, staged.Draft = nil, &view.Draft{Profile: deal.Profile{Name: "晨风集团", Territory: "north"}}
	}
	require.NoError(t, p.store.Stage(t.Context(), staged))
	receipt, err := p.ledger.Perform(t.Context(), cmd)
	require.NoError(t, err)
	return receipt
}

// spoil gives a stored version a key that this release does not know.
func spoil(t *testing.T, url string, ref deal.BookRef) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	tag, err := conn.Exec(t.Context(), `UPDATE playbooks SET source = replace(source, 'quiet_hours:', 'silent_hours:'),
		checksum = encode(sha256(convert_to(replace(source, 'quiet_hours:', 'silent_hours:'), 'UTF8')), 'hex')
		WHERE name = $1 AND version = $2`, ref.Name, ref.Version)
	require.NoError(t, err)
	require.EqualValues(t, 1, tag.RowsAffected())
}

func reason(id string) *deal.TextRef { return &deal.TextRef{ID: "reason to " + id, Hash: "00"} }

// Two processes on one database: one installs a version and pins accounts to it, the other judges their commands. It
// knows the version, whatever it has heard so far.
func TestInstall_isKnownToEveryProcessBeforeAnAccountIsPinnedToIt(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	front, back := newProcess(t, url), newProcess(t, url)
	who := people(t, front.store)
	was := front.books.Default()
	require.Equal(t, deal.Done, back.do(t, "open", who["rep"], deal.Open{Territory: "north", Via: deal.ViaAPI, Draft: &deal.TextRef{ID: "draft", Hash: "00"}}).Answer.Outcome)

	next := deal.BookRef{Name: was.Name, Version: was.Version + 1}
	checked, err := front.Install(t.Context(), who["admin"], front.text(t, next.Version), true)
	require.NoError(t, err)
	require.Equal(t, next, checked.Ref)
	_, err = back.books.Book(next)
	require.ErrorIs(t, err, deal.ErrNotFound, "a check stores nothing")

	installed, err := front.Install(t.Context(), who["admin"], front.text(t, next.Version), false)
	require.NoError(t, err)
	require.True(t, installed.Newest && installed.Usable && installed.Installed)
	require.Equal(t, who["admin"], installed.InstalledBy)
	require.Equal(t, next, front.books.Default())

	moved := front.do(t, "move", who["boss"], deal.MovePlaybook{To: next, Reason: reason("move")})
	require.Equal(t, deal.Done, moved.Answer.Outcome, moved.Answer.Refusals)
	graded := back.do(t, "grade", who["rep"], deal.SetGrade{Grade: deal.GradeA, Reason: reason("grade")})
	require.Equal(t, deal.Done, graded.Answer.Outcome, graded.Answer.Refusals)
	require.Equal(t, next, back.books.Default(), "new accounts begin with it there, too")
	read, err := back.store.Account(t.Context(), view.Viewer{All: true}, account)
	require.NoError(t, err)
	require.Equal(t, next, read.State.Book)
}

// A process that only reads asks before it says that nobody knows a version.
func TestBook_isLookedForBeforeItIsUnknown(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	front, reader := newProcess(t, url), newProcess(t, url)
	next := deal.BookRef{Name: front.books.Default().Name, Version: front.books.Default().Version + 1}
	_, err := front.Install(t.Context(), "admin", front.text(t, next.Version), false)
	require.NoError(t, err)
	book, err := reader.books.Book(next)
	require.NoError(t, err)
	require.Equal(t, next, book.Ref)
}

func TestInstall_isInForceAgainAfterARestart(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	before := newProcess(t, url)
	next := before.books.Default()
	next.Version++
	_, err := before.Install(t.Context(), "admin", before.text(t, next.Version), false)
	require.NoError(t, err)
	after := newProcess(t, url)
	require.Equal(t, next, after.books.Default())
	all, err := after.Editions(t.Context(), next.Name)
	require.NoError(t, err)
	require.Equal(t, next, all[0].Ref)
	require.Equal(t, []bool{true, true}, []bool{all[0].Newest, all[0].Installed})
	require.False(t, all[1].Newest || all[1].Installed)
	require.Nil(t, all[0].Text)
}

func TestInstall_refusesAnotherTextThatWasFaster(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	here, there := newProcess(t, url), newProcess(t, url)
	version := here.books.Default().Version + 1
	_, err := here.Install(t.Context(), "admin", here.text(t, version), false)
	require.NoError(t, err)
	_, err = there.Install(t.Context(), "admin", append(there.text(t, version), []byte("# another\n")...), false)
	require.ErrorIs(t, err, playbook.ErrChanged)
	_, err = there.Install(t.Context(), "admin", there.text(t, version-1), false)
	require.Error(t, err)
	var problems playbook.Problems
	_, err = there.Install(t.Context(), "admin", []byte("name: [\n"), false)
	require.ErrorAs(t, err, &problems)
}

// An account on a version that this release cannot use stands still, is refused with a code of its own, and can be moved.
func TestDoubts_nameVersionsOnWhichAccountsStandStillUntilTheyAreMoved(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	old := newProcess(t, url)
	who := people(t, old.store)
	require.Equal(t, deal.Done, old.do(t, "open", who["rep"], deal.Open{Territory: "north", Via: deal.ViaAPI, Draft: &deal.TextRef{ID: "draft", Hash: "00"}}).Answer.Outcome)
	next := deal.BookRef{Name: old.books.Default().Name, Version: old.books.Default().Version + 1}
	_, err := old.Install(t.Context(), who["admin"], old.text(t, next.Version), false)
	require.NoError(t, err)
	require.Equal(t, deal.Done, old.do(t, "move", who["boss"], deal.MovePlaybook{To: next, Reason: reason("move")}).Answer.Outcome)

	spoil(t, url, next) // as if it had been written for a release that knew more
	later := newProcess(t, url)
	lines, err := doubts(t.Context(), later.books, later.store)
	require.ErrorIs(t, err, errStandStill)
	require.Len(t, lines, 1)
	require.Contains(t, lines[0], next.String()+", 1 accounts: this release cannot use it")
	require.NotEqual(t, next, later.books.Default(), "nothing begins with it")

	stuck := later.do(t, "grade", who["rep"], deal.SetGrade{Grade: deal.GradeA, Reason: reason("grade")})
	require.True(t, stuck.Answer.Refusals.Has(deal.CodePlaybookUnusable), stuck.Answer)
	read, records, err := later.store.AccountWithRecords(t.Context(), view.Viewer{All: true}, account)
	require.NoError(t, err)
	to := later.books.Default()
	change, clocks, err := later.Preview(to, read.State, "", records, time.Now())
	require.NoError(t, err)
	require.True(t, change.Blind)
	require.NotEmpty(t, clocks)
	require.Equal(t, deal.Done, later.do(t, "away", who["boss"], deal.MovePlaybook{To: to, Reason: reason("away")}).Answer.Outcome)
	require.Equal(t, deal.Done, later.do(t, "grade again", who["rep"], deal.SetGrade{Grade: deal.GradeA, Reason: reason("grade again")}).Answer.Outcome)
	lines, err = doubts(t.Context(), later.books, later.store)
	require.NoError(t, err, "nobody stands still any more")
	require.Len(t, lines, 1)
}
