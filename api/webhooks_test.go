package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/view"
)

const webhooks = "/api/v1/webhooks"

// hooked is an answer about a webhook.
type hooked struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
	Active bool   `json:"active"`
}

func (a answer) hook(status int) (h hooked) {
	a.t.Helper()
	require.NoError(a.t, json.Unmarshal([]byte(said(a, status)), &h))
	return h
}

// signs is what a webhook signs with now, and did before.
func (r *rig) signs() (present, former string) {
	r.t.Helper()
	w := r.post.hooks[0]
	present, err := houseKey().Open(view.WebhookPlace+w.ID, w.Sealed)
	require.NoError(r.t, err)
	if len(w.FormerSealed) > 0 {
		former, err = houseKey().Open(view.WebhookPlace+w.ID, w.FormerSealed)
		require.NoError(r.t, err)
	}
	return present, former
}

func TestWebhooks_keepTheirSecretsUnderSealOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	made := r.do(admin, "POST", webhooks, `{"url":"https://x.example/in"}`, key("make")).hook(201)
	present, _ := r.signs()
	require.Equal(t, made.Secret, present)
	one := webhooks + "/" + made.ID
	next := r.do(admin, "POST", one+"/secret", `{}`, key("turn")).hook(200)
	present, former := r.signs()
	require.Equal(t, []string{next.Secret, made.Secret}, []string{present, former})
	require.NotEqual(t, next.Secret, made.Secret)

	require.Len(t, r.requests, 2)
	for _, kept := range r.requests {
		require.NotContains(t, string(kept.Body), "whsec_", "an answer that is kept tells no secret")
	}
	require.NotContains(t, r.logs.String(), "whsec_")
	require.Equal(t, next, r.do(admin, "POST", one+"/secret", `{}`, key("turn")).hook(200), "the same request is told the same")
	require.Empty(t, r.do(admin, "POST", webhooks, `{"url":"https://x.example/in"}`, key("make")).hook(201).Secret, "what signs no more is told no more")
	require.Empty(t, r.do(admin, "GET", one, "").hook(200).Secret)
}

// forgetful loses the answers that it is to keep, as a process does that ends before it has written them.
type forgetful struct{ api.Requests }

func (forgetful) KeepRequest(context.Context, deal.PersonID, string, view.StoredRequest) error {
	return errors.New("the process ends here")
}

func TestWebhooks_rotationThatNobodyHeardOfIsToldWhenItIsAskedForAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Requests = forgetful{o.Requests} })
	made := r.do(admin, "POST", webhooks, `{"url":"https://x.example/in"}`).hook(201)
	one := webhooks + "/" + made.ID + "/secret"
	lost := r.do(admin, "POST", one, `{}`, key("turn")).hook(200)
	again := r.do(admin, "POST", one, `{}`, key("turn")).hook(200)
	require.Equal(t, lost.Secret, again.Secret, "the secret that signs is the one that is told")
	present, former := r.signs()
	require.Equal(t, []string{again.Secret, made.Secret}, []string{present, former}, "the one that the receiver knows still signs beside it")
	other := r.do(admin, "POST", one, `{}`, key("another")).hook(200)
	require.NotEqual(t, again.Secret, other.Secret)
}

func TestWebhooks_whoseKeyIsLostGoOnWithANewSecret(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	made := r.do(admin, "POST", webhooks, `{"url":"https://x.example/in"}`).hook(201)
	one := webhooks + "/" + made.ID
	w := &r.post.hooks[0]
	w.Sealed, w.Active, w.Stopped = nil, false, view.SecretLost
	require.Contains(t, said(r.do(admin, "GET", one, ""), 200), `"stopped":"secret_lost"`)
	p := r.do(admin, "PATCH", one, `{"active":true}`, ifMatch(`"1"`)).problem(422, "invalid_request")
	require.Equal(t, []string{"secret_lost /active"}, reasonsOf(p))
	next := r.do(admin, "POST", one+"/secret", `{}`).hook(200)
	require.True(t, next.Active)
	require.Empty(t, r.post.hooks[0].Stopped)
	require.Empty(t, r.post.hooks[0].FormerSealed)
	require.Equal(t, time.Time{}, r.post.hooks[0].FormerUntil, "there is no former one to sign with")
}

func TestWebhooks_canBePutInOrderWhereTheyAreNotSetUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	one := webhooks + "/" + r.do(admin, "POST", webhooks, `{"url":"https://x.example/in"}`).hook(201).ID
	r.post.noHooks = true
	require.False(t, r.do(admin, "PATCH", one, `{"active":false,"note":"off","kinds":["step_remind"]}`, ifMatch(`"1"`)).hook(200).Active)
	for body, pointer := range map[string]string{`{"active":true}`: "/active", `{"url":"https://y.example/in"}`: "/url"} {
		p := r.do(admin, "PATCH", one, body, ifMatch(`"2"`)).problem(422, "invalid_request")
		require.Equal(t, []string{"channel_not_set_up " + pointer}, reasonsOf(p))
	}
	r.do(admin, "POST", webhooks, `{"url":"https://x.example/in"}`).problem(422, "invalid_request")
}
