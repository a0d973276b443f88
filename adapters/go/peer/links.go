package peer

import (
	"iter"
	"slices"
	"time"

	"resonant"
)

// DefaultLinks is how many connections are kept unless another number is asked for.
const DefaultLinks = 64

// Links has a peer for each link, which is whatever tells connections apart: over UDP the remote address. Like a Peer it
// has neither a socket nor a clock.
type Links[K comparable] struct {
	role   Role
	config Config
	salts  func() Salt
	most   int

	links     []*link[K] // the one that was heard of last at the end
	datagrams []addressed[K, []byte]
	events    []addressed[K, Event]
}

type link[K comparable] struct {
	key    K
	peer   *Peer
	stream *Connection // nil over UDP
}

// end is what a link is handled through.
type end interface {
	Receive(data []byte, now time.Duration)
	Deadline() (time.Duration, bool)
	Advance(now time.Duration)
	pass(now time.Duration)
}

func (o *link[K]) end() end {
	if o.stream != nil {
		return o.stream
	}
	return o.peer
}

type addressed[K, V any] struct {
	key   K
	value V
}

// NewLinks makes Links that keep most connections at a time; salts draws a salt for each of them, at random.
func NewLinks[K comparable](role Role, config Config, salts func() Salt, most int) (*Links[K], error) {
	if _, err := New(role, config, Salt{}); err != nil {
		return nil, err
	}
	if most < 1 {
		return nil, refusal(resonant.FieldRange, "HSK-69", "%d connections", most)
	}
	return &Links[K]{role: role, config: config, salts: salts, most: most}, nil
}

// Len is the number of connections.
func (l *Links[K]) Len() int { return len(l.links) }

// Only gives the link if there is exactly one.
func (l *Links[K]) Only() (key K, only bool) {
	if len(l.links) != 1 {
		return key, false
	}
	return l.links[0].key, true
}

// Agreement is what the session on a link is held under, if there is one.
func (l *Links[K]) Agreement(key K) (Agreement, bool) {
	if at := l.find(key); at >= 0 {
		return l.links[at].peer.Agreement()
	}
	return Agreement{}, false
}

func (l *Links[K]) find(key K) int {
	return slices.IndexFunc(l.links, func(one *link[K]) bool { return one.key == key })
}

// Receive handles a datagram from a link, a new one if need be, or bytes of a connection.
func (l *Links[K]) Receive(key K, data []byte, now time.Duration) {
	l.pass(now)
	one := l.use(key)
	one.end().Receive(data, now)
	l.collect(one)
}

// Connect begins a Connection on a link that is new. What Datagrams gives for it is Connection.Bytes.
func (l *Links[K]) Connect(key K, now time.Duration) {
	l.pass(now)
	one := l.use(key)
	one.stream = newConnection(one.peer, now)
}

// ConnectMessages is Connect for a connection that carries messages, of which the other end takes those of up to so many
// bytes.
func (l *Links[K]) ConnectMessages(key K, limit int, now time.Duration) {
	l.pass(now)
	one := l.use(key)
	one.stream = newMessageConnection(one.peer, limit, now)
}

// ConnectQUIC is Connect for a connection over QUIC. What is to be sent is taken from Connection.Carried, by On.
func (l *Links[K]) ConnectQUIC(key K, now time.Duration) {
	l.pass(now)
	one := l.use(key)
	one.stream = newQUICConnection(one.peer, now)
}

// On calls a method of the Connection of a link, such as ReceiveEnd, if there is one.
func (l *Links[K]) On(key K, now time.Duration, call func(*Connection, time.Duration)) {
	l.pass(now)
	if at := l.find(key); at >= 0 && l.links[at].stream != nil {
		call(l.links[at].stream, now)
		l.collect(l.links[at])
	}
}

