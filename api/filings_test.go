package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

func (w *world) SimilarFilings(_ context.Context, v view.Viewer, id deal.AccountID, today string) ([]view.SimilarFiling, error) {
	w.asked = append(w.asked, today)
	return w.alike, w.find(v, id)
}

// onFile puts a document on file as an approval left it.
func (r *rig) onFile(record dossier.Record, id string, version int64) {
	body, err := dossier.Encode(record)
	if err != nil {
		panic(err) // a record of this file
	}
	r.files.now = append(r.files.now, deal.Document{Kind: string(record.Kind()), ID: id, Version: version, Body: body, UpdatedBy: rep1})
}

// filed is a filing as its approval made it.
func filed() dossier.Filing {
	f := dossier.DefaultRules().File("KA-2026-0001-F1", "样品专线", "全省", rep1, "2026-03-01")
	f.Arbitration = &dossier.Arbitrated{On: "2026-03-01", Arbiter: ops, Result: dossier.FilingGranted}
	return f
}

func TestRecords_keepWhatOnlyApprovalsWrite(t *testing.T) {
	t.Parallel()
	rules := dossier.DefaultRules()
	credit := dossier.Credit{Colour: dossier.Blue, Since: "2026-01-05", Reason: "small"}
	for name, c := range map[string]struct {
		before dossier.Record
		path   string
		body   string
		want   []string // pointers of what is refused; empty: kept
	}{
		"a colour of one's own":        {nil, "/credit", `{"colour":"green","since":"2026-03-01","reason":"pays"}`, []string{"/colour", "/since"}},
		"a colour instead of another":  {credit, "/credit", `{"colour":"green","reason":"pays"}`, []string{"/colour"}},
		"a colour taken away":          {credit, "/credit", `{"reason":"pays"}`, nil},
		"the colour as it is":          {credit, "/credit", `{"colour":"blue","since":"2026-01-05","reason":"pays"}`, nil},
		"a limit of one's own":         {credit, "/credit", `{"reason":"x","change":{"to":"green","reason":"grown","due_on":"2026-09-01"}}`, []string{"/change/due_on"}},
		"a day of one's own":           {credit, "/credit", `{"reason":"x","change":{"to":"green","reason":"grown","asked_on":"2026-02-01"}}`, []string{"/change/asked_on"}},
		"a filing that files itself":   {nil, "/filings", `{"number":"F-9","project":"x","filed_on":"2026-03-01","valid_until":"2027-03-01"}`, []string{"/number", "/filed_on", "/valid_until"}},
		"a longer protection":          {filed(), "/filings/f1", `{"project":"样品专线","scope":"全省","valid_until":"2027-03-01"}`, []string{"/valid_until"}},
		"a renewal of one's own":       {filed(), "/filings/f1", `{"project":"样品专线","scope":"全省","renewals":[{"on":"2026-03-01","progress":"x","until":"2027-03-01"}]}`, []string{"/renewals"}},
		"an arbitration of one's own":  {filed(), "/filings/f1", `{"project":"样品专线","scope":"全省","arbitration":{"on":"2026-03-01","arbiter":"` + string(ops) + `","result":"lost"}}`, []string{"/arbitration"}},
		"a release of one's own":       {filed(), "/filings/f1", `{"project":"样品专线","scope":"全省","released_on":"2026-03-01","cause":"arbitration"}`, []string{"/released_on", "/cause"}},
		"another project":              {filed(), "/filings/f1", `{"project":"冷链专线","scope":"全国"}`, []string{"/project", "/scope"}},
		"the filing as it is":          {filed(), "/filings/f1", `{"project":"样品专线","scope":"全省"}`, nil},
		"a veto that is not hit again": {dossier.Veto{Item: "bad_payer", Hit: true, On: "2026-03-01", Evidence: "court"}, "/vetoes/v1", `{"item":"bad_payer","hit":false,"on":"2026-03-01"}`, []string{"/hit"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			method, version := "PUT", `"0"`
			if c.before != nil {
				id := map[dossier.Kind]string{dossier.CreditKind: "sole", dossier.FilingKind: "f1", dossier.VetoKind: "v1"}[c.before.Kind()]
				r.onFile(c.before, id, 1)
				version = `"1"`
			} else if c.path == "/filings" {
				method = "POST"
			}
			out := r.do(rep1, method, at(mine, c.path), c.body, match(version))
			if len(c.want) == 0 {
				out.ok(200)
				after, err := dossier.Load(c.before.Kind(), r.files.now[0].Body)
				require.NoError(t, err)
				kept, no := rules.Protect(c.before, after, "2026-03-02")
				require.Empty(t, no)
				require.Equal(t, after, kept)
				return
			}
			p := out.problem(422, "invalid_request")
			var pointers []string
			for _, e := range p.Errors {
				pointers = append(pointers, e.Pointer)
				require.Equal(t, "set_by_approval", e.Code)
				require.NotEmpty(t, e.Hint, "what would help")
			}
			require.Equal(t, c.want, pointers)
		})
	}
}

