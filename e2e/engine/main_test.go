//go:build e2e

package engine_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"closedloop/engine/postgres"
	"closedloop/engine/temporal"
)

// secret opens the engines of these tests.
const secret = "a secret of the tests, long enough"

// TestMain lets the test binary stand in for other processes (process_test.go), and otherwise runs the tests around the
// one engine that a process can have.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && run(os.Args[1], os.Args[2:]) {
		return
	}
	flag.Parse()
	// These tests wait for timers and timeouts far more than they compute, so more of them run at once than there are cores.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := tearDown(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// ground is a Postgres with an engine on it.
type ground struct {
	dir     string
	db      *postgres.Server
	engine  *temporal.Engine
	address string // of the engine
}

// shared is the ground of this process; it is laid when the first test asks, and not for a list of tests.
var shared = sync.OnceValues(lay)

var laid *ground

func lay() (*ground, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	dir, err := passable(os.MkdirTemp("", "closedloop-e2e-"))
	if err != nil {
		return nil, err
	}
	laid = &ground{dir: dir}
	if laid.db, err = postgres.Start(ctx, servers(dir)); err != nil {
		return nil, err
	}
	laid.engine, err = temporal.Start(ctx, temporal.Options{
		PostgresURL: laid.db.URL("postgres"), Secret: secret, Logger: logs(),
		TimeSkipping: true, // of the workflows that a test asks it of
	})
	if err != nil {
		return nil, err
	}
	laid.address = laid.engine.Address()
	return laid, nil
}

// servers are the settings of a private Postgres in a directory. Several houses have a pool each, beside the engine's.
func servers(dir string) postgres.Options {
	return postgres.Options{DataDir: filepath.Join(dir, "postgres"), MaxConnections: 400}
}

// passable lets Postgres reach a directory when root runs the tests, since it then runs as another user.
func passable(dir string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755) //nolint:gosec // a directory of tests
}

func tearDown() error {
	if laid == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	var errs []error
	if laid.engine != nil {
		errs = append(errs, laid.engine.Stop(ctx))
	}
	if laid.db != nil {
		errs = append(errs, laid.db.Stop(ctx))
	}
	return errors.Join(append(errs, os.RemoveAll(laid.dir))...)
}
