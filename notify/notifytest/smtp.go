package notifytest

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Phases of a conversation with a mail server at which it can misbehave.
const (
	Greeting = "greeting"
	EHLO     = "EHLO"
	STARTTLS = "STARTTLS"
	AUTH     = "AUTH"
	MAIL     = "MAIL"
	RCPT     = "RCPT"
	DATA     = "DATA"
	End      = "."
)

// Instead of an answer.
const (
	Drop      = "drop"       // the connection ends
	Silent    = "silent"     // nothing is said any more
	TakeDrop  = "take, drop" // at End: the letter is kept and the connection ends before the answer
	Garbage   = "%$&\x00 ?!" // no answer of SMTP
	NoSuchTLS = "no tls"     // at STARTTLS: agrees, and then speaks something else
)

// Letter is what arrived.
type Letter struct {
	From, To  string
	Content   string // with line ends of \n
	Encrypted bool
	User      string
}

// SMTP plays a mail server.
type SMTP struct {
	listener net.Listener
	lent     *x509.Certificate
	tls      *tls.Config
	roots    *x509.CertPool
	implicit bool

	mu       sync.Mutex
	script   map[string][]string
	letters  []Letter
	sessions int
	log      []string
	open     []net.Conn
	user     string
	password string
}

// NewSMTP plays a server that offers STARTTLS, or speaks TLS from the first byte,
// and takes the user and password if there are any.
func NewSMTP(t testing.TB, implicit bool, user, password string) *SMTP {
	t.Helper()
	lent := httptest.NewTLSServer(nil) // for its certificate, which is for 127.0.0.1
	lent.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	s := &SMTP{
		listener: listener, lent: lent.Certificate(), implicit: implicit, script: map[string][]string{}, user: user, password: password,
		tls: &tls.Config{Certificates: lent.TLS.Certificates, MinVersion: tls.VersionTLS12}, roots: x509.NewCertPool(),
	}
	s.roots.AddCert(lent.Certificate())
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.sessions++
			s.open = append(s.open, conn)
			s.mu.Unlock()
			running.Go(func() {
				defer conn.Close()
				s.talk(conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		s.mu.Lock()
		for _, conn := range s.open {
			conn.Close()
		}
		s.mu.Unlock()
		running.Wait()
	})
	return s
}

// Misbehave says what the server answers at the next times it comes to a phase: a
// line of SMTP, one of the constants, or nothing for what it answers normally.
func (s *SMTP) Misbehave(phase string, answers ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script[phase] = append(s.script[phase], answers...)
}

// Roots trusts the server's certificate.
func (s *SMTP) Roots() *x509.CertPool { return s.roots }

// Certificate is what the server proves itself with, for a process that has to trust it.
func (s *SMTP) Certificate() *x509.Certificate { return s.lent }

// Port is the one that the server listens on.
func (s *SMTP) Port() uint16 { return netip.MustParseAddrPort(s.listener.Addr().String()).Port() }

// Letters are what was accepted, in order.
func (s *SMTP) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.letters)
}

// Sessions is how many connections came in.
func (s *SMTP) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions
}

// Commands are all lines that clients sent, letters excluded.
func (s *SMTP) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

func (s *SMTP) next(phase string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.script[phase]) == 0 {
		return "", false
	}
	answer := s.script[phase][0]
	s.script[phase] = s.script[phase][1:]
	return answer, answer != ""
}

// conversation is one session.
type conversation struct {
	server    *SMTP
	conn      net.Conn
	in        *bufio.Reader
	encrypted bool
	user      string
}

func (s *SMTP) talk(raw net.Conn) {
	c := &conversation{server: s, conn: raw}
	if s.implicit {
		c.conn, c.encrypted = tls.Server(raw, s.tls), true
	}
	c.in = bufio.NewReader(c.conn)
	if !c.say(Greeting, "220 mail.example ESMTP") {
		return
	}
	var letter Letter
	for {
		line, ok := c.read()
		if !ok {
			return
		}
		s.mu.Lock()
		s.log = append(s.log, line)
		s.mu.Unlock()
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO", "HELO":
			ok = c.say(EHLO, c.offers())
		case "STARTTLS":
			ok = c.startTLS()
		case "AUTH":
			ok = c.auth(rest)
		case "MAIL":
			from, good := path(rest, "FROM:")
			letter = Letter{From: from, Encrypted: c.encrypted, User: c.user}
			ok = c.sayIf(good, MAIL, "250 2.1.0 OK")
		case "RCPT":
			to, good := path(rest, "TO:")
			letter.To = to
			ok = c.sayIf(good && letter.From != "", RCPT, "250 2.1.5 OK")
		case "DATA":
			ok = c.data(letter)
		case "RSET", "NOOP":
			letter, ok = Letter{}, c.write("250 2.0.0 OK")
		case "QUIT":
			c.write("221 2.0.0 bye")
			return
		default:
			ok = c.write("502 5.5.2 unknown")
		}
		if !ok {
			return
		}
	}
}

