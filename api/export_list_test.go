package api_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// manyAccounts is a list of n accounts, in pages of 200 as the database gives them.
type manyAccounts struct {
	n      int
	asked  []view.AccountFilter
	before func(page int) error
}

func (m *manyAccounts) page(f view.AccountFilter) ([]view.AccountItem, string, error) {
	m.asked = append(m.asked, f)
	if m.before != nil {
		if err := m.before(len(m.asked)); err != nil {
			return nil, "", err
		}
	}
	from := 0
	if f.Page.Cursor != "" {
		if _, err := fmt.Sscanf(f.Page.Cursor, "after-%d", &from); err != nil {
			return nil, "", view.ErrBadCursor
		}
	}
	to, next := min(m.n, from+min(200, f.Page.Limit)), ""
	if to < m.n {
		next = fmt.Sprintf("after-%d", to)
	}
	items := make([]view.AccountItem, 0, to-from)
	for i := from; i < to; i++ {
		items = append(items, view.AccountItem{
			ID: deal.AccountID(fmt.Sprintf("id-%d", i)), Number: fmt.Sprintf("KA-2026-%06d", i), Name: fmt.Sprintf("客户%d有限公司", i), Step: deal.Plan,
			Status: deal.Active, Cycle: 1, Pass: 1, Owner: rep1, Team: team, Grade: deal.GradeA, OpenedAt: noon(), EnteredAt: noon(), UpdatedAt: noon(),
		})
	}
	return items, next, nil
}

// listingPort is the world with that list.
type listingPort struct {
	*world

	many *manyAccounts
}

func (l listingPort) Accounts(ctx context.Context, _ view.Viewer, f view.AccountFilter) ([]view.AccountItem, string, error) {
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	return l.many.page(f)
}

func newListRig(t *testing.T, n int, change ...func(*api.Options)) (*rig, *manyAccounts) {
	t.Helper()
	m := &manyAccounts{n: n}
	return newRig(t, append([]func(*api.Options){func(o *api.Options) {
		o.Accounts = listingPort{o.Accounts.(*world), m} //nolint:forcetypeassert // newRig puts it there
	}}, change...)...), m
}

// lines are those of a CSV file, its mark taken off.
func (a answer) lines() [][]string {
	a.t.Helper()
	require.Equal(a.t, 200, a.Code, a.Body.String())
	require.Equal(a.t, "text/csv; charset=utf-8", a.Header().Get("Content-Type"))
	body, ok := bytes.CutPrefix(a.Body.Bytes(), []byte("\xef\xbb\xbf"))
	require.True(a.t, ok, "Excel needs the mark")
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	require.NoError(a.t, err)
	return rows
}

func (a answer) workbook() *excelize.File {
	a.t.Helper()
	require.Equal(a.t, 200, a.Code, a.Body.String())
	require.Equal(a.t, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", a.Header().Get("Content-Type"))
	f, err := excelize.OpenReader(a.Body)
	require.NoError(a.t, err)
	a.t.Cleanup(func() { require.NoError(a.t, f.Close()) })
	return f
}

func TestExport_walksTheWholeListWithItsFilters(t *testing.T) {
	t.Parallel()
	r, many := newListRig(t, 501)
	a := r.do(rep1, "GET", "/api/v1/accounts?format=csv&step=plan&owner=me&limit=7", nil)
	lines := a.lines()
	require.Len(t, lines, 1+501+1)
	require.Equal(t, []string{"Number", "Name", "Territory", "Step", "Status"}, lines[0][:5])
	require.Equal(t, "KA-2026-000500", lines[501][0])
	require.Equal(t, "2026-03-02 20:00:00", lines[1][14], "in the organisation's zone")
	require.Equal(t, "As of 2026-03-02 20:00:00 (Asia/Shanghai), 501 rows", lines[502][0])
	require.Equal(t, `attachment; filename="Accounts-20260302-200000.csv"; filename*=UTF-8''Accounts-20260302-200000.csv`, a.Header().Get("Content-Disposition"))
	require.Contains(t, a.Header().Get("Content-Security-Policy"), "sandbox")
	require.Contains(t, a.Header().Values("Vary"), "Accept")
	require.Len(t, many.asked, 3)
	for _, f := range many.asked {
		require.Equal(t, deal.Plan, f.Step)
		require.Equal(t, rep1, f.Owner)
		require.Equal(t, "number", f.Sort, "an order that does not change while the list is walked")
	}
	r.do(rep1, "GET", "/api/v1/accounts?format=csv&sort=-deadline", nil).lines()
	require.Equal(t, "-deadline", many.asked[3].Sort)
	require.Contains(t, r.logs.String(), `"msg":"list exported"`)
}

func TestExport_isAWorkbookInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	r, _ := newListRig(t, 3)
	r.lang = "zh"
	a := r.do(rep1, "GET", "/api/v1/accounts?format=xlsx&status=active", nil)
	require.Contains(t, a.Header().Get("Content-Disposition"), "filename*=UTF-8''%E5%AE%A2%E6%88%B7-20260302-200000.xlsx")
	f := a.workbook()
	require.Equal(t, []string{"客户", "说明"}, f.GetSheetList())
	rows, err := f.GetRows("客户")
	require.NoError(t, err)
	require.Len(t, rows, 4)
	require.Equal(t, []string{"编号", "客户名称", "区域", "步骤", "状态", "轮次", "遍次", "等级", "负责人", "团队"}, rows[0][:10])
	require.Equal(t, []string{"KA-2026-000000", "客户0有限公司", "", "制定方案", "进行中", "1", "1", "A", "王芳", "一组"}, rows[1][:10])
	kind, err := f.GetCellType("客户", "F2")
	require.NoError(t, err)
	require.Equal(t, excelize.CellTypeUnset, kind, "a number is a number")
	opened, err := f.GetCellValue("客户", "O2")
	require.NoError(t, err)
	require.Equal(t, "2026-03-02 20:00:00", opened)
	about, err := f.GetRows("说明")
	require.NoError(t, err)
	require.Equal(t, [][]string{{"客户", "截至 2026-03-02 20:00:00 (Asia/Shanghai),共 3 行"}, {"导出人", "王芳"}, {"筛选 status", "active"}}, about)
}

