//go:build unix

package testeekit

import (
	"errors"
	"syscall"
)

// Receive calls each with every datagram that waits, but at most so many, in the order of arrival, and with the port that
// it came from. The bytes are overwritten by the next one.
func (w *Wire) Receive(most int64, each func(datagram []byte, port uint16)) error {
	raw, err := w.socket.SyscallConn()
	if err != nil {
		return err
	}
	buffer := make([]byte, 1<<16)
	for waiting := true; waiting && most > 0; {
		var fault error
		if err := raw.Read(func(descriptor uintptr) bool {
			// The sockets of Go do not block, so this comes back at once where nothing waits.
			length, from, err := syscall.Recvfrom(int(descriptor), buffer, 0)
			remote, isIPv4 := from.(*syscall.SockaddrInet4)
			switch {
			case errors.Is(err, syscall.EINTR), errors.Is(err, syscall.ECONNREFUSED):
			case errors.Is(err, syscall.EAGAIN):
				waiting = false
			case err != nil:
				fault = err
			case isIPv4:
				most--
				each(buffer[:length], uint16(remote.Port))
			}
			return true
		}); err != nil {
			return err
		}
		if fault != nil {
			return fault
		}
	}
	return nil
}
