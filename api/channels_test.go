package api_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/view"
)

// postOffice is the ways out of the house in memory: mail and webhooks are set up.
type postOffice struct {
	mu         sync.Mutex
	choices    []view.ChannelChoice
	hooks      []view.Webhook
	deliveries []view.Delivery
	asked      []view.DeliveryFilter
	replayed   []string
	changes    []view.ChannelChange
	halts      []view.ChannelHalt
	noHooks    bool // webhooks are not set up
}

func (p *postOffice) Available() []view.Channel {
	if p.noHooks {
		return []view.Channel{view.MailChannel}
	}
	return []view.Channel{view.MailChannel, view.WebhookChannel}
}

func (p *postOffice) MailAllowed(address string) bool {
	return strings.HasSuffix(address, "@closedloop.example")
}

func (p *postOffice) CheckEndpoint(url string) error {
	if !strings.HasPrefix(url, "https://") {
		return errors.New("want an https address")
	}
	return nil
}

func (p *postOffice) ChannelChoices(_ context.Context, who deal.PersonID) (own []view.ChannelChoice, _ error) {
	for _, c := range p.choices {
		if c.Person == who {
			own = append(own, c)
		}
	}
	return own, nil
}

func (p *postOffice) PutChannelChoice(_ context.Context, c view.ChannelChoice) (view.ChannelChoice, error) {
	c.ChangedAt, c.Confirmed = noon(), c.ChangedBy == c.Person
	p.changes = append(p.changes, view.ChannelChange{Channel: c.Channel, Address: c.Address, By: c.ChangedBy, At: noon()})
	p.choices = append(p.choices, c)
	return c, nil
}

func (p *postOffice) ChannelHalts(context.Context) ([]view.ChannelHalt, error) { return p.halts, nil }

func (p *postOffice) ResumeChannel(_ context.Context, channel view.Channel) error {
	p.halts = slices.DeleteFunc(p.halts, func(h view.ChannelHalt) bool { return h.Channel == channel })
	return nil
}

func (p *postOffice) ChannelChanges(_ context.Context, _ deal.PersonID, limit int) ([]view.ChannelChange, error) {
	return p.changes[:min(limit, len(p.changes))], nil
}

func (p *postOffice) Webhooks(context.Context) ([]view.Webhook, error) { return p.hooks, nil }

func (p *postOffice) find(id string) *view.Webhook {
	for i := range p.hooks {
		if p.hooks[i].ID == id {
			return &p.hooks[i]
		}
	}
	return nil
}

func (p *postOffice) Webhook(_ context.Context, id string) (view.Webhook, error) {
	if w := p.find(id); w != nil {
		return *w, nil
	}
	return view.Webhook{}, deal.ErrNotFound
}

func (p *postOffice) AddWebhook(_ context.Context, w view.Webhook) (view.Webhook, error) {
	if known := p.find(w.ID); known != nil {
		return *known, nil
	}
	w.Active, w.Version, w.CreatedAt, w.ChangedAt, w.ChangedBy = true, 1, noon(), noon(), w.CreatedBy
	p.hooks = append(p.hooks, w)
	return w, nil
}

func (p *postOffice) ChangeWebhook(_ context.Context, id string, version int64, by deal.PersonID, edit func(*view.Webhook)) (view.Webhook, error) {
	w := p.find(id)
	switch {
	case w == nil:
		return view.Webhook{}, deal.ErrNotFound
	case version != 0 && version != w.Version:
		return *w, deal.ErrStale
	}
	edit(w)
	w.Version, w.ChangedBy = w.Version+1, by
	return *w, nil
}

func (p *postOffice) DeleteWebhook(_ context.Context, id string) error {
	if p.find(id) == nil {
		return deal.ErrNotFound
	}
	p.hooks = nil
	return nil
}

func (p *postOffice) TestWebhook(_ context.Context, hook, id string) (view.Delivery, error) {
	d := view.Delivery{ID: "ntc_" + id, Source: "test", Kind: "test", Recipient: hook, Channel: view.WebhookChannel, At: noon(), State: view.DeliveryWaiting, NextAt: noon()}
	p.deliveries = append(p.deliveries, d)
	return d, nil
}

