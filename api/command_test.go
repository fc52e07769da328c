package api_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/deal"
)

func key(k string) header { return header{"Idempotency-Key", k} }

// refs are the texts of a command, by what was written.
func (r *rig) text(ref *deal.TextRef) string {
	r.t.Helper()
	require.NotNil(r.t, ref)
	mac := hmac.New(sha256.New, textKey())
	text := r.staged[r.last().Key].Texts[ref.ID]
	mac.Write([]byte(text))
	require.Equal(r.t, hex.EncodeToString(mac.Sum(nil)), ref.Hash, "the hash is keyed with the installation's secret")
	return text
}

func (r *rig) last() deal.Command {
	r.t.Helper()
	require.NotEmpty(r.t, r.sent)
	return r.sent[len(r.sent)-1]
}

// Every REST act is one command with the same word, and its fields arrive in the command's body.
func TestCommands_eachActBecomesItsCommand(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 3, 9, 1, 0, 0, 0, time.UTC)
	onApproval, onTask := "/api/v1/approvals/"+approval, "/api/v1/tasks/"+task
	for _, c := range []struct {
		as   deal.PersonID
		path string
		body string
		name deal.CommandName
		want func(t *testing.T, r *rig, b deal.Body)
	}{
		{rep1, at(mine, "/advance"), `{"from":"plan","note":"一切就绪"}`, deal.AdvanceName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.Advance)
			require.Equal(t, deal.Plan, body.From)
			require.Equal(t, "一切就绪", r.text(body.Note))
		}},
		{rep1, at(mine, "/advance"), `{"from":"plan"}`, deal.AdvanceName, func(t *testing.T, _ *rig, b deal.Body) {
			require.Equal(t, deal.Advance{From: deal.Plan}, b)
		}},
		{rep1, at(mine, "/return"), `{"to":"survey","reason":"数据不足"}`, deal.ReturnName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.Return)
			require.Equal(t, deal.Survey, body.To)
			require.Equal(t, "数据不足", r.text(body.Reason))
		}},
		{manager, at(mine, "/intake"), `{"decision":"merge","reason":"same firm","merge_into":"x"}`, deal.IntakeName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.ReviewIntake)
			require.Equal(t, deal.MergeIntake, body.Decision)
			require.Equal(t, deal.AccountID("x"), body.MergeInto)
			require.Equal(t, "same firm", r.text(body.Reason))
		}},
		{rep1, at(mine, "/grade"), `{"grade":"B","reason":"small"}`, deal.GradeName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.SetGrade)
			require.Equal(t, deal.GradeB, body.Grade)
			require.Equal(t, "small", r.text(body.Reason))
		}},
		{rep1, at(mine, "/pause"), `{"reason":"holidays","resume_on":"2026-04-01"}`, deal.PauseName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.Pause)
			require.Equal(t, "2026-04-01", body.ResumeOn)
			require.Equal(t, "holidays", r.text(body.Reason))
		}},
		{rep1, at(mine, "/resume"), ``, deal.ResumeName, func(t *testing.T, _ *rig, b deal.Body) { require.Equal(t, deal.ResumeNow{}, b) }},
		{rep1, at(mine, "/resume"), `{}`, deal.ResumeName, func(t *testing.T, _ *rig, b deal.Body) { require.Equal(t, deal.ResumeNow{}, b) }},
		{rep1, at(mine, "/close"), `{"outcome":"lost","reason":"price","rival":"顺丰"}`, deal.CloseName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.Close)
			require.Equal(t, deal.Lost, body.Outcome)
			require.Equal(t, "price", r.text(body.Reason))
			require.Equal(t, "顺丰", r.text(body.Rival))
		}},
		{rep1, at(mine, "/reopen"), `{"reason":"new buyer"}`, deal.ReopenName, func(t *testing.T, r *rig, b deal.Body) {
			require.Equal(t, "new buyer", r.text(b.(deal.ReopenAccount).Reason))
		}},
		{manager, at(mine, "/assign"), `{"owner":"` + string(rep2) + `","reason":"move"}`, deal.AssignName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.Assign)
			require.Equal(t, rep2, body.Owner)
			require.Equal(t, "move", r.text(body.Reason))
		}},
		{rep1, at(mine, "/follow-up"), `{"at":"2026-03-09T09:00:00+08:00","note":"call"}`, deal.FollowUpName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.SetFollowUp)
			require.True(t, when.Equal(body.At))
			require.Equal(t, "call", r.text(body.Note))
		}},
		{manager, at(mine, "/family"), `{"parent":"x","relation":"subsidiary","reason":"one house"}`, deal.SetParentName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.SetParent)
			require.Equal(t, []any{deal.AccountID("x"), deal.Subsidiary}, []any{body.Parent, body.Relation})
			require.Equal(t, "one house", r.text(body.Reason))
		}},
		{manager, at(mine, "/family"), `{"parent":"","reason":"sold"}`, deal.SetParentName, func(t *testing.T, _ *rig, b deal.Body) {
			require.Empty(t, b.(deal.SetParent).Parent)
		}},
		{rep1, at(mine, "/specialists"), `{"step":"trial","person":"` + string(rep2) + `","note":"you know them"}`, deal.OfferStepName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.OfferStep)
			require.Equal(t, []any{deal.Trial, rep2}, []any{body.Step, body.Person})
			require.Equal(t, "you know them", r.text(body.Note))
		}},
		{rep1, at(mine, "/specialists/s1/answer"), `{"decision":"decline","reason":"no time"}`, deal.AnswerStepName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.AnswerStep)
			require.Equal(t, []any{"s1", deal.DeclineStep}, []any{body.Specialist, body.Decision})
			require.Equal(t, "no time", r.text(body.Reason))
		}},
		{rep1, at(mine, "/specialists/s1/withdraw"), `{"reason":"done"}`, deal.WithdrawStepName, func(t *testing.T, r *rig, b deal.Body) {
			require.Equal(t, "s1", b.(deal.WithdrawStep).Specialist)
			require.Equal(t, "done", r.text(b.(deal.WithdrawStep).Reason))
		}},
		{manager, at(mine, "/promote"), `{"playbook":"industrial","reason":"grows"}`, deal.PromoteName, func(t *testing.T, r *rig, b deal.Body) {
			require.Equal(t, "industrial", b.(deal.Promote).Playbook)
			require.Equal(t, "grows", r.text(b.(deal.Promote).Reason))
		}},
		{rep1, at(mine, "/merge"), `{"into":"x","reason":"twin"}`, deal.MergeName, func(t *testing.T, r *rig, b deal.Body) {
			require.Equal(t, deal.AccountID("x"), b.(deal.Merge).Into)
			require.Equal(t, "twin", r.text(b.(deal.Merge).Reason))
		}},
		{rep1, at(mine, "/second-development"), `{"goal":"more"}`, deal.SecondDevelopmentName, func(t *testing.T, r *rig, b deal.Body) {
			require.Equal(t, "more", r.text(b.(deal.SecondDevelopment).Goal))
		}},
		{
			rep1, at(mine, "/interactions"),
			`{"kind":"visit","at":"2026-03-01T09:00:00+08:00","with":["c1"],"aim":"a","result":"r","next_step":"n","next_at":"2026-03-09T09:00:00+08:00"}`,
			deal.LogInteractionName, func(t *testing.T, r *rig, b deal.Body) {
				body := b.(deal.LogInteraction)
				require.Equal(t, deal.VisitInteraction, body.Kind)
				require.Equal(t, []string{"c1"}, body.With)
				require.True(t, when.Equal(body.NextAt))
				require.Equal(t, []string{"a", "r", "n"}, []string{r.text(body.Aim), r.text(body.Result), r.text(body.NextStep)})
			},
		},
		{
			rep1, at(mine, "/interactions"), `{"kind":"call","at":"2026-03-01T09:00:00+08:00","with":["c1"],"aim":"a","result":"r","next_step":"n"}`,
			deal.LogInteractionName, func(t *testing.T, _ *rig, b deal.Body) { require.True(t, b.(deal.LogInteraction).NextAt.IsZero()) },
		},
		{
			rep1, at(mine, "/approvals"),
			`{"kind":"proposal","subject":{"type":"form","id":"plan","version":2},"amount":"1250000.5","currency":"CNY","text":"请批准"}`,
			deal.RequestApprovalName, func(t *testing.T, r *rig, b deal.Body) {
				body := b.(deal.RequestApproval)
				require.Equal(t, deal.Proposal, body.Kind)
				require.Equal(t, deal.Subject{Type: deal.FormSubject, ID: "plan", Version: 2}, body.Subject)
				require.Equal(t, int64(125000050), body.Amount)
				require.Equal(t, "CNY", body.Currency)
				require.Equal(t, "请批准", r.text(body.Text))
			},
		},
		{manager, onApproval + "/decision", `{"decision":"return","comment":"rework","version":2}`, deal.DecideApprovalName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.DecideApproval)
			require.Equal(t, approval, body.Approval)
			require.Equal(t, deal.SendBack, body.Decision)
			require.Equal(t, int64(2), body.Version)
			require.Equal(t, "rework", r.text(body.Comment))
		}},
		{manager, onApproval + "/transfer", `{"to":"` + string(director) + `","reason":"away"}`, deal.TransferApprovalName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.TransferApproval)
			require.Equal(t, director, body.To)
			require.Equal(t, "away", r.text(body.Reason))
		}},
		{rep1, onApproval + "/withdraw", `{"reason":"error"}`, deal.WithdrawApprovalName, func(t *testing.T, r *rig, b deal.Body) {
			require.Equal(t, "error", r.text(b.(deal.WithdrawApproval).Reason))
		}},
		{rep1, onApproval + "/withdraw", ``, deal.WithdrawApprovalName, func(t *testing.T, _ *rig, b deal.Body) {
			require.Equal(t, deal.WithdrawApproval{Approval: approval}, b)
		}},
		{ops, at(mine, "/filings/f1/arbitration"), `{"decision":"refuse","reason":"theirs is older"}`, deal.ArbitrateName, func(t *testing.T, r *rig, b deal.Body) {
			body := b.(deal.Arbitrate)
			require.Equal(t, "f1", body.Filing)
			require.Equal(t, deal.RefuseFiling, body.Decision)
			require.Equal(t, "theirs is older", r.text(body.Reason))
		}},
		{
			rep1, at(mine, "/approvals"), `{"kind":"credit_change","subject":{"type":"record","id":"credit/sole","version":3},"text":"x"}`,
			deal.RequestApprovalName, func(t *testing.T, _ *rig, b deal.Body) {
				body := b.(deal.RequestApproval)
				require.Equal(t, deal.CreditChange, body.Kind)
				require.Equal(t, deal.Subject{Type: deal.RecordSubject, ID: "credit/sole", Version: 3}, body.Subject)
			},
		},
		{manager, onTask + "/done", ``, deal.CompleteTaskName, func(t *testing.T, _ *rig, b deal.Body) {
			require.Equal(t, deal.CompleteTask{Task: task}, b)
		}},
	} {
		t.Run(string(c.name)+" "+c.body, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			var body any = c.body
			if c.body == "" {
				body = nil
			}
			out := r.do(c.as, "POST", c.path, body, key("k1")).ok(200)
			cmd := r.last()
			require.Equal(t, c.name, cmd.Name)
			require.Equal(t, mine, cmd.Account)
			require.Equal(t, c.as, cmd.Actor)
			require.Equal(t, deal.CommandKey(installation, c.as, mine, "k1"), cmd.Key)
			require.Len(t, cmd.Fingerprint, 64)
			require.True(t, cmd.At.IsZero(), "the workflow stamps the instant")
			c.want(t, r, cmd.Body)
			require.InDelta(t, 8, out["seq"], 0)
			require.Equal(t, string(mine), out["account"].(map[string]any)["id"])
		})
	}
}

