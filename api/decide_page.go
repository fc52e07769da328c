package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"closedloop/deal"
)

//go:embed pages/decide.html
var decideHTML string

//go:embed pages/decide.css
var decideCSS string

// decideTemplate escapes whatever comes into it.
var decideTemplate = template.Must(template.New("decide").Parse(decideHTML))

// decidePolicy lets the page have its style and its form, and nothing else.
func decidePolicy() string {
	sum := sha256.Sum256([]byte(decideCSS))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// linkAnswer is what a link answers, for programs and for browsers.
type linkAnswer struct {
	status int // zero: 200
	json   any
	page   *decidePage
	word   linkedDecision // that was sent

	headers http.Header // of a problem
}

// decidePage is what the page shows.
type decidePage struct {
	Lang, Title string
	Style       template.CSS
	Said, Hint  string // what came of it
	Done        bool   // and that it is well
	Rows        [][2]string

	Form, Opinion           bool // opinion: the comment is mandatory
	Ask, CommentLabel, Send string
	Nonce, Chosen, Comment  string
	Choices                 [][2]string
}

// readsPages tells whether a browser asks.
func readsPages(r *http.Request) bool {
	return strings.Contains(strings.ToLower(r.Header.Get("Accept")), "text/html")
}

func (a *API) newPage(c *call) *decidePage {
	return &decidePage{Lang: c.lang, Style: template.CSS(decideCSS), Title: a.say.Page("title", c.lang)} //nolint:gosec // a file of ours
}

// row adds a line to the table, where there is something to say.
func (a *API) row(c *call, p *decidePage, id, value string) {
	if value = strings.TrimSpace(value); value != "" {
		p.Rows = append(p.Rows, [2]string{a.say.Page(id, c.lang), value})
	}
}

// matter says what the decision is about.
func (a *API) matter(c *call, p *decidePage, b linkBody) {
	a.row(c, p, "what", headed(b.Title))
	a.row(c, p, "account", b.Account.Number+" "+b.Account.Name)
	if b.Amount != "" {
		a.row(c, p, "amount", grouped(b.Amount)+" "+b.Currency)
	}
}

// headed begins a line with a capital, where the script has any.
func headed(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// grouped is a decimal number as people read it: a million and ten millions are not told apart by counting zeros.
func grouped(decimal string) string {
	const group = 3
	whole, rest, cents := strings.Cut(decimal, ".")
	for at := len(whole) - group; at > 0; at -= group {
		whole = whole[:at] + "," + whole[at:]
	}
	if cents {
		whole += "." + rest
	}
	return whole
}

// askPage asks for the decision.
func (a *API) askPage(c *call, b linkBody) *decidePage {
	p := a.newPage(c)
	say := func(id string) string { return a.say.Page(id, c.lang) }
	row := func(id, value string) { a.row(c, p, id, value) }
	a.matter(c, p, b)
	if b.Requester != nil {
		row("requester", b.Requester.Name)
	}
	row("asked", b.AskedAt.In(a.Zone).Format("2006-01-02 15:04"))
	row("you", b.Person.Name)
	row("until", b.ExpiresAt.In(a.Zone).Format("2006-01-02 15:04"))
	p.Form, p.Nonce, p.Ask, p.CommentLabel, p.Send = true, b.Nonce, say("ask"), say("comment"), say("send")
	if p.Opinion = b.Opinion; p.Opinion {
		p.CommentLabel = say("opinion")
	}
	for _, d := range []deal.Decision{deal.Approve, deal.SendBack, deal.Reject} {
		p.Choices = append(p.Choices, [2]string{string(d), say(string(d))})
	}
	return p
}

// donePage says that the decision is made, and about what: several letters may lie open side by side.
func (a *API) donePage(c *call, b linkBody, word linkedDecision) *decidePage {
	p := a.newPage(c)
	a.matter(c, p, b)
	a.row(c, p, "you", b.Person.Name)
	p.Said, p.Done = a.say.Page("done_"+word.Decision, c.lang), true
	return p
}

// refusedPage says what is the matter, and keeps what was filled in where it can be mended.
func (a *API) refusedPage(c *call, asked *linkAnswer, problem *Problem) *linkAnswer {
	p := a.newPage(c)
	if asked != nil && asked.page != nil {
		p = asked.page
		p.Chosen, p.Comment = asked.word.Decision, asked.word.Comment
	}
	p.Said = problem.Detail
	for i, e := range problem.Errors {
		if i == 0 {
			p.Said, p.Hint = e.Detail, e.Hint
			continue
		}
		p.Said += " · " + e.Detail
	}
	return &linkAnswer{status: problem.Status, page: p, headers: problem.headers}
}

// answerLink writes the answer, as a page where a browser asks.
func (a *API) answerLink(hc huma.Context, out *linkAnswer) {
	ec := humaecho.Unwrap(hc)
	w, header := ec.Response(), ec.Response().Header()
	for name, values := range out.headers {
		header[name] = values
	}
	header.Add("Vary", "Accept")
	header.Set("X-Robots-Tag", "noindex")
	if !readsPages(ec.Request()) {
		a.plain(hc, out.json)
		return
	}
	var page bytes.Buffer
	if err := decideTemplate.Execute(&page, out.page); err != nil {
		a.refuse(hc, fmt.Errorf("render the page of a link: %w", err))
		return
	}
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", decidePolicy())
	header.Set("Referrer-Policy", "same-origin") // without any, browsers hide from their own forms where they come from
	status := out.status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // the client has gone
}
