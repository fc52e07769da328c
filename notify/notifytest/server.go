package notifytest

import (
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
)

// Server is what all services over HTTP share.
type Server struct {
	*httptest.Server

	mu      sync.Mutex
	scripts []http.HandlerFunc
	calls   int
	conns   int
}

// start serves normal over TLS, with a certificate that [Server.Roots] trusts.
func (s *Server) start(t testing.TB, normal http.HandlerFunc) {
	t.Helper()
	stopped := make(chan struct{})
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.calls++
		handler := normal
		if len(s.scripts) > 0 {
			handler, s.scripts = s.scripts[0], s.scripts[1:]
		}
		s.mu.Unlock()
		select {
		case <-stopped:
		default:
			handler(w, r)
		}
	}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // handshakes fail on purpose
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.mu.Lock()
			s.conns++
			s.mu.Unlock()
		}
	}
	s.StartTLS()
	t.Cleanup(func() {
		close(stopped)
		s.CloseClientConnections()
		s.Close()
	})
}

// Misbehave answers the next calls, one each, instead of the service.
func (s *Server) Misbehave(handlers ...http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts = append(s.scripts, handlers...)
}

// Calls is how many requests came in, whatever became of them.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Connections is how many were made.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

// Roots trusts the server's certificate.
func (s *Server) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

// Port is the one that the server listens on.
func (s *Server) Port() uint16 {
	return netip.MustParseAddrPort(s.Listener.Addr().String()).Port()
}

// Status answers with a status, a body and headers given as name, value, name, value.
func Status(code int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// Hang takes the request and never answers; it ends when the caller hangs up.
func Hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // the server notices a caller who is gone only after the body
	<-r.Context().Done()
}

// Reset takes the request and breaks the connection without an answer.
func Reset(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	if tcp, ok := conn.(interface{ NetConn() net.Conn }); ok {
		if raw, ok := tcp.NetConn().(*net.TCPConn); ok {
			_ = raw.SetLinger(0)
			_ = raw.Close()
		}
	}
}

// Huge answers with a body of so many bytes.
func Huge(code, size int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		chunk := make([]byte, 32<<10)
		for i := range chunk {
			chunk[i] = 'x'
		}
		for left := size; left > 0; {
			n, err := w.Write(chunk[:min(left, len(chunk))])
			if err != nil {
				return
			}
			left -= n
		}
	}
}

// BreakOff promises a body, sends half of it and hangs up.
func BreakOff(code int, half string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, half)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}