// Every command that people may send has an act; the others are causes of their own.
func TestCommands_allButTheSystemsOwnHaveAnAct(t *testing.T) {
	t.Parallel()
	spec := newRig(t).do("", "GET", "/openapi.json", nil).json()
	paths := spec["paths"].(map[string]any)
	acts := map[deal.CommandName]string{
		deal.OpenName: "/accounts", deal.LogInteractionName: "/accounts/{id}/interactions", deal.RequestApprovalName: "/accounts/{id}/approvals",
		deal.DecideApprovalName: "/approvals/{id}/decision", deal.TransferApprovalName: "/approvals/{id}/transfer",
		deal.WithdrawApprovalName: "/approvals/{id}/withdraw", deal.CompleteTaskName: "/tasks/{id}/done", deal.SetParentName: "/accounts/{id}/family",
		deal.ArbitrateName: "/accounts/{id}/filings/{filing}/arbitration", deal.OfferStepName: "/accounts/{id}/specialists",
		deal.AnswerStepName: "/accounts/{id}/specialists/{specialist}/answer", deal.WithdrawStepName: "/accounts/{id}/specialists/{specialist}/withdraw", deal.MovePlaybookName: "/accounts/{id}/playbook",
	}
	causes := map[deal.CommandName]bool{deal.HandOverName: true, deal.VoidApprovalName: true, deal.RecomputeName: true, deal.TickName: true}
	for _, name := range deal.CommandNames() {
		if causes[name] {
			continue
		}
		path, ok := acts[name]
		if !ok {
			path = "/accounts/{id}/" + string(name)
		}
		item, ok := paths["/api/v1"+path].(map[string]any)
		require.True(t, ok, "command %s has no act at %s", name, path)
		require.Contains(t, item, "post", path)
	}
}

