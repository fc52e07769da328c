package api_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"mime/multipart"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/view"
)

func (w *world) Columns(_ context.Context, _ deal.PersonID, mapping map[string]string, sheet io.Reader) (view.SheetColumns, error) {
	content, err := io.ReadAll(sheet)
	if err != nil || w.importErr != nil {
		return view.SheetColumns{}, w.importErr
	}
	w.asked = append(w.asked, []any{mapping, string(content)})
	return view.SheetColumns{
		Columns: []view.SheetColumn{{Header: "厂商", Letter: "A", Guess: "name", Samples: []string{"晨风"}}}, Missing: []string{"单位名称"},
		Fields: []view.SheetField{{Field: "name", Label: "单位名称"}},
	}, nil
}

func (w *world) Problems(ctx context.Context, v view.Viewer, id string) ([]view.ImportProblem, error) {
	imp, err := w.Import(ctx, v, id)
	return imp.Problems, err
}

func (w *world) Rows(_ context.Context, _ view.Viewer, _ string, outcome view.ImportOutcome, _ view.Page) ([]view.ImportRowItem, string, error) {
	w.asked = append(w.asked, outcome)
	return w.impRows, "next", w.failing
}

func (w *world) Errata(_ context.Context, _ view.Viewer, id, format, lang string) ([]byte, error) {
	return []byte(id + " " + format + " " + lang), w.failing
}

func (w *world) Mappings(_ context.Context, by deal.PersonID) ([]view.ImportMapping, error) {
	w.asked = append(w.asked, by)
	return w.mappings, nil
}

func (w *world) ForgetMapping(_ context.Context, by deal.PersonID, organisation bool, id string) error {
	w.asked = append(w.asked, []any{by, organisation, id})
	if id != "m1" {
		return deal.ErrNotFound
	}
	return nil
}

// sheetForm is a multipart upload with fields beside the file.
func sheetForm(t *testing.T, fields map[string]string, content string) ([]byte, header) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "线索.csv")
	require.NoError(t, err)
	_, err = part.Write([]byte(content))
	require.NoError(t, err)
	for name, value := range fields {
		require.NoError(t, w.WriteField(name, value))
	}
	require.NoError(t, w.Close())
	return b.Bytes(), header{"Content-Type", w.FormDataContentType()}
}

func TestImports_areTriedWithAMapping(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.imp.Opened, r.imp.Updated, r.imp.Unchanged = 3, 2, 1
	body, kind := sheetForm(t, map[string]string{"mapping": `{"厂商":"name"}`, "dry_run": "true"}, "厂商\n晨风")
	out := r.do(rep1, "POST", "/api/v1/imports", body, kind, key("k")).ok(202)
	require.Equal(t, true, out["dry_run"])
	for field, want := range map[string]float64{"would_open": 3, "would_change": 2, "unchanged": 1, "opened": 0, "updated": 0} {
		require.InDelta(t, want, out[field], 0, field)
	}
	require.Equal(t, map[string]string{"厂商": "name"}, r.imports[0].order.Mapping)
	require.True(t, r.imports[0].order.DryRun)

	r.do(rep1, "POST", "/api/v1/imports", body, kind, key("k")).ok(202)
	other, kind := sheetForm(t, map[string]string{"mapping": `{"厂商":"name"}`}, "厂商\n晨风")
	r.do(rep1, "POST", "/api/v1/imports", other, kind, key("k")).problem(422, "key_reused")
	require.Len(t, r.imports, 1, "the same sheet with another order is another request")

	csv := header{"Content-Type", "text/csv"}
	r.do(rep1, "POST", "/api/v1/imports?dry_run=true&mapping=%7B%22a%22%3A%22name%22%7D", "a\n晨风", csv).ok(202)
	require.Equal(t, map[string]string{"a": "name"}, r.imports[1].order.Mapping)
	out = r.do(rep1, "POST", "/api/v1/imports", "a\n晨风", csv).ok(202)
	require.InDelta(t, 3, out["opened"], 0)
	require.InDelta(t, 0, out["would_open"], 0)

	for _, bad := range []string{`[1]`, `{"a":1}`, `{`} {
		body, kind := sheetForm(t, map[string]string{"mapping": bad}, "a\n晨风")
		p := r.do(rep1, "POST", "/api/v1/imports", body, kind).problem(422, "invalid_request")
		require.Equal(t, "bad_mapping", p.Errors[0].Code)
		require.Equal(t, "/mapping", p.Errors[0].Pointer)
	}
	r.importErr = &api.SheetError{Code: "unknown_header", Pointer: "/mapping", Text: deal.Text{EN: "no such column"}, Hint: deal.Text{EN: "look again"}}
	p := r.do(rep1, "POST", "/api/v1/imports", "a\n晨风", csv).problem(422, "sheet_refused")
	require.Equal(t, "/mapping", p.Errors[0].Pointer)
}

