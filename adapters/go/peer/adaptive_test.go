package peer_test

import (
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"resonant"
	"resonant/peer"
)

// worked is the tensor of specs/adaptive.md, section 4: I8 passes from 156, and Q4 from 117,493.
func worked(t *testing.T) peer.Numbers {
	t.Helper()
	data, err := hex.DecodeString(strings.Repeat("003c00b80034922cdb3200bc00800000", 4))
	if err != nil {
		t.Fatal(err)
	}
	return peer.Numbers{Source: resonant.Float16, Dims: []uint32{4, 8}, Data: data}
}

func adaptiveTalk(t *testing.T, own peer.Adaptive) *talk {
	t.Helper()
	config := peer.AllFeatures()
	config.Compress, config.Adaptive = []string{peer.None}, &own
	w := newTalk(t, 1, false, config)
	w.collect(0)
	if !w.agreed() {
		t.Fatal("no session")
	}
	return w
}

// formsOf sends a message of the worked tensor, and gives the dtypes of its slices.
func (w *talk) formsOf(streamID uint32, kind resonant.Type, tensors int) (found []resonant.DType) {
	w.t.Helper()
	message := peer.AdaptiveMessage{Type: kind, Modality: resonant.Text}
	for range tensors {
		message.Tensors = append(message.Tensors, worked(w.t))
	}
	w.need(w.peers[0].SendAdaptive(streamID, message, w.now))
	for datagram := range w.peers[0].Datagrams() {
		frame, err := resonant.Decode(datagram)
		w.need(err)
		for _, one := range frame.Slices {
			found = append(found, one.DType)
		}
	}
	return found
}

func TestEachTensorTakesTheSmallestFormThatPasses(t *testing.T) {
	keys, values := int64(156), int64(117_493)
	w := adaptiveTalk(t, peer.Adaptive{Tolerance: 155, Keys: &keys, Values: &values})
	if got := w.formsOf(3, resonant.ThinkType, 1); !reflect.DeepEqual(got, []resonant.DType{resonant.F16}) {
		t.Error(got)
	}
	want := []resonant.DType{resonant.I8, resonant.F16, resonant.Q4, resonant.F16}
	if got := w.formsOf(3, resonant.CacheType, 2); !reflect.DeepEqual(got, want) {
		t.Error(got)
	}
}

func TestAQualityLiftsTheToleranceOfItsStreamIDAlone(t *testing.T) {
	w := adaptiveTalk(t, peer.Adaptive{Tolerance: 156})
	w.need(w.peers[1].Quality(3, 117_493, w.now))
	w.need(w.peers[1].Quality(7, 0, w.now))
	for datagram := range w.peers[1].Datagrams() {
		w.peers[0].Receive(datagram, w.now)
	}
	for streamID, want := range map[uint32]resonant.DType{3: resonant.Q4, 5: resonant.I8, 7: resonant.I8} {
		if got := w.formsOf(streamID, resonant.ThinkType, 1); got[0] != want {
			t.Error(streamID, got)
		}
	}
	w.peers[0].Advance(w.now + 45*time.Second) // the session is lost, and what was said in it
	w.need(w.peers[0].Ping(99, w.now+45*time.Second))
}

func TestAnAdaptiveMessageIsRefusedInTheOrderOfTheText(t *testing.T) {
	w := adaptiveTalk(t, peer.Adaptive{})
	wrong := worked(t)
	wrong.Dims = []uint32{5, 8}
	plain := newTalk(t, 1, false, peer.AllFeatures())
	plain.collect(0)
	plain.agreed()
	for want, call := range map[resonant.Code]func() error{
		resonant.LengthMismatch: func() error {
			return w.peers[0].SendAdaptive(3, peer.AdaptiveMessage{Tensors: []peer.Numbers{wrong, wrong}}, w.now)
		},
		resonant.BadSlots: func() error {
			return w.peers[0].SendAdaptive(3, peer.AdaptiveMessage{Tensors: []peer.Numbers{worked(t), worked(t), worked(t)}}, w.now)
		},
		peer.UnsupportedFeature: func() error {
			return plain.peers[0].SendAdaptive(3, peer.AdaptiveMessage{Tensors: []peer.Numbers{wrong}}, plain.now)
		},
		resonant.FieldRange: func() error { return w.peers[0].Quality(3, resonant.MaxTolerance+1, w.now) },
	} {
		var refused *resonant.Error
		if err := call(); !errors.As(err, &refused) || refused.Code != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	w.need(w.peers[0].Open(7, false, nil, w.now))
	var refused *resonant.Error
	if err := w.peers[0].Quality(7, -1, w.now); !errors.As(err, &refused) || refused.Code != peer.StreamState {
		t.Error(err)
	}
}

func TestWhatNoPeerCanTolerateIsRefused(t *testing.T) {
	tooMuch := int64(resonant.MaxTolerance + 1)
	for _, own := range []peer.Adaptive{{Tolerance: -1}, {Keys: &tooMuch}, {Values: &tooMuch}} {
		config := peer.AllFeatures()
		config.Adaptive = &own
		if _, err := peer.New(peer.Client, config, peer.Salt{1}); err == nil {
			t.Error(own)
		}
	}
}
