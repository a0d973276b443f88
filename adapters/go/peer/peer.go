package peer

import (
	"iter"
	"strconv"
	"time"

	"resonant"
)

const (
	proto               = 1
	maxAnswers          = 64   // HSK-61
	maxWindows          = 1024 // HSK-69
	maxClosed           = 1024 // STM-36
	heartAfter          = 15 * time.Second
	lostAfter           = 45 * time.Second
	handshakeTimeout    = 15 * time.Second
	maxRepairsPerSecond = 8
	maxEarlierSalts     = 16
	maxSpare            = 64 // items of a list
)

var pingRepeats = [...]time.Duration{time.Second, 3 * time.Second, 7 * time.Second} // HSK-20

// A Peer is one end of a connection, without a socket and a clock: it is told what came and what time it is, on a clock
// of the caller's that may start anywhere and never goes back. What it wants to send, and to say, is taken from
// Datagrams and Events after each call. It must not be used by two goroutines at a time.
type Peer struct {
	role   Role
	config Config
	salt   Salt
	before []Salt // those of earlier sessions
	now    time.Duration

	maxFrameBytes int
	room          func(packet []byte) error // why one more may not wait to be sent; nil if it always may
	prefixBytes   int                       // of the length that goes before each frame, with which it is one packet
	putBytes      int                       // of datagrams, where there is a limit
	over          bool                      // the connection has ended
	carry         func([]byte, *outStream)  // takes what is sent in place of datagrams, over QUIC

	datagrams [][]byte
	events    []Event

	session *session
	ping    *waitingPing
	failed  bool // the handshake, and nothing is to be said until the next one (HSK-29)

	numbers   map[uint32]uint64 // the next one for each stream_id (HSK-71)
	sent      map[uint32]*outStream
	keeping   []*outStream // those of which frames are kept, the one that was opened first in front
	keptBytes int          // of those frames
	lastSent  time.Duration
	replies   []time.Duration // when the last eight were sent
	reserved  int             // 1 while a ping in hand is still to be answered
	owed      func()          // sends an error that comes after that answer, if there is one
	repairs   rate
	answers   recent[Ref, answer] // to pings (HSK-18)

	windows      recent[uint32, *window]
	open         map[uint32]*inStream
	closed       recent[uint32, *window]
	waitingBytes int
	resets       []time.Duration // when streams of the other peer were reset (MUX-22)

	fec        *repairs // nil unless rs8 is agreed
	onStream   bool     // what comes is on a stream of QUIC, where there is no repair
	endsGroups bool     // the next frame that is numbered is in no group (FEC-27)

	tolerances *tolerances // nil for a peer that does not choose forms

	corked    bool
	toGo      int            // frames that wait, of all streams
	toGoBytes int            // their plain sizes
	served    map[int]uint32 // the stream of each urgency that was served last (MUX-30)
}

// session is what holds between a handshake and a loss.
type session struct {
	Agreement
	zstd, xchacha  bool   // agreed, chosen or not
	otherSpaceHash uint32 // as the other peer told it
	knowsMux       bool   // multiplexing was agreed, now or before in the session (MUX-33)
	handshakeOn    uint32
	lastAccepted   time.Duration
}

// answer is what a ping was answered with.
type answer struct {
	datagram []byte
	code     resonant.Code // of the error; empty for a capability
}

// rate counts what happens in a second.
type rate struct{ times []time.Duration }

// within says whether once more is not too often, and counts it if so.
func (r *rate) within(now time.Duration) bool {
	for len(r.times) > 0 && now-r.times[0] > replySpan {
		r.times = r.times[1:]
	}
	if len(r.times) == maxRepairsPerSecond {
		return false
	}
	r.times = append(r.times, now)
	return true
}

// New makes a peer that has sent nothing.
func New(role Role, config Config, salt Salt) (*Peer, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	peer := &Peer{role: role, config: config, salt: salt, numbers: map[uint32]uint64{}, maxFrameBytes: resonant.MaxDatagramBytes}
	peer.tolerances = newTolerances(config.Adaptive)
	peer.forgetReceived()
	return peer, nil
}

// Reseed takes another salt, which the next session should have (XCH-15): when this one is lost, or could not be agreed.
// The numbers of the peer's own frames go on, and what it sealed with earlier salts is still known as its own.
func (p *Peer) Reseed(salt Salt) {
	if p.before = append(p.before, p.salt); len(p.before) > maxEarlierSalts {
		p.before = p.before[1:]
	}
	p.salt = salt
}

// forgetReceived forgets the received numbers and all streams, and what a session remembers of its own.
func (p *Peer) forgetReceived() {
	p.sent, p.open, p.waitingBytes = map[uint32]*outStream{}, map[uint32]*inStream{}, 0
	p.keeping, p.keptBytes = nil, 0
	p.windows, p.closed = newRecent[uint32, *window](maxWindows), newRecent[uint32, *window](maxClosed)
	p.resets, p.corked, p.toGo, p.toGoBytes, p.served = nil, false, 0, 0, map[int]uint32{} // MUX-29
	p.fec = nil                                                                            // FEC-10
	p.answers = newRecent[Ref, answer](maxAnswers)
	if p.tolerances != nil {
		p.tolerances.end()
	}
}

// Datagrams takes what is to be sent, in order.
func (p *Peer) Datagrams() iter.Seq[[]byte] { return taken(&p.datagrams) }

// Events takes what has happened, in order.
func (p *Peer) Events() iter.Seq[Event] { return taken(&p.events) }

// taken gives the items of a list while it takes them out.
func taken[T any](list *[]T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for len(*list) > 0 {
			one := (*list)[0]
			if *list = (*list)[1:]; !yield(one) {
				return
			}
		}
		*list = nil
	}
}

// passOn takes the items of a list out like taken, all of them, and keeps the list's memory for the next ones unless that is
// much.
func passOn[T any](list *[]T, each func(T)) {
	for at := 0; at < len(*list); at++ { // what is added meanwhile is among them
		each((*list)[at])
	}
	if cap(*list) > maxSpare {
		*list = nil
		return
	}
	clear(*list)
	*list = (*list)[:0]
}

// Agreement is what the session is held under, if there is one.
func (p *Peer) Agreement() (Agreement, bool) {
	if p.session == nil {
		return Agreement{}, false
	}
	return p.session.Agreement, true
}

// disconnect ends everything with the connection (TCP-14 to TCP-16). The code is empty if there is none.
func (p *Peer) disconnect(code resonant.Code) {
	p.over, p.ping = true, nil
	if p.session != nil {
		p.lose()
	}
	p.report(Ended{code})
}

func (p *Peer) report(event Event) { p.events = append(p.events, event) }

func decimal(number uint64) string { return strconv.FormatUint(number, 10) }
