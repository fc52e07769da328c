package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/view"
)

// outbox is what people are told, in order.
type outbox struct {
	mu      sync.Mutex
	first   int64 // that is kept, where it is not that of the first line
	swept   bool  // nothing is kept
	lines   []view.StreamedNotice
	readers map[chan struct{}]bool
	access  map[chan struct{}]deal.PersonID
}

func (o *outbox) SubscribeAccess(who deal.PersonID) (ended <-chan struct{}, stop func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := make(chan struct{}, 1)
	if o.access == nil {
		o.access = map[chan struct{}]deal.PersonID{}
	}
	o.access[c] = who
	return c, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.access, c)
	}
}

// expel tells that access of a person was ended.
func (o *outbox) expel(who deal.PersonID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for c, of := range o.access {
		if of == who {
			c <- struct{}{}
		}
	}
}

func (o *outbox) NoticesBehind(_ context.Context, who deal.PersonID, after int64, limit int) ([]view.StreamedNotice, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var found []view.StreamedNotice
	for _, l := range o.lines {
		if l.To == who && l.Position > after && len(found) < limit {
			found = append(found, l)
		}
	}
	return found, nil
}

func (o *outbox) OutboxEnds(context.Context) (first, last int64, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.lines) > 0 {
		first, last = o.lines[0].Position, o.lines[len(o.lines)-1].Position
	}
	if o.first > 0 {
		first = o.first
	}
	if o.swept {
		first = 0
	}
	return first, last, nil
}

func (o *outbox) Subscribe() (woken <-chan struct{}, stop func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := make(chan struct{}, 1)
	c <- struct{}{}
	if o.readers == nil {
		o.readers = map[chan struct{}]bool{}
	}
	o.readers[c] = true
	return c, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.readers, c)
	}
}

// tell writes a notice and wakes everybody.
func (o *outbox) tell(to deal.PersonID, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var n view.StreamedNotice
	n.Position, n.ID, n.To, n.Kind, n.At = int64(10*(len(o.lines)+1)), id, to, deal.AskedNotice, noon()
	n.Account, n.AccountNumber, n.AccountName, n.Seq = mine, "KA-2026-0001", "晨风集团", 7
	o.lines = append(o.lines, n)
	for c := range o.readers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

func (o *outbox) listeners() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.readers)
}

// event is one of a stream; a comment has only data.
type event struct{ name, id, data string }

// listener reads a stream.
type listener struct {
	t      *testing.T
	events chan event
	status int
	header http.Header
	close  func()
}

// live serves the rig on a port, as streams need.
func (r *rig) live() *httptest.Server {
	server := httptest.NewServer(r.api)
	r.t.Cleanup(server.Close)
	r.t.Cleanup(r.api.EndStreams)
	return server
}

func (r *rig) listen(server *httptest.Server, as deal.PersonID, query string, headers ...header) *listener {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	r.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/v1/events"+query, http.NoBody)
	require.NoError(r.t, err)
	req.Header.Set("Authorization", "Bearer "+r.token[as])
	for _, h := range headers {
		req.Header.Set(h[0], h[1])
	}
	if req.Header.Get("Cookie") != "" {
		req.Header.Del("Authorization")
	}
	answer, err := server.Client().Do(req)
	require.NoError(r.t, err)
	l := &listener{t: r.t, events: make(chan event, 100), status: answer.StatusCode, header: answer.Header, close: cancel}
	go func() {
		defer close(l.events)
		defer answer.Body.Close()
		var now event
		lines := bufio.NewScanner(answer.Body)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case lines.Text() == "":
				l.events <- now
				now = event{}
			case name == "event":
				now.name = value
			case name == "id":
				now.id = value
			case name == "data", name == "":
				now.data = value
			}
		}
	}()
	return l
}

// next is the next event; comments are left out unless asked for.
func (l *listener) next(comments ...bool) event {
	l.t.Helper()
	for {
		select {
		case e, ok := <-l.events:
			require.True(l.t, ok, "the stream has ended")
			if e.name == "" && len(comments) == 0 {
				continue
			}
			return e
		case <-time.After(10 * time.Second):
			require.Fail(l.t, "nothing came")
		}
	}
}

// notice is the ID of the notice that comes next.
func (l *listener) notice() (id, position string) {
	l.t.Helper()
	e := l.next()
	require.Equal(l.t, "notice", e.name)
	var n struct{ ID, Text string }
	require.NoError(l.t, json.Unmarshal([]byte(e.data), &n))
	require.NotEmpty(l.t, n.Text)
	return n.ID, e.id
}

// ended waits until the stream is over.
func (l *listener) ended() {
	l.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case _, ok := <-l.events:
			if !ok {
				return
			}
		case <-deadline:
			require.Fail(l.t, "the stream goes on")
		}
	}
}

func TestEvents_bringTheCallersNoticesAsTheyCome(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	server := r.live()
	r.stream.tell(rep1, "old")
	l := r.listen(server, rep1, "", header{"Accept-Language", "zh"})
	require.Equal(t, 200, l.status)
	require.Equal(t, "text/event-stream; charset=utf-8", l.header.Get("Content-Type"))
	require.Equal(t, "no-store", l.header.Get("Cache-Control"))
	ready := l.next()
	require.Equal(t, event{"ready", "10", `{"missed":false}`}, ready)
	r.stream.tell(rep2, "not mine")
	r.stream.tell(rep1, "new")
	e := l.next()
	require.Equal(t, "30", e.id)
	var streamed, listed map[string]any
	require.NoError(t, json.Unmarshal([]byte(e.data), &streamed))
	r.notices = []view.NoticeItem{r.stream.lines[2].NoticeItem}
	r.lang = "zh"
	listed = r.do(rep1, "GET", "/api/v1/notifications", nil).ok(200)["items"].([]any)[0].(map[string]any)
	require.Equal(t, listed, streamed, "the same as in the inbox")
}

