package api

import (
	"context"
	"encoding/json"
	"fmt"

	"closedloop/deal"
	"closedloop/deal/view"
)

// created is the answer of a POST that is no command: its status, where the new thing is, and its body.
type created[T any] struct {
	Status   int
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     T
}

// once lets a POST that is no command happen once under its key: its answer is kept and given again (contract.md §2,
// request_keys). Copies of a request that arrive together wait for each other here; IDs of what it makes follow from the
// key, so that copies in two processes make one thing as well.
func once[T any](ctx context.Context, a *API, act func() (*created[T], error)) (*created[T], error) {
	c := callOf(ctx)
	me := c.actor.person.ID
	defer a.replays.lock(string(me) + "\x00" + c.key)()
	before, known, err := a.Requests.Request(ctx, me, c.key)
	if err != nil {
		return nil, fmt.Errorf("ask for an answer given before: %w", err)
	}
	if known {
		return repeated[T](c, before)
	}
	out, err := act()
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(stored[T]{Body: out.Body, ETag: out.ETag})
	if err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	keep := view.StoredRequest{Fingerprint: c.fingerprint, Status: out.Status, Body: body, Location: out.Location}
	if err := a.Requests.KeepRequest(context.WithoutCancel(ctx), me, c.key, keep); err != nil {
		// It has happened; without its answer on file a repeat would meet the derived ID instead.
		a.Logger.WarnContext(ctx, "answer not kept", "trace_id", c.trace, "error", err)
	}
	return out, nil
}

// stored is what is kept of an answer.
type stored[T any] struct {
	Body T      `json:"body"`
	ETag string `json:"etag,omitempty"`
}

func repeated[T any](c *call, before view.StoredRequest) (*created[T], error) {
	if before.Fingerprint != c.fingerprint {
		return nil, refused(deal.Refusals{{Code: deal.CodeKeyReused}}, "")
	}
	var s stored[T]
	if err := json.Unmarshal(before.Body, &s); err != nil {
		return nil, fmt.Errorf("decode an answer given before: %w", err)
	}
	return &created[T]{Status: before.Status, Location: before.Location, ETag: s.ETag, Body: s.Body}, nil
}
