package api_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

func (w *world) SupportRequests(_ context.Context, v view.Viewer, f view.SupportFilter) ([]view.SupportItem, string, error) {
	w.asked = append(w.asked, f)
	var seen []view.SupportItem
	for _, i := range w.supports {
		if i.Visible = w.sees(v); i.Visible || slices.Contains(i.Asked, v.Person.ID) {
			seen = append(seen, i)
		}
	}
	return seen, "", w.failing
}

func (w *world) SupportRequest(ctx context.Context, v view.Viewer, id deal.AccountID, record string, _ time.Time) (view.SupportItem, error) {
	items, _, err := w.SupportRequests(ctx, v, view.SupportFilter{})
	for _, i := range items {
		if i.Account == id && i.Document.ID == record {
			return i, nil
		}
	}
	if err == nil {
		err = deal.ErrNotFound
	}
	return view.SupportItem{}, err
}

func (w *world) AnswerSupport(_ context.Context, v view.Viewer, _ deal.AccountID, d deal.Document) (deal.Document, error) {
	for n, i := range w.supports {
		if i.Document.ID == d.ID {
			if i.Document.Version != d.Version {
				return i.Document, deal.ErrStale
			}
			d.Version, d.UpdatedBy = d.Version+1, v.Person.ID
			w.supports[n].Document, w.supports[n].Status = d, view.SupportAnswered
			return d, nil
		}
	}
	return d, deal.ErrNotFound
}

// wanting is a request to the support centre about which somebody of another team was asked.
func (r *rig) wanting(record dossier.SupportRequest) {
	body, err := dossier.Encode(record)
	require.NoError(r.t, err)
	request := pendingAbout(deal.SupportRequest, "support_request/s1")
	request.Status = deal.Approved
	request.Levels[0].Seats[0] = deal.Seat{Holder: manager, Decision: deal.Approve, By: manager, At: noon(), Comment: &deal.TextRef{ID: "t1"}}
	r.supports = []view.SupportItem{{
		Account: mine, AccountNumber: "KA-2026-0001", AccountName: "晨风集团", Status: view.SupportOpen, Target: noon().Add(time.Hour), Late: true,
		Document: deal.Document{Kind: "support_request", ID: "s1", Version: 2, Body: body, CreatedAt: noon()}, Asked: []deal.PersonID{rep2},
		Request: &view.ApprovalItem{Approval: request, Texts: map[string]string{"t1": "值得支持"}},
	}}
}

func accepted() dossier.SupportRequest {
	return dossier.SupportRequest{Centre: dossier.FinanceCentre, Wanted: "60 天账期", Why: "对手给", AcceptedAt: dossier.InstantOf(noon())}
}

func TestSupportCentre_seesTheRequestAndTheNameOfAnAccountOutsideItsScope(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wanting(accepted())
	r.do(rep2, "GET", at(mine, ""), nil).problem(404, "not_found")
	r.do(rep2, "GET", at(mine, "/support-requests/s1"), nil).problem(404, "not_found")
	items := r.do(rep2, "GET", "/api/v1/support-requests?centre=finance&status=open&late=true&assignee=me", nil).ok(200)["items"].([]any)
	require.Len(t, items, 1)
	item := items[0].(map[string]any)
	require.Equal(t, map[string]any{"id": string(mine), "number": "KA-2026-0001", "name": "晨风集团"}, item["account"])
	require.Equal(t, false, item["account_visible"])
	require.Equal(t, "60 天账期", item["wanted"])
	require.Equal(t, true, item["late"])
	opinion := item["opinions"].([]any)[0].(map[string]any)
	require.Equal(t, []any{1.0, "approve", "值得支持"}, []any{opinion["level"], opinion["decision"], opinion["comment"]})
	f := r.asked[len(r.asked)-1].(view.SupportFilter)
	require.Equal(t, view.SupportFilter{
		Centre: "finance", Status: view.SupportOpen, Late: f.Late, Assignee: rep2, Now: r.now, Page: view.Page{Limit: 50},
	}, f)
	require.True(t, *f.Late)
	require.Equal(t, true, r.do(rep1, "GET", "/api/v1/support-requests", nil).ok(200)["items"].([]any)[0].(map[string]any)["account_visible"])
	r.do(rep2, "GET", "/api/v1/support-requests?centre=magic", nil).problem(422, "invalid_request")
}

func TestSupportCentre_answersOnceAndEndsTheClocks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.wanting(accepted())
	path, body := at(mine, "/support-requests/s1/outcome"), `{"result":"in_part","text":"45 天"}`
	r.do(collector, "POST", path, body).problem(404, "not_found")
	p := r.do(rep2, "POST", path, `{"result":"in_part","text":" "}`).problem(422, "invalid_request")
	require.Equal(t, "/text", p.Errors[0].Pointer)
	require.Equal(t, "reason_missing", p.Errors[0].Code)
	answered := r.do(rep2, "POST", path, body, header{"Idempotency-Key", "one"}).ok(200)
	require.Equal(t, "answered", answered["status"])
	require.Equal(t, "45 天", answered["answer"].(map[string]any)["text"])
	require.Equal(t, "2026-03-02", answered["answer"].(map[string]any)["on"])
	require.Equal(t, deal.RecomputeName, r.sent[len(r.sent)-1].Name, "its clocks are looked at again")
	require.Equal(t, answered, r.do(rep2, "POST", path, body, header{"Idempotency-Key", "one"}).ok(200))
	r.do(rep2, "POST", path, body, header{"Idempotency-Key", "two"}).problem(409, "task_done")
}

func TestSupportCentre_answersNothingThatIsNotApproved(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	draft := accepted()
	draft.AcceptedAt = ""
	r.wanting(draft)
	p := r.do(rep2, "POST", at(mine, "/support-requests/s1/outcome"), `{"result":"given","text":"x"}`).problem(422, "invalid_request")
	require.Contains(t, p.Errors[0].Hint, "support_request")
}

func TestSupportRequest_isTheCentresOnceItIsApproved(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.onFile(accepted(), "s1", 2)
	for body, want := range map[string]string{
		`{"centre":"sales","wanted":"60 天账期","why":"对手给"}`:                                         "/centre",
		`{"centre":"finance","wanted":"90 天账期","why":"对手给"}`:                                       "/wanted",
		`{"centre":"finance","wanted":"60 天账期","why":"对手给","accepted_at":"2026-01-01T00:00:00Z"}`:  "/accepted_at",
		`{"centre":"finance","wanted":"60 天账期","why":"对手给","addressee":"` + string(manager) + `"}`: "/addressee",
	} {
		p := r.do(rep1, "PUT", at(mine, "/support-requests/s1"), body, match(`"2"`)).problem(422, "invalid_request")
		require.Equal(t, want, p.Errors[0].Pointer)
		require.Equal(t, "set_by_approval", p.Errors[0].Code)
	}
	r.do(rep1, "DELETE", at(mine, "/support-requests/s1"), nil, match(`"2"`)).problem(409, "set_by_approval")
	r.do(rep1, "PUT", at(mine, "/support-requests/s1"), `{"centre":"finance","wanted":"60 天账期","why":"对手给","satisfaction":4}`, match(`"2"`)).ok(200)
}
