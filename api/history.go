package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

type timelineItem struct {
	Seq     int64          `json:"seq"`
	Account *accountRef    `json:"account,omitempty" doc:"the merged account in whose history it stands; absent for the account's own"`
	At      time.Time      `json:"at"`
	Cycle   int            `json:"cycle"`
	Step    stepName       `json:"step" doc:"in which it happened"`
	Kind    string         `json:"kind"`
	Text    string         `json:"text" doc:"in the language asked for"`
	Actor   *personBody    `json:"actor,omitempty"`
	Data    map[string]any `json:"data" doc:"the event's content; texts in place of their references, null once erased"`
	Texts   []textRef      `json:"texts" doc:"what people wrote, and where in data it stands"`

	note *historyNote // of a line that is no event, in files only
}

// textRef names a text of the timeline. One that was erased leaves this behind, and null in its place.
type textRef struct {
	ID      string `json:"id" doc:"for DELETE /accounts/{id}/texts/{text}"`
	Pointer string `json:"pointer" doc:"JSON pointer into data"`
	Erased  bool   `json:"erased"`
}

type timelineBody struct {
	Items      []timelineItem `json:"items"`
	NextCursor string         `json:"next_cursor"`
	People     []personBody   `json:"people" doc:"whose IDs appear in data"`
	Imported   []historyNote  `json:"imported" doc:"what lead sheets told of the same stretch of time, oldest first; it is no part of the log. A file has it among the events"`
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

type timelineInput struct {
	AccountPath
	Paging
	Merged switchName `query:"merged" doc:"false: without the histories of accounts that were merged into this one"`
}

func (a *API) timeline(ctx context.Context, in *timelineInput) (*reply[timelineBody], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	c := callOf(ctx)
	log, err := a.Log.Timeline(ctx, c.actor.viewer, id, view.TimelineFilter{Alone: in.Merged == "false", Page: in.page()})
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	body := timelineBody{Items: []timelineItem{}, NextCursor: log.Next, People: []personBody{}, Imported: []historyNote{}}
	if in.Merged != "false" {
		if body.Imported, err = a.importedWithin(ctx, id, log); err != nil {
			return nil, err
		}
	}
	var named []deal.PersonID
	merged, err := a.sourcesOf(ctx, mapped(log.Items, func(e deal.Event) deal.AccountID { return other(e.Account, id) }))
	if err != nil {
		return nil, err
	}
	for _, e := range log.Items {
		data, texts, err := told(e.Body, log.Texts, func(s string) {
			if _, ok := c.actor.org.Person(deal.PersonID(s)); ok && !slices.Contains(named, deal.PersonID(s)) {
				named = append(named, deal.PersonID(s))
			}
		})
		if err != nil {
			return nil, fmt.Errorf("show event %d: %w", e.Seq, err)
		}
		body.Items = append(body.Items, timelineItem{
			Seq: e.Seq, Account: merged.of(other(e.Account, id)), At: e.At.UTC(), Cycle: e.Cycle, Step: stepName(e.Step), Kind: string(e.Kind), Text: a.say.Event(e.Kind, c.lang),
			Actor: personIn(c.actor.org, e.Actor), Data: data, Texts: texts,
		})
	}
	body.People = append(body.People, peopleIn(c.actor.org, named)...)
	return &reply[timelineBody]{body}, nil
}

// other is an account, unless it is the one at hand.
func other(account, here deal.AccountID) deal.AccountID {
	if account == here {
		return ""
	}
	return account
}

// told is an event's content for people: every reference to a text is the text, and what the clocks were set to is left
// to upcoming. It calls seen for every string, which may be a person's ID.
func told(content deal.EventBody, texts map[string]string, seen func(string)) (map[string]any, []textRef, error) {
	encoded, err := json.Marshal(content)
	if err != nil {
		return nil, nil, fmt.Errorf("encode: %w", err)
	}
	data := map[string]any{}
	if err := json.Unmarshal(encoded, &data); err != nil {
		return nil, nil, fmt.Errorf("decode: %w", err)
	}
	for _, inner := range []string{"clock", "clocks"} {
		if _, named := data[inner].(string); !named { // of a rung it is the name of its clock, and stays
			delete(data, inner)
		}
	}
	if b, ok := content.(deal.Recomputed); ok { // which calendar it was is what the event is about
		data["calendar"] = calendarBehind(b.Clocks)
	}
	if id, _ := refIn(data["draft"]); texts[id] == "" { // of a draft only the remark that came with it is a text
		delete(data, "draft")
	}
	t := teller{texts: texts, seen: seen, found: []textRef{}}
	t.object(data, "")
	return data, t.found, nil
}

// calendarBehind is the version of the calendar that clocks were placed with last; empty without clocks.
func calendarBehind(clocks []deal.Clock) string {
	for _, c := range clocks {
		if c.Kind != deal.AgendaClock { // those of the agenda are planned by an event of their own
			return c.Calendar
		}
	}
	return ""
}

// teller puts texts in place of their references and notes where.
type teller struct {
	texts map[string]string
	seen  func(string)
	found []textRef
}

func (t *teller) tell(v any, at string) any {
	if id, ok := refIn(v); ok {
		text, exists := t.texts[id]
		t.found = append(t.found, textRef{ID: id, Pointer: at, Erased: !exists})
		if !exists {
			return nil
		}
		return text
	}
	switch v := v.(type) {
	case string:
		t.seen(v)
	case []any:
		for i, item := range v {
			v[i] = t.tell(item, at+"/"+itoa(int64(i)))
		}
	case map[string]any:
		t.object(v, at)
	}
	return v
}

func (t *teller) object(object map[string]any, at string) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		object[key] = t.tell(object[key], at+"/"+escapePointer(key))
	}
}

// refIn tells whether a value is a reference to a text, and to which.
func refIn(v any) (id string, ok bool) {
	object, _ := v.(map[string]any)
	id, named := object["id"].(string)
	_, hashed := object["hash"].(string)
	return id, named && hashed && len(object) == 2
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