func TestCommands_blankTextsAreNoTexts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", at(mine, "/return"), `{"to":"survey","reason":" \n\t　"}`).ok(200)
	require.Nil(t, r.last().Body.(deal.Return).Reason, "the rules then ask for the reason")
	require.Empty(t, r.staged)
}

func TestCommands_carryNoCustomerData(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", at(mine, "/return"), `{"to":"survey","reason":"刘总说价格太高"}`).ok(200)
	wire, err := json.Marshal(r.last())
	require.NoError(t, err)
	require.NotContains(t, string(wire), "刘总")
}

func TestIdempotency_theKeyIsEchoedOrMadeUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.Equal(t, "mine", r.do(rep1, "POST", at(mine, "/resume"), nil, key("mine")).Header().Get("Idempotency-Key"))
	one := r.do(rep1, "POST", at(mine, "/resume"), nil).Header().Get("Idempotency-Key")
	two := r.do(rep1, "POST", at(mine, "/resume"), nil).Header().Get("Idempotency-Key")
	require.NotEmpty(t, one)
	require.NotEqual(t, one, two)
	require.Equal(t, deal.CommandKey(installation, rep1, mine, two), r.last().Key)
	require.Empty(t, r.do(rep1, "GET", at(mine, ""), nil).Header().Get("Idempotency-Key"))
}

