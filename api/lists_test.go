package api_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/view"
)

func TestAccount_answersWhatAPersonNeedsToAct(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.state.Clocks = []deal.Clock{
		{ID: "step/step", Kind: deal.StepClock, From: noon(), Due: noon().Add(time.Hour), Breached: true, Provisional: true, Rungs: []deal.Rung{
			{Name: deal.Superior, At: noon().Add(2 * time.Hour)},
		}},
	}
	r.state.FollowUp = &deal.FollowUp{ID: "f", At: noon().Add(48 * time.Hour), By: rep1}
	r.state.Late = true
	out := r.do(rep1, "GET", at(mine, ""), nil).ok(200)
	for field, want := range map[string]any{
		"id": string(mine), "number": "KA-2026-0001", "name": "晨风集团", "step": "plan", "status": "active", "cycle": 1.0, "pass": 1.0, "seq": 7.0,
		"grade": "A", "deadline": "2026-03-02T13:00:00Z", "next_follow_up": "2026-03-04T12:00:00Z", "overdue": true,
	} {
		require.Equal(t, want, out[field], field)
	}
	require.Equal(t, []any{"overdue", "late_handover", "provisional_dates"}, out["flags"])
	require.Equal(t, "王芳", out["owner"].(map[string]any)["name"])
	require.Equal(t, "一组", out["team"].(map[string]any)["name"])
	pending := out["pending_approvals"].([]any)[0].(map[string]any)
	require.Equal(t, "1250000.00", pending["amount"])
	require.Equal(t, "CNY", pending["currency"])
	require.Equal(t, "陈静", pending["waiting_for"].([]any)[0].(map[string]any)["name"])
	require.Contains(t, out["allowed_commands"], "advance")
	require.NotContains(t, out["allowed_commands"], "decide-approval")
	require.Contains(t, r.do(manager, "GET", at(mine, ""), nil).ok(200)["allowed_commands"], "decide-approval")
	require.Equal(t, map[string]any{"name": "express", "version": 1.0}, out["playbook"])
}

func TestAccount_withoutOwnerHasEmptyListsAndNoNulls(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.state = deal.State{Account: mine, Seq: 1, Cycle: 1, Step: deal.Collect, Passes: []int{1}, Status: deal.Closed, OpenedBy: deal.System}
	r.profile = deal.Profile{Version: 1, Name: "x"}
	out := r.do(auditor, "GET", at(mine, ""), nil).ok(200)
	require.NotContains(t, out, "owner")
	for _, list := range []string{"flags", "pending_approvals", "allowed_commands"} {
		require.Equal(t, []any{}, out[list], list)
	}
	require.Equal(t, []any{}, out["profile"].(map[string]any)["aliases"])
	require.Nil(t, out["deadline"])
	require.Equal(t, "system", out["opened_by"].(map[string]any)["name"])
}

func TestLists_passTheirFiltersOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	no := false
	for path, want := range map[string]any{
		"/accounts?step=plan&status=active&owner=me&team=t1&grade=A&overdue=false&q=%E6%99%A8%E9%A3%8E&sort=-deadline&limit=7&cursor=abc": view.AccountFilter{
			Step: deal.Plan, Status: deal.Active, Owner: rep1, Team: "t1", Grade: deal.GradeA, Overdue: &no, Query: "晨风", Sort: "-deadline",
			Page: view.Page{Limit: 7, Cursor: "abc"},
		},
		"/accounts": view.AccountFilter{Page: view.Page{Limit: 50}},
		"/tasks?assignee=me&status=open&account=a": view.TaskFilter{Assignee: rep1, Status: deal.TaskOpen, Account: "a", Page: view.Page{Limit: 50}},
		"/tasks": view.TaskFilter{Page: view.Page{Limit: 50}},
		"/approvals?status=pending&kind=proposal&assignee=x&account=a&limit=1": view.ApprovalFilter{
			Status: deal.Pending, Kind: deal.Proposal, Assignee: "x", Account: "a", Page: view.Page{Limit: 1},
		},
		"/notifications?unread=true":                 true,
		"/notifications":                             false,
		"/duplicates?name=%20x%20&phone=13805240011": []any{"x", "", []string{"13805240011"}},
	} {
		r.asked = nil
		out := r.do(rep1, "GET", "/api/v1"+path, nil).ok(200)
		require.Equal(t, []any{want}, r.asked, path)
		require.NotNil(t, out["items"], path)
		require.Contains(t, out, "next_cursor", path)
	}
	require.Equal(t, "next", r.do(rep1, "GET", "/api/v1/accounts", nil).ok(200)["next_cursor"])
}

