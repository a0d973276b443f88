package thinks

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"net"
	"time"

	"resonant"
	"resonant/peer"
)

// The stream_ids, how much each Think has, and how many there are where nothing is said.
const (
	there, back    = 3, 4
	payloadBytes   = 60 << 10
	streamFrames   = 200
	streamPatience = 5 * time.Minute
)

// Streaming are the arguments of a program that sends a stream, besides those of [Main].
type Streaming struct {
	Serve bool
	key   string
}

// StreamingFlags defines the arguments. It comes before [Main].
func StreamingFlags() *Streaming {
	given := new(Streaming)
	flag.BoolVar(&given.Serve, "serve", false, "be the server, and end with its first client")
	flag.StringVar(&given.key, "key", "", "64 hexadecimal digits: what both ends seal with")
	return given
}

// Config is what both ends take.
func (s *Streaming) Config() (peer.Config, error) { return WithKey(Config(), s.key) }

// WithKey is a configuration with a key of 64 hexadecimal digits, so that nothing goes unsealed; without one it stays as
// it is.
func WithKey(config peer.Config, digits string) (peer.Config, error) {
	if digits == "" {
		return config, nil
	}
	bytes, err := hex.DecodeString(digits)
	if err != nil || len(bytes) != len(resonant.Key{}) {
		return config, errors.New("-key is not 64 hexadecimal digits")
	}
	config.Key, config.Crypto, config.RequireCrypto = (*resonant.Key)(bytes), []string{peer.XChaCha20Poly1305}, true
	return config, nil
}

// StreamThere is the client: it sends a stream of so many frames, gets one back, and says so. It closes the connection.
func StreamThere(ctx context.Context, out io.Writer, server *peer.Conn, frames int) error {
	ctx, cancel := context.WithTimeout(ctx, streamPatience)
	defer cancel()
	err := server.Stream(there, true, resonant.Text, largeThinks(frames))
	if err == nil {
		err = untilWhole(out, server.Events(ctx))
	}
	return errors.Join(err, server.Close())
}

func untilWhole(out io.Writer, events iter.Seq[peer.Event]) error {
	for event := range events {
		switch event := event.(type) {
		case peer.Delivered:
			event.Release() // nothing is read of it
		case peer.Complete:
			return tellWhole(out, event)
		case peer.Failed:
			return fmt.Errorf("the stream failed: %w", event.Code)
		case peer.Ended:
			return errors.New("the server ended the connection")
		}
	}
	return errors.New("nothing has come in time")
}

// StreamBack is the server: it sends a stream back once that of its client is whole, and ends with that client.
func StreamBack(ctx context.Context, out io.Writer, server *peer.Endpoint, frames int) error {
	ctx, cancel := context.WithTimeout(ctx, streamPatience)
	defer cancel()
	for from, event := range server.Events(ctx) {
		var err error
		switch event := event.(type) {
		case peer.Delivered:
			event.Release()
		case peer.Complete:
			err = errors.Join(tellWhole(out, event), reply(ctx, server, from, frames))
		case peer.Failed:
			err = fmt.Errorf("the stream failed: %w", event.Code)
		case peer.Ended:
			return server.Close()
		}
		if err != nil {
			return errors.Join(err, server.Close())
		}
	}
	return errors.Join(ctx.Err(), server.Close())
}

func reply(ctx context.Context, server *peer.Endpoint, to net.Addr, frames int) error {
	open := func(one *peer.Peer, now time.Duration) error { return one.Open(back, true, nil, now) }
	if err := server.Do(to, open); err != nil {
		return err
	}
	for message := range largeThinks(frames) {
		if err := server.WaitForRoom(ctx, to); err != nil {
			return err
		}
		if err := server.Send(to, back, resonant.Text, message); err != nil {
			return err
		}
	}
	return server.Do(to, func(one *peer.Peer, now time.Duration) error { return one.Close(back, now) })
}

func tellWhole(out io.Writer, whole peer.Complete) error {
	_, err := fmt.Fprintf(out, "received %d frames of %d bytes\n", whole.Frames, whole.TotalLen)
	return err
}

// Frames is how many the streams have.
func (a Arguments) Frames() int {
	if a.Count < 0 {
		return streamFrames
	}
	return a.Count
}

// largeThinks are Thinks of bytes that cannot be compressed: those of a linear congruential generator.
func largeThinks(count int) iter.Seq[resonant.Message] {
	return func(yield func(resonant.Message) bool) {
		for number := range count {
			payload, state := make([]byte, payloadBytes), uint64(number)
			for at := range payload {
				state = state*6_364_136_223_846_793_005 + 1_442_695_040_888_963_407
				payload[at] = byte(state >> 56)
			}
			hidden := resonant.Tensor{DType: resonant.I8, Dims: []uint32{payloadBytes}, Payload: payload}
			if !yield(resonant.Think{Hidden: hidden}) {
				return
			}
		}
	}
}
