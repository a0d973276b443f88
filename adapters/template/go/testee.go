// The testee protocol (specs/testee.md). Nothing here has to change: your part is yours.go.
package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"unicode/utf8"
)

const keptReplies = 64

// request is a whole message from the runner.
type request struct {
	Op      *string          `json:"op"`
	Case    *string          `json:"case"`
	Profile *string          `json:"profile"`
	Input   *json.RawMessage `json:"input"`
}

// members reads a JSON object that has exactly these members.
func members(text []byte, names ...string) (map[string]json.RawMessage, error) {
	var found map[string]json.RawMessage
	if err := json.Unmarshal(text, &found); err != nil || found == nil {
		return nil, badRequest("expected an object")
	}
	for _, name := range names {
		if _, there := found[name]; !there {
			return nil, badRequest("the member " + name + " is missing")
		}
	}
	if len(found) != len(names) {
		return nil, badRequest(fmt.Sprintf("the members are %v and no others", names))
	}
	return found, nil
}

// answer gives the op of a message, empty if it is none, and the reply to it (TST-8).
func answer(message []byte, token string) (string, map[string]any) {
	op, ok, err := perform(message, token)
	var refused refusal
	var unknown unsupported
	switch {
	case err == nil:
		return op, map[string]any{"ok": ok}
	case errors.As(err, &refused):
		return op, map[string]any{"reject": map[string]any{"code": string(refused)}} // TST-13
	case errors.As(err, &unknown):
		return op, map[string]any{"unsupported": string(unknown)} // TST-9, TST-10
	default:
		return op, map[string]any{"error": err.Error()} // TST-11
	}
}

func perform(message []byte, token string) (string, any, error) {
	if !utf8.Valid(message) {
		return "", nil, badRequest("the message is not UTF-8")
	}
	if _, err := members(message, "op", "case", "profile", "input"); err != nil {
		return "", nil, err
	}
	var given request
	if err := json.Unmarshal(message, &given); err != nil {
		return "", nil, badRequest(err.Error())
	}
	if given.Op == nil || *given.Op == "" || given.Case == nil || given.Profile == nil || given.Input == nil {
		return "", nil, badRequest("op, case and profile are strings")
	}
	op := *given.Op
	switch run, there := ops[op]; {
	case op == "hello":
		return op, hello, checkToken(*given.Input, token)
	case op == "stop":
		_, err := members(*given.Input)
		return op, struct{}{}, err
	case there:
		ok, err := run(*given.Input)
		return op, ok, err
	}
	return op, nil, unsupported(op)
}

func checkToken(input []byte, token string) error {
	given, err := members(input, "token")
	if err != nil {
		return err
	}
	var shown *string
	if json.Unmarshal(given["token"], &shown) != nil || shown == nil || *shown != token {
		return badRequest("token is wrong")
	}
	return nil
}

type message struct {
	from  netip.AddrPort
	id    uint32
	count int
}

// testee is what is remembered between datagrams.
type testee struct {
	control *net.UDPConn
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
	op, reply := answer(whole, t.token)
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

func main() {
	token := os.Getenv("RESONANT_TOKEN")
	if token == "" {
		fmt.Fprintln(os.Stderr, "RESONANT_TOKEN is not set: the runner sets it, or whoever starts this by hand")
		os.Exit(2)
	}
	control, controlPort := bound()
	wire, wirePort := bound()
	defer wire.Close()
	fmt.Printf("{\"control\": %d, \"wire\": %d}\n", controlPort, wirePort) // TST-1
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0) // TST-2
	}()
	one := testee{control: control, token: token, kept: map[uint32][][]byte{}}
	if err := one.serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
