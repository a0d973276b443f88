package tests

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"reflect"
	"testing"
	"time"

	"resonant/testeekit"
)

// patience is more than any reply takes.
const patience = time.Minute

// asTestee is the environment variable with which this program is the testee that tests start.
const asTestee = "TESTEEKIT_TEST_TESTEE"

// TestMain is the main of that testee as well.
func TestMain(m *testing.M) {
	if os.Getenv(asTestee) != "" {
		testeekit.RunWith(bare{}, new(echo).peers())
		return
	}
	os.Exit(m.Run())
}

// bare has peers and nothing else.
type bare struct{ testeekit.Unsupported }

func (bare) Hello() testeekit.Hello {
	return testeekit.Hello{Name: "echo", Version: "0.1", Profiles: []string{"handshake"}, Transports: []string{"udp"}}
}

// echo sends each datagram back, to a link called by its first letter.
type echo struct {
	wire *testeekit.Wire
	sent map[string]int
}

func (e *echo) peers() testeekit.Peers {
	return testeekit.Peers{
		Ops:       map[string]testeekit.Op{"peer_poll": poll, "peer_send": refuse, "peer_signal": poll},
		Before:    e.before,
		Wires:     func(wires testeekit.Wires) { e.wire = wires.UDP },
		Datagrams: func() map[string]int { return e.sent },
	}
}

func (e *echo) before(most int64) error {
	e.sent = map[string]int{}
	return e.wire.Receive(most, func(datagram []byte, port uint16) {
		if e.wire.Send(datagram, port) == nil {
			e.sent[string(datagram[:1])]++
		}
	})
}

func poll(in *testeekit.Input) (any, error) { return struct{}{}, in.Done() }

func refuse(in *testeekit.Input) (any, error) { return nil, testeekit.Refusal("BAD_STATE") }

// runner is what has started that testee, and the other end of its peers.
type runner struct {
	t       *testing.T
	control *net.UDPConn
	wire    *net.UDPConn
	asked   uint32
}

func start(t *testing.T) *runner {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env, child.Stderr = append(os.Environ(), asTestee+"=1", "RESONANT_TOKEN=secret"), os.Stderr
	input, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = input.Close(), child.Wait() }) // TST-2
	var ports struct {
		Control int
		Wires   map[string]int
	}
	if err := json.NewDecoder(output).Decode(&ports); err != nil {
		t.Fatal(err)
	}
	r := &runner{t: t, control: dial(t, ports.Control), wire: dial(t, ports.Wires["udp"])}
	r.ask("hello", `{"token": "secret"}`)
	return r
}

func dial(t *testing.T, port int) *net.UDPConn {
	t.Helper()
	socket, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	if err := socket.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return socket
}

// ask gives the reply to a request of one piece.
func (r *runner) ask(op, input string) map[string]any {
	r.t.Helper()
	r.asked++
	datagram := binary.LittleEndian.AppendUint32([]byte("RTP1"), r.asked)
	datagram = append(datagram, 0, 0, 1, 0)
	if _, err := r.control.Write(append(datagram, request(op, input)...)); err != nil {
		r.t.Fatal(err)
	}
	buffer := make([]byte, 1<<16)
	length, err := r.control.Read(buffer)
	if err != nil {
		r.t.Fatal(err)
	}
	var reply map[string]any
	if err := json.Unmarshal(buffer[12:length], &reply); err != nil {
		r.t.Fatal(err)
	}
	return reply
}

func request(op, input string) string {
	return fmt.Sprintf(`{"op": %q, "case": "", "profile": "", "input": %s}`, op, input)
}

// send sends datagrams to the wire of udp, where they wait.
func (r *runner) send(datagrams ...string) {
	r.t.Helper()
	for _, one := range datagrams {
		if _, err := r.wire.Write([]byte(one)); err != nil {
			r.t.Fatal(err)
		}
	}
}

func TestEachRequestOfAPeerBatchTakesItsDatagramsAndSaysWhatWasSent(t *testing.T) {
	r := start(t)
	r.send("a1", "b1", "a2", "a3", "b2", "c1")
	one, refused := request("peer_poll", `{}`), request("peer_send", `{}`)
	reply := r.ask("peer_batch", fmt.Sprintf(`{"requests": [%s, %s, %s, 1, %s], "datagrams": [2, 0, 3, 1, 4294967295]}`, one, one, refused, one))
	want := map[string]any{
		"replies": []any{
			map[string]any{"ok": map[string]any{}}, map[string]any{"ok": map[string]any{}},
			map[string]any{"reject": map[string]any{"code": "BAD_STATE"}},
			map[string]any{"error": "expected an object"},
			map[string]any{"ok": map[string]any{}},
		},
		"datagrams": []any{
			map[string]any{"a": 1.0, "b": 1.0}, map[string]any{}, map[string]any{"a": 2.0, "b": 1.0}, map[string]any{}, map[string]any{"c": 1.0},
		},
	}
	if !reflect.DeepEqual(reply["ok"], any(want)) {
		t.Errorf("%v", reply)
	}
	buffer := make([]byte, 8)
	for _, want := range []string{"a1", "b1", "a2", "a3", "b2", "c1"} {
		if length, err := r.wire.Read(buffer); err != nil || string(buffer[:length]) != want {
			t.Errorf("%q in place of %q came back: %v", buffer[:length], want, err)
		}
	}
	r.send("d1", "d2")
	r.ask("peer_poll", `{}`)
	if reply := r.ask("peer_batch", fmt.Sprintf(`{"requests": [%s], "datagrams": [1]}`, one)); fmt.Sprint(reply["ok"]) != "map[datagrams:[map[]] replies:[map[ok:map[]]]]" {
		t.Errorf("datagrams wait that were taken alone: %v", reply)
	}
}

func TestOnlySixOpsArePartsOfAPeerBatch(t *testing.T) {
	r := start(t)
	for _, op := range []string{"hello", "stop", "batch", "peer_batch", "peer_signal", "tail_hash", "no_such_op"} {
		reply := r.ask("peer_batch", fmt.Sprintf(`{"requests": [%s], "datagrams": [0]}`, request(op, `{}`)))
		want := fmt.Sprintf("map[datagrams:[map[]] replies:[map[error:%q cannot be part of a peer_batch]]]", op)
		if got := fmt.Sprint(reply["ok"]); got != want {
			t.Errorf("%s: %v", op, reply)
		}
	}
	if reply := r.ask("batch", fmt.Sprintf(`{"requests": [%s]}`, request("peer_batch", `{}`))); fmt.Sprint(reply["ok"]) != `map[replies:[map[error:"peer_batch" cannot be part of a batch]]]` {
		t.Errorf("in a batch: %v", reply)
	}
}

func TestAPeerBatchHasANumberForEachRequest(t *testing.T) {
	r := start(t)
	for _, wrong := range []string{
		`{"requests": [], "datagrams": []}`,
		`{"requests": [1], "datagrams": [0, 0]}`,
		`{"requests": [1, 1], "datagrams": [0]}`,
		`{"requests": [1], "datagrams": [-1]}`,
		`{"requests": [1], "datagrams": [4294967296]}`,
		`{"requests": [1]}`,
		`{"requests": [1], "datagrams": [0], "more": 1}`,
	} {
		if reply := r.ask("peer_batch", wrong); reply["error"] == nil {
			t.Errorf("%s: %v", wrong, reply)
		}
	}
}
