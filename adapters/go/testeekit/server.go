package testeekit

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
)

// Peers are the ops on peers, of the profile handshake (testee.md, section 6). They are kept out of batches.
type Peers struct {
	Ops    map[string]Op
	Before func(most int64) error // handles what waits on the wire of udp, at most so many datagrams, before each of them
	Wires  func(Wires)            // is given the wires first
	// Datagrams is how many were sent on the wire of udp to each link that was sent any, since Before was called last; not
	// nil. Without this function the testee does not know peer_batch.
	Datagrams func() map[string]int
}

// Wires are those of the transports that hello names; nil where it does not.
type Wires struct {
	UDP  *Wire
	TCP  *Listener
	QUIC *net.UDPConn // for a library that speaks QUIC
}

// Run is all that main of a testee does: it binds, prints the ports, and answers until it is told to stop. With the
// argument --attach standard input is left alone, and after a stop the testee waits for the next runner.
func Run(yours Implementation) { RunWith(yours, Peers{}) }

// RunWith is Run with peers.
func RunWith(yours Implementation, peers Peers) {
	token := os.Getenv("RESONANT_TOKEN")
	if token == "" {
		fmt.Fprintln(os.Stderr, "RESONANT_TOKEN is not set: the runner sets it, or whoever starts this by hand")
		os.Exit(2)
	}
	attach := slices.Contains(os.Args[1:], "--attach")
	if err := run(&table{yours.Hello(), Ops(yours), peers, token}, attach); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(asked *table, attach bool) error {
	control, err := bind()
	if err != nil {
		return err
	}
	ports, wires, err := bindWires(asked.hello.transports())
	if err != nil {
		return err
	}
	if asked.peers.Wires != nil {
		asked.peers.Wires(wires)
	}
	line, err := json.Marshal(map[string]any{"control": port(control), "wires": ports}) // TST-1
	if err != nil {
		return err
	}
	if _, err := fmt.Println(string(line)); err != nil {
		return err
	}
	if !attach {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(0) // TST-2
		}()
	}
	return (&server{asked: asked, control: control, attach: attach}).serve()
}

// bindWires gives a wire for each transport, and their ports.
func bindWires(transports []string) (map[string]uint16, Wires, error) {
	ports, wires := map[string]uint16{}, Wires{}
	for _, transport := range transports {
		switch transport {
		case "udp":
			socket, err := bind()
			if err != nil {
				return nil, wires, err
			}
			ports[transport], wires.UDP = port(socket), &Wire{socket}
		case "tcp":
			listener, err := Listen()
			if err != nil {
				return nil, wires, err
			}
			ports[transport], wires.TCP = listener.Port(), listener
		case "quic":
			socket, err := bind()
			if err != nil {
				return nil, wires, err
			}
			ports[transport], wires.QUIC = port(socket), socket
		case "webrtc": // has none
		default:
			return nil, wires, fmt.Errorf("the transport %q is unknown to this kit", transport)
		}
	}
	return ports, wires, nil
}

// bind gives a socket with buffers as large as the system grants: some grant less, some refuse.
func bind() (*net.UDPConn, error) {
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	for _, enlarge := range []func(int) error{socket.SetReadBuffer, socket.SetWriteBuffer} {
		for bytes := 4 << 20; bytes >= 1<<17 && enlarge(bytes) != nil; bytes /= 2 {
		}
	}
	return socket, nil
}

func port(socket *net.UDPConn) uint16 {
	return socket.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

// server is what is remembered between datagrams.
type server struct {
	asked   *table
	control *net.UDPConn
	attach  bool

	runner  netip.AddrPort
	sender  netip.AddrPort // of current
	current message
	kept    replies
}

func (s *server) serve() error {
	buffer := make([]byte, 1<<16)
	for {
		length, from, err := s.control.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return err
		}
		if s.runner.IsValid() && from != s.runner {
			continue // TST-6
		}
		one, formed := readPiece(buffer[:length])
		if formed && s.take(one, from) && !s.attach {
			return nil
		}
	}
}

// take handles a piece and says whether it was the last of a stop that was obeyed.
func (s *server) take(one piece, from netip.AddrPort) bool {
	reply, there := s.kept.datagrams[one.id]
	switch {
	case one.ask:
		if one.count == len(reply) {
			s.send(reply[one.index], from) // TST-22
		}
		return false
	case there:
		if one.index == one.count-1 {
			s.send(reply[0], from) // TST-7
		}
		return false
	}
	if from != s.sender {
		s.sender, s.current = from, message{}
	}
	if s.current.add(one); s.current.whole() {
		text := s.current.joined()
		s.current = message{}
		return s.reply(text, one.id, from)
	}
	if s.runner.IsValid() {
		s.send(head(askMagic, one.id, s.current.lacking(), one.count), from) // TST-23
	}
	return false
}

func (s *server) reply(text []byte, id uint32, from netip.AddrPort) bool {
	op, reply := "", reply(nil)
	if s.runner.IsValid() {
		op, reply = s.asked.answer(text)
	} else if op, reply = s.greeted(text); reply == nil {
		return false // TST-6
	}
	s.runner = from
	s.kept.keep(id, reply.text())
	s.send(s.kept.datagrams[id][0], from) // TST-21
	if _, ok := reply["ok"]; op != "stop" || !ok {
		return false
	}
	s.runner, s.kept = netip.AddrPort{}, replies{} // TST-3
	return true
}

// greeted answers a hello with the right token, and nothing else.
func (s *server) greeted(text []byte) (string, reply) {
	value, err := readJSON(text)
	if err != nil {
		return "", nil
	}
	op, reply := answerTo(value, func(name string) (Op, error) {
		if name != "hello" {
			return nil, UnsupportedError(name)
		}
		return s.asked.greet, nil
	})
	if _, ok := reply["ok"]; !ok {
		return "", nil
	}
	return op, reply
}

func (s *server) send(datagram []byte, to netip.AddrPort) {
	if _, err := s.control.WriteToUDPAddrPort(datagram, to); err != nil {
		fmt.Fprintln(os.Stderr, "a datagram was not sent:", err) // the runner asks again
	}
}
