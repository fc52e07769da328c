package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

type FormPath struct {
	AccountPath
	Step stepName `path:"step"`
}

type formInput struct {
	FormPath
	Cycle int `query:"cycle" minimum:"0" doc:"an earlier cycle; 0 or absent: the running one"`
}

type putFormInput struct {
	FormPath
	Conditional
	Body struct {
		Content map[string]any `json:"content" doc:"the whole form as far as it is filled in; its schema is in GET /playbooks/{name}"`
	}
}

type formBody struct {
	Step    stepName       `json:"step"`
	Cycle   int            `json:"cycle"`
	Version int64          `json:"version" doc:"0: nothing on file"`
	Content map[string]any `json:"content"`
	Hidden  []string       `json:"hidden,omitempty" doc:"figures that are there, but not for you; an edit leaves them as they are"`
	Gate    *gateBody      `json:"gate,omitempty" doc:"of the present step, when this is its form"`

	Support *briefSupport `json:"support_request,omitempty" doc:"that the visit brief in this form has led to: it wants support from a superior"`
}

type formOutput struct {
	ETag string `header:"ETag" doc:"for If-Match of the next PUT"`
	Body formBody
}

func (a *API) formRoutes() {
	register(a, op(http.MethodGet, "/accounts/{id}/steps/{step}/form", "get-form", "forms", "The form of a step"), a.form)
	put := op(http.MethodPut, "/accounts/{id}/steps/{step}/form", "put-form", "forms", "Write the form of the present or an earlier step")
	put.Description = "Replaces the content. A pending approval about the form becomes void, since nobody approves what nobody read."
	register(a, put, a.putForm)
	register(a, op(http.MethodGet, "/accounts/{id}/gate", "get-gate", "forms", "What is still missing to leave the present step"), a.accountGate)
}

func (a *API) form(ctx context.Context, in *formInput) (*formOutput, error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	form, err := a.Records.Form(ctx, who(ctx).viewer, id, deal.Step(in.Step), in.Cycle)
	if err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	read, err := a.Accounts.Account(ctx, who(ctx).viewer, id)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	body, err := a.shownForm(ctx, read.State, form)
	if err != nil {
		return nil, err
	}
	return &formOutput{ETag: etag(form.Version), Body: body}, nil
}

// shownForm is a form without the figures that are not for the caller.
func (a *API) shownForm(ctx context.Context, s deal.State, f deal.Form) (formBody, error) {
	body := formOf(f)
	rules, err := a.Rules(s.Book)
	if err != nil {
		return body, fmt.Errorf("read rules of the playbook: %w", err)
	}
	if hides(ctx, rules, s) {
		body = body.without(rules.Figures)
	}
	return body, nil
}

// without hides the figures of a form.
func (b formBody) without(f dossier.FigureRules) formBody {
	b.Content, b.Hidden = f.HideFields(b.Content)
	return b
}

func formOf(f deal.Form) formBody {
	b := formBody{Step: stepName(f.Step), Cycle: f.Cycle, Version: f.Version, Content: f.Content}
	if b.Content == nil {
		b.Content = map[string]any{}
	}
	return b
}

func (a *API) putForm(ctx context.Context, in *putFormInput) (*formOutput, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	me, step := who(ctx).viewer, deal.Step(in.Step)
	read, err := a.Accounts.Account(ctx, me, id)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	content, err := a.kept(ctx, read.State, step, in.Body.Content)
	if err != nil {
		return nil, err
	}
	unfit, err := a.Playbooks.CheckForm(read.State.Book, step, content)
	if err != nil {
		return nil, fmt.Errorf("check form: %w", err)
	}
	if len(unfit) > 0 {
		return nil, invalid(formReasons(unfit, "/content"))
	}
	if err := a.superior(ctx, read.State, step, content); err != nil {
		return nil, err
	}
	form, err := a.Records.PutForm(ctx, me, id, step, version, content)
	if errors.Is(err, deal.ErrStale) {
		return nil, stale(form.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("write form: %w", err)
	}
	return a.written(ctx, id, form)
}

// kept is an edited form with the figures that the caller could not see.
func (a *API) kept(ctx context.Context, s deal.State, step deal.Step, edited map[string]any) (map[string]any, error) {
	rules, err := a.Rules(s.Book)
	if err != nil {
		return nil, fmt.Errorf("read rules of the playbook: %w", err)
	}
	if !hides(ctx, rules, s) {
		return edited, nil
	}
	onFile, err := a.Records.Form(ctx, who(ctx).viewer, s.Account, step, 0)
	if err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	return rules.Figures.KeepFields(onFile.Content, edited), nil
}

// written answers a form that is on file now. What follows from it – an approval that lost its subject, the gate – must
// not make the writing look failed.
func (a *API) written(ctx context.Context, id deal.AccountID, form deal.Form) (*formOutput, error) {
	out := &formOutput{ETag: etag(form.Version), Body: formOf(form)}
	read, records, err := a.Accounts.AccountWithRecords(ctx, who(ctx).viewer, id)
	if err == nil && a.voidApprovals(ctx, read.State, deal.Subject{Type: deal.FormSubject, ID: string(form.Step), Version: form.Version}) {
		read, records, err = a.Accounts.AccountWithRecords(ctx, who(ctx).viewer, id)
	}
	var support *briefSupport
	if err == nil {
		support = a.askForSupport(ctx, read.State, form)
		out.Body, err = a.shownForm(ctx, read.State, form)
		out.Body.Support = support
	}
	if err != nil {
		out.Body.Content = map[string]any{} // nobody knows what the caller may see of it
		a.Logger.WarnContext(ctx, "form written, gate not read", "trace_id", callOf(ctx).trace, "account", id, "error", err)
		return out, nil
	}
	if read.State.Step == form.Step {
		out.Body.Gate = ptr(a.gate(ctx, read.State, records))
	}
	return out, nil
}

func (a *API) accountGate(ctx context.Context, in *AccountPath) (*reply[gateBody], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	read, records, err := a.Accounts.AccountWithRecords(ctx, who(ctx).viewer, id)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	return &reply[gateBody]{a.gate(ctx, read.State, records)}, nil
}
