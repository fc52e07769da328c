package api_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/identity"
)

// links are those that decide, by hash.
type links struct {
	mu    sync.Mutex
	known map[string]view.LinkedRequest
	used  map[string]time.Time
}

func (l *links) DecisionLink(_ context.Context, hash []byte) (view.LinkedRequest, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok := l.known[string(hash)]
	if !ok {
		return view.LinkedRequest{}, deal.ErrNotFound
	}
	found.Link.UsedAt = l.used[found.Link.ID]
	return found, nil
}

func (l *links) UseDecisionLink(_ context.Context, id string, at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, used := l.used[id]; !used {
		l.used[id] = at
	}
	return nil
}

// link makes one of the manager's, about the request that waits, and gives its address.
func (r *rig) link(change ...func(*view.LinkedRequest)) (path string) {
	token := identity.NewToken()
	found := view.LinkedRequest{
		Link: deal.DecisionLink{
			ID: "link-" + token.Reveal()[3:8], Approval: approval, Person: manager, Level: 1, Version: 2, MadeAt: noon(), ExpiresAt: noon().Add(72 * time.Hour),
		},
		Request: r.approvals[0],
	}
	for _, f := range change {
		f(&found)
	}
	r.links.mu.Lock()
	defer r.links.mu.Unlock()
	if r.links.known == nil {
		r.links.known, r.links.used = map[string]view.LinkedRequest{}, map[string]time.Time{}
	}
	r.links.known[string(token.Hash())] = found
	return "/decide/" + token.Reveal()
}

var html = header{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}

func (r *rig) nonceOf(path string) string {
	r.t.Helper()
	nonce, _ := r.do("", "GET", path, nil).ok(200)["nonce"].(string)
	require.NotEmpty(r.t, nonce)
	return nonce
}

func word(decision, comment, nonce string) map[string]string {
	return map[string]string{"decision": decision, "comment": comment, "nonce": nonce}
}

func TestLink_lookingTellsWhatIsToBeDecidedAndDecidesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.link()
	for range 3 { // programs that check mails look more than once
		body := r.do("", "GET", path, nil).ok(200)
		require.Equal(t, approval, body["approval"])
		require.Equal(t, "1250000.00", body["amount"])
		require.Equal(t, "陈静", body["person"].(map[string]any)["name"])
		require.Equal(t, "王芳", body["requester"].(map[string]any)["name"])
		require.Equal(t, "晨风集团", body["account"].(map[string]any)["name"])
		require.NotContains(t, body, "text", "what was written with the request is for people who are logged in")
	}
	require.Empty(t, r.sent)
	require.Empty(t, r.links.used)
}

func TestLink_showsBrowsersAPageInTheirLanguage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.link(func(l *view.LinkedRequest) { l.Request.AccountName = `<script>alert("晨风")</script>` })
	for lang, says := range map[string][]string{"zh": {"审批办理", "同意", "1,250,000.00 CNY", "2026-03-02 20:00"}, "en": {"Your decision", "Approve"}} {
		r.lang = lang
		a := r.do("", "GET", path, nil, html)
		require.Equal(t, 200, a.Code)
		require.Equal(t, "text/html; charset=utf-8", a.Header().Get("Content-Type"))
		require.Equal(t, "same-origin", a.Header().Get("Referrer-Policy"))
		require.Equal(t, "no-store", a.Header().Get("Cache-Control"))
		policy := a.Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'; style-src 'sha256-")
		require.NotContains(t, policy, "unsafe")
		for _, text := range says {
			require.Contains(t, a.Body.String(), text)
		}
		require.NotContains(t, a.Body.String(), "<script")
		require.NotContains(t, a.Body.String(), "请批准", "what was written with the request is for people who are logged in")
	}
}

func TestLink_decidesOnceAsItsPerson(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.link()
	body := word("reject", "too dear", r.nonceOf(path))
	done := r.do("", "POST", path, body).ok(200)
	require.InDelta(t, 8, done["seq"], 0)
	require.Equal(t, "reject", done["decision"])
	require.Len(t, r.sent, 1)
	cmd := r.sent[0]
	require.Equal(t, manager, cmd.Actor)
	decided := cmd.Body.(deal.DecideApproval)
	require.Equal(t, deal.ViaLink, decided.Via)
	require.Equal(t, 1, decided.Level)
	require.Equal(t, int64(2), decided.Version)
	require.Equal(t, deal.Reject, decided.Decision)
	require.Contains(t, r.staged[cmd.Key].Texts, decided.Comment.ID)
	require.Len(t, r.links.used, 1)

	// The same form again, as after a lost answer, gets the same answer from the log; any other is too late.
	r.known[cmd.Key] = deal.Remembered{Fingerprint: cmd.Fingerprint, Answer: deal.Answer{Outcome: deal.Done, FirstSeq: 8, LastSeq: 8}}
	r.pass(time.Minute)
	require.Equal(t, done, r.do("", "POST", path, body).ok(200), "to the instant")
	r.do("", "POST", path, word("approve", "", body["nonce"])).problem(422, "key_reused")
	p := r.do("", "GET", path, nil).problem(409, "link_used")
	require.Contains(t, p.Detail, "2026-03-02 20:00", "in the house's time")
	require.Len(t, r.sent, 1)
}

