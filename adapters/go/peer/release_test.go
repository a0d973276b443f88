package peer_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"

	"resonant"
	"resonant/peer"
)

const filledBytes = 60_000

// filled is a message of which every byte is that of its number, which is below 256.
func filled(number int) resonant.Message {
	payload := bytes.Repeat([]byte{byte(number)}, filledBytes)
	return resonant.Think{Hidden: resonant.Tensor{DType: resonant.I8, Dims: []uint32{filledBytes}, Payload: payload}}
}

// isFilled says whether an event still is the message with its frame_seq as its number.
func isFilled(event peer.Delivered) bool {
	return bytes.Equal(event.Slices[0].Payload, bytes.Repeat([]byte{byte(event.FrameSeq)}, filledBytes))
}

// Messages are read in several goroutines, released there once or twice, or never, while others come; and after the end.
func TestMessagesAreReleasedWhileOthersCome(t *testing.T) {
	const streams, frames = 3, 200
	config := peer.AllFeatures()
	config.Compress = []string{peer.None}
	kept := make(chan peer.Delivered, streams*frames)
	t.Run("both ends are there", func(t *testing.T) {
		server, client := overTCP(t, config)
		streamsOfFilled(t, client, streams, frames)
		releaseMost(t, server, streams, kept)
	})
	close(kept)
	left := 0
	for event := range kept {
		if left++; !isFilled(event) {
			t.Errorf("message %d was overwritten though it was not released", event.FrameSeq)
		}
		event.Release()
		event.Release()
	}
	if left != streams*(frames/3) {
		t.Errorf("%d messages were kept", left)
	}
}

// streamsOfFilled sends streams, one after the other, while the test goes on.
func streamsOfFilled(t *testing.T, client *peer.Conn, streams, frames int) {
	var sending sync.WaitGroup
	t.Cleanup(sending.Wait)
	sending.Go(func() {
		for at := range streams {
			err := client.Stream(uint32(2*at+3), true, resonant.Text, func(yield func(resonant.Message) bool) {
				for number := 1; number <= frames && yield(filled(number)); number++ {
				}
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// releaseMost reads messages in several goroutines until so many streams are whole, and keeps every third.
func releaseMost(t *testing.T, server *peer.Endpoint, streams int, kept chan<- peer.Delivered) {
	t.Helper()
	events := make(chan peer.Delivered, 20)
	var reading sync.WaitGroup
	for range 3 {
		reading.Go(func() {
			for event := range events {
				if !isFilled(event) {
					t.Errorf("message %d is another", event.FrameSeq)
				}
				if event.FrameSeq%3 == 0 {
					kept <- event
					continue
				}
				again := event
				event.Release()
				again.Release()
			}
		})
	}
	whole := 0
	for _, event := range server.Events(t.Context()) {
		if message, is := event.(peer.Delivered); is {
			events <- message
		} else if _, is := event.(peer.Complete); is {
			if whole++; whole == streams {
				break
			}
		}
	}
	close(events)
	reading.Wait()
}

// Where nothing is given back, an event that was released stays what it is.
func TestReleaseDoesNothingWhereFramesHaveTheirOwnMemory(t *testing.T) {
	talkWith := func(config peer.Config, arrives func(datagram []byte) bool) func(streamID uint32) []peer.Event {
		w := newTalk(t, 1, false, config)
		w.collect(0)
		if !w.agreed() {
			t.Fatal("no session")
		}
		return func(streamID uint32) []peer.Event {
			before := len(w.events[1])
			w.need(w.peers[0].SendMessage(streamID, resonant.Text, filled(0), w.now))
			w.collect(0)
			w.way = slices.DeleteFunc(w.way, func(one transit) bool { return !arrives(one.data) })
			w.tick()
			return w.events[1][before:]
		}
	}
	client, server := quicPair(t)
	for name, deliver := range map[string]func(streamID uint32) []peer.Event{
		"over UDP":           talkWith(peer.AllFeatures(), func([]byte) bool { return true }),
		"recovered over UDP": talkWith(fecConfig(1, 1, 1), resonant.IsRepair),
		"over QUIC": func(streamID uint32) []peer.Event {
			ask(t, client, 0, func(one *peer.Peer) error { return one.SendMessage(streamID, resonant.Text, filled(0), 0) })
			hand(client, server, 0)
			return told(server)
		},
	} {
		var came []peer.Delivered
		for at := range uint32(3) {
			for _, event := range deliver(2*at + 3) {
				if message, is := event.(peer.Delivered); is {
					came = append(came, message)
					message.Release()
				}
			}
		}
		if len(came) != 3 || !isFilled(came[0]) || !isFilled(came[1]) || !isFilled(came[2]) {
			t.Errorf("%s: %d messages came, or one is another", name, len(came))
		}
	}
	peer.Delivered{}.Release()
}