func TestApprovals_showForWhichGradeAnOverrideIs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := "/api/v1/approvals/" + approval
	require.NotContains(t, r.do(manager, "GET", path, nil).ok(200), "grade", "no other kind is about a grade")
	r.approvals[0].Kind, r.approvals[0].Grade = deal.GradeOverride, deal.GradeD
	require.Equal(t, "D", r.do(manager, "GET", path, nil).ok(200)["grade"])
}

func TestApprovals_showTheirChainAndTexts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.approvals[0].Levels[0].Seats[0] = deal.Seat{
		Holder: manager, By: director, Decision: deal.Reject, At: noon(), Comment: &deal.TextRef{ID: "t2", Hash: "h"}, Alternates: []deal.PersonID{director},
	}
	r.approvals[0].Texts["t2"] = "太贵"
	out := r.do(rep1, "GET", "/api/v1/approvals/"+approval, nil).ok(200)
	require.Equal(t, "请批准", out["text"])
	require.Equal(t, "晨风集团", out["account"].(map[string]any)["name"])
	seat := out["levels"].([]any)[0].(map[string]any)["seats"].([]any)[0].(map[string]any)
	require.Equal(t, "太贵", seat["comment"])
	require.Equal(t, "周杰", seat["by"].(map[string]any)["name"])
	require.Equal(t, "陈静", seat["holder"].(map[string]any)["name"])
	r.do(rep2, "GET", "/api/v1/approvals/"+approval, nil).problem(404, "not_found")
	r.do(rep2, "POST", "/api/v1/approvals/"+approval+"/decision", `{"decision":"approve","version":2}`).problem(404, "not_found")
	require.Empty(t, r.sent)
}

func TestTasksAndNotices_speakTheReadersLanguage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.notices = []view.NoticeItem{{
		NoticeRow: deal.NoticeRow{Notice: deal.Notice{To: rep1, Kind: "step_superior"}, ID: "n1", Seq: 3, At: noon()}, Account: mine, AccountName: "晨风集团",
	}}
	for lang, want := range map[string][2]string{
		"zh": {"晨风集团:期限已过,请过问", "晨风集团:步骤期限已超期,提请上级处理"},
		"en": {"晨风集团: a deadline was missed, please look into it", "晨风集团: the deadline of the step is over and comes to the line above"},
	} {
		r.lang = lang
		require.Equal(t, want[0], r.do(manager, "GET", "/api/v1/tasks", nil).ok(200)["items"].([]any)[0].(map[string]any)["text"])
		require.Equal(t, want[1], r.do(rep1, "GET", "/api/v1/notifications", nil).ok(200)["items"].([]any)[0].(map[string]any)["text"])
	}
}

