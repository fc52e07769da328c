package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"closedloop/deal/view"
)

// metrics are what operations watch. Labels are few and never carry an account.
type metrics struct {
	registry   *prometheus.Registry
	activities *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		activities: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "closedloop_activity_seconds", Help: "Attempts of activities, Perform among them, by outcome.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}, []string{"activity", "outcome"}),
	}
	m.registry.MustRegister(m.activities, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe takes one attempt of an activity.
func (m *metrics) observe(activity string, took time.Duration, err error) {
	outcome := "done"
	if err != nil {
		outcome = "failed"
	}
	m.activities.WithLabelValues(activity, outcome).Observe(took.Seconds())
}

// parked shows how many dead letters wait for a person, by channel, asked for with every look.
func (m *metrics) parked(ask func(context.Context) (map[view.Channel]int, error)) {
	m.registry.MustRegister(deadLetters{ask})
}

// deadLetters is a gauge of the database.
type deadLetters struct {
	ask func(context.Context) (map[view.Channel]int, error)
}

var deadLettersDesc = prometheus.NewDesc("closedloop_deliveries_parked", "Dead letters that wait for a person, by channel.", []string{"channel"}, nil)

// Describe names the gauge.
func (deadLetters) Describe(to chan<- *prometheus.Desc) { to <- deadLettersDesc }

// Collect asks the database; without an answer there is no value, which is not the same as none.
func (d deadLetters) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	counts, err := d.ask(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(deadLettersDesc, err)
		return
	}
	for _, channel := range view.Channels() {
		to <- prometheus.MustNewConstMetric(deadLettersDesc, prometheus.GaugeValue, float64(counts[channel]), string(channel))
	}
}

// rescues counts the accounts that the watchdog had to wake.
func (m *metrics) rescues(count func() int) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "closedloop_watchdog_rescued_total", Help: "Accounts that had overslept and were nudged.",
	}, func() float64 { return float64(count()) }))
}

// startAdmin serves health, metrics and profiling on the admin address, which is loopback only; off when it is empty.
func (n *node) startAdmin(running *parts) error {
	if n.config.AdminListen == "" {
		return nil
	}
	mux := http.NewServeMux()
	health := &readiness{node: n}
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		status, parts := http.StatusOK, map[string]string{}
		for part, err := range health.Ready(r.Context()) {
			parts[part] = "ok"
			if err != nil {
				status, parts[part] = http.StatusServiceUnavailable, err.Error()
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(parts); err != nil {
			n.log.DebugContext(r.Context(), "asker went away", "error", err)
		}
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(n.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	listener, err := net.Listen("tcp", n.config.AdminListen) //nolint:noctx // closed by the server
	if err != nil {
		return fmt.Errorf("listen on %s: %w", n.config.AdminListen, err)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			n.log.Error("admin address is gone", "error", err)
		}
	}()
	running.add("admin", func(ctx context.Context) error { return server.Shutdown(ctx) })
	return nil
}
