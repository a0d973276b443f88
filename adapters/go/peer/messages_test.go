package peer_test

import (
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"resonant"
	"resonant/peer"
)

// pipeMessages carries messages over a pipe, each behind a byte that says of which kind it is.
type pipeMessages struct {
	*pipeConn
	buffer []byte
	limit  int
	broken bool // the end is no closing
}

func messagePipes(limit int) (near, far *pipeMessages) {
	one, other := pipes()
	return &pipeMessages{one, make([]byte, 1<<17), limit, false}, &pipeMessages{other, make([]byte, 1<<17), limit, false}
}

func (c *pipeMessages) ReadMessage() ([]byte, bool, error) {
	length, err := c.Read(c.buffer)
	if err != nil {
		if c.broken {
			err = errors.New("broken")
		}
		return nil, false, err
	}
	return c.buffer[1:length], c.buffer[0] == 'B', nil
}

func (c *pipeMessages) WriteMessage(message []byte) error {
	_, err := c.Write(append([]byte("B"), message...))
	return err
}

func (c *pipeMessages) MaxMessageBytes() int { return c.limit }

// overMessages runs a test with a server and the other end of a connection with it.
func overMessages(t *testing.T, test func(t *testing.T, server *peer.Endpoint, near, far *pipeMessages)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server, err := peer.NewMessageServer(memoryAddr("server"), peer.AllFeatures())
		if err != nil {
			t.Fatal(err)
		}
		near, far := messagePipes(resonant.MaxFrameBytes)
		server.Serve(near)
		test(t, server.Endpoint, near, far)
		if err := errors.Join(far.Close(), server.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestStreamsOfLargeFramesArriveAsMessages(t *testing.T) {
	const frames = 50
	overMessages(t, func(t *testing.T, server *peer.Endpoint, _, far *pipeMessages) {
		client, err := peer.ConnectMessages(t.Context(), far, 1, peer.AllFeatures())
		if err != nil {
			t.Fatal(err)
		}
		messages := func(yield func(resonant.Message) bool) {
			for number := range frames {
				if !yield(large(number)) {
					return
				}
			}
		}
		if err := client.Stream(3, true, resonant.Text, messages); err != nil {
			t.Fatal(err)
		}
		if _, whole := next[peer.Complete](t.Context(), t, server); whole.Frames != frames {
			t.Errorf("%d frames", whole.Frames)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		next[peer.Lost](t.Context(), t, server)
		if _, end := next[peer.Ended](t.Context(), t, server); end.Code != "" {
			t.Errorf("the end has the code %s", end.Code)
		}
	})
}

func TestMessagesThatAreNoFramesAreDroppedAndTheConnectionGoesOn(t *testing.T) {
	overMessages(t, func(t *testing.T, server *peer.Endpoint, _, far *pipeMessages) {
		for _, one := range []struct {
			message string
			code    resonant.Code
		}{
			{"Thello", peer.NotBinary}, {"T", peer.NotBinary},
			{"B", resonant.FrameTooShort}, {"B" + string(make([]byte, 32)), resonant.FrameTooShort},
			{"B" + string(make([]byte, 65_537)), resonant.FrameTooLarge},
			{"B" + string(make([]byte, 33)), resonant.BadVersion},
		} {
			if _, err := far.Write([]byte(one.message)); err != nil {
				t.Fatal(err)
			}
			if _, drop := next[peer.Dropped](t.Context(), t, server); drop.Code != one.code {
				t.Errorf("%.40q: %s, expected %s", one.message, drop.Code, one.code)
			}
		}
		if _, err := peer.ConnectMessages(t.Context(), far, 1, peer.AllFeatures()); err != nil {
			t.Error(err)
		}
	})
}

func TestAConnectionOfMessagesWithoutASessionIsClosed(t *testing.T) {
	overMessages(t, func(t *testing.T, server *peer.Endpoint, _, far *pipeMessages) {
		start := time.Now()
		if _, end := next[peer.Ended](t.Context(), t, server); end.Code != peer.HandshakeTimeout || time.Since(start) != 15*time.Second {
			t.Errorf("%q after %v", end.Code, time.Since(start))
		}
		if _, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the channel: %v", err)
		}
	})
}

func TestABrokenConnectionOfMessagesHasACode(t *testing.T) {
	overMessages(t, func(t *testing.T, server *peer.Endpoint, near, far *pipeMessages) {
		if _, err := peer.ConnectMessages(t.Context(), far, 1, peer.AllFeatures()); err != nil {
			t.Fatal(err)
		}
		near.broken = true
		if err := far.pipeConn.Close(); err != nil {
			t.Fatal(err)
		}
		next[peer.Lost](t.Context(), t, server)
		if _, end := next[peer.Ended](t.Context(), t, server); end.Code != peer.ConnectionReset {
			t.Errorf("the end has the code %q", end.Code)
		}
	})
}

func TestAServerOfMessagesHasSixtyFourConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, err := peer.NewMessageServer(memoryAddr("server"), peer.AllFeatures())
		if err != nil {
			t.Fatal(err)
		}
		var ends []*pipeMessages
		for number := range 65 {
			near, far := messagePipes(resonant.MaxFrameBytes)
			near.remote = memoryAddr("far" + string(rune('A'+number)))
			server.Serve(near)
			ends = append(ends, far)
		}
		from, end := next[peer.Ended](t.Context(), t, server.Endpoint)
		if from != net.Addr(memoryAddr("farA")) || end.Code != "" {
			t.Errorf("%v has made room, with the code %q", from, end.Code)
		}
		for _, far := range ends {
			if err := far.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
}

// pairOfMessages are two connections that have a session; the other end of the first takes messages of so many bytes.
func pairOfMessages(t *testing.T, limit int) (client, server *peer.Connection) {
	t.Helper()
	config := peer.AllFeatures()
	config.Compress = []string{peer.None}
	client, err := peer.NewMessageConnection(peer.Client, config, peer.Salt{1}, limit, 0)
	if err != nil {
		t.Fatal(err)
	}
	if server, err = peer.NewMessageConnection(peer.Server, config, peer.Salt{2}, resonant.MaxFrameBytes, 0); err != nil {
		t.Fatal(err)
	}
	if err := client.Do(0, func(one *peer.Peer) error { return one.Ping(1, 0) }); err != nil {
		t.Fatal(err)
	}
	carry(client, server)
	carry(server, client)
	if _, agreed := client.Agreement(); !agreed {
		t.Fatal("no session")
	}
	return client, server
}

func carry(from, to *peer.Connection) (messages [][]byte) {
	for message := range from.Bytes() {
		messages = append(messages, message)
		from.Written(len(message))
		to.Receive(message, 0)
	}
	return messages
}

// ofBytes asks for a message in a frame of so many bytes.
func ofBytes(bytes int) func(*peer.Peer) error {
	payload := make([]byte, bytes-resonant.MinFrameBytes-14) // the slice's entry, and its two dims
	slices := []resonant.Slice{{DType: resonant.I8, Dims: []uint32{1, uint32(len(payload))}, Payload: payload}}
	return func(one *peer.Peer) error { return one.Send(3, resonant.ThinkType, resonant.Text, slices, 0) }
}

func TestAFrameAboveWhatTheOtherEndTakesIsRefused(t *testing.T) {
	const limit = 2000
	for _, one := range []struct{ limit, bytes int }{
		{limit, limit}, {limit, limit + 1}, {65_536, 65_536}, {65_536, 65_537}, {1 << 30, 65_536}, {1 << 30, 65_537},
	} {
		client, server := pairOfMessages(t, one.limit)
		err := client.Do(0, ofBytes(one.bytes))
		sent := carry(client, server)
		if err == nil && (len(sent) != 1 || len(sent[0]) != one.bytes) {
			t.Errorf("%+v: %d messages, the first of %d bytes", one, len(sent), len(sent[0]))
		}
		if fits := one.bytes <= min(one.limit, 65_536); fits != (err == nil) || !fits && !errors.Is(err, resonant.FrameTooLarge) {
			t.Errorf("%+v: %v", one, err)
		}
	}
}

func TestWhatIsOwedAndTooLargeIsLostInItsPlace(t *testing.T) {
	client, err := peer.NewMessageConnection(peer.Client, peer.AllFeatures(), peer.Salt{1}, resonant.MaxFrameBytes, 0)
	if err != nil {
		t.Fatal(err)
	}
	server, err := peer.NewMessageConnection(peer.Server, peer.AllFeatures(), peer.Salt{2}, 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Do(0, func(one *peer.Peer) error { return one.Ping(1, 0) }); err != nil {
		t.Fatal(err)
	}
	carry(client, server)
	if sent := slices.Collect(server.Bytes()); len(sent) != 0 {
		t.Errorf("%d bytes are sent", len(sent[0]))
	}
	if _, agreed := server.Agreement(); !agreed {
		t.Error("the server has no session")
	}
	// The capability had the number 0.
	if err := server.Do(0, func(one *peer.Peer) error { return one.Heart(1, 0) }); err != nil {
		t.Fatal(err)
	}
	var frame resonant.Frame
	for message := range server.Bytes() {
		if err := new(resonant.Decoder).Decode(&frame, message); err != nil || frame.FrameSeq != 1 {
			t.Errorf("frame %d, %v", frame.FrameSeq, err)
		}
	}
}

func TestSixteenMebibytesOfMessagesWaitAndNoMore(t *testing.T) {
	const waiting, bytes = 16 << 20, 1 << 16
	client, _ := pairOfMessages(t, bytes)
	count := 0
	for ; client.Do(0, ofBytes(bytes)) == nil; count++ {
	}
	if count != waiting/bytes {
		t.Errorf("%d messages", count)
	}
	if err := client.Do(0, ofBytes(bytes)); !errors.Is(err, peer.BufferLimit) {
		t.Error(err)
	}
	client.Written(bytes)
	if err := client.Do(0, ofBytes(bytes)); err != nil {
		t.Error(err)
	}
}
