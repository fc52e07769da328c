//go:build e2e

package e2e_test

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook/playbooktest"
)

// allChains are approvals of every kind, asked for in any step, so that a story begins where it gets interesting. The modes
// are those that the shipped playbooks do not use.
const allChains = `approvals:
  - kind: filing
    subject: filing
    label: {zh: 立项备案, en: Filing}
    levels: [{who: owner_manager}, {who: "role:sales_ops"}]
  - kind: proposal
    subject: proposal
    label: {zh: 方案审批, en: Proposal}
    levels:
      - {who: owner_manager}
      - {who: superior, when: amount > yuan(1000000) || account.grade == "A"}
  - kind: contract
    subject: agreement
    label: {zh: 合同审批, en: Contract}
    levels: [{who: "owner_manager, role:finance, superior", mode: in_order}]
  - kind: trial_waiver
    subject: trial
    label: {zh: 免试寄审批, en: Trial waiver}
    levels: [{who: "owner_manager, person:manager2", mode: all}]
  - kind: veto_lift
    subject: veto
    label: {zh: 解除否决项, en: Veto lifted}
    levels: [{who: owner_manager}, {who: superior}]
  - kind: grade_override
    subject: value_score
    label: {zh: 等级例外审批, en: Grade override}
    levels: [{who: owner_manager}, {who: superior}]
  - kind: credit_change
    subject: credit
    label: {zh: 信用等级变更, en: Change of credit}
    levels: [{who: "role:finance, person:ops1", mode: any}, {who: superior}]
  - kind: support_request
    subject: support_request
    label: {zh: 支持申请审批, en: Support request}
    levels: [{who: owner_manager, opinion: true}, {who: superior, opinion: true}]
  - kind: executive_visit
    subject: executive_visit
    label: {zh: 高层拜访审批, en: Executive visit}
    levels: [{who: superior}, {who: named}]
  - kind: gift
    subject: gift
    label: {zh: 礼品与招待审批, en: Gift}
    levels: [{who: owner_manager}, {who: "person:manager1"}, {who: superior}]
  - kind: merge
    label: {zh: 合并客户审批, en: Merger of two accounts}
    levels: [{who: owner_manager}, {who: "role:sales_ops"}]
  - kind: reopen
    label: {zh: 重新启动审批, en: Reopening}
    levels: [{who: owner_manager}]

`

var versionLine = regexp.MustCompile(`(?m)^version: (\d+)$`)

// installs puts a version of a playbook in force that differs in its approvals.
func (p *product) installs(t *testing.T, book, approvals string) {
	t.Helper()
	admin := p.as(t, "admin1")
	text := string(admin.get(t, "/playbooks/"+book, header("Accept", "application/yaml")).ok(t, nil).body)
	before, rest, found := strings.Cut(text, "\napprovals:")
	require.True(t, found)
	_, after, found := strings.Cut(rest, "\nsteps:")
	require.True(t, found)
	was, err := strconv.Atoi(versionLine.FindStringSubmatch(before)[1])
	require.NoError(t, err)
	before = versionLine.ReplaceAllString(before, "version: "+strconv.Itoa(was+1))
	admin.post(t, "/playbooks", []byte(before+"\n"+approvals+"steps:"+after), header("Content-Type", "text/yaml")).ok(t, nil)
}

// TestApprovals_liveFromTheRequestToTheDecision asks for approvals of every kind in one house, and lets the people around
// them come, go and stand in for each other.
func TestApprovals_liveFromTheRequestToTheDecision(t *testing.T) {
	t.Parallel()
	p, post := withLetters(t)
	p.installs(t, playbooktest.Express, allChains)
	t.Run("every kind climbs the chain of its playbook", func(t *testing.T) { climbs(t, p) })                  //nolint:paralleltest // later ones change who is there
	t.Run("all, any and in order", func(t *testing.T) { modes(t, p) })                                         //nolint:paralleltest // the same
	t.Run("a seat is handed on", func(t *testing.T) { handsOn(t, p) })                                         //nolint:paralleltest // the same
	t.Run("a batch has an answer for each", func(t *testing.T) { batch(t, p) })                                //nolint:paralleltest // the same
	t.Run("a link in a letter decides once, for its person", func(t *testing.T) { decidesByLink(t, p, post) }) //nolint:paralleltest // the same
	t.Run("a deputy takes over and gives back", func(t *testing.T) { standsIn(t, p) })                         //nolint:paralleltest // the same
	t.Run("who has left is followed by the next superior", func(t *testing.T) { leaves(t, p, post) })          //nolint:paralleltest // the same
	requireFolded(t, p)
}

