package testee

import (
	"slices"
	"time"

	"resonant/peer"
	"resonant/testeekit"
)

// tcp is the transport of the kit's connections.
type tcp struct{ *testeekit.Listener }

func (t tcp) Accept(port uint16) (Connection, error) {
	one, err := t.Listener.Accept(port)
	if err != nil {
		return nil, err
	}
	return tcpConnection{one}, nil
}

func (t tcp) Connect(in *testeekit.Input) func() (Connection, error) {
	remote := remotePort(in)
	return func() (Connection, error) {
		one, err := testeekit.Connect(remote)
		return tcpConnection{one}, err
	}
}

// remotePort reads where a client goes.
func remotePort(in *testeekit.Input) uint16 { return uint16(in.Integer("remote", 1, 65535)) }

type tcpConnection struct{ *testeekit.Connection }

func (c tcpConnection) Begin(links *peer.Links[string], link string, now time.Duration) {
	links.Connect(link, now)
}

func (c tcpConnection) Take(arrived *testeekit.Arrived, handle func(func(*peer.Connection, time.Duration))) error {
	ending, err := c.Connection.Take(arrived, func(data []byte) {
		handle(func(on *peer.Connection, now time.Duration) { on.Receive(data, now) })
	})
	switch ending {
	case testeekit.Stopped:
		handle((*peer.Connection).ReceiveEnd)
	case testeekit.Broken:
		handle((*peer.Connection).Break)
	}
	return err
}

func (c tcpConnection) Send(pieces [][]byte) { c.Connection.Send(slices.Concat(pieces...)) }
