package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The tests that set environment variables do not run in parallel: the
// environment is shared by the whole process.

// TestMain takes the developer's own settings out of the environment.
func TestMain(m *testing.M) {
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, envPrefix) {
			if err := os.Unsetenv(name); err != nil {
				panic(err)
			}
		}
	}
	os.Exit(m.Run())
}

func TestDefault_needsNothingAndIsValid(t *testing.T) {
	t.Parallel()
	c, err := Default()
	require.NoError(t, err)
	require.NoError(t, c.Validate())
	require.Equal(t, "127.0.0.1:8080", c.Listen)
	require.Equal(t, 1500*time.Millisecond, c.Database.StatementTimeout)
	require.Equal(t, 8, c.Worker.WorkflowPollers)
	require.Equal(t, int64(1<<20), c.API.BodyLimit)
	require.Equal(t, int64(20<<20), c.API.UploadLimit)
	require.True(t, c.Demo.Enabled)
}

func TestLoad_everyKeyBeatsItsDefaultByEnvironmentAlone(t *testing.T) {
	for _, f := range fields() {
		t.Run(f.key, func(t *testing.T) {
			other := otherThanDefault(t, f)
			t.Setenv(f.env(), other)
			v := withDefaults()
			v.AutomaticEnv()
			c, err := decode(v)
			require.NoError(t, err)
			want := reflect.New(f.typ).Elem()
			switch {
			case f.typ == durationType:
				d, err := time.ParseDuration(other)
				require.NoError(t, err)
				want.SetInt(int64(d))
			case f.typ.Kind() == reflect.String:
				want.SetString(other)
			case f.typ.Kind() == reflect.Bool:
				want.SetBool(other == "true")
			default:
				n, err := strconv.ParseInt(other, 10, 64)
				require.NoError(t, err)
				want.SetInt(n)
			}
			require.Equal(t, want.Interface(), f.of(&c).Interface())

			f.of(&c).Set(f.of(defaults(t))) // and nothing else moved
			require.Equal(t, *defaults(t), c)
		})
	}
}

// otherThanDefault returns a value the field takes that is not its default.
func otherThanDefault(t *testing.T, f field) string {
	t.Helper()
	lowest, highest, spanned := strings.Cut(f.span, "..")
	switch {
	case spanned && lowest != f.def:
		return lowest
	case spanned:
		return highest
	case len(f.oneOf) > 0:
		return f.oneOf[len(f.oneOf)-1]
	case f.typ.Kind() == reflect.Bool:
		return strconv.FormatBool(f.def != "true")
	default:
		require.Equal(t, reflect.String, f.typ.Kind(), "%s needs a range", f.key)
		return "another " + f.key
	}
}

func defaults(t *testing.T) *Config {
	t.Helper()
	c, err := Default()
	require.NoError(t, err)
	return &c
}

func TestLoad_flagBeatsEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	file := write(t, "listen: 127.0.0.1:1\nadmin_listen: 127.0.0.1:2\ndata_dir: from-file\n")
	t.Setenv("CLOSEDLOOP_LISTEN", "127.0.0.1:3")
	t.Setenv("CLOSEDLOOP_ADMIN_LISTEN", "127.0.0.1:4")
	c, err := Load(Options{File: file, Set: map[string]any{"listen": "127.0.0.1:5"}})
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:5", c.Listen)
	require.Equal(t, "127.0.0.1:4", c.AdminListen)
	require.Equal(t, "from-file", c.DataDir)
	require.Equal(t, "closedloop", c.Temporal.Namespace)
}

func TestLoad_environmentNamesTheFile(t *testing.T) {
	t.Setenv(FileVariable, write(t, "worker:\n  stop_timeout: 3s\n"))
	c, err := Load(Options{})
	require.NoError(t, err)
	require.Equal(t, 3*time.Second, c.Worker.StopTimeout)
}

func TestLoad_aSectionWithoutValuesKeepsItsDefaults(t *testing.T) {
	t.Parallel()
	c, err := Load(Options{File: write(t, "worker:\n  # stop_timeout: 3s\ndatabase:\n  url:\n  max_conns: 20\n")})
	require.NoError(t, err)
	want := defaults(t)
	want.Database.MaxConns = 20
	require.Equal(t, *want, c)
}

func TestLoad_refusesUnknownKeysOfTheFile(t *testing.T) {
	t.Parallel()
	_, err := Load(Options{File: write(t, "worker:\n  stop_timout: 3s\nlisten:\n  port: 80\nlog: loud\n")})
	require.Equal(t, []string{"listen.port", "log", "worker.stop_timout"}, keysOf(t, err))
}

func TestLoad_refusesUnknownVariables(t *testing.T) {
	t.Parallel()
	err := unknownVariables([]string{
		"CLOSEDLOOP_WORKER_STOP_TIMOUT=3s", "CLOSEDLOOP_LISTEN=:1", "CLOSEDLOOP_CONFIG=x.yaml", "HOME=/",
		"CLOSEDLOOP_EMPTY=", "CLOSEDLOOP_TEST_POSTGRES=15", "CLOSEDLOOP_SERVICE_HOST=10.0.0.1",
		"CLOSEDLOOP_API_SERVICE_PORT_HTTP=80", "CLOSEDLOOP_PORT=tcp://10.0.0.1:80", "CLOSEDLOOP_PORT_80_TCP=x",
	})
	require.Equal(t, []string{"CLOSEDLOOP_WORKER_STOP_TIMOUT"}, keysOf(t, err))
}

