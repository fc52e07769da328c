package temporal_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"closedloop/engine/temporal"
)

func dial(t *testing.T, address, secret string) (client.Client, error) {
	t.Helper()
	c, err := client.DialContext(t.Context(), client.Options{
		HostPort:        address,
		Namespace:       temporal.DefaultNamespace,
		HeadersProvider: temporal.Credentials(secret),
		Logger:          log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err == nil {
		t.Cleanup(c.Close)
	}
	return c, err
}

func double(_ workflow.Context, n int) (int, error) { return 2 * n, nil }

// A process runs one engine in its life, so this is one story from start to stop.
func TestEngine_runsWorkflowsFromStartToStop(t *testing.T) { //nolint:tparallel // it counts goroutines
	db := database(t)
	before := goroutines(t)
	var heard words
	engine, err := temporal.Start(t.Context(), temporal.Options{
		PostgresURL: db.URL("postgres"),
		Secret:      secret,
		Logger:      slog.New(slog.NewJSONHandler(&heard, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	require.NoError(t, err)

	t.Run("starting is quiet", func(t *testing.T) {
		for _, line := range heard.lines(t) {
			require.Contains(t, []string{"DEBUG", "INFO"}, line.Level, line.Message)
		}
	})

	t.Run("a workflow runs at once", func(t *testing.T) {
		c, err := dial(t, engine.Address(), secret)
		require.NoError(t, err)
		w := worker.New(c, "smoke", worker.Options{})
		w.RegisterWorkflow(double)
		require.NoError(t, w.Start())
		defer w.Stop()
		run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "smoke", TaskQueue: "smoke"}, double, 21)
		require.NoError(t, err)
		var got int
		require.NoError(t, run.Get(t.Context(), &got))
		require.Equal(t, 42, got)
	})

	t.Run("a wrong secret gets nowhere", func(t *testing.T) {
		for _, wrong := range []string{"", secret + "!", strings.ToUpper(secret)} {
			c, err := dial(t, engine.Address(), wrong)
			require.NoError(t, err, "connecting is a health check and needs none")
			_, err = c.DescribeWorkflowExecution(t.Context(), "smoke", "")
			var denied *serviceerror.PermissionDenied
			require.ErrorAs(t, err, &denied)
			_, err = c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: "smoke"}, double, 1)
			require.ErrorAs(t, err, &denied)
		}
	})

	t.Run("nothing listens beyond the loopback address", func(t *testing.T) {
		host, port, err := net.SplitHostPort(engine.Address())
		require.NoError(t, err)
		require.Equal(t, "127.0.0.1", host)
		addresses, err := net.InterfaceAddrs()
		require.NoError(t, err)
		for _, address := range addresses {
			ip, ok := address.(*net.IPNet)
			if !ok || ip.IP.IsLoopback() || ip.IP.IsLinkLocalUnicast() {
				continue
			}
			_, err := net.DialTimeout("tcp", net.JoinHostPort(ip.IP.String(), port), time.Second)
			require.Error(t, err)
		}
	})

	t.Run("the doors behind the frontend are closed", func(t *testing.T) {
		inner := map[string]credentials.TransportCredentials{
			"plain":                 insecure.NewCredentials(),
			"without a certificate": credentials.NewTLS(&tls.Config{InsecureSkipVerify: true}),
		}
		doors := 0
		for _, line := range heard.lines(t) {
			if line.Message != "Created gRPC listener" || line.Address == engine.Address() {
				continue
			}
			doors++
			for how, creds := range inner {
				conn, err := grpc.NewClient(line.Address, grpc.WithTransportCredentials(creds))
				require.NoError(t, err)
				_, err = healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
				require.Error(t, err, "%s %s", line.Service, how)
				require.NoError(t, conn.Close())
			}
		}
		require.Equal(t, 4, doors, "history, matching, worker and the internal frontend")
	})

	t.Run("its sessions carry a name and stay within their number", func(t *testing.T) {
		conn, err := pgx.Connect(t.Context(), db.URL("postgres"))
		require.NoError(t, err)
		defer conn.Close(t.Context())
		var named, all int
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE application_name = 'closedloop-temporal'), count(*)
			FROM pg_stat_activity WHERE datname LIKE 'temporal%'`).Scan(&named, &all))
		require.Equal(t, all, named)
		require.Positive(t, named)
		require.LessOrEqual(t, named, 5*(10+4))
	})

	t.Run("hot tables are swept often", func(t *testing.T) {
		conn, err := pgx.Connect(t.Context(), db.URL("temporal"))
		require.NoError(t, err)
		defer conn.Close(t.Context())
		var options []string
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT reloptions FROM pg_class WHERE relname = 'executions'`).Scan(&options))
		require.Equal(t, []string{"autovacuum_vacuum_scale_factor=0.01"}, options)
	})

	t.Run("F4: it works again when its database died and came back", func(t *testing.T) {
		c, err := dial(t, engine.Address(), secret)
		require.NoError(t, err)
		w := worker.New(c, "crash", worker.Options{})
		w.RegisterWorkflow(double)
		require.NoError(t, w.Start())
		defer w.Stop()
		require.NoError(t, syscall.Kill(db.PID(), syscall.SIGKILL))
		eventually(t, 15*time.Second, "workflows run again", func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: "crash"}, double, 4)
			return err == nil && run.Get(ctx, nil) == nil
		})
	})

	began := time.Now()
	require.NoError(t, engine.Stop(context.Background()))
	require.Less(t, time.Since(began), temporal.StopDeadline)
	require.NoError(t, engine.Stop(context.Background()), "a second stop waits for the first")
	t.Logf("stopped in %s", time.Since(began))
	eventually(t, 10*time.Second, "at most 50 goroutines stay behind", func() bool {
		return goroutines(t) <= before+50
	})
	t.Logf("goroutines: %d before, %d after, %d with the cleaners", before, goroutines(t), runtime.NumGoroutine())
}

// words collects what the engine logs.
type words struct {
	mu   sync.Mutex
	text bytes.Buffer
}

type line struct {
	Level   string `json:"level"`
	Message string `json:"msg"`
	Service string `json:"service"`
	Address string `json:"address"`
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *words) lines(t *testing.T) []line {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []line
	for text := range strings.Lines(w.text.String()) {
		var l line
		require.NoError(t, json.Unmarshal([]byte(text), &l), text)
		all = append(all, l)
	}
	return all
}

// goroutines counts those of this process, without the SDK workers of the
// server's two cleaners (scanner.Stop does not stop them): they stay behind in
// every stopped server, and a leak of another kind must not hide among them.
func goroutines(t *testing.T) int {
	t.Helper()
	var profile bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&profile, 1))
	_, stacks, _ := strings.Cut(profile.String(), "\n")
	total := 0
	for stack := range strings.SplitSeq(strings.TrimSpace(stacks), "\n\n") {
		var count int
		_, err := fmt.Sscanf(stack, "%d @", &count)
		require.NoError(t, err, stack)
		if !strings.Contains(stack, "sdk/internal.(*baseWorker)") {
			total += count
		}
	}
	return total
}