func TestIdempotency_aKnownKeyIsAnsweredWithoutTheWorkflow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`, key("k")).ok(200)
	first := r.last()
	r.known[first.Key] = deal.Remembered{Fingerprint: first.Fingerprint, Answer: deal.Answer{Outcome: deal.Done, FirstSeq: 5, LastSeq: 6}}
	r.state.Seq = 9
	out := r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`, key("k")).ok(200)
	require.InDelta(t, 6, out["seq"], 0, "the first answer")
	require.InDelta(t, 9, out["account"].(map[string]any)["seq"], 0, "the account as it is now")
	require.Len(t, r.sent, 1)

	for name, path := range map[string]string{"another body": at(mine, "/advance"), "another act": at(mine, "/resume")} {
		body := map[string]any{"from": "survey"}
		a := r.do(rep1, "POST", path, body, key("k"))
		if path == at(mine, "/resume") {
			a = r.do(rep1, "POST", path, nil, key("k"))
		}
		a.problem(422, "key_reused")
		require.Len(t, r.sent, 1, name)
	}
}

func TestIdempotency_twoPeopleNeverShareAnAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", at(mine, "/resume"), nil, key("k")).ok(200)
	one := r.last().Key
	r.do(manager, "POST", at(mine, "/resume"), nil, key("k")).ok(200)
	require.NotEqual(t, one, r.last().Key)
}

