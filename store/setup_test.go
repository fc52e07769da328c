package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
	"closedloop/testkit"
)

func TestSeedOrganisation_fillsAnEmptyDatabaseOnce(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Database(t), store.Options{})
	seeded := make([]bool, 4)
	errs := make([]error, 4)
	var group sync.WaitGroup
	for i := range seeded {
		group.Go(func() { seeded[i], errs[i] = s.SeedOrganisation(t.Context(), demo()) })
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	times := 0
	for _, did := range seeded {
		if did {
			times++
		}
	}
	require.Equal(t, 1, times)
	org, err := s.Org(t.Context())
	require.NoError(t, err)
	require.Len(t, org.People, 11)
	require.Len(t, org.Teams, 3)
	who, err := s.Credentials(t.Context(), "rep1")
	require.NoError(t, err)
	manager, err := s.Credentials(t.Context(), "manager1")
	require.NoError(t, err)
	director, err := s.Credentials(t.Context(), "director1")
	require.NoError(t, err)
	require.Equal(t, manager.Person.ID, org.Superior(who.Person.ID))
	require.Equal(t, director.Person.ID, org.Superior(manager.Person.ID))
}

func TestSeedOrganisation_refusesNamesThatLeadNowhere(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Database(t), store.Options{})
	for name, o := range map[string]store.Organisation{
		"lead":      {Teams: []store.Team{{Name: "a", Lead: "nobody"}}},
		"area":      {Teams: []store.Team{{Name: "a", Parent: "nowhere"}}},
		"team":      {People: []store.Member{{Login: "a", Role: deal.Rep, Team: "nowhere"}}},
		"territory": {Territories: map[string]string{"here": "nowhere"}},
		"role":      {People: []store.Member{{Login: "a", Role: "king"}}},
	} {
		seeded, err := s.SeedOrganisation(t.Context(), o)
		require.ErrorIs(t, err, deal.ErrPermanent, name)
		require.False(t, seeded, name)
	}
	org, err := s.Org(t.Context())
	require.NoError(t, err)
	require.Empty(t, org.People)
}

func TestOrg_isReadAgainOnlyWhenItMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.org()
	require.Equal(t, before, w.org())
	require.Same(t, &before.People[0], &w.org().People[0], "nothing moved, nothing is read")
	w.exec("UPDATE users SET name = 'Someone' WHERE login = 'admin1'")
	after := w.org()
	require.Greater(t, after.Version, before.Version)
	who, _ := after.Person(w.people["admin1"])
	require.Equal(t, "Someone", who.Name)
}

func TestAddDelegation_refusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep1, rep2 := w.people["rep1"], w.people["rep2"]
	for name, c := range map[string]struct {
		d    deal.Delegation
		code deal.Code
	}{
		"oneself":      {deal.Delegation{From: rep1, To: rep1, Since: monday, Until: monday.Add(1)}, deal.CodeInvalidValue},
		"backwards":    {deal.Delegation{From: rep1, To: rep2, Since: monday, Until: monday}, deal.CodeInvalidValue},
		"unknown to":   {deal.Delegation{From: rep1, To: "x", Since: monday, Until: monday.Add(time.Hour)}, deal.CodeUnknownPerson},
		"unknown from": {deal.Delegation{From: "x", To: rep1, Since: monday, Until: monday.Add(time.Hour)}, deal.CodeUnknownPerson},
	} {
		var refused *store.ConstraintError
		require.ErrorAs(t, w.AddDelegation(t.Context(), c.d), &refused, name)
		require.Equal(t, c.code, refused.Code, name)
	}
	require.Empty(t, w.org().Delegations)
}

