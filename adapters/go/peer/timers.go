package peer

import "time"

// due is a deadline of a Peer or Connection, and what it brings about. As these are asked for it several times for each
// frame, what is there most of the time takes no memory.
type due[T any] struct {
	at   time.Duration
	meet func(T)
}

// Deadline is when Advance has something to do, if nothing comes before.
func (p *Peer) Deadline() (at time.Duration, there bool) {
	next, there := p.nextDue()
	return next.at, there
}

// Advance lets time pass, and meets every deadline on the way at its own time.
func (p *Peer) Advance(now time.Duration) {
	for next, there := p.nextDue(); there && next.at <= now; next, there = p.nextDue() {
		p.now = max(p.now, next.at)
		next.meet(p)
	}
	p.now = max(p.now, now)
}

// pass is Advance: the silence that a peer judges itself is long.
func (p *Peer) pass(now time.Duration) { p.Advance(now) }

// advanceUntil is Advance, but for the deadlines at that time.
func (p *Peer) advanceUntil(at time.Duration) {
	if at > p.now {
		p.Advance(at - 1)
		p.now = at
	}
}

// nextDue is the first deadline; of several at the same time the one that STM-28 names first.
func (p *Peer) nextDue() (next due[*Peer], there bool) {
	consider := func(at time.Duration, meet func(*Peer)) {
		if !there || at < next.at {
			next, there = due[*Peer]{at, meet}, true
		}
	}
	if p.session != nil {
		consider(p.session.lastAccepted+lostAfter, (*Peer).lose)
	}
	if stream := p.firstToTimeOut(); stream != nil {
		consider(stream.progress+streamTimeout, func(p *Peer) { p.timeOut(stream) })
	}
	p.considerBlocked(consider) // MUX-31
	if ping := p.ping; ping != nil && ping.repeated < len(pingRepeats) {
		consider(ping.sent+pingRepeats[ping.repeated], (*Peer).repeatPing)
	} else if ping != nil {
		consider(ping.sent+handshakeTimeout, (*Peer).timeOutPing)
	}
	if p.session != nil && !p.silenced() {
		consider(p.lastSent+heartAfter, (*Peer).beat)
	}
	p.considerGroups(consider)
	return next, there
}

// firstToTimeOut is the stream that waits longest for what is missing below its TAIL; of several the lowest.
func (p *Peer) firstToTimeOut() (first *inStream) {
	for _, one := range p.open {
		if one.tail == nil || one.waitsWhole() {
			continue
		}
		if first == nil || one.progress < first.progress || one.progress == first.progress && one.id < first.id {
			first = one
		}
	}
	return first
}

// lose ends the session (STM-24).
func (p *Peer) lose() {
	p.session = nil
	p.forgetReceived()
	p.report(Lost{})
}

// repeatPing sends the ping again (HSK-20).
func (p *Peer) repeatPing() {
	p.ping.repeated++
	p.put(p.ping.datagram, nil)
}

// timeOutPing gives up a ping (HSK-21).
func (p *Peer) timeOutPing() {
	p.endPing()
	p.report(ErrorReceived{Code: HandshakeTimeout})
}

// beat sends a HEART after a silence (STM-22).
func (p *Peer) beat() {
	_, _ = p.emitFrame(p.heart(p.session.handshakeOn), unasked) // it is far from too large
}
