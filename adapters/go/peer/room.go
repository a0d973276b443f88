package peer

import (
	"context"
	"net"
)

// What waits to be sent while WaitForRoom does not: bytes for a slow reader, and frames for credit. Once it waits for a reader,
// it does so until there are as few as leftBytes: were it told of each frame that is written, sender and writer would take
// turns by the frame, and processors stand still between them.
const (
	fewBytes  = 1 << 20
	leftBytes = fewBytes / 4
	fewFrames = maxWaitingToGo / 2
)

// WaitForRoom waits while much of what was sent to a remote address waits: for a slow reader 1 MiB and more, of which 16 MiB
// may, until less than 256 KiB do; and for credit, where peers multiplex, 512 frames and more, of which 1,024 may. Over UDP
// nothing waits for a reader. The end of the connection, or of the session, ends the wait as well.
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

// WaitForRoom waits while much of what was sent waits for a slow reader, as [Endpoint.WaitForRoom] does.
func (c *Conn) WaitForRoom(ctx context.Context) error { return c.waitForRoom(ctx, c.key) }
