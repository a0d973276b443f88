// Package quic has endpoints over QUIC, on connections of github.com/quic-go/quic-go: [Listen] and [Dial] give the types of
// package peer.
package quic

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/quic-go/quic-go"

	"resonant"
	"resonant/peer"
	"resonant/quic/internal/link"
)

// Listen serves connections at HOST:PORT with the certificate of a configuration, of which the protocol and the version of
// TLS are set: a server. It takes 64 at a time; for one more it ends the oldest that has no session, or, if all have one,
// the new one.
func Listen(address string, certificate *tls.Config, config peer.Config) (*peer.Endpoint, error) {
	listener, err := quic.ListenAddr(address, link.TLS(certificate), link.Settings(true))
	if err != nil {
		return nil, err
	}
	server, serve, err := peer.ServeCarriages(listener.Addr(), listener, config)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	go func() {
		for {
			conn, err := listener.Accept(context.Background())
			if err != nil {
				return // it was closed
			}
			if one, err := link.NewConn(conn, peer.Server); err == nil {
				serve(one)
			}
		}
	}()
	return server, nil
}

// Dial connects to HOST:PORT, where it wants a certificate that a configuration trusts, and shakes hands, on a stream_id
// such as [peer.RandomStreamID] gives. The error has a [resonant.Code] where there is one: peer.ConnectionReset if there is
// no connection, or that of [peer.Dial].
func Dial(ctx context.Context, address string, trust *tls.Config, streamID uint32, config peer.Config) (*peer.Conn, error) {
	conn, err := quic.DialAddr(ctx, address, link.TLS(trust), link.Settings(false))
	if err != nil {
		refusal := &resonant.Error{Code: peer.ConnectionReset, Clause: "QUI-15", Detail: fmt.Sprintf("no connection with %s", address)}
		return nil, errors.Join(refusal, err)
	}
	one, err := link.NewConn(conn, peer.Client)
	if err != nil {
		return nil, errors.Join(err, conn.CloseWithError(0, ""))
	}
	return peer.ConnectCarriages(ctx, one, streamID, config)
}
