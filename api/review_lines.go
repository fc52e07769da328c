package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/review"
)

type reviewListInput struct {
	ReviewPath
	Paging
}

type reviewLineBody struct {
	Account      accountRef  `json:"account" doc:"with the name that it had"`
	Owner        *personBody `json:"owner,omitempty"`
	Step         stepName    `json:"step"`
	Status       statusName  `json:"status"`
	Outcome      string      `json:"outcome"`
	Grade        string      `json:"grade"`
	Cycle        int         `json:"cycle"`
	Pass         int         `json:"pass"`
	Returns      int         `json:"returns" doc:"steps back in this cycle"`
	Deadline     *time.Time  `json:"deadline"`
	Overdue      bool        `json:"overdue"`
	Late         bool        `json:"late" doc:"the lead was handed over late"`
	Expected     *amountBody `json:"expected" doc:"price of the proposal, else the revenue expected a year"`
	LastContact  *time.Time  `json:"last_contact"`
	NextFollowUp *time.Time  `json:"next_follow_up"`
	Approvals    int         `json:"approvals_pending"`
	Breaches     int         `json:"breaches"`
}

type amountBody struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

type reviewBreachBody struct {
	ID       string      `json:"id"`
	Account  *accountRef `json:"account,omitempty" doc:"absent for a breach of the lead quota"`
	Kind     string      `json:"kind" enum:"deadline,approval,late_handover,lead_quota"`
	Clock    string      `json:"clock" doc:"the deadline's name, as in the account's timeline"`
	Step     stepName    `json:"step"`
	Owner    *personBody `json:"owner,omitempty" doc:"who missed it: the account's owner, who had to decide, or who brought too few leads"`
	DueAt    *time.Time  `json:"due_at"`
	At       time.Time   `json:"at"`
	Reason   string      `json:"reason" doc:"empty while nobody stated one"`
	ReasonBy *personBody `json:"reason_by,omitempty"`
	ReasonAt *time.Time  `json:"reason_at"`

	Quota *quotaBreachLineBody `json:"quota,omitempty" doc:"of the lead quota: as it stood when the review was opened"`
}

// quotaBreachLineBody is a breach of the lead quota in a review.
type quotaBreachLineBody struct {
	ID        string      `json:"id" doc:"as in GET /quota/breaches"`
	First     string      `json:"first_day"`
	Last      string      `json:"last_day"`
	Days      int         `json:"days"`
	State     string      `json:"state" enum:"found,reasoned,confirmed,waived"`
	DecidedBy *personBody `json:"decided_by,omitempty"`
	DecidedAt *time.Time  `json:"decided_at"`
}

type explainBreachInput struct {
	ReviewPath
	Breach string `path:"breach" maxLength:"64"`
	Body   struct {
		Reason string `json:"reason" minLength:"1" maxLength:"4000"`
	}
}

type reviewBreachOutput struct {
	Body reviewBreachBody
}

