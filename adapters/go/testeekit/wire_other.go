//go:build !unix

package testeekit

import (
	"errors"
	"os"
	"time"
)

// patience is how long a socket has to be empty to count as such, where it cannot be asked without waiting.
const patience = 5 * time.Millisecond

// Receive calls each with every datagram that waits, but at most so many, in the order of arrival, and with the port that
// it came from. The bytes are overwritten by the next one.
func (w *Wire) Receive(most int64, each func(datagram []byte, port uint16)) error {
	buffer := make([]byte, 1<<16)
	for ; most > 0; most-- {
		if err := w.socket.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		length, from, err := w.socket.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			return err
		}
		each(buffer[:length], from.Port())
	}
	return nil
}
