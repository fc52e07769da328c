package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

// Reviews keeps the monthly reviews of teams. It judges no rights: package deal/review does, here.
type Reviews interface {
	// ReviewBoard lists reviews with the months that have none.
	ReviewBoard(ctx context.Context, org deal.Org, f review.Filter) ([]review.Review, error)
	// OpenTeamReview opens a review, or finds it; the second value tells which.
	OpenTeamReview(ctx context.Context, team deal.TeamID, month review.Month, by deal.PersonID) (review.Review, bool, error)
	// DayEnds is the closing time of a day.
	DayEnds(day string) (time.Time, error)

	Review(ctx context.Context, id string) (review.Review, error)
	// OwnReviews are the IDs of reviews in which people have something to explain or to do.
	OwnReviews(ctx context.Context, people []deal.PersonID) (map[string]bool, error)
	ReviewAccounts(ctx context.Context, id string, p view.Page) ([]review.Line, string, error)
	// ReviewBreaches are those of some people; nil: of everybody.
	ReviewBreaches(ctx context.Context, id string, people []deal.PersonID, p view.Page) ([]review.Breach, string, error)
	UnexplainedBreaches(ctx context.Context, id string) ([]review.Breach, error)
	ReviewDecisions(ctx context.Context, id string) ([]review.Decision, error)
	ReviewActions(ctx context.Context, id string) ([]review.Action, error)
	// ReviewAction is one of a review's list as it stands now.
	ReviewAction(ctx context.Context, id, action string) (review.Action, error)

	// What follows changes a review: a signed one is a *[StateError]. Acts with IDs happen once.
	ExplainBreach(ctx context.Context, id, breach string, reason review.Reason, allowed func(review.Review, review.Breach) error) (review.Breach, error)
	AddReviewDecision(ctx context.Context, id string, d review.Decision) error
	AddAction(ctx context.Context, a review.Action, due time.Time) (review.Action, error)
	ChangeAction(ctx context.Context, id string, a review.Action, by deal.PersonID, at, due time.Time) (review.Action, error)
	FinishAction(ctx context.Context, id, action string, by deal.PersonID, note string, at time.Time) (review.Action, error)
	SignReview(ctx context.Context, id string, by, chair deal.PersonID, note, today string, at time.Time) (review.Review, deal.Refusals, error)
}

// reviewStatus is how far a review is.
type reviewStatus string

// Schema lists the statuses.
func (reviewStatus) Schema(huma.Registry) *huma.Schema { return closedSet(review.Statuses()...) }

// monthName is a month such as 2026-05.
type monthName string

