package peer

import (
	"context"
	"net"
)

// What waits to be sent while WaitForRoom does not: bytes for a slow reader, and frames for credit.
const (
	fewBytes  = 1 << 20
	fewFrames = maxWaitingToGo / 2
)

// WaitForRoom waits until little of what was sent to a remote address waits: for a slow reader less than 1 MiB, while 16 MiB
// may, and for credit, where peers multiplex, fewer than 512 frames, while 1,024 may. Over UDP nothing waits for a reader.
// The end of the connection, or of the session, ends the wait as well.
func (e *Endpoint) WaitForRoom(ctx context.Context, to net.Addr) error {
	return e.waitForRoom(ctx, to.String())
}

func (e *Endpoint) waitForRoom(ctx context.Context, key string) error {
	for {
		room := e.room(key)
		if room == nil {
			return nil
		}
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (e *Endpoint) room(key string) <-chan struct{} {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if wire, is := e.wire.(*streamWire); is {
		if one := wire.streams[key]; one != nil {
			if room := one.full(); room != nil {
				return room
			}
		}
	}
	if e.ended != nil || e.links.toGo(key) < fewFrames {
		return nil
	}
	if e.credit[key] == nil {
		e.credit[key] = make(chan struct{})
	}
	return e.credit[key]
}

// tellCredit tells those who wait for credit that few frames wait, or none will go any more. The mutex is held.
func (e *Endpoint) tellCredit() {
	for key, room := range e.credit {
		if e.ended != nil || e.links.toGo(key) < fewFrames {
			close(room)
			delete(e.credit, key)
		}
	}
}

// WaitForRoom waits until little of what was sent waits for a slow reader, as [Endpoint.WaitForRoom] does.
func (c *Conn) WaitForRoom(ctx context.Context) error { return c.waitForRoom(ctx, c.key) }