func TestTasksAndNotices_ofPersonsHaveNoAccountAndSayWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.lang = "zh"
	wanted := deal.NewPersonTask(deal.QuotaReasonTask, manager, "quota/1", noon(), "王芳", "3", "2026-03-04")
	r.tasks = []view.TaskItem{{Task: wanted.Task, Args: wanted.Args, ReasonWanted: true}}
	told := deal.NewPersonNotice(deal.BulletinNotice, manager, "bulletin/1", noon(), "一组", "2026-03-04")
	r.notices = []view.NoticeItem{{NoticeRow: deal.NoticeRow{Notice: told.Notice, ID: told.ID, At: told.At}, Args: told.Args}}

	item := r.do(manager, "GET", "/api/v1/tasks", nil).ok(200)["items"].([]any)[0].(map[string]any)
	require.Equal(t, "王芳 已连续 3 个工作日没有线索(至 2026-03-04),请说明原因", item["text"])
	require.NotContains(t, item, "account")
	require.Equal(t, true, item["reason_wanted"])
	item = r.do(manager, "GET", "/api/v1/notifications", nil).ok(200)["items"].([]any)[0].(map[string]any)
	require.Equal(t, "一组 2026-03-04 线索日报已发布", item["text"])
	require.NotContains(t, item, "account")

	path := "/api/v1/tasks/" + wanted.ID + "/done"
	r.do(manager, "POST", path, nil).problem(422, "reason_missing")
	r.do(manager, "POST", path, `{"reason":"  "}`).problem(422, "reason_missing")
	r.do(rep1, "POST", path, `{"reason":"x"}`).problem(404, "not_found")
	out := r.do(manager, "POST", path, `{"reason":"培训"}`, key("k")).ok(200)
	require.Equal(t, "培训", out["task"].(map[string]any)["reason"])
	require.Equal(t, out, r.do(manager, "POST", path, `{"reason":"培训"}`, key("k")).ok(200), "the first answer again")
	r.do(manager, "POST", path, `{"reason":"培训"}`, key("another")).problem(409, "task_done")
	require.Empty(t, r.sent, "no account was asked")
}

func TestTaskDone_keepsNoReasonWithAnAccount(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(manager, "POST", "/api/v1/tasks/"+task+"/done", `{"reason":"why not"}`).problem(422, "invalid_request")
	require.Empty(t, r.sent)
}

func TestNotices_areReadByNameOrAll(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.InDelta(t, 2, r.do(rep1, "POST", "/api/v1/notifications/read", `{"ids":["a","b"]}`).ok(200)["read"], 0)
	r.do(rep1, "POST", "/api/v1/notifications/read", `{"all":true}`).ok(200)
	for _, body := range []string{`{}`, `{"ids":["a"],"all":true}`, `{"ids":[]}`} {
		r.do(rep1, "POST", "/api/v1/notifications/read", body).problem(422, "invalid_request")
	}
}

func TestUpcoming_listsWhatWillHappen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.state.Clocks = []deal.Clock{
		{ID: "step/step", Kind: deal.StepClock, From: noon(), Due: noon().Add(time.Hour), Rungs: []deal.Rung{
			{Name: deal.Remind, At: noon().Add(time.Minute)}, {Name: deal.Superior, At: noon().Add(2 * time.Hour)},
		}},
		{ID: "follow_up", Kind: deal.FollowUpClock, From: noon(), Due: noon().Add(time.Hour), Rungs: []deal.Rung{{Name: deal.Remind, At: noon().Add(time.Hour)}}},
	}
	items := r.do(rep1, "GET", at(mine, "/upcoming"), nil).ok(200)["items"].([]any)
	require.Len(t, items, 3)
	first := items[0].(map[string]any)
	require.Equal(t, "2026-03-02T12:01:00Z", first["at"])
	require.Equal(t, "remind", first["rung"])
	require.Equal(t, "王芳", first["to"].([]any)[0].(map[string]any)["name"])
	require.NotEmpty(t, first["text"])
	require.Len(t, r.do(rep1, "GET", at(mine, "/upcoming?limit=1"), nil).ok(200)["items"], 1)

	require.Len(t, r.do(rep1, "GET", "/api/v1/me/upcoming", nil).ok(200)["items"], 2, "the superior's rung is not the rep's")
	up := r.do(manager, "GET", "/api/v1/me/upcoming", nil).ok(200)["items"].([]any)
	require.Len(t, up, 1)
	require.Equal(t, "superior", up[0].(map[string]any)["rung"])
}

