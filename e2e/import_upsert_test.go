//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"closedloop/testkit"
)

// tried is what the API says of an import, with what a dry run adds.
type tried struct {
	importStatus

	DryRun      bool `json:"dry_run"`
	Updated     int  `json:"updated"`
	WouldOpen   int  `json:"would_open"`
	WouldChange int  `json:"would_change"`
}

func (r tried) counts() []int {
	return []int{r.Opened, r.Updated, r.WouldOpen, r.WouldChange, r.Unchanged, r.Refused}
}

type importRow struct {
	Row     int    `json:"row"`
	Status  string `json:"status"`
	Account *struct {
		ID, Number, Name string
	} `json:"account"`
	Changes []struct {
		Record, Field, Who, Column, From, To string
	} `json:"changes"`
	Problems []importProblem `json:"problems"`
}

// takes sends a sheet with further parameters and waits for the end.
func (w person) takes(t *testing.T, file []byte, query url.Values) tried {
	t.Helper()
	if query == nil {
		query = url.Values{}
	}
	query.Set("filename", "leads.csv")
	var r tried
	w.post(t, "/imports?"+query.Encode(), file, header("Content-Type", "application/octet-stream")).ok(t, &r)
	testkit.Eventually(t, startWithin, func() bool {
		w.get(t, "/imports/"+r.ID).ok(t, &r)
		return r.Status != "running"
	}, "the import ends")
	require.Equal(t, "done", r.Status)
	return r
}

func csvOf(t *testing.T, rows ...[]string) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, csv.NewWriter(&b).WriteAll(rows))
	return b.Bytes()
}

func TestImport_isTriedFirstAndThenDoesWhatItSaid(t *testing.T) {
	t.Parallel()
	p := started(t)
	ops := p.as(t, "ops1")
	file, err := os.ReadFile(sheet("leads-suqian.xlsx"))
	require.NoError(t, err)
	dry := url.Values{"dry_run": {"true"}}
	try := ops.takes(t, file, dry)
	require.Equal(t, []int{0, 0, 15, 0, 0, 5}, try.counts())
	require.Empty(t, all[account](t, ops, "/accounts", nil), "a dry run opens nothing")
	rows := all[importRow](t, ops, "/imports/"+try.ID+"/rows", url.Values{"status": {"would_open"}})
	require.Len(t, rows, 15)
	require.Nil(t, rows[0].Account)
	require.Equal(t, "江苏晨风集团股份有限公司", rows[0].Changes[0].To)
	require.Len(t, all[importRow](t, ops, "/imports/"+try.ID+"/rows", url.Values{"status": {"refused"}}), 5)

	require.Equal(t, []int{15, 0, 0, 0, 0, 5}, ops.takes(t, file, nil).counts())
	require.Equal(t, []int{0, 0, 0, 0, 15, 5}, ops.takes(t, file, dry).counts())
	require.Equal(t, []int{0, 0, 0, 0, 15, 5}, ops.takes(t, file, nil).counts())
	requireFolded(t, p)
}

