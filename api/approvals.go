package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

type approvalBody struct {
	ID          string         `json:"id"`
	Account     *accountRef    `json:"account,omitempty"`
	Kind        approvalKind   `json:"kind"`
	Status      approvalStatus `json:"status"`
	Requester   *personBody    `json:"requester,omitempty"`
	Acting      *personBody    `json:"acting,omitempty" doc:"who answers for the request in the requester's place, after a handover"`
	RequestedAt time.Time      `json:"requested_at"`
	Subject     subjectBody    `json:"subject"`
	Amount      string         `json:"amount" doc:"decimal; empty without an amount"`
	Currency    string         `json:"currency"`
	Grade       string         `json:"grade,omitempty" enum:"A,B,C,D" doc:"of a grade_override: the account's when it was requested, for which alone it is"`
	Text        string         `json:"text"`
	Level       int            `json:"level" doc:"the running one, from 1"`
	Levels      []levelBody    `json:"levels"`
	WaitingFor  []personBody   `json:"waiting_for" doc:"whose word is missing now"`
	ClosedAt    *time.Time     `json:"closed_at"`

	SimilarFilings []similarFiling `json:"similar_filings,omitempty" doc:"of a filing, when somebody reads it by its ID who has a say in it: live filings of other accounts whose customer resembles this one"`
}

type subjectBody struct {
	Type    subjectType `json:"type"`
	ID      string      `json:"id" maxLength:"128" doc:"the step of a form; kind and ID of a record, proposal/cycle-1 for example; the ID of the account (reopen) or of the other one (merge)"`
	Version int64       `json:"version" minimum:"1" doc:"that was read: of the form or record, or the account's seq for reopen; any for merge"`
}

type levelBody struct {
	Who   string     `json:"who"`
	Mode  string     `json:"mode" doc:"any, all or in_order"`
	Seats []seatBody `json:"seats" doc:"empty until the level is reached"`
}

type seatBody struct {
	Holder     *personBody  `json:"holder,omitempty"`
	Deputy     *personBody  `json:"deputy,omitempty" doc:"who is asked in the holder's place while the holder is away, or has left"`
	Alternates []personBody `json:"alternates"`
	Decision   string       `json:"decision" doc:"approve, reject, return; empty while it waits"`
	By         *personBody  `json:"by,omitempty" doc:"who decided, for the holder or as the holder"`
	At         *time.Time   `json:"at"`
	Comment    string       `json:"comment"`
	Auto       bool         `json:"auto" doc:"passed by itself, since the same person approved before"`
	Via        string       `json:"via,omitempty" enum:"link" doc:"how the word came, where it was not over the API: by a link in a message"`
}

// accountRef names an account beside something that belongs to it.
type accountRef struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Name   string `json:"name"`
}

// number and name are those of an account that may not be there.
func (r *accountRef) number() string {
	if r == nil {
		return ""
	}
	return r.Number
}

func (r *accountRef) name() string {
	if r == nil {
		return ""
	}
	return r.Name
}

type requestApprovalInput struct {
	AccountPath
	Body struct {
		Kind     approvalKind `json:"kind"`
		Subject  subjectBody  `json:"subject"`
		Amount   string       `json:"amount,omitempty" maxLength:"20" example:"1250000.00"`
		Currency string       `json:"currency,omitempty" maxLength:"3" doc:"default: CNY"`
		Text     string       `json:"text,omitempty" maxLength:"4000"`
	}
}

type approvalsInput struct {
	Paging
	Status   approvalStatus `query:"status"`
	Kind     approvalKind   `query:"kind"`
	Assignee string         `query:"assignee" maxLength:"64" doc:"ID of a person whose word is missing, or me, with those whose matters are theirs now"`
	Account  string         `query:"account" maxLength:"64"`
}

type ApprovalPath struct {
	ID string `path:"id" maxLength:"64" doc:"UUID of the request"`
}

type decisionInput struct {
	ApprovalPath
	Body struct {
		Decision decisionName `json:"decision"`
		Comment  string       `json:"comment,omitempty" maxLength:"4000" doc:"mandatory unless approving"`
		Version  int64        `json:"version" minimum:"0" doc:"of the subject that you read"`
	}
}

type transferInput struct {
	ApprovalPath
	Body struct {
		To     string `json:"to" maxLength:"64" doc:"ID of a person"`
		Reason string `json:"reason" maxLength:"4000"`
	}
}

type withdrawInput struct {
	ApprovalPath
	Body *struct {
		Reason string `json:"reason,omitempty" maxLength:"4000"`
	}
}

func (a *API) approvalRoutes() {
	register(a, op(http.MethodPost, "/accounts/{id}/approvals", "request-approval", "approvals", "Ask for an approval"), a.requestApproval)
	register(a, op(http.MethodGet, "/approvals", "list-approvals", "approvals", "Requests in your scope"), a.approvals)
	register(a, op(http.MethodGet, "/approvals/{id}", "get-approval", "approvals", "One request with its chain"), a.approval)
	register(a, op(http.MethodPost, "/approvals/{id}/decision", "decide-approval", "approvals", "Approve, reject or return for rework"), a.decide)
	register(a, op(http.MethodPost, "/approvals/{id}/transfer", "transfer-approval", "approvals", "Hand a seat to somebody else"), a.transfer)
	register(a, op(http.MethodPost, "/approvals/{id}/withdraw", "withdraw-approval", "approvals", "Take an own request back"), a.withdraw)
}

