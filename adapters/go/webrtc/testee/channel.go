package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"resonant/peer"
	"resonant/testeekit"
	"resonant/webrtc"
)

const (
	slowReader = 50 * time.Millisecond // how long an op waits for a channel in which too much is buffered
	lingering  = 5 * time.Second       // how long it is awaited that the other end closes a channel, too
)

// channel is one of the peers' connections.
type channel struct {
	*webrtc.Channel
	taken, sent, told int64 // as TST-31 counts; told is of sent

	mutex   sync.Mutex
	unsent  [][]byte // what the channel does not take yet
	bytes   int      // of unsent, and of what is being written
	sending bool
	over    bool // this side ends when unsent is empty
}

func newChannel(one *webrtc.Channel) *channel { return &channel{Channel: one} }

// counted is how many bytes a message counts for.
func counted(message []byte) int64 { return int64(max(1, len(message))) }

// Begin adds its link.
func (c *channel) Begin(links *peer.Links[string], link string, now time.Duration) {
	links.ConnectMessages(link, c.MaxMessageBytes(), now)
	if c.MayLose() {
		links.On(link, now, func(on *peer.Connection, _ time.Duration) { on.MayLose() })
	}
}

// Take takes messages up to so many bytes, and the end if that is announced (TST-28).
func (c *channel) Take(arrived *testeekit.Arrived, handle func(func(*peer.Connection, time.Duration))) error {
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return testeekit.BadRequest(err.Error())
	}
	for c.taken < arrived.Bytes {
		message, binary, err := c.ReadMessage()
		if err != nil {
			return testeekit.BadRequest(fmt.Sprintf("%d of %d bytes have come on %s: %v", c.taken, arrived.Bytes, arrived.Link, err))
		}
		c.taken += counted(message)
		handle(func(on *peer.Connection, now time.Duration) {
			if binary {
				on.Receive(message, now)
			} else {
				on.ReceiveText(now)
			}
		})
	}
	if !arrived.Ended {
		return nil
	}
	switch _, _, err := c.ReadMessage(); {
	case err == nil || webrtc.IsLate(err):
		return testeekit.BadRequest(fmt.Sprintf("the end of %s has not come in %v", arrived.Link, patience))
	case errors.Is(err, io.EOF):
		handle((*peer.Connection).ReceiveEnd)
	default:
		handle((*peer.Connection).Break)
	}
	return nil
}

// Send sends messages, as far as the channel takes them at once.
func (c *channel) Send(messages [][]byte) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	_ = c.SetWriteDeadline(time.Now().Add(slowReader))
	for len(messages) > 0 && !c.sending {
		err := c.WriteMessage(messages[0])
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		c.sent += counted(messages[0])
		messages = messages[1:]
	}
	for _, message := range messages {
		c.sent += counted(message)
		c.bytes += len(message)
		c.unsent = append(c.unsent, message)
	}
	if len(c.unsent) > 0 && !c.sending {
		c.sending = true
		_ = c.SetWriteDeadline(time.Time{})
		go c.sendRest()
	}
}

// sendRest sends what the channel did not take.
func (c *channel) sendRest() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for len(c.unsent) > 0 {
		message := c.unsent[0]
		c.unsent = c.unsent[1:]
		c.mutex.Unlock()
		err := c.WriteMessage(message)
		c.mutex.Lock()
		if c.bytes -= len(message); err != nil { // what the other end has broken off is lost
			c.unsent, c.bytes = nil, 0
		}
	}
	c.unsent = nil
	if c.sending = false; c.over {
		c.stop()
	}
}

// Unsent is how many bytes the channel has not taken yet.
func (c *channel) Unsent() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.bytes
}

// Sent is how many bytes were sent, and whether that is more than the last time (TST-30).
func (c *channel) Sent() (bytes int64, more bool) {
	more = c.sent != c.told
	c.told = c.sent
	return c.sent, more
}

// Close closes the channel once everything is sent.
func (c *channel) Close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.over {
		return
	}
	if c.over = true; c.sending {
		_ = c.SetWriteDeadline(time.Now().Add(lingering))
	} else {
		c.stop()
	}
}

// stop closes the channel, and reads on without looking until the other end has closed it, too. The mutex is held.
func (c *channel) stop() {
	_ = c.CloseWrite()
	_ = c.SetReadDeadline(time.Now().Add(lingering))
	go func() {
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				_ = c.Channel.Close()
				return
			}
		}
	}()
}
