package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

// accountBody is what a person needs to act on an account.
type accountBody struct {
	ID       string      `json:"id"`
	Number   string      `json:"number" doc:"for people: KA-2026-0042"`
	Name     string      `json:"name"`
	Profile  profileBody `json:"profile"`
	Playbook bookRef     `json:"playbook" doc:"pinned while the cycle lasts"`

	Step      stepName   `json:"step"`
	Status    statusName `json:"status"`
	Cycle     int        `json:"cycle"`
	Pass      int        `json:"pass" doc:"how often the step was entered in this cycle"`
	Seq       int64      `json:"seq" doc:"of the last event"`
	OpenedAt  time.Time  `json:"opened_at"`
	OpenedBy  personBody `json:"opened_by"`
	EnteredAt time.Time  `json:"entered_at" doc:"when the present pass began"`
	UpdatedAt time.Time  `json:"updated_at" doc:"of the last event"`

	Owner *personBody `json:"owner,omitempty" doc:"absent while nobody owns it"`
	Team  *teamBody   `json:"team,omitempty"`
	Grade string      `json:"grade" enum:"A,B,C,D," doc:"empty until graded"`

	Intent int `json:"intent,omitempty" doc:"1–5, how much the customer wants to buy, as the last interaction that says so found it"`

	GradeMeans *gradeBody `json:"grade_means,omitempty" doc:"treatment, effort and re-grade date; absent until graded"`

	Intake     string     `json:"intake" doc:"of a handed-over lead: pending, accepted, returned, merged; else empty"`
	Outcome    string     `json:"outcome" doc:"of a closed account: lost, dropped, merged; else empty"`
	MergedInto string     `json:"merged_into" doc:"ID of the account that this one lives on in"`
	WonAt      *time.Time `json:"won_at" doc:"when sign was left in this cycle"`
	ResumeOn   string     `json:"resume_on" doc:"day on which a paused account goes on"`
	RecheckAt  *time.Time `json:"recheck_at" doc:"while resting"`

	PromotedAt   *time.Time   `json:"promoted_at" doc:"when a project customer became a key account"`
	NextPlaybook *bookRef     `json:"next_playbook,omitempty" doc:"that the next cycle begins on, once promoted"`
	Family       familyBody   `json:"family"`
	MergedFrom   []mergedBody `json:"merged_from" doc:"accounts that were merged into this one"`

	Deadline     *time.Time `json:"deadline" doc:"of the step; null without one and while paused"`
	Overdue      bool       `json:"overdue" doc:"a deadline of the step was missed"`
	NextFollowUp *time.Time `json:"next_follow_up"`
	Flags        []string   `json:"flags" doc:"overdue, late_handover, unowned, ungraded, provisional_dates, over_effort"`

	Gate             gateBody       `json:"gate"`
	PendingApprovals []approvalBody `json:"pending_approvals"`
	AllowedCommands  []string       `json:"allowed_commands" doc:"what your relation and the status permit; gate and content are judged when the command comes"`
}

// gateBody is what must be true before the step may be left.
type gateBody struct {
	Step  stepName    `json:"step"`
	Met   []string    `json:"met" doc:"codes of the conditions that hold"`
	Unmet []unmetBody `json:"unmet"`
}

type unmetBody struct {
	Code string `json:"code"`
	Text string `json:"text"`
	Hint string `json:"hint" doc:"what would fix it"`
	Href string `json:"href" doc:"where"`
}

type bookRef struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}

type profileBody struct {
	Version         int64    `json:"version"`
	Name            string   `json:"name"`
	CreditCode      string   `json:"credit_code"`
	Aliases         []string `json:"aliases"`
	Premises        string   `json:"premises"`
	Territory       string   `json:"territory"`
	Address         string   `json:"address"`
	Industry        string   `json:"industry"`
	MonthlyInbound  *int     `json:"monthly_inbound" doc:"pieces a month; null: not known"`
	MonthlyOutbound *int     `json:"monthly_outbound" doc:"pieces a month; null: not known"`
	Author          string   `json:"author" doc:"who collected the lead, as it was written down"`
	CollectedOn     string   `json:"collected_on" doc:"as it was written down"`
}

// readAccount reads an account the way GET /accounts/{id} shows it.
func (a *API) readAccount(ctx context.Context, id deal.AccountID) (*accountBody, error) {
	read, records, err := a.Accounts.AccountWithRecords(ctx, who(ctx).viewer, id)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	return a.accountBody(ctx, read, records), nil
}