func TestIdempotency_aKnownKeyAnswersEvenWhenTheAccountWentOutOfSight(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", at(mine, "/resume"), nil, key("k")).ok(200)
	first := r.last()
	r.known[first.Key] = deal.Remembered{Fingerprint: first.Fingerprint, Answer: deal.Answer{Outcome: deal.Done, LastSeq: 6}}
	r.state.Owner = rep2
	out := r.do(rep1, "POST", at(mine, "/resume"), nil, key("k")).ok(200)
	require.InDelta(t, 6, out["seq"], 0)
	require.NotContains(t, out, "account")
	r.do(rep1, "POST", at(mine, "/resume"), nil, key("new")).problem(404, "not_found")
}

func refuse(no ...deal.Refusal) func(deal.Command) (deal.Receipt, error) {
	return func(deal.Command) (deal.Receipt, error) { return deal.Receipt{Answer: deal.RefusedAnswer(no)}, nil }
}

func TestRefusals_listEveryReasonUnderTheGravestStatus(t *testing.T) {
	t.Parallel()
	gate := deal.Refusal{
		Code: deal.CodeGateUnmet, Item: "no_decider", Text: deal.Text{ZH: "没有决策人", EN: "no decider is known"},
		Hint: deal.Text{ZH: "登记联系人", EN: "record the contact"}, Link: "contacts",
	}
	bare := deal.Refusal{Code: deal.CodeGateUnmet, Item: "playbook_condition"}
	moved := deal.Refusal{Code: deal.CodeStepMoved, Field: "/from", Args: []string{"survey"}}
	role := deal.Refusal{Code: deal.CodeNotYourRole}
	for name, c := range map[string]struct {
		no     []deal.Refusal
		status int
		code   string
		items  []string
	}{
		"gate alone":           {[]deal.Refusal{gate, bare}, 422, "gate_unmet", []string{"no_decider", "playbook_condition"}},
		"state before gate":    {[]deal.Refusal{gate, moved}, 409, "step_moved", []string{"no_decider", "step_moved"}},
		"role before state":    {[]deal.Refusal{gate, moved, role}, 403, "not_your_role", []string{"no_decider", "step_moved", "not_your_role"}},
		"content":              {[]deal.Refusal{{Code: deal.CodeReasonMissing, Field: "/reason"}}, 422, "reason_missing", []string{"reason_missing"}},
		"date in the past":     {[]deal.Refusal{{Code: deal.CodeDateInPast, Field: "/at"}}, 422, "date_in_past", []string{"date_in_past"}},
		"our own fault":        {deal.Incident("i-1").Refusals, 500, "internal_error", []string{"internal_error"}},
		"a refusal of nothing": {nil, 500, "internal_error", []string{"internal_error"}},
		"key known elsewhere":  {[]deal.Refusal{{Code: deal.CodeKeyReused}}, 422, "key_reused", []string{"key_reused"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.receive = refuse(c.no...)
			p := r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan","note":"n"}`).problem(c.status, c.code)
			items := []string{}
			for _, e := range p.Errors {
				items = append(items, e.Code)
				require.NotEmpty(t, e.Detail)
			}
			require.Equal(t, c.items, items)
			require.Empty(t, r.staged, "what was staged goes away again")
			require.Len(t, r.unstaged, 1)
		})
	}
}

