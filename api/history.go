package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"closedloop/deal"
)

type timelineItem struct {
	Seq   int64          `json:"seq"`
	At    time.Time      `json:"at"`
	Cycle int            `json:"cycle"`
	Step  stepName       `json:"step" doc:"in which it happened"`
	Kind  string         `json:"kind"`
	Text  string         `json:"text" doc:"in the language asked for"`
	Actor *personBody    `json:"actor,omitempty"`
	Data  map[string]any `json:"data" doc:"the event's content; texts in place of their references, null once erased"`
}

type timelineBody struct {
	Items      []timelineItem `json:"items"`
	NextCursor string         `json:"next_cursor"`
	People     []personBody   `json:"people" doc:"whose IDs appear in data"`
}

type verifyBody struct {
	OK     bool        `json:"ok"`
	Events int         `json:"events"`
	Head   string      `json:"head" doc:"hash of the last event"`
	Break  *deal.Break `json:"break,omitempty" doc:"where the chain does not hold"`
}

func (a *API) historyRoutes() {
	register(a, op(http.MethodGet, "/accounts/{id}/timeline", "get-timeline", "history", "What happened, oldest first"), a.timeline)
	register(a, op(http.MethodGet, "/accounts/{id}/verify", "verify-log", "history", "Check the hash chain of the whole log"), a.verify)
}

func (a *API) timeline(ctx context.Context, in *accountListInput) (*reply[timelineBody], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	c := callOf(ctx)
	log, err := a.Log.Events(ctx, c.actor.viewer, id, in.page())
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	body := timelineBody{Items: []timelineItem{}, NextCursor: log.Next, People: []personBody{}}
	var named []deal.PersonID
	for _, e := range log.Items {
		data, err := told(e.Body, log.Texts, func(s string) {
			if _, ok := c.actor.org.Person(deal.PersonID(s)); ok && !slices.Contains(named, deal.PersonID(s)) {
				named = append(named, deal.PersonID(s))
			}
		})
		if err != nil {
			return nil, fmt.Errorf("show event %d: %w", e.Seq, err)
		}
		body.Items = append(body.Items, timelineItem{
			Seq: e.Seq, At: e.At.UTC(), Cycle: e.Cycle, Step: stepName(e.Step), Kind: string(e.Kind), Text: a.say.Event(e.Kind, c.lang),
			Actor: personIn(c.actor.org, e.Actor), Data: data,
		})
	}
	body.People = append(body.People, peopleIn(c.actor.org, named)...)
	return &reply[timelineBody]{body}, nil
}

// told is an event's content for people: every reference to a text is the text, and what the clocks were set to is left
// to upcoming. It calls seen for every string, which may be a person's ID.
func told(content deal.EventBody, texts map[string]string, seen func(string)) (map[string]any, error) {
	encoded, err := json.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	data := map[string]any{}
	if err := json.Unmarshal(encoded, &data); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	for _, inner := range []string{"clock", "clocks", "draft"} {
		if _, named := data[inner].(string); !named { // of a rung it is the name of its clock, and stays
			delete(data, inner)
		}
	}
	for key, v := range data {
		data[key] = replaceTexts(v, texts, seen)
	}
	return data, nil
}

func replaceTexts(v any, texts map[string]string, seen func(string)) any {
	switch v := v.(type) {
	case string:
		seen(v)
	case []any:
		for i, item := range v {
			v[i] = replaceTexts(item, texts, seen)
		}
	case map[string]any:
		id, isRef := v["id"].(string)
		if _, hashed := v["hash"].(string); isRef && hashed && len(v) == 2 {
			if text, ok := texts[id]; ok {
				return text
			}
			return nil
		}
		for key, item := range v {
			v[key] = replaceTexts(item, texts, seen)
		}
	}
	return v
}

func (a *API) verify(ctx context.Context, in *AccountPath) (*reply[verifyBody], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	log, err := a.Log.Whole(ctx, who(ctx).viewer, id)
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	broken, err := deal.Verify(log)
	if err != nil {
		return nil, fmt.Errorf("verify log: %w", err)
	}
	body := verifyBody{OK: broken == nil, Events: len(log), Break: broken}
	if len(log) > 0 {
		body.Head = log[len(log)-1].Hash
	}
	return &reply[verifyBody]{body}, nil
}
