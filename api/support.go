package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
	"closedloop/table"
)

// centreRequest is a request to the support centre as its people read it: of the account no more than the name.
type centreRequest struct {
	ID           string         `json:"id"`
	Version      int64          `json:"version"`
	Account      accountRef     `json:"account"`
	Visible      bool           `json:"account_visible" doc:"whether the account is in your scope; if not, this is all you see of it"`
	Status       supportStatus  `json:"status"`
	Centre       centreName     `json:"centre"`
	Wanted       string         `json:"wanted"`
	Why          string         `json:"why"`
	NeededBy     string         `json:"needed_by" doc:"day; empty: as soon as you can"`
	Addressee    *personBody    `json:"addressee,omitempty"`
	RequestedBy  *personBody    `json:"requested_by,omitempty" doc:"who asked for the approval; absent while nobody has"`
	Opinions     []opinionBody  `json:"opinions"`
	AcceptedAt   *time.Time     `json:"accepted_at"`
	Target       *time.Time     `json:"target" doc:"by when an answer is due; null while there is no such time, or it stands still in a pause"`
	Late         bool           `json:"late"`
	Assignees    []personBody   `json:"assignees" doc:"who is asked now"`
	Answer       *supportAnswer `json:"answer,omitempty"`
	Satisfaction int            `json:"satisfaction" doc:"1–5, of who asked; 0: not said"`
	CreatedAt    time.Time      `json:"created_at"`
}

// opinionBody is what somebody said about a request before the centre was asked.
type opinionBody struct {
	Level    int         `json:"level" doc:"1: the review, 2: the approval"`
	By       *personBody `json:"by,omitempty"`
	Decision string      `json:"decision"`
	Comment  string      `json:"comment"`
	At       *time.Time  `json:"at"`
}

type supportAnswer struct {
	Result string      `json:"result" enum:"given,in_part,declined"`
	Text   string      `json:"text"`
	On     string      `json:"on" format:"date"`
	By     *personBody `json:"by,omitempty"`
}

type (
	centreName    string
	supportStatus string
	supportResult string
)

// Schema lists the parts of the support centre.
func (centreName) Schema(huma.Registry) *huma.Schema { return closedSet(dossier.AllCentres()...) }

// Schema lists how a request may stand.
func (supportStatus) Schema(huma.Registry) *huma.Schema { return closedSet(view.SupportStatuses()...) }

// Schema lists the results.
func (supportResult) Schema(huma.Registry) *huma.Schema {
	return closedSet(dossier.AllSupportResults()...)
}

type supportInput struct {
	Paging
	Centre   centreName    `query:"centre"`
	Status   supportStatus `query:"status"`
	Late     switchName    `query:"late" doc:"whether the target has passed, or had when the answer came"`
	Assignee string        `query:"assignee" maxLength:"64" doc:"ID of a person who is asked now, or me"`
	Account  string        `query:"account" maxLength:"64"`
}

type answerInput struct {
	RecordPath
	Body struct {
		Result supportResult `json:"result"`
		Text   string        `json:"text" maxLength:"4000" doc:"what was done; of what was declined, why"`
	}
}

func (a *API) supportRoutes() {
	list := op(http.MethodGet, "/support-requests", "list-centre-requests", "work", "What the support centre is asked for, newest first")
	list.Description = "Of all accounts in your scope, and what you were asked for yourself. Of an account outside your scope you see its name."
	register(a, list, a.supportRequests)
	answer := op(http.MethodPost, "/accounts/{id}/support-requests/{record}/outcome", "answer-support-request", "work",
		"Say what came of a support request")
	answer.Description = "For whoever is asked, and for the owner and the line above. The clocks of the request end; the answer is kept."
	register(a, answer, a.answerSupport)
}

