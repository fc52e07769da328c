package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/calendar"
	"closedloop/config"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
	"closedloop/testkit"
)

// office is what one process has of the installation: its own connections and its own calendar.
type office struct {
	*almanac

	ledger *activities.Ledger
}

func newOffice(t *testing.T, url string) office {
	t.Helper()
	c, err := config.Default()
	require.NoError(t, err)
	books, err := loadBooks(c, time.UTC)
	require.NoError(t, err)
	st, err := store.Open(t.Context(), url, store.Options{})
	require.NoError(t, err)
	t.Cleanup(st.Close)
	quiet := slog.New(slog.NewTextHandler(t.Output(), nil))
	_, err = share(t.Context(), books, st, quiet)
	require.NoError(t, err)
	m, err := openAlmanac(t.Context(), calendar.Default(), st, quiet)
	require.NoError(t, err)
	ledger, err := activities.NewLedger(st, books, m, quiet)
	require.NoError(t, err)
	return office{m, ledger}
}

// perform judges a command as a workflow would.
func (o office) perform(t *testing.T, cmd deal.Command) deal.Receipt {
	t.Helper()
	receipt, err := o.ledger.Perform(t.Context(), cmd)
	require.NoError(t, err)
	require.Equal(t, deal.Done, receipt.Answer.Outcome, receipt.Answer)
	return receipt
}

func (o office) clocks(t *testing.T, id deal.AccountID) map[string]deal.Clock {
	t.Helper()
	states, err := o.store.Placed(t.Context(), time.Time{}, nil, "", 100)
	require.NoError(t, err)
	found := map[string]deal.Clock{}
	for _, s := range states {
		for _, c := range s.Clocks {
			if s.Account == id {
				found[c.ID] = c
			}
		}
	}
	return found
}

// closed is a word that closes the company on a day.
func closed(t *testing.T, day string, revision int64) view.CalendarChange {
	t.Helper()
	date, err := calendar.ParseDate(day)
	require.NoError(t, err)
	text, err := json.Marshal(calendar.YearDocument{CompanyDays: []calendar.CompanyDocument{{Name: calendar.NameDocument{ZH: "厂庆", EN: "Anniversary"}, From: day}}})
	require.NoError(t, err)
	return view.CalendarChange{Year: date.Year, Revision: revision, Document: text, By: "admin"}
}

// lead opens an account in the north as a workflow would, at an instant.
func (o office) lead(t *testing.T, id deal.AccountID, rep deal.PersonID, at time.Time) {
	t.Helper()
	o.leadIn(t, id, rep, "north", at)
}

func (o office) leadIn(t *testing.T, id deal.AccountID, rep deal.PersonID, territory string, at time.Time) {
	t.Helper()
	cmd := deal.Command{
		Account: id, Key: "open " + string(id), Fingerprint: "f", Actor: rep, At: at, Name: deal.OpenName,
		Body: deal.Open{Territory: territory, Via: deal.ViaAPI, Draft: &deal.TextRef{ID: "draft", Hash: "00"}},
	}
	require.NoError(t, o.store.Stage(t.Context(), view.Staged{Account: id, Key: cmd.Key, Draft: &view.Draft{Profile: deal.Profile{Name: string(id), Territory: territory}}}))
	o.perform(t, cmd)
}

func (o office) stale(t *testing.T) []view.Stale {
	t.Helper()
	versions, err := o.Versions(t.Context())
	require.NoError(t, err)
	stale, err := o.store.StaleCalendar(t.Context(), versions, "", 10)
	require.NoError(t, err)
	return stale
}

const (
	early = deal.AccountID("0190aaaa-0000-7000-8000-00000000000a")
	late  = deal.AccountID("0190aaaa-0000-7000-8000-00000000000b")
)

// Two processes on one database: an administrator changes the calendar in one, the other judges commands.
func TestAlmanac_aChangeMovesTheRunningDeadlinesThatItTouchesInEveryProcess(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	front, back := newOffice(t, url), newOffice(t, url)
	who := people(t, front.store)
	monday := time.Date(2026, 3, 9, 2, 0, 0, 0, time.UTC) // 10:00 in Shanghai
	back.lead(t, early, who["rep"], monday.AddDate(0, -1, 0))
	back.lead(t, late, who["rep"], monday)
	require.Empty(t, back.stale(t))
	before := back.clocks(t, late)
	var last deal.Clock
	for _, c := range before {
		if c.Length.Unit != deal.Calendar && c.Due.After(last.Due) {
			last = c
		}
	}
	day := calendar.Default().DateAt(last.Due).String()

	next, would, err := front.Preview(t.Context(), closed(t, day, 0))
	require.NoError(t, err)
	require.Equal(t, 1, would.Accounts, "the other account's clocks have all stopped by then")
	require.Positive(t, would.Deadlines)
	require.Equal(t, calendar.Default().Version(), would.Before)
	require.Empty(t, back.stale(t), "a preview changes nothing")

	require.NoError(t, front.Change(t.Context(), closed(t, day, 0)))
	require.ErrorIs(t, front.Change(t.Context(), closed(t, day, 0)), deal.ErrStale)
	require.Equal(t, would.After, front.Working("").Version())
	stale := back.stale(t)
	require.Len(t, stale, 1)
	require.Equal(t, late, stale[0].Account)

	other := newOffice(t, url) // and one that was started since
	require.Equal(t, next.Version(), other.Working("").Version())

	recompute := deal.Command{Account: late, Key: "recompute", Fingerprint: "f", Actor: deal.System, At: monday.Add(time.Minute), Name: deal.RecomputeName, Body: deal.Recompute{}}
	back.perform(t, recompute)
	after := back.clocks(t, late)
	require.Equal(t, len(before), len(after))
	require.True(t, after[last.ID].Due.After(last.Due), "%s is no working day any more", day)
	moved := 0
	for id, c := range after {
		require.Equal(t, next.Version(), c.Calendar, "the log says with which calendar")
		if !c.Due.Equal(before[id].Due) {
			moved++
		}
	}
	require.GreaterOrEqual(t, would.Deadlines, moved)
	require.Empty(t, back.stale(t))
	require.Equal(t, calendar.Default().Version(), back.clocks(t, early)[last.ID].Calendar, "whom nothing moves is left alone")

	files := view.CalendarChange{Year: 2026, Revision: 1, Document: json.RawMessage(`{}`), By: "admin"}
	require.NoError(t, front.Change(t.Context(), files))
	require.Len(t, back.stale(t), 1, "the way back is a change as well")
	require.Equal(t, calendar.Default().Version(), back.Working("").Version())
}

