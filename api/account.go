package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"closedloop/deal"
	"closedloop/deal/view"
)

// AccountPath is the path parameter of everything below an account.
type AccountPath struct {
	ID string `path:"id" doc:"UUID of the account"`
}

type accountsInput struct {
	Paging
	Step    stepName   `query:"step"`
	Status  statusName `query:"status"`
	Owner   string     `query:"owner" maxLength:"64" doc:"ID of a person, or me"`
	Team    string     `query:"team" maxLength:"64" doc:"ID of a team or area, with everything below it"`
	Grade   gradeName  `query:"grade"`
	Overdue switchName `query:"overdue"`
	Parent  string     `query:"parent" maxLength:"64" doc:"ID of an account: everything under it, in any generation"`
	RollUp  switchName `query:"roll_up" doc:"true: only the tops of families, each with sums over what you see of it"`
	Query   string     `query:"q" maxLength:"200" doc:"part of the name, number or credit code"`
	Sort    sortName   `query:"sort" doc:"default: -updated_at"`
}

type accountItem struct {
	ID           string      `json:"id"`
	Number       string      `json:"number"`
	Name         string      `json:"name"`
	Territory    string      `json:"territory"`
	Step         stepName    `json:"step"`
	Status       statusName  `json:"status"`
	Cycle        int         `json:"cycle"`
	Pass         int         `json:"pass"`
	Seq          int64       `json:"seq"`
	Owner        *personBody `json:"owner,omitempty"`
	Team         *teamBody   `json:"team,omitempty"`
	Grade        string      `json:"grade"`
	Deadline     *time.Time  `json:"deadline"`
	Overdue      bool        `json:"overdue"`
	NextFollowUp *time.Time  `json:"next_follow_up"`
	Late         bool        `json:"late" doc:"the lead was handed over after its day"`
	OpenedAt     time.Time   `json:"opened_at"`
	EnteredAt    time.Time   `json:"entered_at"`
	UpdatedAt    time.Time   `json:"updated_at"`
	Family       *rollUpBody `json:"family,omitempty" doc:"with roll_up=true"`
}

type accountOutput struct {
	ETag string `header:"ETag" doc:"version of the profile, for PATCH"`
	Body accountBody
}

// leadBody opens an account: the profile of the customer, people there, and the lead form as far as it is known.
type leadBody struct {
	Name            string         `json:"name" minLength:"1" maxLength:"200"`
	CreditCode      string         `json:"credit_code,omitempty" maxLength:"40" doc:"unified social credit code"`
	Aliases         []string       `json:"aliases,omitempty" maxItems:"20" minLength:"1" maxLength:"200" doc:"other names"`
	Premises        string         `json:"premises,omitempty" maxLength:"40" doc:"factory, park, public, shop, office, school, other"`
	Territory       string         `json:"territory,omitempty" maxLength:"100"`
	Address         string         `json:"address,omitempty" maxLength:"400"`
	Industry        string         `json:"industry,omitempty" maxLength:"100"`
	MonthlyInbound  *int           `json:"monthly_inbound,omitempty" nullable:"true" minimum:"0" maximum:"1000000000" doc:"pieces a month"`
	MonthlyOutbound *int           `json:"monthly_outbound,omitempty" nullable:"true" minimum:"0" maximum:"1000000000" doc:"pieces a month"`
	Contacts        []contactInput `json:"contacts,omitempty" maxItems:"50"`
	Form            map[string]any `json:"form,omitempty" doc:"of the step collect; see GET /playbooks/{name}"`
}

type openInput struct {
	Body leadBody
}

type openOutput struct {
	Status   int
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     commandBody
}

func (a *API) accountRoutes() {
	open := op(http.MethodPost, "/accounts", "open-account", "accounts", "Open an account as a lead")
	open.Description = "Starts the account's workflow. The account's ID follows from you and the Idempotency-Key, so a repeat opens nothing twice."
	open.DefaultStatus = http.StatusCreated
	register(a, open, a.open)
	register(a, op(http.MethodGet, "/accounts", "list-accounts", "accounts", "Accounts in your scope"), a.accounts)
	register(a, op(http.MethodGet, "/accounts/{id}", "get-account", "accounts", "One account with everything needed to act"), a.account)
	register(a, op(http.MethodPatch, "/accounts/{id}", "edit-profile", "accounts", "Edit the profile"), a.patchProfile)
}

// accountID refuses what cannot be an account as if it did not exist.
func accountID(id string) (deal.AccountID, error) {
	parsed, err := uuid.Parse(id)
	if err != nil || parsed.String() != id {
		return "", deal.ErrNotFound
	}
	return deal.AccountID(id), nil
}

func (a *API) account(ctx context.Context, in *AccountPath) (*accountOutput, error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	body, err := a.readAccount(ctx, id)
	if err != nil {
		return nil, err
	}
	return &accountOutput{ETag: etag(body.Profile.Version), Body: *body}, nil
}