func TestCreditChange_isAskedForWithALimitOfTenCalendarDays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	out := r.do(rep1, "PUT", at(mine, "/credit"), `{"change":{"to":"green","reason":"grown"}}`, match(`"0"`)).ok(200)
	require.Equal(t, map[string]any{"to": "green", "reason": "grown", "asked_on": "2026-03-02", "due_on": "2026-03-12"}, content(out)["change"])
	r.now = r.now.AddDate(0, 0, 3)
	out = r.do(rep1, "PUT", at(mine, "/credit"), `{"change":{"to":"blue","reason":"grown"}}`, match(`"1"`)).ok(200)
	require.Equal(t, "2026-03-12", content(out)["change"].(map[string]any)["due_on"], "another wish gives no more time")
}

func TestRecords_thatAnApprovalMadeOrMustLiftStayOnFile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.onFile(filed(), "f1", 1)
	r.onFile(dossier.Filing{Project: "draft"}, "f2", 1)
	r.onFile(dossier.Veto{Item: "bad_payer", Hit: true, On: "2026-03-01", Evidence: "court"}, "v1", 1)
	p := r.do(rep1, "DELETE", at(mine, "/filings/f1"), nil, match(`"1"`), header{"Accept-Language", "en"}).problem(409, "set_by_approval")
	require.Contains(t, p.Errors[0].Hint, "filing")
	p = r.do(rep1, "DELETE", at(mine, "/vetoes/v1"), nil, match(`"1"`), header{"Accept-Language", "zh"}).problem(409, "set_by_approval")
	require.Contains(t, p.Errors[0].Hint, "veto_lift")
	require.Equal(t, 204, r.do(rep1, "DELETE", at(mine, "/filings/f2"), nil, match(`"1"`)).Code)
	r.do(auditor, "DELETE", at(mine, "/filings/f1"), nil, match(`"1"`)).problem(403, "not_your_role")
	r.do(rep1, "DELETE", at(mine, "/filings/f9"), nil, match(`"1"`)).problem(404, "not_found")
}

// pendingAbout is a request about a record in version 1.
func pendingAbout(kind deal.ApprovalKind, record string) deal.Approval {
	a := pendingProposal()
	a.Kind, a.Subject = kind, deal.Subject{Type: deal.RecordSubject, ID: record, Version: 1}
	return a
}

func TestRecords_whenEditedVoidTheRequestsAboutThem(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.onFile(dossier.Proposal{Solution: "line haul"}, "cycle-1", 1)
	r.files.now[0].Cycle = 1
	r.onFile(dossier.Filing{Project: "draft"}, "f1", 1)
	r.state.Approvals = []deal.Approval{pendingAbout(deal.Proposal, "proposal/cycle-1"), pendingAbout(deal.Filing, "filing/f1"), pendingProposal()}
	r.state.Approvals[1].ID = "second"

	r.do(rep1, "PUT", at(mine, "/proposal"), `{"solution":"air"}`, match(`"1"`)).ok(200)
	require.Len(t, r.sent, 1)
	require.Equal(t, deal.VoidApproval{Approval: approval}, r.sent[0].Body)
	require.Equal(t, deal.System, r.sent[0].Actor)

	require.Equal(t, 204, r.do(rep1, "DELETE", at(mine, "/filings/f1"), nil, match(`"1"`)).Code)
	require.Len(t, r.sent, 2)
	require.Equal(t, deal.VoidApproval{Approval: "second"}, r.sent[1].Body, "also when it is taken off the file")
	require.NotEqual(t, r.sent[0].Key, r.sent[1].Key)
}

