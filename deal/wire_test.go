package deal_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// sentence is a command as it travels, and as it is read.
type sentence struct {
	json string
	body deal.Body
	refs []string // the staged texts it refers to
}

// sentences are one of every command, with every field set. The words are for ever: histories hold them.
func sentences() []sentence {
	when, text := at("2026-03-02 10:00"), `{"id":"text-a","hash":"hash-a"}`
	return []sentence{
		{
			`"open","body":{"territory":"Suqian","via":"import","draft":` + text + `}`,
			deal.Open{Territory: "Suqian", Via: deal.ViaImport, Draft: note("a")},
			[]string{"text-a"},
		},
		{`"advance","body":{"from":"plan","note":` + text + `}`, deal.Advance{From: deal.Plan, Note: note("a")}, []string{"text-a"}},
		{`"return","body":{"to":"survey","reason":` + text + `}`, deal.Return{To: deal.Survey, Reason: note("a")}, []string{"text-a"}},
		{
			`"intake","body":{"decision":"merge","reason":` + text + `,"merge_into":"x"}`,
			deal.ReviewIntake{Decision: deal.MergeIntake, Reason: note("a"), MergeInto: "x"},
			[]string{"text-a"},
		},
		{`"grade","body":{"grade":"B","reason":` + text + `}`, deal.SetGrade{Grade: deal.GradeB, Reason: note("a")}, []string{"text-a"}},
		{
			`"pause","body":{"reason":` + text + `,"resume_on":"2026-04-01"}`,
			deal.Pause{Reason: note("a"), ResumeOn: "2026-04-01"},
			[]string{"text-a"},
		},
		{`"resume","body":{}`, deal.ResumeNow{}, nil},
		{
			`"close","body":{"outcome":"lost","reason":` + text + `,"rival":{"id":"text-b","hash":"hash-b"}}`,
			deal.Close{Outcome: deal.Lost, Reason: note("a"), Rival: note("b")},
			[]string{"text-a", "text-b"},
		},
		{`"reopen","body":{"reason":` + text + `}`, deal.ReopenAccount{Reason: note("a")}, []string{"text-a"}},
		{`"assign","body":{"owner":"rep1","reason":` + text + `}`, deal.Assign{Owner: rep1, Reason: note("a")}, []string{"text-a"}},
		{
			`"follow-up","body":{"at":"2026-03-02T02:00:00Z","note":` + text + `}`,
			deal.SetFollowUp{At: when, Note: note("a")},
			[]string{"text-a"},
		},
		{
			`"log-interaction","body":{"kind":"call","at":"2026-03-02T02:00:00Z","with":["c"],"aim":` + text +
				`,"result":{"id":"text-b","hash":"hash-b"},"next_step":{"id":"text-c","hash":"hash-c"},"next_at":"2026-03-02T02:00:00Z"}`,
			deal.LogInteraction{
				Kind: deal.CallInteraction, At: when, With: []string{"c"}, Aim: note("a"), Result: note("b"), NextStep: note("c"), NextAt: when,
			},
			[]string{"text-a", "text-b", "text-c"},
		},
		{
			`"request-approval","body":{"kind":"contract","subject":{"type":"form","id":"sign","version":3},"amount_minor":5,"currency":"CNY","text":` +
				text + `}`,
			deal.RequestApproval{
				Kind: deal.Contract, Subject: deal.Subject{Type: deal.FormSubject, ID: "sign", Version: 3}, Amount: 5, Currency: "CNY", Text: note("a"),
			},
			[]string{"text-a"},
		},
		{
			`"decide-approval","body":{"approval":"x","decision":"return","comment":` + text + `,"version":3}`,
			deal.DecideApproval{Approval: "x", Decision: deal.SendBack, Comment: note("a"), Version: 3},
			[]string{"text-a"},
		},
		{
			`"transfer-approval","body":{"approval":"x","to":"manager2","reason":` + text + `}`,
			deal.TransferApproval{Approval: "x", To: manager2, Reason: note("a")},
			[]string{"text-a"},
		},
		{
			`"withdraw-approval","body":{"approval":"x","reason":` + text + `}`,
			deal.WithdrawApproval{Approval: "x", Reason: note("a")},
			[]string{"text-a"},
		},
		{`"void-approval","body":{"approval":"x"}`, deal.VoidApproval{Approval: "x"}, nil},
		{
			`"arbitrate","body":{"filing":"x","decision":"refuse","reason":` + text + `}`,
			deal.Arbitrate{Filing: "x", Decision: deal.RefuseFiling, Reason: note("a")},
			[]string{"text-a"},
		},
		{`"complete-task","body":{"task":"x"}`, deal.CompleteTask{Task: "x"}, nil},
		{`"second-development","body":{"goal":` + text + `}`, deal.SecondDevelopment{Goal: note("a")}, []string{"text-a"}},
		{
			`"move-playbook","body":{"to":{"name":"express","version":2},"reason":` + text + `}`,
			deal.MovePlaybook{To: deal.BookRef{Name: "express", Version: 2}, Reason: note("a")},
			[]string{"text-a"},
		},
		{
			`"set-parent","body":{"parent":"x","relation":"subsidiary","reason":` + text + `}`,
			deal.SetParent{Parent: "x", Relation: deal.Subsidiary, Reason: note("a")},
			[]string{"text-a"},
		},
		{
			`"promote","body":{"playbook":"industrial","reason":` + text + `}`,
			deal.Promote{Playbook: "industrial", Reason: note("a")},
			[]string{"text-a"},
		},
		{`"merge","body":{"into":"x","reason":` + text + `}`, deal.Merge{Into: "x", Reason: note("a")}, []string{"text-a"}},
		{
			`"hand-over","body":{"handover":"x","from":"rep1","to":"rep2","reason":` + text + `}`,
			deal.HandOver{Handover: "x", From: rep1, To: rep2, Reason: note("a")},
			[]string{"text-a"},
		},
		{
			`"offer-step","body":{"step":"trial","person":"rep2","note":` + text + `}`,
			deal.OfferStep{Step: deal.Trial, Person: rep2, Note: note("a")},
			[]string{"text-a"},
		},
		{
			`"answer-step","body":{"specialist":"x","decision":"decline","reason":` + text + `}`,
			deal.AnswerStep{Specialist: "x", Decision: deal.DeclineStep, Reason: note("a")},
			[]string{"text-a"},
		},
		{
			`"withdraw-step","body":{"specialist":"x","reason":` + text + `}`,
			deal.WithdrawStep{Specialist: "x", Reason: note("a")},
			[]string{"text-a"},
		},
		{`"recompute","body":{}`, deal.Recompute{}, nil},
		{`"tick","body":{"due":"2026-03-02T02:00:00Z"}`, deal.Tick{Due: when}, nil},
		{`"load","body":{}`, deal.Load{}, nil},
	}
}

