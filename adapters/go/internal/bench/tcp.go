package main

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"resonant"
	"resonant/peer"
)

const (
	tcpFrames = 2000
	tcpRounds = 5
)

// tcp compares a stream over TCP on loopback, from HEAD until it is verified, with the same bytes through a bare socket.
func tcp() (any, error) {
	times, err := median(tcpRounds, 1, bare, stream)
	if err != nil {
		return nil, err
	}
	const bytes = tcpFrames * payloadBytes
	perSecond := func(took time.Duration) float64 { return float64(bytes*100/took.Nanoseconds()) / 100 }
	return map[string]any{
		"tcp_of_bare": share(times[0], times[1]), "tcp_gb_per_s": perSecond(times[1]), "bare_gb_per_s": perSecond(times[0]),
	}, nil
}

func think() resonant.Message {
	payload := make([]byte, payloadBytes)
	for at := range payload {
		payload[at] = byte(at * 7)
	}
	return resonant.Think{Hidden: resonant.Tensor{DType: resonant.I8, Dims: []uint32{payloadBytes}, Payload: payload}}
}

// bare writes the bytes of a stream, a frame at a time, and reads them.
func bare() error {
	frame, err := resonant.NewFrame(think(), resonant.Text)
	if err != nil {
		return err
	}
	data, err := frame.MarshalBinary()
	if err != nil {
		return err
	}
	if data, err = peer.AppendFramed(nil, data); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	written := make(chan error, 1)
	go func() {
		socket, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			written <- err
			return
		}
		for at := 0; at < tcpFrames && err == nil; at++ {
			_, err = socket.Write(data)
		}
		written <- errors.Join(err, socket.Close())
	}()
	socket, err := listener.Accept()
	if err != nil {
		return err
	}
	defer socket.Close()
	buffer := make([]byte, 1<<16)
	for err == nil {
		_, err = socket.Read(buffer)
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	return <-written
}

// stream sends the same as a stream.
func stream() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	config := peer.AllFeatures()
	config.Compress = []string{peer.None}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server, err := peer.ListenTCP(listener, config)
	if err != nil {
		return err
	}
	client, err := peer.DialTCP(ctx, listener.Addr().String(), peer.RandomStreamID(), config)
	if err != nil {
		return errors.Join(err, server.Close())
	}
	sent := make(chan error, 1)
	go func() {
		message := think()
		sent <- client.Stream(3, false, resonant.Text, func(yield func(resonant.Message) bool) {
			for at := 0; at < tcpFrames && yield(message); at++ {
			}
		})
	}()
	err = errors.New("the stream did not come")
	for _, event := range server.Events(ctx) {
		if end, is := event.(peer.Complete); is && end.Frames == tcpFrames {
			err = nil
			break
		}
	}
	return errors.Join(err, <-sent, client.Close(), server.Close())
}