func TestLoad_asksTheEnvironmentForUnknownVariables(t *testing.T) {
	t.Setenv("CLOSEDLOOP_WORKER_STOP_TIMOUT", "3s")
	_, err := Load(Options{})
	require.Equal(t, []string{"CLOSEDLOOP_WORKER_STOP_TIMOUT"}, keysOf(t, err))
}

func TestLoad_namesEveryValueOfTheWrongType(t *testing.T) {
	t.Parallel()
	_, err := Load(Options{File: write(t, "worker:\n  stop_timeout: soon\n  workflow_pollers: many\ndemo:\n  enabled: perhaps\ndatabase:\n  url: [s3cret]\n")})
	require.Equal(t, []string{"database.url", "worker.stop_timeout", "worker.workflow_pollers", "demo.enabled"}, keysOf(t, err))
	require.ErrorContains(t, err, "worker.stop_timeout = soon: want a duration from 100ms to 5m, such as 10s")
	require.ErrorContains(t, err, "worker.workflow_pollers = many: want a whole number from 2 to 100")
	require.ErrorContains(t, err, "demo.enabled = perhaps: want true or false")
	require.NotContains(t, err.Error(), "s3cret")
}

func TestLoad_refusesADurationWithoutUnit(t *testing.T) {
	t.Parallel()
	_, err := Load(Options{File: write(t, "worker:\n  stop_timeout: 10\n")})
	require.ErrorContains(t, err, "worker.stop_timeout = 10ns: want a duration from 100ms to 5m, such as 10s")
}

func TestLoad_saysWhichFileCannotBeRead(t *testing.T) {
	t.Parallel()
	_, err := Load(Options{File: filepath.Join(t.TempDir(), "absent.yaml")})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "absent.yaml")

	broken := write(t, "worker: [\n")
	_, err = Load(Options{File: broken})
	require.ErrorContains(t, err, broken)
}

func TestLoad_readsSecretsFromTheirFiles(t *testing.T) {
	for _, key := range []string{"database.url", "temporal.api_key", "demo.password"} {
		t.Run(key, func(t *testing.T) {
			const secret = "postgres://a:b%20c@h/d"
			f := fieldOf(t, key)
			t.Setenv(f.env()+"_FILE", write(t, secret+"\r\n"))
			c, err := Load(Options{Set: map[string]any{"temporal.address": "h:7233", "temporal.tls.enabled": true}})
			require.NoError(t, err)
			require.Equal(t, secret, f.of(&c).String())
		})
	}
}

func TestLoad_refusesASecretBesideItsFile(t *testing.T) {
	t.Parallel()
	_, err := Load(Options{Set: map[string]any{"database.url": "postgres://a:s3cret@h/d", "database.url_file": write(t, "x")}})
	require.ErrorContains(t, err, "only one of database.url and database.url_file")
	require.NotContains(t, err.Error(), "s3cret")
}

func TestLoad_refusesASecretFileThatHoldsNone(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"absent":   filepath.Join(t.TempDir(), "absent"),
		"empty":    write(t, "\n"),
		"too long": write(t, strings.Repeat("x", maxSecretBytes+1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(Options{Set: map[string]any{"demo.password_file": path}})
			require.Equal(t, []string{"demo.password_file"}, keysOf(t, err))
		})
	}
}

func TestFields_everySecretHasAFileTwinAndEveryVariableIsUnique(t *testing.T) {
	t.Parallel()
	keys, variables := map[string]bool{}, map[string]string{}
	for _, f := range fields() {
		keys[f.key] = true
		require.Empty(t, variables[f.env()], "%s shares its variable", f.key)
		variables[f.env()] = f.key
	}
	for _, f := range fields() {
		if f.secret() {
			require.True(t, keys[f.key+fileSuffix], "%s has no %s%s", f.key, f.key, fileSuffix)
		}
	}
}

func fieldOf(t *testing.T, key string) field {
	t.Helper()
	for _, f := range fields() {
		if f.key == key {
			return f
		}
	}
	require.Fail(t, "no such key", key)
	return field{}
}

// write puts text into a file of the test and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// keysOf returns the keys of all problems joined in err, in their order.
func keysOf(t *testing.T, err error) []string {
	t.Helper()
	require.Error(t, err)
	var keys []string
	var walk func(error)
	walk = func(err error) {
		switch e := err.(type) { //nolint:errorlint // the tree is walked here, joint by joint
		case Problem:
			keys = append(keys, e.Key)
		case interface{ Unwrap() []error }:
			for _, each := range e.Unwrap() {
				walk(each)
			}
		default:
			require.NoError(t, err, fmt.Sprintf("%T", err))
		}
	}
	walk(err)
	return keys
}
