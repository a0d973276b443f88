package peer

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"resonant"
)

// lending is a session over TCP, of which the server reads into buffers as it does from a socket.
type lending struct {
	t              *testing.T
	client, server *Connection
	in             *buffer
	held           int
	texts          map[uint64][]byte // the payloads that were sent, by their numbers on stream_id 3
}

func newLending(t *testing.T, config Config, first ...func(*Connection)) *lending {
	t.Helper()
	client, server := sessionWith(t, config, first...)
	return &lending{t, client, server, spareBuffer(), 0, map[uint64][]byte{}}
}

// open gives the HEAD of stream_id 3.
func (l *lending) open() []byte {
	l.t.Helper()
	if err := l.client.Do(0, func(one *Peer) error { return one.Open(3, false, nil, 0) }); err != nil {
		l.t.Fatal(err)
	}
	return l.pieces()[0]
}

// send gives a message of so many random bytes, behind its length.
func (l *lending) send(size int) []byte {
	l.t.Helper()
	text := make([]byte, size)
	number := uint64(len(l.texts) + 1)
	_, _ = rand.NewChaCha8([32]byte{byte(number)}).Read(text) // it never fails
	l.texts[number] = text
	message := resonant.Think{Hidden: resonant.Tensor{DType: resonant.I8, Dims: []uint32{uint32(size)}, Payload: text}}
	if err := l.client.Do(0, func(one *Peer) error { return one.SendMessage(3, resonant.Text, message, 0) }); err != nil {
		l.t.Fatal(err)
	}
	return l.pieces()[0]
}

func (l *lending) pieces() (found [][]byte) {
	for piece := range l.client.Bytes() {
		found = append(found, slices.Clone(piece))
	}
	return found
}

// large gives a HEAD, and so many messages that are kept where they are read.
func (l *lending) large(count int) (head []byte, pieces [][]byte) {
	l.t.Helper()
	head = l.open()
	for range count {
		pieces = append(pieces, l.send(25_000))
	}
	return head, pieces
}

// read has the server read, at once what fits, and gives the buffer that was read into last, and the messages that came of it.
func (l *lending) read(pieces ...[]byte) (in *buffer, came []Delivered) {
	for data := slices.Concat(pieces...); len(data) > 0; {
		in = l.in
		length := copy(in.bytes[l.held:], data)
		l.in, l.held = l.server.receiveIn(in, l.held+length, 0)
		data = data[length:]
		overwrite(l.in.bytes[l.held:])
	}
	return in, l.delivered()
}

func (l *lending) delivered() (came []Delivered) {
	for event := range l.server.Events() {
		if message, is := event.(Delivered); is {
			came = append(came, message)
		}
	}
	overwriteSpare()
	l.intact(came...)
	return came
}

// overwriteSpare overwrites buffers that are said to be used by nobody.
func overwriteSpare() {
	var taken []*buffer
	for range 8 {
		taken = append(taken, spareBuffer())
	}
	for _, one := range taken {
		overwrite(one.bytes)
		one.leave()
	}
}

var rubbish = bytes.Repeat([]byte{0xee}, readAtOnce)

func overwrite(data []byte) { copy(data, rubbish) }

// intact sees that messages are those that were sent.
func (l *lending) intact(messages ...Delivered) {
	l.t.Helper()
	for _, one := range messages {
		if !bytes.Equal(one.Slices[0].Payload, l.texts[one.FrameSeq]) {
			l.t.Fatalf("message %d was overwritten", one.FrameSeq)
		}
	}
}

func users(t *testing.T, of *buffer, want int32) {
	t.Helper()
	if found := of.users.Load(); found != want {
		t.Fatalf("a buffer has %d users, not %d", found, want)
	}
}
