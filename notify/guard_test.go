package notify_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/notify"
	"closedloop/notify/notifytest"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func portOf(t *testing.T, address string) uint16 {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	require.NoError(t, err)
	return uint16(port)
}

// nameServer answers every question for an address of IPv4 with the next of its
// answers, and the last for ever.
type nameServer struct {
	mu      sync.Mutex
	answers [][]string
	asked   int
}

// resolver asks the name server over a pipe: no port, no other name server.
func (n *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go n.serve(theirs)
		return ours, nil
	}}
}

// serve speaks DNS over a stream: two bytes of length, then the message.
func (n *nameServer) serve(conn net.Conn) {
	defer conn.Close()
	for {
		var size [2]byte
		if _, err := readFull(conn, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := readFull(conn, query); err != nil {
			return
		}
		answer := n.answer(query)
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

func readFull(conn net.Conn, into []byte) (int, error) {
	n := 0
	for n < len(into) {
		m, err := conn.Read(into[n:])
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}

func (n *nameServer) answer(query []byte) []byte {
	end := 12
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	kind := binary.BigEndian.Uint16(query[end+1:])
	question := query[12 : end+5]
	var addresses []netip.Addr
	if kind == 1 { // A
		n.mu.Lock()
		turn := min(n.asked, len(n.answers)-1)
		n.asked++
		n.mu.Unlock()
		for _, a := range n.answers[turn] {
			addresses = append(addresses, netip.MustParseAddr(a))
		}
	}
	out := append([]byte{}, query[:2]...)
	out = append(out, 0x81, 0x80, 0, 1, 0, byte(len(addresses)), 0, 0, 0, 0)
	out = append(out, question...)
	for _, a := range addresses {
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		out = append(out, a.AsSlice()...)
	}
	return out
}

func TestClient_looksAtTheAddressItConnectsToAndNotAtTheName(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewReceiver(t, secretOf('a'))
	names := &nameServer{answers: [][]string{{"93.184.216.34"}, {"127.0.0.1"}}}

	// Whoever checks the name first sees a public address ...
	first, err := names.resolver().LookupNetIP(t.Context(), "ip4", "hooks.example.com")
	require.NoError(t, err)
	require.Equal(t, "93.184.216.34", first[0].String())

	// ... and the connection would go to this machine.
	client, err := notify.NewClient(notify.ClientOptions{Ports: []uint16{fake.Port()}, Resolver: names.resolver(), RootCAs: fake.Roots()})
	require.NoError(t, err)
	address := "https://hooks.example.com:" + strconv.Itoa(int(fake.Port()))
	o := send(t, endpointAt(t, client, address, secretOf('a')), aMessage("m1"))
	require.Equal(t, notify.Permanent, o.Class)
	require.Equal(t, notify.ReasonForbidden, o.Reason)
	require.Contains(t, o.Detail, "127.0.0.1")
	require.GreaterOrEqual(t, names.asked, 2)
	require.Zero(t, fake.Calls())

	// The same name and address are fine where the network was allowed: it was the
	// guard that stopped it and nothing else.
	allowed, err := notify.NewClient(notify.ClientOptions{Allow: loopback, Ports: []uint16{fake.Port()}, Resolver: names.resolver(), RootCAs: fake.Roots()})
	require.NoError(t, err)
	require.Equal(t, notify.Delivered, send(t, endpointAt(t, allowed, "https://example.com:"+strconv.Itoa(int(fake.Port())), secretOf('a')), aMessage("m1")).Class)
}

func TestClient_refusesAllAddressesOfANameOneByOne(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewReceiver(t, secretOf('a'))
	names := &nameServer{answers: [][]string{{"10.0.0.1", "169.254.169.254", "127.0.0.1"}}}
	client, err := notify.NewClient(notify.ClientOptions{Ports: []uint16{fake.Port()}, Resolver: names.resolver()})
	require.NoError(t, err)
	o := send(t, endpointAt(t, client, "https://x.example.com:"+strconv.Itoa(int(fake.Port())), secretOf('a')), aMessage("m1"))
	require.Equal(t, notify.ReasonForbidden, o.Reason)
	require.Zero(t, fake.Calls())
}

func TestClient_refusesOddWaysToWriteAnAddress(t *testing.T) {
	t.Parallel()
	var hits int
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits++ }))
	t.Cleanup(server.Close)
	client, err := notify.NewClient(notify.ClientOptions{Ports: []uint16{portOf(t, server.URL)}, InsecureHTTP: true})
	require.NoError(t, err)
	port := strconv.Itoa(int(portOf(t, server.URL)))
	for _, host := range []string{
		"127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "0.0.0.0", "[::1]", "[::]",
		"[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "169.254.169.254", "[fd00:ec2::254]", "[fe80::1%25lo]",
	} {
		e, err := notify.NewEndpoint(client, notify.EndpointOptions{URL: "http://" + host + ":" + port, Secrets: []notify.Secret{notify.Secret(secretOf('a'))}})
		if err != nil {
			continue // seen before anything was sent
		}
		require.NotEqual(t, notify.Delivered, send(t, e, aMessage("m1")).Class, host)
	}
	require.Zero(t, hits)
}

func TestClient_callsNoOtherPortAndNoOtherScheme(t *testing.T) {
	t.Parallel()
	client, err := notify.NewClient(notify.ClientOptions{})
	require.NoError(t, err)
	for _, address := range []string{
		"https://hooks.example.com:22/", "http://hooks.example.com/", "ftp://hooks.example.com/", "hooks.example.com", "https:///x",
		"https://user:pw@hooks.example.com/", "https://hooks.example.com:99999/", "https://hooks.example.com/#x", "file:///etc/passwd",
	} {
		_, err := notify.NewEndpoint(client, notify.EndpointOptions{URL: address, Secrets: []notify.Secret{notify.Secret(secretOf('a'))}})
		require.Error(t, err, address)
	}
}

func TestClient_usesNoProxyOfTheEnvironment(t *testing.T) {
	var proxied int
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { proxied++ }))
	t.Cleanup(proxy.Close)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	names := &nameServer{answers: [][]string{{"127.0.0.1"}}}
	fake := notifytest.NewReceiver(t, secretOf('a'))
	client, err := notify.NewClient(notify.ClientOptions{Allow: loopback, Ports: []uint16{fake.Port()}, Resolver: names.resolver(), RootCAs: fake.Roots()})
	require.NoError(t, err)
	o := send(t, endpointAt(t, client, "https://example.com:"+strconv.Itoa(int(fake.Port())), secretOf('a')), aMessage("m1"))
	require.Equal(t, notify.Delivered, o.Class)
	require.Zero(t, proxied)
}

func TestNewClient_boundsItsTimeout(t *testing.T) {
	t.Parallel()
	for _, o := range []notify.ClientOptions{{Timeout: -1}, {Timeout: 1 << 40}} {
		_, err := notify.NewClient(o)
		require.Error(t, err)
	}
}
