package notify

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGuard_refusesWhatBelongsToNobodyOutside(t *testing.T) {
	t.Parallel()
	g := guard{ports: []uint16{443}}
	for _, addr := range []string{
		"0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.0.1", "172.16.0.1", "172.31.255.255",
		"192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1",
		"240.0.0.1", "255.255.255.255", "168.63.129.16", "100.100.100.200",
		"::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
		"2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
	} {
		require.ErrorIs(t, g.check(netip.AddrPortFrom(netip.MustParseAddr(addr), 443)), ErrAddressRefused, addr)
	}
	for _, addr := range []string{"8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "223.255.255.255", "2606:4700::1111", "240e::1"} {
		require.NoError(t, g.check(netip.AddrPortFrom(netip.MustParseAddr(addr), 443)), addr)
		require.ErrorIs(t, g.check(netip.AddrPortFrom(netip.MustParseAddr(addr), 444)), ErrAddressRefused, addr)
	}
}

func TestGuard_neverAllowsMetadataServices(t *testing.T) {
	t.Parallel()
	g := guard{ports: []uint16{80}, allow: prefixes("0.0.0.0/0", "::/0")}
	require.NoError(t, g.check(netip.MustParseAddrPort("10.1.2.3:80")))
	require.NoError(t, g.check(netip.MustParseAddrPort("[fd12::1]:80")))
	for _, addr := range metadata {
		require.ErrorIs(t, g.check(netip.AddrPortFrom(addr, 80)), ErrAddressRefused, addr)
	}
	require.ErrorIs(t, g.check(netip.MustParseAddrPort("[::ffff:169.254.169.254]:80")), ErrAddressRefused)
}
