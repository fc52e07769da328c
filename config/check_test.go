package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestValidate_refusesWhatLiesOutsideItsRange(t *testing.T) {
	t.Parallel()
	for _, f := range fields() {
		lowest, highest, spanned := strings.Cut(f.span, "..")
		if !spanned {
			continue
		}
		t.Run(f.key, func(t *testing.T) {
			t.Parallel()
			for _, edge := range []int64{bound(f, lowest), bound(f, highest)} {
				var found problems
				c := defaults(t)
				f.of(c).SetInt(edge)
				found.checkRange(f, f.of(c)) // alone: Validate may see a neighbour contradicted
				require.Empty(t, found, "%s = %d", f.key, edge)
			}
			for _, beyond := range []int64{bound(f, lowest) - 1, bound(f, highest) + 1} {
				c := defaults(t)
				f.of(c).SetInt(beyond)
				require.Contains(t, keysOf(t, c.Validate()), f.key, "%s = %d", f.key, beyond)
			}
		})
	}
}

func TestValidate_reportsAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	c := defaults(t)
	c.Log.Level = "loud"
	c.Worker.StopTimeout = -time.Second
	c.Watchdog.Interval = 0
	c.Database.URL = "mysql://root:s3cret@h/d"
	err := c.Validate()
	require.Equal(t, []string{"log.level", "worker.stop_timeout", "watchdog.interval", "database.url"}, keysOf(t, err))
	require.ErrorContains(t, err, "log.level = loud: want one of debug, info, warn, error")
	require.NotContains(t, err.Error(), "s3cret")
}

func TestValidate_namesTheKeyThatContradictsAnother(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		set  func(*Config)
		key  string
	}{
		{"listen without port", func(c *Config) { c.Listen = "127.0.0.1" }, "listen"},
		{"listen port too high", func(c *Config) { c.Listen = "127.0.0.1:65536" }, "listen"},
		{"listen port by name", func(c *Config) { c.Listen = "127.0.0.1:http" }, "listen"},
		{"no data directory", func(c *Config) { c.DataDir = "" }, "data_dir"},
		{"admin port open to others", func(c *Config) { c.AdminListen = ":9090" }, "admin_listen"},
		{"admin port of another host", func(c *Config) { c.AdminListen = "example.com:9090" }, "admin_listen"},
		{"admin port not readable", func(c *Config) { c.AdminListen = "9090" }, "admin_listen"},
		{"admin port is the public port", func(c *Config) { c.AdminListen = c.Listen }, "admin_listen"},
		{"engine without port", func(c *Config) { c.Temporal.Address = "temporal" }, "temporal.address"},
		{"engine without host", func(c *Config) { c.Temporal.Address = ":7233" }, "temporal.address"},
		{"engine on port 0", func(c *Config) { c.Temporal.Address = "temporal:0" }, "temporal.address"},
		{"a network that is none", func(c *Config) { c.Channels.HTTP.Allow = "10.0.0.0/33" }, "channels.http.allow"},
		{"a house key that can be guessed", func(c *Config) { c.Secrets.Key = "closedloop" }, "secrets.key"},
		{"a port that is none", func(c *Config) { c.Channels.HTTP.Ports = "443 0" }, "channels.http.ports"},
		{"no port at all", func(c *Config) { c.Channels.HTTP.Ports = " " }, "channels.http.ports"},
		{"mail without a sender", func(c *Config) { c.Channels.Mail.Host = "mail.example.com" }, "channels.mail.from"},
		{"mail without a server", func(c *Config) { c.Channels.Mail.From = "a@example.com" }, "channels.mail.host"},
		{"mail without a user", func(c *Config) {
			c.Channels.Mail = Mail{Host: "mail.example.com", From: "a@example.com", Password: "p", Security: "tls"}
		}, "channels.mail.user"},
		{"a bot that signs without a key", func(c *Config) { c.Channels.DingTalk.Secret = "s" }, "channels.dingtalk.key"},
		{"a bot in the clear", func(c *Config) { c.Channels.Feishu = Bot{Key: "k", Base: "http://open.feishu.cn"} }, "channels.feishu.base"},
		{"no namespace", func(c *Config) { c.Temporal.Namespace = "" }, "temporal.namespace"},
		{"key and secret", func(c *Config) {
			c.Temporal = Temporal{Address: "h:1", Namespace: "n", APIKey: "k", SecretFile: "f", TLS: TLS{Enabled: true}}
		}, "temporal.secret_file"},
		{"key in clear text", func(c *Config) { c.Temporal.Address, c.Temporal.APIKey = "h:1", "k" }, "temporal.tls.enabled"},
		{"certificate without key", func(c *Config) {
			c.Temporal.Address, c.Temporal.TLS = "h:1", TLS{Enabled: true, CertFile: "c"}
		}, "temporal.tls.cert_file"},
		{"authorities without encryption", func(c *Config) { c.Temporal.Address, c.Temporal.TLS.CAFile = "h:1", "ca" }, "temporal.tls.enabled"},
		{"encryption without engine", func(c *Config) { c.Temporal.TLS.Enabled = true }, "temporal.address"},
		{"secret without engine", func(c *Config) { c.Temporal.SecretFile = "f" }, "temporal.address"},
		{"database not by URL", func(c *Config) { c.Database.URL = "host=h dbname=d" }, "database.url"},
		{"database without name", func(c *Config) { c.Database.URL = "postgres://u:p@h:5432/?sslmode=disable" }, "database.url"},
		{"uploads smaller than bodies", func(c *Config) { c.API.UploadLimit = c.API.BodyLimit - 1 }, "api.upload_limit"},
		{"account above process", func(c *Config) { c.API.MaxInFlight, c.API.MaxInFlightPerAccount = 2, 3 }, "api.max_in_flight_per_account"},
		{"public URL without scheme", func(c *Config) { c.API.PublicURL = "closedloop.example.com" }, "api.public_url"},
		{"public URL of another scheme", func(c *Config) { c.API.PublicURL = "ftp://closedloop.example.com" }, "api.public_url"},
		{"no playbook", func(c *Config) { c.Playbooks.Default = "" }, "playbooks.default"},
		{"demo for everybody", func(c *Config) { c.Listen = ":8080" }, "demo.enabled"},
		{"demo on every interface", func(c *Config) { c.Listen = "0.0.0.0:8080" }, "demo.enabled"},
		{"demo on every IPv6 interface", func(c *Config) { c.Listen = "[::]:8080" }, "demo.enabled"},
		{"demo password too short", func(c *Config) { c.Demo.Password = "short" }, "demo.password"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := defaults(t)
			tc.set(c)
			require.Equal(t, []string{tc.key}, keysOf(t, c.Validate()))
		})
	}
}