func TestLink_saysWhyItCountsNoMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*rig, *view.LinkedRequest)
		code   string
		says   string
	}{
		"expired": {func(_ *rig, l *view.LinkedRequest) { l.Link.ExpiresAt = noon() }, "link_expired", ""},
		"decided": {func(_ *rig, l *view.LinkedRequest) {
			a := pendingProposal()
			a.Status, a.ClosedAt = deal.Approved, noon()
			a.Levels[0].Seats[0].Decision, a.Levels[0].Seats[0].By = deal.Approve, director
			l.Request.Approval = a
		}, "already_decided", "周杰"},
		"transferred": {func(_ *rig, l *view.LinkedRequest) {
			a := pendingProposal()
			a.Levels[0].Seats[0].Holder = director
			l.Request.Approval = a
		}, "link_void", ""},
		"level passed": {func(_ *rig, l *view.LinkedRequest) { l.Link.Level = 2 }, "link_void", ""},
		"left":         {func(_ *rig, l *view.LinkedRequest) { l.Link.Person = gone }, "link_void", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			fresh := r.link()
			nonce := r.nonceOf(fresh)
			path := r.link(func(l *view.LinkedRequest) { c.change(r, l) })
			p := r.do("", "GET", path, nil).problem(409, c.code)
			require.Contains(t, p.Detail, c.says)
			require.NotEmpty(t, p.Errors[0].Hint)
			r.do("", "POST", path, word("approve", "", nonce)).problem(409, c.code)
			page := r.do("", "GET", path, nil, html)
			require.Equal(t, 409, page.Code)
			require.NotContains(t, page.Body.String(), "<form")
			require.Empty(t, r.sent)
		})
	}
}

func TestLink_aFormThatIsRefusedCanBeMended(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.link()
	send := func(nonce, decision, comment string) answer {
		form := url.Values{"nonce": {nonce}, "decision": {decision}, "comment": {comment}}.Encode()
		return r.do("", "POST", path, form, header{"Content-Type", "application/x-www-form-urlencoded"}, html)
	}
	fine := r.receive
	r.receive = func(deal.Command) (deal.Receipt, error) {
		return deal.Receipt{Answer: deal.Answer{Outcome: deal.Refused, Refusals: deal.Refusals{{Code: deal.CodeReasonMissing, Field: "/comment"}}}}, nil
	}
	refused := send(r.nonceOf(path), "return", "")
	require.Equal(t, 422, refused.Code)
	require.Contains(t, refused.Body.String(), "a text is mandatory here")
	require.Contains(t, refused.Body.String(), `value="return" required checked`)
	require.Empty(t, r.links.used)
	next := regexp.MustCompile(`name="nonce" value="([^"]+)"`).FindStringSubmatch(refused.Body.String())
	require.Len(t, next, 2)

	r.receive = fine
	done := send(next[1], "return", "第一行\r\n第二行")
	require.Equal(t, 200, done.Code)
	require.Contains(t, done.Body.String(), "Returned for rework")
	require.Contains(t, done.Body.String(), "晨风集团", "whose request it was: other letters may lie open beside it")
	require.NotContains(t, done.Body.String(), "<form")
	require.Len(t, r.sent, 2)
	require.NotEqual(t, r.sent[0].Key, r.sent[1].Key, "a refusal sticks to its key")
	ref := r.sent[1].Body.(deal.DecideApproval).Comment
	require.Equal(t, "第一行\n第二行", r.staged[r.sent[1].Key].Texts[ref.ID])
}

func TestLink_takesOnlyANonceThatItGaveAMomentAgo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path, other := r.link(), r.link()
	nonce, foreign := r.nonceOf(path), r.nonceOf(other)
	for _, bad := range []string{"x", foreign, nonce[:len(nonce)-2] + "AA", strings.Repeat("A", len(nonce))} {
		require.Equal(t, "bad_nonce", r.do("", "POST", path, word("approve", "", bad)).problem(422, "invalid_request").Errors[0].Code)
	}
	r.pass(time.Hour)
	require.Equal(t, "bad_nonce", r.do("", "POST", path, word("approve", "", nonce)).problem(422, "invalid_request").Errors[0].Code)
	r.do("", "POST", path, word("approve", "", r.nonceOf(path))).ok(200)
	require.Len(t, r.sent, 1)
}

