package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

// Breaches keeps what was too little for too long, and what became of it.
type Breaches interface {
	Breaches(ctx context.Context, v view.Viewer, state view.BreachState, page view.Page) ([]view.QuotaBreach, string, error)
	// DecideBreach confirms or waives a deduction. What the viewer does not see is [deal.ErrNotFound]; refusals change nothing.
	DecideBreach(ctx context.Context, v view.Viewer, id string, decision view.BreachState, comment string, at time.Time) (view.QuotaBreach, deal.Refusals, error)
}

// Quota counts leads against what is owed.
type Quota interface {
	// Board is everybody who is wanted over a month, up to the last day that is over.
	Board(ctx context.Context, month string, wanted func(deal.Person) bool) ([]view.QuotaLine, error)
	// AnswerBy is until when a reason or a decision is wanted that was asked for at an instant.
	AnswerBy(asked time.Time) time.Time
	// Correct publishes a bulletin anew; false: the old one is not the newest issue.
	Correct(ctx context.Context, old view.Bulletin, by deal.PersonID, reason string) (view.Bulletin, bool, error)
}

type breachStepBody struct {
	Step    string       `json:"step" enum:"found,reasoned,confirmed,waived"`
	At      time.Time    `json:"at"`
	By      *personBody  `json:"by,omitempty"`
	People  []personBody `json:"people" doc:"whom it came to"`
	Comment string       `json:"comment,omitempty"`
}

type breachBody struct {
	ID        string           `json:"id"`
	Person    *personBody      `json:"person,omitempty"`
	Team      string           `json:"team,omitempty" doc:"ID of the team when it was found"`
	First     string           `json:"first_day"`
	Last      string           `json:"last_day"`
	Days      int              `json:"days" doc:"working days in a row with too few leads; leave and holidays are none of them"`
	State     string           `json:"state" enum:"found,reasoned,confirmed,waived"`
	Reason    string           `json:"reason,omitempty" doc:"as the manager stated it"`
	ReasonBy  *personBody      `json:"reason_by,omitempty"`
	DecidedBy *personBody      `json:"decided_by,omitempty"`
	DecidedAt *time.Time       `json:"decided_at"`
	OpenedAt  time.Time        `json:"opened_at"`
	Steps     []breachStepBody `json:"steps" doc:"every rung on record"`
}

// BreachPath names a breach.
type BreachPath struct {
	ID string `path:"id" maxLength:"64" doc:"without quota/ in front"`
}

type decideBreachInput struct {
	BreachPath
	Body struct {
		Decision string `json:"decision" enum:"confirm,waive" doc:"the deduction"`
		Comment  string `json:"comment,omitempty" maxLength:"4000" doc:"mandatory when it is waived"`
	}
}

type quotaLineBody struct {
	Person *personBody `json:"person,omitempty"`
	Name   string      `json:"name" doc:"as it was then"`
	Team   *teamBody   `json:"team,omitempty"`
	Leads  int         `json:"leads"`
	Owed   int         `json:"owed" doc:"leads asked for: leave, days off and the time before somebody came ask for none"`
	Short  int         `json:"short" doc:"days with too few"`
	Streak int         `json:"streak" doc:"such days in a row, up to the last one"`
	Late   int         `json:"late" doc:"leads handed over after their day, or not yet"`
	Leave  int         `json:"leave_days" doc:"working days on leave"`
}

type boardInput struct {
	Paging
	Month string `query:"month" pattern:"^[0-9]{4}-(0[1-9]|1[0-2])$" doc:"2026-05; absent: this month"`
	Team  string `query:"team" maxLength:"64" doc:"ID, with the teams below it; absent: everybody you may see"`
}

func (a *API) quotaRoutes() {
	register(a, op(http.MethodGet, "/quota/breaches", "list-breaches", "quota", "Streaks without leads, and what became of them"), a.breaches)
	decide := op(http.MethodPost, "/quota/breaches/{id}/decision", "decide-breach", "quota", "Confirm or waive a deduction")
	decide.Description = "For whoever the stated reason came to: the superior of the manager who stated it, else sales_ops."
	register(a, decide, a.decideBreach)
	register(a, op(http.MethodGet, "/reports/quota", "quota-board", "quota", "Leads against quota by person, for a month"), a.board)
}

func (a *API) breaches(ctx context.Context, in *struct {
	Paging
	State string `query:"state" enum:"found,reasoned,confirmed,waived"`
},
) (*reply[list[breachBody]], error) {
	items, next, err := a.Breaches.Breaches(ctx, who(ctx).viewer, view.BreachState(in.State), in.page())
	if err != nil {
		return nil, fmt.Errorf("list breaches: %w", err)
	}
	org := who(ctx).org
	return listOf(mapped(items, func(b view.QuotaBreach) breachBody { return breachOf(org, b) }), next), nil
}