func TestValidate_acceptsSettingsOfACluster(t *testing.T) {
	t.Parallel()
	c := defaults(t)
	c.Listen = "0.0.0.0:8080"
	c.AdminListen = "127.0.0.1:9090"
	c.Demo.Enabled = false
	c.Demo.Password = ""
	c.Database.URL = "postgresql://u:p%40@pg1:5432,pg2:5432/closedloop?target_session_attrs=read-write"
	c.Temporal = Temporal{
		Address: "temporal:7233", Namespace: "closedloop", APIKey: "key",
		TLS: TLS{Enabled: true, CAFile: "ca.pem", CertFile: "cert.pem", KeyFile: "key.pem", ServerName: "temporal"},
	}
	c.API.PublicURL = "https://closedloop.example.com"
	require.NoError(t, c.Validate())
	require.NoError(t, c.Require("database.url", "temporal.address"))
}

func TestRequire_namesWhatIsEmptyAndItsVariable(t *testing.T) {
	t.Parallel()
	err := defaults(t).Require("database.url", "temporal.address", "temporal.namespace")
	require.Equal(t, []string{"database.url", "temporal.address"}, keysOf(t, err))
	require.ErrorContains(t, err, "CLOSEDLOOP_DATABASE_URL")
}

func TestBeyondLoopback_trustsOnlyLoopbackAddresses(t *testing.T) {
	t.Parallel()
	for _, inside := range []string{"127.0.0.1:0", "127.8.9.1:80", "[::1]:80", "localhost:80"} {
		require.False(t, BeyondLoopback(inside), inside)
	}
	for _, outside := range []string{":80", "0.0.0.0:80", "[::]:80", "10.0.0.1:80", "example.com:80", "localhost.example.com:80", "nonsense"} {
		require.True(t, BeyondLoopback(outside), outside)
	}
}

func TestConfig_showsNoSecretHoweverItIsPrinted(t *testing.T) {
	t.Parallel()
	c := defaults(t)
	c.Database.URL = "postgres://u:s3cret@h/d"
	c.Temporal.APIKey = "s3cret"
	c.Demo.Password = "s3cret-password"
	asJSON, err := json.Marshal(c)
	require.NoError(t, err)
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("start", "config", c, "key", c.Temporal.APIKey, "database", c.Database)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("start", "config", c, "key", c.Temporal.APIKey, "database", c.Database)
	type plain Config // without String
	for _, text := range []string{
		c.String(), fmt.Sprint(c), fmt.Sprint(plain(*c)), fmt.Sprintf("%+v", plain(*c)), fmt.Sprintf("%#v", *c), string(asJSON),
		logged.String(), fmt.Sprint(c.Settings()), fmt.Sprintf("%s %q %v", c.Demo.Password, c.Demo.Password, c.Demo.Password),
	} {
		require.NotContains(t, text, "s3cret")
		require.Contains(t, text, mask)
	}
	require.Contains(t, c.String(), "database.url = "+mask+"\n")
	require.Contains(t, c.String(), "worker.stop_timeout = 10s\n")
	require.NotContains(t, defaults(t).Database.URL.String(), mask)
	require.Equal(t, "s3cret", c.Temporal.APIKey.Reveal())
}

func TestSettings_listEveryKeyInOrder(t *testing.T) {
	t.Parallel()
	settings := defaults(t).Settings()
	require.Len(t, settings, len(fields()))
	require.Equal(t, Setting{Key: "data_dir", Env: "CLOSEDLOOP_DATA_DIR", Value: "./data"}, settings[0])
}
