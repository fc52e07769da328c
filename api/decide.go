package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/identity"
)

// A link in a message leads here: its secret stands for the person whose word is asked for, for one level of one request
// and for one decision. Looking at it changes nothing, however often programs that check mails do so; deciding takes the
// form, whose nonce only a page that was read has. What the page tells is what it takes to decide and no more.

// decidePath is echo's pattern of links; what it does to the log is in begin.
const decidePath = "/decide/:token"

// Links finds links that decide.
type Links interface {
	// DecisionLink is the link behind the hash of a secret, with its request; [deal.ErrNotFound] for every other hash.
	DecisionLink(ctx context.Context, hash []byte) (view.LinkedRequest, error)
	// UseDecisionLink says when a link was used; the first use stays.
	UseDecisionLink(ctx context.Context, id string, at time.Time) error
}

type LinkPath struct {
	Token string `path:"token" maxLength:"100" doc:"the secret of the link"`
}

// linkBody is what is to be decided, for programs.
type linkBody struct {
	Person    personBody   `json:"person" doc:"whose link it is"`
	Approval  string       `json:"approval"`
	Kind      approvalKind `json:"kind"`
	Title     string       `json:"title" doc:"what is asked for, in the language asked for"`
	Account   accountRef   `json:"account"`
	Amount    string       `json:"amount" doc:"decimal; empty without an amount"`
	Currency  string       `json:"currency"`
	Requester *personBody  `json:"requester,omitempty"`
	AskedAt   time.Time    `json:"requested_at"`
	ExpiresAt time.Time    `json:"expires_at"`
	Opinion   bool         `json:"opinion" doc:"approving takes a comment as well"`
	Nonce     string       `json:"nonce" doc:"goes back with the decision; good for one hour"`
}

// linkedDecision is what the form sends.
type linkedDecision struct {
	Decision string `json:"decision"`
	Comment  string `json:"comment"`
	Nonce    string `json:"nonce"`
}

// linkDoneBody is the answer to a decision by a link.
type linkDoneBody struct {
	Approval string       `json:"approval"`
	Decision decisionName `json:"decision"`
	Seq      int64        `json:"seq" doc:"of the last event that the decision made"`
	At       time.Time    `json:"at"`
}

func (a *API) decideRoutes() {
	described := func(o huma.Operation, body *huma.Schema) huma.Operation {
		content := map[string]*huma.MediaType{"text/html": {Schema: &huma.Schema{Type: huma.TypeString}}, "application/json": {Schema: body}}
		o.Path, o.Responses = "/decide/{token}", map[string]*huma.Response{"200": {Description: http.StatusText(http.StatusOK), Content: content}}
		return o
	}
	schemas := a.huma.OpenAPI().Components.Schemas
	look := described(public(op(http.MethodGet, "", "look-at-link", "approvals", "What a link in a message asks you to decide")),
		schemas.Schema(reflect.TypeFor[linkBody](), true, ""))
	look.Description = "A page for browsers, JSON for others. Looking never decides. Links come with messages; there is no call that makes one."
	registerPage(a, look, a.lookAtLink)
	decide := described(public(op(http.MethodPost, "", "decide-by-link", "approvals", "Decide by a link, once")),
		schemas.Schema(reflect.TypeFor[linkDoneBody](), true, ""))
	decide.Description = "As the person of the link, who need not be logged in; the record says that it came by a link. A link counts once, for " +
		"its level of its request, until its time is up or the request does not wait for the person any more."
	registerPage(a, decide, a.decideByLink)
	// Described only now: huma would read a body that it knows of, and forms are none of its kinds.
	fields := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"decision", "nonce"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{
			"decision": decisionName("").Schema(schemas),
			"comment":  {Type: huma.TypeString, MaxLength: ptr(maxText), Description: "mandatory unless approving"},
			"nonce":    {Type: huma.TypeString, Description: "of the page or the JSON that was read"},
		},
	}
	a.huma.OpenAPI().Paths["/decide/{token}"].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: fields}, "application/x-www-form-urlencoded": {Schema: fields},
	}}
}

// registerPage binds an operation that answers browsers and programs, each in their way, and errors as well.
func registerPage(a *API, o huma.Operation, handle func(context.Context, *LinkPath) (*linkAnswer, error)) {
	huma.Register(a.huma, o, func(ctx context.Context, in *LinkPath) (*streamed, error) {
		ctx, cancel := context.WithTimeout(ctx, a.Limits.RequestTimeout)
		defer cancel()
		out, err := handle(ctx, in)
		if err == nil {
			return &streamed{Body: func(hc huma.Context) { a.answerLink(hc, out) }}, nil
		}
		p := a.problem(ctx, err)
		if !readsPages(callOf(ctx).request) {
			return nil, p
		}
		return &streamed{Body: func(hc huma.Context) { a.answerLink(hc, a.refusedPage(callOf(ctx), out, p)) }}, nil
	})
}