func TestRefusals_sayWhatAndWhereInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = refuse(deal.Refusal{
		Code: deal.CodeGateUnmet, Item: "no_decider", Text: deal.Text{ZH: "没有决策人", EN: "no decider is known"},
		Hint: deal.Text{ZH: "登记联系人", EN: "record the contact"}, Link: "contacts",
	})
	p := r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`).problem(422, "gate_unmet")
	require.Equal(t, api.ProblemItem{Code: "no_decider", Detail: "no decider is known", Hint: "record the contact", Href: at(mine, "/contacts")}, p.Errors[0])
	r.receive = refuse(deal.Refusal{
		Code: deal.CodeGateUnmet, Item: "form_incomplete", Field: "/price", Link: "steps/plan/form",
		Text: deal.Text{ZH: "没有决策人", EN: "the price is missing"}, Hint: deal.Text{ZH: "填写", EN: "fill it in"},
	})
	p = r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`).problem(422, "gate_unmet")
	require.Empty(t, p.Errors[0].Pointer, "the field is not one of this request")
	require.Equal(t, at(mine, "/steps/plan/form#/content/price"), p.Errors[0].Href)
	r.lang = "zh"
	p = r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`).problem(422, "gate_unmet")
	require.Equal(t, "没有决策人", p.Errors[0].Detail)
	require.Equal(t, "出口条件未满足", p.Title)

	r.receive = refuse(deal.Refusal{Code: deal.CodeAlreadyDecided, Args: []string{string(manager), "approved", "2026-03-02T12:00:00Z"}})
	p = r.do(manager, "POST", "/api/v1/approvals/"+approval+"/decision", `{"decision":"approve","version":2}`).problem(409, "already_decided")
	require.Contains(t, p.Detail, "陈静", "names the person who was faster")
	require.Contains(t, p.Detail, "已通过")

	r.receive = refuse(deal.Refusal{Code: deal.CodeStepMoved, Field: "/from", Args: []string{"survey"}})
	p = r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`).problem(409, "step_moved")
	require.Contains(t, p.Detail, "客户调查")
	require.Equal(t, "/from", p.Errors[0].Pointer)
}

func TestRefusals_giveWayToACopyThatWasFaster(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = func(cmd deal.Command) (deal.Receipt, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.known[cmd.Key] = deal.Remembered{Fingerprint: cmd.Fingerprint, Answer: deal.Answer{Outcome: deal.Done, LastSeq: 8}}
		return deal.Receipt{Answer: deal.RefusedAnswer(deal.Refusals{{Code: deal.CodeStepMoved}})}, nil
	}
	out := r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan","note":"n"}`, key("k")).ok(200)
	require.InDelta(t, 8, out["seq"], 0)
	require.Empty(t, r.unstaged, "the copy's texts are part of the account")
}

func TestRefusals_tellWhenTheFasterOneWasAnotherRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = func(cmd deal.Command) (deal.Receipt, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.known[cmd.Key] = deal.Remembered{Fingerprint: "another"}
		return deal.Receipt{Answer: deal.RefusedAnswer(deal.Refusals{{Code: deal.CodeStepMoved}})}, nil
	}
	r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`, key("k")).problem(422, "key_reused")
}

func TestCommands_thatAskForNothingNewAnswerTheAccountsPresentPlace(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = func(deal.Command) (deal.Receipt, error) {
		return deal.Receipt{Answer: deal.Answer{Outcome: deal.Nothing}, Now: deal.Position{Seq: 7}}, nil
	}
	require.InDelta(t, 7, r.do(rep1, "POST", at(mine, "/resume"), nil).ok(200)["seq"], 0)
}

func TestOutcome_unknownIsSaidSoAndKeepsTheTexts(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"engine away": fmt.Errorf("update: %w", deal.ErrUnavailable), "deadline": context.DeadlineExceeded,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.receive = func(deal.Command) (deal.Receipt, error) { return deal.Receipt{}, err }
			a := r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan","note":"n"}`, key("k"))
			a.problem(503, "outcome_unknown")
			require.NotEmpty(t, a.Header().Get("Retry-After"))
			require.Equal(t, "k", a.Header().Get("Idempotency-Key"))
			require.Len(t, r.staged, 1, "the command may still arrive")
			require.Empty(t, r.unstaged)
		})
	}
}