func (a *API) reviewAccounts(ctx context.Context, in *reviewListInput) (*reply[list[reviewLineBody]], error) {
	r, right, err := a.reader(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if !right.Reads() {
		return nil, forbidden()
	}
	lines, next, err := a.Reviews.ReviewAccounts(ctx, r.ID, in.page())
	if err != nil {
		return nil, fmt.Errorf("list accounts of a review: %w", err)
	}
	org := who(ctx).org
	return listOf(mapped(lines, func(l review.Line) reviewLineBody { return reviewLineOf(org, l) }), next), nil
}

func reviewLineOf(org deal.Org, l review.Line) reviewLineBody {
	body := reviewLineBody{
		Account: accountRef{string(l.Account), l.Number, l.Name}, Owner: personIn(org, l.Owner), Step: stepName(l.Step), Status: statusName(l.Status),
		Outcome: string(l.Outcome), Grade: string(l.Grade), Cycle: l.Cycle, Pass: l.Pass, Returns: l.Returns, Deadline: instant(l.Deadline), Overdue: l.Overdue,
		Late: l.Late, LastContact: instant(l.LastContact), NextFollowUp: instant(l.NextFollowUp), Approvals: l.ApprovalsPending, Breaches: l.Breaches,
	}
	if l.Expected != nil {
		body.Expected = &amountBody{formatAmount(l.Expected.Minor, l.Expected.Currency), l.Expected.Currency}
	}
	return body
}

func (a *API) reviewBreaches(ctx context.Context, in *reviewListInput) (*reply[list[reviewBreachBody]], error) {
	r, right, err := a.reader(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var people []deal.PersonID
	if !right.Reads() {
		people = who(ctx).viewer.Owners
	}
	found, next, err := a.Reviews.ReviewBreaches(ctx, r.ID, people, in.page())
	if err != nil {
		return nil, fmt.Errorf("list breaches: %w", err)
	}
	org := who(ctx).org
	return listOf(mapped(found, func(b review.Breach) reviewBreachBody { return reviewBreachOf(org, b) }), next), nil
}

func (a *API) explainBreach(ctx context.Context, in *explainBreachInput) (*reviewBreachOutput, error) {
	r, right, err := a.reader(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	me, text := who(ctx), strings.TrimSpace(in.Body.Reason)
	if text == "" {
		return nil, wrong(string(deal.CodeReasonMissing), "/reason")
	}
	b, err := a.Reviews.ExplainBreach(ctx, r.ID, in.Breach, review.Reason{Text: text, By: me.person.ID, At: a.Now()}, func(_ review.Review, b review.Breach) error {
		switch {
		case right.Explains(me.viewer, b):
			return nil
		case right.Reads():
			return forbidden()
		}
		return no(http.StatusNotFound, catalogue.NotFound)
	})
	if err != nil {
		return nil, fmt.Errorf("explain breach: %w", err)
	}
	return &reviewBreachOutput{reviewBreachOf(me.org, b)}, nil
}

func reviewBreachOf(org deal.Org, b review.Breach) reviewBreachBody {
	body := reviewBreachBody{
		ID: b.ID, Kind: string(b.Kind), Clock: b.Clock, Step: stepName(b.Step), Owner: personIn(org, b.Owner),
		DueAt: instant(b.Due), At: b.At.UTC(), Reason: b.Text, ReasonBy: personIn(org, b.By), ReasonAt: instant(b.Reason.At),
	}
	if q := b.Quota; q != nil {
		body.Quota = &quotaBreachLineBody{q.ID, q.First, q.Last, q.Days, q.State, personIn(org, q.DecidedBy), q.DecidedAt}
		return body
	}
	body.Account = &accountRef{string(b.Account), b.Number, b.Name}
	return body
}

func reviewListing() listing {
	type T = reviewItem
	return listing{deal.Text{ZH: "月度评审", EN: "Monthly reviews"}, []column{
		txt("月份", "Month", func(r T) string { return string(r.Month) }),
		txt("团队", "Team", func(r T) string { return r.Team.Name }),
		label("状态", "Status", catalogue.ReviewStatuses, func(r T) string { return string(r.Status) }),
		yes("迟延", "Late", func(r T) bool { return r.Late }),
		when("应签字时间", "Due", func(r T) *time.Time { return &r.DueAt }),
		txt("主持人", "Chair", func(r T) string { return names(r.Chairs) }),
		when("开启时间", "Opened", func(r T) *time.Time { return r.OpenedAt }),
		when("签字时间", "Signed", func(r T) *time.Time { return r.SignedAt }),
		somebody("签字人", "Signed by", func(r T) *personBody { return r.SignedBy }),
		txt("ID", "ID", func(r T) string { return r.ID }),
	}}
}

func reviewLineListing() listing {
	type T = reviewLineBody
	return listing{deal.Text{ZH: "月度评审客户快照", EN: "Accounts of a review"}, []column{
		txt("编号", "Number", func(l T) string { return l.Account.Number }),
		txt("客户名称", "Name", func(l T) string { return l.Account.Name }),
		somebody("负责人", "Owner", func(l T) *personBody { return l.Owner }),
		said("步骤", "Step", func(l T) string { return string(l.Step) }),
		said("状态", "Status", func(l T) string { return string(l.Status) }),
		txt("等级", "Grade", func(l T) string { return l.Grade }),
		num("轮次", "Cycle", func(l T) int64 { return int64(l.Cycle) }),
		num("遍次", "Pass", func(l T) int64 { return int64(l.Pass) }),
		num("退回次数", "Steps back", func(l T) int64 { return int64(l.Returns) }),
		when("期限", "Deadline", func(l T) *time.Time { return l.Deadline }),
		yes("超期", "Overdue", func(l T) bool { return l.Overdue }),
		yes("移交迟到", "Late handover", func(l T) bool { return l.Late }),
		txt("预计收入", "Expected", func(l T) string {
			if l.Expected == nil {
				return ""
			}
			return l.Expected.Amount + " " + l.Expected.Currency
		}),
		when("最近沟通", "Last contact", func(l T) *time.Time { return l.LastContact }),
		when("下次跟进", "Next follow-up", func(l T) *time.Time { return l.NextFollowUp }),
		num("待审批", "Requests waiting", func(l T) int64 { return int64(l.Approvals) }),
		num("违期数", "Breaches", func(l T) int64 { return int64(l.Breaches) }),
		txt("ID", "ID", func(l T) string { return l.Account.ID }),
	}}
}

func reviewBreachListing() listing {
	type T = reviewBreachBody
	return listing{deal.Text{ZH: "违期", EN: "Breaches"}, []column{
		txt("编号", "Number", func(b T) string { return b.Account.number() }),
		txt("客户名称", "Name", func(b T) string { return b.Account.name() }),
		label("类别", "Kind", catalogue.BreachKinds, func(b T) string { return b.Kind }),
		said("步骤", "Step", func(b T) string { return string(b.Step) }),
		somebody("责任人", "Owner", func(b T) *personBody { return b.Owner }),
		when("应完成时间", "Due", func(b T) *time.Time { return b.DueAt }),
		txt("缺线索首日", "First day without a lead", func(b T) string { return ofQuota(b.Quota).First }),
		txt("缺线索末日", "Last day without a lead", func(b T) string { return ofQuota(b.Quota).Last }),
		when("违期时间", "At", func(b T) *time.Time { return &b.At }),
		txt("原因", "Reason", func(b T) string { return b.Reason }),
		somebody("说明人", "Stated by", func(b T) *personBody { return b.ReasonBy }),
		when("说明时间", "Stated at", func(b T) *time.Time { return b.ReasonAt }),
		txt("ID", "ID", func(b T) string { return b.ID }),
	}}
}

// ofQuota is what a breach says of the lead quota; empty for another one.
func ofQuota(q *quotaBreachLineBody) quotaBreachLineBody {
	if q == nil {
		return quotaBreachLineBody{}
	}
	return *q
}
