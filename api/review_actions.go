package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/review"
)

type reviewDecisionBody struct {
	ID   string      `json:"id"`
	Text string      `json:"text"`
	By   *personBody `json:"by,omitempty"`
	At   time.Time   `json:"at"`
}

type addReviewDecisionInput struct {
	ReviewPath
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"4000"`
	}
}

type reviewActionBody struct {
	ID        string      `json:"id"`
	Version   int64       `json:"version"`
	Review    string      `json:"review" doc:"ID of the review it comes from"`
	Month     monthName   `json:"month" doc:"of that review"`
	Carried   int         `json:"carried" doc:"into how many further reviews"`
	Owner     *personBody `json:"owner,omitempty"`
	DueOn     string      `json:"due_on" format:"date"`
	Overdue   bool        `json:"overdue"`
	Text      string      `json:"text"`
	Status    string      `json:"status" enum:"open,done"`
	CreatedBy *personBody `json:"created_by,omitempty"`
	CreatedAt time.Time   `json:"created_at"`
	DoneBy    *personBody `json:"done_by,omitempty"`
	DoneAt    *time.Time  `json:"done_at"`
	DoneNote  string      `json:"done_note"`
}

type addActionInput struct {
	ReviewPath
	Body struct {
		Owner string `json:"owner" maxLength:"64" doc:"ID of who is to do it"`
		DueOn string `json:"due_on" format:"date"`
		Text  string `json:"text" minLength:"1" maxLength:"1000"`
	}
}

// ActionPath names an action in the list of a review.
type ActionPath struct {
	ReviewPath
	Action string `path:"action" maxLength:"64"`
}

type patchActionInput struct {
	ActionPath
	Conditional
	Body struct {
		Owner maybe[string] `json:"owner,omitempty" maxLength:"64"`
		DueOn maybe[string] `json:"due_on,omitempty" format:"date"`
		Text  maybe[string] `json:"text,omitempty" maxLength:"1000"`
	}
}

type doneActionInput struct {
	ActionPath
	Body *doneAction
}

type doneAction struct {
	Note string `json:"note,omitempty" maxLength:"4000" doc:"what came of it"`
}

type actionOutput struct {
	ETag string `header:"ETag"`
	Body reviewActionBody
}

func (a *API) reviewActionRoutes() {
	register(a, op(http.MethodGet, "/reviews/{id}/actions", "list-review-actions", "reviews", "Who has to do what by when"), a.reviewActions)
	add := op(http.MethodPost, "/reviews/{id}/actions", "add-review-action", "reviews", "Give somebody something to do")
	add.Description = "For the chair, the line above the team and sales operations. Its owner gets a task; until it is done it comes into every further review of the team."
	add.DefaultStatus = http.StatusCreated
	register(a, add, a.addAction)
	patch := op(http.MethodPatch, "/reviews/{id}/actions/{action}", "edit-review-action", "reviews", "Give an action another owner, day or text")
	register(a, patch, a.patchAction)
	done := op(http.MethodPost, "/reviews/{id}/actions/{action}/done", "finish-review-action", "reviews", "Say that an action is done")
	done.Description = "By its owner or who may give actions, also after the review is signed. Ticking its task off does the same."
	done.DefaultStatus = http.StatusOK
	register(a, done, a.finishAction)
}

func reviewDecisionOf(org deal.Org, d review.Decision) reviewDecisionBody {
	return reviewDecisionBody{ID: d.ID, Text: d.Text, By: personIn(org, d.By), At: d.At.UTC()}
}

func (a *API) reviewActionOf(org deal.Org, x review.Action) reviewActionBody {
	return reviewActionBody{
		ID: x.ID, Version: x.Version, Review: x.Review, Month: monthName(x.Month), Carried: x.Carried, Owner: personIn(org, x.Owner), DueOn: x.DueOn,
		Overdue: x.Overdue(a.today().Format(time.DateOnly)), Text: x.Text, Status: string(x.Status), CreatedBy: personIn(org, x.CreatedBy),
		CreatedAt: x.CreatedAt.UTC(), DoneBy: personIn(org, x.DoneBy), DoneAt: instant(x.DoneAt), DoneNote: x.DoneNote,
	}
}

func (a *API) addReviewDecision(ctx context.Context, in *addReviewDecisionInput) (*created[reviewDecisionBody], error) {
	return once(ctx, a, func() (*created[reviewDecisionBody], error) {
		r, right, err := a.reader(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		if !right.Decides() {
			return nil, forbidden()
		}
		c := callOf(ctx)
		d := review.Decision{
			ID: derivedID("review-decision", a.Installation, string(c.actor.person.ID), r.ID, c.key), Text: strings.TrimSpace(in.Body.Text), By: c.actor.person.ID, At: a.Now(),
		}
		if d.Text == "" {
			return nil, wrong(string(deal.CodeReasonMissing), "/text")
		}
		if err := a.Reviews.AddReviewDecision(ctx, r.ID, d); err != nil {
			return nil, fmt.Errorf("add decision: %w", err)
		}
		return &created[reviewDecisionBody]{Status: http.StatusCreated, Location: base + "/reviews/" + r.ID, Body: reviewDecisionOf(c.actor.org, d)}, nil
	})
}

// ownActions are those of a review that the caller reads.
func (a *API) ownActions(ctx context.Context, r review.Review, right review.Right) ([]review.Action, error) {
	all, err := a.Reviews.ReviewActions(ctx, r.ID)
	if err != nil {
		return nil, fmt.Errorf("read actions: %w", err)
	}
	if right.Reads() {
		return all, nil
	}
	return slices.DeleteFunc(all, func(x review.Action) bool { return !slices.Contains(who(ctx).viewer.Owners, x.Owner) }), nil
}

func (a *API) reviewActions(ctx context.Context, in *reviewListInput) (*reply[list[reviewActionBody]], error) {
	r, right, err := a.reader(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := a.ownActions(ctx, r, right)
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, in.Paging, func(x review.Action) string { return x.ID })
	if err != nil {
		return nil, err
	}
	org := who(ctx).org
	return listOf(mapped(page, func(x review.Action) reviewActionBody { return a.reviewActionOf(org, x) }), next), nil
}

// charge checks to whom an action is given, and for when.
func (a *API) charge(org deal.Org, x review.Action) (time.Time, error) {
	var bad []reason
	if p, ok := org.Person(x.Owner); !ok || !p.Active {
		bad = append(bad, reason{code: string(deal.CodeUnknownPerson), pointer: "/owner"})
	}
	day, err := time.ParseInLocation(time.DateOnly, x.DueOn, a.Zone)
	switch {
	case err != nil:
		bad = append(bad, reason{code: "not_date", pointer: "/due_on"})
	case x.DueOn < a.today().Format(time.DateOnly):
		bad = append(bad, reason{code: string(deal.CodeDateInPast), pointer: "/due_on"})
	case day.Sub(a.Now()) > horizon:
		bad = append(bad, reason{code: catalogue.DateTooFar, pointer: "/due_on"})
	}
	if x.Text == "" {
		bad = append(bad, reason{code: string(deal.CodeReasonMissing), pointer: "/text"})
	}
	if len(bad) > 0 {
		return time.Time{}, invalid(bad)
	}
	ends, err := a.Reviews.DayEnds(x.DueOn)
	return ends, wrapped("find the end of the day", err)
}

func (a *API) addAction(ctx context.Context, in *addActionInput) (*created[reviewActionBody], error) {
	return once(ctx, a, func() (*created[reviewActionBody], error) {
		r, right, err := a.reader(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		if !right.Charges() {
			return nil, forbidden()
		}
		c := callOf(ctx)
		x := review.Action{
			ID: derivedID("review-action", a.Installation, string(c.actor.person.ID), r.ID, c.key), Review: r.ID, Owner: deal.PersonID(in.Body.Owner),
			DueOn: in.Body.DueOn, Text: strings.TrimSpace(in.Body.Text), CreatedBy: c.actor.person.ID, CreatedAt: a.Now(),
		}
		due, err := a.charge(c.actor.org, x)
		if err != nil {
			return nil, err
		}
		if x, err = a.Reviews.AddAction(ctx, x, due); err != nil {
			return nil, fmt.Errorf("add action: %w", err)
		}
		return &created[reviewActionBody]{
			Status: http.StatusCreated, Location: base + "/reviews/" + r.ID + "/actions/" + x.ID, ETag: etag(x.Version), Body: a.reviewActionOf(c.actor.org, x),
		}, nil
	})
}

// action is one of a review's list that the caller reads, as it stands now.
func (a *API) action(ctx context.Context, in ActionPath) (review.Action, review.Right, error) {
	r, right, err := a.reader(ctx, in.ID)
	if err != nil {
		return review.Action{}, right, err
	}
	x, err := a.Reviews.ReviewAction(ctx, r.ID, in.Action)
	if err != nil {
		return x, right, fmt.Errorf("read action: %w", err)
	}
	if !right.Reads() && !slices.Contains(who(ctx).viewer.Owners, x.Owner) {
		return x, right, no(http.StatusNotFound, catalogue.NotFound)
	}
	return x, right, nil
}

func (a *API) patchAction(ctx context.Context, in *patchActionInput) (*actionOutput, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	x, right, err := a.action(ctx, in.ActionPath)
	if err != nil {
		return nil, err
	}
	if !right.Charges() {
		return nil, forbidden()
	}
	if x.Version != version {
		return nil, stale(x.Version)
	}
	owner := string(x.Owner)
	in.Body.Owner.into(&owner)
	x.Owner = deal.PersonID(owner)
	in.Body.DueOn.into(&x.DueOn)
	in.Body.Text.into(&x.Text)
	x.Text = strings.TrimSpace(x.Text)
	me := who(ctx)
	due, err := a.charge(me.org, x)
	if err != nil {
		return nil, err
	}
	now, err := a.Reviews.ChangeAction(ctx, in.ID, x, me.person.ID, a.Now(), due)
	if errors.Is(err, deal.ErrStale) {
		return nil, stale(now.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("edit action: %w", err)
	}
	return &actionOutput{etag(now.Version), a.reviewActionOf(me.org, now)}, nil
}

func (a *API) finishAction(ctx context.Context, in *doneActionInput) (*created[reviewActionBody], error) {
	return once(ctx, a, func() (*created[reviewActionBody], error) {
		x, right, err := a.action(ctx, in.ActionPath)
		if err != nil {
			return nil, err
		}
		me := who(ctx)
		if !right.Finishes(me.viewer, x.Owner) {
			return nil, forbidden()
		}
		note := ""
		if in.Body != nil {
			note = strings.TrimSpace(in.Body.Note)
		}
		now, err := a.Reviews.FinishAction(ctx, in.ID, x.ID, me.person.ID, note, a.Now())
		if err != nil {
			return nil, fmt.Errorf("finish action: %w", err)
		}
		return &created[reviewActionBody]{
			Status: http.StatusOK, Location: base + "/reviews/" + in.ID + "/actions/" + x.ID, ETag: etag(now.Version), Body: a.reviewActionOf(me.org, now),
		}, nil
	})
}

func reviewActionListing() listing {
	type T = reviewActionBody
	return listing{deal.Text{ZH: "评审行动项", EN: "Actions of a review"}, []column{
		txt("行动", "Action", func(x T) string { return x.Text }),
		somebody("负责人", "Owner", func(x T) *personBody { return x.Owner }),
		txt("期限", "Due", func(x T) string { return x.DueOn }),
		label("状态", "Status", catalogue.ActionStatuses, func(x T) string { return x.Status }),
		yes("逾期", "Overdue", func(x T) bool { return x.Overdue }),
		txt("来自月份", "From", func(x T) string { return string(x.Month) }),
		num("结转次数", "Carried over", func(x T) int64 { return int64(x.Carried) }),
		somebody("完成人", "Done by", func(x T) *personBody { return x.DoneBy }),
		when("完成时间", "Done", func(x T) *time.Time { return x.DoneAt }),
		txt("完成说明", "Outcome", func(x T) string { return x.DoneNote }),
		txt("ID", "ID", func(x T) string { return x.ID }),
	}}
}
