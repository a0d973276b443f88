package webrtc

import (
	"context"
	"errors"
	"fmt"

	pion "github.com/pion/webrtc/v4"

	"resonant"
	"resonant/peer"
)

// A Server is an Endpoint that serves the channels that other ends open, 64 at a time.
type Server struct {
	*peer.Endpoint
	server *peer.MessageServer
}

// Serve makes a Server that has no channels yet.
func Serve(config peer.Config) (*Server, error) {
	server, err := peer.NewMessageServer(&Addr{text: "a server of channels"}, config)
	if err != nil {
		return nil, err
	}
	return &Server{server.Endpoint, server}, nil
}

// On serves the channels that the other end of a peer connection opens from now on. It is best called before there is a
// description, and takes the place of the connection's OnDataChannel. Closing the server leaves the connection alone.
func (s *Server) On(connection *pion.PeerConnection) { connection.OnDataChannel(s.Take) }

// Take serves one channel; or closes it, if it has another protocol (RTC-2).
func (s *Server) Take(channel *pion.DataChannel) {
	Accept(channel, func(one *Channel) { s.server.Serve(one) })
}

// Accept gives a channel that the other end opens once it is open, if it has the protocol, and closes it otherwise (RTC-2).
func Accept(channel *pion.DataChannel, take func(*Channel)) {
	if channel.Protocol() != Protocol {
		_ = channel.Close()
		return
	}
	channel.OnOpen(func() {
		if one, err := NewChannel(channel); err == nil {
			take(one)
		} else {
			_ = channel.Close()
		}
	})
}

// Create makes a channel for a client on a peer connection, unordered and reliable (RTC-3). Where this end offers it has to
// do so before the offer is made: one without a channel offers none.
func Create(connection *pion.PeerConnection) (*pion.DataChannel, error) {
	protocol, ordered := Protocol, false
	return connection.CreateDataChannel(Label, &pion.DataChannelInit{Protocol: &protocol, Ordered: &ordered})
}

// Connect shakes hands on a channel that [Create] made, on a stream_id such as [peer.RandomStreamID] gives, and waits for
// it to open until the context is done. It belongs to the Conn, and is closed if there is none. The error has a
// [resonant.Code] where there is one: peer.ConnectionReset if there is no channel, or that of [peer.Dial].
func Connect(ctx context.Context, channel *pion.DataChannel, streamID uint32, config peer.Config) (*peer.Conn, error) {
	one, err := Opened(ctx, channel)
	if err != nil {
		return nil, err
	}
	return peer.ConnectMessages(ctx, one, streamID, config)
}

// Open is Create and Connect, on a peer connection that carries channels already.
func Open(ctx context.Context, connection *pion.PeerConnection, streamID uint32, config peer.Config) (*peer.Conn, error) {
	channel, err := Create(connection)
	if err != nil {
		return nil, broken(err)
	}
	return Connect(ctx, channel, streamID, config)
}

// Opened waits until a channel of this end's is open.
func Opened(ctx context.Context, channel *pion.DataChannel) (*Channel, error) {
	open := make(chan error, 1)
	var one *Channel
	channel.OnOpen(func() {
		var err error
		one, err = NewChannel(channel)
		open <- err
	})
	select {
	case err := <-open:
		return one, err
	case <-ctx.Done():
		return nil, broken(errors.Join(ctx.Err(), channel.Close()))
	}
}

// broken is that there is no channel.
func broken(why error) error {
	return errors.Join(&resonant.Error{Code: peer.ConnectionReset, Clause: "RTC-11", Detail: "no channel"}, fmt.Errorf("no channel: %w", why))
}