func (a *API) accountBody(ctx context.Context, read view.Account, records deal.Records) *accountBody {
	me, s := who(ctx), read.State
	b := &accountBody{
		ID: string(s.Account), Number: s.Number, Name: read.Profile.Name, Profile: profileOf(read.Profile),
		Playbook: bookRef{s.Book.Name, s.Book.Version},
		Step:     stepName(s.Step), Status: statusName(s.Status), Cycle: s.Cycle, Pass: s.Pass(), Seq: s.Seq,
		OpenedAt: s.OpenedAt.UTC(), EnteredAt: s.Entered.UTC(), UpdatedAt: s.LastAt.UTC(),
		OpenedBy: personBody{}, Owner: personIn(me.org, s.Owner), Team: teamIn(me.org, s.Team), Grade: string(s.Grade),
		Intake: string(s.Intake), Outcome: string(s.Outcome), MergedInto: string(s.Merged), WonAt: instant(s.WonAt),
		ResumeOn: s.ResumeOn, RecheckAt: instant(s.Recheck), Deadline: instant(s.Deadline()), Overdue: s.Overdue(),
		Flags: flags(s), GradeMeans: a.gradeOf(ctx, s, records), Gate: a.gate(ctx, s, records), PendingApprovals: []approvalBody{}, AllowedCommands: []string{},
		PromotedAt: instant(s.PromotedAt), Family: familyOf(me.org, read), MergedFrom: mergedOf(read.Kin.MergedFrom),
	}
	if s.NextBook.Name != "" {
		b.NextPlaybook = &bookRef{s.NextBook.Name, s.NextBook.Version}
	}
	if b.GradeMeans.exceeded() {
		b.Flags = append(b.Flags, "over_effort")
	}
	if by := personIn(me.org, s.OpenedBy); by != nil {
		b.OpenedBy = *by
	}
	if s.FollowUp != nil {
		b.NextFollowUp = instant(s.FollowUp.At)
	}
	for _, ap := range s.Approvals {
		if ap.Status == deal.Pending {
			b.PendingApprovals = append(b.PendingApprovals, approvalOf(me.org, ap, nil, a.Now()))
		}
	}
	for _, name := range deal.Allowed(s, me.person.ID, me.org, a.Now()) {
		if name == deal.PromoteName && !a.oneOff(s.Book) {
			continue // there is nothing to promote it out of
		}
		b.AllowedCommands = append(b.AllowedCommands, string(name))
	}
	return b
}

// oneOff tells whether a playbook serves one-off projects; of one that nobody can read nobody is promoted.
func (a *API) oneOff(ref deal.BookRef) bool {
	book, err := a.Playbooks.Book(ref)
	return err == nil && book.OneOff
}

func profileOf(p deal.Profile) profileBody {
	b := profileBody{
		Version: p.Version, Name: p.Name, CreditCode: p.CreditCode, Aliases: []string{}, Premises: p.Premises, Territory: p.Territory,
		Address: p.Address, Industry: p.Industry, MonthlyInbound: p.MonthlyInbound, MonthlyOutbound: p.MonthlyOutbound,
		Author: p.Author, CollectedOn: p.CollectedOn,
	}
	b.Aliases = append(b.Aliases, p.Aliases...)
	return b
}

func flags(s deal.State) []string {
	out := []string{}
	add := func(ok bool, flag string) {
		if ok {
			out = append(out, flag)
		}
	}
	add(s.Overdue(), "overdue")
	add(s.Late, "late_handover")
	add(s.Owner == "" && s.Status != deal.Closed, "unowned")
	add(s.Grade == "" && s.Status != deal.Closed, "ungraded")
	add(slices.ContainsFunc(s.Clocks, func(c deal.Clock) bool { return c.Provisional }), "provisional_dates")
	return out
}

// gate evaluates what still stands in the way. Only an account that is walked, or will be, has a gate. A gate that cannot
// be evaluated hides nothing else of the account: it says so in its own line.
func (a *API) gate(ctx context.Context, s deal.State, records deal.Records) gateBody {
	b := gateBody{Step: stepName(s.Step), Met: []string{}, Unmet: []unmetBody{}}
	if s.Status != deal.Active && s.Status != deal.Paused {
		return b
	}
	g, err := a.Playbooks.Gate(s, records, a.Now())
	if err != nil {
		a.Logger.ErrorContext(ctx, "gate cannot be evaluated", "trace_id", callOf(ctx).trace, "account", s.Account, "error", err)
		g = deal.Gate{Unmet: deal.Refusals{{Code: deal.CodeInternalError}}}
	}
	b.Met = append(b.Met, g.Met...)
	if len(g.Unmet) == 0 {
		return b
	}
	p := render(a.say, callOf(ctx), refused(g.Unmet, s.Account))
	for _, item := range p.Errors {
		b.Unmet = append(b.Unmet, unmetBody{Code: item.Code, Text: item.Detail, Hint: item.Hint, Href: item.Href})
	}
	return b
}
