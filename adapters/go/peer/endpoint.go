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
	"os"
	"sync"
	"time"

	"resonant"
)

const (
	maxQueued        = 4096
	maxReadFailures  = 16
	maxDatagramBytes = 1 << 16
)

// An Endpoint is Links on a socket, or on connections. It reads them and meets deadlines by itself from the moment it
// is made until it is closed. Its methods may be called from any goroutine.
//
// Events wait until they are taken with Next or Events. While 4,096 of them wait, what comes over UDP is thrown away, as
// it is where the buffer of a socket is full, and connections are not read.
type Endpoint struct {
	wire  wire
	start time.Time

	mutex   sync.Mutex
	links   *Links[string]
	remotes map[string]net.Addr
	queue   []addressed[net.Addr, Event]
	queued  int           // bytes of queue
	more    chan struct{} // closed when something is put into the queue, or the endpoint ends
	ended   error
	credit  map[string]chan struct{} // closed when few frames wait for it (WaitForRoom)
}

// wire is what an endpoint is on. The mutex of the endpoint is held whenever it is called, but for close.
type wire interface {
	addr() net.Addr
	send(key string, data []byte) error // what Links gives
	happened(key string, event Event)
	taken() // something was taken from the queue
	wake(at time.Time) error
	close() error
}

// Listen serves every address that sends to a socket, which belongs to the endpoint from then on: a server.
func Listen(socket net.PacketConn, config Config) (*Endpoint, error) {
	return onSocket(socket, Server, config, nil)
}

func onSocket(socket net.PacketConn, role Role, config Config, only net.Addr) (*Endpoint, error) {
	endpoint, err := newEndpoint(role, config, DefaultLinks)
	if err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	datagrams := &datagramWire{endpoint: endpoint, socket: socket}
	if only != nil {
		datagrams.only = only.String()
	}
	endpoint.wire = datagrams
	go datagrams.serve()
	return endpoint, nil
}

// newEndpoint makes an endpoint without a wire.
func newEndpoint(role Role, config Config, most int) (*Endpoint, error) {
	links, err := NewLinks[string](role, config, drawSalt, most)
	if err != nil {
		return nil, err
	}
	return &Endpoint{start: time.Now(), links: links, remotes: map[string]net.Addr{}, more: make(chan struct{}), credit: map[string]chan struct{}{}}, nil
}

func drawSalt() (salt Salt) {
	_, _ = rand.Read(salt[:]) // it never fails
	return salt
}

// Addr is the address of the socket.
func (e *Endpoint) Addr() net.Addr { return e.wire.addr() }

// Close closes the socket without a word to anybody, or ends the connections, and waits until what was sent on them has
// arrived, for at most 10 s. Next and Events then end, once they have given what waits.
func (e *Endpoint) Close() error { return e.wire.close() }

// end keeps the first reason why the endpoint is over. The mutex is held.
func (e *Endpoint) end(why error) {
	if e.ended == nil {
		e.ended = why
		close(e.more)
		e.tellCredit()
	}
}

// datagramWire is a socket of UDP.
type datagramWire struct {
	endpoint *Endpoint
	socket   net.PacketConn
	only     string // a client's: whoever else sends is no peer
}

func (w *datagramWire) addr() net.Addr          { return w.socket.LocalAddr() }
func (w *datagramWire) happened(string, Event)  {}
func (w *datagramWire) taken()                  {}
func (w *datagramWire) wake(at time.Time) error { return w.socket.SetReadDeadline(at) }

func (w *datagramWire) send(key string, data []byte) error {
	_, err := w.socket.WriteTo(data, w.endpoint.remotes[key])
	return err
}

func (w *datagramWire) close() error {
	w.endpoint.mutex.Lock()
	defer w.endpoint.mutex.Unlock()
	w.endpoint.end(net.ErrClosed)
	return w.socket.Close()
}

// serve reads the socket until it is closed.
func (w *datagramWire) serve() {
	e := w.endpoint
	buffer := make([]byte, maxDatagramBytes)
	for failures := 0; ; {
		length, from, err := w.socket.ReadFrom(buffer)
		e.mutex.Lock()
		switch {
		case err == nil:
			failures = 0
			w.receive(from, buffer[:length])
		case !errors.Is(err, os.ErrDeadlineExceeded):
			// An earlier datagram may have found nobody, which is no reason to stop; a closed socket is.
			if failures++; errors.Is(err, net.ErrClosed) || failures == maxReadFailures {
				e.end(err)
			}
		}
		_ = e.settle() // what cannot be sent is lost, as on the way
		over := e.ended != nil
		e.mutex.Unlock()
		if over {
			return
		}
	}
}

