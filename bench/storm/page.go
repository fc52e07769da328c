package main

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"
)

//go:embed page.md.tmpl
var pageTemplate string

// render writes the page: Markdown, from the numbers of one run alone.
func render(r *results) (string, error) {
	page, err := template.New("page").Funcs(template.FuncMap{
		"n1":    func(v float64) string { return fmt.Sprintf("%.1f", v) },
		"n2":    func(v float64) string { return fmt.Sprintf("%.2f", v) },
		"s":     func(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) },
		"limit": func() int { return interactiveLimit },
	}).Parse(pageTemplate)
	if err != nil {
		return "", fmt.Errorf("read template of the page: %w", err)
	}
	var out strings.Builder
	if err := page.Execute(&out, r); err != nil {
		return "", fmt.Errorf("write page: %w", err)
	}
	return out.String(), nil
}