func (a *API) supportRequests(ctx context.Context, in *supportInput) (*reply[list[centreRequest]], error) {
	items, next, err := a.Work.SupportRequests(ctx, who(ctx).viewer, view.SupportFilter{
		Centre: string(in.Centre), Status: view.SupportStatus(in.Status), Late: in.Late.chosen(), Assignee: personParam(ctx, in.Assignee),
		Account: deal.AccountID(in.Account), Now: a.Now(), Page: in.page(),
	})
	if err != nil {
		return nil, fmt.Errorf("list support requests: %w", err)
	}
	out := make([]centreRequest, 0, len(items))
	for _, i := range items {
		b, err := a.supportOf(ctx, i)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return listOf(out, next), nil
}

// supportOf shows a request.
func (a *API) supportOf(ctx context.Context, i view.SupportItem) (centreRequest, error) {
	r, err := supportIn(i.Document)
	if err != nil {
		return centreRequest{}, err
	}
	org := who(ctx).org
	b := centreRequest{
		ID: i.Document.ID, Version: i.Document.Version, Account: accountRef{string(i.Account), i.AccountNumber, i.AccountName},
		Visible: i.Visible, Status: supportStatus(i.Status), Centre: centreName(r.Centre), Wanted: r.Wanted, Why: r.Why,
		NeededBy: string(r.NeededBy), Addressee: personIn(org, r.Addressee), Opinions: []opinionBody{}, Target: instant(i.Target), Late: i.Late,
		Assignees: peopleIn(org, i.Asked), Satisfaction: r.Satisfaction, CreatedAt: i.Document.CreatedAt.UTC(),
	}
	if at, ok := r.AcceptedAt.Time(); ok {
		b.AcceptedAt = &at
	}
	if r.Answer != nil {
		b.Answer = &supportAnswer{string(r.Answer.Result), r.Answer.Text, string(r.Answer.On), personIn(org, r.Answer.By)}
	}
	if i.Request == nil {
		return b, nil
	}
	b.RequestedBy = personIn(org, i.Request.Requester)
	for n, level := range approvalOf(org, i.Request.Approval, i.Request.Texts, a.Now()).Levels {
		for _, s := range level.Seats {
			if s.Decision != "" {
				b.Opinions = append(b.Opinions, opinionBody{Level: n + 1, By: s.By, Decision: s.Decision, Comment: s.Comment, At: s.At})
			}
		}
	}
	return b, nil
}

// supportIn reads what is on file.
func supportIn(d deal.Document) (dossier.SupportRequest, error) {
	record, err := dossier.Load(dossier.SupportRequestKind, d.Body)
	if err != nil {
		return dossier.SupportRequest{}, fmt.Errorf("read support request: %w", err)
	}
	r, _ := record.(dossier.SupportRequest)
	return r, nil
}

// answerSupport writes what came of a request, once.
func (a *API) answerSupport(ctx context.Context, in *answerInput) (*created[centreRequest], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	return once(ctx, a, func() (*created[centreRequest], error) {
		me := who(ctx)
		item, err := a.Work.SupportRequest(ctx, me.viewer, id, in.Record, a.Now())
		if err != nil {
			return nil, fmt.Errorf("read support request: %w", err)
		}
		r, err := supportIn(item.Document)
		if err != nil {
			return nil, err
		}
		if r.Answer != nil {
			return nil, &StateError{Code: deal.CodeTaskDone}
		}
		r.Answer = &dossier.SupportAnswer{
			Result: dossier.SupportResult(in.Body.Result), Text: in.Body.Text, On: dossier.DayOf(a.today()), By: me.person.ID,
		}
		if bad := a.recordReasons(r.Validate(a.today())); len(bad) > 0 {
			return nil, invalid(inBody(bad))
		}
		d := item.Document
		if d.Body, err = dossier.Encode(r); err != nil {
			return nil, fmt.Errorf("encode record: %w", err)
		}
		now, err := a.Work.AnswerSupport(ctx, me.viewer, id, d)
		if errors.Is(err, deal.ErrStale) { // somebody was faster
			return nil, &StateError{Code: deal.CodeTaskDone}
		}
		if err != nil {
			return nil, fmt.Errorf("answer support request: %w", err)
		}
		a.replan(ctx, id, now, now.Version)
		if item, err = a.Work.SupportRequest(ctx, me.viewer, id, in.Record, a.Now()); err != nil {
			return nil, fmt.Errorf("read support request: %w", err)
		}
		body, err := a.supportOf(ctx, item)
		if err != nil {
			return nil, err
		}
		return &created[centreRequest]{Status: http.StatusOK, ETag: etag(body.Version), Body: body}, nil
	})
}

// inBody lets reasons about an answer point into what was sent, which is the answer alone.
func inBody(bad []reason) []reason {
	const group = "/answer"
	for i := range bad {
		if len(bad[i].pointer) > len(group) && bad[i].pointer[:len(group)] == group {
			bad[i].pointer = bad[i].pointer[len(group):]
		}
	}
	return bad
}

func supportListing() listing {
	type T = centreRequest
	return listing{deal.Text{ZH: "支持申请", EN: "Support requests"}, []column{
		txt("客户编号", "Account", func(i T) string { return i.Account.Number }),
		txt("客户名称", "Name", func(i T) string { return i.Account.Name }),
		col("支持部门", "Centre", func(l look, i T) table.Cell { return table.Text(dossier.Centre(i.Centre).Label().In(l.lang)) }),
		said("状态", "Status", func(i T) string { return string(i.Status) }),
		txt("所需支持", "Wanted", func(i T) string { return i.Wanted }),
		txt("理由", "Why", func(i T) string { return i.Why }),
		col("需要日期", "Needed by", func(_ look, i T) table.Cell { return table.Day(i.NeededBy) }),
		somebody("申请人", "Requested by", func(i T) *personBody { return i.RequestedBy }),
		when("获批时间", "Approved at", func(i T) *time.Time { return i.AcceptedAt }),
		when("答复时限", "Target", func(i T) *time.Time { return i.Target }),
		yes("逾期", "Late", func(i T) bool { return i.Late }),
		txt("答复", "Answer", func(i T) string {
			if i.Answer == nil {
				return ""
			}
			return i.Answer.Text
		}),
		num("满意度", "Satisfaction", func(i T) int64 { return int64(i.Satisfaction) }),
		txt("ID", "ID", func(i T) string { return i.ID }),
	}}
}
