//go:build e2e

package e2e_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/playbook/playbooktest"
)

// heard is one event of a stream.
type heard struct{ name, id, data string }

// listens opens somebody's stream behind a position (empty: from now on), until the test's end. The events end with the stream.
func (w person) listens(t *testing.T, after string) <-chan heard {
	t.Helper()
	events, hangUp := w.calls(t, after)
	t.Cleanup(hangUp)
	return events
}

// calls opens a stream that its listener can end.
func (w person) calls(t *testing.T, after string) (heardOf <-chan heard, hangUp context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.p.address+base+"/events", http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Accept-Language", "zh")
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	answer, err := (&http.Client{}).Do(r)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	events := make(chan heard, 100)
	go func() {
		defer close(events)
		defer answer.Body.Close()
		var now heard
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			switch name, value, _ := strings.Cut(lines.Text(), ": "); {
			case lines.Text() == "":
				if now.name != "" {
					events <- now
				}
				now = heard{}
			case name == "event":
				now.name = value
			case name == "id":
				now.id = value
			case name == "data":
				now.data = value
			}
		}
	}()
	return events, cancel
}

// hears waits for the next event.
func hears(t *testing.T, events <-chan heard) heard {
	t.Helper()
	select {
	case e, ok := <-events:
		require.True(t, ok, "the stream has ended")
		return e
	case <-time.After(30 * time.Second):
		require.Fail(t, "nothing was heard")
	}
	return heard{}
}

// TestStream_bringsWhatACommandWroteAndGoesOnAfterARestart is the whole way: a command's notice is heard by who is told, as
// the inbox has it; what is written while nobody listens, and before a stop, is heard by who comes back, once.
func TestStream_bringsWhatACommandWroteAndGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	p := started(t)
	rep, manager := p.as(t, "rep1"), p.as(t, "manager1")
	events := manager.listens(t, "")
	require.Equal(t, "ready", hears(t, events).name)

	first := rep.opens(t, territory1)
	first.meet(t, deal.Collect)
	first.advance(t, deal.Collect).ok(t, nil)
	told := hears(t, events)
	require.Equal(t, "notice", told.name)
	var line struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(told.data), &line))
	var inbox list[map[string]any]
	manager.get(t, "/notifications", in("zh")).ok(t, &inbox)
	require.Len(t, inbox.Items, 1)
	streamed := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(told.data), &streamed))
	require.Equal(t, inbox.Items[0], streamed)

	began := time.Now()
	second := rep.opens(t, territory1)
	second.meet(t, deal.Collect)
	require.Equal(t, 0, p.main.interrupt(t), "a stream does not hold a stop up")
	require.Less(t, time.Since(began), stopWithin)
	for range events { // it has ended with the process
	}
	p.restart(t)
	second.advance(t, deal.Collect).ok(t, nil)
	again := manager.listens(t, told.id)
	ready := hears(t, again)
	require.Equal(t, heard{"ready", told.id, `{"missed":false}`}, ready)
	next := hears(t, again)
	require.Equal(t, "notice", next.name)
	require.Contains(t, next.data, second.id)
	manager.get(t, "/notifications").ok(t, &inbox)
	require.Len(t, inbox.Items, 2, "each was heard once")
}

// TestDecisions_ofABatchAreEachTheirOwn decides two requests of two accounts and one that is not there with one call, twice.
func TestDecisions_ofABatchAreEachTheirOwn(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	rep, manager := p.as(t, "rep1"), p.as(t, "manager1")
	var items []data
	for range 2 {
		d := rep.opens(t, territory1)
		account := d.walk(t, deal.Screen)
		d.act(t, "intake", data{"decision": "accept"})
		d.files(t, deal.Screen, playbooktest.Options{Contact: d.contactWith(t, deal.DeciderRole), Person: account.Owner.ID, Now: inOfficeTime()})
		a := d.request(t, deal.Filing, deal.Screen, "")
		items = append(items, data{"approval": a.ID, "decision": "reject", "comment": "太贵", "version": a.Subject.Version})
	}
	items = append(items, data{"approval": missingAccount, "decision": "approve", "version": 1})
	var first, second struct {
		Items []struct {
			Status int
			Seq    int64
		}
	}
	batch := key("batch-" + items[0]["approval"].(string))
	manager.post(t, "/approvals/decisions", data{"items": items}, batch).ok(t, &first)
	require.Equal(t, []int{200, 200, 404}, []int{first.Items[0].Status, first.Items[1].Status, first.Items[2].Status})
	manager.post(t, "/approvals/decisions", data{"items": items}, batch).ok(t, &second)
	require.Equal(t, first, second)
	for _, item := range items[:2] {
		require.Equal(t, "rejected", manager.approval(t, item["approval"].(string)).Status)
	}
}

// TestCalendarFeed_isReadWithoutALogin subscribes, reads, and ends it.
func TestCalendarFeed_isReadWithoutALogin(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	rep := p.as(t, "rep2")
	d := rep.opens(t, territory1)
	var feed struct{ URL string }
	rep.post(t, "/me/calendar-feed", data{"language": "zh"}).ok(t, &feed)
	read := func() (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, feed.URL, http.NoBody)
		require.NoError(t, err)
		answer, err := (&http.Client{}).Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(text)
	}
	status, text := read()
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "BEGIN:VEVENT")
	require.Contains(t, text, d.read(t).Number)
	require.NotContains(t, text, "物流", "customers are numbers")
	require.Equal(t, http.StatusNoContent, rep.send(t, http.MethodDelete, "/me/calendar-feed", nil).status)
	status, _ = read()
	require.Equal(t, http.StatusNotFound, status)
}