func TestMyUpcoming_tellsWhatBelongsToNoAccountAndWhatChangesHands(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.state.Clocks = nil
	r.state.Tasks = []deal.Task{{ID: task, Kind: deal.FollowUpTask, Assignee: rep1, Ref: "follow_up", Due: noon(), Status: deal.TaskOpen}}
	begins, ends := noon().Add(24*time.Hour), noon().Add(72*time.Hour)
	r.org.Delegations = []deal.Delegation{{ID: "d1", From: rep1, To: rep2, Since: begins, Until: ends}}
	r.org.Leaves = []deal.Leave{{ID: "l1", Person: rep1, Since: noon().Add(-time.Hour), Until: ends, Deputy: rep2}}
	r.ahead = []view.Ahead{
		{
			At: begins, Kind: view.TaskAhead, Ref: "task/" + task, Rung: deal.Urge, Due: noon(), To: []deal.PersonID{rep1}, Notice: deal.TaskUrgeNotice,
			Args: []string{"王芳", string(deal.QuotaReasonTask), "赵敏", "3", "2026-02-27"},
		},
		{At: ends, Kind: view.ReviewAhead, Ref: "review/r1", Rung: deal.Remind, To: []deal.PersonID{director}, Notice: deal.ReviewRemindNotice, Args: []string{"一组", "2026-02"}},
	}
	lines := func(who deal.PersonID, path, lang string) (all []string) {
		for _, item := range r.do(who, "GET", path, nil, header{"Accept-Language", lang}).ok(200)["items"].([]any) {
			i := item.(map[string]any)
			all = append(all, i["at"].(string)+" "+i["kind"].(string)+" "+i["rung"].(string)+": "+i["text"].(string))
		}
		return all
	}
	hands := lines(rep1, at(mine, "/upcoming"), "en")
	require.Len(t, hands, 2, "an account's list has what is the account's")
	require.Equal(t, []string{
		"2026-03-03T12:00:00Z delegation begin: 李强 begins to stand in for 王芳, and sees to what waits for them",
		"2026-03-03T12:00:00Z task urge: overdue, please see to it: 赵敏 has brought no lead on 3 working days in a row (until 2026-02-27): please state why",
		"2026-03-05T12:00:00Z delegation end: 李强 stands in for 王芳 no more; what still waits goes back",
		"2026-03-05T12:00:00Z leave end: the leave of 王芳 ends",
		hands[1],
	}, lines(rep1, "/api/v1/me/upcoming", "en"))
	require.Equal(t, []string{
		"2026-03-03T12:00:00Z delegation begin: 李强 开始代理 王芳,其待办转交 李强",
		lines(rep1, at(mine, "/upcoming"), "zh")[0],
		"2026-03-05T12:00:00Z delegation end: 李强 不再代理 王芳,尚未办结的待办归还 王芳",
	}, lines(rep2, "/api/v1/me/upcoming", "zh"))
	require.Equal(t, []string{"2026-03-05T12:00:00Z review remind: 一组 2026-02 的月度评审即将到期,请签字"}, lines(director, "/api/v1/me/upcoming", "zh"))
	require.Contains(t, hands[0], "hands taken_over: ")
}

func TestTimeline_retellsWithTextsAndNames(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.log = view.Events{
		Items: []deal.Event{
			{Account: mine, Seq: 1, Cycle: 1, Step: deal.Collect, Kind: deal.OpenedKind, Body: deal.Opened{
				Number: "KA-2026-0001", Draft: &deal.TextRef{ID: "d", Hash: "h"}, Clocks: []deal.Clock{{ID: "step/step"}},
			}, Actor: collector, At: noon()},
			{Account: mine, Seq: 2, Cycle: 1, Step: deal.Plan, Kind: deal.AssignedKind, Body: deal.Assigned{
				Owner: rep1, Previous: rep2, Reason: &deal.TextRef{ID: "t1", Hash: "h"},
			}, Actor: manager, At: noon()},
			{Account: mine, Seq: 3, Cycle: 1, Step: deal.Plan, Kind: deal.PausedKind, Body: deal.PausedBody{
				Reason: &deal.TextRef{ID: "erased", Hash: "h"}, ResumeOn: "2026-04-01",
			}, Actor: deal.System, At: noon()},
		},
		Texts: map[string]string{"t1": "搬家"}, Next: "more",
	}
	r.lang = "zh"
	out := r.do(rep1, "GET", at(mine, "/timeline"), nil).ok(200)
	items := out["items"].([]any)
	require.Equal(t, "more", out["next_cursor"])
	opened := items[0].(map[string]any)
	require.Equal(t, "建立客户线索", opened["text"])
	require.Equal(t, "赵敏", opened["actor"].(map[string]any)["name"])
	require.NotContains(t, opened["data"], "clocks")
	require.NotContains(t, opened["data"], "draft")
	require.Equal(t, "搬家", items[1].(map[string]any)["data"].(map[string]any)["reason"])
	require.Contains(t, items[2].(map[string]any)["data"], "reason")
	require.Nil(t, items[2].(map[string]any)["data"].(map[string]any)["reason"], "an erased text is null")
	require.Len(t, out["people"], 2)
	r.do(rep2, "GET", at(mine, "/timeline"), nil).problem(404, "not_found")
}

