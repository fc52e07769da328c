//go:build e2e

package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func sheet(name string) string {
	path, err := filepath.Abs(filepath.Join("..", "activities", "leadsheet", "testdata", name))
	if err != nil {
		panic(err) // only without a working directory
	}
	return path
}

func (s *story) imports(t *testing.T, name string) string {
	t.Helper()
	said, code := s.p.tool(t, "import", sheet(name), "--data", s.p.data(), "--url", "http://"+s.p.address)
	require.Zero(t, code, said)
	return said
}

func (s *story) importsTheSheet(t *testing.T) {
	said := s.imports(t, "leads-suqian.xlsx")
	require.Contains(t, said, "15 opened, 0 changed, 0 unchanged, 5 refused")
	for row := 17; row <= 21; row++ {
		require.Contains(t, said, fmt.Sprintf("row %d ", row))
	}
	for _, again := range []string{"leads-suqian.xlsx", "leads-suqian.csv"} {
		require.Contains(t, s.imports(t, again), "0 opened, 0 changed, 15 unchanged, 5 refused")
	}

	ops := s.p.as(t, "ops1")
	accounts := all[account](t, ops, "/accounts", nil)
	require.Len(t, accounts, 15)
	names := map[string]bool{}
	for _, a := range accounts {
		require.Equal(t, "collect", a.Step)
		require.Nil(t, a.Owner, "%s came in a sheet and belongs to nobody yet", a.Name)
		names[a.Name] = true
	}
	require.Len(t, names, 15)
	require.Len(t, all[account](t, s.p.as(t, "manager1"), "/accounts", nil), 8)
	require.Len(t, all[account](t, s.p.as(t, "manager2"), "/accounts", nil), 7)
	require.Empty(t, all[account](t, s.p.as(t, "rep1"), "/accounts", nil))
}

func (s *story) assigns(t *testing.T) {
	manager := s.p.as(t, "manager1")
	found := all[account](t, manager, "/accounts", url.Values{"q": {"晨风"}})
	require.Len(t, found, 1)
	s.rep = desk{s.p.as(t, "rep1"), found[0].ID}
	boss := s.rep.at(t, "manager1")
	full := boss.read(t)
	require.Equal(t, "张伟", full.Profile.Author, "who collected the lead stays on record")
	require.Equal(t, "2026-11-09", full.Profile.CollectedOn)
	mine := func(ts []task) []task {
		return slices.DeleteFunc(ts, func(k task) bool { return k.Kind != "assign_owner" || k.Status != "open" })
	}
	require.Len(t, mine(boss.tasks(t)), 1, "the manager is asked to find an owner")

	s.rep.get(t, s.rep.path("")).refused(t, http.StatusNotFound, "not_found")
	owner := s.p.person(t, "rep1")
	s.rep.at(t, "manager2").post(t, s.rep.path("/assign"), data{"owner": owner.ID, "reason": "x"}).refused(t, http.StatusNotFound, "not_found")
	boss.post(t, s.rep.path("/assign"), data{"owner": owner.ID, "reason": " "}).refused(t, http.StatusUnprocessableEntity, "reason_missing")
	boss.post(t, s.rep.path("/assign"), data{"owner": s.p.person(t, "finance1").ID, "reason": "x"}).refused(t, http.StatusUnprocessableEntity, "not_a_rep")
	a := boss.act(t, "assign", data{"owner": owner.ID, "reason": "熟悉服装行业"})
	require.Equal(t, "rep1", a.Owner.Login)
	boss.post(t, s.rep.path("/assign"), data{"owner": owner.ID, "reason": "again"}).refused(t, http.StatusConflict, "same_owner")

	require.Empty(t, mine(boss.tasks(t)), "the task is done by doing it")
	require.Equal(t, []string{"assigned"}, kinds(s.rep.notices(t)))
	s.rep.post(t, "/notifications/read", data{"all": true}).ok(t, nil)
	require.Empty(t, all[notice](t, s.rep.person, "/notifications", url.Values{"unread": {"true"}}))
	require.Len(t, all[account](t, s.rep.person, "/accounts", nil), 1)
	s.rep.at(t, "rep2").get(t, s.rep.path("")).refused(t, http.StatusNotFound, "not_found")
}