func TestBearer_findsActivePeopleBehindLiveSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep, far, past := w.people["rep1"], time.Now().Add(time.Hour), time.Now().Add(-time.Second)
	require.NoError(t, w.NewSession(t.Context(), digest("session"), rep, far))
	require.NoError(t, w.CreateToken(t.Context(), digest("token"), rep, "laptop", far))
	require.NoError(t, w.NewSession(t.Context(), digest("old session"), rep, past))
	require.NoError(t, w.CreateToken(t.Context(), digest("old token"), rep, "laptop", past))
	bearer := func(secret string) error {
		who, err := w.Bearer(t.Context(), digest(secret))
		if err == nil {
			require.Equal(t, rep, who)
		}
		return err
	}
	require.NoError(t, bearer("session"))
	require.NoError(t, bearer("token"))
	for _, secret := range []string{"old session", "old token", "guess", ""} {
		require.ErrorIs(t, bearer(secret), deal.ErrNotFound, secret)
	}
	require.NoError(t, w.EndSession(t.Context(), digest("session")))
	require.NoError(t, w.EndSession(t.Context(), digest("session")))
	require.ErrorIs(t, bearer("session"), deal.ErrNotFound)
	w.exec("UPDATE users SET active = false WHERE login = 'rep1'")
	require.ErrorIs(t, bearer("token"), deal.ErrNotFound, "a token ends with its person")
	require.ErrorIs(t, w.NewSession(t.Context(), []byte("secret in the clear"), rep, far), deal.ErrPermanent)

	var refused *store.ConstraintError
	require.ErrorAs(t, w.CreateToken(t.Context(), digest("x"), "nobody", "x", far), &refused)
	require.Equal(t, deal.CodeUnknownPerson, refused.Code)
	_, err := w.Credentials(t.Context(), "nobody")
	require.ErrorIs(t, err, deal.ErrNotFound)
	who, err := w.Credentials(t.Context(), "rep1")
	require.NoError(t, err)
	require.False(t, who.Person.Active)
	require.Equal(t, "hash of rep1", who.PasswordHash)
}

func TestRequests_rememberTheFirstAnswerUntilItExpires(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	s, short := open(t, url, store.Options{}), open(t, url, store.Options{RequestsKept: time.Nanosecond})
	first := view.StoredRequest{Fingerprint: "f", Status: 201, Body: []byte(`{"a":1}`), Location: "/x"}
	_, known, err := s.Request(t.Context(), "rep", "key")
	require.NoError(t, err)
	require.False(t, known)
	require.NoError(t, s.KeepRequest(t.Context(), "rep", "key", first))
	require.NoError(t, s.KeepRequest(t.Context(), "rep", "key", view.StoredRequest{Fingerprint: "other", Status: 500}))
	got, known, err := s.Request(t.Context(), "rep", "key")
	require.NoError(t, err)
	require.True(t, known)
	require.Equal(t, first, got)
	_, known, err = s.Request(t.Context(), "somebody", "key")
	require.NoError(t, err)
	require.False(t, known, "two people never share an answer")

	require.NoError(t, short.KeepRequest(t.Context(), "rep", "soon gone", first))
	_, known, err = s.Request(t.Context(), "rep", "soon gone")
	require.NoError(t, err)
	require.False(t, known)
	require.NoError(t, s.KeepRequest(t.Context(), "rep", "soon gone", view.StoredRequest{Fingerprint: "next", Status: 200}))
	got, known, err = s.Request(t.Context(), "rep", "soon gone")
	require.NoError(t, err)
	require.True(t, known)
	require.Equal(t, "next", got.Fingerprint)
}

func order(id string, by deal.PersonID, filename string) view.ImportOrder {
	return view.ImportOrder{ID: id, By: by, Filename: filename}
}

