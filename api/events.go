package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

// The live channel: server-sent events with the notices of whoever listens, as they are written. Every event's ID is its
// position in the outbox, which never gets a neighbour before it, so that a client that comes back with the last ID it saw
// misses nothing and sees nothing twice, whichever process it comes back to.

// Stream reads notices by position.
type Stream interface {
	// NoticesBehind are a person's notices behind a position, in order of positions.
	NoticesBehind(ctx context.Context, who deal.PersonID, after int64, limit int) ([]view.StreamedNotice, error)
	// OutboxEnds are the first position that is kept (0: none is) and the last one that was given.
	OutboxEnds(ctx context.Context) (first, last int64, err error)
}

// Waker tells that there may be more to read: once at the beginning, and whenever the outbox goes on.
type Waker interface {
	Subscribe() (woken <-chan struct{}, stop func())
	// SubscribeAccess tells that a login of a person, or all of their access, may have been ended.
	SubscribeAccess(who deal.PersonID) (ended <-chan struct{}, stop func())
}

type eventsInput struct {
	LastEventID string `header:"Last-Event-ID" maxLength:"20" doc:"of the last event that was seen; browsers send it by themselves"`
	After       string `query:"last_event_id" maxLength:"20" doc:"the same, for clients that cannot set the header, which wins"`
}

// readyBody begins every stream.
type readyBody struct {
	Missed bool `json:"missed" doc:"notices behind last_event_id are not kept any more: read GET /notifications"`
}

// endBody says why a stream is over.
type endBody struct {
	Code string `json:"code"`
}

const (
	// streamPage is how many notices are read at once.
	streamPage = 100
	// streamRetry is when a client that lost its stream should come back, in milliseconds.
	streamRetry = 3000
)