func (p *postOffice) ReplayWebhook(_ context.Context, id string, from, until time.Time, _ deal.PersonID) (int, error) {
	if p.find(id) == nil {
		return 0, deal.ErrNotFound
	}
	p.replayed = append(p.replayed, from.UTC().Format(time.DateOnly)+" "+until.UTC().Format(time.DateOnly))
	return 3, nil
}

func (p *postOffice) ReplayDelivery(_ context.Context, _, delivery string, _ deal.PersonID) (int, error) {
	p.replayed = append(p.replayed, delivery)
	return 1, nil
}

func (p *postOffice) Deliveries(_ context.Context, f view.DeliveryFilter) (found []view.Delivery, _ string, _ error) {
	p.asked = append(p.asked, f)
	for _, d := range p.deliveries {
		if f.Recipient == "" || d.Recipient == f.Recipient {
			found = append(found, d)
		}
	}
	return found, "", nil
}

func (p *postOffice) Delivery(_ context.Context, id string) (view.Delivery, error) {
	for _, d := range p.deliveries {
		if d.ID == id {
			return d, nil
		}
	}
	return view.Delivery{}, deal.ErrNotFound
}

func (p *postOffice) handle(id string, by deal.PersonID, to view.DeliveryState) (view.Delivery, error) {
	for i := range p.deliveries {
		d := &p.deliveries[i]
		if d.ID != id {
			continue
		}
		if d.State != view.DeliveryParked {
			return *d, deal.ErrStale
		}
		d.State, d.HandledBy, d.HandledAt = to, by, noon()
		return *d, nil
	}
	return view.Delivery{}, deal.ErrNotFound
}

func (p *postOffice) ResendDelivery(_ context.Context, id string, by deal.PersonID) (view.Delivery, error) {
	return p.handle(id, by, view.DeliveryWaiting)
}

func (p *postOffice) DropDelivery(_ context.Context, id string, by deal.PersonID) (view.Delivery, error) {
	return p.handle(id, by, view.DeliverySkipped)
}

// said is an answer of a status as it was written.
func said(a answer, status int) string {
	a.t.Helper()
	a.ok(status)
	return a.Body.String()
}

// reasonsOf are the reasons of a problem with their places.
func reasonsOf(p api.Problem) (all []string) {
	for _, e := range p.Errors {
		all = append(all, e.Code+" "+e.Pointer)
	}
	return all
}

func ifMatch(version string) header { return header{"If-Match", version} }

func TestChannels_areChosenByEachPersonForThemselves(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const mail = "/api/v1/me/channels/mail"
	before := said(r.do(rep1, "GET", "/api/v1/me/channels", ""), 200)
	require.Contains(t, before, `{"channel":"mail","available":true,"on":false,"changed_at":null}`)
	require.Contains(t, before, `"channel":"feishu","available":false`)

	said(r.do(rep1, "PUT", mail, `{"on":true,"address":"rep1@closedloop.example","quiet_from":"19:00","quiet_until":"07:30","digests":["17:00","08:00","08:00"],"kinds":["step_remind"],"language":"en"}`), 200)
	require.Len(t, r.post.choices, 1)
	c := r.post.choices[0]
	require.Equal(t, rep1, c.Person)
	require.Equal(t, []int{8 * 60, 17 * 60}, c.Digests)
	require.Equal(t, []int{19 * 60, 7*60 + 30}, []int{c.QuietFrom, c.QuietUntil})
	after := said(r.do(rep1, "GET", "/api/v1/me/channels", ""), 200)
	require.Contains(t, after, `"quiet_from":"19:00","quiet_until":"07:30","digests":["08:00","17:00"]`)
	require.Contains(t, after, `"login":"rep1"`)

	const theirs = "/api/v1/users/" + string(rep2) + "/channels"
	r.do(manager, "GET", theirs, "").problem(403, "not_your_role")
	r.do(manager, "PUT", theirs+"/mail", `{"on":false}`).problem(403, "not_your_role")
	said(r.do(admin, "PUT", theirs+"/mail", `{"on":true,"address":"rep2@closedloop.example"}`), 200)
	require.Equal(t, admin, r.post.choices[1].ChangedBy, "it is on record who chose")
	entered := said(r.do(admin, "GET", theirs, ""), 200)
	require.Contains(t, entered, `"address":"rep2@closedloop.example","unconfirmed":true`)
	require.Contains(t, entered, `{"channel":"mail","former":"","address":"rep2@closedloop.example","changed_by":{"id":"`+string(admin)+`"`)
	require.NotContains(t, said(r.do(rep2, "PUT", "/api/v1/me/channels/mail", `{"on":true,"address":"rep2@closedloop.example"}`), 200), "unconfirmed")
	r.do(admin, "GET", "/api/v1/users/nobody/channels", "").problem(404, "not_found")
}

