package api_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/identity"
)

// feeds are the calendars of people.
type feeds struct {
	mu   sync.Mutex
	all  map[deal.PersonID]view.CalendarFeed
	hash map[string]deal.PersonID
}

func (f *feeds) PutCalendarFeed(_ context.Context, hash []byte, feed view.CalendarFeed) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all, f.hash = map[deal.PersonID]view.CalendarFeed{}, map[string]deal.PersonID{}
	}
	for h, who := range f.hash {
		if who == feed.Person {
			delete(f.hash, h)
		}
	}
	f.all[feed.Person], f.hash[string(hash)] = feed, feed.Person
	return nil
}

func (f *feeds) DropCalendarFeed(_ context.Context, who deal.PersonID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, who)
	return nil
}

func (f *feeds) CalendarFeedOf(_ context.Context, who deal.PersonID) (view.CalendarFeed, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	feed, ok := f.all[who]
	if !ok {
		return feed, deal.ErrNotFound
	}
	return feed, nil
}

func (f *feeds) CalendarFeed(ctx context.Context, hash []byte) (view.CalendarFeed, error) {
	f.mu.Lock()
	who, ok := f.hash[string(hash)]
	f.mu.Unlock()
	if !ok {
		return view.CalendarFeed{}, deal.ErrNotFound
	}
	return f.CalendarFeedOf(ctx, who)
}

const myFeed = "/api/v1/me/calendar-feed"

// dated gives the account two clocks and leaves one task beside them.
func (r *rig) dated() {
	r.state.Clocks = []deal.Clock{
		{ID: "step/step", Kind: deal.StepClock, From: noon(), Due: noon().Add(48 * time.Hour), Rungs: []deal.Rung{{Name: deal.Urge, At: noon().Add(48 * time.Hour)}}},
		{ID: "approval/" + approval + "/1", Kind: deal.ApprovalClock, From: noon(), Due: noon().Add(24 * time.Hour), Rungs: []deal.Rung{{Name: deal.Urge, At: noon().Add(24 * time.Hour)}}},
	}
	r.tasks = []view.TaskItem{
		{Task: deal.Task{ID: "t1", Kind: deal.FollowUpTask, Assignee: rep1, Ref: "follow_up", Due: noon().Add(time.Hour), Status: deal.TaskOpen, OpenedAt: noon()}, Account: mine, AccountNumber: "KA-2026-0001", AccountName: "晨风集团"},
		{Task: deal.Task{ID: "t2", Kind: deal.OverdueTask, Assignee: rep1, Ref: "step/step", Due: noon().Add(48 * time.Hour), Status: deal.TaskOpen, OpenedAt: noon()}, Account: mine, AccountNumber: "KA-2026-0001", AccountName: "晨风集团"},
		{Task: deal.Task{ID: "t3", Kind: deal.OverdueTask, Assignee: rep1, Ref: "x", Status: deal.TaskOpen, OpenedAt: noon()}, Account: mine},
		{Task: deal.Task{ID: "t4", Kind: deal.QuotaReasonTask, Assignee: rep1, Ref: "quota", Due: noon().Add(72 * time.Hour), Status: deal.TaskOpen, OpenedAt: noon()}, Args: []string{"赵敏", "3", "2026-03-01"}},
	}
}

// subscribe makes a feed and gives the path of its address.
func (r *rig) subscribe(body string, headers ...header) string {
	r.t.Helper()
	address, _ := r.do(rep1, "POST", myFeed, body, headers...).ok(201)["url"].(string)
	path, ok := strings.CutPrefix(address, "http://example.com")
	require.True(r.t, ok, address)
	require.True(r.t, strings.HasSuffix(path, ".ics"))
	return path
}

func (a answer) calendar() *ics.Calendar {
	a.t.Helper()
	require.Equal(a.t, 200, a.Code, a.Body.String())
	require.Equal(a.t, "text/calendar; charset=utf-8", a.Header().Get("Content-Type"))
	require.Equal(a.t, "no-store", a.Header().Get("Cache-Control"))
	for line := range strings.SplitSeq(a.Body.String(), "\r\n") {
		require.LessOrEqual(a.t, len(line), 75, "folded")
		require.NotContains(a.t, line, "\n")
	}
	cal, err := ics.ParseCalendar(strings.NewReader(a.Body.String()))
	require.NoError(a.t, err)
	return cal
}

func summaries(cal *ics.Calendar) []string {
	var all []string
	for _, e := range cal.Events() {
		all = append(all, e.GetProperty(ics.ComponentPropertySummary).Value)
	}
	return all
}

