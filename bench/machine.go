package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// machine is what the numbers hang on. It names neither host nor path.
type machine struct {
	CPU      string
	Cores    int
	Memory   float64 // GiB
	Kernel   string
	Load     string // of the last minute, before the run
	Fsync    latencies
	Commit   latencies // of one row
	Postgres string
	Settings []setting // of Postgres
}

// setting is a name with its value.
type setting struct{ Name, Value string }

// latencies are a median and its neighbours, in milliseconds.
type latencies struct{ P50, P95, P99 float64 }

func latenciesOf(all []time.Duration) latencies {
	return latencies{millis(quantile(all, 0.5)), millis(quantile(all, 0.95)), millis(quantile(all, 0.99))}
}

// versions are those of the measured binary.
type versions struct {
	Commit, Go, Server, SDK, Pgx string
}

// probes is how often the disk is asked.
const probes = 200

func look(dir string) (machine, error) {
	m := machine{CPU: procLine("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(), Kernel: procText("/proc/sys/kernel/osrelease")}
	m.Memory = field("/proc/meminfo", "MemTotal:") / 1024
	m.Load, _, _ = strings.Cut(procText("/proc/loadavg"), " ")
	flushes, err := fsyncs(dir, probes)
	m.Fsync = latenciesOf(flushes)
	return m, err
}

// askPostgres adds what the product's server says of itself.
func (m *machine) askPostgres(ctx context.Context, d *database) error {
	commits, err := d.oneCommit(ctx, probes)
	if err != nil {
		return err
	}
	m.Commit = latenciesOf(commits)
	if m.Postgres, err = d.setting(ctx, "server_version"); err != nil {
		return err
	}
	m.Postgres, _, _ = strings.Cut(m.Postgres, " ")
	for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "checkpoint_timeout", "max_connections"} {
		value, err := d.setting(ctx, name)
		if err != nil {
			return err
		}
		m.Settings = append(m.Settings, setting{name, value})
	}
	return nil
}

// fsyncs appends 8 KiB at a time to a file beside the data, and flushes it.
func fsyncs(dir string, n int) ([]time.Duration, error) {
	file, err := os.Create(filepath.Join(dir, "probe"))
	if err != nil {
		return nil, fmt.Errorf("probe the disk: %w", err)
	}
	page := make([]byte, 8<<10)
	var out []time.Duration
	for range n {
		began := time.Now()
		if _, err = file.Write(page); err == nil {
			err = file.Sync()
		}
		if err != nil {
			break
		}
		out = append(out, time.Since(began))
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("probe the disk: %w", err)
	}
	return out, nil
}

// versionsOf reads what the binary was built from.
func versionsOf(ctx context.Context, binary string) (versions, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return versions{}, fmt.Errorf("read versions of the product: %w", err)
	}
	v := versions{Go: info.GoVersion, Commit: commit(ctx)}
	for _, d := range info.Deps {
		switch d.Path {
		case "go.temporal.io/server":
			v.Server = d.Version
		case "go.temporal.io/sdk":
			v.SDK = d.Version
		case "github.com/jackc/pgx/v5":
			v.Pgx = d.Version
		}
	}
	return v, nil
}

// commit is the revision of the working tree.
func commit(ctx context.Context) string {
	head, err := exec.CommandContext(ctx, "git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	id := string(bytes.TrimSpace(head))
	if exec.CommandContext(ctx, "git", "diff", "--quiet", "HEAD", "--", "*.go", "*.sql", "*.yaml", ":!bench").Run() != nil {
		id += " and changes not yet committed"
	}
	return id
}

func procText(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}

func procLine(path, name string) string {
	for line := range strings.Lines(procText(path)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
