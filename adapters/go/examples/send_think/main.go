// Send_think is a client: it shakes hands with recv_think, sends Thinks, and prints the Critiques of them.
//
//	go run ./examples/send_think [-addr HOST:PORT] [-count N] [-tcp]
//	cd quic && go run ./examples/send_think -quic FILE [-addr HOST:PORT] [-count N]
package main

import (
	"context"
	"fmt"
	"net"

	"resonant/examples/thinks"
	"resonant/peer"
)

func main() { thinks.Main(run) }

func run(ctx context.Context, arguments thinks.Arguments) error {
	if arguments.QUIC != "" {
		return fmt.Errorf("%w: cd quic && go run ./examples/send_think -quic FILE", thinks.ErrElsewhere)
	}
	server, err := dial(ctx, arguments)
	if err != nil {
		return err
	}
	return thinks.Send(ctx, server, arguments)
}

func dial(ctx context.Context, arguments thinks.Arguments) (*peer.Conn, error) {
	if arguments.TCP {
		return peer.DialTCP(ctx, arguments.Addr.String(), thinks.StreamID, thinks.Config())
	}
	socket, err := net.ListenUDP("udp", nil)
	if err != nil {
		return nil, err
	}
	return peer.Dial(ctx, socket, arguments.Addr, thinks.StreamID, thinks.Config())
}