// linked is a link that stands, with what belongs to it. The call is its person's from here on.
type linked struct {
	view.LinkedRequest

	person deal.Person
	now    time.Time
}

// link finds the link behind a secret and lets the call be its person's. What stands against using it is an error, unless
// the caller asks for a decision that was made before.
func (a *API) link(ctx context.Context, token identity.Token) (linked, error) {
	c := callOf(ctx)
	found, err := view.LinkedRequest{}, deal.ErrNotFound
	if token.WellFormed() {
		found, err = a.Links.DecisionLink(ctx, token.Hash())
	}
	if errors.Is(err, deal.ErrNotFound) {
		return linked{}, a.guessed(c)
	}
	if err != nil {
		return linked{}, fmt.Errorf("look for link: %w", err)
	}
	org, _, err := a.org(ctx)
	if err != nil {
		return linked{}, err
	}
	if err := a.notAnothers(ctx, c, found.Link); err != nil {
		return linked{}, err
	}
	l := linked{LinkedRequest: found, now: a.Now()}
	l.person, _ = org.Person(found.Link.Person)
	c.actor = &actor{person: l.person, org: org, viewer: view.Of(org, l.person, l.now), token: token.Hash()}
	return l, nil
}

// notAnothers refuses a link to whoever is logged in as somebody else than its person: they have a name of their own to decide
// under, and the record would bear the wrong one. Who is not logged in, or not any more, has the link alone.
func (a *API) notAnothers(ctx context.Context, c *call, l deal.DecisionLink) error {
	token, _ := tokenOf(c.request)
	there, err := a.authenticate(ctx, token)
	var f *fault
	switch {
	case errors.As(err, &f):
		return nil
	case err != nil:
		return err
	case there.person.ID == l.Person:
		return nil
	}
	c.actor = there
	return no(http.StatusForbidden, catalogue.LinkOfAnother, string(l.Person), string(there.person.ID))
}

// guessed is the answer to a secret in an address that nobody has. Guessing is slowed down; it keeps out nobody who has one,
// since many people can sit behind one address.
func (a *API) guessed(c *call) error {
	key := "\x00" + c.address
	if wait := a.guesses.wait(a.Now(), key); wait > 0 {
		return no(http.StatusTooManyRequests, catalogue.TooManyGuesses).retry(wait)
	}
	a.guesses.fail(a.Now(), key)
	return no(http.StatusNotFound, catalogue.UnknownLink)
}

// against is what stands against using a link, for its person's eyes.
func (l linked) against(org deal.Org) error {
	if no := l.Link.Against(l.Request.Approval, org, l.now); len(no) > 0 {
		return refused(no, "")
	}
	return nil
}

func (a *API) lookAtLink(ctx context.Context, in *LinkPath) (*linkAnswer, error) {
	l, err := a.link(ctx, identity.Token(in.Token))
	if err != nil {
		return nil, err
	}
	if err := l.against(who(ctx).org); err != nil {
		return nil, err
	}
	body := a.linkBody(ctx, l)
	return &linkAnswer{json: body, page: a.askPage(callOf(ctx), body)}, nil
}

func (a *API) linkBody(ctx context.Context, l linked) linkBody {
	c, r := callOf(ctx), l.Request
	return linkBody{
		Person: personOf(l.person), Approval: r.ID, Kind: approvalKind(r.Kind), Title: a.say.Word(string(r.Kind), c.lang),
		Account: accountRef{string(r.Account), r.AccountNumber, r.AccountName}, Amount: formatAmount(r.Amount, r.Currency), Currency: r.Currency,
		Requester: personIn(c.actor.org, r.Requester), AskedAt: r.RequestedAt.UTC(), ExpiresAt: l.Link.ExpiresAt.UTC(), Opinion: r.WantsOpinion(),
		Nonce: a.nonce(l.Link, l.now),
	}
}

