package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// performs are attempts of Perform inside the product, by its own metric.
type performs struct {
	Count   float64
	Seconds float64
}

func (p performs) minus(before performs) performs {
	return performs{p.Count - before.Count, p.Seconds - before.Seconds}
}

// millis is how long one took on average; zero without any.
func (p performs) millis() float64 {
	if p.Count == 0 {
		return 0
	}
	return 1000 * p.Seconds / p.Count
}

// meters are what is read before and after a sample.
type meters struct {
	usage    usage
	performs performs
}

func (p *product) meters(ctx context.Context) (meters, error) {
	var m meters
	var err error
	if m.performs, err = p.performed(ctx); err != nil {
		return m, err
	}
	m.usage, err = usageOf(p.pid())
	return m, err
}

// performed reads the product's metrics.
func (p *product) performed(ctx context.Context) (performs, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Admin+"/metrics", http.NoBody)
	if err != nil {
		return performs{}, fmt.Errorf("ask for metrics: %w", err)
	}
	answer, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return performs{}, fmt.Errorf("ask for metrics: %w", err)
	}
	defer answer.Body.Close()
	var out performs
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "} ")
		if !strings.Contains(name, `activity="Perform"`) {
			continue
		}
		into := map[string]*float64{"closedloop_activity_seconds_count": &out.Count, "closedloop_activity_seconds_sum": &out.Seconds}
		metric, _, _ := strings.Cut(name, "{")
		var number float64
		if to := into[metric]; to != nil {
			if _, err := fmt.Sscanf(value, "%g", &number); err == nil {
				*to += number // of all outcomes
			}
		}
	}
	if err := lines.Err(); err != nil {
		return out, fmt.Errorf("read metrics: %w", err)
	}
	return out, nil
}