func TestApproval_ofAFilingShowsSimilarOnes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.alike = []view.SimilarFiling{{
		Account: foreign, Number: "KA-2026-0007", Name: "晨***", Owner: rep2, Team: team, Project: "样品专线", ValidUntil: "2026-05-30", Score: 8_750,
	}}
	path := "/api/v1/approvals/" + approval
	require.NotContains(t, r.do(manager, "GET", path, nil).ok(200), "similar_filings", "a proposal is like no filing")
	r.approvals[0].Kind = deal.Filing
	out := r.do(manager, "GET", path, nil).ok(200)
	require.Equal(t, []any{map[string]any{
		"account": map[string]any{"id": string(foreign), "number": "KA-2026-0007", "name": "晨***"}, "team": "一组", "project": "样品专线",
		"owner": out["similar_filings"].([]any)[0].(map[string]any)["owner"], "valid_until": "2026-05-30", "similarity": 87.0,
	}}, out["similar_filings"])
	require.Equal(t, "李强", out["similar_filings"].([]any)[0].(map[string]any)["owner"].(map[string]any)["name"])
	require.Contains(t, r.asked, "2026-03-02", "as of today, where the organisation works")
	require.NotContains(t, r.do(manager, "GET", "/api/v1/approvals", nil).ok(200)["items"].([]any)[0], "similar_filings")
	require.Contains(t, r.do(ops, "GET", path, nil).ok(200), "similar_filings", "who arbitrates")
	require.NotContains(t, r.do(rep1, "GET", path, nil).ok(200), "similar_filings", "who asks is not told what others have filed")
}

func TestFilingConflict_saysWhoHoldsTheProjectAndHowToGoOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = func(deal.Command) (deal.Receipt, error) {
		return deal.Receipt{Answer: deal.RefusedAnswer(deal.Refusals{{
			Code: deal.CodeFilingConflict, Args: []string{string(rep2), "一组"}, Link: "filings/f1/arbitration",
		}})}, nil
	}
	path := "/api/v1/approvals/" + approval + "/decision"
	p := r.do(manager, "POST", path, `{"decision":"approve","version":2}`, header{"Accept-Language", "zh"}).problem(409, "filing_conflict")
	require.Equal(t, "该客户的同一项目已有有效备案,负责人:李强(一组)", p.Errors[0].Detail)
	require.Contains(t, p.Errors[0].Hint, "仲裁")
	require.Equal(t, at(mine, "/filings/f1/arbitration"), p.Errors[0].Href)
	p = r.do(manager, "POST", path, `{"decision":"approve","version":2}`, header{"Accept-Language", "en"}, key("k2")).problem(409, "filing_conflict")
	require.Equal(t, "another account of this customer holds the project, owner: 李强 (一组)", p.Errors[0].Detail)
}

func TestDuplicates_showSimilarNames(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.doubles = []view.Duplicate{
		{Account: mine, Owner: rep1, Team: team, Reason: "name", Score: 10_000},
		{Account: foreign, Team: team, Reason: "similar_name", Score: 6_420},
	}
	items := r.do(rep2, "GET", "/api/v1/duplicates?name=x", nil).ok(200)["items"].([]any)
	require.Len(t, items, 2)
	second := items[1].(map[string]any)
	require.Equal(t, []any{"similar_name", 64.0, "陈静"}, []any{second["reason"], second["similarity"], second["ask"].(map[string]any)["name"]})
	for field := range second {
		require.Contains(t, []string{"account", "ask", "team", "reason", "similarity"}, field, "never details")
	}
}
