package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/deal"
	"closedloop/deal/view"
)

type successorBody struct {
	To          string   `json:"to" maxLength:"64" doc:"ID"`
	Accounts    []string `json:"accounts,omitempty" maxItems:"10000" doc:"IDs: these accounts"`
	Territories []string `json:"territories,omitempty" maxItems:"1000" doc:"and those that lie here. One with neither gets an equal share of the rest"`
}

type handoverInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Reason     string          `json:"reason" maxLength:"4000"`
		Successors []successorBody `json:"successors" maxItems:"200"`
		DefaultTo  string          `json:"default_to,omitempty" maxLength:"64" doc:"ID: who gets the accounts that nobody is named for, and what belongs to no account. Without it the rest is spread evenly"`
		Deactivate bool            `json:"deactivate,omitempty" doc:"the person has left once everything is moved"`
		DryRun     bool            `json:"dry_run,omitempty" doc:"tell what would move to whom, and what stands in the way; move nothing"`
	}
}

type holdingsBody struct {
	Owner    bool `json:"owner" doc:"the account is theirs"`
	Collects bool `json:"collects" doc:"a lead that they brought"`
	Tasks    int  `json:"tasks"`
	Requests int  `json:"requests" doc:"pending, theirs to answer for"`
	Seats    int  `json:"seats" doc:"of pending requests that wait for their word"`
	Dates    int  `json:"dates" doc:"of records, that speak to them"`
	Steps    int  `json:"steps" doc:"as a specialist: offered, or taken over"`
}

type handoverMoveBody struct {
	Account  accountRef    `json:"account"`
	To       *personBody   `json:"to,omitempty"`
	Holds    holdingsBody  `json:"holds" doc:"what hung on the person when it was planned"`
	Status   moveStatus    `json:"status"`
	Round    int           `json:"round" doc:"1: of the order; later ones: what has come to the person since"`
	Attempts int           `json:"attempts"`
	Seq      int64         `json:"seq,omitempty" doc:"of the event in the account's timeline"`
	MovedAt  *time.Time    `json:"moved_at"`
	Reasons  []ProblemItem `json:"reasons,omitempty" doc:"why it could not be moved"`
}

type handoverBody struct {
	ID          string             `json:"id"`
	From        *personBody        `json:"from,omitempty"`
	By          *personBody        `json:"by,omitempty"`
	Reason      string             `json:"reason"`
	Status      handoverStatus     `json:"status" doc:"left: over, with accounts that could not be moved"`
	Deactivate  bool               `json:"deactivate"`
	Deactivated bool               `json:"deactivated"`
	Planned     int                `json:"planned" doc:"not moved yet"`
	Moved       int                `json:"moved"`
	Nothing     int                `json:"nothing" doc:"nothing hung on the person there any more"`
	Failed      int                `json:"failed"`
	Tasks       int                `json:"tasks" doc:"personal ones that were moved"`
	Delegations int                `json:"delegations" doc:"that ended with the person"`
	OrderedAt   time.Time          `json:"ordered_at"`
	FinishedAt  *time.Time         `json:"finished_at"`
	DryRun      bool               `json:"dry_run"`
	Moves       []handoverMoveBody `json:"moves,omitempty" doc:"in a dry run"`
	Problems    []ProblemItem      `json:"problems,omitempty" doc:"in a dry run: everything that stands in the way"`
}

// handoverStatus and moveStatus are closed sets.
type (
	handoverStatus string
	moveStatus     string
)

// Schema lists how far a handover can be.
func (handoverStatus) Schema(huma.Registry) *huma.Schema {
	return closedSet(string(view.HandoverRuns), string(view.HandoverDone), string(view.HandoverLeft), "dry_run")
}

// Schema lists what can become of a move.
func (moveStatus) Schema(huma.Registry) *huma.Schema {
	var all []string
	for _, s := range view.MoveStatuses() {
		all = append(all, string(s))
	}
	return closedSet(all...)
}

type handoverPath struct {
	ID string `path:"id" maxLength:"64"`
}

type handoversInput struct {
	ID string `path:"id" maxLength:"64"`
	Paging
}

type handoverMovesInput struct {
	ID string `path:"id" maxLength:"64"`
	Paging
	Status moveStatus `query:"status"`
}

