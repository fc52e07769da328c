package notify

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// Security is how a connection to a mail server is encrypted.
type Security string

// The kinds of encryption.
const (
	StartTLS     Security = "starttls" // begins in the clear and refuses to stay there; port 587
	ImplicitTLS  Security = "tls"      // from the first byte; port 465
	InsecureNone Security = "insecure_none"
)

// MailOptions describe one mail server and who we are to it.
type MailOptions struct {
	Host     string
	Port     uint16   // default 587, or 465 with ImplicitTLS
	Security Security // default StartTLS; InsecureNone connects to this machine alone
	User     string   // empty: no login
	Password Secret   // many providers want a password of its own for programs (授权码)

	From     string // the address that notices come from, with or without a name
	Hello    string // how we greet, default the domain of From
	ListName string // what List-Id calls our notices, default notices
	Settings string // where a person chooses their notices, for List-Unsubscribe; an https address, may be empty

	Rate     []Window      // how much the server takes; empty: no limit of our own
	Timeout  time.Duration // of each message and of the greeting, default 30 s, at most 5 min
	RootCAs  *x509.CertPool
	Resolver *net.Resolver
	Now      func() time.Time // default [time.Now]
}

const (
	defaultMailTimeout = 30 * time.Second
	maxMailTimeout     = 5 * time.Minute
	maxSubject         = 250 // bytes
	maxMailText        = 200_000
	perConnection      = 50 // messages; many servers end a session at 100
)

// MailServer sends mail.
type MailServer struct {
	options MailOptions
	from    mail.Address
	domain  string
	pace    *Pace
}

// addressForm is an address as nearly everybody has it. The quoted forms of
// RFC 5321 are refused with it: they can hold what ends a command.
var addressForm = regexp.MustCompile("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\\.)*[A-Za-z0-9-]{1,63}$")

// NewMailServer checks the options; it does not connect.
func NewMailServer(o MailOptions) (*MailServer, error) {
	if o.Security == "" {
		o.Security = StartTLS
	}
	if o.Port == 0 {
		o.Port = 587
		if o.Security == ImplicitTLS {
			o.Port = 465
		}
	}
	if o.Timeout == 0 {
		o.Timeout = defaultMailTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ListName == "" {
		o.ListName = "notices"
	}
	from, err := mail.ParseAddress(o.From)
	var problems []error
	no := func(bad bool, text string) {
		if bad {
			problems = append(problems, errors.New(text))
		}
	}
	no(o.Host == "" || strings.ContainsAny(o.Host, " \r\n"), "host: want the name of the mail server")
	no(o.Security != StartTLS && o.Security != ImplicitTLS && o.Security != InsecureNone, "security: want starttls, tls or insecure_none")
	no(o.Timeout < 0 || o.Timeout > maxMailTimeout, "timeout: want up to 5m")
	no(err != nil || !addressForm.MatchString(from.Address), "from: want an address")
	no(o.User == "" && o.Password != "", "user: a password needs one")
	no(o.Settings != "" && !strings.HasPrefix(o.Settings, "https://"), "settings: want an https address")
	no(strings.ContainsAny(o.Settings, " <>,\r\n"), "settings: want one address")
	no(!regexp.MustCompile(`^[A-Za-z0-9-]+$`).MatchString(o.ListName), "list name: want letters, digits and -")
	no(strings.ContainsAny(o.Hello, " \r\n"), "hello: want a host name")
	if len(problems) > 0 {
		return nil, fmt.Errorf("mail server: %w", errors.Join(problems...))
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	if o.Hello == "" {
		o.Hello = domain
	}
	from.Name = oneLine(from.Name)
	return &MailServer{options: o, from: *from, domain: domain, pace: NewPace(o.Rate...)}, nil
}

// String names the server, and with it nothing secret.
func (s *MailServer) String() string { return "mail server " + s.options.Host }

// GoString is String: the fields hold the password.
func (s *MailServer) GoString() string { return s.String() }

// Send mails one message over a connection of its own.
func (s *MailServer) Send(ctx context.Context, m Message) (Outcome, error) {
	outcomes, err := s.SendBatch(ctx, []Message{m})
	if err != nil {
		return Outcome{}, err
	}
	return outcomes[0], nil
}

// SendBatch mails messages over one connection, as long as it lasts. The ID of a
// message is its Message-ID: mail programs that look at it show the second copy
// once. When no connection comes about, that is the outcome of all that are left.
func (s *MailServer) SendBatch(ctx context.Context, messages []Message) ([]Outcome, error) {
	outcomes := make([]Outcome, 0, len(messages))
	var open *session
	defer func() { open.end() }()
	var down *Outcome
	for _, m := range messages {
		if err := ctx.Err(); err != nil {
			return outcomes, err
		}
		letter, err := s.letter(m)
		if err != nil {
			outcomes = append(outcomes, *err)
			continue
		}
		if down != nil {
			outcomes = append(outcomes, *down)
			continue
		}
		if ok, at := s.pace.Take(s.options.Now()); !ok {
			outcomes = append(outcomes, Outcome{Class: Held, Reason: ReasonPace, NotBefore: at})
			continue
		}
		outcome, lost := s.sendOver(ctx, &open, m, letter)
		if ctx.Err() != nil && outcome.Class != Delivered {
			return outcomes, ctx.Err()
		}
		if lost {
			down = &outcome
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes, nil
}

// sendOver opens a session where there is none and leaves one only where it can be
// used again. unreached says that there was no way to the server.
func (s *MailServer) sendOver(ctx context.Context, open **session, m Message, letter []byte) (o Outcome, unreached bool) {
	if (*open).used() >= perConnection {
		(*open).end()
		*open = nil
	}
	if *open == nil {
		fresh, err := s.connect(ctx)
		if err != nil {
			return judgeMail(err, s.options.Password), true
		}
		*open = fresh
	}
	err := (*open).send(s.from.Address, m.To, letter)
	if err == nil {
		return delivered(), false
	}
	if !(*open).reset(err) {
		(*open).end()
		*open = nil
	}
	return judgeMail(err, s.options.Password), false
}