func TestVerify_findsAChangedEvent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	log, err := deal.Seal("", []deal.Event{
		{Account: mine, Seq: 1, Cycle: 1, Step: deal.Collect, Kind: deal.OpenedKind, Version: 1, Body: deal.Opened{Number: "x"}, At: noon()},
		{Account: mine, Seq: 2, Cycle: 1, Step: deal.Collect, Kind: deal.GradedKind, Version: 1, Body: deal.Graded{Grade: deal.GradeA}, At: noon()},
	})
	require.NoError(t, err)
	r.whole = log
	out := r.do(rep1, "GET", at(mine, "/verify"), nil).ok(200)
	require.Equal(t, true, out["ok"])
	require.InDelta(t, 2, out["events"], 0)
	require.Equal(t, log[1].Hash, out["head"])
	require.NotContains(t, out, "break")
	r.whole[1].Body = deal.Graded{Grade: deal.GradeB}
	out = r.do(rep1, "GET", at(mine, "/verify"), nil).ok(200)
	require.Equal(t, false, out["ok"])
	require.Equal(t, map[string]any{"seq": 2.0, "reason": "changed"}, out["break"])
}

func upload(t *testing.T, field, name, content string) ([]byte, header) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(field, name)
	require.NoError(t, err)
	_, err = part.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes(), header{"Content-Type", w.FormDataContentType()}
}

func TestImports_takeASheetOncePerKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body, kind := upload(t, "file", `C:\leads\线索.csv`, "名称\n晨风")
	a := r.do(rep1, "POST", "/api/v1/imports", body, kind, key("k"))
	out := a.ok(202)
	require.Equal(t, "running", out["status"])
	require.Equal(t, "/api/v1/imports/"+out["id"].(string), a.Header().Get("Location"))
	require.Equal(t, "线索.csv", r.imports[0].filename)
	require.Equal(t, "名称\n晨风", string(r.imports[0].content))

	body, kind = upload(t, "file", "线索.csv", "名称\n晨风") // another boundary, the same sheet
	require.Equal(t, out, r.do(rep1, "POST", "/api/v1/imports", body, kind, key("k")).ok(202))
	require.Len(t, r.imports, 1)
	body, kind = upload(t, "file", "线索.csv", "名称\n别家")
	r.do(rep1, "POST", "/api/v1/imports", body, kind, key("k")).problem(422, "key_reused")

	r.do(manager, "POST", "/api/v1/imports?filename=raw.xlsx", "PK\x03\x04…", header{"Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}).ok(202)
	require.Equal(t, "raw.xlsx", r.imports[1].filename)
}

func TestImports_refuseWhatIsNoSheet(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Limits.UploadBytes = 1 << 20 })
	csv := header{"Content-Type", "text/csv"}
	noFile, form := upload(t, "attachment", "a.csv", "x")
	half, halfForm := upload(t, "file", "a.csv", strings.Repeat("x", 100))
	for name, c := range map[string]struct {
		body    any
		headers []header
		status  int
		code    string
		item    string
	}{
		"a PDF":             {"%PDF-1.7", []header{csv}, 415, "not_a_sheet", "not_a_sheet"},
		"an old workbook":   {"\xd0\xcf\x11\xe0\x00\x00", []header{csv}, 415, "not_a_sheet", "not_a_sheet"},
		"nothing":           {"", []header{csv}, 422, "invalid_request", "sheet_missing"},
		"no field file":     {noFile, []header{form}, 422, "invalid_request", "sheet_missing"},
		"half an upload":    {half[:len(half)-90], []header{halfForm}, 422, "invalid_request", "bad_upload"},
		"no multipart":      {"x", []header{{"Content-Type", "multipart/form-data; boundary=b"}}, 422, "invalid_request", "sheet_missing"},
		"more than allowed": {strings.Repeat("x", 1<<20+1), []header{csv}, 413, "body_too_large", ""},
	} {
		p := r.do(rep1, "POST", "/api/v1/imports", c.body, c.headers...).problem(c.status, c.code)
		if c.item != "" {
			require.Equal(t, c.item, p.Errors[0].Code, name)
		}
	}
	r.do(collector, "POST", "/api/v1/imports", "a", csv).problem(403, "not_your_role")
	require.Empty(t, r.imports)

	r.importErr = fmt.Errorf("read sheet: %w", &api.SheetError{
		Code: "zip_bomb", Text: deal.Text{ZH: "压缩包过大", EN: "the archive unpacks to too much"}, Hint: deal.Text{ZH: "另存", EN: "save it anew"},
	})
	p := r.do(rep1, "POST", "/api/v1/imports", "PK\x03\x04", csv).problem(422, "sheet_refused")
	require.Equal(t, "zip_bomb", p.Errors[0].Code)
	require.Equal(t, "the archive unpacks to too much", p.Errors[0].Detail)
	require.Equal(t, "save it anew", p.Errors[0].Hint)
}

