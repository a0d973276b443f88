// Stream sends a stream of large Thinks over TCP, and gets one back. It is both ends:
//
//	go run ./examples/stream -serve [-addr HOST:PORT] [-count N] [-key HEX]  # answers
//	go run ./examples/stream [-addr HOST:PORT] [-count N] [-key HEX]         # sends first
//
// Over QUIC it is the example of the same name in ../../quic.
package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"resonant/examples/thinks"
	"resonant/peer"
)

func main() {
	streaming := thinks.StreamingFlags()
	thinks.Main(func(ctx context.Context, arguments thinks.Arguments) error {
		if arguments.QUIC != "" {
			return fmt.Errorf("%w: cd quic && go run ./examples/stream -quic FILE", thinks.ErrElsewhere)
		}
		config, err := streaming.Config()
		if err != nil {
			return err
		}
		if streaming.Serve {
			return serve(ctx, arguments, config)
		}
		server, err := peer.DialTCP(ctx, arguments.Addr.String(), thinks.StreamID, config)
		if err != nil {
			return err
		}
		return thinks.StreamThere(ctx, os.Stdout, server, arguments.Frames())
	})
}

func serve(ctx context.Context, arguments thinks.Arguments, config peer.Config) error {
	listener, err := net.Listen("tcp", arguments.Addr.String())
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", arguments.Addr, err)
	}
	server, err := peer.ListenTCP(listener, config)
	if err != nil {
		return err
	}
	fmt.Println("listening on", server.Addr())
	return thinks.StreamBack(ctx, os.Stdout, server, arguments.Frames())
}