// decideByLink is the decision of the link's person. Its key follows from the link and the nonce: the same form sent twice
// gets one answer, and a form that was refused can be sent again with the nonce that came with the refusal. That there is
// one decision only is the rules' to see to: whoever has decided is not asked any more.
func (a *API) decideByLink(ctx context.Context, in *LinkPath) (*linkAnswer, error) {
	l, err := a.link(ctx, identity.Token(in.Token))
	if err != nil {
		return nil, err
	}
	c := callOf(ctx)
	word, err := c.linkedDecision()
	if err != nil {
		return nil, err
	}
	asked, against := &linkAnswer{word: word}, l.against(c.actor.org)
	if against == nil {
		asked.page = a.askPage(c, a.linkBody(ctx, l)) // to correct what is refused
	}
	if !a.nonceFits(l.Link, word.Nonce, l.now) {
		if against == nil {
			against = wrong(catalogue.BadNonce, "/nonce")
		}
		return asked, against
	}
	c.fingerprint = fingerprint(http.MethodPost, decidePath, []byte(word.Decision+"\x00"+word.Comment))
	account := l.Request.Account
	cmd := deal.Command{
		Account: account, Actor: l.person.ID, Fingerprint: c.fingerprint,
		Key: deal.CommandKey(a.Installation, l.person.ID, account, "link/"+l.Link.ID+"/"+word.Nonce),
	}
	pre, err := a.Log.Precheck(ctx, c.actor.viewer, account, cmd.Key)
	if err != nil {
		return nil, fmt.Errorf("ask the log for a key: %w", err)
	}
	if pre.Known {
		answer, err := firstAnswer(cmd, pre.First)
		if err != nil {
			return nil, err
		}
		return a.decidedByLink(ctx, l, word, answer, l.Link.UsedAt), nil
	}
	if against != nil {
		return nil, against
	}
	beside := texts{secret: a.TextKey, key: cmd.Key}
	cmd.Body = deal.DecideApproval{
		Approval: l.Request.ID, Decision: deal.Decision(word.Decision), Comment: beside.ref("comment", word.Comment), Version: l.Link.Version,
		Level: l.Link.Level, Via: deal.ViaLink,
	}
	cmd.Name = deal.NameOf(cmd.Body)
	answer, err := a.send(ctx, cmd, view.Staged{Account: account, Key: cmd.Key, Texts: beside.byID}, a.Commander.Send)
	if err != nil {
		return asked, err
	}
	at := a.Now().Truncate(time.Microsecond) // as it is kept, so that a repeated form is told the same
	if err := a.Links.UseDecisionLink(context.WithoutCancel(ctx), l.Link.ID, at); err != nil {
		// It is decided; without the mark the next use hears so from the request instead of from the link.
		a.Logger.WarnContext(ctx, "link not marked as used", "trace_id", c.trace, "link", l.Link.ID, "error", err)
	}
	return a.decidedByLink(ctx, l, word, answer, at), nil
}

// decidedByLink is the answer to a decision that was made by the link at an instant; zero where the mark of its use was lost.
func (a *API) decidedByLink(ctx context.Context, l linked, word linkedDecision, answer deal.Answer, at time.Time) *linkAnswer {
	if at.IsZero() {
		at = l.now
	}
	body := linkDoneBody{Approval: l.Request.ID, Decision: decisionName(word.Decision), Seq: answer.LastSeq, At: at.UTC()}
	return &linkAnswer{json: body, page: a.donePage(callOf(ctx), a.linkBody(ctx, l), word)}
}

// maxText is the most characters of a free text (contract.md §4).
const maxText = 4000

// maxForm bounds what the form of a link may send.
const maxForm = 64 << 10

// linkedDecision reads what was sent, as a form or as JSON.
func (c *call) linkedDecision() (word linkedDecision, err error) {
	body, err := c.slurp(maxForm, slowForm)
	if err != nil {
		return word, err
	}
	kind, _, _ := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	fields := map[string]string{}
	switch {
	case len(body) == 0:
		return word, no(http.StatusBadRequest, catalogue.BodyRequired)
	case kind == "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return word, no(http.StatusBadRequest, catalogue.BadText)
		}
		for name, values := range form {
			if len(values) > 1 {
				return word, wrong("several_values", "/"+escapePointer(name))
			}
			fields[name] = strings.ReplaceAll(values[0], "\r\n", "\n") // browsers send line ends the old way
		}
	case kind == "application/json" || kind == "":
		if err := json.Unmarshal(body, &fields); err != nil {
			return word, no(http.StatusBadRequest, catalogue.MalformedJSON)
		}
	default:
		return word, no(http.StatusUnsupportedMediaType, catalogue.UnsupportedMediaType, kind)
	}
	return wordIn(fields)
}

// slowForm is how long a form may take to arrive.
const slowForm = 10 * time.Second

// wordIn checks the fields, all of them.
func wordIn(fields map[string]string) (linkedDecision, error) {
	f := no(http.StatusUnprocessableEntity, catalogue.InvalidRequest)
	bad := func(code, pointer string, args ...string) {
		f.reasons = append(f.reasons, reason{code: code, pointer: pointer, args: args})
	}
	for name, value := range fields {
		switch {
		case !isText(name) || !isText(value):
			return linkedDecision{}, no(http.StatusBadRequest, catalogue.BadText)
		case name != "decision" && name != "comment" && name != "nonce":
			bad("unexpected_field", "/"+escapePointer(name))
		}
	}
	word := linkedDecision{Decision: fields["decision"], Comment: strings.TrimSpace(fields["comment"]), Nonce: fields["nonce"]}
	switch deal.Decision(word.Decision) {
	case deal.Approve, deal.Reject, deal.SendBack:
	default:
		bad("not_one_of", "/decision", strings.Join([]string{string(deal.Approve), string(deal.Reject), string(deal.SendBack)}, ", "))
	}
	if utf8.RuneCountInString(word.Comment) > maxText {
		bad("too_long", "/comment", strconv.Itoa(maxText))
	}
	if word.Nonce == "" {
		bad("required_field", "/nonce", "nonce")
	}
	if len(f.reasons) > 0 {
		return word, f
	}
	return word, nil
}