// drafts puts what a kind decides about on file, and is what is to be approved.
func (d desk) drafts(t *testing.T, kind deal.ApprovalKind) data {
	t.Helper()
	contact := d.contactWith(t, deal.DeciderRole)
	now := inOfficeTime()
	o := playbooktest.Options{Contact: contact, Person: d.p.person(t, "rep1").ID, Now: now}
	ahead := dossier.Day(now.AddDate(0, 0, 14).Format(time.DateOnly))
	one := func(r dossier.Record) data {
		d.put(t, r)
		return subjectOf(r.Kind(), d.newest(t, r.Kind()))
	}
	file := func(step deal.Step, about dossier.Kind) data {
		d.files(t, step, o)
		return subjectOf(about, d.newest(t, about))
	}
	switch kind {
	case deal.Filing:
		return one(dossier.Filing{Project: "样衣专递", Scope: "全部样衣", Owner: deal.PersonID(o.Person), Renewals: []dossier.Renewal{}})
	case deal.Proposal:
		return one(dossier.Proposal{Solution: "干线加上门取件"})
	case deal.Contract:
		return file(deal.Sign, dossier.AgreementKind)
	case deal.TrialWaiver:
		return file(deal.Trial, dossier.TrialKind)
	case deal.VetoLift:
		return one(dossier.Veto{Item: "bad_payer", Hit: true, On: dossier.Day(now.Format(time.DateOnly)), Evidence: "两次逾期"})
	case deal.GradeOverride:
		d.act(t, "grade", data{"grade": "D", "reason": "暂无预算"})
		return file(deal.Analyse, dossier.ValueScoreKind)
	case deal.CreditChange:
		return file(deal.Sign, dossier.CreditKind)
	case deal.SupportRequest:
		return one(dossier.SupportRequest{Centre: dossier.SalesCentre, Wanted: "样品车", Why: "试寄"})
	case deal.ExecutiveVisit:
		return one(dossier.ExecutiveVisit{
			Executive: deal.PersonID(d.p.person(t, "director1").ID), Contacts: []string{contact}, Aim: "定框架", VisitOn: ahead,
		})
	case deal.Gift:
		return one(dossier.Gift{Contact: contact, GiftKind: dossier.Present, What: "茶叶", ValueMinor: 90_000, Currency: "CNY", Occasion: "春节"})
	case deal.Merger:
		return data{"type": deal.AccountSubject, "id": d.p.as(t, "rep1").opens(t, territory1).id, "version": 1}
	case deal.Reopen:
		closed := d.act(t, "close", data{"outcome": "lost", "reason": "价格", "rival": "unknown"})
		return data{"type": deal.AccountSubject, "id": d.id, "version": closed.Seq}
	}
	require.FailNow(t, "a kind without a story", "%s", kind)
	return nil
}

// asks requests an approval about a subject. Extra are fields of the request beside those that every one has.
func (d desk) asks(t *testing.T, kind deal.ApprovalKind, subject, extra data) approval {
	t.Helper()
	body := data{"kind": kind, "subject": subject, "text": "请审批"}
	for name, value := range extra {
		body[name] = value
	}
	for _, a := range d.act(t, "approvals", body).PendingApprovals {
		if a.Kind == string(kind) && a.Subject.ID == subject["id"] {
			return a
		}
	}
	require.FailNow(t, "no pending request", "%s", kind)
	return approval{}
}

// proposes asks for the approval of a proposal on an account of its own.
func (w person) proposes(t *testing.T, extra data) (desk, approval) {
	t.Helper()
	d := w.opens(t, territory1)
	return d, d.asks(t, deal.Proposal, d.drafts(t, deal.Proposal), extra)
}

// words are the decisions in the order of the chain: by whom, for whom where that was somebody else, and whether the seat
// passed by itself.
func (a approval) words() []string {
	var words []string
	for _, level := range a.Levels {
		for _, seat := range level.Seats {
			switch {
			case seat.Decision == "":
			case seat.Auto:
				words = append(words, seat.By.Login+" by itself")
			case seat.By.Login != seat.Holder.Login:
				words = append(words, seat.By.Login+" for "+seat.Holder.Login)
			default:
				words = append(words, seat.By.Login)
			}
		}
	}
	return words
}

