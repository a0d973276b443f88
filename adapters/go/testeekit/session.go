// The sockets of a testee, and the session with a runner (specs/testee.md, sections 2 and 3).

package testeekit

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
)

const keptReplies = 64

type message struct {
	from  netip.AddrPort
	id    uint32
	count int
}

// testee is what is remembered between datagrams.
type testee struct {
	control *net.UDPConn
	table   table
	token   string
	runner  netip.AddrPort
	kept    map[uint32][][]byte
	order   []uint32
	current message
	pieces  map[int][]byte
}

// serve answers until it is told to stop.
func (t *testee) serve() error {
	buffer := make([]byte, 65_536)
	for {
		length, from, err := t.control.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return err
		}
		if t.runner.IsValid() && from != t.runner { // TST-6
			continue
		}
		if t.take(buffer[:length], from) {
			return nil
		}
	}
}

// take handles a datagram and says whether it was the last of an answered stop.
func (t *testee) take(datagram []byte, from netip.AddrPort) bool {
	if len(datagram) < headBytes || len(datagram) > headBytes+pieceBytes {
		return false // TST-5
	}
	kind, id := string(datagram[:4]), binary.LittleEndian.Uint32(datagram[4:])
	index, count := int(binary.LittleEndian.Uint16(datagram[8:])), int(binary.LittleEndian.Uint16(datagram[10:]))
	if index >= count || count > maxPieces {
		return false // TST-5
	}
	reply, there := t.kept[id]
	switch {
	case kind == askMagic:
		if len(datagram) == headBytes && count == len(reply) {
			t.send(reply[index], from) // TST-22
		}
		return false
	case kind != magic:
		return false // TST-5
	case there:
		if index == count-1 {
			t.send(reply[0], from) // TST-7
		}
		return false
	}
	return t.join(datagram[headBytes:], message{from, id, count}, index)
}

// join puts a piece to the others of its message and answers the message once it is complete.
func (t *testee) join(piece []byte, of message, index int) bool {
	if t.current != of {
		t.current, t.pieces = of, map[int][]byte{}
	}
	t.pieces[index] = append([]byte{}, piece...)
	if len(t.pieces) < of.count {
		t.askFurther(of)
		return false
	}
	whole := []byte{}
	for at := range of.count {
		whole = append(whole, t.pieces[at]...)
	}
	t.current, t.pieces = message{}, nil
	return t.reply(whole, of.id, of.from)
}

// askFurther asks the runner, once there is one, for the first piece that its message lacks (TST-23).
func (t *testee) askFurther(of message) {
	lacking := 0
	for t.pieces[lacking] != nil {
		lacking++
	}
	if t.runner.IsValid() {
		t.send(head(askMagic, of.id, lacking, of.count), of.from)
	}
}

func (t *testee) reply(whole []byte, id uint32, from netip.AddrPort) bool {
	op, reply := t.table.answer(whole, t.token)
	_, ok := reply["ok"]
	if !t.runner.IsValid() && !(op == "hello" && ok) {
		return false // TST-6
	}
	t.runner = from
	t.kept[id] = cut(reply, id)
	if t.order = append(t.order, id); len(t.order) > keptReplies {
		delete(t.kept, t.order[0])
		t.order = t.order[1:]
	}
	t.send(t.kept[id][0], from) // TST-21: the others are asked for
	return op == "stop" && ok   // TST-3
}

func (t *testee) send(datagram []byte, to netip.AddrPort) {
	if _, err := t.control.WriteToUDPAddrPort(datagram, to); err != nil {
		fmt.Fprintln(os.Stderr, "a datagram was not sent:", err) // the runner asks again
	}
}

func bound() (*net.UDPConn, int) {
	connection, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// Large buffers, as large as the system grants: some grant less, some refuse.
	for _, enlarge := range []func(int) error{connection.SetReadBuffer, connection.SetWriteBuffer} {
		for mebibytes := 4; mebibytes > 0 && enlarge(mebibytes<<20) != nil; mebibytes /= 2 {
		}
	}
	return connection, connection.LocalAddr().(*net.UDPAddr).Port
}

// Run is all that main of a testee does: it binds, prints the ports, and answers until it is told to stop.
func Run(yours Implementation) {
	RunWith(yours, nil, func(*net.UDPConn) {})
}

// RunWith is Run with further ops, such as those on peers, and a function that is given the wire socket first.
func RunWith(yours Implementation, further map[string]Op, useWire func(*net.UDPConn)) {
	token := os.Getenv("RESONANT_TOKEN")
	if token == "" {
		fmt.Fprintln(os.Stderr, "RESONANT_TOKEN is not set: the runner sets it, or whoever starts this by hand")
		os.Exit(2)
	}
	control, controlPort := bound()
	wire, wirePort := bound()
	defer wire.Close()
	useWire(wire)
	fmt.Printf("{\"control\": %d, \"wire\": %d}\n", controlPort, wirePort) // TST-1
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0) // TST-2
	}()
	one := testee{control: control, table: tableOf(yours, further), token: token, kept: map[uint32][][]byte{}}
	if err := one.serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