func TestEvents_goOnWhereTheLastOneWas(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	server := r.live()
	for i := range 250 { // more than are read at once
		r.stream.tell(rep1, "n"+strconv.Itoa(i))
	}
	for _, resume := range []func() *listener{
		func() *listener { return r.listen(server, rep1, "", header{"Last-Event-ID", "20"}) },
		func() *listener { return r.listen(server, rep1, "?last_event_id=20") },
		func() *listener { return r.listen(server, rep1, "?last_event_id=2000", header{"Last-Event-ID", "20"}) },
	} {
		l := resume()
		require.Equal(t, event{"ready", "20", `{"missed":false}`}, l.next())
		for i := 2; i < 250; i++ {
			id, position := l.notice()
			require.Equal(t, "n"+strconv.Itoa(i), id)
			require.Equal(t, strconv.Itoa(10*(i+1)), position)
		}
		l.close()
	}
}

// The beat of these streams is 20 seconds: nobody waits for it.
func TestEvents_endWithTheLoginAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	server := r.live()
	out, stays := r.listen(server, rep1, ""), r.listen(server, rep2, "")
	require.Equal(t, "ready", out.next().name)
	require.Equal(t, "ready", stays.next().name)
	r.stream.expel(rep1) // another login of theirs: this one counts
	require.Equal(t, 204, r.do(rep1, "DELETE", "/api/v1/session", nil).Code)
	r.stream.expel(rep1)
	require.Equal(t, event{"end", "0", `{"code":"unauthenticated"}`}, out.next())
	out.ended()
	r.stream.expel(rep2)
	r.stream.tell(rep2, "goes on")
	id, _ := stays.notice()
	require.Equal(t, "goes on", id)
}

func TestEvents_sayWhenSomeWereMissed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	server := r.live()
	r.stream.tell(rep1, "a")
	r.stream.tell(rep1, "b")
	r.stream.first = 20
	require.Equal(t, event{"ready", "20", `{"missed":true}`}, r.listen(server, rep1, "?last_event_id=5").next(), "too long ago")
	require.Equal(t, event{"ready", "20", `{"missed":true}`}, r.listen(server, rep1, "?last_event_id=999").next(), "of another house")
	l := r.listen(server, rep1, "?last_event_id=19")
	require.Equal(t, event{"ready", "19", `{"missed":false}`}, l.next())
	id, _ := l.notice()
	require.Equal(t, "b", id)
	r.stream.swept = true
	require.Equal(t, event{"ready", "20", `{"missed":true}`}, r.listen(server, rep1, "?last_event_id=19").next(), "nothing is kept any more")
	require.Equal(t, event{"ready", "20", `{"missed":false}`}, r.listen(server, rep1, "?last_event_id=20").next())
}

func TestEvents_refuseAnIDThatIsNone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for pointer, ask := range map[string]func() answer{
		"header/Last-Event-ID": func() answer { return r.do(rep1, "GET", "/api/v1/events", nil, header{"Last-Event-ID", "x"}) },
		"query/last_event_id":  func() answer { return r.do(rep1, "GET", "/api/v1/events?last_event_id=-1", nil) },
	} {
		p := ask().problem(422, "invalid_request")
		require.Equal(t, "bad_event_id", p.Errors[0].Code)
		require.Equal(t, pointer, p.Errors[0].Pointer)
	}
}

func TestEvents_areLimitedForEachPersonAndInAll(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Limits.StreamsPerPerson, o.Limits.Streams = 2, 3 })
	server := r.live()
	first := r.listen(server, rep1, "")
	first.next()
	r.listen(server, rep1, "").next()
	p := r.do(rep1, "GET", "/api/v1/events", nil).problem(429, "too_many_streams")
	require.Contains(t, p.Detail, "2")
	r.listen(server, rep2, "").next()
	r.do(manager, "GET", "/api/v1/events", nil).problem(429, "busy")
	first.close()
	require.Eventually(t, func() bool { return r.stream.listeners() == 2 }, 10*time.Second, 5*time.Millisecond)
	require.Eventually(t, func() bool { return r.listen(server, rep1, "").status == 200 }, 10*time.Second, 5*time.Millisecond)
}

func TestEvents_endWithTheLogin(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Limits.StreamBeat = 20 * time.Millisecond })
	server := r.live()
	l := r.listen(server, rep1, "", header{"Cookie", "closedloop_session=" + r.token[rep1]})
	require.Equal(t, 200, l.status)
	l.next()
	require.Equal(t, event{data: "still there"}, l.next(true))
	r.do(rep1, "DELETE", "/api/v1/session", nil).ok(204)
	require.Equal(t, event{"end", "0", `{"code":"unauthenticated"}`}, l.next())
	l.ended()
	require.Eventually(t, func() bool { return r.stream.listeners() == 0 }, 10*time.Second, 5*time.Millisecond)
}

func TestEvents_endAtOnceWhenTheProcessStops(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	server := r.live()
	l := r.listen(server, rep1, "")
	l.next()
	r.api.EndStreams()
	r.api.EndStreams()
	l.ended()
}
