package api

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"closedloop/api/catalogue"
)

// base is where all resources live; health, docs and the OpenAPI file stand beside it.
const base = "/api/v1"

// API serves the REST interface.
type API struct {
	Options

	echo    *echo.Echo
	huma    huma.API
	say     *catalogue.Catalogue
	public  *url.URL
	matcher language.Matcher
	foreign *http.CrossOriginProtection
	routes  map[string]bool // patterns of echo that exist
	kinds   []*recordKind

	people    peopleCache
	bearers   bearerCache
	logins    loginLimiter
	guesses   loginLimiter // of secrets in addresses
	feedReads loginLimiter // of one calendar
	commands  inFlight
	streams   streamPlaces
	ending    chan struct{} // closed when streams are to end
	endOnce   sync.Once
	uploads   chan struct{}
	spools    chan struct{}
	exports   chan struct{}
	replays   keyedLocks
}

// New checks the options and builds the routes. It touches no port.
func New(o Options) (*API, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	adoptHuma()
	a := &API{
		Options: o, echo: echo.New(), say: catalogue.New(), public: parsePublic(o.PublicURL), matcher: languages(),
		foreign: http.NewCrossOriginProtection(), routes: map[string]bool{}, kinds: recordKinds(), uploads: make(chan struct{}, o.Limits.Uploads),
		spools: make(chan struct{}, o.Limits.FileUploads), exports: make(chan struct{}, o.Limits.Exports),
		logins:    loginLimiter{failures: o.Limits.LoginFailures, window: o.Limits.LoginWindow},
		guesses:   loginLimiter{failures: o.Limits.LoginFailures, window: o.Limits.LoginWindow},
		feedReads: loginLimiter{failures: feedReads, window: o.Limits.LoginWindow},
	}
	a.ending, a.streams = make(chan struct{}), streamPlaces{total: o.Limits.Streams, perPerson: o.Limits.StreamsPerPerson}
	a.commands = inFlight{total: o.Limits.InFlight, perAccount: o.Limits.InFlightPerAccount}
	if a.public != nil {
		if err := a.foreign.AddTrustedOrigin(a.public.Scheme + "://" + a.public.Host); err != nil {
			return nil, fmt.Errorf("options of the API: PublicURL: %w", err)
		}
	}
	a.echo.HideBanner, a.echo.HidePort = true, true
	a.echo.IPExtractor = echo.ExtractIPDirect() // forwarded headers would let anybody choose an address
	a.echo.HTTPErrorHandler = a.echoError
	a.echo.Use(a.begin, a.recovered, a.bounded, a.readBody)
	a.huma = humaecho.New(a.echo, humaConfig(o.Version.Version))
	a.huma.UseMiddleware(a.guard)
	a.operations()
	if err := a.serveDocs(); err != nil {
		return nil, err
	}
	for _, r := range a.echo.Routes() {
		a.routes[r.Path] = true
	}
	return a, nil
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.echo.ServeHTTP(w, r) }

// operations registers every resource; each has a file of its own.
func (a *API) operations() {
	a.sessionRoutes()
	a.accountRoutes()
	a.ringRoutes()
	a.lifeRoutes()
	a.familyRoutes()
	a.formRoutes()
	a.interactionRoutes()
	a.contactRoutes()
	a.dossierRoutes()
	a.battleMapRoutes()
	a.approvalRoutes()
	a.decisionRoutes()
	a.decideRoutes()
	a.filingRoutes()
	a.delegationRoutes()
	a.handoverRoutes()
	a.specialistRoutes()
	a.leaveRoutes()
	a.taskRoutes()
	a.supportRoutes()
	a.noticeRoutes()
	a.jobRoutes()
	a.eventRoutes()
	a.feedRoutes()
	a.channelRoutes()
	a.deliveryRoutes()
	a.webhookRoutes()
	a.quotaRoutes()
	a.bulletinRoutes()
	a.upcomingRoutes()
	a.historyRoutes()
	a.eraseRoutes()
	a.eraseContactRoutes()
	a.caseRoutes()
	a.reviewRoutes()
	a.importRoutes()
	a.duplicateRoutes()
	a.playbookRoutes()
	a.moveRoutes()
	a.organisationRoutes()
	a.calendarRoutes()
	a.healthRoutes()
}
