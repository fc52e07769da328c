package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

// Bulletins keeps the daily bulletins of teams, as they were published.
type Bulletins interface {
	Bulletin(ctx context.Context, v view.Viewer, id string) (view.Bulletin, error)
	Bulletins(ctx context.Context, v view.Viewer, f view.BulletinFilter) ([]view.Bulletin, string, error)
}

type bulletinBody struct {
	ID          string          `json:"id"`
	Number      int64           `json:"number"`
	Team        *teamBody       `json:"team,omitempty"`
	Day         string          `json:"day"`
	Issue       int             `json:"issue" doc:"1, and counting up with every correction"`
	Replaces    string          `json:"replaces,omitempty" doc:"ID of the issue before"`
	Reason      string          `json:"reason,omitempty" doc:"of a correction"`
	Lines       []quotaLineBody `json:"lines" doc:"everybody of the team who is asked for leads, as it was when it was published"`
	PublishedBy *personBody     `json:"published_by,omitempty"`
	PublishedAt time.Time       `json:"published_at"`
}

type bulletinsInput struct {
	Paging
	Team string `query:"team" maxLength:"64"`
	From string `query:"from" format:"date" doc:"first day"`
	To   string `query:"to" format:"date" doc:"last day"`
}

// BulletinPath names an issue.
type BulletinPath struct {
	ID string `path:"id" maxLength:"64"`
}

type correctBulletinInput struct {
	BulletinPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"4000"`
	}
}

func (a *API) bulletinRoutes() {
	register(a, op(http.MethodGet, "/bulletins", "list-bulletins", "quota", "Daily bulletins of leads, newest day first"), a.bulletins)
	register(a, op(http.MethodGet, "/bulletins/{id}", "read-bulletin", "quota", "One issue, as it was published"), a.bulletin)
	correct := op(http.MethodPost, "/bulletins/{id}/corrections", "correct-bulletin", "quota", "Publish another issue that replaces this one")
	correct.Description = "For sales_ops. An issue is never changed: the day is counted anew, and the new issue names the old one."
	correct.DefaultStatus = http.StatusCreated
	register(a, correct, a.correctBulletin)
}

func bulletinOf(org deal.Org) func(view.Bulletin) bulletinBody {
	return func(b view.Bulletin) bulletinBody {
		return bulletinBody{
			ID: b.ID, Number: b.Number, Team: teamIn(org, b.Team), Day: b.Day, Issue: b.Issue, Replaces: b.Replaces, Reason: b.Reason,
			Lines: mapped(b.Lines, quotaLine(org)), PublishedBy: personIn(org, b.PublishedBy), PublishedAt: b.PublishedAt.UTC(),
		}
	}
}

func (a *API) bulletins(ctx context.Context, in *bulletinsInput) (*reply[list[bulletinBody]], error) {
	if err := a.dayParams(in.From, in.To); err != nil {
		return nil, err
	}
	items, next, err := a.Bulletins.Bulletins(ctx, who(ctx).viewer, view.BulletinFilter{Team: deal.TeamID(in.Team), From: in.From, To: in.To, Page: in.page()})
	if err != nil {
		return nil, fmt.Errorf("list bulletins: %w", err)
	}
	return listOf(mapped(items, bulletinOf(who(ctx).org)), next), nil
}

func (a *API) bulletin(ctx context.Context, in *BulletinPath) (*reply[bulletinBody], error) {
	b, err := a.Bulletins.Bulletin(ctx, who(ctx).viewer, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read bulletin: %w", err)
	}
	return &reply[bulletinBody]{bulletinOf(who(ctx).org)(b)}, nil
}

func (a *API) correctBulletin(ctx context.Context, in *correctBulletinInput) (*created[bulletinBody], error) {
	if err := needRole(ctx, deal.SalesOps); err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(in.Body.Reason)
	if reason == "" {
		return nil, wrong("required_field", "/reason")
	}
	return once(ctx, a, func() (*created[bulletinBody], error) {
		old, err := a.Bulletins.Bulletin(ctx, who(ctx).viewer, in.ID)
		if err != nil {
			return nil, fmt.Errorf("read bulletin: %w", err)
		}
		issue, published, err := a.Quota.Correct(ctx, old, who(ctx).person.ID, reason)
		if err != nil {
			return nil, fmt.Errorf("correct bulletin: %w", err)
		}
		if !published {
			return nil, no(http.StatusConflict, catalogue.NotTheNewest)
		}
		if issue, err = a.Bulletins.Bulletin(ctx, who(ctx).viewer, issue.ID); err != nil {
			return nil, fmt.Errorf("read bulletin: %w", err)
		}
		return &created[bulletinBody]{Status: http.StatusCreated, Location: base + "/bulletins/" + issue.ID, Body: bulletinOf(who(ctx).org)(issue)}, nil
	})
}

// A bulletin as a file has a row for each issue; its people are in GET /bulletins/{id}.
func bulletinListing() listing {
	type T = bulletinBody
	sum := func(f func(quotaLineBody) int) func(T) int64 {
		return func(b T) (n int64) {
			for _, l := range b.Lines {
				n += int64(f(l))
			}
			return n
		}
	}
	return listing{deal.Text{ZH: "线索日报", EN: "Daily bulletins"}, []column{
		num("编号", "Number", func(b T) int64 { return b.Number }),
		txt("团队", "Team", func(b T) string { return b.Team.name() }),
		txt("日期", "Day", func(b T) string { return b.Day }),
		num("期次", "Issue", func(b T) int64 { return int64(b.Issue) }),
		num("线索", "Leads", sum(func(l quotaLineBody) int { return l.Leads })),
		num("应交", "Owed", sum(func(l quotaLineBody) int { return l.Owed })),
		num("逾期移交", "Late", sum(func(l quotaLineBody) int { return l.Late })),
		txt("更正原因", "Correction", func(b T) string { return b.Reason }),
		when("发布时间", "Published", func(b T) *time.Time { return &b.PublishedAt }),
		txt("ID", "ID", func(b T) string { return b.ID }),
	}}
}
