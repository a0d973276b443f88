// Stream sends a stream of large Thinks over a WebRTC data channel, and gets one back. It is both ends:
//
//	go run ./examples/stream -serve  # answers
//	go run ./examples/stream         # offers, opens the channel, and sends first
//
// Each prints its description as a line of JSON, as RTCSessionDescription is one, and reads that of the other end from
// standard input: whoever runs the two carries the lines over. With -offer the server offers, and the client answers.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"net"
	"os"
	"strings"
	"time"

	pion "github.com/pion/webrtc/v4"

	"resonant"
	"resonant/peer"
	"resonant/webrtc"
)

const (
	patience     = time.Minute
	payloadBytes = 60 << 10
	there, back  = 3, 4 // the stream_ids
)

// options are what the program is told.
type options struct {
	serve, offer, loopback bool
	frames                 int
	config                 peer.Config
}

func main() {
	serve := flag.Bool("serve", false, "be the server, which answers")
	offer := flag.Bool("offer", false, "with -serve: offer, where the client answers")
	answer := flag.Bool("answer", false, "without -serve: answer, where the server offers")
	loopback := flag.Bool("loopback", false, "be reached on this machine alone")
	frames := flag.Int("frames", 200, "how many messages the stream has")
	key := flag.String("key", "", "64 hexadecimal digits: what both ends seal with")
	flag.Parse()
	config, err := configured(*key)
	if err == nil {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		chosen := options{*serve, *offer || !*serve && !*answer, *loopback, *frames, config}
		err = talk(ctx, chosen, os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, strings.ReplaceAll(err.Error(), "\n", "; "))
		os.Exit(1)
	}
}

func configured(key string) (peer.Config, error) {
	config := peer.AllFeatures()
	if key == "" {
		return config, nil
	}
	bytes, err := hex.DecodeString(key)
	if err != nil || len(bytes) != len(resonant.Key{}) {
		return config, errors.New("-key is not 64 hexadecimal digits")
	}
	config.Key, config.Crypto, config.RequireCrypto = (*resonant.Key)(bytes), []string{peer.XChaCha20Poly1305}, true
	return config, nil
}

// talk is the program between its standard streams.
func talk(ctx context.Context, chosen options, in io.Reader, out io.Writer) error {
	connection, err := connect(chosen.loopback)
	if err != nil {
		return err
	}
	end := client
	if chosen.serve {
		end = server
	}
	return errors.Join(end(ctx, connection, chosen, in, out), connection.Close())
}

func connect(loopback bool) (*pion.PeerConnection, error) {
	settings := webrtc.Settings()
	if loopback {
		settings.SetIncludeLoopbackCandidate(true)
		settings.SetIPFilter(net.IP.IsLoopback)
	}
	return pion.NewAPI(pion.WithSettingEngine(settings)).NewPeerConnection(pion.Configuration{})
}

func client(ctx context.Context, connection *pion.PeerConnection, chosen options, in io.Reader, out io.Writer) error {
	channel, err := webrtc.Create(connection)
	if err != nil {
		return err
	}
	if err := signal(connection, chosen.offer, in, out); err != nil {
		return err
	}
	conn, err := webrtc.Connect(ctx, channel, peer.RandomStreamID(), chosen.config)
	if err != nil {
		return err
	}
	if err := conn.Stream(there, true, resonant.Text, messages(chosen.frames)); err != nil {
		return errors.Join(err, conn.Close())
	}
	whole, err := awaited[peer.Complete](conn.Events(ctx))
	if err == nil {
		_, err = fmt.Fprintf(out, "received %d frames of %d bytes\n", whole.Frames, whole.TotalLen)
	}
	return errors.Join(err, conn.Close())
}

func server(ctx context.Context, connection *pion.PeerConnection, chosen options, in io.Reader, out io.Writer) error {
	endpoint, err := webrtc.Serve(chosen.config)
	if err != nil {
		return err
	}
	endpoint.On(connection)
	if chosen.offer { // which takes a channel, though the client will open another
		if _, err := connection.CreateDataChannel("", unheard()); err != nil {
			return err
		}
	}
	if err := signal(connection, chosen.offer, in, out); err != nil {
		return err
	}
	for from, event := range endpoint.Events(ctx) {
		switch event := event.(type) {
		case peer.Complete:
			_, err = fmt.Fprintf(out, "received %d frames of %d bytes\n", event.Frames, event.TotalLen)
			err = errors.Join(err, reply(ctx, endpoint, from, chosen.frames))
		case peer.Failed:
			err = fmt.Errorf("the stream failed: %w", event.Code)
		case peer.Ended:
			return endpoint.Close()
		}
		if err != nil {
			return errors.Join(err, endpoint.Close())
		}
	}
	return errors.Join(ctx.Err(), endpoint.Close())
}

// unheard are the options of a channel that is agreed outside, so that the other end does not hear of it.
func unheard() *pion.DataChannelInit {
	negotiated, id := true, uint16(1023)
	return &pion.DataChannelInit{Negotiated: &negotiated, ID: &id}
}

// reply sends the stream back.
func reply(ctx context.Context, endpoint *webrtc.Server, to net.Addr, frames int) error {
	open := func(one *peer.Peer, now time.Duration) error { return one.Open(back, true, nil, now) }
	if err := endpoint.Do(to, open); err != nil {
		return err
	}
	for message := range messages(frames) {
		if err := endpoint.WaitForRoom(ctx, to); err != nil {
			return err
		}
		if err := endpoint.Send(to, back, resonant.Text, message); err != nil {
			return err
		}
	}
	return endpoint.Do(to, func(one *peer.Peer, now time.Duration) error { return one.Close(back, now) })
}

// messages are Thinks of bytes that cannot be compressed: those of a linear congruential generator.
func messages(count int) iter.Seq[resonant.Message] {
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

// awaited takes events up to one of a type.
func awaited[E peer.Event](events iter.Seq[peer.Event]) (wanted E, err error) {
	for event := range events {
		switch event := event.(type) {
		case E:
			return event, nil
		case peer.Failed:
			return wanted, fmt.Errorf("the stream failed: %w", event.Code)
		case peer.Ended:
			return wanted, errors.New("the other end closed the channel")
		}
	}
	return wanted, errors.New("nothing has come in time")
}

// signal exchanges the descriptions, each with all its candidates.
func signal(connection *pion.PeerConnection, offer bool, in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	if !offer {
		if err := hear(connection, lines); err != nil {
			return err
		}
	}
	gathered := pion.GatheringCompletePromise(connection)
	make := func() (pion.SessionDescription, error) { return connection.CreateAnswer(nil) }
	if offer {
		make = func() (pion.SessionDescription, error) { return connection.CreateOffer(nil) }
	}
	own, err := make()
	if err != nil {
		return err
	}
	if err := connection.SetLocalDescription(own); err != nil {
		return err
	}
	<-gathered
	if err := json.NewEncoder(out).Encode(connection.LocalDescription()); err != nil {
		return err
	}
	if offer {
		return hear(connection, lines)
	}
	return nil
}

// hear reads the description of the other end.
func hear(connection *pion.PeerConnection, lines *bufio.Reader) error {
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("no description has come: %w", err)
	}
	var description pion.SessionDescription
	if err := json.Unmarshal(line, &description); err != nil {
		return err
	}
	return connection.SetRemoteDescription(webrtc.Remote(description))
}