func breachOf(org deal.Org, b view.QuotaBreach) breachBody {
	return breachBody{
		ID: strings.TrimPrefix(b.ID, view.BreachRef), Person: personIn(org, b.Person), Team: string(b.Team), First: b.First, Last: b.Last, Days: b.Days,
		State: string(b.State), Reason: b.Reason, ReasonBy: personIn(org, b.ReasonBy), DecidedBy: personIn(org, b.DecidedBy), DecidedAt: instant(b.DecidedAt),
		OpenedAt: b.OpenedAt.UTC(), Steps: mapped(b.Steps, func(s view.BreachStep) breachStepBody {
			return breachStepBody{Step: string(s.Step), At: s.At.UTC(), By: personIn(org, s.By), People: peopleIn(org, s.People), Comment: s.Comment}
		}),
	}
}

func (a *API) decideBreach(ctx context.Context, in *decideBreachInput) (*created[breachBody], error) {
	comment := strings.TrimSpace(in.Body.Comment)
	decision := view.BreachConfirmed
	if in.Body.Decision == "waive" {
		decision = view.BreachWaived
		if comment == "" {
			return nil, wrong("required_field", "/comment")
		}
	}
	return once(ctx, a, func() (*created[breachBody], error) {
		b, no, err := a.Breaches.DecideBreach(ctx, who(ctx).viewer, view.BreachRef+in.ID, decision, comment, a.Now())
		if err != nil {
			return nil, fmt.Errorf("decide a breach: %w", err)
		}
		if len(no) > 0 {
			return nil, refused(no, "")
		}
		return &created[breachBody]{Status: http.StatusOK, Body: breachOf(who(ctx).org, b)}, nil
	})
}

func quotaLine(org deal.Org) func(view.QuotaLine) quotaLineBody {
	return func(l view.QuotaLine) quotaLineBody {
		return quotaLineBody{
			Person: personIn(org, l.Person), Name: l.Name, Team: teamIn(org, l.Team), Leads: l.Leads, Owed: l.Owed, Short: l.Short, Streak: l.Streak,
			Late: l.Late, Leave: l.Leave,
		}
	}
}

// board shows everybody to those who see everything, the teams that somebody leads, and the caller's own team.
func (a *API) board(ctx context.Context, in *boardInput) (*reply[list[quotaLineBody]], error) {
	me := who(ctx)
	month := in.Month
	if month == "" {
		month = a.today().Format("2006-01")
	}
	lines, err := a.Quota.Board(ctx, month, func(p deal.Person) bool {
		seen := me.viewer.All || slices.Contains(me.viewer.Owners, p.ID) || p.Team != "" && (p.Team == me.person.Team || slices.Contains(me.viewer.Teams, p.Team))
		return seen && (in.Team == "" || within(me.org, p.Team, deal.TeamID(in.Team)))
	})
	if err != nil {
		return nil, fmt.Errorf("count leads: %w", err)
	}
	page, next, err := pageOf(lines, in.Paging, func(l view.QuotaLine) string { return string(l.Person) })
	if err != nil {
		return nil, err
	}
	return listOf(mapped(page, quotaLine(me.org)), next), nil
}

// within tells whether a team is another one or lies below it.
func within(org deal.Org, team, area deal.TeamID) bool {
	for range len(org.Teams) + 1 {
		if team == area || team == "" {
			break
		}
		t, _ := org.Team(team)
		team = t.Parent
	}
	return team == area
}

func breachListing() listing {
	type T = breachBody
	return listing{deal.Text{ZH: "线索缺额", EN: "Breaches of the quota"}, []column{
		somebody("人员", "Person", func(b T) *personBody { return b.Person }),
		txt("开始日", "First day", func(b T) string { return b.First }),
		txt("结束日", "Last day", func(b T) string { return b.Last }),
		num("工作日数", "Working days", func(b T) int64 { return int64(b.Days) }),
		label("状态", "State", catalogue.BreachStates, func(b T) string { return b.State }),
		txt("原因", "Reason", func(b T) string { return b.Reason }),
		somebody("说明人", "Stated by", func(b T) *personBody { return b.ReasonBy }),
		somebody("决定人", "Decided by", func(b T) *personBody { return b.DecidedBy }),
		when("决定时间", "Decided", func(b T) *time.Time { return b.DecidedAt }),
		txt("ID", "ID", func(b T) string { return b.ID }),
	}}
}

func boardListing() listing {
	type T = quotaLineBody
	return listing{deal.Text{ZH: "线索指标", EN: "Lead quota"}, []column{
		txt("人员", "Person", func(l T) string { return l.Name }),
		txt("团队", "Team", func(l T) string { return l.Team.name() }),
		num("线索", "Leads", func(l T) int64 { return int64(l.Leads) }),
		num("应交", "Owed", func(l T) int64 { return int64(l.Owed) }),
		num("缺额天数", "Short days", func(l T) int64 { return int64(l.Short) }),
		num("连续缺额", "Streak", func(l T) int64 { return int64(l.Streak) }),
		num("逾期移交", "Late", func(l T) int64 { return int64(l.Late) }),
		num("请假天数", "Leave days", func(l T) int64 { return int64(l.Leave) }),
	}}
}

// name is that of a team that may not be there.
func (t *teamBody) name() string {
	if t == nil {
		return ""
	}
	return t.Name
}
