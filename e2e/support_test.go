//go:build e2e

package e2e_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/testkit"
)

// centreRequest is a line of the support centre's list.
type centreRequest struct {
	ID       string     `json:"id"`
	Status   string     `json:"status"`
	Visible  bool       `json:"account_visible"`
	Account  reference  `json:"account"`
	Target   *time.Time `json:"target"`
	Late     bool       `json:"late"`
	Opinions []struct {
		Comment string `json:"comment"`
	} `json:"opinions"`
	Answer *struct {
		Text string `json:"text"`
	} `json:"answer"`
}

// asksAbout asks for the approval of a record at a version.
func (d desk) asksAbout(t *testing.T, kind deal.ApprovalKind, record string, version int64) approval {
	t.Helper()
	pending := d.act(t, "approvals", data{
		"kind": kind, "subject": data{"type": "record", "id": string(kind) + "/" + record, "version": version}, "text": "请审批",
	}).PendingApprovals
	at := slices.IndexFunc(pending, func(a approval) bool { return a.Kind == string(kind) })
	require.GreaterOrEqual(t, at, 0)
	return pending[at]
}

// opines approves with a written opinion.
func (w person) opines(t *testing.T, a approval, opinion string) answer {
	t.Helper()
	return w.post(t, "/approvals/"+a.ID+"/decision", data{"decision": "approve", "version": a.Subject.Version, "comment": opinion})
}

// centre is what somebody sees of a request in the support centre's list.
func (w person) centre(t *testing.T, record string) (centreRequest, bool) {
	t.Helper()
	items := all[centreRequest](t, w, "/support-requests", nil)
	i := slices.IndexFunc(items, func(r centreRequest) bool { return r.ID == record })
	if i < 0 {
		return centreRequest{}, false
	}
	return items[i], true
}

func TestSupport_goesThroughBothOpinionsEscalatesAndIsAnswered(t *testing.T) {
	t.Parallel()
	p := started(t, "CLOSEDLOOP_PLAYBOOKS_DEFAULT=quick")
	d := p.as(t, "rep1").opens(t, territory1)
	ops := p.as(t, "finance1")
	record := d.put(t, dossier.SupportRequest{Centre: dossier.FinanceCentre, Wanted: "60 天账期", Why: "对手给"})
	a := d.asksAbout(t, deal.SupportRequest, record, 1)
	manager, director := p.as(t, "manager1"), p.as(t, "director1")
	manager.decides(t, a, deal.Approve).refused(t, http.StatusUnprocessableEntity, "reason_missing")
	manager.opines(t, a, "值得支持").ok(t, nil)
	_, seen := ops.centre(t, record)
	require.False(t, seen, "nobody is asked after one opinion")
	director.opines(t, a, "同意").ok(t, nil)
	testkit.Eventually(t, allWithin, func() bool { r, ok := ops.centre(t, record); return ok && r.Late }, "the target passes")
	asked, _ := ops.centre(t, record)
	require.False(t, asked.Visible)
	require.Equal(t, d.id, asked.Account.ID)
	require.Len(t, asked.Opinions, 2)
	ops.get(t, d.path("")).refused(t, http.StatusNotFound, "not_found")
	ops.get(t, d.path("/support-requests/"+record)).refused(t, http.StatusNotFound, "not_found")
	testkit.Eventually(t, allWithin, func() bool {
		return slices.ContainsFunc(d.reached(t), func(r rung) bool { return r.Clock == "agenda/support/"+record && r.Rung == "reassign" })
	}, "the ladder comes to its end")
	require.Len(t, d.at(t, "ops1").openTasks(t, deal.SupportTask), 1, "sales operations take over")
	d.at(t, "ops1").post(t, d.path("/support-requests/"+record+"/outcome"), data{"result": "in_part", "text": "45 天"}).ok(t, nil)
	testkit.Eventually(t, allWithin, func() bool { return len(d.at(t, "ops1").openTasks(t, deal.SupportTask)) == 0 }, "the outcome ends it")
	kept, _ := d.centre(t, record)
	require.Equal(t, "answered", kept.Status)
	require.Equal(t, "45 天", kept.Answer.Text)
	requireFolded(t, p)
}

func TestDuties_beforeAndAfterAVisit(t *testing.T) {
	t.Parallel()
	p := started(t, "CLOSEDLOOP_PLAYBOOKS_DEFAULT=quick")
	d := p.as(t, "rep1").opens(t, territory1)
	contact := d.contactWith(t, deal.DeciderRole)

	visit := interactionWith(contact, "要回去商量")
	visit["intent"] = 5
	d.act(t, "interactions", visit, key("one-visit"))
	d.act(t, "interactions", visit, key("one-visit"))
	testkit.Eventually(t, allWithin, func() bool { return len(d.openTasks(t, deal.VisitReviewTask)) > 0 }, "the visit is to be reviewed")
	require.Len(t, d.openTasks(t, deal.VisitReviewTask), 1, "once, however often it was sent")
	var met list[struct {
		ID string `json:"id"`
	}]
	d.get(t, d.path("/interactions")).ok(t, &met)
	d.put(t, dossier.VisitReview{Interaction: met.Items[0].ID, Reached: dossier.AimInPart, AgainstAim: "只约到下周", Adjust: "带样品再去"})
	testkit.Eventually(t, allWithin, func() bool { return len(d.openTasks(t, deal.VisitReviewTask)) == 0 }, "the review ends it")

	d.put(t, dossier.Proposal{Solution: "干线"})
	d.put(t, dossier.PlanRevision{Summary: "初稿", Reason: "新做"})
	d.put(t, dossier.Proposal{Solution: "干线加空运"})
	d.put(t, dossier.PlanRevision{Summary: "提速", Reason: "客户要求"})
	var diff struct {
		Changes []struct {
			Pointer string `json:"pointer"`
			From    any    `json:"from"`
			To      any    `json:"to"`
		} `json:"changes"`
	}
	d.get(t, d.path("/plan-revisions/"+d.newest(t, dossier.PlanRevisionKind).ID+"/diff")).ok(t, &diff)
	require.Len(t, diff.Changes, 1)
	require.Equal(t, []any{"/solution", "干线", "干线加空运"}, []any{diff.Changes[0].Pointer, diff.Changes[0].From, diff.Changes[0].To})

	gift := data{"contact": contact, "gift_kind": "present", "what": "茶叶", "value": "900.00", "currency": "CNY", "occasion": "春节"}
	given := func(on string) data {
		out := data{"given_on": on}
		for k, v := range gift {
			out[k] = v
		}
		return out
	}
	today := time.Now().In(time.FixedZone("Asia/Shanghai", 8*60*60)).Format(time.DateOnly)
	d.post(t, d.path("/gifts"), given(today)).refused(t, http.StatusUnprocessableEntity, "invalid_request")
	var planned recordOnFile
	d.post(t, d.path("/gifts"), gift).ok(t, &planned)
	a := d.asksAbout(t, deal.Gift, planned.ID, planned.Version)
	p.as(t, "manager1").opines(t, a, "合规").ok(t, nil)
	p.as(t, "director1").opines(t, a, "同意").ok(t, nil)
	approved := d.newest(t, dossier.GiftRecordKind)
	d.send(t, http.MethodPut, d.path("/gifts/"+planned.ID), given(today), ifMatch(approved.Version)).ok(t, nil)
	requireFolded(t, p)
}