func TestLink_aBodyThatIsNotRightIsToldByField(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.link()
	for body, want := range map[string]string{
		`{"decision":"maybe","nonce":"x"}`:              "not_one_of /decision",
		`{"decision":"approve"}`:                        "required_field /nonce",
		`{"decision":"approve","nonce":"x","note":"y"}`: "unexpected_field /note",

		`{"decision":"reject","nonce":"x","comment":"` + strings.Repeat("长", 4001) + `"}`: "too_long /comment",
	} {
		p := r.do("", "POST", path, body).problem(422, "invalid_request")
		require.Equal(t, want, p.Errors[0].Code+" "+p.Errors[0].Pointer)
	}
	r.do("", "POST", path, `{"decision":`).problem(400, "malformed_json")
	r.do("", "POST", path, ``).problem(400, "body_required")
	r.do("", "POST", path, `x`, header{"Content-Type", "text/plain"}).problem(415, "unsupported_media_type")
	r.do("", "POST", path, strings.Repeat("x", 65<<10)).problem(413, "body_too_large")
	r.do("", "POST", path, "a=1&a=2", header{"Content-Type", "application/x-www-form-urlencoded"}).problem(422, "invalid_request")
	r.do("", "POST", path, "a=%ff", header{"Content-Type", "application/x-www-form-urlencoded"}).problem(400, "bad_text")
	require.Empty(t, r.sent)
}

func TestLink_anotherSiteCannotSendItsForm(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.link()
	r.do("", "POST", path, word("approve", "", r.nonceOf(path)), header{"Sec-Fetch-Site", "cross-site"}).problem(403, "cross_site")
	require.Empty(t, r.sent)
}

func TestLink_isNoUseToWhoIsLoggedInAsSomebodyElse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.link()
	nonce := r.nonceOf(path)
	p := r.do(director, "GET", path, nil).problem(403, "link_of_another")
	require.Contains(t, p.Detail, "陈静")
	require.Contains(t, p.Detail, "周杰")
	require.NotEmpty(t, p.Errors[0].Hint)
	r.do(director, "POST", path, word("approve", "", nonce)).problem(403, "link_of_another")
	page := r.do(director, "GET", path, nil, html)
	require.Equal(t, 403, page.Code)
	require.NotContains(t, page.Body.String(), "<form")
	require.Empty(t, r.sent)
	r.do(manager, "GET", path, nil).ok(200)
	r.do("", "POST", path, word("approve", "", nonce), header{"Authorization", "Bearer " + identity.NewToken().Reveal()}).ok(200) // a login that is over
	require.Equal(t, manager, r.sent[0].Actor)
}

func TestLink_asksForAnOpinionWhereTheLevelDoes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.link(func(l *view.LinkedRequest) {
		a := pendingProposal()
		a.Levels[0].Rules.Opinion = true
		l.Request.Approval = a
	})
	require.Equal(t, true, r.do("", "GET", path, nil).ok(200)["opinion"])
	page := r.do("", "GET", path, nil, html).Body.String()
	require.Contains(t, page, "Your opinion (needed)")
	require.Contains(t, page, `maxlength="4000" required`)
	plain := r.do("", "GET", r.link(), nil, html).Body.String()
	require.NotContains(t, plain, `maxlength="4000" required`)
}

func TestLink_guessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Limits.LoginFailures = 2 })
	path := r.link()
	for range 5 {
		r.do("", "GET", "/decide/"+identity.NewToken().Reveal(), nil).problem(404, "unknown_link")
		r.do("", "POST", "/decide/nonsense", word("approve", "", "x")).problem(404, "unknown_link")
	}
	unknown := "/decide/" + identity.NewToken().Reveal()
	p := r.do("", "GET", unknown, nil).problem(429, "too_many_guesses")
	require.NotEmpty(t, p.Errors[0].Hint)
	r.do("", "GET", path, nil).ok(200) // nobody shuts others out who sit behind the same address
	r.pass(time.Minute)
	r.do("", "GET", unknown, nil).problem(404, "unknown_link")
}

func TestLink_leavesNoSecretInTheLog(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := r.link()
	r.do("", "POST", path, word("approve", "fine", r.nonceOf(path))).ok(200)
	r.do("", "GET", path, nil).problem(409, "link_used")
	unknown := identity.NewToken().Reveal()
	r.do("", "GET", "/decide/"+unknown, nil).problem(404, "unknown_link")
	secret := strings.TrimPrefix(path, "/decide/")
	require.Contains(t, r.logs.String(), `"route":"/decide/:token"`)
	require.Contains(t, r.logs.String(), string(manager), "who acted is on record")
	require.NotContains(t, r.logs.String(), secret)
	require.NotContains(t, r.logs.String(), unknown)
	for key, staged := range r.staged {
		require.NotContains(t, key, secret)
		require.NotContains(t, staged.Key, secret)
	}
}