func TestExport_isAskedForByAcceptAsWell(t *testing.T) {
	t.Parallel()
	r, _ := newListRig(t, 1)
	for accept, kind := range map[string]string{
		"text/csv": "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, */*": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"text/csv;q=0.9, application/json": "text/csv; charset=utf-8", "application/json, text/csv": "application/json", "*/*": "application/json", "": "application/json",
		"text/html": "application/json",
	} {
		a := r.do(rep1, "GET", "/api/v1/accounts", nil, header{"Accept", accept})
		require.Equal(t, kind, a.Header().Get("Content-Type"), accept)
		require.Equal(t, "application/json", r.do(rep1, "GET", "/api/v1/accounts?format=json", nil, header{"Accept", accept}).Header().Get("Content-Type"))
	}
	r.do(rep1, "GET", "/api/v1/accounts?format=pdf", nil).problem(422, "invalid_request")
}

func TestExport_stopsAtItsLimitAndSaysSo(t *testing.T) {
	t.Parallel()
	r, many := newListRig(t, 1000, func(o *api.Options) { o.Limits.ExportRows = 450 })
	lines := r.do(rep1, "GET", "/api/v1/accounts?format=csv", nil).lines()
	require.Len(t, lines, 1+450+2)
	require.Equal(t, "Only the first 450 rows, the list goes on: narrow the filter and export again", lines[452][0])
	rows, err := r.do(rep1, "GET", "/api/v1/accounts?format=xlsx", nil).workbook().GetRows("Accounts")
	require.NoError(t, err)
	require.Len(t, rows, 1+450+1)
	require.Contains(t, rows[451][0], "Only the first 450 rows")
	require.Len(t, many.asked, 6, "no page too many")
	for n, cut := range map[int]bool{449: false, 450: false, 451: true} {
		r, _ := newListRig(t, n, func(o *api.Options) { o.Limits.ExportRows = 450 })
		lines := r.do(rep1, "GET", "/api/v1/accounts?format=csv", nil).lines()
		require.Equal(t, cut, strings.HasPrefix(lines[len(lines)-1][0], "Only"), n)
	}
}

func TestExport_thatFailsIsAProblemOrNoFileAtAll(t *testing.T) {
	t.Parallel()
	fail := func(at int) func(int) error {
		return func(page int) error {
			if page == at {
				return fmt.Errorf("%w: gone", deal.ErrUnavailable)
			}
			return nil
		}
	}
	for _, format := range []string{"csv", "xlsx"} {
		r, many := newListRig(t, 1000)
		many.before = fail(1)
		a := r.do(rep1, "GET", "/api/v1/accounts?format="+format, nil)
		a.problem(503, "unavailable")
		require.Empty(t, a.Header().Get("Content-Disposition"))
		r.do(rep1, "GET", "/api/v1/accounts?format="+format+"&cursor=nonsense", nil).problem(422, "invalid_request")
	}
	r, many := newListRig(t, 1000)
	many.before = fail(3)
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { r.do(rep1, "GET", "/api/v1/accounts?format=csv", nil) },
		"rows are on their way: only a broken connection tells that they are not all")
	many.asked = nil
	a := r.do(rep1, "GET", "/api/v1/accounts?format=xlsx", nil) // of which nothing is on its way yet
	a.problem(503, "unavailable")
	require.Empty(t, a.Header().Get("Content-Disposition"))
	many.before = nil
	require.Len(t, r.do(rep1, "GET", "/api/v1/accounts?format=csv", nil).lines(), 1002, "and its place is free again")
}

