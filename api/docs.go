package api

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"
)

// docsFiles is the API's own page: swagger-ui-dist 5.35.0 (Apache 2.0), with a page and a start script of ours. The files
// taken over are listed with their sums in docs/SHA256SUMS.
//
//go:embed docs/index.html docs/start.js docs/swagger-ui.css docs/swagger-ui-bundle.js
var docsFiles embed.FS

// docsPolicy lets the page load its own files and nothing else; icons of the style sheet are data: addresses.
const docsPolicy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// serveDocs puts the OpenAPI file and its page beside the resources. Both work without any network.
func (a *API) serveDocs() error {
	spec := sync.OnceValues(func() ([]byte, error) { return json.Marshal(a.huma.OpenAPI()) })
	a.echo.GET("/openapi.json", func(ec echo.Context) error {
		encoded, err := spec()
		if err != nil {
			return fmt.Errorf("encode the OpenAPI file: %w", err)
		}
		return ec.Blob(http.StatusOK, "application/openapi+json", encoded)
	})
	for path, file := range map[string][2]string{
		"/docs":                      {"index.html", "text/html; charset=utf-8"},
		"/docs/start.js":             {"start.js", "text/javascript; charset=utf-8"},
		"/docs/swagger-ui.css":       {"swagger-ui.css", "text/css; charset=utf-8"},
		"/docs/swagger-ui-bundle.js": {"swagger-ui-bundle.js", "text/javascript; charset=utf-8"},
	} {
		content, err := docsFiles.ReadFile("docs/" + file[0])
		if err != nil {
			return fmt.Errorf("read the docs page: %w", err)
		}
		a.echo.GET(path, func(ec echo.Context) error {
			ec.Response().Header().Set("Content-Security-Policy", docsPolicy)
			return ec.Blob(http.StatusOK, file[1], content)
		})
	}
	return nil
}
