package notify

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// ErrAddressRefused says that a connection would have gone where no endpoint may be.
var ErrAddressRefused = errors.New("address is not reachable from here by policy")

// The addresses that belong to nobody outside: RFC 6890 and its registries, and
// the forms of IPv6 that carry an address of IPv4 inside, which would be a second
// name for each of the first list. Everything outside 2000::/3 is refused without
// being listed.
var refusedNets = prefixes(
	"0.0.0.0/8",       // this network
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // carrier-grade NAT; Alibaba Cloud's metadata is in it
	"127.0.0.0/8",     // loopback
	"169.254.0.0/16",  // link-local; the metadata of most clouds is in it
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments; Oracle Cloud's metadata is in it
	"192.0.2.0/24",    // documentation
	"192.88.99.0/24",  // 6to4 relays
	"192.168.0.0/16",  // private
	"198.18.0.0/15",   // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, broadcast
	"2001::/23",       // protocol assignments, Teredo
	"2001:db8::/32",   // documentation
	"2002::/16",       // 6to4
	"3fff::/20",       // documentation
)

// What no configuration allows: the metadata services of clouds, which hand out
// the machine's credentials to whoever asks.
var metadata = []netip.Addr{
	netip.MustParseAddr("169.254.169.254"),
	netip.MustParseAddr("169.254.170.2"),   // container credentials
	netip.MustParseAddr("100.100.100.200"), // Alibaba Cloud
	netip.MustParseAddr("192.0.0.192"),     // Oracle Cloud
	netip.MustParseAddr("168.63.129.16"),   // Azure's wire server, a public address
	netip.MustParseAddr("fd00:ec2::254"),
	netip.MustParseAddr("fd20:ce::254"),
}

var globalUnicast = netip.MustParsePrefix("2000::/3")

func prefixes(list ...string) []netip.Prefix {
	nets := make([]netip.Prefix, 0, len(list))
	for _, s := range list {
		nets = append(nets, netip.MustParsePrefix(s))
	}
	return nets
}

// guard decides about the address that a socket is about to connect to, after
// every name was resolved, so that what a name resolved to before means nothing.
type guard struct {
	allow []netip.Prefix
	ports []uint16
}

// control is called by the dialer for each address it tries.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q", ErrAddressRefused, address)
	}
	return g.check(to)
}

func (g guard) check(to netip.AddrPort) error {
	if !slices.Contains(g.ports, to.Port()) {
		return fmt.Errorf("%w: port %d", ErrAddressRefused, to.Port())
	}
	addr := to.Addr()
	if addr.Zone() != "" || slices.Contains(metadata, addr.Unmap()) {
		return fmt.Errorf("%w: %s", ErrAddressRefused, addr)
	}
	within := func(net netip.Prefix) bool { return net.Contains(addr) }
	if slices.ContainsFunc(g.allow, within) {
		return nil
	}
	if addr.Is4() && !slices.ContainsFunc(refusedNets, within) {
		return nil
	}
	if addr.Is6() && globalUnicast.Contains(addr) && !slices.ContainsFunc(refusedNets, within) {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrAddressRefused, addr)
}