func TestFeed_showsWhatIsDueOfThePersonByNumber(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.dated()
	cal := r.do("", "GET", r.subscribe(`{"language":"zh"}`), nil).calendar()
	require.Equal(t, []string{"KA-2026-0001:按计划跟进客户", "KA-2026-0001:步骤期限", "有一项待办"}, summaries(cal), "the manager's approval is the manager's")
	step := cal.Events()[1]
	at, err := step.GetStartAt()
	require.NoError(t, err)
	require.True(t, noon().Add(48*time.Hour).Equal(at))
	require.Equal(t, "7", step.GetProperty(ics.ComponentPropertySequence).Value)
	require.Contains(t, r.do("", "GET", r.subscribe(`{}`), nil).Body.String(), "METHOD:PUBLISH")

	r.lang = "en"
	named := r.do("", "GET", r.subscribe(`{"names":true}`), nil).calendar()
	require.Equal(t, "晨风集团: the deadline of the step", summaries(named)[1])
	require.Contains(t, summaries(named)[2], "赵敏")
}

func TestFeed_keepsItsEntriesAndTellsWhenTheyChange(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.dated()
	r.profile.Name = strings.Repeat("晨风物流集团股份有限公司;,", 10)
	path := r.subscribe(`{"language":"zh","names":true}`)
	first := r.do("", "GET", path, nil)
	before := first.calendar()
	require.True(t, slices.ContainsFunc(summaries(before), func(s string) bool {
		return strings.Contains(s, strings.Repeat("晨风物流集团股份有限公司", 1))
	}))
	tag := first.Header().Get("ETag")
	again := r.do("", "GET", path, nil, header{"If-None-Match", tag})
	require.Equal(t, 304, again.Code)
	require.Empty(t, again.Body.String())

	r.state.Clocks[0].Due = noon().Add(50 * time.Hour)
	r.state.Seq++
	moved := r.do("", "GET", path, nil, header{"If-None-Match", tag})
	after := moved.calendar()
	require.NotEqual(t, tag, moved.Header().Get("ETag"))
	require.Equal(t, before.Events()[1].Id(), after.Events()[1].Id())
	require.Equal(t, "8", after.Events()[1].GetProperty(ics.ComponentPropertySequence).Value)

	r.state.Clocks = nil
	gone := r.do("", "GET", path, nil).calendar()
	require.Len(t, gone.Events(), 3, "the task that stood behind the clock is there by itself")
}

func TestFeed_addressIsShownOnceAndReplacedByTheNext(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.dated()
	r.do(rep1, "GET", myFeed, nil).problem(404, "not_found")
	first := r.subscribe(`{}`, header{"Idempotency-Key", "one"})
	require.NotContains(t, r.do(rep1, "GET", myFeed, nil).ok(200), "url")
	second := r.subscribe(`{}`, header{"Idempotency-Key", "two"})
	require.NotEqual(t, first, second)
	for _, key := range []string{"one", "two"} {
		require.NotContains(t, r.do(rep1, "POST", myFeed, `{}`, header{"Idempotency-Key", key}).ok(201), "url", "nobody can read it back")
	}
	r.do("", "GET", first, nil).problem(404, "unknown_link")
	r.do("", "GET", second, nil).calendar()
	for _, kept := range r.requests {
		require.NotContains(t, string(kept.Body), strings.TrimSuffix(strings.TrimPrefix(second, "/calendar-feed/"), ".ics"))
	}
	require.NotContains(t, r.logs.String(), "cl_")

	r.do(rep1, "DELETE", myFeed, nil).ok(204)
	r.do("", "GET", second, nil).problem(404, "unknown_link")
	r.do(rep1, "GET", myFeed, nil).problem(404, "not_found")
}

func TestFeed_ofALeaverIsNone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.subscribe(`{}`)
	r.do("", "GET", path, nil).calendar()
	r.mu.Lock()
	r.org.People = slices.Clone(r.org.People)
	r.org.People[0].Active = false
	r.mu.Unlock()
	r.pass(2 * time.Second)
	r.do("", "GET", path, nil).problem(404, "unknown_link")
}

func TestFeed_isReadAndGuessedOnlySoOften(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.subscribe(`{}`)
	for range 30 {
		r.do("", "GET", path, nil).calendar()
	}
	r.do("", "GET", path, nil).problem(429, "busy")
	r.pass(time.Minute)
	r.do("", "GET", path, nil).calendar()
	unknown := "/calendar-feed/" + identity.NewToken().Reveal() + ".ics"
	for range 50 {
		r.do("", "GET", unknown, nil).problem(404, "unknown_link")
	}
	r.do("", "GET", unknown, nil).problem(429, "too_many_guesses")
	r.do("", "GET", path, nil).calendar()
}

func TestFeed_refusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.Equal(t, "/language", r.do(rep1, "POST", myFeed, `{"language":"fr"}`).problem(422, "invalid_request").Errors[0].Pointer)
	require.Equal(t, "/names", r.do(rep1, "POST", myFeed, `{"names":"yes"}`).problem(422, "invalid_request").Errors[0].Pointer)
}