func (a *API) handoverRoutes() {
	order := op(http.MethodPost, "/users/{id}/handover", "hand-over", "setup", "Hand everything of a person over to successors")
	order.Description = "Accounts with their tasks, requests, seats and dates, and the person's own tasks. The plan is frozen with the order and carried " +
		"out by a workflow that survives restarts; busy accounts are tried again until they are moved. For the common superior of the person and all " +
		"successors; for sales_ops and administrators where the person has left or has no superior. dry_run answers 200 with the plan."
	order.DefaultStatus = http.StatusAccepted
	registerWithin(a, handoverTime, order, a.handOver)
	register(a, op(http.MethodGet, "/users/{id}/handovers", "list-handovers", "setup", "Handovers of a person"), a.handovers)
	register(a, op(http.MethodGet, "/handovers/{id}", "get-handover", "setup", "How far a handover is"), a.handover)
	register(a, op(http.MethodGet, "/handovers/{id}/moves", "list-handover-moves", "setup", "The accounts of a handover, with what became of each"), a.handoverMoves)
}

// handoverTime is for a plan over thousands of accounts.
const handoverTime = time.Minute

func (a *API) handOver(ctx context.Context, in *handoverInput) (*created[handoverBody], error) {
	act := func() (*created[handoverBody], error) { return a.orderHandover(ctx, in) }
	if in.Body.DryRun { // changes nothing, and thousands of customers are not kept for an answer given again
		return act()
	}
	return once(ctx, a, act)
}

func (a *API) orderHandover(ctx context.Context, in *handoverInput) (*created[handoverBody], error) {
	org, err := a.People.Org(ctx) // as it is now: rights and absences are judged here
	if err != nil {
		return nil, fmt.Errorf("read the organisation: %w", err)
	}
	c := callOf(ctx)
	from, known := org.Person(deal.PersonID(in.ID))
	if !known {
		return nil, deal.ErrNotFound
	}
	order := view.HandoverOrder{
		ID: derivedID("handover", a.Installation, string(c.actor.person.ID), c.key), By: c.actor.person.ID, Reason: strings.TrimSpace(in.Body.Reason),
		Succession: successionOf(from.ID, in), Deactivate: in.Body.Deactivate, At: a.Now().UTC().Truncate(time.Microsecond),
	}
	if !in.Body.DryRun {
		before, err := a.Handovers.Handover(ctx, order.ID) // ordered before its answer was kept
		if err == nil {
			return a.ordered(org, before), nil
		}
	}
	if !org.MayHandOver(order.By, from.ID, order.At) { // what hangs on others is nobody else's business, nor anybody's work to look up
		return nil, no(http.StatusForbidden, string(deal.CodeNotYourRole))
	}
	held, err := a.Handovers.HeldBy(ctx, from.ID)
	if err != nil {
		return nil, fmt.Errorf("look for what hangs on a person: %w", err)
	}
	against := order.Succession.Against(org, order.By, held, order.At)
	against.Field(order.Reason == "", deal.CodeReasonMissing, "/reason")
	order.Moves = order.Succession.Share(held)
	switch {
	case in.Body.DryRun:
		return &created[handoverBody]{Status: http.StatusOK, Body: a.rehearsed(ctx, org, order, against)}, nil
	case len(against) > 0:
		return nil, refused(against, "")
	}
	if err := a.Handovers.OrderHandover(ctx, order); err != nil {
		return nil, fmt.Errorf("order handover: %w", err)
	}
	h, err := a.Handovers.Handover(ctx, order.ID)
	if err != nil {
		return nil, fmt.Errorf("read handover: %w", err)
	}
	return a.ordered(org, h), nil
}

func (a *API) ordered(org deal.Org, h view.Handover) *created[handoverBody] {
	return &created[handoverBody]{Status: http.StatusAccepted, Location: base + "/handovers/" + h.ID, Body: handoverOf(org, h)}
}

func successionOf(from deal.PersonID, in *handoverInput) deal.Succession {
	s := deal.Succession{From: from, Default: deal.PersonID(in.Body.DefaultTo)}
	for _, who := range in.Body.Successors {
		s.Successors = append(s.Successors, deal.Successor{
			To: deal.PersonID(who.To), Accounts: mapped(who.Accounts, func(id string) deal.AccountID { return deal.AccountID(id) }),
			Territories: who.Territories,
		})
	}
	return s
}

// rehearsed is what would move to whom, and what stands in the way.
func (a *API) rehearsed(ctx context.Context, org deal.Org, o view.HandoverOrder, no deal.Refusals) handoverBody {
	b := handoverBody{
		From: personIn(org, o.Succession.From), By: personIn(org, o.By), Reason: o.Reason, Status: "dry_run", Deactivate: o.Deactivate,
		Planned: len(o.Moves), OrderedAt: o.At, DryRun: true, Problems: a.reasons(ctx, no), Moves: []handoverMoveBody{},
	}
	for _, m := range o.Moves {
		b.Moves = append(b.Moves, handoverMoveBody{
			Account: accountRef{string(m.Account), m.Number, m.Name}, To: personIn(org, m.To), Holds: holdingsOf(m.Holds), Status: moveStatus(view.MovePlanned),
			Round: 1, Reasons: a.reasons(ctx, against(org, o.Succession.From, m)),
		})
	}
	return b
}

