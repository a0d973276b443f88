package link

import (
	"context"
	"errors"

	"github.com/quic-go/quic-go"
)

// ClosedWith gives the number with which the other end has closed a connection, if that is what has ended it.
func ClosedWith(conn context.Context) (number uint64, closed bool) {
	var said *quic.ApplicationError
	if errors.As(context.Cause(conn), &said) && said.Remote {
		return uint64(said.ErrorCode), true
	}
	return 0, false
}

// StoppedWith gives the number with which the other end has stopped a QUIC stream, if that is what has ended it.
func StoppedWith(stream context.Context) (number uint64, stopped bool) {
	var said *quic.StreamError
	if errors.As(context.Cause(stream), &said) && said.Remote {
		return uint64(said.ErrorCode), true
	}
	return 0, false
}