func TestImports_showWhatColumnsAreOrMayBe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body, kind := sheetForm(t, map[string]string{"mapping": `{"厂商":"name"}`}, "厂商\n晨风")
	out := r.do(rep1, "POST", "/api/v1/imports/columns", body, kind).ok(200)
	require.Equal(t, []any{map[string]string{"厂商": "name"}, "厂商\n晨风"}, r.asked[0])
	require.Equal(t, []any{map[string]any{
		"header": "厂商", "letter": "A", "field": "", "mapped": false, "guess": "name", "samples": []any{"晨风"},
	}}, out["columns"])
	require.Equal(t, []any{"单位名称"}, out["missing"])
	require.Equal(t, []any{}, out["doubled"])
	require.Empty(t, r.imports)
	r.do(collector, "POST", "/api/v1/imports/columns", body, kind).problem(403, "not_your_role")

	r.imp.Columns = []view.SheetColumn{{Header: "单位名称", Letter: "A", Field: "name"}}
	out = r.do(rep1, "GET", "/api/v1/imports/imp1/columns", nil).ok(200)
	require.Equal(t, "name", out["columns"].([]any)[0].(map[string]any)["field"])
	r.do(rep2, "GET", "/api/v1/imports/imp1/columns", nil).problem(404, "not_found")
}

func TestImports_reportRowByRow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.imp.DryRun = true
	r.impRows = []view.ImportRowItem{
		{ImportRow: view.ImportRow{Row: 2, Outcome: view.RowOpened, Changes: []view.FieldChange{{Record: "profile", Field: "name", To: "晨风"}}}},
		{ImportRow: view.ImportRow{Row: 3, Outcome: view.RowUpdated, Account: mine, Changes: []view.FieldChange{{Record: "profile", Field: "address", From: "a", To: "b", Column: "地址"}}}, Number: "KA-2026-0001", Name: "晨风集团"},
		{ImportRow: view.ImportRow{Row: 4, Outcome: view.RowRefused, Problems: []view.ImportProblem{{Row: 4, Code: "edited_since", Text: deal.Text{ZH: "已修改", EN: "edited"}}}}},
		{ImportRow: view.ImportRow{Row: 5, Outcome: view.RowUnchanged}, Hidden: true},
	}
	items := r.do(rep1, "GET", "/api/v1/imports/imp1/rows?status=would_change", nil).ok(200)["items"].([]any)
	require.Equal(t, view.RowUpdated, r.asked[0])
	var statuses []string
	for _, item := range items {
		statuses = append(statuses, item.(map[string]any)["status"].(string))
	}
	require.Equal(t, []string{"would_open", "would_change", "refused", "unchanged"}, statuses)
	changed := items[1].(map[string]any)
	require.Equal(t, map[string]any{"record": "profile", "field": "address", "who": "", "column": "地址", "from": "a", "to": "b"}, changed["changes"].([]any)[0])
	require.Equal(t, "KA-2026-0001", changed["account"].(map[string]any)["number"])
	require.NotContains(t, items[0], "account", "it is not there yet")
	require.Equal(t, "edited", items[2].(map[string]any)["problems"].([]any)[0].(map[string]any)["text"])
	require.Equal(t, true, items[3].(map[string]any)["hidden"])
	r.do(rep1, "GET", "/api/v1/imports/imp1/rows?status=lost", nil).problem(422, "invalid_request")
	r.do(rep2, "GET", "/api/v1/imports/imp1/rows", nil).problem(404, "not_found")
}

func TestImports_giveRefusedRowsAsAFile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.imp.Filename = "线索.csv"
	for format, kind := range map[string]string{
		"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8",
	} {
		a := r.do(rep1, "GET", "/api/v1/imports/imp1/errors?format="+format, nil, header{"Accept-Language", "zh"})
		require.Equal(t, 200, a.Code)
		require.Equal(t, kind, a.Header().Get("Content-Type"))
		require.Equal(t, "imp1 "+format+" zh", a.Body.String())
		require.Contains(t, a.Header().Get("Content-Disposition"), "attachment; ")
		require.Contains(t, a.Header().Get("Content-Disposition"), "-errors."+format)
	}
	r.do(rep2, "GET", "/api/v1/imports/imp1/errors?format=xlsx", nil).problem(404, "not_found")
	r.do(rep1, "GET", "/api/v1/imports/imp1/errors?format=pdf", nil).problem(422, "invalid_request")
}

