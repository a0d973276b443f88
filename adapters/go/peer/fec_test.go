package peer_test

import (
	"errors"
	"testing"
	"time"

	"resonant"
	"resonant/peer"
)

func fecConfig(k, r, step int) peer.Config {
	config := peer.AllFeatures()
	config.FEC, config.Repair = []string{peer.RS8, peer.None}, &peer.Repairing{K: k, R: r, Step: step}
	return config
}

// fecSession is a session of peers that repair, of which the client has sent a stream of so many frames, HEAD and TAIL
// beside them; what it has sent is on the way.
func fecSession(t *testing.T, config peer.Config, frames int) *talk {
	t.Helper()
	w := newTalk(t, 1, false, config)
	w.collect(0)
	if !w.agreed() {
		t.Fatal("no session")
	}
	w.need(w.peers[0].Open(3, true, nil, w.now))
	w.send(0, 3, 0, frames)
	w.need(w.peers[0].Close(3, w.now))
	w.collect(0)
	return w
}

func TestFramesThatAreLostComeBackWithoutAWord(t *testing.T) {
	for _, config := range []peer.Config{fecConfig(4, 2, 1), fecConfig(4, 2, 3)} {
		w := fecSession(t, config, 8)
		data := 0
		kept := w.way[:0]
		for _, one := range w.way {
			if frame, err := resonant.Decode(one.data); err == nil && frame.Type == resonant.ThinkType {
				if data++; data == 2 || data == 7 {
					continue
				}
			}
			kept = append(kept, one)
		}
		w.way = kept
		w.tick()
		w.checkOrder(1, 3, true, 8)
		if count[peer.Recovered](w.events[1]) != 2 || count[peer.Incomplete](w.events[1]) != 0 || count[peer.Complete](w.events[1]) != 1 {
			t.Errorf("%+v: %v", config.Repair, w.events[1])
		}
	}
}

func TestAGroupEndsAfterItsTime(t *testing.T) {
	w := newTalk(t, 1, false, fecConfig(4, 1, 1))
	w.collect(0)
	if !w.agreed() {
		t.Fatal("no session")
	}
	w.send(0, 3, 0, 2)
	client := w.peers[0]
	for _, one := range []struct {
		after time.Duration
		want  int
	}{{19 * time.Millisecond, 0}, {20 * time.Millisecond, 1}, {40 * time.Millisecond, 0}} {
		client.Advance(w.now + one.after)
		repair := 0
		for datagram := range client.Datagrams() {
			found, err := resonant.ReadRepair(datagram)
			if err != nil || found.K != 2 {
				t.Errorf("%+v, %v", found, err)
			}
			repair++
		}
		if repair != one.want {
			t.Errorf("%d after %v", repair, one.after)
		}
	}
}

func TestForgedRepairDoesNotStandInTheWay(t *testing.T) {
	w := fecSession(t, fecConfig(2, 1, 1), 2)
	var repair []byte
	kept := w.way[:0]
	for _, one := range w.way {
		frame, err := resonant.Decode(one.data)
		if err != nil {
			repair = one.data
		} else if frame.FrameSeq != 2 {
			kept = append(kept, one)
		}
	}
	w.way = kept[:len(kept)-1] // without the TAIL
	w.tick()
	forged, err := resonant.ReadRepair(repair)
	if err != nil {
		t.Fatal(err)
	}
	other, err := resonant.EncodeRepair(resonant.RepairGroup{StreamID: 3, Base: forged.Base, R: 1, Step: 1}, framesOf(t, len(forged.Parity)-2))
	if err != nil {
		t.Fatal(err)
	}
	w.peers[1].Receive(other[0], w.now)
	w.peers[1].Receive(repair, w.now)
	w.collect(1)
	if count[peer.Dropped](w.events[1]) != 1 || count[peer.Recovered](w.events[1]) != 1 || count[peer.Delivered](w.events[1]) != 2 {
		t.Errorf("%v", w.events[1])
	}
}

// framesOf gives the frames 1 and 2 of stream 3 with so many bytes.
func framesOf(t *testing.T, length int) (frames [][]byte) {
	for seq := uint64(1); seq <= 2; seq++ {
		text := make([]byte, length-33-10)
		for at := range text {
			text[at] = byte(seq)
		}
		frame := &resonant.Frame{StreamID: 3, FrameSeq: seq, Slices: []resonant.Slice{{DType: resonant.I8, Dims: []uint32{uint32(len(text))}, Payload: text}}}
		data, err := frame.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, data)
	}
	return frames
}

func TestRepairWithoutAgreementIsNoFrame(t *testing.T) {
	plain := fecConfig(2, 1, 1)
	plain.FEC = nil
	w := fecSession(t, plain, 2)
	for _, one := range w.way {
		if resonant.IsRepair(one.data) {
			t.Error("repair is sent")
		}
	}
	before := count[peer.Dropped](w.events[1])
	w.peers[1].Receive(append([]byte("RSF1"), make([]byte, 60)...), w.now)
	w.collect(1)
	last, _ := w.events[1][len(w.events[1])-1].(peer.Dropped)
	if count[peer.Dropped](w.events[1]) != before+1 || last.Code != resonant.BadVersion {
		t.Errorf("%v", last)
	}
}

func TestARoughWayNeedsFewerRepeatsWithRepair(t *testing.T) {
	incomplete := map[bool]int{}
	for _, repaired := range []bool{false, true} {
		for seed := range uint64(60) {
			config := peer.AllFeatures()
			if repaired {
				config = fecConfig(4, 4, 1)
			}
			w := newTalk(t, seed, true, config)
			w.collect(0)
			if !w.agreed() {
				continue
			}
			event := w.stream(0, 3, true, 19)
			_, whole := event.(peer.Complete)
			w.checkOrder(1, 3, whole, 19)
			incomplete[repaired] += count[peer.Incomplete](w.events[1])
		}
	}
	if incomplete[true] >= incomplete[false] {
		t.Errorf("%v", incomplete)
	}
}

func TestRepairThatCannotBeIsRefused(t *testing.T) {
	for _, repair := range []peer.Repairing{{0, 1, 1}, {129, 1, 1}, {1, 0, 1}, {1, 33, 1}, {1, 1, 0}, {1, 1, 17}} {
		config := peer.AllFeatures()
		config.Repair = &repair
		if _, err := peer.New(peer.Client, config, peer.Salt{}); !errors.Is(err, resonant.FieldRange) {
			t.Errorf("%v: %v", repair, err)
		}
	}
}
