package testeekit

import (
	"net"
	"net/netip"
)

// Wire is the wire of udp of a testee's peers, a socket on 127.0.0.1.
type Wire struct{ socket *net.UDPConn }

// Send sends a datagram to a port of 127.0.0.1.
func (w *Wire) Send(datagram []byte, port uint16) error {
	to := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
	_, err := w.socket.WriteToUDPAddrPort(datagram, to)
	return err
}
