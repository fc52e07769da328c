package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// phase is how far a conversation with a mail server came: the same number means
// one thing after AUTH and another after RCPT.
type phase string

const (
	phaseConnect  phase = "connect"
	phaseGreeting phase = "greeting"
	phaseHello    phase = "EHLO"
	phaseTLS      phase = "STARTTLS"
	phaseAuth     phase = "AUTH"
	phaseSender   phase = "MAIL"
	phaseTo       phase = "RCPT"
	phaseData     phase = "DATA"
	phaseContent  phase = "content"
	phaseEnd      phase = "end of content" // the server has the mail and has not said so
)

// mailError is what went wrong, and when.
type mailError struct {
	phase phase
	err   error
}

func (e *mailError) Error() string { return string(e.phase) + ": " + e.err.Error() }
func (e *mailError) Unwrap() error { return e.err }

// errNoLogin says that the server offers no way to log in that we take.
var errNoLogin = errors.New("server offers no login that is safe here")

// goodbye is how long a server may take to hear that we leave.
const goodbye = 2 * time.Second

// session is one conversation with a mail server. The library's own client keeps
// the connection open when its greeting fails and cannot say in which phase it
// did, so its commands are called one by one.
type session struct {
	conn    net.Conn // the socket under everything
	client  *smtp.Client
	timeout time.Duration
	unwatch func() bool
	sent    int
}

// connect dials, greets, encrypts and logs in. Its error is a *mailError.
func (s *MailServer) connect(ctx context.Context) (*session, error) {
	o := s.options
	dialer := &net.Dialer{Timeout: o.Timeout, Resolver: o.Resolver}
	if o.Security == InsecureNone {
		dialer.Control = onlyLoopback
	}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(o.Host, strconv.Itoa(int(o.Port))))
	if err != nil {
		return nil, &mailError{phaseConnect, err}
	}
	open := &session{conn: conn, timeout: o.Timeout}
	// A context that ends takes the socket away from whoever waits for it.
	open.unwatch = context.AfterFunc(ctx, func() { conn.Close() })
	if err := s.greet(open); err != nil {
		open.drop()
		return nil, err
	}
	return open, nil
}

func (s *MailServer) greet(open *session) error {
	o := s.options
	if err := open.extend(); err != nil {
		return &mailError{phaseConnect, err}
	}
	trust := &tls.Config{ServerName: o.Host, RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12}
	conn := open.conn
	if o.Security == ImplicitTLS {
		encrypted := tls.Client(conn, trust)
		if err := encrypted.Handshake(); err != nil {
			return &mailError{phaseTLS, err}
		}
		conn = encrypted
	}
	client, err := smtp.NewClient(conn, o.Host)
	if err != nil {
		return &mailError{phaseGreeting, err}
	}
	client.SkipSMTPUTF8(true) // our addresses are ASCII; some servers pass such mail on to no others
	open.client = client
	if err := client.Hello(o.Hello); err != nil {
		return &mailError{phaseHello, err}
	}
	if o.Security == StartTLS {
		if err := client.StartTLS(trust); err != nil {
			return &mailError{phaseTLS, err}
		}
	}
	return s.login(client)
}

func (s *MailServer) login(client *smtp.Client) error {
	o := s.options
	if o.User == "" {
		return nil
	}
	_, offered := client.Extension("AUTH")
	offers := strings.Fields(strings.ToUpper(offered))
	alone := o.Security == InsecureNone // then the connection does not leave this machine
	var auth smtp.Auth
	switch {
	case slices.Contains(offers, "SCRAM-SHA-256"):
		auth = smtp.ScramSHA256Auth(o.User, string(o.Password))
	case slices.Contains(offers, "PLAIN"):
		auth = smtp.PlainAuth("", o.User, string(o.Password), o.Host, alone)
	case slices.Contains(offers, "LOGIN"):
		auth = smtp.LoginAuth(o.User, string(o.Password), o.Host, alone)
	default:
		return &mailError{phaseAuth, errNoLogin}
	}
	if err := client.Auth(auth); err != nil {
		return &mailError{phaseAuth, err}
	}
	return nil
}

// onlyLoopback keeps mail that nobody encrypts on this machine.
func onlyLoopback(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !to.Addr().IsLoopback() {
		return fmt.Errorf("%w: %q is not this machine and nothing is encrypted", ErrAddressRefused, address)
	}
	return nil
}

// send hands one letter over. Its error is a *mailError.
func (s *session) send(from, to string, letter []byte) error {
	s.sent++
	if err := s.extend(); err != nil {
		return &mailError{phaseSender, err}
	}
	if err := s.client.Mail("<" + from + ">"); err != nil {
		return &mailError{phaseSender, err}
	}
	if err := s.client.Rcpt("<" + to + ">"); err != nil {
		return &mailError{phaseTo, err}
	}
	content, err := s.client.Data()
	if err != nil {
		return &mailError{phaseData, err}
	}
	if _, err := content.Write(letter); err != nil {
		return &mailError{phaseContent, err}
	}
	if err := content.Close(); err != nil {
		return &mailError{phaseEnd, err}
	}
	return nil
}

// reset makes the session ready for the next letter after err, if it can be: when
// the server said no to a sender, a recipient or a letter, and not that it hangs up.
func (s *session) reset(err error) bool {
	var reply *textproto.Error
	if !errors.As(err, &reply) || reply.Code == 421 {
		return false
	}
	return s.client.Reset() == nil
}

func (s *session) used() int {
	if s == nil {
		return 0
	}
	return s.sent
}

func (s *session) extend() error { return s.conn.SetDeadline(time.Now().Add(s.timeout)) }

// end says goodbye. Whether the server hears it changes nothing.
func (s *session) end() {
	if s == nil {
		return
	}
	if s.client.HasConnection() && s.conn.SetDeadline(time.Now().Add(min(s.timeout, goodbye))) == nil {
		_ = s.client.Quit()
	}
	s.drop()
}

func (s *session) drop() {
	s.unwatch()
	s.conn.Close()
}
