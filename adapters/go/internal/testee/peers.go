package testee

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"resonant/peer"
	"resonant/testeekit"
)

// peers are the testee's own; links are nil while none are open.
type peers struct {
	udp         *testeekit.Wire
	transports  map[string]Transport // those that have connections
	role        peer.Role
	links       *peer.Links[string]
	ports       map[string]uint16     // of the remote ends over UDP
	connections map[string]Connection // the others; nil where none was made
	datagrams   map[string]int        // sent to each link over UDP in the course of the op
	now         time.Duration
	serving     bool // on a transport that has to be told when to stop
}

func newPeers(more map[string]Transport) *peers {
	transports := map[string]Transport{"tcp": nil} // until there are wires
	maps.Copy(transports, more)
	return &peers{transports: transports}
}

// errNone is what ops on peers are answered with while none are open (TST-19).
var errNone = testeekit.BadRequest("no peers are open")

func (p *peers) ops() map[string]testeekit.Op {
	return map[string]testeekit.Op{
		"peer_open":    p.open,
		"peer_send":    p.send,
		"peer_poll":    p.poll,
		"peer_advance": p.advance,
		"peer_close":   p.close,
		"reset":        p.reset,
	}
}

// after sends what the peers want to send (TST-17), and makes an answer of what they said.
func (p *peers) after(err error) error {
	if p.links == nil {
		return said(err)
	}
	pieces := map[string][][]byte{}
	for link, data := range p.links.Datagrams() {
		if port, is := p.ports[link]; is {
			err = errors.Join(err, p.sendDatagram(link, data, port))
		} else {
			pieces[link] = append(pieces[link], data)
		}
	}
	for link, one := range p.connections {
		if one == nil {
			continue
		}
		before := one.Unsent()
		one.Send(pieces[link])
		written := before + sizeOf(pieces[link]) - one.Unsent()
		p.links.On(link, p.now, func(on *peer.Connection, _ time.Duration) { on.Written(written) })
		if p.links.Ended(link) {
			one.Close()
		}
	}
	return said(err)
}

func sizeOf(pieces [][]byte) (bytes int) {
	for _, one := range pieces {
		bytes += len(one)
	}
	return bytes
}

// ok makes the reply of an op, with what was sent on connections since the last one (TST-30).
func (p *peers) ok(members map[string]any) (any, error) {
	sent, ends := map[string]int64{}, map[string]int64{}
	for link, one := range p.connections {
		if one == nil {
			continue
		}
		if bytes, more := one.Sent(); more {
			sent[link] = bytes
		}
		if ending, is := one.(Ending); is {
			if count, more := ending.Ends(); more {
				ends[link] = count
			}
		}
	}
	if len(sent) > 0 {
		members["sent"] = sent
	}
	if len(ends) > 0 {
		members["ends"] = ends // TST-32
	}
	return members, nil
}

// begin begins an op on open peers, whose input was read with this error: first they take what has arrived.
func (p *peers) begin(err error, arrived *testeekit.Arrived) error {
	switch {
	case err != nil:
		return err
	case p.links == nil:
		return errNone
	case arrived == nil:
		return nil
	}
	return p.take(arrived)
}

// take takes from a connection what the runner says has come there (TST-28).
func (p *peers) take(arrived *testeekit.Arrived) error {
	if err := p.accept(arrived.Link); err != nil {
		return err
	}
	one := p.connections[arrived.Link]
	if one == nil || p.links.Ended(arrived.Link) {
		return nil
	}
	err := one.Take(arrived, func(call func(*peer.Connection, time.Duration)) { p.links.On(arrived.Link, p.now, call) })
	return errors.Join(err, p.after(nil))
}

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
	} else {
		reach = p.readTLS(in)
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
	if reach != nil {
		err = reach()
	}
	if err := p.after(err); err != nil {
		return nil, err
	}
	return p.ok(map[string]any{})
}

// readTLS reads what a server shows, and gives what begins to serve with it; nil where it shows nothing.
func (p *peers) readTLS(in *testeekit.Input) (begin func() error) {
	if !in.Has("tls") {
		return nil
	}
	tls := in.Object("tls")
	for _, transport := range p.transports {
		if server, is := transport.(Server); is {
			begin, p.serving = server.Serve(tls), true
		}
	}
	if begin != nil {
		if err := tls.Done(); err != nil {
			in.Require(false, err.Error())
		}
	}
	return begin
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

func (p *peers) send(in *testeekit.Input) (any, error) {
	arrived := in.OptionalArrived()
	request, err := readRequest(in, p.now)
	if err := p.begin(err, arrived); err != nil {
		return nil, err
	}
	to, only := p.links.Only()
	if request.to != "" {
		to, only = request.to, p.links.Has(request.to)
	}
	if !only {
		return nil, testeekit.BadRequest("no peer, or more than one, is meant")
	}
	err = p.links.Do(to, p.now, request.ask)
	if err := p.after(err); err != nil {
		return nil, err
	}
	return p.ok(map[string]any{})
}

func (p *peers) poll(in *testeekit.Input) (any, error) {
	arrived := in.OptionalArrived()
	if err := p.begin(in.Done(), arrived); err != nil {
		return nil, err
	}
	found := []map[string]any{}
	for link, event := range p.links.Events() {
		members := eventOf(event)
		members["link"] = link
		found = append(found, members)
	}
	return p.ok(map[string]any{"events": found})
}

func (p *peers) advance(in *testeekit.Input) (any, error) {
	ms, arrived := in.Integer("ms", 0, 86_400_000), in.OptionalArrived()
	if err := p.begin(in.Done(), arrived); err != nil {
		return nil, err
	}
	p.now += time.Duration(ms) * time.Millisecond
	p.links.Advance(p.now)
	if err := p.after(nil); err != nil {
		return nil, err
	}
	return p.ok(map[string]any{})
}

func (p *peers) close(in *testeekit.Input) (any, error) {
	if err := in.Done(); err != nil {
		return nil, err
	}
	p.disconnect()
	return map[string]any{}, nil
}

// disconnect lets go of all peers and connections (TST-19).
func (p *peers) disconnect() {
	for _, one := range p.connections {
		if one != nil {
			one.Close()
		}
	}
	if len(p.connections) > 0 || p.serving {
		for _, transport := range p.transports {
			transport.Reset()
		}
	}
	p.links, p.ports, p.connections, p.serving = nil, nil, nil, false
}

func (p *peers) reset(in *testeekit.Input) (any, error) {
	if err := in.Done(); err != nil {
		return nil, err
	}
	p.disconnect()
	p.now = 0
	return map[string]any{}, nil
}