func TestExport_overARealConnectionIsTornWhenItFails(t *testing.T) {
	t.Parallel()
	r, many := newListRig(t, 2000)
	many.before = func(page int) error {
		if page == 5 {
			return deal.ErrUnavailable
		}
		return nil
	}
	server := httptest.NewServer(r.api)
	t.Cleanup(server.Close)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/v1/accounts?format=csv", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+r.token[rep1])
	res, err := server.Client().Do(req)
	require.NoError(t, err)
	got, err := io.ReadAll(res.Body)
	require.NoError(t, res.Body.Close())
	require.Error(t, err, "what came is not taken for the whole")
	require.Contains(t, string(got), "KA-2026-000700", "it came as it was read")
}

func TestExport_endsWithItsReader(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"csv", "xlsx"} {
		r, many := newListRig(t, 100_000)
		ctx, leave := context.WithCancel(t.Context())
		many.before = func(page int) error {
			if page == 3 {
				leave()
			}
			return nil
		}
		req := httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/v1/accounts?format="+format, nil)
		req.Header.Set("Authorization", "Bearer "+r.token[rep1])
		func() {
			defer func() {
				if broken := recover(); broken != nil {
					require.True(t, errors.Is(broken.(error), http.ErrAbortHandler)) //nolint:forcetypeassert // nothing else panics
				}
			}()
			r.api.ServeHTTP(httptest.NewRecorder(), req)
		}()
		require.Len(t, many.asked, 3, format)
		many.before = nil
		many.n = 1
		for range 5 { // its place is free again
			require.Equal(t, 200, r.do(rep1, "GET", "/api/v1/accounts?format="+format, nil).Code)
		}
	}
}

func TestExport_ofManyAtOnceIsBusy(t *testing.T) {
	t.Parallel()
	r, many := newListRig(t, 10, func(o *api.Options) { o.Limits.Exports = 1 })
	begun, goOn := make(chan struct{}), make(chan struct{})
	many.before = func(page int) error {
		if page == 1 {
			close(begun)
			<-goOn
		}
		return nil
	}
	done := make(chan answer)
	go func() { done <- r.do(rep1, "GET", "/api/v1/accounts?format=csv", nil) }()
	<-begun
	a := r.do(rep1, "GET", "/api/v1/accounts?format=csv", nil)
	a.problem(429, "busy")
	require.NotEmpty(t, a.Header().Get("Retry-After"))
	r.do(rep1, "GET", "/api/v1/accounts", nil).ok(200) // pages are for everybody
	close(goOn)
	require.Len(t, (<-done).lines(), 12)
}

// A list as large as it may be goes through a bounded memory in both formats.
func TestExport_ofALargeListStaysSmallInMemory(t *testing.T) {
	for format, most := range map[string]uint64{"csv": 16 << 20, "xlsx": 96 << 20} {
		r, many := newListRig(t, 100_000)
		var begin, peak uint64
		var m runtime.MemStats
		many.before = func(page int) error {
			if page == 1 || page%25 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&m)
				if page == 1 {
					begin = m.HeapAlloc
				}
				many.asked = many.asked[:1:1]
				peak = max(peak, m.HeapAlloc)
			}
			return nil
		}
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/accounts?format="+format, nil)
		req.Header.Set("Authorization", "Bearer "+r.token[rep1])
		sink := &counter{header: http.Header{}}
		r.api.ServeHTTP(sink, req)
		require.Equal(t, 200, sink.status)
		require.Greater(t, sink.n, 3<<20)
		require.Less(t, peak-begin, most, format)
		t.Logf("%s: %d bytes written, %d KiB of heap at most", format, sink.n, (peak-begin)>>10)
	}
}

// counter is a client that forgets.
type counter struct {
	header http.Header
	status int
	n      int
}

func (c *counter) Header() http.Header { return c.header }

func (*counter) Flush() {}

