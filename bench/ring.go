package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook/playbooktest"
	"closedloop/workflows/contract"
)

// ringCost is what the engine holds of one account that went round the whole ring and began its second development:
// opened, ten steps, four chains of approval, and one continue-as-new.
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
	rep, manager, director, ops, finance *rest

	account  deal.AccountID
	contact  string
	file     map[dossier.Kind]filed // the newest record of each kind
	commands int
}

// walkRing drives the ring and asks the engine what it holds of it.
func walkRing(ctx context.Context, e *engine, w *walker) (ringCost, error) {
	began := time.Now()
	var err error
	w.file = map[dossier.Kind]filed{}
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
	if step != deal.Collect { // whose form came with the lead
		if err := w.fill(ctx, step); err != nil {
			return err
		}
	}
	for _, r := range playbooktest.Requests(playbooktest.Express, step) {
		if err := w.approve(ctx, r); err != nil {
			return err
		}
	}
	return w.command(ctx, w.rep, w.path("advance"), map[string]any{"from": step}, nil)
}

// chain are the people who decide a kind of request, in turn.
func (w *walker) chain(kind deal.ApprovalKind) []*rest {
	switch kind { //nolint:exhaustive // the ring asks for no other
	case deal.Filing:
		return []*rest{w.manager, w.ops}
	case deal.Proposal:
		return []*rest{w.manager}
	case deal.CreditChange:
		return []*rest{w.finance, w.director}
	case deal.Contract:
		return []*rest{w.manager, w.finance}
	}
	return nil
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

// fill writes the form of a step and puts the records on file that its gate asks for.
func (w *walker) fill(ctx context.Context, step deal.Step) error {
	o := playbooktest.Options{Contact: w.contact, Person: string(w.rep.person), Now: time.Now().In(time.FixedZone("UTC+8", 8*60*60))}
	text, err := json.Marshal(map[string]any{"content": playbooktest.Filled(playbooktest.Express, step, o)})
	if err != nil {
		return fmt.Errorf("encode form: %w", err)
	}
	if err := w.rep.call(ctx, http.MethodPut, w.path("steps/"+string(step)+"/form"), text, nil, "If-Match", `"0"`); err != nil {
		return err
	}
	var failed error
	playbooktest.Records(playbooktest.Express, step, o, func(r dossier.Record) string {
		if failed != nil {
			return ""
		}
		var id string
		id, failed = w.put(ctx, r)
		return id
	})
	return failed
}

// filed is a record on file.
type filed struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

// put puts a record on file and remembers the newest of its kind.
func (w *walker) put(ctx context.Context, r dossier.Record) (string, error) {
	info, ok := dossier.KindOf(r.Kind())
	if !ok {
		return "", fmt.Errorf("%T is no record", r)
	}
	var on filed
	var err error
	switch document, is := r.(dossier.Document); {
	case is:
		err = w.attach(ctx, document, &on)
	case info.Single:
		var text []byte
		if text, err = json.Marshal(playbooktest.Body(r)); err == nil {
			err = w.rep.call(ctx, http.MethodPut, w.path(info.Path), text, &on, "If-Match", `"0"`)
		}
	default:
		err = w.rep.post(ctx, w.path(info.Path), playbooktest.Body(r), &on)
	}
	if err != nil {
		return "", fmt.Errorf("put a %s on file: %w", r.Kind(), err)
	}
	if dossier.Dated(r.Kind()) {
		w.commands++ // the API has the account look at its clocks
	}
	w.file[r.Kind()] = on
	return on.ID, nil
}

// attach uploads the signed file.
func (w *walker) attach(ctx context.Context, what dossier.Document, into *filed) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", what.Name)
	if err == nil {
		_, err = part.Write(playbooktest.SignedFile())
	}
	if err == nil {
		err = form.WriteField("purpose", string(what.Purpose))
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return fmt.Errorf("write upload: %w", err)
	}
	return w.rep.call(ctx, http.MethodPost, w.path("documents"), body.Bytes(), into,
		"Idempotency-Key", w.rep.newKey(), "Content-Type", form.FormDataContentType())
}

// approve asks for an approval of a record and lets everybody in its chain say yes.
func (w *walker) approve(ctx context.Context, r playbooktest.Request) error {
	about, ok := w.file[r.Subject]
	if !ok {
		return fmt.Errorf("%s: no %s is on file", r.Kind, r.Subject)
	}
	request := map[string]any{
		"kind": r.Kind, "text": "请审批。",
		"subject": map[string]any{"type": deal.RecordSubject, "id": string(r.Subject) + "/" + about.ID, "version": about.Version},
	}
	if r.Amount {
		request["amount"], request["currency"] = amount(), playbooktest.Currency
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
		return fmt.Errorf("%s: %d requests are pending", r.Kind, len(asked.Account.PendingApprovals))
	}
	path := "/approvals/" + asked.Account.PendingApprovals[0].ID + "/decision"
	for _, who := range w.chain(r.Kind) {
		if err := w.command(ctx, who, path, map[string]any{"decision": deal.Approve, "version": about.Version}, nil); err != nil {
			return err
		}
	}
	return nil
}
