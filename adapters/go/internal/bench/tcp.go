package main

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"net"
	"time"

	"github.com/zeebo/xxh3"

	"resonant"
	"resonant/peer"
)

const (
	tcpFrames = 2000
	tcpRounds = 7
)

// tcp compares a stream over TCP on loopback, from HEAD until it is verified, with the same bytes through a bare socket: once
// alone, and once with the sums that the protocol asks for and nothing else, which are the CRC-32 of each frame at both ends,
// and at the reader the XXH3 of all (FRM-24, STM-16). The rest is the module's: above all that a sender keeps every frame
// (STM-37), which is 120 MB of memory here, and that a receiver gives each message memory of its own.
//
// The time is from the first byte of a stream until its end is there, the best of some rounds. Connections are made before,
// and end after it.
func tcp() (any, error) {
	var best [3]time.Duration
	for round := range tcpRounds {
		for at, work := range []func() (time.Duration, error){bare, summed, stream} {
			took, err := work()
			if err != nil {
				return nil, err
			}
			if round == 0 || took < best[at] {
				best[at] = took
			}
		}
	}
	const bytes = tcpFrames * payloadBytes
	perSecond := func(took time.Duration) float64 { return float64(bytes*100/took.Nanoseconds()) / 100 }
	return map[string]any{
		"tcp_of_bare": share(best[0], best[2]), "tcp_of_summed": share(best[1], best[2]),
		"tcp_gb_per_s": perSecond(best[2]), "bare_gb_per_s": perSecond(best[0]), "summed_gb_per_s": perSecond(best[1]),
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
func bare() (time.Duration, error) { return throughSocket(func([]byte) {}, readAll) }

// summed does the same with the sums.
func summed() (time.Duration, error) {
	return throughSocket(func(data []byte) { crc32.ChecksumIEEE(data) }, readSummed)
}

// throughSocket gives the time that the frames take through a socket, with what is done before each is written, and with
// what reads them up to the end.
func throughSocket(before func([]byte), read func(io.Reader, int) error) (took time.Duration, err error) {
	frame, err := resonant.NewFrame(think(), resonant.Text)
	if err != nil {
		return 0, err
	}
	data, err := frame.MarshalBinary()
	if err != nil {
		return 0, err
	}
	if data, err = peer.AppendFramed(nil, data); err != nil {
		return 0, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	from, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return 0, err
	}
	to, err := listener.Accept()
	if err != nil {
		return 0, errors.Join(err, from.Close())
	}
	defer to.Close()
	began, written := time.Now(), make(chan error, 1)
	go func() {
		var err error
		for at := 0; at < tcpFrames && err == nil; at++ {
			before(data)
			_, err = from.Write(data)
		}
		written <- errors.Join(err, from.Close())
	}()
	if err := read(to, len(data)); !errors.Is(err, io.EOF) {
		return 0, err
	}
	took = time.Since(began)
	return took, <-written
}

// readAll reads without looking.
func readAll(socket io.Reader, _ int) (err error) {
	buffer := make([]byte, 1<<16)
	for err == nil {
		_, err = socket.Read(buffer)
	}
	return err
}

// readSummed reads frames of this length and sums them up.
func readSummed(socket io.Reader, length int) (err error) {
	data, hash := make([]byte, length), xxh3.New()
	for err == nil {
		if _, err = io.ReadFull(socket, data); err == nil {
			crc32.ChecksumIEEE(data)
			_, err = hash.Write(data)
		}
	}
	hash.Sum64()
	return err
}

// stream sends the same as a stream, from HEAD until it is verified.
func stream() (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	config := peer.AllFeatures()
	config.Compress = []string{peer.None}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	server, err := peer.ListenTCP(listener, config)
	if err != nil {
		return 0, err
	}
	client, err := peer.DialTCP(ctx, listener.Addr().String(), peer.RandomStreamID(), config)
	if err != nil {
		return 0, errors.Join(err, server.Close())
	}
	began, sent := time.Now(), make(chan error, 1)
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
			err, took = nil, time.Since(began)
			break
		}
	}
	return took, errors.Join(err, <-sent, client.Close(), server.Close())
}
