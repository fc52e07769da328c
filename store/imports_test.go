package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

// sheetLead opens an account as an import does, with what the sheet said of it.
func (w *world) sheetLead(login string, p deal.Profile, d view.Draft) deal.AccountID {
	w.t.Helper()
	id := deal.AccountID("0190a000-0000-7000-8000-0000000099" + string(rune('a'+w.serial%26)) + "0")
	cmd := w.command(id, login, deal.Open{Territory: p.Territory, Via: deal.ViaImport, Draft: &deal.TextRef{ID: "draft", Hash: "00"}})
	d.Profile, d.Form = p, map[string]any{"needs": "samples"}
	require.NoError(w.t, w.Stage(w.t.Context(), view.Staged{Account: id, Key: cmd.Key, Draft: &d}))
	answer, err := perform(w.t.Context(), w.Store, cmd)
	require.NoError(w.t, err)
	require.Equal(w.t, deal.Done, answer.Outcome, "%v", answer.Refusals)
	return id
}

func notes() []view.HistoryNote {
	return []view.HistoryNote{
		{ID: "note-1", At: monday.Add(-72 * time.Hour), On: "2026-02-27", By: "张伟", How: "上门", Text: "有意向", Import: "import"},
		{ID: "note-2", At: monday.Add(-48 * time.Hour), By: "王芳", Text: "来电", Import: "import"},
	}
}

func TestApplyImport_writesRecordsWithTheirCauseAndTheRowsOutcome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.sheetLead("ops1", customer("晨风集团"), view.Draft{
		Contacts: []deal.Contact{{ID: "c1", Name: "孙丽", Mobile: "13805240011"}}, History: notes()[:1], Import: "first",
		Marks: &view.ImportMarks{CollectedOn: "2026-03-01", Said: map[string]string{"profile/address": "h1"}},
	})
	require.NoError(t, w.AddImport(t.Context(), order("import", w.people["ops1"], "leads.xlsx"), nil, []byte("sheet")))
	target, err := w.ImportTarget(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, deal.Collect, target.State.Step)
	require.Equal(t, "晨风集团", target.Profile.Name)
	require.Equal(t, w.people["ops1"], target.ProfileBy)
	require.Equal(t, int64(1), target.Form.Version)
	require.Equal(t, "孙丽", target.Contacts[0].Name)
	require.True(t, target.ProfileAt.Equal(target.Contacts[0].At), "one transaction, one instant")
	require.Equal(t, map[string]bool{"note-1": true}, target.Notes)
	require.Equal(t, view.ImportMarks{CollectedOn: "2026-03-01", Said: map[string]string{"profile/address": "h1"}}, target.Marks)

	change := view.ImportChange{
		Import: "import", By: w.people["ops1"], Account: id, Notes: notes(),
		Marks: &view.ImportMarks{CollectedOn: "2026-02-01", Said: map[string]string{"profile/industry": "h2"}},
	}
	profile := target.Profile
	profile.Version, profile.Address = 2, "新大道1号"
	form := target.Form
	form.Version, form.Content = 2, map[string]any{"needs": "insured"}
	contact := target.Contacts[0].Contact
	contact.Version, contact.Title = 2, "经理"
	change.Profile, change.Form = &profile, &form
	change.Contacts = []deal.Contact{contact, {ID: "c2", Version: 1, Name: "马强"}}
	row := view.ImportRow{Row: 2, Outcome: view.RowUpdated, Account: id, Changes: []view.FieldChange{{Record: "profile", Field: "address", From: "发展大道18号", To: "新大道1号"}}}
	for range 2 { // an attempt that nobody heard of again comes twice
		require.NoError(t, w.ApplyImport(t.Context(), change, row))
	}
	after, err := w.ImportTarget(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, int64(2), after.Profile.Version)
	require.Equal(t, "新大道1号", after.Profile.Address)
	require.Equal(t, map[string]any{"needs": "insured"}, after.Form.Content)
	require.Len(t, after.Contacts, 2)
	require.Len(t, after.Notes, 2)
	require.Equal(t, view.ImportMarks{CollectedOn: "2026-03-01", Said: map[string]string{"profile/address": "h1", "profile/industry": "h2"}}, after.Marks)

	rows, err := connect(t, w.url).Query(t.Context(), "SELECT record, cause, by_id, before, after FROM record_changes WHERE account_id = $1 ORDER BY id", string(id))
	require.NoError(t, err)
	defer rows.Close()
	var records []string
	for rows.Next() {
		var record, cause, by string
		var before, after json.RawMessage
		require.NoError(t, rows.Scan(&record, &cause, &by, &before, &after))
		require.Equal(t, "import/import", cause)
		require.Equal(t, string(w.people["ops1"]), by)
		records = append(records, record)
	}
	require.Equal(t, []string{"account_profile", "step_forms", "contacts", "contacts"}, records)

	row.Row = 3
	require.ErrorIs(t, w.ApplyImport(t.Context(), change, row), deal.ErrStale, "the records have moved")
	done, err := w.RowsDone(t.Context(), "import")
	require.NoError(t, err)
	require.Equal(t, map[int]deal.AccountID{2: id}, done, "a row that was not written is not done")
	w.sound()
}

