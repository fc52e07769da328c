package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

// Cases is the case library. Everybody reads it; of accounts that the viewer does not see, the customer is hidden.
type Cases interface {
	Cases(ctx context.Context, v view.Viewer, f view.CaseFilter) ([]view.Case, string, error)
	Case(ctx context.Context, v view.Viewer, id string) (view.Case, error)
	// ReviseCase is for the author and sales operations; others get [view.ErrReadOnly]. A version that is not the present one
	// gives [deal.ErrStale] with the present case.
	ReviseCase(ctx context.Context, v view.Viewer, id string, version int64, texts deal.CaseTexts) (view.Case, error)
}

// caseOutcome is how a cycle ended.
type caseOutcome string

// Schema lists the outcomes.
func (caseOutcome) Schema(huma.Registry) *huma.Schema { return closedSet(deal.CaseOutcomes()...) }

type casesInput struct {
	Paging
	Query    string      `query:"q" maxLength:"200" doc:"words that all occur in the case; Chinese or pinyin for industry, product and rival"`
	Industry string      `query:"industry" maxLength:"100" doc:"part of it"`
	Rival    string      `query:"rival" maxLength:"100" doc:"part of it"`
	Outcome  caseOutcome `query:"outcome"`
	Grade    gradeName   `query:"grade"`
	Team     string      `query:"team" maxLength:"64" doc:"ID; with the teams below it"`
	From     string      `query:"from" format:"date" doc:"ended on this day or later"`
	To       string      `query:"to" format:"date" doc:"ended on this day or before"`
}

// CasePath names a case.
type CasePath struct {
	ID string `path:"id" maxLength:"64"`
}

type reviseCaseInput struct {
	CasePath
	Conditional
	Body casePatch
}

type casePatch struct {
	Product maybe[string] `json:"product,omitempty" maxLength:"4000"`
	Worked  maybe[string] `json:"worked,omitempty" maxLength:"4000"`
	Lessons maybe[string] `json:"lessons,omitempty" maxLength:"4000"`
	Reason  maybe[string] `json:"reason,omitempty" maxLength:"4000"`
	Rival   maybe[string] `json:"rival,omitempty" maxLength:"200"`
}

type caseBody struct {
	ID        string      `json:"id"`
	Version   int64       `json:"version"`
	Hidden    bool        `json:"hidden" doc:"you do not see the account: the customer has no name here and its volumes are rough"`
	Account   *accountRef `json:"account,omitempty"`
	Customer  string      `json:"customer" doc:"its name when the cycle ended; empty where it is hidden"`
	Industry  string      `json:"industry"`
	Premises  string      `json:"premises"`
	Kind      string      `json:"kind" doc:"of the account: economic, important, group, strategic; empty while nobody said"`
	Inbound   *int        `json:"monthly_inbound" doc:"pieces a month"`
	Outbound  *int        `json:"monthly_outbound" doc:"pieces a month"`
	Grade     string      `json:"grade"`
	Cycle     int         `json:"cycle"`
	Step      stepName    `json:"step" doc:"in which the cycle ended"`
	Outcome   caseOutcome `json:"outcome" doc:"completed: the ring was gone through and nothing signed"`
	Reopened  *time.Time  `json:"reopened_at" doc:"a lost customer was taken up again"`
	Product   string      `json:"product"`
	Worked    string      `json:"worked" doc:"what worked"`
	Lessons   string      `json:"lessons"`
	Reason    string      `json:"reason" doc:"of a loss"`
	Rival     string      `json:"rival"`
	StartedAt time.Time   `json:"started_at"`
	WonAt     *time.Time  `json:"won_at"`
	EndedAt   time.Time   `json:"ended_at"`
	Owner     *personBody `json:"owner,omitempty"`
	Author    *personBody `json:"author,omitempty" doc:"whom to ask"`
	Team      string      `json:"team" doc:"name of the team"`
	UpdatedBy *personBody `json:"updated_by,omitempty"`
	UpdatedAt time.Time   `json:"updated_at"`
}

type caseOutput struct {
	ETag string `header:"ETag"`
	Body caseBody
}

func (a *API) caseRoutes() {
	list := op(http.MethodGet, "/cases", "list-cases", "cases", "The case library: what was learnt, newest first")
	list.Description = "For everybody in the house. Who does not see an account reads its case without the customer and its people, and finds it by what is left."
	register(a, list, a.cases)
	register(a, op(http.MethodGet, "/cases/{id}", "get-case", "cases", "One case"), a.oneCase)
	revise := op(http.MethodPatch, "/cases/{id}", "revise-case", "cases", "Put a case better")
	revise.Description = "For its author and sales operations. Every version is kept."
	register(a, revise, a.reviseCase)
}

