package testee

import (
	"encoding/binary"
	"fmt"
	"time"

	"resonant/peer"
)

// stepOverQUIC are members of steps that name carriages, and their ends.
type stepOverQUIC struct {
	On        string
	Of        *uint32 // the stream_id of the frames of a uni of the peer's
	Code      uint64
	ExpectEnd string `json:"expect_end"`
}

// quicEnds are the other ends of a dialogue over QUIC.
type quicEnds struct {
	role peer.Role // theirs
	own  map[carriageOf]peer.Carriage
	next map[string][2]peer.Carriage // of each end: of another stream of two directions, and of another uni
	came map[uniOf]*cameOn
	of   map[frameStream]peer.Carriage // the latest uni of a stream_id
}

type carriageOf struct{ link, name string }

type uniOf struct {
	link string
	on   peer.Carriage
}

type frameStream struct {
	link     string
	streamID uint32
}

// cameOn is what came on a carriage, or how the peer ended it.
type cameOn struct {
	split peer.Splitter
	end   peer.Ending
	code  uint64
}

func newQUICEnds(roleOfPeer string) *quicEnds {
	role := peer.Client
	if roleOfPeer == "client" {
		role = peer.Server
	}
	return &quicEnds{
		role: role, own: map[carriageOf]peer.Carriage{}, next: map[string][2]peer.Carriage{},
		came: map[uniOf]*cameOn{}, of: map[frameStream]peer.Carriage{},
	}
}

// number is that of a carriage of the other end; a new one is opened.
func (q *quicEnds) number(link, name string) peer.Carriage {
	switch name {
	case "", "main":
		return peer.Main
	case "datagram":
		return peer.Datagrams
	}
	on, there := q.own[carriageOf{link, name}]
	if !there {
		next, begun := q.next[link]
		if !begun {
			next = [2]peer.Carriage{4, 2}
			if q.role == peer.Server {
				next = [2]peer.Carriage{1, 3}
			}
		}
		kind := 1
		if name[0] == 'b' {
			kind = 0
		}
		on = next[kind]
		next[kind] += 4
		q.own[carriageOf{link, name}], q.next[link] = on, next
	}
	return on
}

func (q *quicEnds) receive(p *player, one step, data []byte) {
	on := q.number(one.Link, one.On)
	p.links.On(one.Link, p.now, func(conn *peer.Connection, now time.Duration) { conn.ReceiveOn(on, data, now) })
}

// collect takes what the peers send, and sees that it is on the carriage where it belongs (QUI-4, QUI-5).
func (q *quicEnds) collect(p *player) {
	for _, link := range p.connected {
		p.links.On(link, p.now, func(conn *peer.Connection, _ time.Duration) {
			for what := range conn.Carried() {
				q.take(p, link, what)
			}
		})
	}
}

func (q *quicEnds) take(p *player, link string, what peer.Carried) {
	came := q.on(link, what.On)
	if came.end != peer.Lasting {
		panic(fmt.Sprintf("carriage %d goes on behind its end", what.On))
	}
	if came.end, came.code = what.Ending, what.Number; what.Ending != peer.Lasting {
		return
	}
	if err := came.split.Push(what.Data, func(frame []byte) {
		frame = append([]byte{}, frame...)
		p.outbox[link] = append(p.outbox[link], frame)
		if what.On.IsUni() {
			of := frameStream{link, binary.LittleEndian.Uint32(frame[4:])}
			if before, there := q.of[of]; there && before > what.On {
				panic("a stream has gone back to an earlier uni")
			}
			q.of[of] = what.On
		}
	}); err != nil {
		panic(err)
	}
}

func (q *quicEnds) on(link string, on peer.Carriage) *cameOn {
	came, there := q.came[uniOf{link, on}]
	if !there {
		came = new(cameOn)
		q.came[uniOf{link, on}] = came
	}
	return came
}

// step takes a step that is another one over QUIC.
func (q *quicEnds) step(p *player, one step) (is bool, err error) {
	if one.ExpectEnd != "" {
		return true, q.expectEnd(one)
	}
	if one.Close == "" {
		return false, nil
	}
	on := q.number(one.Link, one.On)
	if one.Of != nil {
		on = q.of[frameStream{one.Link, *one.Of}]
	}
	p.links.On(one.Link, p.now, func(conn *peer.Connection, now time.Duration) {
		switch {
		case one.Close == "stop":
			conn.ReceiveStop(on, one.Code, now)
		case one.Close == "clean":
			conn.ReceiveClose(one.Code, now)
		case one.Close == "half":
			conn.ReceiveEndOn(on, now)
		case one.On == "":
			conn.Break(now)
		default:
			conn.ReceiveReset(on, now)
		}
	})
	return true, nil
}

var endings = map[string]peer.Ending{"none": peer.Lasting, "fin": peer.Fin, "reset": peer.Reset, "stop": peer.Stop}

func (q *quicEnds) expectEnd(one step) error {
	on := q.number(one.Link, one.On)
	if one.Of != nil {
		on = q.of[frameStream{one.Link, *one.Of}]
	}
	came := q.on(one.Link, on)
	if came.end != endings[one.ExpectEnd] || came.code != one.Code {
		return fmt.Errorf("carriage %d: expected %s with %d, got %d with %d", on, one.ExpectEnd, one.Code, came.end, came.code)
	}
	return nil
}