// against is what stands against a successor for one account.
func against(org deal.Org, from deal.PersonID, m deal.Succeed) deal.Refusals {
	if m.To == "" {
		return deal.Refusals{{Code: deal.CodeNoSuccessor, Args: []string{"1"}}}
	}
	return m.Holds.Fits(org, from, m.To)
}

// reasons are refusals in the words of a problem.
func (a *API) reasons(ctx context.Context, refusals deal.Refusals) []ProblemItem {
	if len(refusals) == 0 {
		return nil
	}
	return render(a.say, callOf(ctx), refused(refusals, "")).Errors
}

// seesHandovers tells whether somebody may look at the handovers of a person: the person, the line above, and those who see
// everything or administer.
func seesHandovers(ctx context.Context, from deal.PersonID) bool {
	me := who(ctx)
	return me.viewer.All || me.person.Role == deal.Admin || me.person.ID == from || above(me.org, me.person.ID, from)
}

func (a *API) handovers(ctx context.Context, in *handoversInput) (*reply[list[handoverBody]], error) {
	from := deal.PersonID(in.ID)
	if _, known := who(ctx).org.Person(from); !known || !seesHandovers(ctx, from) {
		return nil, deal.ErrNotFound
	}
	items, next, err := a.Handovers.Handovers(ctx, from, in.page())
	if err != nil {
		return nil, fmt.Errorf("list handovers: %w", err)
	}
	return listOf(mapped(items, func(h view.Handover) handoverBody { return handoverOf(who(ctx).org, h) }), next), nil
}

// seen is a handover that the caller may look at: successors see it as well.
func (a *API) seen(ctx context.Context, id string) (view.Handover, error) {
	h, err := a.Handovers.Handover(ctx, id)
	if err != nil {
		return h, fmt.Errorf("read handover: %w", err)
	}
	me := who(ctx).person.ID
	mine := h.By == me || h.Succession.Default == me
	for _, s := range h.Succession.Successors {
		mine = mine || s.To == me
	}
	if !mine && !seesHandovers(ctx, h.Succession.From) {
		return h, deal.ErrNotFound
	}
	return h, nil
}

func (a *API) handover(ctx context.Context, in *handoverPath) (*reply[handoverBody], error) {
	h, err := a.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &reply[handoverBody]{handoverOf(who(ctx).org, h)}, nil
}

// handoverMoves lists the accounts; a successor who does not lead the person reads only what is theirs.
func (a *API) handoverMoves(ctx context.Context, in *handoverMovesInput) (*reply[list[handoverMoveBody]], error) {
	h, err := a.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	me := who(ctx)
	filter := view.MoveFilter{Status: view.MoveStatus(in.Status)}
	if h.By != me.person.ID && !seesHandovers(ctx, h.Succession.From) {
		filter.To = me.person.ID
	}
	items, next, err := a.Handovers.HandoverMoves(ctx, in.ID, filter, in.page())
	if err != nil {
		return nil, fmt.Errorf("list moves: %w", err)
	}
	return listOf(mapped(items, func(m view.HandoverMove) handoverMoveBody {
		return handoverMoveBody{
			Account: accountRef{string(m.Account), m.Number, m.Name}, To: personIn(me.org, m.To), Holds: holdingsOf(m.Holds), Status: moveStatus(m.Status),
			Round: m.Round, Attempts: m.Attempts, Seq: m.Seq, MovedAt: instant(m.MovedAt), Reasons: a.reasons(ctx, m.Reasons),
		}
	}), next), nil
}

func handoverOf(org deal.Org, h view.Handover) handoverBody {
	return handoverBody{
		ID: h.ID, From: personIn(org, h.Succession.From), By: personIn(org, h.By), Reason: h.Reason, Status: handoverStatus(h.Status),
		Deactivate: h.Deactivate, Deactivated: h.Beside.Deactivated, Planned: h.Planned, Moved: h.Moved, Nothing: h.Nothing, Failed: h.Failed,
		Tasks: h.Beside.Tasks, Delegations: h.Beside.Delegations, OrderedAt: h.OrderedAt.UTC(), FinishedAt: instant(h.FinishedAt),
	}
}

func holdingsOf(h deal.Holdings) holdingsBody {
	return holdingsBody{Owner: h.Owner, Collects: h.Collects, Tasks: h.Tasks, Requests: h.Requests, Seats: h.Seats, Dates: h.Clocks, Steps: h.Steps}
}
