//go:build e2e

package e2e_test

import (
	"net/http"
	"strings"

	"closedloop/deal/dossier"
)

// dossierRoutes are the operations on what the field knows, one set for every kind of record. Nothing is on file, and what
// is sent has no content: rights are judged before either.
func dossierRoutes(account string) []route {
	const one = "/accounts/{id}"
	var routes []route
	add := func(method, pattern string, absent bool, body any, set ...with) {
		path := strings.NewReplacer("{id}", account, "{record}", "none", "{filing}", "none", "{text}", "none").Replace(pattern)
		routes = append(routes, route{method: method, pattern: base + pattern, path: path, body: body, set: set, absent: absent})
	}
	for _, k := range dossier.Kinds() {
		all := one + "/" + k.Path
		if k.Single {
			add(http.MethodGet, all, true, nil)
			add(http.MethodPut, all, true, data{}, ifMatch(0))
			add(http.MethodGet, all+"/versions", true, nil)
			continue
		}
		add(http.MethodGet, all, false, nil)
		add(http.MethodPost, all, false, data{})
		add(http.MethodGet, all+"/{record}", true, nil)
		add(http.MethodPut, all+"/{record}", true, data{}, ifMatch(1))
		add(http.MethodDelete, all+"/{record}", true, nil, ifMatch(1))
		add(http.MethodGet, all+"/{record}/versions", true, nil)
	}
	add(http.MethodGet, one+"/documents/{record}/content", true, nil)
	add(http.MethodGet, one+"/proposal/diff", true, nil)
	add(http.MethodPost, one+"/filings/{filing}/arbitration", true, data{"decision": "refuse", "reason": "x"})
	add(http.MethodDelete, one+"/stakeholders/{record}/private", true, nil, ifMatch(1))
	add(http.MethodDelete, one+"/texts/{text}", true, data{"reason": "x"})
	return routes
}
