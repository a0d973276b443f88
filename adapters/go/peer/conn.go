package peer

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"time"

	"resonant"
)

// A Conn is a client and the one server that it has a session with.
type Conn struct {
	*Endpoint
	remote net.Addr
	key    string // what the endpoint calls it
}

// RandomStreamID is a stream_id to shake hands on: at random, as a server may remember those of an earlier client on the
// same port, and odd, as those of clients should be.
func RandomStreamID() uint32 {
	var drawn [4]byte
	_, _ = rand.Read(drawn[:]) // it never fails
	return binary.LittleEndian.Uint32(drawn[:]) | 1
}

// Dial shakes hands with the server at an address, on a stream_id such as [RandomStreamID] gives. The socket belongs to
// the connection, and is closed if there is none. The error has a [resonant.Code] if the handshake failed:
// HandshakeTimeout, or what the server said.
func Dial(ctx context.Context, socket net.PacketConn, remote net.Addr, streamID uint32, config Config) (*Conn, error) {
	endpoint, err := onSocket(socket, Client, config, remote)
	if err != nil {
		return nil, err
	}
	conn := &Conn{endpoint, remote, remote.String()}
	if err := conn.shakeHands(ctx, streamID); err != nil {
		return nil, fmt.Errorf("no session with %s: %w", remote, errors.Join(err, endpoint.Close()))
	}
	return conn, nil
}

func (c *Conn) shakeHands(ctx context.Context, streamID uint32) error {
	if err := c.Do(func(one *Peer, now time.Duration) error { return one.Ping(streamID, now) }); err != nil {
		return err
	}
	for {
		event, err := c.Next(ctx)
		if err != nil {
			return err
		}
		switch said := event.(type) {
		case Established:
			return nil
		case ErrorReceived:
			return refusal(said.Code, "HSK-28", "the handshake failed")
		case Ended:
			if said.Code == "" {
				return io.ErrUnexpectedEOF
			}
			return refusal(said.Code, "TCP-15", "the connection ended")
		}
	}
}

// Remote is the address of the server.
func (c *Conn) Remote() net.Addr { return c.remote }

// Do asks the peer for something, such as a stream: Open, Close, Heart or Ping, with the time that it is given.
func (c *Conn) Do(request func(one *Peer, now time.Duration) error) error {
	return c.do(c.remote, c.key, request)
}

// Send sends a message.
func (c *Conn) Send(streamID uint32, modality resonant.Modality, message resonant.Message) error {
	return c.Do(func(one *Peer, now time.Duration) error { return one.SendMessage(streamID, modality, message, now) })
}

// Agreement is what the session is held under, if there still is one.
func (c *Conn) Agreement() (Agreement, bool) { return c.Endpoint.Agreement(c.remote) }

// Stream sends messages as one stream: in order, repaired and verified. It goes as fast as the other end reads over TCP, and
// as it gives credit where both multiplex; otherwise it does not wait for it over UDP.
func (c *Conn) Stream(streamID uint32, strong bool, modality resonant.Modality, messages iter.Seq[resonant.Message]) error {
	if err := c.Do(func(one *Peer, now time.Duration) error { return one.Open(streamID, strong, nil, now) }); err != nil {
		return err
	}
	for message := range messages {
		if err := c.WaitForRoom(context.Background()); err != nil {
			return err
		}
		if err := c.Send(streamID, modality, message); err != nil {
			return err
		}
	}
	return c.Do(func(one *Peer, now time.Duration) error { return one.Close(streamID, now) })
}

// Next takes the next event, and waits for it until the context is done or the connection is closed.
func (c *Conn) Next(ctx context.Context) (Event, error) {
	_, event, err := c.Endpoint.Next(ctx)
	return event, err
}

// Events gives events as they happen, until the context is done or the connection is closed.
func (c *Conn) Events(ctx context.Context) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for _, event := range c.Endpoint.Events(ctx) {
			if !yield(event) {
				return
			}
		}
	}
}