func (c *counter) WriteHeader(status int) { c.status = status }

func (c *counter) Write(p []byte) (int, error) {
	c.n += len(p)
	return len(p), nil
}

// Whatever is a list can be had as a file, whoever added it, and says so in the OpenAPI file.
func TestExport_isThereForEveryList(t *testing.T) {
	t.Parallel()
	r := twoContacts(newRig(t, func(o *api.Options) { o.Limits.ExportRows = 20 })) // some lists of the world never end
	for path, bodies := range records() {
		if k, _ := dossier.KindAt(path); k.Single {
			r.do(rep1, "PUT", at(mine, "/"+path), bodies[1], match("0")).ok(200)
		} else {
			r.file("/"+path, bodies[1]).ok(201)
		}
	}
	r.log = view.Events{Items: []deal.Event{{Seq: 1, Kind: deal.OpenedKind, Body: deal.Opened{Via: deal.ViaAPI}, Actor: rep1, At: noon(), Cycle: 1, Step: deal.Collect}}}
	r.impRows = []view.ImportRowItem{{}}
	r.state.Specialists = []deal.Specialist{{ID: "s1", Step: deal.Plan, Person: rep2, By: rep1, OfferedAt: noon()}}
	r.shelf.all = []view.Edition{{Ref: deal.BookRef{Name: "express", Version: 1}, Newest: true, Usable: true, StoredAt: noon()}}
	document := r.do("", "GET", "/openapi.json", nil).json()
	lists := 0
	for path, item := range document["paths"].(map[string]any) {
		get, ok := item.(map[string]any)["get"].(map[string]any)
		if !ok || !isList(document, get) {
			continue
		}
		if path == "/api/v1/imports/{id}/errors" {
			continue // as a file it is the sheet to correct, see its own tests
		}
		lists++
		content := get["responses"].(map[string]any)["200"].(map[string]any)["content"].(map[string]any)
		require.Contains(t, content, "text/csv", path)
		require.Contains(t, content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", path)
		require.Contains(t, get["responses"], "default", path)
		target, reader := strings.NewReplacer("{id}", string(mine), "{name}", "express").Replace(path), rep1
		switch {
		case strings.HasPrefix(path, "/api/v1/imports/{id}"):
			target = strings.Replace(path, "{id}", r.imp.ID, 1)
		case strings.HasPrefix(path, "/api/v1/users/{id}"):
			target = strings.Replace(path, "{id}", string(rep1), 1)
		case strings.HasPrefix(path, "/api/v1/handovers/{id}"):
			r.handing.over = []view.Handover{{ID: "h1", Succession: deal.Succession{From: rep1}}}
			target = strings.Replace(path, "{id}", "h1", 1)
		case strings.HasPrefix(path, "/api/v1/jobs"):
			target, reader = strings.Replace(path, "{name}", "daily-quota", 1), admin
		case strings.HasPrefix(path, "/api/v1/reviews"):
			target, reader = strings.Replace(path, "{id}", "review1", 1), director
		case path == "/api/v1/webhooks":
			reader = admin
		case path == "/api/v1/duplicates":
			target += "?name=x"
		case strings.Contains(path, "{record}"):
			kind, _ := dossier.KindAt(strings.Split(path, "/")[5])
			i := 0
			for ; r.files.now[i].Kind != string(kind.Kind); i++ {
			}
			target = strings.Replace(target, "{record}", r.files.now[i].ID, 1)
		}
		for _, lang := range []string{"zh", "en"} {
			r.lang = lang
			sep := "?"
			if strings.Contains(target, "?") {
				sep = "&"
			}
			lines := r.do(reader, "GET", target+sep+"format=csv", nil).lines()
			require.GreaterOrEqual(t, len(lines), 2, path)
			foot := "As of "
			if lang == "zh" {
				foot = "截至 "
			}
			require.True(t, strings.HasPrefix(lines[len(lines)-1][0], foot) || strings.HasPrefix(lines[len(lines)-2][0], foot), path)
			for _, heading := range lines[0] {
				require.NotEmpty(t, heading, path)
			}
			require.Equal(t, lang == "zh", strings.ContainsFunc(strings.Join(lines[0], ""), func(r rune) bool { return r >= 0x4e00 }),
				"%s has headings in no language: %v", path, lines[0])
		}
	}
	require.Greater(t, lists, 45)
}

// isList tells whether an operation answers pages.
func isList(document, operation map[string]any) bool {
	ok, _ := operation["responses"].(map[string]any)["200"].(map[string]any)
	content, _ := ok["content"].(map[string]any)
	body, _ := content["application/json"].(map[string]any)
	schema, _ := body["schema"].(map[string]any)
	if name, ok := schema["$ref"].(string); ok {
		schemas := document["components"].(map[string]any)["schemas"].(map[string]any)
		schema, _ = schemas[strings.TrimPrefix(name, "#/components/schemas/")].(map[string]any)
	}
	properties, _ := schema["properties"].(map[string]any)
	return properties["items"] != nil && properties["next_cursor"] != nil
}

func TestExport_ofRecordsShowsFieldsAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", at(mine, "/agreements"), `{"number":"=1+1","amount":"1250000.05","currency":"CNY","signed_on":"2026-03-01"}`).ok(201)
	r.do(rep1, "POST", at(mine, "/surveys"), `{"on":"2026-03-01","answers":[{"question":"speed","score":4},{"question":"price","score":2}]}`).ok(201)
	cells := func(path string) map[string]string {
		lines := r.do(rep1, "GET", at(mine, path), nil).lines()
		require.Len(t, lines, 3)
		out := map[string]string{}
		for i, heading := range lines[0] {
			out[heading] = lines[1][i]
		}
		return out
	}
	signed := cells("/agreements?format=csv")
	require.Equal(t, "'=1+1", signed["Number"])
	require.Equal(t, "1250000.05", signed["Amount"])
	require.Equal(t, "2026-03-01", signed["Signed on"])
	require.Equal(t, "王芳", signed["Updated by"])
	require.Equal(t, "2026-03-02 20:00:00", signed["Created"])
	survey := cells("/surveys?format=csv")
	require.Contains(t, survey["Answers"], "speed")
	require.Contains(t, survey["Answers"], "\n")
	book := r.do(rep1, "GET", at(mine, "/agreements?format=xlsx"), nil).workbook()
	name := book.GetSheetList()[0]
	rows, err := book.GetRows(name)
	require.NoError(t, err)
	for i, heading := range rows[0] {
		at, err := excelize.CoordinatesToCellName(i+1, 2)
		require.NoError(t, err)
		kind, err := book.GetCellType(name, at)
		require.NoError(t, err)
		raw, err := book.GetCellValue(name, at, excelize.Options{RawCellValue: true})
		require.NoError(t, err)
		switch heading {
		case "Amount":
			require.Equal(t, excelize.CellTypeUnset, kind)
			require.Equal(t, "1250000.05", raw)
		case "Signed on":
			require.Equal(t, "46082", raw)
		case "Number":
			require.Equal(t, excelize.CellTypeInlineString, kind)
			require.Equal(t, "=1+1", raw)
		}
	}
}

