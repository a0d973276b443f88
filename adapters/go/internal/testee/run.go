// Package testee is what testees of this module and of those below it are made of: the module behind the ops of
// resonant/testeekit, and peers on UDP, on TCP, and on the transports that a testee adds.
package testee

import (
	"maps"
	"slices"
	"time"

	"resonant/peer"
	"resonant/testeekit"
)

// A Transport makes the connections of a testee's peers.
type Transport interface {
	// Accept gives the connection that a server calls by the name of the transport, a hyphen and this number. It came, or
	// is waited for. One that was turned away is nil.
	Accept(number uint16) (Connection, error)
	// Connect reads what peer_open says of the other end, and gives what makes a connection with it.
	Connect(in *testeekit.Input) func() (Connection, error)
	// Reset closes the connections that nobody has accepted.
	Reset()
}

// A Server is a Transport whose servers are told what they show.
type Server interface {
	// Serve reads what peer_open has as tls, and gives what begins to take connections.
	Serve(in *testeekit.Input) func() error
}

// Ending is a Connection whose streams have ends of their own.
type Ending interface {
	// Ends is how many, as TST-32 counts, have ended, and whether that is more than the last time.
	Ends() (count int64, more bool)
}

// A Connection is one of a testee's peers'.
type Connection interface {
	// Begin adds its link: Connect, or the like.
	Begin(links *peer.Links[string], link string, now time.Duration)
	// Take takes what the runner says has come, and calls by handle what that is to the peer (TST-28).
	Take(arrived *testeekit.Arrived, handle func(func(*peer.Connection, time.Duration))) error
	// Send sends what Links.Datagrams gave: as far as the system takes it at once, and the rest when it takes more (TST-17).
	Send(pieces [][]byte)
	// Unsent is how many bytes of that the system has not taken yet.
	Unsent() int
	// Sent is how many bytes, as TST-30 counts, were sent since it was made, and whether that is more than the last time.
	Sent() (bytes int64, more bool)
	// Close ends this side once everything is sent. It does not wait for that.
	Close()
}

// More is what a testee has beside those of the plain module.
type More struct {
	Profiles   []string
	Transports map[string]Transport
	Ops        map[string]testeekit.Op
	Wires      func(testeekit.Wires) // is given the wires first
}

// Run is all that main of a testee does.
func Run(more More) {
	own := newPeers(more.Transports)
	ops := own.ops()
	maps.Copy(ops, more.Ops)
	named := module{more.Profiles, slices.Sorted(maps.Keys(more.Transports))}
	useWires := func(wires testeekit.Wires) {
		own.udp, own.transports["tcp"] = wires.UDP, tcp{wires.TCP}
		if more.Wires != nil {
			more.Wires(wires)
		}
	}
	datagrams := func() map[string]int { return own.datagrams }
	testeekit.RunWith(named, testeekit.Peers{Ops: ops, Before: own.before, Wires: useWires, Datagrams: datagrams})
}