func TestImports_rememberAndForgetWhatHeadersMean(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.mappings = []view.ImportMapping{
		{ID: "m2", Header: "通讯", Field: "mobile", At: noon().Add(-time.Hour)}, {ID: "m1", Header: "厂商", Field: "name", By: rep1, At: noon()},
	}
	items := r.do(rep1, "GET", "/api/v1/imports/mappings", nil).ok(200)["items"].([]any)
	require.Equal(t, "person", items[0].(map[string]any)["scope"])
	require.Equal(t, "王芳", items[0].(map[string]any)["by"].(map[string]any)["name"])
	require.Equal(t, "organisation", items[1].(map[string]any)["scope"])
	require.NotContains(t, items[1], "by")
	require.Equal(t, 204, r.do(rep1, "DELETE", "/api/v1/imports/mappings/m1", nil).Code)
	require.Equal(t, 204, r.do(ops, "DELETE", "/api/v1/imports/mappings/m1", nil).Code)
	require.Equal(t, []any{rep1, false, "m1"}, r.asked[1])
	require.Equal(t, []any{ops, true, "m1"}, r.asked[2])
	r.do(rep1, "DELETE", "/api/v1/imports/mappings/m9", nil).problem(404, "not_found")
}

func TestTimeline_standsBesideWhatLeadSheetsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.notes = []view.HistoryNote{
		{ID: "note-1", At: noon().Add(-48 * time.Hour), On: "2026-02-28", By: "张伟", Text: "上门", Import: "imp1"},
		{ID: "note-2", At: noon().Add(-24 * time.Hour), Erased: true},
	}
	told := r.do(rep1, "GET", at(mine, "/timeline"), nil).ok(200)["imported"].([]any)
	require.Len(t, told, 2)
	require.Equal(t, "上门", told[0].(map[string]any)["text"])
	require.Equal(t, "2026-02-28", told[0].(map[string]any)["on"])
	require.Equal(t, true, told[1].(map[string]any)["erased"])
}

func TestTimeline_asAFileHasWhatLeadSheetsToldAmongTheEvents(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.notes = []view.HistoryNote{
		{ID: "note-1", At: noon().Add(-48 * time.Hour), On: "2026-02-28", By: "张伟", How: "电话", Text: "上门", Import: "imp1"},
		{ID: "note-2", At: noon().Add(-24 * time.Hour), Text: "went", Erased: true},
	}
	r.log = view.Events{Items: []deal.Event{
		{Account: mine, Seq: 1, Cycle: 1, Step: deal.Collect, Kind: deal.OpenedKind, Body: deal.Opened{Number: "KA-2026-0001"}, Actor: rep1, At: noon().Add(-36 * time.Hour)},
		{Account: mine, Seq: 2, Cycle: 1, Step: deal.Plan, Kind: deal.PausedKind, Body: deal.PausedBody{ResumeOn: "2026-04-01"}, Actor: deal.System, At: noon()},
	}}
	const events = 2
	file, ok := strings.CutPrefix(r.do(rep1, "GET", at(mine, "/timeline?format=csv"), nil, header{"Accept-Language", "zh"}).Body.String(), "\ufeff")
	require.True(t, ok)
	reader := csv.NewReader(strings.NewReader(file))
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+2+events+1)
	require.Equal(t, []string{"序号", "时间", "轮次", "步骤", "事件", "操作人", "所属客户", "内容", "类型"}, rows[0])
	found := map[string][]string{}
	for _, row := range rows {
		if len(row) > 7 && strings.Contains(row[4], "导入的跟进记录") {
			require.Empty(t, row[0]+row[2]+row[3])
			found[row[5]] = row
		}
	}
	require.Equal(t, []string{"", "1", "", "2"}, []string{rows[1][0], rows[2][0], rows[3][0], rows[4][0]}, "in order of time")
	require.JSONEq(t, `{"how": "电话", "import": "imp1", "on": "2026-02-28", "text": "上门"}`, found["张伟"][7])
	require.JSONEq(t, `{"how": "", "import": "", "on": "", "text": null}`, found[""][7])
	require.Contains(t, rows[len(rows)-1][0], strconv.Itoa(2+events))

	var body map[string]any
	require.NoError(t, json.Unmarshal(r.do(rep1, "GET", at(mine, "/timeline"), nil).Body.Bytes(), &body))
	require.Len(t, body["items"], events, "as JSON they stand beside them")
}
