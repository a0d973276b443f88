package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/quic-go/quic-go"

	"resonant/peer"
	"resonant/quic/internal/link"
	"resonant/testeekit"
)

const readAtOnce = 1 << 16

// handler hands something over to the peer.
type handler func(func(*peer.Connection, time.Duration))

// Take takes what has come on a carriage up to so many bytes, and its end if that is announced (TST-28, TST-31).
func (c *connection) Take(arrived *testeekit.Arrived, handle func(func(*peer.Connection, time.Duration))) error {
	if arrived.On == nil {
		return c.takeDatagrams(arrived, handle)
	}
	on := peer.Carriage(*arrived.On)
	if on.IsUni() && on.IsOf(c.role) {
		return c.takeStop(on, arrived, handle)
	}
	var from *source
	came := func() bool { from = c.sources[on]; return from != nil }
	if err := c.await(came, fmt.Sprintf("the QUIC stream %d of %s has not come", on, arrived.Link)); err != nil {
		return err
	}
	return c.takeFrom(on, from, arrived, handle)
}

func (c *connection) takeDatagrams(arrived *testeekit.Arrived, handle handler) error {
	for c.taken < arrived.Bytes {
		var data []byte
		came := func() bool {
			if len(c.datagrams) > 0 {
				data, c.datagrams = c.datagrams[0], c.datagrams[1:]
				return true
			}
			return false
		}
		if err := c.await(came, fmt.Sprintf("%d of %d bytes have come on %s", c.taken, arrived.Bytes, arrived.Link)); err != nil {
			return err
		}
		c.taken += int64(len(data))
		handle(func(on *peer.Connection, now time.Duration) { on.ReceiveOn(peer.Datagrams, data, now) })
	}
	if !arrived.Ended {
		return nil
	}
	stopped := false
	ended := func() bool {
		if c.main != nil {
			_, stopped = link.StoppedWith(c.main.Context())
		}
		return c.Context().Err() != nil || stopped
	}
	if err := c.await(ended, "the end of "+arrived.Link+" has not come"); err != nil {
		return err
	}
	number, closed := link.ClosedWith(c.Context())
	handle(func(on *peer.Connection, now time.Duration) {
		switch {
		case closed:
			on.ReceiveClose(number, now)
		case stopped && c.Context().Err() == nil:
			on.ReceiveStop(peer.Main, 0, now)
		default:
			on.Break(now)
		}
	})
	return nil
}

// takeStop waits until the other end has stopped an own uni.
func (c *connection) takeStop(on peer.Carriage, arrived *testeekit.Arrived, handle handler) error {
	if !arrived.Ended {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	number, stopped, err := c.writer.Stopped(ctx, on)
	if err != nil {
		return testeekit.BadRequest(fmt.Sprintf("the stop of the QUIC stream %d of %s: %v", on, arrived.Link, err))
	}
	if stopped {
		handle(func(one *peer.Connection, now time.Duration) { one.ReceiveStop(on, number, now) })
	}
	return nil
}

func (c *connection) takeFrom(on peer.Carriage, from *source, arrived *testeekit.Arrived, handle handler) error {
	if err := from.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return testeekit.BadRequest(err.Error())
	}
	buffer := make([]byte, readAtOnce)
	for from.taken < arrived.Bytes && !from.over {
		length, err := from.Read(buffer[:min(int64(len(buffer)), arrived.Bytes-from.taken)])
		from.taken += int64(length)
		if length > 0 {
			handle(func(one *peer.Connection, now time.Duration) { one.ReceiveOn(on, buffer[:length], now) })
			c.obey()
		}
		if from.ended = err; err != nil && from.taken < arrived.Bytes && !from.over {
			return testeekit.BadRequest(fmt.Sprintf("%d of %d bytes have come on the QUIC stream %d of %s: %v",
				from.taken, arrived.Bytes, on, arrived.Link, err))
		}
	}
	if !arrived.Ended || from.over {
		return nil
	}
	if from.ended == nil {
		var length int
		if length, from.ended = from.Read(buffer[:1]); length > 0 || from.ended == nil {
			return testeekit.BadRequest(fmt.Sprintf("more than %d bytes have come on the QUIC stream %d of %s", arrived.Bytes, on, arrived.Link))
		}
	}
	var reset *quic.StreamError
	switch {
	case errors.Is(from.ended, io.EOF):
		handle(func(one *peer.Connection, now time.Duration) { one.ReceiveEndOn(on, now) })
	case errors.As(from.ended, &reset) && reset.Remote:
		handle(func(one *peer.Connection, now time.Duration) { one.ReceiveReset(on, now) })
	default:
		return testeekit.BadRequest(fmt.Sprintf("the end of the QUIC stream %d of %s has not come: %v", on, arrived.Link, from.ended))
	}
	from.over = true
	return nil
}
