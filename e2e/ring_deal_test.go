//go:build e2e

package e2e_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// beyond is a price above the superior's limit of a million yuan.
const beyond = "1250000.00"

func (s *story) plans(t *testing.T) {
	s.refusesToLeave(t, deal.Plan, "proposal_approved", "rivals_compared", "solution_written", "proposal_priced", "decision_simulated")
	s.files(t, deal.Plan, func(r dossier.Record) dossier.Record {
		if p, ok := r.(dossier.Proposal); ok {
			p.PriceMinor = 125_000_000
			return p
		}
		return r
	})

	first := s.rep.request(t, deal.Proposal, deal.Plan, beyond)
	require.Equal(t, beyond, first.Amount)
	s.rep.edit(t, dossier.ProposalKind, func(content data) { content["positioning"] = "最快也最稳的样衣通道" })
	require.Equal(t, "void", s.rep.approval(t, first.ID).Status, "nobody approves what nobody read")
	s.p.as(t, "manager1").decides(t, first, deal.Approve).refused(t, http.StatusConflict, "already_decided")

	require.Equal(t, []string{"manager1", "director1"}, s.rep.approved(t, deal.Proposal, deal.Plan, beyond))
	require.Empty(t, s.rep.gate(t).codes())
	s.rep.edit(t, dossier.ProposalKind, func(content data) { content["solution"] = "样衣专递、上门取件和驻点" })
	s.refusesToLeaveWith(t, deal.Plan, "proposal_unchanged")

	back := s.rep.request(t, deal.Proposal, deal.Plan, beyond)
	manager := s.p.as(t, "manager1")
	manager.post(t, "/approvals/"+back.ID+"/decision", data{"decision": "return", "version": back.Subject.Version}).
		refused(t, http.StatusUnprocessableEntity, "reason_missing")
	manager.decides(t, back, deal.SendBack).ok(t, nil)
	require.Equal(t, "returned", s.rep.approval(t, back.ID).Status)
	require.Equal(t, []string{"manager1", "director1"}, s.rep.approved(t, deal.Proposal, deal.Plan, beyond))
	s.leaves(t, deal.Plan)
}

func (s *story) returns(t *testing.T) {
	s.refusesToLeave(t, deal.Visit, "met_twice", "decider_met", "support_judged", "price_timing_set", "customer_committed")
	goTo := func(to deal.Step, reason string) answer {
		return s.rep.post(t, s.rep.path("/return"), data{"to": to, "reason": reason})
	}
	goTo(deal.Collect, "太远").refused(t, http.StatusConflict, "return_not_allowed")
	goTo(deal.Trial, "向前").refused(t, http.StatusConflict, "return_not_allowed")
	goTo(deal.Analyse, "").refused(t, http.StatusUnprocessableEntity, "reason_missing")
	s.rep.meets(t, s.rep.contactWith(t, deal.DeciderRole), "需求变了")
	var back commandAnswer
	goTo(deal.Analyse, "客户换了负责人，需求重排").ok(t, &back)
	require.Equal(t, []any{"analyse", 2}, []any{back.Account.Step, back.Account.Pass})
	require.Equal(t, []any{"plan", 2}, []any{s.leaves(t, deal.Analyse).Step, s.rep.read(t).Pass})
	require.Equal(t, []any{"visit", 2}, []any{s.leaves(t, deal.Plan).Step, s.rep.read(t).Pass})
	s.refusesToLeave(t, deal.Visit, "met_twice", "decider_met") // what was logged in the first pass does not count
}

// survivesAKill sends commands from several hands, kills the process among them, and sends all again under their keys.
func (s *story) survivesAKill(t *testing.T) {
	user := s.rep.contactWith(t, deal.UserRole)
	s.p.as(t, "manager1")
	const hands = 8
	bodies := make([]data, hands)
	for i := range bodies {
		bodies[i] = interactionWith(user, fmt.Sprintf("第 %d 次沟通", i))
	}
	send := func(i int) (int64, error) {
		a, err := s.rep.try(t, http.MethodPost, s.rep.path("/interactions"), bodies[i], key(fmt.Sprintf("kill-%d", i)))
		if err != nil || a.status != http.StatusOK {
			return 0, fmt.Errorf("%d %s: %w", a.status, a.body, err)
		}
		var done commandAnswer
		a.ok(t, &done)
		return done.Seq, nil
	}
	acknowledged := make(chan int, hands)
	seqs := make([]int64, hands)
	var all sync.WaitGroup
	for hand := range 2 { // each sends one after the other, so that the kill finds some done, some on their way, some not sent
		all.Go(func() {
			for i := hand; i < hands; i += 2 {
				seq, err := send(i)
				if err != nil {
					return
				}
				seqs[i] = seq
				acknowledged <- i
			}
		})
	}
	<-acknowledged
	<-acknowledged
	s.p.kill(t)
	all.Wait()
	s.p.restart(t)

	for i := range hands {
		first := seqs[i]
		var err error
		seqs[i], err = send(i)
		require.NoError(t, err)
		if first != 0 {
			require.Equal(t, first, seqs[i], "the same key gets the first answer")
		}
	}
	told := map[string]int{}
	for _, i := range interactionsOf(t, s.rep) {
		told[i.Result]++
	}
	for _, body := range bodies {
		require.Equal(t, 1, told[body["result"].(string)], "%s is in the log exactly once", body["result"])
	}
	requireNoGap(t, s.rep.events(t))
}