func TestImport_changesWhatIsThereAndLeavesWhatSomebodyEdited(t *testing.T) {
	t.Parallel()
	p := started(t)
	ops := p.as(t, "ops1")
	head := []string{"单位名称", "片区", "地址", "联系人", "手机", "联系人2", "手机2", "跟进记录", "跟进日期", "跟进人", "收集日期"}
	row := func(address, title, day string) []string {
		return []string{"远帆机械有限公司", "经济开发区", address, "孙丽", "13805240011", title, "13805240012", "上门拜访", "2026-11-03", "张伟", day}
	}
	require.Equal(t, []int{1, 0, 0, 0, 0, 0}, ops.takes(t, csvOf(t, head, row("发展大道1号", "马强", "2026-11-09")), nil).counts())
	a := all[account](t, ops, "/accounts", nil)[0]
	d := desk{ops, a.ID}
	seq := d.read(t).Seq

	try := ops.takes(t, csvOf(t, head, row("发展大道2号", "马强", "2026-11-09")), url.Values{"dry_run": {"true"}})
	require.Equal(t, []int{0, 0, 0, 1, 0, 0}, try.counts())
	change := all[importRow](t, ops, "/imports/"+try.ID+"/rows", nil)[0]
	require.Equal(t, a.ID, change.Account.ID)
	require.Equal(t, "profile address 地址 发展大道1号 → 发展大道2号",
		change.Changes[0].Record+" "+change.Changes[0].Field+" "+change.Changes[0].Column+" "+change.Changes[0].From+" → "+change.Changes[0].To)
	require.Equal(t, "发展大道1号", d.read(t).Profile.Address)
	require.Equal(t, []int{0, 1, 0, 0, 0, 0}, ops.takes(t, csvOf(t, head, row("发展大道2号", "马强", "2026-11-09")), nil).counts())
	require.Equal(t, "发展大道2号", d.read(t).Profile.Address)

	version := d.read(t).Profile.Version
	ops.send(t, http.MethodPatch, "/accounts/"+a.ID, data{"address": "发展大道3号"}, ifMatch(version)).ok(t, nil)
	require.Equal(t, []int{0, 0, 0, 0, 1, 0}, ops.takes(t, csvOf(t, head, row("发展大道2号", "马强", "2026-11-09")), nil).counts(), "the same sheet says nothing new")
	refused := ops.takes(t, csvOf(t, head, row("发展大道4号", "马强", "2026-11-09")), nil)
	require.Equal(t, []int{0, 0, 0, 0, 0, 1}, refused.counts())
	problem := all[importProblem](t, ops, "/imports/"+refused.ID+"/errors", nil)[0]
	require.Equal(t, "edited_since C2", problem.Code+" "+problem.Cell)
	require.Equal(t, "发展大道3号", d.read(t).Profile.Address)
	require.Equal(t, []int{0, 1, 0, 0, 0, 0}, ops.takes(t, csvOf(t, head, row("发展大道4号", "马强", "2099-01-01")), nil).counts(), "a row that is newer than the edit")
	require.Equal(t, "发展大道4号", d.read(t).Profile.Address)
	require.Equal(t, seq, d.read(t).Seq, "no clock has moved")

	interactions := all[struct {
		Result   string `json:"result"`
		Imported *struct {
			On, By string
		} `json:"imported"`
	}](t, ops, "/accounts/"+a.ID+"/interactions", nil)
	require.Len(t, interactions, 1, "the same follow-up comes once")
	require.Equal(t, "上门拜访 2026-11-03 张伟", interactions[0].Result+" "+interactions[0].Imported.On+" "+interactions[0].Imported.By)
	require.Len(t, all[data](t, ops, "/accounts/"+a.ID+"/contacts", nil), 2)
	requireFolded(t, p)
}

func TestImport_givesRefusedRowsBackToBeCorrected(t *testing.T) {
	t.Parallel()
	p := started(t)
	ops := p.as(t, "ops1")
	file, err := os.ReadFile(sheet("leads-suqian.xlsx"))
	require.NoError(t, err)
	first := ops.takes(t, file, nil)
	answer := ops.get(t, "/imports/"+first.ID+"/errors?format=xlsx", in("zh"))
	require.Equal(t, http.StatusOK, answer.status)
	book, err := excelize.OpenReader(bytes.NewReader(answer.body))
	require.NoError(t, err)
	defer func() { require.NoError(t, book.Close()) }()
	rows, err := book.GetRows("客户资料")
	require.NoError(t, err)
	require.Len(t, rows, 6)
	for i, number := range []string{"17", "18", "19", "20", "21"} {
		require.Equal(t, number, rows[i+1][21])
		require.True(t, chinese(rows[i+1][22]))
	}
	for cell, value := range map[string]string{"G4": "刘洋", "I4": "13805249999", "L4": "10", "M4": "20", "A6": "新的公司", "T6": "2026-11-20"} {
		require.NoError(t, book.SetCellStr("客户资料", cell, value))
	}
	var corrected bytes.Buffer
	require.NoError(t, book.Write(&corrected))
	again := ops.takes(t, corrected.Bytes(), nil)
	require.Equal(t, 2, again.Opened, "the two that were corrected; the others: %v", all[importProblem](t, ops, "/imports/"+again.ID+"/errors", nil))
	require.True(t, bytes.HasPrefix(ops.get(t, "/imports/"+first.ID+"/errors?format=csv").body, []byte("\xEF\xBB\xBF")))
	p.as(t, "rep1").get(t, "/imports/"+first.ID+"/errors?format=xlsx").refused(t, http.StatusNotFound, "not_found")
}

