package webrtc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/datachannel"
	pion "github.com/pion/webrtc/v4"

	"resonant"
)

const (
	// Protocol is that of the channels that carry peers (RTC-1).
	Protocol = "resonant/1"
	// Label is that of the channels that Create makes.
	Label = "resonant"

	maxBuffered = 1_048_576 // RTC-9
)

// An Addr is one end of a channel. Its text is another for each channel of the program.
type Addr struct {
	ID   uint16 // the channel's, which is one of its peer connection's
	text string
}

// Network is "webrtc".
func (a *Addr) Network() string { return "webrtc" }

func (a *Addr) String() string { return a.text }

// channels counts those of the program.
var channels atomic.Uint64

// A Channel is an open data channel as a peer.MessageConn. Messages are read and written as they are asked for: until
// then they wait at the other end.
type Channel struct {
	channel *pion.DataChannel
	raw     datachannel.ReadWriteCloserDeadliner
	local   Addr
	remote  Addr
	buffer  []byte

	writing  sync.Mutex
	low      chan struct{} // has something once less is buffered
	deadline deadline      // of writing
	gone     context.Context
	cancel   context.CancelFunc
}

// MayLose says whether the channel gives up messages: whether it has maxRetransmits or maxPacketLifeTime. Only then are
// frames repaired on it (FEC-11).
func (c *Channel) MayLose() bool {
	return c.channel.MaxRetransmits() != nil || c.channel.MaxPacketLifeTime() != nil
}

// NewChannel takes over a data channel that is open. Its peer connection has to be of an API with [Settings].
func NewChannel(channel *pion.DataChannel) (*Channel, error) {
	raw, err := channel.DetachWithDeadline()
	if err != nil {
		return nil, fmt.Errorf("a channel needs the Settings of this package, and to be open: %w", err)
	}
	number, id := channels.Add(1), *channel.ID()
	found := &Channel{
		channel: channel, raw: raw,
		local:  Addr{id, fmt.Sprintf("channel %d (%d), this end", id, number)},
		remote: Addr{id, fmt.Sprintf("channel %d (%d)", id, number)},
		buffer: make([]byte, resonant.MaxFrameBytes),
		low:    make(chan struct{}, 1),
	}
	found.gone, found.cancel = context.WithCancel(context.Background())
	channel.SetBufferedAmountLowThreshold(maxBuffered)
	channel.OnBufferedAmountLow(func() {
		select {
		case found.low <- struct{}{}:
		default:
		}
	})
	return found, nil
}

// ID is the channel's, one of its peer connection's.
func (c *Channel) ID() uint16 { return c.local.ID }

// LocalAddr is an [Addr].
func (c *Channel) LocalAddr() net.Addr { return &c.local }

// RemoteAddr is an [Addr].
func (c *Channel) RemoteAddr() net.Addr { return &c.remote }

// MaxMessageBytes is what the other end's description says (RTC-8), if it passed through [Remote].
func (c *Channel) MaxMessageBytes() int {
	return int(c.channel.Transport().GetCapabilities().MaxMessageSize)
}

// ReadMessage waits for the next message.
func (c *Channel) ReadMessage() (message []byte, binary bool, err error) {
	buffer := c.buffer
	for {
		length, text, err := c.raw.ReadDataChannel(buffer)
		switch {
		case err == nil:
			return buffer[:length], !text, nil
		case errors.Is(err, io.ErrShortBuffer):
			// It is above all limits, and there is room for it already.
			buffer = make([]byte, 2*len(buffer))
		default:
			return nil, false, c.ended(err)
		}
	}
}

// ended notes the end, but for one of patience.
func (c *Channel) ended(err error) error {
	if !IsLate(err) {
		c.cancel()
	}
	return err
}

// WriteMessage sends a binary message, once at most 1 MiB is buffered (RTC-9).
func (c *Channel) WriteMessage(message []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	for c.channel.BufferedAmount() > maxBuffered {
		select {
		case <-c.low:
		case <-c.gone.Done():
			return net.ErrClosed
		case <-c.deadline.passed():
			return errLate
		}
	}
	_, err := c.raw.WriteDataChannel(message, false)
	if err != nil && c.gone.Err() != nil {
		return net.ErrClosed // what it is named below depends on when that came
	}
	return err
}

// CloseWrite closes the channel behind what was written.
func (c *Channel) CloseWrite() error { return c.raw.Close() }

// Close closes the channel, and ends what waits for it.
func (c *Channel) Close() error {
	c.cancel()
	return errors.Join(c.raw.Close(), c.raw.SetReadDeadline(time.Now()))
}

// SetReadDeadline is that of ReadMessage.
func (c *Channel) SetReadDeadline(at time.Time) error { return c.raw.SetReadDeadline(at) }

// SetWriteDeadline is that of WriteMessage.
func (c *Channel) SetWriteDeadline(at time.Time) error {
	c.deadline.set(at)
	return nil
}
