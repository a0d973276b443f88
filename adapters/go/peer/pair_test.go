package peer_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"resonant"
	"resonant/peer"
)

const tick = 250 * time.Millisecond

// sealedConfig is one of a peer that insists on crypto.
func sealedConfig() peer.Config {
	config := peer.AllFeatures()
	config.Crypto, config.RequireCrypto, config.Key = []string{peer.XChaCha20Poly1305}, true, &resonant.Key{1}
	return config
}

// talk is a client and a server with a way between them that loses, repeats and reorders by a seed.
type talk struct {
	t      *testing.T
	draw   *rand.Rand
	lossy  bool
	now    time.Duration
	peers  [2]*peer.Peer // client, server
	way    []transit
	events [2][]peer.Event
}

type transit struct {
	to   int
	due  time.Duration
	data []byte
}

func newTalk(t *testing.T, seed uint64, lossy bool, config peer.Config) *talk {
	t.Helper()
	found := &talk{t: t, draw: rand.New(rand.NewPCG(seed, 7)), lossy: lossy}
	for at, role := range []peer.Role{peer.Client, peer.Server} {
		one, err := peer.New(role, config, peer.Salt{byte(at + 1)})
		if err != nil {
			t.Fatal(err)
		}
		found.peers[at] = one
	}
	found.need(found.peers[0].Ping(1, 0))
	return found
}