func TestImport_remembersWhatForeignHeadersMean(t *testing.T) {
	t.Parallel()
	p := started(t)
	rep, ops := p.as(t, "rep1"), p.as(t, "ops1")
	foreign := func(name, number string) []byte {
		return csvOf(t, []string{"厂商全称", "负责人", "通讯(手机)"}, []string{name, "刘洋", number})
	}
	raw := header("Content-Type", "text/csv")
	rep.post(t, "/imports", foreign("甲乙电子有限公司", "13805240030"), raw).refused(t, http.StatusUnprocessableEntity, "sheet_refused")
	var seen struct {
		Columns []struct{ Header, Field, Guess string } `json:"columns"`
		Missing []string                                `json:"missing"`
	}
	rep.post(t, "/imports/columns", foreign("甲乙电子有限公司", "13805240030"), raw).ok(t, &seen)
	require.Equal(t, "name", seen.Columns[0].Guess)
	require.Equal(t, "mobile", seen.Columns[2].Guess)
	require.NotEmpty(t, seen.Missing)

	said := url.Values{"mapping": {`{"厂商全称":"name","负责人":"contact","通讯(手机)":"mobile"}`}}
	require.Equal(t, []int{1, 0, 0, 0, 0, 0}, rep.takes(t, foreign("甲乙电子有限公司", "13805240030"), said).counts())
	require.Equal(t, []int{1, 0, 0, 0, 0, 0}, rep.takes(t, foreign("丙丁电子有限公司", "13805240031"), nil).counts(), "the next sheet is understood")
	ops.post(t, "/imports", foreign("戊己电子有限公司", "13805240032"), raw).refused(t, http.StatusUnprocessableEntity, "sheet_refused")
	require.Equal(t, []int{1, 0, 0, 0, 0, 0}, ops.takes(t, foreign("戊己电子有限公司", "13805240032"), said).counts())
	p.as(t, "manager1").post(t, "/imports/columns", foreign("x", "13805240033"), raw).ok(t, &seen)
	require.Equal(t, "name", seen.Columns[0].Field, "what sales operations say counts for everybody")

	type mapping struct{ ID, Header, Field, Scope string }
	mine := all[mapping](t, rep, "/imports/mappings", nil)
	require.Len(t, mine, 6)
	for _, m := range mine {
		if m.Scope == "person" {
			rep.send(t, http.MethodDelete, "/imports/mappings/"+m.ID, nil).ok(t, nil)
		} else {
			rep.send(t, http.MethodDelete, "/imports/mappings/"+m.ID, nil).refused(t, http.StatusNotFound, "not_found")
		}
	}
	require.Len(t, all[mapping](t, rep, "/imports/mappings", nil), 3)
	for said, code := range map[string]string{
		`{"厂商全称":"colour"}`: "unknown_field", `{"没有":"name"}`: "unknown_header", `{"负责人":"name","厂商全称":"name"}`: "duplicate_column",
	} {
		answer := rep.post(t, "/imports?mapping="+url.QueryEscape(said), foreign("x", "13805240034"), raw, in("zh"))
		problem := answer.refused(t, http.StatusUnprocessableEntity, "sheet_refused")
		require.Equal(t, []string{code}, problem.codes())
		require.True(t, chinese(problem.Errors[0].Hint))
	}
}
