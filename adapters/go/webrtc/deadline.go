package webrtc

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/pion/sctp"
)

var errLate = fmt.Errorf("the channel is not written to: %w", os.ErrDeadlineExceeded)

// IsLate says of an error of a Channel whether reading or writing has only not gone on in time. Peer connections that are closed may name other
// deadlines.
func IsLate(err error) bool {
	return errors.Is(err, sctp.ErrReadDeadlineExceeded) || errors.Is(err, errLate)
}

// deadline is that of a writer. Its zero value is none.
type deadline struct {
	mutex sync.Mutex
	timer *time.Timer
	over  chan struct{} // closed when it has passed
}

// passed is closed when the deadline, or a later one that takes its place before, has passed.
func (d *deadline) passed() <-chan struct{} {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.channel()
}

// channel gives one that is closed only if the deadline has passed. The mutex is held.
func (d *deadline) channel() chan struct{} {
	if d.over == nil {
		d.over = make(chan struct{})
	}
	return d.over
}

// set sets the deadline; the zero time is none.
func (d *deadline) set(at time.Time) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.timer != nil && !d.timer.Stop() {
		<-d.over // it is being closed
	}
	d.timer = nil
	select {
	case <-d.channel():
		d.over = nil
	default:
	}
	if over := d.channel(); !at.IsZero() {
		d.timer = time.AfterFunc(time.Until(at), func() { close(over) })
	}
}
