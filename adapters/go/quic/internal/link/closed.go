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
