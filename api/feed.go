package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/identity"
)

// A calendar program cannot log in: it is given an address with a secret in it, which shows one person's dates and nothing
// else. Whoever has the address reads them, so customers are numbers there unless the person wants their names.

// Feeds keeps the calendars that people subscribe to.
type Feeds interface {
	// PutCalendarFeed gives a person a feed, instead of the one that may be there.
	PutCalendarFeed(ctx context.Context, hash []byte, f view.CalendarFeed) error
	DropCalendarFeed(ctx context.Context, who deal.PersonID) error
	CalendarFeedOf(ctx context.Context, who deal.PersonID) (view.CalendarFeed, error)
	// CalendarFeed finds the feed behind the hash of a secret, of an active person.
	CalendarFeed(ctx context.Context, hash []byte) (view.CalendarFeed, error)
}

type feedBody struct {
	URL       string    `json:"url,omitempty" doc:"for your calendar program; told once. Whoever missed the answer asks for a new one, under another Idempotency-Key"`
	Language  langName  `json:"language"`
	Names     bool      `json:"names" doc:"customers by name; otherwise by number"`
	CreatedAt time.Time `json:"created_at"`
}

// langName is the language of a calendar.
type langName string

// Schema lists both.
func (langName) Schema(huma.Registry) *huma.Schema {
	return closedSet(catalogue.Chinese, catalogue.English)
}

type newFeedInput struct {
	Body *struct {
		Language langName `json:"language,omitempty" doc:"default: that of this request"`
		Names    bool     `json:"names,omitempty" doc:"customers by name: calendars are often kept elsewhere, and read by others"`
	}
}

type feedInput struct {
	File        string `path:"file" maxLength:"100" doc:"the secret, with .ics behind it"`
	IfNoneMatch string `header:"If-None-Match" maxLength:"200"`
}

const (
	// feedSuffix tells calendar programs by the address what they will get.
	feedSuffix = ".ics"
	// feedReads is how often one feed may be read in [Limits.LoginWindow]; programs ask once in an hour or more.
	feedReads = 30
)

func (a *API) feedRoutes() {
	const mine = "/me/calendar-feed"
	add := op(http.MethodPost, mine, "make-calendar-feed", "work", "An address for your calendar program, instead of the one before")
	add.DefaultStatus = http.StatusCreated
	register(a, add, a.makeFeed)
	register(a, op(http.MethodGet, mine, "get-calendar-feed", "work", "Whether there is an address for your calendar"), a.feedOfMine)
	register(a, op(http.MethodDelete, mine, "end-calendar-feed", "work", "End the address of your calendar"), a.endFeed)

	read := public(op(http.MethodGet, "", "read-calendar-feed", "work", "A person's dates, for calendar programs"))
	read.Path = "/calendar-feed/{file}"
	read.Description = "Deadlines, follow-ups, approvals and tasks that are due, as iCalendar (RFC 5545). The address comes from POST /me/calendar-feed."
	read.Responses = map[string]*huma.Response{
		"200": {Description: "the calendar", Content: map[string]*huma.MediaType{"text/calendar": {Schema: &huma.Schema{Type: huma.TypeString}}}},
	}
	huma.Register(a.huma, read, func(ctx context.Context, in *feedInput) (*streamed, error) {
		ctx, cancel := context.WithTimeout(ctx, a.Limits.RequestTimeout)
		defer cancel()
		text, err := a.readFeed(ctx, in.File)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return &streamed{Body: func(hc huma.Context) { answerCalendar(hc, text, in.IfNoneMatch) }}, nil
	})
	// Only now: huma describes problems where it knows one answer.
	a.huma.OpenAPI().Paths[read.Path].Get.Responses["304"] = &huma.Response{Description: "the program has it already"}
}

