package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"closedloop/api/catalogue"
	"closedloop/deal"
)

// Several requests are decided with one call: each decision is a command of its own, with the answer of its own, and none
// waits for or falls with another.

// decidedAtOnce is how many of a batch are on their way at a time. It leaves room for everybody else's commands.
const decidedAtOnce = 8

type decisionsInput struct {
	Body struct {
		Items []decisionItem `json:"items" minItems:"1" maxItems:"50" doc:"in any order; each request once"`
	}
}

type decisionItem struct {
	Approval string       `json:"approval" minLength:"1" maxLength:"64" doc:"UUID of the request"`
	Decision decisionName `json:"decision"`
	Comment  string       `json:"comment,omitempty" maxLength:"4000" doc:"mandatory unless approving"`
	Version  int64        `json:"version" minimum:"0" doc:"of the subject that you read"`
}

type decisionsBody struct {
	Items []decidedBody `json:"items" doc:"one answer for each decision, in the order in which they were sent"`
}

type decidedBody struct {
	Approval string   `json:"approval"`
	Status   int      `json:"status" doc:"what POST /approvals/{id}/decision would have answered: 200, or the status of the problem"`
	Seq      *int64   `json:"seq,omitempty" doc:"of the last event that the decision made"`
	Problem  *Problem `json:"problem,omitempty" doc:"with every reason; a pointer leads into this batch"`
}

func (a *API) decisionRoutes() {
	o := op(http.MethodPost, "/approvals/decisions", "decide-approvals", "approvals", "Decide up to 50 requests at once")
	o.Description = "Each decision is a command of its own, under a key that follows from this call's Idempotency-Key and the request: a repeated " +
		"batch gets the same answers, and one whose outcome was unknown (503) is asked for again. The call answers 200 whatever the decisions " +
		"come to; a body that is not right is refused as a whole, before anything is decided."
	register(a, o, a.decideAll)
}

func (a *API) decideAll(ctx context.Context, in *decisionsInput) (*reply[decisionsBody], error) {
	if err := eachOnce(in.Body.Items); err != nil {
		return nil, err
	}
	out := decisionsBody{Items: make([]decidedBody, len(in.Body.Items))}
	var all sync.WaitGroup
	turns := make(chan struct{}, decidedAtOnce)
	for i, item := range in.Body.Items {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			out.Items[i] = a.decideOne(ctx, i, item)
		})
	}
	all.Wait()
	return &reply[decisionsBody]{out}, nil
}

// eachOnce refuses a batch that says something about one request twice: which of the two holds would be a matter of luck.
func eachOnce(items []decisionItem) error {
	var f *fault
	seen := map[string]int{}
	for i, item := range items {
		id := strings.ToLower(item.Approval)
		first, twice := seen[id]
		if !twice {
			seen[id] = i
			continue
		}
		if f == nil {
			f = no(http.StatusUnprocessableEntity, catalogue.InvalidRequest)
		}
		f.reasons = append(f.reasons, reason{
			code: catalogue.ItemTwice, pointer: "/items/" + strconv.Itoa(i) + "/approval", args: []string{"/items/" + strconv.Itoa(first)},
		})
	}
	if f != nil {
		return f
	}
	return nil
}

// decideOne takes one decision of a batch to its account, as the call for one would, except that it waits for its turn
// where that would be told that too much is going on.
func (a *API) decideOne(ctx context.Context, at int, item decisionItem) decidedBody {
	out := decidedBody{Approval: item.Approval, Status: http.StatusOK}
	seq, err := a.decidedSeq(ctx, item)
	if err == nil {
		out.Seq = &seq
		return out
	}
	p := *a.problem(ctx, err)
	for i, e := range p.Errors {
		if strings.HasPrefix(e.Pointer, "/") {
			p.Errors[i].Pointer = "/items/" + strconv.Itoa(at) + e.Pointer
		}
	}
	out.Status, out.Problem = p.Status, &p
	return out
}

// decidedSeq is the decision itself, under a key and a fingerprint of its own. A panic is its own as well: no middleware
// stands around it here.
func (a *API) decidedSeq(ctx context.Context, item decisionItem) (seq int64, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{value: v, stack: debug.Stack()}
		}
	}()
	body, err := json.Marshal(item)
	if err != nil {
		return 0, fmt.Errorf("encode a decision: %w", err)
	}
	batch := callOf(ctx)
	one := *batch
	one.key = derivedID(batch.key, item.Approval)
	one.fingerprint = fingerprint(http.MethodPost, base+"/approvals/decisions/item", body)
	one.patient = true
	var in decisionInput
	in.ID = item.Approval
	in.Body.Decision, in.Body.Comment, in.Body.Version = item.Decision, item.Comment, item.Version
	done, err := a.decide(context.WithValue(ctx, callKey{}, &one), &in)
	if err != nil {
		return 0, err
	}
	return done.Body.Seq, nil
}

// entered is a place among the commands on their way: at once or not at all, or, for a call that is patient, as soon as
// there is one within its time.
func (a *API) entered(ctx context.Context, id deal.AccountID) (release func(), err error) {
	if callOf(ctx).patient {
		return a.commands.await(ctx, id)
	}
	return a.commands.enter(id)
}