func (w *talk) need(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// tick lets some time pass and everything due arrive.
func (w *talk) tick() {
	w.now += tick
	for at, one := range w.peers {
		one.Advance(w.now)
		w.collect(at)
	}
	for range 8 { // answers to answers
		due := w.way
		w.way = nil
		for _, one := range due {
			if one.due > w.now {
				w.way = append(w.way, one)
				continue
			}
			w.peers[one.to].Receive(one.data, w.now)
			w.collect(one.to)
		}
	}
}

func (w *talk) collect(at int) {
	for datagram := range w.peers[at].Datagrams() {
		copies := 1
		if w.lossy {
			copies = []int{0, 1, 1, 1, 1, 1, 1, 2}[w.draw.IntN(8)]
		}
		for range copies {
			late := time.Duration(0)
			if w.lossy {
				late = time.Duration(w.draw.IntN(3)) * tick
			}
			w.way = append(w.way, transit{1 - at, w.now + late, datagram})
		}
	}
	w.events[at] = slices.AppendSeq(w.events[at], w.peers[at].Events())
}

func (w *talk) agreed() bool {
	for range 61 {
		if _, there := w.peers[0].Agreement(); there {
			return true
		}
		w.tick()
	}
	return false
}

func payload(number int) []resonant.Slice {
	data := bytes.Repeat([]byte{byte(number), byte(number >> 8)}, 20)
	return []resonant.Slice{{DType: resonant.I8, Dims: []uint32{40}, Payload: data}}
}

// ended is what became of a stream, nil while it is open.
func ended(events []peer.Event, streamID uint32) peer.Event {
	for _, event := range events {
		switch e := event.(type) {
		case peer.Complete:
			if e.StreamID == streamID {
				return e
			}
		case peer.Failed:
			if e.StreamID == streamID {
				return e
			}
		}
	}
	return nil
}

// stream sends a stream from one end and gives how it ended at the other.
func (w *talk) stream(from int, streamID uint32, strong bool, count int) peer.Event {
	sender := w.peers[from]
	w.need(sender.Open(streamID, strong, nil, w.now))
	for number := range count {
		w.need(sender.Send(streamID, resonant.ThinkType, resonant.Text, payload(number), w.now))
		w.collect(from)
		if w.draw.IntN(4) == 0 {
			w.tick()
		}
	}
	w.need(sender.Close(streamID, w.now))
	w.collect(from)
	for range 64 {
		w.tick()
		if event := ended(w.events[1-from], streamID); event != nil {
			return event
		}
	}
	return nil
}

// checkOrder sees that what a stream delivered is what was sent, in order and once.
func (w *talk) checkOrder(at int, streamID uint32, whole bool, count int) {
	w.t.Helper()
	next, inside := 0, false
	for _, event := range w.events[at] {
		switch e := event.(type) {
		case peer.Opened:
			inside = inside || e.StreamID == streamID
		case peer.Delivered:
			if e.StreamID != streamID || !inside {
				continue
			}
			if !reflect.DeepEqual(e.Slices, payload(next)) {
				w.t.Fatalf("message %d is another one", next)
			}
			next++
		}
	}
	if whole && next != count {
		w.t.Fatalf("%d of %d messages", next, count)
	}
}

func TestStreamsSurviveARoughWay(t *testing.T) {
	complete, sessions := 0, 0
	for seed := range uint64(200) {
		config := []peer.Config{peer.AllFeatures(), sealedConfig()}[seed%2]
		w := newTalk(t, seed, true, config)
		w.collect(0)
		if !w.agreed() {
			continue
		}
		sessions++
		for from, streamID := range []uint32{3, 4} {
			count := w.draw.IntN(20)
			event := w.stream(from, streamID, seed%3 == 0, count)
			end, whole := event.(peer.Complete)
			w.checkOrder(1-from, streamID, whole, count)
			if whole {
				complete++
			}
			if whole && end.Frames != uint64(count) {
				t.Fatalf("seed %d: %d frames, not %d", seed, end.Frames, count)
			}
			if failed, is := event.(peer.Failed); is && failed.Code != peer.StreamTimeout {
				t.Fatalf("seed %d: %v", seed, failed)
			}
		}
	}
	if sessions < 190 || complete < 250 {
		t.Errorf("%d sessions, %d whole streams", sessions, complete)
	}
}

func TestOverASoundWayEverythingArrives(t *testing.T) {
	for seed := range uint64(20) {
		w := newTalk(t, seed, false, peer.AllFeatures())
		w.collect(0)
		if !w.agreed() {
			t.Fatal("no session")
		}
		for from, streamID := range []uint32{3, 4} {
			if _, whole := w.stream(from, streamID, true, 9).(peer.Complete); !whole {
				t.Fatal("the stream is not whole")
			}
			w.checkOrder(1-from, streamID, true, 9)
		}
		for _, events := range w.events {
			for _, event := range events {
				switch event.(type) {
				case peer.Dropped, peer.ErrorReceived, peer.ErrorSent, peer.Incomplete:
					t.Fatalf("%T %v", event, event)
				}
			}
		}
	}
}

func TestARequestThatIsRefusedHasNoEffect(t *testing.T) {
	w := newTalk(t, 1, false, peer.AllFeatures())
	client := w.peers[0]
	if err := client.Send(3, resonant.ThinkType, resonant.Text, payload(0), 0); !errors.Is(err, peer.HandshakeRequired) {
		t.Errorf("without a session: %v", err)
	}
	w.collect(0)
	if !w.agreed() {
		t.Fatal("no session")
	}
	for code, request := range map[resonant.Code]func() error{
		resonant.BadSlots: func() error { return client.Send(3, resonant.ThinkType, 0, nil, w.now) },
		resonant.BadType:  func() error { return client.Send(3, resonant.SyncType, 0, nil, w.now) },
		peer.StreamState:  func() error { return client.Close(3, w.now) },
		resonant.FrameTooLarge: func() error {
			sizes := slices.Repeat([]byte{7}, 65_480)
			random := rand.New(rand.NewPCG(1, 1))
			for at := range sizes {
				sizes[at] = byte(random.Uint32())
			}
			slice := resonant.Slice{DType: resonant.I8, Dims: []uint32{uint32(len(sizes))}, Payload: sizes}
			return client.Send(3, resonant.ThinkType, 0, []resonant.Slice{slice}, w.now)
		},
	} {
		if err := request(); !errors.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	for range client.Datagrams() {
		t.Error("something is sent all the same")
	}
	if event := w.stream(0, 3, false, 1); fmt.Sprintf("%T", event) != "peer.Complete" {
		t.Errorf("the stream_id was used up: %v", event)
	}
}

func TestAnotherSaltKeepsTheNumbersAndKnowsOldFrames(t *testing.T) {
	w := newTalk(t, 1, false, sealedConfig())
	w.collect(0)
	if !w.agreed() {
		t.Fatal("no session")
	}
	client := w.peers[0]
	w.need(client.Heart(1, w.now))
	var own []byte
	for datagram := range client.Datagrams() {
		own = datagram
	}
	client.Reseed(peer.Salt{9})
	client.Receive(own, w.now)
	if events := slices.Collect(client.Events()); !reflect.DeepEqual(events, []peer.Event{peer.Dropped{Code: peer.Reflected}}) {
		t.Errorf("an old frame of its own: %v", events)
	}
	w.need(client.Heart(1, w.now))
	for datagram := range client.Datagrams() {
		if seq := datagram[8]; seq != own[8]+1 {
			t.Errorf("frame %d follows frame %d", seq, own[8])
		}
		if bytes.Equal(datagram[29:41], own[29:41]) {
			t.Error("the nonce begins with the old salt")
		}
	}
}

func TestAConfigurationThatCannotBeSaidIsRefused(t *testing.T) {
	for name, change := range map[string]func(*peer.Config){
		"no d_model":      func(c *peer.Config) { c.DModel = 0 },
		"a name twice":    func(c *peer.Config) { c.DType = []string{"f16", "f16"} },
		"a long id":       func(c *peer.Config) { c.EmbeddingSpaceID = string(make([]byte, 1025)) },
		"an id not UTF-8": func(c *peer.Config) { c.EmbeddingSpaceID = "\xff" },
	} {
		config := peer.AllFeatures()
		change(&config)
		if _, err := peer.New(peer.Server, config, peer.Salt{}); !errors.Is(err, resonant.FieldRange) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