func TestImports_areBoundedAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Limits.Uploads = 1 })
	busy := &slowSheet{begun: make(chan struct{}), goOn: make(chan struct{})}
	done := make(chan answer)
	go func() {
		done <- r.doReader(rep1, "/api/v1/imports", busy)
	}()
	<-busy.begun
	r.do(rep1, "POST", "/api/v1/imports", "a,b", header{"Content-Type", "text/csv"}).problem(429, "busy")
	close(busy.goOn)
	(<-done).ok(202)
}

func TestImports_tellHowFarTheyAreAndWhatWasRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.imp.Total, r.imp.Refused = 20, 2
	r.imp.Problems = []view.ImportProblem{
		{Row: 17, Column: "电话", Cell: "D17", Code: "bad_phone", Value: "123", Text: deal.Text{ZH: "电话不对", EN: "bad phone"}},
		{Row: 18, Column: "名称", Cell: "A18", Code: "no_name", Text: deal.Text{ZH: "没有名称", EN: "no name"}},
	}
	require.InDelta(t, 2, r.do(rep1, "GET", "/api/v1/imports/imp1", nil).ok(200)["refused"], 0)
	out := r.do(rep1, "GET", "/api/v1/imports/imp1/errors?limit=1", nil).ok(200)
	require.Equal(t, map[string]any{"row": 17.0, "column": "电话", "cell": "D17", "code": "bad_phone", "value": "123", "text": "bad phone"}, out["items"].([]any)[0])
	out = r.do(rep1, "GET", "/api/v1/imports/imp1/errors?limit=1&cursor="+out["next_cursor"].(string), nil).ok(200)
	require.InDelta(t, 18, out["items"].([]any)[0].(map[string]any)["row"], 0)
	require.Empty(t, out["next_cursor"])
	r.do(rep1, "GET", "/api/v1/imports/imp1/errors?cursor=eA", nil).problem(422, "invalid_request")
	r.do(rep2, "GET", "/api/v1/imports/imp1", nil).problem(404, "not_found")
}

func TestDuplicates_sayWhoToAskAndNoMore(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.doubles = []view.Duplicate{{Account: foreign, Owner: rep2, Team: team, Reason: "name"}, {Account: mine, Team: team, Reason: "phone"}}
	items := r.do(collector, "GET", "/api/v1/duplicates?name=x", nil).ok(200)["items"].([]any)
	one := items[0].(map[string]any)
	require.Equal(t, "李强", one["ask"].(map[string]any)["name"])
	require.Len(t, one, 5, "no detail of the account")
	require.Equal(t, "陈静", items[1].(map[string]any)["ask"].(map[string]any)["name"], "the lead of the team where nobody owns it")
	r.do(rep1, "GET", "/api/v1/duplicates", nil).problem(422, "invalid_request")
	r.do(rep1, "GET", "/api/v1/duplicates?phone=12", nil).problem(422, "invalid_request")
}

