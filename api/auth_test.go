package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/deal"
	"closedloop/identity"
)

func login(name, secret string) map[string]string {
	return map[string]string{"login": name, "password": secret}
}

func TestLogin_givesATokenAndACookie(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.do("", "POST", "/api/v1/session", login("rep1", password))
	out := a.ok(200)
	require.Equal(t, "王芳", out["user"].(map[string]any)["name"])
	require.Equal(t, noon().Add(12*time.Hour).Format(time.RFC3339), out["expires_at"])
	token := out["token"].(string)
	require.True(t, identity.Token(token).WellFormed())

	cookies := a.Result().Cookies()
	require.Len(t, cookies, 1)
	c := cookies[0]
	require.Equal(t, "closedloop_session", c.Name)
	require.Equal(t, token, c.Value)
	require.True(t, c.HttpOnly)
	require.False(t, c.Secure, "plain HTTP on loopback")
	require.Equal(t, http.SameSiteLaxMode, c.SameSite)
	require.Equal(t, 12*60*60, c.MaxAge)

	me := r.do("", "GET", "/api/v1/me", nil, header{"Authorization", "Bearer " + token}).ok(200)
	require.Equal(t, "rep1", me["user"].(map[string]any)["login"])
	r.do("", "GET", "/api/v1/me", nil, header{"Cookie", "closedloop_session=" + token}).ok(200)
	require.NotContains(t, r.logs.String(), token[3:])
	require.NotContains(t, r.logs.String(), password)
}

func TestLogin_behindTLSGivesASecureCookie(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.PublicURL = "https://crm.example.com" })
	require.True(t, r.do("", "POST", "/api/v1/session", login("rep1", password)).Result().Cookies()[0].Secure)
}

func TestLogin_saysTheSameToAWrongPasswordAnUnknownLoginAndSomebodyWhoLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []map[string]string{login("rep1", "wrong"), login("nobody", password), login("gone1", password)} {
		r := newRig(t)
		p := r.do("", "POST", "/api/v1/session", c).problem(401, "wrong_credentials")
		require.Equal(t, "the login or the password is wrong", p.Detail)
		require.Len(t, r.tokens, len(r.org.People), "no session was made")
	}
}

func TestLogin_slowsGuessingDown(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Limits.LoginFailures = 3 })
	for range 3 {
		r.do("", "POST", "/api/v1/session", login("rep1", "wrong")).problem(401, "wrong_credentials")
	}
	a := r.do("", "POST", "/api/v1/session", login("rep1", password))
	a.problem(429, "too_many_logins")
	require.Equal(t, "60", a.Header().Get("Retry-After"))
	r.do("", "POST", "/api/v1/session", login("rep2", password), header{"X-Forwarded-For", "9.9.9.9"}).ok(200)
	r.pass(61 * time.Second)
	r.do("", "POST", "/api/v1/session", login("rep1", password)).ok(200)

	for i := range 15 { // five times as many of one address, whatever the logins
		r.do("", "POST", "/api/v1/session", login("guess"+string(rune('a'+i)), "x"), header{"X-Forwarded-For", "9.9.9." + string(rune('0'+i%10))}).
			problem(401, "wrong_credentials")
	}
	r.do("", "POST", "/api/v1/session", login("rep2", password), header{"X-Forwarded-For", "8.8.8.8"}).problem(429, "too_many_logins")
}

func TestLogin_renewsAHashOfYesterdaysCost(t *testing.T) {
	t.Parallel()
	stronger, err := identity.NewPasswords(identity.Cost{MemoryKiB: 128, Passes: 1, Lanes: 1}, 1)
	require.NoError(t, err)
	r := newRig(t, func(o *api.Options) { o.Passwords = stronger })
	r.do("", "POST", "/api/v1/session", login("rep1", password)).ok(200)
	require.Contains(t, r.rehashed, "m=128")
	ok, stale, err := stronger.Verify(t.Context(), r.rehashed, password)
	require.NoError(t, err)
	require.True(t, ok)
	require.False(t, stale)
}

func TestLogout_endsTheSessionAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "GET", "/api/v1/me", nil).ok(200)
	a := r.do(rep1, "DELETE", "/api/v1/session", nil)
	require.Equal(t, http.StatusNoContent, a.Code)
	require.Negative(t, a.Result().Cookies()[0].MaxAge)
	r.do(rep1, "GET", "/api/v1/me", nil).problem(401, "unauthenticated")
}

func TestTokens_thatCannotBeOneAreRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	good := r.token[rep1]
	for _, auth := range []string{"Bearer", "Bearer ", "Bearer x", "Basic " + good, good, "Bearer " + good + "x", "Bearer " + identity.NewToken().Reveal()} {
		r.do("", "GET", "/api/v1/me", nil, header{"Authorization", auth}).problem(401, "unauthenticated")
	}
	r.do("", "GET", "/api/v1/me", nil, header{"Authorization", "bearer " + good}).ok(200)
	r.do("", "GET", "/api/v1/me", nil, header{"Authorization", "Basic eDp5"}, header{"Cookie", "closedloop_session=" + good}).problem(401, "unauthenticated")
}