func TestChannels_refuseWhatCannotBeSentAndSayWhere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ channel, body, code, pointer string }{
		"not set up":       {"feishu", `{"on":true}`, "channel_not_set_up", "path/channel"},
		"no address":       {"mail", `{"on":true}`, "required_field", "/address"},
		"no real address":  {"mail", `{"on":true,"address":"rep1"}`, "invalid_address", "/address"},
		"somebody else's":  {"mail", `{"on":true,"address":"rep1@elsewhere.example"}`, "address_not_allowed", "/address"},
		"everybody":        {"wecom", `{"on":false,"mention":"@all"}`, "invalid_mention", "/mention"},
		"half a night":     {"mail", `{"on":false,"quiet_from":"19:00"}`, "invalid_time", "/quiet_until"},
		"no time":          {"mail", `{"on":false,"digests":["8:00","25:00"]}`, "invalid_time", "/digests/1"},
		"no such notice":   {"mail", `{"on":false,"kinds":["gossip"]}`, "unknown_kind", "/kinds/0"},
		"address of a bot": {"wecom", `{"on":false,"address":"rep1@closedloop.example"}`, "invalid_value", "/address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			p := r.do(rep1, "PUT", "/api/v1/me/channels/"+c.channel, c.body).problem(422, "invalid_request")
			require.Contains(t, reasonsOf(p), c.code+" "+c.pointer)
			require.Empty(t, r.post.choices)
		})
	}
}

func TestWebhooks_areSetUpByAdministratorsAndShowTheirSecretOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const all = "/api/v1/webhooks"
	r.do(ops, "POST", all, `{"url":"https://x.example/in"}`).problem(403, "not_your_role")
	r.do(admin, "POST", all, `{"url":"http://x.example/in"}`).problem(422, "invalid_request")
	first := said(r.do(admin, "POST", all, `{"url":"https://x.example/in","note":"ERP"}`, key("k")), 201)
	require.Contains(t, first, `"secret":"whsec_`)
	require.Equal(t, first, said(r.do(admin, "POST", all, `{"url":"https://x.example/in","note":"ERP"}`, key("k")), 201), "the same request is the same webhook")
	require.Len(t, r.post.hooks, 1)
	one := all + "/" + r.post.hooks[0].ID
	require.NotContains(t, said(r.do(admin, "GET", one, ""), 200), "whsec_")
	require.NotContains(t, said(r.do(admin, "GET", all, ""), 200), "whsec_")
	for _, method := range []string{"GET", "DELETE"} {
		r.do(rep1, method, one, "").problem(403, "not_your_role")
	}

	r.do(admin, "PATCH", one, `{"active":false}`).problem(428, "version_required")
	r.do(admin, "PATCH", one, `{"active":false}`, ifMatch(`"7"`)).problem(412, "stale_version")
	require.Contains(t, said(r.do(admin, "PATCH", one, `{"active":false,"kinds":["step_remind"]}`, ifMatch(`"1"`)), 200), `"active":false`)

	before := r.post.hooks[0].Sealed
	rotated := said(r.do(admin, "POST", one+"/secret", `{}`), 200)
	require.Contains(t, rotated, `"secret":"whsec_`)
	require.Equal(t, before, r.post.hooks[0].FormerSealed)
	require.Equal(t, noon().Add(24*time.Hour), r.post.hooks[0].FormerUntil)
	require.NotEqual(t, before, r.post.hooks[0].Sealed)
	said(r.do(admin, "POST", one+"/secret", `{"keep_hours":0}`), 200)
	require.Equal(t, noon(), r.post.hooks[0].FormerUntil, "a secret that got out signs no more")

	require.Contains(t, said(r.do(admin, "POST", one+"/test", ""), 202), `"kind":"test"`)
	r.do(admin, "POST", one+"/replay", `{}`).problem(422, "invalid_request")
	r.do(admin, "POST", one+"/replay", `{"from":"2026-01-01T00:00:00Z","to":"2026-03-01T00:00:00Z"}`).problem(422, "invalid_request")
	require.Contains(t, said(r.do(admin, "POST", one+"/replay", `{"from":"2026-02-01T00:00:00Z","to":"2026-02-02T00:00:00Z"}`), 202), `"deliveries":3`)
	require.Contains(t, said(r.do(admin, "POST", one+"/replay", `{"delivery":"ntc_1"}`), 202), `"deliveries":1`)
	require.Equal(t, []string{"2026-02-01 2026-02-02", "ntc_1"}, r.post.replayed)
	said(r.do(admin, "DELETE", one, ""), 204)
	r.do(admin, "GET", one, "").problem(404, "not_found")
}