func TestOutcome_isUnknownWhenTheAnswerCannotBeRead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = func(deal.Command) (deal.Receipt, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.failing = deal.ErrUnavailable
		return deal.Receipt{Answer: deal.Answer{Outcome: deal.Done, LastSeq: 8}}, nil
	}
	r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`).problem(503, "outcome_unknown")
}

func TestOutcome_isToldWhenTheCommandTookAllTheTimeThereWas(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Limits.RequestTimeout = 20 * time.Millisecond })
	r.slow = true
	require.InDelta(t, 8, r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`).ok(200)["seq"], 0)
}

func TestOutcome_isPlainUnavailableBeforeAnythingWasSent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.failing = deal.ErrUnavailable
	r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`).problem(503, "unavailable")
	require.Empty(t, r.sent)
}

func TestOutcome_ofAnErrorThatIsNoOutageIsOurFault(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = func(deal.Command) (deal.Receipt, error) { return deal.Receipt{}, fmt.Errorf("encode payload") }
	r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`).problem(500, "internal_error")
}

// gateway holds commands until it is opened.
type gateway struct {
	arrived chan struct{}
	open    chan struct{}
}

func hold(r *rig) *gateway {
	g := &gateway{arrived: make(chan struct{}, 100), open: make(chan struct{})}
	done := r.receive
	r.receive = func(cmd deal.Command) (deal.Receipt, error) {
		g.arrived <- struct{}{}
		<-g.open
		return done(cmd)
	}
	return g
}

func TestInFlight_isBoundedPerAccountAndPerProcess(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]func(*api.Options){
		"per account": func(o *api.Options) { o.Limits.InFlightPerAccount = 2 },
		"per process": func(o *api.Options) { o.Limits.InFlight = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, limit)
			g := hold(r)
			var all sync.WaitGroup
			for range 2 {
				all.Go(func() { r.do(rep1, "POST", at(mine, "/resume"), nil).ok(200) })
			}
			for range 2 {
				<-g.arrived
			}
			a := r.do(rep1, "POST", at(mine, "/resume"), nil)
			a.problem(429, "busy")
			require.Equal(t, "1", a.Header().Get("Retry-After"))
			r.do(rep1, "GET", at(mine, ""), nil).ok(200)
			close(g.open)
			all.Wait()
			r.do(rep1, "POST", at(mine, "/resume"), nil).ok(200)
		})
	}
}

func TestOpen_opensOneAccountForOneKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := `{"name":" 晨风集团 ","territory":"宿城","credit_code":"91320000134795486x","monthly_inbound":0,
		"contacts":[{"name":"刘总","role":"decider","mobile":"+86 138 0524 0011"}],"form":{"needs":"x"}}`
	body = strings.Replace(body, `"credit_code":"91320000134795486x",`, "", 1)
	a := r.do(collector, "POST", "/api/v1/accounts", body, key("lead-1"))
	out := a.ok(201)
	cmd := r.opened[0]
	require.Equal(t, deal.OpenName, cmd.Name)
	require.Equal(t, "/api/v1/accounts/"+string(cmd.Account), a.Header().Get("Location"))
	require.Equal(t, deal.CommandKey(installation, collector, cmd.Account, "lead-1"), cmd.Key)
	require.Equal(t, string(cmd.Account), out["account"].(map[string]any)["id"])
	open := cmd.Body.(deal.Open)
	require.Equal(t, deal.ViaAPI, open.Via)
	require.Equal(t, "宿城", open.Territory)
	require.NotNil(t, open.Draft)
	draft := r.staged[cmd.Key].Draft
	require.Equal(t, "晨风集团", draft.Profile.Name)
	require.Equal(t, 0, *draft.Profile.MonthlyInbound)
	require.Nil(t, draft.Profile.MonthlyOutbound)
	require.Equal(t, map[string]any{"needs": "x"}, draft.Form)
	require.Equal(t, "13805240011", draft.Contacts[0].Mobile)
	require.True(t, draft.Contacts[0].PhoneValid)
	require.NotEmpty(t, draft.Contacts[0].ID)

	again := r.do(collector, "POST", "/api/v1/accounts", body, key("lead-1"))
	again.ok(201)
	require.Equal(t, a.Header().Get("Location"), again.Header().Get("Location"))
	require.Len(t, r.opened, 1)
	r.do(collector, "POST", "/api/v1/accounts", `{"name":"other"}`, key("lead-1")).problem(422, "key_reused")
	r.do(collector, "POST", "/api/v1/accounts", body, key("lead-2")).ok(201)
	require.NotEqual(t, r.opened[0].Account, r.opened[1].Account)
}