// Schema is the form of a month.
func (monthName) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^[0-9]{4}-(0[1-9]|1[0-2])$`, Examples: []any{"2026-05"}}
}

type reviewsInput struct {
	Paging
	Team   string       `query:"team" maxLength:"64" doc:"ID"`
	Month  monthName    `query:"month"`
	Status reviewStatus `query:"status" doc:"missing: a month that is over and that nobody opened"`
	Late   switchName   `query:"late" doc:"not signed by the date; signed ones that were signed after it stay late"`
}

type openReviewInput struct {
	Body struct {
		Team  string    `json:"team" maxLength:"64" doc:"ID"`
		Month monthName `json:"month" doc:"this one, or an earlier one"`
	}
}

// ReviewPath names a review.
type ReviewPath struct {
	ID string `path:"id" maxLength:"64"`
}

type reviewItem struct {
	ID        string       `json:"id" doc:"empty for a month that has no review"`
	Team      teamRefBody  `json:"team"`
	Month     monthName    `json:"month"`
	Status    reviewStatus `json:"status"`
	Late      bool         `json:"late"`
	DueAt     time.Time    `json:"due_at" doc:"to be signed by"`
	Chairs    []personBody `json:"chairs" doc:"who may sign it, or a deputy of theirs: the lead of the area above, else sales operations"`
	OpenedAt  *time.Time   `json:"opened_at" doc:"of the snapshot"`
	OpenedBy  *personBody  `json:"opened_by,omitempty"`
	SignedAt  *time.Time   `json:"signed_at"`
	SignedBy  *personBody  `json:"signed_by,omitempty"`
	SignedFor *personBody  `json:"signed_for,omitempty" doc:"whose chair it was, where a deputy signed"`
}

type teamRefBody struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type reviewBody struct {
	reviewItem
	Partial   bool                 `json:"partial" doc:"you read only what is yours in it: breaches to explain and actions to do"`
	Since     time.Time            `json:"since" doc:"breaches from here"`
	Until     time.Time            `json:"until" doc:"to here"`
	Totals    *review.Totals       `json:"totals,omitempty"`
	Decisions []reviewDecisionBody `json:"decisions"`
	Actions   []reviewActionBody   `json:"actions" doc:"of this review and carried into it; once it is signed, as they stood then"`
	Missing   []missingBody        `json:"missing" doc:"what stands against signing it"`
	Note      string               `json:"note"`
}

type missingBody struct {
	Code string `json:"code"`
	Text string `json:"text"`
	Hint string `json:"hint"`
}

type reviewOutput struct {
	Body reviewBody
}

func (a *API) reviewRoutes() {
	register(a, op(http.MethodGet, "/reviews", "list-reviews", "reviews", "Monthly reviews, with the months that have none"), a.reviews)
	open := op(http.MethodPost, "/reviews", "open-review", "reviews", "Open the review of a team's month by hand")
	open.Description = "For its chair and sales operations. By itself it is opened on the first working day of the next month. The snapshot is taken " +
		"now and never again; one that is there already is given (200)."
	open.DefaultStatus = http.StatusCreated
	register(a, open, a.openReview)
	register(a, op(http.MethodGet, "/reviews/{id}", "get-review", "reviews", "One review"), a.oneReview)
	register(a, op(http.MethodGet, "/reviews/{id}/accounts", "list-review-accounts", "reviews", "The team's accounts as they stood"), a.reviewAccounts)
	register(a, op(http.MethodGet, "/reviews/{id}/breaches", "list-review-breaches", "reviews", "What was not done in time, and why"), a.reviewBreaches)
	explain := op(http.MethodPut, "/reviews/{id}/breaches/{breach}", "explain-breach", "reviews", "State why")
	explain.Description = "For whoever missed it and the line above, until the review is signed; that of the lead quota for the line above alone."
	register(a, explain, a.explainBreach)
	a.reviewActionRoutes()
	decide := op(http.MethodPost, "/reviews/{id}/decisions", "add-review-decision", "reviews", "Write down what was decided")
	decide.DefaultStatus = http.StatusCreated
	register(a, decide, a.addReviewDecision)
	sign := op(http.MethodPost, "/reviews/{id}/sign", "sign-review", "reviews", "Sign a review")
	sign.Description = "For its chair, or a deputy. Refused with everything that is missing (review_incomplete). Nothing of it changes afterwards."
	sign.DefaultStatus = http.StatusOK
	register(a, sign, a.signReview)
}

// reader is what the caller may do with a review, and whether it is more than their own part.
func (a *API) reader(ctx context.Context, id string) (review.Review, review.Right, error) {
	r, err := a.Reviews.Review(ctx, id)
	if err != nil {
		return r, review.Right{}, fmt.Errorf("read review: %w", err)
	}
	right := review.RightOf(who(ctx).org, who(ctx).viewer, r.Team)
	if right.Reads() {
		return r, right, nil
	}
	own, err := a.Reviews.OwnReviews(ctx, who(ctx).viewer.Owners)
	if err != nil {
		return r, right, fmt.Errorf("read own part of a review: %w", err)
	}
	if !own[id] {
		return r, right, no(http.StatusNotFound, "not_found")
	}
	return r, right, nil
}

// forbidden is the answer to who sees something and may not do it.
func forbidden() error { return no(http.StatusForbidden, string(deal.CodeNotYourRole)) }

func (a *API) reviews(ctx context.Context, in *reviewsInput) (*reply[list[reviewItem]], error) {
	me := who(ctx)
	board, err := a.Reviews.ReviewBoard(ctx, me.org, review.Filter{
		Team: deal.TeamID(in.Team), Month: review.Month(in.Month), Status: review.Status(in.Status), Late: in.Late.chosen(),
	})
	if err != nil {
		return nil, fmt.Errorf("list reviews: %w", err)
	}
	own, err := a.Reviews.OwnReviews(ctx, me.viewer.Owners)
	if err != nil {
		return nil, fmt.Errorf("list own reviews: %w", err)
	}
	board = slices.DeleteFunc(board, func(r review.Review) bool {
		return !review.RightOf(me.org, me.viewer, r.Team).Reads() && (r.ID == "" || !own[r.ID])
	})
	page, next, err := pageOf(board, in.Paging, func(r review.Review) string { return string(r.Month) + "/" + string(r.Team) })
	if err != nil {
		return nil, err
	}
	return listOf(mapped(page, func(r review.Review) reviewItem { return a.reviewItem(me.org, r) }), next), nil
}

func (a *API) reviewItem(org deal.Org, r review.Review) reviewItem {
	team, _ := org.Team(r.Team)
	item := reviewItem{
		ID: r.ID, Team: teamRefBody{string(r.Team), team.Name}, Month: monthName(r.Month), Status: reviewStatus(r.Status), Late: r.Late(a.Now()),
		DueAt: r.DueAt.UTC(), OpenedAt: instant(r.OpenedAt), OpenedBy: personIn(org, r.OpenedBy), SignedAt: instant(r.SignedAt), SignedBy: personIn(org, r.SignedBy),
	}
	item.Chairs = mapped(review.Chairs(org, r.Team), func(id deal.PersonID) personBody { return *personIn(org, id) })
	if r.SignedFor != r.SignedBy {
		item.SignedFor = personIn(org, r.SignedFor)
	}
	return item
}

func (a *API) openReview(ctx context.Context, in *openReviewInput) (*created[reviewBody], error) {
	return once(ctx, a, func() (*created[reviewBody], error) {
		me := who(ctx)
		team, month := deal.TeamID(in.Body.Team), review.Month(in.Body.Month)
		if _, known := me.org.Team(team); !known {
			return nil, wrong(string(deal.CodeInvalidValue), "/team")
		}
		if !review.RightOf(me.org, me.viewer, team).Opens() {
			return nil, forbidden()
		}
		if month > review.MonthOf(a.Now(), a.Zone) {
			return nil, wrong(string(deal.CodeMonthAhead), "/month")
		}
		r, opened, err := a.Reviews.OpenTeamReview(ctx, team, month, me.person.ID)
		if err != nil {
			return nil, fmt.Errorf("open review: %w", err)
		}
		status := http.StatusOK
		if opened {
			status = http.StatusCreated
		}
		body, err := a.wholeReview(ctx, r)
		if err != nil {
			return nil, err
		}
		return &created[reviewBody]{Status: status, Location: base + "/reviews/" + r.ID, Body: body}, nil
	})
}

func (a *API) oneReview(ctx context.Context, in *ReviewPath) (*reviewOutput, error) {
	r, right, err := a.reader(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if right.Reads() {
		body, err := a.wholeReview(ctx, r)
		return &reviewOutput{body}, err
	}
	actions, err := a.ownActions(ctx, r, right)
	if err != nil {
		return nil, err
	}
	me := who(ctx)
	return &reviewOutput{reviewBody{
		reviewItem: a.reviewItem(me.org, r), Partial: true, Since: r.Since.UTC(), Until: r.Until.UTC(), Decisions: []reviewDecisionBody{},
		Missing: []missingBody{}, Actions: mapped(actions, func(x review.Action) reviewActionBody { return a.reviewActionOf(me.org, x) }),
	}}, nil
}

// wholeReview is a review for who reads all of it.
func (a *API) wholeReview(ctx context.Context, r review.Review) (reviewBody, error) {
	org := who(ctx).org
	decisions, err := a.Reviews.ReviewDecisions(ctx, r.ID)
	if err != nil {
		return reviewBody{}, fmt.Errorf("read decisions: %w", err)
	}
	actions, err := a.Reviews.ReviewActions(ctx, r.ID)
	if err != nil {
		return reviewBody{}, fmt.Errorf("read actions: %w", err)
	}
	body := reviewBody{
		reviewItem: a.reviewItem(org, r), Since: r.Since.UTC(), Until: r.Until.UTC(), Totals: &r.Totals, Note: r.Note, Missing: []missingBody{},
		Decisions: mapped(decisions, func(d review.Decision) reviewDecisionBody { return reviewDecisionOf(org, d) }),
		Actions:   mapped(actions, func(x review.Action) reviewActionBody { return a.reviewActionOf(org, x) }),
	}
	if r.Status == review.Signed {
		return body, nil
	}
	unexplained, err := a.Reviews.UnexplainedBreaches(ctx, r.ID)
	if err != nil {
		return reviewBody{}, fmt.Errorf("read breaches: %w", err)
	}
	lang := callOf(ctx).lang
	for _, one := range review.Unsignable(unexplained, actions, len(decisions), a.today().Format(time.DateOnly)) {
		body.Missing = append(body.Missing, missingBody{Code: one.Item, Text: one.Text.In(lang), Hint: one.Hint.In(lang)})
	}
	return body, nil
}

type signReviewInput struct {
	ReviewPath
	Body struct {
		Note string `json:"note,omitempty" maxLength:"4000"`
	}
}

func (a *API) signReview(ctx context.Context, in *signReviewInput) (*created[reviewBody], error) {
	return once(ctx, a, func() (*created[reviewBody], error) {
		r, right, err := a.reader(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		if !right.Signs() {
			return nil, forbidden()
		}
		signed, unmet, err := a.Reviews.SignReview(ctx, r.ID, who(ctx).person.ID, right.Chair, in.Body.Note, a.today().Format(time.DateOnly), a.Now())
		if err != nil {
			return nil, fmt.Errorf("sign review: %w", err)
		}
		if len(unmet) > 0 {
			return nil, refused(unmet, "")
		}
		body, err := a.wholeReview(ctx, signed)
		if err != nil {
			return nil, err
		}
		return &created[reviewBody]{Status: http.StatusOK, Location: base + "/reviews/" + r.ID, Body: body}, nil
	})
}