func interactionsOf(t *testing.T, d desk) []interaction {
	t.Helper()
	return all[interaction](t, d.person, d.path("/interactions"), nil)
}

func requireNoGap(t *testing.T, events []event) {
	t.Helper()
	for i, e := range events {
		require.Equal(t, int64(i+1), e.Seq, "no gap and no double in the log")
	}
}

func (s *story) visits(t *testing.T) {
	s.files(t, deal.Visit, func(r dossier.Record) dossier.Record {
		if k, ok := r.(dossier.Stakeholder); ok {
			k.Support.Level = -2
		}
		return r
	})
	s.refusesToLeaveWith(t, deal.Visit, "decider_met", "support_balance")
	s.rep.edit(t, dossier.StakeholderKind, func(content data) { content["support"].(data)["level"] = 1 })
	s.rep.meets(t, s.rep.contactWith(t, deal.DeciderRole), "签意向书")
	s.leaves(t, deal.Visit)
}

func (s *story) tries(t *testing.T) {
	s.refusesToLeaveWith(t, deal.Trial, "criteria_agreed")
	s.files(t, deal.Trial, func(r dossier.Record) dossier.Record {
		if k, ok := r.(dossier.Trial); ok {
			k.Criteria[0].Verdict, k.Criteria[0].Measured = dossier.Failed, "97%"
		}
		return r
	})
	s.refusesToLeaveWith(t, deal.Trial, "criteria_passed")
	s.rep.fill(t, deal.Trial, data{"waiver_reason": "差一个百分点，客户接受"})
	waiver := s.rep.request(t, deal.TrialWaiver, deal.Trial, "")
	s.p.as(t, "manager1").decides(t, waiver, deal.Reject).ok(t, nil)
	require.Equal(t, "rejected", s.rep.approval(t, waiver.ID).Status)
	s.refusesToLeaveWith(t, deal.Trial, "criteria_passed")
	s.rep.edit(t, dossier.TrialKind, func(content data) {
		row, _ := content["criteria"].([]any)[0].(data)
		row["verdict"], row["measured"] = "passed", "99%"
	})
	s.leaves(t, deal.Trial)
}

func (s *story) signs(t *testing.T) {
	s.refusesToLeave(t, deal.Sign, "contract_approved", "credit_known", "agreement_numbered", "agreement_proven")
	s.files(t, deal.Sign, func(r dossier.Record) dossier.Record {
		switch k := r.(type) {
		case dossier.Agreement:
			k.AmountMinor = 125_000_000
			return k
		case dossier.Credit:
			k.Change = &dossier.CreditChange{To: dossier.Red, Reason: "逾期三个月"}
			return k
		}
		return r
	})
	s.refusesToLeaveWith(t, deal.Sign, "contract_approved", "credit_known")
	require.Equal(t, []string{"finance1", "director1"}, s.rep.approved(t, deal.CreditChange, deal.Sign, ""))
	s.refusesToLeaveWith(t, deal.Sign, "contract_approved", "credit_not_red")
	s.rep.edit(t, dossier.CreditKind, func(content data) { content["change"] = data{"to": "blue", "reason": "已付清"} })
	require.Equal(t, []string{"finance1", "director1"}, s.rep.approved(t, deal.CreditChange, deal.Sign, ""))
	require.Equal(t, "blue", s.rep.newest(t, dossier.CreditKind).Content["colour"])

	contract := s.rep.request(t, deal.Contract, deal.Sign, beyond)
	finance, director := s.p.as(t, "finance1"), s.p.as(t, "director1")
	finance.decides(t, contract, deal.Approve).refused(t, http.StatusForbidden, "not_approver") // not asked yet
	s.p.as(t, "manager1").decides(t, contract, deal.Approve).ok(t, nil)
	director.decides(t, contract, deal.Approve).refused(t, http.StatusForbidden, "not_approver")
	finance.decides(t, contract, deal.SendBack).ok(t, nil)
	director.decides(t, contract, deal.Approve).refused(t, http.StatusConflict, "already_decided")
	require.Equal(t, []string{"manager1", "finance1", "director1"}, s.rep.approved(t, deal.Contract, deal.Sign, beyond))

	s.rep.edit(t, dossier.AgreementKind, func(content data) { content["amount"] = "1500000.00" })
	s.refusesToLeaveWith(t, deal.Sign, "contract_amount_approved")
	s.rep.edit(t, dossier.AgreementKind, func(content data) { content["amount"] = beyond })
	require.NotNil(t, s.leaves(t, deal.Sign).WonAt, "a win is recorded when sign is left")
}
