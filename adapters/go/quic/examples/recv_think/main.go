// Recv_think is the server of ../../examples over QUIC. It makes a certificate, and writes it to a file for its clients.
//
//	go run ./examples/recv_think -quic FILE [-addr HOST:PORT] [-count N]
package main

import (
	"context"
	"fmt"

	"resonant/examples/thinks"
	"resonant/quic"
	"resonant/quic/internal/selfsigned"
)

func main() { thinks.Main(run) }

func run(ctx context.Context, arguments thinks.Arguments) error {
	if arguments.QUIC == "" {
		return fmt.Errorf("-quic FILE is missing; without QUIC, %w: cd .. && go run ./examples/recv_think", thinks.ErrElsewhere)
	}
	certificate, err := selfsigned.Written(arguments.QUIC)
	if err != nil {
		return err
	}
	server, err := quic.Listen(arguments.Addr.String(), certificate, thinks.Config())
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", arguments.Addr, err)
	}
	return thinks.Receive(ctx, server, arguments)
}