func (a *API) requestApproval(ctx context.Context, in *requestApprovalInput) (*commandOutput, error) {
	minor, currency, err := parseAmount(in.Body.Amount, in.Body.Currency)
	if err != nil {
		return nil, err
	}
	return a.command(ctx, in.ID, func(t *texts) deal.Body {
		sub := in.Body.Subject
		return deal.RequestApproval{
			Kind:    deal.ApprovalKind(in.Body.Kind),
			Subject: deal.Subject{Type: deal.SubjectType(sub.Type), ID: sub.ID, Version: sub.Version},
			Amount:  minor, Currency: currency, Text: t.ref("text", in.Body.Text),
		}
	})
}

func (a *API) approvals(ctx context.Context, in *approvalsInput) (*reply[list[approvalBody]], error) {
	items, next, err := a.Work.Approvals(ctx, who(ctx).viewer, view.ApprovalFilter{
		Status: deal.ApprovalStatus(in.Status), Kind: deal.ApprovalKind(in.Kind), Assignee: personParam(ctx, in.Assignee),
		Account: deal.AccountID(in.Account), Page: in.page(), Represented: a.representedBy(ctx, personParam(ctx, in.Assignee)),
	})
	if err != nil {
		return nil, fmt.Errorf("list approvals: %w", err)
	}
	org := who(ctx).org
	return listOf(mapped(items, func(i view.ApprovalItem) approvalBody { return approvalItem(org, i, a.Now()) }), next), nil
}

func (a *API) approval(ctx context.Context, in *ApprovalPath) (*reply[approvalBody], error) {
	item, err := a.Work.Approval(ctx, who(ctx).viewer, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read approval: %w", err)
	}
	body := approvalItem(who(ctx).org, item, a.Now())
	if body.SimilarFilings, err = a.similarFilings(ctx, item); err != nil {
		return nil, err
	}
	return &reply[approvalBody]{body}, nil
}

// about is a command to the account that a request belongs to. The account is found whoever asks: a key whose command
// took the account out of the caller's sight still gets its first answer, and everybody else hears from the log that there
// is no such account.
func (a *API) about(ctx context.Context, approval string, build func(*texts) deal.Body) (*commandOutput, error) {
	account, err := a.Work.HomeOfApproval(ctx, approval)
	if err != nil {
		return nil, fmt.Errorf("find the account of an approval: %w", err)
	}
	return a.command(ctx, string(account), build)
}

func (a *API) decide(ctx context.Context, in *decisionInput) (*commandOutput, error) {
	return a.about(ctx, in.ID, func(t *texts) deal.Body {
		return deal.DecideApproval{
			Approval: in.ID, Decision: deal.Decision(in.Body.Decision), Comment: t.ref("comment", in.Body.Comment), Version: in.Body.Version,
		}
	})
}

func (a *API) transfer(ctx context.Context, in *transferInput) (*commandOutput, error) {
	return a.about(ctx, in.ID, func(t *texts) deal.Body {
		return deal.TransferApproval{Approval: in.ID, To: deal.PersonID(in.Body.To), Reason: t.ref("reason", in.Body.Reason)}
	})
}

func (a *API) withdraw(ctx context.Context, in *withdrawInput) (*commandOutput, error) {
	return a.about(ctx, in.ID, func(t *texts) deal.Body {
		b := deal.WithdrawApproval{Approval: in.ID}
		if in.Body != nil {
			b.Reason = t.ref("reason", in.Body.Reason)
		}
		return b
	})
}

func approvalItem(org deal.Org, i view.ApprovalItem, at time.Time) approvalBody {
	b := approvalOf(org, i.Approval, i.Texts, at)
	b.Account = &accountRef{string(i.Account), i.AccountNumber, i.AccountName}
	return b
}

// approvalOf shows a request at an instant, with the texts that are at hand.
func approvalOf(org deal.Org, ap deal.Approval, texts map[string]string, at time.Time) approvalBody {
	read := func(ref *deal.TextRef) string {
		if ref == nil {
			return ""
		}
		return texts[ref.ID]
	}
	b := approvalBody{
		ID: ap.ID, Kind: approvalKind(ap.Kind), Status: approvalStatus(ap.Status), Requester: personIn(org, ap.Requester), Acting: personIn(org, ap.Acting),
		RequestedAt: ap.RequestedAt.UTC(), Subject: subjectBody{subjectType(ap.Subject.Type), ap.Subject.ID, ap.Subject.Version},
		Amount: formatAmount(ap.Amount, ap.Currency), Currency: ap.Currency, Grade: string(ap.Grade), Text: read(ap.Text), Level: ap.Level,
		Levels: []levelBody{}, WaitingFor: peopleIn(org, ap.Waiting()), ClosedAt: instant(ap.ClosedAt),
	}
	for _, l := range ap.Levels {
		level := levelBody{Who: string(l.Rules.Who), Mode: string(l.Rules.Mode), Seats: []seatBody{}}
		for _, s := range l.Seats {
			deputy := deal.PersonID("")
			if ap.Status == deal.Pending && s.Decision == "" {
				deputy = org.StandIn(s.Holder, at, ap.Unfit()...)
			}
			if deputy == s.Holder {
				deputy = ""
			}
			level.Seats = append(level.Seats, seatBody{
				Holder: personIn(org, s.Holder), Deputy: personIn(org, deputy), Alternates: peopleIn(org, s.Alternates), Decision: string(s.Decision),
				By: personIn(org, s.By), At: instant(s.At), Comment: read(s.Comment), Auto: s.Auto, Via: string(s.Via),
			})
		}
		b.Levels = append(b.Levels, level)
	}
	return b
}