func TestApplyImport_leavesAFormAloneThatIsHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.sheetLead("ops1", customer("晨风集团"), view.Draft{})
	require.NoError(t, w.AddImport(t.Context(), order("import", w.people["ops1"], "leads.xlsx"), nil, []byte("sheet")))
	w.do(id, "manager1", deal.Close{Outcome: deal.Dropped, Reason: text("gone")})
	form := deal.Form{Step: deal.Collect, Cycle: 1, Version: 2, Content: map[string]any{"needs": "x"}}
	change := view.ImportChange{Import: "import", By: w.people["ops1"], Account: id, Form: &form}
	require.ErrorIs(t, w.ApplyImport(t.Context(), change, view.ImportRow{Row: 2, Outcome: view.RowUpdated, Account: id}), deal.ErrStale)
}

func TestHistoryNotes_standAmongInteractionsAndCanBeErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.sheetLead("ops1", customer("晨风集团"), view.Draft{History: notes(), Import: "import"})
	ops := w.as("ops1")
	all, err := w.HistoryNotes(t.Context(), ops, id, time.Time{}, time.Time{})
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, "有意向", all[0].Text)
	require.Equal(t, "2026-02-27", all[0].On)
	some, err := w.HistoryNotes(t.Context(), ops, id, all[0].At, all[1].At)
	require.NoError(t, err)
	require.Equal(t, all[1:], some)
	hidden, err := w.HistoryNotes(t.Context(), w.as("rep3"), id, time.Time{}, time.Time{})
	require.NoError(t, err)
	require.Empty(t, hidden)

	list := func(p view.Page) ([]string, string) {
		items, next, err := w.Interactions(t.Context(), ops, id, p)
		require.NoError(t, err)
		var texts []string
		for _, i := range items {
			require.NotNil(t, i.Imported)
			texts = append(texts, i.ResultText)
		}
		return texts, next
	}
	first, next := list(view.Page{Limit: 1})
	require.Equal(t, []string{"来电"}, first)
	second, next := list(view.Page{Limit: 1, Cursor: next})
	require.Equal(t, []string{"有意向"}, second)
	require.Empty(t, next)

	require.NoError(t, w.EraseText(t.Context(), w.as("manager1"), id, "note-1", "asked for"))
	require.NoError(t, w.AddImport(t.Context(), order("again", w.people["ops1"], "leads.xlsx"), nil, []byte("sheet")))
	require.NoError(t, w.ApplyImport(t.Context(), view.ImportChange{Import: "again", By: w.people["ops1"], Account: id, Notes: notes()},
		view.ImportRow{Row: 2, Outcome: view.RowUpdated, Account: id}))
	all, err = w.HistoryNotes(t.Context(), ops, id, time.Time{}, time.Time{})
	require.NoError(t, err)
	require.True(t, all[0].Erased, "the next sheet does not bring back what was erased")
	require.Empty(t, all[0].Text)
	require.Equal(t, "来电", all[1].Text)

	w.do(id, "manager1", deal.Assign{Owner: w.people["rep1"], Reason: text("yours")})
	records, err := w.gateRecords(t, id)
	require.NoError(t, err)
	require.Empty(t, records.Interactions, "no gate looks at what a sheet tells")
}