func TestCommand_travelsAsItsWordAndItsBody(t *testing.T) {
	t.Parallel()
	var names []deal.CommandName
	for _, s := range sentences() {
		wire := `{"account":"a","key":"k","fingerprint":"f","actor":"rep1","at":"2026-03-02T02:00:00Z","name":` + s.json + `}`
		want := deal.Command{
			Account: "a", Key: "k", Fingerprint: "f", Actor: rep1, At: at("2026-03-02 10:00"), Name: deal.NameOf(s.body), Body: s.body,
		}
		var read deal.Command
		require.NoError(t, json.Unmarshal([]byte(wire), &read), s.json)
		require.Equal(t, want, read)
		written, err := json.Marshal(want)
		require.NoError(t, err)
		require.Equal(t, wire, string(written))
		names = append(names, want.Name)

		var refs []string
		for _, ref := range want.Texts() {
			refs = append(refs, ref.ID)
		}
		require.Equal(t, s.refs, refs, s.json)
	}
	require.Equal(t, append(deal.CommandNames(), deal.LoadName), names, "one of every command")
}

func TestCommand_withoutOptionalTextsRefersToNothing(t *testing.T) {
	t.Parallel()
	require.Empty(t, deal.Command{Body: deal.Close{}}.Texts())
	require.Equal(t, []deal.TextRef{*note("b")}, deal.Command{Body: deal.Close{Rival: note("b")}}.Texts())
}

func TestCommand_thatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	for wire, want := range map[string]string{
		`{"name":"skip","body":{}}`:                    `unknown name "skip"`,
		`{"body":{}}`:                                  `unknown name ""`,
		`{"name":"advance"}`:                           "decode body of advance",
		`{"name":"advance","body":{"from":7}}`:         "decode body of advance",
		`{"name":"tick","body":{"due":"yesterday"}}`:   "decode body of tick",
		`{"name":"tick","body":{},"at":"yesterday"}`:   "decode command",
		`{"name":"decide-approval","body":[]}`:         "decode body of decide-approval",
		`{"name":"follow-up","body":{"at":"2026-13"}}`: "decode body of follow-up",
	} {
		var c deal.Command
		require.ErrorContains(t, json.Unmarshal([]byte(wire), &c), want, wire)
		require.Nil(t, c.Body)
	}
	unwritable := deal.Command{Name: deal.TickName, Body: deal.Tick{Due: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}}
	_, err := json.Marshal(unwritable)
	require.ErrorContains(t, err, "encode body of tick")
}

func TestCommandNames_areTheWordsOfTheContract(t *testing.T) {
	t.Parallel()
	require.Equal(t, []deal.CommandName{
		"open", "advance", "return", "intake", "grade", "pause", "resume", "close", "reopen", "assign", "follow-up", "log-interaction",
		"request-approval", "decide-approval", "transfer-approval", "withdraw-approval", "void-approval", "arbitrate", "complete-task",
		"second-development", "move-playbook", "set-parent", "promote", "merge", "hand-over", "offer-step", "answer-step", "withdraw-step", "recompute", "tick",
	}, deal.CommandNames())
}
