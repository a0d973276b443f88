package peer

import (
	"context"
	"crypto/rand"
	"errors"
	"iter"
	"net"
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
	awaited bool          // somebody has more
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

func (e *Endpoint) now() time.Duration { return time.Since(e.start) }

// settle meets deadlines, but for those of a connection's silence, sends what is to be sent, queues what has happened and sets the next deadline. The mutex is
// held.
func (e *Endpoint) settle() error {
	e.links.pass(e.now())
	var failed error
	passOn(&e.links.datagrams, func(one addressed[string, []byte]) {
		if err := e.wire.send(one.key, one.value); err != nil && failed == nil {
			failed = err
		}
	})
	passOn(&e.links.events, func(one addressed[string, Event]) { e.tell(one.key, one.value) })
	for key := range e.remotes {
		if !e.links.Has(key) {
			delete(e.remotes, key)
		}
	}
	if e.awaited && len(e.queue) > 0 && e.ended == nil {
		close(e.more)
		e.more, e.awaited = make(chan struct{}), false
	}
	e.tellCredit()
	var deadline time.Time
	if at, there := e.links.Deadline(); there {
		deadline = e.start.Add(at)
	}
	return errors.Join(failed, e.wire.wake(deadline))
}

// tell queues an event.
func (e *Endpoint) tell(key string, event Event) {
	e.queue = append(e.queue, addressed[net.Addr, Event]{e.remotes[key], event})
	e.queued += bytesOf(event)
	e.wire.happened(key, event)
	if _, lost := event.(Lost); lost && e.links.Has(key) {
		_ = e.links.Do(key, e.now(), func(one *Peer) error { one.Reseed(drawSalt()); return nil })
	}
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
	return e.do(to, to.String(), request)
}

func (e *Endpoint) do(to net.Addr, key string, request func(one *Peer, now time.Duration) error) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.ended != nil {
		return e.ended
	}
	now := e.now()
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
		e.awaited = true
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
