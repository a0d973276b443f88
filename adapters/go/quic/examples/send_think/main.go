// Send_think is the client of ../../examples over QUIC. It trusts the certificate in a file.
//
//	go run ./examples/send_think -quic FILE [-addr HOST:PORT] [-count N]
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
		return fmt.Errorf("-quic FILE is missing; without QUIC, %w: cd .. && go run ./examples/send_think", thinks.ErrElsewhere)
	}
	trust, err := selfsigned.Trusted(arguments.QUIC)
	if err != nil {
		return err
	}
	server, err := quic.Dial(ctx, arguments.Addr.String(), trust, thinks.StreamID, thinks.Config())
	if err != nil {
		return err
	}
	return thinks.Send(ctx, server, arguments)
}
