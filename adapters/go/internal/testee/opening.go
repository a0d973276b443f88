package testee

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"resonant/peer"
	"resonant/testeekit"
)

// accept takes a connection that the runner speaks of for the first time.
func (p *peers) accept(link string) error {
	if _, there := p.connections[link]; there {
		return nil
	}
	name, text, _ := strings.Cut(link, "-")
	number, err := strconv.ParseUint(text, 10, 16)
	transport, is := p.transports[name]
	if !is || err != nil || p.role == peer.Client {
		return testeekit.BadRequest(fmt.Sprintf("there is no connection %q", link))
	}
	one, err := transport.Accept(uint16(number))
	if err != nil {
		return err
	}
	if p.connections[link] = one; one != nil {
		one.Begin(p.links, link, p.now)
	}
	return nil
}

func (p *peers) open(in *testeekit.Input) (any, error) {
	role := in.OneOf("role", "server", "client")
	config, salt, err := readConfig(in.Object("config"))
	var reach func() error
	if role == "client" {
		reach = p.readTarget(in)
	}
	if err := errors.Join(in.Done(), err); err != nil {
		return nil, err
	}
	if p.links != nil {
		return nil, testeekit.BadRequest("peers are open already")
	}
	kind := peer.Client
	if role == "server" {
		kind = peer.Server
	}
	links, err := peer.NewLinks[string](kind, config, salts(salt), peer.DefaultLinks)
	if err != nil {
		return nil, said(err)
	}
	p.role, p.links, p.ports, p.connections = kind, links, map[string]uint16{}, map[string]Connection{}
	if kind == peer.Client {
		err = reach()
	}
	if err := p.after(err); err != nil {
		return nil, err
	}
	return p.ok(map[string]any{})
}

// readTarget reads where a client goes, and gives what sends its first ping there.
func (p *peers) readTarget(in *testeekit.Input) func() error {
	link := in.Link("link")
	transport := in.OneOf("transport", append(slices.Sorted(maps.Keys(p.transports)), "udp")...)
	var connect func() (Connection, error)
	var remote uint16
	if over, connected := p.transports[transport]; connected {
		connect = over.Connect(in)
	} else {
		remote = remotePort(in)
	}
	streamID := in.U32("stream_id")
	return func() error {
		if connect == nil {
			p.ports[link] = remote
		} else if !p.connect(link, connect) {
			return nil
		}
		return p.links.Do(link, p.now, func(one *peer.Peer) error { return one.Ping(streamID, p.now) })
	}
}

// connect makes the connection of a client; one that cannot be made is broken (TCP-12).
func (p *peers) connect(link string, connect func() (Connection, error)) bool {
	one, err := connect()
	if err != nil {
		p.connections[link] = nil
		p.links.Connect(link, p.now)
		p.links.On(link, p.now, (*peer.Connection).Break)
		return false
	}
	p.connections[link] = one
	one.Begin(p.links, link, p.now)
	return true
}