func TestAlmanac_judgesNoCommandWithTheCalendarOfBefore(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	front, back := newOffice(t, url), newOffice(t, url)
	who := people(t, front.store)
	hours := view.CalendarChange{Document: json.RawMessage(`{"week":["mon","tue","wed","thu","fri"],"hours":[{"open":"08:00","close":"16:00"}]}`), By: "admin"}
	require.NoError(t, front.Change(t.Context(), hours))
	require.NotEqual(t, front.Working("").Version(), back.Working("").Version(), "nobody has asked yet")
	back.lead(t, late, who["rep"], time.Date(2026, 3, 9, 2, 0, 0, 0, time.UTC))
	for _, c := range back.clocks(t, late) {
		require.Equal(t, front.Working("").Version(), c.Calendar)
	}
}

func TestAlmanac_refusesWhatIsWrongAndGoesOnWithTheFilesWhereItIsStoredAllTheSame(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	front := newOffice(t, url)
	var faults calendar.Faults
	bad := view.CalendarChange{Year: 2026, Document: json.RawMessage(`{"holidays":[]}`), By: "admin"}
	require.ErrorAs(t, front.Change(t.Context(), bad), &faults)
	require.Equal(t, calendar.NoSource, faults[0].Code)
	_, _, err := front.Preview(t.Context(), bad)
	require.ErrorAs(t, err, &faults)
	_, err = front.store.ChangeCalendar(t.Context(), bad) // as a later release may have
	require.NoError(t, err)
	other := newOffice(t, url)
	require.Equal(t, calendar.Default().Version(), other.Working("").Version())
}

// desk stands in for the API and remembers what was put.
type desk struct {
	asked []string
	put   map[string]any
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.asked = append(d.asked, r.Method+" "+r.URL.String()+" "+r.Header.Get("If-Match"))
	switch {
	case r.Method == http.MethodGet:
		_, _ = w.Write([]byte(`{"calendar_version":"v1","revision":3,"zone":"Asia/Shanghai"}`))
	case strings.Contains(r.URL.RawQuery, "preview"):
		_, _ = w.Write([]byte(`{"calendar_version":"v2","revision":3,"preview":{"before":"v1","after":"v2","accounts":2,"deadlines":5}}`))
	default:
		_ = json.NewDecoder(r.Body).Decode(&d.put)
		_, _ = w.Write([]byte(`{"calendar_version":"v2","revision":4}`))
	}
}

func imported(t *testing.T, name, text string, preview bool) (*desk, string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	read, err := os.ReadFile(file)
	require.NoError(t, err)
	hours, year, err := calendar.ParseFile(name, read)
	require.NoError(t, err)
	d := &desk{}
	server := httptest.NewServer(d)
	defer server.Close()
	var out strings.Builder
	u := &uploader{base: server.URL, token: "t", out: &out, client: server.Client()}
	err = u.calendar(context.WithoutCancel(t.Context()), "", hours, year, preview)
	return d, out.String(), err
}

const cn2027 = `
year: 2027
source: {title: a notice, checked: "2026-11-22"}
holidays:
  - {name: {zh: 元旦, en: New Year}, from: "2027-01-01", to: "2027-01-03", days: 3, make_up: ["2027-01-09"]}
company_days:
  - {name: {zh: 厂庆, en: Anniversary}, from: "2027-05-12"}
`

func TestCalendarImport_looksFirstAndThenPutsTheFileInForce(t *testing.T) {
	t.Parallel()
	d, out, err := imported(t, "cn-2027.yaml", cn2027, false)
	require.NoError(t, err)
	require.Equal(t, []string{"GET /api/v1/calendar?year=2027 ", "PUT /api/v1/calendar/2027?preview=true 3", "PUT /api/v1/calendar/2027 3"}, d.asked)
	require.Equal(t, "2027: calendar v1 -> v2, 5 deadlines of 2 accounts move\n2027: in force as revision 4, calendar v2\n", out)
	require.Len(t, d.put["holidays"], 1)
	require.Len(t, d.put["company_days"], 1)
	d, _, err = imported(t, "cn-2027.yaml", cn2027, true)
	require.NoError(t, err)
	require.Len(t, d.asked, 2, "a preview puts nothing")
}

func TestCalendarImport_takesOfficeHoursOfTheSameZoneOnly(t *testing.T) {
	t.Parallel()
	const hours = "zone: Asia/Shanghai\nweek: [mon, tue]\nhours: [{open: \"09:00\", close: \"17:00\"}]\n"
	d, _, err := imported(t, "ours.yaml", hours, false)
	require.NoError(t, err)
	require.Equal(t, "PUT /api/v1/calendar/office-hours 3", d.asked[2])
	require.NotContains(t, d.put, "zone")
	_, _, err = imported(t, "ours.yaml", strings.Replace(hours, "Asia/Shanghai", "Europe/Berlin", 1), false)
	require.ErrorContains(t, err, "Europe/Berlin")
}