func (a *API) cases(ctx context.Context, in *casesInput) (*reply[list[caseBody]], error) {
	since, err := a.dayParam(in.From, "query/from")
	if err != nil {
		return nil, err
	}
	until, err := a.dayParam(in.To, "query/to")
	if err != nil {
		return nil, err
	}
	if !until.IsZero() {
		until = until.AddDate(0, 0, 1)
	}
	found, next, err := a.Cases.Cases(ctx, who(ctx).viewer, view.CaseFilter{
		Query: in.Query, Industry: in.Industry, Rival: in.Rival, Outcome: deal.CaseOutcome(in.Outcome), Grade: deal.Grade(in.Grade),
		Team: deal.TeamID(in.Team), Since: since, Until: until, Page: in.page(),
	})
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	org := who(ctx).org
	return listOf(mapped(found, func(c view.Case) caseBody { return caseOf(org, c) }), next), nil
}

// dayParam is the beginning of a day where the organisation works; zero for none.
func (a *API) dayParam(day, pointer string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, day, a.Zone)
	if err != nil || at.Year() < 1 { // there is no year 0 in Postgres
		return time.Time{}, wrong("not_date", pointer)
	}
	return at, nil
}

// dayParams checks the first and the last day of a filter.
func (a *API) dayParams(from, to string) error {
	_, err := a.dayParam(from, "query/from")
	if err == nil {
		_, err = a.dayParam(to, "query/to")
	}
	return err
}

func (a *API) oneCase(ctx context.Context, in *CasePath) (*caseOutput, error) {
	c, err := a.Cases.Case(ctx, who(ctx).viewer, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read case: %w", err)
	}
	return &caseOutput{etag(c.Version), caseOf(who(ctx).org, c)}, nil
}

func (a *API) reviseCase(ctx context.Context, in *reviseCaseInput) (*caseOutput, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	c, err := a.Cases.Case(ctx, who(ctx).viewer, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read case: %w", err)
	}
	texts := c.CaseTexts
	in.Body.Product.into(&texts.Product)
	in.Body.Worked.into(&texts.Worked)
	in.Body.Lessons.into(&texts.Lessons)
	in.Body.Reason.into(&texts.Reason)
	in.Body.Rival.into(&texts.Rival)
	now, err := a.Cases.ReviseCase(ctx, who(ctx).viewer, in.ID, version, texts)
	if errors.Is(err, deal.ErrStale) {
		return nil, stale(now.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("revise case: %w", err)
	}
	return &caseOutput{etag(now.Version), caseOf(who(ctx).org, now)}, nil
}

func caseOf(org deal.Org, c view.Case) caseBody {
	team, _ := org.Team(c.Team)
	body := caseBody{
		ID: c.ID, Version: c.Version, Hidden: !c.Visible, Customer: c.Customer, Industry: c.Industry, Premises: c.Premises, Kind: c.AccountKind,
		Inbound: c.MonthlyInbound, Outbound: c.MonthlyOutbound, Grade: string(c.Grade), Cycle: c.Cycle, Step: stepName(c.Step),
		Outcome: caseOutcome(c.Outcome), Reopened: instant(c.ReopenedAt), Product: c.Product, Worked: c.Worked, Lessons: c.Lessons,
		Reason: c.Reason, Rival: c.Rival, StartedAt: c.StartedAt.UTC(), WonAt: instant(c.WonAt), EndedAt: c.EndedAt.UTC(),
		Owner: personIn(org, c.Owner), Author: personIn(org, c.Author), Team: team.Name, UpdatedBy: personIn(org, c.UpdatedBy), UpdatedAt: c.UpdatedAt.UTC(),
	}
	if c.Visible {
		body.Account = &accountRef{ID: string(c.Account), Number: c.Number, Name: c.Customer}
	}
	return body
}

func caseListing() listing {
	type T = caseBody
	return listing{deal.Text{ZH: "案例库", EN: "Case library"}, []column{
		txt("客户编号", "Account", func(c T) string { return belonging(c.Account) }),
		txt("客户名称", "Customer", func(c T) string { return c.Customer }),
		txt("行业", "Industry", func(c T) string { return c.Industry }),
		txt("等级", "Grade", func(c T) string { return c.Grade }),
		label("结果", "Outcome", catalogue.CaseOutcomes, func(c T) string { return string(c.Outcome) }),
		num("轮次", "Cycle", func(c T) int64 { return int64(c.Cycle) }),
		said("结束步骤", "Ended in", func(c T) string { return string(c.Step) }),
		txt("产品/方案", "Product", func(c T) string { return c.Product }),
		txt("经验教训", "Lessons", func(c T) string { return c.Lessons }),
		txt("有效做法", "What worked", func(c T) string { return c.Worked }),
		txt("丢单原因", "Reason of the loss", func(c T) string { return c.Reason }),
		txt("竞争对手", "Rival", func(c T) string { return c.Rival }),
		when("开始时间", "Began", func(c T) *time.Time { return &c.StartedAt }),
		when("赢单时间", "Won", func(c T) *time.Time { return c.WonAt }),
		when("结束时间", "Ended", func(c T) *time.Time { return &c.EndedAt }),
		when("重新启动时间", "Taken up again", func(c T) *time.Time { return c.Reopened }),
		somebody("负责人", "Owner", func(c T) *personBody { return c.Owner }),
		somebody("作者", "Author", func(c T) *personBody { return c.Author }),
		txt("团队", "Team", func(c T) string { return c.Team }),
		txt("ID", "ID", func(c T) string { return c.ID }),
	}}
}