// agreed lets everybody whose word is missing approve with an opinion, the first in the alphabet first, until it is over.
func (d desk) agreed(t *testing.T, a approval) approval {
	t.Helper()
	for a.Status == string(deal.Pending) {
		require.NotEmpty(t, a.WaitingFor)
		d.p.as(t, a.waits()[0]).opines(t, a, "同意").ok(t, nil)
		a = d.approval(t, a.ID)
	}
	return a
}

// climbs asks for every kind, for proposals of several amounts and grades, and for one on behalf of a subordinate.
func climbs(t *testing.T, p *product) {
	rep, manager := p.as(t, "rep1"), p.as(t, "manager1")
	for _, login := range []string{"manager2", "director1", "ops1", "finance1"} {
		p.as(t, login)
	}
	type row struct {
		name  string
		kind  deal.ApprovalKind
		grade string
		extra data
		want  []string
	}
	rows := []row{
		{"filing", deal.Filing, "", nil, []string{"manager1", "ops1"}},
		{"proposal", deal.Proposal, "", nil, []string{"manager1"}},
		{"contract", deal.Contract, "", nil, []string{"manager1", "finance1", "director1"}},
		{"trial waiver", deal.TrialWaiver, "", nil, []string{"manager1", "manager2"}},
		{"veto lifted", deal.VetoLift, "", nil, []string{"manager1", "director1"}},
		{"grade override", deal.GradeOverride, "", nil, []string{"manager1", "director1"}},
		{"change of credit", deal.CreditChange, "", nil, []string{"finance1", "director1"}},
		{"support request", deal.SupportRequest, "", nil, []string{"manager1", "director1"}},
		{"executive visit of the superior", deal.ExecutiveVisit, "", nil, []string{"director1", "director1 by itself"}},
		{"gift, twice past the same person", deal.Gift, "", nil, []string{"manager1", "manager1 by itself", "director1"}},
		{"merger", deal.Merger, "", nil, []string{"manager1", "ops1"}},
		{"reopening", deal.Reopen, "", nil, []string{"manager1"}},
		{"proposal at the limit", deal.Proposal, "B", data{"amount": "1000000.00"}, []string{"manager1"}},
		{"proposal above the limit", deal.Proposal, "B", data{"amount": "1000000.01"}, []string{"manager1", "director1"}},
		{"proposal to an A", deal.Proposal, "A", data{"amount": "1.00"}, []string{"manager1", "director1"}},
	}
	for _, kind := range deal.ApprovalKinds() {
		require.True(t, slices.ContainsFunc(rows, func(r row) bool { return r.kind == kind }), "%s is told", kind)
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			d := rep.opens(t, territory1)
			if r.grade != "" {
				d.act(t, "grade", data{"grade": r.grade, "reason": "七项得分"})
			}
			a := d.asks(t, r.kind, d.drafts(t, r.kind), r.extra)
			rep.decides(t, a, deal.Approve).refused(t, http.StatusForbidden, "own_request")
			a = d.agreed(t, a)
			require.Equal(t, r.want, a.words())
			require.Equal(t, string(deal.Approved), a.Status)
			require.Equal(t, 1, countKind(d.notices(t), string(deal.ApprovedNotice)))
			manager.decides(t, a, deal.Reject).refused(t, http.StatusConflict, "already_decided")
			for _, login := range []string{"manager1", "manager2", "director1", "ops1", "finance1"} {
				require.Empty(t, d.at(t, login).openTasks(t, deal.ApproveTask), "nothing is left to do for %s", login)
			}
		})
	}
	t.Run("who asks is not among those who decide", func(t *testing.T) {
		t.Parallel()
		d := rep.opens(t, territory1)
		boss := d.at(t, "manager1")
		a := boss.asks(t, deal.Proposal, d.drafts(t, deal.Proposal), nil)
		require.Equal(t, []string{"director1"}, a.waits(), "the superior has the manager's seat")
		boss.decides(t, a, deal.Approve).refused(t, http.StatusForbidden, "own_request")
		require.Equal(t, []string{"director1"}, d.agreed(t, a).words())
	})
}