func TestImports_countEachRowOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := w.as("ops1")
	require.NoError(t, w.AddImport(t.Context(), order("import", w.people["rep1"], "leads.xlsx"), nil, []byte("sheet")))
	require.NoError(t, w.AddImport(t.Context(), order("import", w.people["rep2"], "other.xlsx"), nil, []byte("other")))
	i, sheet, err := w.ImportSheet(t.Context(), "import")
	require.NoError(t, err)
	require.Equal(t, "leads.xlsx", i.Filename)
	require.Equal(t, "running", i.Status)
	require.Equal(t, []byte("sheet"), sheet)

	problems := []view.ImportProblem{
		{Row: 17, Column: "单位名称", Cell: "A17", Code: "duplicate", Value: "晨风", Text: deal.Text{ZH: "重复", EN: "duplicate"}},
		{Row: 18, Code: "missing"},
		{Row: 17, Code: "second"},
	}
	known := view.ImportProblem{Code: "known_phone"}
	news := view.SheetNews{
		Total: 5, Problems: problems, Header: []string{"单位名称"},
		Refused: []view.SheetLine{{Number: 17, Cells: []string{"晨风"}}, {Number: 18, Cells: []string{""}}},
	}
	for range 2 { // an attempt that nobody heard of again comes twice
		require.NoError(t, w.SheetRead(t.Context(), "import", news))
		require.NoError(t, w.RowDone(t.Context(), "import", view.ImportRow{Row: 2, Outcome: view.RowOpened, Account: "a"}))
		require.NoError(t, w.RowDone(t.Context(), "import", view.ImportRow{Row: 3, Outcome: view.RowUnchanged, Account: "b"}))
		require.NoError(t, w.RowDone(t.Context(), "import", view.ImportRow{Row: 4, Outcome: view.RowRefused, Problems: []view.ImportProblem{known}}))
	}
	require.NoError(t, w.RowDone(t.Context(), "import", view.ImportRow{Row: 2, Outcome: view.RowUnchanged, Account: "a"}))
	done, err := w.RowsDone(t.Context(), "import")
	require.NoError(t, err)
	require.Equal(t, map[int]deal.AccountID{2: "a", 3: "b", 4: "", 17: "", 18: ""}, done)
	require.NoError(t, w.FinishImport(t.Context(), "import", nil))
	require.NoError(t, w.FinishImport(t.Context(), "import", &view.ImportProblem{Code: "too late"}))

	i, err = w.Import(t.Context(), ops, "import")
	require.NoError(t, err)
	require.Equal(t, "done", i.Status)
	require.Equal(t, []int{5, 1, 1, 0, 3}, []int{i.Total, i.Opened, i.Unchanged, i.Updated, i.Refused})
	require.Len(t, i.Problems, 4)
	require.Equal(t, view.ImportProblem{Row: 4, Code: "known_phone"}, i.Problems[0])
	require.Equal(t, problems[0], i.Problems[1])
	require.Equal(t, "second", i.Problems[2].Code)
	require.False(t, i.FinishedAt.IsZero())
	_, sheet, err = w.ImportSheet(t.Context(), "import")
	require.NoError(t, err)
	require.Empty(t, sheet, "a sheet is full of people and goes when it was read")

	_, err = w.Import(t.Context(), w.as("rep1"), "import")
	require.NoError(t, err)
	_, err = w.Import(t.Context(), w.as("rep2"), "import")
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = w.Import(t.Context(), ops, "nonexistent")
	require.ErrorIs(t, err, deal.ErrNotFound)
	require.ErrorIs(t, w.AddImport(t.Context(), order("big", w.people["rep1"], "big.xlsx"), nil, make([]byte, 20<<20+1)), deal.ErrPermanent)
}

func TestFinishImport_keepsTheReasonAgainstAWholeSheet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.AddImport(t.Context(), order("pdf", w.people["rep1"], "leads.pdf"), nil, []byte("%PDF")))
	reason := view.ImportProblem{Code: "not_a_sheet", Text: deal.Text{ZH: "不是表格", EN: "no sheet"}}
	require.NoError(t, w.FinishImport(t.Context(), "pdf", &reason))
	i, err := w.Import(t.Context(), w.as("rep1"), "pdf")
	require.NoError(t, err)
	require.Equal(t, "failed", i.Status)
	require.Equal(t, []view.ImportProblem{reason}, i.Problems)
}

func TestEngineIdentity_isEmptyAtFirstAndThenRemembered(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.Database(t), store.Options{})
	identity, err := s.EngineIdentity(t.Context())
	require.NoError(t, err)
	require.Empty(t, identity)
	require.NoError(t, s.SetEngineIdentity(t.Context(), "cluster-1"))
	identity, err = s.EngineIdentity(t.Context())
	require.NoError(t, err)
	require.Equal(t, "cluster-1", identity)
}

func TestSetActive_endsEveryWayIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep1, rep2, far := w.people["rep1"], w.people["rep2"], time.Now().Add(time.Hour)
	for _, who := range []deal.PersonID{rep1, rep2} {
		require.NoError(t, w.NewSession(t.Context(), digest("session of "+string(who)), who, far))
		require.NoError(t, w.CreateToken(t.Context(), digest("token of "+string(who)), who, "laptop", far))
	}
	require.NoError(t, w.PutCalendarFeed(t.Context(), digest("feed"), view.CalendarFeed{Person: rep1, Language: "zh", CreatedAt: w.at}))
	version := w.org().Version
	require.NoError(t, w.SetActive(t.Context(), rep1, false, w.at))
	require.Greater(t, w.org().Version, version)
	person, _ := w.org().Person(rep1)
	require.False(t, person.Active)
	require.NoError(t, w.SetActive(t.Context(), rep1, true, w.at))
	for _, secret := range []string{"session of ", "token of "} {
		_, err := w.Bearer(t.Context(), digest(secret+string(rep1)))
		require.ErrorIs(t, err, deal.ErrNotFound, "also once they are back")
		_, err = w.Bearer(t.Context(), digest(secret+string(rep2)))
		require.NoError(t, err)
	}
	_, err := w.CalendarFeedOf(t.Context(), rep1)
	require.ErrorIs(t, err, deal.ErrNotFound)
}