func kinds(notices []notice) []string {
	var out []string
	for _, n := range notices {
		out = append(out, n.Kind)
	}
	return out
}

func (s *story) collects(t *testing.T) {
	var p profile
	s.rep.send(t, http.MethodPatch, s.rep.path(""), data{"address": nil, "monthly_inbound": nil}, ifMatch(s.rep.read(t).Profile.Version)).ok(t, &p)
	s.rep.fill(t, deal.Collect, data{"competitor": "顺丰"})
	s.refusesToLeave(t, deal.Collect, "address_known", "inbound_known", "competitor_volume_known", "form_incomplete")
	s.rep.send(t, http.MethodPatch, s.rep.path(""), data{"address": "发展大道18号", "monthly_inbound": 420}, ifMatch(p.Version)).ok(t, nil)
	s.rep.fill(t, deal.Collect, s.filled(t, deal.Collect))
	a := s.leaves(t, deal.Collect)
	require.Equal(t, "pending", a.Intake)
	require.Contains(t, kinds(s.rep.at(t, "manager1").notices(t)), "handed_over")
}

func (s *story) screens(t *testing.T) {
	s.refusesToLeave(t, deal.Screen, "intake_accepted", "filing_approved", "form_incomplete", "man_answered", "vetoes_checked")
	boss := s.rep.at(t, "manager1")
	boss.post(t, s.rep.path("/intake"), data{"decision": "return"}).refused(t, http.StatusUnprocessableEntity, "reason_missing")
	require.Equal(t, "accepted", boss.act(t, "intake", data{"decision": "accept"}).Intake)
	boss.post(t, s.rep.path("/intake"), data{"decision": "accept"}).refused(t, http.StatusConflict, "intake_decided")

	ask := func(id string, version int64) data {
		return data{"kind": "filing", "subject": data{"type": "record", "id": "filing/" + id, "version": version}}
	}
	s.rep.post(t, s.rep.path("/approvals"), ask("none", 1)).refused(t, http.StatusUnprocessableEntity, "subject_missing")
	s.rep.fill(t, deal.Screen, s.filled(t, deal.Screen))
	s.files(t, deal.Screen, nil)
	s.vetoes(t)
	draft := s.rep.newest(t, dossier.FilingKind)
	s.rep.post(t, s.rep.path("/approvals"), ask(draft.ID, draft.Version+1)).refused(t, http.StatusConflict, "subject_changed")
	s.rep.post(t, s.rep.path("/approvals"), data{"kind": "proposal", "subject": data{"type": "record", "id": "proposal/cycle-1", "version": 1}}).
		refused(t, http.StatusConflict, "kind_not_here")
	filing := s.rep.request(t, deal.Filing, deal.Screen, "")
	s.rep.post(t, s.rep.path("/approvals"), ask(draft.ID, draft.Version)).refused(t, http.StatusConflict, "already_pending")
	require.Equal(t, []string{"manager1"}, filing.waits())

	manager, ops := s.p.as(t, "manager1"), s.p.as(t, "ops1")
	s.rep.decides(t, filing, deal.Approve).refused(t, http.StatusForbidden, "own_request")
	ops.decides(t, filing, deal.Approve).refused(t, http.StatusForbidden, "not_approver")
	s.p.as(t, "rep2").decides(t, filing, deal.Approve).refused(t, http.StatusNotFound, "not_found")
	s.p.as(t, "finance1").decides(t, filing, deal.Approve).refused(t, http.StatusNotFound, "not_found")
	stale := filing
	stale.Subject.Version++
	manager.decides(t, stale, deal.Approve).refused(t, http.StatusConflict, "subject_changed")
	s.refusesToLeaveWith(t, deal.Screen, "filing_approved")

	manager.decides(t, filing, deal.Approve).ok(t, nil)
	manager.decides(t, filing, deal.Approve).refused(t, http.StatusForbidden, "not_approver")
	require.Equal(t, []string{"ops1"}, ops.approval(t, filing.ID).waits())
	s.refusesToLeaveWith(t, deal.Screen, "filing_approved")
	ops.decides(t, filing, deal.Approve).ok(t, nil)
	late := ops.decides(t, filing, deal.Approve).refused(t, http.StatusConflict, "already_decided")
	require.Contains(t, late.Detail, "吴静", "who was faster is named")
	require.Contains(t, kinds(s.rep.notices(t)), "approval_approved")
	live := s.rep.newest(t, dossier.FilingKind).Content
	require.Equal(t, s.rep.read(t).Number+"-F1", live["number"], "the approval registers the filing")
	require.Equal(t, inOfficeTime().AddDate(0, 0, 90).Format(time.DateOnly), live["valid_until"])
	s.leaves(t, deal.Screen)
}

