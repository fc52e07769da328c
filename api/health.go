package api

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
)

type healthBody struct {
	Status string `json:"status" example:"ok"`
}

// readyTime is what asking all parts may take.
const readyTime = 2 * time.Second

// beside describes a public operation that does not live below base.
func beside(path, id, summary string) huma.Operation {
	o := public(op(http.MethodGet, "", id, "health", summary))
	o.Path = path
	return o
}

func (a *API) healthRoutes() {
	register(a, beside("/livez", "livez", "The process runs"), a.alive)
	registerWithin(a, readyTime, beside("/readyz", "readyz", "The process may take requests"), a.ready)
	registerWithin(a, readyTime, beside("/healthz", "healthz", "The same as /readyz"), a.ready)
	register(a, beside("/version", "version", "Which program this is"), a.version)
}

func (a *API) alive(context.Context, *struct{}) (*reply[healthBody], error) {
	return &reply[healthBody]{healthBody{"ok"}}, nil
}

// ready names the parts that are missing; why they are goes to the log.
func (a *API) ready(ctx context.Context, _ *struct{}) (*reply[healthBody], error) {
	var missing []string
	for part, err := range a.Health.Ready(ctx) {
		if err != nil {
			missing = append(missing, part)
			a.Logger.WarnContext(ctx, "not ready", "part", part, "error", err)
		}
	}
	if len(missing) == 0 {
		return &reply[healthBody]{healthBody{"ok"}}, nil
	}
	slices.Sort(missing)
	f := no(http.StatusServiceUnavailable, catalogue.NotReady).retry(retryAfter)
	for _, part := range missing {
		f.reasons = append(f.reasons, reason{code: catalogue.NotReady, pointer: part, args: []string{part}})
	}
	return nil, f
}

func (a *API) version(context.Context, *struct{}) (*reply[Version], error) {
	v := a.Version
	if v.Go == "" {
		v.Go = runtime.Version()
	}
	return &reply[Version]{v}, nil
}
