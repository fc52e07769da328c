package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// brief is a form that wants support from somebody.
func brief(wanted string, from deal.PersonID) string {
	return `{"content":{"visit_aim":"见到总经理","support_wanted":"` + wanted + `","support_from":"` + string(from) + `"}}`
}

// requested are the requests for approval that were sent.
func (r *rig) requested() []deal.RequestApproval {
	var all []deal.RequestApproval
	for _, cmd := range r.sent {
		if b, ok := cmd.Body.(deal.RequestApproval); ok {
			all = append(all, b)
		}
	}
	return all
}

func TestVisitBrief_asksTheNamedSuperiorForSupportOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.state.Step = deal.Screen
	r.receive = func(cmd deal.Command) (deal.Receipt, error) {
		if b, ok := cmd.Body.(deal.RequestApproval); ok {
			r.state.Approvals = append(r.state.Approvals, deal.Approval{ID: "a9", Kind: b.Kind, Subject: b.Subject, Status: deal.Pending})
		}
		return deal.Receipt{Answer: deal.Answer{Outcome: deal.Done, FirstSeq: 8, LastSeq: 8}, Now: deal.Position{Seq: 8}}, nil
	}
	first := r.do(rep1, "PUT", at(mine, "/steps/screen/form"), brief("同去拜访", manager), match("0")).ok(200)
	made := first["support_request"].(map[string]any)
	require.Equal(t, "a9", made["approval"])
	require.Len(t, r.files.now, 1)
	record, err := dossier.Load(dossier.SupportRequestKind, r.files.now[0].Body)
	require.NoError(t, err)
	require.Equal(t, dossier.SupportRequest{Centre: dossier.SalesCentre, Wanted: "同去拜访", Why: "见到总经理", Addressee: manager}, record)
	require.Equal(t, r.files.now[0].ID, made["record"])
	require.Equal(t, []deal.RequestApproval{{Kind: deal.SupportRequest, Subject: deal.RecordSubjectOf(r.files.now[0])}}, r.requested())

	again := r.do(rep1, "PUT", at(mine, "/steps/screen/form"), brief("派车", director), match("1")).ok(200)
	require.Equal(t, made, again["support_request"], "the brief changes, the request stays")
	require.Len(t, r.files.now, 1)
	require.Len(t, r.requested(), 1)
}

func TestVisitBrief_saysWhatStandsAgainstItsRequestAndTriesAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.state.Step = deal.Screen
	r.receive = func(deal.Command) (deal.Receipt, error) {
		return deal.Receipt{Answer: deal.RefusedAnswer(deal.Refusals{{Code: deal.CodeNoApprover}})}, nil
	}
	made := r.do(rep1, "PUT", at(mine, "/steps/screen/form"), brief("同去拜访", manager), match("0")).ok(200)["support_request"].(map[string]any)
	require.Equal(t, []any{"no_approver"}, made["refused"])
	require.Empty(t, made["approval"])
	r.do(rep1, "PUT", at(mine, "/steps/screen/form"), brief("同去拜访", manager), match("1")).ok(200)
	require.Len(t, r.requested(), 2)
	require.Equal(t, r.sent[0].Key, r.sent[1].Key, "one request for approval, however often it is tried")
	require.Len(t, r.files.now, 1)
}

func TestVisitBrief_asksNobodyWhoIsNoSuperior(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, from := range []deal.PersonID{rep2, "nobody"} {
		p := r.do(rep1, "PUT", at(mine, "/steps/plan/form"), brief("同去拜访", from), match("2")).problem(422, "invalid_request")
		require.Equal(t, "/content/support_from", p.Errors[0].Pointer)
		require.Equal(t, "unknown_person", p.Errors[0].Code)
	}
	require.Empty(t, r.files.now)
	out := r.do(rep1, "PUT", at(mine, "/steps/plan/form"), `{"content":{"support_wanted":"同去拜访"}}`, match("2")).ok(200)
	require.NotContains(t, out, "support_request", "nobody is named")
}