func (a *API) makeFeed(ctx context.Context, in *newFeedInput) (*created[feedBody], error) {
	c := callOf(ctx)
	f := view.CalendarFeed{Person: c.actor.person.ID, Language: c.lang, CreatedAt: a.Now().UTC().Truncate(time.Microsecond)}
	if in.Body != nil {
		f.Names = in.Body.Names
		if in.Body.Language != "" {
			f.Language = string(in.Body.Language)
		}
	}
	var token identity.Token
	out, err := once(ctx, a, func() (*created[feedBody], error) {
		token = identity.NewToken()
		if err := a.Feeds.PutCalendarFeed(ctx, token.Hash(), f); err != nil {
			return nil, fmt.Errorf("keep calendar feed: %w", err)
		}
		return &created[feedBody]{Status: http.StatusCreated, Body: feedOf(f)}, nil
	})
	if err != nil {
		return nil, err
	}
	if token != "" { // else the request came again: the address was told once, and nobody can read it back
		out.Body.URL = a.address(c.request) + "/calendar-feed/" + token.Reveal() + feedSuffix
	}
	return out, nil
}

// address is where people reach the API.
func (a *API) address(r *http.Request) string {
	if a.public != nil {
		return strings.TrimSuffix(a.PublicURL, "/")
	}
	scheme := "http"
	if a.secure(r) {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

func feedOf(f view.CalendarFeed) feedBody {
	return feedBody{Language: langName(f.Language), Names: f.Names, CreatedAt: f.CreatedAt.UTC()}
}

func (a *API) feedOfMine(ctx context.Context, _ *struct{}) (*reply[feedBody], error) {
	f, err := a.Feeds.CalendarFeedOf(ctx, who(ctx).person.ID)
	if err != nil {
		return nil, fmt.Errorf("look for calendar feed: %w", err)
	}
	return &reply[feedBody]{feedOf(f)}, nil
}

func (a *API) endFeed(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, wrapped("end calendar feed", a.Feeds.DropCalendarFeed(ctx, who(ctx).person.ID))
}

// readFeed is the calendar behind an address.
func (a *API) readFeed(ctx context.Context, file string) ([]byte, error) {
	c := callOf(ctx)
	secret, ok := strings.CutSuffix(file, feedSuffix)
	token, f, err := identity.Token(secret), view.CalendarFeed{}, deal.ErrNotFound
	if ok && token.WellFormed() {
		f, err = a.Feeds.CalendarFeed(ctx, token.Hash())
	}
	if errors.Is(err, deal.ErrNotFound) {
		return nil, a.guessed(c)
	}
	if err != nil {
		return nil, fmt.Errorf("look for calendar feed: %w", err)
	}
	if wait := a.feedReads.wait(a.Now(), string(f.Person)); wait > 0 {
		return nil, no(http.StatusTooManyRequests, catalogue.Busy).retry(wait)
	}
	a.feedReads.fail(a.Now(), string(f.Person)) // counts reads
	org, _, err := a.org(ctx)
	if err != nil {
		return nil, err
	}
	person, known := org.Person(f.Person)
	if !known || !person.Active {
		return nil, no(http.StatusNotFound, catalogue.UnknownLink)
	}
	c.lang = f.Language
	c.actor = &actor{person: person, org: org, viewer: view.Of(org, person, a.Now()), token: token.Hash()}
	dates, err := a.dates(ctx, f)
	if err != nil {
		return nil, err
	}
	return a.calendarText(f, dates), nil
}

// answerCalendar writes the calendar, or says that the program has it.
func answerCalendar(hc huma.Context, text []byte, known string) {
	ec := humaecho.Unwrap(hc)
	sum := sha256.Sum256(text)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
	header := ec.Response().Header()
	header.Set("ETag", tag)
	for candidate := range strings.SplitSeq(known, ",") {
		if strings.TrimPrefix(strings.TrimSpace(candidate), "W/") == tag {
			ec.Response().WriteHeader(http.StatusNotModified)
			return
		}
	}
	header.Set("Content-Type", "text/calendar; charset=utf-8")
	header.Set("Content-Disposition", `inline; filename="closedloop.ics"`)
	ec.Response().WriteHeader(http.StatusOK)
	_, _ = ec.Response().Write(text) // the client has gone
}