func (a *API) eventRoutes() {
	o := op(http.MethodGet, "/events", "stream-events", "work", "Your notices as they come, as server-sent events")
	o.Description = "`event: ready` at first, then `event: notice` with the same JSON as a line of GET /notifications; `id` goes back as " +
		"Last-Event-ID. A comment every 20 seconds keeps the connection open; `event: end` says that the login is over, at once."
	o.Responses = map[string]*huma.Response{"200": {Description: "the stream", Content: map[string]*huma.MediaType{
		"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
	huma.Register(a.huma, o, func(ctx context.Context, in *eventsInput) (*streamed, error) {
		s, err := a.openStream(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &streamed{Body: func(hc huma.Context) {
			defer s.leave()
			if err := s.run(hc.Context(), humaecho.Unwrap(hc).Response()); err != nil && hc.Context().Err() == nil {
				a.Logger.InfoContext(ctx, "stream broken off", "trace_id", callOf(ctx).trace, "error", err) // the client comes back
			}
		}}, nil
	})
}

// stream is one listener.
type stream struct {
	api   *API
	call  *call
	after int64
	ready readyBody
	leave func()
}

// openStream finds out where to begin, and takes a place.
func (a *API) openStream(ctx context.Context, in *eventsInput) (*stream, error) {
	after, pointer := in.LastEventID, "header/Last-Event-ID"
	if after == "" {
		after, pointer = in.After, "query/last_event_id"
	}
	from := int64(-1)
	if after != "" {
		n, err := strconv.ParseInt(after, 10, 64)
		if err != nil || n < 0 {
			return nil, wrong(catalogue.BadEventID, pointer)
		}
		from = n
	}
	leave, err := a.streams.enter(who(ctx).person.ID)
	if err != nil {
		return nil, err
	}
	asking, cancel := a.deadline(ctx)
	defer cancel()
	first, last, err := a.Stream.OutboxEnds(asking)
	if err != nil {
		leave()
		return nil, fmt.Errorf("read the end of the outbox: %w", err)
	}
	s := &stream{api: a, call: callOf(ctx), after: from, leave: leave}
	switch {
	case from < 0:
		s.after = last
	case from > last, first > 0 && from < first-1, first == 0 && from < last: // of another installation, or too long ago
		s.after, s.ready.Missed = last, true
	}
	return s, nil
}

// run writes until somebody ends it: the client, the login's end, or the process.
func (s *stream) run(ctx context.Context, w *echo.Response) error {
	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("X-Accel-Buffering", "no")              // of proxies that would keep it
	_ = s.call.connection.SetReadDeadline(time.Time{}) // that of the request would end the stream
	w.WriteHeader(http.StatusOK)
	woken, stop := s.api.Wakes.Subscribe()
	defer stop()
	ended, deaf := s.api.Wakes.SubscribeAccess(s.call.actor.person.ID)
	defer deaf()
	beat := time.NewTicker(s.api.Limits.StreamBeat)
	defer beat.Stop()
	if err := s.send(w, "retry: "+strconv.Itoa(streamRetry)+"\n"+s.event("ready", s.after, s.ready)); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.api.ending:
			return nil
		case <-woken:
			if err := s.catchUp(ctx, w); err != nil {
				return err
			}
		case <-ended:
			if over, err := s.end(ctx, w); over || err != nil {
				return err
			}
		case <-beat.C:
			if over, err := s.end(ctx, w); over || err != nil {
				return err
			}
			if err := s.send(w, ": still there\n\n"); err != nil {
				return err
			}
		}
	}
}

// catchUp writes what there is.
func (s *stream) catchUp(ctx context.Context, w *echo.Response) error {
	tell := s.api.noticeBody(s.call.lang)
	for {
		reading, cancel := s.api.deadline(ctx)
		found, err := s.api.Stream.NoticesBehind(reading, s.call.actor.person.ID, s.after, streamPage)
		cancel()
		if err != nil {
			return fmt.Errorf("read notices: %w", err)
		}
		if len(found) == 0 {
			return nil
		}
		var text strings.Builder
		for _, n := range found {
			text.WriteString(s.event("notice", n.Position, tell(n.NoticeItem)))
		}
		if err := s.send(w, text.String()); err != nil {
			return err
		}
		s.after = found[len(found)-1].Position
	}
}

// over tells whether the login that opened the stream counts no more.
func (s *stream) over(ctx context.Context) (bool, error) {
	ctx, cancel := s.api.deadline(ctx)
	defer cancel()
	_, err := s.api.Identity.Bearer(ctx, s.call.actor.token)
	if errors.Is(err, deal.ErrNotFound) {
		return true, nil
	}
	return false, wrapped("look for the login", err)
}

// end says so when the login that opened the stream counts no more.
func (s *stream) end(ctx context.Context, w *echo.Response) (bool, error) {
	over, err := s.over(ctx)
	if over {
		err = s.send(w, s.event("end", s.after, endBody{catalogue.Unauthenticated}))
	}
	return over, err
}

// event writes one; JSON has no line ends of its own.
func (s *stream) event(name string, id int64, data any) string {
	text, err := json.Marshal(data)
	if err != nil {
		text = []byte("{}") // plain structs are always encoded
	}
	return "event: " + name + "\nid: " + strconv.FormatInt(id, 10) + "\ndata: " + string(text) + "\n\n"
}

// send writes to a client that has to take it within a time: the deadline for whole answers is not for a stream.
func (s *stream) send(w *echo.Response, text string) error {
	_ = s.call.connection.SetWriteDeadline(time.Now().Add(slowReader))
	if _, err := w.Write([]byte(text)); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	_ = s.call.connection.Flush() // a recorder in a test has none
	return nil
}

// EndStreams ends all streams, and those that begin later at once: what is behind them goes away. Clients come back by
// themselves, to another process or to the next one.
func (a *API) EndStreams() { a.endOnce.Do(func() { close(a.ending) }) }

// streamPlaces bound how many listen.
type streamPlaces struct {
	total, perPerson int

	mu     sync.Mutex
	all    int
	people map[deal.PersonID]int
}

func (p *streamPlaces) enter(who deal.PersonID) (leave func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.people[who] >= p.perPerson {
		return nil, no(http.StatusTooManyRequests, catalogue.TooManyStreams, strconv.Itoa(p.perPerson)).retry(retryAfter)
	}
	if p.all >= p.total {
		return nil, no(http.StatusTooManyRequests, catalogue.Busy).retry(retryAfter)
	}
	if p.people == nil {
		p.people = map[deal.PersonID]int{}
	}
	p.all++
	p.people[who]++
	return sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.all--
		if p.people[who]--; p.people[who] == 0 {
			delete(p.people, who)
		}
	}), nil
}
