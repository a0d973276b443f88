// Send_think is the client of ../../examples over QUIC. It trusts the certificate in a file.
//
//	go run ./examples/send_think -quic FILE [-addr HOST:PORT] [-count N]
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"resonant/examples/thinks"
	"resonant/quic"
)

// serverName is what the certificates of the examples are for, whatever address a server has.
const serverName = "localhost"

func main() { thinks.Main(run) }

func run(ctx context.Context, arguments thinks.Arguments) error {
	if arguments.QUIC == "" {
		return fmt.Errorf("-quic FILE is missing; without QUIC, %w: cd .. && go run ./examples/send_think", thinks.ErrElsewhere)
	}
	text, err := os.ReadFile(arguments.QUIC)
	if err != nil {
		return err
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(text) {
		return fmt.Errorf("%s holds no certificate in PEM", arguments.QUIC)
	}
	trust := &tls.Config{RootCAs: trusted, ServerName: serverName}
	server, err := quic.Dial(ctx, arguments.Addr.String(), trust, thinks.StreamID, thinks.Config())
	if err != nil {
		return err
	}
	return thinks.Send(ctx, server, arguments)
}