// vetoes are looked into; one that is hit stops the account until two people lift it.
func (s *story) vetoes(t *testing.T) {
	t.Helper()
	s.rep.edit(t, dossier.VetoKind, func(content data) { content["hit"], content["evidence"] = true, "法院公告" })
	s.refusesToLeaveWith(t, deal.Screen, "filing_approved", "no_veto")
	require.Equal(t, []string{"manager1", "director1"}, s.rep.approved(t, deal.VetoLift, deal.Screen, ""))
	s.refusesToLeaveWith(t, deal.Screen, "filing_approved")
}

// refusesToLeaveWith wants exactly these conditions unmet.
func (s *story) refusesToLeaveWith(t *testing.T, step deal.Step, codes ...string) {
	t.Helper()
	p := s.rep.advance(t, step).refused(t, http.StatusUnprocessableEntity, "gate_unmet")
	require.Equal(t, codes, p.codes())
	require.Equal(t, codes, s.rep.gate(t).codes())
}

func (s *story) surveys(t *testing.T) {
	s.refusesToLeave(t, deal.Survey, "customer_met", "user_known", "gatekeeper_known", "incumbent_known", "buying_phase_known", "decision_dated")
	s.rep.fill(t, deal.Survey, s.filled(t, deal.Survey))
	s.files(t, deal.Survey, func(r dossier.Record) dossier.Record {
		if b, ok := r.(dossier.BuyingProcess); ok {
			b.RolePlans = slices.DeleteFunc(b.RolePlans, func(p dossier.RolePlan) bool { return p.Role == deal.UserRole })
			return b
		}
		return r
	})
	s.refusesToLeaveWith(t, deal.Survey, "customer_met", "user_known")
	user := s.rep.contactWith(t, deal.UserRole)
	next := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
	body := interactionWith(user, "打样频繁，时效第一")
	body["next_at"] = next
	a := s.rep.act(t, "interactions", body)
	require.Equal(t, next, a.NextFollowUp.UTC(), "the next step is dated")
	s.leaves(t, deal.Survey)
}

func (s *story) analyses(t *testing.T) {
	s.refusesToLeave(t, deal.Analyse, "graded", "go_decided", "form_incomplete", "needs_ranked", "value_scored", "kind_decided")
	s.rep.fill(t, deal.Analyse, s.filled(t, deal.Analyse))
	s.files(t, deal.Analyse, nil)
	require.Equal(t, "D", s.rep.act(t, "grade", data{"grade": "D", "reason": "先观察"}).Grade)
	s.refusesToLeaveWith(t, deal.Analyse, "grade_allows_next", "grade_as_scored")
	require.Equal(t, []string{"manager1", "director1"}, s.rep.approved(t, deal.GradeOverride, deal.Analyse, ""))
	require.Empty(t, s.rep.gate(t).codes(), "an override takes another grade")
	s.rep.edit(t, dossier.ValueScoreKind, func(content data) { content["note"] = "复评" })
	s.refusesToLeaveWith(t, deal.Analyse, "grade_allows_next", "grade_as_scored")
	require.Equal(t, "B", s.rep.act(t, "grade", data{"grade": "B", "reason": "七项得分 3.85"}).Grade)
	s.leaves(t, deal.Analyse)
}
