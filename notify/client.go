package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"slices"
	"sync/atomic"
	"time"
)

// ClientOptions say whom a [Client] may call. The zero value is right outside of
// tests and closed networks.
type ClientOptions struct {
	Allow        []netip.Prefix // networks that are called although they are protected; metadata services never are
	Ports        []uint16       // default 443
	InsecureHTTP bool           // endpoints without TLS are called: whoever listens reads along
	Timeout      time.Duration  // of a whole call, default 10 s, at most a minute
	Resolver     *net.Resolver  // default: the system's
	RootCAs      *x509.CertPool // default: the system's
}

const (
	defaultTimeout = 10 * time.Second
	maxTimeout     = time.Minute
	maxAnswer      = 64 << 10 // bytes of an answer that are read
)

// Client is the way out for HTTP. It may be shared: bots and endpoints keep apart
// by their addresses.
type Client struct {
	http         *http.Client
	guard        guard
	insecureHTTP bool
	timeout      time.Duration
}

// NewClient makes a client with connections of its own.
func NewClient(o ClientOptions) (*Client, error) {
	if o.Timeout < 0 || o.Timeout > maxTimeout {
		return nil, fmt.Errorf("timeout %s: want 0 (the default) to %s", o.Timeout, maxTimeout)
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if len(o.Ports) == 0 {
		o.Ports = []uint16{443}
	}
	g := guard{allow: slices.Clone(o.Allow), ports: slices.Clone(o.Ports)}
	dialer := &net.Dialer{Timeout: o.Timeout, Resolver: o.Resolver, Control: g.control}
	return &Client{
		guard:        g,
		insecureHTTP: o.InsecureHTTP,
		timeout:      o.Timeout,
		http: &http.Client{
			// A redirect is an answer like any other.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{
				Proxy:                  nil, // a proxy would connect for us, to where it likes
				DialContext:            dialer.DialContext,
				TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
				TLSHandshakeTimeout:    o.Timeout,
				ResponseHeaderTimeout:  o.Timeout,
				MaxResponseHeaderBytes: maxAnswer,
				MaxIdleConns:           64,
				MaxConnsPerHost:        4,
				IdleConnTimeout:        30 * time.Second,
				DisableCompression:     true, // what is read is what was sent, no more
				ForceAttemptHTTP2:      true,
			},
		},
	}, nil
}

// Close ends the connections that nobody uses.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// checkURL refuses an address before anything is sent to it. The guard decides
// again, about the address that its name turns out to have.
func (c *Client) checkURL(u *url.URL) error {
	if u.Scheme != "https" && (u.Scheme != "http" || !c.insecureHTTP) {
		return errors.New("want an https address")
	}
	if u.Host == "" || u.User != nil || u.Fragment != "" {
		return errors.New("want a host, no user and no fragment")
	}
	port := uint16(443)
	if u.Scheme == "http" {
		port = 80
	}
	if u.Port() != "" {
		to, err := netip.ParseAddrPort("192.0.2.1:" + u.Port())
		if err != nil {
			return errors.New("port is not a number")
		}
		port = to.Port()
	}
	if !slices.Contains(c.guard.ports, port) {
		return fmt.Errorf("%w: port %d", ErrAddressRefused, port)
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		return c.guard.check(netip.AddrPortFrom(addr, port))
	}
	return nil
}

// answer is what came back, or how it did not.
type answer struct {
	status  int
	header  http.Header
	body    []byte // nil when it was longer than is read
	bodyErr error  // the body broke off
}

// post sends body and waits for the answer. With alone it takes a connection
// of its own: one that the other side closes unheard, after a pause, would lose the
// answer. written says that the request was
// under way when the error came, so that it may have had its effect.
func (c *Client) post(ctx context.Context, to *url.URL, header http.Header, body []byte, alone bool) (got answer, written bool, err error) {
	var sent, unsafe atomic.Bool // set by the transport's own goroutines
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	trace := &httptrace.ClientTrace{
		WroteHeaders:     func() { sent.Store(true) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) { unsafe.Store(err != nil) },
	}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(limited, trace), http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, false, withoutURL(err)
	}
	req.Header, req.Close = header, alone
	req.Header.Set("User-Agent", "closedloop")
	resp, err := c.http.Do(req)
	if err != nil {
		if err = withoutURL(err); unsafe.Load() && !sent.Load() {
			err = fmt.Errorf("%w: %w", errHandshake, err)
		}
		return answer{}, sent.Load(), err
	}
	defer resp.Body.Close()
	got = answer{status: resp.StatusCode, header: resp.Header}
	got.body, got.bodyErr = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if len(got.body) > maxAnswer {
		got.body = nil
	}
	return got, true, nil
}

// errHandshake says that no encryption came about. What the other side has against
// ours arrives as an error without a type.
var errHandshake = errors.New("TLS handshake")

// withoutURL takes the address out of an error of net/http: the keys of bots are
// part of it.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