// say gives the answer of a phase, or what the script says instead. It reports
// whether the conversation goes on.
func (c *conversation) say(phase, normal string) bool {
	answer, scripted := c.server.next(phase)
	if !scripted {
		answer = normal
	}
	return c.give(answer)
}

// sayIf is say for a command that is well formed.
func (c *conversation) sayIf(good bool, phase, normal string) bool {
	if !good {
		return c.write("501 5.5.4 syntax")
	}
	return c.say(phase, normal)
}

// path reads an address as MAIL and RCPT have it, and what may follow it.
func path(rest, word string) (address string, good bool) {
	inner, opened := strings.CutPrefix(rest, word+"<")
	address, _, closed := strings.Cut(inner, ">")
	return address, opened && closed && !strings.ContainsAny(address, "< ") && strings.Contains(address, "@")
}

func (c *conversation) give(answer string) bool {
	switch answer {
	case Drop, TakeDrop:
		return false
	case Silent:
		_, ok := c.read() // until the client hangs up
		return ok
	default:
		return c.write(answer) && !strings.HasPrefix(answer, "421")
	}
}

func (c *conversation) offers() string {
	lines := []string{"mail.example", "8BITMIME"}
	if !c.encrypted {
		lines = append(lines, "STARTTLS")
	}
	if c.server.user != "" {
		lines = append(lines, "AUTH LOGIN PLAIN")
	}
	var out []string
	for i, line := range lines {
		sep := "-"
		if i == len(lines)-1 {
			sep = " "
		}
		out = append(out, "250"+sep+line)
	}
	return strings.Join(out, "\r\n")
}

func (c *conversation) startTLS() bool {
	answer, scripted := c.server.next(STARTTLS)
	switch {
	case answer == NoSuchTLS:
		return c.write("220 go ahead") && c.write("250 just kidding")
	case scripted:
		return c.give(answer)
	}
	if !c.write("220 go ahead") {
		return false
	}
	c.conn = tls.Server(c.conn, c.server.tls)
	c.in, c.encrypted = bufio.NewReader(c.conn), true
	return true
}

func (c *conversation) auth(rest string) bool {
	answer, scripted := c.server.next(AUTH)
	if scripted {
		return c.give(answer)
	}
	_, initial, _ := strings.Cut(rest, " ")
	said, err := base64.StdEncoding.DecodeString(initial)
	if err != nil || string(said) != "\x00"+c.server.user+"\x00"+c.server.password {
		return c.write("535 5.7.8 authentication failed")
	}
	c.user = c.server.user
	return c.write("235 2.7.0 OK")
}

func (c *conversation) data(letter Letter) bool {
	if answer, scripted := c.server.next(DATA); scripted {
		return c.give(answer)
	}
	if !c.write("354 go ahead") {
		return false
	}
	var content strings.Builder
	for {
		line, ok := c.read()
		if !ok {
			return false
		}
		if line == "." {
			break
		}
		content.WriteString(strings.TrimPrefix(line, ".") + "\n")
	}
	letter.Content = content.String()
	answer, scripted := c.server.next(End)
	if !scripted || answer == TakeDrop || strings.HasPrefix(answer, "2") {
		c.server.mu.Lock()
		c.server.letters = append(c.server.letters, letter)
		c.server.mu.Unlock()
	}
	if !scripted {
		answer = "250 2.0.0 queued"
	}
	return c.give(answer)
}

func (c *conversation) read() (string, bool) {
	line, err := c.in.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err == nil
}

func (c *conversation) write(line string) bool {
	_, err := c.conn.Write([]byte(line + "\r\n"))
	return err == nil
}