// A revoked token, a disabled person and a changed scope count no longer than a second (trust-and-speed.md SZ2).
func TestRevocation_bitesWithinASecond(t *testing.T) {
	t.Parallel()
	for name, revoke := range map[string]func(*rig){
		"token":  func(r *rig) { r.tokens = map[string]deal.PersonID{} },
		"person": func(r *rig) { r.org.People[0].Active = false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.do(rep1, "GET", "/api/v1/me", nil).ok(200)
			revoke(r)
			r.pass(time.Second)
			r.do(rep1, "GET", "/api/v1/me", nil).problem(401, "unauthenticated")
		})
	}
}

func TestRevocation_neverWaitsForTwoCachesInARow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep2, "GET", "/api/v1/me", nil).ok(200) // reads the organisation
	r.pass(900 * time.Millisecond)
	r.do(rep1, "GET", "/api/v1/me", nil).ok(200) // with the organisation of 900 ms ago
	r.org.People[0].Active = false
	r.pass(100 * time.Millisecond)
	r.do(rep1, "GET", "/api/v1/me", nil).problem(401, "unauthenticated")
}

func TestOrganisation_isReadOncePerSecondAtMost(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 20 {
		r.do(rep1, "GET", at(mine, ""), nil).ok(200)
	}
	require.Equal(t, 1, r.orgs)
}

func TestCSRF_refusesWhatAnotherSiteMadeABrowserSend(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		headers []header
		status  int
		code    string
	}{
		"another site":                       {[]header{{"Sec-Fetch-Site", "cross-site"}}, 403, "cross_site"},
		"a sibling":                          {[]header{{"Sec-Fetch-Site", "same-site"}}, 403, "cross_site"},
		"our own page":                       {[]header{{"Sec-Fetch-Site", "same-origin"}}, 200, ""},
		"typed by the person":                {[]header{{"Sec-Fetch-Site", "none"}}, 200, ""},
		"another origin, plain HTTP":         {[]header{{"Origin", "http://evil.example"}}, 403, "cross_site"},
		"our own origin, plain HTTP":         {[]header{{"Origin", "http://example.com"}}, 200, ""},
		"no browser":                         {nil, 200, ""},
		"a form":                             {[]header{{"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "text/plain"}}, 415, "unsupported_media_type"},
		"a body without a kind":              {[]header{{"Content-Type", ""}}, 415, "unsupported_media_type"},
		"the public address of the proxy":    {[]header{{"Origin", "https://crm.example.com"}}, 200, ""},
		"another port of the public address": {[]header{{"Origin", "https://crm.example.com:8443"}}, 403, "cross_site"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(o *api.Options) { o.PublicURL = "https://crm.example.com" })
			headers := append([]header{{"Cookie", "closedloop_session=" + r.token[rep1]}}, c.headers...)
			a := r.do("", "POST", at(mine, "/advance"), `{"from":"plan"}`, headers...)
			if c.code == "" {
				a.ok(c.status)
				return
			}
			a.problem(c.status, c.code)
			require.Empty(t, r.sent)
		})
	}
}

func TestCSRF_doesNotConcernBearerTokens(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`, header{"Sec-Fetch-Site", "cross-site"}).ok(200)
	r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`, header{"Content-Type", ""}).ok(200)
}

func TestCSRF_protectsTheLoginToo(t *testing.T) {
	t.Parallel()
	newRig(t).do("", "POST", "/api/v1/session", login("rep1", password), header{"Sec-Fetch-Site", "cross-site"}).problem(403, "cross_site")
}

func TestReading_neverChangesAnything(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do("", "GET", at(mine, ""), nil, header{"Cookie", "closedloop_session=" + r.token[rep1]}, header{"Sec-Fetch-Site", "cross-site"}).ok(200)
	require.Empty(t, r.sent)
}

func TestAddress_isTheConnectionsOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/session", strings.NewReader(`{"login":"rep1","password":"wrong"}`))
	req.RemoteAddr = "10.1.2.3:4567"
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Forwarded-For", "6.6.6.6")
	req.Header.Set("X-Real-Ip", "6.6.6.6")
	r.api.ServeHTTP(httptest.NewRecorder(), req)
	require.Contains(t, r.logs.String(), "10.1.2.3")
	require.NotContains(t, r.logs.String(), "6.6.6.6")
}

func TestMe_saysWhoseWorkOneMayDo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.org.Delegations = []deal.Delegation{{ID: "d1", From: manager, To: rep1, Since: noon().Add(-time.Hour), Until: noon().Add(time.Hour)}}
	me := r.do(rep1, "GET", "/api/v1/me", nil).ok(200)
	require.Equal(t, "陈静", me["acts_for"].([]any)[0].(map[string]any)["name"])
	require.Equal(t, "一组", me["leads"].([]any)[0].(map[string]any)["name"])
	require.Equal(t, false, me["sees_all"])
	require.Equal(t, true, r.do(ops, "GET", "/api/v1/me", nil).ok(200)["sees_all"])
}

func TestNew_refusesIncompleteOptions(t *testing.T) {
	t.Parallel()
	_, err := api.New(api.Options{})
	require.ErrorContains(t, err, "Commander")
	require.ErrorContains(t, err, "TextKey")
	require.ErrorContains(t, err, "Limits")
	r := newRig(t)
	o := r.options
	o.PublicURL = "ftp://x"
	_, err = api.New(o)
	require.ErrorContains(t, err, "PublicURL")
}