// receive handles a datagram, if somebody wants it. The mutex is held.
func (w *datagramWire) receive(from net.Addr, datagram []byte) {
	e, key := w.endpoint, from.String()
	if len(e.queue) < maxQueued && (w.only == "" || w.only == key) {
		e.remotes[key] = from
		e.links.Receive(key, datagram, e.now())
	}
}

func (e *Endpoint) now() time.Duration { return time.Since(e.start) }

// settle meets deadlines, sends what is to be sent, queues what has happened and sets the next deadline. The mutex is
// held.
func (e *Endpoint) settle() error {
	e.links.Advance(e.now())
	var failed error
	for key, datagram := range e.links.Datagrams() {
		if err := e.wire.send(key, datagram); err != nil && failed == nil {
			failed = err
		}
	}
	for key, event := range e.links.Events() {
		e.queue = append(e.queue, addressed[net.Addr, Event]{e.remotes[key], event})
		e.queued += bytesOf(event)
		e.wire.happened(key, event)
		if _, lost := event.(Lost); lost && e.links.Has(key) {
			_ = e.links.Do(key, e.now(), func(one *Peer) error { one.Reseed(drawSalt()); return nil })
		}
	}
	for key := range e.remotes {
		if !e.links.Has(key) {
			delete(e.remotes, key)
		}
	}
	if len(e.queue) > 0 && e.ended == nil {
		close(e.more)
		e.more = make(chan struct{})
	}
	e.tellCredit()
	var deadline time.Time
	if at, there := e.links.Deadline(); there {
		deadline = e.start.Add(at)
	}
	return errors.Join(failed, e.wire.wake(deadline))
}

// bytesOf is about how much memory an event keeps.
func bytesOf(event Event) int {
	bytes := 0
	if message, is := event.(Delivered); is {
		for _, slice := range message.Slices {
			bytes += len(slice.Payload)
		}
	}
	return bytes
}

// Do asks the peer of a remote address for something, such as a stream: Open, Close, Heart or Ping, with the time that
// it is given. An error is that of request, or of the socket.
func (e *Endpoint) Do(to net.Addr, request func(one *Peer, now time.Duration) error) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.ended != nil {
		return e.ended
	}
	key, now := to.String(), e.now()
	if _, connected := e.wire.(*streamWire); connected && !e.links.Has(key) {
		return refusal(HandshakeRequired, "TCP-16", "there is no connection with %s", to)
	}
	e.remotes[key] = to
	err := e.links.Do(key, now, func(one *Peer) error { return request(one, now) })
	return errors.Join(err, e.settle())
}

// Send sends a message to a remote address.
func (e *Endpoint) Send(to net.Addr, streamID uint32, modality resonant.Modality, message resonant.Message) error {
	return e.Do(to, func(one *Peer, now time.Duration) error {
		return one.SendMessage(streamID, modality, message, now)
	})
}

// Agreement is what the session with a remote address is held under, if there is one.
func (e *Endpoint) Agreement(with net.Addr) (Agreement, bool) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.links.Agreement(with.String())
}

// Next takes the next event, and waits for it until the context is done or the endpoint is closed.
func (e *Endpoint) Next(ctx context.Context) (net.Addr, Event, error) {
	for {
		one, waits, more, err := e.first()
		if waits {
			return one.key, one.value, nil
		}
		if err != nil {
			return nil, nil, err
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// first takes the first event of the queue, if there is one; and gives what tells of the next.
func (e *Endpoint) first() (one addressed[net.Addr, Event], waits bool, more <-chan struct{}, err error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if len(e.queue) == 0 {
		return one, false, e.more, e.ended
	}
	one = e.queue[0]
	e.queue = e.queue[1:]
	e.queued -= bytesOf(one.value)
	e.wire.taken()
	return one, true, nil, nil
}

// Events gives events as they happen, with the addresses of their peers, until the context is done or the endpoint is
// closed.
func (e *Endpoint) Events(ctx context.Context) iter.Seq2[net.Addr, Event] {
	return func(yield func(net.Addr, Event) bool) {
		for {
			from, event, err := e.Next(ctx)
			if err != nil || !yield(from, event) {
				return
			}
		}
	}
}

// A Conn is a client and the one server that it has a session with.
type Conn struct {
	*Endpoint
	remote net.Addr
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
	conn := &Conn{endpoint, remote}
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
	return c.Endpoint.Do(c.remote, request)
}

// Send sends a message.
func (c *Conn) Send(streamID uint32, modality resonant.Modality, message resonant.Message) error {
	return c.Endpoint.Send(c.remote, streamID, modality, message)
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
