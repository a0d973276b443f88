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
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	pion "github.com/pion/webrtc/v4"

	"resonant/examples/thinks"
	"resonant/peer"
	"resonant/webrtc"
)

const patience = 5 * time.Minute

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
	config, err := thinks.WithKey(peer.AllFeatures(), *key)
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
	return thinks.StreamThere(ctx, out, conn, chosen.frames)
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
	return thinks.StreamBack(ctx, out, endpoint.Endpoint, chosen.frames)
}

// unheard are the options of a channel that is agreed outside, so that the other end does not hear of it.
func unheard() *pion.DataChannelInit {
	negotiated, id := true, uint16(1023)
	return &pion.DataChannelInit{Negotiated: &negotiated, ID: &id}
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
