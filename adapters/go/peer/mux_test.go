package peer_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"resonant"
	"resonant/peer"
)

// muxConfig is one of a peer that lets each of 4 streams run 16 frames ahead.
func muxConfig() peer.Config {
	config := peer.AllFeatures()
	config.Mux = &peer.Mux{Streams: 4, Frames: 16}
	return config
}

func muxTalk(t *testing.T, config peer.Config) *talk {
	t.Helper()
	w := newTalk(t, 1, false, config)
	w.collect(0)
	if !w.agreed() {
		t.Fatal("no session")
	}
	return w
}

func (w *talk) send(from int, streamID uint32, first, count int) {
	w.t.Helper()
	for number := first; number < first+count; number++ {
		w.need(w.peers[from].Send(streamID, resonant.ThinkType, resonant.Text, payload(number), w.now))
	}
	w.collect(from)
}

// onWay counts the data frames on the way, and gives their stream_ids.
func (w *talk) onWay() (streamIDs []uint32) {
	for _, one := range w.way {
		frame, err := resonant.Decode(one.data)
		if err == nil && frame.Type == resonant.ThinkType {
			streamIDs = append(streamIDs, frame.StreamID)
		}
	}
	return streamIDs
}

func count[E peer.Event](events []peer.Event) (found int) {
	for _, event := range events {
		if _, is := event.(E); is {
			found++
		}
	}
	return found
}

func TestASenderStopsAtTheLimitAndGoesOnWithCredit(t *testing.T) {
	w := muxTalk(t, muxConfig())
	w.need(w.peers[0].Open(3, true, nil, w.now))
	w.send(0, 3, 0, 40)
	if sent := len(w.onWay()); sent != 15 { // numbers 1 to 15
		t.Errorf("%d frames went at once", sent)
	}
	w.need(w.peers[0].Close(3, w.now)) // waits as well
	for range 8 {
		w.tick()
	}
	w.checkOrder(1, 3, true, 40)
	if count[peer.Complete](w.events[1]) != 1 || count[peer.Done](w.events[0]) != 1 {
		t.Errorf("the stream is not whole: %v", w.events[1][len(w.events[1])-1])
	}
}

func TestAHeldStreamHoldsUpNoOther(t *testing.T) {
	w := muxTalk(t, muxConfig())
	w.need(w.peers[0].Open(3, false, nil, w.now))
	w.need(w.peers[0].Open(5, false, nil, w.now))
	w.tick()
	w.need(w.peers[1].Hold(3, w.now))
	for _, streamID := range []uint32{3, 5} {
		w.send(0, streamID, 0, 20)
		w.need(w.peers[0].Close(streamID, w.now))
	}
	for range 60 {
		w.tick() // 15 s, over which blocked is sent and answered
	}
	if ended(w.events[1], 5) == nil || ended(w.events[1], 3) != nil {
		t.Errorf("5: %v, 3: %v", ended(w.events[1], 5), ended(w.events[1], 3))
	}
	w.checkOrder(1, 5, true, 20)
	w.need(w.peers[1].Resume(3, w.now))
	w.collect(1)
	for range 8 {
		w.tick()
	}
	w.checkOrder(1, 3, true, 20)
	if _, whole := ended(w.events[1], 3).(peer.Complete); !whole {
		t.Error("the held stream did not go on")
	}
}

func TestUrgentFramesGoFirstAndEqualOnesInTurn(t *testing.T) {
	w := muxTalk(t, muxConfig())
	w.peers[0].Cork(w.now)
	for streamID, urgency := range map[uint32]int{3: 5, 5: 1, 7: 5} {
		w.need(w.peers[0].OpenUrgent(streamID, false, nil, &urgency, w.now))
	}
	for _, streamID := range []uint32{3, 5, 7} {
		w.send(0, streamID, 0, 2)
	}
	if early := w.onWay(); len(early) > 0 {
		t.Errorf("%v in spite of the cork", early)
	}
	w.peers[0].Uncork(w.now)
	w.collect(0)
	if order := w.onWay(); !slices.Equal(order, []uint32{5, 5, 3, 7, 3, 7}) {
		t.Errorf("%v", order)
	}
}

