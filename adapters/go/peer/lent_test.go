package peer

import (
	"math/rand/v2"
	"slices"
	"testing"

	"resonant"
)

func TestABufferIsFreeOnceEveryMessageInItIsReleased(t *testing.T) {
	l := newLending(t, plain())
	head, pieces := l.large(4)
	l.read(head)
	in, came := l.read(pieces...)
	users(t, in, 4)
	for left, one := range came {
		again := one
		for range 2 {
			one.Release()
			again.Release()
		}
		users(t, in, int32(3-left))
		overwriteSpare()
		l.intact(came[left+1:]...)
	}
}

func TestWhatWaitsInABufferIsNotOverwritten(t *testing.T) {
	l := newLending(t, plain())
	head, pieces := l.large(5)
	l.read(head)
	in, came := l.read(pieces[0], pieces[2], pieces[3], pieces[4])
	users(t, in, 4)
	came[0].Release()
	users(t, in, 3)
	overwriteSpare()
	if _, came = l.read(pieces[1]); len(came) != 4 {
		t.Fatalf("%d came", len(came))
	}
	for _, one := range came {
		one.Release()
	}
	users(t, in, 0)
}

func TestWhatWaitsInAHeldStreamIsNotOverwritten(t *testing.T) {
	config := plain()
	config.Mux = &Mux{Streams: 4, Frames: 16}
	l := newLending(t, config)
	head, pieces := l.large(4)
	l.read(head)
	if err := l.server.Do(0, func(one *Peer) error { return one.Hold(3, 0) }); err != nil {
		t.Fatal(err)
	}
	in, came := l.read(pieces...)
	users(t, in, 4)
	if err := l.server.Do(0, func(one *Peer) error { return one.Resume(3, 0) }); err != nil || len(came) > 0 {
		t.Fatal(err, len(came))
	}
	for _, one := range l.delivered() {
		one.Release()
	}
	users(t, in, 0)
}

// What is told twice, is damaged or comes without a session takes no buffer from who reads.
func TestWhatIsDroppedStaysInNoBuffer(t *testing.T) {
	l := newLending(t, plain())
	head, pieces := l.large(4)
	l.read(head)
	l.read(pieces...)
	damaged := slices.Clone(pieces[3])
	damaged[60] ^= 1
	for name, again := range map[string][][]byte{"twice": pieces, "damaged": {damaged, damaged, damaged, damaged}} {
		if in, came := l.read(again...); in != l.in || len(came) > 0 {
			t.Errorf("%s: %d came, and another buffer is read into: %v", name, len(came), in != l.in)
		}
	}
	stranger, err := NewConnection(Server, plain(), Salt{3}, 0)
	if err != nil {
		t.Fatal(err)
	}
	in := spareBuffer()
	if next, _ := stranger.receiveIn(in, copy(in.bytes, slices.Concat(pieces...)), 0); next != in {
		t.Error("a buffer is given to a stranger")
	}
}

// What was opened or decompressed lies in memory of its own, even if its datagram has waited.
func TestWhatIsTransformedLeavesItsBuffer(t *testing.T) {
	key := resonant.Key{1}
	for name, change := range map[string]func(*Config){
		"compressed": func(config *Config) { config.Compress = []string{Zstd} },
		"sealed":     func(config *Config) { config.Key, config.Crypto = &key, []string{XChaCha20Poly1305} },
		"both": func(config *Config) {
			config.Compress, config.Key, config.Crypto = []string{Zstd}, &key, []string{XChaCha20Poly1305}
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := plain()
			change(&config)
			l := newLending(t, config)
			head, pieces := l.large(9)
			l.read(head)
			if in, came := l.read(pieces[:4]...); in != l.in || len(came) != 4 {
				t.Errorf("%d came, and another buffer is read into: %v", len(came), in != l.in)
			}
			in, _ := l.read(pieces[5:]...)
			users(t, in, 4)
			_, came := l.read(pieces[4])
			users(t, in, 0)
			for _, one := range came {
				one.Release()
			}
			users(t, in, 0)
			overwriteSpare()
			if l.intact(came...); len(came) != 5 {
				t.Errorf("%d came", len(came))
			}
		})
	}
}

// Where frames are kept for repair, none lies in a buffer.
func TestWhatMayRecoverOthersLiesInNoBuffer(t *testing.T) {
	config := plain()
	config.FEC = []string{RS8}
	l := newLending(t, config, (*Connection).MayLose)
	head, pieces := l.large(4)
	l.read(head)
	in, came := l.read(pieces...)
	if in != l.in || len(came) != 4 || l.server.peer.fec.order.Len() != 5 {
		t.Errorf("%d came, %d are kept, another buffer is read into: %v", len(came), l.server.peer.fec.order.Len(), in != l.in)
	}
	for _, one := range came {
		one.Release()
	}
	overwriteSpare()
	l.intact(came...)
}

// What comes out of order, twice and damaged, and is released at once, later, often or never, is never overwritten before.
func TestNothingIsOverwrittenThatIsNotReleased(t *testing.T) {
	const frames = 100
	for seed := range uint64(4) {
		draw := rand.New(rand.NewPCG(seed, 0))
		l := newLending(t, plain())
		l.read(l.open())
		var way [][]byte
		for at := range frames {
			piece := l.send([]int{100, 15_000, 20_000, 40_000, 65_000, 65_000}[draw.IntN(6)])
			damaged := slices.Clone(piece)
			damaged[len(damaged)-1] ^= 1
			for range []int{1, 1, 1, 2}[draw.IntN(4)] {
				way = slices.Insert(way, max(0, len(way)-draw.IntN(6)), piece)
			}
			if at%9 == 0 {
				way = append(way, damaged)
			}
		}
		var there []Delivered
		came := 0
		for len(way) > 0 {
			some := min(len(way), 1+draw.IntN(7))
			_, events := l.read(way[:some]...)
			way, came = way[some:], came+len(events)
			there = slices.DeleteFunc(append(there, events...), func(one Delivered) bool {
				if draw.IntN(3) > 0 {
					return false
				}
				one.Release()
				one.Release()
				return true
			})
			overwriteSpare()
			l.intact(there...)
		}
		if came != frames {
			t.Errorf("seed %d: %d came", seed, came)
		}
	}
}