func TestExport_masksPrivateFactsAsTheListDoes(t *testing.T) {
	t.Parallel()
	r := openPrivate(t)
	for query, shown := range map[string]bool{"": false, "&purpose=care": true, "&purpose=visit": false} {
		got := r.do(rep1, "GET", at(mine, "/stakeholders?format=csv"+query), nil).Body.String()
		require.Equal(t, shown, strings.Contains(got, "golf"), query)
		got = r.do(rep1, "GET", at(mine, "/stakeholders/c1/versions?format=csv"+query), nil).Body.String()
		require.Equal(t, shown, strings.Contains(got, "golf"), query)
	}
	require.NotContains(t, r.do(auditor, "GET", at(mine, "/stakeholders?format=csv&purpose=care"), nil).Body.String(), "golf")
	require.Contains(t, r.logs.String(), "private facts read")
}

func TestExport_isOnlyForThoseInScope(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, path := range []string{"/contacts", "/needs", "/timeline", "/interactions", "/stakeholders"} {
		for _, format := range []string{"csv", "xlsx"} {
			r.do(rep2, "GET", at(mine, path+"?format="+format), nil).problem(404, "not_found")
			r.do("", "GET", at(mine, path+"?format="+format), nil).problem(401, "unauthenticated")
		}
	}
}

func TestExport_ofAListThatTurnsOnTheSpotEnds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.impRows = nil // the world says that there is more, and there is not
	r.do(rep1, "GET", "/api/v1/imports/"+r.imp.ID+"/rows?format=xlsx", nil).problem(500, "internal_error")
}

func TestExport_hasTimeOfItsOwn(t *testing.T) {
	t.Parallel()
	r, many := newListRig(t, 100_000, func(o *api.Options) { o.Limits.ExportTime = time.Nanosecond })
	a := r.do(rep1, "GET", "/api/v1/accounts?format=xlsx", nil)
	a.problem(503, "unavailable")
	require.Len(t, many.asked, 1)
}
