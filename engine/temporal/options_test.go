package temporal_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/engine/temporal"
)

func TestStart_namesEverythingThatIsWrongWithTheOptions(t *testing.T) {
	t.Parallel()
	good := temporal.Options{PostgresURL: "postgres://closedloop:word@127.0.0.1:1/postgres", Secret: secret}
	for name, c := range map[string]struct {
		change func(*temporal.Options)
		says   []string
	}{
		"nothing at all":           {func(o *temporal.Options) { *o = temporal.Options{} }, []string{"Secret", "PostgresURL"}},
		"a short secret":           {func(o *temporal.Options) { o.Secret = "short" }, []string{"Secret"}},
		"a database name to quote": {func(o *temporal.Options) { o.Database = "my db" }, []string{`"my db"`}},
		"one database for two":     {func(o *temporal.Options) { o.VisibilityDatabase = "temporal" }, []string{"differ"}},
		"an open address":          {func(o *temporal.Options) { o.FrontendAddress = "0.0.0.0:7233" }, []string{"loopback"}},
		"no address":               {func(o *temporal.Options) { o.FrontendAddress = "7233" }, []string{"FrontendAddress"}},
		"another database":         {func(o *temporal.Options) { o.PostgresURL = "mysql://root@localhost/x" }, []string{"PostgresURL"}},
		"a user to quote":          {func(o *temporal.Options) { o.PostgresURL = "postgres://a%40b:word@h/x" }, []string{"user name"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := good
			c.change(&opts)
			_, err := temporal.Start(t.Context(), opts)
			for _, says := range c.says {
				require.ErrorContains(t, err, says)
			}
		})
	}
}

func TestStart_keepsThePasswordOutOfErrors(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://closedloop:hunter2@h:port/x", "postgres://closedloop:hunter2@127.0.0.1:1/postgres"} {
		_, err := temporal.Start(t.Context(), temporal.Options{PostgresURL: url, Secret: secret})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hunter2")
	}
}

func TestSecretFrom_makesASecretOnceAndKeepsIt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "engine.secret")
	first, err := temporal.SecretFrom(path)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(first), 32)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	again, err := temporal.SecretFrom(path)
	require.NoError(t, err)
	require.Equal(t, first, again)
	other, err := temporal.SecretFrom(path + ".other")
	require.NoError(t, err)
	require.NotEqual(t, first, other)
}

func TestSecretFrom_refusesWhatIsNoSecret(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "engine.secret")
	require.NoError(t, os.WriteFile(path, []byte("\n"), 0o600))
	_, err := temporal.SecretFrom(path)
	require.ErrorContains(t, err, "empty")
	require.NoError(t, os.WriteFile(path, []byte(secret), 0o600))
	require.NoError(t, os.Chmod(path, 0o644))
	_, err = temporal.SecretFrom(path)
	require.ErrorContains(t, err, "read by others")
}

func TestCredentials_areOneHeaderThatOthersCanBuild(t *testing.T) {
	t.Parallel()
	headers, err := temporal.Credentials("word").GetHeaders(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]string{"authorization": "Bearer word"}, headers)
}