// Ended says whether the connection of a link is over. The link stays until Forget.
func (l *Links[K]) Ended(key K) bool {
	at := l.find(key)
	return at >= 0 && l.links[at].stream != nil && l.links[at].stream.Ended()
}

// Do asks the peer of a link for something, a new one if need be.
func (l *Links[K]) Do(key K, now time.Duration, request func(*Peer) error) error {
	l.pass(now)
	one := l.use(key)
	err := request(one.peer)
	l.collect(one)
	return err
}

// Forget ends a connection without a word.
func (l *Links[K]) Forget(key K) {
	if at := l.find(key); at >= 0 {
		l.links = slices.Delete(l.links, at, at+1)
	}
}

// use gives the peer of a link, and makes room for one that is new: strangers go before sessions, and who was not heard
// of for long before others.
func (l *Links[K]) use(key K) *link[K] {
	at := l.find(key)
	if at < 0 {
		if len(l.links) == l.most {
			worst := slices.IndexFunc(l.links, func(one *link[K]) bool { return one.peer.session == nil && one.peer.ping == nil })
			worst = max(0, worst)
			l.links = slices.Delete(l.links, worst, worst+1)
		}
		peer, _ := New(l.role, l.config, l.salts()) // NewLinks has checked the configuration
		l.links = append(l.links, &link[K]{key: key, peer: peer})
		return l.links[len(l.links)-1]
	}
	one := l.links[at]
	l.links = append(slices.Delete(l.links, at, at+1), one)
	return one
}

func (l *Links[K]) collect(one *link[K]) {
	data := &one.peer.datagrams
	if one.stream != nil && one.stream.carriages == nil {
		one.stream.collect()
		data = &one.stream.pieces
	}
	passOn(data, func(datagram []byte) { l.datagrams = append(l.datagrams, addressed[K, []byte]{one.key, datagram}) })
	passOn(&one.peer.events, func(event Event) { l.events = append(l.events, addressed[K, Event]{one.key, event}) })
}

// Deadline is when Advance has something to do, if nothing comes before.
func (l *Links[K]) Deadline() (at time.Duration, there bool) {
	_, at, there = l.next()
	return at, there
}

func (l *Links[K]) next() (first *link[K], at time.Duration, there bool) {
	for _, one := range l.links {
		if its, has := one.end().Deadline(); has && (!there || its < at) {
			first, at, there = one, its, true
		}
	}
	return first, at, there
}

// Advance lets time pass; the deadlines of all peers and connections are met in their order. It alone ends connections
// for what has not come: whoever calls it has handed over all that has come by then (TCP-24).
func (l *Links[K]) Advance(now time.Duration) {
	for one, at, there := l.next(); there && at <= now; one, at, there = l.next() {
		one.end().Advance(at)
		l.collect(one)
	}
	for _, one := range l.links {
		one.end().Advance(now)
	}
}

// pass lets time pass, and judges no silence of connections.
func (l *Links[K]) pass(now time.Duration) {
	for _, one := range l.links {
		at, there := one.end().Deadline()
		one.end().pass(now)
		if there && at <= now {
			l.collect(one)
		}
	}
}

// Datagrams takes what is to be sent, in order, with the links that it is for.
func (l *Links[K]) Datagrams() iter.Seq2[K, []byte] { return takenPairs(&l.datagrams) }

// Events takes what has happened, in order, with the links where it did.
func (l *Links[K]) Events() iter.Seq2[K, Event] { return takenPairs(&l.events) }

func takenPairs[K, V any](list *[]addressed[K, V]) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for one := range taken(list) {
			if !yield(one.key, one.value) {
				return
			}
		}
	}
}

// toGo is how many frames of a link wait for credit.
func (l *Links[K]) toGo(key K) int {
	if at := l.find(key); at >= 0 {
		return l.links[at].peer.toGo
	}
	return 0
}

// Has says whether there is a connection on a link.
func (l *Links[K]) Has(key K) bool { return l.find(key) >= 0 }