func TestLimitsOfStreamsAndTheirEnds(t *testing.T) {
	w := muxTalk(t, muxConfig())
	client := w.peers[0]
	for streamID := uint32(3); streamID < 11; streamID += 2 {
		w.need(client.Open(streamID, false, nil, w.now))
	}
	if err := client.Open(11, false, nil, w.now); !errors.Is(err, peer.StreamLimit) {
		t.Errorf("a fifth stream: %v", err)
	}
	w.collect(0)
	w.tick()
	w.need(client.Reset(3, "CHANGED_MY_MIND", w.now))
	w.collect(0)
	w.need(w.peers[1].Cancel(5, w.now))
	w.collect(1)
	w.tick()
	for _, want := range []peer.Event{peer.Failed{StreamID: 3, Code: peer.StreamReset, What: "CHANGED_MY_MIND"}, peer.Failed{StreamID: 5, Code: peer.StreamCancelled}} {
		if !slices.ContainsFunc(w.events[1], func(one peer.Event) bool { return reflect.DeepEqual(one, want) }) {
			t.Errorf("no %v", want)
		}
	}
	for _, streamID := range []uint32{3, 5} {
		if err := client.Send(streamID, resonant.ThinkType, 0, payload(0), w.now); !errors.Is(err, peer.StreamState) {
			t.Errorf("a frame on stream %d: %v", streamID, err)
		}
	}
	w.need(client.Open(11, false, nil, w.now)) // in place of the cancelled one; the reset one counts for 1 s
	if err := client.Open(13, false, nil, w.now); !errors.Is(err, peer.StreamLimit) {
		t.Errorf("a stream in place of one that was just reset: %v", err)
	}
	w.collect(0)
	for range 4 {
		w.tick()
	}
	w.need(client.Open(13, false, nil, w.now))
}

func TestNoWaitLastsForEver(t *testing.T) {
	whole := 0
	for seed := range uint64(60) {
		w := newTalk(t, seed, true, muxConfig())
		w.collect(0)
		if !w.agreed() {
			continue
		}
		for range 12 { // the HEADs come late, or not at all
			w.tick()
		}
		for streamID := uint32(3); streamID < 11; streamID += 2 {
			w.need(w.peers[0].Open(streamID, seed%2 == 0, nil, w.now))
			w.send(0, streamID, 0, 50)
			w.need(w.peers[0].Close(streamID, w.now))
		}
		for range 400 { // 100 s
			w.tick()
			if w.draw.IntN(20) == 0 {
				_ = w.peers[1].Hold(3, w.now)
			} else {
				_ = w.peers[1].Resume(3, w.now)
			}
			w.collect(1)
		}
		for streamID := uint32(3); streamID < 11; streamID += 2 {
			event := ended(w.events[1], streamID)
			if _, is := event.(peer.Complete); is {
				whole++
				w.checkOrder(1, streamID, true, 50)
			}
			if failed, is := event.(peer.Failed); is && failed.Code != peer.StreamTimeout {
				t.Fatalf("seed %d, stream %d: %v", seed, streamID, failed)
			}
		}
	}
	if whole < 200 {
		t.Errorf("%d whole streams", whole)
	}
}

func TestMuxThatCannotBeIsRefused(t *testing.T) {
	for _, mux := range []peer.Mux{{Streams: 0, Frames: 16}, {Streams: 1025, Frames: 16}, {Streams: 1, Frames: 15}, {Streams: 1, Frames: 1025}} {
		config := peer.AllFeatures()
		config.Mux = &mux
		if _, err := peer.New(peer.Client, config, peer.Salt{}); !errors.Is(err, resonant.FieldRange) {
			t.Errorf("%v: %v", mux, err)
		}
	}
	w := muxTalk(t, peer.AllFeatures())
	for name, request := range map[string]error{
		"hold": w.peers[1].Hold(3, w.now), "resume": w.peers[1].Resume(3, w.now), "cancel": w.peers[1].Cancel(3, w.now),
		"reset": w.peers[0].Reset(3, "A", w.now),
	} {
		if !errors.Is(request, peer.StreamState) {
			t.Errorf("%s: %v", name, request)
		}
	}
	if err := w.peers[0].Reset(3, "a", w.now+time.Second); !errors.Is(err, resonant.FieldRange) {
		t.Error(err)
	}
}
