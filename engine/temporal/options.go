package temporal

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"time"
)

// Defaults of [Options].
const (
	DefaultDatabase           = "temporal"
	DefaultVisibilityDatabase = "temporal_visibility"
	DefaultNamespace          = "closedloop"
	// DefaultRetention is how long closed histories stay readable. The event log
	// is the archive, so this serves operators only (trust-and-speed §2.4).
	DefaultRetention = 30 * 24 * time.Hour
	// DefaultHistoryShards suits one process; more bring no speed there.
	DefaultHistoryShards = 16
	// StopDeadline bounds Stop. The services would allow themselves minutes.
	StopDeadline = 20 * time.Second
)

// Options say where the engine keeps its data and who may talk to it.
type Options struct {
	// PostgresURL is any database of the server to use, with user and password;
	// the role must be allowed to create databases unless they exist. Required.
	PostgresURL string
	// Database and VisibilityDatabase are created when missing.
	Database           string
	VisibilityDatabase string

	// Namespace is registered when missing, with the Retention; that of an
	// existing one is brought in line.
	Namespace string
	Retention time.Duration

	// FrontendAddress is where clients connect, a loopback address; port 0, the
	// default, chooses a free one.
	FrontendAddress string
	// Secret has to come with every call, see [Credentials]. Required.
	Secret string

	// HistoryShards must equal what the databases were made with.
	HistoryShards int32

	// TimeSkipping lets callers ask the engine to skip the time in which a workflow
	// waits. Only tests set it, and no setting of the product leads here: with it,
	// whoever holds the Secret moves the clock of an account.
	TimeSkipping bool

	// Logger gets what the server says, one level lower for what it calls
	// information; nil is silent.
	Logger *slog.Logger
}

// plainName is what Temporal's PostgreSQL plugin can put into a connection
// string: it escapes neither user nor database.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// complete fills the defaults and reports everything that is wrong at once.
func (o *Options) complete() error {
	o.Database = or(o.Database, DefaultDatabase)
	o.VisibilityDatabase = or(o.VisibilityDatabase, DefaultVisibilityDatabase)
	o.Namespace = or(o.Namespace, DefaultNamespace)
	o.Retention = or(o.Retention, DefaultRetention)
	o.FrontendAddress = or(o.FrontendAddress, "127.0.0.1:0")
	o.HistoryShards = or(o.HistoryShards, DefaultHistoryShards)
	o.Logger = or(o.Logger, slog.New(slog.DiscardHandler))

	var wrong []error
	if len(o.Secret) < 16 {
		wrong = append(wrong, errors.New("temporal: Secret is required, at least 16 characters"))
	}
	for _, name := range []string{o.Database, o.VisibilityDatabase} {
		if !plainName.MatchString(name) {
			wrong = append(wrong, fmt.Errorf("temporal: database name %q: only letters, digits, '_', '.' and '-' work", name))
		}
	}
	if o.Database == o.VisibilityDatabase {
		wrong = append(wrong, errors.New("temporal: Database and VisibilityDatabase must differ"))
	}
	if host, _, err := net.SplitHostPort(o.FrontendAddress); err != nil {
		wrong = append(wrong, fmt.Errorf("temporal: FrontendAddress: %w", err))
	} else if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		wrong = append(wrong, fmt.Errorf("temporal: FrontendAddress %s is not a loopback address", o.FrontendAddress))
	}
	if _, err := parseServer(o.PostgresURL); err != nil {
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// server is a PostgreSQL server as Temporal's plugin wants it described.
type server struct {
	url      *url.URL
	address  string // host:port
	user     string
	password string
	// attributes end up as parameters of the connection string.
	attributes map[string]string
}

func parseServer(text string) (server, error) {
	u, err := url.Parse(text)
	if err != nil {
		// The parser's own message would repeat the password.
		return server{}, errors.New("temporal: PostgresURL is not a URL")
	}
	if (u.Scheme != "postgres" && u.Scheme != "postgresql") || u.Hostname() == "" || u.User.Username() == "" {
		return server{}, errors.New("temporal: PostgresURL must look like postgres://user:password@host:port/database")
	}
	s := server{url: u, address: net.JoinHostPort(u.Hostname(), or(u.Port(), "5432")), user: u.User.Username()}
	s.password, _ = u.User.Password()
	if !plainName.MatchString(s.user) {
		return server{}, fmt.Errorf("temporal: user name %q in PostgresURL: only letters, digits, '_', '.' and '-' work", s.user)
	}
	s.attributes = map[string]string{
		// Without a deadline a server that vanished behind a firewall hangs the
		// engine's reconnection for ever (temporal#11780).
		"connect_timeout":  "5",
		"application_name": "closedloop-temporal",
	}
	for name, values := range u.Query() {
		s.attributes[name] = values[0]
	}
	return s, nil
}

// database is the address of one database on the server.
func (s server) database(name string) string {
	u := *s.url
	u.Path = "/" + name
	return u.String()
}