func (a *API) accounts(ctx context.Context, in *accountsInput) (*reply[list[accountItem]], error) {
	me := who(ctx)
	filter := view.AccountFilter{
		Step: deal.Step(in.Step), Status: deal.Status(in.Status), Owner: personParam(ctx, in.Owner), Team: deal.TeamID(in.Team),
		Grade: deal.Grade(in.Grade), Overdue: in.Overdue.chosen(),
		Parent: deal.AccountID(in.Parent), RollUp: in.RollUp == "true", Query: strings.TrimSpace(in.Query), Sort: string(in.Sort), Page: in.page(),
	}
	items, next, err := a.Accounts.Accounts(ctx, me.viewer, filter)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return listOf(mapped(items, func(i view.AccountItem) accountItem {
		return accountItem{
			ID: string(i.ID), Number: i.Number, Name: i.Name, Territory: i.Territory, Step: stepName(i.Step), Status: statusName(i.Status),
			Cycle: i.Cycle, Pass: i.Pass, Seq: i.Seq, Owner: personIn(me.org, i.Owner), Team: teamIn(me.org, i.Team), Grade: string(i.Grade),
			Deadline: instant(i.Deadline), Overdue: i.Overdue, NextFollowUp: instant(i.NextFollowUp), Late: i.Late,
			OpenedAt: i.OpenedAt.UTC(), EnteredAt: i.EnteredAt.UTC(), UpdatedAt: i.UpdatedAt.UTC(), Family: rollUpOf(i.Family),
		}
	}), next), nil
}

// personParam reads a person in a parameter: an ID, or me.
func personParam(ctx context.Context, value string) deal.PersonID {
	if value == "me" {
		return who(ctx).person.ID
	}
	return deal.PersonID(value)
}

// open stages what is known of the customer and sends the first command; the command makes records of it.
func (a *API) open(ctx context.Context, in *openInput) (*openOutput, error) {
	c := callOf(ctx)
	account := deal.AccountID(derivedID("account", a.Installation, string(c.actor.person.ID), c.key))
	cmd := a.order(ctx, account)
	cmd.Name = deal.OpenName
	pre, err := a.Log.Precheck(ctx, c.actor.viewer, account, cmd.Key)
	if err != nil {
		return nil, fmt.Errorf("ask the log for a key: %w", err)
	}
	if pre.Known {
		out, err := a.again(ctx, cmd, pre.First)
		return opened(account, out, err)
	}
	draft, err := a.draft(cmd.Key, in.Body)
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(draft)
	if err != nil {
		return nil, fmt.Errorf("encode draft: %w", err)
	}
	hash := (&texts{secret: a.TextKey, key: cmd.Key}).hash(string(content))
	cmd.Body = deal.Open{
		Territory: draft.Profile.Territory, Via: deal.ViaAPI, Draft: &deal.TextRef{ID: derivedID("draft", cmd.Key, hash), Hash: hash},
	}
	answer, err := a.send(ctx, cmd, view.Staged{Account: account, Key: cmd.Key, Draft: draft}, a.Commander.Open)
	if err != nil {
		return nil, flatten(err)
	}
	out, err := a.done(ctx, account, answer)
	return opened(account, out, err)
}

// flatten points at the fields of POST /accounts, where the profile is not an object of its own.
func flatten(err error) error {
	var f *fault
	if errors.As(err, &f) {
		for i := range f.reasons {
			f.reasons[i].pointer = strings.TrimPrefix(f.reasons[i].pointer, "/profile")
		}
	}
	return err
}

func opened(account deal.AccountID, out *commandOutput, err error) (*openOutput, error) {
	if err != nil {
		return nil, err
	}
	return &openOutput{
		Status: http.StatusCreated, Location: base + "/accounts/" + string(account), ETag: out.ETag, Body: out.Body,
	}, nil
}

// draft checks what a lead brings and puts it into records.
func (a *API) draft(key string, lead leadBody) (*view.Draft, error) {
	profile := deal.Profile{
		Name: strings.TrimSpace(lead.Name), CreditCode: lead.CreditCode, Aliases: lead.Aliases, Premises: lead.Premises,
		Territory: strings.TrimSpace(lead.Territory), Address: lead.Address, Industry: lead.Industry,
		MonthlyInbound: lead.MonthlyInbound, MonthlyOutbound: lead.MonthlyOutbound,
	}
	f := checkProfile(&profile)
	d := &view.Draft{Form: lead.Form, Contacts: []deal.Contact{}}
	for i, c := range lead.Contacts {
		contact, bad := c.contact(fmt.Sprintf("/contacts/%d", i))
		f = append(f, bad...)
		contact.ID = derivedID("contact", key, fmt.Sprint(i))
		d.Contacts = append(d.Contacts, contact)
	}
	if d.Form == nil {
		d.Form = map[string]any{}
	}
	unfit, err := a.Playbooks.CheckForm(a.Playbooks.Default(), deal.Collect, d.Form)
	if err != nil {
		return nil, fmt.Errorf("check lead form: %w", err)
	}
	f = append(f, formReasons(unfit, "/form")...)
	if len(f) > 0 {
		return nil, invalid(f)
	}
	d.Profile = profile
	return d, nil
}
