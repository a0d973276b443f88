package peer

import (
	"errors"
	"net"
	"os"
	"time"
)

// datagramWire is a socket of UDP.
type datagramWire struct {
	endpoint *Endpoint
	socket   net.PacketConn
	only     string // a client's: whoever else sends is no peer
}

func (w *datagramWire) addr() net.Addr          { return w.socket.LocalAddr() }
func (w *datagramWire) happened(string, Event)  {}
func (w *datagramWire) taken()                  {}
func (w *datagramWire) wake(at time.Time) error { return w.socket.SetReadDeadline(at) }

func (w *datagramWire) send(key string, data []byte) error {
	_, err := w.socket.WriteTo(data, w.endpoint.remotes[key])
	return err
}

func (w *datagramWire) close() error {
	w.endpoint.mutex.Lock()
	defer w.endpoint.mutex.Unlock()
	w.endpoint.end(net.ErrClosed)
	return w.socket.Close()
}

// serve reads the socket until it is closed.
func (w *datagramWire) serve() {
	e := w.endpoint
	buffer := make([]byte, maxDatagramBytes)
	for failures := 0; ; {
		length, from, err := w.socket.ReadFrom(buffer)
		e.mutex.Lock()
		switch {
		case err == nil:
			failures = 0
			w.receive(from, buffer[:length])
		case !errors.Is(err, os.ErrDeadlineExceeded):
			// An earlier datagram may have found nobody, which is no reason to stop; a closed socket is.
			if failures++; errors.Is(err, net.ErrClosed) || failures == maxReadFailures {
				e.end(err)
			}
		}
		_ = e.settle() // what cannot be sent is lost, as on the way
		over := e.ended != nil
		e.mutex.Unlock()
		if over {
			return
		}
	}
}

// receive handles a datagram, if somebody wants it. The mutex is held.
func (w *datagramWire) receive(from net.Addr, datagram []byte) {
	e, key := w.endpoint, from.String()
	if len(e.queue) < maxQueued && (w.only == "" || w.only == key) {
		e.remotes[key] = from
		e.links.Receive(key, datagram, e.now())
	}
}