func TestChannels_thatAreHaltedAreShownAndResumedByAdministrators(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.post.halts = []view.ChannelHalt{{Channel: view.WeComChannel, At: noon(), Reason: "key_invalid", Detail: "code 93000"}}
	shown := said(r.do(rep1, "GET", "/api/v1/me/channels", ""), 200)
	require.Contains(t, shown, `"halted":{"at":"2026-03-02T12:00:00Z","reason":"key_invalid","reason_text":"The bot was removed`)
	require.NotContains(t, shown, "93000")
	require.Contains(t, said(r.do(admin, "GET", "/api/v1/me/channels", ""), 200), `"detail":"code 93000"`)
	const resume = "/api/v1/channels/wecom/resume"
	for _, who := range []deal.PersonID{rep1, ops, manager} {
		r.do(who, "POST", resume, "").problem(403, "not_your_role")
	}
	for range 2 {
		require.JSONEq(t, `{"channel":"wecom"}`, said(r.do(admin, "POST", resume, "", key("go")), 200))
	}
	require.NotContains(t, said(r.do(admin, "GET", "/api/v1/me/channels", ""), 200), "halted")
	r.do(admin, "POST", "/api/v1/channels/pigeon/resume", "").problem(422, "invalid_request")
}

func TestDeliveries_areOnesOwnAndDeadLettersAreDecidedOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	parked := func(id string, who deal.PersonID) view.Delivery {
		return view.Delivery{ID: id, Kind: "step_remind", Recipient: string(who), Channel: view.MailChannel, At: noon(), State: view.DeliveryParked, Reason: "bad_address", Failures: 20}
	}
	r.post.deliveries = []view.Delivery{parked("ntc_1", rep1), parked("ntc_2", rep2)}
	const all = "/api/v1/deliveries"
	require.NotContains(t, said(r.do(rep1, "GET", all+"?status=parked&channel=mail", ""), 200), "ntc_2")
	require.NotContains(t, said(r.do(manager, "GET", all+"?recipient="+string(rep1), ""), 200), "ntc_1")
	everybody := said(r.do(ops, "GET", all, ""), 200)
	require.Contains(t, everybody, "ntc_2")
	require.Contains(t, everybody, "The address does not exist")
	require.Equal(t, view.DeliveryFilter{State: view.DeliveryParked, Channel: view.MailChannel, Recipient: string(rep1), Page: r.post.asked[0].Page}, r.post.asked[0])

	r.do(rep1, "POST", all+"/ntc_2/resend", "").problem(404, "not_found")
	require.Contains(t, said(r.do(rep1, "POST", all+"/ntc_1/resend", "", key("a")), 200), `"status":"waiting"`)
	require.Contains(t, said(r.do(rep1, "POST", all+"/ntc_1/resend", "", key("a")), 200), `"status":"waiting"`)
	r.do(rep1, "POST", all+"/ntc_1/drop", "").problem(409, "not_a_dead_letter")
	require.Contains(t, said(r.do(admin, "POST", all+"/ntc_2/drop", ""), 200), `"login":"admin1"`)
}

func TestRefusals_sayWhoMayAndWhatMayBeSent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for lang, who := range map[string]string{"zh": "管理员", "en": "administrator"} {
		r.lang = lang
		p := r.do(rep1, "GET", "/api/v1/users/"+string(manager)+"/channels", nil).problem(403, "not_your_role")
		require.Equal(t, "role_needed", p.Errors[0].Code)
		require.Contains(t, p.Detail, who)
		require.NotContains(t, p.Errors[0].Hint, "owner", "no account is in question")
	}
	p := r.do(rep1, "PUT", "/api/v1/me/channels/mail", `{"on":false,"language":"fr"}`).problem(422, "invalid_request")
	require.Contains(t, p.Detail, "expected one of: zh, en")
}
