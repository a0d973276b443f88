// Recv_think is a server: it answers pings, prints a line about each event, and sends a Critique back for each Think.
//
//	go run ./examples/recv_think [-addr HOST:PORT] [-count N] [-tcp]
//	cd quic && go run ./examples/recv_think -quic FILE [-addr HOST:PORT] [-count N]
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
		return fmt.Errorf("%w: cd quic && go run ./examples/recv_think -quic FILE", thinks.ErrElsewhere)
	}
	server, err := listen(arguments)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", arguments.Addr, err)
	}
	return thinks.Receive(ctx, server, arguments)
}

func listen(arguments thinks.Arguments) (*peer.Endpoint, error) {
	if arguments.TCP {
		listener, err := net.Listen("tcp", arguments.Addr.String())
		if err != nil {
			return nil, err
		}
		return peer.ListenTCP(listener, thinks.Config())
	}
	socket, err := net.ListenUDP("udp", arguments.Addr)
	if err != nil {
		return nil, err
	}
	return peer.Listen(socket, thinks.Config())
}