func TestOrganisation_isReadByEverybodyInPages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var logins []string
	cursor := ""
	for {
		out := r.do(collector, "GET", "/api/v1/users?limit=3&cursor="+cursor, nil).ok(200)
		for _, u := range out["items"].([]any) {
			logins = append(logins, u.(map[string]any)["login"].(string))
		}
		if cursor = out["next_cursor"].(string); cursor == "" {
			break
		}
	}
	require.Equal(t, []string{"rep1", "rep2", "collector1", "manager1", "director1", "ops1", "admin1", "gone1", "auditor1"}, logins)
	require.Len(t, r.do(rep1, "GET", "/api/v1/users?role=rep&active=true", nil).ok(200)["items"], 2)
	require.Len(t, r.do(rep1, "GET", "/api/v1/users?q=%E9%99%88", nil).ok(200)["items"], 1)
	teams := r.do(rep1, "GET", "/api/v1/teams", nil).ok(200)["items"].([]any)
	require.Equal(t, "陈静", teams[0].(map[string]any)["lead"].(map[string]any)["name"])
}

func TestPlaybooks_areDescribed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.Len(t, r.do(rep1, "GET", "/api/v1/playbooks", nil).ok(200)["items"], 1)
	require.Equal(t, "express", r.do(rep1, "GET", "/api/v1/playbooks/express?version=1", nil).ok(200)["name"])
	r.do(rep1, "GET", "/api/v1/playbooks/none", nil).problem(404, "not_found")
}

func TestInteractions_comeWithTheirTexts(t *testing.T) {
	t.Parallel()
	item := newRig(t).do(rep1, "GET", at(mine, "/interactions"), nil).ok(200)["items"].([]any)[0].(map[string]any)
	require.Equal(t, "约好", item["result"])
	require.Equal(t, "王芳", item["by"].(map[string]any)["name"])
	require.Equal(t, []any{}, item["with"])
}

func TestHealth_needsNoLogin(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, path := range []string{"/livez", "/readyz", "/healthz"} {
		require.Equal(t, "ok", r.do("", "GET", path, nil).ok(200)["status"])
	}
	require.Equal(t, "test", r.do("", "GET", "/version", nil).ok(200)["version"])
	r.unready["database"] = fmt.Errorf("connect to 10.0.0.1 failed")
	r.unready["engine"] = nil
	for _, path := range []string{"/readyz", "/healthz"} {
		a := r.do("", "GET", path, nil)
		p := a.problem(503, "not_ready")
		require.Len(t, p.Errors, 1)
		require.Equal(t, "database", p.Errors[0].Pointer)
		require.NotContains(t, a.Body.String(), "10.0.0.1")
		require.NotEmpty(t, a.Header().Get("Retry-After"))
	}
	r.do("", "GET", "/livez", nil).ok(200)
}

func TestMoney_isExact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount, currency string
		minor            int64
		shown            string
	}{
		{"1250000.00", "CNY", 125000000, "1250000.00"},
		{"0.1", "CNY", 10, "0.10"},
		{"7", "", 700, "7.00"},
		{"007", "CNY", 700, "7.00"},
		{"1000", "JPY", 1000, "1000"},
		{"999999999999999.99", "USD", 99999999999999999, "999999999999999.99"},
	} {
		minor, unit, err := api.ParseAmount(c.amount, c.currency)
		require.NoError(t, err)
		require.Equal(t, c.minor, minor)
		require.Equal(t, c.shown, api.FormatMoney(minor, unit))
	}
	require.Equal(t, "-0.05", api.FormatMoney(-5, "CNY"))
	require.Empty(t, api.FormatMoney(5, ""))
}