func TestHistoryNotes_areAllThereHoweverManySheetsBrought(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	w.exec(`INSERT INTO history_notes (account_id, id, at, day, author, how, import_id, by_id, added_at)
SELECT $1, 'n' || lpad(i::text, 5, '0'), timestamptz '2026-01-01' + i * interval '1 minute', '', '', '', 'import', 'x', now() FROM generate_series(1, 2500) i`, string(id))
	all, err := w.HistoryNotes(t.Context(), w.as("rep1"), id, time.Time{}, time.Time{})
	require.NoError(t, err)
	require.Len(t, all, 2500)
	require.Equal(t, "n02500", all[2499].ID)
}

// gateRecords reads what a gate looks at.
func (w *world) gateRecords(t *testing.T, id deal.AccountID) (deal.Records, error) {
	t.Helper()
	_, records, err := w.AccountWithRecords(t.Context(), w.as("ops1"), id)
	return records, err
}

func TestImportRows_showNothingOfAccountsOutsideTheScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.sheetLead("ops1", customer("晨风集团"), view.Draft{})
	require.NoError(t, w.AddImport(t.Context(), order("import", w.people["rep3"], "leads.xlsx"), nil, []byte("sheet")))
	change := view.FieldChange{Record: "profile", Field: "address", From: "old", To: "new"}
	require.NoError(t, w.RowDone(t.Context(), "import", view.ImportRow{Row: 2, Outcome: view.RowUpdated, Account: id, Changes: []view.FieldChange{change}}))
	require.NoError(t, w.RowDone(t.Context(), "import", view.ImportRow{Row: 3, Outcome: view.RowOpened, Changes: []view.FieldChange{{Record: "profile", Field: "name", To: "新"}}}))
	refused := view.ImportRow{Row: 4, Outcome: view.RowRefused, Cells: []string{"晨风", "=1+1"}, Problems: []view.ImportProblem{{Code: "formula", Cell: "B4"}}}
	require.NoError(t, w.RowDone(t.Context(), "import", refused))

	mine, next, err := w.ImportRows(t.Context(), w.as("ops1"), "import", "", view.Page{Limit: 2})
	require.NoError(t, err)
	require.NotEmpty(t, next)
	require.Equal(t, "晨风集团", mine[0].Name)
	require.Equal(t, []view.FieldChange{change}, mine[0].Changes)
	rest, next, err := w.ImportRows(t.Context(), w.as("ops1"), "import", "", view.Page{Limit: 2, Cursor: next})
	require.NoError(t, err)
	require.Empty(t, next)
	require.Equal(t, "formula", rest[0].Problems[0].Code)

	theirs, _, err := w.ImportRows(t.Context(), w.as("rep3"), "import", view.RowUpdated, view.Page{})
	require.NoError(t, err)
	require.Len(t, theirs, 1)
	require.True(t, theirs[0].Hidden)
	require.Empty(t, theirs[0].Account)
	require.Empty(t, theirs[0].Name)
	require.Equal(t, []view.FieldChange{{Record: "profile", Field: "address", To: "new"}}, theirs[0].Changes, "what the sheet says is theirs")
	_, _, err = w.ImportRows(t.Context(), w.as("rep1"), "import", "", view.Page{})
	require.ErrorIs(t, err, deal.ErrNotFound)

	e, err := w.ImportErrata(t.Context(), w.as("rep3"), "import")
	require.NoError(t, err)
	require.Equal(t, []view.SheetLine{{Number: 4, Cells: []string{"晨风", "=1+1"}}}, e.Lines)
	_, err = w.ImportErrata(t.Context(), w.as("rep1"), "import")
	require.ErrorIs(t, err, deal.ErrNotFound)
}

