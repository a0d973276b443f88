// Stream is the example of ../../examples over QUIC: it sends a stream of large Thinks, and gets one back.
//
//	go run ./examples/stream -quic FILE -serve [-addr HOST:PORT] [-count N] [-key HEX]  # writes a certificate to FILE
//	go run ./examples/stream -quic FILE [-addr HOST:PORT] [-count N] [-key HEX]         # trusts it
package main

import (
	"context"
	"fmt"
	"os"

	"resonant/examples/thinks"
	"resonant/peer"
	"resonant/quic"
	"resonant/quic/internal/selfsigned"
)

func main() {
	streaming := thinks.StreamingFlags()
	thinks.Main(func(ctx context.Context, arguments thinks.Arguments) error {
		if arguments.QUIC == "" {
			return fmt.Errorf("-quic FILE is missing; without QUIC, %w: cd .. && go run ./examples/stream", thinks.ErrElsewhere)
		}
		config, err := streaming.Config()
		if err != nil {
			return err
		}
		if streaming.Serve {
			return serve(ctx, arguments, config)
		}
		trust, err := selfsigned.Trusted(arguments.QUIC)
		if err != nil {
			return err
		}
		server, err := quic.Dial(ctx, arguments.Addr.String(), trust, thinks.StreamID, config)
		if err != nil {
			return err
		}
		return thinks.StreamThere(ctx, os.Stdout, server, arguments.Frames())
	})
}

func serve(ctx context.Context, arguments thinks.Arguments, config peer.Config) error {
	certificate, err := selfsigned.Written(arguments.QUIC)
	if err != nil {
		return err
	}
	server, err := quic.Listen(arguments.Addr.String(), certificate, config)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", arguments.Addr, err)
	}
	fmt.Println("listening on", server.Addr())
	return thinks.StreamBack(ctx, os.Stdout, server, arguments.Frames())
}
