package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"closedloop/deal"
	"closedloop/playbook/playbooktest"
	"closedloop/workflows/contract"
)

// ringCost is what the engine holds of one account that went round the whole ring and began its second development:
// opened, ten steps, three chains of approval, and one continue-as-new.
type ringCost struct {
	Commands    int
	Events      int64
	Bytes       int64
	Transitions int64
	Took        time.Duration
}

// perCommand is a share of the whole.
func (r ringCost) perCommand(n int64) float64 { return float64(n) / float64(max(1, r.Commands)) }

// EventsPerCommand includes start and continue-as-new.
func (r ringCost) EventsPerCommand() float64 { return r.perCommand(r.Events) }

// walker takes one account through the ring as the people of the demo organisation would.
type walker struct {
	rep, manager, ops, finance *rest

	account  deal.AccountID
	contact  string
	commands int
}

// walkRing drives the ring and asks the engine what it holds of it.
func walkRing(ctx context.Context, e *engine, w *walker) (ringCost, error) {
	began := time.Now()
	var err error
	if w.account, err = openAccount(ctx, w.rep, '环', 0); err != nil {
		return ringCost{}, err
	}
	w.commands++
	for _, step := range deal.Steps() {
		if err := w.pass(ctx, step); err != nil {
			return ringCost{}, fmt.Errorf("step %s: %w", step, err)
		}
	}
	took := time.Since(began)
	id := contract.AccountWorkflowID(w.account)
	first, err := e.history(ctx, id, "")
	if err != nil {
		return ringCost{}, err
	}
	if err := w.command(ctx, w.rep, w.path("second-development"), map[string]any{"goal": "二次开发：增开国际件。"}, nil); err != nil {
		return ringCost{}, err
	}
	second, err := e.rolled(ctx, id, first.Run)
	if err != nil {
		return ringCost{}, err
	}
	if first, err = e.history(ctx, id, first.Run); err != nil {
		return ringCost{}, err
	}
	return ringCost{
		Commands: w.commands, Took: took, Events: first.Events + second.Events, Bytes: first.Bytes + second.Bytes,
		Transitions: first.Transitions + second.Transitions,
	}, nil
}

// rolled waits until a workflow has continued as new and the new run has done its first task.
func (e *engine) rolled(ctx context.Context, id, before string) (history, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	const firstTask = 4 // started, task scheduled, started and completed
	for {
		h, err := e.history(ctx, id, "")
		if err != nil || (h.Run != before && h.Events > firstTask) {
			return h, err
		}
		select {
		case <-ctx.Done():
			return h, fmt.Errorf("wait for %s to continue as new: %w", id, ctx.Err())
		case <-ticker.C:
		}
	}
}

func (w *walker) path(act string) string { return "/accounts/" + string(w.account) + "/" + act }

// command sends one command and counts it.
func (w *walker) command(ctx context.Context, who *rest, path string, body map[string]any, into any) error {
	w.commands++
	return who.post(ctx, path, body, into)
}

// pass does what the gate of a step asks for, in the order of doing, and leaves the step.
func (w *walker) pass(ctx context.Context, step deal.Step) error {
	if err := w.findContact(ctx); err != nil {
		return err
	}
	switch step {
	case deal.Screen:
		if err := w.command(ctx, w.manager, w.path("intake"), map[string]any{"decision": deal.AcceptIntake}, nil); err != nil {
			return err
		}
	case deal.Survey, deal.Visit:
		for range map[deal.Step]int{deal.Survey: 1, deal.Visit: 2}[step] {
			if err := w.meet(ctx); err != nil {
				return err
			}
		}
	case deal.Analyse:
		if err := w.command(ctx, w.rep, w.path("grade"), map[string]any{"grade": deal.GradeB, "reason": "七项得分中等偏上。"}, nil); err != nil {
			return err
		}
	case deal.Collect, deal.Plan, deal.Trial, deal.Sign, deal.Maintain, deal.Archive: // the form, and approvals below
	}
	version := int64(0)
	if step != deal.Collect { // whose form came with the lead
		var err error
		if version, err = w.fill(ctx, step); err != nil {
			return err
		}
	}
	switch step {
	case deal.Screen:
		if err := w.approve(ctx, deal.Filing, step, version, "", w.manager, w.ops); err != nil {
			return err
		}
	case deal.Plan:
		if err := w.approve(ctx, deal.Proposal, step, version, amount(), w.manager); err != nil {
			return err
		}
	case deal.Sign:
		if err := w.approve(ctx, deal.Contract, step, version, amount(), w.manager, w.finance); err != nil {
			return err
		}
	case deal.Collect, deal.Survey, deal.Analyse, deal.Visit, deal.Trial, deal.Maintain, deal.Archive: // nothing to approve
	}
	return w.command(ctx, w.rep, w.path("advance"), map[string]any{"from": step}, nil)
}

func amount() string { return strconv.FormatInt(playbooktest.AmountMinor/100, 10) + ".00" }

func (w *walker) findContact(ctx context.Context) error {
	if w.contact != "" {
		return nil
	}
	var contacts struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	if err := w.rep.get(ctx, w.path("contacts"), &contacts); err != nil {
		return err
	}
	if len(contacts.Items) == 0 {
		return fmt.Errorf("account %s has no contact", w.account)
	}
	w.contact = contacts.Items[0].ID
	return nil
}

func (w *walker) meet(ctx context.Context) error {
	return w.command(ctx, w.rep, w.path("interactions"), map[string]any{
		"kind": deal.VisitInteraction, "at": time.Now().UTC(), "with": []string{w.contact},
		"aim": "了解样衣寄递流程。", "result": "每天三批，时效优先。", "next_step": "带时效表回访。",
	}, nil)
}

// fill writes the form of a step and gives its version.
func (w *walker) fill(ctx context.Context, step deal.Step) (int64, error) {
	content := playbooktest.Filled(playbooktest.Express, step, playbooktest.Options{
		Contact: w.contact, Person: string(w.rep.person), Now: time.Now(),
	})
	text, err := json.Marshal(map[string]any{"content": content})
	if err != nil {
		return 0, fmt.Errorf("encode form: %w", err)
	}
	var form struct {
		Version int64 `json:"version"`
	}
	err = w.rep.call(ctx, http.MethodPut, w.path("steps/"+string(step)+"/form"), text, &form, "If-Match", `"0"`)
	return form.Version, err
}

// approve asks for an approval of a step's form and lets everybody in the chain say yes.
func (w *walker) approve(ctx context.Context, kind deal.ApprovalKind, step deal.Step, version int64, amount string, chain ...*rest) error {
	request := map[string]any{
		"kind": kind, "subject": map[string]any{"type": deal.FormSubject, "id": step, "version": version}, "text": "请审批。",
	}
	if amount != "" {
		request["amount"], request["currency"] = amount, playbooktest.Currency
	}
	var asked struct {
		Account struct {
			PendingApprovals []struct {
				ID string `json:"id"`
			} `json:"pending_approvals"`
		} `json:"account"`
	}
	if err := w.command(ctx, w.rep, w.path("approvals"), request, &asked); err != nil {
		return err
	}
	if len(asked.Account.PendingApprovals) != 1 {
		return fmt.Errorf("%s: %d requests are pending", kind, len(asked.Account.PendingApprovals))
	}
	path := "/approvals/" + asked.Account.PendingApprovals[0].ID + "/decision"
	for _, who := range chain {
		if err := w.command(ctx, who, path, map[string]any{"decision": deal.Approve, "version": version}, nil); err != nil {
			return err
		}
	}
	return nil
}