func TestOpen_namesWhatIsWrongWithALead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.unfit = deal.Refusals{{Code: deal.CodeInvalidValue, Field: "/source"}}
	p := r.do(rep1, "POST", "/api/v1/accounts", `{"name":"  ","credit_code":"123","contacts":[{"name":"A","mobile":"12"},{"name":" "}],"form":{"source":1}}`).
		problem(422, "invalid_request")
	got := map[string]string{}
	for _, e := range p.Errors {
		got[e.Pointer] = e.Code
	}
	require.Equal(t, map[string]string{
		"/name": "required_field", "/credit_code": "invalid_credit_code", "/contacts/0/mobile": "invalid_phone",
		"/contacts/1/name": "required_field", "/form/source": "invalid_value",
	}, got)
	require.Empty(t, r.opened)
	require.Empty(t, r.staged)
}

func TestOpen_refusalsPointIntoTheBodyThatWasSent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = refuse(deal.Refusal{Code: deal.CodeNotYourTerritory, Field: "/profile/territory"})
	p := r.do(collector, "POST", "/api/v1/accounts", `{"name":"晨风","territory":"苏州"}`).problem(403, "not_your_territory")
	require.Equal(t, "/territory", p.Errors[0].Pointer)
}

func TestTexts_ofAnotherRequestUnderTheSameKeyCannotSlipIn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", at(mine, "/return"), `{"to":"survey","reason":"one"}`, key("k")).ok(200)
	one := r.last().Body.(deal.Return).Reason
	r.do(rep1, "POST", at(mine, "/return"), `{"to":"survey","reason":"two"}`, key("k")).ok(200)
	two := r.last().Body.(deal.Return).Reason
	require.NotEqual(t, one.ID, two.ID)
	r.do(rep1, "POST", at(mine, "/return"), `{"to":"survey","reason":"one"}`, key("k")).ok(200)
	require.Equal(t, one, r.last().Body.(deal.Return).Reason, "a repeat stages the same")
}

func TestCommands_withWrongMoneyNeverLeave(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for body, code := range map[string]string{
		`"amount":"1.234"`: "invalid_amount", `"amount":"-1"`: "invalid_amount", `"amount":"1e3"`: "invalid_amount",
		`"amount":"1","currency":"XXX"`: "unknown_currency", `"amount":"1.5","currency":"JPY"`: "invalid_amount", `"currency":"CNY"`: "invalid_amount",
	} {
		p := r.do(rep1, "POST", at(mine, "/approvals"), `{"kind":"proposal","subject":{"type":"form","id":"plan","version":2},`+body+`}`).
			problem(422, "invalid_request")
		require.Equal(t, code, p.Errors[0].Code, body)
	}
	require.Equal(t, http.StatusUnprocessableEntity,
		r.do(rep1, "POST", at(mine, "/approvals"), `{"kind":"proposal","subject":{"type":"form","id":"plan","version":2},"amount":12.5}`).Code)
	require.Empty(t, r.sent)
}
