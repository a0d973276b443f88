package peer

import (
	"context"
	"net"
)

const fewBytes = 1 << 20 // that wait to be sent while WaitForRoom does not

// WaitForRoom waits until little of what was sent to a remote address waits for a slow reader: less than 1 MiB, while 16
// MiB may. Over UDP nothing waits. The connection's end ends the wait as well.
func (e *Endpoint) WaitForRoom(ctx context.Context, to net.Addr) error {
	room := e.room(to)
	if room == nil {
		return nil
	}
	select {
	case <-room:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Endpoint) room(to net.Addr) <-chan struct{} {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	wire, is := e.wire.(*streamWire)
	if !is {
		return nil
	}
	one := wire.streams[to.String()]
	if one == nil || one.over || one.bytes < fewBytes {
		return nil
	}
	if one.room == nil {
		one.room = make(chan struct{})
	}
	return one.room
}

// WaitForRoom waits until little of what was sent waits for a slow reader, as [Endpoint.WaitForRoom] does.
func (c *Conn) WaitForRoom(ctx context.Context) error { return c.Endpoint.WaitForRoom(ctx, c.remote) }

func (o *stream) tellRoom() {
	if o.room != nil && (o.over || o.bytes < fewBytes) {
		close(o.room)
		o.room = nil
	}
}