func TestSweepStaged_forgetsWhatRowsSaidAfterThirtyDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.AddImport(t.Context(), order("import", w.people["ops1"], "leads.xlsx"), nil, []byte("sheet")))
	news := view.SheetNews{
		Total: 1, Header: []string{"单位名称"}, TrailName: "跟进记录", TrailHeader: []string{"单位名称"},
		Refused: []view.SheetLine{{Number: 2, Cells: []string{"晨风"}}}, Trail: []view.SheetLine{{Number: 3, Cells: []string{"别家"}}},
		Columns: []view.SheetColumn{{Header: "单位名称", Letter: "A", Field: "name"}},
	}
	reason := view.ImportProblem{
		Row: 2, Column: "联系电话", Cell: "C2", Code: "known_phone", Value: "139 1234 5678",
		Text: deal.Text{ZH: "电话 139 1234 5678 已在晨风名下", EN: "139 1234 5678 is on file for 晨风"},
	}
	news.Problems = []view.ImportProblem{reason}
	require.NoError(t, w.SheetRead(t.Context(), "import", news))
	require.NoError(t, w.FinishImport(t.Context(), "import", nil))
	ops := w.as("ops1")
	e, err := w.ImportErrata(t.Context(), ops, "import")
	require.NoError(t, err)
	require.Equal(t, view.ImportErrata{
		Filename: "leads.xlsx", Header: news.Header, TrailName: "跟进记录", TrailHeader: news.TrailHeader, Lines: news.Refused, Trail: news.Trail, Problems: news.Problems,
	}, e)
	i, err := w.Import(t.Context(), ops, "import")
	require.NoError(t, err)
	require.Equal(t, news.Columns, i.Columns)

	_, err = w.SweepStaged(t.Context(), time.Now().Add(29*24*time.Hour))
	require.NoError(t, err)
	e, err = w.ImportErrata(t.Context(), ops, "import")
	require.NoError(t, err)
	require.Len(t, e.Trail, 1)
	require.Equal(t, news.Problems, e.Problems)
	_, err = w.SweepStaged(t.Context(), time.Now().Add(31*24*time.Hour))
	require.NoError(t, err)
	e, err = w.ImportErrata(t.Context(), ops, "import")
	require.NoError(t, err)
	require.Empty(t, e.Trail)
	require.Equal(t, []view.SheetLine{{Number: 2}}, e.Lines, "that the row was refused stays")
	reason.Value, reason.Text = "", deal.Text{ZH: "known_phone", EN: "known_phone"}
	require.Equal(t, []view.ImportProblem{reason}, e.Problems, "why, too, without what it quoted")
}

func TestMappings_belongToAPersonOrToEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rep1, rep2 := w.people["rep1"], w.people["rep2"]
	require.NoError(t, w.RememberMappings(t.Context(), nil))
	require.NoError(t, w.RememberMappings(t.Context(), []view.ImportMapping{
		{ID: "m1", Key: "厂商", Header: "厂商", Field: "name", By: rep1},
		{ID: "m2", Key: "厂商", Header: "厂商", Field: "rival"},
		{ID: "m3", Key: "通讯", Header: "通讯", Field: "mobile", By: rep2},
	}))
	require.NoError(t, w.RememberMappings(t.Context(), []view.ImportMapping{{ID: "m1", Key: "厂商", Header: "厂商 ", Field: "ignore", By: rep1}}))
	fields := func(who deal.PersonID) (out []string) {
		all, err := w.Mappings(t.Context(), who)
		require.NoError(t, err)
		for _, m := range all {
			out = append(out, m.ID+" "+m.Field)
		}
		return out
	}
	require.Equal(t, []string{"m2 rival", "m1 ignore"}, fields(rep1), "the last word counts, and one's own comes last")
	require.Equal(t, []string{"m2 rival", "m3 mobile"}, fields(rep2))
	require.ErrorIs(t, w.ForgetMapping(t.Context(), rep1, false, "m3"), deal.ErrNotFound)
	require.ErrorIs(t, w.ForgetMapping(t.Context(), rep1, false, "m2"), deal.ErrNotFound)
	require.NoError(t, w.ForgetMapping(t.Context(), rep1, false, "m1"))
	require.NoError(t, w.ForgetMapping(t.Context(), w.people["ops1"], true, "m2"))
	require.Empty(t, fields(rep1))
}

func TestImporter_seesAsTheyDoNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v, org, err := w.Importer(t.Context(), w.people["manager1"])
	require.NoError(t, err)
	require.Equal(t, deal.Manager, v.Person.Role)
	require.NotEmpty(t, v.Teams)
	require.NotEmpty(t, org.People)
	_, _, err = w.Importer(t.Context(), "nobody")
	require.ErrorIs(t, err, deal.ErrNotFound)
}
