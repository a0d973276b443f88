package testee

import (
	"fmt"

	"resonant/peer"
)

// before handles what waits on the wire of udp, at most so many datagrams (TST-15).
func (p *peers) before(most int64) error {
	p.datagrams = map[string]int{}
	err := p.udp.Receive(most, func(datagram []byte, port uint16) {
		if link := p.linkFrom(port); link != "" {
			p.links.Receive(link, datagram, p.now)
		}
	})
	return p.after(err)
}

// linkFrom is what the remote end at a port is called over UDP; empty if it is nobody's.
func (p *peers) linkFrom(port uint16) string {
	if p.links == nil {
		return ""
	}
	for link, one := range p.ports {
		if one == port {
			return link
		}
	}
	if p.role == peer.Client {
		return ""
	}
	link := fmt.Sprintf("udp-%d", port)
	p.ports[link] = port
	return link
}

// sendDatagram sends one and counts it (TST-34).
func (p *peers) sendDatagram(link string, data []byte, port uint16) error {
	err := p.udp.Send(data, port)
	if err == nil {
		p.datagrams[link]++
	}
	return err
}
